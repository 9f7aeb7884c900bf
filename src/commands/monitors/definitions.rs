//! Files and packs as what is to be at Datadog, in this profile.

use std::collections::BTreeSet;

use clap::Args;

use super::show::facet_page;
use super::target::{Source, Targets, Variables, shape};
use crate::commands::as_code::{Facet, Files, LeftOut};
use crate::context::Context;
use crate::domain::delivery::Delivery;
use crate::error::UsageError;
use crate::monitors::as_code::{Definition, Kind, Namespace};
use crate::monitors::{
    Form, Monitor, MonitorFile, MonitorFileError, ProfileFacts, Shape, missing_for, names_a_handle,
};

/// Which monitors are to be at Datadog, and with which values.
#[derive(Debug, Args)]
pub struct Wanted {
    #[command(flatten)]
    targets: Targets,
    /// How the events reach Datadog: ddctl, hoop-webhook, execlave, otlp [default: as the profile's
    /// `delivery` says]
    #[arg(long, value_name = "SHAPE", value_parser = shape)]
    shape: Option<Shape>,
    #[command(flatten)]
    variables: Variables,
}

impl Wanted {
    /// Reads every target, fills in its variables and chooses its query.
    ///
    /// # Errors
    ///
    /// A file that is no monitor, a variable that none of them has, two files that would be one
    /// monitor at Datadog, and targets of which none can do anything here.
    pub fn definitions(&self, context: &Context, namespace: &Namespace) -> anyhow::Result<Files> {
        let reader = Reader {
            namespace,
            variables: &self.variables,
            shape: self.shape,
            delivered: delivered(context)?,
            facts: facts(context)?,
        };
        let mut files = Files {
            whole_packs: self.targets.whole_packs(),
            ..Files::default()
        };
        for source in self.targets.sources()? {
            reader.add(&source, &mut files)?;
        }
        self.variables.check_used()?;
        files.facets.sort();
        files.facets.dedup();
        check_marks(&files)?;
        check_some(&files)?;
        Ok(files)
    }
}

/// The shape in which this profile's events reach Datadog.
fn delivered(context: &Context) -> anyhow::Result<Shape> {
    let delivery = context.settings()?.delivery.as_ref();
    Ok(match delivery.map(|delivery| delivery.value) {
        Some(Delivery::Webhook) => Shape::HoopWebhook,
        _ => Shape::Ddctl,
    })
}

/// What the profile says, as far as monitors hang on it.
pub fn facts(context: &Context) -> anyhow::Result<ProfileFacts> {
    let settings = context.settings()?;
    let delivery = settings.delivery.as_ref().map(|delivery| delivery.value);
    let sends_heartbeat = delivery.is_some_and(Delivery::stays);
    let profile = &settings.profile.value;
    Ok(ProfileFacts::of(
        profile,
        &settings.connections,
        sends_heartbeat,
    ))
}

struct Reader<'a> {
    namespace: &'a Namespace,
    variables: &'a Variables,
    shape: Option<Shape>,
    delivered: Shape,
    facts: ProfileFacts,
}

