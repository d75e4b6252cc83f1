//! How many distinct values there are, about.
//!
//! Notation: `m = 2^p` registers, each with the largest number of leading zeros, plus one, among
//! the hashes whose first `p` bits are its number; `q = 64 - p` bits are left for the zeros;
//! `C_k` registers hold `k`.
//!
//! P. Flajolet, É. Fusy, O. Gandouet & F. Meunier (2007), "HyperLogLog: the analysis of a
//! near-optimal cardinality estimation algorithm", AofA, 137-156. Estimate: O. Ertl (2017), "New
//! cardinality estimation algorithms for HyperLogLog sketches", arXiv:1702.01284, algorithm 6,
//! which needs no correction for small or large numbers and no table.

use std::f64::consts::LN_2;

use super::hash::mixed;

/// Bits of a hash that choose the register.
const PRECISION: u32 = 14;
/// Registers.
const M: usize = 1 << PRECISION;
/// Bits of a hash in which zeros are counted.
const Q: u32 = u64::BITS - PRECISION;

/// An estimate of the number of distinct values in 16 KiB; merge in any order.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::sketch::HyperLogLog;
///
/// let mut distinct = HyperLogLog::default();
/// (0..100_000).for_each(|i| distinct.add(f64::from(i % 40_000)));
/// let error = distinct.estimate() / 40_000.0 - 1.0;
/// assert!(error.abs() < 3.0 * HyperLogLog::RELATIVE_STD_ERROR);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HyperLogLog {
    registers: Vec<u8>,
}

impl Default for HyperLogLog {
    fn default() -> Self {
        Self { registers: vec![0; M] }
    }
}

impl HyperLogLog {
    /// Standard error of the estimate as a share of it, `1.04 / sqrt(m)`: two in three estimates
    /// are within it, 19 in 20 within twice as much.
    pub const RELATIVE_STD_ERROR: f64 = 1.04 / 128.0;

    /// Adds a value; zeros of both signs are one.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.add_hash(mixed((value + 0.0).to_bits()));
    }

    /// Adds something by its hash, all of whose bits have to be about random.
    #[inline]
    pub fn add_hash(&mut self, hash: u64) {
        let register = (hash >> Q) as usize;
        // The bit that is set behind the rest ends the zeros where all of it is zero.
        let rank = (hash << PRECISION | 1 << (PRECISION - 1)).leading_zeros() as u8 + 1;
        let highest = &mut self.registers[register % M];
        *highest = rank.max(*highest);
    }

    /// Adds all that another has seen.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        self.registers.iter_mut().zip(&other.registers).for_each(|(mine, theirs)| *mine = (*theirs).max(*mine));
        self
    }

    /// The estimate; 0 for nothing.
    #[must_use]
    pub fn estimate(&self) -> f64 {
        let mut counts = [0_u32; Q as usize + 2];
        self.registers.iter().for_each(|&register| counts[usize::from(register)] += 1);
        let m = M as f64;
        let share = |k: usize| f64::from(counts[k]) / m;
        let mut z = m * tau(1.0 - share(Q as usize + 1));
        for k in (1..=Q as usize).rev() {
            z = 0.5 * (z + f64::from(counts[k]));
        }
        // The constant is 1 / (2 ln 2).
        m * m / (z + m * sigma(share(0))) / (2.0 * LN_2)
    }
}

/// `x + sum x^(2^k) 2^(k-1)`, infinite at 1; equation 13 of Ertl.
fn sigma(x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut x, mut weight, mut sum) = (x, 1.0, x);
    loop {
        x *= x;
        let before = sum;
        sum += x * weight;
        weight += weight;
        if sum == before {
            return sum;
        }
    }
}

/// `(1 - x - sum (1 - x^(2^-k))^2 2^-k) / 3`; equation 16 of Ertl.
fn tau(x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut x, mut weight, mut sum) = (x, 1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = sum;
        weight *= 0.5;
        sum -= (1.0 - x) * (1.0 - x) * weight;
        if sum == before {
            return sum / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: impl IntoIterator<Item = f64>) -> HyperLogLog {
        let mut distinct = HyperLogLog::default();
        values.into_iter().for_each(|value| distinct.add(value));
        distinct
    }

    #[test]
    fn nothing_is_none_and_zeros_of_both_signs_are_one() {
        assert_eq!(HyperLogLog::default().estimate(), 0.0);
        let one = of([0.0, -0.0, 0.0]).estimate();
        assert!((one - 1.0).abs() < 1e-3, "{one}");
    }

    /// Oracle: the numbers that were put in, over seven orders of magnitude. Of ten samples each,
    /// all lie within 4 standard errors, and their mean within 1.6, so that there is no bias.
    #[test]
    fn estimates_keep_to_their_standard_error() {
        for n in [10, 100, 1_000, 10_000, 100_000, 1_000_000] {
            let errors: Vec<f64> = (0..10)
                .map(|k| of((0..n).map(|i| f64::from(i + k * n) / 100.0)).estimate() / f64::from(n) - 1.0)
                .collect();
            let worst = errors.iter().fold(0.0_f64, |worst, error| worst.max(error.abs()));
            let mean = errors.iter().sum::<f64>() / 10.0;
            assert!(worst < 4.0 * HyperLogLog::RELATIVE_STD_ERROR, "{n}: {errors:?}");
            assert!(mean.abs() < 1.6 * HyperLogLog::RELATIVE_STD_ERROR, "{n}: {mean}");
        }
    }

    /// Oracle: of 2^64 distinct hashes every register holds the largest rank.
    #[test]
    fn the_longest_run_of_zeros_has_a_rank() {
        let mut distinct = HyperLogLog::default();
        (0..M as u64).for_each(|register| distinct.add_hash(register << Q));
        assert!(distinct.registers.iter().all(|&rank| u32::from(rank) == Q + 1));
        assert!(distinct.estimate().is_infinite());
        assert_eq!((sigma(1.0), tau(0.0), tau(1.0)), (f64::INFINITY, 0.0, 0.0));
    }

    proptest! {
        #[test]
        fn order_repetition_and_merging_change_nothing(mut values in prop::collection::vec(-1e9..1e9, 0..200), at in 0_usize..200) {
            let whole = of(values.iter().copied());
            let (left, right) = values.split_at(at.min(values.len()));
            prop_assert_eq!(of(left.iter().copied()).merge(&of(right.iter().copied())), whole.clone());
            values.reverse();
            prop_assert_eq!(of(values.iter().chain(&values).copied()), whole);
        }
    }
}
