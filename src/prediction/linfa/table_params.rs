//! What of a table becomes a dataset of linfa.

use ::ndarray::Array1;
use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::LINFA;
use super::error::unusable;
use super::table::{LinfaTable, Target};
use crate::analysis::collect;
use crate::error::{Error, Result};
use crate::frame::FeatureTable;
use crate::frame::numbers::{Numbers, is_numeric};
use crate::frame::schema::column_remedy;
use crate::frame::weights::WeightRole;
use crate::kernel::weight::WeightKind;
use crate::prediction::encoding::{Encoder, LabelParams, MissingLabels};
use crate::prediction::regression::TrainingRows;

/// Which rows of a table an estimator of linfa learns from, and what they count for.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::prediction::encoding::EncodingParams;
/// use customer_analytics::prediction::linfa::LinfaTableParams;
///
/// let frame = df!("plan" => ["a", "b", "a", "b"], "visits" => [1, 2, 3, 4], "left" => ["Yes", "No", "No", "Yes"])?;
/// let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("left"))?;
/// let encoder = EncodingParams::new().check()?.fit(&table)?;
/// let read = LinfaTableParams::new().read_labels(&encoder, &table)?;
/// assert_eq!(read.dataset().records.shape(), [4, 2]);
/// assert_eq!(read.dataset().feature_names(), ["plan[b]", "visits"]);
/// assert_eq!(read.dataset().targets.to_vec(), [true, false, false, true]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct LinfaTableParams {
    labels: LabelParams,
    missing_target: MissingLabels,
    weights: Option<String>,
}

impl LinfaTableParams {
    /// All rows count alike, and all have a target.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the level of the target that is predicted; yes in any spelling by default.
    pub fn positive(mut self, level: impl Into<String>) -> Self {
        self.labels = self.labels.positive(level);
        self
    }

    /// What becomes of rows without a target; an error by default.
    pub fn missing_target(mut self, missing: MissingLabels) -> Self {
        self.missing_target = missing;
        self
    }

    /// Names a column of weights, 0 or above. linfa holds them with seven digits, and many of its
    /// estimators pay no heed to them; see their pages. Rows of weight 0 are left out and counted.
    pub fn weights(mut self, column: impl Into<String>) -> Self {
        self.weights = Some(column.into());
        self
    }

    /// Reads a table whose target is yes and no; `true` is the level to predict.
    ///
    /// # Errors
    /// `Schema` when the table has no target, or lacks columns; `Incomplete` for missing targets and
    /// weights; `Unusable` for targets that are no two classes, cells that the encoding refuses,
    /// and tables of which no row or no column is left; `Query` when it cannot be read.
    pub fn read_labels(&self, encoder: &Encoder, table: &FeatureTable) -> Result<LinfaTable<bool>> {
        let (frame, target) = self.read_frame(encoder, table)?;
        let labels = self.labels.clone().missing(self.missing_target).read(&frame, target)?;
        let kept = labels.kept().map(<[u32]>::to_vec);
        let coding = Some(labels.coding().clone());
        let target = Target { name: target, values: labels.into_values(), kept, coding };
        self.assembled(encoder, frame, target)
    }

    /// Reads a table whose target is a number.
    ///
    /// # Errors
    /// As [`read_labels`](Self::read_labels), with targets that are infinite or no numbers in place
    /// of classes.
    pub fn read_amounts(&self, encoder: &Encoder, table: &FeatureTable) -> Result<LinfaTable<f64>> {
        let (frame, target) = self.read_frame(encoder, table)?;
        let (values, kept) = self.read_numbers(&frame, target)?;
        self.assembled(encoder, frame, Target { name: target, values, kept, coding: None })
    }

