//! Ranks with ties, and the rank correlation built on them.
//!
//! Notation: the average rank of a run of equal values at positions `lo..hi` is
//! `(lo + hi + 1) / 2`. Spearman's coefficient is Pearson's of average ranks:
//! Kendall & Gibbons (1990), Rank Correlation Methods, section 3.8.

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

/// Spearman's rank correlation; `None` when either side is constant or has under two values,
/// or they are not of one length.
#[must_use]
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() {
        return None;
    }
    let (rx, ry) = (average_ranks(x), average_ranks(y));
    // The mean rank is known, so one pass of centred products is exact enough: all terms
    // are multiples of 1/4.
    let mean = (x.len() as f64 + 1.0) / 2.0;
    let (mut sxx, mut syy, mut sxy) = (0.0, 0.0, 0.0);
    for (a, b) in rx.iter().zip(&ry) {
        let (a, b) = (a - mean, b - mean);
        sxx += a * a;
        syy += b * b;
        sxy += a * b;
    }
    (sxx > 0.0 && syy > 0.0).then(|| (sxy / (sxx * syy).sqrt()).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_average_rank() {
        assert_eq!(average_ranks(&[10.0, 20.0, 10.0, 5.0]), [2.5, 4.0, 2.5, 1.0]);
    }

    /// Oracle: ranks 1 2 3 4 against 2 1 4 3, d^2 = 1 each: 1 - 6 * 4 / (4 * 15) = 0.6.
    #[test]
    fn spearman_agrees_with_the_formula_without_ties() {
        let r = spearman(&[1.0, 2.0, 3.0, 4.0], &[20.0, 10.0, 40.0, 30.0]).unwrap();
        assert!((r - 0.6).abs() < 1e-15);
    }

    #[test]
    fn a_constant_has_no_rank_correlation() {
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(spearman(&[1.0], &[1.0]), None);
        assert_eq!(spearman(&[], &[]), None);
    }
}
