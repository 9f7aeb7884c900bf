//! What a JSON body may hold, as tables in the words of the OpenAPI documents.
//!
//! The documents allow unknown members and Datadog often ignores them; the stand-in refuses them,
//! since a client that sends one means something that does not happen. The texts for a missing
//! member and for a word are recorded, the others ours.

use std::fmt;

use serde_json::{Map, Value};

/// The values a place may have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    Any,
    Text,
    Flag,
    /// A whole number between two, both included.
    Whole(i64, i64),
    Number,
    /// One of these words.
    Word(&'static [&'static str]),
    List(&'static Shape),
    /// An object with any members, all of one shape or null.
    Map(&'static Shape),
    Object(&'static [Member]),
}

/// A member of an object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    name: &'static str,
    shape: Shape,
    need: Need,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
    Nullable,
}

pub const fn required(name: &'static str, shape: Shape) -> Member {
    let need = Need::Required;
    Member { name, shape, need }
}

pub const fn optional(name: &'static str, shape: Shape) -> Member {
    let need = Need::Optional;
    Member { name, shape, need }
}

pub const fn nullable(name: &'static str, shape: Shape) -> Member {
    let need = Need::Nullable;
    Member { name, shape, need }
}

/// A whole number of at least 0.
pub const AMOUNT: Shape = Shape::Whole(0, i64::MAX);
pub const TEXTS: Shape = Shape::List(&Shape::Text);

/// The first place that does not fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    place: String,
    problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Problem {
    Missing,
    Unknown,
    NotOneOf(&'static [&'static str]),
    Wrong,
}

/// Holds an object against its members.
pub fn check(object: &Map<String, Value>, members: &'static [Member]) -> Result<(), Misfit> {
    check_object("", object, members)
}

fn check_object(
    place: &str,
    object: &Map<String, Value>,
    members: &'static [Member],
) -> Result<(), Misfit> {
    for member in members {
        let place = below(place, member.name);
        match (object.get(member.name), member.need) {
            (None, Need::Required) => return Err(misfit(&place, Problem::Missing)),
            (None, _) | (Some(Value::Null), Need::Nullable) => {}
            (Some(value), _) => check_value(&place, value, member.shape)?,
        }
    }
    let is_known = |name: &str| members.iter().any(|member| member.name == name);
    match object.keys().find(|name| !is_known(name)) {
        Some(name) => Err(misfit(&below(place, name), Problem::Unknown)),
        None => Ok(()),
    }
}

fn check_value(place: &str, value: &Value, shape: Shape) -> Result<(), Misfit> {
    let fits = match (shape, value) {
        (Shape::Any, _) | (Shape::Text, Value::String(_)) | (Shape::Flag, Value::Bool(_)) => true,
        (Shape::Whole(low, high), value) => value
            .as_i64()
            .is_some_and(|number| (low..=high).contains(&number)),
        (Shape::Number, value) => value.is_number(),
        (Shape::Word(words), value) => match value.as_str() {
            Some(word) if words.contains(&word) => true,
            _ => return Err(misfit(place, Problem::NotOneOf(words))),
        },
        (Shape::List(of), Value::Array(items)) => return check_items(place, items, *of),
        (Shape::Map(of), Value::Object(object)) => {
            let values = object.values().filter(|value| !value.is_null());
            return values
                .into_iter()
                .try_for_each(|value| check_value(place, value, *of));
        }
        (Shape::Object(members), Value::Object(object)) => {
            return check_object(place, object, members);
        }
        _ => false,
    };
    fits.then_some(())
        .ok_or_else(|| misfit(place, Problem::Wrong))
}

fn check_items(place: &str, items: &[Value], of: Shape) -> Result<(), Misfit> {
    items
        .iter()
        .enumerate()
        .try_for_each(|(at, item)| check_value(&format!("{place}[{at}]"), item, of))
}

fn below(place: &str, name: &str) -> String {
    match place {
        "" => name.to_owned(),
        place => format!("{place}.{name}"),
    }
}

fn misfit(place: &str, problem: Problem) -> Misfit {
    Misfit {
        place: place.to_owned(),
        problem,
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = &self.place;
        match self.problem {
            Problem::Missing => write!(f, "The parameter '{place}' is required"),
            Problem::Unknown => write!(f, "The parameter '{place}' is unknown"),
            Problem::NotOneOf(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
                let words = words.join(", ");
                write!(
                    f,
                    "Value of parameter '{place}' should be any of these [{words}]"
                )
            }
            Problem::Wrong => write!(f, "The value provided for parameter '{place}' is invalid"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const INNER: &[Member] = &[nullable("size", Shape::Whole(1, 5))];
    const OUTER: &[Member] = &[
        required("name", Shape::Text),
        optional("kind", Shape::Word(&["a", "b"])),
        optional("inner", Shape::List(&Shape::Object(INNER))),
        optional("until", Shape::Map(&Shape::Number)),
    ];

    fn said(body: Value) -> Option<String> {
        let body = body.as_object().expect("an object").clone();
        check(&body, OUTER).err().map(|misfit| misfit.to_string())
    }

    #[test]
    fn what_fits_passes() {
        let body = json!({
            "name": "n", "kind": "b", "inner": [{"size": 5}, {"size": null}, {}],
            "until": {"*": null, "a": 1.5},
        });
        assert_eq!(said(body), None);
    }

    #[test]
    fn the_first_misfit_is_named_with_its_place() {
        for (body, expected) in [
            (json!({}), "The parameter 'name' is required"),
            (
                json!({"name": null}),
                "The value provided for parameter 'name' is invalid",
            ),
            (
                json!({"name": "n", "nmae": 1}),
                "The parameter 'nmae' is unknown",
            ),
            (
                json!({"name": "n", "kind": ""}),
                "Value of parameter 'kind' should be any of these ['a', 'b']",
            ),
            (
                json!({"name": "n", "inner": [{}, {"size": 6}]}),
                "The value provided for parameter 'inner[1].size' is invalid",
            ),
            (
                json!({"name": "n", "until": {"a": "b"}}),
                "The value provided for parameter 'until' is invalid",
            ),
        ] {
            assert_eq!(said(body).as_deref(), Some(expected));
        }
    }
}
