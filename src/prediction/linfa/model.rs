//! An estimator that has learned from an encoded table, with the encoding it learned by.

use std::sync::Arc;

use ::linfa::traits::PredictInplace;
use ::ndarray::{Array1, Array2};
use polars::prelude::*;

use super::LINFA;
use super::error::{guarded, refused, unusable};
use super::score::AsScore;
use crate::analysis::collect;
use crate::error::{Error, Result};
use crate::frame::FeatureTable;
use crate::frame::columns::{MEAN, PROB};
use crate::frame::schema::fitted_column_remedy;
use crate::prediction::encoding::{Encoder, LabelCoding};
use crate::prediction::regression::{Predictions, TrainingRows};

/// A fitted estimator of linfa that takes tables instead of arrays.
///
/// # Examples
///
/// A tree judged like any other model:
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::prediction::encoding::EncodingParams;
/// use customer_analytics::prediction::evaluation::BinaryEvaluationParams;
/// use customer_analytics::prediction::linfa::LinfaTableParams;
/// use linfa_trees::DecisionTree;
///
/// let frame = df!(
///     "contract" => ["month", "year", "month", "year", "month", "year"],
///     "tenure" => [Some(1), Some(40), Some(30), Some(5), None, Some(60)],
///     "Churn" => ["Yes", "No", "Yes", "No", "Yes", "No"],
/// )?;
/// let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("Churn"))?;
/// let encoder = EncodingParams::new().check()?.fit(&table)?;
/// let training = LinfaTableParams::new().read_labels(&encoder, &table)?;
/// let tree = training.train(&DecisionTree::params())?;
/// let predictions = tree.predict(&table)?;
/// let labels = training.dataset().targets.to_vec();
/// let report = BinaryEvaluationParams::new().evaluate(&labels, predictions.complete().unwrap())?;
/// assert_eq!(report.roc_auc.unwrap(), 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct LinfaModel<M> {
    encoder: Encoder,
    fitted: M,
    rows: Option<TrainingRows>,
    coding: Option<LabelCoding>,
}

impl<M> LinfaModel<M> {
    /// An estimator that has learned from [`LinfaTable::into_dataset`](super::LinfaTable::into_dataset)
    /// on its own, with the encoder that made it.
    #[must_use]
    pub fn new(encoder: Encoder, fitted: M) -> Self {
        Self { encoder, fitted, rows: None, coding: None }
    }

    pub(super) fn trained(encoder: Encoder, fitted: M, rows: TrainingRows, coding: Option<LabelCoding>) -> Self {
        Self { encoder, fitted, rows: Some(rows), coding }
    }

    /// What the estimator has learned.
    #[must_use]
    pub fn fitted(&self) -> &M {
        &self.fitted
    }

    /// How tables are turned into columns.
    #[must_use]
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Rows that it learned from and those that were left out; `None` for an estimator that
    /// learned elsewhere.
    #[must_use]
    pub fn training_rows(&self) -> Option<TrainingRows> {
        self.rows
    }

    /// Which level of the target is `true`, where it is of two classes.
    #[must_use]
    pub fn coding(&self) -> Option<&LabelCoding> {
        self.coding.as_ref()
    }

    /// The same with another view of what was learned, such as
    /// [`into_probability`](super::FittedLogisticRegression::into_probability).
    #[must_use]
    pub fn map<N>(self, view: impl FnOnce(M) -> N) -> LinfaModel<N> {
        let Self { encoder, fitted, rows, coding } = self;
        LinfaModel { encoder, fitted: view(fitted), rows, coding }
    }

