//! Logistic regression by Firth's penalised likelihood, which has a maximum under separation too.
//!
//! Notation: `p_i` the probability of row `i`, `w_i` what it counts for, `h_i` its leverage,
//! `I(b)` the information.
//!
//! ```text
//! goal    l*(b) = l(b) + ln det I(b) / 2
//! score   U*    = sum (w_i (y_i - p_i) + h_i (1/2 - p_i)) x_i
//! step    (sum (w_i + h_i) p_i (1 - p_i) x_i x_i')^-1 U*
//! ```
//! D. Firth (1993), Biometrika 80(1), 27-38; G. Heinze & M. Schemper (2002), Statistics in
//! Medicine 21(16), 2409-2419. The matrix of the step counts the half successes and failures that
//! the penalty adds to each row, and is near that of Newton's method; a step that lowers the goal
//! is halved.

use super::family::{Curvature, Family, logistic};
use super::fit::{RegressionError, RegressionFit, RegressionOptions, check_responses, covariance_of_kept};
use super::leverages::quadratic_forms;
use super::observations::Observations;
use super::passes::Passes;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;
use crate::solver::cholesky::Cholesky;

/// Share of a column that those before it must leave in the information.
const FADED: f64 = 1e-14;
/// Halvings of one step.
const MOST_HALVINGS: u32 = 40;
/// Steps shrink by a share, so that the last one must be this much below the tolerance.
const FURTHER: f64 = 1e-8;
/// A gain, beside the weight of the rows, that rounding alone can keep from shrinking.
const NEARLY_THERE: f64 = 1e-10;

/// Fits a logistic regression by Firth's penalised likelihood: finite coefficients of less bias,
/// whether the columns separate the outcomes or not.
///
/// The covariance is the inverse of the information, the deviances are those of the likelihood
/// without penalty. Under separation intervals of plus and minus some errors mislead: take those
/// of [`firth_profile`](super::firth_profile). Of the options, `l2_penalty` is not used.
///
/// # Errors
/// See [`RegressionError`]; `Separated` is none of them.
///
/// # Examples
///
/// ```
/// use customer_analytics::solver::design::{DesignBlock, REFERENCE};
/// use customer_analytics::solver::regression::{Observations, Outcomes, RegressionOptions, firth};
///
/// // All three of one plan left, none of four of the other: odds of 3.5 to 0.5 and 0.5 to 4.5.
/// let plan = DesignBlock::Codes { codes: vec![REFERENCE, REFERENCE, REFERENCE, REFERENCE, 0, 0, 0].into(), n_columns: 1 };
/// let response = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0];
/// let observations = Observations::new(&[plan], true, &Outcomes { response: &response, ..Outcomes::default() })?;
/// let fitted = firth(&observations, &RegressionOptions::default()).unwrap();
/// assert!((fitted.coefficients[0] - (0.5_f64 / 4.5).ln()).abs() < 1e-10);
/// assert!((fitted.coefficients[1] - (7.0_f64 * 9.0).ln()).abs() < 1e-10);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn firth(observations: &Observations, options: &RegressionOptions) -> Result<RegressionFit, RegressionError> {
    check_responses(observations.response(), Family::Binomial)?;
    let penalised = Penalised::new(observations);
    let start = null_coefficients(observations);
    let null_deviance = null_deviance(observations, options)?;
    let (end, iterations) = penalised.maximise(start, None, options)?;
    let layout = &observations.layout;
    let family = Family::Binomial;
    let covariance = penalised.covariance(&end)?;
    let mut predictors = Vec::new();
    let [deviance, pearson_chi2] = observations.totals(&end.coefficients, &mut predictors, |y, eta| {
        let residual = family.pearson_residual(y, eta);
        [family.unit_deviance(y, eta), residual * residual]
    })?;
    Ok(RegressionFit {
        coefficients: layout.told(&end.coefficients),
        covariance: layout.told_covariance(&covariance),
        std_errors: layout.told_errors(&covariance),
        deviance,
        null_deviance,
        pearson_chi2,
        effective_parameters: penalised.kept.len() as f64,
        iterations,
        predictors,
        fitted_covariance: covariance,
        aliased: observations.aliased().to_vec(),
    })
}

