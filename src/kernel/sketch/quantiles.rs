//! Quantiles of a stream to a relative error.
//!
//! C. Masson, J. E. Rim & H. K. Lee (2019), "DDSketch: a fast and fully-mergeable quantile sketch
//! with relative-error guarantees", Proceedings of the VLDB Endowment 12(12), 2195-2205. Values of
//! a bucket differ by a factor of no more than `gamma`; a bucket holds a count. Where the paper
//! has the logarithm to base gamma, this has a line between powers of two: the leading bits of a
//! double number its bucket. That makes half as many buckets again as there need be, but takes
//! no logarithm, which no two machines are bound to round alike. No bucket is ever joined
//! with another, as no double is out of range.
//!
//! Notation: buckets of `2^e (1 + j/512) <= |x| < 2^e (1 + (j+1)/512)`, estimate the midpoint, so that
//! the relative error is at most 2^-10. Below the smallest normal double buckets are 2^-1031 wide.

use crate::kernel::interval::Interval;
use crate::kernel::order::Tallied;
use crate::kernel::quantile::QuantileType;
use crate::kernel::undefined::Undefined;

/// Bits of a double below those that number its bucket.
const BELOW: u32 = 43;
/// Buckets that are stored together.
const PAGE: usize = 64;

/// Counts of the magnitudes of one sign.
#[derive(Clone, Debug, Default)]
struct Side {
    /// Number of the first page.
    first: usize,
    pages: Vec<Option<Box<[u64; PAGE]>>>,
}

impl Side {
    #[inline(always)]
    fn add(&mut self, magnitude: f64, n: u64) {
        let bucket = (magnitude.to_bits() >> BELOW) as usize;
        let (page, place) = (bucket / PAGE, bucket % PAGE);
        match self.pages.get_mut(page.wrapping_sub(self.first)) {
            Some(Some(counts)) => counts[place] += n,
            _ => self.page(page)[place] += n,
        }
    }

    /// A page that is made where there is none.
    #[cold]
    fn page(&mut self, page: usize) -> &mut [u64; PAGE] {
        if self.pages.is_empty() {
            self.first = page;
        }
        if page < self.first {
            self.pages.splice(..0, (page..self.first).map(|_| None));
            self.first = page;
        }
        let at = page - self.first;
        if at >= self.pages.len() {
            self.pages.resize(at + 1, None);
        }
        self.pages[at].get_or_insert_with(|| Box::new([0; PAGE]))
    }

    fn merge(&mut self, other: &Self) {
        let pages = other.pages.iter().enumerate();
        for (at, theirs) in pages.filter_map(|(at, page)| Some((at, page.as_deref()?))) {
            let mine = self.page(other.first + at);
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
    }

    /// Midpoints of the buckets that hold something, ascending, with their counts.
    fn buckets(&self) -> impl DoubleEndedIterator<Item = (f64, u64)> + '_ {
        let pages = self.pages.iter().enumerate().filter_map(|(at, page)| Some((self.first + at, page.as_deref()?)));
        pages.flat_map(|(page, counts)| {
            let midpoint =
                move |place: usize| f64::from_bits(((page * PAGE + place) as u64) << BELOW | 1 << (BELOW - 1));
            counts.iter().enumerate().filter(|(_, n)| **n > 0).map(move |(place, &n)| (midpoint(place), n))
        })
    }
}

/// Quantiles to a relative error of [`RELATIVE_ERROR`](Self::RELATIVE_ERROR); merge in any order.
///
/// Size: 512 bytes for each eighth of a power of two in which there are values, 60 to 120 KiB
/// for amounts from cents to millions, and 17 MiB if doubles of all exponents and both signs occur.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::quantile::QuantileType;
/// use customer_analytics::kernel::sketch::QuantileSketch;
///
/// let mut sketch = QuantileSketch::default();
/// sketch.add(&(1..=10_001).map(f64::from).collect::<Vec<_>>());
/// let median = sketch.quantile(0.5, QuantileType::Type7).unwrap();
/// assert!((median / 5_001.0 - 1.0).abs() <= QuantileSketch::RELATIVE_ERROR);
/// assert_eq!(sketch.quantile(1.0, QuantileType::Type7), Ok(10_001.0));
/// ```
#[derive(Clone, Debug)]
pub struct QuantileSketch {
    n: u64,
    n_zero: u64,
    n_negative: u64,
    min: f64,
    max: f64,
    negative: Side,
    positive: Side,
    is_undefined: bool,
}