    /// The columns that are needed, and which of them is the target.
    fn read_frame<'a>(&self, encoder: &Encoder, table: &'a FeatureTable) -> Result<(DataFrame, &'a str)> {
        let schema = |problems| Error::Schema { table: LINFA, problems };
        let Some(target) = table.target() else {
            return Err(schema(vec!["no target is named; name one by `FeatureColumns::target`".to_owned()]));
        };
        let mut names = encoder.features();
        names.extend((!names.contains(&target)).then_some(target));
        let is_missing = |name: &&&str| !table.schema().contains(name);
        let told = |name: &&str| format!("column `{name}` is not there; {}", column_remedy(name, table.schema()));
        let mut problems: Vec<String> = names.iter().filter(is_missing).map(told).collect();
        problems.extend(self.weight_role().and_then(|role| role.problem(table.schema())));
        names.extend(self.weights.as_deref().filter(|weights| !names.contains(weights)));
        if !problems.is_empty() {
            return Err(schema(problems));
        }
        let columns: Vec<Expr> = names.into_iter().map(col).collect();
        Ok((collect(LINFA, table.lazy().select(columns))?, target))
    }

    fn weight_role(&self) -> Option<WeightRole> {
        let column = self.weights.clone()?;
        Some(WeightRole { column, kind: WeightKind::Sampling })
    }

    fn read_numbers(&self, frame: &DataFrame, target: &str) -> Result<(Vec<f64>, Option<Vec<u32>>)> {
        if !frame.schema().get(target).is_some_and(is_numeric) {
            return Err(unusable(format!("target `{target}` is no number; give one, or use `read_labels`")));
        }
        let numbers = Numbers::of(LINFA, frame, target)?;
        let aligned = numbers.aligned();
        if aligned.counts.n_infinite > 0 {
            let n = aligned.counts.n_infinite;
            return Err(unusable(format!("{n} row(s) of the target `{target}` are infinite; filter them out")));
        }
        let n_missing = aligned.counts.n_null + aligned.counts.n_nan;
        if n_missing > 0 && self.missing_target == MissingLabels::Error {
            return Err(Error::Incomplete {
                analysis: LINFA,
                rows: n_missing,
                needed: "a target",
                remedy: "leave them out by `LinfaTableParams::missing_target(MissingLabels::Drop)`",
            });
        }
        let masked = aligned.masked();
        let rows = || (0..frame.height()).filter(|&row| masked.is_valid(row)).map(|row| row as u32);
        Ok((masked.present().collect(), (n_missing > 0).then(|| rows().collect())))
    }

    /// The weights of the rows, if they have any.
    fn read_weights(&self, frame: &DataFrame) -> Result<Option<Vec<f64>>> {
        let Some(role) = self.weight_role() else { return Ok(None) };
        let weights = role.read(LINFA, frame)?;
        if weights.n_missing > 0 {
            return Err(Error::Incomplete {
                analysis: LINFA,
                rows: weights.n_missing,
                needed: "a weight",
                remedy: "filter them out, or fill the column with `cleaning::Fill`",
            });
        }
        Ok(Some(weights.values))
    }

    /// Leaves out rows for what they lack, in this order: target, weight, features.
    fn assembled<T: Copy>(&self, encoder: &Encoder, frame: DataFrame, target: Target<'_, T>) -> Result<LinfaTable<T>> {
        let n_read = frame.height();
        let frame = taken(frame, target.kept.as_deref())?;
        let mut rows = TrainingRows { n_read: n_read as u64, ..TrainingRows::default() };
        rows.n_missing_target = (n_read - frame.height()) as u64;
        let Some(weights) = self.read_weights(&frame)? else {
            return LinfaTable::of(encoder, &frame, target, None, rows);
        };
        let weighty = (0..weights.len()).filter(|&row| weights[row] > 0.0).map(|row| row as u32);
        let weighty: Vec<u32> = weighty.collect();
        rows.n_zero_weight = (weights.len() - weighty.len()) as u64;
        let frame = taken(frame, Some(&weighty))?;
        let values = weighty.iter().map(|&row| target.values[row as usize]).collect();
        // linfa has single precision here.
        let weights: Array1<f32> = weighty.iter().map(|&row| weights[row as usize] as f32).collect();
        let n_beyond = weights.iter().filter(|weight| !weight.is_normal()).count();
        if n_beyond > 0 {
            return Err(unusable(format!(
                "{n_beyond} row(s) have a weight that single precision, which linfa has, does not hold; multiply all \
                 weights by a power of ten"
            )));
        }
        LinfaTable::of(encoder, &frame, Target { values, ..target }, Some(weights), rows)
    }
}

fn taken(frame: DataFrame, kept: Option<&[u32]>) -> Result<DataFrame> {
    match kept {
        None => Ok(frame),
        Some(kept) => frame.take(&IdxCa::from_slice("row".into(), kept)).map_err(Error::query(LINFA)),
    }
}
