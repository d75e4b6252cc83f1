//! Means and sums of squares of several groups, on one scale.
//!
//! Notation: `n`, `mean` and `squares = sum (x - mean)^2` of a group. The sum of squares is the
//! corrected two-pass one, as in [`moments`](crate::kernel::moments). A mean is kept as two
//! doubles, the second what rounding took from the first, so that the difference of two means
//! far from zero loses nothing: T. J. Dekker (1971), "A floating-point technique for extending
//! the available precision", Numerische Mathematik 18, 224-242.

use rayon::prelude::*;

use crate::kernel::exact_sum::ExactSum;
use crate::kernel::undefined::Undefined;

/// Values that one thread adds up at a time.
const CHUNK: usize = 1 << 15;

/// Count, mean and centred sum of squares of the members of one group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    pub(super) n: f64,
    mean: f64,
    /// What is missing from `mean`.
    mean_rest: f64,
    pub(super) squares: f64,
}

impl Spread {
    /// Of values on their own scale that are all finite; `None` for no values.
    pub(super) fn of(values: &[f64], shrink: f64) -> Option<Self> {
        let first = *values.first()?;
        let n = values.len() as f64;
        let mut sum = exact_sum(values, |value| value * shrink);
        let high = sum.value()?;
        sum.add(-high);
        let (mean, mean_rest) = divided(high, sum.value()?, n);
        // The rounded mean of equal values need not be one of them.
        if values.iter().all(|&value| value == first) {
            return Some(Self { n, mean, mean_rest, squares: 0.0 });
        }
        let squares = exact_sum(values, |value| (value * shrink - mean).powi(2)).value()?;
        let rest = exact_sum(values, |value| value * shrink - mean).value()?;
        Some(Self { n, mean, mean_rest, squares: (squares - rest * rest / n).max(0.0) })
    }

    /// The mean as a double and what is missing from it.
    pub(super) fn whole_mean(&self) -> (f64, f64) {
        (self.mean, self.mean_rest)
    }

    /// This mean minus the other.
    pub(super) fn mean_minus(&self, other: &Self) -> f64 {
        let difference = self.mean - other.mean;
        // What rounding took from that difference.
        let part = difference - self.mean;
        let lost = (self.mean - (difference - part)) - (other.mean + part);
        difference + (lost + (self.mean_rest - other.mean_rest))
    }

    /// Variance with `n - 1` below; not for groups of one.
    pub(super) fn variance(&self) -> f64 {
        self.squares / (self.n - 1.0)
    }
}

/// `(high + low) / n` as a double and what is missing from it.
fn divided(high: f64, low: f64, n: f64) -> (f64, f64) {
    let quotient = high / n;
    let rest = ((-quotient).mul_add(n, high) + low) / n;
    let mean = quotient + rest;
    (mean, rest - (mean - quotient))
}

/// The exact sum of a term of each value; the same on any number of threads.
fn exact_sum(values: &[f64], term: impl Fn(f64) -> f64 + Sync) -> ExactSum {
    let of_chunk = |chunk: &[f64]| {
        let mut sum = ExactSum::default();
        chunk.iter().for_each(|&value| sum.add(term(value)));
        sum
    };
    if values.len() <= CHUNK {
        return of_chunk(values);
    }
    values.par_chunks(CHUNK).map(of_chunk).reduce(ExactSum::default, |a, b| a.merge(&b))
}

/// The groups that have members.
#[derive(Clone, Debug)]
pub(super) struct Spreads {
    pub(super) groups: Vec<Spread>,
    pub(super) n_empty: u64,
    /// What a mean on the common scale has to be multiplied by.
    grow: f64,
}

impl Spreads {
    /// All groups divided by one power of two, so that no square overflows or vanishes.
    pub(super) fn of(groups: &[&[f64]]) -> Result<Self, Undefined> {
        let (shrink, grow) = scale(groups)?;
        let members = compared(groups)?;
        let spreads: Option<Vec<Spread>> = members.iter().map(|values| Spread::of(values, shrink)).collect();
        let n_empty = (groups.len() - members.len()) as u64;
        Ok(Self { groups: spreads.ok_or(Undefined::Overflow)?, n_empty, grow })
    }

