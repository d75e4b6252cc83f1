//! What one check counted.

use std::collections::BTreeMap;

use polars::prelude::*;
use serde::Serialize;

use crate::cleaning::engine::legend::CheckColumn;
use crate::cleaning::engine::shapes::count_shapes;
use crate::cleaning::report::add_shapes;
use crate::cleaning::rule::CLEANING;
use crate::cleaning::validity::check::OnFailure;
use crate::error::{Error, Result};

/// What one check found among the rows that came to its rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckCount {
    /// The check, by its name.
    pub check: String,
    /// What was done with rows that failed.
    pub on_failure: OnFailure,
    /// Rows that failed it, whatever else they failed.
    pub n_failed: u64,
    /// Rows that lack what it judges by.
    pub n_unjudged: u64,
    /// Form of the cells that failed, for a check of one column of text; see
    /// [`shape`](crate::text::shape).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub shapes: BTreeMap<String, u64>,
}

impl CheckCount {
    /// The check before any row was seen.
    pub(crate) fn none(check: &CheckColumn) -> Self {
        let CheckColumn { check, on_failure, .. } = check;
        Self { check: check.clone(), on_failure: *on_failure, n_failed: 0, n_unjudged: 0, shapes: BTreeMap::new() }
    }

    /// Counts a flagged batch.
    pub(crate) fn of(flagged: &DataFrame, check: &CheckColumn) -> Result<Self> {
        let fails = flagged.column(&check.column).and_then(|column| column.bool()).map_err(Error::query(CLEANING))?;
        let mut count = Self::none(check);
        count.n_failed = fails.num_trues() as u64;
        count.n_unjudged = fails.null_count() as u64;
        if let Some(column) = check.shape_of.as_ref().filter(|_| count.n_failed > 0) {
            count.shapes = count_shapes(flagged, column, fails)?;
        }
        Ok(count)
    }

    /// Adds what the check found among other rows.
    pub(crate) fn add(&mut self, other: &Self) {
        self.n_failed += other.n_failed;
        self.n_unjudged += other.n_unjudged;
        add_shapes(&mut self.shapes, &other.shapes);
    }
}
