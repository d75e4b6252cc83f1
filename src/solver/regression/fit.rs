//! Regression by maximum likelihood: Newton's method with halved steps.
//!
//! Notation: `b` coefficients, `l(b)` log-likelihood, `g` its gradient, `I` the information
//! (observed on the way, expected for the errors), `k_j` the penalty of column `j`.
//!
//! ```text
//! step = I^-1 (g - K b)        gain = step' (g - K b) / 2        goal l(b) - sum k_j b_j^2 / 2
//! ```
//! P. McCullagh & J. A. Nelder (1989), Generalized Linear Models, 2nd ed., section 2.5. A step
//! that lowers the goal is halved: with a row of great leverage full steps can go round in a
//! circle of two for ever.
//!
//! Separation: the likelihood has no maximum when some direction moves rows only towards what
//! was seen of them, and not all by nothing: A. Albert & J. A. Anderson (1984), Biometrika
//! 71(1), 1-10, for yes and no; J. M. C. Santos Silva & S. Tenreyro (2010), Economics Letters
//! 107(2), 310-312, for counts. Steps then do not shrink, and turn into such a direction.

use super::family::{Curvature, Family};
use super::least_squares::least_squares;
use super::observations::Observations;
use super::pass::Tile;
use super::passes::Passes;
use super::penalty::Penalty;
use super::sums::Sums;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;
use crate::solver::cholesky::Cholesky;

/// Share of a column that those before it must leave in the information on the way, which fades
/// as means near their limits.
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
/// Share of the largest part of a separating direction that makes a column part of it.
const TAKES_PART: f64 = 1e-2;
/// Halvings of one step.
const MOST_HALVINGS: u32 = 40;
/// A gain, beside the weight of the rows, that rounding alone can keep from shrinking.
const NEARLY_THERE: f64 = 1e-10;
/// The gain of a step that moves nothing but last digits, after which sums need no new pass.
const THERE: f64 = 1e-26;

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
    /// Steps taken.
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
    let mut newton = Newton::over(observations, family, penalty, start, observations.kept())?;
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
    let [null_deviance] = rows.totals(&start, &mut Vec::new(), |y, eta| [family.unit_deviance(y, eta)])?;
    let mut newton = Newton::over(rows, family, penalty, start, rows.kept())?;
    let iterations = newton.run(options)?;
    newton.told(null_deviance, iterations)
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

/// Coefficients of the intercept alone, on the columns as they are fitted.
pub(super) fn null_coefficients(
    rows: &impl Passes,
    family: Family,
    options: &RegressionOptions,
) -> Result<Vec<f64>, RegressionError> {
    let layout = rows.layout();
    let mut start = vec![0.0; layout.n_columns];
    if !layout.has_intercept {
        return Ok(start);
    }
    start[0] = family.link(rows.mean_response());
    let Some(mean_offset) = rows.mean_offset() else { return Ok(start) };
    // The mean offset brings the start near; Newton's method finds the end.
    start[0] -= mean_offset;
    let mut newton = Newton::over(rows, family, Penalty::None, start, vec![0])?;
    newton.run(options)?;
    Ok(newton.coefficients)
}

struct Newton<'a, R> {
    rows: &'a R,
    family: Family,
    penalty: Penalty,
    /// Columns that are not aliased.
    kept: Vec<usize>,
    coefficients: Vec<f64>,
    sums: Sums,
}

impl<'a, R: Passes> Newton<'a, R> {
    fn over(
        rows: &'a R,
        family: Family,
        penalty: Penalty,
        start: Vec<f64>,
        kept: Vec<usize>,
    ) -> Result<Self, RegressionError> {
        let sums = match rows.level_products() {
            // The sum of squares of a Gaussian is more than its mean tells.
            Some((level, products)) if family != Family::Gaussian => sums_of_level(level, products, family, start[0]),
            _ => rows.sums(family, Curvature::Observed, &start)?,
        };
        Ok(Self { rows, family, penalty, kept, coefficients: start, sums })
    }

