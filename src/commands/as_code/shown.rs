//! A plan as people read it, at 80 columns and wider.

use serde_json::Value;

use super::place::{Files, LeftOut};
use crate::monitors::as_code::{Action, Change, Line, Plan, Step, line_difference, short};
use crate::ui::{Tone, Ui, escape};

/// Where what belongs to a step begins.
const INDENT: &str = "    ";
/// Lines around a changed one that are shown with it.
const AROUND: usize = 1;
/// A text of one line that is longer is shown old above new.
const MOST_IN_LINE: usize = 24;

/// The plan: what changes first, what stays as a number.
pub fn show_plan(ui: &Ui, plan: &Plan, files: &Files) -> String {
    let mut text = String::new();
    for step in plan.with(|action| *action != Action::Unchanged) {
        text += &show_step(ui, step);
    }
    for alike in by_reason(&files.left_out) {
        text += &show_left_out(ui, &alike);
    }
    for step in plan.with(|action| *action == Action::Unchanged) {
        if !step.kept.is_empty() {
            text += &format!("= unchanged  {}\n{}", name(ui, step), kept(ui, step));
        }
    }
    text + &totals(plan, files)
}

fn name(ui: &Ui, step: &Step) -> String {
    let palette = ui.palette();
    let name = step.mark.short();
    let name = palette.paint(Tone::Strong, escape::line(&name));
    match step.ids.is_empty() {
        true => name,
        false => format!("{name}  {}", palette.paint(Tone::Dim, step.ids.join(", "))),
    }
}

fn show_step(ui: &Ui, step: &Step) -> String {
    let (sign, word, tone) = match &step.action {
        Action::Create { .. } => ("+", "create", Tone::Good),
        Action::Adopt => ("~", "adopt", Tone::Warning),
        Action::Change => ("~", "change", Tone::Warning),
        Action::Unchanged => ("=", "unchanged", Tone::Dim),
        Action::Orphan => ("-", "orphan", Tone::Bad),
        Action::TypeChange { .. } => ("!", "type change", Tone::Bad),
        Action::Ambiguous { .. } => ("!", "ambiguous", Tone::Bad),
    };
    let sign = ui.palette().paint(tone, format!("{sign} {word}"));
    let mut text = format!("{sign}  {}\n", name(ui, step));
    if let Some(remark) = remark(step) {
        text += &ui.wrap(&remark, INDENT);
    }
    for change in &step.changes {
        text += &show_change(ui, change);
    }
    text + &kept(ui, step)
}

fn remark(step: &Step) -> Option<String> {
    match &step.action {
        Action::Create { gone: None } => Some(step.title.clone()),
        Action::Create { gone: Some(id) } => Some(format!(
            "{}; it was {id}, which somebody deleted, and is made again",
            step.title
        )),
        Action::Adopt => Some("nobody keeps it as code yet; the file takes it over".to_owned()),
        Action::Orphan => Some(format!("{}; no file has it any longer", step.title)),
        Action::TypeChange { old, new } => Some(format!(
            "it is of the type {old}, and the file says {new}; Datadog changes no type"
        )),
        Action::Ambiguous { made_here } => Some(match made_here {
            Some(id) => format!("{id} was made here, and somebody copied it with its mark"),
            None => "several carry this mark; which one is ours, nobody can tell".to_owned(),
        }),
        Action::Change | Action::Unchanged => None,
    }
}

/// `field  old → new` in one line where it fits, else line by line.
fn show_change(ui: &Ui, change: &Change) -> String {
    let palette = ui.palette();
    let (old, new) = (short(&change.old), short(&change.new));
    let is_short = |text: &str| text.chars().count() <= MOST_IN_LINE && !text.contains('\n');
    if is_short(&old) && is_short(&new) {
        let old = palette.paint(Tone::Bad, escape::line(&old));
        let new = palette.paint(Tone::Good, escape::line(&new));
        return format!("{INDENT}{}  {old} → {new}\n", escape::line(&change.field));
    }
    let (old, new) = (written(&change.old), written(&change.new));
    let mut text = format!("{INDENT}{}\n", escape::line(&change.field));
    for line in near_changes(&line_difference(&old, &new)) {
        text += &match line {
            None => format!("{INDENT}  …\n"),
            Some(Line::Same(line)) => wrapped(ui, " ", Tone::Plain, line),
            Some(Line::Old(line)) => wrapped(ui, "-", Tone::Bad, line),
            Some(Line::New(line)) => wrapped(ui, "+", Tone::Good, line),
        };
    }
    text
}

