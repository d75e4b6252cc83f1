//! The exact sum of values in order.
//!
//! Values of one exponent lie together, so their fractions are added as whole numbers, without
//! looking at exponents: several times quicker than one by one, and as exact.

use crate::kernel::exact_sum::ExactSum;

/// Bits of a double below its exponent.
const FRACTION: u32 = 52;
/// Values whose halves of fractions, 32 bits each, add up to no more than 53 bits.
const MOST: usize = 1 << 20;
/// Fewer values than this are added one by one.
const FEW: usize = 16;
/// Exponents from here on leave no room for a sum of [`MOST`] of them.
const LARGE: u64 = 2046 - 64;

/// The sum of values in ascending order times a factor, which is a power of two or minus one.
pub(super) fn exact_sum(ascending: &[f64], factor: f64) -> ExactSum {
    let mut sum = ExactSum::default();
    let mut rest = ascending;
    while let Some(first) = rest.first() {
        let head = first.to_bits() >> FRACTION;
        let window = &rest[..rest.len().min(MOST)];
        let n = window.partition_point(|value| value.to_bits() >> FRACTION == head);
        let (block, others) = rest.split_at(n);
        if n < FEW || head & 0x7ff >= LARGE {
            block.iter().for_each(|&value| sum.add(value * factor));
        } else {
            add_block(&mut sum, block, head, factor);
        }
        rest = others;
    }
    sum
}

/// Adds values of one sign and exponent.
fn add_block(sum: &mut ExactSum, block: &[f64], head: u64, factor: f64) {
    let (mut high, mut low) = (0_u64, 0_u64);
    for value in block {
        let fraction = value.to_bits() & ((1 << FRACTION) - 1);
        high += fraction >> 32;
        low += fraction & 0xffff_ffff;
    }
    let exponent = head & 0x7ff;
    // A subnormal lacks the leading one and has the exponent of the smallest normal.
    let leading = if exponent == 0 { 0 } else { block.len() as u64 };
    let unit = exponent.max(1) as i32 - 1075;
    let sign = if head >> 11 == 1 { -factor } else { factor };
    for (whole, shift) in [(low, 0), (high, 32), (leading, FRACTION as i32)] {
        sum.add(whole as f64 * power_of_two(unit + shift) * sign);
    }
}

/// 2 to the power of -1074..=1023.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(if exponent < -1022 { 1 << (exponent + 1074) } else { ((exponent + 1023) as u64) << FRACTION })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::order::ascending;

    fn agree(values: &[f64]) {
        let values = ascending(values);
        assert_eq!(exact_sum(&values, 1.0).value(), ExactSum::of(&values).value());
        let halves: Vec<f64> = values.iter().map(|value| value * -0.5).collect();
        if values.iter().all(|value| value.abs() > 1e-300) {
            assert_eq!(exact_sum(&values, -0.5).value(), ExactSum::of(&halves).value());
        }
    }

    /// Oracle: the same sum, one by one.
    #[test]
    fn blocks_add_up_to_what_single_values_do() {
        agree(&[]);
        agree(&[f64::INFINITY; 20]);
        agree(&[f64::MAX; 40]);
        agree(&[-f64::MAX, f64::MAX].repeat(20));
        agree(&vec![0.1; 3_000_000]);
        agree(&[5e-324; 100]);
        agree(&[0.0; 100]);
        let wide = |i: i32| f64::from(i * 7_919 % 1_000 - 500) * 2.0_f64.powi(i % 4 * 500 - 1_000);
        agree(&(0..5_000).map(wide).collect::<Vec<_>>());
        let bits = |i: u64| f64::from_bits(i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 2 | 1 << 61);
        agree(&(0..5_000).map(bits).filter(|value| value.is_finite()).collect::<Vec<_>>());
        assert_eq!(
            (power_of_two(-1074), power_of_two(-1022), power_of_two(1023)),
            (5e-324, f64::MIN_POSITIVE, 2.0_f64.powi(1023))
        );
    }

    proptest! {
        #[test]
        fn any_sample_has_one_sum(values in prop::collection::vec(-1e3..1e3, 0..400), scale in -1000..1000_i32) {
            agree(&values.iter().map(|value| value * 2.0_f64.powi(scale)).collect::<Vec<_>>());
        }
    }
}
