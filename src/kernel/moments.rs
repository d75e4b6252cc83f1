//! Means and deviations of a sample, with exact sums.
//!
//! The sum of squares is the corrected two-pass one of T. F. Chan, G. H. Golub & R. J.
//! LeVeque (1983), "Algorithms for computing the sample variance", The American Statistician
//! 37(3), 242-247: `sum (x - m)^2 - (sum (x - m))^2 / n`, where the second term takes back
//! what the mean lost by being rounded. Both sums are exact, so no order of the values
//! changes a bit. Values are scaled by a power of two first, so that no square overflows.

use super::exact_sum::ExactSum;

/// The mean, rounded once; `None` for no values or when one is not finite.
///
/// Where the sum is too large for a double, the values are divided before they are added.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let n = values.len() as f64;
    ExactSum::of(values).value().map(|sum| sum / n).or_else(|| {
        let mut sum = ExactSum::default();
        values.iter().for_each(|value| sum.add(value / n));
        sum.value()
    })
}

/// The standard deviation of a sample, with `n - 1` below; 0 when all values are equal.
///
/// `None` for fewer than two values or when one is not finite.
#[must_use]
pub fn sample_sd(values: &[f64]) -> Option<f64> {
    if values.len() < 2 { None } else { sd(values, values.len() as f64 - 1.0) }
}

/// The standard deviation of a whole population, with `n` below; 0 when all are equal.
///
/// `None` for no values or when one is not finite.
#[must_use]
pub fn population_sd(values: &[f64]) -> Option<f64> {
    if values.is_empty() { None } else { sd(values, values.len() as f64) }
}

/// The mean distance from a centre, with an exact sum; `None` for no values, or when a
/// value or a distance is not finite.
#[must_use]
pub fn mean_absolute_deviation(values: &[f64], centre: f64) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let n = values.len() as f64;
    let mut sum = ExactSum::default();
    values.iter().for_each(|value| sum.add((value - centre).abs()));
    sum.value().map(|sum| sum / n)
}

fn sd(values: &[f64], below: f64) -> Option<f64> {
    if values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    // The rounded mean of equal values need not be one of them.
    if values.iter().all(|value| *value == values[0]) {
        return Some(0.0);
    }
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let exponent = ((largest.to_bits() >> 52) as i32 - 1023).clamp(-1000, 1000);
    let (shrink, grow) = (2.0_f64.powi(-exponent), 2.0_f64.powi(exponent));
    let mut sum = ExactSum::default();
    values.iter().for_each(|value| sum.add(value * shrink));
    let n = values.len() as f64;
    let mean = sum.value()? / n;
    let (mut squares, mut rest) = (ExactSum::default(), ExactSum::default());
    for value in values {
        let deviation = value * shrink - mean;
        squares.add(deviation * deviation);
        rest.add(deviation);
    }
    let (squares, rest) = (squares.value()?, rest.value()?);
    let variance = ((squares - rest * rest / n) / below).max(0.0);
    Some(variance.sqrt() * grow).filter(|sd| sd.is_finite())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Oracle: by hand; 2, 4, 4, 4, 5, 5, 7, 9 is the textbook sample with population sd 2.
    #[test]
    fn moments_by_hand() {
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(mean(&values), Some(5.0));
        assert_eq!(population_sd(&values), Some(2.0));
        assert_eq!(sample_sd(&values), Some((32.0_f64 / 7.0).sqrt()));
        assert_eq!(mean_absolute_deviation(&values, 5.0), Some(1.5));
    }

    #[test]
    fn a_large_offset_costs_nothing() {
        let values = [1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0];
        assert_eq!(sample_sd(&values), Some(30.0_f64.sqrt()));
        assert_eq!(sample_sd(&values.map(|value| value * 1e300)).map(f64::is_finite), None, "1e309 is no double");
    }

    #[test]
    fn the_largest_and_the_smallest_doubles_have_a_deviation() {
        assert_eq!(population_sd(&[f64::MAX, -f64::MAX]), Some(f64::MAX));
        assert_eq!(population_sd(&[5e-324, 15e-324]), Some(5e-324));
        assert_eq!(mean(&[f64::MAX, f64::MAX]), Some(f64::MAX));
    }

    #[test]
    fn equal_values_have_none() {
        assert_eq!(sample_sd(&[0.1; 7]), Some(0.0));
        assert_eq!(population_sd(&[-0.0, 0.0]), Some(0.0));
    }

    #[test]
    fn what_is_undefined_is_none() {
        assert_eq!((mean(&[]), sample_sd(&[]), sample_sd(&[1.0]), population_sd(&[])), (None, None, None, None));
        assert_eq!(population_sd(&[1.0]), Some(0.0));
        assert_eq!(mean_absolute_deviation(&[], 0.0), None);
        for bad in [f64::NAN, f64::INFINITY] {
            assert_eq!((mean(&[1.0, bad]), sample_sd(&[1.0, bad]), population_sd(&[bad])), (None, None, None));
            assert_eq!(mean_absolute_deviation(&[1.0, bad], 0.0), None);
        }
    }

    proptest! {
        #[test]
        fn no_order_of_values_changes_a_bit(mut values in prop::collection::vec(-1e12..1e12, 2..60)) {
            let forwards = (mean(&values), sample_sd(&values));
            values.reverse();
            prop_assert_eq!((mean(&values), sample_sd(&values)), forwards);
        }
    }
}
