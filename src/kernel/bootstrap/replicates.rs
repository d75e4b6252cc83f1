//! From replicates to standard error, bias and interval.

use rayon::prelude::*;

use super::draw::Draw;
use super::{Bootstrap, BootstrapEstimate, BootstrapMethod};
use crate::kernel::distribution::normal;
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::interval::{Interval, tail_share};
use crate::kernel::moments;
use crate::kernel::quantile::quantile;
use crate::kernel::undefined::Undefined;

/// Replicates this near to the estimate, in standard errors, are equal to it but for rounding: of
/// statistics with few values, such as shares, many are, and they count one half each.
const EQUAL: f64 = 1e-10;

/// The statistic of every replicate in the order of their numbers, worked out in parallel.
///
/// `scratch` makes what one thread keeps from replicate to replicate.
pub(super) fn replicates<T, S>(
    settings: &Bootstrap,
    scratch: impl Fn() -> T + Sync + Send,
    statistic: S,
) -> Vec<Result<f64, Undefined>>
where
    S: Fn(&mut T, &mut Draw) -> Result<f64, Undefined> + Sync,
{
    let numbers = (0..settings.n_replicates).into_par_iter();
    numbers
        .map_init(&scratch, |scratch, replicate| statistic(scratch, &mut Draw::of(settings.seed, replicate)))
        .collect()
}

/// Replicates that are defined, ascending, beside the estimate they are of.
#[derive(Clone, Debug)]
pub(super) struct Replicates {
    estimate: f64,
    ascending: Vec<f64>,
    n_undefined: u32,
}

impl Replicates {
    pub(super) fn new(estimate: f64, drawn: Vec<Result<f64, Undefined>>) -> Result<Self, Undefined> {
        if !estimate.is_finite() {
            return Err(Undefined::NotFinite);
        }
        let n_drawn = drawn.len();
        let mut ascending: Vec<f64> = drawn.into_iter().flatten().filter(|value| value.is_finite()).collect();
        if ascending.len() < 2 {
            return Err(Undefined::TooFew { n: ascending.len() as u64, needed: 2 });
        }
        let n_undefined = (n_drawn - ascending.len()) as u32;
        ascending.sort_unstable_by(f64::total_cmp);
        Ok(Self { estimate, ascending, n_undefined })
    }

    pub(super) fn summary<W>(
        mut self,
        settings: &Bootstrap,
        n_rows: usize,
        without: W,
    ) -> Result<BootstrapEstimate, Undefined>
    where
        W: Fn(usize) -> Result<f64, Undefined> + Sync,
    {
        let tail = tail_share(settings.conf_level)?;
        let std_error = moments::sample_sd(&self.ascending).ok_or(Undefined::Overflow)?;
        let mean = moments::mean(&self.ascending).ok_or(Undefined::Overflow)?;
        let shares = match settings.method {
            BootstrapMethod::Percentile => Ok([tail, 1.0 - tail]),
            BootstrapMethod::Bca => self.corrected([tail, 1.0 - tail], std_error, n_rows, without),
        };
        Ok(BootstrapEstimate {
            estimate: self.estimate,
            std_error,
            bias: mean - self.estimate,
            interval: shares.and_then(|shares| self.between(shares)),
            method: settings.method,
            n_replicates: settings.n_replicates,
            n_undefined: self.n_undefined,
        })
    }

    fn between(&mut self, [low, high]: [f64; 2]) -> Result<Interval, Undefined> {
        let mut end = |share: f64| quantile(&mut self.ascending, share).ok_or(Undefined::OutOfRange);
        Ok(Interval { low: end(low)?, high: end(high)? })
    }

    /// The shares at which a BCa interval ends.
    fn corrected<W>(&self, shares: [f64; 2], std_error: f64, n_rows: usize, without: W) -> Result<[f64; 2], Undefined>
    where
        W: Fn(usize) -> Result<f64, Undefined> + Sync,
    {
        let bias = self.bias_correction(std_error)?;
        let acceleration = acceleration(n_rows, without)?;
        let [low, high] = shares.map(|share| bca_share(share, bias, acceleration));
        Ok([low?, high?])
    }

