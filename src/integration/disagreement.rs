//! Identities whose records have different values where a person has one.

use polars::prelude::*;

use super::identity_report::ConflictCount;
use super::match_key::KeyForm;
use super::normal_values::{Cell, NormalValues, Placeholders};
use super::resolution::Members;
use crate::error::{Error, Result};
use crate::frame::columns::{COLUMN, IDENTITY, N_RECORDS, N_VALUES};
use crate::frame::frame_of;

/// Conflicts, one row each, and their number by column.
#[derive(Debug)]
pub(super) struct Conflicts {
    pub(super) frame: DataFrame,
    pub(super) counts: Vec<ConflictCount>,
}

/// Finds them, by identity and then in the order of the columns.
pub(super) fn conflicts_of(
    records: &DataFrame,
    identities: &[u32],
    members: &Members,
    columns: &[String],
) -> Result<Conflicts> {
    let by_identity = members.records(identities);
    let mut rows: Vec<(u32, usize, u32, u32)> = Vec::new();
    let mut counts = Vec::with_capacity(columns.len());
    for (place, name) in columns.iter().enumerate() {
        let column = records.column(name).map_err(Error::query(super::match_key::IDENTITIES))?;
        let values = NormalValues::of(column, &KeyForm::Text, &Placeholders::new([].into_iter(), &KeyForm::Text))?;
        let before = rows.len();
        for run in by_identity.chunk_by(|&a, &b| identities[a as usize] == identities[b as usize]) {
            let known = || run.iter().filter(|&&row| values.cell(row) == Cell::Value).map(|&row| values.text(row));
            let mut distinct: Vec<&str> = if run.len() > 1 { known().collect() } else { vec![] };
            let n_known = distinct.len() as u32;
            distinct.sort_unstable();
            distinct.dedup();
            if distinct.len() > 1 {
                rows.push((identities[run[0] as usize], place, distinct.len() as u32, n_known));
            }
        }
        counts.push(ConflictCount { column: name.clone(), n_identities: (rows.len() - before) as u64 });
    }
    rows.sort_unstable();
    let names: Vec<&str> = rows.iter().map(|row| columns[row.1].as_str()).collect();
    let frame = frame_of(vec![
        Series::new(IDENTITY.into(), rows.iter().map(|row| row.0).collect::<Vec<_>>()),
        Series::new(COLUMN.into(), names),
        Series::new(N_VALUES.into(), rows.iter().map(|row| row.2).collect::<Vec<_>>()),
        Series::new(N_RECORDS.into(), rows.iter().map(|row| row.3).collect::<Vec<_>>()),
    ]);
    Ok(Conflicts { frame, counts })
}
