//! Categories as small numbers, in an order that only the values decide.

use std::hash::Hash;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::*;

use super::extract::{Texts, one_chunk, text_values};
use crate::error::{Error, Result};

/// The code of a row that has no category.
pub(crate) const NO_CODE: u32 = u32::MAX;

/// A column of categories: a code for each row, and what the codes stand for.
///
/// Codes count from 0 in ascending order of the values: numbers and dates by size, text by its
/// bytes, false before true. Null and NaN have no code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Codes {
    pub(crate) codes: Vec<u32>,
    pub(crate) labels: Vec<String>,
    /// Rows of each code.
    pub(crate) counts: Vec<u64>,
}

impl Codes {
    /// Rows without a category.
    pub(crate) fn n_missing(&self) -> u64 {
        self.codes.len() as u64 - self.counts.iter().sum::<u64>()
    }
}

/// Whether a column of this type has categories.
pub(crate) fn has_categories(dtype: &DataType) -> bool {
    let is_simple = dtype.is_primitive_numeric() || dtype.is_decimal() || dtype.is_temporal();
    is_simple || matches!(dtype, DataType::Boolean | DataType::String | DataType::Categorical(..) | DataType::Enum(..))
}

/// The categories of a column of a frame.
///
/// # Errors
/// `Query` when the column is not there or its type is none of [`has_categories`].
pub(crate) fn codes_of(step: &'static str, frame: &DataFrame, column: &str) -> Result<Codes> {
    let series = one_chunk(step, frame, column)?;
    let codes = match series.dtype() {
        DataType::String => text_values(&series).map(|texts| of_texts(&texts, series.len())),
        DataType::Boolean => series.bool().ok().map(|column| of_keys(column.iter(), Ord::cmp, |key| key.to_string())),
        DataType::Float32 | DataType::Float64 => {
            let doubles = series.cast(&DataType::Float64).map_err(Error::query(step))?;
            doubles.f64().ok().map(|column| {
                // Zeros of both signs are one category.
                let keys = column.iter().map(|cell| cell.filter(|x| !x.is_nan()).map(|x| (x + 0.0).to_bits()));
                of_keys(
                    keys,
                    |a, b| f64::from_bits(*a).total_cmp(&f64::from_bits(*b)),
                    |key| f64::from_bits(key).to_string(),
                )
            })
        }
        dtype if dtype.is_integer() && *dtype != DataType::UInt64 => {
            let whole = series.cast(&DataType::Int64).map_err(Error::query(step))?;
            whole.i64().ok().map(|column| of_keys(column.iter(), Ord::cmp, |key| key.to_string()))
        }
        _ => return of_others(step, &series),
    };
    let empty = Codes { codes: Vec::new(), labels: Vec::new(), counts: Vec::new() };
    Ok(codes.unwrap_or(empty))
}

/// The same; `None` for a column of more categories than `most`.
///
/// # Errors
/// Those of [`codes_of`].
pub(crate) fn few_codes_of(step: &'static str, frame: &DataFrame, column: &str, most: u32) -> Result<Option<Codes>> {
    /// Rows that are encoded first, so that most ids are known as such without reading all of them.
    const FIRST_ROWS: usize = 4_096;
    let is_few = |codes: &Codes| codes.labels.len() <= most as usize;
    let n_first = FIRST_ROWS.max(most as usize * 4);
    if n_first < frame.height() {
        let first = frame.select([column]).map_err(Error::query(step))?.head(Some(n_first));
        if !is_few(&codes_of(step, &first, column)?) {
            return Ok(None);
        }
    }
    Ok(Some(codes_of(step, frame, column)?).filter(is_few))
}

/// Types that are rare as categories: by their text, in the order of their values.
fn of_others(step: &'static str, series: &Series) -> Result<Codes> {
    let texts = series.cast(&DataType::String).map_err(Error::query(step))?;
    let codes = text_values(&texts).map(|column| of_texts(&column, texts.len()));
    let Some(codes) = codes else {
        return Err(Error::Unusable { analysis: step, reason: format!("`{}` has no categories", series.name()) });
    };
    if matches!(series.dtype(), DataType::Categorical(..) | DataType::Enum(..)) {
        return Ok(codes);
    }
    // The first row of each code stands for it.
    let mut rows = vec![0; codes.labels.len()];
    codes.codes.iter().enumerate().rev().filter(|(_, code)| **code != NO_CODE).for_each(|(row, code)| {
        rows[*code as usize] = row as IdxSize;
    });
    let picked = series.take(&IdxCa::from_vec("".into(), rows)).map_err(Error::query(step))?;
    let order = picked.arg_sort(SortOptions::default());
    let order: Vec<u32> = order.iter().flatten().collect();
    Ok(reordered(codes.codes, codes.labels, &order))
}

/// Text by its bytes.
fn of_texts(texts: &Texts<'_>, n: usize) -> Codes {
    let seen = seen_texts(texts, n);
    let first_seen: Vec<&[u8]> = seen.rows.iter().map(|&row| texts.get(row as usize)).collect();
    let order = order_of(&first_seen, Ord::cmp);
    let labels = first_seen.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
    reordered(seen.codes, labels, &order)
}

