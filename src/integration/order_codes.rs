//! Values of any type as whole numbers in the same order.

use polars::prelude::*;

use crate::error::{Error, Result};
use crate::text::trimmed;

/// Whether values of the type can be compared: all but lists, structs and objects.
pub(super) fn is_comparable(dtype: &DataType) -> bool {
    dtype.is_integer()
        || dtype.is_decimal()
        || matches!(
            dtype,
            DataType::Float32
                | DataType::Float64
                | DataType::String
                | DataType::Categorical(..)
                | DataType::Enum(..)
                | DataType::Boolean
                | DataType::Date
                | DataType::Datetime(..)
                | DataType::Duration(..)
                | DataType::Null
        )
}

/// The column as it is compared: text trimmed, categories as text; blank text and NaN are
/// null, `-0.0` is `0.0`.
pub(super) fn compared(analysis: &'static str, column: &Series) -> Result<Series> {
    let failed = Error::query(analysis);
    Ok(match column.dtype() {
        DataType::Categorical(..) | DataType::Enum(..) | DataType::String => {
            let texts = column.cast(&DataType::String).map_err(failed)?;
            let texts = texts.str().map_err(Error::query(analysis))?;
            // The usual column needs no change, and then shares its memory.
            let clean =
                |text: Option<&str>| text.is_none_or(|text| !text.is_empty() && trimmed(text).len() == text.len());
            if texts.iter().all(clean) {
                texts.clone().into_series()
            } else {
                let mend = |text: Option<&'_ str>| -> Option<String> {
                    text.map(|text| trimmed(text).into_owned()).filter(|text| !text.is_empty())
                };
                let mended: StringChunked = texts.iter().map(mend).collect();
                mended.with_name(column.name().clone()).into_series()
            }
        }
        DataType::Float32 | DataType::Float64 => {
            let numbers = column.cast(&DataType::Float64).map_err(failed)?;
            let numbers = numbers.f64().map_err(Error::query(analysis))?;
            let mended: Float64Chunked = numbers.iter().map(|x| x.filter(|x| !x.is_nan()).map(|x| x + 0.0)).collect();
            mended.with_name(column.name().clone()).into_series()
        }
        _ => column.clone(),
    })
}

/// One number per row: 0 for null, else from 1 upwards in the order of the values, equal
/// values with equal numbers.
pub(super) fn order_codes(analysis: &'static str, compared: &Series) -> Result<Vec<u32>> {
    let mut codes = vec![0; compared.len()];
    if compared.null_count() == compared.len() {
        return Ok(codes);
    }
    let options = SortOptions { nulls_last: false, multithreaded: true, ..SortOptions::default() };
    let order = compared.arg_sort(options);
    let sorted = compared.take(&order).map_err(Error::query(analysis))?;
    let same = sorted.equal_missing(&sorted.shift(1)).map_err(Error::query(analysis))?;
    let n_nulls = compared.null_count();
    let mut code = 0;
    for (place, (row, same)) in order.iter().zip(same.iter()).enumerate().skip(n_nulls) {
        if place == n_nulls || same != Some(true) {
            code += 1;
        }
        if let Some(row) = row {
            codes[row as usize] = code;
        }
    }
    Ok(codes)
}

/// Compared values and their codes in one.
pub(super) fn coded(analysis: &'static str, frame: &DataFrame, name: &str) -> Result<Coded> {
    let column = frame.column(name).map_err(Error::query(analysis))?.as_materialized_series();
    let compared = compared(analysis, column)?;
    let codes = order_codes(analysis, &compared)?;
    Ok(Coded { values: column.clone(), compared, codes })
}

/// A column with the numbers that its values are compared by.
#[derive(Debug)]
pub(super) struct Coded {
    /// As it came.
    pub(super) values: Series,
    /// As it is compared.
    pub(super) compared: Series,
    pub(super) codes: Vec<u32>,
}

/// Dates and datetimes of a column as numbers of their own unit.
pub(super) fn times(analysis: &'static str, frame: &DataFrame, name: &str) -> Result<Vec<Option<i64>>> {
    let column = frame.column(name).map_err(Error::query(analysis))?.as_materialized_series();
    let numbers = column.to_physical_repr().cast(&DataType::Int64).map_err(Error::query(analysis))?;
    Ok(numbers.i64().map_err(Error::query(analysis))?.iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(series: Series) -> Vec<u32> {
        order_codes("test", &compared("test", &series).unwrap()).unwrap()
    }

    #[test]
    fn codes_are_in_the_order_of_the_values() {
        let text = Series::new("t".into(), [Some("b"), None, Some(" a"), Some("a"), Some("　"), Some("王")]);
        assert_eq!(codes(text), [2, 0, 1, 1, 0, 3]);
        let numbers = [0.0, -0.0, f64::NAN, 5.0, f64::NEG_INFINITY];
        assert_eq!(codes(Series::new("x".into(), numbers)), [2, 2, 0, 3, 1]);
        assert_eq!(codes(Series::new("b".into(), [Some(true), Some(false), None])), [2, 1, 0]);
        let days = Series::new("d".into(), [3_i32, 1, 2]).cast(&DataType::Date).unwrap();
        assert_eq!(codes(days), [3, 1, 2]);
    }

    #[test]
    fn no_value_has_no_code() {
        assert_eq!(codes(Series::new_null("n".into(), 3)), [0, 0, 0]);
        assert!(codes(Series::new_empty("n".into(), &DataType::String)).is_empty());
        assert_eq!(codes(Series::new("n".into(), [None::<i64>, None])), [0, 0]);
    }
}
