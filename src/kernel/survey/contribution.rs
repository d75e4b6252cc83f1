//! What each item did to the change of an index.
//!
//! Notation: `w_j` weights and `s_j` item indexes, of an earlier (0) and a later (1) wave.
//!
//! ```text
//! I1 - I0 = sum (w0_j + w1_j) / 2 (s1_j - s0_j) + sum (s0_j + s1_j) / 2 (w1_j - w0_j)
//! ```
//! An identity: nothing is left over, and no wave is the base. J. Bennet (1920), "The theory of
//! measurement of changes in cost of living", Journal of the Royal Statistical Society 83(3),
//! 455-462.

use serde::Serialize;

use super::item_weights::ItemWeights;
use crate::kernel::undefined::Undefined;

/// What one item did to the change of an index, in points of the index.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChangeByItem {
    /// By its answers: mean weight times change of the item index.
    pub by_score: f64,
    /// By its importance: mean item index times change of the weight.
    pub by_weight: f64,
}

/// Shares the change of an index out among its items; the contributions sum to the change.
///
/// By weights alone an item with a high index gains when its weight does, whatever it is
/// compared with; over all items these parts sum to what the shift of importance did.
///
/// # Errors
/// `OutOfRange` when there are not as many item indexes as weights, or not the same in both
/// waves; `NotFinite`.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::{ItemWeights, change_by_item};
///
/// let equal = ItemWeights::equal(2)?;
/// let changes = change_by_item((&[60.0, 80.0], &equal), (&[70.0, 76.0], &equal))?;
/// assert_eq!((changes[0].by_score, changes[1].by_score), (5.0, -2.0)); // 70 became 73
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn change_by_item(
    before: (&[f64], &ItemWeights),
    after: (&[f64], &ItemWeights),
) -> Result<Vec<ChangeByItem>, Undefined> {
    let [(s0, w0), (s1, w1)] = [before, after].map(|(indexes, weights)| (indexes, weights.shares()));
    if [s0.len(), s1.len(), w1.len()] != [w0.len(); 3] {
        return Err(Undefined::OutOfRange);
    }
    if !s0.iter().chain(s1).all(|index| index.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let change = |j: usize| ChangeByItem {
        by_score: 0.5 * (w0[j] + w1[j]) * (s1[j] - s0[j]),
        by_weight: 0.5 * (s0[j] + s1[j]) * (w1[j] - w0[j]),
    };
    Ok((0..s0.len()).map(change).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::item_weights::index_of_means;
    use super::*;

    #[test]
    fn waves_of_different_items_are_refused() {
        let (two, three) = (ItemWeights::equal(2).unwrap(), ItemWeights::equal(3).unwrap());
        let found = change_by_item((&[1.0, 2.0], &two), (&[1.0, 2.0, 3.0], &three));
        assert_eq!(found, Err(Undefined::OutOfRange));
        assert_eq!(change_by_item((&[1.0, f64::NAN], &two), (&[1.0, 2.0], &two)), Err(Undefined::NotFinite));
    }

    proptest! {
        #[test]
        fn contributions_sum_to_the_change(items in prop::collection::vec((0.0..=100.0, 0.0..=100.0, 0.01..9.0, 0.01..9.0), 1..20)) {
            let column = |pick: fn(&(f64, f64, f64, f64)) -> f64| items.iter().map(pick).collect::<Vec<f64>>();
            let (s0, s1) = (column(|item| item.0), column(|item| item.1));
            let w0 = ItemWeights::new(&column(|item| item.2)).unwrap();
            let w1 = ItemWeights::new(&column(|item| item.3)).unwrap();
            let changes = change_by_item((&s0, &w0), (&s1, &w1)).unwrap();
            let sum: f64 = changes.iter().map(|change| change.by_score + change.by_weight).sum();
            let change = index_of_means(&s1, &w1).unwrap() - index_of_means(&s0, &w0).unwrap();
            prop_assert!((sum - change).abs() < 1e-12, "{} {}", sum, change);
            let back = change_by_item((&s1, &w1), (&s0, &w0)).unwrap();
            prop_assert!(changes.iter().zip(&back).all(|(there, back)| there.by_score == -back.by_score));
        }
    }
}
