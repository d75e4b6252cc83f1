//! Sorting by digits.
//!
//! A double in sign and magnitude becomes a whole number in two's complement, its key: keys have
//! the order of the values, and both zeros the same. Items are sorted by their places (see
//! [`places`](super::places)), least significant digit first: D. E. Knuth (1998), The Art of
//! Computer Programming 3, section 5.2.5, algorithm R. Values that share a place lie together by
//! then, and mostly are one value or in order; one pass finds what is not and puts it right.

use super::counting;
use super::places::{Places, Rule, Way, of_key, on_grid, on_line};

/// Fewer items than this are quicker compared than counted.
const FEW: usize = 1_500;
/// Bits of the widest digit.
pub(super) const WIDEST: u32 = 12;
/// What a digit can be.
const N_BUCKETS: usize = 1 << WIDEST;
/// Steps that one value is moved back before all that share its place are sorted.
const MOST_STEPS: usize = 24;

/// A whole number in the order of doubles; NaN is at the ends.
#[inline(always)]
pub(super) fn key(value: f64) -> u64 {
    const SIGN: u64 = 1 << 63;
    let bits = value.to_bits();
    let all_if_negative = ((bits as i64) >> 63) as u64;
    (((bits & !SIGN) ^ all_if_negative).wrapping_sub(all_if_negative)).wrapping_add(SIGN)
}

/// Sorts numbers, none of them NaN or the negative zero; the result is in `spare`, which is as
/// long, where that is `true`.
pub(super) fn sort(values: &mut [f64], spare: &mut [f64]) -> bool {
    if values.len() < FEW || u32::try_from(values.len()).is_err() {
        compare(values);
        return false;
    }
    // Both stop at the first two that are not.
    if values.is_sorted() {
        return false;
    }
    if values.windows(2).all(|pair| pair[0] > pair[1]) {
        values.reverse();
        return false;
    }
    let places = match Way::of(values) {
        Way::Few if counting::sort_few(values) => return false,
        Way::Grid { unit } => match Places::on_grid(values, unit) {
            Some(places) if counting::sort_grid(values, places) => return false,
            places => places.or_else(|| Places::of(values)),
        },
        Way::Few => Places::of(values),
        Way::Places(places) => Some(places),
        Way::Compare => None,
    };
    let Some(places) = places else {
        compare(values);
        return false;
    };
    let is_in_spare = places.sort(values, spare);
    put_right(if is_in_spare { spare } else { values }, |value| places.place(value));
    is_in_spare
}

fn compare(values: &mut [f64]) {
    values.sort_unstable_by_key(|&value| key(value));
}

impl Places {
    /// Sorts values by their places; `true` when the result is in `spare`.
    fn sort(&self, values: &mut [f64], spare: &mut [f64]) -> bool {
        match self.rule {
            Rule::Grid { unit, first } => by_digits(values, spare, self.bits, move |value| on_grid(value, unit, first)),
            Rule::Line { least, factor, last } => {
                by_digits(values, spare, self.bits, move |value| on_line(value, least, factor, last))
            }
            Rule::Key { least, shift, last } => {
                by_digits(values, spare, self.bits, move |value| of_key(value, least, shift, last))
            }
        }
    }
}

/// Sorts items by the lowest `bits` bits of their places, under 2^32 of them; those with the same
/// place keep their order. The result is in `spare` where that is `true`.
pub(super) fn by_digits<T: Copy>(items: &mut [T], spare: &mut [T], bits: u32, place: impl Fn(T) -> u32 + Copy) -> bool {
    match bits.div_ceil(WIDEST) {
        0 => false,
        1 => by::<T, 1>(items, spare, bits, place),
        2 => by::<T, 2>(items, spare, bits.div_ceil(2), place),
        _ => by::<T, 3>(items, spare, bits.div_ceil(3), place),
    }
}

/// Sorts by `N` digits of `width` bits.
fn by<T: Copy, const N: usize>(items: &mut [T], spare: &mut [T], width: u32, place: impl Fn(T) -> u32 + Copy) -> bool {
    let counts = counts::<T, N>(items, width, place);
    let (mut from, mut to) = (items, spare);
    let mut is_in_spare = false;
    for (counts, digit) in counts.iter().zip(0..) {
        // A digit that all items share orders nothing.
        if counts.iter().any(|&count| count as usize == from.len()) {
            continue;
        }
        scatter(from, to, counts, move |item| place(item) >> (digit * width) & ((1 << width) - 1));
        std::mem::swap(&mut from, &mut to);
        is_in_spare = !is_in_spare;
    }
    is_in_spare
}

/// How often each digit takes each value.
#[inline(never)]
fn counts<T: Copy, const N: usize>(items: &[T], width: u32, place: impl Fn(T) -> u32 + Copy) -> Vec<[u32; N_BUCKETS]> {
    let mut counts = vec![[0; N_BUCKETS]; N];
    let Some(tables) = counts.first_chunk_mut::<N>() else { return counts };
    let mask = (1 << width) - 1;
    for &item in items {
        let mut place = place(item);
        for table in tables.iter_mut() {
            table[(place & mask) as usize % N_BUCKETS] += 1;
            place >>= width;
        }
    }
    counts
}

/// Moves every item to where its digit belongs, equal digits in the order they come in.
#[inline(never)]
fn scatter<T: Copy>(from: &[T], to: &mut [T], counts: &[u32; N_BUCKETS], digit: impl Fn(T) -> u32) {
    let mut places = [0_u32; N_BUCKETS];
    let mut next = 0;
    for (first, count) in places.iter_mut().zip(counts) {
        *first = next;
        next += count;
    }
    for &item in from {
        let place = &mut places[digit(item) as usize % N_BUCKETS];
        to[*place as usize] = item;
        *place += 1;
    }
}

/// Sorts values that are in the order of their places.
fn put_right(values: &mut [f64], place: impl Fn(f64) -> u32) {
    let Some(&first) = values.first() else { return };
    let (mut at, mut previous) = (1, first);
    while at < values.len() {
        let value = values[at];
        if previous <= value {
            previous = value;
            at += 1;
            continue;
        }
        let steps = values[..at].iter().rev().take(MOST_STEPS).take_while(|&&before| before > value).count();
        if steps < MOST_STEPS {
            values[at - steps..=at].rotate_right(1);
            at += 1;
        } else {
            let shared = place(value);
            let start = values[..at].partition_point(|&value| place(value) < shared);
            let end = at + values[at..].partition_point(|&value| place(value) == shared);
            compare(&mut values[start..end]);
            previous = values[end - 1];
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
    fn scrambled(n: u64) -> impl Iterator<Item = u64> {
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
