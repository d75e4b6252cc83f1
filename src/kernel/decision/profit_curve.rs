//! Profit against the number of customers contacted.
//!
//! Notation: `v_i` what contacting customer `i` earns, expected or realised; `S_r` the sum of `v`
//! over the rows of the `r` highest scores; `S_0 = 0`, as contacting nobody earns nothing.
//!
//! ```text
//! best = max over r = 0.. of S_r, at the fewest contacts that reach it
//! without row i of score r: max(S_0 .. S_(r-1), S_r - v_i, S_(r+1) - v_i, ..)
//! ```
//! The second line makes the acceleration of a BCa interval without a pass for every row.

use serde::Serialize;

use super::steps::{Descending, same_length};
use crate::kernel::bootstrap::{Bootstrap, BootstrapEstimate, BootstrapMethod, bootstrap, bootstrap_with_jackknife};
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;

/// One cut-off of a profit curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ProfitPoint {
    /// Customers with this score and above are contacted; `None` where nobody is.
    pub cutoff: Option<f64>,
    /// How many they are.
    pub n_contacted: u64,
    /// What contacting them earns over contacting nobody.
    pub profit: f64,
}

impl ProfitPoint {
    const NOBODY: Self = Self { cutoff: None, n_contacted: 0, profit: 0.0 };
}

/// The profit at every cut-off, from contacting nobody to contacting everybody.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ProfitCurve {
    /// One point for contacting nobody and one for each distinct score, by falling score.
    pub points: Vec<ProfitPoint>,
    /// The place of the largest profit among the points; of equal ones that with the fewest
    /// contacts.
    pub best: usize,
}

impl ProfitCurve {
    /// The point of the largest profit.
    #[must_use]
    pub fn maximum(&self) -> ProfitPoint {
        self.points.get(self.best).copied().unwrap_or(ProfitPoint::NOBODY)
    }

    /// The point at which everybody is contacted.
    #[must_use]
    pub fn everybody(&self) -> ProfitPoint {
        self.points.last().copied().unwrap_or(ProfitPoint::NOBODY)
    }

    /// The last point with at most so many contacts.
    #[must_use]
    pub fn at_most(&self, n_contacted: u64) -> ProfitPoint {
        let end = self.points.partition_point(|point| point.n_contacted <= n_contacted);
        self.points[..end].last().copied().unwrap_or(ProfitPoint::NOBODY)
    }
}

/// The profit of contacting the customers of the highest scores, for every cut-off.
///
/// `profits` says what contacting each customer earns: expected, from probabilities, or realised,
/// from what came.
///
/// # Errors
/// [`Undefined::TooFew`] for no rows or slices of two lengths, [`Undefined::NotFinite`] for a
/// score that is NaN or a profit that is not finite, [`Undefined::Overflow`].
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::decision::profit_curve;
///
/// let curve = profit_curve(&[0.9, 0.6, 0.6, 0.1], &[5.0, 4.0, -2.0, -3.0])?;
/// let best = curve.maximum();
/// assert_eq!((best.n_contacted, best.profit, best.cutoff), (3, 7.0, Some(0.6)));
/// assert_eq!(curve.everybody().profit, 4.0);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn profit_curve(scores: &[f64], profits: &[f64]) -> Result<ProfitCurve, Undefined> {
    check(scores, profits)?;
    let mut points = vec![ProfitPoint::NOBODY];
    let (mut best, mut n_contacted, mut sum) = (0, 0, CompensatedSum::default());
    Descending::default().for_each(scores, |rows| {
        sum.add(sum_of_run(rows, profits));
        n_contacted += rows.len() as u64;
        // Zeros of both signs are one score.
        let cutoff = rows.first().map(|&row| scores[row as usize] + 0.0);
        let point = ProfitPoint { cutoff, n_contacted, profit: sum.value() };
        if point.profit > points[best].profit {
            best = points.len();
        }
        points.push(point);
    })?;
    if points.iter().any(|point| !point.profit.is_finite()) {
        return Err(Undefined::Overflow);
    }
    Ok(ProfitCurve { points, best })
}

fn check(scores: &[f64], profits: &[f64]) -> Result<(), Undefined> {
    same_length(scores.len(), profits.len())?;
    if profits.iter().all(|profit| profit.is_finite()) { Ok(()) } else { Err(Undefined::NotFinite) }
}

/// The profit of rows of one score, whose order says nothing.
fn sum_of_run(rows: &[u32], profits: &[f64]) -> f64 {
    if let [row] = rows {
        return profits[*row as usize];
    }
    let mut sum = ExactSum::default();
    rows.iter().for_each(|&row| sum.add(profits[row as usize]));
    // Beyond the largest double; what comes of it is refused.
    sum.value().unwrap_or(f64::INFINITY)
}

