//! The page and the picture of a recording: in a real browser, with recordings that attack it.

use base64::Engine as _;
use regex::Regex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{
    Asked, Chromium, DESKTOP, SandboxOptions, ScriptedServer, Tab, TestEnvironment, Window,
};

const ID: &str = "7c1e7a52-0d0f-4d7a-9a51-3e7d1f6b2c11";

/// True once the page has shown its recording.
const READY: &str = "'ready' in (document.documentElement?.dataset ?? {})";

/// The place of a session of a PostgreSQL driver among those of the sandbox, newest first.
const DRIVER: usize = 13;

/// Text that would do something wherever it became markup, an address or a script.
const HOSTILE: &str = concat!(
    "</script><script>window.hacked=1</script><img src=x onerror=\"window.hacked=1\">",
    "<!--<script> javascript:window.hacked=1 {{x}} ${x} &lt;b&gt; \u{202e}\u{2028}\u{2066}]]>"
);

/// Those of its characters that turn the text around or end a line of a script.
const UNSEEN: [char; 3] = ['\u{202e}', '\u{2028}', '\u{2066}'];

fn base64(data: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(data)
}

/// An event stream as the gateway sends it.
fn stream(events: &[(f64, &str, &[u8])]) -> Value {
    let events = events.iter();
    events
        .map(|(time, code, data)| json!([time, code, base64(data)]))
        .collect()
}

/// A gateway with one session, and whoever asks it.
fn gateway(connection: &str, events: &[(f64, &str, &[u8])]) -> (ScriptedServer, TestEnvironment) {
    let (kind, subtype) = connection.split_once('/').unwrap_or((connection, ""));
    let session = json!({
        "id": ID, "user": format!("{HOSTILE}@shop.example"), "user_id": "1",
        "connection": format!("prod {HOSTILE}"), "type": kind, "connection_subtype": subtype,
        "verb": "connect", "status": "done", "exit_code": 0,
        "start_date": "2026-11-20T03:12:00Z", "end_date": "2026-11-20T03:14:00Z",
        "event_stream": stream(events),
    })
    .to_string();
    let server = ScriptedServer::start(move |asked: &Asked| {
        let body = match asked.target.contains("/sessions/") {
            true => session.clone(),
            false => json!({ "version": "1.0", "license_info": {} }).to_string(),
        };
        (200, "application/json", body)
    });
    let mut environment = TestEnvironment::empty();
    environment.set("HOOP_APIURL", server.url());
    environment.set(
        "HOOP_TOKEN",
        "hpk_sandbox-admin-000000000000000000000000000000",
    );
    (server, environment)
}

/// Exports the session of `gateway` and answers the file's content.
#[track_caller]
fn export(environment: &TestEnvironment, name: &str, flags: &[&str]) -> String {
    let mut args = vec!["sessions", "export", ID, "--to", name];
    args.extend(flags);
    let _ = environment.run(args).exits(0);
    std::fs::read_to_string(environment.path(name)).expect("it was written")
}

/// The data of a block, as the page reads a plain one.
#[track_caller]
fn block(page: &str, id: &str) -> Value {
    let head = format!("<script type=\"application/json\" id=\"{id}\">");
    let (_, rest) = page.split_once(&head).expect("the block is there");
    let (json, _) = rest.split_once("</script>").expect("it ends");
    serde_json::from_str(json).expect("it is JSON")
}

fn shell() -> Vec<(f64, &'static str, &'static [u8])> {
    vec![
        (0.0, "o", b"$ "),
        (1.0, "i", b"ls\r"),
        (1.1, "o", b"ls\r\nREADME.md\r\n$ "),
        (20.0, "i", b"cat README.md\r"),
        (
            20.1,
            "o",
            b"cat README.md\r\n\x1b[1;31mred\x1b[0m text\r\n$ ",
        ),
        (60.0, "o", b"done\r\n"),
    ]
}

