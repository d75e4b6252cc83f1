//! Least squares: normal equations, then refinement by the residuals of the rows.
//!
//! Notation: `A = X'WX`, `r = y - X b`.
//!
//! ```text
//! b := b + A^-1 (X'W r - K b)
//! ```
//! A. Bjorck (1996), Numerical Methods for Least Squares Problems, sections 2.9 and 6.6: the
//! digits of the result are those of the residuals and of their products, whatever `A` has lost.
//! Of small tables both are worked out in twice the digits of a double, so that the coefficients
//! are right to the last digit or so; of large ones in doubles.

use rayon::prelude::*;

use super::fit::{RegressionError, RegressionFit, RegressionOptions, covariance_of_kept};
use super::observations::Observations;
use super::penalty::Penalty;
use crate::kernel::double_double::DoubleDouble;
use crate::kernel::undefined::Undefined;
use crate::solver::cholesky::Cholesky;

/// Cells of a table that is small; above, doubled arithmetic would take longer than the fit.
const MOST_CELLS: usize = 1 << 18;
/// Refinements at the most.
const MOST_ROUNDS: u32 = 6;
/// A step beside the coefficients, squared: the one after it would be its square.
const SETTLED: f64 = 1e-26;
/// The same for refinement in doubles, which one round settles.
const SETTLED_IN_DOUBLES: f64 = 1e-28;
/// A share of the variance that is rounding of the factor.
const LOST: f64 = 1e-14;

/// Fits least squares.
pub(super) fn least_squares(
    observations: &Observations,
    options: &RegressionOptions,
) -> Result<RegressionFit, RegressionError> {
    let penalty = Penalty::of(observations, options.l2_penalty);
    let kept = observations.kept();
    let information = penalty.added_to(&observations.products.information, &kept);
    let factor = Cholesky::of(&information, LOST)?;
    let inverse = factor.inverse()?;
    let mut system = System { observations, penalty: &penalty, kept: &kept, factor, fitted: Vec::new() };
    let first = system.step(&observations.products.gradient);
    system.fitted = first.clone();
    if observations.has_intercept() {
        system.fitted[0] += observations.level;
    }
    let is_small = observations.n_rows().saturating_mul(observations.n_columns()) <= MOST_CELLS;
    let settled = if is_small { system.settle_exactly() } else { system.settle(&first) };
    let System { fitted, .. } = system;
    let covariance = covariance_of_kept(&inverse, &kept, fitted.len());
    let deviance = square_of(observations, &settled.residuals)?;
    let level = observations.level;
    let outcome = |row: usize| observations.response()[row] - observations.offset().map_or(0.0, |offset| offset[row]);
    Ok(RegressionFit {
        coefficients: settled.coefficients,
        aliased: observations.aliased().to_vec(),
        covariance: observations.layout.told_covariance(&covariance),
        std_errors: observations.layout.told_errors(&covariance),
        deviance,
        null_deviance: observations.weighted_sum(|row| (outcome(row) - level).powi(2)),
        pearson_chi2: deviance,
        effective_parameters: penalty.effective_parameters(&inverse, &kept),
        iterations: 1 + settled.rounds,
        fitted_covariance: covariance,
        predictors: observations.response().par_iter().zip(&settled.residuals).map(|(y, left)| y - left).collect(),
    })
}

/// Weighted sum of the squares of residuals.
fn square_of(observations: &Observations, residuals: &[f64]) -> Result<f64, Undefined> {
    let square = observations.weighted_sum(|row| residuals[row] * residuals[row]);
    let largest = residuals.iter().fold(0.0, |largest: f64, left| largest.max(left.abs()));
    match square {
        square if !square.is_finite() => Err(Undefined::Overflow),
        // Squares below the smallest double.
        0.0 if largest > 0.0 => Err(Undefined::OutOfRange),
        square => Ok(square),
    }
}

/// What refinement comes to.
struct Settled {
    coefficients: Vec<f64>,
    residuals: Vec<f64>,
    rounds: u32,
}

struct System<'a> {
    observations: &'a Observations,
    penalty: &'a Penalty,
    kept: &'a [usize],
    factor: Cholesky,
    /// Coefficients of the columns as they are fitted.
    fitted: Vec<f64>,
}

