//! The search over one recording.

use std::ops::ControlFlow;

use super::hit::Hit;
use super::page::Look;
use super::pattern::Pattern;
use super::texts::Texts;
use crate::domain::redaction::Redactor;
use crate::recording::{Event, Kind};

/// Data of an event that is read before it is looked at: one event may be as large as a recording.
const PIECE: usize = 64 * 1024;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Wanted<'p> {
    pub patterns: &'p [Pattern],
    pub redactor: Redactor,
    /// Lines shown before and after a hit.
    pub context: usize,
}

/// Takes the events of one recording and gives the hits, each about as soon as it is read.
///
/// Where `each` breaks, so does the search.
pub struct Searcher<'p> {
    look: Look<'p>,
    texts: Texts,
}

impl<'p> Searcher<'p> {
    /// `is_database` says that the session's connection is one, so that its script is statements.
    pub fn new(kind: Kind, is_database: bool, wanted: Wanted<'p>) -> Self {
        Self {
            texts: Texts::new(kind, is_database, &wanted.redactor),
            look: Look {
                patterns: wanted.patterns,
                redactor: wanted.redactor,
                context: wanted.context,
            },
        }
    }

    pub fn push(
        &mut self,
        event: &Event,
        each: &mut dyn FnMut(Hit) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if event.data.len() <= PIECE || !self.texts.is_of_bytes() {
            self.texts.push(event);
            return self.settle(false, each);
        }
        for piece in event.data.chunks(PIECE) {
            self.texts.push(&Event {
                data: piece.to_vec(),
                ..event.clone()
            });
            self.settle(false, each)?;
        }
        ControlFlow::Continue(())
    }

    /// Ends the recording.
    pub fn finish(&mut self, each: &mut dyn FnMut(Hit) -> ControlFlow<()>) -> ControlFlow<()> {
        self.texts.finish();
        self.settle(true, each)
    }

    /// True where something typed or sent was recorded.
    pub fn has_input(&self) -> bool {
        self.texts.has_input
    }