    fn run(&mut self, options: &RegressionOptions) -> Result<u32, RegressionError> {
        let mut gain = f64::INFINITY;
        let first_total = self.sums.total.abs();
        for iteration in 1..=options.max_iter {
            let factor = Cholesky::of(&self.penalty.added_to(&self.sums.information, &self.kept), FADED)?;
            let gradient = self.gradient();
            let before = gain;
            gain = factor.explained(&gradient) / 2.0;
            let step = self.spread(&factor.solve(&gradient));
            let has_faded = factor.rank() < self.kept.len();
            self.check_separation(iteration, &step, has_faded)?;
            let scale = self.scale(first_total);
            if gain <= THERE.min(options.tol) * scale && !has_faded {
                self.coefficients.iter_mut().zip(&step).for_each(|(coefficient, step)| *coefficient += step);
                return Ok(iteration);
            }
            let has_moved = self.take(&step)?;
            let scale = self.scale(first_total);
            let is_small = gain <= options.tol * scale;
            // What is left is rounding when a small gain does not shrink any more.
            let is_rounding = gain <= NEARLY_THERE * scale && (gain > before / 4.0 || !has_moved);
            if (is_small || is_rounding) && !has_faded {
                return Ok(iteration);
            }
            if !has_moved {
                break;
            }
        }
        Err(RegressionError::NotConverged { iterations: options.max_iter, gain })
    }

    /// What a gain is measured by, so that units of the response do not matter: twice a gain
    /// over it is the mean square of the step.
    fn scale(&self, first_total: f64) -> f64 {
        /// Share of the first squares below which squares are rounding: the fit is perfect.
        const PERFECT: f64 = 1e-12;
        match self.family {
            // Squares of the response, so that the fit is exact but for rounding.
            Family::Gaussian => self.sums.total.abs().max(PERFECT * first_total),
            _ => self.sums.total_weight,
        }
    }

    /// Of the penalised likelihood, over the columns that are kept.
    fn gradient(&self) -> Vec<f64> {
        let held = self.penalty.times(&self.coefficients);
        self.kept.iter().map(|&column| self.sums.gradient[column] - held[column]).collect()
    }

    fn goal(&self, sums: &Sums, coefficients: &[f64]) -> f64 {
        sums.total - self.penalty.taken_off(coefficients)
    }

    /// A step over all coefficients, with zeros for the aliased ones.
    fn spread(&self, step: &[f64]) -> Vec<f64> {
        let mut of_all = vec![0.0; self.coefficients.len()];
        self.kept.iter().zip(step).for_each(|(&column, value)| of_all[column] = *value);
        of_all
    }

    /// Goes as far along a step as the goal does not fall, but for rounding; whether it went.
    fn take(&mut self, step: &[f64]) -> Result<bool, RegressionError> {
        let before = self.goal(&self.sums, &self.coefficients);
        let least = before - 1e-13 * before.abs();
        let mut length = 1.0;
        for _ in 0..MOST_HALVINGS {
            let next: Vec<f64> = self.coefficients.iter().zip(step).map(|(from, step)| from + length * step).collect();
            let sums = self.rows.sums(self.family, Curvature::Observed, &next)?;
            if self.goal(&sums, &next) >= least && sums.information.is_finite() {
                (self.coefficients, self.sums) = (next, sums);
                return Ok(true);
            }
            length /= 2.0;
        }
        Ok(false)
    }

    fn check_separation(&self, iteration: u32, step: &[f64], has_faded: bool) -> Result<(), RegressionError> {
        if iteration <= FIRST_STEPS || matches!(self.family, Family::Gaussian | Family::Gamma) {
            return Ok(());
        }
        let of_step = self.rows.extent(self.family, step)?;
        // Once the information has faded, the way already gone is the direction.
        let (direction, extent, tolerance) = match (has_faded, of_step.furthest > LARGE_STEP) {
            (_, true) => (step, of_step, SEPARATES),
            (true, false) => {
                let gone = self.coefficients.as_slice();
                (gone, self.rows.extent(self.family, gone)?, SEPARATES_WHEN_FADED)
            }
            (false, false) => return Ok(()),
        };
        if !extent.separates(tolerance) {
            return Ok(());
        }
        Err(RegressionError::Separated {
            n_separated: self.rows.n_moved(direction, tolerance * extent.furthest)?,
            n_rows: self.rows.n_rows(),
            columns: self.taking_part(direction),
        })
    }

