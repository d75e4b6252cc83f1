//! Exact sums of positive doubles of about one size, in sixteen bytes each.
//!
//! Doubles within a factor of 2^34 of each other are whole numbers of one common unit that fit 87
//! bits, so that 2^40 of them can be added up in 128. As nothing is rounded before the end, neither
//! the order of the terms nor the grid they are counted on changes a digit; a term that does not
//! fit is told apart, for an [`ExactSum`] to take.

use super::exact_sum::ExactSum;

/// Powers of two between the units of the smallest and the largest terms that fit.
const MOST_SHIFT: i32 = 34;
/// Of these, so many are for terms larger than the one that the grid was made for.
const ABOVE: i32 = 7;
/// Bits of the mantissa behind the point.
const FRACTION_BITS: i32 = 52;
/// Exponent field of the doubles in 1..2.
const BIAS: i32 = 1023;

/// The unit that terms are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositiveGrid {
    /// The unit is 2 to this power.
    exponent: i32,
}

impl PositiveGrid {
    /// A grid for terms from 2^-27 to 2^7 times a positive one that is neither within 2^40 of the
    /// largest double nor below the smallest normal one.
    #[must_use]
    pub fn around(term: f64) -> Self {
        let exponent = field_of(term) - BIAS - FRACTION_BITS + ABOVE - MOST_SHIFT;
        // So that no term that fits is subnormal or infinite.
        Self { exponent: exponent.clamp(1 - BIAS - FRACTION_BITS, 0x7fe - BIAS - FRACTION_BITS - MOST_SHIFT) }
    }

    /// A positive term as a whole number of units; `None` for all that does not fit, negative
    /// terms, zeros and NaN among it.
    #[inline(always)]
    #[must_use]
    pub fn units(self, term: f64) -> Option<i128> {
        let shift = field_of(term) - BIAS - FRACTION_BITS - self.exponent;
        if !(0..=MOST_SHIFT).contains(&shift) {
            return None;
        }
        let mantissa = term.to_bits() & ((1 << FRACTION_BITS) - 1) | 1 << FRACTION_BITS;
        // In words, as the shift is known to be less than one.
        let (low, high) = (mantissa << shift, mantissa >> 1 >> (63 - shift));
        Some((u128::from(high) << 64 | u128::from(low)) as i128)
    }

    /// Adds a number of units to a sum, without rounding.
    pub fn add_to(self, units: i128, sum: &mut ExactSum) {
        /// Bits that a double holds with room to spare.
        const PIECE: i32 = 43;
        let magnitude = units.unsigned_abs();
        for piece in 0..3 {
            let bits = magnitude >> (piece * PIECE) & ((1 << PIECE) - 1);
            let term = power_of_two(bits as f64, self.exponent + piece * PIECE);
            sum.add(if units < 0 { -term } else { term });
        }
    }

    /// A number of units as the nearest double; infinite beyond the largest one.
    #[must_use]
    pub fn value(self, units: i128) -> f64 {
        power_of_two(units as f64, self.exponent)
    }
}

/// The exponent field of a double, and above it the sign.
#[inline(always)]
fn field_of(term: f64) -> i32 {
    (term.to_bits() >> FRACTION_BITS) as i32
}

/// `value` times 2^`exponent`, in steps that keep within the doubles.
fn power_of_two(value: f64, exponent: i32) -> f64 {
    let half = exponent / 2;
    value * 2.0_f64.powi(half) * 2.0_f64.powi(exponent - half)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sums_are_exact() {
        let grid = PositiveGrid::around(1.6191);
        // Oracle: exact arithmetic; ten times the double next to 0.1 is 1 and 5.55e-17.
        let units: i128 = (0..10).map(|_| grid.units(0.1).unwrap()).sum();
        assert_eq!(grid.value(units), 1.0);
        let mut exact = ExactSum::default();
        grid.add_to(units, &mut exact);
        exact.add(-1.0);
        assert_eq!(exact.value(), Some(5.551115123125783e-17));
    }

    #[test]
    fn a_trillion_of_the_largest_terms_fit() {
        let largest = 255.999;
        let units = PositiveGrid::around(1.5).units(largest).unwrap();
        assert!(units.checked_mul(1 << 40).is_some());
        assert_eq!(PositiveGrid::around(1.5).value(units), largest);
    }

    #[test]
    fn what_does_not_fit_is_told_apart() {
        let grid = PositiveGrid::around(1.0);
        for term in [0.0, -0.0, -1.0, 256.0, 1e300, 5e-324, 7e-9, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN]
        {
            assert_eq!(grid.units(term), None, "{term}");
        }
        for about in [f64::MAX, 1e-320, 5e-324, f64::MIN_POSITIVE, 0.0, -1.0, f64::NAN, f64::INFINITY] {
            for term in [f64::INFINITY, f64::NAN, -1.0, f64::MIN, -0.0, 0.0, 5e-324, 1e-310] {
                assert_eq!(PositiveGrid::around(about).units(term), None, "{term} about {about}");
            }
        }
        for term in [255.9, 1.0, 8e-9] {
            assert_eq!(grid.units(term).map(|units| grid.value(units)), Some(term), "{term}");
        }
    }

    proptest! {
        #[test]
        fn grids_differ_and_sums_do_not(terms in prop::collection::vec(1.0_f64..100.0, 1..50), about in 0.5_f64..50.0, exponent in -450_i32..450) {
            let terms: Vec<f64> = terms.iter().map(|term| term * 2.0_f64.powi(exponent)).collect();
            let exact = ExactSum::of(&terms).value().unwrap();
            for about in [about, terms[0] / 2.0_f64.powi(exponent)] {
                let grid = PositiveGrid::around(about * 2.0_f64.powi(exponent));
                let units: i128 = terms.iter().map(|&term| grid.units(term).unwrap()).sum();
                prop_assert_eq!(grid.value(units), exact);
                let mut again = ExactSum::default();
                grid.add_to(units, &mut again);
                prop_assert_eq!(again.value(), Some(exact));
            }
        }
    }
}
