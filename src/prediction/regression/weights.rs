//! Weights of rows and of classes: different things that give different errors.

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use super::params::REGRESSION;
use crate::error::{Error, Result};
use crate::frame::exact_number;
use crate::frame::weights::WeightRole;
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::weight::WeightKind;

/// What the weight of a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WeightMeaning {
    /// The row stands for that many equal rows: whole numbers; `n_obs` is their sum.
    Frequency,
    /// The row was drawn with a known chance and stands for its reciprocal. Weights are divided by
    /// their mean, so that multiplying all of them changes nothing, a penalty included; standard
    /// errors are robust; there is no likelihood.
    Sampling,
    /// The reciprocal of the variance of the row's response, up to a factor. Linear regression
    /// only.
    Precision,
}

/// A column of weights, as settings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegressionWeights {
    pub(super) column: String,
    pub(super) meaning: WeightMeaning,
}

/// What each class of a target counts for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ClassWeights {
    /// Both classes count for half of the rows that are fitted. What is learned of the columns,
    /// such as medians and rare levels, is of the rows as they are.
    Balanced,
    /// Rows of each class count for so many.
    Given {
        /// A row of the class that is predicted; above 0.
        #[serde(with = "exact_number::one")]
        positive: f64,
        /// A row of the other class; above 0.
        #[serde(with = "exact_number::one")]
        negative: f64,
    },
}

impl ClassWeights {
    pub(super) fn check(self) -> Result<()> {
        let is_weight = |weight: f64| weight > 0.0 && weight.is_finite();
        match self {
            Self::Given { positive, negative } if !(is_weight(positive) && is_weight(negative)) => {
                Err(Error::param(REGRESSION, "class_weights", "above 0", format!("{positive} and {negative}")))
            }
            _ => Ok(()),
        }
    }

    /// A weight for each label, 1 for the positive class.
    pub(super) fn of(self, labels: &[f64]) -> Vec<f64> {
        let (positive, negative) = match self {
            Self::Given { positive, negative } => (positive, negative),
            Self::Balanced => {
                let n = labels.len() as f64;
                let n_positive = labels.iter().filter(|&&label| label == 1.0).count() as f64;
                // One class alone has no other to be weighed against, and is refused by the fit.
                let of_class = |n_of_class: f64| n / (2.0 * n_of_class.max(1.0));
                (of_class(n_positive), of_class(n - n_positive))
            }
        };
        labels.iter().map(|&label| if label == 1.0 { positive } else { negative }).collect()
    }
}

/// Weights in units of the mean of those above 0.
fn over_their_mean(weights: Vec<f64>) -> Vec<f64> {
    let n = weights.iter().filter(|&&weight| weight > 0.0).count() as f64;
    match ExactSum::of(&weights).quotient(n) {
        Some(mean) if mean > 0.0 => weights.into_iter().map(|weight| weight / mean).collect(),
        _ => weights,
    }
}

impl RegressionWeights {
    pub(super) fn role(&self) -> WeightRole {
        let kind = match self.meaning {
            WeightMeaning::Frequency => WeightKind::Frequency,
            WeightMeaning::Sampling | WeightMeaning::Precision => WeightKind::Sampling,
        };
        WeightRole { column: self.column.clone(), kind }
    }

    /// The weights of a table; a missing one is refused, as nobody can say what it stands for.
    pub(super) fn read(&self, frame: &DataFrame) -> Result<Vec<f64>> {
        let weights = self.role().read(REGRESSION, frame)?;
        if weights.n_missing > 0 {
            return Err(Error::Incomplete {
                analysis: REGRESSION,
                rows: weights.n_missing,
                needed: "a weight",
                remedy: "filter them out, or fill the column with `cleaning::Fill`",
            });
        }
        Ok(match self.meaning {
            WeightMeaning::Sampling => over_their_mean(weights.values),
            WeightMeaning::Frequency | WeightMeaning::Precision => weights.values,
        })
    }