/// Codes that count the categories as they are first seen.
pub(super) struct Seen {
    pub(super) codes: Vec<u32>,
    /// The row in which each category is first seen.
    pub(super) rows: Vec<u32>,
}

/// Text of at most twelve bytes is told apart as a number, longer by its bytes.
pub(super) fn seen_texts(texts: &Texts<'_>, n: usize) -> Seen {
    let mut short: HashMap<u128, u32, FixedState> = HashMap::default();
    let mut long: HashMap<&[u8], u32, FixedState> = HashMap::default();
    let mut rows = Vec::new();
    let codes = (0..n)
        .map(|row| {
            if texts.is_null(row) {
                return NO_CODE;
            }
            let next = rows.len() as u32;
            let code = match texts.short(row) {
                // Below twelve bytes of text there is room for the length.
                Some((text, len)) => *short.entry(text | u128::from(len)).or_insert(next),
                None => *long.entry(texts.get(row)).or_insert(next),
            };
            if code == next {
                rows.push(row as u32);
            }
            code
        })
        .collect();
    Seen { codes, rows }
}

fn of_keys<K: Copy + Eq + Hash>(
    keys: impl Iterator<Item = Option<K>>,
    compare: impl Fn(&K, &K) -> std::cmp::Ordering,
    label: impl Fn(K) -> String,
) -> Codes {
    let mut known: HashMap<K, u32, FixedState> = HashMap::default();
    let mut first_seen: Vec<K> = Vec::new();
    let codes: Vec<u32> = keys
        .map(|key| {
            let Some(key) = key else { return NO_CODE };
            let next = first_seen.len() as u32;
            let code = *known.entry(key).or_insert(next);
            if code == next {
                first_seen.push(key);
            }
            code
        })
        .collect();
    let order = order_of(&first_seen, compare);
    reordered(codes, first_seen.into_iter().map(label).collect(), &order)
}

/// The places of values, in their ascending order.
fn order_of<K>(values: &[K], compare: impl Fn(&K, &K) -> std::cmp::Ordering) -> Vec<u32> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| compare(&values[a as usize], &values[b as usize]));
    order
}

/// Codes that count in the given order of those they are now.
fn reordered(mut codes: Vec<u32>, mut labels: Vec<String>, order: &[u32]) -> Codes {
    let mut place = vec![0; order.len()];
    order.iter().enumerate().for_each(|(new, &old)| place[old as usize] = new as u32);
    let mut counts = vec![0; order.len()];
    for code in codes.iter_mut().filter(|code| **code != NO_CODE) {
        *code = place[*code as usize];
        counts[*code as usize] += 1;
    }
    let labels = order.iter().map(|&old| std::mem::take(&mut labels[old as usize])).collect();
    Codes { codes, labels, counts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(series: Series) -> (Vec<Option<u32>>, Vec<String>, Vec<u64>) {
        let frame = DataFrame::new(series.len(), vec![series.with_name("x".into()).into()]).unwrap();
        let found = codes_of("test", &frame, "x").unwrap();
        assert_eq!(found.n_missing() as usize, found.codes.iter().filter(|code| **code == NO_CODE).count());
        (found.codes.iter().map(|&code| (code != NO_CODE).then_some(code)).collect(), found.labels, found.counts)
    }

    #[test]
    fn codes_follow_the_order_of_the_values() {
        let long = "a text of more than twelve bytes";
        let (codes, labels, counts) =
            coded(Series::new("x".into(), [Some("王"), Some("b"), None, Some(long), Some("b"), Some("")]));
        assert_eq!(labels, ["", long, "b", "王"]);
        assert_eq!(codes, [Some(3), Some(2), None, Some(1), Some(2), Some(0)]);
        assert_eq!(counts, [1, 1, 2, 1]);
        assert_eq!(coded(Series::new("x".into(), [10_i64, 9, 10])).1, ["9", "10"]);
        assert_eq!(coded(Series::new("x".into(), [Some(true), None, Some(false)])).0, [Some(1), None, Some(0)]);
        let doubles = Series::new("x".into(), [Some(10.0), Some(f64::NAN), Some(-0.0), Some(0.0), Some(2.5)]);
        assert_eq!(
            coded(doubles),
            (
                vec![Some(2), None, Some(0), Some(0), Some(1)],
                vec!["0".into(), "2.5".into(), "10".into()],
                vec![2, 1, 1]
            )
        );
    }

    #[test]
    fn dates_and_large_numbers_go_by_size() {
        let days = Series::new("x".into(), [20_000_i32, 5, 20_000]).cast(&DataType::Date).unwrap();
        assert_eq!(
            coded(days),
            (vec![Some(1), Some(0), Some(1)], vec!["1970-01-06".into(), "2024-10-04".into()], vec![1, 2])
        );
        assert_eq!(coded(Series::new("x".into(), [u64::MAX, 9, 10])).1, ["9", "10", "18446744073709551615"]);
    }

    #[test]
    fn no_rows_have_no_categories() {
        assert_eq!(coded(Series::new_empty("x".into(), &DataType::String)), (vec![], vec![], vec![]));
    }
}
