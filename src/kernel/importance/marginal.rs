//! First, last and Pratt's product: measures that look at one order of entry or at none.

use super::{Players, elimination::Elimination};
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;

/// What each player explains by itself: the squared correlation, or for several columns the
/// `R2` of the regression on them.
///
/// # Errors
/// `NotFinite`, or `TooFew` when the players are not those of the matrix.
pub fn first(correlations: &SymmetricMatrix, players: &Players) -> Result<Vec<f64>, Undefined> {
    players.check(correlations)?;
    let alone = |columns: &[usize]| Elimination::of(correlations).enter_all(columns);
    Ok(players.iter().map(alone).collect())
}

/// What `R2` loses when each player leaves and all others stay; also called usefulness. A
/// player that the others determine loses nothing.
///
/// # Errors
/// `NotFinite`, or `TooFew` when the players are not those of the matrix.
///
/// # References
/// Darlington, R. B. (1968), Multiple regression in psychological research and practice,
/// Psychological Bulletin 69(3), 161-182.
pub fn last(correlations: &SymmetricMatrix, players: &Players) -> Result<Vec<f64>, Undefined> {
    players.check(correlations)?;
    let lost = |player: usize| {
        let mut rest = Elimination::of(correlations);
        for (_, columns) in players.iter().enumerate().filter(|(other, _)| *other != player) {
            rest.enter_all(columns);
        }
        rest.enter_all(players.columns(player))
    };
    Ok((0..players.len()).map(lost).collect())
}

/// Standardised slope times correlation, summed over the columns of each player. The products
/// sum to `R2`, and can be negative.
///
/// # Errors
/// `NotFinite`, or `TooFew` when there is not one slope and one correlation for each column.
///
/// # References
/// Pratt, J. W. (1987), Dividing the indivisible, in: Proceedings of the Second International
/// Tampere Conference in Statistics, 245-260.
pub fn pratt(slopes: &[f64], with_target: &[f64], players: &Players) -> Result<Vec<f64>, Undefined> {
    let (n, needed) = (slopes.len().min(with_target.len()), players.n_columns());
    if n < needed {
        return Err(Undefined::TooFew { n: n as u64, needed: needed as u64 });
    }
    let product = |columns: &[usize]| columns.iter().map(|&column| slopes[column] * with_target[column]).sum::<f64>();
    let products: Vec<f64> = players.iter().map(product).collect();
    if products.iter().all(|product| product.is_finite()) { Ok(products) } else { Err(Undefined::NotFinite) }
}