/// The bootstrap of the largest profit, in money of the whole table.
///
/// In every sample the best cut-off is looked for anew, so that the interval tells how far the
/// maximum itself would vary; its mean over samples is above the estimate, as a maximum follows
/// the noise, and `bias` says by how much. Time grows with rows times replicates: a million rows
/// take some fifteen milliseconds for each on two cores.
///
/// # Errors
/// Those of [`profit_curve`] and of [`bootstrap`].
pub fn maximum_profit_bootstrap(
    scores: &[f64],
    profits: &[f64],
    settings: &Bootstrap,
) -> Result<BootstrapEstimate, Undefined> {
    let rows = CanonicalRows::new(scores, profits)?;
    let sums = rows.cumulated(&rows.whole());
    let (before, after) = (maxima(sums.iter().copied()), maxima(sums.iter().rev().copied()));
    let without = |row: usize| {
        let run = rows.run_of[row] as usize;
        let earlier = if run == 0 { 0.0 } else { before[run - 1] };
        Ok(earlier.max(after[sums.len() - 1 - run] - rows.profits[row]).max(0.0))
    };
    bootstrap_with_jackknife(rows.profits.len(), settings, |drawn| Ok(rows.best(drawn).1), without)
}

/// The bootstrap of the share of customers at which the profit is largest, 0..=1; its interval is
/// of quantiles, whatever the settings say, as a share jumps from cut-off to cut-off.
///
/// # Errors
/// As [`maximum_profit_bootstrap`].
pub fn best_share_bootstrap(
    scores: &[f64],
    profits: &[f64],
    settings: &Bootstrap,
) -> Result<BootstrapEstimate, Undefined> {
    let rows = CanonicalRows::new(scores, profits)?;
    let n = rows.profits.len();
    let settings = settings.method(BootstrapMethod::Percentile);
    bootstrap(n, &settings, |drawn| Ok(rows.best(drawn).0 as f64 / n as f64))
}

/// Largest values so far.
fn maxima(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let so_far = values.scan(f64::NEG_INFINITY, |most, value| {
        *most = most.max(value);
        Some(*most)
    });
    so_far.collect()
}

/// Rows by falling score and, within a score, by rising profit: an order that their contents
/// decide, as the bootstrap needs it.
struct CanonicalRows {
    profits: Vec<f64>,
    /// The place of the score of each row among the distinct ones.
    run_of: Vec<u32>,
    n_runs: usize,
}

impl CanonicalRows {
    fn new(scores: &[f64], profits: &[f64]) -> Result<Self, Undefined> {
        check(scores, profits)?;
        let mut sorted = Self { profits: Vec::with_capacity(scores.len()), run_of: Vec::new(), n_runs: 0 };
        Descending::default().for_each(scores, |rows| {
            let start = sorted.profits.len();
            sorted.profits.extend(rows.iter().map(|&row| profits[row as usize]));
            sorted.profits[start..].sort_unstable_by(f64::total_cmp);
            sorted.run_of.resize(sorted.profits.len(), sorted.n_runs as u32);
            sorted.n_runs += 1;
        })?;
        Ok(sorted)
    }

    /// Every row once.
    fn whole(&self) -> Vec<usize> {
        (0..self.profits.len()).collect()
    }

    /// The profit down to each distinct score.
    fn cumulated(&self, drawn: &[usize]) -> Vec<f64> {
        let mut sums = vec![0.0; self.n_runs];
        drawn.iter().for_each(|&row| sums[self.run_of[row] as usize] += self.profits[row]);
        let mut sum = CompensatedSum::default();
        for of_run in &mut sums {
            sum.add(*of_run);
            *of_run = sum.value();
        }
        sums
    }

