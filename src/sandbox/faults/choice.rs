//! Which request a fault strikes: a function of the seed, the request's number and the fault's
//! place in the list, so that a run can be repeated.

use jiff::SignedDuration;

use super::{Fault, Kind};
use crate::sandbox::datadog::RateLimit;
use crate::sandbox::product::Product;

/// The faults in force and the seed behind their choices.
#[derive(Clone, Debug)]
pub struct Plan {
    seed: u64,
    faults: Vec<Fault>,
}

/// What happens to one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// The first fault of the list that strikes, of those that decide the answer.
    pub fault: Option<Fault>,
    /// The smallest body limit that strikes.
    pub limit: Option<usize>,
    /// Every text that strikes: a body with one of them is refused.
    pub poisons: Vec<String>,
    /// The smallest quota that strikes.
    pub quota: Option<RateLimit>,
    /// The sum of the clock faults that strike.
    pub clock: SignedDuration,
}

impl Plan {
    pub fn new(seed: u64, faults: Vec<Fault>) -> Self {
        Self { seed, faults }
    }

    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The same seed with other faults.
    pub fn with_faults(&self, faults: Vec<Fault>) -> Self {
        Self::new(self.seed, faults)
    }

    /// Decides for request `number`, which is for `product`.
    pub fn decide(&self, product: Product, number: u64) -> Decision {
        let mut decision = Decision::default();
        let struck = self
            .faults
            .iter()
            .enumerate()
            .filter(|(_, fault)| fault.scope.is_none_or(|scope| scope == product))
            .filter(|(place, fault)| self.draw(number, *place as u64) < fault.rate);
        for (_, fault) in struck {
            decision.add(fault);
        }
        decision
    }

    /// A number in `0..1` that is the same for the same seed, request and place.
    fn draw(&self, number: u64, place: u64) -> f64 {
        let mixed = mix(mix(mix(self.seed).wrapping_add(number)).wrapping_add(place));
        // The upper 53 bits fill a double's mantissa.
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }
}

impl Decision {
    /// True where the deciding fault is `kind`.
    pub fn is(&self, kind: &Kind) -> bool {
        self.fault.as_ref().is_some_and(|fault| fault.kind == *kind)
    }

    /// Everything that struck, as faults are written; `None` for an untouched request.
    pub fn describe(&self) -> Option<String> {
        let limit = self.limit.map(|bytes| Kind::Limit { bytes });
        let clock = Some(self.clock).filter(|shift| !shift.is_zero());
        let poisons = self.poisons.iter().cloned();
        let poisons = poisons.map(|text| Kind::Poison { text });
        let kinds: Vec<String> = [
            self.fault.as_ref().map(|fault| fault.kind.clone()),
            limit,
            self.quota.map(Kind::Quota),
            clock.map(|shift| Kind::Clock { shift }),
        ]
        .into_iter()
        .flatten()
        .chain(poisons)
        .map(|kind| kind.to_string())
        .collect();
        (!kinds.is_empty()).then(|| kinds.join(" "))
    }

    fn add(&mut self, fault: &Fault) {
        match &fault.kind {
            Kind::Limit { bytes } => {
                self.limit = Some(self.limit.map_or(*bytes, |limit| limit.min(*bytes)));
            }
            Kind::Poison { text } => self.poisons.push(text.clone()),
            Kind::Quota(quota) => {
                self.quota = match self.quota {
                    Some(smaller) if smaller.calls <= quota.calls => Some(smaller),
                    _ => Some(*quota),
                };
            }
            Kind::Clock { shift } => self.clock = self.clock.saturating_add(*shift),
            _ if self.fault.is_none() => self.fault = Some(fault.clone()),
            _ => {}
        }
    }
}

/// One step of SplitMix64 (Steele, Lea, Flood 2014).
fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(seed: u64, faults: &[&str]) -> Plan {
        let faults = faults
            .iter()
            .map(|text| text.parse().expect("a well-formed fault"))
            .collect();
        Plan::new(seed, faults)
    }

    fn struck(plan: &Plan, product: Product) -> Vec<u64> {
        (1..=10_000)
            .filter(|number| plan.decide(product, *number).fault.is_some())
            .collect()
    }

    #[test]
    fn the_first_number_is_the_published_one() {
        // First output of SplitMix64 for the seed 0.
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn the_same_seed_strikes_the_same_requests() {
        let first = struck(&plan(7, &["503@0.3"]), Product::Logs);
        assert_eq!(first, struck(&plan(7, &["503@0.3"]), Product::Logs));
        assert_ne!(first, struck(&plan(8, &["503@0.3"]), Product::Logs));
    }

    #[test]
    fn a_rate_is_the_share_of_requests_struck() {
        let count = struck(&plan(1, &["503@0.3"]), Product::Logs).len();
        assert!((2_800..3_200).contains(&count), "{count} of 10,000");
        assert_eq!(struck(&plan(1, &["503@0"]), Product::Logs).len(), 0);
        assert_eq!(struck(&plan(1, &["503@1"]), Product::Logs).len(), 10_000);
    }

    #[test]
    fn a_scope_leaves_other_products_alone() {
        let plan = plan(1, &["logs:reset"]);
        assert!(plan.decide(Product::Logs, 1).fault.is_some());
        assert_eq!(plan.decide(Product::Events, 1), Decision::default());
    }

    #[test]
    fn limits_poisons_and_clocks_combine_with_the_first_other_fault() {
        let plan = plan(
            1,
            &[
                "limit=90",
                "clock=+1h",
                "poison=a",
                "cut",
                "poison=b",
                "limit=50",
                "reset",
                "clock=-5m",
            ],
        );
        let decision = plan.decide(Product::Api, 4);
        assert_eq!(decision.limit, Some(50));
        assert_eq!(decision.poisons, ["a", "b"]);
        assert_eq!(decision.clock, SignedDuration::from_mins(55));
        assert_eq!(decision.fault.map(|fault| fault.kind), Some(Kind::Cut));
    }
}
