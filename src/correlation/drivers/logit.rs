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
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::solver::design::DesignBlock;
use crate::solver::regression::{
    Family, Observations, Outcomes, RegressionError, RegressionFit, RegressionOptions, fit,
};

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
        let column = |column: &'a Vec<f64>| DesignBlock::Numbers(column.as_slice().into());
        let columns: Vec<DesignBlock<'_>> = self.rows.columns[..n_columns].iter().map(column).collect();
        let outcomes = Outcomes { response: &self.outcomes, weights: Some(trials), ..Outcomes::default() };
        let rows = Observations::in_order(&columns, true, &outcomes).map_err(|reason| reason.to_string())?;
        let fit = fit(&rows, Family::Binomial, &RegressionOptions::default()).map_err(|error| why(&error))?;
        let (sd, r_squared) = outcome_side(&rows, &fit.predictors);
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
}

/// Standard deviation of the logits, and squared correlation of outcome and probability.
fn outcome_side(rows: &Observations, logits: &[f64]) -> (f64, f64) {
    let outcomes = rows.response();
    let probability = |row: usize| Family::Binomial.mean(logits[row]);
    let total = rows.total_weight();
    let mean_logit = rows.weighted_sum(|row| logits[row]) / total;
    let mean_probability = rows.weighted_sum(probability) / total;
    let mean_outcome = rows.weighted_sum(|row| outcomes[row]) / total;
    let variance = rows.weighted_sum(|row| (logits[row] - mean_logit).powi(2)) / total;
    let of_probability = rows.weighted_sum(|row| (probability(row) - mean_probability).powi(2));
    let of_outcome = rows.weighted_sum(|row| (outcomes[row] - mean_outcome).powi(2));
    let of_both = rows.weighted_sum(|row| (probability(row) - mean_probability) * (outcomes[row] - mean_outcome));
    (variance.sqrt(), of_both * of_both / (of_probability * of_outcome))
}

fn why(error: &RegressionError) -> String {
    match error {
        RegressionError::Separated { n_separated, n_rows, .. } => format!(
            "the columns separate the outcomes: {n_separated} of {n_rows} distinct row(s) are told apart without error"
        ),
        other => other.to_string(),
    }
}

fn summary(fit: &RegressionFit, r_squared: f64) -> LogitSummary {
    // Of outcomes of 0 and 1 a deviance is twice the log-likelihood.
    let mcfadden_r_squared = 1.0 - fit.deviance / fit.null_deviance;
    LogitSummary { r_squared, mcfadden_r_squared, iterations: fit.iterations }
}

/// Values of all players, or why there are none.
pub(super) fn as_values(weights: Result<Vec<f64>, String>) -> Values {
    weights.map(|weights| weights.into_iter().map(Some).collect())
}
