//! Amounts of storage as Kubernetes writes them.

use std::fmt;
use std::str::FromStr;

/// Digits and a unit: `4Gi` (kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity(String);

const UNITS: [&str; 8] = ["", "Mi", "Gi", "Ti", "Pi", "M", "G", "T"];

impl FromStr for Quantity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let is_number = digits.starts_with(|c: char| ('1'..='9').contains(&c))
            && digits.chars().all(|c| c.is_ascii_digit());
        match is_number && UNITS.contains(&&text[digits.len()..]) {
            true => Ok(Self(text.to_owned())),
            false => Err("it is a number and a unit of Kubernetes, such as 4Gi".to_owned()),
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_a_unit_that_kubernetes_knows() {
        for good in ["4Gi", "500M", "1073741824"] {
            assert!(good.parse::<Quantity>().is_ok(), "{good}");
        }
        for wrong in ["", "Gi", "4GB", "0Gi", "-1Gi", "4 Gi", "1e3"] {
            assert!(wrong.parse::<Quantity>().is_err(), "{wrong}");
        }
    }
}
