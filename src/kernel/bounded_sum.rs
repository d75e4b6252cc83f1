//! Sums of terms in -1..=1, in any order, at the speed of vector instructions.
//!
//! A term is cut in two: `high`, its nearest multiple of 2^-32, and `low`, the nearest
//! multiple of 2^-65 of what is left. Adding and taking away a constant whose last bit is the
//! grid does the rounding. Sums of 2^20 such parts are exact in a double, so neither the order
//! of the terms nor the number of threads can change a bit. What is dropped of a term is at
//! most 2^-66. Method: J. Demmel & H. D. Nguyen (2015), "Parallel reproducible summation",
//! IEEE Transactions on Computers 64(7), 2060-2070, with bins that are known beforehand.

/// Adding this rounds a term to a multiple of 2^-32.
const HIGH_GRID: f64 = 1.5 * (1_u64 << 20) as f64;
/// Adding this rounds what is left, at most 2^-33, to a multiple of 2^-65.
const LOW_GRID: f64 = 1.5 / (1_u64 << 13) as f64;
/// Units of 2^-65 in one unit of 2^-32.
const LOW_IN_HIGH: i128 = 1 << 33;
/// Terms that a running sum of doubles holds exactly.
pub const MOST_PENDING: usize = 1 << 20;
/// Running sums that are kept side by side.
pub const LANES: usize = 8;

/// A running sum of at most [`MOST_PENDING`] terms in -1..=1.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pending {
    high: f64,
    low: f64,
}

impl Pending {
    /// Adds one term in -1..=1.
    #[inline(always)]
    pub fn add(&mut self, term: f64) {
        let high = (term + HIGH_GRID) - HIGH_GRID;
        let rest = term - high;
        self.high += high;
        self.low += (rest + LOW_GRID) - LOW_GRID;
    }
}

/// Running sums side by side, so that vector instructions apply; each of at most
/// [`MOST_PENDING`] terms in -1..=1.
#[derive(Clone, Copy, Debug, Default)]
pub struct PendingLanes {
    high: [f64; LANES],
    low: [f64; LANES],
}

impl PendingLanes {
    /// Adds one term to each.
    #[inline(always)]
    pub fn add(&mut self, terms: [f64; LANES]) {
        for (lane, term) in terms.into_iter().enumerate() {
            let high = (term + HIGH_GRID) - HIGH_GRID;
            let rest = term - high;
            self.high[lane] += high;
            self.low[lane] += (rest + LOW_GRID) - LOW_GRID;
        }
    }
}

/// A sum of terms in -1..=1 as a whole number of 2^-65; up to 2^61 terms fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BoundedSum(i128);

impl BoundedSum {
    /// Takes in a running sum and empties it.
    #[inline]
    pub fn take(&mut self, pending: &mut Pending) {
        let unit = (1_u64 << 32) as f64;
        self.0 += (pending.high * unit) as i128 * LOW_IN_HIGH + (pending.low * (unit * unit * 2.0)) as i128;
        *pending = Pending::default();
    }

    /// Takes in running sums side by side and empties them.
    pub fn take_lanes(&mut self, pending: &mut PendingLanes) {
        for (high, low) in pending.high.into_iter().zip(pending.low) {
            self.take(&mut Pending { high, low });
        }
        *pending = PendingLanes::default();
    }

    /// Adds another sum.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    /// The sum of so many times the same terms.
    #[must_use]
    pub fn times(self, n: u64) -> Self {
        Self(self.0 * i128::from(n))
    }

    /// Takes away the sum of some of the terms.
    #[must_use]
    pub fn without(self, part: Self) -> Self {
        Self(self.0 - part.0)
    }

    /// The sum, rounded once.
    #[must_use]
    pub fn value(self) -> f64 {
        // In two steps, as 2^-65 of a large sum must not lose its last bits before the division.
        self.0 as f64 / (1_u64 << 32) as f64 / (1_u64 << 33) as f64
    }

    /// Sums of several things about each value of a slice, `terms(value)`, all in -1..=1.
    #[must_use]
    #[inline(always)]
    pub fn of_each<const K: usize>(values: &[f64], terms: impl Fn(f64) -> [f64; K]) -> [Self; K] {
        let mut sums = [Self::default(); K];
        for block in values.chunks(MOST_PENDING) {
            let (mut lanes, mut single) = ([PendingLanes::default(); K], [Pending::default(); K]);
            let (whole, rest) = block.as_chunks::<LANES>();
            for chunk in whole {
                let of_each = chunk.map(&terms);
                for (k, lanes) in lanes.iter_mut().enumerate() {
                    lanes.add(of_each.map(|terms| terms[k]));
                }
            }
            for value in rest {
                single.iter_mut().zip(terms(*value)).for_each(|(sum, term)| sum.add(term));
            }
            for (k, sum) in sums.iter_mut().enumerate() {
                sum.take_lanes(&mut lanes[k]);
                sum.take(&mut single[k]);
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(terms: &[f64]) -> f64 {
        BoundedSum::of_each(terms, |term| [term])[0].value()
    }

    /// Oracle: by hand; all terms are multiples of 2^-65.
    #[test]
    fn sums_of_what_lies_on_the_grid_are_exact() {
        assert_eq!(sum(&[]), 0.0);
        assert_eq!(sum(&[1.0; 3_000_000]), 3e6);
        assert_eq!(sum(&[1.0, 2.0_f64.powi(-65), -1.0]), 2.0_f64.powi(-65));
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[-1.0, 0.5, 0.25]), -0.25);
    }

    proptest! {
        #[test]
        fn order_and_merging_change_nothing(mut terms in prop::collection::vec(-1.0..=1.0, 0..200), at in 0_usize..200) {
            let whole = BoundedSum::of_each(&terms, |term| [term, term * term]);
            let (left, right) = terms.split_at(at.min(terms.len()));
            let [left, right] = [left, right].map(|part| BoundedSum::of_each(part, |term| [term, term * term]));
            prop_assert_eq!([left[0].merge(right[0]), left[1].merge(right[1])], whole);
            terms.reverse();
            prop_assert_eq!(BoundedSum::of_each(&terms, |term| [term, term * term]), whole);
            let [thrice, _] = BoundedSum::of_each(&terms.repeat(3), |term| [term, term * term]);
            prop_assert_eq!(whole[0].times(3), thrice);
        }

        #[test]
        fn what_is_lost_is_at_most_2_to_the_minus_66_a_term(terms in prop::collection::vec(-1.0..=1.0, 0..200)) {
            let exact = super::super::exact_sum::ExactSum::of(&terms).value().unwrap();
            prop_assert!((sum(&terms) - exact).abs() <= terms.len() as f64 * 2.0_f64.powi(-66) + exact.abs() * f64::EPSILON);
        }
    }
}
