//! The columns that vary, and how they correlate.

use super::design::KeyDriversState;
use super::params::KEY_DRIVERS;
use crate::error::{Error, Result};
use crate::kernel::association::comoments::Comoments;
use crate::kernel::importance::Players;
use crate::kernel::masked::Masked;
use crate::kernel::moments::Extent;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;

/// The part of a design that can be measured: columns that are not constant.
pub(super) struct Varying<'a> {
    /// Numbers of the columns in the design.
    pub(super) numbers: Vec<usize>,
    /// Their values.
    pub(super) columns: Vec<&'a [f64]>,
    /// Which of these columns belong together.
    pub(super) players: Players,
    /// The driver of each player.
    pub(super) drivers: Vec<usize>,
    /// Correlations of the columns and the target, which is the last.
    pub(super) correlations: SymmetricMatrix,
}

impl<'a> Varying<'a> {
    /// Refuses a target that does not vary, and drivers of which none does.
    pub(super) fn of(state: &'a KeyDriversState, target: &str) -> Result<Self> {
        let n_rows = state.target.len();
        let unusable = |reason: String| Err(Error::Unusable { analysis: KEY_DRIVERS, reason });
        if n_rows < 3 {
            let n_all = state.n_rows;
            return unusable(format!("{n_rows} of {n_all} row(s) have the target and all drivers; it takes 3 or more"));
        }
        if !varies(&state.target) {
            return unusable(format!("target `{target}` is constant in the {n_rows} row(s) used"));
        }
        let numbers: Vec<usize> = (0..state.columns.len()).filter(|&at| varies(&state.columns[at].values)).collect();
        if numbers.is_empty() {
            return unusable(format!("every driver is constant in the {n_rows} row(s) used"));
        }
        let columns: Vec<&[f64]> = numbers.iter().map(|&at| state.columns[at].values.as_slice()).collect();
        let labels: Vec<usize> = numbers.iter().map(|&at| state.columns[at].driver).collect();
        let players = Players::labelled(&labels);
        let drivers = (0..players.len()).map(|player| labels[players.columns(player)[0]]).collect();
        let of_all: Vec<&[f64]> = columns.iter().copied().chain([state.target.as_slice()]).collect();
        let correlations = correlations(&of_all, state.weights.as_deref())
            .map_err(|reason| Error::Numeric { analysis: KEY_DRIVERS, verdict: format!("correlations: {reason}") })?;
        Ok(Self { numbers, columns, players, drivers, correlations })
    }
}

fn varies(values: &[f64]) -> bool {
    Extent::of(values).ends().is_some_and(|(low, high)| low != high)
}

/// Correlations of columns without missing rows; no order of the rows changes a digit.
fn correlations(columns: &[&[f64]], weights: Option<&[f64]>) -> std::result::Result<SymmetricMatrix, Undefined> {
    let masked: Vec<Masked<'_>> = columns.iter().map(|column| Masked::complete(column)).collect();
    let comoments = Comoments::of(&masked, weights);
    let mut failed = None;
    let matrix = SymmetricMatrix::from_lower(columns.len(), |row, column| {
        if row == column {
            return 1.0;
        }
        comoments.get(row, column).and_then(|pair| pair.pearson()).unwrap_or_else(|reason| {
            failed = Some(reason);
            0.0
        })
    });
    failed.map_or(Ok(matrix), Err)
}
