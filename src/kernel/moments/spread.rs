//! Mean and standard deviation in one pass, about a point in the middle.
//!
//! The median is no further from the mean than a standard deviation (H. Hotelling & L. M. Solomons
//! 1932, Annals of Mathematical Statistics 3, 141-142), so that distances from it lose next to
//! nothing where their squares and the square of their mean are told apart.

use rayon::prelude::*;

use super::super::bounded_sum::BoundedSum;
use super::super::undefined::Undefined;
use super::{Centre, PART};

/// Sums of the distances from a point and of their squares; no order of the values changes them.
#[derive(Clone, Debug)]
pub struct Spread {
    n: u64,
    point: f64,
    centre: Centre,
    sums: [f64; 2],
}

impl Spread {
    /// The spread of values about their median.
    ///
    /// # Errors
    /// `TooFew` without values, `NotFinite` with NaN or an infinite one, `OutOfRange` for a point
    /// that is not between the smallest and the largest.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::kernel::moments::Spread;
    ///
    /// let spread = Spread::about(1e9 + 10.0, &[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]).unwrap();
    /// assert_eq!((spread.mean(), spread.population_sd()), (1e9 + 10.0, 22.5_f64.sqrt()));
    /// ```
    pub fn about(point: f64, values: &[f64]) -> Result<Self, Undefined> {
        if values.is_empty() {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        let ends = |values: &[f64]| {
            let wider = |(min, max, is_finite): (f64, f64, bool), &x: &f64| {
                (if x < min { x } else { min }, if x > max { x } else { max }, is_finite & x.is_finite())
            };
            values.iter().fold((f64::INFINITY, f64::NEG_INFINITY, true), wider)
        };
        let merge = |a: (f64, f64, bool), b: (f64, f64, bool)| (a.0.min(b.0), a.1.max(b.1), a.2 && b.2);
        let none = || (f64::INFINITY, f64::NEG_INFINITY, true);
        let (min, max, is_finite) = values.par_chunks(PART).map(ends).reduce(none, merge);
        if !is_finite {
            return Err(Undefined::NotFinite);
        }
        if !(min..=max).contains(&point) {
            return Err(Undefined::OutOfRange);
        }
        let centre = Centre::around(point, min, max);
        let of_part = |values: &[f64]| {
            BoundedSum::of_each(values, |value| {
                let z = centre.distance(value);
                [z, z * z]
            })
        };
        let merge = |a: [BoundedSum; 2], b: [BoundedSum; 2]| [a[0].merge(b[0]), a[1].merge(b[1])];
        let sums = values.par_chunks(PART).map(of_part).reduce(Default::default, merge);
        Ok(Self { n: values.len() as u64, point, centre, sums: sums.map(BoundedSum::value) })
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean_with(0)
    }

    /// The mean of the values and so many more that are at the point.
    #[must_use]
    pub fn mean_with(&self, n_at_point: u64) -> f64 {
        self.point + self.centre.grown(self.sums[0] / (self.n + n_at_point) as f64, 1)
    }

    /// The standard deviation, with `n` below.
    #[must_use]
    pub fn population_sd(&self) -> f64 {
        let [mean, square] = self.sums.map(|sum| sum / self.n as f64);
        self.centre.grown((square - mean * mean).max(0.0).sqrt(), 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Moments;
    use super::*;
    use crate::kernel::quantile::median_of;

    #[test]
    fn it_agrees_with_the_moments() {
        let shapes: [fn(f64) -> f64; 6] = [
            |x| x,
            |x| 1e9 + x,
            |x| (x * 9.0).exp(),
            |x| (x - 0.5) * 1e308 * 3.0,
            |x| x * 1e-310,
            |x| if x < 0.6 { 0.0 } else { x },
        ];
        for (shape, value) in shapes.into_iter().enumerate() {
            let values: Vec<f64> = (0..10_001_u64).map(|k| value((k * 7_919 % 10_001) as f64 / 10_001.0)).collect();
            let spread = Spread::about(median_of(&values).unwrap(), &values).unwrap();
            let moments = Moments::of(&values).unwrap();
            let (sd, expected) = (spread.population_sd(), moments.population_sd().unwrap());
            assert!((sd / expected - 1.0).abs() < 1e-13, "{shape}: {sd} {expected}");
            let gap = (spread.mean() - moments.mean()).abs();
            assert!(
                gap <= 1e-15 * moments.mean().abs() + 1e-15 * expected,
                "{shape}: {} {}",
                spread.mean(),
                moments.mean()
            );
        }
    }

    #[test]
    fn values_at_the_point_move_the_mean_towards_it() {
        let spread = Spread::about(2.0, &[1.0, 2.0, 6.0]).unwrap();
        assert_eq!((spread.mean(), spread.mean_with(3)), (3.0, 2.5));
        assert_eq!(Spread::about(5.0, &[5.0; 9]).unwrap().population_sd(), 0.0);
    }

    #[test]
    fn order_changes_no_bit() {
        let mut values: Vec<f64> = (0..300_000).map(|k| f64::from(k % 7_919).sqrt()).collect();
        let both = |values: &[f64]| {
            let spread = Spread::about(50.0, values).unwrap();
            (spread.mean().to_bits(), spread.population_sd().to_bits())
        };
        let expected = both(&values);
        values.reverse();
        assert_eq!(both(&values), expected);
    }

    #[test]
    fn what_has_no_spread_says_why() {
        let why = |point, values: &[f64]| Spread::about(point, values).unwrap_err();
        assert_eq!(why(0.0, &[]), Undefined::TooFew { n: 0, needed: 1 });
        assert_eq!(why(0.0, &[f64::NAN]), Undefined::NotFinite);
        assert_eq!(why(0.0, &[0.0, f64::INFINITY]), Undefined::NotFinite);
        assert_eq!(why(9.0, &[0.0, 1.0]), Undefined::OutOfRange);
    }
}
