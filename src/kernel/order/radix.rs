//! Sorting by digits.
//!
//! A double in sign and magnitude becomes a whole number in two's complement, its key: keys have
//! the order of the values, both zeros the same key, and whole numbers keep their trailing zeros.
//! Only the bits in which the keys differ are looked at, and of those only the highest ones: least
//! significant digit first, D. E. Knuth (1998), The Art of Computer Programming 3, section 5.2.5,
//! algorithm R. What shares all of them lies together by then, and mostly is one value or in order;
//! one pass finds what is not and puts it right.

use std::cmp::Ordering;

/// Fewer items than this are quicker compared than counted.
const FEW: usize = 3_000;
/// Bits of the widest digit.
const WIDEST: u32 = 12;
/// What a digit can be.
const N_BUCKETS: usize = 1 << WIDEST;
/// Digits at the most.
const MOST_DIGITS: usize = 4;
/// Above this many items three digits leave too many of them side by side.
const MANY: usize = 1 << 24;
/// Steps that one item is moved back before all that share its digits are sorted.
const MOST_STEPS: usize = 24;

/// What is sorted: a value, alone or with its row.
pub(super) trait Item: Copy + Send + Sync {
    /// What fresh memory holds.
    const ZERO: Self;

    /// A whole number that is in the order of the items.
    fn key(&self) -> u64;

    /// The order of items: by key, and by row where the keys are equal.
    fn compare(&self, other: &Self) -> Ordering;

    /// Sorts items whose range makes a shorter way worth while; `false` when there is none.
    fn sort_by_counting(_items: &mut [Self]) -> bool {
        false
    }
}

/// A whole number in the order of doubles; NaN is at the ends.
#[inline(always)]
pub(super) fn key(value: f64) -> u64 {
    const SIGN: u64 = 1 << 63;
    let bits = value.to_bits();
    let all_if_negative = ((bits as i64) >> 63) as u64;
    (((bits & !SIGN) ^ all_if_negative).wrapping_sub(all_if_negative)).wrapping_add(SIGN)
}

/// Sorts the items; the result is in `spare`, which is as long, where that is `true`.
pub(super) fn sort<T: Item>(items: &mut [T], spare: &mut [T]) -> bool {
    if items.len() < FEW || u32::try_from(items.len()).is_err() {
        items.sort_unstable_by(T::compare);
        return false;
    }
    let Some(digits) = Digits::of(items) else { return false };
    if T::sort_by_counting(items) {
        return false;
    }
    let is_in_spare = match digits.n {
        1 => digits.sort::<T, 1>(items, spare),
        2 => digits.sort::<T, 2>(items, spare),
        3 => digits.sort::<T, 3>(items, spare),
        _ => digits.sort::<T, MOST_DIGITS>(items, spare),
    };
    if !digits.are_all {
        put_right(if is_in_spare { spare } else { items }, digits.low);
    }
    is_in_spare
}

/// The bits that are sorted by: `n` digits of `width` bits from bit `low` on.
#[derive(Debug)]
struct Digits {
    low: u32,
    width: u32,
    n: u32,
    /// Whether no item differs from another below `low`.
    are_all: bool,
}

impl Digits {
    /// The digits of these items, which are brought in order if that is a matter of reversing;
    /// `None` when they are in order.
    fn of<T: Item>(items: &mut [T]) -> Option<Self> {
        // Both stop at the first two that are not.
        if items.windows(2).all(|pair| pair[0].key() <= pair[1].key()) {
            return None;
        }
        if items.windows(2).all(|pair| pair[0].key() > pair[1].key()) {
            items.reverse();
            return None;
        }
        let first = items.first()?.key();
        let differing = items.iter().fold(0, |differing, item| differing | (item.key() ^ first));
        Some(Self::within(differing, items.len()))
    }

    fn within(differing: u64, n_items: usize) -> Self {
        let (top, bottom) = (u64::BITS - differing.leading_zeros(), differing.trailing_zeros());
        let most = if n_items > MANY { MOST_DIGITS as u32 } else { MOST_DIGITS as u32 - 1 };
        let n = (top - bottom).div_ceil(WIDEST).clamp(1, most);
        let width = (top - bottom).div_ceil(n).min(WIDEST);
        let low = top.saturating_sub(n * width);
        Self { low, width, n, are_all: low <= bottom }
    }

    fn shift(&self, digit: usize) -> u32 {
        self.low + digit as u32 * self.width
    }

    /// Sorts by `N` digits; `true` when the result is in `spare`.
    fn sort<T: Item, const N: usize>(&self, items: &mut [T], spare: &mut [T]) -> bool {
        let counts = self.counts::<T, N>(items);
        let (mut from, mut to) = (items, spare);
        let mut is_in_spare = false;
        for (digit, counts) in counts.iter().enumerate() {
            // A digit that all items share orders nothing.
            if counts.iter().any(|&count| count as usize == from.len()) {
                continue;
            }
            self.scatter(from, to, counts, self.shift(digit));
            std::mem::swap(&mut from, &mut to);
            is_in_spare = !is_in_spare;
        }
        is_in_spare
    }

    /// How often each digit takes each value.
    #[inline(never)]
    fn counts<T: Item, const N: usize>(&self, items: &[T]) -> Vec<[u32; N_BUCKETS]> {
        let mut counts = vec![[0; N_BUCKETS]; N];
        let Some(tables) = counts.first_chunk_mut::<N>() else { return counts };
        let mask = (1 << self.width) - 1;
        for item in items {
            let mut key = item.key() >> self.low;
            for table in tables.iter_mut() {
                table[(key & mask) as usize % N_BUCKETS] += 1;
                key >>= self.width;
            }
        }
        counts
    }

