//! Which layer wins, and what is refused with its origin.

use super::*;

fn with_file(text: &str, pairs: &[(&str, &str)], flags: Flags) -> Result<Settings, ConfigError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).expect("written");
    let environment = Environment::of_pairs(pairs.iter().copied());
    Settings::resolve(
        &Flags {
            config: Some(path),
            ..flags
        },
        &environment,
    )
}

const FILE: &str = "[profiles.default]\nsite = \"us5.datadoghq.com\"\nservice = \"mine\"\n";

#[test]
fn a_flag_beats_the_environment_and_that_the_profile() {
    let settings = with_file(FILE, &[], Flags::default()).expect("valid");
    assert_eq!(
        settings.site,
        Valued {
            value: Site::Us5,
            origin: Origin::Profile
        }
    );
    let settings =
        with_file(FILE, &[("DD_SITE", "datadoghq.eu")], Flags::default()).expect("valid");
    assert_eq!(
        settings.site,
        Valued {
            value: Site::Eu1,
            origin: Origin::Environment("DD_SITE")
        }
    );
    let flags = Flags {
        site: Some("ap1".to_owned()),
        ..Flags::default()
    };
    let settings = with_file(FILE, &[("DD_SITE", "datadoghq.eu")], flags).expect("valid");
    assert_eq!(
        settings.site,
        Valued {
            value: Site::Ap1,
            origin: Origin::Flag
        }
    );
}

#[test]
fn our_own_variable_beats_datadogs() {
    let pairs = [("DD_SERVICE", "theirs"), ("DDCTL_SERVICE", "ours")];
    let settings = with_file("", &pairs, Flags::default()).expect("valid");
    assert_eq!(settings.service.value, "ours");
}

#[test]
fn tags_are_separated_by_commas_or_blanks() {
    let settings = with_file("", &[("DD_TAGS", "a:b c:d,e:f")], Flags::default()).expect("valid");
    assert_eq!(settings.tags.value, ["a:b", "c:d", "e:f"]);
}

#[test]
fn the_namespace_is_the_profiles_name_unless_it_is_set() {
    let settings = with_file(FILE, &[], Flags::default()).expect("valid");
    assert_eq!(settings.namespace.value, "default");
    let file = format!("{FILE}namespace = \"team-a\"\ndelivery = \"webhook\"\n");
    let settings = with_file(&file, &[], Flags::default()).expect("valid");
    assert_eq!(settings.namespace.value, "team-a");
    let delivery = settings.delivery.expect("it is set");
    assert_eq!(delivery.value, Delivery::Webhook);
    assert_eq!(delivery.origin, Origin::Profile);
    let error = with_file("", &[("DDCTL_DELIVERY", "pigeon")], Flags::default());
    let text = error.expect_err("no delivery").to_string();
    assert!(
        text.starts_with("DDCTL_DELIVERY: `pigeon` is no way"),
        "{text}"
    );
}

#[test]
fn the_days_of_retention_are_a_number() {
    let days = |text: &str, pairs: &[(&str, &str)]| {
        let settings = with_file(text, pairs, Flags::default());
        settings.map(|settings| settings.retention_days.map(|days| days.value))
    };
    let file = "[profiles.default]\nretention_days = 90\n";
    assert_eq!(days(file, &[]).expect("valid"), Some(90));
    let variable = [("DDCTL_RETENTION_DAYS", "30")];
    assert_eq!(days(file, &variable).expect("valid"), Some(30));
    assert!(days("", &[("DDCTL_RETENTION_DAYS", "a year")]).is_err());
}

#[test]
fn a_profile_that_was_asked_for_must_be_there() {
    let flags = Flags {
        profile: Some("prod".to_owned()),
        ..Flags::default()
    };
    let error = with_file(FILE, &[], flags).expect_err("missing");
    assert!(error.to_string().contains("it has default"), "{error}");
}

#[test]
fn recordings_are_kept_only_where_somebody_says_so() {
    let keeps = |text: &str| {
        let settings = with_file(text, &[], Flags::default());
        settings.map(|settings| settings.recording_cache.value)
    };
    let profile = |value| format!("[profiles.default]\nrecording_cache = \"{value}\"\n");
    assert!(!keeps("").expect("valid"));
    assert!(keeps(&profile("on")).expect("valid"));
    assert!(!keeps(&profile("off")).expect("valid"));
    assert!(keeps(&profile("maybe")).is_err());
}

#[test]
fn a_wrong_value_names_its_origin() {
    let error = with_file("", &[("DD_SITE", "mars")], Flags::default()).expect_err("no site");
    let text = error.to_string();
    assert!(
        text.starts_with(
            "DD_SITE: `mars` is not a Datadog site; the sites are datadoghq.com (us1), "
        ),
        "{text}"
    );
    let error = with_file("", &[("TZ", "UTC"), ("DDCTL_TZ", "mars")], Flags::default());
    let text = error.expect_err("no zone").to_string();
    assert!(
        text.starts_with("DDCTL_TZ: `mars` is no time zone"),
        "{text}"
    );
}

#[test]
fn a_file_is_checked_with_every_profile_that_it_has() {
    let check = |text: &str| Settings::check(Path::new("config.toml"), text);
    let two = format!("{FILE}[profiles.lab]\ntz = \"UTC\"\n");
    assert!(check(&two).is_ok());
    let wrong = check(&two.replace("UTC", "Mars/Olympus")).expect_err("no zone");
    let text = wrong.to_string();
    assert!(
        text.starts_with("[profiles.lab] profile: `Mars/Olympus`"),
        "{text}"
    );
    let missing = check(&format!("default_profile = \"x\"\n{two}")).expect_err("none");
    assert!(matches!(missing, ConfigError::UnknownProfile { .. }));
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let flags = Flags {
        config: Some("/no/such/config.toml".into()),
        ..Flags::default()
    };
    let missing = Settings::resolve(&flags, &Environment::default());
    assert!(matches!(missing, Err(ConfigError::Missing { .. })));
    let unnamed = Environment::of_pairs([("HOME", "/no/such/home")]);
    assert!(Settings::resolve(&Flags::default(), &unnamed).is_ok());
}