    /// Columns with a part in a direction, each measured on the columns centred and scaled.
    fn taking_part(&self, direction: &[f64]) -> Vec<usize> {
        let first = usize::from(self.rows.layout().has_intercept);
        let direction = self.rows.whole_slopes(direction);
        let largest = direction[first..].iter().fold(0.0_f64, |largest, part| largest.max(part.abs()));
        (first..direction.len()).filter(|&column| direction[column].abs() > TAKES_PART * largest).collect()
    }

    /// The inverse of the expected information over the columns that are kept, and over all.
    fn errors(&self) -> Result<[SymmetricMatrix; 2], RegressionError> {
        let of_kept = |information| Cholesky::of(&self.penalty.added_to(information, &self.kept), FADED)?.inverse();
        let inverse = match self.family {
            Family::Gamma | Family::Tweedie { .. } => {
                of_kept(&self.rows.sums(self.family, Curvature::Expected, &self.coefficients)?.information)?
            }
            _ => of_kept(&self.sums.information)?,
        };
        let covariance = covariance_of_kept(&inverse, &self.kept, self.coefficients.len());
        Ok([inverse, covariance])
    }

    fn told(self, null_deviance: f64, iterations: u32) -> Result<RegressionFit, RegressionError> {
        let family = self.family;
        let [inverse, covariance] = self.errors()?;
        let mut predictors = Vec::new();
        let [deviance, pearson_chi2] = self.rows.totals(&self.coefficients, &mut predictors, |y, eta| {
            let residual = family.pearson_residual(y, eta);
            [family.unit_deviance(y, eta), residual * residual]
        })?;
        let layout = self.rows.layout();
        Ok(RegressionFit {
            coefficients: layout.told(&self.coefficients),
            covariance: layout.told_covariance(&covariance),
            std_errors: layout.told_errors(&covariance),
            deviance,
            null_deviance,
            pearson_chi2,
            effective_parameters: self.penalty.effective_parameters(&inverse, &self.kept),
            iterations,
            predictors,
            fitted_covariance: covariance,
            aliased: self.rows.aliased().to_vec(),
        })
    }
}

/// A covariance over all columns from that of those that are kept.
pub(super) fn covariance_of_kept(of_kept: &SymmetricMatrix, kept: &[usize], n_columns: usize) -> SymmetricMatrix {
    let mut places = vec![None; n_columns];
    kept.iter().enumerate().for_each(|(place, &column)| places[column] = Some(place));
    SymmetricMatrix::from_lower(n_columns, |row, column| {
        places[row].zip(places[column]).map_or(0.0, |(row, column)| of_kept.get(row, column))
    })
}

/// The sums of a step where all rows have one linear predictor, that of their mean: multiples of
/// the products of the columns, with the expected information.
fn sums_of_level(level: f64, products: &Sums, family: Family, predictor: f64) -> Sums {
    let tile = Tile { start: 0, predictors: &[predictor], response: &[level], prior: None };
    let (mut weight, mut score) = ([0.0], [0.0]);
    let likelihood = family.judge(Curvature::Expected, &tile, &mut weight, &mut score);
    let slope = family.score_slope(predictor);
    let information = &products.information;
    Sums {
        total: likelihood * products.total_weight,
        total_weight: weight[0] * products.total_weight,
        gradient: products.gradient.iter().map(|product| product * slope).collect(),
        information: SymmetricMatrix::from_lower(information.order(), |row, column| {
            information.get(row, column) * weight[0]
        }),
    }
}
