//! Whether somebody else can say what ddctl runs and where it sends keys: by writing to its files.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A file or folder that others can change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    pub path: PathBuf,
    pub why: String,
}

/// Those of the settings file, its folder and the folder of kept secrets that others can change.
pub fn exposures(settings: &Path) -> Vec<Exposure> {
    let folder = settings.parent().unwrap_or(Path::new("."));
    let all = [
        settings.to_owned(),
        folder.to_owned(),
        folder.join("secrets"),
    ];
    let own = rustix::process::geteuid().as_raw();
    let exposed = all.into_iter().filter_map(|path| {
        let why = why_exposed(&std::fs::metadata(&path).ok()?, own)?;
        Some(Exposure { path, why })
    });
    exposed.collect()
}

/// Root may write anyway. A file of a group is its members' affair.
fn why_exposed(facts: &Metadata, own: u32) -> Option<String> {
    const BY_ALL: u32 = 0o002;
    const STICKY: u32 = 0o1000;
    let (mode, owner) = (facts.mode(), facts.uid());
    if owner != own && owner != 0 {
        return Some(format!("it belongs to another user (id {owner})"));
    }
    let is_open = mode & BY_ALL != 0 && !(facts.is_dir() && mode & STICKY != 0);
    is_open.then(|| format!("everybody can write to it (mode {:03o})", mode & 0o777))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_others_can_change_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.toml");
        fs::write(&path, "").expect("written");
        let set = |path: &Path, mode| {
            fs::set_permissions(path, Permissions::from_mode(mode)).expect("changed");
        };
        set(&path, 0o664);
        assert_eq!(exposures(&path), []);
        set(&path, 0o666);
        let found = exposures(&path);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].why, "everybody can write to it (mode 666)");
        set(&path, 0o600);
        set(folder.path(), 0o777);
        assert_eq!(exposures(&path)[0].path, folder.path());
        set(folder.path(), 0o1777);
        assert_eq!(exposures(&path), []);
        let facts = fs::metadata(&path).expect("there");
        let why = why_exposed(&facts, facts.uid() + 1);
        assert_eq!(why.is_some(), facts.uid() != 0);
    }
}
