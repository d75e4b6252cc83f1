//! The description as tidy frames.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use polars::prelude::*;

use super::categorical::CategoricalSummary;
use super::description::{ColumnDescription, Description};
use super::numeric::NumericSummary;
use super::temporal::TemporalSummary;
use super::text::TextSummary;
use crate::frame::{ToDataFrame, columns, dates, frame_of};
use crate::kernel::interval::Interval;

/// What the scope of a row is called.
const WHOLE: &str = "whole";
const SEGMENT: &str = "segment";

/// The rows that something was counted over: their keys, or none for all rows.
type Key<'a> = Option<&'a [Option<String>]>;

/// One column over all rows or those of a segment.
#[derive(Clone, Copy)]
struct Row<'a> {
    key: Key<'a>,
    column: &'a ColumnDescription,
}

impl<'a> Row<'a> {
    fn numeric(&self) -> Option<&'a NumericSummary> {
        self.column.numeric.as_ref()
    }

    fn categorical(&self) -> Option<&'a CategoricalSummary> {
        self.column.categorical.as_ref()
    }

    fn temporal(&self) -> Option<&'a TemporalSummary> {
        self.column.temporal.as_ref()
    }

    fn text(&self) -> Option<&'a TextSummary> {
        self.column.text.as_ref()
    }

    /// Values that enter the statistics.
    fn n(&self) -> Option<u64> {
        let others = self.categorical().map(|one| one.n).or_else(|| self.temporal().map(|one| one.n));
        self.numeric().map(|one| one.n).or(others)
    }
}

/// A column of what numbers have.
type Named<T> = (&'static str, fn(&NumericSummary) -> Option<T>);

/// A frame in the making.
struct Columns<'a> {
    rows: Vec<Row<'a>>,
    made: Vec<Series>,
}

