//! The one pass: the columns that are described, collected once and each worked on by itself.

use std::vec::IntoIter;

use polars::prelude::*;
use rayon::prelude::*;

use super::categorical::level_summaries;
use super::days::has_days;
use super::description::{ColumnDescription, Definitions, Description, SegmentDescription};
use super::groups::Groups;
use super::numeric::numeric_summaries;
use super::params::{DESCRIBE, Describe};
use super::reading::Reading;
use super::streamed;
use super::temporal::temporal_summaries;
use super::weights::{RowWeights, weighted};
use crate::analysis::{self, Analysis};
use crate::error::{Error, Result};
use crate::frame::codes::has_categories;
use crate::frame::levels::has_levels;
use crate::frame::numbers::is_numeric;
use crate::frame::schema::column_remedy;

impl Analysis for Describe {
    type Input = LazyFrame;
    type Reduced = Description;
    type Output = Description;
    const NAME: &'static str = DESCRIBE;

    /// Selects the columns that are described, and those of the segments and the weights.
    ///
    /// # Errors
    /// `Schema` with every problem at once: columns that are not there, or have a type that has
    /// no groups or no numbers.
    fn plan(&self, frame: &LazyFrame) -> Result<LazyFrame> {
        let mut frame = frame.clone();
        let schema = frame.collect_schema().map_err(Error::query(DESCRIBE))?;
        let problems = self.problems(&schema);
        if !problems.is_empty() {
            return Err(Error::Schema { table: DESCRIBE, problems });
        }
        let mut names = self.described(&schema);
        let others = self.by().iter().chain(self.weights().map(|weights| &weights.column));
        for name in others {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        Ok(frame.select(names.iter().map(|name| col(name.as_str())).collect::<Vec<_>>()))
    }

    /// Collects the columns and describes them, several at a time; or lets them stream by.
    ///
    /// # Errors
    /// `Unusable` when a query that streams gives other rows the second time it runs.
    fn reduce(&self, plan: LazyFrame) -> Result<Description> {
        if let Reading::Streamed { max_distinct } = self.reading() {
            return streamed::description(self, plan, max_distinct);
        }
        let frame = analysis::collect(DESCRIBE, plan)?;
        let names = self.described(frame.schema());
        let rows = weighted(frame, self.weights())?;
        let groups = Groups::of(&rows.frame, self.by())?;
        let described: Vec<Vec<ColumnDescription>> = names
            .par_iter()
            .map(|name| self.described_column(&rows.frame, name, &groups, rows.weights.as_ref()))
            .collect::<Result<_>>()?;
        // Of each column the whole comes first, then every segment.
        let mut parts: Vec<_> = described.into_iter().map(Vec::into_iter).collect();
        let columns = parts.iter_mut().filter_map(Iterator::next).collect();
        Ok(Description {
            n_rows: rows.frame.height() as u64,
            n_rows_without_weight: rows.n_missing,
            n_rows_of_zero_weight: rows.n_zero,
            columns,
            by: self.by().to_vec(),
            segments: segments(groups, parts),
            definitions: self.definitions(),
        })
    }

    fn finish(&self, description: Description) -> Result<Description> {
        Ok(description)
    }
}

/// The columns of each segment, out of the segments of each column.
fn segments(groups: Groups, mut of_columns: Vec<IntoIter<ColumnDescription>>) -> Vec<SegmentDescription> {
    let n_rows: Vec<u64> = (0..groups.len()).map(|at| groups.rows(at).len() as u64).collect();
    let segment = |(key, n_rows)| {
        let columns = of_columns.iter_mut().filter_map(Iterator::next).collect();
        SegmentDescription { key, n_rows, columns }
    };
    groups.keys.into_iter().zip(n_rows).map(segment).collect()
}

/// Nulls of a column: in all rows, then in those of each segment.
pub(super) fn null_counts(column: &Column, groups: &Groups) -> Vec<u64> {
    if column.null_count() == 0 {
        return vec![0; groups.len() + 1];
    }
    let mut counts = vec![column.null_count() as u64];
    let is_null = column.is_null();
    let of_segment = |at| {
        let rows = groups.rows(at).iter();
        rows.filter(|&&row| is_null.get(row as usize) == Some(true)).count() as u64
    };
    counts.extend((0..groups.len()).map(of_segment));
    counts
}

impl Describe {
    /// The columns that are described: those asked for, or all but the keys and the weights.
    pub(super) fn described(&self, schema: &Schema) -> Vec<String> {
        let is_other = |name: &str| {
            self.by().iter().any(|key| key == name) || self.weights().is_some_and(|weights| weights.column == name)
        };
        let all = || schema.iter_names().filter(|name| !is_other(name)).map(PlSmallStr::to_string).collect();
        self.columns().map_or_else(all, <[String]>::to_vec)
    }

    fn problems(&self, schema: &Schema) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |role: &str, name: &str, accepts: fn(&DataType) -> bool, needs: &str| match schema.get(name) {
            None => problems.push(format!("{role} `{name}` is not there; {}", column_remedy(name, schema))),
            Some(dtype) if !accepts(dtype) => problems.push(format!("{role} `{name}` is {dtype}; {needs}")),
            Some(_) => {}
        };
        self.columns().unwrap_or_default().iter().for_each(|name| check("column", name, |_| true, ""));
        let needs = "give text, categories, numbers, booleans or dates";
        self.by().iter().for_each(|name| check("segment column", name, has_categories, needs));
        problems.extend(self.weights().and_then(|weights| weights.problem(schema)));
        problems
    }

    pub(super) fn definitions(&self) -> Definitions {
        Definitions {
            quantiles: self.quantiles().to_vec(),
            quantile_type: self.quantile_type(),
            moment_type: self.moment_type(),
            conf_level: self.conf_level(),
            fence_multiplier: self.fence_multiplier(),
            rare_share: self.rare_share(),
            weights: self.weights().map(|weights| weights.kind),
        }
    }

    /// One column: over all rows first, then over those of each segment.
    fn described_column(
        &self,
        frame: &DataFrame,
        name: &str,
        groups: &Groups,
        weights: Option<&RowWeights>,
    ) -> Result<Vec<ColumnDescription>> {
        let column = frame.column(name).map_err(Error::query(DESCRIBE))?;
        let n_rows = |at: usize| if at == 0 { frame.height() } else { groups.rows(at - 1).len() };
        let described = |(at, n_null)| ColumnDescription {
            column: name.to_owned(),
            dtype: column.dtype().to_string(),
            n_rows: n_rows(at) as u64,
            n_null,
            numeric: None,
            categorical: None,
            temporal: None,
            text: None,
        };
        let mut parts: Vec<_> = null_counts(column, groups).into_iter().enumerate().map(described).collect();
        if is_numeric(column.dtype()) {
            let found = numeric_summaries(self, frame, name, groups, weights)?;
            parts.iter_mut().zip(found).for_each(|(part, summary)| part.numeric = Some(summary));
        }
        if has_levels(column.dtype()) {
            let found = level_summaries(self, frame, name, groups, weights)?;
            parts.iter_mut().zip(found).for_each(|(part, (levels, text))| {
                (part.categorical, part.text) = (Some(levels), text);
            });
        }
        if has_days(column.dtype()) {
            let found = temporal_summaries(frame, name, groups)?;
            parts.iter_mut().zip(found).for_each(|(part, summary)| part.temporal = Some(summary));
        }
        Ok(parts)
    }
}
