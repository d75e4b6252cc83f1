//! The rows that a regression learns from, read once, with what was left out counted.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::params::{Offset, REGRESSION, RegressionParams};
use super::weights::{ClassWeights, WeightMeaning};
use crate::analysis::collect;
use crate::error::{Error, Result};
use crate::frame::FeatureTable;
use crate::frame::codes::{NO_CODE, codes_of};
use crate::frame::numbers::{Numbers, is_numeric};
use crate::frame::schema::column_remedy;
use crate::prediction::encoding::{LabelCoding, MissingLabels};
use crate::solver::regression::Family;

/// Rows of a table and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrainingRows {
    /// Rows of the table.
    pub n_read: u64,
    /// Left out as they have no target.
    pub n_missing_target: u64,
    /// Left out as a feature is missing whose policy is to drop.
    pub n_missing_feature: u64,
    /// Left out as their weight is 0.
    pub n_zero_weight: u64,
    /// Learned from.
    pub n_fitted: u64,
    /// Those of them with the event; `None` but for logistic regression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_positive: Option<u64>,
}

impl TrainingRows {
    /// Adds the rows of another part of the table.
    pub(super) fn add(&mut self, other: Self) {
        self.n_read += other.n_read;
        self.n_missing_target += other.n_missing_target;
        self.n_missing_feature += other.n_missing_feature;
        self.n_zero_weight += other.n_zero_weight;
        self.n_fitted += other.n_fitted;
        self.n_positive = match (self.n_positive, other.n_positive) {
            (Some(own), Some(other)) => Some(own + other),
            (own, other) => own.or(other),
        };
    }
}

/// A table read for training; every part has one cell for each row of the frame.
pub(super) struct Training {
    pub(super) frame: DataFrame,
    pub(super) response: Vec<f64>,
    pub(super) labels: Option<LabelCoding>,
    pub(super) weights: Option<Vec<f64>>,
    pub(super) offset: Option<Vec<f64>>,
    pub(super) groups: Option<Vec<u32>>,
    pub(super) rows: TrainingRows,
}

impl Training {
    /// Reads what the settings name.
    pub(super) fn read(params: &RegressionParams, table: &FeatureTable) -> Result<Self> {
        let target = target_of(table)?;
        check_schema(params, table)?;
        let frame = collect(REGRESSION, table.lazy().select(columns(params, table, target)))?;
        let training = Self::of(params, frame, target, None)?;
        if let (Some(role), Some(weights)) = (&params.weights, &training.weights) {
            role.check(weights)?;
        }
        Ok(training)
    }

    /// The same for rows that were read, with labels coded as was learned from others.
    pub(super) fn of(
        params: &RegressionParams,
        frame: DataFrame,
        target: &str,
        coding: Option<&LabelCoding>,
    ) -> Result<Self> {
        let mut rows = TrainingRows { n_read: frame.height() as u64, ..TrainingRows::default() };
        let (response, kept, labels) = read_target(params, &frame, target, coding)?;
        let frame = match &kept {
            None => frame,
            Some(kept) => {
                rows.n_missing_target = rows.n_read - kept.len() as u64;
                let numbers = IdxCa::new("row".into(), kept);
                frame.take(&numbers).map_err(Error::query(REGRESSION))?
            }
        };
        let weights = params.weights.as_ref().map(|weights| weights.read(&frame)).transpose()?;
        let offset = params.offset.as_ref().map(|offset| read_offset(&frame, offset)).transpose()?;
        let groups = params.clusters.as_ref().map(|clusters| read_groups(&frame, clusters)).transpose()?;
        Ok(Self { frame, response, labels, weights, offset, groups, rows })
    }

