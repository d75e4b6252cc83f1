//! Entropy and diversity of counts.
//!
//! Notation: `k` levels that occur `c_1, ..., c_k` times, `n` their sum, `p_i = c_i / n`.
//!
//! ```text
//! H = - sum p_i ln p_i         evenness = H / ln k         Gini-Simpson = 1 - sum p_i^2
//! ```
//! C. E. Shannon (1948), Bell System Technical Journal 27(3), 379-423; E. C. Pielou (1966),
//! Journal of Theoretical Biology 13, 131-144; E. H. Simpson (1949), Nature 163, 688.

use std::f64::consts::LN_2;

use serde::Serialize;

use super::exact_sum::ExactSum;
use super::undefined::Undefined;

/// Counts below this are tallied in a table.
const SMALL: usize = 1_024;

/// How evenly counts are spread over levels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Diversity {
    /// Shannon's entropy by natural logarithms: 0 for one level, `ln k` for `k` equal ones.
    pub nats: f64,
    /// The same by logarithms to base 2.
    pub bits: f64,
    /// Share of the largest entropy that so many levels can have, 0..=1; `None` for one level.
    pub evenness: Option<f64>,
    /// The probability that two draws with replacement differ, 0..1.
    pub gini_simpson: f64,
}

/// The diversity of levels that occur so many times; levels that do not occur are no levels.
///
/// # Errors
/// `TooFew` when nothing occurs.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::entropy::diversity;
///
/// let found = diversity(&[2, 1, 1]).unwrap();
/// assert_eq!((found.bits, found.gini_simpson), (1.5, 0.625));
/// ```
pub fn diversity(counts: &[u64]) -> Result<Diversity, Undefined> {
    let mut multiplicities = Multiplicities::default();
    counts.iter().for_each(|&count| multiplicities.add(count));
    multiplicities.diversity()
}

/// How many levels occur once, twice and so on: few logarithms for millions of levels.
///
/// The table is as long as the largest small count needs, so that few rows are few steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Multiplicities {
    small: Vec<u64>,
    large: Vec<u64>,
}

impl Multiplicities {
    /// Adds a level that occurs so many times.
    #[inline]
    pub(super) fn add(&mut self, count: u64) {
        match self.small.get_mut(count as usize) {
            Some(n_levels) => *n_levels += 1,
            None if (count as usize) < SMALL => self.lengthen_and_add(count as usize),
            None => self.large.push(count),
        }
    }

    #[cold]
    fn lengthen_and_add(&mut self, count: usize) {
        self.small.resize(count + 1, 0);
        self.small[count] += 1;
    }

    /// Counts that occur, each with its number of levels.
    fn terms(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let small = self.small.iter().zip(0..).skip(1).filter(|(n_levels, _)| **n_levels > 0);
        small.map(|(&n_levels, count)| (count, n_levels)).chain(self.large.iter().map(|&count| (count, 1)))
    }

    pub(super) fn diversity(&self) -> Result<Diversity, Undefined> {
        let n_levels: u64 = self.terms().map(|(_, n_levels)| n_levels).sum();
        let n: u64 = self.terms().map(|(count, n_levels)| count * n_levels).sum();
        if n == 0 {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        let (mut surprise, mut unlike) = (ExactSum::default(), 0_u128);
        for (count, n_levels) in self.terms() {
            surprise.add((count * n_levels) as f64 * -ln_share(count, n));
            unlike += u128::from(n - count) * u128::from(count * n_levels);
        }
        let nats = surprise.value().ok_or(Undefined::Overflow)? / n as f64;
        let evenness = (n_levels > 1).then(|| (nats / (n_levels as f64).ln()).min(1.0));
        let pairs = u128::from(n) * u128::from(n);
        Ok(Diversity { nats, bits: nats / LN_2, evenness, gini_simpson: unlike as f64 / pairs as f64 })
    }
}

/// `ln (count / n)`, also where that is close to 0.
fn ln_share(count: u64, n: u64) -> f64 {
    let rest = n - count;
    if rest < count { (-(rest as f64 / n as f64)).ln_1p() } else { (count as f64 / n as f64).ln() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 4e-16 * expected.abs(), "{found} {expected}");
    }

    /// Oracle: mpmath 1.4.1, 50 digits.
    #[test]
    fn entropies_agree_with_exact_arithmetic() {
        let found = diversity(&[5, 3, 2]).unwrap();
        close(found.nats, 1.029_653_014_064_573_5);
        close(found.bits, 1.485_475_297_227_334_3);
        close(found.evenness.unwrap(), 0.937_230_563_216_129_5);
        close(found.gini_simpson, 0.62);
        let rare = diversity(&[999_999_999, 1]).unwrap();
        close(rare.nats, 2.172_326_583_644_641e-8);
        close(rare.gini_simpson, 1.999_999_998e-9);
    }

    #[test]
    fn equal_levels_have_all_the_entropy_there_is() {
        for k in [2_usize, 3, 7, 1_000, 2_048] {
            for count in [1, 5, 5_000] {
                let found = diversity(&vec![count; k]).unwrap();
                close(found.nats, (k as f64).ln());
                close(found.evenness.unwrap(), 1.0);
                close(found.gini_simpson, 1.0 - 1.0 / k as f64);
            }
        }
    }

    #[test]
    fn one_level_has_none_and_nothing_is_undefined() {
        let one = Diversity { nats: 0.0, bits: 0.0, evenness: None, gini_simpson: 0.0 };
        assert_eq!(diversity(&[7]), Ok(one));
        assert_eq!(diversity(&[0, 70_000, 0]), Ok(one));
        assert_eq!(diversity(&[]), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(diversity(&[0, 0]), Err(Undefined::TooFew { n: 0, needed: 1 }));
    }

    #[test]
    fn the_order_of_levels_changes_nothing() {
        let mut counts: Vec<u64> = (1..3_000).map(|i| i * 7_919 % 2_500).collect();
        let forwards = diversity(&counts);
        counts.reverse();
        assert_eq!(diversity(&counts), forwards);
    }
}
