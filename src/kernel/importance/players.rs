//! Which columns enter together.

use super::RANK_TOLERANCE;
use super::elimination::Elimination;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;

/// How far above 1 rounding can carry the explained share of collinear columns.
const ROUNDING: f64 = 1e-6;

/// The drivers that share `R2` out among them: each is one column, or several that enter and
/// leave together, such as the dummies of one categorical column.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::importance::Players;
///
/// // Columns 1 and 2 are dummies of one column.
/// let players = Players::labelled(&[0, 7, 7, 1]);
/// assert_eq!((players.len(), players.columns(1)), (3, [1, 2].as_slice()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Players {
    columns: Vec<Vec<usize>>,
}

impl Players {
    /// Every one of `n` columns by itself.
    #[must_use]
    pub fn single(n: usize) -> Self {
        Self { columns: (0..n).map(|column| vec![column]).collect() }
    }

    /// One label for each column; columns of one label enter together. The order is that of
    /// the first column of each label.
    #[must_use]
    pub fn labelled(labels: &[usize]) -> Self {
        let mut seen: Vec<usize> = Vec::new();
        let mut columns: Vec<Vec<usize>> = Vec::new();
        for (column, label) in labels.iter().enumerate() {
            if let Some(player) = seen.iter().position(|one| one == label) {
                columns[player].push(column);
            } else {
                seen.push(*label);
                columns.push(vec![column]);
            }
        }
        Self { columns }
    }

    /// Number of players.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// The columns of one player, in ascending order.
    ///
    /// # Panics
    /// When there is no such player.
    #[must_use]
    pub fn columns(&self, player: usize) -> &[usize] {
        &self.columns[player]
    }

    /// The columns of every player.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[usize]> {
        self.columns.iter().map(Vec::as_slice)
    }

    /// Number of columns of all players together.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.columns.iter().map(Vec::len).sum()
    }

    /// Whether these are the players of this matrix, whose last row is the target's, and it is
    /// one of correlations: no part of a variance below zero, and no more than all explained.
    pub(super) fn check(&self, correlations: &SymmetricMatrix) -> Result<(), Undefined> {
        let (n, needed) = (self.n_columns() as u64 + 1, correlations.order() as u64);
        if n != needed {
            return Err(Undefined::TooFew { n: n.min(needed), needed: n.max(needed) });
        }
        if !correlations.is_finite() {
            return Err(Undefined::NotFinite);
        }
        let mut rest = Elimination::of(correlations);
        let mut explained = 0.0;
        for column in 0..self.n_columns() {
            if rest.variance(column) < -RANK_TOLERANCE {
                return Err(Undefined::NotPositive);
            }
            explained += rest.enter(column);
        }
        if explained > 1.0 + ROUNDING { Err(Undefined::NotPositive) } else { Ok(()) }
    }
}