    /// Moves every item to where its digit belongs, equal digits in the order they come in.
    #[inline(never)]
    fn scatter<T: Item>(&self, from: &[T], to: &mut [T], counts: &[u32; N_BUCKETS], shift: u32) {
        let mut places = [0_u32; N_BUCKETS];
        let mut place = 0;
        for (first, count) in places.iter_mut().zip(counts) {
            *first = place;
            place += count;
        }
        let mask = (1 << self.width) - 1;
        for item in from {
            let place = &mut places[(item.key() >> shift & mask) as usize % N_BUCKETS];
            to[*place as usize] = *item;
            *place += 1;
        }
    }
}

/// Sorts items that are in order but for the bits below `low`.
fn put_right<T: Item>(items: &mut [T], low: u32) {
    let Some(first) = items.first() else { return };
    let (mut at, mut previous) = (1, first.key());
    while at < items.len() {
        let key = items[at].key();
        if previous <= key {
            previous = key;
            at += 1;
            continue;
        }
        let steps = items[..at].iter().rev().take(MOST_STEPS).take_while(|item| item.key() > key).count();
        if steps < MOST_STEPS {
            items[at - steps..=at].rotate_right(1);
            at += 1;
        } else {
            let shared = key >> low;
            let start = items[..at].partition_point(|item| item.key() >> low < shared);
            let end = at + items[at..].partition_point(|item| item.key() >> low == shared);
            items[start..end].sort_unstable_by(T::compare);
            previous = items[end - 1].key();
            at = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(values: &[f64]) -> Vec<f64> {
        let (mut items, mut spare) = (values.to_vec(), vec![0.0; values.len()]);
        if sort(&mut items, &mut spare) { spare } else { items }
    }

    fn expected(values: &[f64]) -> Vec<f64> {
        let mut expected = values.to_vec();
        expected.sort_by(f64::total_cmp);
        expected
    }

    /// Numbers without a pattern: multiples of an odd number, modulo 2^64.
    pub(super) fn scrambled(n: u64) -> impl Iterator<Item = u64> {
        (1..=n).map(|i| {
            let bits = i.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            (bits ^ bits >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
        })
    }

    #[test]
    fn keys_are_in_the_order_of_values() {
        let values =
            [f64::NEG_INFINITY, f64::MIN, -1.5, -1.0, -1e-308, -5e-324, 0.0, 5e-324, 1.0, f64::MAX, f64::INFINITY];
        assert!(values.windows(2).all(|pair| key(pair[0]) < key(pair[1])));
        assert_eq!(key(-0.0), key(0.0));
        assert!(key(f64::NAN) > key(f64::INFINITY) && key(-f64::NAN) < key(f64::NEG_INFINITY));
        assert_eq!(key(-3.0).trailing_zeros(), key(3.0).trailing_zeros());
    }

    /// Oracle: the standard library's sort by comparison.
    #[test]
    fn every_shape_is_sorted() {
        let unit = |bits: u64| (bits >> 11) as f64 / (1_u64 << 53) as f64;
        type Shape = (&'static str, fn(f64) -> f64);
        let shapes: [Shape; 12] = [
            ("uniform", |u| u),
            ("both signs", |u| u - 0.5),
            ("skewed", |u| (20.0 * u).exp()),
            ("whole", |u| (700.0 * u).floor()),
            ("whole of both signs", |u| (700.0 * u).floor() - 300.0),
            ("large whole", |u| (1e12 * u).floor()),
            ("flag", |u| f64::from(u < 0.3)),
            ("cents", |u| (1e5 * u).round() / 100.0),
            ("offset", |u| 1e9 + u),
            ("two scales", |u| if u < 0.01 { -1.0 } else { 1e15 + u }),
            ("subnormal", |u| 1e-310 * u),
            ("wide", |u| if u < 0.5 { -1e308 * u } else { 1e-300 / u }),
        ];
        for n in [0, 1, 2, 100, FEW as u64, 50_000] {
            for (name, shape) in shapes {
                let mut values: Vec<f64> = scrambled(n).map(|bits| shape(unit(bits))).collect();
                assert_eq!(sorted(&values), expected(&values), "{name} {n}");
                values = expected(&values);
                assert_eq!(sorted(&values), values, "{name} {n} in order");
                values.reverse();
                assert_eq!(sorted(&values), expected(&values), "{name} {n} reversed");
            }
        }
    }

    /// Keys that differ in their lowest bits only, but for one that hides those from the digits.
    #[test]
    fn what_shares_all_digits_is_sorted_too() {
        let near = scrambled(20_000).map(|bits| f64::from_bits(1.0_f64.to_bits() + (bits >> 50)));
        let values: Vec<f64> = near.chain([-1e300]).collect();
        assert_eq!(sorted(&values), expected(&values));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_bits_are_sorted(seed in any::<u64>(), shift in 0_u32..60) {
            let bits = scrambled(5_000).map(|bits| (bits ^ seed) >> shift);
            let values: Vec<f64> = bits.map(f64::from_bits).filter(|value| !value.is_nan()).collect();
            prop_assert_eq!(sorted(&values), expected(&values));
        }
    }
}
