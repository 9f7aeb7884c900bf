
set edit:completion:arg-completer[ddctl] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) DDCTL_COMPLETE="elvish" ddctl -- $@words) | to-lines
}

