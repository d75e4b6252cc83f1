//! What is known of customers beside their purchases, as of a cutoff.

use polars::prelude::*;
use serde::Serialize;

use super::NAME;
use super::input::ProfileColumns;
use super::keyed::{Keys, rows_at};
use super::target::SnapshotTarget;
use crate::analysis::collect;
use crate::error::{Error, Result};
use crate::frame::extract::{days_of, one_chunk};
use crate::frame::schema::{Role, check, column_remedy, identifier, is_identifier, is_time, on_wall_clock};

const TABLE: &str = "profile";
/// Stands before the names of columns that are read beside the user's own.
const KEY: &str = "\u{1}key";
const VALID_FROM: &str = "\u{1}valid_from";
const OBSERVED_UNTIL: &str = "\u{1}observed_until";
const START: &str = "\u{1}start";
const END: &str = "\u{1}end";

/// What became of the rows and cells of the profile at a cutoff.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ProfileCounts {
    /// Rows read.
    pub n_rows: u64,
    /// Rows without a customer.
    pub n_without_customer: u64,
    /// Rows without the date from which they hold.
    pub n_undated: u64,
    /// Rows that hold from after the cutoff on, which are not looked at.
    pub n_after_cutoff: u64,
    /// Customers of the table without a row; their profile is null.
    pub n_customers_without: u64,
    /// Columns with cells that were not known at the cutoff, and how many were emptied.
    pub n_emptied: Vec<(String, u64)>,
}

/// A profile that has been read.
pub(super) struct Profile {
    pub(super) keys: Keys,
    frame: DataFrame,
    /// Names of the features, and for each the column with the days since which it is known.
    features: Vec<(String, Option<String>)>,
    valid_from: Option<Vec<Option<i32>>>,
    observed_until: Option<Vec<Option<i32>>>,
    start: Option<Vec<Option<i32>>>,
    end: Option<Vec<Option<i32>>>,
}

/// When a customer's contract ran and until when it was watched, in days since 1970-01-01.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    /// Whether the customer has a row.
    pub(super) has_row: bool,
    pub(super) start: Option<i32>,
    pub(super) end: Option<i32>,
    pub(super) observed_until: Option<i32>,
}

impl Profile {
    /// Reads the profile, once.
    pub(super) fn read(
        mut frame: LazyFrame,
        columns: &ProfileColumns,
        target: Option<&SnapshotTarget>,
    ) -> Result<Self> {
        let schema = frame.collect_schema().map_err(Error::query(NAME))?;
        let (start, end) = match target {
            Some(SnapshotTarget::ContractEnd { start, end }) => (start.as_deref(), Some(end.as_str())),
            _ => (None, None),
        };
        let dates = [
            (VALID_FROM, columns.valid_from.as_deref()),
            (OBSERVED_UNTIL, columns.observed_until.as_deref()),
            (START, start),
            (END, end),
        ];
        let dates: Vec<(&str, &str)> = dates.into_iter().filter_map(|(name, column)| Some((name, column?))).collect();
        check_columns(&schema, columns, &dates)?;
        let features = features_of(&schema, columns, &dates);
        let guard = |(name, _): &(String, Option<String>)| {
            let since = columns.known_since.iter().find(|(column, _)| column == name).map(|(_, date)| date.as_str());
            since.or_else(|| schema.get(name).is_some_and(is_time).then_some(name.as_str())).map(str::to_owned)
        };
        let features: Vec<(String, Option<String>)> = features.into_iter().map(|name| (name, None)).collect();
        let features: Vec<(String, Option<String>)> =
            features.into_iter().map(|feature| (feature.0.clone(), guard(&feature))).collect();
        let day = |column: &str| on_wall_clock(col(column), schema.get(column)).cast(DataType::Date);
        let mut exprs = vec![identifier(&columns.customer, &schema).alias(KEY)];
        exprs.extend(dates.iter().map(|&(name, column)| day(column).alias(name)));
        for (name, guard) in &features {
            exprs.push(col(name.as_str()));
            exprs.extend(guard.iter().map(|date| day(date).alias(guard_name(name))));
        }
        let read = collect(NAME, frame.select(exprs))?;
        let has = |name: &str| read.schema().contains(name).then(|| days(&read, name)).transpose();
        Ok(Self {
            keys: Keys::of(&read, KEY)?,
            valid_from: has(VALID_FROM)?,
            observed_until: has(OBSERVED_UNTIL)?,
            start: has(START)?,
            end: has(END)?,
            features,
            frame: read,
        })
    }

    /// Names of the features.
    pub(super) fn feature_names(&self) -> impl Iterator<Item = &str> {
        self.features.iter().map(|(name, _)| name.as_str())
    }

