//! The rising function that is closest to values in squares.
//!
//! Notation: rows `(x, y, w)` by rising `x`; the fit is constant on blocks of neighbouring `x`,
//! with the weighted mean of `y` there.
//!
//! ```text
//! minimise sum w (f(x) - y)^2  over all f that do not fall
//! ```
//! Pool adjacent violators: M. Ayer, H. D. Brunk, G. M. Ewing, W. T. Reid & E. Silverman (1955),
//! Annals of Mathematical Statistics 26(4), 641-647; on a stack of blocks it is linear. Rows of one
//! `x` are one value, their weighted mean, as a function has one value there.

use serde::{Deserialize, Serialize};

use super::order::RowSorter;
use super::undefined::Undefined;

/// Neighbouring values of `x` with one value of the fit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IsotonicBlock {
    /// Lowest `x` of the block.
    pub low: f64,
    /// Highest `x` of the block.
    pub high: f64,
    /// The fitted value.
    pub value: f64,
    /// Weight of the rows of the block, or their number.
    pub weight: f64,
}

/// What the fit is between two blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Interpolation {
    /// A straight line from the end of the one to the start of the other.
    #[default]
    Linear,
    /// The value of the lower one, until the higher one starts.
    Step,
}

/// Fits the closest function that does not fall; blocks come by rising `x`, and so do their
/// values.
///
/// Whole-number weights give what the rows repeated that often give; rows of weight 0 are as if
/// they were not there. O(n log n) for the sort, O(n) behind it.
///
/// # Errors
/// [`Undefined::TooFew`] for no rows or slices of different lengths, [`Undefined::NotFinite`],
/// [`Undefined::OutOfRange`] for negative weights, [`Undefined::NoWeight`] where all are 0,
/// [`Undefined::Overflow`].
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::isotonic::isotonic;
///
/// // 1 and 0 are in the wrong order, so both become one half.
/// let blocks = isotonic(&[0.1, 0.4, 0.5, 0.9], &[0.0, 1.0, 0.0, 1.0], None)?;
/// assert_eq!(blocks.iter().map(|block| block.value).collect::<Vec<_>>(), [0.0, 0.5, 1.0]);
/// assert_eq!((blocks[1].low, blocks[1].high), (0.4, 0.5));
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn isotonic(x: &[f64], y: &[f64], weights: Option<&[f64]>) -> Result<Vec<IsotonicBlock>, Undefined> {
    check(x, y, weights)?;
    let mut sorter = RowSorter::default();
    let mut stack: Vec<Block> = Vec::new();
    let mut tied: Vec<(f64, f64)> = Vec::new();
    for run in sorter.sort(x)?.runs() {
        let mut at = 0.0;
        for row in run {
            let row = row as usize;
            at = x[row] + 0.0;
            let weight = weights.map_or(1.0, |weights| weights[row]);
            if weight > 0.0 {
                tied.push((y[row], weight));
            }
        }
        if let Some(block) = Block::of(at, &mut tied) {
            push(&mut stack, block);
        }
    }
    stack.iter().map(Block::fitted).collect()
}

fn check(x: &[f64], y: &[f64], weights: Option<&[f64]>) -> Result<(), Undefined> {
    let lengths = [y.len(), weights.map_or(x.len(), <[f64]>::len)];
    if let Some(&n) = lengths.iter().find(|&&n| n != x.len()) {
        return Err(Undefined::TooFew { n: n.min(x.len()) as u64, needed: n.max(x.len()) as u64 });
    }
    if x.is_empty() {
        return Err(Undefined::TooFew { n: 0, needed: 1 });
    }
    let weights = weights.unwrap_or(&[1.0]);
    if [x, y, weights].iter().any(|values| values.iter().any(|value| !value.is_finite())) {
        return Err(Undefined::NotFinite);
    }
    if weights.iter().any(|&weight| weight < 0.0) {
        return Err(Undefined::OutOfRange);
    }
    if weights.iter().all(|&weight| weight == 0.0) { Err(Undefined::NoWeight) } else { Ok(()) }
}

/// Adds a block, and pools it with those before it that are no lower.
fn push(stack: &mut Vec<Block>, block: Block) {
    let mut block = block;
    while let Some(before) = stack.pop_if(|before| before.mean() >= block.mean()) {
        block = Block {
            low: before.low,
            high: block.high,
            sum: before.sum.plus(block.sum),
            weight: before.weight.plus(block.weight),
        };
    }
    stack.push(block);
}