/// Firth's penalised log-likelihood of a logistic fit, `l(b) + ln det I(b) / 2` in the units of
/// the columns: what twice the difference of makes a likelihood ratio.
///
/// # Errors
/// `TooFew` when the fit has other columns; `Collinear` when the information has faded.
pub fn penalised_log_likelihood(observations: &Observations, fit: &RegressionFit) -> Result<f64, Undefined> {
    let (n, needed) = (fit.coefficients.len(), observations.n_columns());
    if n != needed {
        return Err(Undefined::TooFew { n: n.min(needed) as u64, needed: n.max(needed) as u64 });
    }
    let layout = &observations.layout;
    let penalised = Penalised::new(observations);
    let at = penalised.at(layout.fitted(&fit.coefficients)).ok_or(Undefined::Collinear)?;
    let mut unit = vec![0.0; needed];
    // The fitted columns are triangular in those of the design, so their diagonal is all there
    // is to the determinant.
    let ln_scales = penalised.kept.iter().map(|&column| {
        unit[column] = 1.0;
        let scale = layout.fitted(&unit)[column];
        unit[column] = 0.0;
        scale.abs().ln()
    });
    Ok(at.goal + ln_scales.sum::<f64>())
}

/// Of the intercept alone, with half a success and half a failure more.
fn null_coefficients(observations: &Observations) -> Vec<f64> {
    let mut start = vec![0.0; observations.n_columns()];
    if observations.has_intercept() {
        let total = observations.total_weight();
        let share = (observations.mean_response() * total + 0.5) / (total + 1.0);
        start[0] = Family::Binomial.link(share) - observations.mean_offset().unwrap_or(0.0);
    }
    start
}

fn null_deviance(observations: &Observations, options: &RegressionOptions) -> Result<f64, RegressionError> {
    let family = Family::Binomial;
    let start = super::newton::null_coefficients(observations, family, options)?;
    let [deviance] = observations.totals(&start, &mut Vec::new(), |y, eta| [family.unit_deviance(y, eta)])?;
    Ok(deviance)
}

/// The penalised likelihood of some rows.
pub(super) struct Penalised<'a> {
    observations: &'a Observations,
    /// Columns that are not aliased.
    pub(super) kept: Vec<usize>,
}

/// A place on it, over the columns as they are fitted.
pub(super) struct Place {
    pub(super) coefficients: Vec<f64>,
    pub(super) goal: f64,
    factor: Cholesky,
}

/// A plane that coefficients stay in: `a' b = value`, over the columns that are kept.
pub(super) struct Plane {
    pub(super) normal: Vec<f64>,
    pub(super) value: f64,
}

/// A step, and what is to know of the place it starts from.
struct Step {
    step: Vec<f64>,
    gain: f64,
    /// What the goal gains for each unit that the plane is moved by.
    slope: f64,
}

impl<'a> Penalised<'a> {
    pub(super) fn new(observations: &'a Observations) -> Self {
        Self { observations, kept: observations.kept() }
    }

    /// None where the information has faded, so that the penalty is without bound.
    pub(super) fn at(&self, coefficients: Vec<f64>) -> Option<Place> {
        let sums = self.observations.pass().sums(&coefficients, |tile, weights, scores| {
            Family::Binomial.judge(Curvature::Observed, tile, weights, scores)
        });
        let factor = Cholesky::of(&sums.information.select(&self.kept), FADED).ok()?;
        let goal = sums.total + factor.ln_determinant()? / 2.0;
        goal.is_finite().then_some(Place { coefficients, goal, factor })
    }

    pub(super) fn covariance(&self, place: &Place) -> Result<SymmetricMatrix, Undefined> {
        Ok(covariance_of_kept(&place.factor.inverse()?, &self.kept, self.observations.n_columns()))
    }

    /// The place of the largest goal, in a plane if there is one that the start is in; steps
    /// taken.
    pub(super) fn maximise(
        &self,
        start: Vec<f64>,
        plane: Option<&Plane>,
        options: &RegressionOptions,
    ) -> Result<(Place, u32), RegressionError> {
        let mut place = self.at(start).ok_or(Undefined::Collinear)?;
        let scale = self.observations.total_weight();
        let mut gain = f64::INFINITY;
        for iteration in 1..=options.max_iter {
            let before = gain;
            let step = self.step(&place, plane)?;
            gain = step.gain;
            let next = self.moved(&place, &step.step);
            let is_small = gain <= FURTHER * options.tol * scale;
            // What is left is rounding when a small gain does not shrink any more.
            let is_rounding = gain <= NEARLY_THERE * scale && (gain > 0.9 * before || next.is_none());
            let has_moved = next.is_some();
            place = next.unwrap_or(place);
            if is_small || is_rounding {
                return Ok((place, iteration));
            }
            if !has_moved {
                break;
            }
        }
        Err(RegressionError::NotConverged { iterations: options.max_iter, gain })
    }

