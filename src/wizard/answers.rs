//! The answers, as they are kept, given by a file, and printed: without secrets.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::step::{Field, STEPS, StepId};
use crate::domain::nearest::nearest;

/// What was answered so far. An empty text is an answer too: none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    #[serde(default)]
    values: BTreeMap<Field, String>,
    /// Steps that nobody wants.
    #[serde(default)]
    pub skipped: BTreeSet<StepId>,
}

/// What is wrong with a file of answers.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AnswersError {
    #[error("it is not valid TOML: {0}")]
    Syntax(String),
    #[error("unknown answer `{key}`{}", did_you_mean(nearest))]
    Unknown {
        key: String,
        nearest: Option<&'static str>,
    },
    #[error("`{key}` takes a text")]
    NotAText { key: &'static str },
    #[error("`{key}`: {why}")]
    Value { key: &'static str, why: String },
    #[error("`skip` takes a list of steps: {}", steps())]
    Skip,
}

fn did_you_mean(nearest: &Option<&'static str>) -> String {
    nearest.map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}

fn steps() -> String {
    STEPS
        .iter()
        .map(|step| step.id.name())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The key of the steps that nobody wants.
const SKIP: &str = "skip";

impl Answers {
    pub fn get(&self, field: Field) -> Option<&str> {
        self.values.get(&field).map(String::as_str)
    }

    /// The answer where it says something.
    pub fn filled(&self, field: Field) -> Option<&str> {
        self.get(field).filter(|text| !text.is_empty())
    }

    /// The parts of a list.
    pub fn list(&self, field: Field) -> Vec<&str> {
        let text = self.get(field).unwrap_or_default();
        text.split(',').filter(|part| !part.is_empty()).collect()
    }

    pub fn set(&mut self, field: Field, value: String) {
        self.values.insert(field, value);
    }

    /// These over `earlier` ones.
    pub fn over(&self, earlier: &Answers) -> Answers {
        let mut all = earlier.clone();
        all.values.extend(self.values.clone());
        // What was answered now is wanted again.
        let is_answered = |step: &StepId| {
            let asks = step.step().asks;
            asks.iter().any(|field| self.values.contains_key(field))
        };
        all.skipped.retain(|step| !is_answered(step));
        all.skipped.extend(&self.skipped);
        all
    }

    /// True where the step or one that it needs was skipped.
    pub fn skips(&self, step: StepId) -> bool {
        self.skipped.contains(&step) || step.step().needs.iter().any(|need| self.skips(*need))
    }

    /// Reads a file of answers.
    ///
    /// # Errors
    ///
    /// Anything in it that is no answer.
    pub fn parse(text: &str) -> Result<Self, AnswersError> {
        let table: toml::Table =
            toml::from_str(text).map_err(|error| AnswersError::Syntax(error.to_string()))?;
        let mut answers = Self::default();
        for (key, value) in &table {
            if key == SKIP {
                answers.skipped = skipped(value)?;
                continue;
            }
            let field = Field::ALL.into_iter().find(|field| field.name() == key);
            let Some(field) = field else {
                let known = Field::ALL.iter().map(|field| field.name()).chain([SKIP]);
                return Err(AnswersError::Unknown {
                    key: key.clone(),
                    nearest: nearest(key, known),
                });
            };
            let key = field.name();
            let text = text_of(value).ok_or(AnswersError::NotAText { key })?;
            let read = field.read(&text);
            answers.set(field, read.map_err(|why| AnswersError::Value { key, why })?);
        }
        Ok(answers)
    }

    /// The file that [`Answers::parse`] reads. It holds no secret: none was ever in it.
    pub fn to_file(&self) -> String {
        let mut text = String::from(
            "# Answers for `ddctl setup --file`. Keys and tokens are found in the environment, in \
             files\n# named by flags, or where `ddctl auth set` put them; never here.\n",
        );
        for field in Field::ALL {
            if let Some(value) = self.get(field) {
                let value = toml::Value::from(value);
                text += &format!("{field} = {value}\n");
            }
        }
        if !self.skipped.is_empty() {
            let names = self
                .skipped
                .iter()
                .map(|step| toml::Value::from(step.name()));
            let names = toml::Value::Array(names.collect());
            text += &format!("{SKIP} = {names}\n");
        }
        text
    }
}

/// A text, or a list of texts.
fn text_of(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Array(parts) => {
            let parts = parts.iter().map(toml::Value::as_str);
            let parts: Option<Vec<&str>> = parts.collect();
            parts.map(|parts| parts.join(","))
        }
        _ => None,
    }
}

fn skipped(value: &toml::Value) -> Result<BTreeSet<StepId>, AnswersError> {
    let names = text_of(value).ok_or(AnswersError::Skip)?;
    let names = names.split(',').filter(|name| !name.is_empty());
    names
        .map(|name| {
            let step = STEPS.iter().find(|step| step.id.name() == name.trim());
            step.map(|step| step.id).ok_or(AnswersError::Skip)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_file_of_answers_is_read_and_checked() {
        let text = "site = \"eu\"\ntags = [\"team:a\", \"x:y\"]\nskip = [\"app-key\"]\n";
        let answers = Answers::parse(text).expect("answers");
        assert_eq!(answers.get(Field::Site), Some("datadoghq.eu"));
        assert_eq!(answers.list(Field::Tags), ["team:a", "x:y"]);
        assert!(answers.skips(StepId::AppKey));
        assert!(answers.skips(StepId::Packs), "it needs the application key");
        assert!(!answers.skips(StepId::Site));
    }

    #[test]
    fn what_is_no_answer_is_named_with_the_nearest() {
        let error = |text: &str| Answers::parse(text).expect_err("no answers").to_string();
        assert_eq!(
            error("sit = \"eu\""),
            "unknown answer `sit`; did you mean `site`?"
        );
        assert!(error("site = \"mars\"").starts_with("`site`: `mars` is not a Datadog site"));
        assert_eq!(error("service = 7"), "`service` takes a text");
        assert!(error("skip = [\"lunch\"]").contains("first-event"));
        assert!(error("api-key = \"x\"").starts_with("unknown answer"));
    }

    #[test]
    fn a_new_answer_takes_the_skip_of_its_step_back() {
        let earlier = Answers::parse("skip = [\"packs\"]\nservice = \"a\"").expect("answers");
        let now = Answers::parse("packs = \"hoop\"").expect("answers");
        let both = now.over(&earlier);
        assert!(!both.skips(StepId::Packs));
        assert_eq!(both.get(Field::Service), Some("a"));
        assert!(Answers::default().over(&earlier).skips(StepId::Packs));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(service in "[ -~]{1,20}", env in "[a-zäö\"\\\\]{0,8}") {
            let mut answers = Answers::default();
            for (field, text) in [(Field::Service, &service), (Field::Env, &env)] {
                if let Ok(text) = field.read(text) {
                    answers.set(field, text);
                }
            }
            answers.skipped.insert(StepId::Packs);
            prop_assert_eq!(Answers::parse(&answers.to_file()), Ok(answers));
        }
    }
}
