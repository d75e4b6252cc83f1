//! Products of large matrices.

use faer::linalg::matmul::matmul;
use faer::prelude::ReborrowMut;
use faer::{Accum, MatMut, MatRef, Par};

pub(super) use crate::kernel::wide::{Loop, wide};

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
    let mut sums = MatMut::from_row_major_slice_mut(sums, rows, columns);
    matmul(sums.rb_mut(), Accum::Add, left, right, 1.0, Par::Seq);
    leave_wide_registers(sums.as_ref());
}

/// Adds the products of the first `n_left` columns of `left` with all columns of `right` to
/// `sums`. Both have `rows` rows and are held row after row, `sums` has a row of `n_right` numbers
/// for each column of `left`.
///
/// # Panics
/// When a slice has not the length that `rows`, `n_left` and `n_right` say.
pub(super) fn add_cross_product(
    left: &[f64],
    right: &[f64],
    sums: &mut [f64],
    rows: usize,
    n_left: usize,
    n_right: usize,
) {
    let stride = left.len() / rows.max(1);
    let left = MatRef::from_row_major_slice(left, rows, stride).subcols(0, n_left).transpose();
    let right = MatRef::from_row_major_slice(right, rows, n_right);
    let mut sums = MatMut::from_row_major_slice_mut(sums, n_left, n_right);
    matmul(sums.rb_mut(), Accum::Add, left, right, 1.0, Par::Seq);
    leave_wide_registers(sums.as_ref());
}

/// The kernels of a product are written in assembler and leave the wide registers in use, after
/// which every other instruction on doubles is several times slower: fourfold in a logarithm. A
/// compiled function with wide registers clears them at its end; the norm of a cell is a short one.
fn leave_wide_registers(sums: MatRef<'_, f64>) {
    let rows = sums.nrows().min(1);
    std::hint::black_box(sums.subrows(0, rows).norm_max());
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
