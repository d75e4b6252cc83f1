//! How many answers a net promoter score takes, and what so many answers tell.
//!
//! Notation: `V = p + d - (p - d)^2` of the assumed shares, at most 1; half-width `h` and difference
//! `D` on the scale of the mean code, that is points over 100; `N` people in the population, `N` without
//! bound where there is none; `z` the normal quantile of the confidence, `z_b` that of the power.
//!
//! ```text
//! half-width:  n = n0 N / (N - 1 + n0),   n0 = z^2 V / h^2
//! difference:  n = n0 N / (N - 1 + n0),   n0 = (z + z_b)^2 (V1 + V2) / D^2,   in each group
//! ```
//! Each group comes from a population of `N` of its own. Both solve the Wald formula with the
//! factor of finite populations. W. G. Cochran (1977), Sampling Techniques, sections 4.4 and 4.6.

use serde::{Deserialize, Serialize};

use super::nps_estimate::{POINTS, finite_population_factor};
use crate::kernel::distribution::normal;
use crate::kernel::interval::normal_critical;
use crate::kernel::undefined::Undefined;

/// Shares of promoters and detractors that are expected before anybody is asked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssumedShares {
    /// Share of promoters, 0..=1.
    pub promoters: f64,
    /// Share of detractors, 0..=1; what both leave are passives.
    pub detractors: f64,
}

impl AssumedShares {
    /// As many promoters as detractors and nobody else, which takes the most answers.
    pub const WORST: Self = Self { promoters: 0.5, detractors: 0.5 };

    /// The score of these shares.
    ///
    /// # Errors
    ///
    /// [`Undefined::OutOfRange`] unless both shares and their sum are in 0..=1.
    pub fn score(&self) -> Result<f64, Undefined> {
        self.passives().map(|_| POINTS * (self.promoters - self.detractors))
    }

    fn passives(&self) -> Result<f64, Undefined> {
        let rest = 1.0 - self.promoters - self.detractors;
        // Shares of thirds and tenths sum to 1 but for rounding.
        let is_sound = self.promoters >= 0.0 && self.detractors >= 0.0 && rest >= -4.0 * f64::EPSILON;
        if is_sound { Ok(rest.max(0.0)) } else { Err(Undefined::OutOfRange) }
    }

    fn variance(&self) -> Result<f64, Undefined> {
        let Self { promoters, detractors, .. } = *self;
        Ok(4.0 * promoters * detractors + self.passives()? * (promoters + detractors))
    }
}

/// How many answers make a score as sure as `half_width` points to both sides.
///
/// `n_population` is the number of people that could be asked, where it is known and not large. These
/// are answers: divide by the response rate for invitations.
///
/// # Errors
///
/// [`Undefined::OutOfRange`] for impossible shares, a half-width that is not in 0..=200, a confidence outside
/// 0..1, and a population of 0; [`Undefined::Constant`] for shares of one class, which vary with no number of
/// answers; [`Undefined::Overflow`] for more than 2^53.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::{AssumedShares, half_width_size};
///
/// // 1.96^2 / 0.05^2 = 1536.6 answers for 5 points to both sides, whatever the shares.
/// assert_eq!(half_width_size(AssumedShares::WORST, 5.0, 0.95, None)?, 1_537);
/// // Of 2,000 customers it takes fewer: 1536.6 * 2000 / (1999 + 1536.6) = 869.2.
/// assert_eq!(half_width_size(AssumedShares::WORST, 5.0, 0.95, Some(2_000))?, 870);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn half_width_size(
    assumed: AssumedShares,
    half_width: f64,
    conf_level: f64,
    n_population: Option<u64>,
) -> Result<u64, Undefined> {
    let z = normal_critical(conf_level)?;
    answers(assumed.variance()?, distance(half_width)? / z, n_population)
}

/// How many points to both sides a score is sure by with `n` answers; the opposite of
/// [`half_width_size`].
///
/// # Errors
///
/// As for [`half_width_size`]; [`Undefined::TooFew`] for no answers, and [`Undefined::BeyondPopulation`] for more than
/// the population.
pub fn half_width_at(
    assumed: AssumedShares,
    n: u64,
    conf_level: f64,
    n_population: Option<u64>,
) -> Result<f64, Undefined> {
    Ok(POINTS * normal_critical(conf_level)? * error_at(assumed.variance()?, n, n_population)?)
}

