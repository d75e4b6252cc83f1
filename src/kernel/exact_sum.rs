//! Sums without any rounding until the end, in any order.
//!
//! Every double is a whole number times 2^-1074, so a wide enough fixed-point number holds
//! any sum of them. Method: R. M. Neal (2015), "Fast exact summation using small and large
//! superaccumulators", arXiv:1505.05571, section 3 (the small one). A term touches two of
//! the chunks; carries are passed on once in 1,024 terms.

/// Chunks of 32 bits each, from 2^-1075 up to 2^1101: 53 bits above the largest double.
const N_CHUNKS: usize = 68;
/// Terms that fit before carries have to be passed on: chunks have 10 bits to spare.
const MOST_PENDING: u32 = 1 << 10;
/// Exponent of the lowest bit of the lowest chunk.
const LOWEST: i32 = -1075;

/// An exact sum of doubles; merging and adding commute, so threads and order do no harm.
#[derive(Clone, Debug)]
pub struct ExactSum {
    chunks: [i64; N_CHUNKS],
    pending: u32,
    /// A term was infinite or NaN.
    is_undefined: bool,
}

impl Default for ExactSum {
    fn default() -> Self {
        Self { chunks: [0; N_CHUNKS], pending: 0, is_undefined: false }
    }
}

impl ExactSum {
    /// The sum of these terms.
    #[must_use]
    pub fn of(terms: &[f64]) -> Self {
        let mut sum = Self::default();
        terms.iter().for_each(|&term| sum.add(term));
        sum
    }

    /// The sum of the products of two slices, each product exact unless it is subnormal.
    #[must_use]
    pub fn of_products(left: &[f64], right: &[f64]) -> Self {
        let mut sum = Self::default();
        for (&a, &b) in left.iter().zip(right) {
            let product = a * b;
            sum.add(product);
            sum.add(a.mul_add(b, -product));
        }
        sum
    }

    /// Adds one term. An infinite one or NaN leaves the sum undefined.
    #[inline]
    pub fn add(&mut self, term: f64) {
        let bits = term.to_bits();
        let exponent = (bits >> 52 & 0x7ff) as u32;
        let fraction = (bits & ((1 << 52) - 1)) as i64;
        // A subnormal lacks the leading one and has the exponent of the smallest normal.
        let (exponent, mantissa) = match exponent {
            0x7ff => {
                self.is_undefined = true;
                return;
            }
            0 => (1, fraction),
            _ => (exponent, fraction | 1 << 52),
        };
        let (chunk, shift) = ((exponent / 32) as usize, exponent % 32);
        let low = (mantissa << shift) & 0xffff_ffff;
        let high = mantissa >> (32 - shift);
        if term.is_sign_negative() {
            self.chunks[chunk] -= low;
            self.chunks[chunk + 1] -= high;
        } else {
            self.chunks[chunk] += low;
            self.chunks[chunk + 1] += high;
        }
        self.pending += 1;
        if self.pending == MOST_PENDING {
            self.carry();
        }
    }

    /// Adds another sum.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        let mut other = other.clone();
        self.carry();
        other.carry();
        self.chunks.iter_mut().zip(other.chunks).for_each(|(mine, theirs)| *mine += theirs);
        self.is_undefined |= other.is_undefined;
        self.carry();
        self
    }

    /// Brings all chunks but the last into 0..2^32.
    fn carry(&mut self) {
        let mut over = 0;
        for chunk in &mut self.chunks[..N_CHUNKS - 1] {
            let full = *chunk + over;
            *chunk = full & 0xffff_ffff;
            over = full >> 32;
        }
        self.chunks[N_CHUNKS - 1] += over;
        self.pending = 0;
    }

    /// The sum, rounded once to the nearest double, ties to even; `None` when a term was
    /// not finite or the sum is beyond the largest double.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.scaled(0)
    }

    /// The sum over a number, where the sum itself can be beyond the largest double; `None`
    /// when a term was not finite or the quotient is beyond it.
    #[must_use]
    pub fn quotient(&self, divisor: f64) -> Option<f64> {
        // Far from both ends of the doubles, so that the sum is rounded once.
        let quotient = self.scaled(0).map(|sum| sum / divisor);
        quotient.or_else(|| self.scaled(-100).map(|sum| sum / divisor * 2.0_f64.powi(100))).filter(|q| q.is_finite())
    }

    /// The sum times 2^`exponent`, rounded once; `None` as for [`value`](Self::value).
    #[must_use]
    pub fn scaled(&self, exponent: i32) -> Option<f64> {
        if self.is_undefined {
            return None;
        }
        let mut sum = self.clone();
        sum.carry();
        let is_negative = sum.chunks[N_CHUNKS - 1] < 0;
        if is_negative {
            sum.chunks.iter_mut().for_each(|chunk| *chunk = -*chunk);
            sum.carry();
        }
        let magnitude = magnitude(&sum.chunks, exponent)?;
        Some(if is_negative { -magnitude } else { magnitude })
    }
}

