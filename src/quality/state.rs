//! What is known of a table while its rows come in; merge in any order.

use std::collections::BTreeSet;
use std::sync::Arc;

use polars::prelude::*;
use rayon::prelude::*;

use super::cells::{Cell, Key, Kind, chained, each_cell};
use super::column_state::ColumnState;
use super::days::Days;
use super::distinct::Keys;
use super::params::{QUALITY, Quality};
use super::shapes::Shapes;
use super::text_facts::folded;
use crate::error::{Error, Result};
use crate::text::shape;

/// What one pass over a table leaves behind: counts, and the distinct values as keys.
///
/// Two states of tables with the same columns, measured by the same settings, merge into
/// that of all their rows, so that files can be read one by one.
#[derive(Clone, Debug)]
pub struct QualityState {
    pub(super) n_rows: u64,
    pub(super) columns: Vec<ColumnState>,
    pub(super) key: KeyState,
    pub(super) days: Days,
    pub(super) expectations: Vec<ExpectationState>,
    as_of: Option<i32>,
}

/// The keys of the rows.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyState {
    /// Places of the columns.
    places: Vec<usize>,
    /// Text that is missing.
    placeholders: Arc<BTreeSet<String>>,
    blank_is_missing: bool,
    pub(super) keys: Keys,
    pub(super) n_incomplete: u64,
}

/// How many rows meet an expectation.
#[derive(Clone, Debug)]
pub(super) struct ExpectationState {
    /// The one text column that it reads.
    text: Option<usize>,
    pub(super) n_pass: u64,
    pub(super) n_fail: u64,
    pub(super) n_unjudged: u64,
    pub(super) shapes: Shapes,
}

impl QualityState {
    /// A state before the first row of a planned query, whose last columns are those that
    /// the settings added.
    pub(super) fn new(quality: &Quality, schema: &Schema) -> Self {
        let n_added = quality.expectations().len() + usize::from(quality.time().is_some());
        let placeholders = Arc::new(quality.placeholders());
        let own = schema.iter().take(schema.len().saturating_sub(n_added));
        let columns: Vec<ColumnState> = own
            .map(|(name, dtype)| {
                let (name, dtype, kind) = (name.to_string(), dtype.to_string(), Kind::of(dtype));
                ColumnState::new(name, dtype, kind, quality.max_distinct(), &placeholders)
            })
            .collect();
        let place = |name: &String| columns.iter().position(|column| column.name == *name);
        let expectations = quality.expectations().iter().map(|expectation| {
            let read: Vec<usize> = expectation.condition.columns().iter().filter_map(place).collect();
            let text = read.first().copied().filter(|&at| read.len() == 1 && columns[at].kind == Kind::Text);
            ExpectationState { text, n_pass: 0, n_fail: 0, n_unjudged: 0, shapes: Shapes::default() }
        });
        Self {
            n_rows: 0,
            expectations: expectations.collect(),
            key: KeyState {
                places: quality.key().iter().filter_map(place).collect(),
                placeholders,
                blank_is_missing: quality.blank_is_missing(),
                ..KeyState::default()
            },
            days: Days::default(),
            as_of: quality.time().map(|time| time.as_of.to_epoch_days()),
            columns,
        }
    }

    /// Adds a batch of the planned query.
    pub(super) fn add(&mut self, batch: &DataFrame) -> Result<()> {
        self.n_rows += batch.height() as u64;
        let series: Vec<&Series> = batch.columns().iter().map(Column::as_materialized_series).collect();
        let n_own = self.columns.len();
        self.columns.par_iter_mut().zip(&series[..n_own]).try_for_each(|(column, series)| column.add(series))?;
        let kinds: Vec<Kind> = self.columns.iter().map(|column| column.kind).collect();
        self.key.add(&series, &kinds, batch.height())?;
        let mut rest = series[n_own..].iter();
        if let Some(as_of) = self.as_of {
            let days = rest.next().map_or_else(Vec::new, |series| vec![*series]);
            for series in days {
                self.add_days(series, as_of)?;
            }
        }
        for (expectation, answers) in self.expectations.iter_mut().zip(rest) {
            expectation.add(answers, &series)?;
        }
        Ok(())
    }

    fn add_days(&mut self, series: &Series, as_of: i32) -> Result<()> {
        each_cell(series, Kind::Date, |cell| match cell {
            Some(Cell::Integer(day)) => self.days.see(i32::try_from(day).ok(), as_of),
            _ => self.days.see(None, as_of),
        })
    }

