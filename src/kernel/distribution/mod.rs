//! Probability distributions: logarithms of tails far beyond 1e-300, and quantiles.
//!
//! What a statistic of data goes into returns a `Result`, so that a bad statistic or bad degrees
//! of freedom become an [`Undefined`] and never NaN. One method serves all tails: the density at
//! the point, which Stirling remainders give without cancellation, times what the density falls
//! off by from there on, which is a short positive series or a smooth integral. So the time taken
//! does not grow with degrees of freedom. Relative accuracy of a probability is about 1e-13, or
//! the rounding of its logarithm where that is more.

pub mod beta;
pub mod chi_squared;
mod fall_off;
pub mod fisher_f;
pub mod gamma;
pub mod kolmogorov;
pub mod normal;
pub mod student_t;

use super::undefined::Undefined;

/// Natural logarithms of the probabilities below and above a point; they sum to 1 before the
/// logarithm, and each is accurate by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LnTails {
    /// Logarithm of the probability below.
    pub lower: f64,
    /// Logarithm of the probability above.
    pub upper: f64,
}

impl LnTails {
    fn of_lower(lower: f64) -> Self {
        let lower = lower.min(0.0);
        Self { lower, upper: ln_one_minus_exp(lower) }
    }

    fn swapped(self) -> Self {
        Self { lower: self.upper, upper: self.lower }
    }
}

/// Degrees of freedom where the distributions take them: from 1e-100 to 1e150, infinity included.
///
/// Beyond the largest, Student's t is the normal distribution to the last digit.
fn degrees(df: f64) -> Result<f64, Undefined> {
    positive(df).map(|df| df.clamp(1e-100, 1e150))
}

fn positive(value: f64) -> Result<f64, Undefined> {
    if value.is_nan() {
        return Err(Undefined::NotFinite);
    }
    if value > 0.0 { Ok(value) } else { Err(Undefined::NotPositive) }
}

/// A share strictly between 0 and 1.
fn inside(p: f64) -> Result<f64, Undefined> {
    if p > 0.0 && p < 1.0 { Ok(p) } else { Err(Undefined::OutOfRange) }
}

/// `ln(1 - e^ln)` for `ln <= 0`; at either end what is small is not subtracted from 1.
fn ln_one_minus_exp(ln: f64) -> f64 {
    if ln > -std::f64::consts::LN_2 { (-ln.exp_m1()).ln() } else { (-ln.exp()).ln_1p() }
}

/// Where a tail has the target, by Newton's method on logarithms.
///
/// `tail` gives the logarithm of a tail and its slope over the logarithm of the point. Both tails
/// are log-concave there, so that steps never leave the far side of the root once they are on it.
/// `None` when the root is beyond the doubles.
fn solve(start: f64, target: f64, tail: impl Fn(f64) -> (f64, f64)) -> Option<f64> {
    let mut at = start;
    for _ in 0..MOST_STEPS {
        // What is below the smallest double rounds to 0.
        if at == 0.0 {
            break;
        }
        let (ln, slope) = tail(at);
        let step = ((target - ln) / slope).clamp(-LONGEST_STEP, LONGEST_STEP);
        at *= step.exp();
        if step.abs() < 1e-10 || !at.is_finite() {
            break;
        }
    }
    Some(at).filter(|at| at.is_finite())
}

/// Newton's method squares its error, so this many are only taken when the root is far away.
const MOST_STEPS: usize = 200;
/// Keeps a point inside the doubles for one step.
const LONGEST_STEP: f64 = 600.0;

#[cfg(test)]
mod tests;
