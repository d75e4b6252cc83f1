//! Newton's method with halved steps.
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
use super::fit::{RegressionError, RegressionOptions, covariance_of_kept};
use super::pass::{Share, Tile};
use super::passes::Passes;
use super::penalty::Penalty;
use super::sums::Sums;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
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

/// Coefficients on their way to the maximum of a likelihood.
pub(super) struct Newton<'a, R> {
    pub(super) rows: &'a R,
    pub(super) family: Family,
    pub(super) penalty: Penalty,
    /// Columns that are not aliased.
    pub(super) kept: Vec<usize>,
    pub(super) coefficients: Vec<f64>,
    share: Share,
    sums: Sums,
}

impl<'a, R: Passes> Newton<'a, R> {
    /// From coefficients anywhere, over a share of the rows.
    fn at(
        rows: &'a R,
        family: Family,
        penalty: Penalty,
        coefficients: Vec<f64>,
        kept: Vec<usize>,
        share: Share,
    ) -> Result<Self, RegressionError> {
        let sums = rows.sums(share, family, Curvature::Observed, &coefficients)?;
        Ok(Self { rows, family, penalty, kept, coefficients, share, sums })
    }

    /// From coefficients of the intercept alone.
    pub(super) fn over(
        rows: &'a R,
        family: Family,
        penalty: Penalty,
        start: Vec<f64>,
        kept: Vec<usize>,
    ) -> Result<Self, RegressionError> {
        match rows.level_products() {
            // The sum of squares of a Gaussian is more than its mean tells.
            Some((level, products)) if family != Family::Gaussian => {
                let sums = sums_of_level(level, products, family, start[0]);
                Ok(Self { rows, family, penalty, kept, coefficients: start, share: Share::All, sums })
            }
            _ => Self::at(rows, family, penalty, start, kept, Share::All),
        }
    }

    /// The same, but from near the end where a share of the rows tells where that is.
    ///
    /// A step costs an eighth there, and the end differs from that of all rows by some standard
    /// errors: two or three steps over all rows are left, of six or so. It decides how long a fit
    /// takes and nothing else.
    pub(super) fn near_the_end(
        rows: &'a R,
        family: Family,
        penalty: Penalty,
        start: Vec<f64>,
    ) -> Result<Self, RegressionError> {
        let kept = rows.kept();
        let gains = penalty == Penalty::None && family != Family::Gaussian && rows.gains_by_share();
        match gains.then(|| Self::by_share(rows, family, &start, &kept)).flatten() {
            Some(near) => Self::at(rows, family, penalty, near, kept, Share::All),
            None => Self::over(rows, family, penalty, start, kept),
        }
    }

    /// Where a share of the rows leads to; none where it has no maximum of its own.
    fn by_share(rows: &R, family: Family, start: &[f64], kept: &[usize]) -> Option<Vec<f64>> {
        // Too few steps to look for separation, and an end no nearer than a share can tell.
        let options = RegressionOptions { max_iter: FIRST_STEPS, tol: 1e-3, l2_penalty: 0.0 };
        let (start, kept) = (start.to_vec(), kept.to_vec());
        let mut newton = Newton::at(rows, family, Penalty::None, start, kept, Share::Eighth).ok()?;
        newton.run(&options).ok()?;
        newton.coefficients.iter().all(|coefficient| coefficient.is_finite()).then_some(newton.coefficients)
    }

    /// Goes to the end; how many steps it took.
    pub(super) fn run(&mut self, options: &RegressionOptions) -> Result<u32, RegressionError> {
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
            let sums = self.rows.sums(self.share, self.family, Curvature::Observed, &next)?;
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
    pub(super) fn errors(&self) -> Result<[SymmetricMatrix; 2], RegressionError> {
        let of_kept = |information| Cholesky::of(&self.penalty.added_to(information, &self.kept), FADED)?.inverse();
        let inverse = match self.family {
            Family::Gamma | Family::Tweedie { .. } => {
                of_kept(&self.rows.sums(self.share, self.family, Curvature::Expected, &self.coefficients)?.information)?
            }
            _ => of_kept(&self.sums.information)?,
        };
        let covariance = covariance_of_kept(&inverse, &self.kept, self.coefficients.len());
        Ok([inverse, covariance])
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::design::{DesignBlock, REFERENCE};
    use crate::solver::regression::{Observations, Outcomes};

    /// Two columns of numbers and one of codes, of which a level can be rare.
    fn observations(family: Family, n_rare: usize) -> Observations {
        const N: usize = 70_000;
        let unit = |row: usize, prime: usize| (row * prime % 10_007) as f64 / 10_007.0;
        let (x, z): (Vec<f64>, Vec<f64>) = (0..N).map(|row| (unit(row, 7_919), unit(row, 4_099).powi(3))).unzip();
        let codes: Vec<u32> = (0..N).map(|row| if row < n_rare { 0 } else { [REFERENCE, 1, 2][row % 3] }).collect();
        let response: Vec<f64> = (0..N)
            .map(|row| {
                let mean = family.mean(0.7 * x[row] - 1.5 * z[row] + f64::from(codes[row] % 3) / 4.0);
                let drawn = unit(row, 5_003);
                match family {
                    Family::Binomial => f64::from(u8::from(drawn < mean)),
                    Family::Poisson => (2.0 * mean * drawn).round(),
                    _ => mean * (0.1 + drawn),
                }
            })
            .collect();
        let blocks = [
            DesignBlock::Numbers(x.into()),
            DesignBlock::Numbers(z.into()),
            DesignBlock::Codes { codes: codes.into(), n_columns: 3 },
        ];
        Observations::new(&blocks, true, &Outcomes { response: &response, ..Outcomes::default() }).unwrap()
    }

    /// Oracle: the same steps from the intercept alone.
    #[test]
    fn a_share_of_the_rows_changes_where_the_steps_begin_and_not_where_they_end() {
        let families = [Family::Binomial, Family::Poisson, Family::Gamma, Family::Tweedie { power: 1.5 }];
        for family in families {
            for n_rare in [0, 1, 3, 5_000] {
                let observations = observations(family, n_rare);
                let options = RegressionOptions::default();
                let start = || null_coefficients(&observations, family, &options).unwrap();
                let mut far = Newton::over(&observations, family, Penalty::None, start(), observations.kept()).unwrap();
                let from_far = far.run(&options);
                let mut near = Newton::near_the_end(&observations, family, Penalty::None, start()).unwrap();
                let from_near = near.run(&options);
                if n_rare == 5_000 {
                    let (far, near) = (from_far.clone().unwrap(), from_near.clone().unwrap());
                    assert!(near < far, "{family:?}: {near} {far}");
                }
                assert_eq!(from_far.is_ok(), from_near.is_ok(), "{family:?} {n_rare}: {from_far:?} {from_near:?}");
                if from_far.is_ok() {
                    for (far, near) in far.coefficients.iter().zip(&near.coefficients) {
                        assert!((far - near).abs() < 1e-11, "{family:?} {n_rare}: {far} {near}");
                    }
                }
            }
        }
    }
}
