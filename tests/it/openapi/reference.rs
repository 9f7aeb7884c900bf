//! The documents, read once for all tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde_json::Value;

use super::document::System;
use super::{Document, Operation, Request};

/// The documents with the system that each describes.
const DOCUMENTS: &[(&str, System)] = &[
    ("datadog/openapi-v1.yaml", System::Datadog),
    ("datadog/openapi-v2.yaml", System::Datadog),
    ("datadog/openapi-v2-supplement.yaml", System::Datadog),
    ("gateway/openapi-gateway.json", System::Gateway),
    ("gateway/openapi-svix.json", System::Svix),
];

/// All documents.
pub struct Reference {
    documents: Vec<Document>,
}

impl Reference {
    /// The documents, or `None`, said aloud, where the folder is not there.
    ///
    /// # Panics
    ///
    /// When the folder is there and a document is not, or cannot be read.
    pub fn get() -> Option<&'static Self> {
        static REFERENCE: LazyLock<Option<Reference>> = LazyLock::new(Reference::load);
        if REFERENCE.is_none() {
            skip();
        }
        REFERENCE.as_ref()
    }

    fn load() -> Option<Self> {
        let folder = folder()?;
        let read = |(name, system): &(&'static str, System)| {
            Document::new(name, *system, read_document(&folder.join(name)))
        };
        Some(Self {
            documents: DOCUMENTS.iter().map(read).collect(),
        })
    }

    /// The operation that a request is for.
    pub fn operation(&self, request: &Request) -> Option<Operation<'_>> {
        self.documents
            .iter()
            .find_map(|document| document.operation(request))
    }
}

/// The folder beside the repository, or beside a folder that holds it.
fn folder() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .skip(1)
        .map(|folder| folder.join("shared/reference"))
        .find(|folder| folder.is_dir())
}

/// The test harness shows what a passing test prints only when asked to, so this goes past it.
fn skip() {
    use std::io::Write;
    let line = "SKIPPED: the OpenAPI documents of ../shared/reference are not here\n";
    std::io::stderr()
        .write_all(line.as_bytes())
        .expect("stderr takes a line");
}

fn read_document(path: &Path) -> Value {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("read {}: {error}", path.display()));
    let is_json = path.extension().is_some_and(|ending| ending == "json");
    let document = if is_json {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    } else {
        // The coordinate `y` of a widget is a name there and no `yes`.
        let options = serde_saphyr::options! { strict_booleans: true };
        serde_saphyr::from_str_with_options(&text, options).map_err(|error| error.to_string())
    };
    document.unwrap_or_else(|error| panic!("parse {}: {error}", path.display()))
}
