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

use rayon::prelude::*;

use crate::kernel::distribution::gamma::ln_gamma;
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;
use crate::solver::regression::Family;

/// What the likelihood takes from the rows beside the deviance; grows row by row.
#[derive(Clone, Debug)]
pub(super) struct LikelihoodSums {
    family: Family,
    are_precisions: bool,
    n_rows: u64,
    weight: CompensatedSum,
    constant: CompensatedSum,
    undefined: Option<Undefined>,
}

impl LikelihoodSums {
    /// No rows; `are_precisions` where weights are those of precision.
    pub(super) fn new(family: Family, are_precisions: bool) -> Self {
        let (weight, constant) = (CompensatedSum::default(), CompensatedSum::default());
        Self { family, are_precisions, n_rows: 0, weight, constant, undefined: None }
    }

    /// Adds rows; those of weight 0 count for nothing.
    pub(super) fn add(&mut self, response: &[f64], weights: Option<&[f64]>) {
        /// Rows that one thread takes at a time.
        const PART: usize = 1 << 13;
        let of_part = |(part, response): (usize, &[f64])| {
            let mut sums = Self::new(self.family, self.are_precisions);
            let weights = weights.map(|weights| &weights[part * PART..part * PART + response.len()]);
            sums.add_part(response, weights);
            sums
        };
        let parts: Vec<Self> = response.par_chunks(PART).enumerate().map(of_part).collect();
        for part in parts {
            self.n_rows += part.n_rows;
            self.weight.add(part.weight.value());
            self.constant.add(part.constant.value());
            self.undefined = part.undefined.or(self.undefined.take());
        }
    }

    fn add_part(&mut self, response: &[f64], weights: Option<&[f64]>) {
        for (row, &y) in response.iter().enumerate() {
            let weight = weights.map_or(1.0, |weights| weights[row]);
            if weight > 0.0 {
                self.n_rows += 1;
                self.weight.add(weight);
                match self.of_row(y, weight) {
                    Ok(value) => self.constant.add(value),
                    Err(reason) => self.undefined = Some(reason),
                }
            }
        }
    }

    /// What a row adds that no coefficient changes.
    fn of_row(&self, y: f64, weight: f64) -> Result<f64, Undefined> {
        let entropy = |share: f64| if share > 0.0 && share < 1.0 { share * share.ln() } else { 0.0 };
        Ok(match self.family {
            Family::Gaussian if self.are_precisions => weight.ln(),
            Family::Binomial => weight * (entropy(y) + entropy(1.0 - y)),
            // The log-likelihood of a mean equal to the response.
            Family::Poisson if y > 0.0 => weight * (y * y.ln() - y - ln_gamma(y + 1.0)?),
            Family::Gamma => weight * y.ln(),
            _ => 0.0,
        })
    }

    /// The log-likelihood at a deviance.
    ///
    /// # Errors
    /// `OutOfRange` for a Tweedie family, whose density has no closed form, and `Overflow` for a
    /// perfect fit of numbers.
    pub(super) fn log_likelihood(&self, deviance: f64, dispersion: f64) -> Result<f64, Undefined> {
        if let Some(reason) = &self.undefined {
            return Err(reason.clone());
        }
        let (weight, constant) = (self.weight.value(), self.constant.value());
        let found = match self.family {
            Family::Gaussian => {
                let n = if self.are_precisions { self.n_rows as f64 } else { weight };
                (constant - n * ((std::f64::consts::TAU * deviance / n).ln() + 1.0)) / 2.0
            }
            Family::Binomial | Family::Poisson => constant - deviance / 2.0,
            Family::Gamma => {
                // From the deviance 2 sum w (y/mu - 1 - ln(y/mu)).
                let shape = 1.0 / dispersion;
                weight * (shape * shape.ln() - shape - ln_gamma(shape)?) - shape * deviance / 2.0 - constant
            }
            _ => return Err(Undefined::OutOfRange),
        };
        if found.is_finite() { Ok(found) } else { Err(Undefined::Overflow) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(family: Family, response: &[f64], weights: Option<&[f64]>, deviance: f64) -> Result<f64, Undefined> {
        let mut sums = LikelihoodSums::new(family, false);
        sums.add(response, weights);
        sums.log_likelihood(deviance, 1.0)
    }

    /// Oracle: by hand; one standard normal density at 0 and one at 1, fitted by mean 1/2:
    /// variance 1/4, two times -ln(2 pi / 4)/2 - 1/2.
    #[test]
    fn the_normal_likelihood_by_hand() {
        let (response, expected) = ([0.0, 1.0], -(std::f64::consts::TAU / 4.0).ln() - 1.0);
        assert!((found(Family::Gaussian, &response, None, 0.5).unwrap() - expected).abs() < 1e-15);
        assert_eq!(found(Family::Gaussian, &response, None, 0.0), Err(Undefined::Overflow));
        let doubled = found(Family::Gaussian, &response, Some(&[2.0, 2.0]), 1.0).unwrap();
        assert!((doubled - 2.0 * expected).abs() < 1e-15);
    }

    /// Oracle: by hand; counts 0 and 2 with mean 1: e^-1 and e^-1 / 2.
    #[test]
    fn the_poisson_likelihood_by_hand() {
        let deviance = 2.0 * (1.0 + (2.0 * 2.0_f64.ln() - 1.0));
        let expected = -2.0 - 2.0_f64.ln();
        assert!((found(Family::Poisson, &[0.0, 2.0], None, deviance).unwrap() - expected).abs() < 1e-15);
    }

    /// Oracle: by hand; shape 1 is the exponential distribution: -ln mu - y/mu.
    #[test]
    fn the_gamma_likelihood_by_hand() {
        let unit = |y: f64| 2.0 * (y / 2.0 - 1.0 - (y / 2.0).ln());
        let expected = -2.0 * 2.0_f64.ln() - 2.0;
        let deviance = unit(1.0) + unit(3.0);
        assert!((found(Family::Gamma, &[1.0, 3.0], None, deviance).unwrap() - expected).abs() < 1e-15);
        assert_eq!(found(Family::Tweedie { power: 1.5 }, &[1.0], None, 1.0), Err(Undefined::OutOfRange));
    }
}