    /// The row of each customer of the profile as of a cutoff.
    pub(super) fn rows_as_of(&self, cutoff: i32, counts: &mut ProfileCounts) -> Result<Vec<Option<usize>>> {
        let mut rows: Vec<Option<usize>> = vec![None; self.keys.ids.len()];
        counts.n_rows = self.keys.of_row.len() as u64;
        let day_of = |row: usize| self.valid_from.as_ref().map_or(Some(i32::MIN), |days| days[row]);
        let mut n_repeated = 0_u64;
        // Repeats of a day that a later row takes the place of do no harm.
        let mut repeated: Vec<bool> = vec![false; rows.len()];
        for (row, key) in self.keys.of_row.iter().enumerate() {
            let Some(key) = key.map(|key| key as usize) else {
                counts.n_without_customer += 1;
                continue;
            };
            let Some(day) = day_of(row) else {
                counts.n_undated += 1;
                continue;
            };
            if day > cutoff {
                counts.n_after_cutoff += 1;
                continue;
            }
            match rows[key].and_then(day_of).map(|best| best.cmp(&day)) {
                Some(std::cmp::Ordering::Greater) => {}
                Some(std::cmp::Ordering::Equal) => repeated[key] = true,
                Some(std::cmp::Ordering::Less) | None => (rows[key], repeated[key]) = (Some(row), false),
            }
        }
        n_repeated += repeated.iter().filter(|&&repeated| repeated).count() as u64;
        if n_repeated > 0 {
            let what = if self.valid_from.is_some() { " of one date" } else { "" };
            let reason = format!(
                "{n_repeated} customer(s) have several rows{what} in the profile; keep one with the cleaning rule \
                 `DuplicatesByKey`, or name the date from which each holds with `valid_from`"
            );
            return Err(Error::Unusable { analysis: NAME, reason });
        }
        Ok(rows)
    }

    /// When the contract of a row ran, and until when it was watched.
    pub(super) fn known(&self, row: Option<usize>) -> Known {
        let Some(row) = row else { return Known::default() };
        let at = |days: &Option<Vec<Option<i32>>>| days.as_ref().and_then(|days| days[row]);
        Known { has_row: true, start: at(&self.start), end: at(&self.end), observed_until: at(&self.observed_until) }
    }

    /// Whether contracts have a first day.
    pub(super) fn has_start(&self) -> bool {
        self.start.is_some()
    }

    /// The features of some rows, with the cells emptied that were not known at the cutoff.
    pub(super) fn features_at(
        &self,
        rows: &[Option<usize>],
        cutoff: i32,
        counts: &mut ProfileCounts,
    ) -> Result<Vec<Series>> {
        counts.n_customers_without = rows.iter().filter(|row| row.is_none()).count() as u64;
        let taken = rows_at(&self.frame, rows.iter().copied())?;
        let mut features = Vec::with_capacity(self.features.len());
        for (name, guard) in &self.features {
            let series = taken.column(name).map_err(Error::query(NAME))?.as_materialized_series().clone();
            features.push(match guard {
                None => series,
                Some(_) => {
                    let known = days(&taken, &guard_name(name))?;
                    let known: BooleanChunked =
                        known.into_iter().map(|day| Some(day.is_some_and(|day| day <= cutoff))).collect();
                    let nothing = Series::full_null(name.as_str().into(), series.len(), series.dtype());
                    let left = series.zip_with(&known, &nothing).map_err(Error::query(NAME))?;
                    let n_emptied = (left.null_count() - series.null_count()) as u64;
                    if n_emptied > 0 {
                        counts.n_emptied.push((name.clone(), n_emptied));
                    }
                    left
                }
            });
        }
        Ok(features)
    }
}

fn guard_name(feature: &str) -> String {
    format!("\u{1}since {feature}")
}

/// The columns that are none but features.
fn features_of(schema: &Schema, columns: &ProfileColumns, dates: &[(&str, &str)]) -> Vec<String> {
    let is_feature = |name: &str| {
        name != columns.customer
            && dates.iter().all(|&(_, date)| date != name)
            && columns.known_since.iter().all(|(_, date)| date != name)
            && columns.ignored.iter().all(|ignored| ignored != name)
    };
    schema.iter_names().map(PlSmallStr::as_str).filter(|name| is_feature(name)).map(str::to_owned).collect()
}

/// Refuses roles whose columns are missing or of no use, all at once.
fn check_columns(schema: &Schema, columns: &ProfileColumns, dates: &[(&str, &str)]) -> Result<()> {
    const IDENTIFIER: &str = "a whole number, text or category (cast decimals like 17850.0 to Int64)";
    let mut roles =
        vec![Role { name: "customer", column: &columns.customer, accepts: is_identifier, needs: IDENTIFIER }];
    let date = |name, column| Role { name, column, accepts: is_time, needs: "a Date or Datetime" };
    let mut problems = Vec::new();
    for &(name, column) in dates {
        let name = match name {
            VALID_FROM => "valid_from",
            OBSERVED_UNTIL => "observed_until",
            START => "contract start",
            _ => "contract end",
        };
        roles.push(date(name, column));
    }
    for (column, known_since) in &columns.known_since {
        if !schema.get(known_since).is_some_and(is_time) {
            problems
                .push(format!("column `{known_since}`, since which `{column}` is known, must be a Date or Datetime"));
        }
    }
    let named = columns.known_since.iter().map(|(column, _)| column).chain(&columns.ignored);
    for column in named.filter(|column| !schema.contains(column)) {
        problems.push(format!("column `{column}` is not there; {}", column_remedy(column, schema)));
    }
    check(TABLE, schema, &roles, problems)
}

/// A date column as days since 1970-01-01.
fn days(frame: &DataFrame, name: &str) -> Result<Vec<Option<i32>>> {
    let series = one_chunk(NAME, frame, name)?;
    let days = days_of(&series).ok_or_else(|| Error::Unusable {
        analysis: NAME,
        reason: "the profile lost the types of its dates".to_owned(),
    })?;
    Ok((0..series.len()).map(|row| (!days.is_null(row)).then(|| days.get(row))).collect())
}
