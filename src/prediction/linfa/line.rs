//! A linear predictor over an array, fitted by our solver.

use ::linfa::dataset::DatasetBase;
use ::ndarray::{Array1, ArrayBase, ArrayView2, Axis, Data, Ix2};
use serde::{Deserialize, Serialize};

use super::LINFA;
use super::error::unusable;
use crate::error::{Error, Result};
use crate::frame::exact_number;
use crate::kernel::undefined::Undefined;
use crate::solver::design::DesignBlock;
use crate::solver::regression::{Family, Observations, Outcomes, RegressionError, RegressionOptions, fit};

/// Settings that both regressions have.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) fit_intercept: bool,
    #[serde(with = "exact_number::one")]
    pub(super) l2_penalty: f64,
    pub(super) max_iter: u32,
    #[serde(with = "exact_number::one")]
    pub(super) tol: f64,
}

impl Default for Settings {
    fn default() -> Self {
        let RegressionOptions { max_iter, tol, l2_penalty } = RegressionOptions::default();
        Self { fit_intercept: true, l2_penalty, max_iter, tol }
    }
}

impl Settings {
    pub(super) fn check(&self) -> Result<()> {
        let refused = |param, expected: &str, got: String| Err(Error::param(LINFA, param, expected, got));
        if !(self.l2_penalty >= 0.0 && self.l2_penalty.is_finite()) {
            return refused("l2_penalty", "0 or above", self.l2_penalty.to_string());
        }
        if !(1..=10_000).contains(&self.max_iter) {
            return refused("max_iter", "in 1..=10000", self.max_iter.to_string());
        }
        if !(0.0..=1e-4).contains(&self.tol) {
            return refused("tol", "in 0..=1e-4", self.tol.to_string());
        }
        Ok(())
    }
}

/// What estimators that hold [`Settings`] have in common, unchecked and checked as linfa has them.
macro_rules! estimator {
    ($Estimator:ident, $Checked:ident) => {
        impl $Estimator {
            /// With an intercept and without a penalty.
            pub fn new() -> Self {
                Self::default()
            }

            /// Whether there is an intercept; there is by default.
            pub fn fit_intercept(mut self, fit_intercept: bool) -> Self {
                self.0.0.fit_intercept = fit_intercept;
                self
            }
        }

        impl ::linfa::ParamGuard for $Estimator {
            type Checked = $Checked;
            type Error = $crate::error::Error;

            fn check_ref(&self) -> $crate::error::Result<&Self::Checked> {
                self.0.0.check()?;
                Ok(&self.0)
            }

            fn check(self) -> $crate::error::Result<Self::Checked> {
                self.check_ref()?;
                Ok(self.0)
            }
        }

        impl From<Settings> for $Estimator {
            fn from(settings: Settings) -> Self {
                Self($Checked(settings))
            }
        }

        impl From<$Estimator> for Settings {
            fn from(estimator: $Estimator) -> Self {
                estimator.0.0
            }
        }

        impl TryFrom<Settings> for $Checked {
            type Error = $crate::error::Error;

            fn try_from(settings: Settings) -> $crate::error::Result<Self> {
                settings.check()?;
                Ok(Self(settings))
            }
        }

        impl From<$Checked> for Settings {
            fn from(checked: $Checked) -> Self {
                checked.0
            }
        }
    };
}

pub(super) use estimator;

/// Coefficients in the units of the columns, with their errors.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) intercept: f64,
    pub(super) coefficients: Array1<f64>,
    /// Of the intercept, if any, and the columns; `None` where they are aliased or no row is left
    /// to tell the variance.
    pub(super) intercept_error: Option<f64>,
    pub(super) std_errors: Vec<Option<f64>>,
    pub(super) aliased: Vec<usize>,
}

