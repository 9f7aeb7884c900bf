//! Which file each recording goes to: the one that was named, or one of its own in a folder.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::destination::Target;
use super::recordings::{Format, Item};
use crate::delivery::{sweep, sweep_beside};
use crate::error::UsageError;
use crate::recording::safe;

/// The longest name of a file without its ending, in bytes: most file systems take 255, and the
/// temporary file beside it has a longer name.
const LONGEST: usize = 200;

/// Settles the files, one after the other.
pub struct Naming {
    target: Target,
    format: Format,
    taken: BTreeSet<PathBuf>,
}

impl Naming {
    /// Of so many recordings.
    ///
    /// # Errors
    ///
    /// Several recordings that do not fit into one file or one stream.
    pub fn new(target: Target, format: Format, of: usize) -> Result<Self, UsageError> {
        let does_fit = of <= 1
            || match &target {
                Target::Stdout => format.is_joinable(),
                Target::Path(path) => is_folder(path),
            };
        match does_fit {
            true => Ok(Self {
                target,
                format,
                taken: BTreeSet::new(),
            }),
            false => Err(crowded(&target, format, of)),
        }
    }

    /// Clears up after runs that were killed.
    pub fn sweep(&self) {
        match &self.target {
            Target::Stdout => {}
            Target::Path(path) if !is_folder(path) => sweep_beside(path),
            Target::Path(folder) => {
                let ending = format!(".{}", self.format.ending());
                sweep(folder, |name| name.ends_with(&ending));
            }
        }
    }

    /// True where files are written.
    pub fn has_files(&self) -> bool {
        matches!(self.target, Target::Path(_))
    }

    /// The file of the next recording; `None` where it goes to stdout. A folder that was named is
    /// made.
    ///
    /// # Errors
    ///
    /// A folder that cannot be made, and two recordings of one name.
    pub fn next(&mut self, item: &Item) -> anyhow::Result<Option<PathBuf>> {
        let folder = match &self.target {
            Target::Stdout => return Ok(None),
            Target::Path(path) if !is_folder(path) => return Ok(Some(path.clone())),
            Target::Path(path) => path,
        };
        std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        let path = folder.join(format!("{}.{}", stem(item), self.format.ending()));
        match self.taken.insert(path.clone()) {
            true => Ok(Some(path)),
            false => Err(UsageError::with_hint(
                format!("two recordings would go to {}", path.display()),
                "export them one at a time, each to a file of its own",
            )
            .into()),
        }
    }
}

fn crowded(target: &Target, format: Format, of: usize) -> UsageError {
    match target {
        Target::Stdout => UsageError::with_hint(
            format!(
                "{of} recordings do not fit into one {} file",
                format.ending()
            ),
            "name a folder (--to DIR/), or one session",
        ),
        Target::Path(path) => UsageError::with_hint(
            format!("{of} recordings do not fit into one file"),
            format!("name a folder: --to {}/", path.with_extension("").display()),
        ),
    }
}

/// A path that ends in a slash means a folder, whether or not it is there yet.
fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/")
}

/// The name of the file without its ending. An id comes from the gateway, and no id of a session
/// leads out of the folder.
fn stem(item: &Item) -> String {
    let stem = match item {
        Item::Session(id) => id.clone(),
        Item::File(given) => match Path::new(given).file_stem() {
            Some(stem) if given != "-" => stem.to_string_lossy().into_owned(),
            _ => "stdin".to_owned(),
        },
    };
    let plain: String = safe::line(&stem.replace(|c: char| c.is_control() || c == '/', "_"))
        .char_indices()
        .take_while(|(at, c)| at + c.len_utf8() <= LONGEST)
        .map(|(_, c)| c)
        .collect();
    match plain.trim_matches('.') {
        "" => "recording".to_owned(),
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming(target: &str, format: Format, of: usize) -> Result<Naming, UsageError> {
        let target = match target {
            "-" => Target::Stdout,
            path => Target::Path(path.into()),
        };
        Naming::new(target, format, of)
    }

    #[test]
    fn several_recordings_need_a_folder_or_lines() {
        assert!(naming("-", Format::Cast, 1).is_ok());
        assert!(naming("-", Format::Cast, 2).is_err());
        assert!(naming("-", Format::Ndjson, 2).is_ok());
        assert!(naming("one.txt", Format::Txt, 2).is_err());
        assert!(naming("folder/", Format::Html, 2).is_ok());
    }

    #[test]
    fn no_name_leads_out_of_the_folder_or_hides_in_it() {
        let named = |id: &str| stem(&Item::Session(id.to_owned()));
        assert_eq!(named("../../etc/passwd"), ".._.._etc_passwd");
        assert_eq!(named(".."), "recording");
        assert_eq!(named(""), "recording");
        assert_eq!(named("\x1b]52;c;\x07"), "_]52;c;_");
        assert!(named(&"ä".repeat(500)).len() <= LONGEST);
        let file = |given: &str| stem(&Item::File(given.to_owned()));
        assert_eq!(file("a/b.tar.cast"), "b.tar");
        assert_eq!(file("-"), "stdin");
    }

    #[test]
    fn two_recordings_of_one_name_do_not_replace_each_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = format!("{}/", folder.path().display());
        let mut naming = naming(&target, Format::Txt, 2).expect("a folder");
        let file = |given: &str| Item::File(given.to_owned());
        let first = naming.next(&file("a/x.cast")).expect("free");
        assert_eq!(first, Some(folder.path().join("x.txt")));
        assert!(naming.next(&file("b/x.cast")).is_err());
    }
}
