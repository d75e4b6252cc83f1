//! Weights of rows: checked, and rows without any left out.

use polars::prelude::*;

use super::params::{DESCRIBE, Weights};
use crate::error::{Error, Result};
use crate::frame::numbers::Numbers;
use crate::kernel::weight::WeightKind;

/// A weight above 0 for each row.
#[derive(Clone, Debug)]
pub(super) struct RowWeights {
    pub(super) values: Vec<f64>,
    pub(super) kind: WeightKind,
}

/// The rows that have a weight above 0, their weights, and how many there were of the others.
pub(super) struct Weighted {
    pub(super) frame: DataFrame,
    pub(super) weights: Option<RowWeights>,
    pub(super) n_missing: u64,
    pub(super) n_zero: u64,
}

/// Leaves out rows that weigh nothing.
///
/// # Errors
/// `Unusable` for weights that are NaN, infinite or negative, and for frequencies that are not
/// whole numbers, with their counts.
pub(super) fn weighted(frame: DataFrame, weights: Option<&Weights>) -> Result<Weighted> {
    let Some(Weights { column, kind }) = weights else {
        return Ok(Weighted { frame, weights: None, n_missing: 0, n_zero: 0 });
    };
    let numbers = Numbers::of(DESCRIBE, &frame, column)?;
    let aligned = numbers.aligned();
    let masked = aligned.masked();
    let n_unusable = aligned.counts.n_nan + aligned.counts.n_infinite;
    let count = |is_it: fn(f64) -> bool| masked.present().filter(|&weight| is_it(weight)).count() as u64;
    let n_negative = count(|weight| weight < 0.0);
    let refused = |n: u64, what: &str, remedy: &str| {
        let reason = format!("{n} row(s) of the weights `{column}` {what}; {remedy}");
        Err(Error::Unusable { analysis: DESCRIBE, reason })
    };
    if n_unusable + n_negative > 0 {
        let remedy = "filter them out, or clean the column with `cleaning::Outliers` or `cleaning::Checks`";
        return refused(n_unusable + n_negative, "are negative, NaN or infinite", remedy);
    }
    let n_fractions = count(|weight| weight.fract() != 0.0);
    if *kind == WeightKind::Frequency && n_fractions > 0 {
        return refused(n_fractions, "are no whole numbers", "give them as `WeightKind::Sampling`");
    }
    let is_kept = |row: usize| masked.is_valid(row) && masked.values[row] > 0.0;
    let kept: Vec<bool> = (0..frame.height()).map(is_kept).collect();
    let values = masked.present().filter(|weight| *weight > 0.0).collect();
    let (n_missing, n_zero) = (aligned.counts.n_null, count(|weight| weight == 0.0));
    let kept_rows = frame.filter(&BooleanChunked::from_slice("".into(), &kept)).map_err(Error::query(DESCRIBE))?;
    Ok(Weighted { frame: kept_rows, weights: Some(RowWeights { values, kind: *kind }), n_missing, n_zero })
}