/// A sum of two doubles, the second holding what the first has rounded.
#[derive(Clone, Copy, Default)]
struct Twofold {
    high: f64,
    low: f64,
}

impl Twofold {
    /// D. E. Knuth (1998), The Art of Computer Programming 2, section 4.2.2, theorem B.
    fn plus(self, other: Self) -> Self {
        let high = self.high + other.high;
        let part = high - self.high;
        let rounded = (self.high - (high - part)) + (other.high - part);
        Self { high, low: self.low + other.low + rounded }
    }

    fn add(&mut self, value: f64) {
        *self = self.plus(Self { high: value, low: 0.0 });
    }

    fn value(self) -> f64 {
        self.high + self.low
    }
}

struct Block {
    low: f64,
    high: f64,
    sum: Twofold,
    weight: Twofold,
}

impl Block {
    /// The rows of one `x`, which are emptied; `None` without weight.
    fn of(at: f64, tied: &mut Vec<(f64, f64)>) -> Option<Self> {
        if tied.len() > 1 {
            // So that the order of the rows does not show.
            tied.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        }
        let (mut sum, mut weight) = (Twofold::default(), Twofold::default());
        for (y, w) in tied.drain(..) {
            sum.add(w * y);
            weight.add(w);
        }
        (weight.value() > 0.0).then_some(Self { low: at, high: at, sum, weight })
    }

    fn mean(&self) -> f64 {
        self.sum.value() / self.weight.value()
    }

    fn fitted(&self) -> Result<IsotonicBlock, Undefined> {
        let (value, weight) = (self.mean(), self.weight.value());
        if !(value.is_finite() && weight.is_finite()) {
            return Err(Undefined::Overflow);
        }
        Ok(IsotonicBlock { low: self.low, high: self.high, value, weight })
    }
}

