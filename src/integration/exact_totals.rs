//! Sums of whole numbers and of money that no order of the rows can change.

use std::ops::Range;

use polars::prelude::*;

use crate::error::{Error, Result};
use crate::kernel::money::{LARGEST_AMOUNT, Money};

/// A column of numbers to be added up; rows without a number hold an arbitrary one.
#[derive(Debug)]
pub(super) enum Numbers {
    Whole(Vec<i64>),
    Money(Vec<f64>),
}

/// An exact total.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Total {
    Whole(i64),
    Money(Money),
}

impl Numbers {
    /// The accepted types in words.
    pub(super) const NEEDS: &str = "whole numbers or Float64; cast others";

    pub(super) fn accepts(dtype: &DataType) -> bool {
        dtype.is_integer() || *dtype == DataType::Float64
    }

    pub(super) fn of(analysis: &'static str, column: &Series) -> Result<Self> {
        let failed = Error::query(analysis);
        if column.dtype().is_integer() {
            let whole = column.strict_cast(&DataType::Int64).map_err(failed)?;
            let whole = whole.i64().map_err(Error::query(analysis))?;
            return Ok(Self::Whole(whole.iter().map(Option::unwrap_or_default).collect()));
        }
        let money = column.f64().map_err(failed)?;
        Ok(Self::Money(money.iter().map(Option::unwrap_or_default).collect()))
    }

    /// Totals as a column of their own type.
    pub(super) fn series(&self, totals: Vec<Option<Total>>) -> Result<Series> {
        let name = PlSmallStr::EMPTY;
        Ok(match self {
            Self::Whole(_) => {
                let whole = totals.iter().map(|total| match total {
                    Some(Total::Whole(sum)) => Some(*sum),
                    _ => None,
                });
                Int64Chunked::from_iter_options(name, whole).into_series()
            }
            Self::Money(_) => {
                let money = totals.iter().map(|total| match total {
                    Some(Total::Money(sum)) => Some(sum.to_f64()),
                    _ => None,
                });
                Float64Chunked::from_iter_options(name, money).into_series()
            }
        })
    }
}

/// The total of the rows that have a number; `None` when none has.
pub(super) fn total_of(
    analysis: &'static str,
    numbers: &Numbers,
    rows: Range<usize>,
    codes: &[u32],
    column: &str,
) -> Result<Option<Total>> {
    let mut known = rows.filter(|&row| codes[row] > 0).peekable();
    if known.peek().is_none() {
        return Ok(None);
    }
    let total = match numbers {
        Numbers::Whole(values) => {
            let sum: i128 = known.map(|row| i128::from(values[row])).sum();
            i64::try_from(sum).ok().map(Total::Whole)
        }
        Numbers::Money(values) => {
            known.try_fold(Money::ZERO, |sum, row| sum.checked_add(Money::of(values[row])?)).map(Total::Money)
        }
    };
    let verdict = || {
        format!(
            "the sum of column `{column}` leaves the range of exact numbers; it takes whole numbers to 2^63 and finite \
             amounts of at most {LARGEST_AMOUNT:e} each"
        )
    };
    total.map(Some).ok_or_else(|| Error::Numeric { analysis, verdict: verdict() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(series: &Series) -> Result<Option<Total>> {
        let numbers = Numbers::of("test", series)?;
        let codes: Vec<u32> = series.is_not_null().iter().map(|known| u32::from(known == Some(true))).collect();
        total_of("test", &numbers, 0..series.len(), &codes, "x")
    }

    #[test]
    fn sums_are_exact_and_of_known_numbers() {
        let money = Series::new("x".into(), [Some(0.1), None, Some(0.2)]);
        let Ok(Some(Total::Money(sum))) = total(&money) else { panic!("a sum of money") };
        assert_eq!(sum.to_f64(), 0.3);
        let whole = Series::new("x".into(), [Some(i64::MAX), Some(5), Some(-5)]);
        assert_eq!(total(&whole).unwrap(), Some(Total::Whole(i64::MAX)));
        assert_eq!(total(&Series::new("x".into(), [None::<i64>])).unwrap(), None);
    }

    #[test]
    fn what_cannot_be_added_is_refused() {
        let verdict = total(&Series::new("x".into(), [i64::MAX, 1])).unwrap_err().to_string();
        assert!(verdict.starts_with("test: the sum of column `x` leaves the range"), "{verdict}");
        assert!(total(&Series::new("x".into(), [f64::INFINITY])).is_err());
    }
}
