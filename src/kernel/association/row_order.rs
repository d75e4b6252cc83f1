//! Rows in the order of their values, and columns of few different values.
//!
//! A double becomes a key of 64 bits that sorts as the double does. The distances from the
//! smallest key, cut to 32 bits, are packed with the row into one word and sorted digit by
//! digit (D. E. Knuth, 1998, The Art of Computer Programming 3, section 5.2.5); rows that
//! agree in those 32 bits are sorted among themselves in the same way.

/// Bits of one digit.
const DIGIT: u32 = 11;
/// Values that one digit can have.
const RADIX: usize = 1 << DIGIT;
/// Rows that are sorted by comparing them.
const SMALL: usize = 48;
/// Most different values of a column that is counted and not sorted.
const FEW: usize = 1 << 10;
/// Bits of a place in the look-up table of few values: four places for each value.
const SLOT_BITS: u32 = 12;
/// The level of no value.
const NONE: u16 = u16::MAX;

/// A key that sorts as the value does; both zeros have the same.
#[inline]
pub(super) fn key(value: f64) -> u64 {
    // Minus zero plus zero is zero.
    let bits = (value + 0.0).to_bits();
    bits ^ (((bits as i64) >> 63) as u64 | 1 << 63)
}

/// Positions in ascending order of their keys; equal keys keep their order.
pub(super) fn argsort(keys: &[u64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    let mut packed = vec![0_u64; keys.len()];
    let mut spare = vec![0_u64; keys.len()];
    sort_part(keys, &mut order, &mut packed, &mut spare);
    order
}

/// Sorts the positions of one part of the order, which ascend where keys are equal.
fn sort_part(keys: &[u64], order: &mut [u32], packed: &mut [u64], spare: &mut [u64]) {
    if order.len() <= SMALL {
        order.sort_unstable_by_key(|&row| (keys[row as usize], row));
        return;
    }
    let (least, most) = order.iter().fold((u64::MAX, 0), |(least, most), &row| {
        let key = keys[row as usize];
        (least.min(key), most.max(key))
    });
    let bits = u64::BITS - (most - least).leading_zeros();
    if bits == 0 {
        return;
    }
    let dropped = bits.saturating_sub(32);
    for (word, &row) in packed.iter_mut().zip(&*order) {
        *word = ((keys[row as usize] - least) >> dropped) << 32 | u64::from(row);
    }
    sort_packed(packed, spare, bits - dropped);
    order.iter_mut().zip(&*packed).for_each(|(row, word)| *row = *word as u32);
    if dropped == 0 {
        return;
    }
    let mut start = 0;
    while start < order.len() {
        let prefix = packed[start] >> 32;
        let length = packed[start..].iter().take_while(|word| *word >> 32 == prefix).count();
        let part = start..start + length;
        if length > 1 {
            sort_part(keys, &mut order[part.clone()], &mut packed[part.clone()], &mut spare[part]);
        }
        start += length;
    }
}

/// Sorts words by `bits` bits from the 32nd on; words that agree in them keep their order.
fn sort_packed(packed: &mut [u64], spare: &mut [u64], bits: u32) {
    let n_digits = bits.div_ceil(DIGIT) as usize;
    let mut counts = [[0_u32; RADIX]; 3];
    for word in &*packed {
        for (at, counts) in counts.iter_mut().enumerate().take(n_digits) {
            counts[digit(*word, at)] += 1;
        }
    }
    let (mut from, mut to) = (&mut *packed, &mut *spare);
    let mut n_moves = 0;
    for (at, counts) in counts.iter_mut().enumerate().take(n_digits) {
        // A digit that all words share sorts nothing.
        if counts.iter().any(|&count| count as usize == from.len()) {
            continue;
        }
        let mut next = 0;
        for count in counts.iter_mut() {
            next += std::mem::replace(count, next);
        }
        for word in &*from {
            let place = &mut counts[digit(*word, at)];
            to[*place as usize] = *word;
            *place += 1;
        }
        std::mem::swap(&mut from, &mut to);
        n_moves += 1;
    }
    if n_moves % 2 == 1 {
        packed.copy_from_slice(spare);
    }
}

#[inline]
fn digit(word: u64, at: usize) -> usize {
    (word >> (32 + DIGIT as usize * at)) as usize % RADIX
}

/// A column of at most 1,024 different values: which of them, in ascending order, each row has.
pub(super) struct FewLevels {
    /// The level of each row from 0; `n` for a row that is missing.
    pub(super) of_row: Vec<u16>,
    /// Different values.
    pub(super) n: usize,
}

impl FewLevels {
    /// Finds the levels of keys, missing ones being `None`; `None` when there are too many.
    pub(super) fn of(keys: impl ExactSizeIterator<Item = Option<u64>>) -> Option<Self> {
        let mut slots = vec![(0_u64, NONE); 1 << SLOT_BITS];
        let mut found: Vec<u64> = Vec::new();
        let mut of_row = Vec::with_capacity(keys.len());
        for key in keys {
            of_row.push(match key {
                Some(key) => level(&mut slots, &mut found, key)?,
                None => NONE,
            });
        }
        let n = found.len();
        let mut order: Vec<u16> = (0..n as u16).collect();
        order.sort_unstable_by_key(|&level| found[usize::from(level)]);
        let mut ascending = vec![n as u16; usize::from(NONE) + 1];
        for (place, level) in order.into_iter().enumerate() {
            ascending[usize::from(level)] = place as u16;
        }
        of_row.iter_mut().for_each(|level| *level = ascending[usize::from(*level)]);
        Some(Self { of_row, n })
    }
}

/// The level of a key in the order of first sight; `None` for one too many.
#[inline]
fn level(slots: &mut [(u64, u16)], found: &mut Vec<u64>, key: u64) -> Option<u16> {
    // Fibonacci hashing (Knuth, section 6.4): small whole numbers differ in their high bits only.
    let mut at = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - SLOT_BITS)) as usize;
    loop {
        let (seen, level) = slots[at];
        if level == NONE {
            if found.len() == FEW {
                return None;
            }
            slots[at] = (key, found.len() as u16);
            found.push(key);
            return Some(found.len() as u16 - 1);
        }
        if seen == key {
            return Some(level);
        }
        at = (at + 1) % (1 << SLOT_BITS);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(values: &[f64]) {
        let keys: Vec<u64> = values.iter().map(|&value| key(value)).collect();
        let mut expected: Vec<u32> = (0..values.len() as u32).collect();
        expected.sort_by(|&a, &b| values[a as usize].partial_cmp(&values[b as usize]).unwrap());
        assert!(argsort(&keys) == expected);
    }

    /// Oracle: the stable sort of the standard library.
    #[test]
    fn all_shapes_are_sorted_as_by_comparing() {
        let spread = |i: u64| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11) as f64;
        let of = |value: &dyn Fn(u64) -> f64| (0..5_000).map(value).collect::<Vec<f64>>();
        check(&of(&spread));
        check(&of(&|i| spread(i) % 7.0 - 3.0));
        check(&of(&|i| i as f64));
        check(&of(&|i| -(i as f64)));
        check(&of(&|_| 2.5));
        check(&of(&|i| f64::from_bits(spread(i) as u64 % 1_000)));
        // One value far away, so that all others share their first 32 bits.
        check(&of(&|i| if i == 77 { -1e300 } else { 1e9 + spread(i) * 1e-22 }));
        check(&of(&|i| if i % 2 == 0 { 0.0 } else { -0.0 }));
        check(&[]);
    }

    #[test]
    fn levels_are_numbered_in_the_order_of_the_values() {
        let values = [Some(3.0), None, Some(-0.0), Some(1.0), Some(0.0), Some(3.0)];
        let levels = FewLevels::of(values.iter().map(|value| value.map(key))).unwrap();
        assert_eq!(levels.n, 3);
        assert_eq!(levels.of_row, [2, 3, 0, 1, 0, 2]);
    }

    #[test]
    fn one_level_too_many_is_refused() {
        let column = |n: u32| (0..n).map(|i| Some(key(f64::from(i)))).collect::<Vec<_>>();
        assert_eq!(FewLevels::of(column(1_024).into_iter()).unwrap().n, 1_024);
        assert!(FewLevels::of(column(1_025).into_iter()).is_none());
    }

    proptest! {
        #[test]
        fn any_doubles_are_sorted(values in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO, 0..200)) {
            check(&values);
        }
    }
}