    /// A length on the common scale in the unit of the values.
    pub(super) fn unscaled(&self, length: f64) -> Result<f64, Undefined> {
        finite(length * self.grow)
    }

    /// The mean of a group in the unit of the values.
    pub(super) fn mean(&self, group: &Spread) -> Result<f64, Undefined> {
        self.unscaled(group.mean)
    }
}

/// The number, unless it is beyond the largest double.
pub(super) fn finite(number: f64) -> Result<f64, Undefined> {
    if number.is_finite() { Ok(number) } else { Err(Undefined::Overflow) }
}

/// The groups with members; two of them at least.
pub(super) fn compared<'a>(groups: &[&'a [f64]]) -> Result<Vec<&'a [f64]>, Undefined> {
    let members: Vec<&[f64]> = groups.iter().copied().filter(|group| !group.is_empty()).collect();
    match members.len() {
        0 => Err(Undefined::TooFew { n: 0, needed: 2 }),
        1 => Err(Undefined::OneGroup),
        _ => Ok(members),
    }
}

/// Refuses values that are NaN or infinite.
pub(super) fn all_finite(groups: &[&[f64]]) -> Result<(), Undefined> {
    if groups.iter().flat_map(|group| group.iter()).all(|value| value.is_finite()) {
        Ok(())
    } else {
        Err(Undefined::NotFinite)
    }
}

/// A power of two that brings the largest value near to 1, and the one that takes it back.
pub(super) fn scale(groups: &[&[f64]]) -> Result<(f64, f64), Undefined> {
    all_finite(groups)?;
    let largest = groups.iter().flat_map(|group| group.iter()).fold(0.0_f64, |most, value| most.max(value.abs()));
    let exponent = ((largest.to_bits() >> 52) as i32 - 1023).clamp(-1000, 1000);
    Ok((2.0_f64.powi(-exponent), 2.0_f64.powi(exponent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: by hand, means of 5/3 and 4/3 above 1e15, of which a double holds eighths.
    #[test]
    fn the_difference_of_two_means_far_from_zero_is_exact() {
        let (a, b) = ([1e15 + 1.0, 1e15 + 2.0, 1e15 + 2.0], [1e15 + 1.0, 1e15 + 1.0, 1e15 + 2.0]);
        let spreads = Spreads::of(&[&a, &b]).unwrap();
        let difference = spreads.unscaled(spreads.groups[0].mean_minus(&spreads.groups[1])).unwrap();
        assert_eq!(difference, 1.0 / 3.0);
    }

    /// Oracle: by hand, sum of squares of -1.5, -0.5, 0.5, 1.5 = 5.
    #[test]
    fn squares_are_those_by_hand_on_any_scale() {
        for factor in [1.0, 2.0_f64.powi(1020), 2.0_f64.powi(-1070)] {
            let values = [1.0, 2.0, 3.0, 4.0].map(|value| value * factor);
            let spreads = Spreads::of(&[&values, &values]).unwrap();
            let unit = spreads.unscaled(1.0).unwrap();
            assert_eq!(spreads.groups[0].squares, 5.0 * (factor / unit).powi(2), "{factor}");
        }
    }

    #[test]
    fn many_values_are_added_as_few_are() {
        let values: Vec<f64> = (0..200_000).map(|i| f64::from(i % 1_000) * 0.1).collect();
        let whole = Spread::of(&values, 1.0).unwrap();
        let mut turned = values.clone();
        turned.reverse();
        let again = Spread::of(&turned, 1.0).unwrap();
        assert_eq!((whole.mean, whole.mean_rest, whole.squares), (again.mean, again.mean_rest, again.squares));
    }

    #[test]
    fn groups_without_members_are_counted() {
        assert_eq!(Spreads::of(&[&[1.0], &[], &[2.0]]).unwrap().n_empty, 1);
        assert_eq!(Spreads::of(&[&[1.0], &[]]).unwrap_err(), Undefined::OneGroup);
        assert_eq!(Spreads::of(&[]).unwrap_err(), Undefined::TooFew { n: 0, needed: 2 });
        assert_eq!(Spreads::of(&[&[1.0], &[f64::INFINITY]]).unwrap_err(), Undefined::NotFinite);
    }
}
