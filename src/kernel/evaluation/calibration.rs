//! Whether events come as often as their probabilities say.
//!
//! Notation: bin `b` holds `n_b` of `n` rows, `o_b` their share of positives, `p_b` their mean
//! probability.
//!
//! ```text
//! ECE = sum n_b / n |o_b - p_b|,   MCE = max |o_b - p_b|
//! ```
//! M. P. Naeini, G. Cooper & M. Hauskrecht (2015), Proceedings of AAAI 29, 2901-2907.

use serde::{Deserialize, Serialize};

use super::groups::{Direction, Group, Ties, groups_by_row, groups_of};
use super::probability::checked;
use super::ranked::{RankedScores, WeightedScores};
use super::sums::{check_weights, same_length};
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::interval::{Interval, normal_critical, wilson};
use crate::kernel::undefined::Undefined;

/// How probabilities are put into bins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Binning {
    /// Bins of equal width: `min(n_bins - 1, floor(n_bins p))`, so that a bin holds its lower end.
    /// Ties need no rule.
    #[default]
    EqualWidth,
    /// Bins of as many rows each, from the lowest probability up.
    EqualCount,
}

/// Rows of like probability; what is a share of no rows is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CalibrationBin {
    /// Place of the bin, from 1 for the lowest probabilities.
    pub bin: u32,
    /// Ends of a bin of equal width; the lowest and highest probability of a bin of equal count.
    pub ends: Option<Interval>,
    /// Rows, or their weight.
    pub n: f64,
    /// Rows in which the event happened; not whole where tied rows are shared.
    pub n_positives: f64,
    /// Mean probability.
    pub mean_prob: Option<f64>,
    /// Share of positives.
    pub rate: Option<f64>,
    /// Wilson's interval of the share; weights count as so many rows.
    pub rate_interval: Option<Interval>,
}

/// Bins of probabilities beside what came.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CalibrationTable {
    /// From the lowest probabilities up; bins without rows stay.
    pub bins: Vec<CalibrationBin>,
    /// Expected calibration error.
    pub ece: f64,
    /// Maximum calibration error.
    pub mce: f64,
}

/// Compares probabilities with what came, bin by bin.
///
/// `ties` matters for bins of equal count only.
///
/// # Errors
/// [`Undefined::TooFew`] for no rows, no bins or slices of two lengths, [`Undefined::NotFinite`]
/// for NaN, [`Undefined::OutOfRange`] for a probability outside 0..=1, a negative weight or unless
/// `0 < conf_level < 1`, [`Undefined::NoWeight`] where all weights are 0.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::evaluation::{Binning, Ties, calibration_table};
///
/// let labels = [false, true, true, true];
/// let table =
///     calibration_table(&labels, &[0.25, 0.25, 0.75, 0.875], None, 2, Binning::EqualWidth, Ties::Share, 0.95)?;
/// assert_eq!((table.bins[0].rate, table.bins[0].mean_prob), (Some(0.5), Some(0.25)));
/// assert_eq!((table.ece, table.mce), (0.25 / 2.0 + 0.1875 / 2.0, 0.25));
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn calibration_table(
    labels: &[bool],
    prob: &[f64],
    weights: Option<&[f64]>,
    n_bins: usize,
    binning: Binning,
    ties: Ties,
    conf_level: f64,
) -> Result<CalibrationTable, Undefined> {
    normal_critical(conf_level)?;
    checked(labels, prob)?;
    if n_bins == 0 {
        return Err(Undefined::TooFew { n: 0, needed: 1 });
    }
    let groups = match (binning, ties, weights) {
        (Binning::EqualWidth, ..) => equal_width(labels, prob, weights, n_bins)?,
        (_, Ties::RowOrder, _) => groups_by_row(labels, prob, weights, n_bins, Direction::Ascending)?,
        (_, _, None) => groups_of(&RankedScores::of(labels, prob)?, n_bins, Direction::Ascending),
        (_, _, Some(weights)) => groups_of(&WeightedScores::of(labels, prob, weights)?, n_bins, Direction::Ascending),
    };
    table(&groups, conf_level)
}

