//! Eigenvalues of symmetric matrices.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{Mat, MatRef, Par};

use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;

/// Eigenvalues in ascending order, with their vectors.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Eigen {
    /// Eigenvalues in ascending order.
    pub values: Vec<f64>,
    /// Their vectors of length 1, one after the other.
    pub vectors: Vec<f64>,
}

/// The eigenvalues and eigenvectors of a symmetric matrix.
///
/// # Errors
/// `NotFinite` when a cell is NaN or infinite; `Overflow` when the iteration finds no end,
/// which matrices of finite cells of moderate size do not bring about.
pub fn symmetric_eigen(matrix: &SymmetricMatrix) -> Result<Eigen, Undefined> {
    let n = matrix.order();
    if !matrix.is_finite() {
        return Err(Undefined::NotFinite);
    }
    if n == 0 {
        return Ok(Eigen { values: vec![], vectors: vec![] });
    }
    let of_all = MatRef::from_column_major_slice(matrix.values(), n, n);
    let (mut values, mut vectors) = (Diag::<f64>::zeros(n), Mat::<f64>::zeros(n, n));
    let room = self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::Yes, Par::Seq, Default::default());
    self_adjoint_evd(
        of_all,
        values.as_mut(),
        Some(vectors.as_mut()),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(room)),
        Default::default(),
    )
    .map_err(|_| Undefined::Overflow)?;
    let vectors: Vec<f64> = (0..n).flat_map(|column| vectors.col(column).iter().copied().collect::<Vec<_>>()).collect();
    let values: Vec<f64> = values.column_vector().iter().copied().collect();
    if values.iter().chain(&vectors).all(|value| value.is_finite()) {
        Ok(Eigen { values, vectors })
    } else {
        Err(Undefined::Overflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: by hand; the matrix 2 1 / 1 2 has 1 and 3 with (1, -1) and (1, 1).
    #[test]
    fn two_by_two_by_hand() {
        let matrix = SymmetricMatrix::from_lower(2, |row, column| if row == column { 2.0 } else { 1.0 });
        let eigen = symmetric_eigen(&matrix).unwrap();
        assert!((eigen.values[0] - 1.0).abs() < 1e-15 && (eigen.values[1] - 3.0).abs() < 1e-15);
        assert!((eigen.vectors[0] + eigen.vectors[1]).abs() < 1e-15);
        assert!((eigen.vectors[2] - eigen.vectors[3]).abs() < 1e-15);
        assert!((eigen.vectors[2].abs() - 0.5_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn values_and_vectors_make_up_the_matrix_again() {
        let n = 30;
        let matrix = SymmetricMatrix::from_lower(n, |row, column| 0.7_f64.powi((row - column) as i32));
        let eigen = symmetric_eigen(&matrix).unwrap();
        assert!(eigen.values.windows(2).all(|pair| pair[0] <= pair[1]));
        for row in 0..n {
            for column in 0..n {
                let terms = eigen.values.iter().zip(eigen.vectors.chunks_exact(n));
                let cell: f64 = terms.map(|(value, vector)| value * vector[row] * vector[column]).sum();
                assert!((cell - matrix.get(row, column)).abs() < 1e-13, "{row} {column}: {cell}");
            }
        }
    }

    #[test]
    fn what_is_not_finite_has_none() {
        let bad = SymmetricMatrix::from_lower(2, |_, _| f64::INFINITY);
        assert_eq!(symmetric_eigen(&bad), Err(Undefined::NotFinite));
        assert_eq!(symmetric_eigen(&SymmetricMatrix::from_lower(0, |_, _| 0.0)).unwrap().values.len(), 0);
        let zero = symmetric_eigen(&SymmetricMatrix::from_lower(3, |_, _| 0.0)).unwrap();
        assert_eq!(zero.values, [0.0; 3]);
    }
}
