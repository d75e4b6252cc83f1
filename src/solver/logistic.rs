//! Logistic regression by maximum likelihood.
//!
//! Notation: `x_i` a row of the design with a 1 in front, `s_i` successes of `t_i` trials,
//! `eta_i = x_i b`, `p_i = 1 / (1 + exp(-eta_i))`.
//!
//! ```text
//! l(b) = sum s_i ln p_i + (t_i - s_i) ln (1 - p_i)
//! step = (X' W X)^-1 X' (s - t p),   W = diag t_i p_i (1 - p_i)
//! ```
//! Newton's method, which is iteratively reweighted least squares here: P. McCullagh & J. A.
//! Nelder (1989), Generalized Linear Models, 2nd ed., section 4.4; a step that lowers the
//! likelihood is halved.
//!
//! Separation: the likelihood has no maximum when some direction `d` has `x_i d >= 0` where the
//! event happened and `x_i d <= 0` where it did not, and is not zero in all rows: A. Albert &
//! J. A. Anderson (1984), Biometrika 71(1), 1-10. Newton's steps then do not shrink, and turn
//! into such a direction; each step that has not shrunk is tested for being one.

use super::cholesky::Cholesky;
use super::logistic_rows::{LogisticRows, StepSums};
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;

/// Share of a column that those before it must leave at the start, or it is aliased.
const RANK_TOLERANCE: f64 = 1e-10;
/// The same for the information on the way, which fades as probabilities near 0 and 1.
const FADED: f64 = 1e-14;
/// A step of the linear predictor that has not shrunk.
const LARGE_STEP: f64 = 0.5;
/// Steps before separation is looked for.
const FIRST_STEPS: u32 = 6;
/// How far a row can go the wrong way in a separating direction, beside the row that goes
/// furthest; what the steps have not yet settled.
const SEPARATES: f64 = 1e-6;
/// The same once the information has faded.
const SEPARATES_WHEN_FADED: f64 = 1e-3;
/// Halvings of one step.
const MOST_HALVINGS: u32 = 40;

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct LogisticOptions {
    /// Steps at the most; 100 by default.
    pub max_iter: u32,
    /// A step is the last one when it promises a gain in log-likelihood, for each trial, of no
    /// more than this; 1e-18 by default, where a step is far below the last digit.
    pub tol: f64,
}

impl Default for LogisticOptions {
    fn default() -> Self {
        Self { max_iter: 100, tol: 1e-18 }
    }
}

/// Why there is no fit.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LogisticError {
    /// The event happened always or never.
    #[error("the event happened in {successes} of {trials} trials, so there is nothing to tell apart")]
    OneOutcome {
        /// How often it happened.
        successes: f64,
        /// Out of how many.
        trials: f64,
    },
    /// A combination of the columns tells rows with the event from rows without, and no finite
    /// coefficients are the best.
    #[error(
        "the columns separate the outcomes: {n_separated} of {n_rows} distinct row(s) are told apart without error"
    )]
    Separated {
        /// Rows that the separating direction moves.
        n_separated: u64,
        /// Rows with a trial.
        n_rows: u64,
    },
    /// The steps came to no end.
    #[error("no end after {iterations} steps: the last one promised a gain in log-likelihood of {gain:e}")]
    NotConverged {
        /// Steps taken.
        iterations: u32,
        /// What the last step promised.
        gain: f64,
    },
    /// The design cannot be computed with.
    #[error("{0}")]
    Undefined(Undefined),
}

impl From<Undefined> for LogisticError {
    fn from(reason: Undefined) -> Self {
        Self::Undefined(reason)
    }
}

/// A fitted logistic regression.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LogisticFit {
    /// Intercept first, then one slope for each column; 0 for aliased columns.
    pub coefficients: Vec<f64>,
    /// Columns that those before them and the intercept determine.
    pub aliased: Vec<usize>,
    /// Logarithm of the likelihood, without the binomial constants.
    pub log_likelihood: f64,
    /// The same for the intercept alone.
    pub null_log_likelihood: f64,
    /// Information at the maximum, intercept first; its inverse holds the variances.
    pub information: SymmetricMatrix,
    /// Steps taken.
    pub iterations: u32,
}