    /// Leaves out rows for which a feature is missing, and counts them; weighs the classes of the
    /// others.
    pub(super) fn keep(&mut self, kept: Option<&[u32]>, class_weights: Option<ClassWeights>) {
        let n_zero = |weights: &Option<Vec<f64>>| {
            weights.as_ref().map_or(0, |weights| weights.iter().filter(|&&weight| weight == 0.0).count() as u64)
        };
        if let Some(kept) = kept {
            self.rows.n_missing_feature = (self.response.len() - kept.len()) as u64;
            self.response = picked(&self.response, kept);
            self.weights = self.weights.as_ref().map(|weights| picked(weights, kept));
            self.offset = self.offset.as_ref().map(|offset| picked(offset, kept));
            self.groups = self.groups.as_ref().map(|groups| picked(groups, kept));
        }
        if let Some(weights) = class_weights {
            self.weights = Some(weights.of(&self.response));
        }
        self.rows.n_zero_weight = n_zero(&self.weights);
        self.rows.n_fitted = self.response.len() as u64 - self.rows.n_zero_weight;
        let counts = |row: usize| self.weights.as_ref().is_none_or(|weights| weights[row] > 0.0);
        let is_positive = |row: &usize| self.response[*row] == 1.0 && counts(*row);
        let n_positive = || (0..self.response.len()).filter(is_positive).count() as u64;
        self.rows.n_positive = self.labels.as_ref().map(|_| n_positive());
    }

    /// Sum of the weights where they are numbers of rows, else rows.
    pub(super) fn n_obs(&self, params: &RegressionParams) -> f64 {
        let is_frequency = params.weights.as_ref().is_some_and(|weights| weights.meaning == WeightMeaning::Frequency);
        match &self.weights {
            // Whole numbers, whose sum is one.
            Some(weights) if is_frequency => weights.iter().sum(),
            _ => self.rows.n_fitted as f64,
        }
    }
}

fn picked<T: Copy>(values: &[T], kept: &[u32]) -> Vec<T> {
    kept.iter().map(|&row| values[row as usize]).collect()
}

/// Columns beside the features, each with the role it plays.
fn others(params: &RegressionParams) -> impl Iterator<Item = (&'static str, &str)> {
    let weights = params.weights.as_ref().map(|weights| ("weights", weights.column.as_str()));
    let offset = params.offset.as_ref().map(|offset| ("offset", offset.column()));
    let clusters = params.clusters.as_ref().map(|clusters| ("clusters", clusters.as_str()));
    [weights, offset, clusters].into_iter().flatten()
}

/// The target of a table, which has to be named.
pub(super) fn target_of(table: &FeatureTable) -> Result<&str> {
    table.target().ok_or_else(|| Error::Schema {
        table: REGRESSION,
        problems: vec!["no target is named; name one by `FeatureColumns::target`".to_owned()],
    })
}

