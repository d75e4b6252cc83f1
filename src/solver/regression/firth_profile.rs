//! Tests and intervals of Firth's logistic regression by its profile likelihood.
//!
//! Notation: `l*(v)` the largest penalised likelihood with the coefficient at `v`, `b` where it is
//! largest of all.
//!
//! ```text
//! statistic  2 (l*(b) - l*(0))                       chi-squared with 1 degree of freedom
//! interval   all v with 2 (l*(b) - l*(v)) <= q       its quantile at the level
//! ```
//! The penalty is that of the whole information, as if the column were there: G. Heinze & M.
//! Schemper (2002), Statistics in Medicine 21(16), 2409-2419, section 3; D. J. Venzon & S. H.
//! Moolgavkar (1988), Applied Statistics 37(1), 87-94. An end is found by Newton's method on the
//! root of the statistic, which is nearly a line, between bounds that close in.

use super::firth::{Penalised, Place, Plane};
use super::fit::{RegressionError, RegressionFit, RegressionOptions};
use super::observations::Observations;
use crate::kernel::distribution::chi_squared;
use crate::kernel::interval::Interval;
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

/// Doublings of the way to a value outside the interval.
const MOST_DOUBLINGS: u32 = 40;
/// Steps to an end of the interval.
const MOST_STEPS: u32 = 60;
/// A step to an end, beside the error of the coefficient, that is the last one.
const SMALL: f64 = 1e-11;

/// What the profile of the penalised likelihood says of one coefficient.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct FirthProfile {
    /// Twice what the penalised likelihood loses with the coefficient at 0.
    pub statistic: f64,
    /// Of the coefficient being 0.
    pub p_value: PValue,
    /// Of the coefficient, not symmetric about it.
    pub interval: Interval,
}

/// Test and interval of one coefficient of [`firth`](super::firth) by its profile likelihood;
/// `column` counts the columns of the design, the intercept among them.
///
/// # Errors
/// `Undefined`: `OutOfRange` for a column that is not there or a level outside 0 to 1,
/// `Collinear` for an aliased one, `TooFew` for a fit of other columns, `Overflow` when no end is
/// found; `NotConverged` as in the fit.
pub fn firth_profile(
    observations: &Observations,
    fit: &RegressionFit,
    column: usize,
    conf_level: f64,
    options: &RegressionOptions,
) -> Result<FirthProfile, RegressionError> {
    let profile = Profile::new(observations, fit, column, options)?;
    let quantile = chi_squared::quantile(conf_level, 1.0)?;
    let at_zero = profile.at(&profile.best, 0.0)?;
    let statistic = profile.lost(&at_zero).powi(2);
    Ok(FirthProfile {
        statistic,
        p_value: chi_squared::upper_tail(statistic, 1.0)?,
        interval: Interval { low: profile.end(-1.0, quantile.sqrt())?, high: profile.end(1.0, quantile.sqrt())? },
    })
}

struct Profile<'a> {
    penalised: Penalised<'a>,
    options: &'a RegressionOptions,
    best: Place,
    /// What the coefficient is of the fitted ones.
    normal: Vec<f64>,
    estimate: f64,
    std_error: f64,
}

impl<'a> Profile<'a> {
    fn new(
        observations: &'a Observations,
        fit: &RegressionFit,
        column: usize,
        options: &'a RegressionOptions,
    ) -> Result<Self, RegressionError> {
        let n = observations.n_columns();
        if fit.coefficients.len() != n {
            let (has, needed) = (fit.coefficients.len().min(n), fit.coefficients.len().max(n));
            return Err(Undefined::TooFew { n: has as u64, needed: needed as u64 }.into());
        }
        if column >= n {
            return Err(Undefined::OutOfRange.into());
        }
        let penalised = Penalised::new(observations);
        if !penalised.kept.contains(&column) {
            return Err(Undefined::Collinear.into());
        }
        let layout = &observations.layout;
        let best = penalised.at(layout.fitted(&fit.coefficients)).ok_or(Undefined::Collinear)?;
        let mut unit = vec![0.0; n];
        let of_kept = penalised.kept.iter().map(|&kept| {
            unit[kept] = 1.0;
            let told = layout.told(&unit)[column];
            unit[kept] = 0.0;
            told
        });
        let normal = of_kept.collect();
        let (estimate, std_error) = (fit.coefficients[column], fit.std_errors[column]);
        Ok(Self { normal, penalised, options, best, estimate, std_error })
    }

    fn plane(&self, value: f64) -> Plane {
        Plane { normal: self.normal.clone(), value }
    }

    /// The best place with the coefficient at a value, from a place near it.
    fn at(&self, near: &Place, value: f64) -> Result<Place, RegressionError> {
        let plane = self.plane(value);
        let start = self.penalised.entered(near, &plane);
        Ok(self.penalised.maximise(start, Some(&plane), self.options)?.0)
    }

