//! Sums of any doubles in any order, in little room.
//!
//! A number line is cut into bins of 40 bits, the same for all terms. A term falls apart into its
//! whole numbers of each bin, and the three highest bins that any term has reached are kept.
//! Which these are is decided by the largest term alone, and so are the parts that are dropped:
//! neither the order of the terms nor the number of threads can change a bit. What is dropped of
//! a term is below 2^-80 of the largest. Method: J. Demmel & H. D. Nguyen (2015), "Parallel
//! reproducible summation", IEEE Transactions on Computers 64(7), 2060-2070, with bins of whole
//! numbers. Where room is no matter, [`ExactSum`](super::exact_sum::ExactSum) drops nothing.

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
        let bits = term.to_bits();
        let own_exponent = (bits >> 52 & 0x7ff) as i32;
        let fraction = bits & ((1 << 52) - 1);
        // The exponent of the last bit; a subnormal lacks the leading one.
        let (mantissa, last) = match own_exponent {
            0x7ff => {
                self.is_undefined = true;
                return;
            }
            0 if fraction == 0 => return,
            0 => (fraction, -1074),
            _ => (fraction | 1 << 52, own_exponent - 1075),
        };
        let last = last + exponent;
        let bin = last.div_euclid(WIDTH);
        // At most 92 bits from the bin of the last bit on, so three bins.
        let digits = u128::from(mantissa) << last.rem_euclid(WIDTH);
        let part = |at: i32| (digits >> (at * WIDTH) & ((1 << WIDTH) - 1)) as i128;
        let parts = [part(2), part(1), part(0)];
        let n_empty = parts.iter().take_while(|&&part| part == 0).count();
        self.raise(bin + 2 - n_empty as i32);
        for (place, part) in (self.top - bin - 2..).zip(parts) {
            if let Some(kept) = usize::try_from(place).ok().and_then(|place| self.bins.get_mut(place)) {
                *kept += if term.is_sign_negative() { -part } else { part };
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

    /// The exponent of a power of two near the sum's largest term; 0 without one.
    #[must_use]
    pub fn exponent(&self) -> i32 {
        if self.top == i32::MIN { 0 } else { WIDTH * self.top }
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
