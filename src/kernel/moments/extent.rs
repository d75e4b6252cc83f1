//! The first pass: number, exact sum and ends.

use rayon::prelude::*;

use super::super::exact_sum::ExactSum;
use super::super::undefined::Undefined;
use super::{Centre, PART};

/// What the first pass keeps: number, exact sum and ends; merge in any order.
#[derive(Clone, Debug)]
pub struct Extent {
    pub(super) n: u64,
    pub(super) sum: ExactSum,
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
        let mut extent = Self::default();
        extent.add(values);
        extent
    }

    /// Adds values, none of which may be NaN.
    pub fn add(&mut self, values: &[f64]) {
        self.n += values.len() as u64;
        values.iter().for_each(|&value| self.sum.add(value));
        for &value in values {
            self.min = if value < self.min { value } else { self.min };
            self.max = if value > self.max { value } else { self.max };
        }
    }

    /// Adds a value so many times; the digits are those of adding it one by one.
    pub fn add_repeated(&mut self, value: f64, n: u64) {
        if n == 0 {
            return;
        }
        self.n += n;
        let product = value * n as f64;
        if product.is_finite() {
            self.sum.add(product);
            self.sum.add(value.mul_add(n as f64, -product));
        } else {
            (0..n).for_each(|_| self.sum.add(value));
        }
        self.min = if value < self.min { value } else { self.min };
        self.max = if value > self.max { value } else { self.max };
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn repeating_a_value_is_adding_it_one_by_one(values in prop::collection::vec((prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL, 0_u64..9), 0..20)) {
            let mut found = Extent::default();
            values.iter().for_each(|&(value, n)| found.add_repeated(value, n));
            let each: Vec<f64> = values.iter().flat_map(|&(value, n)| std::iter::repeat_n(value, n as usize)).collect();
            let expected = Extent::of(&each);
            prop_assert_eq!((found.n(), found.sum(), found.ends()), (expected.n(), expected.sum(), expected.ends()));
            prop_assert_eq!(found.mean(), expected.mean());
        }
    }
}
