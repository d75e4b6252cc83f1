//! Linear algebra and regressions on slices: eigenvalues, Cholesky factors, least squares.
//!
//! The only place that names a library of linear algebra; what comes in and goes out are
//! slices and [`SymmetricMatrix`](crate::kernel::symmetric_matrix::SymmetricMatrix). All of it
//! runs on one thread or in blocks of fixed size, so that the number of threads changes no
//! digit. Columns that determine each other are named by their numbers and left to the caller,
//! who knows what they are called.

mod cholesky;
pub mod design;
mod eigen;
mod least_squares;
mod matrix_product;
pub mod regression;

pub use cholesky::Cholesky;
pub use eigen::{Eigen, symmetric_eigen};
pub use least_squares::StandardizedFit;
pub use matrix_product::add_product;
