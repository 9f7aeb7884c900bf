//! Every sequence that a recording can attack its viewer with, in each form that a terminal may
//! take it in (dgl.cx/2023/09/ansi-terminal-security and xterm's control sequences name most).

/// What it would do, and the sequence. Each shows no more than a few letters where it is obeyed
/// by nobody.
pub const TABLE: [(&str, &str); 34] = [
    ("write the clipboard", "\x1b]52;c;cm0gLXJmIH4=\x07"),
    ("read the clipboard", "\x1b]52;c;?\x1b\\"),
    ("answer a setting", "\x1bP$q\"p\x1b\\\x1b[1$w"),
    ("answer a capability", "\x1bP+q544e\x1b\\"),
    ("define keys", "\x1bP0;1|17/6c730a\x1b\\"),
    (
        "type the title",
        "\x1b]2;rm -rf ~\x07\x1b]l\x1b[21t\x1b[20t\x1b[22;0t\x1b[23;0t",
    ),
    ("identify", "\x1b[c\x1b[>c\x1b[=c\x1b[>0q\x1bZ\x05"),
    ("report", "\x1b[5n\x1b[6n\x1b[?6n\x1b[x\x1b[18t\x1b[14t"),
    ("report modes", "\x1b[?2026$p\x1b[4$p\x1b[?u"),
    (
        "ask for graphics",
        "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\",
    ),
    (
        "ask for colours",
        "\x1b]4;1;?\x07\x1b]10;?\x07\x1b]11;?\x1b\\\x1b]12;?\x07",
    ),
    ("set colours", "\x1b]4;1;#000000\x07\x1b]104\x07"),
    ("read the screen", "\x1b[1;1;1;1;1;1*y"),
    ("end a paste", "\x1b[200~paste\x1b[201~"),
    (
        "run and download",
        "\x1b]9;7;\"cmd\"\x07\x1b]1337;File=inline=1:AAAA\x07",
    ),
    (
        "move and notify",
        "\x1b]7;file:///tmp\x07\x1b]9;hi\x07\x1b]99;;hi\x1b\\\x1b]777;notify;a;b\x07",
    ),
    ("draw pixels", "\x1bPq#0;2;0;0;0#0~~@@\x1b\\"),
    (
        "regis and other strings",
        "\x1bPpS(E)\x1b\\\x1bXsos\x1b\\\x1b^pm\x1b\\",
    ),
    (
        "a lying link",
        "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    ),
    (
        "move the window",
        "\x1b[8;500;500t\x1b[3;0;0t\x1b[2t\x1b[9;1t",
    ),
    ("another font", "\x1b]50;huge\x07\x1b#3\x1b#6\x1b#8"),
    ("132 columns", "\x1b[?40h\x1b[?3h"),
    ("print", "\x1b[5i\x1b[?5i\x1b[4i"),
    ("the other screen", "\x1b[?1049h\x1b[?47h\x1b[?25l\x1b[?7l"),
    (
        "cursor keys and mouse",
        "\x1b[?1h\x1b=\x1b[?1000h\x1b[?1003h\x1b[?1006h",
    ),
    (
        "focus and paste",
        "\x1b[?1004h\x1b[?2004h\x1b[>1u\x1b[>4;2m",
    ),
    (
        "scroll region and origin",
        "\x1b[5;10r\x1b[?6h\x1b[?69h\x1b[3;4s",
    ),
    (
        "character sets",
        "\x1b(0lqk\x0elqk\x0f\x1bn\x1bN~\x1bO~\x1b%G\x1b(B",
    ),
    ("hide and blink", "\x1b[8mhidden\x1b[5mblink\x1b[0;6mfast"),
    ("reset", "\x1bc\x1b[!p\x1b[61\"p"),
    ("turn the direction", "\u{202e}evil\u{2066}\u{200f}\u{61c}"),
    (
        "say nothing",
        "o\u{200b}\u{2060}\u{feff}\u{ad}\u{34f}k\u{e0041}\u{e007f}",
    ),
    ("controls", "\x00\x01\x02\x07\x08\x0b\x0c\x7f\u{85}\u{84}"),
    ("never ended", "\x1b]0;never ended"),
];

/// Ends whatever an attack left open.
pub const ENDED: &[u8] = b"\x18\x1b\\\x18";

/// All of the table in one text, each row ended before the next begins.
pub fn everything() -> String {
    let rows = TABLE
        .iter()
        .map(|(_, attack)| format!("{attack}\x18\x1b\\"));
    rows.collect()
}

/// The attack with seven bits, and with its introducers as C1 controls: as characters and as
/// single bytes (ECMA-48, 5.3: `ESC @` to `ESC _` are 0x80 to 0x9F).
pub fn forms(attack: &str) -> [Vec<u8>; 3] {
    let (mut characters, mut bytes) = (String::new(), Vec::new());
    let mut rest = attack.chars().peekable();
    while let Some(c) = rest.next() {
        let introducer = rest.next_if(|next| c == '\x1b' && matches!(next, '@'..='_'));
        match introducer {
            Some(introducer) => {
                let c1 = introducer as u8 + 0x40;
                characters.push(char::from(c1));
                bytes.push(c1);
            }
            None => {
                characters.push(c);
                bytes.extend(c.to_string().bytes());
            }
        }
    }
    [attack.as_bytes().to_vec(), characters.into_bytes(), bytes]
}

/// The attack whole and cut at each byte: in two events, its head alone, its tail alone; each on
/// a line of its own.
pub fn cuts(attack: &[u8]) -> Vec<Vec<u8>> {
    let mut events = vec![attack.to_vec()];
    for cut in 1..attack.len() {
        let (head, tail) = attack.split_at(cut);
        events.push([ENDED, b"\r\n"].concat());
        events.extend([head.to_vec(), tail.to_vec()]);
        events.push([ENDED, b"\r\n", head, ENDED, b"\r\n", tail].concat());
    }
    events.push([ENDED, b"\r\n"].concat());
    events
}
