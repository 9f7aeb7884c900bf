//! Why the vault does not give or keep a secret, and what to do.

use std::io;
use std::path::{Path, PathBuf};

use crate::config::secrets::{CommandError, CommandFailed};
use crate::waiting::Cut;

/// What went wrong elsewhere.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the vault does not give or keep a secret. No text holds any part of one.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("there is no folder to keep secrets in: set HOME, or name a file by --config")]
    NoFolder,
    #[error("{what} {}", path.display())]
    Io {
        what: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("{} is damaged: {why}", path.display())]
    Damaged { path: PathBuf, why: String },
    #[error("{} was written by a newer ddctl (version {found})", path.display())]
    Newer { path: PathBuf, found: String },
    #[error("the system's keyring is out of reach: {why}")]
    KeyringAway { why: String },
    #[error("the system's keyring is locked, and it was not unlocked")]
    KeyringLocked,
    #[error("the system's keyring did not answer within {seconds} s; it may wait to be unlocked")]
    KeyringSilent { seconds: u64 },
    #[error("{place} no longer has the {name} that was kept there")]
    Lost { name: String, place: String },
    #[error(
        "the identity that opens {} is missing: {} does not exist",
        sealed.display(), path.display()
    )]
    NoIdentity { path: PathBuf, sealed: PathBuf },
    #[error("{} does not exist, and an identity was to be read from it", path.display())]
    NamedIdentity { path: PathBuf },
    #[error("{} can be read by others (mode {mode:03o}), so it protects nothing", path.display())]
    Exposed { path: PathBuf, mode: u32 },
    #[error("{from} holds no age identity: one begins with AGE-SECRET-KEY-1")]
    NotAnIdentity { from: String },
    #[error("the identity from {from} does not open {}", sealed.display())]
    OtherIdentity { from: String, sealed: PathBuf },
    #[error("the passphrase from {from} does not open {}", sealed.display())]
    WrongPassphrase { from: String, sealed: PathBuf },
    #[error("{} is encrypted under a passphrase, and nobody can be asked for it here", sealed.display())]
    NobodyToAsk { sealed: PathBuf },
    #[error("a new passphrase has to be given, and nobody can be asked for it here")]
    NobodyToChoose,
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    #[error("the passphrase was not given")]
    NotAsked(#[source] Cause),
    #[error("nothing was encrypted anew: the settings cannot say what it would be encrypted for")]
    NotSaid(#[source] Cause),
    #[error("the {name} is still in {place}")]
    NotRemoved {
        name: String,
        place: String,
        source: Box<VaultError>,
    },
    #[error(transparent)]
    Command(CommandFailed),
    #[error(transparent)]
    Cut(Cut),
}

impl From<CommandError> for VaultError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Failed(failed) => Self::Command(failed),
            CommandError::Cut(cut) => Self::Cut(cut),
        }
    }
}

impl VaultError {
    pub(super) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }

    /// Whether it is the key to the secrets that lacks, rather than the machine that failed.
    pub fn is_about_access(&self) -> bool {
        !matches!(
            self,
            Self::NoFolder
                | Self::Io { .. }
                | Self::Damaged { .. }
                | Self::Newer { .. }
                | Self::NotSaid(_)
        )
    }

    /// What to do, in one line.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoFolder | Self::NotAsked(_) | Self::Io { .. } | Self::Cut(_) => return None,
            Self::NotSaid(_) => {
                "the file opens as before; make the settings file one that can be written, or name \
                 another by --config"
                    .to_owned()
            }
            Self::NotRemoved { .. } => {
                "run it again where the keyring answers: in the desktop session that keeps it"
                    .to_owned()
            }
            Self::Damaged { path, .. } => format!(
                "bring it back from a backup, or begin anew: `rm {}`, then `ddctl auth set`",
                path.display()
            ),
            Self::Newer { .. } => "use the ddctl that wrote it".to_owned(),
            Self::KeyringAway { .. } => {
                "give the secret by its variable or a file, or keep it in the encrypted file: \
                 `ddctl auth set KIND --store file`"
                    .to_owned()
            }
            Self::KeyringLocked | Self::KeyringSilent { .. } => {
                "unlock it (signing in to the desktop does), or keep the secret in the encrypted \
                 file: `ddctl auth set KIND --store file`"
                    .to_owned()
            }
            Self::Lost { name, .. } => {
                format!(
                    "`ddctl auth set {name}` keeps it again; `ddctl auth remove {name}` forgets it"
                )
            }
            Self::NoIdentity { path, sealed } => format!(
                "bring {0} back from a backup, or name what opens the file in the profile: \
                 secrets.identity = {{ file = \"PATH\" }}; where there is neither, nobody can read it: \
                 put {1} away, then `ddctl auth set` each secret again",
                path.display(),
                sealed.display()
            ),
            Self::NamedIdentity { path } => format!(
                "bring it back; for secrets that are not kept yet `age-keygen -o {}` makes one",
                path.display()
            ),
            Self::Exposed { path, .. } => format!(
                "`chmod 600 {0}`; where the mode is not yours to set, name a command instead: \
                 identity = {{ command = [\"cat\", \"{0}\"] }}",
                path.display()
            ),
            Self::NotAnIdentity { .. } => {
                "bring it back from a backup; a new one, as `age-keygen` makes it, opens nothing \
                 that is encrypted already"
                    .to_owned()
            }
            Self::OtherIdentity { .. } => {
                "name the identity that it was encrypted for: secrets.identity = { file = \
                 \"PATH\" } in the profile, or DDCTL_SECRETS_IDENTITY_FILE"
                    .to_owned()
            }
            Self::WrongPassphrase { .. } => {
                "run it again with the passphrase that it was encrypted under; `ddctl auth list` \
                 says which secrets are in it"
                    .to_owned()
            }
            Self::NobodyToAsk { .. } | Self::NobodyToChoose => {
                "run it on a terminal, with nothing piped into it (--file FILE in place of --file -), \
                 or name what prints the passphrase in the profile: secrets.identity = { command = \
                 [\"pass\", \"ddctl\"] }"
                    .to_owned()
            }
            Self::EmptyPassphrase => return None,
            Self::Command(_) => "run the command by itself to see what it says".to_owned(),
        };
        Some(hint)
    }
}
