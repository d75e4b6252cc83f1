//! A symmetric matrix of small order.

use serde::{Deserialize, Serialize};

/// A symmetric matrix, held whole so that every row is one slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved")]
pub struct SymmetricMatrix {
    order: usize,
    /// Row after row, which is column after column too.
    values: Vec<f64>,
}

/// A matrix as written, before its check.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    order: usize,
    values: Vec<f64>,
}

impl TryFrom<Saved> for SymmetricMatrix {
    type Error = String;

    fn try_from(saved: Saved) -> Result<Self, String> {
        let Saved { order, values } = saved;
        let n_cells = order.checked_mul(order);
        if n_cells != Some(values.len()) {
            return Err(format!("a matrix of order {order} has {} cells", values.len()));
        }
        let matrix = Self { order, values };
        let is_mirrored =
            (0..order).all(|row| (0..row).all(|column| matrix.get(row, column) == matrix.get(column, row)));
        if is_mirrored { Ok(matrix) } else { Err("a symmetric matrix is not symmetric".to_owned()) }
    }
}

impl SymmetricMatrix {
    /// From its lower half: `value(row, column)` is asked for `column <= row` only.
    #[must_use]
    pub fn from_lower(order: usize, mut value: impl FnMut(usize, usize) -> f64) -> Self {
        let mut values = vec![0.0; order * order];
        for row in 0..order {
            for column in 0..=row {
                let cell = value(row, column);
                values[row * order + column] = cell;
                values[column * order + row] = cell;
            }
        }
        Self { order, values }
    }

    /// Rows, and columns.
    #[must_use]
    pub fn order(&self) -> usize {
        self.order
    }

    /// One cell.
    ///
    /// # Panics
    /// When the row or the column is not below the order.
    #[must_use]
    #[inline]
    pub fn get(&self, row: usize, column: usize) -> f64 {
        self.row(row)[column]
    }

    /// One row, which is the column of that number too.
    ///
    /// # Panics
    /// When it is not below the order.
    #[must_use]
    #[inline]
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.order..(row + 1) * self.order]
    }

    /// All cells, row after row.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Whether no cell is NaN or infinite.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.values.iter().all(|value| value.is_finite())
    }

    /// The rows and columns of these numbers, in this order.
    #[must_use]
    pub fn select(&self, numbers: &[usize]) -> Self {
        Self::from_lower(numbers.len(), |row, column| self.get(numbers[row], numbers[column]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_half_mirrors_the_lower() {
        let matrix = SymmetricMatrix::from_lower(3, |row, column| (10 * row + column) as f64);
        assert_eq!(matrix.values(), [0.0, 10.0, 20.0, 10.0, 11.0, 21.0, 20.0, 21.0, 22.0]);
        assert_eq!(matrix.select(&[2, 0]).values(), [22.0, 20.0, 20.0, 0.0]);
        assert!(matrix.is_finite());
        assert!(!SymmetricMatrix::from_lower(1, |_, _| f64::NAN).is_finite());
        assert_eq!(SymmetricMatrix::from_lower(0, |_, _| 1.0).order(), 0);
    }
}