#[test]
fn a_page_names_what_it_is_of_what_was_hidden_and_its_checksum() {
    let (_server, environment) = gateway(
        "custom",
        &[(1.5, "o", b"$ export DB_PASSWORD=correct-horse\r\n")],
    );
    let page = export(&environment, "session.html", &[]);
    assert!(!page.contains("correct-horse"), "the secret is not there");
    let received = stream(&[(1.5, "o", b"$ export DB_PASSWORD=correct-horse\r\n")]);
    let checksum: String = Sha256::digest(received.to_string())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    for fact in [
        ID,
        "<dt>Gateway</dt><dd>http://127.0.0.1:",
        "<dt>Started</dt><dd>2026-11-20 03:12:00.000 UTC</dd>",
        "<dt>Range</dt><dd>all of 1.5s, 1 event</dd>",
        concat!(
            "<dt>Made by</dt><dd>ddctl ",
            env!("CARGO_PKG_VERSION"),
            "</dd>"
        ),
        "<dt>Hidden</dt><dd>password × 1</dd>",
        &checksum,
    ] {
        assert!(page.contains(fact), "{fact}");
    }
    let open = export(&environment, "open.html", &["--no-redact"]);
    assert!(open.contains("redaction was switched off"));
    assert!(block(&open, "lines").to_string().contains("correct-horse"));
}

#[test]
fn a_pages_policy_allows_its_own_script_and_style_and_nothing_else() {
    let (_server, environment) = gateway("custom", &shell());
    let page = export(&environment, "session.html", &[]);
    let (_, rest) = page
        .split_once("Content-Security-Policy\" content=\"")
        .expect("a policy");
    let (policy, _) = rest.split_once('"').expect("it ends");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(
        !policy.contains("unsafe") && !policy.contains('*'),
        "{policy}"
    );
    for (open, close, directive) in [
        ("<style>", "</style>", "style-src"),
        ("<script>", "</script>", "script-src"),
    ] {
        let parts: Vec<&str> = page.split(open).skip(1).collect();
        assert_eq!(parts.len(), 1, "one {open}");
        let (text, _) = parts[0].split_once(close).expect("it ends");
        let hash = base64(&Sha256::digest(text));
        assert!(
            policy.contains(&format!("{directive} 'sha256-{hash}'")),
            "{policy}"
        );
    }
    let tags = Regex::new(r"<[a-zA-Z][^>]*>").expect("a pattern");
    let tags: Vec<&str> = tags.find_iter(&page).map(|tag| tag.as_str()).collect();
    assert!(tags.len() > 50);
    for tag in tags {
        for part in [
            "src=", "srcset=", "style=", " on", "url(", "<link", "<iframe", "<base",
        ] {
            assert!(!tag.contains(part), "{tag}");
        }
    }
    for power in [
        "innerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "fetch(",
    ] {
        assert!(!page.contains(power), "{power}");
    }
}

#[test]
fn what_was_recorded_comes_back_as_it_was_and_never_as_markup() {
    let output = format!("{HOSTILE}\r\n");
    let (_server, environment) = gateway("custom", &[(0.5, "o", output.as_bytes())]);
    let page = export(&environment, "session.html", &[]);
    let shown = HOSTILE.replace(UNSEEN, "");
    assert_eq!(block(&page, "lines"), json!([[500, 0, shown]]));
    for part in ["<img", "<script>window", "onerror=\"window"] {
        assert!(!page.contains(part), "{part}");
    }
    assert!(!page.contains(UNSEEN));
}

/// A page of `gateway`'s session in a browser.
#[track_caller]
fn open<'a>(
    chromium: &'a mut Chromium,
    environment: &TestEnvironment,
    hash: &str,
    window: Window,
) -> Tab<'a> {
    let _ = export(environment, "session.html", &["--overwrite"]);
    chromium.open(&environment.path("session.html"), hash, window, READY)
}

/// All that a page is made of.
const ELEMENTS: &str = "html head meta title style body script noscript a header div h1 p button \
    details summary dl dt dd main section input span label select option aside search form nav h2 \
    ol li b code time i mark footer dialog table tbody tr th td kbd";

