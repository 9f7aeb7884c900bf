//! Where keys and tokens come from: a flag, the environment, what the profile refers to, the vault,
//! and the gateway CLI's own settings. Never from argv, never from a profile.

mod kind;
mod place;
mod reading;
mod reference;
mod signing;

use std::io;
use std::path::{Path, PathBuf};

pub use self::kind::SecretKind;
pub use self::place::SecretPlace;
pub use self::reading::{CommandError, CommandFailed, read_command, read_file, told};
pub use self::reference::{Reference, SecretSettings, SecretsSection};
pub use self::signing::{
    add_signing_secret, holds_signing_secret, make_signing_secret, read_signing_secret,
};

use super::environment::Environment;
use super::gateway_cli::GatewayCliSettings;
use super::origin::Origin;
use super::settings::Settings;
use super::vault::{StoreKind, Vault, VaultError};
use crate::domain::secret::Secret;
use crate::waiting::Cut;

/// The flags that say where a secret is; never the secret itself.
#[derive(Clone, Debug, Default)]
pub struct SecretFlags {
    pub api_key_file: Option<PathBuf>,
    pub api_key_stdin: bool,
    pub app_key_file: Option<PathBuf>,
    pub gateway_token_file: Option<PathBuf>,
    pub svix_token_file: Option<PathBuf>,
    pub queue_credential_file: Option<PathBuf>,
}

/// Why a secret is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("no {} was given", kind.what())]
    Missing { kind: SecretKind },
    #[error("read the {} from {}", kind.what(), told(path))]
    File {
        kind: SecretKind,
        path: PathBuf,
        source: io::Error,
    },
    #[error("{} holds no {}", told(path), kind.what())]
    Empty { kind: SecretKind, path: PathBuf },
    #[error("the {} does not have the shape of one: {why}", kind.what())]
    Unusable { kind: SecretKind, why: &'static str },
    #[error(
        "{} holds no signing secret: one is `whsec_` and the base64 of 24 to 64 bytes",
        path.display()
    )]
    NoSigningSecret { path: PathBuf },
    #[error("make a signing secret in {}", path.display())]
    Make { path: PathBuf, source: io::Error },
    #[error("the {} is kept, and cannot be had", kind.what())]
    Vault {
        kind: SecretKind,
        source: VaultError,
    },
    #[error("find out whether the {} is kept", kind.what())]
    Index {
        kind: SecretKind,
        source: VaultError,
    },
    #[error("read the {}", kind.what())]
    Command {
        kind: SecretKind,
        source: CommandFailed,
    },
    #[error(transparent)]
    Cut(Cut),
}

impl SecretError {
    /// What a program that was to print it did.
    fn of_command(kind: SecretKind, error: CommandError) -> Self {
        match error {
            CommandError::Failed(source) => Self::Command { kind, source },
            CommandError::Cut(cut) => Self::Cut(cut),
        }
    }
}

/// The secrets of one run, read when they are asked for.
pub struct Secrets<'a> {
    pub flags: &'a SecretFlags,
    pub environment: &'a Environment,
    pub settings: &'a Settings,
    pub vault: &'a Vault,
}