/// Fits a logistic regression with an intercept.
///
/// Columns should be centred and of like size, which keeps the information well conditioned.
/// The digits depend on the order of the rows, so give them in one of their own; they do not
/// depend on the number of threads.
///
/// # Errors
/// See [`LogisticError`].
pub fn logistic(rows: &LogisticRows<'_>, options: LogisticOptions) -> Result<LogisticFit, LogisticError> {
    let (successes, trials) = rows.totals();
    if !(successes > 0.0 && successes < trials) {
        return Err(LogisticError::OneOutcome { successes, trials });
    }
    let mut start = vec![0.0; rows.n_columns() + 1];
    start[0] = (successes / (trials - successes)).ln();
    let at_start = rows.sums(&start);
    let aliased = Cholesky::of(&at_start.information, RANK_TOLERANCE)?.aliased().to_vec();
    let kept: Vec<usize> = (0..start.len()).filter(|column| !aliased.contains(column)).collect();
    let null_log_likelihood = at_start.log_likelihood;
    let mut newton = Newton { rows, kept, coefficients: start, sums: at_start };
    let iterations = newton.run(options, trials)?;
    Ok(LogisticFit {
        coefficients: newton.coefficients,
        // The intercept comes first and is never aliased.
        aliased: aliased.iter().map(|column| column.saturating_sub(1)).collect(),
        log_likelihood: newton.sums.log_likelihood,
        null_log_likelihood,
        information: newton.sums.information,
        iterations,
    })
}

struct Newton<'a> {
    rows: &'a LogisticRows<'a>,
    /// Coefficients that are not aliased.
    kept: Vec<usize>,
    coefficients: Vec<f64>,
    sums: StepSums,
}

