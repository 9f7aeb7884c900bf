//! The vault over folders of its own, and over a keyring that is made of memory.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use super::*;

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// A keyring that can be taken away.
#[derive(Clone, Default)]
struct Memory {
    secrets: Rc<RefCell<BTreeMap<String, Secret>>>,
    is_away: Rc<Cell<bool>>,
    /// It answers, and takes nothing.
    is_full: Rc<Cell<bool>>,
}

impl SecretStore for Memory {
    fn answers(&self) -> Result<(), VaultError> {
        match self.is_away.get() {
            true => Err(VaultError::KeyringAway {
                why: "it was taken away".to_owned(),
            }),
            false => Ok(()),
        }
    }

    fn get(&self, name: &str) -> Result<Option<Secret>, VaultError> {
        self.answers()?;
        Ok(self.secrets.borrow().get(name).cloned())
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), VaultError> {
        self.answers()?;
        if self.is_full.get() {
            return Err(VaultError::KeyringAway {
                why: "it takes nothing".to_owned(),
            });
        }
        let mut secrets = self.secrets.borrow_mut();
        secrets.insert(name.to_owned(), secret.clone());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<bool, VaultError> {
        self.answers()?;
        Ok(self.secrets.borrow_mut().remove(name).is_some())
    }

    fn place(&self) -> String {
        "memory".to_owned()
    }
}

/// Says what it was told to say, and counts.
#[derive(Default)]
struct Says {
    passphrase: RefCell<String>,
    asked: Cell<usize>,
}

impl Asker for Says {
    fn passphrase(&self, _: &str, _: bool) -> Answer {
        self.asked.set(self.asked.get() + 1);
        Ok(Some(Secret::new(self.passphrase.borrow().as_str())))
    }
}

struct World {
    folder: tempfile::TempDir,
    keyring: Memory,
    asker: Rc<Says>,
}

impl World {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            keyring: Memory::default(),
            asker: Rc::default(),
        }
    }

    fn without_keyring() -> Self {
        let world = Self::new();
        world.keyring.is_away.set(true);
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// As another process opens it.
    fn vault(&self, identity: IdentitySource) -> Vault {
        let asker = Rc::clone(&self.asker) as Rc<dyn Asker>;
        Vault {
            rooms: Some(Rooms {
                index: self.path("default.toml"),
                keyring: Box::new(self.keyring.clone()),
                file: SealedFile::new(self.path("default.age"), identity, asker),
            }),
            choice: None,
        }
    }

    fn read(&self, identity: IdentitySource) -> Result<Option<String>, VaultError> {
        let found = self.vault(identity).get(SecretKind::ApiKey)?;
        Ok(found.map(|secret| secret.expose().to_owned()))
    }

    fn keep(&self, identity: IdentitySource) -> Placed {
        let vault = self.vault(identity);
        let placed = vault.set(SecretKind::ApiKey, &Secret::new(KEY));
        placed.expect("it is kept")
    }
}

fn found() -> Option<String> {
    Some(KEY.to_owned())
}

fn command(text: &str) -> IdentitySource {
    IdentitySource::Command(vec!["printf".to_owned(), "%s".to_owned(), text.to_owned()])
}

#[test]
fn a_secret_goes_to_the_keyring_where_it_answers_and_leaves_no_file_with_it() {
    let world = World::new();
    let placed = world.keep(IdentitySource::Made);
    assert_eq!(placed.store, StoreKind::Keyring);
    assert!(placed.no_keyring.is_none());
    assert_eq!(world.read(IdentitySource::Made).expect("there"), found());
    assert!(!world.path("default.age").exists());
    // A keyring that is away is not taken for one that is empty.
    world.keyring.is_away.set(true);
    let error = world.read(IdentitySource::Made).expect_err("away");
    assert!(matches!(error, VaultError::KeyringAway { .. }), "{error}");
    world.keyring.is_away.set(false);
    world.keyring.secrets.borrow_mut().clear();
    let error = world.read(IdentitySource::Made).expect_err("lost");
    assert_eq!(
        error.to_string(),
        "memory no longer has the api-key that was kept there"
    );
}

#[test]
fn without_a_keyring_it_goes_to_a_file_for_an_identity_of_its_owner() {
    let world = World::without_keyring();
    let placed = world.keep(IdentitySource::Made);
    assert_eq!(placed.store, StoreKind::File);
    assert!(placed.no_keyring.is_some());
    let identity = world.path("default.key");
    assert_eq!(placed.made_identity.as_deref(), Some(identity.as_path()));
    for file in ["default.age", "default.key", "default.toml"] {
        let facts = std::fs::metadata(world.path(file)).expect("there");
        assert_eq!(facts.permissions().mode() & 0o777, 0o600, "{file}");
        let text = std::fs::read(world.path(file)).expect("there");
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(!text.contains(KEY), "{file}");
    }
    assert_eq!(world.read(IdentitySource::Made).expect("there"), found());
}