impl Secrets<'_> {
    /// The secret and where it came from, where there is one.
    pub fn find(&self, kind: SecretKind) -> Result<Option<(Secret, Origin)>, SecretError> {
        let Some(place) = self.place(kind)? else {
            return Ok(None);
        };
        let found = self.read(kind, &place)?;
        let found = found.map(|secret| accepted(kind, secret)).transpose()?;
        let origin = self.origin(kind, &place);
        Ok(found.map(|secret| (secret, origin)))
    }

    /// Where [`Secrets::find`] finds it, for whoever has to bring another. Nothing is read but the
    /// vault's index and the gateway CLI's settings.
    pub fn place(&self, kind: SecretKind) -> Result<Option<SecretPlace>, SecretError> {
        if let Some(place) = self.named(kind).next() {
            return Ok(Some(place));
        }
        match self.kept(kind)? {
            Some(place) => Ok(Some(place)),
            None => Ok(self.gateway_cli(kind).map(|_| SecretPlace::GatewayCli)),
        }
    }

    /// Every place that has one, in the order in which they are asked: the first is the one in use.
    pub fn places(&self, kind: SecretKind) -> Result<Vec<SecretPlace>, SecretError> {
        let kept = self.kept(kind)?;
        let cli = self.gateway_cli(kind).map(|_| SecretPlace::GatewayCli);
        Ok(self.named(kind).chain(kept).chain(cli).collect())
    }

    /// What flags, variables and the profile name, whether it is there or not.
    fn named(&self, kind: SecretKind) -> impl Iterator<Item = SecretPlace> {
        let variable = self.environment.first(kind.variables());
        self.flag(kind)
            .into_iter()
            .chain(variable.map(|(name, _)| SecretPlace::Variable(name)))
            .chain(self.referred(kind))
    }

    fn kept(&self, kind: SecretKind) -> Result<Option<SecretPlace>, SecretError> {
        let kept = self.vault.place_of(kind);
        let kept = kept.map_err(|source| SecretError::Index { kind, source })?;
        Ok(kept.map(|store| match store {
            StoreKind::Keyring => SecretPlace::Keyring,
            StoreKind::File => {
                let path = self.vault.file().map(Path::to_owned);
                SecretPlace::Vault(path.unwrap_or_default())
            }
        }))
    }

    fn flag(&self, kind: SecretKind) -> Option<SecretPlace> {
        if kind == SecretKind::ApiKey && self.flags.api_key_stdin {
            return Some(SecretPlace::Stdin);
        }
        let path = self.flag_file(kind)?;
        Some(match path.to_str() {
            Some("-") => SecretPlace::Stdin,
            _ => SecretPlace::File(path.clone()),
        })
    }

    fn flag_file(&self, kind: SecretKind) -> Option<&PathBuf> {
        match kind {
            SecretKind::ApiKey => self.flags.api_key_file.as_ref(),
            SecretKind::AppKey => self.flags.app_key_file.as_ref(),
            SecretKind::GatewayToken => self.flags.gateway_token_file.as_ref(),
            SecretKind::SvixToken => self.flags.svix_token_file.as_ref(),
            SecretKind::QueueCredential => self.flags.queue_credential_file.as_ref(),
            SecretKind::GatewayAdminToken
            | SecretKind::SigningSecret
            | SecretKind::RedactionKey => None,
        }
    }

    /// What the profile, or for one key a variable, refers to.
    fn referred(&self, kind: SecretKind) -> Option<SecretPlace> {
        if kind == SecretKind::RedactionKey
            && let Some(file) = &self.settings.redaction_key_file
        {
            return Some(SecretPlace::File(file.value.clone().into()));
        }
        let reference = self.settings.secrets.references.get(&kind)?;
        Some(match reference {
            Reference::File(path) => SecretPlace::File(path.clone()),
            Reference::Command(words) => SecretPlace::Command(words.clone()),
        })
    }

    /// The secret at a place of [`Secrets::places`].
    pub fn read(
        &self,
        kind: SecretKind,
        place: &SecretPlace,
    ) -> Result<Option<Secret>, SecretError> {
        match place {
            SecretPlace::Stdin => read_file(kind, Path::new("-")).map(Some),
            SecretPlace::File(path) => read_file(kind, path).map(Some),
            SecretPlace::Variable(name) => Ok(self.environment.get(name).map(Secret::new)),
            SecretPlace::Command(words) => read_printed(kind, words).map(Some),
            SecretPlace::Keyring | SecretPlace::Vault(_) => {
                let kept = self.vault.get(kind);
                kept.map_err(|source| SecretError::Vault { kind, source })
            }
            SecretPlace::GatewayCli => Ok(self.gateway_cli(kind)),
        }
    }

    /// The layer that a place belongs to.
    pub fn origin(&self, kind: SecretKind, place: &SecretPlace) -> Origin {
        let is_flag = self.flag_file(kind).is_some();
        match place {
            SecretPlace::Stdin => Origin::Flag,
            SecretPlace::File(_) if is_flag => Origin::Flag,
            SecretPlace::File(_) if kind == SecretKind::RedactionKey => {
                let file = self.settings.redaction_key_file.as_ref();
                file.map_or(Origin::Profile, |file| file.origin.clone())
            }
            SecretPlace::File(_) | SecretPlace::Command(_) => Origin::Profile,
            SecretPlace::Variable(name) => Origin::Environment(name),
            SecretPlace::Keyring => Origin::Vault(StoreKind::Keyring),
            SecretPlace::Vault(_) => Origin::Vault(StoreKind::File),
            SecretPlace::GatewayCli => Origin::GatewayCli,
        }
    }

    /// The gateway CLI's token, given to the gateway it was made for and to no other.
    fn gateway_cli(&self, kind: SecretKind) -> Option<Secret> {
        if kind != SecretKind::GatewayToken {
            return None;
        }
        let cli = GatewayCliSettings::read(self.environment)?;
        let same = |a: &str, b: &str| a.trim_end_matches('/') == b.trim_end_matches('/');
        let wanted = self.settings.gateway_url.as_ref()?;
        match same(cli.api_url.as_deref()?, &wanted.value) {
            true => cli.token,
            false => None,
        }
    }
}

/// The secret that a program prints.
pub fn read_printed(kind: SecretKind, words: &[String]) -> Result<Secret, SecretError> {
    let text = read_command(words, "a secret");
    let text = text.map_err(|error| SecretError::of_command(kind, error))?;
    Ok(Secret::new(text.as_str()))
}

