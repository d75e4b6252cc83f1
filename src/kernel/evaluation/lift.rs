//! How many of the positives the highest scores hold.
//!
//! Notation: `n` rows with `P` positives; the first `d` groups hold `n_d` rows with `p_d`
//! positives.
//!
//! ```text
//! rate = positives / rows of a group,  lift = rate / (P / n)
//! capture = p_d / P, also called gain,  cumulative lift = (p_d / n_d) / (P / n)
//! ```

use serde::Serialize;

use super::groups::{Direction, Group, Ties, groups_by_row, groups_of};
use super::ranked::{RankedScores, ScoreRuns, WeightedScores};
use crate::kernel::interval::{Interval, normal_critical, wilson};
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;

/// One group of the ranked rows; what is a share of no rows is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LiftBin {
    /// Place of the group, from 1 for the highest scores.
    pub bin: u32,
    /// Rows, or their weight.
    pub n: f64,
    /// Rows in which the event happened; not whole where tied rows are shared.
    pub n_positives: f64,
    /// Lowest and highest score.
    pub scores: Option<Interval>,
    /// Share of positives.
    pub rate: Option<f64>,
    /// Wilson's interval of the share; weights count as so many rows.
    pub rate_interval: Option<Interval>,
    /// The share over that of all rows.
    pub lift: Option<f64>,
    /// Rows of this group and those before it.
    pub cumulative_n: f64,
    /// Positives of this group and those before it.
    pub cumulative_positives: f64,
    /// Their share of all positives.
    pub cumulative_capture: f64,
    /// Their share of positives over that of all rows.
    pub cumulative_lift: Option<f64>,
}

/// The lift of groups of equal size, from the highest scores down: ten of them are deciles.
///
/// Group `d` holds the positions `floor(n (d - 1) / n_bins)` to `floor(n d / n_bins) - 1` of the
/// rows by falling score; groups without rows stay in the table.
///
/// # Errors
/// [`Undefined::TooFew`] for no rows, no groups or slices of two lengths, [`Undefined::NotFinite`]
/// for NaN, [`Undefined::OneGroup`] when the event never happened, [`Undefined::OutOfRange`] for
/// negative weights or unless `0 < conf_level < 1`, [`Undefined::NoWeight`] where all are 0.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::evaluation::{Ties, lift_table};
///
/// let labels = [true, true, false, false];
/// let table = lift_table(&labels, &[0.9, 0.7, 0.4, 0.1], None, 2, Ties::Share, 0.95)?;
/// // The upper half holds all the positives, twice what half of the rows would by chance.
/// assert_eq!((table[0].lift, table[0].cumulative_capture), (Some(2.0), 1.0));
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn lift_table(
    labels: &[bool],
    scores: &[f64],
    weights: Option<&[f64]>,
    n_bins: usize,
    ties: Ties,
    conf_level: f64,
) -> Result<Vec<LiftBin>, Undefined> {
    match (ties, weights) {
        (Ties::RowOrder, _) => {
            table(groups_by_row(labels, scores, weights, n_bins, Direction::Descending)?, conf_level)
        }
        (Ties::Share, None) => lift_of(&RankedScores::of(labels, scores)?, n_bins, conf_level),
        (Ties::Share, Some(weights)) => lift_of(&WeightedScores::of(labels, scores, weights)?, n_bins, conf_level),
    }
}

/// The lift of scores that are ranked already; ties are shared.
///
/// # Errors
/// As [`lift_table`].
pub fn lift_of(scores: &impl ScoreRuns, n_bins: usize, conf_level: f64) -> Result<Vec<LiftBin>, Undefined> {
    table(groups_of(scores, n_bins, Direction::Descending), conf_level)
}

fn table(groups: Vec<Group>, conf_level: f64) -> Result<Vec<LiftBin>, Undefined> {
    normal_critical(conf_level)?;
    if groups.is_empty() {
        return Err(Undefined::TooFew { n: 0, needed: 1 });
    }
    let (mut n, mut positives) = (CompensatedSum::default(), CompensatedSum::default());
    groups.iter().for_each(|group| {
        n.add(group.n);
        positives.add(group.positives);
    });
    let whole = Whole { n: n.value(), positives: positives.value() };
    if whole.positives == 0.0 {
        return Err(Undefined::OneGroup);
    }
    let (mut n, mut positives) = (CompensatedSum::default(), CompensatedSum::default());
    let bin = |(group, bin): (Group, u32)| {
        n.add(group.n);
        positives.add(group.positives);
        let rate = (group.n > 0.0).then(|| (group.positives / group.n).min(1.0));
        LiftBin {
            bin,
            n: group.n,
            n_positives: group.positives,
            scores: group.ends.map(|(low, high)| Interval { low, high }),
            rate,
            rate_interval: wilson(group.positives.min(group.n), group.n, conf_level).ok(),
            lift: whole.lift(group.n, group.positives),
            cumulative_n: n.value(),
            cumulative_positives: positives.value(),
            cumulative_capture: (positives.value() / whole.positives).min(1.0),
            cumulative_lift: whole.lift(n.value(), positives.value()),
        }
    };
    Ok(groups.into_iter().zip(1..).map(bin).collect())
}

