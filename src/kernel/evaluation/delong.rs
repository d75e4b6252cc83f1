//! How sure an area under the curve is, and whether two of them differ.
//!
//! Notation: the doubled placement of a positive is `a_i` = twice the negatives below it, plus
//! those tied with it; of a negative `b_j` = twice the positives above it, plus those tied with it.
//!
//! ```text
//! AUC = sum a_i / (2 n1 n0)
//! var(AUC) = S10 / n1 + S01 / n0,  S10 = var(a_i / 2 n0),  S01 = var(b_j / 2 n1),  divisors n - 1
//! ```
//! Two models on the same rows: the same formulae on the differences of their placements, which is
//! `var1 + var2 - 2 cov` without its cancellation. E. R. DeLong, D. M. DeLong & D. L.
//! Clarke-Pearson (1988), Biometrics 44(3), 837-845; placements from ranks in O(n log n): X. Sun &
//! W. Xu (2014), IEEE Signal Processing Letters 21(11), 1389-1393. All sums are whole numbers, and
//! each result is rounded a few times only.

use serde::{Deserialize, Serialize};

use super::ranked::{RankedScores, ScoreRuns};
use super::sums::same_length;
use crate::kernel::distribution::normal;
use crate::kernel::interval::{Interval, normal_critical};
use crate::kernel::order::RowSorter;
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

/// Pairs of a positive and a negative up to which all sums fit their type: 4 billion rows.
const MOST_PAIRS: u128 = 1 << 62;

/// The scale on which an interval of an area is symmetric.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IntervalScale {
    /// `ln(AUC / (1 - AUC))`: it stays within 0..=1 and holds its level near the ends and in small
    /// samples, where the other is too short on the side of one half. G. Qin & L. Hotilovac (2008),
    /// Statistical Methods in Medical Research 17(2), 207-221.
    #[default]
    Logit,
    /// The area itself, cut off at 0 and 1: what most programs print.
    Plain,
}

/// An area under the curve with its standard error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DelongAuc {
    /// The area, ties counting one half.
    pub auc: f64,
    /// Its standard error; 0 where all scores are tied or the classes do not overlap, which says
    /// nothing about other rows.
    pub std_error: f64,
    /// Rows in which the event happened.
    pub n_positives: u64,
    /// Rows in which it did not.
    pub n_negatives: u64,
}

impl DelongAuc {
    /// Where the area lies with this confidence.
    ///
    /// # Errors
    /// [`Undefined::Constant`] for a standard error of 0, [`Undefined::OutOfRange`] unless
    /// `0 < conf_level < 1`.
    pub fn interval(&self, conf_level: f64, scale: IntervalScale) -> Result<Interval, Undefined> {
        let critical = normal_critical(conf_level)?;
        if self.std_error == 0.0 {
            return Err(Undefined::Constant);
        }
        if scale == IntervalScale::Plain {
            let half = critical * self.std_error;
            return Ok(Interval { low: (self.auc - half).max(0.0), high: (self.auc + half).min(1.0) });
        }
        let (centre, rest) = ((self.auc / (1.0 - self.auc)).ln(), self.auc * (1.0 - self.auc));
        let half = critical * self.std_error / rest;
        let share = |logit: f64| 1.0 / (1.0 + (-logit).exp());
        Ok(Interval { low: share(centre - half), high: share(centre + half) })
    }
}

/// Two areas on the same rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DelongComparison {
    /// The first model.
    pub first: DelongAuc,
    /// The second model.
    pub second: DelongAuc,
    /// Area of the first less that of the second.
    pub difference: f64,
    /// Standard error of the difference, which knows that both were judged on the same rows.
    pub std_error: f64,
    /// The difference over its standard error; undefined where that is 0, as when both models put
    /// all pairs of a positive and a negative in the same order.
    pub z: Result<f64, Undefined>,
    /// Two-sided, that both areas are the same.
    pub p_value: Result<PValue, Undefined>,
}

