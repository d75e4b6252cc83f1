//! Restricted cubic splines: smooth curves that are straight beyond their outer knots.
//!
//! Notation: knots `t_1 < ... < t_k`, `w = t_k - t_1`, `(u)+ = max(u, 0)`. Beside `x` itself the
//! basis has `k - 2` columns,
//!
//! ```text
//! s_j(x) = [ (x - t_j)+^3 - (x - t_(k-1))+^3 (t_k - t_j) / (t_k - t_(k-1))
//!          + (x - t_k)+^3 (t_(k-1) - t_j) / (t_k - t_(k-1)) ] / w^2,          j = 1 .. k - 2
//! ```
//! C. J. Stone & C.-Y. Koo (1985), "Additive splines in statistics", Proceedings of the
//! Statistical Computing Section ASA, 45-48; F. E. Harrell (2015), Regression Modeling
//! Strategies, 2nd edition, section 2.4.5 for the form and table 2.3 for the places of the knots.

/// The shares of the quantiles at which so many knots are placed; `None` unless they are 3 to 7.
#[must_use]
pub fn knot_shares(n_knots: u32) -> Option<&'static [f64]> {
    match n_knots {
        3 => Some(&[0.1, 0.5, 0.9]),
        4 => Some(&[0.05, 0.35, 0.65, 0.95]),
        5 => Some(&[0.05, 0.275, 0.5, 0.725, 0.95]),
        6 => Some(&[0.05, 0.23, 0.41, 0.59, 0.77, 0.95]),
        7 => Some(&[0.025, 0.1833, 0.3417, 0.5, 0.6583, 0.8167, 0.975]),
        _ => None,
    }
}

/// The value of a column of the basis: column 0 is `x`, column `j` is `s_j`.
///
/// Knots must ascend and be three or more; `x` must be finite. A value that is beyond the largest
/// double is infinite. Without enough knots for the column it is 0.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::spline::restricted_cubic;
///
/// let knots = [0.0, 1.0, 2.0];
/// assert_eq!(restricted_cubic(&knots, 0, 0.5), 0.5);
/// // (0.5^3) / 2^2
/// assert_eq!(restricted_cubic(&knots, 1, 0.5), 0.03125);
/// ```
#[must_use]
pub fn restricted_cubic(knots: &[f64], column: usize, x: f64) -> f64 {
    let Some(j) = column.checked_sub(1) else { return x };
    let (Some(&first), [.., before_last, last]) = (knots.get(j), knots) else { return 0.0 };
    let width = last - knots[0];
    // In units of the width, so that no power leaves the range of the doubles before the sum does.
    let cube = |knot: f64| {
        let u = ((x - knot) / width).max(0.0);
        u * u * u
    };
    if j + 2 >= knots.len() || x <= first {
        return 0.0;
    }
    if x >= *last {
        return width * beyond(knots, j, (x - last) / width, width);
    }
    let gap = last - before_last;
    width * (cube(first) - cube(*before_last) * ((last - first) / gap))
}

/// The straight end of a column, `u` widths beyond the last knot, in widths. The cubes cancel in
/// it: with `a`, `b` and `c` the distances of the last knot from the three, divided by `w`, what is
/// left of `(u + a)^3 - (u + b)^3 a / b + u^3 (a - b) / b` is `a (a - b) (3 u + a + b)`.
fn beyond(knots: &[f64], j: usize, u: f64, width: f64) -> f64 {
    let [.., before_last, last] = knots else { return 0.0 };
    let (a, b) = ((last - knots[j]) / width, (last - before_last) / width);
    a * (a - b) * (3.0 * u + a + b)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: the formula above in exact rationals (Python's fractions): 0, 1/64, 561/320, 39/8,
    /// 69/4 and 1/512, 17/160, 15/8.
    #[test]
    fn columns_have_the_values_of_the_formula() {
        let knots = [1.0, 3.0, 4.0, 9.0];
        let of_first = [(1.0, 0.0), (2.0, 0.015625), (6.0, 1.753125), (9.0, 4.875), (20.0, 17.25)];
        let of_second = [(3.5, 0.001953125), (5.0, 0.10625), (12.0, 1.875)];
        let cases = of_first.map(|(x, expected)| (1, x, expected));
        for (column, x, expected) in cases.into_iter().chain(of_second.map(|(x, expected)| (2, x, expected))) {
            let value = restricted_cubic(&knots, column, x);
            assert!((value - expected).abs() <= 1e-14 * expected.abs(), "s_{column}({x}) = {value}, not {expected}");
        }
    }

    #[test]
    fn the_ends_are_straight() {
        let knots = [0.5, 1.0, 2.5, 4.0, 7.0];
        for column in 1..4 {
            assert_eq!(restricted_cubic(&knots, column, 0.5), 0.0);
            assert_eq!(restricted_cubic(&knots, column, -1e300), 0.0);
            let at = |x: f64| restricted_cubic(&knots, column, x);
            let slope = at(8.0) - at(7.0);
            for x in [9.0, 20.0, 1e6] {
                let straight = at(7.0) + slope * (x - 7.0);
                assert!((at(x) - straight).abs() <= 1e-12 * straight.abs(), "{column} {x}");
            }
        }
    }

    #[test]
    fn large_and_small_units_scale_it() {
        let knots = [1.0, 3.0, 4.0, 9.0];
        for unit in [1e-300, 1e-8, 1e8, 1e300] {
            let scaled = knots.map(|knot| knot * unit);
            for x in [2.0, 3.5, 6.0, 9.0, 12.0] {
                let (value, expected) = (restricted_cubic(&scaled, 1, x * unit), restricted_cubic(&knots, 1, x) * unit);
                assert!((value - expected).abs() <= 1e-13 * expected, "{unit} {x}");
            }
        }
    }

    #[test]
    fn few_knots_have_few_columns() {
        assert_eq!(restricted_cubic(&[1.0], 1, 2.0), 0.0);
        assert_eq!(restricted_cubic(&[], 1, 2.0), 0.0);
        assert_eq!((knot_shares(2), knot_shares(8)), (None, None));
        assert!((3..=7).all(|n| knot_shares(n).is_some_and(|shares| shares.len() == n as usize)));
    }
}