#[test]
fn a_keyring_that_answers_and_takes_nothing_is_passed_by_where_nobody_chose_it() {
    let world = World::new();
    world.keyring.is_full.set(true);
    let placed = world.keep(IdentitySource::Made);
    assert_eq!(placed.store, StoreKind::File);
    assert!(placed.no_keyring.is_some());
    assert_eq!(world.read(IdentitySource::Made).expect("there"), found());
    let vault = world.vault(IdentitySource::Made);
    let key = Secret::new(KEY);
    let chosen = vault.set_in(SecretKind::AppKey, &key, Some(StoreKind::Keyring));
    assert!(matches!(chosen, Err(VaultError::KeyringAway { .. })));
    assert!(vault.get(SecretKind::AppKey).expect("told").is_none());
}

#[test]
fn what_is_not_kept_opens_nothing_and_asks_nobody() {
    let world = World::without_keyring();
    world.asker.passphrase.replace("correct horse".to_owned());
    world.keep(IdentitySource::Passphrase);
    let vault = world.vault(IdentitySource::Passphrase);
    let asked = world.asker.asked.get();
    assert!(vault.get(SecretKind::AppKey).expect("told").is_none());
    assert_eq!(vault.list().expect("told").len(), 1);
    assert_eq!(world.asker.asked.get(), asked);
    for _ in 0..2 {
        let found = vault.get(SecretKind::ApiKey).expect("opened");
        assert_eq!(found.expect("there").expose(), KEY);
    }
    assert_eq!(world.asker.asked.get(), asked + 1, "it is asked for once");
    world.asker.passphrase.replace("wrong".to_owned());
    let error = world.read(IdentitySource::Passphrase).expect_err("wrong");
    assert!(
        matches!(error, VaultError::WrongPassphrase { .. }),
        "{error}"
    );
    world.asker.passphrase.replace(String::new());
    let error = world.read(IdentitySource::Passphrase).expect_err("none");
    assert!(matches!(error, VaultError::EmptyPassphrase), "{error}");
}

#[test]
fn a_command_prints_an_identity_or_a_passphrase() {
    for printed in [&identity::new_identity(), "correct horse"] {
        let world = World::without_keyring();
        world.keep(command(printed));
        assert!(!world.path("default.key").exists());
        assert_eq!(world.read(command(printed)).expect("there"), found());
        let other = command(&identity::new_identity());
        let error = world.read(other).expect_err("another one's");
        assert!(
            matches!(
                error,
                VaultError::OtherIdentity { .. } | VaultError::WrongPassphrase { .. }
            ),
            "{error}"
        );
        let error = world.read(IdentitySource::Command(vec!["false".to_owned()]));
        assert!(matches!(error, Err(VaultError::Command(_))));
    }
}

#[test]
fn an_identity_that_others_can_read_is_refused() {
    let world = World::without_keyring();
    world.keep(IdentitySource::Made);
    let path = world.path("default.key");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).expect("changed");
    let error = world.read(IdentitySource::Made).expect_err("exposed");
    assert!(
        error
            .to_string()
            .ends_with("can be read by others (mode 640), so it protects nothing")
    );
    assert!(error.hint().expect("a way out").contains("chmod 600"));
}

#[test]
fn a_lost_key_and_a_damaged_file_are_told_apart() {
    let world = World::without_keyring();
    world.keep(IdentitySource::Made);
    let (sealed, identity) = (world.path("default.age"), world.path("default.key"));
    let whole = std::fs::read(&sealed).expect("there");
    for cut in [whole.len() - 1, whole.len() / 2, 3, 0] {
        std::fs::write(&sealed, &whole[..cut]).expect("written");
        let error = world.read(IdentitySource::Made).expect_err("damaged");
        assert!(
            matches!(error, VaultError::Damaged { .. }),
            "{cut}: {error}"
        );
    }
    std::fs::write(&sealed, &whole).expect("written");
    let text = std::fs::read(&identity).expect("there");
    std::fs::remove_file(&identity).expect("removed");
    let error = world.read(IdentitySource::Made).expect_err("gone");
    assert!(matches!(error, VaultError::NoIdentity { .. }), "{error}");
    // A key that is lost is not made anew: that would hide what is lost.
    let again = world.vault(IdentitySource::Made);
    assert!(again.set(SecretKind::AppKey, &Secret::new("x")).is_err());
    assert!(!identity.exists());
    writing_of(&identity, &text);
    std::fs::remove_file(&sealed).expect("removed");
    let error = world.read(IdentitySource::Made).expect_err("gone");
    assert!(matches!(error, VaultError::Lost { .. }), "{error}");
}

