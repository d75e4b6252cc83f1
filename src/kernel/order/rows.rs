//! The order of rows by their values.

use std::cmp::Ordering;

use super::parallel;
use super::radix::{Item, key};
use crate::kernel::undefined::Undefined;

/// A value and the row it stands in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The value.
    pub value: f64,
    /// Its place in the slice, from 0.
    pub row: usize,
}

impl Item for Row {
    const ZERO: Self = Self { value: 0.0, row: 0 };

    #[inline(always)]
    fn key(&self) -> u64 {
        key(self.value)
    }

    #[inline(always)]
    fn compare(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key()).then(self.row.cmp(&other.row))
    }
}

/// Sorts rows by value; its memory serves one column after the other.
#[derive(Clone, Debug, Default)]
pub struct RowSorter {
    rows: Vec<Row>,
    spare: Vec<Row>,
}

impl RowSorter {
    /// The rows by ascending value, equal values by row. Both zeros are equal; NaN comes last, or
    /// first where its sign is negative.
    pub fn sort(&mut self, values: &[f64]) -> &[Row] {
        self.rows.clear();
        self.rows.extend(values.iter().zip(0..).map(|(&value, row)| Row { value, row }));
        parallel::sort(&mut self.rows, &mut self.spare);
        &self.rows
    }
}

/// The rows in the order of their values, from 0; equal values keep the order of their rows.
///
/// # Errors
/// `NotFinite` with NaN; infinite values have their places. `OutOfRange` for more rows than a
/// `u32` counts.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::order::argsort;
///
/// assert_eq!(argsort(&[3.0, 1.0, 2.0, 1.0]), Ok(vec![1, 3, 2, 0]));
/// ```
pub fn argsort(values: &[f64]) -> Result<Vec<u32>, Undefined> {
    if values.iter().any(|value| value.is_nan()) {
        return Err(Undefined::NotFinite);
    }
    let rows = u32::try_from(values.len()).map_err(|_| Undefined::OutOfRange);
    rows.map(|_| RowSorter::default().sort(values).iter().map(|row| row.row as u32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: the standard library's stable sort of rows.
    #[test]
    fn equal_values_keep_their_order() {
        for n in [0_u32, 1, 10, 2_999, 3_000, 40_000] {
            for divisor in [1.0, 7.0, 1e5, 1e12] {
                let scrambled = |i: u32| f64::from(i.wrapping_mul(2_654_435_761)) / divisor;
                let values: Vec<f64> = (0..n).map(|i| scrambled(i).floor() - 1e4).collect();
                let mut expected: Vec<u32> = (0..n).collect();
                expected.sort_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]));
                assert_eq!(argsort(&values).unwrap(), expected, "{n} {divisor}");
            }
        }
    }

    #[test]
    fn both_zeros_are_one_value_and_nan_is_none() {
        assert_eq!(argsort(&[0.0, -0.0, -1.0, 0.0]), Ok(vec![2, 0, 1, 3]));
        assert_eq!(argsort(&[f64::INFINITY, 1.0, f64::NEG_INFINITY]), Ok(vec![2, 1, 0]));
        assert_eq!(argsort(&[1.0, f64::NAN]), Err(Undefined::NotFinite));
    }

    #[test]
    fn a_sorter_serves_columns_of_any_length() {
        let mut sorter = RowSorter::default();
        for n in [5_000_u32, 10, 9_000, 0] {
            let values: Vec<f64> = (0..n).map(|i| f64::from(i.wrapping_mul(2_654_435_761)).sqrt()).collect();
            let rows = sorter.sort(&values);
            assert_eq!(rows.len(), n as usize);
            assert!(rows.windows(2).all(|pair| pair[0].value <= pair[1].value));
            assert!(rows.iter().all(|row| values[row.row] == row.value));
        }
    }
}