#[test]
fn hostile_text_is_inert_and_nothing_is_asked_of_a_network() {
    let Some(mut chromium) = Chromium::start() else {
        return;
    };
    let output = format!(
        "$ {HOSTILE}\r\n\x1b]8;;javascript:window.hacked=1\x07link\x1b]8;;\x07 \
         \u{9b}31m\x1b]0;{HOSTILE}\x07\x1b]52;c;aGk=\x07\r\n"
    );
    let request = format!("GET /{HOSTILE} HTTP/1.1\r\n\r\n{HOSTILE}");
    let query = format!("\x03SELECT '{HOSTILE}'");
    for (connection, code, data) in [
        ("custom", "o", output.as_bytes()),
        ("httpproxy", "i", request.as_bytes()),
        ("database/mysql", "i", query.as_bytes()),
    ] {
        let (_server, environment) = gateway(connection, &[(0.2, code, data), (0.9, code, data)]);
        let mut tab = open(&mut chromium, &environment, "", DESKTOP);
        tab.press("End");
        tab.press("t");
        tab.press("/");
        tab.type_text("onerror");
        tab.press("Enter");
        tab.wait_until("document.getElementById('hits').textContent.includes('match')");
        assert_eq!(tab.value("window.hacked"), Value::Null, "{connection}");
        let others = format!(
            "[...document.querySelectorAll('*')].map((node) => node.localName) \
             .filter((name) => !'{ELEMENTS}'.split(' ').includes(name)).join()"
        );
        assert_eq!(tab.value(&others), "", "{connection}");
        let scripts =
            "[...document.querySelectorAll('script, style')].map((node) => node.id).join()";
        assert_eq!(tab.value(scripts), ",about,film,looks,lines,commands,");
        assert_eq!(
            tab.value("/[\\u001b\\u009b\\u202a-\\u202e\\u2066-\\u2069\\u2028]/.test(document.body.innerText)"),
            false
        );
        let addresses = tab.value("[...document.links].map((link) => link.protocol).sort().join()");
        let addresses = addresses.as_str().expect("a list");
        assert!(!addresses.contains("javascript"), "{addresses}");
        let attributes = tab.value(
            "[...document.querySelectorAll('*')].flatMap((node) => [...node.attributes]) \
             .filter(({ value }) => value.includes('onerror')).length",
        );
        assert_eq!(attributes, 0, "no recorded text is in an attribute");
        assert!(
            tab.text("#transcript").contains("<img src=x onerror="),
            "{connection}"
        );
        assert_eq!(tab.requests(), [""; 0], "{connection}");
        assert_eq!(tab.complaints(), [""; 0], "{connection}");
    }
}

/// The rows of the screen that show something.
fn rows(tab: &mut Tab<'_>) -> Vec<String> {
    let text =
        tab.value("[...document.querySelectorAll('.r')].map((row) => row.textContent).join('\\n')");
    let text = text.as_str().expect("a text").trim_end();
    text.lines().map(|row| row.trim_end().to_owned()).collect()
}

#[test]
fn a_permalink_opens_the_page_at_its_place() {
    let Some(mut chromium) = Chromium::start() else {
        return;
    };
    let (_server, environment) = gateway("custom", &shell());
    let at_start = ["$"];
    let at_command = ["$ ls", "README.md", "$"];
    let later = ["$ ls", "README.md", "$ cat README.md", "red text", "$"];
    for (hash, now, expected) in [
        ("", "0:00", &at_start[..]),
        ("#command-2", "0:20", &later),
        ("#command-1", "0:01", &at_command),
        ("#t=20.5", "0:20", &later),
        ("#t=0:20.5", "0:20", &later),
        ("#t=nonsense", "0:00", &at_start),
    ] {
        let mut tab = open(&mut chromium, &environment, hash, DESKTOP);
        assert_eq!(tab.text("#now"), now, "{hash}");
        assert_eq!(rows(&mut tab), expected, "{hash}");
    }
    let mut tab = open(&mut chromium, &environment, "#t=20.5", DESKTOP);
    let red = "getComputedStyle([...document.querySelectorAll('.r span')].find((node) => node.textContent === 'red'))";
    assert_eq!(tab.value(&format!("{red}.fontWeight")), "700");
    assert_eq!(tab.value(&format!("{red}.color")), "rgb(255, 156, 158)");
}

#[test]
fn a_page_is_used_by_keyboard_alone() {
    let Some(mut chromium) = Chromium::start() else {
        return;
    };
    let (_server, environment) = gateway("custom", &shell());
    let mut tab = open(&mut chromium, &environment, "", DESKTOP);
    tab.press("]");
    assert_eq!(tab.text("#now"), "0:01");
    tab.press("]");
    assert_eq!(tab.value("location.hash"), "#command-2");
    tab.press("[");
    assert_eq!(tab.text("#now"), "0:01");
    tab.press("ArrowRight");
    assert_eq!(tab.text("#now"), "0:06");
    tab.press(".");
    assert_eq!(tab.text("#now"), "0:20");
    tab.press("End");
    assert_eq!(rows(&mut tab).last().map(String::as_str), Some("$ done"));
    tab.press("5");
    assert_eq!(tab.text("#now"), "0:30");
    tab.press("l");
    assert_eq!(tab.value("location.hash"), "#t=30");
    tab.press("t");
    assert_eq!(
        tab.value("document.getElementById('panel-screen').hidden"),
        true
    );
    tab.press("?");
    assert_eq!(tab.value("document.getElementById('help').open"), true);
    tab.press("Escape");
    tab.wait_until("!document.getElementById('help').open");
    tab.press("/");
    assert_eq!(tab.value("document.activeElement.id"), "query");
    tab.type_text("README");
    tab.press("Enter");
    assert_eq!(tab.text("#hits"), "1 of 2 matches, at 0:01.1");
    tab.press("Escape");
    tab.press("Home");
    tab.press("n");
    tab.press("n");
    assert_eq!(tab.text("#hits"), "2 of 2 matches, at 0:20.1");
    tab.value(
        "(() => { const play = document.getElementById('play'); window.shown = []; \
         new MutationObserver(() => shown.push(play.textContent)).observe(play, { childList: true }) })()",
    );
    tab.press(" ");
    tab.wait_until("shown[0] === 'Pause'");
    assert_eq!(tab.complaints(), [""; 0]);
}