impl DelongComparison {
    /// Where the difference lies with this confidence, by the normal distribution.
    ///
    /// # Errors
    /// As for [`DelongAuc::interval`].
    pub fn interval(&self, conf_level: f64) -> Result<Interval, Undefined> {
        let half = normal_critical(conf_level)? * self.std_error;
        if half == 0.0 {
            return Err(Undefined::Constant);
        }
        Ok(Interval { low: (self.difference - half).max(-1.0), high: (self.difference + half).min(1.0) })
    }
}

/// The area under the curve with DeLong's standard error, in one pass over sorted scores.
///
/// # Errors
/// [`Undefined::OneGroup`] without positives or without negatives, [`Undefined::TooFew`] with only
/// one of either, [`Undefined::Overflow`] from 4 billion rows on.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::evaluation::{IntervalScale, RankedScores, delong};
///
/// // The positives are above 2 and 1 of the two negatives, the negatives below 2 and 1 positives:
/// // both variances of 1 and 1/2 are 1/8, so that var(AUC) = 1/16 + 1/16.
/// let found = delong(&RankedScores::of(&[true, false, true, false], &[4.0, 3.0, 2.0, 1.0])?)?;
/// assert_eq!((found.auc, found.std_error), (0.75, 0.125_f64.sqrt()));
/// let interval = found.interval(0.95, IntervalScale::Logit)?;
/// assert!(interval.low > 0.06 && interval.high < 1.0);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn delong(scores: &RankedScores) -> Result<DelongAuc, Undefined> {
    let (n1, n0) = class_sizes(scores.positives().len(), scores.negatives().len())?;
    let (mut placed, mut above1, mut above0) = (Placements::default(), 0, 0);
    scores.for_each_descending(|run| {
        let (positives, negatives) = (run.positives as u64, run.negatives as u64);
        let below = n0 - above0 - negatives;
        placed.positives.add((2 * below + negatives) as i64, positives);
        placed.negatives.add((2 * above1 + positives) as i64, negatives);
        above1 += positives;
        above0 += negatives;
    });
    Ok(placed.area(n1, n0))
}

/// DeLong's test of two models on the same rows, by row.
///
/// # Errors
/// Those of [`delong`]; [`Undefined::TooFew`] for slices of different lengths and
/// [`Undefined::NotFinite`] for NaN.
pub fn delong_test(labels: &[bool], first: &[f64], second: &[f64]) -> Result<DelongComparison, Undefined> {
    same_length(labels.len(), first.len())?;
    same_length(labels.len(), second.len())?;
    let n_positives = labels.iter().filter(|&&label| label).count();
    let (n1, n0) = class_sizes(n_positives, labels.len() - n_positives)?;
    let (first, second) = rayon::join(|| placements(labels, first, n0), || placements(labels, second, n0));
    let (first, second) = (first?, second?);
    let (mut of_first, mut of_second, mut of_both) =
        (Placements::default(), Placements::default(), Placements::default());
    for ((&label, &one), &other) in labels.iter().zip(&first).zip(&second) {
        of_first.class(label).add(one, 1);
        of_second.class(label).add(other, 1);
        of_both.class(label).add(one - other, 1);
    }
    let pairs = n1 as f64 * n0 as f64;
    let (difference, std_error) = (of_both.positives.sum as f64 / (2.0 * pairs), of_both.std_error(n1, n0));
    let z = if std_error > 0.0 { Ok(difference / std_error) } else { Err(Undefined::Constant) };
    Ok(DelongComparison {
        first: of_first.area(n1, n0),
        second: of_second.area(n1, n0),
        difference,
        std_error,
        p_value: z.clone().and_then(normal::two_sided),
        z,
    })
}

/// Positives and negatives, of which there must be two each.
fn class_sizes(n1: usize, n0: usize) -> Result<(u64, u64), Undefined> {
    let least = n1.min(n0) as u64;
    match least {
        0 => Err(Undefined::OneGroup),
        1 => Err(Undefined::TooFew { n: 1, needed: 2 }),
        _ if n1 as u128 * n0 as u128 >= MOST_PAIRS => Err(Undefined::Overflow),
        _ => Ok((n1 as u64, n0 as u64)),
    }
}

