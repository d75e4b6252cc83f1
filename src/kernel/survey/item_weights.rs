//! How much each item counts in an index, and items on the scale of the index.

use serde::Serialize;

use crate::kernel::undefined::Undefined;

/// Weights of items: each above 0, together 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemWeights(Vec<f64>);

impl ItemWeights {
    /// The same weight for each of `n` items.
    ///
    /// # Errors
    /// `TooFew` without items.
    pub fn equal(n: usize) -> Result<Self, Undefined> {
        Self::new(&vec![1.0; n])
    }

    /// Weights in proportion to these numbers.
    ///
    /// # Errors
    /// `TooFew` without items, `NotFinite`, `NotPositive` unless every number is above 0,
    /// `Overflow` when their sum is beyond the largest double or a share below the smallest.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::kernel::survey::ItemWeights;
    ///
    /// assert_eq!(ItemWeights::new(&[3.0, 1.0])?.shares(), [0.75, 0.25]);
    /// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
    /// ```
    pub fn new(numbers: &[f64]) -> Result<Self, Undefined> {
        if numbers.is_empty() {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        if !numbers.iter().all(|number| number.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        if !numbers.iter().all(|&number| number > 0.0) {
            return Err(Undefined::NotPositive);
        }
        let sum: f64 = numbers.iter().sum();
        let shares: Vec<f64> = numbers.iter().map(|number| number / sum).collect();
        let are_there = shares.iter().all(|&share| share >= f64::MIN_POSITIVE);
        if sum.is_finite() && are_there { Ok(Self(shares)) } else { Err(Undefined::Overflow) }
    }

    /// The weights, in the order of the items.
    #[must_use]
    pub fn shares(&self) -> &[f64] {
        &self.0
    }
}

/// A mean answer on the scale from 0, its worst, to 100, its best: `100 (mean - min) / (max - min)`.
///
/// # Errors
/// `NotFinite`; `OutOfRange` unless `min < max` and the mean lies between.
///
/// ```
/// assert_eq!(customer_analytics::kernel::survey::item_index(4.0, 1.0, 5.0), Ok(75.0));
/// ```
pub fn item_index(mean: f64, min: f64, max: f64) -> Result<f64, Undefined> {
    if ![mean, min, max].iter().all(|value| value.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    if !(min < max && (min..=max).contains(&mean)) {
        return Err(Undefined::OutOfRange);
    }
    Ok(100.0 * (mean - min) / (max - min))
}

/// The index of item indexes, `sum w_j s_j`: that of the means of all who answered each item.
///
/// It has no standard error of its own, as the items are of different respondents.
///
/// # Errors
/// `OutOfRange` when there are not as many item indexes as weights, `NotFinite`.
pub fn index_of_means(indexes: &[f64], weights: &ItemWeights) -> Result<f64, Undefined> {
    if indexes.len() != weights.0.len() {
        return Err(Undefined::OutOfRange);
    }
    let index: f64 = indexes.iter().zip(&weights.0).map(|(index, weight)| weight * index).sum();
    if index.is_finite() { Ok(index) } else { Err(Undefined::NotFinite) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_shares() {
        assert_eq!(ItemWeights::equal(4).unwrap().shares(), [0.25; 4]);
        assert_eq!(ItemWeights::new(&[1e308]).unwrap().shares(), [1.0]);
        let refused: [(&[f64], Undefined); 6] = [
            (&[], Undefined::TooFew { n: 0, needed: 1 }),
            (&[1.0, f64::NAN], Undefined::NotFinite),
            (&[1.0, 0.0], Undefined::NotPositive),
            (&[1.0, -1.0], Undefined::NotPositive),
            (&[1e308, 1e308], Undefined::Overflow),
            (&[1e-320, 1e300], Undefined::Overflow),
        ];
        for (numbers, reason) in refused {
            assert_eq!(ItemWeights::new(numbers), Err(reason), "{numbers:?}");
        }
    }

    #[test]
    fn the_ends_of_a_scale_are_0_and_100() {
        assert_eq!([1.0, 10.0].map(|mean| item_index(mean, 1.0, 10.0)), [Ok(0.0), Ok(100.0)]);
        assert_eq!(item_index(0.5, 1.0, 5.0), Err(Undefined::OutOfRange));
        assert_eq!(item_index(1.0, 1.0, 1.0), Err(Undefined::OutOfRange));
        assert_eq!(item_index(f64::NAN, 1.0, 5.0), Err(Undefined::NotFinite));
    }

    #[test]
    fn an_index_takes_as_many_items_as_weights() {
        let weights = ItemWeights::new(&[3.0, 1.0]).unwrap();
        assert_eq!(index_of_means(&[80.0, 40.0], &weights), Ok(70.0));
        assert_eq!(index_of_means(&[80.0], &weights), Err(Undefined::OutOfRange));
        assert_eq!(index_of_means(&[80.0, f64::INFINITY], &weights), Err(Undefined::NotFinite));
    }
}
