//! Scores 1..=k from the order of values, and the thresholds that reproduce them.
//!
//! Notation: `n` values, `k` bins; a run of equal values holds the positions `lo..hi` of
//! the ascending order (from 0), so its average rank is `r = (lo + hi + 1) / 2`.
//! For "low is better" the ranks are counted from the other end, `lo, hi -> n - hi, n - lo`;
//! a cut still belongs with the smaller values: the score is `k` less the cuts below.
//!
//! ```text
//! mid rank       floor(k (r - 1/2) / n) + 1          = floor(k (lo + hi) / 2n) + 1
//! average rank   ceil(k r / n)                       = ceil(k (lo + hi + 1) / 2n)
//! quantile cut   1 + number of type-7 quantiles at j/k, j = 1..k-1, strictly below the value
//! ```
//!
//! All three are integer arithmetic on positions, so no rounding moves a customer.
//! Quantiles: Hyndman & Fan (1996), The American Statistician 50(4), type 7.

use serde::{Deserialize, Serialize};

/// One stretch of values with the same score: those above the stretch before, up to and
/// including `up_to`; the last stretch has no upper end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Largest value of the stretch; `None` for all that is left.
    pub up_to: Option<f64>,
    /// Its score.
    pub score: u8,
}

/// Rules that give equal values equal scores, and so have thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RankRule {
    /// By the middle of the run of equal values.
    MidRank,
    /// By the average rank, rounded up.
    AverageRank,
    /// By type-7 quantiles.
    QuantileCut,
}

/// Whether high or low values get the high scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better: spend, frequency.
    HighIsBetter,
    /// Less is better: days since the last purchase.
    LowIsBetter,
}

/// Thresholds of `n_bins` scores fitted to values in ascending order; empty without values.
#[must_use]
pub fn fit_steps(ascending: &[f64], n_bins: u8, rule: RankRule, direction: Direction) -> Vec<Step> {
    match rule {
        RankRule::QuantileCut => {
            let cuts: Vec<f64> = (1..n_bins).filter_map(|j| quantile(ascending, j, n_bins)).collect();
            if ascending.is_empty() { Vec::new() } else { steps_of_cuts(&cuts, direction) }
        }
        RankRule::MidRank => {
            steps_of_runs(ascending, direction, |lo, hi, n| u64::from(n_bins) * (lo + hi) / (2 * n) + 1)
        }
        RankRule::AverageRank => {
            steps_of_runs(ascending, direction, |lo, hi, n| (u64::from(n_bins) * (lo + hi + 1)).div_ceil(2 * n))
        }
    }
}

/// The type-7 quantile at `j / k`; `None` without values, or where that is no share.
#[must_use]
pub fn quantile(ascending: &[f64], j: u8, k: u8) -> Option<f64> {
    let last = ascending.len().checked_sub(1).filter(|_| k > 0 && j <= k)?;
    let position = last * usize::from(j);
    let (whole, rest) = (position / usize::from(k), position % usize::from(k));
    let low = ascending[whole];
    if rest == 0 {
        return Some(low);
    }
    Some(low + (ascending[whole + 1] - low) * (rest as f64 / f64::from(k)))
}

/// Thresholds from ascending cut points; a value equal to a cut belongs below it.
///
/// Repeated cuts leave bins empty, as they do in the data. Without thresholds from more
/// than 254 cuts, which no score can tell apart.
#[must_use]
pub fn steps_of_cuts(cuts: &[f64], direction: Direction) -> Vec<Step> {
    let Some(k) = u8::try_from(cuts.len()).ok().and_then(|n| n.checked_add(1)) else { return Vec::new() };
    let score = |n_below: usize| match direction {
        Direction::HighIsBetter => n_below as u8 + 1,
        Direction::LowIsBetter => k - n_below as u8,
    };
    let mut steps: Vec<Step> = Vec::with_capacity(cuts.len() + 1);
    for (n_below, &cut) in cuts.iter().enumerate() {
        if steps.last().is_none_or(|step| step.up_to != Some(cut)) {
            steps.push(Step { up_to: Some(cut), score: score(n_below) });
        }
    }
    steps.push(Step { up_to: None, score: score(cuts.len()) });
    steps
}

/// Thresholds from a rule on the runs of equal values.
fn steps_of_runs(ascending: &[f64], direction: Direction, rule: impl Fn(u64, u64, u64) -> u64) -> Vec<Step> {
    let n = ascending.len() as u64;
    let mut steps: Vec<Step> = Vec::new();
    let mut lo = 0;
    for run in ascending.chunk_by(|a, b| a == b) {
        let hi = lo + run.len() as u64;
        let score = match direction {
            Direction::HighIsBetter => rule(lo, hi, n),
            Direction::LowIsBetter => rule(n - hi, n - lo, n),
        } as u8;
        match steps.last_mut() {
            Some(step) if step.score == score => step.up_to = Some(run[0]),
            _ => steps.push(Step { up_to: Some(run[0]), score }),
        }
        lo = hi;
    }
    if let Some(last) = steps.last_mut() {
        last.up_to = None;
    }
    steps
}

