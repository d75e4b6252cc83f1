//! Partial and semi-partial correlations from a correlation matrix.
//!
//! Notation: R the correlations of the k given variables, then x, then y; `R = L L'` its
//! Cholesky factor, of which the last corner is `a` (x, x), `b` (y, x), `c` (y, y). Without
//! what the given variables say, x has the variance `a^2`, y `b^2 + c^2`, and they covary by `a b`.
//!
//! ```text
//! partial                        b / sqrt(b^2 + c^2) = -w_xy / sqrt(w_xx w_yy),  W the inverse of R
//! semi-partial, x adjusted       b
//! semi-partial, y adjusted       a b / sqrt(b^2 + c^2)
//! t = b sqrt(df) / c             df = n - 2 - k
//! ```
//!
//! R. A. Fisher (1924), "The distribution of the partial correlation coefficient", Metron 3,
//! 329-332. For ranks the same with Spearman's matrix.

use serde::Serialize;

use super::super::p_value::PValue;
use super::super::undefined::Undefined;
use super::t_test;

/// A variable of which the others leave less than this share is determined by them: its
/// coefficients would have fewer than four digits.
pub const COLLINEAR: f64 = 1e-12;

/// The correlation of two variables that remains when others are held fixed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PartialCorrelation {
    /// Correlation of what the given variables leave of x and of y, in -1..=1.
    pub partial: f64,
    /// Correlation of y with what they leave of x.
    pub semi_partial_x: f64,
    /// Correlation of x with what they leave of y.
    pub semi_partial_y: f64,
    /// Variables held fixed.
    pub n_given: u64,
    /// `n - 2 - n_given`.
    pub df: u64,
    /// Student's statistic, the same for all three; `None` where it is infinite.
    pub t: Option<f64>,
    /// Two-sided; 0 where the statistic is infinite.
    pub p_value: PValue,
}

/// The partial correlation of variables `x` and `y` of a correlation matrix given others.
///
/// `matrix` holds the p by p correlations, row by row, of `n` rows; `given` has the places of
/// the variables that are held fixed, none of them twice. Correlations of different rows (pairwise
/// deletion) need not go together; where they do not, the result is [`Undefined::Collinear`] too.
///
/// # Errors
///
/// [`Undefined::TooFew`] unless `n > 2 + given.len()`, [`Undefined::NotFinite`] for a
/// correlation that is, [`Undefined::Collinear`] when the given variables determine each
/// other, x or y to within [`COLLINEAR`], [`Undefined::OutOfRange`] for a place beyond the
/// matrix.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::association::partial::partial_correlation;
///
/// // (0.5 - 0.6 * 0.8) / sqrt((1 - 0.6^2) (1 - 0.8^2)) = 0.02 / 0.48
/// let matrix = [1.0, 0.5, 0.6, 0.5, 1.0, 0.8, 0.6, 0.8, 1.0];
/// let found = partial_correlation(&matrix, 0, 1, &[2], 20).unwrap();
/// assert!((found.partial - 0.02 / 0.48).abs() < 1e-15);
/// ```
pub fn partial_correlation(
    matrix: &[f64],
    x: usize,
    y: usize,
    given: &[usize],
    n: u64,
) -> Result<PartialCorrelation, Undefined> {
    let n_given = given.len() as u64;
    let df = n.checked_sub(2 + n_given).filter(|&df| df > 0).ok_or(Undefined::TooFew { n, needed: 3 + n_given })?;
    let places: Vec<usize> = given.iter().copied().chain([x, y]).collect();
    let (l, c_squared) = factor(&part(matrix, &places)?, places.len()).ok_or(Undefined::Collinear)?;
    let (k, p) = (given.len(), places.len());
    Corner { a: l[k * p + k], b: l[(k + 1) * p + k], c_squared }.finish(n_given, df)
}

/// The partial correlations of every pair of variables given all others, row by row, with
/// `None` on the diagonal and where one is undefined; see [`partial_correlation`].
///
/// Takes O(p^3) by the inverse of the matrix, whose diagonal holds the reciprocals of the shares
/// that the others leave of each variable.
///
/// # Errors
///
/// [`Undefined::OutOfRange`] unless the matrix is square, [`Undefined::TooFew`] unless there are
/// two variables and `n` is above their number; [`Undefined::NotFinite`] and
/// [`Undefined::Collinear`] as for one pair.
pub fn partial_matrix(matrix: &[f64], n: u64) -> Result<Vec<Option<PartialCorrelation>>, Undefined> {
    let p = matrix.len().isqrt();
    let variables = p as u64;
    if variables < 2 {
        return Err(Undefined::TooFew { n: variables, needed: 2 });
    }
    let df = n.checked_sub(variables).filter(|&df| df > 0).ok_or(Undefined::TooFew { n, needed: variables + 1 })?;
    let r = part(matrix, &(0..p).collect::<Vec<_>>())?;
    let w = inverse(&r, p).ok_or(Undefined::Collinear)?;
    let mut all = vec![None; p * p];
    for (x, y) in (0..p).flat_map(|x| (0..p).map(move |y| (x, y))).filter(|(x, y)| x != y) {
        let (xx, yy, xy) = (w[x * p + x], w[y * p + y], w[x * p + y]);
        // The two by two part of the inverse is the inverse of the corner.
        let a = (xx - xy * (xy / yy)).recip().sqrt();
        all[x * p + y] = Some(Corner { a, b: -xy / yy * a, c_squared: yy.recip() }.finish(variables - 2, df)?);
    }
    Ok(all)
}