/// How many answers of each of two groups show a difference of their assumed scores with a chance of
/// `power`, in a two-sided test at `1 - conf_level`.
///
/// `n_population` is the number of people that could be asked in each group.
///
/// # Errors
///
/// As for [`half_width_size`]; [`Undefined::Constant`] as well when the assumed scores are equal, and
/// [`Undefined::OutOfRange`] unless `0.5 <= power < 1`.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::{AssumedShares, difference_size};
///
/// let before = AssumedShares { promoters: 0.5, detractors: 0.2 };
/// let after = AssumedShares { promoters: 0.55, detractors: 0.2 };
/// // (1.95996 + 0.84162)^2 (0.61 + 0.6275) / 0.05^2 = 3885.2 answers in each wave for 5 points.
/// assert_eq!(difference_size(before, after, 0.95, 0.8, None)?, 3_886);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn difference_size(
    first: AssumedShares,
    second: AssumedShares,
    conf_level: f64,
    power: f64,
    n_population: Option<u64>,
) -> Result<u64, Undefined> {
    let gap = (first.score()? - second.score()?).abs();
    let z = both_quantiles(conf_level, power)?;
    if gap == 0.0 {
        return Err(Undefined::Constant);
    }
    answers(first.variance()? + second.variance()?, distance(gap)? / z, n_population)
}

/// How many answers of each of two groups show a difference of `points`, where both vary as the assumed
/// shares do; otherwise as [`difference_size`].
///
/// # Errors
///
/// As for [`difference_size`]; [`Undefined::OutOfRange`] unless `points` is in 0..=200.
pub fn gap_size(
    assumed: AssumedShares,
    points: f64,
    conf_level: f64,
    power: f64,
    n_population: Option<u64>,
) -> Result<u64, Undefined> {
    answers(2.0 * assumed.variance()?, distance(points)? / both_quantiles(conf_level, power)?, n_population)
}

/// The difference of two scores in points that `n` answers in each group show with a chance of `power`;
/// the opposite of [`gap_size`].
///
/// # Errors
///
/// As for [`half_width_at`] and [`difference_size`].
pub fn detectable_difference(
    assumed: AssumedShares,
    n: u64,
    conf_level: f64,
    power: f64,
    n_population: Option<u64>,
) -> Result<f64, Undefined> {
    Ok(POINTS * both_quantiles(conf_level, power)? * error_at(2.0 * assumed.variance()?, n, n_population)?)
}

/// Points as a distance of mean codes.
fn distance(points: f64) -> Result<f64, Undefined> {
    let is_sound = points > 0.0 && points <= 2.0 * POINTS;
    if is_sound { Ok(points / POINTS) } else { Err(Undefined::OutOfRange) }
}

fn both_quantiles(conf_level: f64, power: f64) -> Result<f64, Undefined> {
    if !(0.5..1.0).contains(&power) {
        return Err(Undefined::OutOfRange);
    }
    Ok(normal_critical(conf_level)? + normal::quantile(power)?)
}

/// The smallest `n` for which `variance / n` with the factor of the population is `std_error^2` or less.
fn answers(variance: f64, std_error: f64, n_population: Option<u64>) -> Result<u64, Undefined> {
    if variance == 0.0 {
        return Err(Undefined::Constant);
    }
    let endless = variance / std_error / std_error;
    let n = match n_population {
        None => endless,
        Some(0) => return Err(Undefined::OutOfRange),
        Some(people) => endless * (people as f64 / (people as f64 - 1.0 + endless)),
    };
    if !(n <= MOST) {
        return Err(Undefined::Overflow);
    }
    // What is a whole number but for rounding is one.
    Ok((n * (1.0 - 8.0 * f64::EPSILON)).ceil().max(1.0) as u64)
}

/// Answers that doubles count exactly.
const MOST: f64 = (1_u64 << 53) as f64;

