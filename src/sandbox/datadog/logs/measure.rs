//! What is computed over logs: counts, sums, averages, percentiles.

use std::collections::BTreeSet;

use super::IndexedLog;
use super::facet::Facet;

/// A way to make one number of many logs (`LogsAggregationFunction` of the OpenAPI document).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregation {
    Count,
    Cardinality,
    Sum,
    Min,
    Max,
    Average,
    /// Of 100; the median is the 50th.
    Percentile(u8),
}

impl Aggregation {
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "count" => Aggregation::Count,
            "cardinality" => Aggregation::Cardinality,
            "sum" => Aggregation::Sum,
            "min" => Aggregation::Min,
            "max" => Aggregation::Max,
            "avg" => Aggregation::Average,
            "median" => Aggregation::Percentile(50),
            "pc75" => Aggregation::Percentile(75),
            "pc90" => Aggregation::Percentile(90),
            "pc95" => Aggregation::Percentile(95),
            "pc98" => Aggregation::Percentile(98),
            "pc99" => Aggregation::Percentile(99),
            _ => return None,
        })
    }
}

/// An aggregation and what it is of.
#[derive(Clone, Debug, PartialEq)]
pub struct Compute {
    aggregation: Aggregation,
    /// Always there but for a count of logs.
    metric: Option<Facet>,
}

/// What one log adds.
#[derive(Clone, Debug, PartialEq)]
pub enum Sample {
    /// The log itself.
    Log,
    Words(Vec<String>),
    Numbers(Vec<f64>),
}

impl Compute {
    /// The error names the part that is wrong.
    pub fn parse(aggregation: &str, metric: Option<&str>) -> Result<Self, String> {
        let found = Aggregation::of(aggregation)
            .ok_or_else(|| format!("invalid aggregation: {aggregation}"))?;
        let metric = metric.filter(|_| found != Aggregation::Count);
        let facet = metric
            .map(|metric| Facet::parse(metric).ok_or_else(|| format!("invalid metric: {metric}")));
        match (found, facet.transpose()?) {
            (Aggregation::Count, _) => Ok(Self {
                aggregation: found,
                metric: None,
            }),
            (_, None) => Err(format!(
                "a metric is required for aggregation {aggregation}"
            )),
            (_, metric) => Ok(Self {
                aggregation: found,
                metric,
            }),
        }
    }

    pub fn sample(&self, log: &IndexedLog) -> Sample {
        match (&self.metric, self.aggregation) {
            (None, _) => Sample::Log,
            (Some(facet), Aggregation::Cardinality) => Sample::Words(facet.values(log)),
            (Some(facet), _) => Sample::Numbers(facet.numbers(log)),
        }
    }

    /// The number of all samples; `None` where they hold nothing to make it of. A count of
    /// nothing is 0.
    pub fn number<'s>(&self, samples: impl IntoIterator<Item = &'s Sample>) -> Option<f64> {
        let (mut logs, mut words, mut numbers) = (0_u64, BTreeSet::new(), Vec::new());
        for sample in samples {
            logs += 1;
            match sample {
                Sample::Log => {}
                Sample::Words(found) => words.extend(found),
                Sample::Numbers(found) => numbers.extend_from_slice(found),
            }
        }
        match self.aggregation {
            Aggregation::Count => Some(logs as f64),
            Aggregation::Cardinality => (logs > 0).then_some(words.len() as f64),
            _ if numbers.is_empty() => None,
            Aggregation::Sum => Some(numbers.iter().sum()),
            Aggregation::Average => Some(numbers.iter().sum::<f64>() / numbers.len() as f64),
            Aggregation::Min => numbers.into_iter().reduce(f64::min),
            Aggregation::Max => numbers.into_iter().reduce(f64::max),
            Aggregation::Percentile(of) => Some(percentile(numbers, of)),
        }
    }
}

/// Linear between the two nearest ranks; Datadog estimates and does not publish how.
fn percentile(mut numbers: Vec<f64>, of: u8) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let rank = (numbers.len() - 1) as f64 * f64::from(of) / 100.0;
    let (low, share) = (rank.floor() as usize, rank.fract());
    let high = (low + 1).min(numbers.len() - 1);
    numbers[low] + (numbers[high] - numbers[low]) * share
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(aggregation: &str, samples: &[Sample]) -> Option<f64> {
        Compute::parse(aggregation, Some("@a"))
            .expect("a computation")
            .number(samples)
    }

    #[test]
    fn each_aggregation_makes_its_number() {
        let samples = [
            Sample::Numbers(vec![4.0, 1.0]),
            Sample::Numbers(vec![2.0, 3.0]),
        ];
        for (aggregation, expected) in [
            ("count", 2.0),
            ("sum", 10.0),
            ("avg", 2.5),
            ("min", 1.0),
            ("max", 4.0),
            ("median", 2.5),
            ("pc75", 3.25),
        ] {
            assert_eq!(
                number(aggregation, &samples),
                Some(expected),
                "{aggregation}"
            );
        }
        let words = |words: &[&str]| Sample::Words(words.iter().map(|w| w.to_string()).collect());
        let samples = [words(&["a", "b"]), words(&["b"]), words(&[])];
        assert_eq!(number("cardinality", &samples), Some(2.0));
    }

    #[test]
    fn of_nothing_only_a_count_has_a_number() {
        assert_eq!(number("count", &[]), Some(0.0));
        for aggregation in ["cardinality", "sum", "avg", "min", "max", "pc99"] {
            assert_eq!(number(aggregation, &[]), None, "{aggregation}");
        }
        assert_eq!(number("sum", &[Sample::Numbers(Vec::new())]), None);
    }

    #[test]
    fn what_measures_needs_a_metric() {
        assert!(Compute::parse("count", None).is_ok());
        for (aggregation, metric) in [("sum", None), ("guess", Some("@a")), ("max", Some("a b"))] {
            assert!(
                Compute::parse(aggregation, metric).is_err(),
                "{aggregation}"
            );
        }
    }
}