#[test]
fn every_control_is_reached_by_tab_in_the_order_of_the_page_and_shows_its_focus() {
    let Some(mut chromium) = Chromium::start() else {
        return;
    };
    let (_server, environment) = gateway("custom", &shell());
    let mut tab = open(&mut chromium, &environment, "", DESKTOP);
    let mut reached = Vec::new();
    for _ in 0..24 {
        tab.press("Tab");
        let focus = tab.value(
            "(() => { const node = document.activeElement; const style = getComputedStyle(node); \
             return [node.id || node.className || node.tagName, parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== 'none']; })()",
        );
        if focus[0] == "BODY" {
            break;
        }
        let name = focus[0].as_str().expect("a name").to_owned();
        assert_eq!(focus[1], true, "{name} shows its focus");
        reached.push(name);
    }
    assert_eq!(
        reached,
        [
            "skip",
            "theme",
            "help-open",
            "SUMMARY",
            "tab-screen",
            "scroller",
            "scrubber",
            "play",
            "previous",
            "next",
            "speed",
            "idle",
            "link",
            "query",
            "hit-previous",
            "hit-next",
            "A",
            "A"
        ]
    );
}

#[test]
fn pauses_are_cut_and_the_recording_plays_to_its_end() {
    let Some(mut chromium) = Chromium::start() else {
        return;
    };
    let (_server, environment) = gateway("custom", &shell());
    let mut tab = open(&mut chromium, &environment, "", DESKTOP);
    let play = "document.getElementById('speed').value = '100'; \
                document.getElementById('idle').value = '500'; \
                document.getElementById('play').click()";
    tab.value(play);
    tab.wait_until("document.getElementById('now').textContent === '1:00'");
    tab.wait_until("document.getElementById('play').textContent === 'Play'");
    assert_eq!(rows(&mut tab).last().map(String::as_str), Some("$ done"));
}

#[test]
fn a_page_fits_a_phone() {
    let Some(mut chromium) = Chromium::start() else {
        return;
    };
    for width in [320, 360, 400] {
        let window = Window {
            width,
            height: 640,
            is_dark: true,
        };
        for connection in ["custom", "database/mysql"] {
            let (_server, environment) = gateway(connection, &shell());
            let mut tab = open(&mut chromium, &environment, "#t=20.5", window);
            let overflow =
                "document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(tab.value(overflow), 0, "{connection} at {width}");
            let background = "getComputedStyle(document.body.parentElement).backgroundColor";
            assert_eq!(tab.value(background), "rgb(12, 15, 19)");
            let small = tab.value(
                "[...document.querySelectorAll('button, select, input')].filter((node) => \
                 node.offsetWidth && node.getBoundingClientRect().height < 24).map((node) => node.id).join()",
            );
            assert_eq!(small, "", "targets are large enough to be hit");
        }
    }
}

#[test]
fn the_theme_is_the_systems_until_somebody_chooses() {
    let Some(mut chromium) = Chromium::start() else {
        return;
    };
    let (_server, environment) = gateway("custom", &shell());
    let mut tab = open(&mut chromium, &environment, "", DESKTOP);
    let background = "getComputedStyle(document.documentElement).backgroundColor";
    assert_eq!(tab.value(background), "rgb(244, 246, 248)");
    tab.press("d");
    assert_eq!(tab.text("#theme"), "Theme: dark");
    assert_eq!(tab.value(background), "rgb(12, 15, 19)");
    tab.press("d");
    assert_eq!(tab.text("#theme"), "Theme: light");
}