impl Newton<'_> {
    fn run(&mut self, options: LogisticOptions, trials: f64) -> Result<u32, LogisticError> {
        let mut gain = f64::INFINITY;
        for iteration in 1..=options.max_iter {
            let factor = Cholesky::of(&self.sums.information.select(&self.kept), FADED)?;
            let gradient: Vec<f64> = self.kept.iter().map(|&column| self.sums.gradient[column]).collect();
            gain = factor.explained(&gradient) / 2.0;
            let step = self.spread(&factor.solve(&gradient));
            let has_faded = factor.rank() < self.kept.len();
            self.check_separation(iteration, &step, has_faded)?;
            self.take(&step);
            if gain <= options.tol * trials && !has_faded {
                return Ok(iteration);
            }
        }
        Err(LogisticError::NotConverged { iterations: options.max_iter, gain })
    }

    /// A step over all coefficients, with zeros for the aliased ones.
    fn spread(&self, step: &[f64]) -> Vec<f64> {
        let mut of_all = vec![0.0; self.coefficients.len()];
        self.kept.iter().zip(step).for_each(|(&column, value)| of_all[column] = *value);
        of_all
    }

    fn check_separation(&self, iteration: u32, step: &[f64], has_faded: bool) -> Result<(), LogisticError> {
        if iteration <= FIRST_STEPS {
            return Ok(());
        }
        let moves = self.rows.linear_predictors(step);
        let largest = moves.iter().fold(0.0_f64, |largest, step| largest.max(step.abs()));
        // Once the information has faded, the way already gone is the direction.
        let (direction, tolerance) = match (has_faded, largest > LARGE_STEP) {
            (_, true) => (step, SEPARATES),
            (true, false) => (self.coefficients.as_slice(), SEPARATES_WHEN_FADED),
            (false, false) => return Ok(()),
        };
        match self.rows.moved_by(direction, tolerance) {
            Some(n_separated) => Err(LogisticError::Separated { n_separated, n_rows: self.rows.n_rows() }),
            None => Ok(()),
        }
    }

    /// Goes as far along a step as the likelihood does not fall, but for rounding.
    fn take(&mut self, step: &[f64]) {
        let before = self.sums.log_likelihood;
        let least = before - 1e-13 * before.abs();
        let mut length = 1.0;
        for _ in 0..MOST_HALVINGS {
            let next: Vec<f64> = self.coefficients.iter().zip(step).map(|(from, step)| from + length * step).collect();
            let sums = self.rows.sums(&next);
            if sums.log_likelihood >= least {
                (self.coefficients, self.sums) = (next, sums);
                return;
            }
            length /= 2.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(columns: &[&[f64]], successes: &[f64], trials: &[f64]) -> Result<LogisticFit, LogisticError> {
        logistic(&LogisticRows::new(columns.to_vec(), successes, trials)?, LogisticOptions::default())
    }

    /// Oracle: by hand; with one column of 0 and 1 the fit is saturated: 1 of 4 and 3 of 5 give
    /// an intercept of ln(1/3) and a slope of ln(3/2) - ln(1/3).
    #[test]
    fn two_groups_give_the_log_odds_ratio() {
        let fitted = fit(&[&[0.0, 1.0]], &[1.0, 3.0], &[4.0, 5.0]).unwrap();
        let expected = [(1.0_f64 / 3.0).ln(), (4.5_f64).ln()];
        for (got, expected) in fitted.coefficients.iter().zip(expected) {
            assert!((got - expected).abs() < 1e-15, "{got} {expected}");
        }
        let likelihood = 0.25_f64.ln() + 3.0 * 0.75_f64.ln() + 3.0 * 0.6_f64.ln() + 2.0 * 0.4_f64.ln();
        assert!((fitted.log_likelihood - likelihood).abs() < 1e-14);
        let null = 4.0 * (4.0_f64 / 9.0).ln() + 5.0 * (5.0_f64 / 9.0).ln();
        assert!((fitted.null_log_likelihood - null).abs() < 1e-14);
    }

    #[test]
    fn counted_rows_fit_like_repeated_ones() {
        let counted = fit(&[&[-1.0, 0.5, 2.0]], &[1.0, 2.0, 1.0], &[4.0, 3.0, 2.0]).unwrap();
        let x = [-1.0, -1.0, -1.0, -1.0, 0.5, 0.5, 0.5, 2.0, 2.0];
        let y = [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0];
        let repeated = fit(&[&x], &y, &[1.0; 9]).unwrap();
        for (counted, repeated) in counted.coefficients.iter().zip(&repeated.coefficients) {
            assert!((counted - repeated).abs() < 1e-14);
        }
    }

    #[test]
    fn complete_separation_is_named() {
        let error = fit(&[&[-2.0, -1.0, 1.0, 2.0]], &[0.0, 0.0, 1.0, 1.0], &[1.0; 4]).unwrap_err();
        assert_eq!(error, LogisticError::Separated { n_separated: 4, n_rows: 4 });
        assert_eq!(
            error.to_string(),
            "the columns separate the outcomes: 4 of 4 distinct row(s) are told apart without error"
        );
    }

    /// Where the column is 1 the event always happened; elsewhere both outcomes are seen.
    #[test]
    fn quasi_complete_separation_is_named() {
        let x = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0];
        let z = [0.3, -0.4, 0.1, 0.9, -0.7, -0.5];
        let error = fit(&[&x, &z], &[1.0, 1.0, 1.0, 0.0, 0.0, 1.0], &[1.0; 6]).unwrap_err();
        assert_eq!(error, LogisticError::Separated { n_separated: 2, n_rows: 6 });
        // With a level that no event happened in, once in a great many.
        let error = fit(&[&[0.0, 1.0]], &[3.0, 0.0], &[7.0, 1e6]).unwrap_err();
        assert!(matches!(error, LogisticError::Separated { n_separated: 1, .. }), "{error}");
    }

    /// One event in a million is rare, and no separation. Oracle: by hand, as above.
    #[test]
    fn rare_events_are_no_separation() {
        let fitted = fit(&[&[0.0, 1.0]], &[3.0, 1.0], &[7.0, 1e6]).unwrap();
        let expected = (1.0_f64 / (1e6 - 1.0)).ln() - 0.75_f64.ln();
        assert!((fitted.coefficients[1] - expected).abs() < 1e-12 * expected.abs(), "{fitted:?}");
    }

    #[test]
    fn columns_that_others_determine_are_named() {
        let x = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        let y = [0.0, 1.0, 0.0, 1.0, 0.0, 1.0];
        let twice: Vec<f64> = x.iter().map(|x| 2.0 * x + 1.0).collect();
        let (both, one) = (fit(&[&x, &twice], &y, &[1.0; 6]).unwrap(), fit(&[&x], &y, &[1.0; 6]).unwrap());
        assert_eq!((both.aliased.as_slice(), both.coefficients[2]), ([1].as_slice(), 0.0));
        assert!((both.log_likelihood - one.log_likelihood).abs() < 1e-14);
        assert!(one.aliased.is_empty());
    }

    #[test]
    fn one_outcome_has_no_fit() {
        let error = fit(&[&[1.0, 2.0]], &[1.0, 1.0], &[1.0, 1.0]).unwrap_err();
        assert_eq!(error, LogisticError::OneOutcome { successes: 2.0, trials: 2.0 });
        assert!(matches!(fit(&[], &[], &[]), Err(LogisticError::OneOutcome { .. })));
    }

    #[test]
    fn rows_that_are_none_are_refused() {
        let new = |x: &[f64], s: &[f64], t: &[f64]| LogisticRows::new(vec![x], s, t).err();
        assert_eq!(new(&[1.0], &[1.0, 0.0], &[1.0, 1.0]), Some(Undefined::TooFew { n: 1, needed: 2 }));
        assert_eq!(new(&[f64::NAN], &[1.0], &[1.0]), Some(Undefined::NotFinite));
        assert_eq!(new(&[1.0], &[2.0], &[1.0]), Some(Undefined::NotPositive));
    }
}
