# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_ddctl_global_optspecs
    string join \n profile= site= gateway-url= config= o/output= log-format= color= tz= ca-file= no-input y/yes read-only timeout= q/quiet v/verbose h/help V/version
end

function __fish_ddctl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_ddctl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_ddctl_using_subcommand
    set -l cmd (__fish_ddctl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c ddctl -n "__fish_ddctl_needs_command" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_needs_command" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_needs_command" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_needs_command" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_needs_command" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_needs_command" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_needs_command" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_needs_command" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_needs_command" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_needs_command" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_needs_command" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_needs_command" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_needs_command" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_needs_command" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_needs_command" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_needs_command" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_needs_command" -s V -l version -d 'Print version'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "demo" -d 'Take the tour: the whole path on a private sandbox, in a few seconds'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "validate" -d 'Is this key good for this site, and what may it do? Exit 3 when it is not'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "sessions" -d 'Look at recorded sessions, replay them, ship them'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "audit" -d 'The gateway\'s own log of what administrators changed'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "traces" -d 'What agent platforms log and agent frameworks emit'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "receipts" -d 'What was sent, and the proof'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "webhooks" -d 'Destinations of the gateway\'s webhooks'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "relay" -d 'Receive the gateway\'s webhooks, complete them from its API, and deliver them'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "otel" -d 'OpenTelemetry: settings for agents, and what agents send'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "monitors" -d 'Monitors as files: the packs, and your own; tested here, kept at Datadog as code'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "dashboards" -d 'Dashboards as files: those of the packs, and your own'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "test-event" -d 'Does a monitor fire? Exit 3 when it does not, 1 when nobody can tell'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "deadletters" -d 'Events that no destination took: look at them, send them again, give them up'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "state" -d 'How far each destination is: look, check, repair, forget'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "config" -d 'Profiles and settings'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "status" -d 'What a running `relay` or `--follow` is doing: per destination position, queue and what it waits for'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "sandbox" -d 'Run a stand-in for the gateway and for Datadog on this machine'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c ddctl -n "__fish_ddctl_needs_command" -f -a "man" -d 'Print the manual page, or write every page to a folder'
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -l fast -d 'No pauses, and the recording at once instead of in its own time'
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -l keep -d 'Leave the sandbox running afterwards, with a profile to try things on'
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand demo" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -l all-sites -d 'Ask every commercial site, and name the one that the key belongs to'
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand validate" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -f -a "list" -d 'List recorded sessions, newest first'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -f -a "show" -d 'Show one session: who, what, where, how it ended, and where to look'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -f -a "stats" -d 'Count sessions by type, connection, identity and time, each by outcome'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -f -a "tail" -d 'Watch sessions as they happen: new ones that match, and what the open ones say'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -f -a "replay" -d 'Play a recording in the terminal'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -f -a "search" -d 'Find text in recordings: commands, statements and output'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -f -a "assert" -d 'Hold recordings against a policy file: what must and must not have been done'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and not __fish_seen_subcommand_from list show stats tail replay search assert export" -f -a "export" -d 'Ship session events to Datadog or to files, or recordings to files'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l since -d 'Sessions that started since then: 90d, 12h, 2026-11-20, 03:12, RFC 3339 [default: 7d]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l until -d 'Sessions that started before then' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l at -d 'Sessions that ran then, open ones too: 03:12, \'2026-11-20 03:12\', RFC 3339' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l lookback -d 'With --at: how long before it a session may have started' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l user -d 'By who authenticated: e-mail, name or subject id' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l agent -d 'By machine identity: its name, e-mail or id; `*` for every agent' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l connection -d 'By connection name, `*` and `?` allowed' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l type -d 'By connection type: database, application, custom, httpproxy, …' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l outcome -d 'By how the session ended' -r -f -a "success\t''
failure\t''
blocked\t''
rejected\t''
unknown\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l status -d 'By where the session stands' -r -f -a "open\t''
ready\t''
done\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l approval -d 'By its review' -r -f -a "pending\t''
approved\t''
rejected\t''
revoked\t''
not-required\t'No rule demanded one'"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l correlation -d 'By correlation id' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l limit -d 'Show at most this many' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -l no-redact -d 'Show secrets in the script and in what checks and reviewers said as they are'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l since -d 'Sessions that started since then: 90d, 12h, 2026-11-20, 03:12, RFC 3339 [default: 7d]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l until -d 'Sessions that started before then' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l at -d 'Sessions that ran then, open ones too: 03:12, \'2026-11-20 03:12\', RFC 3339' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l lookback -d 'With --at: how long before it a session may have started' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l user -d 'By who authenticated: e-mail, name or subject id' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l agent -d 'By machine identity: its name, e-mail or id; `*` for every agent' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l connection -d 'By connection name, `*` and `?` allowed' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l type -d 'By connection type: database, application, custom, httpproxy, …' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l outcome -d 'By how the session ended' -r -f -a "success\t''
failure\t''
blocked\t''
rejected\t''
unknown\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l status -d 'By where the session stands' -r -f -a "open\t''
ready\t''
done\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l approval -d 'By its review' -r -f -a "pending\t''
approved\t''
rejected\t''
revoked\t''
not-required\t'No rule demanded one'"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l correlation -d 'By correlation id' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l by -d 'What to count by [default: all; hours up to 48 h, else days]' -r -f -a "type\t''
connection\t''
identity\t''
hour\t''
day\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l top -d 'The largest N of each kind alone [default: 10 in a table, else all]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from stats" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l since -d 'Show what was before, too: sessions since then, and what open ones said: 10m, 03:12, RFC 3339' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l lookback -d 'Join open sessions that started within this time' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l for -d 'End after this time' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l user -d 'By who authenticated: e-mail, name or subject id' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l agent -d 'By machine identity: its name, e-mail or id; `*` for every agent' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l connection -d 'By connection name, `*` and `?` allowed' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l type -d 'By connection type: database, application, custom, httpproxy, …' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l outcome -d 'By how the session ended' -r -f -a "success\t''
failure\t''
blocked\t''
rejected\t''
unknown\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l status -d 'By where the session stands' -r -f -a "open\t''
ready\t''
done\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l approval -d 'By its review' -r -f -a "pending\t''
approved\t''
rejected\t''
revoked\t''
not-required\t'No rule demanded one'"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l correlation -d 'By correlation id' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l once -d 'Show what there is, and end: open sessions with their last stored lines'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l no-redact -d 'Show secrets as they were recorded, except passwords in statements of database clients'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from tail" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l timing -d 'The timing file of a typescript' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l speed -d 'Play this many times as fast: 0.1 to 100' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l idle-limit -d 'Cut pauses to this' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l clip -d 'Play from A to B only: 10s..1m30s, 03:12..03:20, #3..#5; either may be left out' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l size -d 'Size of the recorded terminal, where it was not recorded: 120x40' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l redaction-report -d 'Write what was hidden to a file as JSON: rules, counts and places, never a value; with a transcript or --raw' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l pause-on-markers -d 'Pause at every marker'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l resize -d 'Ask the terminal to take the size of the recording'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l no-timing -d 'Print the transcript at once'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l raw -d 'Write the recorded output as it is, escape sequences and all; to a terminal only with --yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l exit -d 'Leave at the end instead of staying on the last picture'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l no-redact -d 'Show secrets as they were recorded, except passwords in statements of database clients'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l lenient -d 'Leave out the lines of a file that cannot be read'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l cache -d 'Keep finished recordings on this machine, 1 GiB for a week, and read them from there'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l allow-download -d 'Keep them although the gateway has downloads switched off'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from replay" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l since -d 'Sessions that started since then: 90d, 12h, 2026-11-20, 03:12, RFC 3339 [default: 7d]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l until -d 'Sessions that started before then' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l at -d 'Sessions that ran then, open ones too: 03:12, \'2026-11-20 03:12\', RFC 3339' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l lookback -d 'With --at: how long before it a session may have started' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l user -d 'By who authenticated: e-mail, name or subject id' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l agent -d 'By machine identity: its name, e-mail or id; `*` for every agent' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l connection -d 'By connection name, `*` and `?` allowed' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l type -d 'By connection type: database, application, custom, httpproxy, …' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l outcome -d 'By how the session ended' -r -f -a "success\t''
failure\t''
blocked\t''
rejected\t''
unknown\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l status -d 'By where the session stands' -r -f -a "open\t''
ready\t''
done\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l approval -d 'By its review' -r -f -a "pending\t''
approved\t''
rejected\t''
revoked\t''
not-required\t'No rule demanded one'"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l correlation -d 'By correlation id' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l in -d 'Only there; may be given twice' -r -f -a "commands\t''
statements\t''
output\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l context -d 'Show so many lines before and after each hit, at most 20' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l limit -d 'Stop after so many hits' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l cache -d 'Keep finished recordings on this machine, 1 GiB for a week, and read them from there'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l allow-download -d 'Keep them although the gateway has downloads switched off'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l lenient -d 'Leave out the lines of a file that cannot be read'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l regex -d 'The pattern is a regular expression'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -s i -l ignore-case -d 'Upper and lower case are the same'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l no-redact -d 'Match and show secrets as they were recorded, except passwords in statements of database clients'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from search" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l policy -d 'The policy, in YAML' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l since -d 'Sessions that started since then: 90d, 12h, 2026-11-20, 03:12, RFC 3339 [default: 7d]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l until -d 'Sessions that started before then' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l at -d 'Sessions that ran then, open ones too: 03:12, \'2026-11-20 03:12\', RFC 3339' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l lookback -d 'With --at: how long before it a session may have started' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l user -d 'By who authenticated: e-mail, name or subject id' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l agent -d 'By machine identity: its name, e-mail or id; `*` for every agent' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l connection -d 'By connection name, `*` and `?` allowed' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l type -d 'By connection type: database, application, custom, httpproxy, …' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l outcome -d 'By how the session ended' -r -f -a "success\t''
failure\t''
blocked\t''
rejected\t''
unknown\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l status -d 'By where the session stands' -r -f -a "open\t''
ready\t''
done\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l approval -d 'By its review' -r -f -a "pending\t''
approved\t''
rejected\t''
revoked\t''
not-required\t'No rule demanded one'"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l correlation -d 'By correlation id' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l junit -d 'Also write the result as JUnit XML' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l sarif -d 'Also write the result as SARIF 2.1.0' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l cache -d 'Keep finished recordings on this machine, 1 GiB for a week, and read them from there'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l allow-download -d 'Keep them although the gateway has downloads switched off'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l lenient -d 'Leave out the lines of a file that cannot be read'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l allow-none -d 'Exit 0 where nothing is judged: the night was quiet'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l no-redact -d 'Show secrets in what is found, except passwords in statements of database clients'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from assert" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l since -d 'Sessions that started since then: 24h, 2026-11-20, RFC 3339' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l until -d 'Sessions that started before then' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l interval -d 'With --follow: how often the gateway is asked' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l heartbeat -d 'With --follow: how often a heartbeat goes to the logs, which says that events would arrive' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l health-listen -d 'With --follow: answer /healthz, /readyz and /metrics at [HOST:]PORT; without HOST, to this machine alone' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l open-too-long -d 'With --follow: the heartbeat names sessions that are open for longer' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l file -d 'Lines of a file (`-` for standard input), a JSON object each, instead of sessions' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l user -d 'By who authenticated: e-mail, name or subject id' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l agent -d 'By machine identity: its name, e-mail or id; `*` for every agent' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l connection -d 'By connection name, `*` and `?` allowed' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l type -d 'By connection type: database, application, custom, httpproxy, …' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l outcome -d 'By how the session ended' -r -f -a "success\t''
failure\t''
blocked\t''
rejected\t''
unknown\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l status -d 'By where the session stands' -r -f -a "open\t''
ready\t''
done\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l approval -d 'By its review' -r -f -a "pending\t''
approved\t''
rejected\t''
revoked\t''
not-required\t'No rule demanded one'"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l correlation -d 'By correlation id' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l limit -d 'Stop after this many sessions; those that were open before come on top' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l to -d 'Where it goes: `logs` or `events` (Datadog), of sessions and traces also `otlp[=URL]` or `llmobs`, `-`, or a path whose ending picks the format; repeatable, with `,best-effort` behind one that must not hold the others back' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l compression -d 'Compression on the way to Datadog' -r -f -a "zstd\t''
gzip\t''
none\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l late -d 'What happens to events older than Datadog takes [default: restamp, after asking]' -r -f -a "restamp\t''
skip\t''
deadletter\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l rotate-size -d 'Several files instead of one, each about this large: 100MB, 512KiB' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l rotate-age -d 'Several files instead of one, each ended so long after its first row [with --follow: 1h]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l format -d 'Format of a file or of stdout' -r -f -a "ndjson\t'Events, one object a line; of a recording one a row'
json\t'Events, one array'
csv\t'Events, a row each; of a recording one an event or statement'
cast\t'Recordings as asciicast v3'
cast2\t'Recordings as asciicast v2'
txt\t'Recordings as readable text'
html\t'Recordings as a page that plays them'
svg\t'A picture of a recording\'s screen, as it was at --at'"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l clip -d 'Of recordings: the part from A to B only: 10s..1m30s, 03:12..03:20, #3..#5' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l at -d 'Of a picture: the moment, as 90s, 03:12 or #7; without it, the end' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l timing -d 'The timing file of a typescript of script(1)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l redaction-report -d 'Write what was hidden to FILE: rules, counts and places, never a value' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l concurrency -d 'Sessions asked for at once' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l verify-wait -d 'How long Datadog may take to make it searchable' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l price-per-million -d 'What a million indexed events cost, for --estimate' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l price-per-gb -d 'What a gigabyte of ingested logs costs, for --estimate' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l new -d 'From the stored position to now, for cron; --since says where to begin the first time'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l again -d 'Send what was sent before once more, under the same ids'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l follow -d 'From the stored position on, and stay: new sessions, and what becomes of the open ones'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l overwrite -d 'Replace a file that exists'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l dry-run -d 'Show the real payloads, the key masked; send nothing, write no file'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l recording -d 'Recordings, where the format fits session events as well (ndjson, csv)'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l lenient -d 'Leave out the lines of a recording file that cannot be read'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l include-output -d 'With --to otlp or llmobs: what commands printed as well'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l include-people -d 'With --to llmobs: people\'s sessions too, which are billed as a model\'s traffic'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l no-redact -d 'Leave secrets in commands and recordings as they are'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l include-input -d 'What was typed as well, passwords included'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l allow-download -d 'Take recordings although the gateway has downloads switched off'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l cache -d 'Keep finished recordings on this machine, 1 GiB for a week, and read them from there'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l verify -d 'Once it is indexed, prove that it is all there, as `receipts verify` does'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l estimate -d 'Say how many events, bytes and requests it would be, and send nothing'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand sessions; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and not __fish_seen_subcommand_from export" -f -a "export" -d 'Ship the gateway\'s audit log to Datadog or to files'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l since -d 'Changes made since then: 24h, 2026-11-20, RFC 3339' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l until -d 'Changes made before then' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l interval -d 'With --follow: how often the gateway is asked' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l heartbeat -d 'With --follow: how often a heartbeat goes to the logs, which says that events would arrive' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l health-listen -d 'With --follow: answer /healthz, /readyz and /metrics at [HOST:]PORT; without HOST, to this machine alone' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l user -d 'By who made it: e-mail, name or subject id' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l resource -d 'By what was changed: users, connections, api_keys, …; repeatable' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l action -d 'By what was done to it; repeatable' -r -f -a "create\t''
update\t''
delete\t''
revoke\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l outcome -d 'By whether it was done' -r -f -a "success\t''
failure\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l path -d 'By a part of the path of its request' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l client-ip -d 'By the address it came from, or a part of it' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l to -d 'Where it goes: `logs` or `events` (Datadog), of sessions and traces also `otlp[=URL]` or `llmobs`, `-`, or a path whose ending picks the format; repeatable, with `,best-effort` behind one that must not hold the others back' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l compression -d 'Compression on the way to Datadog' -r -f -a "zstd\t''
gzip\t''
none\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l late -d 'What happens to events older than Datadog takes [default: restamp, after asking]' -r -f -a "restamp\t''
skip\t''
deadletter\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l rotate-size -d 'Several files instead of one, each about this large: 100MB, 512KiB' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l rotate-age -d 'Several files instead of one, each ended so long after its first row [with --follow: 1h]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l format -d 'Format of a file or of stdout' -r -f -a "ndjson\t'One object a line'
json\t'One array'
csv\t'A row each, under a heading'"
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l verify-wait -d 'How long Datadog may take to make it searchable' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l price-per-million -d 'What a million indexed events cost, for --estimate' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l price-per-gb -d 'What a gigabyte of ingested logs costs, for --estimate' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l new -d 'From the stored position to now, for cron; --since says where to begin the first time'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l again -d 'Send what was sent before once more, under the same ids'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l follow -d 'From the stored position on, and stay'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l overwrite -d 'Replace a file that exists'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l dry-run -d 'Show the real payloads, the key masked; send nothing, write no file'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l no-redact -d 'Leave secrets in requests and messages as they are'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l verify -d 'Once it is indexed, prove that it is all there, as `receipts verify` does'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l estimate -d 'Say how many events, bytes and requests it would be, and send nothing'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand audit; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and not __fish_seen_subcommand_from export" -f -a "export" -d 'Ship the traces of an agent platform, or spans of OTLP, to Datadog or to files'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l file -d 'Traces: a file, every file of a folder, or standard input (`-`)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l interval -d 'With --follow: how often the files are looked at' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l heartbeat -d 'With --follow: how often a heartbeat goes to the logs, which says that events would arrive' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l health-listen -d 'With --follow: answer /healthz, /readyz and /metrics at [HOST:]PORT; without HOST, to this machine alone' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l timestamp-is -d 'What a line\'s timestamp is the time of, for spans' -r -f -a "start\t'When it began'
end\t'When it was over'"
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l to -d 'Where it goes: `logs` or `events` (Datadog), of sessions and traces also `otlp[=URL]` or `llmobs`, `-`, or a path whose ending picks the format; repeatable, with `,best-effort` behind one that must not hold the others back' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l compression -d 'Compression on the way to Datadog' -r -f -a "zstd\t''
gzip\t''
none\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l late -d 'What happens to events older than Datadog takes [default: restamp, after asking]' -r -f -a "restamp\t''
skip\t''
deadletter\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l rotate-size -d 'Several files instead of one, each about this large: 100MB, 512KiB' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l rotate-age -d 'Several files instead of one, each ended so long after its first row [with --follow: 1h]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l format -d 'Format of a file or of stdout' -r -f -a "ndjson\t'One object a line'
json\t'One array'
csv\t'A row each, under a heading'"
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l follow -d 'Stay, and send what is written from now on as well'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l again -d 'Send what was sent before once more, under the same ids'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l keep-duplicates -d 'Send a line also where the same came before in this run'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l no-redact -d 'Leave secrets in texts as they are'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l overwrite -d 'Replace a file that exists'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l dry-run -d 'Show the real payloads, the key masked; send nothing, write no file'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand traces; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -f -a "list" -d 'List what was sent, the newest run first'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -f -a "show" -d 'Show one receipt: who sent what where, batch by batch'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and not __fish_seen_subcommand_from list show verify" -f -a "verify" -d 'Prove that every session event is at Datadog, or name what is not'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -l limit -d 'Show at most this many' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -l check -d 'Instead, name the receipts that are not as they were written'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l since -d 'Sessions that started since then: 90d, 2026-07-01, RFC 3339' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l until -d 'Sessions that started before then' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l user -d 'By who authenticated: e-mail, name or subject id' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l agent -d 'By machine identity: its name, e-mail or id; `*` for every agent' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l connection -d 'By connection name, `*` and `?` allowed' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l type -d 'By connection type: database, application, custom, httpproxy, …' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l outcome -d 'By how the session ended' -r -f -a "success\t''
failure\t''
blocked\t''
rejected\t''
unknown\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l status -d 'By where the session stands' -r -f -a "open\t''
ready\t''
done\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l approval -d 'By its review' -r -f -a "pending\t''
approved\t''
rejected\t''
revoked\t''
not-required\t'No rule demanded one'"
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l correlation -d 'By correlation id' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l wait -d 'How long Datadog may take to make what was just sent searchable' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l report -d 'Write the auditor\'s page: one HTML file that needs no network' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l overwrite -d 'Replace a report that exists'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand receipts; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -f -a "register" -d 'Register a destination for the gateway\'s webhooks'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -f -a "list" -d 'List the gateway\'s webhook endpoints, with how their deliveries went'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -f -a "show" -d 'Show one endpoint: where it points, what it gets, and how the last deliveries went'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -f -a "test" -d 'Send a test webhook to an endpoint and follow it to the end'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -f -a "update" -d 'Change where an endpoint points, what it gets, or whether it gets anything'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -f -a "remove" -d 'Remove an endpoint: nothing is sent to it any more'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -f -a "rotate" -d 'Replace the signing secret of an endpoint; the old one is valid for another day'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -f -a "deliveries" -d 'List the tries to deliver to an endpoint, newest first, with what came back'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and not __fish_seen_subcommand_from register list show test update remove rotate deliveries redeliver" -f -a "redeliver" -d 'Send again what failed: one message, or all since a time'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l to -d 'Where the events go: the URL of a relay, or `logs` for Datadog\'s intake' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l uid -d 'Name by which the endpoint is found again' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l signing-secret-file -d 'Signing secret (`whsec_…`) for a relay; a file that does not exist is made' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l attach -d 'Push the sessions of this connection, `*` for any part of its name; repeatable' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l svix-url -d 'Ask the Svix server behind the gateway itself (else DDCTL_SVIX_URL, or svix.url of the profile)' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l svix-token-file -d 'Read the Svix token from FILE (else DDCTL_SVIX_TOKEN)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l allow-key-in-url -d 'Put the API key into the URL, in clear for everybody who may read endpoints'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l print-hook-script -d 'Print a script for the gateway\'s runbook hooks, which work without webhooks, and do no more'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l dry-run -d 'Show what would be sent, and send nothing'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from register" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l svix-url -d 'Ask the Svix server behind the gateway itself (else DDCTL_SVIX_URL, or svix.url of the profile)' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l svix-token-file -d 'Read the Svix token from FILE (else DDCTL_SVIX_TOKEN)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -l svix-url -d 'Ask the Svix server behind the gateway itself (else DDCTL_SVIX_URL, or svix.url of the profile)' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -l svix-token-file -d 'Read the Svix token from FILE (else DDCTL_SVIX_TOKEN)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -l wait -d 'How long to follow it' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -l svix-url -d 'Ask the Svix server behind the gateway itself (else DDCTL_SVIX_URL, or svix.url of the profile)' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -l svix-token-file -d 'Read the Svix token from FILE (else DDCTL_SVIX_TOKEN)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l to -d 'Where the events go: the URL of a relay, or `logs` for Datadog\'s intake' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l events -d 'Event types that are sent to it, comma-separated; `all` is every type' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l description -d 'What people read about it' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l svix-url -d 'Ask the Svix server behind the gateway itself (else DDCTL_SVIX_URL, or svix.url of the profile)' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l svix-token-file -d 'Read the Svix token from FILE (else DDCTL_SVIX_TOKEN)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l enable -d 'Send to it again'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l disable -d 'Send nothing to it; nothing is kept for later'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l allow-key-in-url -d 'Put the API key into the URL, in clear for everybody who may read endpoints'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l dry-run -d 'Show the difference, and change nothing'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from update" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -l svix-url -d 'Ask the Svix server behind the gateway itself (else DDCTL_SVIX_URL, or svix.url of the profile)' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -l svix-token-file -d 'Read the Svix token from FILE (else DDCTL_SVIX_TOKEN)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l signing-secret-file -d 'The relay\'s file of signing secrets, one a line; made when it does not exist' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l svix-url -d 'Ask the Svix server behind the gateway itself (else DDCTL_SVIX_URL, or svix.url of the profile)' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l svix-token-file -d 'Read the Svix token from FILE (else DDCTL_SVIX_TOKEN)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l limit -d 'How many' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l svix-url -d 'Ask the Svix server behind the gateway itself (else DDCTL_SVIX_URL, or svix.url of the profile)' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l svix-token-file -d 'Read the Svix token from FILE (else DDCTL_SVIX_TOKEN)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l failed -d 'Those that failed alone'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from deliveries" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l since -d 'All that failed since then, 14 days back at most' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l wait -d 'How long to follow it' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l svix-url -d 'Ask the Svix server behind the gateway itself (else DDCTL_SVIX_URL, or svix.url of the profile)' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l svix-token-file -d 'Read the Svix token from FILE (else DDCTL_SVIX_TOKEN)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l dry-run -d 'Show what would be sent again, and send nothing'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand webhooks; and __fish_seen_subcommand_from redeliver" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l listen -d 'Where webhooks come in, [HOST:]PORT; without HOST, from this machine alone' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l signing-secret-file -d 'The signing secrets, one `whsec_` a line; each of them is valid' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l tls-cert -d 'The certificate\'s chain, PEM: speak TLS' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l tls-key -d 'The certificate\'s key, PEM' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l complete-within -d 'How long a webhook waits for the gateway before it goes out incomplete' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l reconcile-every -d 'How often the gateway\'s list of sessions is read for what no webhook told' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l spool-size -d 'What is kept at most: above it webhooks are answered 503' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l disk-free -d 'What stays free on the disk: below it webhooks are answered 503' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l queue -d 'Keep webhooks and events in NATS JetStream, for several relays: nats://HOST[:PORT], or tls://; several servers of one system with commas' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l queue-credential-file -d 'Read what signs in to the queue from FILE: a token, user:password, or a .creds file (else DDCTL_QUEUE_CREDENTIAL)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l queue-replicas -d 'Copies of what is in the queue (else three in a cluster, one on a server that stands alone)' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l queue-ack-wait -d 'How long a relay that died keeps its part from the others; 90s or more, so that a request to Datadog has its time' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l compression -d 'Compression on the way to Datadog' -r -f -a "zstd\t''
gzip\t''
none\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l heartbeat -d 'How often a heartbeat goes to the logs, which says that events would arrive' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l health-listen -d 'Answer /healthz, /readyz and /metrics at [HOST:]PORT; without HOST, to this machine alone' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l to -d 'Where it goes: `logs` or `events` (Datadog); repeatable, with `,best-effort` behind one that must not hold the others back' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l late -d 'What happens to events older than Datadog takes [default: restamp]' -r -f -a "restamp\t''
skip\t''
deadletter\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l unsigned -d 'Take webhooks that nobody signed; on this machine alone'
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l no-redact -d 'Leave secrets in commands as they are'
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l dry-run -d 'Show the real payloads, the key masked; send nothing, write no file'
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l overwrite -d 'Replace a file that exists'
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand relay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -f -a "env" -d 'The settings by which a program with an OpenTelemetry SDK sends to Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -f -a "check" -d 'Do the settings of a program with an OpenTelemetry SDK bring its spans to Datadog?'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and not __fish_seen_subcommand_from env check receive" -f -a "receive" -d 'Receive OTLP, show GenAI spans as trees with model, tokens, cost and time, and pass them on'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l for -d 'What the settings are written for' -r -f -a "shell\t'`export` lines'
dotenv\t'KEY=VALUE lines'
docker\t'`docker run -e …`'
kubernetes\t'The `env:` of a container'
python\t'Code that sets up the SDK'
node\t'Code that sets up the SDK, to be preloaded'"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l via -d 'Straight to Datadog\'s intake, or to an Agent or a collector nearby' -r -f -a "intake\t''
agent\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l agent-url -d 'Where the Agent or collector is, without /v1/traces [default: this machine, or what the form has for it; in Kubernetes the node]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l service -d 'Name of the program' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l env -d 'Where it runs: prod, staging' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l service-version -d 'Its version' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l also -d 'A further receiver, such as `ddctl otel receive`; repeatable, for python and node' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l llmobs -d 'Have its GenAI spans in LLM Observability too'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l content -d 'Capture prompts and answers: they leave for Datadog as they are'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l with-key -d 'Write the key itself in the place of a reference to DD_API_KEY, for shell and dotenv'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from env" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l env-file -d 'Read the variables from FILE, or - for standard input, in the place of this environment' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l wait -d 'How long to look for the span with an application key' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l genai -d 'Send a GenAI span'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l dry-run -d 'Say what the SDK makes of the variables; send nothing'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l listen -d 'Where it listens; with CMD any free port unless told' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l compression -d 'Compression on the way to Datadog' -r -f -a "zstd\t''
gzip\t''
none\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l to -d 'Pass the spans on: `otlp` (Datadog\'s intake) or `otlp=URL` (an Agent, a collector); repeatable, with `,best-effort` behind one that must not hold the others back' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l late -d 'What happens to events older than Datadog takes [default: restamp, after asking]' -r -f -a "restamp\t''
skip\t''
deadletter\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l overwrite -d 'Replace a file that exists'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l dry-run -d 'Show the real payloads, the key masked; send nothing, write no file'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand otel; and __fish_seen_subcommand_from receive" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -f -a "list" -d 'List the packs and their monitors, or with --live Datadog\'s'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -f -a "show" -d 'Show a monitor: why it exists, what to tune, its query in words, and the facets it needs'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -f -a "validate" -d 'Check monitors: do they parse, can they match, and would Datadog take them?'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -f -a "test" -d 'Run the cases that monitors bring along: events that trip them, and events that do not'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -f -a "plan" -d 'Show what `apply` would do: made, changed field by field, left alone, no longer in a file'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -f -a "apply" -d 'Make Datadog\'s monitors as the packs and files say'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -f -a "remove" -d 'Remove monitors of ours from Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -f -a "export" -d 'Write Datadog\'s monitors as files, to be kept as code'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and not __fish_seen_subcommand_from list show validate test plan apply remove export eval" -f -a "eval" -d 'Hold events against a search or a monitor: what matches, and would it fire?'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l pack -d 'The monitors of this pack; every pack where neither is given' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l tag -d 'Every monitor with this tag, kept as code or not' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l namespace -d 'Whose monitors and dashboards: part of their mark at Datadog [default: the profile\'s `namespace`, else its name]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l live -d 'Datadog\'s monitors and their states'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -l shape -d 'How the events reach Datadog: ddctl, hoop-webhook, execlave, otlp' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -l var -d 'Set a variable of the monitors; repeatable' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l pack -d 'The monitors of this pack; every pack where neither is given' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l shape -d 'Only the query for events of this shape: ddctl, hoop-webhook, execlave, otlp' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l var -d 'Set a variable of the monitors; repeatable' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l offline -d 'Ask nobody: parse and lint'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l allow-lint -d 'Exit 0 although a part of a query can never match'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from validate" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -l pack -d 'The monitors of this pack; every pack where neither is given' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -l shape -d 'Only the cases for events of this shape: ddctl, hoop-webhook, execlave, otlp' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -l junit -d 'Also write the result as JUnit XML' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -l var -d 'Set a variable of the monitors; repeatable' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l pack -d 'The monitors of this pack; every pack where neither is given' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l shape -d 'How the events reach Datadog: ddctl, hoop-webhook, execlave, otlp [default: as the profile\'s `delivery` says]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l var -d 'Set a variable of the monitors; repeatable' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l namespace -d 'Whose monitors and dashboards: part of their mark at Datadog [default: the profile\'s `namespace`, else its name]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l check -d 'Exit 3 where there is a difference'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from plan" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l pack -d 'The monitors of this pack; every pack where neither is given' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l shape -d 'How the events reach Datadog: ddctl, hoop-webhook, execlave, otlp [default: as the profile\'s `delivery` says]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l var -d 'Set a variable of the monitors; repeatable' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l expect-owned -d 'Refuse where Datadog lists fewer of this namespace; for runs that remember nothing, as in CI' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l namespace -d 'Whose monitors and dashboards: part of their mark at Datadog [default: the profile\'s `namespace`, else its name]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l prune -d 'Remove what is ours and in no file any longer, of the packs and folders that are named'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from apply" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l pack -d 'All of this pack; repeatable' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l namespace -d 'Whose monitors and dashboards: part of their mark at Datadog [default: the profile\'s `namespace`, else its name]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l all -d 'All of the namespace'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l tag -d 'Every monitor with this tag' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l to -d 'The folder for the files' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l namespace -d 'Whose monitors and dashboards: part of their mark at Datadog [default: the profile\'s `namespace`, else its name]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l owned -d 'Every monitor of the namespace'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l overwrite -d 'Replace files that are there'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l file -d 'One JSON object a line; `-` for standard input' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l query -d 'A search, as in Datadog\'s Log Explorer' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l monitor -d 'PACK/NAME of a pack\'s monitor, or a file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l at -d 'The moment at which the monitor looks back; now unless said' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l shape -d 'How the events reach Datadog: ddctl, hoop-webhook, execlave, otlp' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l var -d 'Set a variable of the monitors; repeatable' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l matching -d 'Print the events that match, one a line, and nothing else'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand monitors; and __fish_seen_subcommand_from eval" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -f -a "list" -d 'List the packs\' dashboards, or with --live Datadog\'s'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -f -a "plan" -d 'Show what `apply` would do: made, changed field by field, left alone, no longer in a file'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -f -a "apply" -d 'Make Datadog\'s dashboards as the packs and files say'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and not __fish_seen_subcommand_from list plan apply remove" -f -a "remove" -d 'Remove dashboards of ours from Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l pack -d 'The dashboards of this pack; every pack where neither is given' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l namespace -d 'Whose monitors and dashboards: part of their mark at Datadog [default: the profile\'s `namespace`, else its name]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l live -d 'Datadog\'s dashboards that are kept as code'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l pack -d 'The dashboards of this pack; every pack where neither is given' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l namespace -d 'Whose monitors and dashboards: part of their mark at Datadog [default: the profile\'s `namespace`, else its name]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l check -d 'Exit 3 where there is a difference'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from plan" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l pack -d 'The dashboards of this pack; every pack where neither is given' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l expect-owned -d 'Refuse where Datadog lists fewer of this namespace; for runs that remember nothing, as in CI' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l namespace -d 'Whose monitors and dashboards: part of their mark at Datadog [default: the profile\'s `namespace`, else its name]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l prune -d 'Remove what is ours and in no file any longer, of the packs and folders that are named'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from apply" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l pack -d 'All of this pack; repeatable' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l namespace -d 'Whose monitors and dashboards: part of their mark at Datadog [default: the profile\'s `namespace`, else its name]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l all -d 'All of the namespace'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand dashboards; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l file -d 'Events of your own in place of a scenario: NDJSON, or `-`' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l monitor -d 'The monitor: PACK/NAME, a YAML file, the id of one at Datadog, or its pasted URL [default: the scenario\'s own]' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l var -d 'Set a variable of the monitors; repeatable' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l expect -d 'The state it has to come to: alert, warn, ok, no-data' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l settle -d 'How long `ok` and `no-data` have to hold once the events are there' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l junit -d 'Also write the answer as JUnit XML' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l ci -d 'Also write it in the words of this CI system' -r -f -a "github\t'GitHub Actions: an annotation, and a table in the step\'s summary'"
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l dry-run -d 'Predict, and send nothing'
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l live -d 'Use the real monitor and not a copy: people may be told'
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l cleanup -d 'Delete what interrupted rehearsals left behind'
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand test-event" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -f -a "list" -d 'List the events that were set aside, with the reason'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -f -a "show" -d 'Show one dead letter with its event'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -f -a "retry" -d 'Send dead letters again, under the same ids'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and not __fish_seen_subcommand_from list show retry drop" -f -a "drop" -d 'Give dead letters up: their events are delivered nowhere and gone'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l api-key-file -d 'Read the API key from FILE (else DD_API_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l app-key-file -d 'Read the application key or access token from FILE (else DD_APP_KEY)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l all -d 'Every letter'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l dry-run -d 'Name what would be sent; send nothing'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l api-key-stdin -d 'Read the API key from standard input'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from retry" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -l all -d 'Every letter'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand deadletters; and __fish_seen_subcommand_from drop" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -f -a "show" -d 'Show how far each destination is, and who is at work'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -f -a "verify" -d 'Read the whole state and say what in it is not what was written'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -f -a "repair" -d 'Make a sound file of a damaged one; what cannot be kept is named'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and not __fish_seen_subcommand_from show verify repair reset" -f -a "reset" -d 'Forget positions: what they called delivered goes out again, under the same ids'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from repair" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -l all -d 'Every position'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand state; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -f -a "path" -d 'Print where the settings file is'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -f -a "list" -d 'Show every setting in force'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -f -a "get" -d 'Print one setting in force'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -f -a "set" -d 'Keep a setting in a profile'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -f -a "edit" -d 'Open the settings file in $EDITOR, and check it on saving'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -f -a "use" -d 'Choose the profile that is used when none is named'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and not __fish_seen_subcommand_from path list get set edit use check" -f -a "check" -d 'Check the settings, and show what each of the gateway\'s connections resolves to'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -l origin -d 'Show which layer each value came from'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from get" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from use" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from use" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from use" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from use" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from use" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from use" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from use" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from use" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from use" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from use" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from use" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from use" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from use" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from use" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from use" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -l gateway-token-file -d 'Read the gateway token from FILE (else HOOP_TOKEN, else the hoop CLI\'s own settings)' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l listen -d 'Where Datadog\'s stand-in listens; the gateway\'s and Svix\'s take the next two ports. 0 is any free port' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l sessions -d 'How many sessions the gateway has' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l seed -d 'The same seed makes the same sessions and the same faults' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l span -d 'Over which time the sessions spread' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l open -d 'How many of them are still open, beside the first two' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l every -d 'A new session begins every so often, and ends some seconds later' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l index-delay -d 'How long a log stays invisible to searches' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l evaluation-interval -d 'How often a monitor looks at the logs; Datadog\'s do about every minute' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l licence -d 'The gateway\'s licence' -r -f -a "oss\t''
enterprise\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l svix-speed -d 'How many times faster than the real ones the waits of Svix pass: retries, new headers' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l fault -d 'Something that goes wrong; repeatable' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l print-env -d 'Print KEY=VALUE lines, then `# ready`, and keep serving'
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand sandbox" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand completions" -s h -l help -d 'Print help'
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -l to-dir -d 'Write one page a command into DIR' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -l profile -d 'Profile of the settings file' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -l site -d 'Datadog site: datadoghq.eu, eu, or a pasted page address' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -l gateway-url -d 'Address of the gateway' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -l config -d 'Settings file instead of the platform\'s own' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -s o -l output -d 'Format of the answer' -r -f -a "table\t''
json\t''
ndjson\t''
yaml\t''
csv\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -l log-format -d 'Format of what -v says' -r -f -a "text\t''
json\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -l color -d 'When to colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -l tz -d 'Zone of tables and of bare times: Europe/Berlin, UTC, local' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -l ca-file -d 'Certificates (PEM) trusted beside the system\'s' -r -F
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -l timeout -d 'End the whole command after this time: 30s, 5m' -r
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -l no-input -d 'Never ask; fail where an answer is needed'
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -s y -l yes -d 'Answer every question with yes'
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -l read-only -d 'Refuse to change anything on the gateway or at Datadog'
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -s q -l quiet -d 'Say nothing but answers, warnings and errors'
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -s v -l verbose -d 'Say on stderr what is asked of whom; twice for what is decided in between'
complete -c ddctl -n "__fish_ddctl_using_subcommand man" -s h -l help -d 'Print help'
