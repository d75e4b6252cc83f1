//! Rows that a missing cell leaves out.

use polars::prelude::*;

use super::ENCODING;
use super::coding::Fitted;
use super::counts::{EncodingCounts, FeatureCounts};
use super::feature_encoding::Missing;
use crate::error::{Error, Result};

/// Which rows of a table are kept, and for which features others are not.
pub(super) struct Dropped {
    pub(super) is_kept: Vec<bool>,
    pub(super) n_kept: usize,
    /// Rows without a value in each column that was asked about.
    pub(super) n_missing: Vec<u64>,
}

impl Dropped {
    /// Leaves out the rows, of those that are used at all, that lack a value in one of the columns.
    pub(super) fn of(frame: &DataFrame, columns: &[&str], is_used: Vec<bool>) -> Result<Self> {
        let mut is_kept = is_used;
        let mut missing = Vec::with_capacity(columns.len());
        for column in columns {
            let series = frame.column(column).map_err(Error::query(ENCODING))?.as_materialized_series();
            missing.push(missing_rows(series, &is_kept)?);
        }
        for &row in missing.iter().flatten() {
            is_kept[row as usize] = false;
        }
        let n_kept = is_kept.iter().filter(|is| **is).count();
        Ok(Self { is_kept, n_kept, n_missing: missing.iter().map(|rows| rows.len() as u64).collect() })
    }

    /// The rows that features leave out by missing cells; `None` when no row is.
    pub(super) fn by(features: &[Fitted], frame: &DataFrame) -> Result<Option<Self>> {
        let is_dropping = |fitted: &&Fitted| fitted.missing == Missing::Drop;
        let columns: Vec<&str> = features.iter().filter(is_dropping).map(|fitted| fitted.column.as_str()).collect();
        if columns.is_empty() {
            return Ok(None);
        }
        let dropped = Self::of(frame, &columns, vec![true; frame.height()])?;
        Ok((dropped.n_kept < frame.height()).then_some(dropped))
    }

    /// The rows of a frame that are kept.
    pub(super) fn kept(&self, frame: &DataFrame) -> Result<DataFrame> {
        frame.filter(&BooleanChunked::from_slice("".into(), &self.is_kept)).map_err(Error::query(ENCODING))
    }

    /// The counts of the kept rows as those of all.
    pub(super) fn counted(&self, features: &[Fitted], counts: EncodingCounts) -> EncodingCounts {
        let mut n_missing = self.n_missing.iter();
        let of_feature = |(fitted, own): (&Fitted, FeatureCounts)| {
            if fitted.missing != Missing::Drop {
                return own;
            }
            let n_dropped = n_missing.next().copied().unwrap_or_default();
            FeatureCounts { n_missing: n_dropped, n_dropped, ..own }
        };
        EncodingCounts {
            n_rows: self.is_kept.len() as u64,
            n_dropped: (self.is_kept.len() - self.n_kept) as u64,
            features: features.iter().zip(counts.features).map(of_feature).collect(),
        }
    }
}

/// The rows, of those that are used, that have no value: null, or NaN.
fn missing_rows(series: &Series, is_used: &[bool]) -> Result<Vec<u32>> {
    let used = |row: &usize| is_used[*row];
    if series.dtype().is_float() {
        let doubles = series.cast(&DataType::Float64).map_err(Error::query(ENCODING))?;
        let doubles = doubles.f64().map_err(Error::query(ENCODING))?;
        let is_missing = |cell: Option<f64>| cell.is_none_or(f64::is_nan);
        let rows = doubles.iter().enumerate().filter(|(_, cell)| is_missing(*cell));
        return Ok(rows.map(|(row, _)| row).filter(used).map(|row| row as u32).collect());
    }
    if series.null_count() == 0 {
        return Ok(Vec::new());
    }
    let is_null = series.is_null();
    let rows = is_null.iter().enumerate().filter(|(_, is)| *is == Some(true));
    Ok(rows.map(|(row, _)| row).filter(used).map(|row| row as u32).collect())
}
