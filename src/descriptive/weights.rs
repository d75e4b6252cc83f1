//! Rows without any weight left out.

use polars::prelude::*;

use super::params::DESCRIBE;
use crate::error::{Error, Result};
use crate::frame::weights::WeightRole;
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
/// Those of [`WeightRole::read`].
pub(super) fn weighted(frame: DataFrame, role: Option<&WeightRole>) -> Result<Weighted> {
    let Some(role) = role else { return Ok(Weighted { frame, weights: None, n_missing: 0, n_zero: 0 }) };
    let read = role.read(DESCRIBE, &frame)?;
    let (n_missing, n_zero, mut values) = (read.n_missing, read.n_zero, read.values);
    let weighted = |frame, values| {
        let weights = Some(RowWeights { values, kind: role.kind });
        Weighted { frame, weights, n_missing, n_zero }
    };
    if n_missing + n_zero == 0 {
        return Ok(weighted(frame, values));
    }
    let is_kept: Vec<bool> = values.iter().map(|weight| *weight > 0.0).collect();
    let kept_rows = frame.filter(&BooleanChunked::from_slice("".into(), &is_kept)).map_err(Error::query(DESCRIBE))?;
    values.retain(|weight| *weight > 0.0);
    Ok(weighted(kept_rows, values))
}
