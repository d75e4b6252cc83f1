//! Relative weights of a logistic regression.
//!
//! Notation: `L` the symmetric root of the correlations of the drivers, `b` the logistic slopes
//! on standardised drivers; `L b` are those on the orthogonal columns nearest to them, which
//! have unit variance. They are standardised on the side of the outcome too:
//!
//! ```text
//! b*_k = (L b)_k R_O / s,   e_j = sum over k of L_jk^2 b*_k^2,   sum over j of e_j = R_O^2
//! ```
//! `R_O` is the correlation of the outcome with its fitted probability and `s` the standard
//! deviation of the fitted logits. S. Tonidandel & J. M. LeBreton (2010), Organizational
//! Research Methods 13(4), 767-781, eq. (3) to (6), after S. Menard (2004), The American
//! Statistician 58(3), 218-223.

use super::measures::{Values, root_of};
use super::report::LogitSummary;
use super::rows::DistinctRows;
use crate::kernel::importance::{Players, relative_weights};
use crate::kernel::sum::CompensatedSum;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::solver::{LogisticFit, LogisticOptions, LogisticRows, logistic};

/// The rows of a target of two values.
pub(super) struct Logit<'a> {
    rows: &'a DistinctRows<'a>,
    /// 1 where the target has its greater value.
    outcomes: Vec<f64>,
}

impl<'a> Logit<'a> {
    /// Refuses a target of more than two values.
    pub(super) fn of(rows: &'a DistinctRows<'a>) -> Result<Self, String> {
        let (low, high) =
            rows.target.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &y| (low.min(y), high.max(y)));
        if rows.target.iter().any(|&y| y != low && y != high) {
            return Err("the target has more than two values; name the `event` of a target of text".to_owned());
        }
        Ok(Self { rows, outcomes: rows.target.iter().map(|&y| f64::from(u8::from(y == high))).collect() })
    }

    /// The weights over rows that count as often as `trials` says. `sds` are the standard
    /// deviations of the columns in these rows, `correlations` their correlations.
    pub(super) fn weights(
        &self,
        trials: &[f64],
        sds: &[f64],
        correlations: &SymmetricMatrix,
    ) -> Result<(Vec<f64>, LogitSummary), String> {
        let n_columns = correlations.order() - 1;
        let successes: Vec<f64> = trials.iter().zip(&self.outcomes).map(|(trials, y)| trials * y).collect();
        let columns = self.rows.columns[..n_columns].iter().map(Vec::as_slice).collect();
        let design = LogisticRows::new(columns, &successes, trials).map_err(|reason| reason.to_string())?;
        let fit = logistic(&design, LogisticOptions::default()).map_err(|error| error.to_string())?;
        let (sd, r_squared) = self.outcome_side(&design.linear_predictors(&fit.coefficients), trials);
        if !(sd > 0.0) {
            return Err("the fitted probabilities are all equal".to_owned());
        }
        let slopes: Vec<f64> = fit.coefficients[1..].iter().zip(sds).map(|(slope, sd)| slope * sd).collect();
        let root = root_of(correlations).map_err(|reason| reason.to_string())?;
        let scale = r_squared.sqrt() / sd;
        let standardized: Vec<f64> = root.rotated_slopes(&slopes).iter().map(|slope| slope * scale).collect();
        let weights = relative_weights(&root, &standardized, self.players()).map_err(|reason| reason.to_string())?;
        Ok((weights, summary(&fit, r_squared)))
    }

    fn players(&self) -> &Players {
        self.rows.players
    }

    /// Standard deviation of the logits, and squared correlation of outcome and probability.
    fn outcome_side(&self, logits: &[f64], trials: &[f64]) -> (f64, f64) {
        let probabilities: Vec<f64> = logits.iter().map(|logit| 1.0 / (1.0 + (-logit).exp())).collect();
        let total = weighted(trials, |_| 1.0);
        let mean = |values: &[f64]| weighted(trials, |row| values[row]) / total;
        let (logit, probability, outcome) = (mean(logits), mean(&probabilities), mean(&self.outcomes));
        let variance = weighted(trials, |row| (logits[row] - logit).powi(2)) / total;
        let of_probability = weighted(trials, |row| (probabilities[row] - probability).powi(2));
        let of_outcome = weighted(trials, |row| (self.outcomes[row] - outcome).powi(2));
        let of_both = weighted(trials, |row| (probabilities[row] - probability) * (self.outcomes[row] - outcome));
        (variance.sqrt(), of_both * of_both / (of_probability * of_outcome))
    }
}

fn weighted(trials: &[f64], value: impl Fn(usize) -> f64) -> f64 {
    let mut sum = CompensatedSum::default();
    trials.iter().enumerate().for_each(|(row, trials)| sum.add(trials * value(row)));
    sum.value()
}

fn summary(fit: &LogisticFit, r_squared: f64) -> LogitSummary {
    let mcfadden_r_squared = 1.0 - fit.log_likelihood / fit.null_log_likelihood;
    LogitSummary { r_squared, mcfadden_r_squared, iterations: fit.iterations }
}

/// Values of all players, or why there are none.
pub(super) fn as_values(weights: Result<Vec<f64>, String>) -> Values {
    weights.map(|weights| weights.into_iter().map(Some).collect())
}