/// The doubled placement of each row.
fn placements(labels: &[bool], scores: &[f64], n0: u64) -> Result<Vec<i64>, Undefined> {
    let n1 = labels.len() as u64 - n0;
    let mut placed = vec![0; labels.len()];
    let mut sorter = RowSorter::default();
    let (mut below1, mut below0) = (0, 0);
    for run in sorter.sort(scores)?.runs() {
        let positives = run.clone().filter(|&row| labels[row as usize]).count() as u64;
        let negatives = run.len() as u64 - positives;
        let of_positive = 2 * below0 + negatives;
        let of_negative = 2 * (n1 - below1 - positives) + positives;
        for row in run {
            placed[row as usize] = (if labels[row as usize] { of_positive } else { of_negative }) as i64;
        }
        below1 += positives;
        below0 += negatives;
    }
    Ok(placed)
}

/// Sums of whole numbers and of their squares.
#[derive(Clone, Copy, Debug, Default)]
struct WholeSums {
    sum: i128,
    squares: i128,
}

impl WholeSums {
    /// Adds a number so often.
    #[inline]
    fn add(&mut self, value: i64, times: u64) {
        let (value, times) = (i128::from(value), i128::from(times));
        self.sum += times * value;
        self.squares += times * value * value;
    }

    /// `n (n - 1)` times the variance with divisor `n - 1`.
    fn spread(&self, n: u64) -> f64 {
        (self.squares * i128::from(n) - self.sum * self.sum) as f64
    }
}

/// Doubled placements, or differences of them, of both classes.
#[derive(Clone, Copy, Debug, Default)]
struct Placements {
    positives: WholeSums,
    negatives: WholeSums,
}

impl Placements {
    #[inline]
    fn class(&mut self, label: bool) -> &mut WholeSums {
        if label { &mut self.positives } else { &mut self.negatives }
    }

    fn std_error(&self, n1: u64, n0: u64) -> f64 {
        let (n1_f, n0_f) = (n1 as f64, n0 as f64);
        let variances = self.positives.spread(n1) / (n1_f - 1.0) + self.negatives.spread(n0) / (n0_f - 1.0);
        variances.sqrt() / (2.0 * n1_f * n0_f)
    }

