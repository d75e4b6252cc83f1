//! Logistic regression as an estimator of linfa.

use std::collections::BTreeSet;

use ::linfa::dataset::{AsSingleTargets, DatasetBase, Label};
use ::linfa::traits::{Fit, PredictInplace};
use ::ndarray::{Array1, ArrayBase, Data, Ix2};
use serde::{Deserialize, Serialize};

use super::error::{EstimatorError, unusable};
use super::line::{Line, Settings, estimator};
use crate::solver::regression::Family;

/// Logistic regression by Newton's method behind linfa's traits, for labels of any type with two
/// values; the larger one is predicted (`true`, 1, "Yes").
///
/// linfa-logistic's `alpha` is [`l2_penalty`](Self::l2_penalty) where the columns have a standard
/// deviation of 1; here it is 0 unless it is asked for, and columns that separate the classes are
/// refused instead of fitted to the last step.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::linfa::LogisticRegression;
/// use customer_analytics::prediction::linfa::linfa::{Dataset, traits::{Fit, Predict}};
/// use customer_analytics::prediction::linfa::ndarray::array;
///
/// // One of four without, three of four with: odds of 1/3 and 3.
/// let records = array![[0.0], [0.0], [0.0], [0.0], [1.0], [1.0], [1.0], [1.0]];
/// let labels = array![true, false, false, false, true, true, true, false];
/// let fitted = LogisticRegression::new().fit(&Dataset::new(records, labels))?;
/// assert!((fitted.coefficients()[0] - 9.0_f64.ln()).abs() < 1e-12);
/// assert_eq!(fitted.predict(&array![[0.0], [1.0]]).to_vec(), [false, true]);
/// assert!((fitted.predict_probability(&array![[1.0]])[0] - 0.75).abs() < 1e-12);
/// # Ok::<(), customer_analytics::prediction::linfa::EstimatorError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Settings", into = "Settings")]
#[must_use]
pub struct LogisticRegression(CheckedLogisticRegression);

/// Checked settings of [`LogisticRegression`], as linfa has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Settings", into = "Settings")]
#[must_use]
pub struct CheckedLogisticRegression(Settings);

estimator!(LogisticRegression, CheckedLogisticRegression);

impl LogisticRegression {
    /// Half of it times the squared coefficients of the standardised columns is taken off the
    /// log-likelihood; 0 by default.
    pub fn l2_penalty(mut self, l2_penalty: f64) -> Self {
        self.0.0.l2_penalty = l2_penalty;
        self
    }

    /// Sets the steps at the most, 1 to 10,000; 100 by default.
    pub fn max_iter(mut self, max_iter: u32) -> Self {
        self.0.0.max_iter = max_iter;
        self
    }

    /// Sets the mean square of a step of the linear predictor that is the last, up to 1e-4; 1e-16
    /// by default.
    pub fn tol(mut self, tol: f64) -> Self {
        self.0.0.tol = tol;
        self
    }
}

impl<D, T, L> Fit<ArrayBase<D, Ix2>, T, EstimatorError> for CheckedLogisticRegression
where
    D: Data<Elem = f64>,
    T: AsSingleTargets<Elem = L>,
    L: Label,
{
    type Object = FittedLogisticRegression<L>;

    /// # Errors
    /// `Unusable` for no rows, targets or weights of another number, labels of one class or more
    /// than two, numbers that are not finite, and columns that separate the classes; `Numeric`
    /// when the steps come to no end.
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Self::Object, EstimatorError> {
        let labels = dataset.targets.as_single_targets();
        let mut classes: BTreeSet<&L> = BTreeSet::new();
        for label in labels {
            classes.insert(label);
            if classes.len() > 2 {
                break;
            }
        }
        let classes: Vec<&L> = classes.into_iter().collect();
        let [negative, positive] = classes[..] else {
            let n = if classes.len() > 2 { "more than 2".to_owned() } else { classes.len().to_string() };
            return Err(unusable(format!("the labels are of {n} class(es); give rows of two")).into());
        };
        let response: Vec<f64> = labels.iter().map(|label| f64::from(u8::from(label == positive))).collect();
        let line = Line::of(Family::Binomial, &self.0, dataset, &response)?;
        Ok(FittedLogisticRegression { line, negative: negative.clone(), positive: positive.clone() })
    }
}

/// A fitted logistic regression; it predicts the class that is likelier, the positive one at even
/// odds.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedLogisticRegression<L> {
    line: Line,
    negative: L,
    positive: L,
}

impl<L> FittedLogisticRegression<L> {
    /// The log-odds of a row of zeros; 0 where no intercept was fitted.
    #[must_use]
    pub fn intercept(&self) -> f64 {
        self.line.intercept
    }

    /// Log-odds for a unit of each column; 0 for aliased ones.
    #[must_use]
    pub fn coefficients(&self) -> &Array1<f64> {
        &self.line.coefficients
    }

    /// The standard error of the intercept, if there is one.
    #[must_use]
    pub fn intercept_std_error(&self) -> Option<f64> {
        self.line.intercept_error
    }

    /// The standard errors of the coefficients, with weights as numbers of rows; `None` for
    /// aliased columns.
    #[must_use]
    pub fn std_errors(&self) -> &[Option<f64>] {
        &self.line.std_errors
    }

    /// Columns that those before them determine.
    #[must_use]
    pub fn aliased(&self) -> &[usize] {
        &self.line.aliased
    }

    /// The class whose probability is predicted.
    #[must_use]
    pub fn positive(&self) -> &L {
        &self.positive
    }

    /// The probability of the positive class for each row.
    ///
    /// # Panics
    /// When there are more or fewer columns than in training.
    #[must_use]
    pub fn predict_probability<D: Data<Elem = f64>>(&self, records: &ArrayBase<D, Ix2>) -> Array1<f64> {
        probability(&self.line, records)
    }

    /// The same model as one that predicts probabilities.
    #[must_use]
    pub fn into_probability(self) -> LogisticProbability {
        LogisticProbability(self.line)
    }
}

fn probability<D: Data<Elem = f64>>(line: &Line, records: &ArrayBase<D, Ix2>) -> Array1<f64> {
    line.predictors(records).mapv_into(|predictor| Family::Binomial.mean(predictor))
}

impl<D: Data<Elem = f64>, L: Label> PredictInplace<ArrayBase<D, Ix2>, Array1<L>> for FittedLogisticRegression<L> {
    /// # Panics
    /// When there are more or fewer columns than in training: linfa's trait has no error.
    fn predict_inplace(&self, records: &ArrayBase<D, Ix2>, predicted: &mut Array1<L>) {
        let class = |predictor: &f64| if *predictor >= 0.0 { self.positive.clone() } else { self.negative.clone() };
        *predicted = self.line.predictors(records).map(class);
    }

    fn default_target(&self, records: &ArrayBase<D, Ix2>) -> Array1<L> {
        Array1::from_elem(records.nrows(), self.negative.clone())
    }
}

/// A fitted logistic regression that predicts the probability of the positive class.
#[derive(Clone, Debug, PartialEq)]
pub struct LogisticProbability(Line);

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for LogisticProbability {
    /// # Panics
    /// When there are more or fewer columns than in training: linfa's trait has no error.
    fn predict_inplace(&self, records: &ArrayBase<D, Ix2>, predicted: &mut Array1<f64>) {
        *predicted = probability(&self.0, records);
    }

    fn default_target(&self, records: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(records.nrows())
    }
}