/// The score of a value; `None` for NaN and without thresholds.
#[inline]
#[must_use]
pub fn score_of(value: f64, steps: &[Step]) -> Option<u8> {
    let step = steps.iter().find(|step| step.up_to.is_none_or(|up_to| value <= up_to))?;
    (!value.is_nan()).then_some(step.score)
}

/// Scores of equal-sized bins in which ties are broken by position: the first of equal
/// values gets the lower score. NaN gets none.
///
/// ```text
/// score = floor(k (rank - 1) / n) + 1
/// ```
#[must_use]
pub fn score_by_position(values: &[f64], n_bins: u8, direction: Direction) -> Vec<Option<u8>> {
    let mut order: Vec<usize> = (0..values.len()).filter(|&i| !values[i].is_nan()).collect();
    match direction {
        Direction::HighIsBetter => order.sort_by(|&a, &b| values[a].total_cmp(&values[b])),
        Direction::LowIsBetter => order.sort_by(|&a, &b| values[b].total_cmp(&values[a])),
    }
    let n = order.len();
    let mut scores = vec![None; values.len()];
    for (rank, i) in order.into_iter().enumerate() {
        scores[i] = Some((usize::from(n_bins) * rank / n) as u8 + 1);
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{HighIsBetter, LowIsBetter};

    fn scores(values: &[f64], k: u8, rule: RankRule, direction: Direction) -> Vec<u8> {
        let mut ascending = values.to_vec();
        ascending.sort_by(f64::total_cmp);
        let steps = fit_steps(&ascending, k, rule, direction);
        values.iter().map(|&v| score_of(v, &steps).unwrap()).collect()
    }

    /// Oracle: the formulas by hand, u = (average rank - 1/2) / n.
    #[test]
    fn mid_rank_scores_follow_the_formula() {
        assert_eq!(scores(&[1.0, 2.0, 3.0, 4.0, 5.0], 5, RankRule::MidRank, HighIsBetter), [1, 2, 3, 4, 5]);
        // ranks 1.5, 1.5, 3, 4: u = .25, .25, .625, .875
        assert_eq!(scores(&[7.0, 7.0, 8.0, 9.0], 5, RankRule::MidRank, HighIsBetter), [2, 2, 4, 5]);
        assert_eq!(scores(&[7.0, 7.0, 8.0, 9.0], 5, RankRule::MidRank, LowIsBetter), [4, 4, 2, 1]);
    }

    /// Oracle: ceil(k r / n) by hand.
    #[test]
    fn average_rank_scores_follow_the_formula() {
        assert_eq!(scores(&[7.0, 7.0, 8.0, 9.0], 5, RankRule::AverageRank, HighIsBetter), [2, 2, 4, 5]);
        assert_eq!(scores(&[1.0, 2.0, 3.0], 5, RankRule::AverageRank, HighIsBetter), [2, 4, 5]);
    }

    #[test]
    fn equal_cuts_leave_the_bins_between_them_empty() {
        // half of the values are 1: the cuts at 20% and 40% coincide
        let values = [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        assert_eq!(scores(&values, 5, RankRule::QuantileCut, HighIsBetter), [1, 1, 1, 1, 1, 3, 4, 4, 5, 5]);
    }

    #[test]
    fn one_customer_and_all_ties_get_one_score() {
        for rule in [RankRule::MidRank, RankRule::AverageRank, RankRule::QuantileCut] {
            for direction in [HighIsBetter, LowIsBetter] {
                let alone = scores(&[3.0], 5, rule, direction);
                let tied = scores(&[3.0; 9], 5, rule, direction);
                assert!(tied.iter().all(|s| *s == tied[0]) && (1..=5).contains(&alone[0]));
            }
        }
    }

    #[test]
    fn better_values_never_score_lower() {
        let values: Vec<f64> = (0..997).map(|i| f64::from((i * 37) % 101)).collect();
        for rule in [RankRule::MidRank, RankRule::AverageRank, RankRule::QuantileCut] {
            for k in 2..=10 {
                let (high, low) = (scores(&values, k, rule, HighIsBetter), scores(&values, k, rule, LowIsBetter));
                for i in 1..values.len() {
                    let (a, b) = (values[i - 1], values[i]);
                    assert!(a > b || high[i - 1] <= high[i]);
                    assert!(a > b || low[i - 1] >= low[i]);
                }
            }
        }
    }

    #[test]
    fn nothing_is_scored_without_values() {
        assert!(fit_steps(&[], 5, RankRule::MidRank, HighIsBetter).is_empty());
        assert!(fit_steps(&[], 5, RankRule::QuantileCut, HighIsBetter).is_empty());
        assert_eq!(score_of(f64::NAN, &steps_of_cuts(&[1.0], HighIsBetter)), None);
    }

    #[test]
    fn ties_broken_by_position_fill_the_bins_evenly() {
        assert_eq!(score_by_position(&[5.0; 4], 2, HighIsBetter), [Some(1), Some(1), Some(2), Some(2)]);
        assert_eq!(score_by_position(&[1.0, f64::NAN, 2.0], 2, LowIsBetter), [Some(2), None, Some(1)]);
    }
}
