//! The signing secret of an endpoint that is there. Svix alone shows it and sets another; the
//! gateway passes on neither.

use std::path::{Path, PathBuf};

use super::access::Ways;
use super::difference::Line;
use crate::config::{holds_signing_secret, make_signing_secret, read_signing_secret};
use crate::context::Context;
use crate::domain::endpoint::Endpoint;
use crate::domain::secret::Secret;

/// Whether the endpoint signs with a secret of `file`; `None` where nobody can tell.
pub async fn is_in_file(
    ways: &Ways,
    endpoint: &Endpoint,
    file: &Path,
) -> anyhow::Result<Option<bool>> {
    let is_stdin = file == Path::new("-");
    match ways.svix() {
        Some(svix) if !is_stdin => {
            let secret = svix.secret(&endpoint.id).await?;
            Ok(Some(holds_signing_secret(file, &secret)?))
        }
        _ => Ok(None),
    }
}

/// With what it is to sign instead.
pub struct SecretChange {
    file: PathBuf,
    /// `None` where the file is still to be made.
    secret: Option<Secret>,
}

impl SecretChange {
    /// `None` where it signs with the first secret of `file` already.
    pub async fn of(ways: &Ways, endpoint: &Endpoint, file: &Path) -> anyhow::Result<Option<Self>> {
        let svix = ways.need_svix("set a signing secret")?;
        let secret = read_signing_secret(file)?;
        let now = match &secret {
            Some(_) => Some(svix.secret(&endpoint.id).await?),
            None => None,
        };
        let change = Self {
            file: file.to_owned(),
            secret,
        };
        Ok((change.secret.is_none() || change.secret != now).then_some(change))
    }

    pub fn line(&self) -> Line {
        let file = self.file.display();
        let wanted = match &self.secret {
            Some(_) => format!("that of {file}"),
            None => format!("a new one, made in {file}"),
        };
        Line("secret", "another".to_owned(), wanted)
    }

    /// The file has the secret before Svix signs with it, and Svix signs with the old one as well for
    /// a day.
    pub async fn apply(self, context: &Context, ways: &Ways, id: &str) -> anyhow::Result<()> {
        let svix = ways.need_svix("set a signing secret")?;
        let secret = match self.secret {
            Some(secret) => secret,
            None => {
                let made = make_signing_secret(&self.file)?;
                let file = self.file.display();
                let told = format!("made a signing secret in {file}");
                context.ui.status(&told);
                made
            }
        };
        Ok(svix.rotate_secret(id, &secret).await?)
    }
}
