//! Which way of delivery fits a gateway, and why.
//!
//! What the licence means for webhooks: hoophq/hoop
//! `gateway/transport/plugins/webhooks/webhooks.go`; which role may do what: `gateway/api/server.go`.

use crate::domain::delivery::Delivery;

/// The licence of a gateway, as far as it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenceFact {
    /// Nothing is pushed, and an attached connection has every session refused.
    Oss,
    Enterprise,
    /// The gateway refuses every client's session.
    Unverified,
}

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleFact {
    Admin,
    /// Reads every session, and registers nothing.
    Auditor,
    /// Sees its own sessions alone.
    Standard,
}

/// What is known of a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GatewayFacts {
    pub licence: LicenceFact,
    pub role: RoleFact,
    /// `WEBHOOK_APPKEY` is set on it.
    pub has_webhooks: bool,
}

/// One way of delivery, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    pub delivery: Delivery,
    /// What it is, in a line.
    pub what: &'static str,
    /// Why it cannot be taken here.
    pub obstacle: Option<&'static str>,
}

/// What is recommended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    pub delivery: Delivery,
    pub because: &'static str,
    pub ways: Vec<Way>,
}

const NO_PUSH: &str = "the open-source licence pushes no session events";
const NO_WEBHOOKS: &str = "WEBHOOK_APPKEY is not set on the gateway";
const NOT_VERIFIED: &str = "the gateway's licence does not verify";
const NOT_ADMIN: &str = "registering webhooks takes an admin's token";

/// The way that fits best, and all of them judged.
pub fn advise(facts: &GatewayFacts) -> Advice {
    let (delivery, because) = match (facts.licence, facts.has_webhooks, facts.role) {
        (_, _, RoleFact::Standard) => (
            Delivery::Export,
            "the token sees its own sessions alone: begin so, and give it the group auditor",
        ),
        (LicenceFact::Oss, ..) => (
            Delivery::Export,
            "the open-source licence pushes nothing, and polling misses nothing: not even what was \
             killed",
        ),
        (LicenceFact::Unverified, ..) => (
            Delivery::Export,
            "the licence does not verify, and reading sessions needs none",
        ),
        (LicenceFact::Enterprise, false, _) => (
            Delivery::Export,
            "the gateway has no webhooks (WEBHOOK_APPKEY), and polling needs none",
        ),
        (LicenceFact::Enterprise, true, RoleFact::Auditor) => (
            Delivery::Export,
            "an auditor's token reads everything and registers nothing",
        ),
        (LicenceFact::Enterprise, true, RoleFact::Admin) => (
            Delivery::Relay,
            "the licence pushes events, and the token may register: they arrive within seconds, \
             and the API key stays with the relay",
        ),
    };
    let ways = [
        Delivery::Export,
        Delivery::Follow,
        Delivery::Relay,
        Delivery::Webhook,
    ];
    Advice {
        delivery,
        because,
        ways: ways.map(|delivery| way(facts, delivery)).to_vec(),
    }
}

/// One way, judged.
pub fn way(facts: &GatewayFacts, delivery: Delivery) -> Way {
    let what = match delivery {
        Delivery::Export => "a cron job polls every few minutes; nothing else has to run",
        Delivery::Follow => "a process that stays polls all the time and sends heartbeats",
        Delivery::Relay => "a process that stays takes the gateway's webhooks and completes them",
        Delivery::Webhook => "the gateway posts raw webhooks to Datadog: no identity on closing",
    };
    let obstacle = match delivery {
        Delivery::Export | Delivery::Follow => None,
        Delivery::Relay | Delivery::Webhook => of_webhooks(facts),
    };
    Way {
        delivery,
        what,
        obstacle,
    }
}

fn of_webhooks(facts: &GatewayFacts) -> Option<&'static str> {
    match (facts.licence, facts.has_webhooks, facts.role) {
        (LicenceFact::Oss, ..) => Some(NO_PUSH),
        (LicenceFact::Unverified, ..) => Some(NOT_VERIFIED),
        (_, false, _) => Some(NO_WEBHOOKS),
        (_, _, RoleFact::Auditor | RoleFact::Standard) => Some(NOT_ADMIN),
        (LicenceFact::Enterprise, true, RoleFact::Admin) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LICENCES: [LicenceFact; 3] = [
        LicenceFact::Oss,
        LicenceFact::Enterprise,
        LicenceFact::Unverified,
    ];
    const ROLES: [RoleFact; 3] = [RoleFact::Admin, RoleFact::Auditor, RoleFact::Standard];

    fn every() -> impl Iterator<Item = GatewayFacts> {
        LICENCES.into_iter().flat_map(|licence| {
            ROLES.into_iter().flat_map(move |role| {
                [true, false].map(|has_webhooks| GatewayFacts {
                    licence,
                    role,
                    has_webhooks,
                })
            })
        })
    }

    #[test]
    fn what_is_recommended_can_be_done() {
        for facts in every() {
            let advice = advise(&facts);
            assert_eq!(way(&facts, advice.delivery).obstacle, None, "{facts:?}");
        }
    }

    #[test]
    fn nothing_is_attached_where_that_would_refuse_every_session() {
        for facts in every().filter(|facts| facts.licence != LicenceFact::Enterprise) {
            for delivery in [Delivery::Relay, Delivery::Webhook] {
                assert!(way(&facts, delivery).obstacle.is_some(), "{facts:?}");
            }
        }
    }

    #[test]
    fn raw_webhooks_are_never_recommended_and_a_relay_where_it_can_be() {
        for facts in every() {
            let advice = advise(&facts);
            assert_ne!(advice.delivery, Delivery::Webhook);
            let can_relay = way(&facts, Delivery::Relay).obstacle.is_none();
            assert_eq!(advice.delivery == Delivery::Relay, can_relay, "{facts:?}");
        }
    }
}
