//! The description as a table to read.

use std::fmt;

use chrono::NaiveDateTime;

use super::description::{ColumnDescription, Definitions, Description, SegmentDescription};
use super::numeric::UndefinedStatistics;
use super::reading::DistinctError;
use crate::frame::readable::{short_dtype, shown_number, shown_share, shown_text, write_table};

/// Segments that are shown.
const MOST_SEGMENTS: usize = 20;

/// Statistics of numbers that a table shows, as their fields are called.
const OF_NUMBERS: [&str; 7] = ["mean", "sd", "min", "median", "max", "skewness", "fences"];
/// The same of a segment.
const OF_SEGMENTS: [&str; 3] = ["mean", "mean_interval", "median"];
/// The same of levels.
const OF_LEVELS: [&str; 4] = ["levels", "rare", "entropy_bits", "evenness"];
/// The same of days.
const OF_DAYS: [&str; 6] = ["first", "last", "span_days", "n_days", "longest_gap", "median_date"];

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "description: {} row(s), {} column(s)", self.n_rows, self.columns.len())?;
        if !self.by.is_empty() {
            write!(f, ", {} segment(s) by `{}`", self.segments.len(), self.by.join("`, `"))?;
        }
        write!(f, "\n{}", self.definitions)?;
        if self.definitions.weights.is_some() {
            let (without, zero) = (self.n_rows_without_weight, self.n_rows_of_zero_weight);
            write!(f, "\nleft out: {without} row(s) without a weight, {zero} of weight 0")?;
        }
        write_columns(f, &self.columns)?;
        for segment in self.segments.iter().take(MOST_SEGMENTS) {
            self.write_segment(f, segment)?;
        }
        let n_more = self.segments.len().saturating_sub(MOST_SEGMENTS);
        if n_more > 0 {
            write!(f, "\n\nand {n_more} more segment(s), which `to_dataframe` has")?;
        }
        Ok(())
    }
}

impl fmt::Display for Definitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let type_of = |debug: String| debug.trim_start_matches("Type").to_owned();
        write!(
            f,
            "quantiles of type {}, skewness of type {}, {}% intervals for the mean;\n\
             outliers lie beyond {} interquartile ranges from the quartiles, rare levels below a share of {}",
            type_of(format!("{:?}", self.quantile_type)),
            type_of(format!("{:?}", self.moment_type)),
            shown_number(Some(100.0 * self.conf_level)),
            self.fence_multiplier,
            self.rare_share,
        )?;
        match self.weights {
            None => Ok(()),
            Some(kind) => write!(f, "; {} weights", format!("{kind:?}").to_lowercase()),
        }
    }
}

/// Tables of the columns, one for each way of describing them.
fn write_columns(f: &mut fmt::Formatter<'_>, columns: &[ColumnDescription]) -> fmt::Result {
    const NUMBERS: [&str; 10] =
        ["n", "missing", "mean", "sd", "min", "median", "max", "skewness", "outliers", "numbers"];
    write_part(f, &NUMBERS, columns, number_cells)?;
    write_reasons(f, columns, &OF_NUMBERS, |column| column.numeric.as_ref().map(|one| one.undefined.as_slice()))?;
    const LEVELS: [&str; 8] = ["n", "missing", "levels", "rare", "bits", "evenness", "share", "categories: top level"];
    write_part(f, &LEVELS, columns, level_cells)?;
    write_reasons(f, columns, &OF_LEVELS, |column| column.categorical.as_ref().map(|one| one.undefined.as_slice()))?;
    write_estimates(f, columns)?;
    const TEXTS: [&str; 6] = ["blank", "padded", "shortest", "mean", "longest", "text, in characters"];
    write_part(f, &TEXTS, columns, text_cells)?;
    const DAYS: [&str; 8] = ["n", "missing", "first", "last", "days", "longest gap", "median", "dates"];
    write_part(f, &DAYS, columns, day_cells)?;
    write_reasons(f, columns, &OF_DAYS, |column| column.temporal.as_ref().map(|one| one.undefined.as_slice()))?;
    write_part(f, &["null", "type", "not described"], columns, opaque_cells)
}

type Row = (Vec<String>, String);

/// A table of the columns that have cells in it; nothing where none has.
fn write_part(
    f: &mut fmt::Formatter<'_>,
    heads: &[&str],
    columns: &[ColumnDescription],
    cells: fn(&ColumnDescription) -> Option<Row>,
) -> fmt::Result {
    let rows: Vec<Row> = columns.iter().filter_map(cells).collect();
    if rows.is_empty() {
        return Ok(());
    }
    f.write_str("\n")?;
    write_table(f, heads, &rows)
}

