//! `ddctl monitors show`.

use std::path::Path;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::definitions::facts;
use super::target::{Source, Variables, shape};
use crate::context::Context;
use crate::domain::nearest::nearest;
use crate::error::{Exit, UsageError};
use crate::monitors::{
    Content, Form, Missing, Monitor, MonitorFile, Pack, Shape, find, missing_for, packs,
};
use crate::query::Record;
use crate::ui::{Tone, Ui, escape};

/// Show a monitor: why it exists, what to tune, its query in words, and the facets it needs
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl monitors show hoop/unapproved-prod
  ddctl monitors show hoop/failed-sessions --var threshold=10 --var window=1h
  ddctl monitors show execlave/cost-runaway --shape execlave
  ddctl monitors show ./my-monitor.yaml -o json | jq .body

`.body` of the JSON is what Datadog's API takes to create the monitor.")]
pub struct Show {
    /// PACK/NAME of a pack's monitor, a file, or `-`
    #[arg(value_name = "MONITOR")]
    monitor: String,
    /// How the events reach Datadog: ddctl, hoop-webhook, execlave, otlp
    #[arg(long, value_name = "SHAPE", value_parser = shape)]
    shape: Option<Shape>,
    #[command(flatten)]
    variables: Variables,
}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct View {
    monitor: String,
    title: String,
    priority: Option<u8>,
    r#type: String,
    why: String,
    shape: Option<&'static str>,
    query: String,
    explanation: String,
    variables: Vec<VariableRow>,
    facets: Vec<FacetRow>,
    /// What has to be there beside facets.
    needs: Vec<String>,
    /// The setting without which it is of no use in this profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<MissingRow>,
    refused: Vec<RefusedRow>,
    cases: Vec<String>,
    /// The body of `POST /api/v1/monitor`.
    body: Value,
}

#[derive(Serialize)]
struct VariableRow {
    name: String,
    default: String,
    about: String,
}

#[derive(Serialize)]
struct FacetRow {
    path: String,
    r#type: String,
}

#[derive(Serialize)]
struct MissingRow {
    what: String,
    toml: String,
}

#[derive(Serialize)]
struct RefusedRow {
    shape: &'static str,
    because: String,
}

pub fn run(context: &Context, args: &Show) -> anyhow::Result<Exit> {
    let source = named(&args.monitor)?;
    let file = source.parse()?;
    let values = args.variables.of(&file);
    args.variables.check_used()?;
    let wrong = |error| UsageError::new(format!("{}: {error}", source.label));
    let (_, form) = file.form(args.shape).map_err(wrong)?;
    let monitor = file
        .render(source.identity.clone(), args.shape, &values)
        .map_err(wrong)?;
    let missing = missing(context, &monitor);
    let view = View::of(&file, form, &monitor, missing);
    context
        .ui
        .one(&view, || report(&context.ui, &view, &monitor))?;
    Ok(Exit::Done)
}

/// What the monitor lacks in this profile; nothing where there is none to hold it against.
fn missing(context: &Context, monitor: &Monitor) -> Option<Missing> {
    let has_profile = context
        .settings()
        .is_ok_and(|settings| settings.has_profile);
    let facts = facts(context).ok().filter(|_| has_profile)?;
    missing_for(monitor, &facts)
}

/// A monitor of a pack by its identity, else a file.
pub fn named(monitor: &str) -> anyhow::Result<Source> {
    if let Some(found) = find(monitor) {
        return Ok(Source::of_pack(found));
    }
    let path = Path::new(monitor);
    if path == Path::new("-") || path.is_file() {
        return Source::of_file(path);
    }
    let names: Vec<String> = packs()
        .iter()
        .flat_map(Pack::files)
        .map(|(identity, _)| identity.to_string())
        .collect();
    let near = nearest(monitor, names.iter().map(String::as_str));
    let near = near.map(|name| format!(", did you mean `{name}`?"));
    Err(UsageError::with_hint(
        format!(
            "there is no monitor and no file `{monitor}`{}",
            near.unwrap_or_default()
        ),
        "`ddctl monitors list` names the monitors of the packs",
    )
    .into())
}

