//! Pairs that stand in the wrong order, counted while merging.
//!
//! W. R. Knight (1966), "A computer method for calculating Kendall's tau with ungrouped data",
//! Journal of the American Statistical Association 61(314), 436-439: merging two sorted halves,
//! a value of the right half passes all values of the left half that are still to come.

/// Values that are sorted by insertion.
const BLOCK: usize = 8;
/// Values from which on two threads share the work.
const SHARED: usize = 1 << 16;

/// Sorts the values and counts the pairs `i < j` with `values[i] > values[j]`.
pub(super) fn sort_and_count(values: &mut [u64]) -> u64 {
    let mut spare = vec![0; values.len()];
    sort(values, &mut spare, false)
}

/// Sorts values in place, or into the spare slice, which has the same length.
fn sort(values: &mut [u64], spare: &mut [u64], into_spare: bool) -> u64 {
    let n = values.len();
    if n <= BLOCK {
        let count = insert(values);
        if into_spare {
            spare.copy_from_slice(values);
        }
        return count;
    }
    let count = {
        let (left, right) = values.split_at_mut(n / 2);
        let (spare_left, spare_right) = spare.split_at_mut(n / 2);
        let mut left = || sort(left, spare_left, !into_spare);
        let mut right = || sort(right, spare_right, !into_spare);
        let (left, right) = if n >= SHARED { rayon::join(left, right) } else { (left(), right()) };
        left + right
    };
    let (from, to) = if into_spare { (&*values, spare) } else { (&*spare, values) };
    count + merge(&from[..n / 2], &from[n / 2..], to)
}

fn insert(values: &mut [u64]) -> u64 {
    let mut count = 0;
    for end in 1..values.len() {
        let value = values[end];
        let mut at = end;
        while at > 0 && values[at - 1] > value {
            values[at] = values[at - 1];
            at -= 1;
        }
        values[at] = value;
        count += (end - at) as u64;
    }
    count
}

/// Merges two sorted halves, the right one at most one longer, from both ends at once, which
/// keeps the processor busy; counts what the values of the right half pass.
fn merge(left: &[u64], right: &[u64], to: &mut [u64]) -> u64 {
    let (n, n_left, n_right) = (to.len(), left.len(), right.len());
    if left[n_left - 1] <= right[0] {
        to[..n_left].copy_from_slice(left);
        to[n_left..].copy_from_slice(right);
        return 0;
    }
    let mut count = 0;
    // After k steps from one end, k values are taken of that end, so neither half runs out.
    let (mut i, mut j) = (0, 0);
    let (mut left_end, mut right_end) = (n_left, n_right);
    for step in 0..n_left {
        let (a, b) = (left[i], right[j]);
        let passes = usize::from(b < a);
        to[step] = a.min(b);
        count += passes * (n_left - i);
        i += 1 - passes;
        j += passes;

        let (a, b) = (left[left_end - 1], right[right_end - 1]);
        let stays = usize::from(a <= b);
        to[n - 1 - step] = a.max(b);
        count += stays * (n_left - left_end);
        left_end -= 1 - stays;
        right_end -= stays;
    }
    if n_right > n_left {
        if i < left_end {
            to[n_left] = left[i];
        } else {
            to[n_left] = right[j];
            count += n_left - left_end;
        }
    }
    count as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn counts_by_hand() {
        assert_eq!(sort_and_count(&mut []), 0);
        assert_eq!(sort_and_count(&mut [1]), 0);
        assert_eq!(sort_and_count(&mut [2, 1, 1, 2]), 2);
        let mut falling: Vec<u64> = (0..100_001).rev().collect();
        assert_eq!(sort_and_count(&mut falling), 100_001 * 100_000 / 2);
        assert!(falling.is_sorted());
    }

    proptest! {
        #[test]
        fn counting_agrees_with_looking_at_all_pairs(mut values in prop::collection::vec(0_u64..40, 0..150)) {
            let pairs = (0..values.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
            let expected = pairs.filter(|&(i, j)| values[i] > values[j]).count() as u64;
            prop_assert_eq!(sort_and_count(&mut values), expected);
            prop_assert!(values.is_sorted());
        }
    }
}
