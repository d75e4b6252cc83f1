//! What identity resolution leaves behind.

use std::fmt;

use polars::prelude::*;

use super::identity_params::IdentityParams;
use super::identity_report::IdentityReport;
use super::links::{Link, Linked};
use super::match_key::{Fuzzy, IDENTITIES, MatchKey};
use crate::error::{Error, Result};
use crate::frame::columns::{IDENTITY, KEY, LINKED, MERGED, N_RECORDS, N_SOURCES, SHAPE, SIMILARITY};
use crate::frame::frame_of;

/// Size and sources of every identity.
#[derive(Debug)]
pub(super) struct Members {
    pub(super) sizes: Vec<u32>,
    pub(super) n_sources: Vec<u32>,
}

impl Members {
    /// Counts them; `starts` marks the first record of each source, records being sorted by it.
    pub(super) fn of(identities: &[u32], starts: &[bool]) -> Self {
        let n = identities.iter().max().map_or(0, |&last| last as usize + 1);
        let (mut sizes, mut n_sources, mut last_source) = (vec![0; n], vec![0; n], vec![u32::MAX; n]);
        let mut source = 0_u32;
        for (&identity, &start) in identities.iter().zip(starts) {
            source += u32::from(start);
            let at = identity as usize;
            sizes[at] += 1;
            if last_source[at] != source {
                last_source[at] = source;
                n_sources[at] += 1;
            }
        }
        Self { sizes, n_sources }
    }

    /// The records by identity, ascending within each.
    pub(super) fn records(&self, identities: &[u32]) -> Vec<u32> {
        let mut next: Vec<u32> = Vec::with_capacity(self.sizes.len());
        let mut start = 0;
        for &size in &self.sizes {
            next.push(start);
            start += size;
        }
        let mut records = vec![0; identities.len()];
        for (&identity, record) in identities.iter().zip(0..) {
            let place = &mut next[identity as usize];
            records[*place as usize] = record;
            *place += 1;
        }
        records
    }
}

/// One row per link, sorted by identity, record and key.
pub(super) fn audit_of(
    records: &DataFrame,
    linked: &Linked,
    identities: &[u32],
    members: &Members,
    params: &IdentityParams,
) -> Result<DataFrame> {
    let mut links: Vec<&Link> = linked.links.iter().collect();
    links.sort_unstable_by_key(|link| (identities[link.record as usize], link.record, link.key, link.to));
    let of = |link: &Link| identities[link.record as usize];
    let names: Vec<String> =
        params.keys.iter().map(MatchKey::name).chain(params.fuzzy.iter().map(Fuzzy::name)).collect();
    let mut columns = vec![Series::new(IDENTITY.into(), links.iter().map(|link| of(link)).collect::<Vec<u32>>())];
    for (prefix, pick) in [("", record_of as fn(&Link) -> u32), (LINKED, linked_of)] {
        let rows = IdxCa::from_vec("".into(), links.iter().map(|link| pick(link)).collect());
        for name in params.record_columns() {
            let column =
                records.column(name).and_then(|column| column.take(&rows)).map_err(Error::query(IDENTITIES))?;
            columns.push(column.as_materialized_series().clone().with_name(format!("{prefix}{name}").into()));
        }
    }
    let texts = |name: &str, pick: &dyn Fn(&Link) -> String| {
        Series::new(name.into(), links.iter().map(|link| pick(link)).collect::<Vec<_>>())
    };
    columns.push(texts(KEY, &|link| names[link.key as usize].clone()));
    columns.push(texts(SHAPE, &|link| linked.shapes[link.shape as usize].clone()));
    columns.push(Series::new(SIMILARITY.into(), links.iter().map(|link| link.similarity).collect::<Vec<_>>()));
    columns.push(Series::new(MERGED.into(), links.iter().map(|link| link.merged).collect::<Vec<_>>()));
    let count = |name: &str, counts: &[u32]| {
        Series::new(name.into(), links.iter().map(|link| counts[of(link) as usize]).collect::<Vec<_>>())
    };
    columns.push(count(N_RECORDS, &members.sizes));
    columns.push(count(N_SOURCES, &members.n_sources));
    Ok(frame_of(columns))
}

fn record_of(link: &Link) -> u32 {
    link.record
}

fn linked_of(link: &Link) -> u32 {
    link.to
}

/// Records with their identities, the audit of every link, and the report.
///
/// Identities are numbered from 0 in the order of their first records, by source and record
/// columns, so that the same records get the same numbers in whatever order they come. New
/// records can change the numbers: keep the record of a customer, not the number, where
/// something must last.
#[derive(Clone)]
pub struct Resolution {
    records: DataFrame,
    identities: Vec<u32>,
    audit: DataFrame,
    conflicts: DataFrame,
    report: IdentityReport,
}

impl Resolution {
    pub(super) fn new(
        mut records: DataFrame,
        identities: Vec<u32>,
        audit: DataFrame,
        conflicts: DataFrame,
        report: IdentityReport,
    ) -> Result<Self> {
        let column = Column::new(IDENTITY.into(), &identities);
        records.insert_column(0, column).map_err(Error::query(IDENTITIES))?;
        Ok(Self { records, identities, audit, conflicts, report })
    }

    /// The records after a column `identity`, sorted by source and record columns. Costs no copy.
    pub fn frame(&self) -> LazyFrame {
        self.records.clone().lazy()
    }

    /// The identity of each record, in the order of [`frame`](Self::frame).
    #[must_use]
    pub fn identities(&self) -> &[u32] {
        &self.identities
    }

    /// One row per link: `identity`, the columns of the record, those of the earlier record
    /// that it was linked to as `linked_…`, the `key`, the `shape` of its value, the
    /// `similarity` of texts that are alike (else null), whether the link `merged` two
    /// identities or confirmed one, and the identity's `n_records` and `n_sources`.
    ///
    /// Links that merged are as many as records less identities.
    #[must_use]
    pub fn audit(&self) -> &DataFrame {
        &self.audit
    }

    /// One row per identity and column in which its records differ: `identity`, `column`,
    /// `n_values` (distinct) and `n_records` (with a value).
    #[must_use]
    pub fn conflicts(&self) -> &DataFrame {
        &self.conflicts
    }

    /// What was counted.
    #[must_use]
    pub fn report(&self) -> &IdentityReport {
        &self.report
    }
}

impl fmt::Debug for Resolution {
    /// Counts only: frames hold customers' data, which does not belong in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolution").field("report", &self.report).finish_non_exhaustive()
    }
}
