//! Sums of any doubles in any order, in little room.
//!
//! A number line is cut into bins of 40 bits, the same for all terms. A term falls apart into its
//! whole numbers of each bin, and the three highest bins that any term has reached are kept.
//! Which these are is decided by the largest term alone, and so are the parts that are dropped:
//! neither the order of the terms nor the number of threads can change a bit. What is dropped of
//! a term is below 2^-80 of the largest. Method: J. Demmel & H. D. Nguyen (2015), "Parallel
//! reproducible summation", IEEE Transactions on Computers 64(7), 2060-2070, with bins of whole
//! numbers. Where room is no matter, [`ExactSum`](super::exact_sum::ExactSum) drops nothing.

use super::double_double::DoubleDouble;

/// Bits of a bin.
const WIDTH: i32 = 40;
/// Bins that are kept.
const N_BINS: usize = 3;

/// A sum of doubles that merges and adds in any order; up to 2^46 terms fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BinnedSum {
    /// Whole numbers of each bin, the highest first.
    bins: [i128; N_BINS],
    /// The number of the highest bin; bin 0 begins at 1.
    top: i32,
    /// A term was infinite or NaN.
    is_undefined: bool,
}

impl Default for BinnedSum {
    fn default() -> Self {
        Self { bins: [0; N_BINS], top: i32::MIN, is_undefined: false }
    }
}

impl BinnedSum {
    /// The sum of these terms.
    #[must_use]
    pub fn of(terms: &[f64]) -> Self {
        let mut sum = Self::default();
        terms.iter().for_each(|&term| sum.add(term));
        sum
    }

    /// Adds one term. An infinite one or NaN leaves the sum undefined.
    #[inline]
    pub fn add(&mut self, term: f64) {
        self.add_scaled(term, 0);
    }

    /// Adds a term times 2^`exponent`, which may lie far beyond the doubles, as squares of large
    /// numbers do.
    #[inline]
    pub fn add_scaled(&mut self, term: f64, exponent: i32) {
        match parts_of(term) {
            Some((mantissa, last)) => self.add_digits(mantissa.into(), last + exponent, term.is_sign_negative()),
            None => self.is_undefined = true,
        }
    }

    /// Adds a term times a whole number up to 2^74 times 2^`exponent`, without rounding the product to a double:
    /// of its digits the first 80 count. A larger number leaves the sum undefined.
    #[inline]
    pub fn add_product(&mut self, term: f64, whole: u128, exponent: i32) {
        let product = parts_of(term).and_then(|(digits, last)| Some((u128::from(digits).checked_mul(whole)?, last)));
        match product {
            Some((digits, last)) => self.add_digits(digits, last + exponent, term.is_sign_negative()),
            None => self.is_undefined = true,
        }
    }

    /// Adds a whole number times 2^`last`; of more than 80 digits the last ones are dropped, which lie where no
    /// bin is kept.
    #[inline]
    fn add_digits(&mut self, digits: u128, last: i32, is_negative: bool) {
        if digits == 0 {
            return;
        }
        let n_excess = (128 - digits.leading_zeros()).saturating_sub(2 * WIDTH as u32);
        let (digits, last) = (digits >> n_excess, last + n_excess as i32);
        let bin = last.div_euclid(WIDTH);
        // At most 120 bits from the bin of the last bit on, so three bins.
        let digits = digits << last.rem_euclid(WIDTH);
        let part = |at: i32| (digits >> (at * WIDTH) & ((1 << WIDTH) - 1)) as i128;
        let parts = [part(2), part(1), part(0)];
        let n_empty = parts.iter().take_while(|&&part| part == 0).count();
        self.raise(bin + 2 - n_empty as i32);
        for (place, part) in (self.top - bin - 2..).zip(parts) {
            if let Some(kept) = usize::try_from(place).ok().and_then(|place| self.bins.get_mut(place)) {
                *kept += if is_negative { -part } else { part };
            }
        }
    }

    /// Makes a bin one of those that are kept.
    #[inline]
    fn raise(&mut self, top: i32) {
        let [first, second, _] = self.bins;
        match top.saturating_sub(self.top) {
            ..=0 => return,
            1 => self.bins = [0, first, second],
            2 => self.bins = [0, 0, first],
            3.. => self.bins = [0; N_BINS],
        }
        self.top = top;
    }