/// Why cells of a table are `-`.
fn write_reasons(
    f: &mut fmt::Formatter<'_>,
    columns: &[ColumnDescription],
    shown: &[&str],
    undefined: fn(&ColumnDescription) -> Option<&[UndefinedStatistics]>,
) -> fmt::Result {
    for column in columns {
        for one in undefined(column).unwrap_or_default() {
            let statistics: Vec<&str> = one.statistics.iter().copied().filter(|name| shown.contains(name)).collect();
            if !statistics.is_empty() {
                write!(f, "\n- `{}`: no {} ({})", column.column, statistics.join(", "), one.reason)?;
            }
        }
    }
    Ok(())
}

/// How far numbers of levels can be off that are marked as estimates.
fn write_estimates(f: &mut fmt::Formatter<'_>, columns: &[ColumnDescription]) -> fmt::Result {
    for column in columns {
        let error = column.categorical.as_ref().and_then(|one| one.distinct_error);
        if let Some(DistinctError { relative_std_error, .. }) = error {
            let percent = shown_number(Some(100.0 * relative_std_error));
            write!(f, "\n- `{}`: number of levels estimated, standard error {percent}%", column.column)?;
        }
    }
    Ok(())
}

fn number_cells(column: &ColumnDescription) -> Option<Row> {
    let one = column.numeric.as_ref()?;
    let outliers =
        one.fences.as_ref().map_or_else(|| "-".to_owned(), |found| (found.n_below + found.n_above).to_string());
    let mut cells = vec![one.n.to_string(), (one.n_null + one.n_nan + one.n_infinite).to_string()];
    cells.extend([one.mean, one.sd, one.min, one.median, one.max, one.skewness].map(shown_number));
    cells.push(outliers);
    Some((cells, column.column.clone()))
}

fn shown_count(n: Option<u64>) -> String {
    n.map_or_else(|| "-".to_owned(), |n| n.to_string())
}

fn level_cells(column: &ColumnDescription) -> Option<Row> {
    let one = column.categorical.as_ref()?;
    let top = one.modes.as_ref().zip(one.levels.as_ref().and_then(|levels| levels.first()));
    let about = if one.distinct_error.is_some() { "~" } else { "" };
    let share = top.map(|(_, level)| level.share);
    let cells = vec![
        one.n.to_string(),
        one.n_missing.to_string(),
        format!("{about}{}", one.n_levels),
        shown_count(one.rare.as_ref().map(|rare| rare.n_levels)),
        shown_number(one.entropy_bits),
        shown_share(one.evenness),
        shown_share(share),
    ];
    let level = match top {
        None => String::new(),
        Some((modes, level)) if modes.n_modes > 1 => {
            format!(": {} and {} more as frequent", shown_text(&level.level), modes.n_modes - 1)
        }
        Some((_, level)) => format!(": {}", shown_text(&level.level)),
    };
    Some((cells, format!("{}{level}", column.column)))
}

fn text_cells(column: &ColumnDescription) -> Option<Row> {
    let one = column.text.as_ref()?;
    let (least, mean, most) = (shown_count(one.min_length), shown_number(one.mean_length), shown_count(one.max_length));
    Some((vec![one.n_blank.to_string(), one.n_padded.to_string(), least, mean, most], column.column.clone()))
}

fn day_cells(column: &ColumnDescription) -> Option<Row> {
    let one = column.temporal.as_ref()?;
    let is_date = column.dtype == "date";
    let shown = |time: Option<NaiveDateTime>| match time {
        None => "-".to_owned(),
        Some(time) if is_date => time.date().to_string(),
        Some(time) => time.to_string(),
    };
    let cells = vec![
        one.n.to_string(),
        (one.n_null + one.n_beyond_calendar).to_string(),
        shown(one.first),
        shown(one.last),
        shown_count(one.n_days),
        shown_count(one.longest_gap.map(|gap| gap.n_days)),
        one.median_date.map_or_else(|| "-".to_owned(), |date| date.to_string()),
    ];
    Some((cells, column.column.clone()))
}

fn opaque_cells(column: &ColumnDescription) -> Option<Row> {
    let is_described = column.numeric.is_some() || column.categorical.is_some() || column.temporal.is_some();
    let cells = || vec![column.n_null.to_string(), short_dtype(&column.dtype).to_owned()];
    (!is_described).then(|| (cells(), column.column.clone()))
}

