//! Weights of rows and of classes: different things that give different errors.

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use super::params::REGRESSION;
use crate::error::{Error, Result};
use crate::frame::exact_number;
use crate::frame::weights::WeightRole;
use crate::kernel::weight::WeightKind;

/// What the weight of a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WeightMeaning {
    /// The row stands for that many equal rows: whole numbers; `n_obs` is their sum.
    Frequency,
    /// The row was drawn with a known chance and stands for its reciprocal. Multiplying all
    /// weights changes nothing; standard errors are robust; there is no likelihood.
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
    /// Both classes count for half of the rows.
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
                (n / (2.0 * n_positive), n / (2.0 * (n - n_positive)))
            }
        };
        labels.iter().map(|&label| if label == 1.0 { positive } else { negative }).collect()
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
        Ok(weights.values)
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
    use super::*;

    /// Oracle: by hand; 1 of 4 is positive, so it counts for 2 and each of the others for 2/3.
    #[test]
    fn balanced_classes_count_for_half_each() {
        assert_eq!(ClassWeights::Balanced.of(&[0.0, 1.0, 0.0, 0.0]), [4.0 / 6.0, 2.0, 4.0 / 6.0, 4.0 / 6.0]);
        let given = ClassWeights::Given { positive: 3.0, negative: 1.0 };
        assert_eq!(given.of(&[0.0, 1.0]), [1.0, 3.0]);
        assert!(ClassWeights::Given { positive: f64::NAN, negative: 1.0 }.check().is_err());
    }
}
