//! The profile as it will be, before it is saved: what is asked of services and every command that
//! setup runs sees the answers that were given, whatever variables say.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use tempfile::TempDir;
use toml_edit::DocumentMut;

use super::profile;
use crate::commands::line;
use crate::config::{
    ConfigError, ConfigFile, DEFAULT_PROFILE, Environment, Flags, Key, SecretKind, Settings,
};
use crate::context::Context;
use crate::domain::secret::Secret;
use crate::error::Exit;
use crate::globals::Globals;
use crate::ui::{Format, Tone, Ui};
use crate::wizard::{Answers, Field};

/// The settings file with the answers so far, and the secrets of this run.
pub struct Stage<'c> {
    pub parent: &'c Context,
    pub profile: String,
    /// Where the settings are kept in the end.
    pub path: PathBuf,
    before: DocumentMut,
    document: DocumentMut,
    /// Where they lie until then.
    folder: TempDir,
    held: HashMap<SecretKind, Secret>,
}

impl<'c> Stage<'c> {
    /// Reads the settings file, which need not be there, nor have the profile.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or is malformed, and no folder for one.
    pub fn open(parent: &'c Context) -> anyhow::Result<Self> {
        let path = parent.settings_path().ok_or(ConfigError::NoHome)?;
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => "version = 1\n".to_owned(),
            Err(source) => return Err(ConfigError::Read { path, source }.into()),
        };
        let file = ConfigFile::parse(&path, &text)?;
        let document: DocumentMut = text.parse().context("read the settings file")?;
        let folder = tempfile::Builder::new()
            .prefix("ddctl-setup-")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir()?;
        Ok(Self {
            profile: name_of_profile(parent, &file),
            path,
            before: document.clone(),
            document,
            folder,
            held: HashMap::new(),
            parent,
        })
    }

    pub fn ui(&self) -> &Ui {
        &self.parent.ui
    }

    /// The settings file as it stands on the disk.
    pub fn before(&self) -> &DocumentMut {
        &self.before
    }

    /// The settings file as it will be.
    pub fn after(&self) -> &DocumentMut {
        &self.document
    }

    /// The same, to be changed.
    pub fn document(&mut self) -> &mut DocumentMut {
        &mut self.document
    }

    /// True where the file has the profile.
    pub fn has_profile(&self) -> bool {
        profile::is_there(&self.before, &self.profile)
    }

    /// The answers of an earlier run, where neither the profile nor a variable says anything: what is
    /// at a service is found by them.
    pub fn recall(&mut self, answers: &Answers) {
        for field in Field::ALL {
            let (Some(key), Some(value)) = (field.setting(), answers.filled(field)) else {
                continue;
            };
            let variables = Key::find(key).map_or(&[][..], |key| key.variables);
            let is_set = self.parent.environment.first(variables).is_some();
            if self.standing(key).is_none() && !is_set {
                profile::put(&mut self.document, &self.profile, key, Some(value));
            }
        }
    }

    /// The value of a key in the profile as it stands on the disk.
    pub fn standing(&self, key: &str) -> Option<String> {
        profile::value(&self.before, &self.profile, key)
    }

    /// Every run of a command from here on has this secret.
    pub fn hold(&mut self, kind: SecretKind, secret: Secret) {
        self.held.insert(kind, secret);
    }

    /// Takes that back.
    pub fn release(&mut self, kind: SecretKind) {
        self.held.remove(&kind);
    }

    pub fn held(&self, kind: SecretKind) -> Option<&Secret> {
        self.held.get(&kind)
    }

    /// A world in which the profile is saved.
    pub fn context(&self) -> anyhow::Result<Context> {
        let globals = self.parent.globals.clone();
        let ui = self.voice(globals.yes);
        self.world(globals, ui)
    }

    fn world(&self, globals: Globals, ui: Ui) -> anyhow::Result<Context> {
        let own = &self.parent.globals;
        let globals = Globals {
            profile: Some(self.profile.clone()),
            config: Some(self.path.clone()),
            ca_file: own.ca_file.clone(),
            no_input: own.no_input,
            read_only: own.read_only,
            quiet: own.quiet,
            verbose: own.verbose,
            // They are answers, and stand in the file.
            site: None,
            gateway_url: None,
            output: None,
            timeout: None,
            ..globals
        };
        let environment = self.environment();
        let flags = Flags {
            config: Some(self.staged()?),
            tz: own.tz.clone(),
            ..globals.flags()
        };
        // Whatever lies beside the settings file is looked for where that file will be.
        let settings = Settings::resolve(&flags, &environment).map(|settings| Settings {
            path: Some(self.path.clone()),
            ..settings
        });
        let stopping = self.parent.stopping().clone();
        let context = Context::new(ui, globals, environment, settings, stopping);
        let held = self.held.iter();
        Ok(held.fold(context, |context, (kind, secret)| {
            context.holding(*kind, secret.clone())
        }))
    }

    /// The settings as they will be, in a file of their own.
    fn staged(&self) -> anyhow::Result<PathBuf> {
        let mut document = self.document.clone();
        profile::ensure(&mut document, &self.profile);
        let staged = self.folder.path().join("config.toml");
        fs::write(&staged, document.to_string()).context("write the settings to be tried")?;
        Ok(staged)
    }

    /// What was answered wins over variables.
    fn environment(&self) -> Environment {
        let answered = crate::config::KEYS
            .iter()
            .filter(|key| profile::value(&self.document, &self.profile, key.name).is_some());
        let names: Vec<&str> = answered.flat_map(|key| key.variables).copied().collect();
        self.parent.environment.without(&names)
    }

    /// What a machine reads is said once, at the end: all else goes to stderr.
    fn voice(&self, assume_yes: bool) -> Ui {
        let mut options = self.ui().options().clone();
        options.assume_yes = assume_yes;
        let is_for_people = options.format == Format::Table;
        options.format = Format::Table;
        match is_for_people {
            true => Ui::new(options),
            false => {
                options.stdout_palette = options.stderr_palette;
                Ui::over(options, Box::new(io::stderr()), Box::new(io::stderr()))
            }
        }
    }

    /// Runs a command line, told before it is run.
    pub async fn run(&self, words: &[&str]) -> anyhow::Result<Exit> {
        self.announce(words);
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        line::run(&words, |globals| {
            let ui = self.voice(globals.yes);
            self.world(globals, ui)
        })
        .await
    }

    /// Runs a command line without telling of it, and hands back what it answers on standard output
    /// in `format`. What it says on the way is said.
    pub async fn ask(&self, words: &[&str], format: Format) -> anyhow::Result<(Exit, String)> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let answer = Answer::default();
        let exit = line::run(&words, |globals| {
            let mut options = self.ui().options().clone();
            options.assume_yes = globals.yes;
            options.format = format;
            options.stdout_palette = options.stderr_palette;
            let ui = Ui::over(options, Box::new(answer.clone()), Box::new(io::stderr()));
            self.world(globals, ui)
        })
        .await?;
        Ok((exit, answer.text()))
    }

    /// Tells of a command line.
    pub fn announce(&self, words: &[&str]) {
        let palette = self.ui().options().stderr_palette;
        let shown = words.iter().filter(|word| **word != "--yes");
        let shown: Vec<&str> = shown.copied().collect();
        let profile = match self.profile.as_str() {
            DEFAULT_PROFILE => String::new(),
            name => format!(" --profile {name}"),
        };
        self.ui().status("");
        for line in line::broken(&format!("$ ddctl {}{profile}", shown.join(" "))) {
            self.ui().status(&palette.paint(Tone::Strong, line));
        }
    }
}

/// Standard output of a command, kept.
#[derive(Clone, Default)]
struct Answer(Arc<Mutex<Vec<u8>>>);

impl Answer {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Answer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The profile that was named, else the file's own choice.
fn name_of_profile(context: &Context, file: &ConfigFile) -> String {
    let named = context.globals.profile.as_deref();
    let named = named.or_else(|| context.environment.get("DDCTL_PROFILE"));
    let named = named.or(file.default_profile.as_deref());
    named.unwrap_or(DEFAULT_PROFILE).to_owned()
}

/// The first variable that is set and holds another value than `value` of the key.
pub fn overriding<'e>(
    environment: &'e Environment,
    key: &'static Key,
    value: &str,
) -> Option<(&'static str, &'e str)> {
    let found = environment.first(key.variables);
    found.filter(|(_, text)| *text != value)
}