    /// What the goal gains for each unit that the plane is moved by, at the best place in it.
    pub(super) fn slope(&self, place: &Place, plane: &Plane) -> Result<f64, RegressionError> {
        Ok(self.step(place, Some(plane))?.slope)
    }

    /// A place in the plane near another one, along the way that costs least.
    pub(super) fn entered(&self, place: &Place, plane: &Plane) -> Vec<f64> {
        let along = place.factor.solve(&plane.normal);
        let length = self.missing(&place.coefficients, plane) / dot(&plane.normal, &along);
        self.add(&place.coefficients, &along, length)
    }

    fn missing(&self, coefficients: &[f64], plane: &Plane) -> f64 {
        let normal = plane.normal.iter().zip(&self.kept);
        plane.value - normal.map(|(normal, &column)| normal * coefficients[column]).sum::<f64>()
    }

    fn step(&self, place: &Place, plane: Option<&Plane>) -> Result<Step, RegressionError> {
        let (score, information) = self.modified(place)?;
        let factor = Cholesky::of(&information, FADED)?;
        let free = factor.solve(&score);
        let Some(plane) = plane else {
            return Ok(Step { gain: factor.explained(&score) / 2.0, step: free, slope: 0.0 });
        };
        let along = factor.solve(&plane.normal);
        let missing = self.missing(&place.coefficients, plane);
        let slope = (dot(&plane.normal, &free) - missing) / dot(&plane.normal, &along);
        let left: Vec<f64> = score.iter().zip(&plane.normal).map(|(score, normal)| score - slope * normal).collect();
        let step = free.iter().zip(&along).map(|(free, along)| free - slope * along).collect();
        Ok(Step { gain: factor.explained(&left) / 2.0, step, slope })
    }

    /// The modified score, and the information of the rows with what the penalty adds to them.
    fn modified(&self, place: &Place) -> Result<(Vec<f64>, SymmetricMatrix), RegressionError> {
        let pass = self.observations.pass();
        let forms = quadratic_forms(pass, &self.covariance(place)?);
        let sums = pass.sums(&place.coefficients, |tile, weights, scores| {
            let total = Family::Binomial.judge(Curvature::Observed, tile, weights, scores);
            let rows = tile.predictors.iter().zip(&forms[tile.start..]);
            for ((predictor, form), (weight, score)) in rows.zip(weights.iter_mut().zip(scores)) {
                let (mean, rest) = logistic(*predictor);
                let leverage = *weight * form;
                *score += leverage * (rest - mean) / 2.0;
                *weight += leverage * mean * rest;
            }
            total
        });
        let score = self.kept.iter().map(|&column| sums.gradient[column]).collect();
        Ok((score, sums.information.select(&self.kept)))
    }

    /// The place as far along a step as the goal does not fall, but for rounding.
    fn moved(&self, place: &Place, step: &[f64]) -> Option<Place> {
        let least = place.goal - 1e-13 * place.goal.abs();
        let lengths = (0..MOST_HALVINGS).map(|halvings| 0.5_f64.powi(halvings as i32));
        let mut places = lengths.filter_map(|length| self.at(self.add(&place.coefficients, step, length)));
        places.find(|next| next.goal >= least)
    }

    fn add(&self, coefficients: &[f64], step: &[f64], length: f64) -> Vec<f64> {
        let mut next = coefficients.to_vec();
        self.kept.iter().zip(step).for_each(|(&column, step)| next[column] += length * step);
        next
    }
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

#[cfg(test)]
mod tests {
    use super::super::small_table::{FLAG, SIZE, WEIGHT, assert_close, observations};
    use super::super::{Outcomes, fit};
    use super::*;
    use crate::solver::design::DesignBlock;

    fn default() -> RegressionOptions {
        RegressionOptions::default()
    }

