//! Johnson's relative weights.
//!
//! Notation: `R_xx = V D^2 V'` the correlations of the drivers, `r` those with the target;
//! `L = V D V'` the symmetric root of `R_xx`, which holds the correlations of the drivers with
//! the orthogonal columns nearest to them; `b* = L^-1 r` the slopes on those columns.
//!
//! ```text
//! e_j = sum over k of L_jk^2 b*_k^2,   sum over j of e_j = R2
//! ```
//! J. W. Johnson (2000), Multivariate Behavioral Research 35(1), 1-19, eq. (5) to (9).

use super::{Players, RANK_TOLERANCE};
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;

/// The symmetric root of a correlation matrix and the inverse of that root.
///
/// Where drivers determine each other, eigenvalues that are zero stay zero in both: the
/// inverse is the one of Moore and Penrose, and drivers that are equal get equal weights.
#[derive(Clone, Debug, PartialEq)]
pub struct SymmetricRoot {
    root: SymmetricMatrix,
    inverse: SymmetricMatrix,
}

impl SymmetricRoot {
    /// From the eigenvalues of a correlation matrix and their eigenvectors, one after the
    /// other.
    ///
    /// # Errors
    /// `NotFinite`; `NotPositive` when an eigenvalue is clearly negative, so that the matrix
    /// is not one of correlations, as can happen when each is of other rows; `TooFew` when
    /// there are not as many vectors as values.
    pub fn of_eigen(values: &[f64], vectors: &[f64]) -> Result<Self, Undefined> {
        let n = values.len();
        if vectors.len() != n * n {
            return Err(Undefined::TooFew { n: vectors.len() as u64, needed: (n * n) as u64 });
        }
        if values.iter().chain(vectors).any(|value| !value.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        let least = RANK_TOLERANCE * values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        if values.iter().any(|&value| value < -least) {
            return Err(Undefined::NotPositive);
        }
        let of = |scale: fn(f64) -> f64| {
            SymmetricMatrix::from_lower(n, |row, column| {
                let terms = values.iter().zip(vectors.chunks_exact(n.max(1))).filter(|(value, _)| **value > least);
                terms.map(|(&value, vector)| scale(value) * vector[row] * vector[column]).sum()
            })
        };
        Ok(Self { root: of(f64::sqrt), inverse: of(|value| value.sqrt().recip()) })
    }

    /// Correlations of the drivers with the orthogonal columns.
    #[must_use]
    pub fn loadings(&self) -> &SymmetricMatrix {
        &self.root
    }

    /// Slopes on the orthogonal columns, from the correlations of the drivers with the target.
    #[must_use]
    pub fn orthogonal_slopes(&self, with_target: &[f64]) -> Vec<f64> {
        product(&self.inverse, with_target)
    }

    /// Slopes on the orthogonal columns, from slopes on the standardised drivers.
    #[must_use]
    pub fn rotated_slopes(&self, slopes: &[f64]) -> Vec<f64> {
        product(&self.root, slopes)
    }
}

fn product(matrix: &SymmetricMatrix, vector: &[f64]) -> Vec<f64> {
    let row = |row: usize| matrix.row(row).iter().zip(vector).map(|(cell, value)| cell * value).sum();
    (0..matrix.order()).map(row).collect()
}

/// Johnson's relative weights, from standardised slopes on the orthogonal columns.
///
/// The weight of a player of several columns is the sum of theirs. It depends on how a
/// categorical column is written in dummies, which [`lmg`](super::lmg) does not.
///
/// For a target of two values the slopes are those of a logistic regression, standardised;
/// see Tonidandel & LeBreton.
///
/// # Errors
/// `NotFinite`, or `TooFew` when the slopes are not those of the players.
///
/// # References
/// Johnson, J. W. (2000), A heuristic method for estimating the relative weight of predictor
/// variables in multiple regression, Multivariate Behavioral Research 35(1), 1-19.
/// Tonidandel, S. and LeBreton, J. M. (2010), Determining the relative importance of predictors
/// in logistic regression, Organizational Research Methods 13(4), 767-781.
pub fn relative_weights(root: &SymmetricRoot, slopes: &[f64], players: &Players) -> Result<Vec<f64>, Undefined> {
    let (n, needed) = (slopes.len().min(root.root.order()), players.n_columns());
    if n < needed {
        return Err(Undefined::TooFew { n: n as u64, needed: needed as u64 });
    }
    let squares: Vec<f64> = slopes.iter().map(|slope| slope * slope).collect();
    let weight = |column: &usize| {
        root.root.row(*column).iter().zip(&squares).map(|(loading, square)| loading * loading * square).sum::<f64>()
    };
    let weights: Vec<f64> = players.iter().map(|columns| columns.iter().map(weight).sum()).collect();
    if weights.iter().all(|weight: &f64| weight.is_finite()) { Ok(weights) } else { Err(Undefined::NotFinite) }
}
