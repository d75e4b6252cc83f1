//! Logarithms of likelihoods, whole, so that models of one table can be compared.
//!
//! Notation: `d` deviance, `w` weights of the rows, `n` their sum (rows, for weights of
//! precision), `phi` dispersion.
//!
//! ```text
//! Gaussian  -n/2 (ln(2 pi d/n) + 1) + sum ln(w)/2       weights of precision; d is the sum of squares
//! binomial  -d/2                                        0 and 1; shares keep their own entropy
//! Poisson   sum w (y ln mu - mu - ln y!)
//! Gamma     sum w ((ln(y/mu) - ln phi - y/mu) / phi - ln y - ln Gamma(1/phi)) + ...
//! ```
//! The dispersion of a Gamma is Pearson's, as in statsmodels; R takes deviance over n. The
//! density of a Tweedie has no closed form and is not given.

use crate::kernel::distribution::gamma::ln_gamma;
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;
use crate::solver::regression::Family;

/// Rows of a regression, in the order of its observations.
#[derive(Clone, Copy)]
pub(super) struct FittedRows<'a> {
    pub(super) response: &'a [f64],
    pub(super) weights: Option<&'a [f64]>,
}

impl FittedRows<'_> {
    fn weighted_sum(self, value: impl Fn(f64) -> f64) -> f64 {
        let mut sum = CompensatedSum::default();
        for (row, &response) in self.response.iter().enumerate() {
            sum.add(self.weights.map_or(1.0, |weights| weights[row]) * value(response));
        }
        sum.value()
    }
}

/// The log-likelihood at a deviance; `are_precisions` where weights are those of precision.
///
/// # Errors
/// `OutOfRange` for a Tweedie family, whose density has no closed form, and `Overflow` for a
/// perfect fit of numbers.
pub(super) fn log_likelihood(
    family: Family,
    rows: FittedRows<'_>,
    deviance: f64,
    dispersion: f64,
    are_precisions: bool,
) -> Result<f64, Undefined> {
    let found = match family {
        Family::Gaussian => gaussian(rows, deviance, are_precisions),
        Family::Binomial => -(deviance + entropy(rows)) / 2.0,
        Family::Poisson => poisson_saturated(rows)? - deviance / 2.0,
        Family::Gamma => gamma(rows, deviance, dispersion)?,
        _ => return Err(Undefined::OutOfRange),
    };
    if found.is_finite() { Ok(found) } else { Err(Undefined::Overflow) }
}

fn gaussian(rows: FittedRows<'_>, deviance: f64, are_precisions: bool) -> f64 {
    let (n, logs) = if are_precisions {
        let logs = rows.weights.map_or(0.0, |weights| {
            let mut sum = CompensatedSum::default();
            weights.iter().for_each(|weight| sum.add(weight.ln()));
            sum.value()
        });
        (rows.response.len() as f64, logs)
    } else {
        (rows.weighted_sum(|_| 1.0), 0.0)
    };
    (logs - n * ((std::f64::consts::TAU * deviance / n).ln() + 1.0)) / 2.0
}

/// Twice the binomial entropy of responses between 0 and 1; 0 for yes and no.
fn entropy(rows: FittedRows<'_>) -> f64 {
    let part = |share: f64| if share > 0.0 { share * share.ln() } else { 0.0 };
    -2.0 * rows.weighted_sum(|y| part(y) + part(1.0 - y))
}

/// The log-likelihood of means equal to the responses.
fn poisson_saturated(rows: FittedRows<'_>) -> Result<f64, Undefined> {
    let mut failed = Ok(());
    let mut sum = CompensatedSum::default();
    for (row, &y) in rows.response.iter().enumerate() {
        let weight = rows.weights.map_or(1.0, |weights| weights[row]);
        let own = if y > 0.0 { y * y.ln() - y } else { 0.0 };
        match ln_gamma(y + 1.0) {
            Ok(ln_factorial) => sum.add(weight * (own - ln_factorial)),
            Err(reason) => failed = Err(reason),
        }
    }
    failed.map(|()| sum.value())
}

/// From the deviance `2 sum w (y/mu - 1 - ln(y/mu))`.
fn gamma(rows: FittedRows<'_>, deviance: f64, dispersion: f64) -> Result<f64, Undefined> {
    let shape = 1.0 / dispersion;
    let n = rows.weighted_sum(|_| 1.0);
    let logs = rows.weighted_sum(f64::ln);
    Ok(n * (shape * shape.ln() - shape - ln_gamma(shape)?) - shape * deviance / 2.0 - logs)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: by hand; one standard normal density at 0 and one at 1, fitted by mean 1/2:
    /// variance 1/4, two times -ln(2 pi / 4)/2 - 1/2.
    #[test]
    fn the_normal_likelihood_by_hand() {
        let rows = FittedRows { response: &[0.0, 1.0], weights: None };
        let expected = -(std::f64::consts::TAU / 4.0).ln() - 1.0;
        assert!((log_likelihood(Family::Gaussian, rows, 0.5, 1.0, false).unwrap() - expected).abs() < 1e-15);
        assert_eq!(log_likelihood(Family::Gaussian, rows, 0.0, 1.0, false), Err(Undefined::Overflow));
        let doubled = FittedRows { response: &[0.0, 1.0], weights: Some(&[2.0, 2.0]) };
        assert!((log_likelihood(Family::Gaussian, doubled, 1.0, 1.0, false).unwrap() - 2.0 * expected).abs() < 1e-15);
    }

    /// Oracle: by hand; counts 0 and 2 with mean 1: e^-1 and e^-1 / 2.
    #[test]
    fn the_poisson_likelihood_by_hand() {
        let rows = FittedRows { response: &[0.0, 2.0], weights: None };
        let deviance = 2.0 * (1.0 + (2.0 * 2.0_f64.ln() - 1.0));
        let expected = -2.0 - 2.0_f64.ln();
        assert!((log_likelihood(Family::Poisson, rows, deviance, 1.0, false).unwrap() - expected).abs() < 1e-15);
    }

    /// Oracle: by hand; shape 1 is the exponential distribution: -ln mu - y/mu.
    #[test]
    fn the_gamma_likelihood_by_hand() {
        let rows = FittedRows { response: &[1.0, 3.0], weights: None };
        let unit = |y: f64| 2.0 * (y / 2.0 - 1.0 - (y / 2.0).ln());
        let expected = -2.0 * 2.0_f64.ln() - 2.0;
        let found = log_likelihood(Family::Gamma, rows, unit(1.0) + unit(3.0), 1.0, false).unwrap();
        assert!((found - expected).abs() < 1e-15);
        assert!(log_likelihood(Family::Tweedie { power: 1.5 }, rows, 1.0, 1.0, false).is_err());
    }
}