    /// Combines the states of two disjoint sets of rows as if they had been read together.
    ///
    /// # Errors
    /// `Unusable` when the columns, their types or the number of expectations differ.
    pub fn merge(mut self, other: &Self) -> Result<Self> {
        let kinds = |state: &Self| -> Vec<(String, String)> {
            state.columns.iter().map(|column| (column.name.clone(), column.dtype.clone())).collect()
        };
        if kinds(&self) != kinds(other) || self.expectations.len() != other.expectations.len() {
            let (mine, theirs) = (self.columns.len(), other.columns.len());
            let reason = format!("states of {mine} and {theirs} column(s) are not of the same table and settings");
            return Err(Error::Unusable { analysis: QUALITY, reason });
        }
        self.n_rows += other.n_rows;
        self.columns.iter_mut().zip(&other.columns).for_each(|(mine, theirs)| mine.merge(theirs));
        self.key.keys.merge(&other.key.keys);
        self.key.n_incomplete += other.key.n_incomplete;
        self.days.merge(&other.days);
        for (mine, theirs) in self.expectations.iter_mut().zip(&other.expectations) {
            mine.n_pass += theirs.n_pass;
            mine.n_fail += theirs.n_fail;
            mine.n_unjudged += theirs.n_unjudged;
            mine.shapes.merge(&theirs.shapes);
        }
        Ok(self)
    }
}

impl KeyState {
    /// The key of a cell, unless it is missing: an empty identifier tells no rows apart.
    fn key_of(&self, cell: Cell<'_>) -> Option<Key> {
        if let Cell::Text(text) = cell {
            let is_blank = || self.blank_is_missing && text.trim().is_empty();
            let is_placeholder = || !self.placeholders.is_empty() && self.placeholders.contains(folded(text).as_ref());
            if is_blank() || is_placeholder() {
                return None;
            }
        }
        cell.key()
    }

    fn add(&mut self, series: &[&Series], kinds: &[Kind], height: usize) -> Result<()> {
        let Some((&first, rest)) = self.places.split_first() else { return Ok(()) };
        let mut keys = Vec::with_capacity(height);
        each_cell(series[first], kinds[first], |cell| keys.push(cell.and_then(|cell| self.key_of(cell))))?;
        for &place in rest {
            let mut row = 0;
            each_cell(series[place], kinds[place], |cell| {
                let next = cell.and_then(|cell| self.key_of(cell));
                keys[row] = keys[row].zip(next).map(|(so_far, next)| chained(so_far, next));
                row += 1;
            })?;
        }
        for key in keys {
            match key {
                Some(key) => self.keys.insert(key),
                None => self.n_incomplete += 1,
            }
        }
        Ok(())
    }
}

impl ExpectationState {
    fn add(&mut self, answers: &Series, series: &[&Series]) -> Result<()> {
        let answers = answers.bool().map_err(Error::query(QUALITY))?;
        let n_judged = (answers.len() - answers.null_count()) as u64;
        let n_pass = answers.num_trues() as u64;
        self.n_pass += n_pass;
        self.n_fail += n_judged - n_pass;
        self.n_unjudged += answers.null_count() as u64;
        let Some(text) = self.text.filter(|_| n_judged > n_pass) else { return Ok(()) };
        let failing = series[text].filter(&!answers).map_err(Error::query(QUALITY))?;
        each_cell(&failing, Kind::Text, |cell| {
            if let Some(Cell::Text(cell)) = cell {
                let number = self.shapes.number(shape(cell));
                self.shapes.add(number, 1);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use crate::quality::QualityParams;

    #[test]
    fn a_missing_cell_of_the_key_leaves_the_row_without_a_key() {
        let frame = || df!("id" => ["a", "", " ", "N/A", " n/a", "b"], "n" => [1, 1, 1, 1, 1, 1]).unwrap();
        let key = |params: QualityParams| params.run(&frame().lazy()).unwrap().key.unwrap();
        let both = key(QualityParams::new().key(["n", "id"]).placeholders(["n/a"]));
        assert_eq!((both.n_incomplete, both.n_distinct, both.n_duplicates), (4, 2, 0));
        let only = key(QualityParams::new().key(["id"]));
        assert_eq!((only.n_incomplete, only.n_distinct), (2, 4));
        let kept = key(QualityParams::new().key(["id"]).blank_is_missing(false));
        assert_eq!((kept.n_incomplete, kept.n_distinct), (0, 6));
    }
}
