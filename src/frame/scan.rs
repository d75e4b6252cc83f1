//! Files of transactions as lazy frames.

use polars::prelude::*;

use super::csv::check_start;
use super::transactions::TransactionColumns;
use crate::error::{Error, Result};

const STEP: &str = "opening transactions";

/// Opens a Parquet or CSV file, or a glob of them, as it is; only the schema is read.
///
/// In CSV files the identifiers among `columns` are read as text, so that `00042` stays
/// what it is, and so are columns without a role. A time is read in ISO form, such as
/// `2026-01-31 17:30`, unless the roles give its format: `01/02/2026` is never guessed at.
/// An amount, quantity or price that is no plain number (`1,234.50`, `12 EUR`) is a missing
/// one, and so is a time that does not fit; every analysis counts them.
/// A row with more cells than the head is refused only if the last column is read: cells
/// behind the last column that an analysis needs are not looked at.
///
/// # Errors
/// `File` when the path does not end in `.parquet`, `.csv` or `.csv.gz`, does not exist,
/// or does not hold what its name says; when the first MiB of a CSV file is not UTF-8, with
/// the encoding that might be meant.
pub fn scan(path: &str, columns: &TransactionColumns) -> Result<LazyFrame> {
    let refused = |reason: String| Error::File { step: STEP, path: path.to_owned(), reason };
    let lower = path.to_lowercase();
    let opened = if lower.ends_with(".parquet") {
        LazyFrame::scan_parquet(PlRefPath::new(path), ScanArgsParquet::default())
    } else if lower.ends_with(".csv") || lower.ends_with(".csv.gz") {
        check_start(STEP, path)?;
        LazyCsvReader::new(PlRefPath::new(path))
            .with_infer_schema_length(Some(0))
            .finish()
            .and_then(|frame| with_roles_read(frame, columns))
    } else {
        return Err(refused("the name must end in .parquet, .csv or .csv.gz".to_owned()));
    };
    let mut frame = opened.map_err(|source| refused(source.to_string()))?;
    frame.collect_schema().map_err(|source| refused(source.to_string()))?;
    Ok(frame)
}

/// Reads the texts of a CSV file that stand for numbers and times.
///
/// Types are not guessed from the first rows: a wrong guess fails in the millionth.
fn with_roles_read(mut frame: LazyFrame, columns: &TransactionColumns) -> PolarsResult<LazyFrame> {
    let schema = frame.collect_schema()?;
    let numbers = [&columns.amount, &columns.quantity, &columns.unit_price].into_iter().flatten();
    let is_there = |column: &&String| schema.contains(column.as_str());
    let number = |column: &String| col(column.as_str()).str().strip_chars(lit(NULL)).cast(DataType::Float64);
    let mut read: Vec<Expr> = numbers.filter(is_there).map(number).collect();
    if columns.time_format.is_none() && is_there(&&columns.time) {
        read.push(iso_time(&columns.time));
    }
    Ok(frame.with_columns(read))
}

/// A time in ISO form, to the day, minute or second.
fn iso_time(column: &str) -> Expr {
    let forms = ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let read = forms.map(|form| {
        let options = StrptimeOptions { format: Some(form.into()), strict: false, exact: true, cache: true };
        col(column).str().to_datetime(Some(TimeUnit::Microseconds), None, options, lit("raise"))
    });
    coalesce(&read)
}