/// Refuses what no header carries, such as a key that was pasted with a line break inside.
pub fn accepted(kind: SecretKind, secret: Secret) -> Result<Secret, SecretError> {
    match unfit(kind, &secret) {
        None => Ok(secret),
        Some(why) => Err(SecretError::Unusable { kind, why }),
    }
}

/// Why no header carries it, without a word of it.
fn unfit(kind: SecretKind, secret: &Secret) -> Option<&'static str> {
    let text = secret.expose();
    match kind {
        // That one may be a whole file.
        SecretKind::QueueCredential => None,
        _ if secret.fits_a_header() => None,
        _ if text.contains(['\n', '\r']) => Some("it has more than one line"),
        _ if text.contains(char::is_whitespace) => {
            Some("it has a blank in it; give the key alone, without a word before it")
        }
        _ => Some("it has characters that no key has"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::layers::Flags;
    use super::super::vault::Attendance;
    use super::*;

    /// With the secrets of `environment` and of nobody's vault.
    fn with<T>(
        flags: &SecretFlags,
        environment: &Environment,
        take: impl FnOnce(&Secrets<'_>) -> T,
    ) -> T {
        let settings = Settings::resolve(&Flags::default(), environment).expect("valid");
        let vault = Vault::open(&settings, environment, Attendance::default());
        take(&Secrets {
            flags,
            environment,
            settings: &settings,
            vault: &vault,
        })
    }

    fn find(kind: SecretKind, pairs: &[(&str, &str)]) -> Option<(String, Origin)> {
        let environment = Environment::of_pairs(pairs.iter().copied());
        let found = with(&SecretFlags::default(), &environment, |secrets| {
            secrets.find(kind)
        });
        found
            .expect("readable")
            .map(|(secret, origin)| (secret.expose().to_owned(), origin))
    }

    #[test]
    fn datadogs_own_variables_are_honoured() {
        let (value, origin) = find(
            SecretKind::ApiKey,
            &[("DATADOG_API_KEY", "b"), ("DD_API_KEY", "a")],
        )
        .expect("set");
        assert_eq!(
            (value.as_str(), origin),
            ("a", Origin::Environment("DD_API_KEY"))
        );
    }

    #[test]
    fn only_a_file_can_hold_another_secret_while_the_process_runs() {
        let environment = Environment::of_pairs([("DD_API_KEY", "a")]);
        let place = |file: Option<&str>, api_key_stdin| {
            let flags = SecretFlags {
                api_key_file: file.map(PathBuf::from),
                api_key_stdin,
                ..SecretFlags::default()
            };
            let place = with(&flags, &environment, |secrets| {
                secrets.place(SecretKind::ApiKey)
            });
            let place = place.expect("readable").expect("there is one");
            (place.to_string(), place.can_change())
        };
        assert_eq!(place(None, false), ("DD_API_KEY".to_owned(), false));
        assert_eq!(
            place(Some("/run/key"), false),
            ("/run/key".to_owned(), true)
        );
        let stdin = ("standard input".to_owned(), false);
        assert_eq!(place(None, true), stdin);
        assert_eq!(place(Some("-"), false), stdin);
    }

    #[test]
    fn the_gateway_clis_token_goes_to_its_own_gateway_alone() {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(home.path().join(".hoop")).expect("made");
        let text = "api_url = \"https://gw.test/\"\ntoken = \"hpk_x\"\ngrpc_url = \"y\"\n";
        std::fs::write(home.path().join(".hoop/config.toml"), text).expect("written");
        let folder = home.path().to_str().expect("UTF-8");
        let own = find(SecretKind::GatewayToken, &[("HOME", folder)]).expect("found");
        assert_eq!(own, ("hpk_x".to_owned(), Origin::GatewayCli));
        let other = [("HOME", folder), ("HOOP_APIURL", "https://other.test")];
        assert_eq!(find(SecretKind::GatewayToken, &other), None);
    }

    #[test]
    fn the_redaction_key_lies_in_the_file_that_the_profile_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        let named = path.to_str().expect("UTF-8");
        std::fs::write(&path, "0123456789abcdef\n").expect("written");
        let pairs = [("DDCTL_REDACTION_KEY_FILE", named)];
        let (value, _) = find(SecretKind::RedactionKey, &pairs).expect("found");
        assert_eq!(value, "0123456789abcdef");
        assert_eq!(find(SecretKind::RedactionKey, &[]), None);
    }

    #[test]
    fn a_key_with_a_line_break_inside_is_refused_without_being_shown() {
        let environment = Environment::of_pairs([("DD_API_KEY", "abc\ndef")]);
        let found = with(&SecretFlags::default(), &environment, |secrets| {
            secrets.find(SecretKind::ApiKey)
        });
        let error = found.expect_err("unusable");
        assert!(!error.to_string().contains("abc"), "{error}");
    }
}