/// The correlations of some variables of a square matrix, in their order.
fn part(matrix: &[f64], places: &[usize]) -> Result<Vec<f64>, Undefined> {
    let p = matrix.len().isqrt();
    if p * p != matrix.len() || places.iter().any(|&place| place >= p) {
        return Err(Undefined::OutOfRange);
    }
    let taken: Vec<f64> = places.iter().flat_map(|&i| places.iter().map(move |&j| matrix[i * p + j])).collect();
    if taken.iter().all(|r| r.is_finite()) { Ok(taken) } else { Err(Undefined::NotFinite) }
}

/// The Cholesky factor, and the square of its last diagonal element, which may be 0; `None`
/// when a variable before the last is determined by those before it.
fn factor(r: &[f64], p: usize) -> Option<(Vec<f64>, f64)> {
    let mut l = vec![0.0; p * p];
    let mut last = 0.0;
    for i in 0..p {
        for j in 0..=i {
            let explained: f64 = (0..j).map(|k| l[i * p + k] * l[j * p + k]).sum();
            let rest = r[i * p + j] - explained;
            if j < i {
                l[i * p + j] = rest / l[j * p + j];
            } else if i + 1 < p {
                l[i * p + i] = Some(rest).filter(|&rest| rest > COLLINEAR)?.sqrt();
            } else {
                last = rest;
            }
        }
    }
    Some((l, last))
}

/// The inverse of a correlation matrix; `None` when a variable is determined by the others.
fn inverse(r: &[f64], p: usize) -> Option<Vec<f64>> {
    let (mut l, last) = factor(r, p)?;
    l[p * p - 1] = Some(last).filter(|&last| last > COLLINEAR)?.sqrt();
    // Column by column: the inverse of L, then the products of its columns.
    let mut k = vec![0.0; p * p];
    for j in 0..p {
        k[j * p + j] = l[j * p + j].recip();
        for i in j + 1..p {
            let sum: f64 = (j..i).map(|m| l[i * p + m] * k[m * p + j]).sum();
            k[i * p + j] = -sum / l[i * p + i];
        }
    }
    let product = |i: usize, j: usize| (i.max(j)..p).map(|m| k[m * p + i] * k[m * p + j]).sum();
    let w: Vec<f64> = (0..p * p).map(|at| product(at / p, at % p)).collect();
    (0..p).all(|i| w[i * p + i] * COLLINEAR < 1.0).then_some(w)
}

/// The last corner of a Cholesky factor: `a` for x, `b` and the square of `c` for y.
struct Corner {
    a: f64,
    b: f64,
    c_squared: f64,
}

