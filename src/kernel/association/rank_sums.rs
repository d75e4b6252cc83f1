//! Sums of products of ranks, exact in whole numbers.
//!
//! Notation: a run of equal values at the positions `lo..hi` of `n` rows in order has the mid
//! rank `(lo + hi + 1) / 2`. Twice that less its mean is the centred rank `d = lo + hi - n`, a
//! whole number in `-n..n`; over all rows `sum d = 0` and, with c rows of each value,
//! `sum d^2 = (n^3 - sum c^3) / 3`. So Spearman's coefficient is a ratio of whole numbers.

use super::ranked::Within;

/// Products that are summed at once in doubles, in lanes for vector instructions.
const BLOCK: usize = 1024;
/// Lanes of running sums.
const LANES: usize = 8;
/// Whole numbers up to here are exact in a double.
const EXACT: u64 = 1 << 53;

/// `sum a b` of centred ranks of `n` rows, `n` below 2^31, over the first `length` rows of two
/// columns, of which `n` count; one that does not has the rank 0 in one of them.
pub(super) fn products(a: &Within<'_>, b: &Within<'_>, length: usize, n: u64) -> i128 {
    if let (Within::All(a), Within::All(b)) = (a, b) {
        return (0..length.div_ceil(BLOCK))
            .map(|at| at * BLOCK..length.min((at + 1) * BLOCK))
            .map(|rows| sum(&a[rows.clone()], &b[rows], n))
            .sum();
    }
    let (mut of_a, mut of_b) = ([0; BLOCK], [0; BLOCK]);
    let block = |start: usize| {
        let rows = BLOCK.min(length - start);
        a.write(start, &mut of_a[..rows]);
        b.write(start, &mut of_b[..rows]);
        sum(&of_a[..rows], &of_b[..rows], n)
    };
    (0..length).step_by(BLOCK).map(block).sum()
}

/// `sum a b` of some centred ranks of `n` rows.
fn sum(a: &[i32], b: &[i32], n: u64) -> i128 {
    // No running sum of a block may pass 2^53; a lane takes one product in eight.
    let most = (EXACT / (n * n).max(1)) as usize;
    if most == 0 {
        return a.iter().zip(b).map(|(&a, &b)| i128::from(i64::from(a) * i64::from(b))).sum();
    }
    let block = BLOCK.min(most * LANES);
    a.chunks(block).zip(b.chunks(block)).map(|(a, b)| i128::from(block_sum(a, b))).sum()
}

fn block_sum(a: &[i32], b: &[i32]) -> i64 {
    let mut lanes = [0.0_f64; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: i64 = a.remainder().iter().zip(b.remainder()).map(|(&a, &b)| i64::from(a) * i64::from(b)).sum();
    for (a, b) in a.zip(b) {
        for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += f64::from(a) * f64::from(b);
        }
    }
    rest + lanes.iter().map(|&lane| lane as i64).sum::<i64>()
}

/// `sum d^2` of the centred ranks of `n` rows whose values have `c` rows each, from `sum c^3`.
pub(super) fn squares(n: u64, sum_of_cubes: u128) -> u128 {
    (u128::from(n).pow(3) - sum_of_cubes) / 3
}

/// The share of one column's squares that the other leaves, `1 - r^2 = (xx yy - xy^2) / (xx yy)`,
/// without cancellation.
pub(super) fn unexplained(xx: u128, yy: u128, xy: i128) -> f64 {
    let (high, low) = wide_product(xx, yy);
    let (high_taken, low_taken) = wide_product(xy.unsigned_abs(), xy.unsigned_abs());
    let (left, borrows) = low.overflowing_sub(low_taken);
    // By Cauchy and Schwarz the difference is not negative.
    let left_high = high.saturating_sub(high_taken).saturating_sub(u128::from(borrows));
    let number = |high: u128, low: u128| high as f64 * 2.0_f64.powi(128) + low as f64;
    number(left_high, left) / number(high, low)
}

/// The product of two numbers below 2^96, in two words of 128 bits.
fn wide_product(a: u128, b: u128) -> (u128, u128) {
    const HALF: u32 = 64;
    const LOW: u128 = u64::MAX as u128;
    let (a_high, a_low, b_high, b_low) = (a >> HALF, a & LOW, b >> HALF, b & LOW);
    // Below 2^97: the high halves are below 2^32.
    let middle = a_high * b_low + a_low * b_high;
    let (low, carries) = (a_low * b_low).overflowing_add(middle << HALF);
    (a_high * b_high + (middle >> HALF) + u128::from(carries), low)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Oracle: by hand; sums of equal products.
    #[test]
    fn no_length_and_no_size_costs_a_digit() {
        for n in [3, 1_000, 1 << 20, 1 << 25, 1 << 26, (1 << 31) - 1_u64] {
            let d = (n - 1) as i32;
            let expected = i128::from(d).pow(2) * 10_007;
            let (up, down) = (Within::All(&[d; 10_007]), Within::All(&[-d; 10_007]));
            assert_eq!(products(&up, &up, 10_007, n), expected, "{n}");
            assert_eq!(products(&up, &down, 10_007, n), -expected, "{n}");
        }
        assert_eq!(products(&Within::All(&[]), &Within::All(&[]), 0, 0), 0);
    }

    /// Oracle: by hand; ranks 1..=n against themselves with the last two exchanged lose 8 of
    /// `sum d^2`, so 1 - r^2 = (8 / s) (2 - 8 / s) with s = sum d^2 / ... in whole numbers.
    #[test]
    fn one_exchange_among_many_rows_is_not_lost() {
        let s = squares(1 << 30, 1 << 30);
        let left = unexplained(s, s, s as i128 - 8);
        let expected = 16.0 / s as f64;
        assert!((left / expected - 1.0).abs() < 1e-15, "{left} {expected}");
        assert_eq!(unexplained(s, s, -(s as i128)), 0.0);
        assert_eq!(unexplained(s, s, 0), 1.0);
    }

    proptest! {
        #[test]
        fn wide_products_agree_with_narrow_ones(a in 0_u128..1 << 96, b in 0_u128..1 << 32) {
            prop_assert_eq!(wide_product(a, b), (0, a * b));
            let (high, low) = wide_product(a, b << 64);
            prop_assert_eq!((high, low), ((a * b) >> 64, (a * b) << 64));
        }
    }
}