/// The double nearest to chunks in 0..2^32 times 2^`shift`.
fn magnitude(chunks: &[i64; N_CHUNKS], shift: i32) -> Option<f64> {
    let Some(top) = chunks.iter().rposition(|&chunk| chunk != 0) else { return Some(0.0) };
    let chunk = |place: Option<usize>| place.map_or(0, |place| chunks[place] as u128);
    let leading = chunk(Some(top)) << 64 | chunk(top.checked_sub(1)) << 32 | chunk(top.checked_sub(2));
    let exponent = LOWEST + 32 * (top as i32 - 2) + shift;
    let rest_is_zero = chunks[..top.saturating_sub(2)].iter().all(|&chunk| chunk == 0);
    let length = (u128::BITS - leading.leading_zeros()) as i32;
    // Bits that do not fit a double, or lie below the smallest one.
    let dropped = (length - 53).max(-1074 - exponent);
    if dropped <= 0 {
        return scaled(leading, exponent);
    }
    // Below half of the smallest double.
    if dropped > length {
        return Some(0.0);
    }
    let (kept, lost) = (leading >> dropped, leading & ((1 << dropped) - 1));
    let half = 1 << (dropped - 1);
    let rounds_up = lost > half || lost == half && (!rest_is_zero || kept & 1 == 1);
    scaled(kept + u128::from(rounds_up), exponent + dropped)
}

/// `whole` times 2^`exponent`, which is a double unless it is too large.
fn scaled(whole: u128, exponent: i32) -> Option<f64> {
    // In two steps: 2^-1074 by itself is fine, 2^-1100 would not be.
    let (first, second) = (exponent.clamp(-900, 900), exponent - exponent.clamp(-900, 900));
    let value = whole as f64 * 2.0_f64.powi(first) * 2.0_f64.powi(second);
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(terms: &[f64]) -> Option<f64> {
        ExactSum::of(terms).value()
    }

    /// Oracle: exact arithmetic by hand.
    #[test]
    fn nothing_is_lost() {
        assert_eq!(sum(&[1e16, 1.0, -1e16]), Some(1.0));
        assert_eq!(sum(&[1e308, 1e308, -1e308, -1e308, 5e-324]), Some(5e-324));
        assert_eq!(sum(&[0.1; 10]), Some(1.0));
        assert_eq!(sum(&[f64::MAX, f64::MAX]), None, "beyond the largest double");
        assert_eq!(sum(&[f64::MAX, f64::MAX, -f64::MAX]), Some(f64::MAX));
        assert_eq!(sum(&[]), Some(0.0));
        assert_eq!(sum(&[-2.5, 1.0]), Some(-1.5));
        assert_eq!(sum(&[5e-324, 5e-324]), Some(1e-323));
    }

    #[test]
    fn ties_go_to_even_and_the_rest_breaks_them() {
        let one = 1.0 + f64::EPSILON;
        assert_eq!(sum(&[1.0, f64::EPSILON / 2.0]), Some(1.0));
        assert_eq!(sum(&[one, f64::EPSILON / 2.0]), Some(1.0 + 2.0 * f64::EPSILON));
        assert_eq!(sum(&[1.0, f64::EPSILON / 2.0, 5e-324]), Some(one));
    }

    #[test]
    fn what_is_not_finite_leaves_it_undefined() {
        assert_eq!(sum(&[1.0, f64::NAN]), None);
        assert_eq!(ExactSum::of(&[1.0]).merge(&ExactSum::of(&[f64::INFINITY])).value(), None);
    }

    /// 1,025 terms of the largest mantissa: one more than chunks hold without a carry.
    #[test]
    fn many_terms_do_not_overflow() {
        let large = f64::from_bits(0x43ff_ffff_ffff_ffff);
        assert_eq!(sum(&[large; 4_096]), Some(large * 4_096.0));
        assert_eq!(sum(&[-large; 4_096]), Some(-large * 4_096.0));
    }

    proptest! {
        #[test]
        fn order_and_merging_change_nothing(mut terms in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL, 0..40), at in 0_usize..40) {
            let whole = sum(&terms);
            let (left, right) = terms.split_at(at.min(terms.len()));
            prop_assert_eq!(ExactSum::of(left).merge(&ExactSum::of(right)).value(), whole);
            terms.reverse();
            prop_assert_eq!(sum(&terms), whole);
        }

        #[test]
        fn two_terms_round_as_addition_does(a in -1e300..1e300, b in prop::num::f64::NORMAL) {
            prop_assert_eq!(sum(&[a, b]), Some(a + b).filter(|sum| sum.is_finite()));
        }
    }
}
