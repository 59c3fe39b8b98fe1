//! The last part of the address of a release's page (ADR 21). Pure.

use crate::time::Period;
use std::collections::HashSet;

/// Returns the address that a release has if no other had it before: product, the observatory if it alone owes the
/// release, and period. Examples: `relazione-territoriale-2026`, `focus-bergamo-2026-q3`.
pub fn wished(product: &str, observatory: Option<&str>, period: Period) -> String {
    let period = period.to_string().to_lowercase();
    [Some(product), observatory, Some(period.as_str())].into_iter().flatten().collect::<Vec<_>>().join("-")
}

/// Returns the wished address or, if it is taken, the first free one of `…-2`, `…-3`. A cancelled release keeps its address
/// in this way if a release is planned again for its period.
pub fn free(wished: &str, taken: &HashSet<String>) -> String {
    let numbered = (2..).map(|number: u32| format!("{wished}-{number}"));
    let mut candidates = std::iter::once(wished.to_owned()).chain(numbered);
    candidates.find(|candidate| !taken.contains(candidate)).unwrap_or_else(|| wished.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_product_observatory_and_period() {
        for (product, observatory, period, expected) in [
            ("relazione-territoriale", None, "2026", "relazione-territoriale-2026"),
            ("nota", None, "2026-Q3", "nota-2026-q3"),
            ("focus", Some("bergamo"), "2026-09", "focus-bergamo-2026-09"),
        ] {
            assert_eq!(wished(product, observatory, period.parse().expect("a period of the test")), expected);
        }
    }

    #[test]
    fn a_taken_address_gets_the_first_free_number() {
        let taken = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<HashSet<_>>();
        assert_eq!(free("nota-2026", &taken(&[])), "nota-2026");
        assert_eq!(free("nota-2026", &taken(&["nota-2026"])), "nota-2026-2");
        assert_eq!(free("nota-2026", &taken(&["nota-2026", "nota-2026-2", "nota-2026-4"])), "nota-2026-3");
    }
}
