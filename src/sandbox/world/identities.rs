//! Who opens sessions in the sandbox: people and the agents that work beside them.

/// One who authenticates at the gateway.
#[derive(Debug, PartialEq, Eq)]
pub struct Identity {
    pub kind: Kind,
    /// The subject, `user_id` on the wire.
    pub subject: &'static str,
    pub name: &'static str,
    /// Empty for a machine identity: the gateway stores none
    /// (hoophq/hoop `gateway/services/credentials.go`).
    pub email: &'static str,
    pub groups: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Person,
    /// A machine identity: `identity_type` is `machine`.
    Machine,
    /// An agent with an `hpk_` key of its own: `identity_type` is `user`, the e-mail is its name.
    KeyedAgent,
}

impl Identity {
    pub fn is_machine(&self) -> bool {
        self.kind == Kind::Machine
    }

    /// `identity_type`.
    pub fn type_on_wire(&self) -> &'static str {
        match self.kind {
            Kind::Machine => "machine",
            Kind::Person | Kind::KeyedAgent => "user",
        }
    }

    pub fn is_person(&self) -> bool {
        self.kind == Kind::Person
    }
}

impl Identity {
    /// Somebody who signed in by an API key, for as long as the world is there.
    pub fn keyed(subject: &str, name: &str, email: &str) -> &'static Self {
        let keep = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        Box::leak(Box::new(Self {
            kind: Kind::KeyedAgent,
            subject: keep(subject),
            name: keep(name),
            email: keep(email),
            groups: &[],
        }))
    }
}

const fn person(
    subject: &'static str,
    name: &'static str,
    email: &'static str,
    groups: &'static [&'static str],
) -> Identity {
    Identity {
        kind: Kind::Person,
        subject,
        name,
        email,
        groups,
    }
}

const fn machine(subject: &'static str, name: &'static str) -> Identity {
    Identity {
        kind: Kind::Machine,
        subject,
        name,
        email: "",
        groups: &["agents"],
    }
}

pub static DANA: Identity = person(
    "google-oauth2|104411839270557183206",
    "Dana Whitfield",
    "dana@shop.example",
    &["dba"],
);
pub static ROSA: Identity = person(
    "google-oauth2|117720934451209887654",
    "Rosa Lindqvist",
    "rosa@shop.example",
    &["sre"],
);
pub static KENJI: Identity = person(
    "google-oauth2|100982376641290034518",
    "Kenji Mori",
    "kenji@shop.example",
    &["backend"],
);
pub static AMARA: Identity = person(
    "google-oauth2|112209485573019984421",
    "Amara Osei",
    "amara@shop.example",
    &["data"],
);
pub static TOM: Identity = person(
    "google-oauth2|108837465529910283746",
    "Tom Becker",
    "tom@shop.example",
    &["support"],
);
pub static INES: Identity = person(
    "google-oauth2|115564738291029384756",
    "Inês Duarte",
    "ines@shop.example",
    &["admin", "security"],
);

pub static CLAUDE_CODE: Identity = machine("5c1f0f5e-2f0e-4c5b-9a0e-6d1c2b7a9e01", "claude-code");
pub static CODEX: Identity = machine("8e7d6c5b-4a39-4281-9706-f5e4d3c2b1a0", "codex");
pub static SRE_COPILOT: Identity = machine("2b9c4e77-0d15-4f6a-8c3e-91a7b5d2f604", "sre-copilot");
pub static RESTOCK_AGENT: Identity =
    machine("f3a86d12-7c4b-4e90-b5d8-0e2c6a1f9b35", "restock-agent");
pub static CI_RUNNER: Identity = machine("6a0d3b9e-51c8-47f2-a4e6-c87b1f05d29c", "ci-runner");
pub static TRIAGE_BOT: Identity = Identity {
    kind: Kind::KeyedAgent,
    subject: "d41c7be0-9f26-4a83-8b57-3e60f2a9c118",
    name: "triage-bot",
    email: "triage-bot",
    groups: &["agents"],
};

pub static PEOPLE: [&Identity; 6] = [&DANA, &ROSA, &KENJI, &AMARA, &TOM, &INES];
pub static AGENTS: [&Identity; 6] = [
    &CLAUDE_CODE,
    &CODEX,
    &SRE_COPILOT,
    &RESTOCK_AGENT,
    &CI_RUNNER,
    &TRIAGE_BOT,
];

/// The person with that e-mail.
pub fn person_with_email(email: &str) -> Option<&'static Identity> {
    PEOPLE.into_iter().find(|person| person.email == email)
}
