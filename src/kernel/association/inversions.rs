//! Pairs that stand in the wrong order, counted while sorting by digits.
//!
//! W. R. Knight (1966), "A computer method for calculating Kendall's tau with ungrouped data",
//! Journal of the American Statistical Association 61(314), 436-439, counts while merging. Here
//! values are parted by their highest digit: those that come earlier with a larger digit are in
//! the wrong order, and pairs with the same digit are looked at within their part. How many came
//! with a larger digit is kept for each half of the digit, so that few counters change with each.

use rayon::prelude::*;

/// Values of which all pairs are compared.
const FEW: usize = 32;
/// Bits of half a digit.
const HALF: u32 = 4;
/// What half a digit can be.
const N_HALVES: usize = 1 << HALF;
/// What a digit can be.
const N_DIGITS: usize = N_HALVES * N_HALVES;
/// Values from which on threads share the parts.
const SHARED: usize = 1 << 16;

/// What is added to the counters below each half digit.
const BELOW: [[u32; N_HALVES]; N_HALVES] = {
    let mut below = [[0; N_HALVES]; N_HALVES];
    let mut digit = 0;
    while digit < N_HALVES {
        let mut lower = 0;
        while lower < digit {
            below[digit][lower] = 1;
            lower += 1;
        }
        digit += 1;
    }
    below
};

/// Counts the pairs `i < j` with `values[i] > values[j]` of values below `limit`, under 2^32 of
/// them; leaves the values in another order.
pub(super) fn inversions(values: &mut [u32], limit: usize) -> u64 {
    let mut spare = vec![0; values.len()];
    let bits = usize::BITS - limit.saturating_sub(1).leading_zeros();
    count(values, &mut spare, bits)
}

/// Counts among values that differ in their lowest `bits` bits only.
fn count(values: &mut [u32], spare: &mut [u32], bits: u32) -> u64 {
    if values.len() <= FEW {
        return count_few(values);
    }
    if bits == 0 {
        return 0;
    }
    // Digits that leave parts in which all pairs are compared are wide enough.
    let width = (values.len().ilog2() - HALF + 1).min(2 * HALF).min(bits);
    let shift = bits - width;
    let mask = (1 << width) - 1;
    let sizes = sizes(values, shift, mask);
    let between = part(values, spare, &sizes, |value| (value >> shift & mask) as usize);
    let is_shared = values.len() >= SHARED;
    let mut parts = Vec::with_capacity(if is_shared { N_DIGITS } else { 0 });
    let (mut from, mut to) = (spare, values);
    let mut within = 0;
    for size in sizes.into_iter().filter(|&size| size > 0) {
        let (part, others) = from.split_at_mut(size as usize);
        let (room, other_room) = to.split_at_mut(size as usize);
        (from, to) = (others, other_room);
        if is_shared {
            parts.push((part, room));
        } else {
            within += count(part, room, shift);
        }
    }
    between + within + parts.into_par_iter().map(|(part, room)| count(part, room, shift)).sum::<u64>()
}

/// Values of each digit.
fn sizes(values: &[u32], shift: u32, mask: u32) -> [u32; N_DIGITS] {
    let mut sizes = [0; N_DIGITS];
    values.iter().for_each(|value| sizes[(value >> shift & mask) as usize % N_DIGITS] += 1);
    sizes
}

/// Parts values by their digits, and counts the pairs in which the larger digit comes first.
fn part(values: &[u32], parts: &mut [u32], sizes: &[u32; N_DIGITS], digit: impl Fn(u32) -> usize) -> u64 {
    let mut places = [0_u32; N_DIGITS];
    let mut next = 0;
    for (place, size) in places.iter_mut().zip(sizes) {
        *place = next;
        next += size;
    }
    // How many values had a larger high half, and the same high half with a larger low half.
    let mut by_high = [0_u32; N_HALVES];
    let mut by_low = [[0_u32; N_HALVES]; N_HALVES];
    let mut count = 0;
    for &value in values {
        let digit = digit(value) % N_DIGITS;
        let (high, low) = (digit / N_HALVES, digit % N_HALVES);
        let near = &mut by_low[high];
        count += u64::from(by_high[high]) + u64::from(near[low]);
        by_high.iter_mut().zip(&BELOW[high]).for_each(|(counter, below)| *counter += below);
        near.iter_mut().zip(&BELOW[low]).for_each(|(counter, below)| *counter += below);
        let place = &mut places[digit];
        parts[*place as usize] = value;
        *place += 1;
    }
    count
}

/// Compares all pairs.
fn count_few(values: &[u32]) -> u64 {
    let larger = |end: usize| values[..end].iter().map(|&before| u32::from(before > values[end])).sum::<u32>();
    (1..values.len()).map(larger).map(u64::from).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn counts_by_hand() {
        assert_eq!(inversions(&mut [], 0), 0);
        assert_eq!(inversions(&mut [0], 1), 0);
        assert_eq!(inversions(&mut [2, 1, 1, 2], 3), 2);
        let n = 100_001_u32;
        let mut falling: Vec<u32> = (0..n).rev().collect();
        assert_eq!(inversions(&mut falling, n as usize), u64::from(n) * u64::from(n - 1) / 2);
        assert_eq!(inversions(&mut (0..n).collect::<Vec<_>>(), n as usize), 0);
        assert_eq!(inversions(&mut [7; 100_000], 8), 0);
        let mut halves = [vec![u32::MAX; 50_000], vec![0; 50_000]].concat();
        assert_eq!(inversions(&mut halves, 1 << 32), 2_500_000_000);
    }

    proptest! {
        #[test]
        fn counting_agrees_with_looking_at_all_pairs(mut values in prop::collection::vec(0_u32..3_000, 0..400), limit in 1_u32..3_000) {
            values.iter_mut().for_each(|value| *value %= limit);
            let pairs = (0..values.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
            let expected = pairs.filter(|&(i, j)| values[i] > values[j]).count() as u64;
            prop_assert_eq!(inversions(&mut values, limit as usize), expected);
        }
    }
}