    fn area(&self, n1: u64, n0: u64) -> DelongAuc {
        let auc = self.positives.sum as f64 / (2.0 * n1 as f64 * n0 as f64);
        DelongAuc { auc, std_error: self.std_error(n1, n0), n_positives: n1, n_negatives: n0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::evaluation::roc_auc;

    const LABELS: [bool; 12] = [true, false, true, true, false, false, true, false, false, false, true, false];
    const SCORES: [f64; 12] = [0.9, 0.9, 0.8, 0.7, 0.7, 0.7, 0.6, 0.4, 0.4, 0.3, 0.3, 0.1];

    /// Oracle: `twelve_rows_with_ties` of the reference metrics, 60 digits.
    #[test]
    fn the_standard_error_is_that_of_the_reference() {
        let found = delong(&RankedScores::of(&LABELS, &SCORES).unwrap()).unwrap();
        assert_eq!(found.auc, 0.6571428571428571);
        assert!((found.std_error - 0.17251638983558856).abs() < 1e-16, "{found:?}");
    }

    /// Oracle: the quadratic definition, mean over all pairs and plain variances in doubles.
    #[test]
    fn two_models_differ_as_by_the_definition() {
        let other: [f64; 12] = [0.7, 0.2, 0.7, 0.9, 0.7, 0.1, 0.5, 0.5, 0.3, 0.6, 0.8, 0.1];
        let found = delong_test(&LABELS, &SCORES, &other).unwrap();
        let of = |label: bool, scores: &[f64; 12]| -> Vec<f64> {
            (0..12).filter(|&row| LABELS[row] == label).map(|row| scores[row]).collect()
        };
        let wins = |a: f64, b: f64| {
            if a > b {
                1.0
            } else if a == b {
                0.5
            } else {
                0.0
            }
        };
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let parts = |scores: &[f64; 12]| {
            let (x, y) = (of(true, scores), of(false, scores));
            let v10: Vec<f64> = x.iter().map(|&x| mean(&y.iter().map(|&y| wins(x, y)).collect::<Vec<_>>())).collect();
            let v01: Vec<f64> = y.iter().map(|&y| mean(&x.iter().map(|&x| wins(x, y)).collect::<Vec<_>>())).collect();
            (v10, v01)
        };
        let covariance = |a: &[f64], b: &[f64]| {
            a.iter().zip(b).map(|(x, y)| (x - mean(a)) * (y - mean(b))).sum::<f64>() / (a.len() as f64 - 1.0)
        };
        let (a, b) = (parts(&SCORES), parts(&other));
        let variance = |x: &(Vec<f64>, Vec<f64>), y: &(Vec<f64>, Vec<f64>)| {
            covariance(&x.0, &y.0) / x.0.len() as f64 + covariance(&x.1, &y.1) / x.1.len() as f64
        };
        let std_error = (variance(&a, &a) + variance(&b, &b) - 2.0 * variance(&a, &b)).sqrt();
        let difference = mean(&a.0) - mean(&b.0);
        assert!((found.difference - difference).abs() < 1e-15, "{found:?} {difference}");
        assert!((found.std_error - std_error).abs() < 1e-15, "{found:?} {std_error}");
        assert!((found.z.clone().unwrap() - difference / std_error).abs() < 1e-13);
        assert!((found.second.std_error - variance(&b, &b).sqrt()).abs() < 1e-15);
        assert_eq!(roc_auc(&RankedScores::of(&LABELS, &other).unwrap()), Ok(found.second.auc));
        assert_eq!(found.first, delong(&RankedScores::of(&LABELS, &SCORES).unwrap()).unwrap());
        let back = delong_test(&LABELS, &other, &SCORES).unwrap();
        assert_eq!((back.difference, back.p_value), (-found.difference, found.p_value));
    }

    #[test]
    fn models_that_rank_alike_have_no_test() {
        let squared = SCORES.map(|score| score * score);
        let found = delong_test(&LABELS, &SCORES, &squared).unwrap();
        assert_eq!((found.difference, found.std_error), (0.0, 0.0));
        assert_eq!((found.z.clone(), found.p_value.clone()), (Err(Undefined::Constant), Err(Undefined::Constant)));
        assert_eq!(found.interval(0.95), Err(Undefined::Constant));
    }

    /// By hand: logit(0.75) = ln 3, standard error 0.1 / 0.1875.
    #[test]
    fn intervals_stay_within_their_scale() {
        let area = DelongAuc { auc: 0.75, std_error: 0.1, n_positives: 9, n_negatives: 9 };
        let logit = area.interval(0.95, IntervalScale::Logit).unwrap();
        let half = 1.959963984540054 * 0.1 / 0.1875;
        for (end, sign) in [(logit.low, -1.0), (logit.high, 1.0)] {
            assert!(((end / (1.0 - end)).ln() - (3.0_f64.ln() + sign * half)).abs() < 1e-14);
        }
        let wide = DelongAuc { std_error: 0.2, ..area };
        assert_eq!(wide.interval(0.95, IntervalScale::Plain).unwrap().high, 1.0);
        let perfect = delong(&RankedScores::of(&[true, true, false, false], &[4.0, 3.0, 2.0, 1.0]).unwrap()).unwrap();
        assert_eq!((perfect.auc, perfect.std_error), (1.0, 0.0));
        assert_eq!(perfect.interval(0.95, IntervalScale::Logit), Err(Undefined::Constant));
        assert_eq!(area.interval(95.0, IntervalScale::Logit), Err(Undefined::OutOfRange));
    }

    #[test]
    fn two_of_each_class_are_needed() {
        let of = |labels: &[bool]| delong(&RankedScores::of(labels, &vec![1.0; labels.len()]).unwrap());
        assert_eq!(of(&[true, true]), Err(Undefined::OneGroup));
        assert_eq!(of(&[true, false, false]), Err(Undefined::TooFew { n: 1, needed: 2 }));
        let tied = of(&[true, true, false, false]).unwrap();
        assert_eq!((tied.auc, tied.std_error), (0.5, 0.0));
        assert_eq!(delong_test(&[true], &[1.0], &[1.0, 2.0]), Err(Undefined::TooFew { n: 1, needed: 2 }));
    }
}