fn equal_width(labels: &[bool], prob: &[f64], weights: Option<&[f64]>, n_bins: usize) -> Result<Vec<Group>, Undefined> {
    if let Some(weights) = weights {
        same_length(labels.len(), weights.len())?;
        check_weights(weights)?;
    }
    // Rows, positives and probabilities of each bin.
    let mut sums: Vec<[ExactSum; 3]> = vec![std::array::from_fn(|_| ExactSum::default()); n_bins];
    for (row, (&label, &prob)) in labels.iter().zip(prob).enumerate() {
        let weight = weights.map_or(1.0, |weights| weights[row]);
        let bin = ((n_bins as f64 * prob) as usize).min(n_bins - 1);
        let [n, positives, probs] = &mut sums[bin];
        n.add(weight);
        positives.add(if label { weight } else { 0.0 });
        probs.add(weight * prob);
    }
    let group = |(bin, sums): (usize, &[ExactSum; 3])| {
        let end = |bin: usize| bin as f64 / n_bins as f64;
        let value = |sum: &ExactSum| sum.value().ok_or(Undefined::Overflow);
        Ok(Group {
            n: value(&sums[0])?,
            positives: value(&sums[1])?,
            score_sum: value(&sums[2])?,
            ends: Some((end(bin), end(bin + 1))),
        })
    };
    sums.iter().enumerate().map(group).collect()
}

fn table(groups: &[Group], conf_level: f64) -> Result<CalibrationTable, Undefined> {
    let n = groups.iter().map(|group| group.n).collect::<Vec<f64>>();
    let n = ExactSum::of(&n).value().ok_or(Undefined::Overflow)?;
    let (mut ece, mut mce) = (ExactSum::default(), 0.0_f64);
    let mut bins = Vec::with_capacity(groups.len());
    for (group, bin) in groups.iter().zip(1..) {
        let share = |part: f64| (group.n > 0.0).then(|| (part / group.n).min(1.0));
        let gap = (group.positives - group.score_sum).abs();
        ece.add(gap / n);
        mce = mce.max(share(gap).unwrap_or(0.0));
        bins.push(CalibrationBin {
            bin,
            ends: group.ends.map(|(low, high)| Interval { low, high }),
            n: group.n,
            n_positives: group.positives,
            mean_prob: share(group.score_sum),
            rate: share(group.positives),
            rate_interval: wilson(group.positives.min(group.n), group.n, conf_level).ok(),
        });
    }
    Ok(CalibrationTable { bins, ece: ece.value().ok_or(Undefined::Overflow)?, mce })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [bool; 12] = [true, false, true, true, false, false, true, false, false, false, true, false];
    const PROB: [f64; 12] = [0.9, 0.9, 0.8, 0.7, 0.7, 0.7, 0.6, 0.4, 0.4, 0.3, 0.3, 0.1];

    /// Oracle: `twelve_rows_with_ties` of the reference metrics, 60 digits.
    #[test]
    fn errors_of_ten_bins_are_those_of_the_reference() {
        let table = calibration_table(&LABELS, &PROB, None, 10, Binning::EqualWidth, Ties::Share, 0.95).unwrap();
        assert!((table.ece - 0.31666666666666665).abs() < 2e-16, "{}", table.ece);
        assert!((table.mce - 0.4).abs() < 2e-16, "{}", table.mce);
        assert_eq!((table.bins.len(), table.bins[0].rate, table.bins[1].n), (10, None, 1.0));
    }

    /// By hand: 2, 2, 3, 2 and 3 rows; the first bin has one of the two at 0.3, the third 0.4, 0.6
    /// and one of the three at 0.7.
    #[test]
    fn bins_of_equal_count_cut_ties() {
        let of = |ties| calibration_table(&LABELS, &PROB, None, 5, Binning::EqualCount, ties, 0.95).unwrap();
        let counts =
            |table: &CalibrationTable| table.bins.iter().map(|bin| (bin.n, bin.n_positives)).collect::<Vec<_>>();
        let (shared, by_row) = (of(Ties::Share), of(Ties::RowOrder));
        let third = 1.0 / 3.0;
        assert_eq!(counts(&shared), [(2.0, 0.5), (2.0, 0.5), (3.0, 1.0 + third), (2.0, 2.0 * third), (3.0, 2.0)]);
        assert_eq!(counts(&by_row), [(2.0, 0.0), (2.0, 1.0), (3.0, 2.0), (2.0, 0.0), (3.0, 2.0)]);
        assert_eq!(shared.bins[0].ends, Some(Interval { low: 0.1, high: 0.3 }));
    }

    #[test]
    fn one_and_nought_have_their_bins() {
        let table =
            calibration_table(&[true, false], &[1.0, 0.0], Some(&[2.0, 1.0]), 5, Binning::EqualWidth, Ties::Share, 0.9)
                .unwrap();
        assert_eq!((table.bins[4].n, table.bins[0].n, table.ece, table.mce), (2.0, 1.0, 0.0, 0.0));
        let of = |prob: f64, n_bins| {
            calibration_table(&[true], &[prob], None, n_bins, Binning::EqualWidth, Ties::Share, 0.95).err()
        };
        assert_eq!(of(1.1, 5), Some(Undefined::OutOfRange));
        assert_eq!(of(f64::NAN, 5), Some(Undefined::NotFinite));
        assert_eq!(of(0.5, 0), Some(Undefined::TooFew { n: 0, needed: 1 }));
    }
}
