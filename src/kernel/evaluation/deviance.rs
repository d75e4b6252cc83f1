//! Deviances of counts and amounts from what was predicted.
//!
//! Notation: `y` the amount, `m` its prediction, `t = (y - m) / m`, `q = 2 - power`.
//!
//! ```text
//! Poisson   2 (y ln(y / m) - y + m)              = 2 m ((1 + t) ln(1 + t) - t)
//! Gamma     2 (ln(m / y) + y / m - 1)            = 2 (t - ln(1 + t))
//! Tweedie   2 (y^q / ((1 - power) q) - y m^(1 - power) / (1 - power) + m^q / q)
//! ```
//! P. McCullagh & J. A. Nelder (1989), Generalized Linear Models, 2nd ed., table 2.1; B. Jorgensen
//! (1997), The Theory of Dispersion Models, eq. (4.19). Where amounts are near their predictions
//! the terms cancel; short series in `t` keep the digits.

use serde::{Deserialize, Serialize};

use super::sums::{all_finite, mean_over, same_length};
use crate::kernel::undefined::Undefined;

/// The distribution whose deviance is taken.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Deviance {
    /// Counts: orders, visits. Amounts of 0 and above.
    Poisson,
    /// Amounts above 0 whose spread grows with their size.
    Gamma,
    /// Amounts of which many are 0, as spend is: powers above 1 and below 2.
    Tweedie {
        /// How the variance grows with the mean.
        power: f64,
    },
}

/// The mean deviance of amounts from their predictions; 0 where all are met.
///
/// # Errors
/// [`Undefined::TooFew`] for no rows or slices of two lengths, [`Undefined::NotFinite`],
/// [`Undefined::NotPositive`] for a prediction of 0 or below, an amount below 0 or, for Gamma, of
/// 0; [`Undefined::OutOfRange`] for a power that is not above 1 and below 2 or a negative weight;
/// [`Undefined::NoWeight`]; [`Undefined::Overflow`].
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::evaluation::{Deviance, mean_deviance};
///
/// // An amount of 0 costs twice its prediction.
/// assert_eq!(mean_deviance(&[0.0, 2.0], &[1.5, 2.0], None, Deviance::Poisson), Ok(1.5));
/// ```
pub fn mean_deviance(
    actual: &[f64],
    predicted: &[f64],
    weights: Option<&[f64]>,
    deviance: Deviance,
) -> Result<f64, Undefined> {
    same_length(actual.len(), predicted.len())?;
    all_finite(actual)?;
    all_finite(predicted)?;
    if let Deviance::Tweedie { power } = deviance
        && !(power > 1.0 && power < 2.0)
    {
        return Err(Undefined::OutOfRange);
    }
    let is_out = |actual: f64| if deviance == Deviance::Gamma { actual <= 0.0 } else { actual < 0.0 };
    if predicted.iter().any(|&m| m <= 0.0) || actual.iter().any(|&y| is_out(y)) {
        return Err(Undefined::NotPositive);
    }
    mean_over(actual.len(), weights, |row| {
        let (y, m) = (actual[row], predicted[row]);
        match deviance {
            Deviance::Poisson => poisson(y, m),
            Deviance::Gamma => gamma(y, m),
            Deviance::Tweedie { power } => tweedie(y, m, power),
        }
    })
}

/// Beyond this the terms do not cancel.
const NEAR: f64 = 0.7;

fn poisson(y: f64, m: f64) -> f64 {
    let t = (y - m) / m;
    if y == 0.0 {
        2.0 * m
    } else if t.abs() < NEAR {
        2.0 * m * (t * t - (1.0 + t) * ln_gap(t))
    } else {
        2.0 * (y * (y.ln() - m.ln()) - (y - m))
    }
}

fn gamma(y: f64, m: f64) -> f64 {
    let t = (y - m) / m;
    if t.abs() < NEAR { 2.0 * ln_gap(t) } else { 2.0 * (m.ln() - y.ln() + (y - m) / m) }
}