/// What all groups hold.
struct Whole {
    n: f64,
    positives: f64,
}

impl Whole {
    /// The share of positives over that of all rows, with products of whole numbers.
    fn lift(&self, n: f64, positives: f64) -> Option<f64> {
        let lift = (positives * self.n) / (n * self.positives);
        (n > 0.0 && lift.is_finite()).then_some(lift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [bool; 12] = [true, false, true, true, false, false, true, false, false, false, true, false];
    const SCORES: [f64; 12] = [0.9, 0.9, 0.8, 0.7, 0.7, 0.7, 0.6, 0.4, 0.4, 0.3, 0.3, 0.1];

    /// Oracle: `twelve_rows_with_ties` of the reference metrics; ties by row there.
    #[test]
    fn deciles_by_row_are_those_of_the_reference() {
        let table = lift_table(&LABELS, &SCORES, None, 10, Ties::RowOrder, 0.95).unwrap();
        let found: Vec<_> = table.iter().map(|bin| (bin.n, bin.n_positives, bin.cumulative_capture)).collect();
        let expected = [
            (1.0, 1.0, 0.2),
            (1.0, 0.0, 0.2),
            (1.0, 1.0, 0.4),
            (1.0, 1.0, 0.6),
            (2.0, 0.0, 0.6),
            (1.0, 1.0, 0.8),
            (1.0, 0.0, 0.8),
            (1.0, 0.0, 0.8),
            (1.0, 0.0, 0.8),
            (2.0, 1.0, 1.0),
        ];
        assert_eq!(found, expected);
        assert_eq!((table[9].lift, table[5].cumulative_lift), (Some(1.2), Some(1.3714285714285714)));
    }

    /// By hand: the two at 0.9 hold one positive, so the first group has one half of it.
    #[test]
    fn shared_ties_are_expected_counts() {
        let table = lift_table(&LABELS, &SCORES, None, 10, Ties::Share, 0.95).unwrap();
        assert_eq!((table[0].n_positives, table[1].n_positives, table[0].rate), (0.5, 0.5, Some(0.5)));
        let (last, first) = (table[9], table[0]);
        assert!((last.cumulative_positives - 5.0).abs() < 1e-15 && last.cumulative_capture == 1.0);
        assert_eq!(first.rate_interval, wilson(0.5, 1.0, 0.95).ok());
        assert_eq!(first.scores, Some(Interval { low: 0.9, high: 0.9 }));
    }

    #[test]
    fn groups_without_rows_have_no_rate() {
        let table = lift_table(&[true, false], &[2.0, 1.0], None, 4, Ties::Share, 0.95).unwrap();
        assert_eq!((table[0].rate, table[0].lift, table[0].cumulative_lift), (None, None, None));
        assert_eq!((table[1].rate, table[1].lift, table[2].cumulative_lift), (Some(1.0), Some(2.0), Some(2.0)));
    }

    #[test]
    fn what_has_no_lift_says_why() {
        let of = |labels: &[bool], n_bins| {
            [Ties::Share, Ties::RowOrder].map(|ties| {
                lift_table(labels, &vec![1.0; labels.len()], None, n_bins, ties, 0.95).map(|table| table.len())
            })
        };
        assert_eq!(of(&[false, false], 2), [Err(Undefined::OneGroup), Err(Undefined::OneGroup)]);
        assert_eq!(of(&[true, true], 2), [Ok(2), Ok(2)]);
        let none = Err(Undefined::TooFew { n: 0, needed: 1 });
        assert_eq!(of(&[], 2), [none.clone(), none.clone()]);
        assert_eq!(of(&[true], 0), [none.clone(), none]);
        assert_eq!(lift_table(&[true], &[1.0], None, 1, Ties::Share, 1.0), Err(Undefined::OutOfRange));
    }
}
