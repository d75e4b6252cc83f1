//! Columns of a frame as labels and predictions.

use polars::prelude::DataFrame;

use crate::error::{Error, Result};
use crate::frame::numbers::Numbers;
use crate::prediction::encoding::{LabelParams, MissingLabels};

/// The name in errors.
pub(super) const EVALUATION: &str = "evaluation";

/// Rows that have a label and a prediction.
pub(super) struct Judged {
    pub(super) labels: Vec<bool>,
    pub(super) predictions: Vec<f64>,
    pub(super) n_missing_labels: u64,
    pub(super) n_missing_predictions: u64,
}

/// Refuses slices of different lengths, and none.
pub(super) fn same_rows(n: usize, other: usize) -> Result<()> {
    let reason = match (n, other) {
        (0, 0) => "there are no rows".to_owned(),
        _ if n != other => format!("{n} row(s) came but {other} were predicted"),
        _ => return Ok(()),
    };
    Err(Error::Unusable { analysis: EVALUATION, reason })
}

/// A column of numbers, with `None` for a cell that holds none; infinities stay.
pub(super) fn cells(frame: &DataFrame, column: &str) -> Result<Vec<Option<f64>>> {
    let numbers = Numbers::of(EVALUATION, frame, column)?;
    let aligned = numbers.aligned();
    Ok((0..frame.height()).map(|row| aligned.cell(row).filter(|value| !value.is_nan())).collect())
}

/// Refuses rows without a prediction that are not to be left out.
pub(super) fn check_missing(n_missing: u64, missing: MissingLabels) -> Result<()> {
    if n_missing == 0 || missing == MissingLabels::Drop {
        return Ok(());
    }
    Err(Error::Incomplete {
        analysis: EVALUATION,
        rows: n_missing,
        needed: "an amount or a prediction",
        remedy: "filter them out, or leave them out by `MissingLabels::Drop`",
    })
}

impl Judged {
    pub(super) fn read(
        reader: &LabelParams,
        frame: &DataFrame,
        label: &str,
        prediction: &str,
        missing: MissingLabels,
    ) -> Result<Self> {
        let labels = reader.read(frame, label)?;
        let cells = cells(frame, prediction)?;
        let mut judged = Self {
            labels: Vec::with_capacity(cells.len()),
            predictions: Vec::with_capacity(cells.len()),
            n_missing_labels: labels.n_missing(),
            n_missing_predictions: 0,
        };
        let mut take = |label: bool, cell: Option<f64>| match cell {
            Some(value) => {
                judged.labels.push(label);
                judged.predictions.push(value);
            }
            None => judged.n_missing_predictions += 1,
        };
        match labels.kept() {
            None => labels.values().iter().zip(&cells).for_each(|(&label, &cell)| take(label, cell)),
            Some(rows) => labels.values().iter().zip(rows).for_each(|(&label, &row)| take(label, cells[row as usize])),
        }
        check_missing(judged.n_missing_predictions, missing)?;
        Ok(judged)
    }
}
