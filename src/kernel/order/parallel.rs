//! Sorting large samples on all threads: parts by themselves, then merged.
//!
//! Equal items have one order, so neither the number of parts nor the threads show.

use rayon::prelude::*;

use super::radix::{self, key};

/// Items that a thread sorts at the least.
const LEAST_PART: usize = 1 << 20;
/// Items that one thread merges at the most.
const MOST_MERGED: usize = 1 << 18;

/// What is sorted: values, or places with their rows.
pub(super) trait Item: Copy + Default + Send + Sync {
    /// A whole number in the order of the items.
    fn key(&self) -> u64;
}

impl Item for f64 {
    #[inline(always)]
    fn key(&self) -> u64 {
        key(*self)
    }
}

impl Item for u64 {
    #[inline(always)]
    fn key(&self) -> u64 {
        *self
    }
}

/// Sorts values, with memory that is kept for the next time.
pub(super) fn sort(values: &mut Vec<f64>, spare: &mut Vec<f64>) {
    sort_by(values, spare, radix::sort);
}

/// Sorts items in parts, each of which is sorted to where `sort` says: `true` for the spare memory.
pub(super) fn sort_by<T: Item>(
    items: &mut Vec<T>,
    spare: &mut Vec<T>,
    sort: impl Fn(&mut [T], &mut [T]) -> bool + Sync,
) {
    let n = items.len();
    if spare.capacity() == 0 {
        // Memory that comes zeroed is not written a second time.
        *spare = vec![T::default(); n];
    } else if spare.len() < n {
        spare.resize(n, T::default());
    }
    let n_parts = parts(n);
    let is_in_spare = if n_parts > 1 {
        sort_parts(items, &mut spare[..n], n.div_ceil(n_parts), sort)
    } else {
        sort(items, &mut spare[..n])
    };
    if is_in_spare {
        std::mem::swap(items, spare);
        items.truncate(n);
    }
}

/// Parts to sort by themselves: a power of two, at most one per thread.
fn parts(n: usize) -> usize {
    let most = (n / LEAST_PART).min(rayon::current_num_threads());
    most.checked_ilog2().map_or(1, |log| 1 << log)
}

/// Sorts parts of this length and merges them; `true` when the result is in `spare`.
fn sort_parts<T: Item>(
    items: &mut [T],
    spare: &mut [T],
    length: usize,
    sort: impl Fn(&mut [T], &mut [T]) -> bool + Sync,
) -> bool {
    items.par_chunks_mut(length).zip(spare.par_chunks_mut(length)).for_each(|(items, spare)| {
        if sort(items, spare) {
            items.copy_from_slice(spare);
        }
    });
    let (mut from, mut to, mut is_in_spare) = (items, spare, false);
    let mut length = length;
    while length < from.len() {
        from.par_chunks(2 * length).zip(to.par_chunks_mut(2 * length)).for_each(|(pair, merged)| {
            let (left, right) = pair.split_at(length.min(pair.len()));
            merge(left, right, merged);
        });
        std::mem::swap(&mut from, &mut to);
        is_in_spare = !is_in_spare;
        length *= 2;
    }
    is_in_spare
}

/// Merges two sorted slices; of equal keys those of the left one come first.
fn merge<T: Item>(left: &[T], right: &[T], merged: &mut [T]) {
    if merged.len() <= MOST_MERGED || left.is_empty() || right.is_empty() {
        return merge_here(left, right, merged);
    }
    let (in_left, in_right) = if left.len() >= right.len() {
        let middle = left.len() / 2;
        let key = left[middle].key();
        (middle, right.partition_point(|item| item.key() < key))
    } else {
        let middle = right.len() / 2;
        let key = right[middle].key();
        (left.partition_point(|item| item.key() <= key), middle)
    };
    let ((left, left_end), (right, right_end)) = (left.split_at(in_left), right.split_at(in_right));
    let (merged, merged_end) = merged.split_at_mut(in_left + in_right);
    rayon::join(|| merge(left, right, merged), || merge(left_end, right_end, merged_end));
}

fn merge_here<T: Item>(left: &[T], right: &[T], merged: &mut [T]) {
    let (mut i, mut j) = (0, 0);
    for place in &mut *merged {
        let (Some(a), Some(b)) = (left.get(i), right.get(j)) else { break };
        let is_right = b.key() < a.key();
        *place = if is_right { *b } else { *a };
        i += usize::from(!is_right);
        j += usize::from(is_right);
    }
    let (left, right) = (&left[i..], &right[j..]);
    let rest = &mut merged[i + j..];
    rest[..left.len()].copy_from_slice(left);
    rest[left.len()..].copy_from_slice(right);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(n: u32) -> Vec<f64> {
        (0..n).map(|i| f64::from(i.wrapping_mul(2_654_435_761) % 100_003) / 7.0).collect()
    }

    /// Oracle: the standard library's stable sort.
    #[test]
    fn parts_are_merged_whatever_their_number() {
        let values = values(20_011);
        let mut expected = values.clone();
        expected.sort_by(f64::total_cmp);
        for length in [20_011, 10_006, 5_003, 1_000, 999] {
            let (mut items, mut spare) = (values.clone(), vec![0.0; values.len()]);
            let is_in_spare = sort_parts(&mut items, &mut spare, length, radix::sort);
            assert_eq!(if is_in_spare { spare } else { items }, expected, "{length}");
        }
    }

    #[test]
    fn a_merge_that_is_split_is_the_same_merge() {
        let (mut left, mut right) = (values(400_000), values(300_000));
        left.sort_by(f64::total_cmp);
        right.sort_by(f64::total_cmp);
        for (left, right) in [(&left, &right), (&right, &left), (&left, &Vec::new()), (&Vec::new(), &right)] {
            let mut expected = [left.as_slice(), right].concat();
            expected.sort_by(f64::total_cmp);
            let mut merged = vec![0.0; expected.len()];
            merge(left, right, &mut merged);
            assert!(merged == expected);
        }
    }

    #[test]
    fn one_thread_and_many_agree() {
        let values = values(2_500_000);
        let on = |n_threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            let (mut items, mut spare) = (values.clone(), Vec::new());
            pool.install(|| sort(&mut items, &mut spare));
            items
        };
        let one = on(1);
        assert!(one.is_sorted() && one.len() == values.len());
        assert!(one == on(2) && one == on(4));
    }
}
