//! The weights of rows, read and checked in one way for all analyses.

use polars::prelude::{DataFrame, Schema};
use serde::{Deserialize, Serialize};

use super::numbers::{Numbers, is_numeric};
use super::schema::column_remedy;
use crate::error::{Error, Result};
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::weight::WeightKind;

/// Sum of frequencies below which every count of rows is a double.
const TOO_MANY_ROWS: f64 = 9_007_199_254_740_992.0;

/// A column of weights and what they stand for, as settings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WeightRole {
    pub(crate) column: String,
    pub(crate) kind: WeightKind,
}

/// A weight for each row: 0 where it is 0 or missing, else above it.
#[derive(Clone, Debug)]
pub(crate) struct RowWeights {
    pub(crate) values: Vec<f64>,
    /// Rows whose weight is missing.
    pub(crate) n_missing: u64,
    /// Rows whose weight is 0.
    pub(crate) n_zero: u64,
}

impl WeightRole {
    /// What is wrong with the column in a table of this schema.
    pub(crate) fn problem(&self, schema: &Schema) -> Option<String> {
        let column = &self.column;
        match schema.get(column.as_str()) {
            None => Some(format!("weights column `{column}` is not there; {}", column_remedy(column, schema))),
            Some(dtype) if !is_numeric(dtype) => {
                Some(format!("weights column `{column}` is {dtype}; give one of numbers"))
            }
            Some(_) => None,
        }
    }

    /// The weights of a table.
    ///
    /// # Errors
    /// `Unusable` for weights that are NaN, infinite or negative, and for frequencies that are not
    /// whole numbers or stand for more rows than can be counted, with their number.
    pub(crate) fn read(&self, step: &'static str, frame: &DataFrame) -> Result<RowWeights> {
        let column = &self.column;
        let numbers = Numbers::of(step, frame, column)?;
        let aligned = numbers.aligned();
        let masked = aligned.masked();
        let unusable = |reason: String| Err(Error::Unusable { analysis: step, reason });
        let count = |is_it: fn(f64) -> bool| masked.present().filter(|&weight| is_it(weight)).count() as u64;
        let n_bad = aligned.counts.n_nan + aligned.counts.n_infinite + count(|weight| weight < 0.0);
        if n_bad > 0 {
            return unusable(format!(
                "{n_bad} row(s) of the weights `{column}` are negative, NaN or infinite; filter them out, or clean \
                 the column with `cleaning::Outliers` or `cleaning::Checks`"
            ));
        }
        // What is missing weighs nothing.
        let weight = |(row, value): (usize, &f64)| if masked.is_valid(row) { *value } else { 0.0 };
        let values: Vec<f64> = masked.values.iter().enumerate().map(weight).collect();
        if self.kind == WeightKind::Frequency {
            let n_fractions = count(|weight| weight.fract() != 0.0);
            if n_fractions > 0 {
                return unusable(format!(
                    "{n_fractions} row(s) of the weights `{column}` are no whole numbers; give them as \
                     `WeightKind::Sampling`"
                ));
            }
            if ExactSum::of(&values).value().is_none_or(|n| n >= TOO_MANY_ROWS) {
                return unusable(format!(
                    "the weights `{column}` stand for 2^53 rows or more; give them as `WeightKind::Sampling`"
                ));
            }
        }
        Ok(RowWeights { values, n_missing: aligned.counts.n_null, n_zero: count(|weight| weight == 0.0) })
    }
}

#[cfg(test)]
mod tests {
    use polars::df;

    use super::*;

    fn read(weights: &[Option<f64>], kind: WeightKind) -> Result<RowWeights> {
        WeightRole { column: "w".into(), kind }.read("test", &df!("w" => weights).unwrap())
    }

    #[test]
    fn what_is_missing_weighs_nothing_and_is_counted_apart_from_zero() {
        let found = read(&[Some(2.0), None, Some(0.0), Some(-0.0), Some(0.5)], WeightKind::Sampling).unwrap();
        assert_eq!(found.values, [2.0, 0.0, 0.0, 0.0, 0.5]);
        assert_eq!((found.n_missing, found.n_zero), (1, 2));
        assert!(read(&[], WeightKind::Frequency).unwrap().values.is_empty());
    }

    #[test]
    fn frequencies_that_no_count_holds_are_refused() {
        let most = 9_007_199_254_740_992.0;
        assert!(read(&[Some(most - 1.0), None], WeightKind::Frequency).is_ok());
        for weights in [[Some(most), Some(1.0)], [Some(f64::MAX), Some(f64::MAX)]] {
            assert_eq!(
                read(&weights, WeightKind::Frequency).unwrap_err().to_string(),
                "test: the weights `w` stand for 2^53 rows or more; give them as `WeightKind::Sampling`"
            );
            assert!(read(&weights, WeightKind::Sampling).is_ok());
        }
    }
}
