//! Where keys and tokens come from: the environment, a file, standard input, and the gateway CLI's
//! own settings. Never from argv, never from a profile; nothing is stored.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::environment::Environment;
use super::gateway_cli::GatewayCliSettings;
use super::settings::{Origin, Settings};
use crate::domain::secret::Secret;

/// A key longer than this is none.
const LONGEST: u64 = 16 << 10;

/// The secrets a command may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecretKind {
    ApiKey,
    AppKey,
    GatewayToken,
    /// The organisation's, of the Svix server behind the gateway.
    SvixToken,
    /// Of webhooks; lives in a file alone.
    SigningSecret,
    /// Of the tokens in redaction marks; the profile names its file.
    RedactionKey,
    /// Of a relay on the NATS servers of its queue: a token, `user:password`, or the text of a
    /// `.creds` file.
    QueueCredential,
}

impl SecretKind {
    /// The name of `auth` and of the docs.
    pub fn name(self) -> &'static str {
        match self {
            SecretKind::ApiKey => "api-key",
            SecretKind::AppKey => "app-key",
            SecretKind::GatewayToken => "gateway-token",
            SecretKind::SvixToken => "svix-token",
            SecretKind::SigningSecret => "signing-secret",
            SecretKind::RedactionKey => "redaction-key",
            SecretKind::QueueCredential => "queue-credential",
        }
    }

    /// Variables that may hold it, first one wins.
    pub fn variables(self) -> &'static [&'static str] {
        match self {
            SecretKind::ApiKey => &["DDCTL_API_KEY", "DD_API_KEY", "DATADOG_API_KEY"],
            SecretKind::AppKey => &[
                "DDCTL_APP_KEY",
                "DD_APP_KEY",
                "DATADOG_APP_KEY",
                "DD_APPLICATION_KEY",
            ],
            SecretKind::GatewayToken => &["DDCTL_GATEWAY_TOKEN", "HOOP_TOKEN"],
            SecretKind::SvixToken => &["DDCTL_SVIX_TOKEN"],
            SecretKind::SigningSecret => &[],
            SecretKind::RedactionKey => &["DDCTL_REDACTION_KEY"],
            SecretKind::QueueCredential => &["DDCTL_QUEUE_CREDENTIAL"],
        }
    }

    fn what(self) -> &'static str {
        match self {
            SecretKind::ApiKey => "Datadog API key",
            SecretKind::AppKey => "Datadog application key",
            SecretKind::GatewayToken => "gateway token",
            SecretKind::SvixToken => "Svix token",
            SecretKind::SigningSecret => "signing secret",
            SecretKind::RedactionKey => "redaction key",
            SecretKind::QueueCredential => "credential of the queue",
        }
    }
}

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
    #[error("read the {} from {}", kind.what(), path.display())]
    File {
        kind: SecretKind,
        path: PathBuf,
        source: io::Error,
    },
    #[error("{} holds no {}", path.display(), kind.what())]
    Empty { kind: SecretKind, path: PathBuf },
    #[error("the {} does not have the shape of one", kind.what())]
    Unusable { kind: SecretKind },
    #[error(
        "{} holds no signing secret: one is `whsec_` and the base64 of 24 to 64 bytes",
        path.display()
    )]
    NoSigningSecret { path: PathBuf },
    #[error("make a signing secret in {}", path.display())]
    Make { path: PathBuf, source: io::Error },
}

/// Where a secret was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretPlace {
    File(PathBuf),
    Variable(&'static str),
    Stdin,
}

impl SecretPlace {
    /// Whether a process that runs can find another one there.
    pub fn can_change(&self) -> bool {
        matches!(self, SecretPlace::File(_))
    }
}

impl fmt::Display for SecretPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretPlace::File(path) => path.display().fmt(f),
            SecretPlace::Variable(name) => f.pad(name),
            SecretPlace::Stdin => f.pad("standard input"),
        }
    }
}

/// The secrets of one run, read when they are asked for.
#[derive(Debug)]
pub struct Secrets<'a> {
    pub flags: &'a SecretFlags,
    pub environment: &'a Environment,
}

