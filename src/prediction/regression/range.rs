//! Fits whose numbers are beyond doubles, and what their columns can be multiplied by.

use super::params::REGRESSION;
use super::statistics::FitStatistics;
use crate::error::{Error, Result};
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::prediction::encoding::Term;
use crate::solver::regression::RegressionFit;

/// Refuses a fit that cannot be told in doubles: coefficients and variances that are infinite or
/// have lost their digits below the smallest one, as those of a column in units of 1e-160 have.
pub(super) fn check_range(
    terms: &[Term],
    solved: &RegressionFit,
    covariance: &SymmetricMatrix,
    statistics: &FitStatistics,
    is_robust: bool,
) -> Result<()> {
    let unusable = |reason: String| Err(Error::Unusable { analysis: REGRESSION, reason });
    // Of a perfect fit there is no dispersion; nor are there scores, which robust errors are made of.
    let is_told = |number: f64, may_be_zero: bool| number.is_normal() || (may_be_zero && number == 0.0);
    let FitStatistics { deviance, null_deviance, pearson_chi2, dispersion, .. } = *statistics;
    if ![deviance, null_deviance, pearson_chi2].iter().all(|square| square.is_finite()) || !is_told(dispersion, true) {
        return unusable("the squared residuals are beyond doubles; multiply the target by a power of ten".to_owned());
    }
    let is_in_range = |column: usize| {
        let variance = covariance.get(column, column);
        solved.coefficients[column].is_finite()
            && is_told(solved.covariance.get(column, column), false)
            && is_told(variance, is_robust || dispersion == 0.0)
    };
    let first = solved.coefficients.len() - terms.len();
    let name = |column: usize| column.checked_sub(first).map_or(super::INTERCEPT, |term| terms[term].name.as_str());
    let beyond: Vec<String> = (0..solved.coefficients.len())
        .filter(|column| !solved.aliased.contains(column) && !is_in_range(*column))
        .map(|column| format!("`{}`", name(column)))
        .collect();
    if beyond.is_empty() && covariance.is_finite() {
        return Ok(());
    }
    unusable(format!(
        "the variance of {} coefficient(s) is beyond doubles: {}; multiply the column(s) or the target by a power of ten",
        beyond.len(),
        beyond.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use crate::error::Result;
    use crate::frame::{FeatureColumns, FeatureTable};
    use crate::prediction::regression::{RegressionModel, RegressionParams, StandardErrors};

    const X: [f64; 12] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0];
    const Y: [f64; 12] = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0, 8.0];

    fn fit(params: RegressionParams, x_unit: f64, y_unit: f64) -> Result<RegressionModel> {
        let (x, y) = (X.map(|x| x * x_unit), Y.map(|y| y * y_unit));
        let frame = df!("x" => x.as_slice(), "y" => y.as_slice()).unwrap();
        params.fit(&FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("y"))?)
    }

    /// A model is as it should be, to the last digit or so, or it is refused by name.
    #[test]
    fn numbers_beyond_doubles_are_refused_and_not_infinite_or_zero() {
        let families: [fn() -> RegressionParams; 4] =
            [RegressionParams::linear, RegressionParams::poisson, RegressionParams::gamma, || {
                RegressionParams::linear().std_errors(StandardErrors::Hc3)
            }];
        for params in families {
            let plain = fit(params(), 1.0, 1.0).unwrap();
            let expected = plain.coefficients()[1].statistic.unwrap();
            let mut n_refused = 0;
            for exponent in (-300..=300).step_by(20) {
                let unit = 10.0_f64.powi(exponent);
                match fit(params(), unit, 1.0) {
                    Ok(model) => {
                        let found = model.coefficients()[1].statistic.unwrap();
                        assert!((found / expected - 1.0).abs() < 1e-11, "{unit:e}: {found} {expected}");
                        assert_eq!(RegressionModel::from_json(&model.to_json()).unwrap(), model);
                    }
                    Err(error) => {
                        n_refused += 1;
                        let told = "regression: the variance of 1 coefficient(s) is beyond doubles: `x`; multiply \
                                    the column(s) or the target by a power of ten";
                        assert_eq!(error.to_string(), told, "{unit:e}");
                    }
                }
            }
            // From 1e160 and 1e-160 on: 8 of each.
            assert_eq!(n_refused, 16);
        }
    }

    #[test]
    fn squares_of_the_target_beyond_doubles_are_refused() {
        for unit in [1e-300, 1e-160, 1e-150, 1.0, 1e140, 1e160, 1e300] {
            for params in [RegressionParams::linear(), RegressionParams::poisson(), RegressionParams::gamma()] {
                match fit(params, 1.0, unit) {
                    Ok(model) => assert_eq!(RegressionModel::from_json(&model.to_json()).unwrap(), model),
                    Err(error) => assert!(error.is_data(), "{unit:e}: {error}"),
                }
            }
        }
        let told = "regression: the squared residuals are beyond doubles; multiply the target by a power of ten";
        assert_eq!(fit(RegressionParams::linear(), 1.0, 1e-160).unwrap_err().to_string(), told);
        let gamma = fit(RegressionParams::gamma(), 1.0, 1e-300).unwrap();
        let plain = fit(RegressionParams::gamma(), 1.0, 1.0).unwrap();
        let slope = |model: &RegressionModel| model.coefficients()[1].statistic.unwrap();
        assert!((slope(&gamma) / slope(&plain) - 1.0).abs() < 1e-11);
    }

    /// Nothing is left of a line through all rows, and of one through three points by three columns.
    #[test]
    fn perfect_fits_have_no_errors_and_are_no_mistake() {
        let frame = df!("x" => [1.0, 2.0, 3.0, 4.0], "y" => [2.0, 2.0, 2.0, 2.0]).unwrap();
        let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("y")).unwrap();
        for params in [RegressionParams::linear(), RegressionParams::linear().std_errors(StandardErrors::Hc1)] {
            let model = params.fit(&table).unwrap();
            assert_eq!(model.coefficients()[1].reason.as_deref(), Some("no test: the fit is exact"));
        }
    }
}
