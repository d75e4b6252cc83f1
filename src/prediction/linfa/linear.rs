//! Least squares as an estimator of linfa.

use ::linfa::dataset::{AsSingleTargets, DatasetBase};
use ::linfa::traits::{Fit, PredictInplace};
use ::ndarray::{Array1, ArrayBase, Data, Ix2};
use serde::{Deserialize, Serialize};

use super::error::EstimatorError;
use super::line::{Line, Settings, estimator};
use crate::solver::regression::Family;

/// Least squares, weighted where the dataset has weights, behind linfa's traits.
///
/// Beside linfa-linear's it gives standard errors, refuses rows that cannot be computed with,
/// leaves out columns that others determine, and keeps its digits for columns of any units.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::linfa::linfa::{Dataset, traits::{Fit, Predict}};
/// use customer_analytics::prediction::linfa::ndarray::array;
/// use customer_analytics::prediction::linfa::LinearRegression;
///
/// let dataset = Dataset::new(array![[1.0], [2.0], [3.0], [4.0], [5.0]], array![12.0, 14.0, 17.0, 17.0, 20.0]);
/// let fitted = LinearRegression::new().fit(&dataset)?;
/// // By hand: slope 1.9, intercept 10.3, residuals -0.2, -0.1, 1, -0.9, 0.2 and so a standard
/// // error of the slope of sqrt(1.9 / 3 / 10).
/// assert!((fitted.coefficients()[0] - 1.9).abs() < 1e-12);
/// assert!((fitted.std_errors()[0].unwrap() - (1.9_f64 / 30.0).sqrt()).abs() < 1e-12);
/// assert!((fitted.predict(&array![[6.0]])[0] - 21.7).abs() < 1e-12);
/// # Ok::<(), customer_analytics::prediction::linfa::EstimatorError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Settings", into = "Settings")]
#[must_use]
pub struct LinearRegression(CheckedLinearRegression);

/// Checked settings of [`LinearRegression`], as linfa has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Settings", into = "Settings")]
#[must_use]
pub struct CheckedLinearRegression(Settings);

estimator!(LinearRegression, CheckedLinearRegression);

impl LinearRegression {
    /// Half of it times the squared coefficients of the standardised columns is added to half
    /// the sum of squares; 0 by default.
    pub fn l2_penalty(mut self, l2_penalty: f64) -> Self {
        self.0.0.l2_penalty = l2_penalty;
        self
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = f64>> Fit<ArrayBase<D, Ix2>, T, EstimatorError>
    for CheckedLinearRegression
{
    type Object = FittedLinearRegression;

    /// # Errors
    /// `Unusable` for no rows, targets or weights of another number, and numbers that are not
    /// finite.
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedLinearRegression, EstimatorError> {
        let response = dataset.targets.as_single_targets().to_vec();
        Ok(FittedLinearRegression(Line::of(Family::Gaussian, &self.0, dataset, &response)?))
    }
}

/// A fitted line.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedLinearRegression(Line);

impl FittedLinearRegression {
    /// The constant; 0 where none was fitted.
    #[must_use]
    pub fn intercept(&self) -> f64 {
        self.0.intercept
    }

    /// One for each column, in its units; 0 for aliased ones.
    #[must_use]
    pub fn coefficients(&self) -> &Array1<f64> {
        &self.0.coefficients
    }

    /// The standard error of the intercept, if there is one and rows are left to tell the variance.
    #[must_use]
    pub fn intercept_std_error(&self) -> Option<f64> {
        self.0.intercept_error
    }

    /// The standard errors of the coefficients, under equal variances (or variances of which the
    /// weights are the reciprocals); `None` for aliased columns.
    #[must_use]
    pub fn std_errors(&self) -> &[Option<f64>] {
        &self.0.std_errors
    }

    /// Columns that those before them determine.
    #[must_use]
    pub fn aliased(&self) -> &[usize] {
        &self.0.aliased
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for FittedLinearRegression {
    /// # Panics
    /// When there are more or fewer columns than in training: linfa's trait has no error.
    fn predict_inplace(&self, records: &ArrayBase<D, Ix2>, predicted: &mut Array1<f64>) {
        *predicted = self.0.predictors(records);
    }

    fn default_target(&self, records: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(records.nrows())
    }
}
