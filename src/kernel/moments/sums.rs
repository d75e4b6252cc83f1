//! The second pass: powers of the distances from the mean.

use rayon::prelude::*;

use super::super::bounded_sum::BoundedSum;
use super::super::undefined::Undefined;
use super::{Centre, Extent, Moments, PART};

/// Sums of powers of the distances from a mean, of one slice or of many; merging is exact.
#[derive(Clone, Debug)]
pub struct CentralSums {
    centre: Centre,
    powers: [BoundedSum; 4],
}

impl CentralSums {
    /// An empty state for values whose extent is known.
    ///
    /// # Errors
    /// As [`Extent::mean`].
    pub fn about(extent: &Extent) -> Result<Self, Undefined> {
        Ok(Self { centre: extent.centre()?, powers: [BoundedSum::default(); 4] })
    }

    /// Adds values that were part of the extent; many, by all threads.
    pub fn add(&mut self, values: &[f64]) {
        let powers = self.powers_of(values);
        self.powers = std::array::from_fn(|k| self.powers[k].merge(powers[k]));
    }

    /// Adds a value so many times; the digits are those of adding it one by one.
    pub fn add_repeated(&mut self, value: f64, n: u64) {
        let powers = self.powers_of(&[value]);
        self.powers = std::array::from_fn(|k| self.powers[k].merge(powers[k].times(n)));
    }

    fn powers_of(&self, values: &[f64]) -> [BoundedSum; 4] {
        let centre = self.centre;
        let powers = |values: &[f64]| {
            BoundedSum::of_each(values, |value| {
                let z = centre.distance(value);
                let square = z * z;
                [z, square, square * z, square * square]
            })
        };
        let merge = |a: [BoundedSum; 4], b: [BoundedSum; 4]| std::array::from_fn(|k| a[k].merge(b[k]));
        if values.len() <= PART {
            powers(values)
        } else {
            values.par_chunks(PART).map(powers).reduce(Default::default, merge)
        }
    }

    /// Adds another state about the same extent.
    #[must_use]
    pub fn merge(self, other: &Self) -> Self {
        Self { centre: self.centre, powers: std::array::from_fn(|k| self.powers[k].merge(other.powers[k])) }
    }

    /// The moments, once all values of the extent have been added.
    ///
    /// # Errors
    /// As [`Extent::mean`].
    pub fn moments(&self, extent: &Extent) -> Result<Moments, Undefined> {
        let n = extent.n as f64;
        let [first, rest @ ..] = self.powers.map(|sum| sum.value() / n);
        let central = about_the_mean(first, rest);
        let mean_variance = (extent.n > 1).then(|| central[0] / (n - 1.0));
        Ok(Moments {
            n,
            n_effective: n,
            sum: extent.sum(),
            mean: extent.mean()?,
            is_constant: extent.min == extent.max,
            centre: self.centre,
            central,
            mean_variance,
        })
    }
}

/// Mean powers of the distances from the true mean, out of those from the rounded one.
pub(super) fn about_the_mean(d: f64, [second, third, fourth]: [f64; 3]) -> [f64; 3] {
    let square = d * d;
    [
        (second - square).max(0.0),
        third - 3.0 * d * second + 2.0 * square * d,
        (fourth - 4.0 * d * third + 6.0 * square * second - 3.0 * square * square).max(0.0),
    ]
}
