//! Which monitors a command is about: those of packs, or files of one's own.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use crate::domain::nearest::nearest;
use crate::error::UsageError;
use crate::monitors::{Identity, MonitorFile, Pack, Shape, Values, packs};

/// Monitors by file or by pack.
#[derive(Debug, Args)]
pub struct Targets {
    /// Monitors of your own: YAML files, folders of them, or `-`
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The monitors of this pack; every pack where neither is given
    #[arg(long, value_name = "PACK", conflicts_with = "files", value_parser = pack_name)]
    pack: Vec<String>,
}

/// Values for variables.
#[derive(Debug, Args)]
pub struct Variables {
    /// Set a variable of the monitors; repeatable
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = assignment)]
    given: Vec<(String, String)>,
    /// Names of variables that the monitors have.
    #[arg(skip)]
    known: RefCell<BTreeSet<String>>,
}

/// One file, not yet read as a monitor.
#[derive(Debug)]
pub struct Source {
    pub identity: Identity,
    /// The path, or `pack/name`.
    pub label: String,
    pub text: String,
}

/// A folder is searched for these.
const ENDINGS: [&str; 2] = ["yaml", "yml"];

impl Targets {
    /// Every file that is meant, in a stable order.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, a folder without one, and two files with one identity.
    pub fn sources(&self) -> anyhow::Result<Vec<Source>> {
        if self.files.is_empty() {
            let is_meant = |pack: &&Pack| {
                self.pack.is_empty() || self.pack.iter().any(|name| name == pack.name)
            };
            let files = packs().iter().filter(is_meant).flat_map(Pack::files);
            return Ok(files.map(Source::of_pack).collect());
        }
        of_paths(&self.files, "monitor")
    }

    /// The packs and folders that [`Targets::sources`] reads whole: what is missing in one of them
    /// is in no file.
    pub fn whole_packs(&self) -> BTreeSet<String> {
        let is_meant =
            |pack: &&Pack| self.pack.is_empty() || self.pack.iter().any(|name| name == pack.name);
        match self.files.is_empty() {
            true => {
                let packs = packs().iter().filter(is_meant);
                packs.map(|pack| pack.name.to_owned()).collect()
            }
            false => whole_folders(&self.files),
        }
    }
}

impl Source {
    pub fn of_pack((identity, text): (Identity, &str)) -> Self {
        Self {
            label: identity.to_string(),
            identity,
            text: text.to_owned(),
        }
    }

    /// One file; `-` is standard input.
    pub fn of_file(path: &Path) -> anyhow::Result<Self> {
        let text = match path == Path::new("-") {
            true => {
                let mut text = String::new();
                std::io::stdin()
                    .read_to_string(&mut text)
                    .context("read standard input")?;
                text
            }
            false => fs::read_to_string(path).map_err(|error| no_file(path, error))?,
        };
        Ok(Self {
            identity: identity_of(path),
            label: path.display().to_string(),
            text,
        })
    }

    /// The monitor, or a usage error that names the file.
    pub fn parse(&self) -> Result<MonitorFile, UsageError> {
        MonitorFile::parse(&self.text)
            .map_err(|error| UsageError::new(format!("{}: {error}", self.label)))
    }
}

impl Variables {
    /// The values for the variables that `file` has.
    pub fn of(&self, file: &MonitorFile) -> Values {
        self.known
            .borrow_mut()
            .extend(file.variables.keys().cloned());
        let known = self
            .given
            .iter()
            .filter(|(name, _)| file.variables.contains_key(name));
        known.cloned().collect()
    }

    /// Fails where a value was given for a variable that none of the monitors has.
    pub fn check_used(&self) -> Result<(), UsageError> {
        let known = self.known.borrow();
        let Some((name, _)) = self.given.iter().find(|(name, _)| !known.contains(name)) else {
            return Ok(());
        };
        let near = nearest(name, known.iter().map(String::as_str));
        let near = near.map(|near| format!("; did you mean `{near}`?"));
        Err(UsageError::with_hint(
            format!(
                "no monitor here has a variable `{name}`{}",
                near.unwrap_or_default()
            ),
            "`ddctl monitors show PACK/NAME` lists what can be tuned",
        ))
    }
}

/// Why there is nothing to read at `path`; who meant a pack is told how to name one.
fn no_file(path: &Path, error: io::Error) -> anyhow::Error {
    let given = path.to_string_lossy();
    let pack = given.split('/').next().unwrap_or_default();
    let near = nearest(pack, packs().iter().map(|pack| pack.name));
    match near {
        Some(near) if error.kind() == io::ErrorKind::NotFound => UsageError::with_hint(
            format!("there is no file {}", path.display()),
            format!("for what ships with ddctl: `--pack {near}`"),
        )
        .into(),
        _ => anyhow::Error::new(error).context(format!("read {}", path.display())),
    }
}

/// The files at `paths`, folders searched, in a stable order. `noun` is what each of them holds.
pub fn of_paths(paths: &[PathBuf], noun: &str) -> anyhow::Result<Vec<Source>> {
    let mut sources: Vec<Source> = Vec::new();
    for path in paths {
        for source in read(path)? {
            let twin = sources
                .iter()
                .find(|other| other.identity == source.identity);
            if let Some(twin) = twin {
                return Err(UsageError::with_hint(
                    format!(
                        "{} and {} are both the {noun} {}",
                        twin.label, source.label, source.identity
                    ),
                    format!(
                        "rename one of the files: a {noun} is known by its folder and its name"
                    ),
                )
                .into());
            }
            sources.push(source);
        }
    }
    Ok(sources)
}

/// The names of those of `paths` that are folders, as packs.
pub fn whole_folders(paths: &[PathBuf]) -> BTreeSet<String> {
    let folders = paths.iter().filter(|path| path.is_dir());
    let packs = folders.map(|folder| identity_of(&folder.join("any")).pack);
    packs.map(|pack| pack.to_lowercase()).collect()
}

fn read(path: &Path) -> anyhow::Result<Vec<Source>> {
    if !path.is_dir() {
        return Ok(vec![Source::of_file(path)?]);
    }
    let entries = fs::read_dir(path).with_context(|| format!("read {}", path.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry
            .with_context(|| format!("read {}", path.display()))?
            .path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        if ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
            found.push(path);
        }
    }
    found.sort();
    match found.is_empty() {
        true => Err(UsageError::new(format!("{} holds no YAML file", path.display())).into()),
        false => found.iter().map(|path| Source::of_file(path)).collect(),
    }
}

/// The folder's name and the file's, without its ending.
fn identity_of(path: &Path) -> Identity {
    let text =
        |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().into_owned());
    let folder = path.parent().and_then(|folder| text(folder.file_name()));
    Identity {
        pack: folder.unwrap_or_else(|| "local".to_owned()),
        name: text(path.file_stem()).unwrap_or_default(),
    }
}

fn pack_name(text: &str) -> Result<String, String> {
    let names = || packs().iter().map(|pack| pack.name);
    if names().any(|name| name == text) {
        return Ok(text.to_owned());
    }
    let near = nearest(text, names()).map(|name| format!("; did you mean `{name}`?"));
    let all: Vec<&str> = names().collect();
    Err(format!(
        "there is no such pack; there are {}{}",
        all.join(", "),
        near.unwrap_or_default()
    ))
}

/// For `--shape`.
pub fn shape(text: &str) -> Result<Shape, String> {
    let names = Shape::ALL.map(Shape::as_str);
    Shape::of(text).ok_or_else(|| format!("there is no such shape; there are {}", names.join(", ")))
}

fn assignment(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "write NAME=VALUE".to_owned())
}
