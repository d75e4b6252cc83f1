//! Ranks with ties.
//!
//! Notation: the average rank of a run of equal values at positions `lo..hi` is
//! `(lo + hi + 1) / 2`.

/// Average ranks from 1; every value must be a number.
#[must_use]
pub fn average_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut lo = 0;
    for run in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let hi = lo + run.len();
        for &i in run {
            ranks[i] = (lo + hi + 1) as f64 / 2.0;
        }
        lo = hi;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_average_rank() {
        assert_eq!(average_ranks(&[10.0, 20.0, 10.0, 5.0]), [2.5, 4.0, 2.5, 1.0]);
    }
}