impl Line {
    /// Fits the records and weights of a dataset to responses.
    pub(super) fn of<D: Data<Elem = f64>, T>(
        family: Family,
        settings: &Settings,
        dataset: &DatasetBase<ArrayBase<D, Ix2>, T>,
        response: &[f64],
    ) -> Result<Self> {
        let records = dataset.records.view();
        check_lengths(records, response, dataset.weights())?;
        let weights: Option<Vec<f64>> =
            dataset.weights().map(|weights| weights.iter().copied().map(f64::from).collect());
        let outcomes = Outcomes { response, weights: weights.as_deref(), ..Outcomes::default() };
        let blocks: Vec<DesignBlock<'static>> =
            records.axis_iter(Axis(1)).map(|column| DesignBlock::Numbers(column.to_vec().into())).collect();
        let observations = Observations::new(&blocks, settings.fit_intercept, &outcomes).map_err(undefined)?;
        drop(blocks);
        let Settings { max_iter, tol, l2_penalty, .. } = *settings;
        let options = RegressionOptions { max_iter, tol, l2_penalty };
        let solved =
            fit(&observations, family, &options).map_err(|error| told(error, settings, dataset.feature_names()))?;
        let free = observations.n_rows() as f64 - (solved.coefficients.len() - solved.aliased.len()) as f64;
        let scale = match family {
            Family::Gaussian if free > 0.0 => Some((solved.deviance / free).sqrt()),
            Family::Gaussian => None,
            _ => Some(1.0),
        };
        let error = |(place, error): (usize, &f64)| {
            scale.filter(|_| !solved.aliased.contains(&place)).map(|scale| scale * error)
        };
        let mut errors: Vec<Option<f64>> = solved.std_errors.iter().enumerate().map(error).collect();
        let first = usize::from(settings.fit_intercept);
        let std_errors = errors.split_off(first);
        Ok(Self {
            intercept: if settings.fit_intercept { solved.coefficients[0] } else { 0.0 },
            coefficients: solved.coefficients[first..].to_vec().into(),
            intercept_error: errors.first().copied().flatten(),
            std_errors,
            aliased: solved.aliased.iter().map(|column| column - first).collect(),
        })
    }

    /// The linear predictor of each row, added up in the order of the columns whatever the layout.
    pub(super) fn predictors<D: Data<Elem = f64>>(&self, records: &ArrayBase<D, Ix2>) -> Array1<f64> {
        assert_eq!(records.ncols(), self.coefficients.len(), "as many columns as the regression was fitted to");
        let of_row = |row: ::ndarray::ArrayView1<'_, f64>| {
            self.intercept
                + row.iter().zip(&self.coefficients).map(|(cell, coefficient)| cell * coefficient).sum::<f64>()
        };
        records.rows().into_iter().map(of_row).collect()
    }
}

fn check_lengths(records: ArrayView2<'_, f64>, response: &[f64], weights: Option<&[f32]>) -> Result<()> {
    let n_rows = records.nrows();
    if n_rows == 0 {
        return Err(unusable("there is no row to learn from".to_owned()));
    }
    let lengths = [("target(s)", response.len()), ("weight(s)", weights.map_or(n_rows, <[f32]>::len))];
    match lengths.into_iter().find(|(_, n)| *n != n_rows) {
        Some((what, n)) => Err(unusable(format!("{n} {what} for {n_rows} row(s)"))),
        None => Ok(()),
    }
}

fn undefined(reason: Undefined) -> Error {
    unusable(match reason {
        Undefined::NotFinite => "records, targets or weights are NaN or infinite; leave these rows out".to_owned(),
        Undefined::NotPositive => "weights are below 0".to_owned(),
        Undefined::NoWeight => "no row has a weight above 0".to_owned(),
        other => format!("the columns cannot be computed with: {other}"),
    })
}

/// What the solver refused, with the names that the dataset has for its columns.
fn told(error: RegressionError, settings: &Settings, names: &[String]) -> Error {
    match error {
        RegressionError::Separated { n_separated, n_rows, columns } => {
            let first = usize::from(settings.fit_intercept);
            let name = |column: usize| names.get(column).cloned().unwrap_or_else(|| format!("column {column}"));
            let columns: Vec<String> = columns.iter().map(|column| format!("`{}`", name(column - first))).collect();
            unusable(format!(
                "{} separate(s) the classes: {n_separated} of {n_rows} row(s) are told apart without error, so no \
                 finite coefficient is best; leave the column(s) out, or use `l2_penalty`",
                columns.join(", ")
            ))
        }
        RegressionError::NotConverged { .. } => Error::Numeric { analysis: LINFA, verdict: error.to_string() },
        RegressionError::Undefined(reason) => undefined(reason),
        other => unusable(other.to_string()),
    }
}
