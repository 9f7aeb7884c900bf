//! Test results as JUnit XML, in the form that CI systems read.

use std::fmt::Write as _;

/// Cases that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestSuite {
    pub name: String,
    pub cases: Vec<TestCase>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestCase {
    pub name: String,
    /// What came out instead; `None` for a case that passed.
    pub failure: Option<String>,
    /// Why nobody can tell what came out.
    pub error: Option<String>,
}

/// The whole document. It holds no time, so that the same result is the same file.
pub fn junit(suites: &[TestSuite]) -> String {
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string cannot fail.
    let _ = writeln!(
        xml,
        "<testsuites tests=\"{}\" failures=\"{}\" errors=\"{}\">",
        all().count(),
        failures(all()),
        errors(all())
    );
    suites.iter().for_each(|suite| write_suite(suite, &mut xml));
    xml.push_str("</testsuites>\n");
    xml
}

fn failures<'c>(cases: impl Iterator<Item = &'c TestCase>) -> usize {
    cases.filter(|case| case.failure.is_some()).count()
}

fn errors<'c>(cases: impl Iterator<Item = &'c TestCase>) -> usize {
    cases.filter(|case| case.error.is_some()).count()
}

fn write_suite(suite: &TestSuite, xml: &mut String) {
    let name = escaped(&suite.name);
    let _ = writeln!(
        xml,
        "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"{}\">",
        suite.cases.len(),
        failures(suite.cases.iter()),
        errors(suite.cases.iter())
    );
    for case in &suite.cases {
        let own = escaped(&case.name);
        let said = case.failure.as_ref().map(|said| ("failure", said));
        let said = said.or(case.error.as_ref().map(|said| ("error", said)));
        let _ = match said {
            None => writeln!(xml, "    <testcase classname=\"{name}\" name=\"{own}\"/>"),
            Some((what, said)) => {
                let said = escaped(said);
                let first = said.lines().next().unwrap_or_default();
                writeln!(
                    xml,
                    "    <testcase classname=\"{name}\" name=\"{own}\"><{what} message=\"{first}\">{said}</{what}></testcase>"
                )
            }
        };
    }
    xml.push_str("  </testsuite>\n");
}

/// XML 1.0 has no way to write most control characters at all.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_counted_and_hostile_text_stays_text() {
        let suites = [TestSuite {
            name: "a/\"b\"".to_owned(),
            cases: vec![
                TestCase {
                    name: "fine".to_owned(),
                    failure: None,
                    error: None,
                },
                TestCase {
                    name: "]]><x>\u{1b}[2J".to_owned(),
                    failure: Some("expected ok, is alert\n 1 > 0 & more".to_owned()),
                    error: None,
                },
                TestCase {
                    name: "unknown".to_owned(),
                    failure: None,
                    error: Some("it is not over".to_owned()),
                },
            ],
        }];
        assert_eq!(
            junit(&suites),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <testsuites tests=\"3\" failures=\"1\" errors=\"1\">\n  \
             <testsuite name=\"a/&quot;b&quot;\" tests=\"3\" failures=\"1\" errors=\"1\">\n    \
             <testcase classname=\"a/&quot;b&quot;\" name=\"fine\"/>\n    \
             <testcase classname=\"a/&quot;b&quot;\" name=\"]]&gt;&lt;x&gt;\u{fffd}[2J\">\
             <failure message=\"expected ok, is alert\">expected ok, is alert\n 1 &gt; 0 &amp; more</failure></testcase>\n    \
             <testcase classname=\"a/&quot;b&quot;\" name=\"unknown\">\
             <error message=\"it is not over\">it is not over</error></testcase>\n  \
             </testsuite>\n</testsuites>\n"
        );
    }
}