/// The fit at any `x`: outside the blocks it is the value of the nearest; NaN for NaN, and 0
/// without blocks.
///
/// Blocks must rise, as those of [`isotonic`] do.
#[must_use]
pub fn isotonic_value(blocks: &[IsotonicBlock], x: f64, between: Interpolation) -> f64 {
    if x.is_nan() {
        return x;
    }
    let n_started = blocks.partition_point(|block| block.low <= x);
    let (before, after) = (n_started.checked_sub(1).and_then(|at| blocks.get(at)), blocks.get(n_started));
    match (before, after) {
        (None, None) => 0.0,
        (None, Some(first)) => first.value,
        (Some(last), None) => last.value,
        (Some(before), Some(_)) if x <= before.high || between == Interpolation::Step => before.value,
        (Some(before), Some(after)) => {
            // Halves, as the distance of two doubles need not be one.
            let share = (0.5 * x - 0.5 * before.high) / (0.5 * after.low - 0.5 * before.high);
            // Each end weighted, so that the value stays between both.
            let value = before.value * (1.0 - share) + after.value * share;
            value.clamp(before.value, after.value)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(blocks: &[IsotonicBlock], x: &[f64]) -> Vec<f64> {
        x.iter().map(|&x| isotonic_value(blocks, x, Interpolation::Linear)).collect()
    }

    /// Oracle: scikit-learn 1.9.1, `IsotonicRegression().fit(x, y, w).predict(x)`, and by hand.
    #[test]
    fn weights_and_ties_are_pooled() {
        let x = [1.0, 2.0, 2.0, 3.0, 4.0];
        let y = [4.0, 1.0, 3.0, 2.0, 5.0];
        let weights = [1.0, 2.0, 1.0, 2.0, 1.0];
        let blocks = isotonic(&x, &y, Some(&weights)).unwrap();
        // The two at 2 are 5/3 of weight 3; with 4 before them 9/4 of weight 4; with 2 behind 13/6.
        let pooled = 13.0 / 6.0;
        assert_eq!(values(&blocks, &x), [pooled, pooled, pooled, pooled, 5.0]);
        assert_eq!((blocks.len(), blocks[0].weight, blocks[0].high), (2, 6.0, 3.0));
    }

    #[test]
    fn between_and_beyond_blocks() {
        let blocks = isotonic(&[0.0, 1.0, 3.0], &[0.0, 0.25, 1.0], None).unwrap();
        let at = [f64::NEG_INFINITY, -1.0, 0.5, 1.0, 2.0, 3.0, 9.0, f64::INFINITY];
        assert_eq!(values(&blocks, &at), [0.0, 0.0, 0.125, 0.25, 0.625, 1.0, 1.0, 1.0]);
        assert_eq!(isotonic_value(&blocks, 2.999, Interpolation::Step), 0.25);
        assert_eq!(isotonic_value(&blocks, 3.0, Interpolation::Step), 1.0);
        let far = isotonic(&[-1.7e308, 1.7e308], &[0.0, 1.0], None).unwrap();
        assert_eq!(isotonic_value(&far, 0.0, Interpolation::Linear), 0.5);
        assert!(isotonic_value(&far, f64::NAN, Interpolation::Linear).is_nan());
        assert_eq!(isotonic_value(&[], 1.0, Interpolation::Linear), 0.0);
    }

    #[test]
    fn what_cannot_be_fitted_says_why() {
        let of = |x: &[f64], y: &[f64], w: Option<&[f64]>| isotonic(x, y, w).err();
        assert_eq!(of(&[], &[], None), Some(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(of(&[1.0], &[1.0, 2.0], None), Some(Undefined::TooFew { n: 1, needed: 2 }));
        assert_eq!(of(&[f64::INFINITY], &[1.0], None), Some(Undefined::NotFinite));
        assert_eq!(of(&[1.0], &[1.0], Some(&[-1.0])), Some(Undefined::OutOfRange));
        assert_eq!(of(&[1.0], &[1.0], Some(&[0.0])), Some(Undefined::NoWeight));
        assert_eq!(of(&[1.0, 1.0], &[f64::MAX, f64::MAX], None), Some(Undefined::Overflow));
        assert_eq!(isotonic(&[-0.0, 0.0], &[1.0, 0.0], None).unwrap().len(), 1);
    }

    #[test]
    fn a_falling_sequence_is_one_block_at_any_length() {
        let x: Vec<f64> = (0..100_000).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|x| -x).collect();
        let blocks = isotonic(&x, &y, None).unwrap();
        assert_eq!((blocks.len(), blocks[0].value), (1, -49_999.5));
    }

    proptest! {
        #[test]
        fn the_fit_rises_and_no_row_order_changes_it(
            rows in prop::collection::vec((0_u8..30, -10_i8..10, 0_u8..4), 1..60), turn in 0_usize..60
        ) {
            let fit = |rows: &[(u8, i8, u8)]| {
                let column = |of: fn(&(u8, i8, u8)) -> f64| rows.iter().map(of).collect::<Vec<_>>();
                let weights = column(|row| f64::from(row.2) / 3.0);
                isotonic(&column(|row| f64::from(row.0) / 7.0), &column(|row| f64::from(row.1) / 9.0), Some(&weights))
            };
            let found = fit(&rows);
            let mut turned = rows.clone();
            turned.rotate_left(turn % rows.len());
            prop_assert_eq!(&found, &fit(&turned));
            if let Ok(blocks) = found {
                prop_assert!(blocks.windows(2).all(|pair| pair[0].value < pair[1].value && pair[0].high < pair[1].low));
            }
        }

        /// The best rising fit at a row is the largest mean of what starts at or before it of the
        /// least means of what ends at or behind it: R. E. Barlow et al. (1972), Statistical
        /// Inference under Order Restrictions, theorem 1.4.4.
        #[test]
        fn the_fit_is_the_max_of_min_means(y in prop::collection::vec((-10_i32..10).prop_map(f64::from), 1..25)) {
            let x: Vec<f64> = (0..y.len()).map(|i| i as f64).collect();
            let found = values(&isotonic(&x, &y, None).unwrap(), &x);
            for (at, found) in found.iter().enumerate() {
                let mean = |from: usize, to: usize| y[from..=to].iter().sum::<f64>() / (to - from + 1) as f64;
                let best = (0..=at)
                    .map(|from| (at..y.len()).map(|to| mean(from, to)).fold(f64::INFINITY, f64::min))
                    .fold(f64::NEG_INFINITY, f64::max);
                prop_assert!((found - best).abs() < 1e-12);
            }
        }
    }
}
