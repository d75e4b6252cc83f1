//! The median of values that stay where they are.
//!
//! A sample gives two values that the median most likely lies between; one pass counts what is
//! below them and takes out what is between. Idea: R. W. Floyd & R. L. Rivest (1975), "Expected
//! time bounds for selection", Communications of the ACM 18(3), 165-172. The sample decides how
//! long it takes and nothing else.

use super::{between, median};
use crate::kernel::wide::{Loop, wide};

/// Values below which all of them are copied.
const FEW: usize = 1 << 14;
/// Values of the sample.
const N_SAMPLE: usize = 1 << 12;
/// Places of the sample to either side of its middle: five standard deviations of where the median is.
const REACH: usize = 160;

/// The middle value, or the mean of the two middle ones; the values are not moved.
///
/// `None` without values and for a mean of infinities of both signs. Values must not be NaN.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::quantile::median_of;
///
/// assert_eq!(median_of(&[3.0, 1.0, 2.0, 10.0]), Some(2.5));
/// assert_eq!(median_of(&[]), None);
/// ```
#[must_use]
pub fn median_of(values: &[f64]) -> Option<f64> {
    let all = || median(&mut values.to_vec());
    if values.len() < FEW {
        return all();
    }
    match Bracket::around_middle(values).middle_pair(values.len()) {
        Some((low, high)) => between(low, high, 0.5),
        None => all(),
    }
}

/// Two values, what is between them and how many are below and equal to them.
struct Bracket {
    low: f64,
    high: f64,
    n_below: usize,
    n_low: usize,
    n_high: usize,
    between: Vec<f64>,
}

impl Bracket {
    fn around_middle(values: &[f64]) -> Self {
        let mut sample: Vec<f64> = (0..N_SAMPLE).map(|k| values[spread(k, values.len())]).collect();
        sample.sort_unstable_by(f64::total_cmp);
        let (low, high) = (sample[N_SAMPLE / 2 - REACH] + 0.0, sample[N_SAMPLE / 2 + REACH] + 0.0);
        let mut bracket = Self { low, high, n_below: 0, n_low: 0, n_high: 0, between: Vec::new() };
        let mut taken = [0.0; FEW];
        for part in values.chunks(FEW) {
            wide(Counting { part, bracket: &mut bracket });
            let mut n = 0;
            for &value in part {
                taken[n] = value;
                n += usize::from(value > low && value < high);
            }
            bracket.between.extend_from_slice(&taken[..n]);
        }
        bracket
    }

    /// The two middle values, which are one for an odd number; `None` where they are elsewhere.
    fn middle_pair(mut self, n: usize) -> Option<(f64, f64)> {
        let low = self.at((n - 1) / 2)?;
        Some((low, self.at(n / 2)?))
    }

    /// The value at a place of the order, if it is within the bracket.
    fn at(&mut self, place: usize) -> Option<f64> {
        let place = place.checked_sub(self.n_below)?;
        if place < self.n_low {
            return Some(self.low);
        }
        if self.low == self.high {
            return None;
        }
        let place = place - self.n_low;
        if place < self.between.len() {
            return Some(*self.between.select_nth_unstable_by(place, f64::total_cmp).1);
        }
        (place - self.between.len() < self.n_high).then_some(self.high)
    }
}

/// How many values of a part are below the bracket and at its ends.
struct Counting<'a> {
    part: &'a [f64],
    bracket: &'a mut Bracket,
}

impl Loop for Counting<'_> {
    #[inline(always)]
    fn run(self) {
        let Bracket { low, high, .. } = *self.bracket;
        let mut counts = [0_u64; 3];
        for &value in self.part {
            counts[0] += u64::from(value < low);
            counts[1] += u64::from(value == low);
            counts[2] += u64::from(value == high);
        }
        self.bracket.n_below += counts[0] as usize;
        self.bracket.n_low += counts[1] as usize;
        self.bracket.n_high += counts[2] as usize;
    }
}

/// Places all over a slice, in no step that its values could have.
fn spread(k: usize, n: usize) -> usize {
    /// The golden ratio in units of 2^-64.
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    ((u128::from((k as u64).wrapping_mul(GOLDEN)) * n as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_sorting(values: &[f64]) -> Option<f64> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        between(sorted[(values.len() - 1) / 2] + 0.0, sorted[values.len() / 2] + 0.0, 0.5)
    }

    fn values(n: usize, value: impl Fn(u64) -> f64) -> Vec<f64> {
        let mut state = 1_u64;
        let next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            value(state >> 11)
        };
        (0..n).map(next).collect()
    }

    #[test]
    fn it_is_the_median_of_the_sorted_values() {
        let shapes: [fn(u64) -> f64; 8] = [
            |k| k as f64,
            |k| (k % 3) as f64,
            |k| (k % 1_000) as f64 - 500.0,
            |k| if k % 10 < 5 { 0.0 } else { k as f64 },
            |k| if k % 2 == 0 { -0.0 } else { 0.0 },
            |k| (k as f64 - 4e15) * 1e290,
            |k| f64::from_bits(k % 1_000),
            |_| 7.0,
        ];
        for (shape, value) in shapes.into_iter().enumerate() {
            for n in [1, 2, FEW - 1, FEW, FEW + 1, 100_000, 100_001] {
                let values = values(n, value);
                assert_eq!(median_of(&values).map(f64::to_bits), by_sorting(&values).map(f64::to_bits), "{shape} {n}");
            }
        }
    }

    #[test]
    fn order_changes_nothing() {
        let mut values = values(50_001, |k| (k % 40_000) as f64);
        let median = median_of(&values);
        values.reverse();
        assert_eq!(median_of(&values), median);
        values.sort_by(f64::total_cmp);
        assert_eq!(median_of(&values), median);
        // Nothing of what is sampled is near the middle of the whole.
        let mut odd = vec![1.0; 40_000];
        (0..N_SAMPLE).for_each(|k| odd[spread(k, 40_000)] = 2.0 + k as f64);
        assert_eq!(median_of(&odd), Some(1.0));
    }

    #[test]
    fn infinities_have_places() {
        let values: Vec<f64> =
            (0..20_000).map(|k| if k % 2 == 0 { f64::INFINITY } else { f64::NEG_INFINITY }).collect();
        assert_eq!(median_of(&values), None);
        assert_eq!(median_of(&values[..19_999]), Some(f64::INFINITY));
    }
}
