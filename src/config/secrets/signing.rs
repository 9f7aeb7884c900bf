//! Signing secrets of webhooks, which live in a file: several are good at once, one a line.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::reading::read_file;
use super::{SecretError, SecretKind};
use crate::domain::secret::Secret;

/// Reads a webhook signing secret, the first of the file's lines; `None` where the file is not
/// there.
///
/// The shape is Svix's: `whsec_` and the base64 of 24 to 64 bytes.
pub fn read_signing_secret(path: &Path) -> Result<Option<Secret>, SecretError> {
    match read_file(SecretKind::SigningSecret, path) {
        Ok(secret) if is_signing_secret(&first_line(&secret)) => Ok(Some(first_line(&secret))),
        Ok(_) => Err(SecretError::NoSigningSecret {
            path: path.to_owned(),
        }),
        Err(SecretError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether one of the file's lines is this signing secret: a relay takes each of them.
pub fn holds_signing_secret(path: &Path, secret: &Secret) -> Result<bool, SecretError> {
    let all = read_file(SecretKind::SigningSecret, path)?;
    Ok(all
        .expose()
        .lines()
        .any(|line| Secret::new(line) == *secret))
}

fn first_line(secrets: &Secret) -> Secret {
    Secret::new(secrets.expose().lines().next().unwrap_or_default().trim())
}

/// Makes a webhook signing secret of 32 bytes, in a new file that only its owner can read.
pub fn make_signing_secret(path: &Path) -> Result<Secret, SecretError> {
    let failed = |source| SecretError::Make {
        path: path.to_owned(),
        source,
    };
    let mut bytes = zeroize::Zeroizing::new([0u8; 32]);
    getrandom::fill(bytes.as_mut()).map_err(|error| failed(io::Error::other(error.to_string())))?;
    let secret = Secret::new(format!("whsec_{}", STANDARD.encode(bytes.as_ref())));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    writeln!(file, "{}", secret.expose())
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    Ok(secret)
}

/// Makes a webhook signing secret and puts it on the first line of the file, whose other lines stay
/// below it; the file is replaced as a whole, and made when it does not exist.
pub fn add_signing_secret(path: &Path) -> Result<Secret, SecretError> {
    let failed = |source| SecretError::Make {
        path: path.to_owned(),
        source,
    };
    let before = match std::fs::read_to_string(path) {
        Ok(text) => zeroize::Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return make_signing_secret(path),
        Err(error) => return Err(failed(error)),
    };
    let is_one = |line: &str| line.is_empty() || is_signing_secret(&Secret::new(line));
    if !before.lines().map(str::trim).all(is_one) {
        return Err(SecretError::NoSigningSecret {
            path: path.to_owned(),
        });
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let beside = tempfile::Builder::new()
        .prefix(".ddctl-secret-")
        .tempdir_in(folder)
        .map_err(failed)?;
    let new = beside.path().join("new");
    let secret = make_signing_secret(&new)?;
    let mut file = OpenOptions::new().append(true).open(&new).map_err(failed)?;
    file.write_all(before.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&new, path))
        .map_err(failed)?;
    Ok(secret)
}

fn is_signing_secret(secret: &Secret) -> bool {
    let key = secret
        .expose()
        .strip_prefix("whsec_")
        .and_then(|key| STANDARD.decode(key).ok());
    key.is_some_and(|key| (24..=64).contains(&key.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signing_secret_is_made_once_and_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("relay.secret");
        assert_eq!(read_signing_secret(&path).expect("readable"), None);
        let made = make_signing_secret(&path).expect("made");
        assert!(is_signing_secret(&made));
        let mode = std::fs::metadata(&path)
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(make_signing_secret(&path).is_err(), "it is never replaced");
        assert_eq!(read_signing_secret(&path).expect("read"), Some(made));
        std::fs::write(&path, "whsec_short").expect("written");
        let error = read_signing_secret(&path).expect_err("no secret");
        assert!(matches!(error, SecretError::NoSigningSecret { .. }));
        assert!(!error.to_string().contains("short"), "{error}");
    }

    #[test]
    fn a_new_signing_secret_goes_before_those_that_are_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("relay.secret");
        let first = add_signing_secret(&path).expect("made");
        let second = add_signing_secret(&path).expect("added");
        let lines = std::fs::read_to_string(&path).expect("there");
        let expected = [second.expose(), first.expose()];
        assert_eq!(lines.lines().collect::<Vec<_>>(), expected);
        assert_eq!(
            read_signing_secret(&path).expect("read"),
            Some(second.clone())
        );
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("a folder").count(),
            1
        );
        std::fs::write(&path, "something else").expect("written");
        assert!(add_signing_secret(&path).is_err());
        assert_eq!(
            std::fs::read_to_string(&path).expect("there"),
            "something else"
        );
    }
}
