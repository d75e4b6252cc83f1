//! From a table to a fitted model.

use super::collinear::Determined;
use super::errors::StandardErrors;
use super::likelihood::LikelihoodSums;
use super::marginal::average_marginal_effects;
use super::model::{Fitted, RegressionModel};
use super::params::{REGRESSION, Regression, RegressionParams};
use super::range::check_range;
use super::statistics::FitStatistics;
use super::training::Training;
use super::weights::WeightMeaning;
use crate::error::{Error, Result};
use crate::frame::FeatureTable;
use crate::frame::readable::shown_names;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;
use crate::kernel::weight::WeightKind;
use crate::prediction::encoding::{Encoder, EncodingCounts, Term};
use crate::solver::regression::{
    Family, Observations, Outcomes, RegressionError, RegressionFit, RegressionOptions, SandwichKind, firth,
    fit as solve, sandwich,
};

/// A table as a regression takes it, whatever it is held back by.
pub(super) struct Prepared {
    pub(super) training: Training,
    pub(super) encoder: Encoder,
    pub(super) observations: Observations,
    counts: EncodingCounts,
}

/// Reads a table, learns its encoding and puts its rows in order.
pub(super) fn prepare(params: &RegressionParams, table: &FeatureTable) -> Result<Prepared> {
    let mut training = Training::read(params, table)?;
    let encoding = params.encoding.clone().check()?;
    let encoder = encoding.fit_frame(&training.frame, table.features(), training.weights.as_deref())?;
    let frame = std::mem::take(&mut training.frame);
    let encoded = encoder.encode(&frame)?;
    training.keep(encoded.kept(), params.class_weights);
    let outcomes = Outcomes {
        response: &training.response,
        weights: training.weights.as_deref(),
        offset: training.offset.as_deref(),
        groups: training.groups.as_deref(),
    };
    let observations = Observations::new(encoded.blocks(), params.fit_intercept, &outcomes).map_err(undefined)?;
    let counts = encoded.counts().clone();
    drop(encoded);
    Ok(Prepared { training, encoder, observations, counts })
}

impl Prepared {
    /// Fits the regression with the penalty of the settings, or another.
    pub(super) fn solve(&self, params: &RegressionParams, options: &RegressionOptions) -> Result<RegressionFit> {
        let solved = if params.firth {
            firth(&self.observations, options)
        } else {
            solve(&self.observations, params.family, options)
        };
        solved.map_err(|error| refused(error, self.encoder.terms(), params.fit_intercept))
    }
}

pub(super) fn fit(regression: &Regression, table: &FeatureTable) -> Result<RegressionModel> {
    let params = regression.params();
    let prepared = prepare(params, table)?;
    let solved = prepared.solve(params, &regression.options())?;
    let Prepared { training, encoder, observations, counts } = prepared;
    let mut statistics = statistics(params, &training, &observations, &solved);
    let determined = Determined::of(&observations, encoder.terms(), params.fit_intercept);
    statistics.condition_number = determined.condition_number;
    let covariance = covariance(params, &observations, &solved, statistics.dispersion)?;
    check_range(encoder.terms(), &solved, &covariance, &statistics, params.kind_of_sandwich().is_some())?;
    let fitted = Fitted {
        target: table.target().unwrap_or_default().to_owned(),
        labels: training.labels.clone(),
        rows: training.rows,
        encoding_counts: counts,
        vif: determined.of_columns,
        collinear: determined.features,
        marginal_effects: average_marginal_effects(params.family, &observations, &solved, &covariance),
        coefficients: solved.coefficients,
        aliased: solved.aliased,
        covariance,
        statistics,
    };
    Ok(RegressionModel::new(regression.clone(), encoder, fitted))
}

fn undefined(reason: Undefined) -> Error {
    let reason = match reason {
        Undefined::NoWeight => {
            "no row is left to learn from; give the table rows with a target and a weight".to_owned()
        }
        Undefined::NotFinite => "a column holds a number that is not finite".to_owned(),
        other => format!("the columns cannot be computed with: {other}"),
    };
    Error::Unusable { analysis: REGRESSION, reason }
}