    /// `z0`.
    fn bias_correction(&self, std_error: f64) -> Result<f64, Undefined> {
        let (low, high) = (self.estimate - EQUAL * std_error, self.estimate + EQUAL * std_error);
        let below = self.ascending.partition_point(|&value| value < low);
        let up_to = self.ascending.partition_point(|&value| value <= high);
        let share = (below + up_to) as f64 / (2 * self.ascending.len()) as f64;
        if share == 0.0 || share == 1.0 {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        normal::quantile(share)
    }
}

/// `Phi(z0 + (z0 + z) / (1 - a (z0 + z)))`.
pub(in crate::kernel) fn bca_share(share: f64, bias: f64, acceleration: f64) -> Result<f64, Undefined> {
    let shifted = bias + normal::quantile(share)?;
    let divisor = 1.0 - acceleration * shifted;
    if divisor <= 0.0 {
        // Past the pole of the transformation all of the distribution lies to one side.
        return Ok(if shifted > 0.0 { 1.0 } else { 0.0 });
    }
    Ok(normal::cdf(bias + shifted / divisor))
}

/// `a`, by the statistic without each row.
///
/// The deviations are divided by the largest before they are cubed, so that no power overflows.
fn acceleration<W>(n_rows: usize, without: W) -> Result<f64, Undefined>
where
    W: Fn(usize) -> Result<f64, Undefined> + Sync,
{
    let left: Vec<f64> = (0..n_rows).into_par_iter().map(&without).collect::<Result<_, _>>()?;
    let mean = moments::mean(&left).ok_or(Undefined::NotFinite)?;
    let deviations: Vec<f64> = left.iter().map(|value| mean - value).collect();
    let largest = deviations.iter().fold(0.0_f64, |most, deviation| most.max(deviation.abs()));
    // The rounded mean of equal values need not be one of them.
    if left.iter().all(|&value| value == left[0]) || largest == 0.0 {
        return Err(Undefined::Constant);
    }
    let (mut squares, mut cubes) = (ExactSum::default(), ExactSum::default());
    for deviation in deviations {
        let part = deviation / largest;
        squares.add(part * part);
        cubes.add(part * part * part);
    }
    let (squares, cubes) = squares.value().zip(cubes.value()).ok_or(Undefined::Overflow)?;
    Ok(cubes / (6.0 * squares.powf(1.5)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: by hand; the mean without 0, 0, 0, 4 is 4/3, 4/3, 4/3, 0, so d is -1/3 three times
    /// and 1: sum of cubes 24/27, of squares 4/3: a = (8/9) / (6 (4/3)^1.5).
    #[test]
    fn the_acceleration_is_that_by_hand() {
        let without = |row: usize| Ok(if row == 3 { 0.0 } else { 4.0 / 3.0 });
        let expected = 8.0 / 9.0 / (6.0 * (4.0_f64 / 3.0).powf(1.5));
        assert!((acceleration(4, without).unwrap() / expected - 1.0).abs() < 1e-14);
        let huge = |row: usize| without(row).map(|value| value * 1e300);
        assert!((acceleration(4, huge).unwrap() / expected - 1.0).abs() < 1e-14);
        assert_eq!(acceleration(4, |_| Ok(0.1)).unwrap_err(), Undefined::Constant);
        assert_eq!(acceleration(4, |_| Err(Undefined::NotPositive)).unwrap_err(), Undefined::NotPositive);
    }

    /// Oracle: mpmath 1.4.1, 40 digits, from the formula; the numbers are those of Efron &
    /// Tibshirani (1993), section 14.3, who have 0.110 and 0.985 from unrounded ones.
    #[test]
    fn the_shares_are_those_of_the_book() {
        assert!((bca_share(0.05, 0.146, 0.061).unwrap() - 0.109_856_182_555_823_45).abs() < 1e-15);
        assert!((bca_share(0.95, 0.146, 0.061).unwrap() - 0.984_477_013_084_062_7).abs() < 1e-15);
        assert!((bca_share(0.2, 0.0, 0.0).unwrap() - 0.2).abs() < 1e-15);
        assert_eq!(bca_share(0.999, 0.0, 0.5), Ok(1.0), "past the pole");
    }

    #[test]
    fn the_undefined_are_counted_and_left_out() {
        let drawn = vec![Ok(3.0), Err(Undefined::Constant), Ok(1.0), Ok(f64::NAN), Ok(2.0)];
        let found = Replicates::new(2.0, drawn).unwrap();
        assert_eq!((found.ascending.as_slice(), found.n_undefined), ([1.0, 2.0, 3.0].as_slice(), 2));
        assert_eq!(found.bias_correction(1.0), Ok(0.0));
        assert!(Replicates::new(2.0, vec![Ok(1.0), Err(Undefined::Constant)]).is_err());
        assert_eq!(Replicates::new(f64::INFINITY, vec![]).unwrap_err(), Undefined::NotFinite);
    }

    #[test]
    fn an_estimate_beyond_all_replicates_has_no_bca_interval() {
        let found = Replicates::new(9.0, vec![Ok(1.0), Ok(2.0)]).unwrap();
        let result = found.summary(&Bootstrap::new(2, 0), 3, |row| Ok(row as f64)).unwrap();
        assert_eq!(result.interval, Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!((result.bias, result.std_error), (-7.5, 0.5_f64.sqrt()));
    }
}
