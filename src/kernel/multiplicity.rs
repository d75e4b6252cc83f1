//! P-values adjusted for the number of tests they are one of.
//!
//! Notation: `m` p-values in ascending order, `p_(1) <= ... <= p_(m)`. Bonferroni `m p`; Holm the
//! largest of `(m - j + 1) p_(j)` over `j <= i`; Benjamini-Hochberg the smallest of `m p_(j) / j`
//! over `j >= i`; all at most 1. Everything is done on logarithms, so that 1e-3000 stays what it is.
//!
//! S. Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70; Y. Benjamini & Y. Hochberg
//! (1995), Journal of the Royal Statistical Society B 57(1), 289-300.

use serde::{Deserialize, Serialize};

use super::p_value::PValue;

/// How p-values are adjusted for the number of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Multiplicity {
    /// Not at all: each test by itself.
    None,
    /// Family-wise error, by the number of tests alone; Holm's is never larger.
    Bonferroni,
    /// Family-wise error: the chance of any false finding, whatever the tests depend on.
    Holm,
    /// False discovery rate: the expected share of false findings, for tests that are independent
    /// or positively dependent.
    BenjaminiHochberg,
}

impl Multiplicity {
    /// The adjusted p-values, in the order given. Undefined tests stay so and do not count.
    ///
    /// ```
    /// use customer_analytics::kernel::multiplicity::Multiplicity;
    /// use customer_analytics::kernel::p_value::PValue;
    /// let p = |value: f64| Some(PValue::from_ln(value.ln()));
    /// let adjusted = Multiplicity::Holm.adjust(&[p(0.03), None, p(0.01)]);
    /// assert!((adjusted[0].unwrap().value() - 0.03).abs() < 1e-15);
    /// assert!((adjusted[2].unwrap().value() - 0.02).abs() < 1e-15);
    /// assert_eq!(adjusted[1], None);
    /// ```
    #[must_use]
    pub fn adjust(self, p_values: &[Option<PValue>]) -> Vec<Option<PValue>> {
        let defined: Vec<PValue> = p_values.iter().copied().flatten().collect();
        let adjusted = match self {
            Self::None => defined,
            Self::Bonferroni => bonferroni(&defined),
            Self::Holm => holm(&defined),
            Self::BenjaminiHochberg => benjamini_hochberg(&defined),
        };
        let mut adjusted = adjusted.into_iter();
        p_values.iter().map(|p| p.and_then(|_| adjusted.next())).collect()
    }
}

/// Bonferroni's adjusted p-values, in the order given.
#[must_use]
pub fn bonferroni(p_values: &[PValue]) -> Vec<PValue> {
    let ln_m = (p_values.len() as f64).ln();
    p_values.iter().map(|p| PValue::from_ln(p.ln() + ln_m)).collect()
}

/// Holm's adjusted p-values, in the order given; equal ones stay equal.
#[must_use]
pub fn holm(p_values: &[PValue]) -> Vec<PValue> {
    let m = p_values.len();
    let order = ascending(p_values);
    let mut largest = f64::NEG_INFINITY;
    let adjusted = order.iter().enumerate().map(|(below, &at)| {
        largest = largest.max(p_values[at].ln() + ((m - below) as f64).ln());
        (at, largest)
    });
    in_place(m, adjusted)
}

/// Benjamini and Hochberg's adjusted p-values, in the order given; equal ones stay equal.
#[must_use]
pub fn benjamini_hochberg(p_values: &[PValue]) -> Vec<PValue> {
    let m = p_values.len();
    let order = ascending(p_values);
    let mut smallest = 0.0_f64;
    let adjusted = order.iter().enumerate().rev().map(|(below, &at)| {
        smallest = smallest.min(p_values[at].ln() + (m as f64 / (below + 1) as f64).ln());
        (at, smallest)
    });
    in_place(m, adjusted)
}

fn ascending(p_values: &[PValue]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].ln().total_cmp(&p_values[b].ln()));
    order
}

fn in_place(m: usize, adjusted: impl Iterator<Item = (usize, f64)>) -> Vec<PValue> {
    let mut placed = vec![PValue::from_ln(0.0); m];
    adjusted.for_each(|(at, ln)| placed[at] = PValue::from_ln(ln));
    placed
}
