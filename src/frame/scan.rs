//! Files of transactions as lazy frames.

use polars::prelude::*;

use super::transactions::TransactionColumns;
use crate::error::{Error, Result};

const STEP: &str = "opening transactions";

/// Opens a Parquet or CSV file, or a glob of them, as it is; only the schema is read.
///
/// In CSV files the identifiers among `columns` are read as text, so that `00042` stays
/// what it is; amounts, quantities and prices as Float64; dates in ISO form as dates.
/// A row with more cells than the head is refused only if the last column is read: cells
/// behind the last column that an analysis needs are not looked at.
///
/// # Errors
/// `File` when the path does not end in `.parquet`, `.csv` or `.csv.gz`, does not exist,
/// or does not hold what its name says.
pub fn scan(path: &str, columns: &TransactionColumns) -> Result<LazyFrame> {
    let refused = |reason: String| Error::File { step: STEP, path: path.to_owned(), reason };
    let lower = path.to_lowercase();
    let opened = if lower.ends_with(".parquet") {
        LazyFrame::scan_parquet(PlRefPath::new(path), ScanArgsParquet::default())
    } else if lower.ends_with(".csv") || lower.ends_with(".csv.gz") {
        LazyCsvReader::new(PlRefPath::new(path))
            .with_dtype_overwrite(Some(csv_types(columns)))
            .with_infer_schema_length(Some(1_000))
            .with_try_parse_dates(columns.time_format.is_none())
            .finish()
    } else {
        return Err(refused("the name must end in .parquet, .csv or .csv.gz".to_owned()));
    };
    let mut frame = opened.map_err(|source| refused(source.to_string()))?;
    frame.collect_schema().map_err(|source| refused(source.to_string()))?;
    Ok(frame)
}

/// Types that must not be guessed from the first rows of a CSV file.
fn csv_types(columns: &TransactionColumns) -> SchemaRef {
    let mut types = Schema::default();
    types.insert(columns.customer.as_str().into(), DataType::String);
    for text in [&columns.order, &columns.product, &columns.channel, &columns.currency].into_iter().flatten() {
        types.insert(text.as_str().into(), DataType::String);
    }
    for number in [&columns.amount, &columns.quantity, &columns.unit_price].into_iter().flatten() {
        types.insert(number.as_str().into(), DataType::Float64);
    }
    if columns.time_format.is_some() {
        types.insert(columns.time.as_str().into(), DataType::String);
    }
    types.into()
}