    /// Contacts at the largest profit of a sample, and that profit.
    fn best(&self, drawn: &[usize]) -> (u64, f64) {
        let sums = self.cumulated(drawn);
        let (mut last, mut most) = (None, 0.0);
        for (run, &sum) in sums.iter().enumerate() {
            if sum > most {
                (last, most) = (Some(run), sum);
            }
        }
        let Some(last) = last else { return (0, 0.0) };
        let n = drawn.iter().filter(|&&row| self.run_of[row] as usize <= last).count();
        (n as u64, most)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By hand, with heavy ties: 0.6 twice earns 4 - 2, so no cut-off lies between the two.
    #[test]
    fn equal_scores_are_contacted_together() {
        let curve = profit_curve(&[0.6, 0.9, 0.1, 0.6], &[-2.0, 5.0, -3.0, 4.0]).unwrap();
        let points: Vec<_> = curve.points.iter().map(|point| (point.n_contacted, point.profit)).collect();
        assert_eq!(points, [(0, 0.0), (1, 5.0), (3, 7.0), (4, 4.0)]);
        assert_eq!(curve.best, 2);
        assert_eq!(curve.at_most(2).n_contacted, 1);
        assert_eq!(curve.at_most(0), ProfitPoint::NOBODY);
    }

    #[test]
    fn of_equal_profits_the_fewest_contacts_count() {
        let curve = profit_curve(&[4.0, 3.0, 2.0, 1.0], &[1.0, 0.0, -1.0, 1.0]).unwrap();
        assert_eq!((curve.maximum().n_contacted, curve.maximum().profit), (1, 1.0));
        let loss = profit_curve(&[4.0, 3.0], &[-1.0, 0.5]).unwrap();
        assert_eq!(loss.maximum(), ProfitPoint::NOBODY);
        let nothing = profit_curve(&[4.0, 3.0], &[0.0, 0.0]).unwrap();
        assert_eq!(nothing.maximum().n_contacted, 0);
    }

    #[test]
    fn one_row_and_all_ties_have_a_curve() {
        assert_eq!(profit_curve(&[0.5], &[2.0]).unwrap().maximum().n_contacted, 1);
        let tied = profit_curve(&[0.5; 4], &[2.0, -1.0, -3.0, 1.0]).unwrap();
        assert_eq!((tied.points.len(), tied.maximum().n_contacted, tied.everybody().profit), (2, 0, -1.0));
    }

    #[test]
    fn what_cannot_be_computed_says_why() {
        assert_eq!(profit_curve(&[], &[]), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(profit_curve(&[1.0], &[]), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(profit_curve(&[f64::NAN], &[1.0]), Err(Undefined::NotFinite));
        assert_eq!(profit_curve(&[1.0], &[f64::INFINITY]), Err(Undefined::NotFinite));
        assert_eq!(profit_curve(&[1.0, 2.0], &[f64::MAX; 2]), Err(Undefined::Overflow));
        assert_eq!(profit_curve(&[1.0, 1.0], &[f64::MAX; 2]), Err(Undefined::Overflow));
        assert!(profit_curve(&[f64::INFINITY, 1.0, f64::NEG_INFINITY], &[1.0; 3]).is_ok());
    }

    /// Oracle: the definition, row by row left out.
    #[test]
    fn the_interval_is_that_of_leaving_out_every_row() {
        let scores = [0.9, 0.8, 0.8, 0.7, 0.5, 0.5, 0.3, 0.2];
        let profits = [5.0, -1.0, 4.0, 3.0, -2.0, 3.0, -4.0, 1.0];
        let settings = Bootstrap::new(400, 7);
        let found = maximum_profit_bootstrap(&scores, &profits, &settings).unwrap();
        let rows = CanonicalRows::new(&scores, &profits).unwrap();
        let by_definition = bootstrap(8, &settings, |drawn| {
            let pick = |values: &[f64]| -> Vec<f64> { drawn.iter().map(|&row| values[row]).collect() };
            let ranks: Vec<f64> = rows.run_of.iter().map(|&run| -f64::from(run)).collect();
            profit_curve(&pick(&ranks), &pick(&rows.profits)).map(|curve| curve.maximum().profit)
        });
        let by_definition = by_definition.unwrap();
        assert_eq!(found.estimate, 12.0);
        assert_eq!(found, by_definition);
        let share = best_share_bootstrap(&scores, &profits, &settings).unwrap();
        assert_eq!((share.estimate, share.method), (0.75, BootstrapMethod::Percentile));
    }

    #[test]
    fn a_sample_of_equal_rows_has_no_bca_interval() {
        let found = maximum_profit_bootstrap(&[1.0; 5], &[-1.0; 5], &Bootstrap::new(100, 1)).unwrap();
        assert_eq!((found.estimate, found.interval), (0.0, Err(Undefined::Constant)));
    }

    proptest! {
        #[test]
        fn order_of_rows_changes_no_digit(rows in prop::collection::vec((0_u8..8, -100.0..100.0), 1..40)) {
            let of = |rows: &[(u8, f64)]| {
                let scores: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
                let profits: Vec<f64> = rows.iter().map(|row| row.1).collect();
                let interval = maximum_profit_bootstrap(&scores, &profits, &Bootstrap::new(20, 3)).unwrap();
                (profit_curve(&scores, &profits).unwrap(), interval)
            };
            let reversed: Vec<_> = rows.iter().rev().copied().collect();
            prop_assert_eq!(of(&rows), of(&reversed));
        }

        #[test]
        fn the_maximum_is_the_best_of_all_cutoffs(rows in prop::collection::vec((0_u8..8, -9_i32..9), 1..40)) {
            let scores: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let profits: Vec<f64> = rows.iter().map(|row| f64::from(row.1)).collect();
            let curve = profit_curve(&scores, &profits).unwrap();
            let from = |cutoff: u8| rows.iter().filter(|row| row.0 >= cutoff).map(|row| row.1).sum::<i32>();
            let best = (0..8).map(from).max().unwrap().max(0);
            prop_assert_eq!(curve.maximum().profit, f64::from(best));
            prop_assert_eq!(curve.everybody().profit, f64::from(from(0)));
        }
    }
}