impl System<'_> {
    fn of_kept(&self, gradient: &[f64]) -> Vec<f64> {
        self.kept.iter().map(|&column| gradient[column]).collect()
    }

    fn step(&self, gradient: &[f64]) -> Vec<f64> {
        let mut step = vec![0.0; gradient.len()];
        let solved = self.factor.solve(&self.of_kept(gradient));
        self.kept.iter().zip(solved).for_each(|(&column, value)| step[column] = value);
        step
    }

    /// What is left of the normal equations: products of the residuals less the penalty.
    fn unsettled(&self, mut products: Vec<f64>) -> Vec<f64> {
        let held = self.penalty.times(&self.fitted);
        products.iter_mut().zip(held).for_each(|(product, held)| *product -= held);
        products
    }

    /// Square of the fitted values, but for the intercept, and of the residuals.
    fn scale(&self, first: f64) -> f64 {
        let level = self.observations.level;
        first + level * level * self.observations.products.total_weight
    }

    fn weight(&self, row: usize) -> f64 {
        self.observations.weights().map_or(1.0, |weights| weights[row])
    }

    /// Refines in doubled arithmetic, on the columns as they are held.
    fn settle_exactly(&mut self) -> Settled {
        let observations = self.observations;
        let (pass, layout) = (observations.original_pass(), &observations.layout);
        let value = |row: usize| {
            let offset = observations.offset().map_or(0.0, |offset| offset[row]);
            DoubleDouble::from(observations.response()[row]) + DoubleDouble::from(-offset)
        };
        let scale = self.scale(self.factor.explained(&self.of_kept(&observations.products.gradient)));
        let mut held = layout.held(&self.fitted);
        let (mut rounds, mut before) = (0, f64::INFINITY);
        let residuals = loop {
            let left = pass.left(&held, value);
            if rounds == MOST_ROUNDS || before <= SETTLED * scale {
                break left;
            }
            let products = layout.fitted_products(&pass.exact_products(|row| left[row].times(self.weight(row))));
            let unsettled = self.unsettled(products);
            let size = self.factor.explained(&self.of_kept(&unsettled));
            // Rounding, when it does not shrink any more.
            if size > before / 4.0 || size == 0.0 {
                break left;
            }
            let step = self.step(&unsettled);
            held.iter_mut().zip(layout.held(&step)).for_each(|(slope, more)| *slope += more);
            self.fitted.iter_mut().zip(&step).for_each(|(slope, more)| *slope += more);
            (rounds, before) = (rounds + 1, size);
        };
        Settled {
            coefficients: layout.rounded(&held),
            residuals: residuals.into_iter().map(DoubleDouble::value).collect(),
            rounds,
        }
    }

    /// Refines in doubles. The intercept is kept apart, as the level of the response may be far
    /// above what the columns explain.
    fn settle(&mut self, first: &[f64]) -> Settled {
        let observations = self.observations;
        let pass = observations.pass();
        let mut apart = first.to_vec();
        let outcome = |row: usize| {
            observations.response()[row] - observations.offset().map_or(0.0, |offset| offset[row]) - observations.level
        };
        let scale = self.factor.explained(&self.of_kept(&observations.products.gradient));
        let mut rounds = 0;
        while rounds < 2 {
            let products = pass.scored_products(&apart, |row, linear| self.weight(row) * (outcome(row) - linear));
            let unsettled = self.unsettled(products);
            let size = self.factor.explained(&self.of_kept(&unsettled));
            let step = self.step(&unsettled);
            for (slope, more) in self.fitted.iter_mut().zip(&step) {
                *slope += more;
            }
            apart.iter_mut().zip(&step).for_each(|(slope, more)| *slope += more);
            rounds += 1;
            if size <= SETTLED_IN_DOUBLES * scale {
                break;
            }
        }
        let mut residuals = pass.linear(&apart);
        residuals.par_iter_mut().enumerate().for_each(|(row, left)| *left = outcome(row) - *left);
        Settled { coefficients: observations.layout.told(&self.fitted), residuals, rounds }
    }
}