    fn settle(
        &mut self,
        is_last: bool,
        each: &mut dyn FnMut(Hit) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if is_last || self.texts.sent.is_due() {
            self.texts.sent.settle(&self.look, is_last, each)?;
        }
        if is_last || self.texts.shown.is_due() {
            let moved = self.texts.shown.settle(&self.look, is_last, each)?;
            self.texts.shown_moved_down(moved);
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::recording::{Code, Strictness, open};
    use crate::search::{Part, Parts};

    fn events(list: &[(&str, &str)]) -> Vec<Event> {
        list.iter()
            .enumerate()
            .map(|(index, (code, data))| Event {
                time: Duration::from_secs(index as u64),
                code: Code::parse(code).expect("a code"),
                data: data.as_bytes().to_vec(),
                index,
            })
            .collect()
    }

    fn search(kind: Kind, is_database: bool, events: &[Event], pattern: Pattern) -> Vec<Hit> {
        let patterns = [pattern];
        let wanted = Wanted {
            patterns: &patterns,
            redactor: Redactor::built_in(),
            context: 1,
        };
        let mut hits = Vec::new();
        let mut searcher = Searcher::new(kind, is_database, wanted);
        let mut each = |hit| {
            hits.push(hit);
            ControlFlow::Continue(())
        };
        for event in events {
            let _ = searcher.push(event, &mut each);
        }
        let _ = searcher.finish(&mut each);
        hits
    }

    fn recorded(json: &str) -> Vec<Event> {
        let reader = open(json.as_bytes(), Strictness::Strict).expect("a recording");
        reader.collect::<Result<_, _>>().expect("events")
    }

    fn literal(text: &str) -> Pattern {
        Pattern::literal(text, false, Parts::ALL).expect("a pattern")
    }

    fn lines(hits: &[Hit]) -> Vec<&str> {
        hits.iter().map(|hit| hit.line.as_str()).collect()
    }

    #[test]
    fn a_match_across_events_and_colours_is_found_with_its_time() {
        let hits = search(
            Kind::Terminal,
            false,
            &events(&[
                ("o", "first\r\n"),
                ("o", "the nee\x1b[1m"),
                ("o", "dle\x1b[0m here\r\nlast"),
            ]),
            literal("needle"),
        );
        assert_eq!(lines(&hits), ["the needle here"]);
        let hit = &hits[0];
        assert_eq!(&hit.line[hit.matched.clone()], "needle");
        assert_eq!((hit.start.as_secs(), hit.end.as_secs()), (1, 2));
        assert_eq!(hit.before, ["first"]);
        assert_eq!(hit.after, ["last"]);
        assert_eq!(hit.clip(), "0..6");
    }

    #[test]
    fn what_was_typed_is_a_command_and_what_was_printed_is_output() {
        let list = events(&[
            ("i", "\n"),
            ("o", "\r\n$ "),
            ("i", "rm"),
            ("o", "rm"),
            ("i", " -rf x\r"),
            ("o", " -rf x\r\n"),
            ("o", "rm: cannot remove\r\n$ "),
        ]);
        let hits = search(Kind::Terminal, false, &list, literal("rm"));
        let parts: Vec<_> = hits
            .iter()
            .map(|hit| (hit.part, hit.line.as_str()))
            .collect();
        assert_eq!(
            parts,
            [
                (Part::Command, "$ rm -rf x"),
                (Part::Output, "rm: cannot remove")
            ]
        );
    }

    #[test]
    fn a_password_that_was_typed_is_in_no_text() {
        let list = events(&[
            ("o", "Password: "),
            ("i", "correcthorse\r"),
            ("o", "\r\nwelcome\r\n"),
        ]);
        assert_eq!(search(Kind::Terminal, false, &list, literal("correct")), []);
        let any = Pattern::regex("[a-z]+", false, Parts::of([Part::Command])).expect("a pattern");
        assert_eq!(search(Kind::Terminal, false, &list, any), []);
    }

    #[test]
    fn a_secret_is_neither_found_nor_shown() {
        let list = events(&[("o", "export PGPASSWORD=correct"), ("o", "horse\r\n")]);
        assert_eq!(
            search(Kind::Terminal, false, &list, literal("correcth")),
            []
        );
        let hits = search(Kind::Terminal, false, &list, literal("export"));
        assert_eq!(lines(&hits), ["export PGPASSWORD=[redacted:password]"]);
    }

    #[test]
    fn a_secret_that_began_long_before_the_match_is_not_shown() {
        let key: String = (0..60).map(|n| format!("FAKE{n:060}\n")).collect();
        let text = format!("-----BEGIN RSA PRIVATE KEY-----\n{key}-----END RSA PRIVATE KEY-----\n");
        let filler = "x".repeat(99) + "\n";
        // The block ends inside of the key, wherever it is cut.
        for lines in (2_570..2_640).step_by(7) {
            let mut list = events(&[("o", &filler.repeat(lines)), ("o", &text)]);
            list.extend(events(&[("o", &filler.repeat(300))]));
            let hits = search(Kind::Exec, false, &list, literal("FAKE0"));
            assert_eq!(hits, [], "after {lines} lines");
        }
    }

    #[test]
    fn a_script_of_a_database_is_statements_and_any_other_is_commands() {
        let list = events(&[("i", "DROP TABLE t;\n"), ("o", "DROP TABLE\n")]);
        let part = |is_database| search(Kind::Exec, is_database, &list, literal("DROP"))[0].part;
        assert_eq!(part(true), Part::Statement);
        assert_eq!(part(false), Part::Command);
        let output = Pattern::literal("drop", true, Parts::of([Part::Output])).expect("a pattern");
        assert_eq!(
            lines(&search(Kind::Exec, true, &list, output)),
            ["DROP TABLE"]
        );
    }

    #[test]
    fn statements_are_found_with_their_parameters_and_times() {
        let json = include_str!("../sandbox/world/recordings/pg-native-driver.json");
        let events = recorded(json);
        let hits = search(Kind::Postgres, true, &events, literal("-1234.5600"));
        assert_eq!(lines(&hits), ["$3 = -1234.5600"]);
        assert_eq!(hits[0].part, Part::Statement);
        assert_eq!(hits[0].start.as_millis(), 2_611);
    }

    #[test]
    fn requests_are_commands_and_their_headers_are_not_searched() {
        let json = include_str!("../sandbox/world/recordings/http-api.json");
        let events = recorded(json);
        let hits = search(Kind::Http, false, &events, literal("Bearer"));
        assert_eq!(hits, []);
        let requests = Pattern::regex("^(GET|POST) /", false, Parts::ALL).expect("a pattern");
        let hits = search(Kind::Http, false, &events, requests);
        assert!(!hits.is_empty() && hits.iter().all(|hit| hit.part == Part::Command));
    }

    #[test]
    fn memory_does_not_grow_with_the_recording() {
        let patterns = [literal("needle")];
        let wanted = Wanted {
            patterns: &patterns,
            redactor: Redactor::built_in(),
            context: 0,
        };
        let mut searcher = Searcher::new(Kind::Terminal, false, wanted);
        let mut found = 0;
        let mut each = |_| {
            found += 1;
            ControlFlow::Continue(())
        };
        for line in ["no line end ", "a line\r\n", "a needle\r\n"] {
            let event = &events(&[("o", &line.repeat(200_000))])[0];
            let _ = searcher.push(event, &mut each);
            assert!(searcher.texts.shown.text().len() < 1 << 20);
        }
        let _ = searcher.finish(&mut each);
        assert_eq!(found, 200_000);
    }

    proptest! {
        #[test]
        fn where_a_text_is_cut_into_events_does_not_matter(
            words in prop::collection::vec(prop_oneof![
                Just("needle "), Just("nee"), Just("dle"), Just("\r\n"), Just("\x1b[1mé"), Just(" \r"),
            ], 0..40),
            size in 1..9_usize,
        ) {
            let text = words.concat();
            let whole = events(&[("o", &text)]);
            let pieces: Vec<Event> = text.as_bytes().chunks(size).map(|data| Event {
                data: data.to_vec(), ..whole[0].clone()
            }).collect();
            let found = search(Kind::Terminal, false, &pieces, literal("needle"));
            prop_assert_eq!(found, search(Kind::Terminal, false, &whole, literal("needle")));
        }

        #[test]
        fn no_bytes_make_it_panic(
            pieces in prop::collection::vec((prop::bool::ANY, prop::collection::vec(any::<u8>(), 0..40)), 0..8),
            kind in prop::sample::select(&[Kind::Exec, Kind::Terminal, Kind::Postgres, Kind::Http, Kind::Tcp, Kind::Ssh][..]),
        ) {
            let events: Vec<Event> = pieces.into_iter().enumerate().map(|(index, (is_input, data))| Event {
                time: Duration::from_secs(index as u64),
                code: if is_input { Code::Input } else { Code::Output },
                data,
                index,
            }).collect();
            let any = Pattern::regex(r"[^\n]+|\n", false, Parts::ALL).expect("a pattern");
            for hit in search(kind, false, &events, any) {
                prop_assert!(hit.line.get(hit.matched.clone()).is_some());
            }
        }
    }
}
