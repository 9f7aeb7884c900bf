//! What is known of one group of records: which count for certain, which perhaps, and the number
//! that a rollup makes of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::verdict::merged;
use super::super::{IndexedLog, Reason, Verdict};
use super::number::Number;
use super::{EventQuery, Method, Rollup};

#[derive(Default)]
pub(super) struct Tally {
    certain: Values,
    open: Values,
    reasons: Vec<Reason>,
}

#[derive(Default)]
struct Values {
    records: usize,
    distinct: BTreeSet<String>,
    numbers: Vec<f64>,
    has_text: bool,
}

impl Values {
    fn add(&mut self, query: &EventQuery, record: &IndexedLog<'_>) {
        self.records += 1;
        let Some(attribute) = &query.rollup.attribute else {
            return;
        };
        if query.rollup.method == Method::Cardinality {
            self.distinct.extend(attribute.values(record));
            return;
        }
        for value in attribute.measured(record) {
            match value {
                Value::Number(number) => self.numbers.extend(number.as_f64()),
                Value::Null => {}
                _ => self.has_text = true,
            }
        }
    }
}

impl Tally {
    pub fn add(&mut self, query: &EventQuery, record: &IndexedLog<'_>, verdict: &Verdict) {
        match verdict {
            Verdict::Yes => self.certain.add(query, record),
            open => {
                self.open.add(query, record);
                self.reasons = merged(std::mem::take(&mut self.reasons), open.reasons().to_vec());
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.certain.records + self.open.records == 0
    }

    pub fn number(&self, rollup: &Rollup) -> Number {
        let Some(facet) = &rollup.attribute else {
            let low = self.certain.records;
            return self.counted(low, low + self.open.records);
        };
        match rollup.method {
            Method::Count => Number::unknown(vec![Reason::CountOfAttribute]),
            Method::Unconfirmed(name) => Number::unknown(vec![Reason::Rollup(name.to_owned())]),
            Method::Cardinality if self.is_empty() => Number::nothing(),
            Method::Cardinality => {
                let all = self.certain.distinct.union(&self.open.distinct).count();
                self.counted(self.certain.distinct.len(), all)
            }
            _ if self.certain.has_text || self.open.has_text => {
                Number::unknown(vec![Reason::MeasureOfText(facet.to_string())])
            }
            method => self.measured(method),
        }
    }

    fn counted(&self, low: usize, high: usize) -> Number {
        Number::between(low as f64, high as f64, &self.reasons)
    }

    fn measured(&self, method: Method) -> Number {
        let (certain, open) = (&self.certain.numbers, &self.open.numbers);
        if certain.is_empty() {
            // Whether there is a number at all hangs on the open ones.
            return match open.is_empty() {
                true => Number::nothing(),
                false => Number::unknown(self.reasons.clone()),
            };
        }
        match method {
            Method::Sum => self.sum(),
            Method::Average => self.average(),
            Method::Min => Number::between(
                least(certain.iter().chain(open)),
                least(certain),
                &self.reasons,
            ),
            Method::Max => Number::between(
                most(certain),
                most(certain.iter().chain(open)),
                &self.reasons,
            ),
            Method::Percentile(of) if open.is_empty() => percentile(certain, of),
            _ => Number::unknown(self.reasons.clone()),
        }
    }

    fn sum(&self) -> Number {
        let certain: f64 = self.certain.numbers.iter().sum();
        let (below, above): (Vec<f64>, Vec<f64>) =
            self.open.numbers.iter().partition(|number| **number < 0.0);
        let low = certain + below.iter().sum::<f64>();
        let high = certain + above.iter().sum::<f64>();
        self.rounded(low, high)
    }

    /// The smallest average takes the smallest open numbers as long as each lowers it; the largest
    /// likewise.
    fn average(&self) -> Number {
        let mut open = self.open.numbers.clone();
        open.sort_by(f64::total_cmp);
        let low = greedy_average(&self.certain.numbers, open.iter(), |next, mean| next < mean);
        let high = greedy_average(&self.certain.numbers, open.iter().rev(), |next, mean| {
            next > mean
        });
        self.rounded(low, high)
    }

    /// Fractions do not add up exactly, and Datadog may add them in another order.
    fn rounded(&self, low: f64, high: f64) -> Number {
        let all = || self.certain.numbers.iter().chain(&self.open.numbers);
        let is_whole = all().all(|number| number.fract() == 0.0) && low.fract() == 0.0;
        if is_whole && high.fract() == 0.0 {
            return Number::between(low, high, &self.reasons);
        }
        let slack = all().map(|number| number.abs()).sum::<f64>() * 1e-12;
        let reasons = merged(self.reasons.clone(), vec![Reason::Rounding]);
        Number::between(low - slack, high + slack, &reasons)
    }
}

fn greedy_average<'n>(
    certain: &[f64],
    open: impl Iterator<Item = &'n f64>,
    helps: impl Fn(f64, f64) -> bool,
) -> f64 {
    let (mut sum, mut count) = (certain.iter().sum::<f64>(), certain.len() as f64);
    for number in open {
        if !helps(*number, sum / count) {
            break;
        }
        sum += number;
        count += 1.0;
    }
    sum / count
}

fn least<'n>(numbers: impl IntoIterator<Item = &'n f64>) -> f64 {
    numbers.into_iter().copied().fold(f64::INFINITY, f64::min)
}

fn most<'n>(numbers: impl IntoIterator<Item = &'n f64>) -> f64 {
    numbers
        .into_iter()
        .copied()
        .fold(f64::NEG_INFINITY, f64::max)
}

/// How Datadog interpolates is not published. Every usual way (nearest rank, linear between
/// neighbours) ends between the two values taken here; on either side a hundredth more, the
/// relative accuracy of Datadog's own sketches (DataDog/sketches-go).
fn percentile(numbers: &[f64], of: u8) -> Number {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (count, part) = (sorted.len(), usize::from(of));
    let low = sorted[part * (count - 1) / 100];
    let high = sorted[(part * count / 100).min(count - 1)];
    let reasons = [Reason::Percentile];
    Number::between(low - low.abs() / 100.0, high + high.abs() / 100.0, &reasons)
}
