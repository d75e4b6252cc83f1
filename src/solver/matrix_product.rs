//! Products of large matrices.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

/// Adds `left` times `right` to `sums`: `left` has `rows` rows and `sums` as many, `right` has
/// `columns` columns and `sums` as many. All are held row after row.
///
/// One thread, so that a product has the same digits wherever it is computed on one machine.
///
/// # Panics
/// When a slice has not the length that `rows`, `inner` and `columns` say.
pub fn add_product(left: &[f64], right: &[f64], sums: &mut [f64], rows: usize, inner: usize, columns: usize) {
    let left = MatRef::from_row_major_slice(left, rows, inner);
    let right = MatRef::from_row_major_slice(right, inner, columns);
    let sums = MatMut::from_row_major_slice_mut(sums, rows, columns);
    matmul(sums, Accum::Add, left, right, 1.0, Par::Seq);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: by hand.
    #[test]
    fn a_product_is_added_to_what_is_there() {
        let mut sums = [1.0, 0.0, 0.0, 1.0];
        add_product(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0], &mut sums, 2, 3, 2);
        assert_eq!(sums, [5.0, 5.0, 10.0, 12.0]);
    }
}