impl Description {
    fn write_segment(&self, f: &mut fmt::Formatter<'_>, segment: &SegmentDescription) -> fmt::Result {
        let part = |(name, value): (&String, &Option<String>)| {
            format!("`{name}` = {}", value.as_deref().map_or_else(|| "(missing)".to_owned(), shown_text))
        };
        let key: Vec<String> = self.by.iter().zip(&segment.key).map(part).collect();
        write!(f, "\n\n{}: {} row(s)", key.join(", "), segment.n_rows)?;
        let rows: Vec<Row> = segment.columns.iter().filter_map(segment_cells).collect();
        if !rows.is_empty() {
            write_table(f, &["n", "mean", "+-", "median", "numbers"], &rows)?;
        }
        write_reasons(f, &segment.columns, &OF_SEGMENTS, |column| {
            column.numeric.as_ref().map(|one| one.undefined.as_slice())
        })?;
        let rows: Vec<Row> = segment.columns.iter().filter_map(segment_levels).collect();
        if !rows.is_empty() {
            write_table(f, &["n", "levels", "share", "categories: top level"], &rows)?;
        }
        Ok(())
    }
}

fn segment_cells(column: &ColumnDescription) -> Option<Row> {
    let one = column.numeric.as_ref()?;
    let half = one.mean_interval.map(|interval| 0.5 * interval.high - 0.5 * interval.low);
    let cells = [one.mean, half, one.median].map(shown_number);
    Some(([one.n.to_string()].into_iter().chain(cells).collect(), column.column.clone()))
}

/// Number, levels and top share and level.
fn segment_levels(column: &ColumnDescription) -> Option<Row> {
    let (cells, name) = level_cells(column)?;
    let [n, _, levels, _, _, _, share] = cells.try_into().ok()?;
    Some((vec![n, levels, share], name))
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use crate::descriptive::DescribeParams;

    #[test]
    fn a_description_reads_as_a_table() {
        let days = Series::new("".into(), [Some(0), Some(1), Some(40), None]).cast(&DataType::Date).unwrap();
        let tags: ListChunked = [Some(Series::new("".into(), [1])), None, None, None].into_iter().collect();
        let frame = df!(
            "套餐" => [Some("基础"), Some("pro"), Some("基础"), None],
            "age" => [Some(30.0), Some(50.0), None, Some(f64::NAN)],
            "since" => days,
            "tags" => tags.into_series(),
            "key" => ["a", "a", "a", "b"],
        );
        let shown = DescribeParams::new().by(["key"]).run(&frame.unwrap().lazy()).unwrap().to_string();
        let expected = [
            "description: 4 row(s), 4 column(s), 2 segment(s) by `key`",
            "quantiles of type 7, skewness of type 2, 95% intervals for the mean;",
            "outliers lie beyond 1.5 interquartile ranges from the quartiles, rare levels below a share of 0.01",
            "",
            "n  missing  mean       sd  min  median  max  skewness  outliers  numbers",
            "2        2    40  14.1421   30      40   50         -         0  age",
            "- `age`: no skewness (too few values: 2 of 3)",
            "",
            "n  missing  levels  rare      bits  evenness   share  categories: top level",
            "3        1       2     0  0.918296    0.9183  0.6667  套餐: 基础",
            "",
            "blank  padded  shortest     mean  longest  text, in characters",
            "    0       0         2  2.33333        3  套餐",
            "",
            "n  missing       first        last  days  longest gap      median  dates",
            "3        1  1970-01-01  1970-02-10     3           38  1970-01-02  since",
            "",
            "null  type  not described",
            "   3  list  tags",
            "",
            "`key` = a: 3 row(s)",
            "n  mean       +-  median  numbers",
            "2    40  127.062      40  age",
            "n  levels   share  categories: top level",
            "3       2  0.6667  套餐: 基础",
            "",
            "`key` = b: 1 row(s)",
            "n  mean  +-  median  numbers",
            "0     -   -       -  age",
            "- `age`: no mean, mean_interval, median (too few values: 0 of 1)",
            "n  levels  share  categories: top level",
            "0       0      -  套餐",
        ];
        assert_eq!(shown.lines().collect::<Vec<_>>(), expected, "{shown}");
    }

    #[test]
    fn of_many_segments_twenty_are_shown() {
        let frame = df!("g" => (0..25).collect::<Vec<_>>(), "x" => vec![true; 25]).unwrap();
        let shown = DescribeParams::new().by(["g"]).run(&frame.lazy()).unwrap().to_string();
        assert_eq!(shown.matches("row(s)\n").count(), 20);
        assert!(shown.ends_with("\n\nand 5 more segment(s), which `to_dataframe` has"), "{shown}");
    }
}
