//! Regression by maximum likelihood: what a fit is asked, and what it tells.

use super::family::Family;
use super::least_squares::least_squares;
use super::newton::{Newton, null_coefficients};
use super::observations::Observations;
use super::passes::Passes;
use super::penalty::Penalty;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;

/// When to stop, and what to hold the coefficients back by.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RegressionOptions {
    /// Steps at the most; 100 by default.
    pub max_iter: u32,
    /// A step is the last one when the mean square of what it moves the linear predictor by is
    /// no more than this; 1e-16 by default, after which the next step is below the last digit.
    pub tol: f64,
    /// Half of it times the squared coefficients of the standardised columns (population
    /// standard deviation, columns of codes too) is taken off the log-likelihood; the intercept
    /// is free. 0 by default. scikit-learn's `C` is its reciprocal.
    pub l2_penalty: f64,
}

impl Default for RegressionOptions {
    fn default() -> Self {
        Self { max_iter: 100, tol: 1e-16, l2_penalty: 0.0 }
    }
}

/// Why there is no fit.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RegressionError {
    /// Some responses are none of the distribution.
    #[error("{n} response(s) are outside the range of the distribution")]
    Response {
        /// How many.
        n: u64,
    },
    /// All responses are at one end of their range.
    #[error("all responses are {value}, so there is nothing to tell apart")]
    OneOutcome {
        /// What they are.
        value: f64,
    },
    /// A combination of the columns tells rows at the end of their range from the others, and no
    /// finite coefficients are the best.
    #[error("the columns separate the outcomes: {n_separated} of {n_rows} row(s) are told apart without error")]
    Separated {
        /// Rows that the separating direction moves.
        n_separated: u64,
        /// All rows.
        n_rows: u64,
        /// The columns of the design that take part in it, without the intercept.
        columns: Vec<usize>,
    },
    /// The steps came to no end.
    #[error("no end after {iterations} steps: the last one promised a gain in log-likelihood of {gain:e}")]
    NotConverged {
        /// Steps taken.
        iterations: u32,
        /// What the last step promised.
        gain: f64,
    },
    /// Batches of rows could not be read, or not the same ones again.
    #[error("the batches of rows: {0}")]
    Source(String),
    /// The design cannot be computed with.
    #[error("{0}")]
    Undefined(Undefined),
}

impl From<Undefined> for RegressionError {
    fn from(reason: Undefined) -> Self {
        Self::Undefined(reason)
    }
}

/// A fitted regression; columns are those of the design, the intercept (if any) first.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RegressionFit {
    /// One for each column, in its units; 0 for aliased ones.
    pub coefficients: Vec<f64>,
    /// Columns that those before them determine, in ascending order.
    pub aliased: Vec<usize>,
    /// Inverse of the expected (penalised) information at a dispersion of 1; rows and columns of
    /// aliased columns are 0. Cells beyond doubles, as of columns below 1e-150, are infinite or 0.
    pub covariance: SymmetricMatrix,
    /// Roots of its diagonal, right where the squares are beyond doubles.
    pub std_errors: Vec<f64>,
    /// Twice what the likelihood lacks to that of means equal to the responses, unpenalised.
    pub deviance: f64,
    /// The same for the intercept (or nothing) alone, with the offset.
    pub null_deviance: f64,
    /// Sum of the weighted squared residuals over their variances.
    pub pearson_chi2: f64,
    /// Trace of the part that the data have in the penalised information; the number of
    /// columns that are not aliased, without a penalty.
    pub effective_parameters: f64,
    /// Steps taken over all rows.
    pub iterations: u32,
    /// The linear predictor of each row, in the order of the observations; none of rows that are
    /// not held.
    pub predictors: Vec<f64>,
    /// The covariance of the coefficients of the columns as they were fitted.
    pub(super) fitted_covariance: SymmetricMatrix,
}

/// Fits a regression.
///
/// # Errors
/// See [`RegressionError`].
pub fn fit(
    observations: &Observations,
    family: Family,
    options: &RegressionOptions,
) -> Result<RegressionFit, RegressionError> {
    check_responses(observations.response(), family)?;
    if family == Family::Gaussian {
        return least_squares(observations, options);
    }
    maximise(observations, family, options, Penalty::of(observations, options.l2_penalty))
}

