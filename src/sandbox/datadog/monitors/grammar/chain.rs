//! Chains of calls: `name("a", "b").name("c")`.

use std::iter::Peekable;
use std::vec::IntoIter;

/// One link of the chain; it has at least one argument.
pub struct Call {
    pub name: String,
    pub arguments: Vec<String>,
}

impl Call {
    pub fn first(&self) -> &str {
        self.arguments.first().map_or("", String::as_str)
    }
}

/// Takes links from the front, in their order.
pub struct Chain(Peekable<IntoIter<Call>>);

impl Chain {
    pub fn parse(text: &str) -> Result<Self, String> {
        calls(text).map(|calls| Self(calls.into_iter().peekable()))
    }

    pub fn required(&mut self, name: &str) -> Result<Call, String> {
        self.optional(name)
            .ok_or_else(|| format!("missing call to {name}"))
    }

    pub fn optional(&mut self, name: &str) -> Option<Call> {
        self.0.next_if(|call| call.name == name)
    }

    pub fn end(mut self) -> Result<(), String> {
        match self.0.next() {
            Some(call) => Err(format!("unexpected call to {}", call.name)),
            None => Ok(()),
        }
    }
}

/// Takes `name("a", "b").name("c")` apart.
fn calls(chain: &str) -> Result<Vec<Call>, String> {
    let broken = |rest: &str| format!("unable to parse near: {rest}");
    let mut calls = Vec::new();
    let mut rest = chain;
    loop {
        let (name, behind) = rest.split_once('(').ok_or_else(|| broken(rest))?;
        let (arguments, behind) = arguments(behind).ok_or_else(|| broken(rest))?;
        calls.push(Call {
            name: name.trim().to_owned(),
            arguments,
        });
        rest = behind.trim_start();
        if rest.is_empty() {
            return Ok(calls);
        }
        rest = rest.strip_prefix('.').ok_or_else(|| broken(rest))?;
    }
}

/// Quoted arguments up to the closing parenthesis, and what stands behind it.
fn arguments(text: &str) -> Option<(Vec<String>, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        let (argument, behind) = quoted(rest.trim_start())?;
        found.push(argument);
        rest = behind.trim_start();
        match rest.strip_prefix(',') {
            Some(behind) => rest = behind,
            None => return Some((found, rest.strip_prefix(')')?)),
        }
    }
}

/// A text in double quotes, in which a backslash takes the next character as it is.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut characters = text.strip_prefix('"')?.char_indices();
    let mut plain = String::new();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((plain, &text[at + 2..])),
            '\\' => plain.push(characters.next()?.1),
            other => plain.push(other),
        }
    }
    None
}
