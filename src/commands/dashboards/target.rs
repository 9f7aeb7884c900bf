//! Which dashboards a command is about: those of packs, or files of one's own.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use crate::commands::as_code::{Facet, Files};
use crate::commands::monitors::target::{Source, of_paths, whole_folders};
use crate::error::UsageError;
use crate::monitors::as_code::{Definition, Kind, Namespace};
use crate::monitors::dashboards::{DashboardFile, shipped};

/// Dashboards by file or by pack.
#[derive(Debug, Args)]
pub struct Targets {
    /// Dashboards of your own: YAML files, folders of them, or `-`
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The dashboards of this pack; every pack where neither is given
    #[arg(long, value_name = "PACK", conflicts_with = "files", value_parser = pack_name)]
    pack: Vec<String>,
}

/// All dashboards that ship look at logs.
const PAGE: &str = "Logs > Explorer, open one of the logs";

impl Targets {
    /// Every file that is meant, in a stable order.
    pub fn sources(&self) -> anyhow::Result<Vec<Source>> {
        if !self.files.is_empty() {
            return of_paths(&self.files, "dashboard");
        }
        let meant = shipped().filter(|(identity, _)| self.is_meant(&identity.pack));
        Ok(meant.map(Source::of_pack).collect())
    }

    /// What is to be at Datadog.
    pub fn definitions(&self, namespace: &Namespace) -> anyhow::Result<Files> {
        let mut files = Files {
            whole_packs: self.whole_packs(),
            ..Files::default()
        };
        for source in self.sources()? {
            let file = parse(&source)?;
            let mark = namespace.mark(&source.identity).map_err(|error| {
                UsageError::with_hint(
                    format!("{}: {error}", source.label),
                    "a dashboard is known by its folder and its name: rename them",
                )
            })?;
            let facet = |(path, kind): (String, String)| Facet {
                page: PAGE,
                path,
                r#type: kind,
            };
            files.facets.extend(file.facets.into_iter().map(facet));
            let definition = Definition::new(Kind::Dashboard, mark, source.label, file.body);
            files.definitions.push(definition);
        }
        files.facets.sort();
        files.facets.dedup();
        Ok(files)
    }

    fn whole_packs(&self) -> BTreeSet<String> {
        match self.files.is_empty() {
            true => {
                let packs = shipped().map(|(identity, _)| identity.pack);
                packs.filter(|pack| self.is_meant(pack)).collect()
            }
            false => whole_folders(&self.files),
        }
    }

    fn is_meant(&self, pack: &str) -> bool {
        self.pack.is_empty() || self.pack.iter().any(|name| name == pack)
    }
}

/// The dashboard, or a usage error that names the file.
pub fn parse(source: &Source) -> Result<DashboardFile, UsageError> {
    DashboardFile::parse(&source.text)
        .map_err(|error| UsageError::new(format!("{}: {error}", source.label)))
}

fn pack_name(text: &str) -> Result<String, String> {
    let names: Vec<String> = shipped().map(|(identity, _)| identity.pack).collect();
    match names.iter().any(|name| name == text) {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "no such pack has dashboards; {} do",
            names.join(", ")
        )),
    }
}
