//! The ways by which the gateway's events reach Datadog.

use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// `sessions export`, run by a person or a schedule.
    Export,
    /// `sessions export --follow`.
    Follow,
    /// `relay`, which the gateway's webhooks are pointed at.
    Relay,
    /// The gateway's webhooks straight to Datadog's intake: events of another shape.
    Webhook,
}

impl Delivery {
    pub const ALL: [Delivery; 4] = [
        Delivery::Export,
        Delivery::Follow,
        Delivery::Relay,
        Delivery::Webhook,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Delivery::Export => "export",
            Delivery::Follow => "follow",
            Delivery::Relay => "relay",
            Delivery::Webhook => "webhook",
        }
    }

    /// A process of ours stays, and sends heartbeats.
    pub fn stays(self) -> bool {
        matches!(self, Delivery::Follow | Delivery::Relay)
    }

    /// The gateway pushes.
    pub fn needs_webhooks(self) -> bool {
        matches!(self, Delivery::Relay | Delivery::Webhook)
    }
}

/// No way to deliver has that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are export, follow, relay and webhook")]
pub struct UnknownDelivery;

impl FromStr for Delivery {
    type Err = UnknownDelivery;

    fn from_str(text: &str) -> Result<Self, UnknownDelivery> {
        let mut all = Delivery::ALL.into_iter();
        all.find(|way| way.as_str().eq_ignore_ascii_case(text))
            .ok_or(UnknownDelivery)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_read_by_its_name_and_the_error_has_all_of_them() {
        for way in Delivery::ALL {
            assert_eq!(way.as_str().to_uppercase().parse(), Ok(way));
            assert!(UnknownDelivery.to_string().contains(way.as_str()));
        }
        assert_eq!("pigeon".parse::<Delivery>(), Err(UnknownDelivery));
    }
}