/// What the solver refused, with names for its columns.
pub(super) fn refused(error: RegressionError, terms: &[Term], has_intercept: bool) -> Error {
    match error {
        RegressionError::Separated { n_separated, n_rows, columns } => {
            let first = usize::from(has_intercept);
            let names: Vec<String> = columns
                .iter()
                .filter_map(|column| terms.get(column - first))
                .map(|term| format!("`{}`", term.name))
                .collect();
            let reason = format!(
                "{} separate(s) the outcomes: {n_separated} of {n_rows} row(s) are told apart without error, so no finite \
                 coefficient is best; leave the column(s) out, pool their levels, or use `firth` or `l2_penalty`",
                shown_names(&names)
            );
            Error::Unusable { analysis: REGRESSION, reason }
        }
        RegressionError::NotConverged { .. } => Error::Numeric { analysis: REGRESSION, verdict: error.to_string() },
        RegressionError::Undefined(reason) => undefined(reason),
        other => Error::Unusable { analysis: REGRESSION, reason: other.to_string() },
    }
}

fn statistics(
    params: &RegressionParams,
    training: &Training,
    observations: &Observations,
    solved: &RegressionFit,
) -> FitStatistics {
    let meaning = params.weights.as_ref().map(|weights| weights.meaning);
    let rank = (solved.coefficients.len() - solved.aliased.len()) as f64;
    let n_obs = training.n_obs(params);
    let mut facts = FitStatistics::new(params.family, params.fit_intercept, n_obs, rank, solved);
    if params.class_weights.is_none() && meaning != Some(WeightMeaning::Sampling) {
        let mut sums = LikelihoodSums::new(params.family, meaning == Some(WeightMeaning::Precision));
        sums.add(observations.response(), observations.weights());
        facts.add_likelihoods(&sums);
    }
    if params.family == Family::Binomial {
        facts.tjur_r2 = tjur(observations, &solved.predictors);
    }
    facts
}

/// Mean probability of those with the event less that of those without.
fn tjur(observations: &Observations, predictors: &[f64]) -> Option<f64> {
    let response = observations.response();
    let [n_with, n_without, with, without] = observations.weighted_sums(|row| {
        let prob = Family::Binomial.mean(predictors[row]);
        match response[row] {
            1.0 => [1.0, 0.0, prob, 0.0],
            0.0 => [0.0, 1.0, 0.0, prob],
            _ => [0.0; 4],
        }
    });
    (n_with > 0.0 && n_without > 0.0).then(|| with / n_with - without / n_without)
}

/// The covariance of the coefficients that the settings ask for.
fn covariance(
    params: &RegressionParams,
    observations: &Observations,
    solved: &RegressionFit,
    dispersion: f64,
) -> Result<SymmetricMatrix> {
    let Some(kind) = params.kind_of_sandwich() else {
        let of_model = &solved.covariance;
        return Ok(SymmetricMatrix::from_lower(of_model.order(), |row, column| dispersion * of_model.get(row, column)));
    };
    let is_frequency = params.weights.as_ref().is_some_and(|weights| weights.meaning == WeightMeaning::Frequency);
    let meaning = if is_frequency { WeightKind::Frequency } else { WeightKind::Sampling };
    sandwich(observations, params.family, solved, kind, meaning).map_err(|reason| {
        let reason = format!("robust standard errors cannot be had: {reason}");
        Error::Unusable { analysis: REGRESSION, reason }
    })
}

impl RegressionParams {
    /// The kind of robust covariance; none for that of the model.
    pub(super) fn kind_of_sandwich(&self) -> Option<SandwichKind> {
        let meaning = self.weights.as_ref().map(|weights| weights.meaning);
        let needs_robust = self.class_weights.is_some() || meaning == Some(WeightMeaning::Sampling);
        match self.std_errors {
            StandardErrors::Auto if self.clusters.is_some() => Some(SandwichKind::Cluster),
            StandardErrors::Auto if needs_robust => Some(SandwichKind::Hc1),
            StandardErrors::Auto | StandardErrors::Model => None,
            StandardErrors::Hc0 => Some(SandwichKind::Hc0),
            StandardErrors::Hc1 => Some(SandwichKind::Hc1),
            StandardErrors::Hc2 => Some(SandwichKind::Hc2),
            StandardErrors::Hc3 => Some(SandwichKind::Hc3),
            StandardErrors::Cluster => Some(SandwichKind::Cluster),
        }
    }
}
