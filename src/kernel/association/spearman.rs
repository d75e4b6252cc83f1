//! Spearman's rank correlation: Pearson's coefficient of mid ranks.
//!
//! Notation: `d` a centred doubled rank, a whole number; `rho = sum d_x d_y / sqrt(sum d_x^2
//! sum d_y^2)`, which is right with ties too (Kendall & Gibbons 1990, Rank Correlation Methods,
//! section 3.8). All sums are whole numbers, so no order of the rows changes a digit.

use serde::Serialize;

use super::super::masked::Masked;
use super::super::p_value::PValue;
use super::super::undefined::Undefined;
use super::ranked::{Ranked, Room};
use super::{rank_sums, t_test};

/// Spearman's coefficient of two columns with its t test.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Spearman {
    /// The coefficient, in -1..=1.
    pub rho: f64,
    /// Rows that both columns have.
    pub n: u64,
    /// Degrees of freedom of the test, `n - 2`.
    pub df: u64,
    /// `rho sqrt((n - 2) / (1 - rho^2))`; `None` where it is infinite or there are two rows.
    pub t: Option<f64>,
    /// Two-sided, from Student's distribution; 0 for ranks that agree or differ throughout,
    /// `None` for two rows.
    pub p_value: Option<PValue>,
}

/// Spearman's coefficient of two columns of the same length; of unequal ones the shorter length counts.
///
/// For a relation that rises or falls without being straight, for ratings, and where outliers
/// must not matter. Equal values share their mid rank; zeros of both signs are equal.
///
/// # Errors
///
/// [`Undefined::TooFew`] under two rows, [`Undefined::NotFinite`] for NaN and infinities,
/// [`Undefined::Constant`] when all values of a column are equal, [`Undefined::Overflow`] from
/// 2^31 rows on.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::association::spearman::spearman;
///
/// // Ranks 1 2 3 4 against 2 1 4 3: rho = 1 - 6 * 4 / (4 * 15).
/// let found = spearman(&[1.0, 2.0, 3.0, 4.0], &[20.0, 10.0, 40.0, 30.0]).unwrap();
/// assert_eq!(found.rho, 0.6);
/// ```
pub fn spearman(x: &[f64], y: &[f64]) -> Result<Spearman, Undefined> {
    let n = x.len().min(y.len());
    let ranked = |values| Ranked::of(Masked::complete(values));
    let (x, y) = rayon::join(|| ranked(&x[..n]), || ranked(&y[..n]));
    of_ranked(&x?, &y?, &mut Scratch::default())
}

/// Room for the ranks of two columns within the rows that both have.
#[derive(Default)]
pub(super) struct Scratch {
    x: Room,
    y: Room,
}

/// Spearman's coefficient over the rows that both columns have.
pub(super) fn of_ranked(x: &Ranked, y: &Ranked, scratch: &mut Scratch) -> Result<Spearman, Undefined> {
    let n = x.rows.n_both(&y.rows);
    if n < 2 {
        return Err(Undefined::TooFew { n, needed: 2 });
    }
    let (x_ranks, xx) = x.within(&y.rows, n, &mut scratch.x);
    let (y_ranks, yy) = y.within(&x.rows, n, &mut scratch.y);
    if xx == 0 || yy == 0 {
        return Err(Undefined::Constant);
    }
    Ok(Spearman::of_sums(n, xx, yy, rank_sums::products(&x_ranks, &y_ranks, x.len().min(y.len()), n)))
}

impl Spearman {
    fn of_sums(n: u64, xx: u128, yy: u128, xy: i128) -> Self {
        let rho = (xy as f64 / (xx as f64 * yy as f64).sqrt()).clamp(-1.0, 1.0);
        let df = n - 2;
        let (t, p_value) = t_test(rho, rank_sums::unexplained(xx, yy, xy), df);
        Self { rho, n, df, t, p_value }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Oracle: mid ranks 1.5 1.5 3 4 5 and 2 1 4 4 4 by hand: centred and doubled
    /// -3 -3 0 2 4 and -2 -4 2 2 2, products 6 + 12 + 0 + 4 + 8 = 30, squares 38 and 32.
    #[test]
    fn ties_share_their_mid_rank() {
        let found = spearman(&[-0.0, 0.0, 1.0, 7.0, 8.0], &[2.0, 1.0, 3.0, 3.0, 3.0]).unwrap();
        assert_eq!(found.rho, 30.0 / (38.0_f64 * 32.0).sqrt());
        assert_eq!((found.n, found.df), (5, 3));
    }

    /// Oracle: scipy 1.17.1, `spearmanr(range(1, 11), [2, 1, 4, 3, 6, 5, 8, 7, 10, 9])`.
    #[test]
    fn the_test_is_students() {
        let x: Vec<f64> = (1..=10).map(f64::from).collect();
        let found = spearman(&x, &[2.0, 1.0, 4.0, 3.0, 6.0, 5.0, 8.0, 7.0, 10.0, 9.0]).unwrap();
        assert!((found.rho - 0.939_393_939_393_939_4).abs() < 1e-15);
        assert!((found.p_value.unwrap().value() / 5.484_052_998_513_666e-5 - 1.0).abs() < 1e-10);
    }

    #[test]
    fn perfect_agreement_has_an_infinite_statistic() {
        let found = spearman(&[1.0, 1e9, 1e308], &[-5.0, 0.0, 5e-324]).unwrap();
        assert_eq!((found.rho, found.t, found.p_value.unwrap().value()), (1.0, None, 0.0));
        let two = spearman(&[1.0, 2.0], &[2.0, 1.0]).unwrap();
        assert_eq!((two.rho, two.df, two.t, two.p_value), (-1.0, 0, None, None));
    }

    #[test]
    fn what_has_no_ranks_is_undefined() {
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), Err(Undefined::Constant));
        assert_eq!(spearman(&[1.0], &[1.0]), Err(Undefined::TooFew { n: 1, needed: 2 }));
        assert_eq!(spearman(&[], &[]), Err(Undefined::TooFew { n: 0, needed: 2 }));
        assert_eq!(spearman(&[1.0, f64::NAN], &[1.0, 2.0]), Err(Undefined::NotFinite));
        assert_eq!(spearman(&[1.0, 2.0], &[f64::NEG_INFINITY, 2.0]), Err(Undefined::NotFinite));
    }

    proptest! {
        #[test]
        fn turning_one_column_turns_the_sign(rows in prop::collection::vec((-9.0..9.0_f64, 0_i8..5), 2..80)) {
            let (x, y): (Vec<f64>, Vec<f64>) = rows.iter().map(|row| (row.0, f64::from(row.1))).unzip();
            let turned: Vec<f64> = y.iter().map(|value| -value).collect();
            match (spearman(&x, &y), spearman(&turned, &x)) {
                (Ok(one), Ok(other)) => prop_assert_eq!((one.rho, one.p_value), (-other.rho, other.p_value)),
                (one, other) => prop_assert_eq!(one, other),
            }
        }
    }
}