impl View {
    fn of(file: &MonitorFile, form: &Form, monitor: &Monitor, missing: Option<Missing>) -> Self {
        let variables = file.variables.iter().map(|(name, variable)| VariableRow {
            name: name.clone(),
            default: variable.default.to_string(),
            about: variable.about.clone(),
        });
        let facets = form.facets.iter().map(|(path, kind)| FacetRow {
            path: path.clone(),
            r#type: kind.clone(),
        });
        let refused = file
            .shapes
            .iter()
            .filter_map(|(shape, content)| match content {
                Content::Refused(because) => Some(RefusedRow {
                    shape: shape.map_or("", |shape| shape.as_str()),
                    because: because.clone(),
                }),
                Content::Watched(_) => None,
            });
        Self {
            monitor: monitor.identity.to_string(),
            title: monitor.title.clone(),
            priority: monitor.priority,
            r#type: form.kind.clone(),
            why: file.why.clone(),
            shape: monitor.shape.map(|shape| shape.as_str()),
            query: monitor.query.clone(),
            explanation: monitor.alert.explain(),
            variables: variables.collect(),
            facets: facets.collect(),
            needs: monitor.needs.clone(),
            missing: missing.map(|Missing { what, toml, .. }| MissingRow { what, toml }),
            refused: refused.collect(),
            cases: form.cases.iter().map(|case| case.name.clone()).collect(),
            body: monitor.to_api(),
        }
    }
}

fn report(ui: &Ui, view: &View, monitor: &Monitor) -> String {
    let palette = ui.palette();
    let head = |text: &str| format!("\n{}\n", palette.paint(Tone::Strong, text));
    let mut text = format!(
        "{}\n",
        palette.paint(Tone::Strong, escape::line(&view.title))
    );
    let shape = view.shape.map(|shape| format!(", for the shape `{shape}`"));
    text += &format!(
        "{}, {}{}\n",
        view.monitor,
        view.r#type,
        shape.unwrap_or_default()
    );
    text += &head("Why");
    text += &ui.wrap(&view.why, "  ");
    text += &head("Query");
    text += &ui.wrap(&view.query, "  ");
    for query in &monitor.variables {
        let search = query.search.as_ref().map_or("*", |search| &search.query);
        text += &ui.wrap(&format!("{} = {}", query.name, search), "    ");
    }
    text += &ui.wrap(&format!("It {}.", view.explanation), "  ");
    if !view.variables.is_empty() {
        text += &head("Tune with --var NAME=VALUE");
        for row in &view.variables {
            let default = match row.default.is_empty() {
                true => "nothing".to_owned(),
                false => row.default.clone(),
            };
            text += &ui.wrap(&format!("{} ({default}): {}", row.name, row.about), "  ");
        }
    }
    text += &needs(ui, view, &head);
    text += &to_create(ui, view, monitor.alert.record(), &head);
    if !view.refused.is_empty() {
        text += &head("Not for");
        for row in &view.refused {
            text += &ui.wrap(&format!("{}: {}", row.shape, row.because), "  ");
        }
    }
    text += &head("Message");
    for line in monitor.message.lines() {
        text += &format!("  {}\n", escape::line(line));
    }
    text
}

fn needs(ui: &Ui, view: &View, head: &dyn Fn(&str) -> String) -> String {
    let mut text = String::new();
    if let Some(missing) = &view.missing {
        text += &head("Of no use in this profile");
        text += &ui.wrap(&format!("{}. Add to the settings:", missing.what), "  ");
        for line in missing.toml.lines() {
            text += &format!("    {}\n", escape::line(line));
        }
    }
    if !view.needs.is_empty() {
        text += &head("Needs");
        for need in &view.needs {
            text += &ui.wrap(need, "  ");
        }
    }
    text
}

/// Where facets of such records are made.
pub fn facet_page(record: Record) -> &'static str {
    match record {
        Record::Log => "Logs > Explorer, open one of the logs",
        Record::Span | Record::LlmSpan => "APM > Traces, open one of the spans",
        Record::Event => "Events > Explorer, open one of the events",
        Record::Pipeline => "Software Delivery > CI Visibility, open one of the pipelines",
    }
}

/// No API makes facets, so somebody has to click.
fn to_create(ui: &Ui, view: &View, record: Record, head: &dyn Fn(&str) -> String) -> String {
    if view.facets.is_empty() {
        return String::new();
    }
    let mut text = head("Facets and measures to create");
    for row in &view.facets {
        text += &format!(
            "  {}  {}\n",
            escape::line(&row.path),
            escape::line(&row.r#type)
        );
    }
    let page = facet_page(record);
    let how = format!(
        "No API makes them: {page}, click the attribute, then \"Create facet\", or \"Create measure\" for a number."
    );
    text + &ui.wrap(&how, "  ")
}