/// Every way in which text stands out has the contrast that WCAG AA asks for.
#[test]
fn text_is_readable_on_its_ground_in_both_themes() {
    let Some(mut chromium) = Chromium::start() else {
        return;
    };
    let (_server, environment) = gateway("database/mysql", &[(0.1, "i", b"\x03SELECT 1")]);
    for is_dark in [false, true] {
        let window = Window { is_dark, ..DESKTOP };
        let mut tab = open(&mut chromium, &environment, "#command-1", window);
        let worst = tab.value(
            "(() => {
               const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
               const luminance = (color) => {
                 const [r, g, b] = numbers(color).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                 return 0.2126 * r + 0.7152 * g + 0.0722 * b;
               };
               const ground = (node) => {
                 const color = getComputedStyle(node).backgroundColor;
                 return numbers(color)[3] === 0 && node.parentElement ? ground(node.parentElement) : color;
               };
               document.querySelector('#facts').open = true;
               const nodes = [...document.querySelectorAll('h1, p, a, button, select, summary, dt, dd, label, b, code, time, #now, .of, .l span, .l a')];
               return nodes.filter((node) => node.offsetWidth && node.textContent.trim() && !node.disabled && !node.matches('.skip')).map((node) => {
                 const [a, b] = [luminance(getComputedStyle(node).color), luminance(ground(node))].map((l) => l + 0.05);
                 return [Math.max(a, b) / Math.min(a, b), `${node.tagName} ${node.id} ${node.className}`];
               }).sort((a, b) => a[0] - b[0])[0];
             })()",
        );
        let contrast = worst[0].as_f64().expect("a number");
        assert!(contrast >= 4.5, "{worst} (dark: {is_dark})");
    }
}

#[test]
fn a_database_session_is_read_and_its_statements_are_jumped_to() {
    let Some(mut chromium) = Chromium::start() else {
        return;
    };
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    // By its place in the sandbox's catalogue: a driver of PostgreSQL.
    let id = sandbox.sessions()[DRIVER]["id"].clone();
    let id = id.as_str().expect("an id");
    let _ = environment
        .run(["sessions", "export", id, "--to", "session.html"])
        .exits(0);
    let file = environment.path("session.html");
    let mut tab = chromium.open(&file, "#command-7", DESKTOP, READY);
    let now = tab.text(".l.now span");
    assert!(now.starts_with("INSERT INTO findings"), "{now}");
    assert_eq!(tab.value("document.getElementById('tabs').hidden"), true);
    assert!(
        tab.text("#command-list a[aria-current]")
            .contains("INSERT INTO")
    );
    assert!(tab.text("#transcript").contains("records no answers"));
    assert_eq!(tab.complaints(), [""; 0]);
}

#[test]
fn a_recording_without_events_makes_a_page_that_says_so() {
    let Some(mut chromium) = Chromium::start() else {
        return;
    };
    for events in [&[][..], &[(0.0, "o", &b"x"[..])]] {
        let (_server, environment) = gateway("custom", events);
        let mut tab = open(&mut chromium, &environment, "", DESKTOP);
        assert_eq!(tab.value("document.getElementById('play').disabled"), true);
        let is_empty = events.is_empty();
        assert_eq!(tab.text(".summary").ends_with("empty"), is_empty);
        if is_empty {
            assert_eq!(
                tab.text("#transcript"),
                "There is nothing to read in this recording."
            );
        }
        tab.press(" ");
        tab.press("]");
        tab.press("t");
        assert_eq!(tab.complaints(), [""; 0]);
    }
}

#[test]
fn a_long_recording_is_packed_and_every_line_of_it_is_found() {
    let Some(mut chromium) = Chromium::start() else {
        return;
    };
    let lines: Vec<String> = (0..30_000)
        .map(|n| format!("row {n} of a long output\r\n"))
        .collect();
    let events: Vec<(f64, &str, &[u8])> = lines
        .iter()
        .enumerate()
        .map(|(n, line)| (n as f64 / 100.0, "o", line.as_bytes()))
        .collect();
    let (_server, environment) = gateway("custom", &events);
    let page = export(&environment, "session.html", &[]);
    assert!(page.contains("<script type=\"application/gzip\" id=\"film\">"));
    assert!(page.len() < 2_000_000, "{}", page.len());
    let mut tab = open(&mut chromium, &environment, "#t=150", DESKTOP);
    assert!(
        rows(&mut tab).concat().contains("row 14990 of"),
        "the screen of that time"
    );
    tab.press("t");
    tab.press("/");
    tab.type_text("row 29998 ");
    tab.press("Enter");
    assert_eq!(tab.text("#hits"), "1 of 1 match, at 4:59.9");
    let is_seen = "(() => { \
        const [box, line] = ['#transcript', '.l.now mark'].map((at) => document.querySelector(at)?.getBoundingClientRect()); \
        return !!line && line.top >= box.top && line.bottom <= box.bottom })()";
    tab.wait_until(is_seen);
    assert_eq!(
        tab.value("document.querySelector('.l.now').lastChild.textContent"),
        "row 29998 of a long output"
    );
    assert_eq!(tab.complaints(), [""; 0]);
}

