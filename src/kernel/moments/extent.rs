//! The first pass: number, exact sum and ends.

use rayon::prelude::*;

use super::super::exact_sum::ExactSum;
use super::super::undefined::Undefined;
use super::{Centre, PART};

/// What the first pass keeps: number, exact sum and ends; merge in any order.
#[derive(Clone, Debug)]
pub struct Extent {
    pub(super) n: u64,
    sum: ExactSum,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Default for Extent {
    fn default() -> Self {
        Self { n: 0, sum: ExactSum::default(), min: f64::INFINITY, max: f64::NEG_INFINITY }
    }
}

impl Extent {
    /// The extent of these values, none of which may be NaN; of many, by all threads.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        if values.len() <= PART {
            return Self::of_part(values);
        }
        let merge = |mine: Self, other: Self| mine.merge(&other);
        values.par_chunks(PART).map(Self::of_part).reduce(Self::default, merge)
    }

    fn of_part(values: &[f64]) -> Self {
        let mut extent = Self { n: values.len() as u64, sum: ExactSum::of(values), ..Self::default() };
        for &value in values {
            extent.min = if value < extent.min { value } else { extent.min };
            extent.max = if value > extent.max { value } else { extent.max };
        }
        extent
    }

    /// The extent of both.
    #[must_use]
    pub fn merge(self, other: &Self) -> Self {
        Self {
            n: self.n + other.n,
            sum: self.sum.merge(&other.sum),
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }

    /// Number of values.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The sum, rounded once.
    ///
    /// # Errors
    /// `Overflow` beyond the largest double, `NotFinite` with an infinite value.
    pub fn sum(&self) -> Result<f64, Undefined> {
        self.sum.value().ok_or_else(|| self.reason())
    }

    fn reason(&self) -> Undefined {
        if self.min.is_finite() && self.max.is_finite() { Undefined::Overflow } else { Undefined::NotFinite }
    }

    /// The smallest and the largest value; `None` without values.
    #[must_use]
    pub fn ends(&self) -> Option<(f64, f64)> {
        // A negative zero is a zero.
        (self.n > 0).then_some((self.min + 0.0, self.max + 0.0))
    }

    /// The mean, rounded once.
    ///
    /// # Errors
    /// `TooFew` without values, `NotFinite` with an infinite one. A sum beyond the largest
    /// double is no hindrance.
    pub fn mean(&self) -> Result<f64, Undefined> {
        if self.n == 0 {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        if self.min == self.max && self.min.is_finite() {
            return Ok(self.min + 0.0);
        }
        let mean = self.sum.quotient(self.n as f64).ok_or(Undefined::NotFinite)?;
        Ok(mean.clamp(self.min, self.max))
    }

    /// What distances are measured from, and in.
    pub(in super::super) fn centre(&self) -> Result<Centre, Undefined> {
        Ok(Centre::around(self.mean()?, self.min, self.max))
    }
}