    /// Adds another sum.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        let top = self.top.max(other.top);
        self.raise(top);
        other.raise(top);
        self.bins.iter_mut().zip(other.bins).for_each(|(mine, theirs)| *mine += theirs);
        self.is_undefined |= other.is_undefined;
        self
    }

    /// The sum; `None` when a term was not finite or the sum is beyond the largest double.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.scaled(0)
    }

    /// The sum times 2^`exponent`; `None` as for [`value`](Self::value).
    #[must_use]
    pub fn scaled(&self, exponent: i32) -> Option<f64> {
        if self.is_undefined {
            return None;
        }
        let [mut high, mut middle, mut low] = self.bins;
        if self.bins == [0; N_BINS] {
            return Some(0.0);
        }
        middle += low >> WIDTH;
        low &= (1 << WIDTH) - 1;
        high += middle >> WIDTH;
        middle &= (1 << WIDTH) - 1;
        let lowest = WIDTH * (self.top - 2) + exponent;
        // A large highest bin has all the digits of a double beside the middle one.
        let two = high << WIDTH | middle;
        let is_small = two.abs() < 1 << 86;
        let (whole, last) = if is_small { (two << WIDTH | low, lowest) } else { (two, lowest + WIDTH) };
        let value = times_power(whole as f64, last);
        value.is_finite().then_some(value)
    }

    /// The sum times 2^`exponent` with all digits that are kept; `None` as for [`value`](Self::value).
    ///
    /// For differences of sums that are nearly equal.
    #[must_use]
    pub fn scaled_exactly(&self, exponent: i32) -> Option<DoubleDouble> {
        /// Digits that a double holds.
        const DIGITS: i32 = 52;
        if self.is_undefined {
            return None;
        }
        if self.bins == [0; N_BINS] {
            return Some(DoubleDouble::default());
        }
        let mut sum = DoubleDouble::default();
        for (bin, &whole) in (0..).zip(&self.bins) {
            let last = WIDTH * (self.top - bin) + exponent;
            let (high, low) = (whole >> DIGITS, whole & ((1 << DIGITS) - 1));
            sum += DoubleDouble::from(times_power(high as f64, last + DIGITS));
            sum += DoubleDouble::from(times_power(low as f64, last));
        }
        sum.value().is_finite().then_some(sum)
    }

    /// The exponent of a power of two near the sum's largest term; 0 without one.
    #[must_use]
    pub fn exponent(&self) -> i32 {
        if self.top == i32::MIN { 0 } else { WIDTH * self.top }
    }
}

/// The digits of a number and the exponent of the last one; `None` for one that is not finite.
#[inline]
fn parts_of(term: f64) -> Option<(u64, i32)> {
    let bits = term.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    match exponent {
        0x7ff => None,
        // A subnormal lacks the leading digit.
        0 => Some((fraction, -1074)),
        _ => Some((fraction | 1 << 52, exponent - 1075)),
    }
}