#[test]
fn a_part_of_a_recording_begins_with_the_screen_as_it_was_and_says_which_part_it_is() {
    let (_server, environment) = gateway("custom", &shell());
    let page = export(&environment, "part.html", &["--clip", "#2.."]);
    assert!(page.contains("<dt>Range</dt><dd>0:00:01.100 to 0:01:00.000 of 1m 00s</dd>"));
    let commands = block(&page, "commands");
    assert_eq!(commands, json!([[2, 20_100, "cat README.md"]]));
    let film = block(&page, "film");
    assert_eq!(film[0][0], 1_100);
    assert!(film[0].to_string().contains("README.md"), "{film}");
    let lines = block(&page, "lines");
    assert_eq!(lines[0], json!([20_100, 0, "$ cat README.md"]), "{lines}");
    let page = export(&environment, "first.html", &["--clip", "#1..#2"]);
    assert_eq!(block(&page, "commands"), json!([[1, 1_100, "ls"]]));
    let lines = block(&page, "lines").to_string();
    assert!(
        lines.contains("README.md") && !lines.contains("cat"),
        "{lines}"
    );
    let refused = ["sessions", "export", ID, "--to", "x.svg", "--clip", "#2"];
    let _ = environment.run(refused).exits(2).says("--at names it");
}

#[test]
fn a_picture_shows_the_screen_of_its_moment() {
    let (_server, environment) = gateway("custom", &shell());
    let all = export(&environment, "end.svg", &[]);
    assert!(all.contains(">$ done</text>") && all.contains("at 0:01:00.000"));
    for at in ["#2", "1.1", "03:12:01.2"] {
        let picture = export(&environment, "at.svg", &["--overwrite", "--at", at]);
        assert!(picture.contains(">README.md</text>"), "{at}: {picture}");
        assert!(!picture.contains(">red</text>"), "{at}");
    }
    let picture = export(&environment, "red.svg", &["--at", "20.5"]);
    assert!(picture.contains("fill=\"#ff9c9e\" font-weight=\"700\">red</text>"));
    for fact in [
        ID,
        "Hidden: nothing was found to hide",
        "SHA-256: ",
        "2026-11-20 03:12:20 UTC",
    ] {
        assert!(picture.contains(fact), "{fact}");
    }
    let refused = ["sessions", "export", ID, "--to", "x.html", "--at", "5"];
    let _ = environment
        .run(refused)
        .exits(2)
        .says("--at is for pictures");
    let missing = ["sessions", "export", ID, "--to", "y.svg", "--at", "#9"];
    let _ = environment
        .run(missing)
        .exits(2)
        .says("2 commands were found");
}

#[test]
fn a_picture_of_hostile_text_is_one_a_browser_draws_without_a_complaint() {
    let Some(mut chromium) = Chromium::start() else {
        return;
    };
    let output = format!("\x1b[7m{HOSTILE}\r\n日本語 e\u{301} \x1b[38;5;208;4mx\x1b[0m\r\n");
    let (_server, environment) = gateway("custom", &[(0.5, "o", output.as_bytes())]);
    let _ = export(&environment, "picture.svg", &[]);
    let file = environment.path("picture.svg");
    let is_ready =
        "document.documentElement?.tagName === 'svg' && document.readyState === 'complete'";
    let mut tab = chromium.open(&file, "", DESKTOP, is_ready);
    assert_eq!(
        tab.value("document.querySelectorAll('parsererror, script, a, image').length"),
        0
    );
    let text = tab.value("document.documentElement.textContent");
    assert!(
        text.as_str()
            .expect("a text")
            .contains("<img src=x onerror=")
    );
    assert_eq!(tab.requests(), [""; 0]);
    assert_eq!(tab.complaints(), [""; 0]);
}