    /// Predicts every row of a table, in its order; rows that a missing cell leaves out have none.
    ///
    /// Estimators with several kinds of predictions need the one that is meant: `predict::<f64>`.
    ///
    /// # Errors
    /// `Schema` when a feature is not there; `Unusable` for cells that the encoding refuses, and
    /// when the estimator panics or gives another number of predictions than there are rows;
    /// `Numeric` for predictions that are not finite; `Query` when the table cannot be read.
    pub fn predict<T: AsScore>(&self, table: &FeatureTable) -> Result<Predictions>
    where
        M: PredictInplace<Array2<f64>, Array1<T>>,
    {
        let mut names = self.encoder.features();
        names.extend(table.customer_id().filter(|customer| !names.contains(customer)));
        let schema = table.schema();
        let is_missing = |name: &&&str| !schema.contains(name);
        let told =
            |name: &&str| format!("column `{name}` of the model is not there; {}", fitted_column_remedy(name, schema));
        let problems: Vec<String> = names.iter().filter(is_missing).map(told).collect();
        if !problems.is_empty() {
            return Err(Error::Schema { table: LINFA, problems });
        }
        let columns: Vec<Expr> = names.into_iter().map(col).collect();
        let frame = collect(LINFA, table.lazy().select(columns))?;
        let customers = table.customer_id().map(|customer| frame.column(customer).cloned());
        let customers = customers.transpose().map_err(Error::query(LINFA))?;
        Ok(self.predict_frame(&frame)?.with_customers(customers))
    }

    /// The same for a frame in memory.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_frame<T: AsScore>(&self, frame: &DataFrame) -> Result<Predictions>
    where
        M: PredictInplace<Array2<f64>, Array1<T>>,
    {
        let design = self.encoder.encode_dense(frame)?;
        let (kept, counts) = (design.kept().map(<[u32]>::to_vec), design.counts().clone());
        let shape = (design.n_rows(), design.n_columns());
        let records = Array2::from_shape_vec(shape, design.into_values()).map_err(refused)?;
        let scores = scores(&self.fitted, &records)?;
        let name = if self.coding.is_some() { PROB } else { MEAN };
        let Some(kept) = kept else { return Ok(Predictions::of(scores, None, counts, name)) };
        let mut values = vec![0.0; frame.height()];
        let mut is_kept = vec![false; frame.height()];
        for (&row, score) in kept.iter().zip(scores) {
            values[row as usize] = score;
            is_kept[row as usize] = true;
        }
        Ok(Predictions::of(values, Some(is_kept), counts, name))
    }

    /// The prediction as an expression over the features, for a lazy plan of one's own; the
    /// numbers are those of [`predict`](Self::predict), batch by batch.
    ///
    /// Rows without a prediction are null; what is refused there fails the query.
    pub fn score_expr<T: AsScore + 'static>(&self) -> Expr
    where
        M: PredictInplace<Array2<f64>, Array1<T>> + Clone + Send + Sync + 'static,
    {
        let model = Arc::new(self.clone());
        let names: Vec<PlSmallStr> = self.encoder.features().into_iter().map(PlSmallStr::from).collect();
        let inputs: Vec<Expr> = names.iter().map(|name| col(name.clone())).collect();
        let name = if self.coding.is_some() { PROB } else { MEAN };
        let score = move |columns: &mut [Column]| {
            let height = columns.first().map_or(0, Column::len);
            let named = columns.iter().zip(&names).map(|(column, name)| column.clone().with_name(name.clone()));
            let frame = DataFrame::new(height, named.collect())?;
            let scored = model.predict_frame::<T>(&frame);
            let scored = scored.map_err(|error| PolarsError::ComputeError(error.to_string().into()))?;
            Ok(Column::new(name.into(), scored.values()))
        };
        map_multiple(score, inputs, move |_: &Schema, _: &[Field]| Ok(Field::new(name.into(), DataType::Float64)))
            .alias(name)
    }
}

/// A finite number for each row.
fn scores<T: AsScore, M: PredictInplace<Array2<f64>, Array1<T>>>(
    fitted: &M,
    records: &Array2<f64>,
) -> Result<Vec<f64>> {
    if records.nrows() == 0 {
        return Ok(Vec::new());
    }
    let predicted = guarded("predict", || {
        let mut predicted = fitted.default_target(records);
        fitted.predict_inplace(records, &mut predicted);
        predicted
    })?;
    if predicted.len() != records.nrows() {
        return Err(unusable(format!("{} prediction(s) for {} row(s)", predicted.len(), records.nrows())));
    }
    let scores: Vec<f64> = predicted.iter().map(AsScore::as_score).collect();
    match scores.iter().filter(|score| !score.is_finite()).count() {
        0 => Ok(scores),
        n => Err(Error::Numeric { analysis: LINFA, verdict: format!("{n} prediction(s) are NaN or infinite") }),
    }
}