impl Reader<'_> {
    fn add(&self, source: &Source, files: &mut Files) -> anyhow::Result<()> {
        let file = source.parse()?;
        let shape = self.shape_of(&file);
        let values = self.variables.of(&file);
        let wrong = |error| UsageError::new(format!("{}: {error}", source.label));
        let monitor = match file.render(source.identity.clone(), shape, &values) {
            Ok(monitor) => monitor,
            Err(error @ MonitorFileError::Refused { .. }) => {
                files
                    .left_out
                    .push(left_out(source, error.to_string(), None));
                return Ok(());
            }
            Err(error) => return Err(wrong(error).into()),
        };
        if let Some(missing) = missing_for(&monitor, &self.facts) {
            let settings = Some(missing.toml);
            files
                .left_out
                .push(left_out(source, missing.what, settings));
            return Ok(());
        }
        if !names_a_handle(&monitor.message) {
            files.silent.push(source.identity.to_string());
        }
        let (_, form) = file.form(shape).map_err(wrong)?;
        files.facets.extend(facets(form, &monitor));
        let is_new = |need: &&String| !files.needs.contains(need);
        let needs: Vec<String> = monitor.needs.iter().filter(is_new).cloned().collect();
        files.needs.extend(needs);
        files
            .definitions
            .push(self.definition(source, &file, &monitor)?);
        Ok(())
    }

    /// The shape that was asked for; else the one in which the gateway's events arrive, where the
    /// file is about those: how they travel says nothing of what other systems send.
    fn shape_of(&self, file: &MonitorFile) -> Option<Shape> {
        let is_others = |(shape, _)| matches!(shape, Some(Shape::Execlave | Shape::Otlp));
        let is_of_others = file.watched().any(is_others);
        let delivered = match is_of_others {
            true => Shape::Ddctl,
            false => self.delivered,
        };
        let knows = file
            .shapes
            .iter()
            .any(|(shape, _)| *shape == Some(delivered));
        self.shape.or(knows.then_some(delivered))
    }

    fn definition(
        &self,
        source: &Source,
        file: &MonitorFile,
        monitor: &Monitor,
    ) -> anyhow::Result<Definition> {
        let mark = self.namespace.mark(&source.identity).map_err(|error| {
            UsageError::with_hint(
                format!("{}: {error}", source.label),
                "a monitor is known by its folder and its name: rename them",
            )
        })?;
        let body = monitor.to_api().as_object().cloned().unwrap_or_default();
        let mut definition = Definition::new(Kind::Monitor, mark, source.label.clone(), body);
        definition.adopts = file.adopts.map(|id| id.to_string());
        Ok(definition)
    }
}

fn left_out(source: &Source, because: String, settings: Option<String>) -> LeftOut {
    LeftOut {
        name: source.identity.to_string(),
        because,
        settings,
    }
}

fn facets(form: &Form, monitor: &Monitor) -> Vec<Facet> {
    let page = facet_page(monitor.alert.record());
    let facet = |(path, kind): (&String, &String)| Facet {
        page,
        path: path.clone(),
        r#type: kind.clone(),
    };
    form.facets.iter().map(facet).collect()
}

/// Files that differ in the case of their names are one monitor at Datadog.
fn check_marks(files: &Files) -> Result<(), UsageError> {
    let mut seen = BTreeSet::new();
    for definition in &files.definitions {
        if !seen.insert(&definition.mark) {
            let same = files
                .definitions
                .iter()
                .filter(|other| other.mark == definition.mark);
            let labels: Vec<&str> = same.map(|other| other.label.as_str()).collect();
            return Err(UsageError::with_hint(
                format!(
                    "{} are one monitor at Datadog, {}",
                    labels.join(" and "),
                    definition.mark
                ),
                "rename one of the files: a monitor is known by its folder and its name",
            ));
        }
    }
    Ok(())
}

fn check_some(files: &Files) -> Result<(), UsageError> {
    let Some(first) = files
        .left_out
        .first()
        .filter(|_| files.definitions.is_empty())
    else {
        return Ok(());
    };
    let message = format!("{}: {}", first.name, first.because);
    Err(match &first.settings {
        Some(settings) => UsageError::with_hint(
            message,
            format!(
                "to have it, add to the settings file:\n{}",
                settings.trim_end()
            ),
        ),
        None => UsageError::new(message),
    })
}

#[cfg(test)]
mod tests {
    use super::names_a_handle;

    #[test]
    fn a_handle_is_told_from_an_address_and_from_an_attribute() {
        for message in [
            "tell @slack-ops",
            "@ada@example.com",
            "a\n@pagerduty",
            "(@team-x)",
        ] {
            assert!(names_a_handle(message), "{message}");
        }
        for message in [
            "",
            "ada@example.com",
            "`@usr.id` is",
            "a @ b",
            "{{log.link}}",
        ] {
            assert!(!names_a_handle(message), "{message}");
        }
    }
}
