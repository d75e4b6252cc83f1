//! Amounts beside their predictions, in groups of equal size by the prediction.

use serde::Serialize;

use super::sums::{all_finite, same_length};
use crate::kernel::interval::Interval;
use crate::kernel::order::RowSorter;
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;

/// A group of the ranked predictions; what is a mean of no rows, or beyond the doubles, is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RegressionBin {
    /// Place of the group, from 1 for the highest predictions.
    pub bin: u32,
    /// Rows.
    pub n: u64,
    /// Lowest and highest prediction.
    pub predicted: Option<Interval>,
    /// Mean amount; rows with equal predictions count with their mean, on whichever side of a cut.
    pub mean_actual: Option<f64>,
    /// Mean prediction.
    pub mean_predicted: Option<f64>,
    /// Share of the sum of amounts in this group and those before it, where no amount is negative.
    pub cumulative_share: Option<f64>,
}

/// Mean amounts and predictions of groups of equal size, from the highest predictions down: ten
/// of them are deciles.
///
/// # Errors
/// [`Undefined::TooFew`] for no rows, no groups or slices of two lengths, [`Undefined::NotFinite`].
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::evaluation::regression_bins;
///
/// let bins = regression_bins(&[10.0, 0.0, 8.0, 2.0], &[9.0, 1.0, 9.0, 3.0], 2)?;
/// assert_eq!((bins[0].mean_actual, bins[0].mean_predicted), (Some(9.0), Some(9.0)));
/// assert_eq!((bins[1].mean_actual, bins[0].cumulative_share), (Some(1.0), Some(0.9)));
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn regression_bins(actual: &[f64], predicted: &[f64], n_bins: u32) -> Result<Vec<RegressionBin>, Undefined> {
    same_length(actual.len(), predicted.len())?;
    all_finite(actual)?;
    all_finite(predicted)?;
    if n_bins == 0 {
        return Err(Undefined::TooFew { n: 0, needed: 1 });
    }
    let n = actual.len() as u64;
    let end = |bin: u32| (u128::from(n) * u128::from(bin) / u128::from(n_bins)) as u64;
    let opposite: Vec<f64> = predicted.iter().map(|prediction| -prediction).collect();
    let mut groups = vec![Group::default(); n_bins as usize];
    let (mut bin, mut taken, mut tied) = (0, 0, Vec::new());
    for run in RowSorter::default().sort(&opposite)?.runs() {
        let mut prediction = 0.0;
        for row in run {
            prediction = predicted[row as usize] + 0.0;
            tied.push(actual[row as usize]);
        }
        let mut left = tied.len() as u64;
        let mean = mean_and_clear(&mut tied);
        while left > 0 {
            let part = left.min(end(bin + 1) - taken);
            if part == 0 {
                bin += 1;
                continue;
            }
            groups[bin as usize].add(prediction, mean, part);
            taken += part;
            left -= part;
        }
    }
    Ok(table(&groups, actual.iter().all(|&amount| amount >= 0.0)))
}

/// A mean in ascending order, so that the order of the rows does not show.
fn mean_and_clear(amounts: &mut Vec<f64>) -> f64 {
    let n = amounts.len() as f64;
    amounts.sort_unstable_by(f64::total_cmp);
    let mut sum = CompensatedSum::default();
    amounts.iter().for_each(|&amount| sum.add(amount));
    let mut mean = sum.value() / n;
    if !mean.is_finite() {
        // A sum beyond the doubles has a mean all the same.
        sum = CompensatedSum::default();
        amounts.iter().for_each(|&amount| sum.add(amount / n));
        mean = sum.value();
    }
    amounts.clear();
    mean
}

#[derive(Clone, Copy, Default)]
struct Group {
    n: u64,
    actual: CompensatedSum,
    predicted: CompensatedSum,
    ends: Option<Interval>,
}

impl Group {
    fn add(&mut self, prediction: f64, mean: f64, n: u64) {
        self.n += n;
        self.actual.add(mean * n as f64);
        self.predicted.add(prediction * n as f64);
        let high = self.ends.map_or(prediction, |ends| ends.high);
        self.ends = Some(Interval { low: prediction, high });
    }
}

fn table(groups: &[Group], has_shares: bool) -> Vec<RegressionBin> {
    let mut total = CompensatedSum::default();
    groups.iter().for_each(|group| total.add(group.actual.value()));
    let total = total.value();
    let mut before = CompensatedSum::default();
    let finite = |value: f64| Some(value).filter(|value| value.is_finite());
    let bin = |(group, bin): (&Group, u32)| {
        before.add(group.actual.value());
        let mean = |sum: CompensatedSum| finite(sum.value() / group.n as f64).filter(|_| group.n > 0);
        let share = finite(before.value() / total).map(|share| share.min(1.0));
        RegressionBin {
            bin,
            n: group.n,
            predicted: group.ends,
            mean_actual: mean(group.actual),
            mean_predicted: mean(group.predicted),
            cumulative_share: share.filter(|_| has_shares),
        }
    };
    groups.iter().zip(1..).map(bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: five rows in two groups; the three with a prediction of 2 have 6 on average.
    #[test]
    fn rows_of_one_prediction_are_shared() {
        let (actual, predicted) = ([1.0, 3.0, 6.0, 9.0, 21.0], [1.0, 2.0, 2.0, 2.0, 7.0]);
        let bins = regression_bins(&actual, &predicted, 2).unwrap();
        let found: Vec<_> = bins.iter().map(|bin| (bin.n, bin.mean_actual, bin.mean_predicted)).collect();
        assert_eq!(found, [(2, Some(13.5), Some(4.5)), (3, Some(13.0 / 3.0), Some(5.0 / 3.0))]);
        assert_eq!(bins[0].predicted, Some(Interval { low: 2.0, high: 7.0 }));
        assert_eq!((bins[0].cumulative_share, bins[1].cumulative_share), (Some(27.0 / 40.0), Some(1.0)));
        let turned = regression_bins(&[9.0, 21.0, 6.0, 1.0, 3.0], &[2.0, 7.0, 2.0, 1.0, 2.0], 2).unwrap();
        assert_eq!(turned, bins);
    }

    #[test]
    fn groups_without_rows_and_sums_of_nothing() {
        let bins = regression_bins(&[0.0], &[1.0], 3).unwrap();
        assert_eq!(bins.iter().map(|bin| bin.n).collect::<Vec<_>>(), [0, 0, 1]);
        assert_eq!((bins[0].mean_actual, bins[2].mean_actual, bins[2].cumulative_share), (None, Some(0.0), None));
        let refunds = regression_bins(&[-1.0, 3.0], &[1.0, 2.0], 2).unwrap();
        assert!(refunds.iter().all(|bin| bin.cumulative_share.is_none()));
        assert_eq!(regression_bins(&[], &[], 3), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(regression_bins(&[1.0], &[1.0], 0), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(regression_bins(&[1.0], &[f64::NAN], 1), Err(Undefined::NotFinite));
    }
}