/// Text as it is, a list of texts one a line, anything else as it is written in JSON; nothing for
/// nothing.
fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let texts: Vec<String> = items.iter().map(short).collect();
            texts.join("\n")
        }
        Value::Object(_) => format!("{value:#}"),
        value => short(value),
    }
}

/// The changed lines and those beside them; `None` stands for what is left out.
fn near_changes<'l>(lines: &[Line<'l>]) -> Vec<Option<Line<'l>>> {
    let is_changed = |index: usize| !matches!(lines[index], Line::Same(_));
    let is_near = |index: usize| {
        let last = (index + AROUND).min(lines.len() - 1);
        (index.saturating_sub(AROUND)..=last).any(is_changed)
    };
    let mut near = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        match is_near(index) {
            true => near.push(Some(*line)),
            false if near.last() != Some(&None) => near.push(None),
            false => {}
        }
    }
    near
}

/// One line behind its sign; what does not fit goes on below itself.
fn wrapped(ui: &Ui, sign: &str, tone: Tone, line: &str) -> String {
    let indent = format!("{INDENT}    ");
    let text = match line.trim().is_empty() {
        true => format!("{indent}\n"),
        false => ui.wrap(line, &indent),
    };
    let palette = ui.palette();
    let mut shown = String::new();
    for (index, line) in text.lines().enumerate() {
        let sign = if index == 0 { sign } else { " " };
        let rest = line.get(indent.len()..).unwrap_or_default();
        let line = format!("{sign} {rest}");
        let line = palette.paint(tone, line.trim_end());
        shown += format!("{INDENT}  {line}").trim_end();
        shown.push('\n');
    }
    shown
}

/// What others set, which a change leaves as it is.
fn kept(ui: &Ui, step: &Step) -> String {
    if step.kept.is_empty() {
        return String::new();
    }
    let each = step.kept.iter();
    let each = each.map(|(field, value)| format!("{field} {}", short(value)));
    let text = format!(
        "set elsewhere and kept: {}",
        each.collect::<Vec<_>>().join("; ")
    );
    ui.wrap(&text, INDENT)
}

/// What is left out for the same reason stands together, in the order of the files.
fn by_reason(left_out: &[LeftOut]) -> Vec<Vec<&LeftOut>> {
    let mut groups: Vec<Vec<&LeftOut>> = Vec::new();
    for one in left_out {
        let alike = groups.iter_mut().find(|group| {
            let first = group.first();
            first.is_some_and(|first| {
                (&first.because, &first.settings) == (&one.because, &one.settings)
            })
        });
        match alike {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

fn show_left_out(ui: &Ui, alike: &[&LeftOut]) -> String {
    let palette = ui.palette();
    let mut text = String::new();
    for left_out in alike {
        let sign = palette.paint(Tone::Dim, "o left out");
        let name = palette.paint(Tone::Strong, escape::line(&left_out.name));
        text += &format!("{sign}  {name}\n");
    }
    let Some(left_out) = alike.first() else {
        return text;
    };
    text += &ui.wrap(&left_out.because, INDENT);
    if let Some(settings) = &left_out.settings {
        text += &ui.wrap("to have it, add to the settings file:", INDENT);
        for line in settings.lines() {
            text += &format!("{INDENT}  {}\n", escape::line(line));
        }
    }
    text
}

fn totals(plan: &Plan, files: &Files) -> String {
    let count = |word: &str, is_meant: fn(&Action) -> bool| match plan.with(is_meant).len() {
        0 => None,
        number => Some(format!("{number} {word}")),
    };
    let left_out = match files.left_out.len() {
        0 => None,
        number => Some(format!("{number} left out")),
    };
    let parts = [
        count("to create", |action| {
            matches!(action, Action::Create { .. })
        }),
        count("to adopt", |action| *action == Action::Adopt),
        count("to change", |action| *action == Action::Change),
        count("of another type", |action| {
            matches!(action, Action::TypeChange { .. })
        }),
        count("ambiguous", |action| {
            matches!(action, Action::Ambiguous { .. })
        }),
        count("in no file", |action| *action == Action::Orphan),
        count("unchanged", |action| *action == Action::Unchanged),
        left_out,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.is_empty() {
        true => "nothing to plan\n".to_owned(),
        false => format!("{}\n", parts.join(", ")),
    }
}
