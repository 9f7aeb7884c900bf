//! What is fuzzed: one function for each thing that reads bytes of somebody else.
//!
//! Each target is a name and a function from bytes to the number of bytes that came out of them.
//! [`Target::check`] holds that number against the input's, so that a small hostile file that
//! becomes a large output is a crash too. The same functions run under libFuzzer
//! (`fuzz_targets/`, `cargo +nightly fuzz run NAME`) and over their corpus and mutations of it in
//! `cargo test` (`tests/it/fuzz.rs`, which includes this file).

mod databases;
mod readers;
mod screens;
mod texts;

/// Something that reads what others wrote.
#[derive(Clone, Copy)]
pub struct Target {
    pub name: &'static str,
    run: fn(&[u8]) -> usize,
    /// The most bytes that may come out of one that goes in.
    pub factor: usize,
}

/// Remarks and headings that come with an empty input too.
const ALWAYS: usize = 16 * 1024;

impl Target {
    const fn new(name: &'static str, factor: usize, run: fn(&[u8]) -> usize) -> Self {
        Self { name, run, factor }
    }

    /// Reads `input`.
    ///
    /// # Panics
    ///
    /// Where the target does, and where too much comes out.
    pub fn check(&self, input: &[u8]) {
        let output = (self.run)(input);
        let most = ALWAYS + self.factor * input.len();
        let (name, length) = (self.name, input.len());
        assert!(output <= most, "{name}: {output} bytes out of {length}");
    }
}

/// Every target, by its name.
///
/// The factors: a reader gives what it read, where JSON escapes shrink and a replacement
/// character is three bytes; JSON laid out has its indentation, so that at the deepest nesting (128)
/// a digit and its comma become a line of 260 bytes; a terminal moves its cursor over columns that
/// become blanks, and an erased screen becomes lines.
pub const TARGETS: [Target; 24] = [
    Target::new("recording", 3, readers::any),
    Target::new("event_stream", 3, readers::event_stream),
    Target::new("asciicast_v1", 3, readers::asciicast_v1),
    Target::new("asciicast_v2", 3, readers::asciicast_v2),
    Target::new("asciicast_v3", 3, readers::asciicast_v3),
    Target::new("script", 3, readers::script),
    Target::new("ttyrec", 3, readers::ttyrec),
    Target::new("convert", 300, readers::convert),
    Target::new("postgres", 16, databases::postgres),
    Target::new("mysql", 16, databases::mysql),
    Target::new("mssql", 16, databases::mssql),
    Target::new("mongodb", 132, databases::mongodb),
    Target::new("oracle", 16, databases::oracle),
    Target::new("http", 132, databases::http),
    Target::new("opaque", 132, databases::opaque),
    Target::new("transcript", 300, screens::transcript),
    Target::new("filter", 4, screens::filter),
    Target::new("emulator", 0, screens::emulator),
    Target::new("redactor", 16, texts::redactor),
    Target::new("query", 16, texts::query),
    Target::new("monitor_query", 16, texts::monitor_query),
    Target::new("monitor_file", 64, texts::monitor_file),
    Target::new("policy", 64, texts::policy),
    Target::new("settings", 64, texts::settings),
];

/// The target of this name.
///
/// # Panics
///
/// Where there is none.
pub fn target(name: &str) -> Target {
    let found = TARGETS.into_iter().find(|target| target.name == name);
    found.expect("a target of the table")
}