impl Default for QuantileSketch {
    fn default() -> Self {
        Self {
            n: 0,
            n_zero: 0,
            n_negative: 0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            negative: Side::default(),
            positive: Side::default(),
            is_undefined: false,
        }
    }
}

impl QuantileSketch {
    /// Largest error of an order statistic, as a share of it: 2^-10, which is less than 0.1%.
    ///
    /// A quantile between two of them is as close where they have the same sign, and within this
    /// share of the larger magnitude where not. The smallest value, the largest and zeros are exact.
    pub const RELATIVE_ERROR: f64 = 1.0 / 1024.0;
    /// Largest error of an order statistic nearer to 0 than the smallest normal double: 2^-1032.
    pub const LEAST_ERROR: f64 = f64::from_bits(1 << (BELOW - 1));

    /// Adds values; one that is NaN or infinite leaves all quantiles undefined.
    pub fn add(&mut self, values: &[f64]) {
        values.iter().for_each(|&value| self.add_repeated(value, 1));
    }

    /// Adds a value so many times.
    #[inline]
    pub fn add_repeated(&mut self, value: f64, n: u64) {
        if !value.is_finite() || n == 0 {
            self.is_undefined |= n > 0;
            return;
        }
        self.n += n;
        self.min = if value < self.min { value } else { self.min };
        self.max = if value > self.max { value } else { self.max };
        if value > 0.0 {
            self.positive.add(value, n);
        } else if value < 0.0 {
            self.negative.add(-value, n);
            self.n_negative += n;
        } else {
            self.n_zero += n;
        }
    }