fn error_at(variance: f64, n: u64, n_population: Option<u64>) -> Result<f64, Undefined> {
    if n == 0 {
        return Err(Undefined::TooFew { n: 0, needed: 1 });
    }
    let factor = n_population.map_or(Ok(1.0), |people| finite_population_factor(n, people))?;
    Ok((variance * factor / n as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const USUAL: AssumedShares = AssumedShares { promoters: 0.5, detractors: 0.2 };

    /// Oracle: scipy 1.17.1 `norm.ppf` and the formulas in 15 digits.
    #[test]
    fn sizes_are_those_of_the_formulas() {
        // 1.959964^2 0.61 / 0.03^2 = 2603.66, 2.575829^2 0.61 / 0.1^2 = 404.73.
        assert_eq!(half_width_size(USUAL, 3.0, 0.95, None), Ok(2_604));
        assert_eq!(half_width_size(USUAL, 10.0, 0.99, None), Ok(405));
        // 2603.66 * 5000 / (4999 + 2603.66) = 1712.33.
        assert_eq!(half_width_size(USUAL, 3.0, 0.95, Some(5_000)), Ok(1_713));
        // (1.959964 + 1.281552)^2 (0.61 + 0.6275) / 0.05^2 = 5201.17.
        let better = AssumedShares { promoters: 0.55, detractors: 0.2 };
        assert_eq!(difference_size(USUAL, better, 0.95, 0.9, None), Ok(5_202));
        // 5201.17 * 10000 / (9999 + 5201.17) = 3421.79.
        assert_eq!(difference_size(better, USUAL, 0.95, 0.9, Some(10_000)), Ok(3_422));
        assert_eq!(half_width_size(USUAL, 200.0, 0.95, None), Ok(1));
    }

    #[test]
    fn nobody_asks_more_people_than_there_are() {
        for people in [1, 2, 10, 1_000_000] {
            assert!(half_width_size(USUAL, 1e-9, 0.999, Some(people)).unwrap() <= people);
        }
    }

    #[test]
    fn impossible_plans_say_why() {
        let of = |promoters: f64, detractors: f64| AssumedShares { promoters, detractors };
        for impossible in [of(0.7, 0.4), of(-0.1, 0.5), of(0.5, f64::NAN), of(f64::INFINITY, 0.0)] {
            assert_eq!(half_width_size(impossible, 5.0, 0.95, None), Err(Undefined::OutOfRange));
            assert_eq!(impossible.score(), Err(Undefined::OutOfRange));
        }
        for half_width in [0.0, -1.0, 201.0, f64::NAN] {
            assert_eq!(half_width_size(USUAL, half_width, 0.95, None), Err(Undefined::OutOfRange));
        }
        assert_eq!(half_width_size(USUAL, 5.0, 0.95, Some(0)), Err(Undefined::OutOfRange));
        assert_eq!(half_width_size(USUAL, 1e-12, 0.95, None), Err(Undefined::Overflow));
        assert_eq!(half_width_size(of(1.0, 0.0), 5.0, 0.95, None), Err(Undefined::Constant));
        assert_eq!(difference_size(USUAL, USUAL, 0.95, 0.8, None), Err(Undefined::Constant));
        for power in [0.0, 0.4, 1.0, f64::NAN] {
            assert_eq!(detectable_difference(USUAL, 10, 0.95, power, None), Err(Undefined::OutOfRange));
        }
        assert_eq!(half_width_at(USUAL, 0, 0.95, None), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(
            half_width_at(USUAL, 11, 0.95, Some(10)),
            Err(Undefined::BeyondPopulation { n: 11, population: 10 })
        );
        assert!((of(0.1, 0.2).score().unwrap() + 10.0).abs() < 1e-14);
        assert!(of(0.7, 0.3).score().is_ok() && of(1.0 / 3.0, 2.0 / 3.0).score().is_ok());
    }

    proptest! {
        #[test]
        fn the_size_is_the_smallest_that_does(p in 0.01..0.5_f64, d in 0.01..0.5_f64, half_width in 0.5..50.0_f64, people in prop::option::of(2..100_000_u64)) {
            let assumed = AssumedShares { promoters: p, detractors: d };
            let n = half_width_size(assumed, half_width, 0.95, people).unwrap();
            let slack = 1.0 + 1e-12;
            prop_assert!(half_width_at(assumed, n, 0.95, people).unwrap() <= half_width * slack);
            prop_assert!(n == 1 || half_width_at(assumed, n - 1, 0.95, people).unwrap() * slack >= half_width);
        }

        #[test]
        fn the_detectable_difference_belongs_to_the_size(n in 1..100_000_u64, people in prop::option::of(100_000..1_000_000_u64)) {
            let gap = detectable_difference(USUAL, n, 0.95, 0.8, people).unwrap();
            prop_assume!(gap <= 200.0);
            let found = gap_size(USUAL, gap, 0.95, 0.8, people).unwrap();
            prop_assert!(found.abs_diff(n) <= 1, "{} {}", found, n);
        }
    }
}
