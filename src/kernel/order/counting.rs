//! Sorting numbers that lie one apart, by how often each occurs.

use std::cmp::Ordering;

use super::radix::{Item, key};

/// Widest range that is counted.
const COUNTABLE: f64 = 65_536.0;

/// Values that are looked at before all are.
const GLANCE: usize = 64;

impl Item for f64 {
    const ZERO: Self = 0.0;

    #[inline(always)]
    fn key(&self) -> u64 {
        key(*self)
    }

    #[inline(always)]
    fn compare(&self, other: &Self) -> Ordering {
        key(*self).cmp(&key(*other))
    }

    /// Days, orders, ages, flags: one pass to count and one to write.
    fn sort_by_counting(values: &mut [Self]) -> bool {
        let Some(&first) = values.first() else { return true };
        let is_apart = |value: &Self| f64::from((value - first) as i32) == value - first;
        if !values.iter().take(GLANCE).all(is_apart) {
            return false;
        }
        let (mut min, mut max) = (first, first);
        for &value in values.iter() {
            min = if value < min { value } else { min };
            max = if value > max { value } else { max };
        }
        // A wide range of few values would take longer to write than to sort.
        if !(max - min < COUNTABLE.min(values.len() as f64)) {
            return false;
        }
        let Some(counts) = counts(values, min, max) else { return false };
        let mut rest = values;
        for (step, count) in (0_u32..).zip(counts) {
            let (equal, others) = rest.split_at_mut(count as usize);
            equal.fill(min + f64::from(step));
            rest = others;
        }
        true
    }
}

/// How often each of `min`, `min + 1`, ... occurs; `None` when there are other values.
fn counts(values: &[f64], min: f64, max: f64) -> Option<Vec<u32>> {
    let mut counts = vec![0_u32; (max - min) as usize + 1];
    for &value in values {
        let step = (value - min) as u32;
        if min + f64::from(step) != value {
            return None;
        }
        *counts.get_mut(step as usize)? += 1;
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_one_apart_are_counted_and_no_others() {
        let mut halves = [2.5, -1.5, 0.5, 2.5, -1.5];
        assert!(f64::sort_by_counting(&mut halves));
        assert_eq!(halves, [-1.5, -1.5, 0.5, 2.5, 2.5]);
        for refused in [[0.0, 1.0, 0.5], [0.0, 1.0, f64::INFINITY], [0.0, 1e9, 1.0], [0.0, f64::NAN, 1.0]] {
            let mut values = refused;
            assert!(!f64::sort_by_counting(&mut values), "{refused:?}");
            assert_eq!(format!("{values:?}"), format!("{refused:?}"));
        }
    }
}