fn writing_of(path: &Path, bytes: &[u8]) {
    crate::config::writing::replace(path, bytes).expect("written");
}

#[test]
fn a_rotation_shuts_out_what_opened_it_before() {
    let world = World::without_keyring();
    world.keep(IdentitySource::Made);
    let old = std::fs::read_to_string(world.path("default.key")).expect("there");
    let vault = world.vault(IdentitySource::Made);
    let rotated = vault.rotate(&IdentitySource::Made, None).expect("rotated");
    assert_eq!(rotated, Some(world.path("default.age")));
    let new = std::fs::read_to_string(world.path("default.key")).expect("there");
    assert_ne!(old, new);
    assert_eq!(new.matches("AGE-SECRET-KEY-1").count(), 1);
    assert_eq!(world.read(IdentitySource::Made).expect("there"), found());
    let error = world.read(command(old.lines().last().expect("an identity")));
    assert!(matches!(error, Err(VaultError::OtherIdentity { .. })));
    world.asker.passphrase.replace("correct horse".to_owned());
    vault
        .rotate(&IdentitySource::Passphrase, None)
        .expect("rotated");
    assert!(!world.path("default.key").exists());
    // The file itself says what it asks for, whatever the settings say.
    assert_eq!(world.read(IdentitySource::Made).expect("there"), found());
    assert_eq!(
        world
            .vault(IdentitySource::Made)
            .rotate(&IdentitySource::Made, None)
            .expect("back"),
        rotated
    );
    assert_eq!(world.read(IdentitySource::Made).expect("there"), found());
}

#[test]
fn a_rotation_that_was_cut_short_leaves_a_file_that_opens() {
    let world = World::without_keyring();
    world.keep(IdentitySource::Made);
    let old = std::fs::read_to_string(world.path("default.key")).expect("there");
    let new = identity::new_identity();
    writing_of(
        &world.path("default.key"),
        format!("{}\n{old}", &*new).as_bytes(),
    );
    assert_eq!(world.read(IdentitySource::Made).expect("there"), found());
}

#[test]
fn a_rotation_that_the_settings_cannot_name_changes_nothing() {
    let world = World::without_keyring();
    world.keep(IdentitySource::Made);
    let before = std::fs::read(world.path("default.age")).expect("there");
    let refuse = || Err(Cause::from("read-only"));
    for to in [command("correct horse"), IdentitySource::Made] {
        let vault = world.vault(IdentitySource::Made);
        let error = vault
            .rotate(&to, Some(&refuse))
            .expect_err("it is not said");
        assert!(matches!(error, VaultError::NotSaid(_)), "{error}");
        assert!(!error.is_about_access());
        let now = std::fs::read(world.path("default.age")).expect("there");
        assert_eq!(now, before);
        assert!(!world.path("default.age.next").exists());
        assert_eq!(world.read(IdentitySource::Made).expect("there"), found());
    }
}

#[test]
fn whenever_a_rotation_is_cut_short_the_key_that_the_settings_name_opens_the_file() {
    let own = identity::new_identity();
    let ways = [
        (IdentitySource::Made, command(&own)),
        (IdentitySource::Made, IdentitySource::Passphrase),
        (IdentitySource::Passphrase, IdentitySource::Made),
        (command(&own), command("correct horse")),
        (command("correct horse"), IdentitySource::Made),
    ];
    for (from, to) in ways {
        let world = World::without_keyring();
        world.asker.passphrase.replace("correct horse".to_owned());
        world.keep(from.clone());
        // Another process, ended where this one says the new key: what it says may be lost or kept.
        let folder = world.folder.path();
        let cut_at = std::cell::RefCell::new(Vec::new());
        let note = || {
            for file in std::fs::read_dir(folder)? {
                let path = file?.path();
                let bytes = std::fs::read(&path)?;
                cut_at.borrow_mut().push((path, bytes));
            }
            Ok(())
        };
        let vault = world.vault(from.clone());
        vault.rotate(&to, Some(&note)).expect("rotated");
        assert_eq!(world.read(to.clone()).expect("there"), found());
        for named in [&from, &to] {
            for file in std::fs::read_dir(folder).expect("a folder") {
                std::fs::remove_file(file.expect("a file").path()).expect("removed");
            }
            for (path, bytes) in cut_at.borrow().iter() {
                writing_of(path, bytes);
            }
            assert!(world.path("default.age.next").exists());
            assert_eq!(
                world.read(named.clone()).expect("there"),
                found(),
                "{named}"
            );
            // The next change ends it.
            let placed = world.keep(named.clone());
            assert_eq!(placed.store, StoreKind::File);
            assert!(!world.path("default.age.next").exists());
            assert_eq!(
                world.read(named.clone()).expect("there"),
                found(),
                "{named}"
            );
        }
    }
}

