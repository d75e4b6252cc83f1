//! Whether one model's probabilities cost less than another's on the same rows.
//!
//! ```text
//! d_i = loss_i(first) - loss_i(second),  z = mean(d) / (sd(d) / sqrt(n)),  sd with divisor n - 1
//! ```
//! F. X. Diebold & R. S. Mariano (1995), Journal of Business & Economic Statistics 13(3), 253-263,
//! for rows that are independent of each other, as customers are.

use serde::{Deserialize, Serialize};

use super::probability::{checked, logarithmic, squared};
use super::sums::sums_over;
use crate::kernel::distribution::normal;
use crate::kernel::interval::{Interval, mean_normal};
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

/// What a probability costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProbabilityLoss {
    /// The squared distance, as in the Brier score.
    Brier,
    /// The logarithm, as in the log-loss.
    LogLoss,
}

/// The difference of two mean losses; below 0 the first model is better.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LossDifference {
    /// Mean loss of the first less that of the second.
    pub difference: f64,
    /// Its standard error.
    pub std_error: f64,
    /// Where the difference lies with the asked confidence, by the normal distribution.
    pub interval: Interval,
    /// The difference over its standard error; undefined where all rows differ by the same.
    pub z: Result<f64, Undefined>,
    /// Two-sided, that both cost the same.
    pub p_value: Result<PValue, Undefined>,
}

/// Compares two models' probabilities on the same rows.
///
/// # Errors
/// Those of [`brier`](super::brier); [`Undefined::TooFew`] under two rows,
/// [`Undefined::Overflow`] where a certainty was wrong and the loss is logarithmic,
/// [`Undefined::OutOfRange`] unless `0 < conf_level < 1`.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::evaluation::{ProbabilityLoss, paired_loss_difference};
///
/// // Rows cost 0.04 and 0 with the first, 0.25 and 0.25 with the second.
/// let found =
///     paired_loss_difference(&[true, false], &[0.8, 0.0], &[0.5, 0.5], ProbabilityLoss::Brier, 0.95)?;
/// assert!((found.difference - (0.02 - 0.25)).abs() < 1e-15);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn paired_loss_difference(
    labels: &[bool],
    first: &[f64],
    second: &[f64],
    loss: ProbabilityLoss,
    conf_level: f64,
) -> Result<LossDifference, Undefined> {
    checked(labels, first)?;
    checked(labels, second)?;
    let n = labels.len();
    if n < 2 {
        return Err(Undefined::TooFew { n: n as u64, needed: 2 });
    }
    let of = match loss {
        ProbabilityLoss::Brier => squared,
        ProbabilityLoss::LogLoss => logarithmic,
    };
    let gap = |row: usize| of(labels[row], first[row]) - of(labels[row], second[row]);
    let [sum] = sums_over(n, |row| [gap(row)]);
    let difference = sum.quotient(n as f64).ok_or(Undefined::Overflow)?;
    let [squares] = sums_over(n, |row| [(gap(row) - difference).powi(2)]);
    let squares = squares.value().ok_or(Undefined::Overflow)?;
    let std_error = (squares / (n as f64 - 1.0) / n as f64).sqrt();
    let z = if std_error > 0.0 { Ok(difference / std_error) } else { Err(Undefined::Constant) };
    Ok(LossDifference {
        difference,
        std_error,
        interval: mean_normal(difference, std_error, conf_level)?,
        p_value: z.clone().and_then(normal::two_sided),
        z,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: gaps -0.25, 0.25, -0.5: mean -1/6, squares 0.125 + 0.25 - 3/36 = 0.2916...
    #[test]
    fn the_difference_is_that_of_the_means() {
        let found = paired_loss_difference(
            &[true, false, true],
            &[1.0, 0.5, 0.5],
            &[0.5, 0.0, 1.0 - 0.75_f64.sqrt()],
            ProbabilityLoss::Brier,
            0.95,
        )
        .unwrap();
        assert!((found.difference + 1.0 / 6.0).abs() < 1e-15);
        let std_error = ((0.375 - 3.0 / 36.0) / 6.0_f64).sqrt();
        assert!((found.std_error - std_error).abs() < 1e-15);
        assert!((found.z.clone().unwrap() + 1.0 / 6.0 / std_error).abs() < 1e-14);
        assert!((found.interval.high - (-1.0 / 6.0 + 1.959963984540054 * std_error)).abs() < 1e-14);
    }

    #[test]
    fn a_model_does_not_differ_from_itself() {
        let labels = [true, false, false];
        let prob = [0.9, 0.2, 0.4];
        let found = paired_loss_difference(&labels, &prob, &prob, ProbabilityLoss::LogLoss, 0.95).unwrap();
        assert_eq!((found.difference, found.z, found.interval.low), (0.0, Err(Undefined::Constant), 0.0));
    }

    #[test]
    fn certain_and_wrong_has_no_difference_of_logarithms() {
        let loss = |loss| paired_loss_difference(&[true, false], &[0.0, 0.0], &[0.5, 0.5], loss, 0.95);
        assert_eq!(loss(ProbabilityLoss::LogLoss), Err(Undefined::Overflow));
        assert!(loss(ProbabilityLoss::Brier).is_ok());
        let one = paired_loss_difference(&[true], &[0.0], &[0.5], ProbabilityLoss::Brier, 0.95);
        assert_eq!(one, Err(Undefined::TooFew { n: 1, needed: 2 }));
    }
}
