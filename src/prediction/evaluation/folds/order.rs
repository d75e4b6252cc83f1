//! An order of rows that their contents and a seed decide.

use std::cmp::Ordering;

use polars::prelude::*;
use rayon::prelude::*;

use super::STEP;
use crate::error::{Error, Result};
use crate::frame::FeatureColumns;
use crate::frame::extract::{one_chunk, text_values};
use crate::frame::schema::is_written;
use crate::kernel::sketch::hash::{mixed, mixed_bytes};

/// The rows by a hash of the customer's id and the seed, or of all they hold where there are no ids.
///
/// # Errors
/// `Incomplete` for rows without id; `Unusable` when customers have several rows.
pub(super) fn shuffled(frame: &DataFrame, columns: &FeatureColumns, seed: u64) -> Result<Vec<u32>> {
    if u32::try_from(frame.height()).is_err() {
        return Err(Error::Unusable { analysis: STEP, reason: "more rows than 2^32; sample them first".to_owned() });
    }
    match &columns.customer_id {
        Some(column) => by_id(frame, column, seed),
        None => by_contents(frame, seed),
    }
}

fn by_id(frame: &DataFrame, column: &str, seed: u64) -> Result<Vec<u32>> {
    let series = one_chunk(STEP, frame, column)?;
    let n_null = series.null_count() as u64;
    if n_null > 0 {
        let remedy = "drop them, or name no `customer_id` to rank rows by all they hold";
        return Err(Error::Incomplete { analysis: STEP, rows: n_null, needed: "a customer id", remedy });
    }
    let hashes = cell_hashes(&series, seed)?;
    // Numbers are mixed one to one; texts of one hash are told apart.
    let texts = is_written(series.dtype()).then(|| series.cast(&DataType::String)).transpose();
    let texts = texts.map_err(Error::query(STEP))?;
    let texts = texts.as_ref().and_then(text_values);
    let same_hash = |a: u32, b: u32| match &texts {
        Some(texts) => texts.get(a as usize).cmp(texts.get(b as usize)),
        None => Ordering::Equal,
    };
    let compare = |a: &u32, b: &u32| hashes[*a as usize].cmp(&hashes[*b as usize]).then_with(|| same_hash(*a, *b));
    let mut rows: Vec<u32> = (0..frame.height() as u32).collect();
    rows.par_sort_unstable_by(compare);
    let n_repeated = rows.windows(2).filter(|pair| compare(&pair[0], &pair[1]).is_eq()).count();
    if n_repeated > 0 {
        let reason = format!(
            "{n_repeated} row(s) repeat a customer, whose other rows may train what they test; \
             use `CrossValidationParams::grouped` on column `{column}`, or `time_rolling`"
        );
        return Err(Error::Unusable { analysis: STEP, reason });
    }
    Ok(rows)
}

/// Rows that are equal in everything stand in for each other.
fn by_contents(frame: &DataFrame, seed: u64) -> Result<Vec<u32>> {
    let mut hashes = vec![0_u64; frame.height()];
    for column in frame.columns() {
        let series = one_chunk(STEP, frame, column.name())?;
        let of_column = mixed_bytes(column.name().as_bytes());
        // A sum, so that the order of the columns does not count.
        for (hash, cell) in hashes.iter_mut().zip(cell_hashes(&series, seed ^ of_column)?) {
            *hash = hash.wrapping_add(cell);
        }
    }
    let mut rows: Vec<u32> = (0..frame.height() as u32).collect();
    rows.par_sort_unstable_by_key(|&row| (hashes[row as usize], row));
    Ok(rows)
}

/// A hash of each cell of a column in one chunk and the seed.
fn cell_hashes(series: &Series, seed: u64) -> Result<Vec<u64>> {
    let start = mixed(seed);
    let of_null = mixed(mixed(start));
    let of_cell = |bits: Option<u64>| bits.map_or(of_null, |bits| mixed(start ^ bits));
    let cast = |dtype: &DataType| series.cast(dtype).map_err(Error::query(STEP));
    let dtype = series.dtype();
    if dtype.is_float() {
        let doubles = cast(&DataType::Float64)?;
        let column = doubles.f64().map_err(Error::query(STEP))?;
        // Zeros of both signs are one value, and all NaN.
        let bits = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { (x + 0.0).to_bits() };
        return Ok(column.iter().map(|cell| of_cell(cell.map(bits))).collect());
    }
    if *dtype == DataType::UInt64 {
        let column = series.u64().map_err(Error::query(STEP))?;
        return Ok(column.iter().map(of_cell).collect());
    }
    if dtype.is_integer() || dtype.is_temporal() || dtype.is_bool() {
        let whole = cast(&DataType::Int64)?;
        let column = whole.i64().map_err(Error::query(STEP))?;
        return Ok(column.iter().map(|cell| of_cell(cell.map(|whole| whole as u64))).collect());
    }
    let texts = cast(&DataType::String)?;
    let texts = texts.rechunk();
    let column = texts.str().map_err(Error::query(STEP))?;
    Ok(column.iter().map(|cell| of_cell(cell.map(|text| mixed_bytes(text.as_bytes())))).collect())
}

/// A hash of a label and the seed.
pub(super) fn label_hash(label: &str, seed: u64) -> u64 {
    mixed(mixed(seed) ^ mixed_bytes(label.as_bytes()))
}