#[test]
fn a_file_that_is_encrypted_anew_while_it_is_read_opens() {
    let world = World::without_keyring();
    world.keep(IdentitySource::Made);
    let before = std::fs::read(world.path("default.age")).expect("there");
    let reader = world.vault(IdentitySource::Made);
    let other = world.vault(IdentitySource::Made);
    other.rotate(&IdentitySource::Made, None).expect("rotated");
    // It read the file before, and reads the key now.
    let file = &reader.rooms().expect("rooms").file;
    assert_eq!(file.open_either(&before).expect("opened").len(), 1);
}

#[test]
fn what_a_keyring_keeps_that_is_away_is_told_when_its_secret_moves() {
    let world = World::new();
    world.keep(IdentitySource::Made);
    world.keyring.is_away.set(true);
    let vault = world.vault(IdentitySource::Made);
    let error = vault.remove(SecretKind::ApiKey).expect_err("away");
    assert_eq!(error.to_string(), "the api-key is still in memory");
    let key = Secret::new(KEY);
    let placed = vault.set_in(SecretKind::ApiKey, &key, Some(StoreKind::File));
    let left = placed.expect("it is kept").left.expect("it is told");
    assert!(matches!(left, VaultError::NotRemoved { .. }), "{left}");
    assert_eq!(world.read(IdentitySource::Made).expect("there"), found());
}

#[test]
fn whoever_mistypes_a_passphrase_is_asked_again() {
    let world = World::without_keyring();
    world.asker.passphrase.replace("correct horse".to_owned());
    world.keep(IdentitySource::Passphrase);
    world.asker.passphrase.replace("correct hrose".to_owned());
    world.asker.asked.set(0);
    assert!(world.read(IdentitySource::Passphrase).is_err());
    assert_eq!(world.asker.asked.get(), 3);
}

#[test]
fn another_store_takes_a_secret_over_and_removing_the_last_leaves_nothing() {
    let world = World::new();
    world.keep(IdentitySource::Made);
    let vault = world.vault(IdentitySource::Made);
    let key = Secret::new(KEY);
    let placed = vault.set_in(SecretKind::ApiKey, &key, Some(StoreKind::File));
    assert_eq!(placed.expect("kept").store, StoreKind::File);
    assert!(world.keyring.secrets.borrow().is_empty());
    assert_eq!(world.read(IdentitySource::Made).expect("there"), found());
    assert!(vault.remove(SecretKind::ApiKey).expect("removed"));
    assert!(!vault.remove(SecretKind::ApiKey).expect("nothing is left"));
    assert_eq!(world.read(IdentitySource::Made).expect("none"), None);
    assert!(!world.path("default.age").exists() && !world.path("default.key").exists());
}

#[test]
fn a_file_without_its_index_is_read_all_the_same() {
    let world = World::without_keyring();
    world.keep(IdentitySource::Made);
    std::fs::remove_file(world.path("default.toml")).expect("removed");
    assert_eq!(world.read(IdentitySource::Made).expect("there"), found());
    let kept = world.vault(IdentitySource::Made).list().expect("told");
    assert_eq!((kept[0].kind, kept[0].set), (SecretKind::ApiKey, None));
    let vault = world.vault(IdentitySource::Made);
    vault
        .set(SecretKind::AppKey, &Secret::new("x"))
        .expect("kept");
    assert_eq!(vault.list().expect("told").len(), 2);
}

#[test]
fn writers_lose_nothing_of_each_other() {
    let world = World::without_keyring();
    let folder = world.folder.path();
    world.keep(IdentitySource::Made);
    std::thread::scope(|scope| {
        for kind in SecretKind::KEPT {
            scope.spawn(move || {
                let vault = Vault {
                    rooms: Some(Rooms {
                        index: folder.join("default.toml"),
                        keyring: Box::new(Memory::default()),
                        file: SealedFile::new(
                            folder.join("default.age"),
                            IdentitySource::Made,
                            Rc::new(Nobody),
                        ),
                    }),
                    choice: Some(StoreKind::File),
                };
                vault.set(kind, &Secret::new(kind.name())).expect("kept");
            });
        }
    });
    let vault = world.vault(IdentitySource::Made);
    for kind in SecretKind::KEPT {
        let found = vault.get(kind).expect("read").expect("there");
        assert_eq!(found.expose(), kind.name());
    }
}

#[test]
fn a_profiles_name_leads_out_of_no_folder() {
    for (profile, name) in [
        ("default", "default"),
        ("team.prod-1_x", "team.prod-1_x"),
        ("../../etc/x", "%2e.%2f..%2fetc%2fx"),
        (".hidden", "%2ehidden"),
        ("ö b", "%c3%b6%20b"),
    ] {
        assert_eq!(file_name(profile), name);
    }
}
