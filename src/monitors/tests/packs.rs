//! What holds for every monitor of every pack.

use super::*;
use crate::query::monitor::Form as AlertForm;
use crate::query::{Record, lint_alert};

#[test]
fn every_query_leaves_out_tests_and_what_ddctl_back_fills() {
    for (monitor, _) in all_monitors() {
        // What comes late is stamped anew, and marked so, by ddctl alone.
        let excluded: &[&str] = match monitor.shape {
            None | Some(Shape::Ddctl) => &["-@evt.test:true", "-late:true"],
            Some(_) => &["-@evt.test:true"],
        };
        for query in monitor.alert.queries() {
            let parts: Vec<String> = query
                .search
                .conjuncts()
                .iter()
                .map(ToString::to_string)
                .collect();
            for excluded in excluded {
                let has = parts.iter().any(|part| part == excluded);
                assert!(has, "{}: {excluded}", monitor.identity);
            }
        }
    }
}

#[test]
fn every_message_links_back_and_every_query_is_one_line() {
    for (monitor, _) in all_monitors() {
        let link = match (&monitor.alert.form, monitor.alert.record()) {
            // A monitor over a metric has nothing to link to; it says where to look.
            (AlertForm::Anomaly(_), _) => "Its calls",
            (_, Record::Span) => "{{span.link}}",
            _ => "{{log.link}}",
        };
        assert!(monitor.message.contains(link), "{}", monitor.identity);
        assert!(
            !monitor.query.contains("  "),
            "{}: folded badly",
            monitor.identity
        );
    }
}

#[test]
fn the_lint_has_nothing_to_say_of_the_packs() {
    for (monitor, _) in all_monitors() {
        let known = monitor.attributes();
        let findings = lint_alert(&monitor.alert, &known);
        assert!(
            findings.is_empty(),
            "{} {:?}: {findings:#?}",
            monitor.identity,
            monitor.shape
        );
    }
}

#[test]
fn every_facet_that_a_pack_groups_by_or_measures_is_listed_in_its_file() {
    for (monitor, form) in all_monitors() {
        for query in monitor.alert.queries() {
            for facet in query.by.iter().chain(&query.rollup.attribute) {
                assert!(
                    form.facets.contains_key(&facet.to_string()),
                    "{}: {facet}",
                    monitor.identity
                );
            }
        }
    }
}

#[test]
fn a_handle_stands_behind_a_blank() {
    let (identity, text) = packs()[0].files().next().expect("a first file");
    let values = Values::from([("notify".to_owned(), "@slack-security".to_owned())]);
    let monitor = MonitorFile::parse(text)
        .and_then(|file| file.render(identity, None, &values))
        .expect("it renders");
    assert!(
        monitor.message.ends_with("\n@slack-security"),
        "{}",
        monitor.message
    );
}
