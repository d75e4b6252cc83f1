//! An encoded table as a dataset of linfa, with what was left out.

use ::linfa::Dataset;
use ::linfa::traits::Fit;
use ::ndarray::{Array1, Array2, Ix1};
use polars::prelude::DataFrame;

use super::error::{guarded, refused, unusable};
use super::model::LinfaModel;
use crate::error::Result;
use crate::prediction::encoding::{Encoder, EncodingCounts, LabelCoding};
use crate::prediction::regression::TrainingRows;

/// The target as it was read, one value for each row that has one.
pub(super) struct Target<'a, T> {
    pub(super) name: &'a str,
    pub(super) values: Vec<T>,
    /// The rows of the table that have a value; `None` when all have.
    pub(super) kept: Option<Vec<u32>>,
    pub(super) coding: Option<LabelCoding>,
}

/// A table that an estimator of linfa can learn from: a dense column for every term, finite
/// throughout, and a target for every row.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::prediction::encoding::EncodingParams;
/// use customer_analytics::prediction::linfa::{LinfaTableParams, linfa_linear};
///
/// let frame = df!("visits" => [1.0, 2.0, 3.0, 4.0, 5.0], "spend" => [12.0, 14.0, 17.0, 17.0, 20.0])?;
/// let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("spend"))?;
/// let encoder = EncodingParams::new().check()?.fit(&table)?;
/// let model = LinfaTableParams::new()
///     .read_amounts(&encoder, &table)?
///     .train(&linfa_linear::LinearRegression::new())?;
/// // Least squares by hand: slope 1.9, intercept 10.3.
/// assert!((model.predict(&table)?.get(0).unwrap() - 12.2).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct LinfaTable<T> {
    encoder: Encoder,
    dataset: Dataset<f64, T, Ix1>,
    rows: TrainingRows,
    counts: EncodingCounts,
    coding: Option<LabelCoding>,
}

impl<T: Copy> LinfaTable<T> {
    /// Encodes rows that all have a target (and a weight), and leaves out those that lack a feature.
    pub(super) fn of(
        encoder: &Encoder,
        frame: &DataFrame,
        target: Target<'_, T>,
        weights: Option<Array1<f32>>,
        mut rows: TrainingRows,
    ) -> Result<Self> {
        let design = encoder.encode_dense(frame)?;
        let (n_rows, n_columns) = (design.n_rows(), design.n_columns());
        if n_rows == 0 || n_columns == 0 {
            return Err(unusable(format!(
                "{n_rows} row(s) of {n_columns} column(s) are left to learn from; give the table rows with a target, \
                 and features that vary"
            )));
        }
        rows.n_missing_feature = (frame.height() - n_rows) as u64;
        rows.n_fitted = n_rows as u64;
        let kept = design.kept().map(<[u32]>::to_vec);
        let counts = design.counts().clone();
        let values: Array1<T> = match &kept {
            None => target.values.into(),
            Some(kept) => kept.iter().map(|&row| target.values[row as usize]).collect(),
        };
        let weights = match (weights, &kept) {
            (Some(weights), Some(kept)) => Some(kept.iter().map(|&row| weights[row as usize]).collect()),
            (weights, _) => weights,
        };
        let records = Array2::from_shape_vec((n_rows, n_columns), design.into_values());
        let records = records.map_err(refused)?;
        let names = encoder.terms().iter().map(|term| term.name.clone()).collect();
        let mut dataset =
            Dataset::new(records, values).with_feature_names::<String>(names).with_target_names(vec![target.name]);
        if let Some(weights) = weights {
            dataset = dataset.with_weights(weights);
        }
        Ok(Self { encoder: encoder.clone(), dataset, rows, counts, coding: target.coding })
    }
}

impl<T> LinfaTable<T> {
    /// The dataset, its features named like the terms of the encoder.
    #[must_use]
    pub fn dataset(&self) -> &Dataset<f64, T, Ix1> {
        &self.dataset
    }

    /// The dataset as it is, for estimators that want another: `map_targets(|&is| usize::from(is))`
    /// makes classes by number of labels.
    #[must_use]
    pub fn into_dataset(self) -> Dataset<f64, T, Ix1> {
        self.dataset
    }

    /// Rows of the table, those that were left out and why, and those of the dataset.
    #[must_use]
    pub fn rows(&self) -> TrainingRows {
        self.rows
    }

    /// What became of the cells of the features.
    #[must_use]
    pub fn counts(&self) -> &EncodingCounts {
        &self.counts
    }

    /// The encoder that made the columns.
    #[must_use]
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Which level of the target is `true`, where it is of two classes.
    #[must_use]
    pub fn coding(&self) -> Option<&LabelCoding> {
        self.coding.as_ref()
    }

    /// Lets an estimator learn.
    ///
    /// # Errors
    /// `Unusable` when the estimator refuses the dataset, with its own words, or panics over it.
    pub fn train<P, E>(&self, estimator: &P) -> Result<LinfaModel<P::Object>>
    where
        P: Fit<Array2<f64>, Array1<T>, E>,
        E: std::error::Error + From<::linfa::Error> + 'static,
    {
        let fitted = guarded("fit", || estimator.fit(&self.dataset))?.map_err(refused)?;
        Ok(LinfaModel::trained(self.encoder.clone(), fitted, self.rows, self.coding.clone()))
    }
}
