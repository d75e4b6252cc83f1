//! Mean and standard deviation in one pass, about a point in the middle.
//!
//! The median is no further from the mean than a standard deviation (H. Hotelling & L. M. Solomons
//! 1932, Annals of Mathematical Statistics 3, 141-142), so that distances from it lose next to
//! nothing where their squares and the square of their mean are told apart.

use rayon::prelude::*;

use super::super::bounded_sum::{BoundedSum, LANES};
use super::super::undefined::Undefined;
use super::super::wide::{Loop, wide};
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
        let Ends { min, max, is_finite } = values.par_chunks(PART).map(Ends::of).reduce(Ends::default, Ends::merge);
        if !is_finite {
            return Err(Undefined::NotFinite);
        }
        if !(min..=max).contains(&point) {
            return Err(Undefined::OutOfRange);
        }
        let centre = Centre::around(point, min, max);
        let of_part = |values: &[f64]| {
            let mut sums = [BoundedSum::default(); 2];
            wide(Distances { centre, values, sums: &mut sums });
            sums
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

/// The smallest and the largest of values, and whether all are finite.
#[derive(Clone, Copy, Debug)]
struct Ends {
    min: f64,
    max: f64,
    is_finite: bool,
}

impl Default for Ends {
    fn default() -> Self {
        Self { min: f64::INFINITY, max: f64::NEG_INFINITY, is_finite: true }
    }
}

impl Ends {
    fn of(values: &[f64]) -> Self {
        let (mut ends, (whole, rest)) = (Self::default(), values.as_chunks());
        wide(EndsOf { whole, ends: &mut ends });
        rest.iter().fold(ends, |ends, &x| ends.merge(Self { min: x, max: x, is_finite: x.is_finite() }))
    }

    fn merge(self, other: Self) -> Self {
        Self {
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            is_finite: self.is_finite && other.is_finite,
        }
    }
}

struct EndsOf<'a> {
    whole: &'a [[f64; LANES]],
    ends: &'a mut Ends,
}

impl Loop for EndsOf<'_> {
    #[inline(always)]
    fn run(self) {
        let (mut min, mut max) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        // Nothing is left of finite numbers, and NaN of others.
        let mut left = [0.0; LANES];
        for chunk in self.whole {
            for (lane, &x) in chunk.iter().enumerate() {
                min[lane] = if x < min[lane] { x } else { min[lane] };
                max[lane] = if x > max[lane] { x } else { max[lane] };
                left[lane] += x * 0.0;
            }
        }
        for lane in 0..LANES {
            *self.ends = self.ends.merge(Ends { min: min[lane], max: max[lane], is_finite: left[lane] == 0.0 });
        }
    }
}

/// The sums of the distances of values and of their squares.
struct Distances<'a> {
    centre: Centre,
    values: &'a [f64],
    sums: &'a mut [BoundedSum; 2],
}

impl Loop for Distances<'_> {
    #[inline(always)]
    fn run(self) {
        *self.sums = BoundedSum::of_each(self.values, |value| {
            let z = self.centre.distance(value);
            [z, z * z]
        });
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
