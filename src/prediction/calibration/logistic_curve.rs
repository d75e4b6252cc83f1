//! A logistic regression of labels on one number, over distinct scores.
//!
//! Equal scores are one row with so many successes of so many trials, by rising score, so that the
//! order of the rows changes no digit.

use crate::kernel::evaluation::ScoreRun;
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;
use crate::solver::design::DesignBlock;
use crate::solver::regression::{Family, Observations, Outcomes, RegressionError, RegressionOptions, fit_coefficients};

/// `logit(p) = intercept + slope (x - centre) / spread`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::prediction) struct LogisticCurve {
    pub(in crate::prediction) centre: f64,
    pub(in crate::prediction) spread: f64,
    pub(in crate::prediction) intercept: f64,
    pub(in crate::prediction) slope: f64,
    /// Variances of the intercept and the slope, and their covariance.
    variances: [f64; 3],
}

/// A coefficient with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::prediction) struct Coefficient {
    pub(in crate::prediction) estimate: f64,
    pub(in crate::prediction) std_error: f64,
}

impl LogisticCurve {
    /// The curve through runs whose `score` is the number that is regressed on; counts may be any
    /// that sum to the trials.
    ///
    /// # Errors
    /// `NotFinite` and `Overflow` for numbers that are too large, `Constant` where all are the
    /// same, `OneGroup`, `Separated` and `NotConverged`.
    pub(in crate::prediction) fn through(runs: &[ScoreRun]) -> Result<Self, Undefined> {
        if runs.iter().any(|run| !run.score.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        let trials: Vec<f64> = runs.iter().map(|run| run.positives + run.negatives).collect();
        let total = summed(trials.iter().copied());
        let centre = summed(runs.iter().zip(&trials).map(|(run, trials)| run.score * (trials / total)));
        let squares = runs.iter().zip(&trials).map(|(run, trials)| (run.score - centre).powi(2) * (trials / total));
        let spread = summed(squares).sqrt();
        if !(centre.is_finite() && spread.is_finite()) {
            return Err(Undefined::Overflow);
        }
        if runs.len() < 2 || spread == 0.0 {
            return Err(Undefined::Constant);
        }
        let column: Vec<f64> = runs.iter().map(|run| (run.score - centre) / spread).collect();
        let shares: Vec<f64> = runs.iter().zip(&trials).map(|(run, trials)| run.positives / trials).collect();
        let outcomes = Outcomes { response: &shares, weights: Some(&trials), ..Outcomes::default() };
        let rows = Observations::in_order(&[DesignBlock::Numbers(column.into())], true, &outcomes)?;
        if !rows.aliased().is_empty() {
            return Err(Undefined::Constant);
        }
        let fit = fit_coefficients(&rows, Family::Binomial, &RegressionOptions::default()).map_err(why)?;
        Ok(Self {
            centre,
            spread,
            intercept: fit.estimates[0],
            slope: fit.estimates[1],
            variances: [fit.covariance.get(0, 0), fit.covariance.get(1, 1), fit.covariance.get(1, 0)],
        })
    }

    /// The slope over the number itself.
    pub(in crate::prediction) fn slope_of_score(&self) -> Coefficient {
        Coefficient { estimate: self.slope / self.spread, std_error: self.variances[1].sqrt() / self.spread }
    }

    /// The intercept where the number itself is 0.
    pub(in crate::prediction) fn intercept_of_score(&self) -> Coefficient {
        let shift = self.centre / self.spread;
        let [intercept, slope, both] = self.variances;
        let variance = intercept - 2.0 * shift * both + shift * shift * slope;
        Coefficient { estimate: self.intercept - self.slope * shift, std_error: variance.max(0.0).sqrt() }
    }
}

fn summed(terms: impl Iterator<Item = f64>) -> f64 {
    let mut sum = CompensatedSum::default();
    terms.for_each(|term| sum.add(term));
    sum.value()
}

fn why(error: RegressionError) -> Undefined {
    match error {
        RegressionError::OneOutcome { .. } => Undefined::OneGroup,
        RegressionError::Separated { .. } => Undefined::Separated,
        RegressionError::NotConverged { .. } => Undefined::NotConverged,
        RegressionError::Undefined(reason) => reason,
        _ => Undefined::OutOfRange,
    }
}

/// Steps at the most; Newton's method takes five or six.
const MOST_STEPS: u32 = 200;
/// Square of a step over the variance of the intercept, which is the last.
const SMALL_STEP: f64 = 1e-18;
/// No step is longer, so that flat ends of the curve are left.
const LONGEST_STEP: f64 = 2.0;

/// The intercept that is added to given logits, with the slope held at 1, by Newton's method.
///
/// # Errors
/// `NotFinite`, `OneGroup`, `NotConverged`.
pub(in crate::prediction) fn intercept_in_the_large(runs: &[ScoreRun]) -> Result<Coefficient, Undefined> {
    if runs.iter().any(|run| !run.score.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let positives = summed(runs.iter().map(|run| run.positives));
    if positives == 0.0 || summed(runs.iter().map(|run| run.negatives)) == 0.0 {
        return Err(Undefined::OneGroup);
    }
    let (mut intercept, mut is_last) = (0.0_f64, false);
    for _ in 0..MOST_STEPS {
        let (mut expected, mut information) = (CompensatedSum::default(), CompensatedSum::default());
        for run in runs {
            let trials = run.positives + run.negatives;
            let (event, no_event) = shares(run.score + intercept);
            expected.add(trials * event);
            information.add(trials * event * no_event);
        }
        let information = information.value();
        if is_last {
            return Ok(Coefficient { estimate: intercept, std_error: 1.0 / information.sqrt() });
        }
        let step = (positives - expected.value()) / information;
        // Where all shares are 0 or 1 in doubles, the direction is known and the length is not.
        let step = if step.is_nan() { 0.0 } else { step.clamp(-LONGEST_STEP, LONGEST_STEP) };
        intercept += step;
        // A step of so small a part of a standard error is off by the square of that.
        is_last = step.abs() < LONGEST_STEP && step * step * information <= SMALL_STEP;
    }
    Err(Undefined::NotConverged)
}

/// The share of events at a logit, and the rest, each with all its digits.
pub(super) fn shares(logit: f64) -> (f64, f64) {
    let odds = (-logit.abs()).exp();
    let (likely, unlikely) = (1.0 / (1.0 + odds), odds / (1.0 + odds));
    if logit >= 0.0 { (likely, unlikely) } else { (unlikely, likely) }
}

/// `ln(p / (1 - p))`, infinite at 0 and 1.
pub(in crate::prediction) fn logit(prob: f64) -> f64 {
    prob.ln() - (-prob).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(rows: &[(f64, f64, f64)]) -> Vec<ScoreRun> {
        rows.iter().map(|&(score, positives, negatives)| ScoreRun { score, positives, negatives }).collect()
    }

    fn close(found: Coefficient, estimate: f64, std_error: f64) {
        assert!((found.estimate - estimate).abs() <= 1e-13 * estimate.abs(), "{found:?} {estimate}");
        assert!((found.std_error - std_error).abs() <= 1e-13 * std_error.abs(), "{found:?} {std_error}");
    }

    /// By hand: 1 of 4 at 0 and 3 of 4 at 2 are logits of -ln 3 and ln 3, with variances of 4/3
    /// each.
    #[test]
    fn two_scores_give_the_line_through_both() {
        let curve = LogisticCurve::through(&runs(&[(0.0, 1.0, 3.0), (2.0, 3.0, 1.0)])).unwrap();
        close(curve.slope_of_score(), 3.0_f64.ln(), (8.0_f64 / 3.0).sqrt() / 2.0);
        close(curve.intercept_of_score(), -(3.0_f64.ln()), (4.0_f64 / 3.0).sqrt());
    }

    #[test]
    fn an_offset_changes_the_intercept_only() {
        let curve = LogisticCurve::through(&runs(&[(1e9, 1.0, 3.0), (1e9 + 2.0, 3.0, 1.0)])).unwrap();
        close(curve.slope_of_score(), 3.0_f64.ln(), (8.0_f64 / 3.0).sqrt() / 2.0);
    }

    #[test]
    fn what_has_no_curve_says_why() {
        let of = |rows: &[(f64, f64, f64)]| LogisticCurve::through(&runs(rows)).unwrap_err();
        assert_eq!(of(&[(1.0, 1.0, 1.0)]), Undefined::Constant);
        assert_eq!(of(&[(1.0, 1.0, 0.0), (2.0, 1.0, 0.0)]), Undefined::OneGroup);
        assert_eq!(of(&[(1.0, 0.0, 3.0), (2.0, 3.0, 0.0)]), Undefined::Separated);
        assert_eq!(of(&[(f64::INFINITY, 0.0, 3.0), (2.0, 3.0, 0.0)]), Undefined::NotFinite);
        assert_eq!(of(&[(-1.7e308, 1.0, 3.0), (1.7e308, 3.0, 1.0)]), Undefined::Overflow);
    }

    /// By hand: all logits are 0, and 3 of 4 come: the intercept is ln 3, the information 3/4.
    #[test]
    fn the_intercept_moves_the_mean_to_what_came() {
        close(intercept_in_the_large(&runs(&[(0.0, 3.0, 1.0)])).unwrap(), 3.0_f64.ln(), (4.0_f64 / 3.0).sqrt());
        // Logits far out, where all information has faded at the start.
        let far = intercept_in_the_large(&runs(&[(-90.0, 3.0, 1.0)])).unwrap();
        close(far, 90.0 + 3.0_f64.ln(), (4.0_f64 / 3.0).sqrt());
        assert_eq!(intercept_in_the_large(&runs(&[(0.0, 3.0, 0.0)])), Err(Undefined::OneGroup));
        assert_eq!(intercept_in_the_large(&runs(&[(f64::NEG_INFINITY, 3.0, 1.0)])), Err(Undefined::NotFinite));
    }
}