/// A number times a power of two, in steps, as neither the power nor what is on the way need be a
/// double.
fn times_power(mut value: f64, mut exponent: i32) -> f64 {
    const STEP: i32 = 900;
    while exponent.abs() > STEP && value != 0.0 && value.is_finite() {
        let step = STEP * exponent.signum();
        value *= 2.0_f64.powi(step);
        exponent -= step;
    }
    value * 2.0_f64.powi(exponent.clamp(-STEP, STEP))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::exact_sum::ExactSum;
    use super::*;

    fn sum(terms: &[f64]) -> Option<f64> {
        BinnedSum::of(terms).value()
    }

    /// Oracle: exact arithmetic by hand.
    #[test]
    fn sums_by_hand() {
        assert_eq!(sum(&[]), Some(0.0));
        assert_eq!(sum(&[0.1; 10]), Some(1.0));
        assert_eq!(sum(&[1e16, 1.0, -1e16]), Some(1.0));
        assert_eq!(sum(&[-2.5, 1.0]), Some(-1.5));
        assert_eq!(sum(&[5e-324, 5e-324]), Some(1e-323));
        assert_eq!(sum(&[f64::MAX, -f64::MAX]), Some(0.0));
        assert_eq!(sum(&[f64::MAX, f64::MAX]), None, "beyond the largest double");
        assert_eq!(sum(&[1.0, f64::NAN]), None);
        assert_eq!(BinnedSum::of(&[1.0]).merge(BinnedSum::of(&[f64::INFINITY])).value(), None);
        assert_eq!(sum(&[-0.0, 0.0]), Some(0.0));
    }

    /// Oracle: whole numbers by hand; (2^53 - 1) (2^46 - 1) = 2^99 - 2^53 - 2^46 + 1.
    #[test]
    fn products_and_sums_keep_more_digits_than_a_double() {
        let (term, whole) = (9_007_199_254_740_991.0, (1 << 46) - 1);
        for sign in [1.0, -1.0] {
            let mut sum = BinnedSum::default();
            sum.add_product(sign * term, whole, 3);
            sum.add_scaled(-sign * 2.0_f64.powi(99), 3);
            sum.add_scaled(sign * (2.0_f64.powi(53) + 2.0_f64.powi(46)), 3);
            // Of 99 digits the first 80 are kept, so that 2^19 is left of them at the most.
            assert!(sum.scaled(-3).unwrap().abs() <= 2.0_f64.powi(19), "{sum:?}");
        }
        let mut sum = BinnedSum::default();
        (0..1_000).for_each(|_| sum.add_product(0.75, 1 << 40, -40));
        sum.add_product(f64::NAN, 0, 0);
        assert_eq!((sum.value(), sum.scaled_exactly(0)), (None, None));
        let sum = BinnedSum::of(&[1e16, 1.0, 2.0_f64.powi(-30)]);
        let rest = sum.scaled_exactly(0).unwrap() - DoubleDouble::from(1e16);
        assert_eq!(rest.value(), 1.0 + 2.0_f64.powi(-30));
        assert_eq!(BinnedSum::default().scaled_exactly(7), Some(DoubleDouble::default()));
        let negative = BinnedSum::of(&[-2.5, 0.25]).scaled_exactly(1).unwrap();
        assert_eq!(negative.value(), -4.5);
    }

    #[test]
    fn terms_far_below_the_largest_are_dropped_in_any_order() {
        assert_eq!(sum(&[1e300, 1.0, -1e300]), Some(0.0));
        assert_eq!(sum(&[1.0, 1e300, -1e300]), Some(0.0));
        assert_eq!(sum(&[1e300, -1e300, 1.0]), Some(0.0));
    }

    /// Oracle: by hand; squares of 1e200 and 1e-200 are no doubles.
    #[test]
    fn terms_beyond_the_doubles_are_summed() {
        let mut sum = BinnedSum::default();
        sum.add_scaled(1.5, 3_000);
        sum.add_scaled(0.25, 3_000);
        assert_eq!((sum.value(), sum.scaled(-3_000)), (None, Some(1.75)));
        let mut tiny = BinnedSum::default();
        tiny.add_scaled(3.0, -3_000);
        assert_eq!((tiny.value(), tiny.scaled(3_001)), (Some(0.0), Some(6.0)));
        assert_eq!((BinnedSum::default().exponent(), BinnedSum::of(&[2.0_f64.powi(80)]).exponent()), (0, 80));
    }

    proptest! {
        #[test]
        fn order_and_merging_change_nothing(
            mut terms in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL, 0..40),
            at in 0_usize..40,
        ) {
            let whole = sum(&terms);
            let (left, right) = terms.split_at(at.min(terms.len()));
            prop_assert_eq!(BinnedSum::of(left).merge(BinnedSum::of(right)).value(), whole);
            terms.reverse();
            prop_assert_eq!(sum(&terms), whole);
        }

        #[test]
        fn sums_without_cancellation_have_all_digits(terms in prop::collection::vec(0.0..1e9_f64, 1..200)) {
            let exact = ExactSum::of(&terms).value().unwrap();
            prop_assert!((sum(&terms).unwrap() - exact).abs() <= exact * f64::EPSILON);
        }
    }
}