    /// Oracle: mpmath 1.4.1 with 60 digits, which maximises `l + ln det I / 2` by Newton's method
    /// on differences of it and so shares no formula with the score here.
    #[test]
    #[allow(clippy::type_complexity, reason = "a table of cases")]
    fn coefficients_maximise_the_penalised_likelihood() {
        let above_three = SIZE.map(|size| f64::from(u8::from(size > 3.0)));
        let cases: [(&[f64; 12], Option<&[f64]>, [f64; 4], [f64; 4], f64); 3] = [
            (
                &FLAG,
                None,
                [-1.3821698782675353, 0.3949056795050101, -0.3445785259396022, -0.09847035230314904],
                [1.6168218917594297, 0.33139899735586564, 1.5625457086839354, 1.5351732195518377],
                -6.013328516178768,
            ),
            (
                &FLAG,
                Some(&WEIGHT),
                [-1.6295340660095985, 0.5591039074464929, -0.15590119290823284, -0.38295767466367414],
                [1.6082575203268696, 0.3139068566869416, 1.442984088857236, 1.2905224824081993],
                -8.94835758016967,
            ),
            (
                &above_three,
                None,
                [-3.4612371209923984, 0.9889248917121138, 0.5888982767622615, -0.14335172878299463],
                [2.660427340984059, 0.5581958895890456, 2.2030604155285256, 2.1718615323970236],
                -3.176582964887495,
            ),
        ];
        for (response, weights, coefficients, errors, penalised) in cases {
            let observations = observations(response, weights);
            let fitted = firth(&observations, &default()).unwrap();
            assert_close(&fitted.coefficients, &coefficients, 1e-10);
            assert_close(&fitted.std_errors, &errors, 1e-10);
            assert_close(&[penalised_log_likelihood(&observations, &fitted).unwrap()], &[penalised], 1e-12);
        }
    }

    /// Separation is no error here, and the deviances are those of the plain likelihood.
    #[test]
    fn separated_rows_have_finite_coefficients() {
        let response = SIZE.map(|size| f64::from(u8::from(size > 3.0)));
        let outcomes = Outcomes { response: &response, ..Outcomes::default() };
        let size = DesignBlock::Numbers(SIZE.as_slice().into());
        let twice = DesignBlock::Numbers(SIZE.iter().map(|size| 2.0 * size).collect::<Vec<_>>().into());
        let observations = Observations::new(&[size, twice], true, &outcomes).unwrap();
        let plain = fit(&observations, Family::Binomial, &default());
        assert!(matches!(plain, Err(RegressionError::Separated { .. })));
        let fitted = firth(&observations, &default()).unwrap();
        assert_close(&fitted.coefficients[..2], &[-5.631362514519525, 1.7219853877184055], 1e-10);
        assert_eq!((fitted.coefficients[2], fitted.aliased.as_slice()), (0.0, [2].as_slice()));
        let p = |row: usize| Family::Binomial.mean(fitted.coefficients[0] + fitted.coefficients[1] * SIZE[row]);
        let of_row = |row: usize| if response[row] == 1.0 { p(row).ln() } else { (1.0 - p(row)).ln() };
        let deviance: f64 = (0..12).map(|row| -2.0 * of_row(row)).sum();
        let n_ones: f64 = response.iter().sum();
        let share = n_ones / 12.0;
        let null = -2.0 * (n_ones * share.ln() + (12.0 - n_ones) * (1.0 - share).ln());
        assert_close(&[fitted.deviance, fitted.null_deviance], &[deviance, null], 1e-12);
    }

    /// A column in other units changes its own coefficient alone, and the likelihood by its unit.
    #[test]
    fn units_change_their_own_coefficient_alone() {
        let plain = firth(&observations(&FLAG, None), &default()).unwrap();
        let size = DesignBlock::Numbers(SIZE.iter().map(|size| 1e9 + 1e6 * size).collect::<Vec<_>>().into());
        let mut blocks = super::super::small_table::blocks();
        blocks[0] = size;
        let outcomes = Outcomes { response: &FLAG, ..Outcomes::default() };
        let other = firth(&Observations::new(&blocks, true, &outcomes).unwrap(), &default()).unwrap();
        assert_close(&other.coefficients[2..], &plain.coefficients[2..], 1e-9);
        assert_close(&[1e6 * other.coefficients[1]], &plain.coefficients[1..2], 1e-9);
    }

    #[test]
    fn one_outcome_and_few_steps_are_errors() {
        let got = firth(&observations(&[1.0; 12], None), &default());
        assert_eq!(got, Err(RegressionError::OneOutcome { value: 1.0 }));
        let got = firth(&observations(&SIZE, None), &default());
        assert!(matches!(got, Err(RegressionError::Response { .. })));
        let hurried = RegressionOptions { max_iter: 1, ..default() };
        let got = firth(&observations(&FLAG, None), &hurried);
        assert!(matches!(got, Err(RegressionError::NotConverged { iterations: 1, .. })));
    }
}