impl<'a> Columns<'a> {
    fn texts(&mut self, name: &str, of: impl Fn(&Row<'a>) -> Option<&'a str>) {
        self.made.push(Series::new(name.into(), self.rows.iter().map(of).collect::<Vec<_>>()));
    }

    fn counts(&mut self, name: &str, of: impl Fn(&Row<'a>) -> Option<u64>) {
        self.made.push(Series::new(name.into(), self.rows.iter().map(of).collect::<Vec<_>>()));
    }

    fn numbers(&mut self, name: &str, of: impl Fn(&Row<'a>) -> Option<f64>) {
        self.made.push(Series::new(name.into(), self.rows.iter().map(of).collect::<Vec<_>>()));
    }

    /// Statistics of numbers.
    fn statistics<const N: usize>(&mut self, named: [Named<f64>; N]) {
        named.into_iter().for_each(|(name, of)| self.numbers(name, |row| of(row.numeric()?)));
    }

    /// Counts of numbers.
    fn number_counts<const N: usize>(&mut self, named: [Named<u64>; N]) {
        named.into_iter().for_each(|(name, of)| self.counts(name, |row| of(row.numeric()?)));
    }

    fn dates(&mut self, name: &str, of: impl Fn(&TemporalSummary) -> Option<NaiveDate>) {
        self.made.push(dates(name, self.rows.iter().map(|row| of(row.temporal()?)).collect()));
    }

    /// Instants, to the microsecond.
    fn instants(&mut self, name: &str, of: impl Fn(&TemporalSummary) -> Option<NaiveDateTime>) {
        let micros = self.rows.iter().map(|row| Some(of(row.temporal()?)?.and_utc().timestamp_micros()));
        let micros: Int64Chunked = micros.collect();
        self.made.push(micros.with_name(name.into()).into_datetime(TimeUnit::Microseconds, None).into_series());
    }

    fn about(&mut self) {
        self.texts(columns::COLUMN, |row| Some(&row.column.column));
        self.texts(columns::DTYPE, |row| Some(&row.column.dtype));
        self.counts(columns::N_ROWS, |row| Some(row.column.n_rows));
        self.counts(columns::N_NULL, |row| Some(row.column.n_null));
        self.counts(columns::N, Row::n);
    }

    fn moments(&mut self) {
        self.number_counts([
            (columns::N_NAN, |one| Some(one.n_nan)),
            (columns::N_INFINITE, |one| Some(one.n_infinite)),
            (columns::N_ROUNDED, |one| one.n_rounded),
        ]);
        let low = |one: &NumericSummary| one.mean_interval.map(|Interval { low, .. }| low);
        let high = |one: &NumericSummary| one.mean_interval.map(|Interval { high, .. }| high);
        self.statistics([
            (columns::N_EFFECTIVE, |one| one.n_effective),
            (columns::SUM, |one| one.sum),
            (columns::MEAN, |one| one.mean),
            (columns::STD_ERROR, |one| one.std_error),
            (columns::CONF_LOW, low),
            (columns::CONF_HIGH, high),
            (columns::VARIANCE, |one| one.variance),
            (columns::SD, |one| one.sd),
            (columns::CV, |one| one.cv),
            (columns::SKEWNESS, |one| one.skewness),
            (columns::EXCESS_KURTOSIS, |one| one.excess_kurtosis),
            (columns::MIN, |one| one.min),
            (columns::MAX, |one| one.max),
            (columns::RANGE, |one| one.range),
        ]);
    }

    fn order_statistics(&mut self, quantiles: &[f64]) {
        for (at, &share) in quantiles.iter().enumerate() {
            self.numbers(&columns::quantile(share), |row| row.numeric()?.quantiles.get(at)?.value);
        }
        self.statistics([
            (columns::MEDIAN, |one| one.median),
            (columns::IQR, |one| one.iqr),
            (columns::MAD, |one| one.mad),
            (columns::MEAN_ABSOLUTE_DEVIATION, |one| one.mean_absolute_deviation),
            (columns::FENCE_LOW, |one| Some(one.fences.as_ref()?.low)),
            (columns::FENCE_HIGH, |one| Some(one.fences.as_ref()?.high)),
        ]);
        self.number_counts([
            (columns::N_BELOW_FENCE, |one| Some(one.fences.as_ref()?.n_below)),
            (columns::N_ABOVE_FENCE, |one| Some(one.fences.as_ref()?.n_above)),
            (columns::N_ZERO, |one| Some(one.n_zero)),
            (columns::N_NEGATIVE, |one| Some(one.n_negative)),
        ]);
    }

    fn frequencies(&mut self) {
        let n_distinct = |row: &Row<'a>| row.numeric().map(|one| one.n_distinct);
        self.counts(columns::N_DISTINCT, |row| n_distinct(row).or_else(|| Some(row.categorical()?.n_levels)));
        self.numbers(columns::N_DISTINCT_STD_ERROR, |row| {
            let of_numbers = row.numeric().and_then(|one| one.distinct_error.as_ref());
            let error = of_numbers.or_else(|| row.categorical()?.distinct_error.as_ref())?;
            Some(error.relative_std_error)
        });
        self.numbers(columns::MODE, |row| row.numeric()?.modes.as_ref()?.values.first().copied());
        self.texts(columns::TOP_LEVEL, |row| Some(row.categorical()?.modes.as_ref()?.levels.first()?.as_str()));
        let of_numbers = |row: &Row<'a>| row.numeric()?.modes.as_ref();
        let of_levels = |row: &Row<'a>| row.categorical()?.modes.as_ref();
        self.counts(columns::N_MODES, |row| {
            of_numbers(row).map(|modes| modes.n_modes).or_else(|| Some(of_levels(row)?.n_modes))
        });
        let n_top =
            move |row: &Row<'a>| of_numbers(row).map(|modes| modes.count).or_else(|| Some(of_levels(row)?.count));
        self.counts(columns::N_TOP, n_top);
        self.numbers(columns::TOP_SHARE, |row| Some(n_top(row)? as f64 / row.n()? as f64));
        self.numbers(columns::ENTROPY_BITS, |row| row.categorical()?.entropy_bits);
        self.numbers(columns::EVENNESS, |row| row.categorical()?.evenness);
        self.numbers(columns::GINI_SIMPSON, |row| row.categorical()?.gini_simpson);
        self.counts(columns::N_RARE_LEVELS, |row| Some(row.categorical()?.rare.as_ref()?.n_levels));
        self.counts(columns::N_RARE, |row| Some(row.categorical()?.rare.as_ref()?.n));
    }

    fn texts_and_days(&mut self) {
        self.counts(columns::N_BLANK, |row| Some(row.text()?.n_blank));
        self.counts(columns::N_PADDED, |row| Some(row.text()?.n_padded));
        self.counts(columns::MIN_LENGTH, |row| row.text()?.min_length);
        self.numbers(columns::MEAN_LENGTH, |row| row.text()?.mean_length);
        self.counts(columns::MAX_LENGTH, |row| row.text()?.max_length);
        self.counts(columns::N_BEYOND_CALENDAR, |row| Some(row.temporal()?.n_beyond_calendar));
        self.instants(columns::FIRST_AT, |one| one.first);
        self.instants(columns::LAST_AT, |one| one.last);
        self.counts(columns::SPAN_DAYS, |row| row.temporal()?.span_days);
        self.counts(columns::N_DAYS, |row| row.temporal()?.n_days);
        self.counts(columns::LONGEST_GAP_DAYS, |row| Some(row.temporal()?.longest_gap?.n_days));
        self.dates(columns::MEDIAN_DATE, |one| one.median_date);
    }
}

impl ToDataFrame for Description {
    /// One row for each column over all rows, then one for each column of each segment.
    ///
    /// `scope` is `whole` or `segment`; behind it stand the keys, null in rows of the whole. A
    /// key whose column is called like one of the others has `by_` before its name. A statistic
    /// that the type of a column does not have is null, as one that is undefined.
    fn to_dataframe(&self) -> DataFrame {
        let mut columns = Columns { rows: self.rows(), made: Vec::new() };
        columns.about();
        columns.moments();
        columns.order_statistics(&self.definitions.quantiles);
        columns.frequencies();
        columns.texts_and_days();
        let keys: Vec<Key<'_>> = columns.rows.iter().map(|row| row.key).collect();
        self.with_keys(&keys, columns.made)
    }
}

impl Description {
    /// The levels that are listed, one row for each, and none where they were too many for a stream: `scope` and keys as in
    /// [`to_dataframe`](ToDataFrame::to_dataframe), column, level, its rows and shares.
    #[must_use]
    pub fn levels(&self) -> DataFrame {
        let rows = self.rows();
        let of = || {
            let all = rows.iter().filter_map(|row| Some((row, row.categorical()?)));
            all.flat_map(|(row, one)| one.levels.iter().flatten().map(move |level| (row, level)))
        };
        let keys: Vec<Key<'_>> = of().map(|(row, _)| row.key).collect();
        let made = vec![
            Series::new(columns::COLUMN.into(), of().map(|(row, _)| row.column.column.as_str()).collect::<Vec<_>>()),
            Series::new(columns::LEVEL.into(), of().map(|(_, one)| one.level.as_str()).collect::<Vec<_>>()),
            Series::new(columns::N.into(), of().map(|(_, one)| one.n).collect::<Vec<_>>()),
            Series::new(columns::SHARE.into(), of().map(|(_, one)| one.share).collect::<Vec<_>>()),
            Series::new(columns::WEIGHTED_SHARE.into(), of().map(|(_, one)| one.weighted_share).collect::<Vec<_>>()),
        ];
        self.with_keys(&keys, made)
    }

    /// The rows of each month, one row for each: `scope` and keys as in
    /// [`to_dataframe`](ToDataFrame::to_dataframe), column, month, its rows.
    #[must_use]
    pub fn months(&self) -> DataFrame {
        let rows = self.rows();
        let of = || {
            let all = rows.iter().filter_map(|row| Some((row, row.temporal()?)));
            all.flat_map(|(row, one)| one.months.iter().flatten().map(move |month| (row, month)))
        };
        let keys: Vec<Key<'_>> = of().map(|(row, _)| row.key).collect();
        let made = vec![
            Series::new(columns::COLUMN.into(), of().map(|(row, _)| row.column.column.as_str()).collect::<Vec<_>>()),
            Series::new(columns::MONTH.into(), of().map(|(_, one)| one.month.as_str()).collect::<Vec<_>>()),
            Series::new(columns::N.into(), of().map(|(_, one)| one.n).collect::<Vec<_>>()),
        ];
        self.with_keys(&keys, made)
    }

    /// The columns over all rows, then those of each segment.
    fn rows(&self) -> Vec<Row<'_>> {
        let whole = self.columns.iter().map(|column| Row { key: None, column });
        let of_segments = self
            .segments
            .iter()
            .flat_map(|segment| segment.columns.iter().map(|column| Row { key: Some(segment.key.as_slice()), column }));
        whole.chain(of_segments).collect()
    }

    /// A frame of these columns behind the scope and the keys of its rows.
    fn with_keys(&self, keys: &[Key<'_>], made: Vec<Series>) -> DataFrame {
        let mut taken: BTreeSet<String> = made.iter().map(|column| column.name().to_string()).collect();
        taken.insert(columns::SCOPE.to_owned());
        let scope = |key: &Key<'_>| if key.is_some() { SEGMENT } else { WHOLE };
        let mut all = vec![Series::new(columns::SCOPE.into(), keys.iter().map(scope).collect::<Vec<_>>())];
        for (at, by) in self.by.iter().enumerate() {
            let mut name = by.clone();
            while taken.contains(&name) || (name != *by && self.by.contains(&name)) {
                name.insert_str(0, "by_");
            }
            taken.insert(name.clone());
            let values = keys.iter().map(|key| key.and_then(|key| key.get(at)?.as_deref()));
            all.push(Series::new(name.into(), values.collect::<Vec<Option<&str>>>()));
        }
        all.extend(made);
        frame_of(all)
    }
}