impl Corner {
    fn finish(self, n_given: u64, df: u64) -> Result<PartialCorrelation, Undefined> {
        let Self { a, b, c_squared } = self;
        let left_of_y = b * b + c_squared;
        // Below 0 the correlations contradict each other.
        if !(c_squared >= -COLLINEAR && left_of_y > COLLINEAR) {
            return Err(Undefined::Collinear);
        }
        let partial = (b / left_of_y.sqrt()).clamp(-1.0, 1.0);
        let (t, p_value) = t_test(partial, c_squared.max(0.0) / left_of_y, df);
        Ok(PartialCorrelation {
            partial,
            semi_partial_x: b.clamp(-1.0, 1.0),
            semi_partial_y: (a * partial).clamp(-1.0, 1.0),
            n_given,
            df,
            t,
            p_value: p_value.ok_or(Undefined::Collinear)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn assert_close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-13 * expected.abs(), "{found} {expected}");
    }

    /// Oracle: the recursion over the given variables one by one, by hand for one and applied
    /// twice for two: (r_xy - r_xz r_yz) / sqrt((1 - r_xz^2)(1 - r_yz^2)).
    #[test]
    fn one_and_two_given_variables_follow_the_recursion() {
        let r = [1.0, 0.5, 0.4, 0.3, 0.5, 1.0, 0.6, -0.2, 0.4, 0.6, 1.0, 0.1, 0.3, -0.2, 0.1, 1.0];
        let step = |xy: f64, xz: f64, yz: f64| (xy - xz * yz) / ((1.0 - xz * xz) * (1.0 - yz * yz)).sqrt();
        let at = |i: usize, j: usize| r[4 * i + j];
        let given_2 = |i, j| step(at(i, j), at(i, 2), at(j, 2));
        let expected = step(given_2(0, 1), given_2(0, 3), given_2(1, 3));
        let found = partial_correlation(&r, 0, 1, &[2, 3], 30).unwrap();
        assert_close(found.partial, expected);
        assert_eq!((found.n_given, found.df), (2, 26));
        assert_close(found.t.unwrap(), expected * (26.0 / (1.0 - expected * expected)).sqrt());
        let one = partial_correlation(&r, 1, 3, &[0], 30).unwrap();
        assert_close(one.partial, step(-0.2, 0.5, 0.3));
        // Only x adjusted: divided by the root of what is left of x alone.
        assert_close(one.semi_partial_x, (-0.2 - 0.5 * 0.3) / (1.0_f64 - 0.25).sqrt());
        assert_close(one.semi_partial_y, (-0.2 - 0.5 * 0.3) / (1.0_f64 - 0.09).sqrt());
        let none = partial_correlation(&r, 1, 3, &[], 30).unwrap();
        assert_eq!((none.partial, none.semi_partial_x, none.semi_partial_y, none.df), (-0.2, -0.2, -0.2, 28));
    }

    #[test]
    fn what_is_determined_is_refused() {
        let copy = [1.0, 0.5, 1.0, 0.5, 1.0, 0.5, 1.0, 0.5, 1.0];
        let of = |x, y, given: &[usize]| partial_correlation(&copy, x, y, given, 10);
        assert_eq!(of(0, 1, &[2]).unwrap_err(), Undefined::Collinear, "x is a copy");
        assert_eq!(of(1, 0, &[2]).unwrap_err(), Undefined::Collinear, "y is a copy");
        assert_eq!(of(0, 1, &[0]).unwrap_err(), Undefined::Collinear, "x is given");
        assert_eq!(partial_matrix(&copy, 10).unwrap_err(), Undefined::Collinear);
        let found = of(0, 2, &[1]).unwrap();
        assert_eq!((found.partial, found.t, found.p_value.value()), (1.0, None, 0.0));
        let contradictory = [1.0, 0.9, -0.9, 0.9, 1.0, 0.9, -0.9, 0.9, 1.0];
        assert_eq!(partial_correlation(&contradictory, 0, 1, &[2], 10).unwrap_err(), Undefined::Collinear);
    }

    #[test]
    fn bad_arguments_are_refused() {
        let r = [1.0, 0.5, 0.5, 1.0];
        assert_eq!(partial_correlation(&r, 0, 2, &[], 10).unwrap_err(), Undefined::OutOfRange);
        assert_eq!(partial_correlation(&r[..3], 0, 1, &[], 10).unwrap_err(), Undefined::OutOfRange);
        assert_eq!(partial_correlation(&r, 0, 1, &[], 2).unwrap_err(), Undefined::TooFew { n: 2, needed: 3 });
        assert_eq!(
            partial_correlation(&[1.0, f64::NAN, f64::NAN, 1.0], 0, 1, &[], 9).unwrap_err(),
            Undefined::NotFinite
        );
        assert_eq!(partial_matrix(&[], 9).unwrap_err(), Undefined::TooFew { n: 0, needed: 2 });
        assert_eq!(partial_matrix(&r, 2).unwrap_err(), Undefined::TooFew { n: 2, needed: 3 });
    }

    /// A correlation matrix of the rows of numbers, which are as many as the columns at least.
    fn correlations(rows: &[[f64; 4]]) -> Vec<f64> {
        let means = [0, 1, 2, 3].map(|i| rows.iter().map(|row| row[i]).sum::<f64>() / rows.len() as f64);
        let sum = |i: usize, j: usize| rows.iter().map(|row| (row[i] - means[i]) * (row[j] - means[j])).sum::<f64>();
        (0..16).map(|at| sum(at / 4, at % 4) / (sum(at / 4, at / 4) * sum(at % 4, at % 4)).sqrt()).collect()
    }

    proptest! {
        #[test]
        fn the_matrix_holds_what_each_pair_is_by_itself(rows in prop::collection::vec(prop::array::uniform4(-1.0..1.0_f64), 12..30)) {
            let r = correlations(&rows);
            let all = partial_matrix(&r, 30).unwrap();
            for (x, y) in (0..4).flat_map(|x| (0..4).map(move |y| (x, y))) {
                let Some(found) = &all[4 * x + y] else {
                    prop_assert_eq!(x, y);
                    continue;
                };
                let given: Vec<usize> = (0..4).filter(|at| *at != x && *at != y).collect();
                let expected = partial_correlation(&r, x, y, &given, 30).unwrap();
                prop_assert!((found.partial - expected.partial).abs() < 1e-12);
                prop_assert!((found.semi_partial_x - expected.semi_partial_x).abs() < 1e-12);
                prop_assert!((found.semi_partial_y - expected.semi_partial_y).abs() < 1e-12);
                prop_assert!((found.p_value.ln() - expected.p_value.ln()).abs() < 1e-9);
            }
        }
    }
}
