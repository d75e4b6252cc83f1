//! Events counted per customer and kind over the window of the features.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use polars::prelude::*;
use serde::Serialize;

use super::NAME;
use super::input::EventColumns;
use super::keyed::Keys;
use super::windows::Windows;
use crate::analysis::collect_streamed;
use crate::error::{Error, Result};
use crate::frame::columns::{self, N_EVENTS};
use crate::frame::extract::{days_of, one_chunk};
use crate::frame::schema::{Role, check, identifier, is_identifier, is_time, on_wall_clock};

const TABLE: &str = "events";
const KEY: &str = "key";
const DAY: &str = "day";
const KIND: &str = "kind";
const COUNT: &str = "count";
/// More kinds than this are refused: they would be as many features.
const MOST_KINDS: usize = 256;

/// What became of the events at a cutoff.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EventCounts {
    /// Events read.
    pub n_events: u64,
    /// Events that count for a customer of the table.
    pub n_used: u64,
    /// Events after the cutoff, which are not looked at.
    pub n_after_cutoff: u64,
    /// Events before the window.
    pub n_before_window: u64,
    /// Events without a customer or a time.
    pub n_incomplete: u64,
    /// Events without a kind, or of a kind that is not counted.
    pub n_other_kind: u64,
    /// Events of customers that are not in the table.
    pub n_other_customers: u64,
}

/// Events by customer, day and kind.
pub(super) struct Events {
    pub(super) keys: Keys,
    days: Vec<Option<i32>>,
    /// `None` where events have no kind; the inner one where one has none.
    kinds: Option<Vec<Option<String>>>,
    counts: Vec<u64>,
    /// The kinds to count, if they were named.
    wanted: Option<BTreeSet<String>>,
}

impl Events {
    /// Reads the events, once, and adds them up by day.
    pub(super) fn read(mut frame: LazyFrame, columns: &EventColumns) -> Result<Self> {
        let schema = frame.collect_schema().map_err(Error::query(NAME))?;
        check_columns(&schema, columns)?;
        let time = on_wall_clock(col(columns.time.as_str()), schema.get(&columns.time));
        let mut exprs = vec![identifier(&columns.customer, &schema).alias(KEY), time.cast(DataType::Date).alias(DAY)];
        exprs.extend(columns.kind.iter().map(|kind| col(kind.as_str()).cast(DataType::String).alias(KIND)));
        let by: Vec<Expr> = [KEY, DAY, KIND].into_iter().take(exprs.len()).map(col).collect();
        let counted = frame.select(exprs).group_by(by).agg([len().cast(DataType::UInt64).alias(COUNT)]);
        let read = collect_streamed(NAME, counted)?;
        let days = one_chunk(NAME, &read, DAY)?;
        let day_of = days_of(&days);
        let day = |row: usize| day_of.filter(|days| !days.is_null(row)).map(|days| days.get(row));
        let kinds = columns.kind.as_ref().map(|_| {
            let kinds = read.column(KIND)?.str()?;
            Ok(kinds.iter().map(|kind| kind.map(str::to_owned)).collect())
        });
        let counts = read.column(COUNT).and_then(|counts| Ok(counts.u64()?.iter().flatten().collect()));
        Ok(Self {
            keys: Keys::of(&read, KEY)?,
            days: (0..read.height()).map(day).collect(),
            kinds: kinds.transpose().map_err(Error::query(NAME))?,
            counts: counts.map_err(Error::query(NAME))?,
            wanted: columns.kinds.as_ref().map(|kinds| kinds.iter().cloned().collect()),
        })
    }

    /// The kinds that have a column, in the order of their bytes, over the windows of several
    /// cutoffs; one without a name where events have no kind.
    pub(super) fn kinds(&self, windows: &[&Windows]) -> Result<Vec<Option<String>>> {
        let Some(kinds) = &self.kinds else { return Ok(vec![None]) };
        let in_a_window = |day: i32| windows.iter().any(|one| (one.first..=one.cutoff).contains(&day));
        let met = kinds.iter().zip(&self.days).filter(|&(_, day)| day.is_some_and(in_a_window));
        let found: BTreeSet<String> = match &self.wanted {
            Some(wanted) => wanted.clone(),
            None => met.filter_map(|(kind, _)| kind.clone()).collect(),
        };
        if found.len() > MOST_KINDS {
            let reason = format!(
                "events are of {} kinds, and each would be a feature; name those that count with `kinds`, at most \
                 {MOST_KINDS}",
                found.len()
            );
            return Err(Error::Unusable { analysis: NAME, reason });
        }
        Ok(found.into_iter().map(Some).collect())
    }

    /// The counts of each kind in the window, for customers at places of the table.
    pub(super) fn features_at(
        &self,
        kinds: &[Option<String>],
        place_of_key: &[Option<u32>],
        n_customers: usize,
        windows: &Windows,
        found: &mut EventCounts,
    ) -> Vec<Series> {
        let column_of: BTreeMap<Option<&str>, usize> =
            kinds.iter().enumerate().map(|(column, kind)| (kind.as_deref(), column)).collect();
        let mut columns = vec![vec![0_u32; n_customers]; kinds.len()];
        for (row, (&n, day)) in self.counts.iter().zip(&self.days).enumerate() {
            let kind = self.kinds.as_ref().map_or(Some(None), |kinds| kinds[row].as_deref().map(Some));
            let column = kind.and_then(|kind| column_of.get(&kind));
            let counter = match (self.keys.of_row[row], *day) {
                (None, _) | (_, None) => &mut found.n_incomplete,
                (_, Some(day)) if day > windows.cutoff => &mut found.n_after_cutoff,
                (_, Some(day)) if day < windows.first => &mut found.n_before_window,
                (Some(key), Some(_)) => match (place_of_key[key as usize], column) {
                    (None, _) => &mut found.n_other_customers,
                    (_, None) => &mut found.n_other_kind,
                    (Some(place), Some(&column)) => {
                        let cell = &mut columns[column][place as usize];
                        *cell = cell.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
                        &mut found.n_used
                    }
                },
            };
            *counter += n;
            found.n_events += n;
        }
        let series = |(kind, counts): (&Option<String>, Vec<u32>)| Series::new(event_column(kind).into(), counts);
        kinds.iter().zip(columns).map(series).collect()
    }
}

/// The column of a kind.
pub(super) fn event_column(kind: &Option<String>) -> String {
    kind.as_ref().map_or_else(|| N_EVENTS.to_owned(), |kind| columns::n_events(kind))
}

fn check_columns(schema: &Schema, columns: &EventColumns) -> Result<()> {
    const IDENTIFIER: &str = "a whole number, text or category";
    let mut roles = vec![
        Role { name: "customer", column: &columns.customer, accepts: is_identifier, needs: IDENTIFIER },
        Role { name: "time", column: &columns.time, accepts: is_time, needs: "a Date or Datetime" },
    ];
    if let Some(kind) = &columns.kind {
        roles.push(Role { name: "kind", column: kind, accepts: is_identifier, needs: IDENTIFIER });
    }
    let mut problems = Vec::new();
    if columns.kinds.is_some() && columns.kind.is_none() {
        problems.push("`kinds` are named but no column has them; name it with `kind`".to_owned());
    }
    check(TABLE, schema, &roles, problems)
}