/// The coefficients of a regression, in the units of the columns, without what a fit tells of its
/// rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Coefficients {
    pub(crate) estimates: Vec<f64>,
    /// Inverse of the expected (penalised) information at a dispersion of 1.
    pub(crate) covariance: SymmetricMatrix,
}

/// The coefficients that [`fit`] finds by Newton's method, by two passes over the rows fewer.
///
/// # Errors
/// See [`RegressionError`].
pub(crate) fn fit_coefficients(
    observations: &Observations,
    family: Family,
    options: &RegressionOptions,
) -> Result<Coefficients, RegressionError> {
    check_responses(observations.response(), family)?;
    let start = null_coefficients(observations, family, options)?;
    let penalty = Penalty::of(observations, options.l2_penalty);
    let mut newton = Newton::near_the_end(observations, family, penalty, start)?;
    newton.run(options)?;
    let (estimates, [_, covariance]) = (observations.layout.told(&newton.coefficients), newton.errors()?);
    Ok(Coefficients { estimates, covariance: observations.layout.told_covariance(&covariance) })
}

/// Fits a regression to rows wherever they are held, whose responses have been checked.
pub(super) fn maximise(
    rows: &impl Passes,
    family: Family,
    options: &RegressionOptions,
    penalty: Penalty,
) -> Result<RegressionFit, RegressionError> {
    let start = null_coefficients(rows, family, options)?;
    let null_deviance = null_deviance(rows, family, &start)?;
    let mut newton = Newton::near_the_end(rows, family, penalty, start)?;
    let iterations = newton.run(options)?;
    told(newton, null_deviance, iterations)
}

pub(super) fn check_responses(response: &[f64], family: Family) -> Result<(), RegressionError> {
    let n = response.iter().filter(|&&response| !family.allows(response)).count() as u64;
    if n > 0 {
        return Err(RegressionError::Response { n });
    }
    match ends(family).iter().find(|&&end| response.iter().all(|&response| response == end)) {
        Some(&value) => Err(RegressionError::OneOutcome { value }),
        None => Ok(()),
    }
}

/// Responses that rows without other ones say nothing by.
pub(super) fn ends(family: Family) -> &'static [f64] {
    match family {
        Family::Binomial => &[0.0, 1.0],
        Family::Poisson | Family::Tweedie { .. } => &[0.0],
        Family::Gaussian | Family::Gamma => &[],
    }
}

/// The deviance at the coefficients of the intercept alone.
fn null_deviance(rows: &impl Passes, family: Family, start: &[f64]) -> Result<f64, RegressionError> {
    match rows.level_products() {
        // All rows have one linear predictor.
        Some(_) => {
            let terms = family.deviance_terms(start[0]);
            rows.total_of_responses(|y| family.unit_deviance_at(terms, y))
        }
        None => rows.totals(start, &mut Vec::new(), |y, eta| [family.unit_deviance(y, eta)]).map(|[total]| total),
    }
}

/// What is told of coefficients at the maximum.
fn told<R: Passes>(
    newton: Newton<'_, R>,
    null_deviance: f64,
    iterations: u32,
) -> Result<RegressionFit, RegressionError> {
    let family = newton.family;
    let [inverse, covariance] = newton.errors()?;
    let mut predictors = Vec::new();
    let [deviance, pearson_chi2] = newton.rows.totals(&newton.coefficients, &mut predictors, |y, eta| {
        let residual = family.pearson_residual(y, eta);
        [family.unit_deviance(y, eta), residual * residual]
    })?;
    let layout = newton.rows.layout();
    Ok(RegressionFit {
        coefficients: layout.told(&newton.coefficients),
        covariance: layout.told_covariance(&covariance),
        std_errors: layout.told_errors(&covariance),
        deviance,
        null_deviance,
        pearson_chi2,
        effective_parameters: newton.penalty.effective_parameters(&inverse, &newton.kept),
        iterations,
        predictors,
        fitted_covariance: covariance,
        aliased: newton.rows.aliased().to_vec(),
    })
}

/// A covariance over all columns from that of those that are kept.
pub(super) fn covariance_of_kept(of_kept: &SymmetricMatrix, kept: &[usize], n_columns: usize) -> SymmetricMatrix {
    let mut places = vec![None; n_columns];
    kept.iter().enumerate().for_each(|(place, &column)| places[column] = Some(place));
    SymmetricMatrix::from_lower(n_columns, |row, column| {
        places[row].zip(places[column]).map_or(0.0, |(row, column)| of_kept.get(row, column))
    })
}
