//! How well items measure one thing.
//!
//! Notation: `p` items with covariances `v_jk`; `T` their sum, with variance `v_T`; `r` the mean
//! of the correlations of all pairs.
//!
//! ```text
//! alpha = p / (p - 1) (1 - sum v_jj / v_T)        standardised: p r / (1 + (p - 1) r)
//! item-total of j = cor(x_j, T - x_j)
//! ```
//! L. J. Cronbach (1951), "Coefficient alpha and the internal structure of tests", Psychometrika
//! 16(3), 297-334; corrected item-total correlation: J. C. Nunnally & I. H. Bernstein (1994),
//! Psychometric Theory, 3rd ed., chapter 8.

use serde::Serialize;

use super::item_moments::ItemMoments;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;

/// What one item has to do with the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ItemReliability {
    /// Correlation of the item with the sum of the others.
    pub item_total: Result<f64, Undefined>,
    /// Alpha of the others: above that of all, the item measures something else.
    pub alpha_if_deleted: Result<f64, Undefined>,
}

/// How well the items of an index go together, over respondents who answered all of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reliability {
    /// Respondents who answered all items.
    pub n: u64,
    /// Cronbach's alpha of the items on the common scale from worst to best; at most 1, and
    /// below 0 where items run against each other.
    pub alpha: Result<f64, Undefined>,
    /// Alpha of the items in units of their standard deviations.
    pub standardized_alpha: Result<f64, Undefined>,
    /// Each item against the others.
    pub items: Vec<ItemReliability>,
}

impl Reliability {
    /// The reliability of the items.
    ///
    /// Items are taken on the scale from worst to best, so that those of 1 to 5 and of 1 to 10 can
    /// stand side by side; where all scales are equal that changes nothing.
    ///
    /// # Errors
    /// `TooFew` under two items or respondents.
    pub fn of(moments: &ItemMoments) -> Result<Self, Undefined> {
        let p = moments.n_items();
        if p < 2 {
            return Err(Undefined::TooFew { n: p as u64, needed: 2 });
        }
        let covariances = moments.covariances()?;
        let all: Vec<usize> = (0..p).collect();
        let item = |j: usize| {
            let others: Vec<usize> = (0..p).filter(|&k| k != j).collect();
            ItemReliability {
                item_total: item_total(&covariances, j, &others),
                alpha_if_deleted: alpha(&covariances, &others),
            }
        };
        Ok(Self {
            n: moments.n(),
            alpha: alpha(&covariances, &all),
            standardized_alpha: moments.correlations().and_then(|correlations| alpha(&correlations, &all)),
            items: (0..p).map(item).collect(),
        })
    }
}

/// Alpha of some of the items. Of correlations it is the standardised one.
fn alpha(covariances: &SymmetricMatrix, items: &[usize]) -> Result<f64, Undefined> {
    let p = items.len() as f64;
    if items.len() < 2 {
        return Err(Undefined::TooFew { n: items.len() as u64, needed: 2 });
    }
    let own: f64 = items.iter().map(|&j| covariances.get(j, j)).sum();
    let shared: f64 = pairs(items).map(|(j, k)| covariances.get(j, k)).sum();
    let total = own + 2.0 * shared;
    if own == 0.0 {
        return Err(Undefined::Constant);
    }
    // What runs against each other so far that the sum is constant but for rounding.
    if !(total > own * f64::EPSILON * p) {
        return Err(Undefined::NotPositive);
    }
    // 1 - own / total is 2 shared / total, without a subtraction.
    Ok(p / (p - 1.0) * 2.0 * shared / total)
}

fn pairs(items: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    items.iter().enumerate().flat_map(|(at, &j)| items[..at].iter().map(move |&k| (j, k)))
}

fn item_total(covariances: &SymmetricMatrix, item: usize, others: &[usize]) -> Result<f64, Undefined> {
    let with_rest: f64 = others.iter().map(|&k| covariances.get(item, k)).sum();
    let own: f64 = others.iter().map(|&k| covariances.get(k, k)).sum();
    let rest = own + 2.0 * pairs(others).map(|(j, k)| covariances.get(j, k)).sum::<f64>();
    let variance = covariances.get(item, item);
    if variance == 0.0 || !(rest > own * f64::EPSILON * others.len() as f64) {
        return Err(Undefined::Constant);
    }
    Ok((with_rest / (variance * rest).sqrt()).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::super::item_rows::{Answers, ItemRows, ItemScale};
    use super::*;

    fn reliability(columns: &[&[u8]]) -> Result<Reliability, Undefined> {
        let scales = vec![ItemScale::Steps(4); columns.len()];
        let answers: Vec<Answers<'_>> = columns.iter().map(|column| Answers::Steps(column)).collect();
        let mut moments = ItemMoments::new(&scales);
        moments.add(&ItemRows::new(&scales, &answers).unwrap(), &vec![0; columns[0].len()]).unwrap();
        Reliability::of(&moments)
    }

    fn assert_near(found: &Result<f64, Undefined>, expected: f64) {
        assert!((found.as_ref().unwrap() - expected).abs() < 1e-14, "{found:?} {expected}");
    }

    /// Oracle: numpy 2.4.6, `cov` and `corrcoef` put into the formulas.
    #[test]
    fn alpha_agrees_with_covariances_by_numpy() {
        let found =
            reliability(&[&[0, 1, 2, 3, 4, 4, 2, 1], &[1, 1, 2, 4, 4, 3, 2, 0], &[0, 2, 1, 3, 3, 4, 4, 1]]).unwrap();
        assert_eq!(found.n, 8);
        assert_near(&found.alpha, 0.9046052631578948);
        assert_near(&found.standardized_alpha, 0.9049954752288772);
        for (item, (item_total, deleted)) in found.items.iter().zip([
            (0.9040788253002671, 0.7819548872180453),
            (0.7992202130673458, 0.8723897911832947),
            (0.7330373765425005, 0.927927927927928),
        ]) {
            assert_near(&item.item_total, item_total);
            assert_near(&item.alpha_if_deleted, deleted);
        }
    }

    #[test]
    fn the_same_item_twice_is_reliable_and_opposites_are_not() {
        let up: &[u8] = &[0, 1, 2, 3, 4];
        let down: &[u8] = &[4, 3, 2, 1, 0];
        let same = reliability(&[up, up]).unwrap();
        assert_near(&same.alpha, 1.0);
        assert_near(&same.items[0].item_total, 1.0);
        assert_eq!(same.items[0].alpha_if_deleted, Err(Undefined::TooFew { n: 1, needed: 2 }));
        let against = reliability(&[up, down]).unwrap();
        assert_eq!(against.alpha, Err(Undefined::NotPositive));
        assert_near(&against.items[0].item_total, -1.0);
        // Variances 2.5 each: 3 / 2 * 2 (-2.5) / 2.5.
        assert_near(&reliability(&[up, up, down]).unwrap().alpha, -3.0);
    }

    #[test]
    fn what_does_not_vary_has_none() {
        let found = reliability(&[&[1, 1, 1], &[2, 2, 2]]).unwrap();
        assert_eq!((found.alpha, found.standardized_alpha), (Err(Undefined::Constant), Err(Undefined::Constant)));
        assert_eq!(found.items[0].item_total, Err(Undefined::Constant));
        assert_eq!(reliability(&[&[1, 2]]).err(), Some(Undefined::TooFew { n: 1, needed: 2 }));
        assert_eq!(reliability(&[&[1], &[2]]).err(), Some(Undefined::TooFew { n: 1, needed: 2 }));
    }
}