fn tweedie(y: f64, m: f64, power: f64) -> f64 {
    let q = 2.0 - power;
    let t = (y - m) / m;
    if y == 0.0 {
        2.0 * m.powf(q) / q
    } else if t.abs() < NEAR {
        // ((1 + t)^q - 1 - q t) / (q (q - 1)), both differences from the straight line by series.
        let curved = exp_gap(q * t.ln_1p()) - q * ln_gap(t);
        2.0 * m.powf(q) * curved / (q * (q - 1.0))
    } else {
        2.0 * (y.powf(q) / ((q - 1.0) * q) - y * m.powf(q - 1.0) / (q - 1.0) + m.powf(q) / q)
    }
}

/// `t - ln(1 + t)` for small `t`: with `r = t / (2 + t)`, `ln(1 + t) = 2 (r + r^3/3 + ...)` and
/// `t - 2 r = r t`.
fn ln_gap(t: f64) -> f64 {
    let r = t / (2.0 + t);
    let square = r * r;
    let (mut power, mut odd, mut sum) = (square, 3.0, 0.0);
    while power > f64::EPSILON * 1e-2 * square {
        sum += power / odd;
        power *= square;
        odd += 2.0;
    }
    r * t - 2.0 * r * sum
}

/// `e^u - 1 - u` for small `u`.
fn exp_gap(u: f64) -> f64 {
    let (mut term, mut k, mut sum) = (0.5 * u * u, 2.0, 0.0_f64);
    while term.abs() > f64::EPSILON * 1e-2 * sum.abs() {
        sum += term;
        k += 1.0;
        term *= u / k;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance * expected.abs(), "{found:e} {expected:e}");
    }

    /// Oracle: mpmath 1.4.1, 50 digits, on the doubles given; see the generator beside the numbers:
    /// `2*(y*log(y/m)-y+m)`, `2*(log(m/y)+y/m-1)` and the Tweedie formula above.
    #[test]
    fn deviances_keep_their_digits_near_the_prediction() {
        for (y, m, p, g, t) in CASES {
            close(poisson(y, m), p, 1e-14);
            close(gamma(y, m), g, 1e-14);
            close(tweedie(y, m, 1.5), t, 1e-14);
        }
    }

    #[test]
    fn amounts_of_nought_and_met_predictions() {
        assert_eq!((poisson(3.0, 3.0), gamma(3.0, 3.0), tweedie(3.0, 3.0, 1.3)), (0.0, 0.0, 0.0));
        assert_eq!((poisson(0.0, 0.7), tweedie(0.0, 4.0, 1.5)), (1.4, 8.0));
        let of = |y: f64, m: f64, deviance| mean_deviance(&[y], &[m], None, deviance).err();
        assert_eq!(of(1.0, 0.0, Deviance::Poisson), Some(Undefined::NotPositive));
        assert_eq!(of(-1.0, 1.0, Deviance::Poisson), Some(Undefined::NotPositive));
        assert_eq!(of(0.0, 1.0, Deviance::Gamma), Some(Undefined::NotPositive));
        assert_eq!(of(0.0, 1.0, Deviance::Poisson), None);
        assert_eq!(of(1.0, f64::INFINITY, Deviance::Poisson), Some(Undefined::NotFinite));
        for power in [1.0, 2.0, f64::NAN] {
            assert_eq!(of(1.0, 1.0, Deviance::Tweedie { power }), Some(Undefined::OutOfRange));
        }
        let weighted = mean_deviance(&[0.0, 2.0], &[1.0, 2.0], Some(&[1.0, 3.0]), Deviance::Poisson);
        assert_eq!(weighted, Ok(0.5));
    }

    const CASES: [(f64, f64, f64, f64, f64); 8] = [
        (1.0, 2.0, 0.6137056388801094, 0.38629436111989063, 0.4852813742385703),
        (2.0000001, 2.0, 4.99999990030088e-15, 2.499999908483776e-15, 3.535533805972033e-15),
        (100.0, 101.5, 0.022277501249869033, 0.00022057474119589095, 0.0022167180569795056),
        (5.0, 4.0, 0.23143551314209757, 0.05371289737158049, 0.11145618000168243),
        (1e-09, 3.0, 5.999999954356244, 41.64375625189571, 6.927950250372096),
        (7.5, 7.500000000000001, 1.0518145402946824e-31, 1.4024193870595763e-32, 3.8406836668754933e-32),
        (1e+200, 1.1e+200, 9.379640391350286e+197, 0.008802177790467908, 9.085749662975455e+97),
        (3.0, 2.5, 0.09392934076372776, 0.03535688641209075, 0.057615244189850714),
    ];
}
