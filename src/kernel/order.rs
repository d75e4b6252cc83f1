//! Values in ascending order.

use rayon::prelude::*;

/// Widest range of whole numbers that is sorted by counting.
const COUNTABLE: f64 = 65_536.0;

/// The values without NaN, ascending.
///
/// Days, orders and other small counts are sorted by counting them: one pass to count
/// and one to write. All else is sorted in parallel; equal values being equal, the result
/// does not depend on the threads.
#[must_use]
pub fn ascending(values: &[f64]) -> Vec<f64> {
    if let Some(sorted) = sorted_counts(values) {
        return sorted;
    }
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.par_sort_unstable_by(f64::total_cmp);
    sorted
}

/// The values in order if all are small whole numbers.
fn sorted_counts(values: &[f64]) -> Option<Vec<f64>> {
    let mut counts = vec![0_usize; COUNTABLE as usize];
    for &value in values.iter().filter(|value| !value.is_nan()) {
        if !(0.0..COUNTABLE).contains(&value) || value.fract() != 0.0 {
            return None;
        }
        counts[value as usize] += 1;
    }
    let mut sorted = Vec::with_capacity(values.len());
    for (value, count) in counts.into_iter().enumerate() {
        sorted.resize(sorted.len() + count, value as f64);
    }
    Some(sorted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_and_comparing_agree() {
        let whole: Vec<f64> = (0..1_000).map(|i| f64::from((i * 7_919) % 613)).collect();
        let mut expected = whole.clone();
        expected.sort_by(f64::total_cmp);
        assert_eq!(ascending(&whole), expected);
        let shifted: Vec<f64> = whole.iter().map(|value| value - 300.5).collect();
        assert_eq!(ascending(&shifted), expected.iter().map(|value| value - 300.5).collect::<Vec<_>>());
    }

    #[test]
    fn nan_is_left_out() {
        assert_eq!(ascending(&[f64::NAN, 2.0, -1.0]), [-1.0, 2.0]);
        assert_eq!(ascending(&[f64::NAN, 2.0, 1.0]), [1.0, 2.0]);
        assert!(ascending(&[]).is_empty());
    }
}