    /// Adds the values of another sketch.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        self.n += other.n;
        self.n_zero += other.n_zero;
        self.n_negative += other.n_negative;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.negative.merge(&other.negative);
        self.positive.merge(&other.positive);
        self.is_undefined |= other.is_undefined;
        self
    }

    /// Number of finite values.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Zeros of either sign.
    #[must_use]
    pub fn n_zero(&self) -> u64 {
        self.n_zero
    }

    /// Values below zero.
    #[must_use]
    pub fn n_negative(&self) -> u64 {
        self.n_negative
    }

    /// The ends of the bucket of a finite value, which belong to it.
    #[must_use]
    pub fn bucket(value: f64) -> Interval {
        if value == 0.0 {
            return Interval { low: 0.0, high: 0.0 };
        }
        let first = value.abs().to_bits() >> BELOW << BELOW;
        // Zero has a bucket of its own.
        let nearest = f64::from_bits(first.max(1));
        let furthest = f64::from_bits(first | ((1 << BELOW) - 1));
        if value > 0.0 {
            Interval { low: nearest, high: furthest }
        } else {
            Interval { low: -furthest, high: -nearest }
        }
    }

    /// The order statistics as they are estimated: the smallest and the largest as they are, the
    /// others by the midpoints of their buckets.
    ///
    /// # Errors
    /// `TooFew` without values, `NotFinite` when one was NaN or infinite.
    pub fn order_statistics(&self) -> Result<Tallied, Undefined> {
        if self.is_undefined {
            return Err(Undefined::NotFinite);
        }
        let zeros = Some((0.0, self.n_zero)).filter(|(_, n)| *n > 0);
        let negative = self.negative.buckets().rev().map(|(midpoint, n)| (-midpoint, n));
        let buckets = negative.chain(zeros).chain(self.positive.buckets());
        let mut runs: Vec<(f64, u64)> = buckets.map(|(value, n)| (value.clamp(self.min, self.max), n)).collect();
        // One value each is known for what it is.
        if let Some(first) = runs.first_mut() {
            let rest = first.1 - 1;
            let midpoint = std::mem::replace(first, (self.min + 0.0, 1)).0;
            runs.insert(1, (midpoint, rest));
        }
        // The smallest value stays what it is where it is the largest as well.
        if let Some(last) = runs.last_mut().filter(|last| last.1 > 0) {
            last.1 -= 1;
            runs.push((self.max + 0.0, 1));
        }
        runs.retain(|(_, n)| *n > 0);
        Tallied::of(runs)
    }

    /// The quantile at a share; of more than a few, ask the [order statistics](Self::order_statistics).
    ///
    /// # Errors
    /// As [`order_statistics`](Self::order_statistics), and `OutOfRange` for a share outside 0..=1.
    pub fn quantile(&self, share: f64, quantile_type: QuantileType) -> Result<f64, Undefined> {
        self.order_statistics()?.quantile(share, quantile_type)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::order::{Sorted, ascending};

    const TYPE_7: QuantileType = QuantileType::Type7;

    fn of(values: &[f64]) -> QuantileSketch {
        let mut sketch = QuantileSketch::default();
        sketch.add(values);
        sketch
    }

    /// Oracle: the values themselves in order.
    fn keep_to_the_bound(values: &[f64]) {
        let statistics = of(values).order_statistics().unwrap();
        let sorted = ascending(values);
        assert_eq!(statistics.n(), sorted.len() as u64);
        for (place, &exact) in sorted.iter().enumerate() {
            let found = statistics.at(place as u64).unwrap();
            let most = (exact.abs() * QuantileSketch::RELATIVE_ERROR).max(QuantileSketch::LEAST_ERROR);
            assert!((found - exact).abs() <= most, "{place}: {found} {exact}");
            let bucket = QuantileSketch::bucket(found);
            assert!(bucket.low <= exact && exact <= bucket.high, "{place}: {found} {exact}");
        }
        let ends = (statistics.at(0), statistics.at(statistics.n() - 1));
        assert_eq!(ends, (sorted.first().copied(), sorted.last().copied()));
    }

    #[test]
    fn every_order_statistic_keeps_to_the_bound() {
        keep_to_the_bound(&[7.0]);
        keep_to_the_bound(&[-0.0, 0.0]);
        keep_to_the_bound(&[3.0; 5]);
        keep_to_the_bound(&[1.0, 1.000_1]);
        keep_to_the_bound(&[f64::MAX, -f64::MAX, f64::MIN_POSITIVE, 5e-324, -1e-310, 1e-310, 0.0]);
        keep_to_the_bound(&(0..3_000).map(|i| f64::from(i - 1_000) * 1e9).collect::<Vec<_>>());
        keep_to_the_bound(&(0..3_000).map(|i| 1e9 + f64::from(i) / 7.0).collect::<Vec<_>>());
        // Just below the ends of buckets the midpoint is furthest.
        keep_to_the_bound(&(0..2_000).map(|i| (1.0 + f64::from(i) / 512.0).next_down()).collect::<Vec<_>>());
    }

    #[test]
    fn without_values_or_with_infinite_ones_there_are_no_quantiles() {
        assert_eq!(of(&[]).quantile(0.5, TYPE_7), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(of(&[1.0, f64::INFINITY]).quantile(0.5, TYPE_7), Err(Undefined::NotFinite));
        assert_eq!(of(&[f64::NAN]).quantile(0.5, TYPE_7), Err(Undefined::NotFinite));
        assert_eq!(of(&[1.0]).quantile(1.5, TYPE_7), Err(Undefined::OutOfRange));
    }

    #[test]
    fn signs_are_counted() {
        let sketch = of(&[-1.0, 0.0, -0.0, 5.0, -1e-320]);
        assert_eq!((sketch.n(), sketch.n_negative(), sketch.n_zero()), (5, 2, 2));
    }

    proptest! {
        #[test]
        fn any_double_keeps_to_the_bound(values in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO, 1..60)) {
            keep_to_the_bound(&values);
        }

        #[test]
        fn order_and_merging_change_nothing(mut values in prop::collection::vec(-1e6..1e6, 1..80), at in 0_usize..80) {
            let whole = of(&values).order_statistics();
            let (left, right) = values.split_at(at.min(values.len()));
            prop_assert_eq!(of(left).merge(&of(right)).order_statistics(), whole.clone());
            prop_assert_eq!(of(right).merge(&of(left)).order_statistics(), whole.clone());
            values.reverse();
            prop_assert_eq!(of(&values).order_statistics(), whole);
        }

        #[test]
        fn quantiles_of_one_sign_keep_to_the_bound(values in prop::collection::vec(1e-3..1e6, 1..80), share in 0.0..=1.0) {
            let sorted = ascending(&values);
            for quantile_type in QuantileType::ALL {
                let exact = Sorted::of_ascending(&sorted).unwrap().quantile(share, quantile_type).unwrap();
                let found = of(&values).quantile(share, quantile_type).unwrap();
                prop_assert!((found / exact - 1.0).abs() <= QuantileSketch::RELATIVE_ERROR * (1.0 + 1e-12));
            }
        }
    }
}