    /// The root of twice what the goal has lost.
    fn lost(&self, place: &Place) -> f64 {
        (2.0 * (self.best.goal - place.goal)).max(0.0).sqrt()
    }

    /// Where the root of the statistic is at the limit, below or above the estimate.
    fn end(&self, side: f64, limit: f64) -> Result<f64, RegressionError> {
        let (mut inside, mut way) = (self.estimate, side * limit * self.std_error);
        let mut place = self.at(&self.best, self.estimate + way)?;
        let mut value = self.estimate + way;
        for _ in 0..MOST_DOUBLINGS {
            if self.lost(&place) >= limit {
                break;
            }
            inside = value;
            way *= 2.0;
            value = self.estimate + way;
            place = self.at(&place, value)?;
        }
        if self.lost(&place) < limit {
            return Err(Undefined::Overflow.into());
        }
        let mut outside = value;
        for _ in 0..MOST_STEPS {
            let lost = self.lost(&place);
            if lost >= limit {
                outside = value;
            } else {
                inside = value;
            }
            // d lost / d value = - slope / lost
            let slope = -self.penalised.slope(&place, &self.plane(value))? / lost;
            let next = value - (lost - limit) / slope;
            let is_between = (next - inside) * side > 0.0 && (outside - next) * side > 0.0;
            let next = if is_between { next } else { inside + (outside - inside) / 2.0 };
            if (next - value).abs() <= SMALL * self.std_error {
                return Ok(next);
            }
            place = self.at(&place, next)?;
            value = next;
        }
        Err(Undefined::Overflow.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::small_table::{FLAG, SIZE, WEIGHT, assert_close, observations};
    use super::super::{Outcomes, firth};
    use super::*;
    use crate::solver::design::DesignBlock;

    #[track_caller]
    fn assert_profile(observations: &Observations, column: usize, expected: [f64; 4]) {
        let options = RegressionOptions::default();
        let fitted = firth(observations, &options).unwrap();
        let got = firth_profile(observations, &fitted, column, 0.95, &options).unwrap();
        assert_close(&[got.statistic, got.p_value.value()], &expected[..2], 1e-9);
        assert_close(&[got.interval.low, got.interval.high], &expected[2..], 1e-8);
    }

    /// Oracle: mpmath 1.4.1 with 60 digits, as for the fit, and its secant method for the ends.
    #[test]
    fn tests_and_intervals_by_definition() {
        let flag = observations(&FLAG, None);
        let intercept = [1.1149952765424183, 0.2909986582461913, -5.059799646017107, 1.1379264069404988];
        let size = [2.1678878852279864, 0.14091966374450848, -0.1242462134299355, 1.063557167749957];
        let plan = [0.0634430037669826, 0.8011346331848943, -3.384695221785019, 2.3777736264195326];
        for (column, expected) in [intercept, size, plan].into_iter().enumerate() {
            assert_profile(&flag, column, expected);
        }
        let weighted = [4.814414466737993, 0.028222658569834816, 0.05502451517796155, 1.248884749362789];
        assert_profile(&observations(&FLAG, Some(&WEIGHT)), 1, weighted);
    }

    /// Oracle: as above. The interval of a separated column is far from symmetric.
    #[test]
    fn separated_columns_have_intervals() {
        let response = SIZE.map(|size| f64::from(u8::from(size > 3.0)));
        let outcomes = Outcomes { response: &response, ..Outcomes::default() };
        let size = DesignBlock::Numbers(SIZE.as_slice().into());
        let observations = Observations::new(&[size], true, &outcomes).unwrap();
        let intercept = [6.4799482815060605, 0.010909815803642487, -36.514147478840265, -0.8451894417532726];
        assert_profile(&observations, 0, intercept);
        let size = [9.202730717245842, 0.00241654374454308, 0.36349343882624624, 11.18777324290929];
        assert_profile(&observations, 1, size);
    }

    #[test]
    fn what_has_no_profile_is_named() {
        let options = RegressionOptions::default();
        let size = DesignBlock::Numbers(SIZE.as_slice().into());
        let outcomes = Outcomes { response: &FLAG, ..Outcomes::default() };
        let doubled = Observations::new(&[size.clone(), size], true, &outcomes).unwrap();
        let fitted = firth(&doubled, &options).unwrap();
        let got = |column, level| firth_profile(&doubled, &fitted, column, level, &options).unwrap_err();
        assert_eq!(got(2, 0.95), RegressionError::Undefined(Undefined::Collinear));
        assert_eq!(got(3, 0.95), RegressionError::Undefined(Undefined::OutOfRange));
        assert_eq!(got(1, 1.0), RegressionError::Undefined(Undefined::OutOfRange));
        let other = firth_profile(&observations(&FLAG, None), &fitted, 1, 0.95, &options).unwrap_err();
        assert_eq!(other, RegressionError::Undefined(Undefined::TooFew { n: 3, needed: 4 }));
    }
}
