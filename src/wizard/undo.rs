//! What undoing takes, from what was changed and what is there now.
//!
//! A value that somebody changed since is left as it is: undoing puts back what setup replaced, not
//! what others did.

use std::path::PathBuf;

use super::change::Change;
use super::record::Made;
use super::rules::Rule;

/// One thing to be undone on this machine, or to be left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// A value of the profile gets back what it was.
    PutBack {
        key: String,
        to: String,
    },
    /// A value of the profile goes: there was none.
    Unset {
        key: String,
    },
    /// What a rule about connections said before; `None` takes the rule out.
    PutRuleBack {
        pattern: String,
        to: Option<Rule>,
    },
    ForgetSecret {
        name: String,
    },
    RemoveFile {
        path: PathBuf,
    },
    /// Nothing is done, and this is why.
    Leave {
        what: String,
        why: &'static str,
    },
}

/// What is there now, asked of whoever knows.
pub struct Now<'a> {
    /// The value of a key in the profile.
    pub setting: &'a dyn Fn(&str) -> Option<String>,
    /// What the profile says of a pattern.
    pub rule: &'a dyn Fn(&str) -> Option<Rule>,
}

/// What it takes on this machine, the last change first. What lies far away is found there, by its
/// mark or its name.
pub fn plan(changes: &[Made], now: &Now<'_>) -> Vec<Undo> {
    let changes = changes.iter().rev();
    changes.flat_map(|made| undo(&made.change, now)).collect()
}

fn undo(change: &Change, now: &Now<'_>) -> Vec<Undo> {
    match change {
        Change::Setting { key, before, after } => {
            vec![of_setting(key, before.as_deref(), after.as_deref(), now)]
        }
        Change::Rule { before, after } => vec![of_rule(before.as_ref(), after, now)],
        Change::Secret { name, replaces, .. } => of_secret(name, *replaces),
        Change::File { path, .. } => vec![Undo::RemoveFile { path: path.clone() }],
        Change::Webhook { .. } | Change::Attached { .. } | Change::Pack { .. } => Vec::new(),
    }
}

fn of_setting(key: &str, before: Option<&str>, after: Option<&str>, now: &Now<'_>) -> Undo {
    let current = (now.setting)(key);
    if current.as_deref() != after {
        return Undo::Leave {
            what: key.to_owned(),
            why: "somebody changed it since",
        };
    }
    match before {
        Some(before) => Undo::PutBack {
            key: key.to_owned(),
            to: before.to_owned(),
        },
        None => Undo::Unset {
            key: key.to_owned(),
        },
    }
}

fn of_rule(before: Option<&Rule>, after: &Rule, now: &Now<'_>) -> Undo {
    match (now.rule)(&after.pattern).as_ref() == Some(after) {
        true => Undo::PutRuleBack {
            pattern: after.pattern.clone(),
            to: before.cloned(),
        },
        false => Undo::Leave {
            what: format!("connections {}", after.pattern),
            why: "somebody changed it since",
        },
    }
}

fn of_secret(name: &str, replaces: bool) -> Vec<Undo> {
    let mut all = vec![Undo::ForgetSecret {
        name: name.to_owned(),
    }];
    if replaces {
        all.push(Undo::Leave {
            what: format!("the {name} that was there before"),
            why: "no second copy of a secret is kept",
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn made(change: Change) -> Made {
        Made {
            at: Timestamp::UNIX_EPOCH,
            change,
        }
    }

    fn setting(key: &str, before: Option<&str>, after: &str) -> Made {
        made(Change::Setting {
            key: key.to_owned(),
            before: before.map(str::to_owned),
            after: Some(after.to_owned()),
        })
    }

    fn planned(changes: &[Made]) -> Vec<Undo> {
        let setting = |key: &str| (key != "gone").then(|| "new".to_owned());
        plan(
            changes,
            &Now {
                setting: &setting,
                rule: &|_| None,
            },
        )
    }

    #[test]
    fn what_was_replaced_is_put_back_and_what_was_added_goes_the_last_first() {
        let changes = [
            setting("site", Some("old"), "new"),
            setting("service", None, "new"),
        ];
        let expected = [
            Undo::Unset {
                key: "service".to_owned(),
            },
            Undo::PutBack {
                key: "site".to_owned(),
                to: "old".to_owned(),
            },
        ];
        assert_eq!(planned(&changes), expected);
    }

    #[test]
    fn what_somebody_changed_since_is_left() {
        for change in [
            setting("site", Some("old"), "mine"),
            setting("gone", None, "x"),
        ] {
            let undone = planned(&[change]);
            assert!(matches!(&undone[..], [Undo::Leave { .. }]), "{undone:?}");
        }
        let rule = made(Change::Rule {
            before: None,
            after: Rule {
                pattern: "prod-*".to_owned(),
                environment: Some("production".to_owned()),
                approval: None,
            },
        });
        assert!(matches!(&planned(&[rule])[..], [Undo::Leave { .. }]));
    }

    #[test]
    fn a_replaced_secret_is_said_to_be_gone() {
        let secret = made(Change::Secret {
            name: "api-key".to_owned(),
            place: "the keyring".to_owned(),
            replaces: true,
        });
        assert_eq!(planned(&[secret]).len(), 2);
    }
}
