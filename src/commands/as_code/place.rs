//! Where a plan is made: the site, the namespace and its record, and the files.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use crate::commands::flags::DatadogAccess;
use crate::context::Context;
use crate::datadog::{Datadog, DatadogError};
use crate::domain::site::Site;
use crate::error::UsageError;
use crate::monitors::as_code::{
    Definition, Doubt, Found, Kind, Listing, Namespace, Record, Remote, Scope, doubts,
};

/// Whose definitions a command is about.
#[derive(Debug, Args)]
pub struct Ownership {
    /// Whose monitors and dashboards: part of their mark at Datadog [default: the profile's
    /// `namespace`, else its name]
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
}

/// One site seen by one namespace.
pub struct Place<'c> {
    pub context: &'c Context,
    pub namespace: Namespace,
    kind: Kind,
    datadog: Datadog,
    folder: PathBuf,
}

/// What the files say, and what of it is left out.
#[derive(Debug, Default)]
pub struct Files {
    pub definitions: Vec<Definition>,
    pub left_out: Vec<LeftOut>,
    /// Each once, by page and path.
    pub facets: Vec<Facet>,
    /// Names of monitors whose message names no handle.
    pub silent: Vec<String>,
    /// Packs and folders that were read whole.
    pub whole_packs: BTreeSet<String>,
}

/// What has to be a facet or a measure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Facet {
    /// The page of Datadog's app on which it is made.
    pub page: &'static str,
    pub path: String,
    /// `string`, or `measure` with its unit.
    pub r#type: String,
}

/// A definition that cannot do anything here.
#[derive(Debug)]
pub struct LeftOut {
    /// `pack/name`
    pub name: String,
    pub because: String,
    /// What to add to the settings file.
    pub settings: Option<String>,
}

impl Ownership {
    /// The namespace, where the person named one.
    pub fn named(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    pub fn namespace(&self, context: &Context) -> anyhow::Result<Namespace> {
        let settings = context.settings()?;
        let name = self.namespace.as_ref().unwrap_or(&settings.namespace.value);
        let named = Namespace::parse(name).map_err(|error| {
            UsageError::with_hint(
                format!("the namespace: {error}"),
                "name one by --namespace, or keep it: `ddctl config set namespace NAME`",
            )
        })?;
        Ok(named)
    }
}

impl Files {
    pub fn scope(&self, place: &Place<'_>) -> Scope {
        Scope {
            kind: place.kind,
            namespace: place.namespace.to_string(),
            whole_packs: self.whole_packs.clone(),
        }
    }
}

impl<'c> Place<'c> {
    pub fn open(
        context: &'c Context,
        access: &DatadogAccess,
        ownership: &Ownership,
        kind: Kind,
    ) -> anyhow::Result<Self> {
        let state = context.environment.state_folder().ok_or_else(|| {
            UsageError::with_hint(
                "there is no folder to remember in what was made",
                "set HOME or XDG_STATE_HOME",
            )
        })?;
        let profile = &context.settings()?.profile.value;
        Ok(Self {
            namespace: ownership.namespace(context)?,
            datadog: context.datadog(&access.flags())?,
            folder: state.join(profile).join("as-code"),
            context,
            kind,
        })
    }

    pub fn site(&self) -> Site {
        self.datadog.site()
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn datadog(&self) -> &Datadog {
        &self.datadog
    }

    pub fn remote(&self) -> Remote<'_> {
        Remote::new(&self.datadog, self.kind)
    }

    /// Refuses under `--read-only`; `instead` is the command that only looks.
    pub fn require_write(&self, what: &str, instead: &str) -> Result<(), UsageError> {
        match self.context.globals.read_only {
            true => Err(UsageError::with_hint(
                format!("--read-only forbids it: {what}"),
                format!("`ddctl {}s {instead}` only looks", self.kind.noun()),
            )),
            false => Ok(()),
        }
    }

    /// The page of a definition in Datadog's app.
    pub fn page(&self, id: &str) -> String {
        format!("{}{}", self.site().app_url(), Found::page(self.kind, id))
    }

    pub fn read_record(&self) -> anyhow::Result<Record> {
        Ok(Record::read(&self.folder, self.site(), &self.namespace)?)
    }

    /// The record, held against other runs.
    pub fn open_record(&self) -> anyhow::Result<Record> {
        Ok(Record::open(&self.folder, self.site(), &self.namespace)?)
    }

    pub async fn listing(&self) -> anyhow::Result<Listing> {
        let remote = self.remote();
        let listing = remote.listing(self.namespace.as_str()).await;
        listing.with_context(|| format!("list the {}s at {}", self.kind.noun(), self.site()))
    }

    pub async fn doubts(
        &self,
        listing: &Listing,
        record: &Record,
        expected: Option<usize>,
    ) -> Result<Vec<Doubt>, DatadogError> {
        let remote = self.remote();
        let namespace = self.namespace.as_str();
        doubts(&remote, listing, record, namespace, expected).await
    }
}