impl Secrets<'_> {
    /// The secret and where it came from, where there is one.
    pub fn find(
        &self,
        kind: SecretKind,
        settings: &Settings,
    ) -> Result<Option<(Secret, Origin)>, SecretError> {
        let found = self.look(kind, settings)?;
        match &found {
            // That one may be a whole file.
            Some(_) if kind == SecretKind::QueueCredential => Ok(found),
            Some((secret, _)) if !is_header_text(secret) => Err(SecretError::Unusable { kind }),
            _ => Ok(found),
        }
    }

    /// Where [`Secrets::find`] finds it, for whoever has to bring another; `None` where it is none of
    /// flags and variables.
    pub fn place(&self, kind: SecretKind) -> Option<SecretPlace> {
        if kind == SecretKind::ApiKey && self.flags.api_key_stdin {
            return Some(SecretPlace::Stdin);
        }
        match self.file(kind) {
            Some(path) if path == Path::new("-") => Some(SecretPlace::Stdin),
            Some(path) => Some(SecretPlace::File(path.clone())),
            None => {
                let (name, _) = self.environment.first(kind.variables())?;
                Some(SecretPlace::Variable(name))
            }
        }
    }

    fn file(&self, kind: SecretKind) -> Option<&PathBuf> {
        match kind {
            SecretKind::ApiKey => self.flags.api_key_file.as_ref(),
            SecretKind::AppKey => self.flags.app_key_file.as_ref(),
            SecretKind::GatewayToken => self.flags.gateway_token_file.as_ref(),
            SecretKind::SvixToken => self.flags.svix_token_file.as_ref(),
            SecretKind::QueueCredential => self.flags.queue_credential_file.as_ref(),
            SecretKind::SigningSecret | SecretKind::RedactionKey => None,
        }
    }

    fn look(
        &self,
        kind: SecretKind,
        settings: &Settings,
    ) -> Result<Option<(Secret, Origin)>, SecretError> {
        if kind == SecretKind::ApiKey && self.flags.api_key_stdin {
            return read(kind, Path::new("-")).map(|secret| Some((secret, Origin::Flag)));
        }
        if let Some(path) = self.file(kind) {
            return read(kind, path).map(|secret| Some((secret, Origin::Flag)));
        }
        if let Some((name, value)) = self.environment.first(kind.variables()) {
            return Ok(Some((Secret::new(value), Origin::Environment(name))));
        }
        match kind {
            SecretKind::GatewayToken => Ok(self.gateway_cli_token(settings)),
            SecretKind::RedactionKey => match &settings.redaction_key_file {
                Some(file) => {
                    let secret = read(kind, Path::new(&file.value))?;
                    Ok(Some((secret, file.origin.clone())))
                }
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// The gateway CLI's token, given to the gateway it was made for and to no other.
    fn gateway_cli_token(&self, settings: &Settings) -> Option<(Secret, Origin)> {
        let cli = GatewayCliSettings::read(self.environment)?;
        let same = |a: &str, b: &str| a.trim_end_matches('/') == b.trim_end_matches('/');
        let wanted = settings.gateway_url.as_ref()?;
        match same(cli.api_url.as_deref()?, &wanted.value) {
            true => Some((cli.token?, Origin::GatewayCli)),
            false => None,
        }
    }
}

fn read(kind: SecretKind, path: &Path) -> Result<Secret, SecretError> {
    let failed = |source| SecretError::File {
        kind,
        path: path.to_owned(),
        source,
    };
    let mut text = zeroize::Zeroizing::new(String::new());
    let reader: Box<dyn Read> = match path.to_str() {
        Some("-") => Box::new(io::stdin()),
        _ => Box::new(std::fs::File::open(path).map_err(failed)?),
    };
    reader
        .take(LONGEST)
        .read_to_string(&mut text)
        .map_err(failed)?;
    let secret = Secret::new(text.as_str());
    match secret.is_empty() {
        true => Err(SecretError::Empty {
            kind,
            path: path.to_owned(),
        }),
        false => Ok(secret),
    }
}

/// Reads a webhook signing secret, the first of the file's lines; `None` where the file is not
/// there.
///
/// The shape is Svix's: `whsec_` and the base64 of 24 to 64 bytes.
pub fn read_signing_secret(path: &Path) -> Result<Option<Secret>, SecretError> {
    match read(SecretKind::SigningSecret, path) {
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
    let all = read(SecretKind::SigningSecret, path)?;
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

/// A header can carry printable ASCII; a pasted key with anything else is a pasting error.
fn is_header_text(secret: &Secret) -> bool {
    secret
        .expose()
        .bytes()
        .all(|byte| (0x21..0x7f).contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::super::settings::Flags;
    use super::*;

    fn find(kind: SecretKind, pairs: &[(&str, &str)]) -> Option<(String, Origin)> {
        let environment = Environment::of_pairs(pairs.iter().copied());
        let settings = Settings::resolve(&Flags::default(), &environment).expect("valid");
        let flags = SecretFlags::default();
        let secrets = Secrets {
            flags: &flags,
            environment: &environment,
        };
        secrets
            .find(kind, &settings)
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
            let secrets = Secrets {
                flags: &flags,
                environment: &environment,
            };
            let place = secrets.place(SecretKind::ApiKey).expect("there is one");
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
        let settings = Settings::resolve(&Flags::default(), &environment).expect("valid");
        let flags = SecretFlags::default();
        let secrets = Secrets {
            flags: &flags,
            environment: &environment,
        };
        let error = secrets
            .find(SecretKind::ApiKey, &settings)
            .expect_err("unusable");
        assert!(!error.to_string().contains("abc"), "{error}");
    }
}
