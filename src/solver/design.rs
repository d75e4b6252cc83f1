//! The columns of a regression: numbers, and categories as codes rather than as columns of zeros.

use std::borrow::Cow;

/// The code of a row that has none of the columns of its block: the reference category.
pub const REFERENCE: u32 = u32::MAX;

/// Neighbouring columns of a design that one source gives.
///
/// A design is a list of blocks in the order of the coefficients; the intercept is none of
/// them and comes first.
#[derive(Clone, Debug, PartialEq)]
pub enum DesignBlock<'a> {
    /// One column of finite numbers.
    Numbers(Cow<'a, [f64]>),
    /// Several columns of finite numbers, held row after row.
    NumberRows {
        /// `n_columns` numbers for each row.
        values: Cow<'a, [f64]>,
        /// Columns, of which there is at least one.
        n_columns: usize,
    },
    /// A column for each code from 0: 1 in the rows that have it, else 0.
    Codes {
        /// The code of each row, or [`REFERENCE`].
        codes: Cow<'a, [u32]>,
        /// Codes there can be.
        n_columns: usize,
    },
    /// The same with a number in place of the 1: the interaction of a category with a number.
    ScaledCodes {
        /// The code of each row, or [`REFERENCE`].
        codes: Cow<'a, [u32]>,
        /// Codes there can be.
        n_columns: usize,
        /// What a row has in the column of its code.
        scale: Cow<'a, [f64]>,
    },
}

impl DesignBlock<'_> {
    /// Columns of the block.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        match self {
            Self::Numbers(_) => 1,
            Self::NumberRows { n_columns, .. }
            | Self::Codes { n_columns, .. }
            | Self::ScaledCodes { n_columns, .. } => *n_columns,
        }
    }

    /// Rows of the block.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::NumberRows { values, n_columns } => values.len() / n_columns.max(&1),
            Self::Codes { codes, .. } | Self::ScaledCodes { codes, .. } => codes.len(),
        }
    }
}