pub(super) fn columns(params: &RegressionParams, table: &FeatureTable, target: &str) -> Vec<Expr> {
    let mut names: Vec<&str> = table.features().iter().map(String::as_str).collect();
    for name in std::iter::once(target).chain(others(params).map(|(_, column)| column)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(col).collect()
}

pub(super) fn check_schema(params: &RegressionParams, table: &FeatureTable) -> Result<()> {
    let mut problems = Vec::new();
    for (role, column) in others(params) {
        match table.schema().get(column) {
            None => problems
                .push(format!("{role} column `{column}` is not there; {}", column_remedy(column, table.schema()))),
            Some(dtype) if role != "clusters" && !is_numeric(dtype) => {
                problems.push(format!("{role} column `{column}` is {dtype}; give one of numbers"));
            }
            Some(_) if table.features().iter().any(|feature| feature == column) => {
                problems.push(format!("{role} column `{column}` is a feature as well; `ignore` it in the table"));
            }
            Some(_) => {}
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Schema { table: REGRESSION, problems }) }
}

type Target = (Vec<f64>, Option<Vec<u32>>, Option<LabelCoding>);

fn read_target(
    params: &RegressionParams,
    frame: &DataFrame,
    target: &str,
    coding: Option<&LabelCoding>,
) -> Result<Target> {
    if params.family == Family::Binomial {
        let labels = match coding {
            Some(coding) => coding.read(frame, target, params.missing_target)?,
            None => params.labels.clone().missing(params.missing_target).read(frame, target)?,
        };
        let kept = labels.kept().map(<[u32]>::to_vec);
        let coding = labels.coding().clone();
        let response = labels.values().iter().map(|&label| f64::from(u8::from(label))).collect();
        return Ok((response, kept, Some(coding)));
    }
    let unusable = |reason: String| Err(Error::Unusable { analysis: REGRESSION, reason });
    if !frame.schema().get(target).is_some_and(is_numeric) {
        return unusable(format!("target `{target}` is no number; give one, or use `RegressionParams::logistic`"));
    }
    let numbers = Numbers::of(REGRESSION, frame, target)?;
    let aligned = numbers.aligned();
    if aligned.counts.n_infinite > 0 {
        return unusable(format!(
            "{} row(s) of the target `{target}` are infinite; filter them out, or clean them with `cleaning::Outliers`",
            aligned.counts.n_infinite
        ));
    }
    let masked = aligned.masked();
    let n_missing = aligned.counts.n_null + aligned.counts.n_nan;
    if n_missing > 0 && params.missing_target == MissingLabels::Error {
        return Err(Error::Incomplete {
            analysis: REGRESSION,
            rows: n_missing,
            needed: "a target",
            remedy: "leave them out by `RegressionParams::missing_target(MissingLabels::Drop)`",
        });
    }
    let response: Vec<f64> = masked.present().collect();
    let kept = (n_missing > 0)
        .then(|| (0..frame.height()).filter(|&row| masked.is_valid(row)).map(|row| row as u32).collect());
    let n_refused = response.iter().filter(|&&response| !params.family.allows(response)).count();
    if n_refused > 0 {
        let needed = if params.family == Family::Gamma { "above 0" } else { "0 or above" };
        return unusable(format!(
            "{n_refused} row(s) of the target `{target}` are not {needed}; leave them out, or use another family"
        ));
    }
    Ok((response, kept, None))
}

/// What came of rows that a fitted regression is judged on, and which rows have it.
///
/// Classes are those that the regression learned, so that one of them alone is no obstacle.
pub(in crate::prediction) fn read_outcomes(
    params: &RegressionParams,
    frame: &DataFrame,
    target: &str,
    coding: Option<&LabelCoding>,
) -> Result<(Vec<f64>, Option<Vec<u32>>)> {
    let Some(coding) = coding else {
        let (response, kept, _) = read_target(params, frame, target, None)?;
        return Ok((response, kept));
    };
    let labels = coding.read(frame, target, params.missing_target)?;
    let response = labels.values().iter().map(|&label| f64::from(u8::from(label))).collect();
    Ok((response, labels.kept().map(<[u32]>::to_vec)))
}

/// What is added to the linear predictor of each row.
pub(super) fn read_offset(frame: &DataFrame, offset: &Offset) -> Result<Vec<f64>> {
    let column = offset.column();
    let numbers = Numbers::of(REGRESSION, frame, column)?;
    let aligned = numbers.aligned();
    let masked = aligned.masked();
    let values: Vec<f64> = match offset {
        Offset::Added(_) => masked.present().collect(),
        Offset::Exposure(_) => masked.present().filter(|&exposure| exposure > 0.0).map(f64::ln).collect(),
    };
    let n_bad = frame.height() - values.len();
    if n_bad > 0 {
        let needed = if matches!(offset, Offset::Added(_)) { "a finite number" } else { "a number above 0" };
        let reason = format!("{n_bad} row(s) of the offset `{column}` are not {needed}; filter them out");
        return Err(Error::Unusable { analysis: REGRESSION, reason });
    }
    Ok(values)
}

fn read_groups(frame: &DataFrame, column: &str) -> Result<Vec<u32>> {
    let codes = codes_of(REGRESSION, frame, column)?;
    let n_missing = codes.codes.iter().filter(|&&code| code == NO_CODE).count() as u64;
    if n_missing > 0 {
        return Err(Error::Incomplete {
            analysis: REGRESSION,
            rows: n_missing,
            needed: "a cluster",
            remedy: "filter them out, or fill the column with `cleaning::Fill`",
        });
    }
    Ok(codes.codes)
}
