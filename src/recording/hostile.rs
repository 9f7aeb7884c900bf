//! Sequences that attack whoever looks at them, for tests: clipboard, answers typed back, titles,
//! files, links, modes left on, C1 forms, text that reads other than it is
//! (dgl.cx/2023/09/ansi-terminal-security names most).

/// Each shows the text `ok` and nothing else on a terminal that obeys none of it.
pub(crate) const HOSTILE: [&[u8]; 24] = [
    b"\x1b]52;c;cm0gLXJmIH4=\x07ok",
    b"\x1bP$q\"p\x1b\\ok",
    b"\x1b]2;rm -rf ~\x07\x1b[21tok",
    b"\x1b[c\x1b[>c\x1b[6n\x1b[>0q\x05\x1b[?2026$pok",
    b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\ok",
    b"\x1b]4;1;?\x07\x1b]10;?\x07\x1b]11;?\x1b\\ok",
    b"\x1b[1;1;1;1;1;1*yok",
    b"\x1b[201~ok",
    b"\x1b]9;7;\"cmd\"\x07\x1b]1337;File=:AAAA\x07\x1b]777;notify;a;b\x07ok",
    b"\x1bPq#0;2;0;0;0#0~~@@\x1b\\ok",
    b"\x1b]8;;https://evil.example\x1b\\ok\x1b]8;;\x1b\\",
    b"\x1b[8;500;500t\x1b[3;0;0t\x1b]50;huge\x07\x1b[?3hok",
    b"\x1b[?1049h\x1b[?25l\x1b[?1h\x1b[?7l\x1b[?1000h\x1b[?1006hok",
    b"\x1b[?1004h\x1b[?2004h\x1b[>1u\x1b[5;10r\x0eok\x0f",
    b"\x1b[8mok",
    b"\x1bc\x1b#8\x1b(0ok\x1b(B",
    "\u{9b}31m\u{9d}52;c;AAAA\u{9c}\u{90}$q\u{9c}ok".as_bytes(),
    b"\x9b31m\x9d52;c;AAAA\x9c\x90$q\x9cok",
    "\u{202e}ok\u{2066}\u{200f}\u{61c}".as_bytes(),
    "o\u{200b}\u{2060}\u{feff}\u{ad}k\u{200c}".as_bytes(),
    "ok\u{e0041}\u{e0042}\u{e007f}".as_bytes(),
    "o\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}k".as_bytes(),
    b"\x00\x01\x02\x08\x0b\x0c\x7fok",
    b"ok\x1b]0;never ended",
];