    /// Refuses a table without a row that counts; a batch of it may have none.
    pub(super) fn check(&self, weights: &[f64]) -> Result<()> {
        if weights.iter().any(|&weight| weight > 0.0) {
            return Ok(());
        }
        let reason = format!("all weights in `{}` are 0, so no row counts; give some rows a weight", self.column);
        Err(Error::Unusable { analysis: REGRESSION, reason })
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;
    use crate::frame::{FeatureColumns, FeatureTable};
    use crate::prediction::encoding::{EncodingParams, FeatureEncoding, Missing};
    use crate::prediction::regression::RegressionParams;

    /// Oracle: by hand; 1 of 4 is positive, so it counts for 2 and each of the others for 2/3.
    #[test]
    fn balanced_classes_count_for_half_each() {
        assert_eq!(ClassWeights::Balanced.of(&[0.0, 1.0, 0.0, 0.0]), [4.0 / 6.0, 2.0, 4.0 / 6.0, 4.0 / 6.0]);
        let given = ClassWeights::Given { positive: 3.0, negative: 1.0 };
        assert_eq!(given.of(&[0.0, 1.0]), [1.0, 3.0]);
        assert!(ClassWeights::Given { positive: f64::NAN, negative: 1.0 }.check().is_err());
    }

    /// By hand: rows 0 and 1 lack the feature, so of the fitted ones 2 of 6 are positive, and a model
    /// of the constant alone says one half. A level of two rows stays rare whatever its class.
    #[test]
    fn classes_are_balanced_among_the_rows_that_are_fitted() {
        let frame = df!(
            "x" => [None, None, Some(1.0), Some(2.0), Some(3.0), Some(1.0), Some(2.0), Some(3.0)],
            "plan" => ["a", "a", "c", "c", "a", "a", "a", "a"],
            "left" => [true, true, true, true, false, false, false, false],
        );
        let columns = FeatureColumns::new().features(["x", "plan"]).target("left");
        let table = FeatureTable::new(frame.unwrap().lazy(), &columns).unwrap();
        let encoding = EncodingParams::new()
            .feature("x", FeatureEncoding::numeric().missing(Missing::Drop))
            .feature("plan", FeatureEncoding::categorical().min_count(3));
        let params = RegressionParams::logistic().class_weights(ClassWeights::Balanced).l2_penalty(1e9);
        let model = params.encoding(encoding).fit(&table).unwrap();
        assert_eq!((model.training_rows().n_fitted, model.training_rows().n_positive), (6, Some(2)));
        assert_eq!(model.coefficients()[2].term, "plan[(other)]");
        assert!(model.coefficients()[0].estimate.unwrap().abs() < 1e-6, "{model}");
    }

    /// Law: where rows are drawn by chance, the unit of their weights is nobody's business: not that
    /// of the residuals, of the levels put together, or of a penalty.
    #[test]
    fn the_unit_of_sampling_weights_changes_nothing() {
        let x: Vec<f64> = (0..60).map(|row| f64::from(row * 7 % 11)).collect();
        let y: Vec<f64> = (0..60).map(|row| f64::from(row * 5 % 13) + f64::from(row * 7 % 11)).collect();
        let plan: Vec<&str> = (0..60).map(|row| ["a", "b", "c", "d"][row * row % 7 % 4]).collect();
        let weight: Vec<f64> = (0..60).map(|row| f64::from(row % 4)).collect();
        let fitted = |unit: f64, params: RegressionParams| {
            let weights: Vec<f64> = weight.iter().map(|weight| weight * unit).collect();
            let frame = df!("x" => &x, "plan" => &plan, "y" => &y, "w" => weights).unwrap();
            let columns = FeatureColumns::new().features(["x", "plan"]).target("y");
            let encoding = EncodingParams::new().feature("plan", FeatureEncoding::categorical().min_count(12));
            let params = params.encoding(encoding).weights("w", WeightMeaning::Sampling);
            params.fit(&FeatureTable::new(frame.lazy(), &columns).unwrap()).unwrap()
        };
        for params in [RegressionParams::linear(), RegressionParams::linear().l2_penalty(9.0)] {
            let plain = fitted(1.0, params.clone());
            for unit in [1e-6, 0.37, 4096.0] {
                let found = fitted(unit, params.clone());
                let close = |found: f64, plain: f64| (found / plain - 1.0).abs() < 1e-12;
                assert!(close(found.statistics().dispersion, plain.statistics().dispersion), "{unit}: {found}");
                assert_eq!(found.coefficients().len(), plain.coefficients().len(), "{unit}: {found}");
                for (found, plain) in found.coefficients().iter().zip(plain.coefficients()) {
                    assert!(close(found.estimate.unwrap(), plain.estimate.unwrap()), "{unit}: {found:?}");
                    assert!(close(found.std_error.unwrap(), plain.std_error.unwrap()), "{unit}: {found:?}");
                }
            }
        }
    }
}
