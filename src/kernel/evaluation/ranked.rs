//! Scores in order, each distinct one with how often the event happened and did not.

use crate::kernel::order::{RowSorter, into_ascending};
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;

use super::sums::same_length;

/// All rows of one score; counts are whole numbers, or sums of weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreRun {
    /// The score they share.
    pub score: f64,
    /// Rows in which the event happened.
    pub positives: f64,
    /// Rows in which it did not.
    pub negatives: f64,
}

/// Scores whose order can be judged: by rows, or by rows with weights.
pub trait ScoreRuns {
    /// Rows in which the event happened, or their weight.
    fn n_positives(&self) -> f64;

    /// Rows in which it did not, or their weight.
    fn n_negatives(&self) -> f64;

    /// Shows each distinct score once, from the highest down.
    fn for_each_descending(&self, see: impl FnMut(ScoreRun));

    /// Shows each distinct score once, from the lowest up.
    fn for_each_ascending(&self, see: impl FnMut(ScoreRun));

    /// How many rows, or how much weight, the first `group` of `n_groups` equal groups hold.
    fn group_end(&self, group: usize, n_groups: usize) -> f64;

    /// Positives and negatives, both of which must be there.
    ///
    /// # Errors
    /// [`Undefined::OneGroup`] where one of them is not.
    fn both(&self) -> Result<(f64, f64), Undefined> {
        let (positives, negatives) = (self.n_positives(), self.n_negatives());
        if positives > 0.0 && negatives > 0.0 { Ok((positives, negatives)) } else { Err(Undefined::OneGroup) }
    }
}

/// The scores of each class in ascending order: what every measure of ranking is made from.
///
/// It is sorted once, 16 bytes a row, and holds no trace of the order of the rows.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::evaluation::{RankedScores, roc_auc};
///
/// // Of the four pairs of one who left and one who stayed, three are ranked right and one is tied.
/// let ranked = RankedScores::of(&[true, true, false, false], &[0.9, 0.5, 0.5, 0.1])?;
/// assert_eq!(roc_auc(&ranked), Ok(3.5 / 4.0));
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RankedScores {
    positives: Vec<f64>,
    negatives: Vec<f64>,
}

impl RankedScores {
    /// Labels and their scores, which may be infinite.
    ///
    /// # Errors
    /// [`Undefined::TooFew`] for no rows or slices of two lengths, [`Undefined::NotFinite`] for NaN.
    pub fn of(labels: &[bool], scores: &[f64]) -> Result<Self, Undefined> {
        same_length(labels.len(), scores.len())?;
        let n_positives = labels.iter().filter(|&&label| label).count();
        // One place more, which is written where the other class has the row, so that nothing branches.
        let mut positives = vec![0.0; n_positives + 1];
        let mut negatives = vec![0.0; labels.len() - n_positives + 1];
        let (mut positive, mut negative) = (0, 0);
        for (&label, &score) in labels.iter().zip(scores) {
            (positives[positive], negatives[negative]) = (score, score);
            positive += usize::from(label);
            negative += usize::from(!label);
        }
        positives.pop();
        negatives.pop();
        let (positives, negatives) = rayon::join(|| into_ascending(positives), || into_ascending(negatives));
        Ok(Self { positives: positives?, negatives: negatives? })
    }

    /// The scores of the positives, ascending.
    #[must_use]
    pub fn positives(&self) -> &[f64] {
        &self.positives
    }

    /// The scores of the negatives, ascending.
    #[must_use]
    pub fn negatives(&self) -> &[f64] {
        &self.negatives
    }

    /// Rows.
    #[must_use]
    pub fn n(&self) -> usize {
        self.positives.len() + self.negatives.len()
    }

    /// Different scores.
    #[must_use]
    pub fn n_distinct(&self) -> u64 {
        let mut n = 0;
        self.for_each_descending(|_| n += 1);
        n
    }
}

impl ScoreRuns for RankedScores {
    fn n_positives(&self) -> f64 {
        self.positives.len() as f64
    }

    fn n_negatives(&self) -> f64 {
        self.negatives.len() as f64
    }

    fn for_each_descending(&self, mut see: impl FnMut(ScoreRun)) {
        let (mut positives, mut negatives) = (self.positives.as_slice(), self.negatives.as_slice());
        loop {
            let score = match (positives.last(), negatives.last()) {
                (Some(a), Some(b)) => a.max(*b),
                (Some(score), None) | (None, Some(score)) => *score,
                (None, None) => return,
            };
            let (n1, n0) = (equal_at_end(positives, score), equal_at_end(negatives, score));
            positives = &positives[..positives.len() - n1];
            negatives = &negatives[..negatives.len() - n0];
            see(ScoreRun { score, positives: n1 as f64, negatives: n0 as f64 });
        }
    }

    fn for_each_ascending(&self, mut see: impl FnMut(ScoreRun)) {
        let (mut positives, mut negatives) = (self.positives.as_slice(), self.negatives.as_slice());
        loop {
            let score = match (positives.first(), negatives.first()) {
                (Some(a), Some(b)) => a.min(*b),
                (Some(score), None) | (None, Some(score)) => *score,
                (None, None) => return,
            };
            let (n1, n0) = (equal_at_start(positives, score), equal_at_start(negatives, score));
            positives = &positives[n1..];
            negatives = &negatives[n0..];
            see(ScoreRun { score, positives: n1 as f64, negatives: n0 as f64 });
        }
    }

    fn group_end(&self, group: usize, n_groups: usize) -> f64 {
        (self.n() as u128 * group as u128 / n_groups as u128) as f64
    }
}

#[inline(always)]
fn equal_at_end(ascending: &[f64], score: f64) -> usize {
    let mut n = 0;
    while n < ascending.len() && ascending[ascending.len() - 1 - n] == score {
        n += 1;
    }
    n
}

#[inline(always)]
fn equal_at_start(ascending: &[f64], score: f64) -> usize {
    let mut n = 0;
    while n < ascending.len() && ascending[n] == score {
        n += 1;
    }
    n
}

/// The same for rows with weights: frequencies, or what a drawn row stands for.
///
/// Whole-number weights give what the rows repeated that often give. Rows without weight are as if
/// they were not there.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedScores {
    /// From the highest score down.
    runs: Vec<ScoreRun>,
    n_positives: f64,
    n_negatives: f64,
}

impl WeightedScores {
    /// Labels, scores and weights by row.
    ///
    /// # Errors
    /// Those of [`RankedScores::of`]; [`Undefined::NotFinite`] and [`Undefined::OutOfRange`] for
    /// weights that are not finite or negative, [`Undefined::NoWeight`] where all are 0.
    pub fn of(labels: &[bool], scores: &[f64], weights: &[f64]) -> Result<Self, Undefined> {
        same_length(labels.len(), scores.len())?;
        same_length(labels.len(), weights.len())?;
        super::sums::check_weights(weights)?;
        let mut sorter = RowSorter::default();
        let mut parts = [Vec::new(), Vec::new()];
        let mut runs: Vec<ScoreRun> = Vec::new();
        for run in sorter.sort(scores)?.runs() {
            let mut score = 0.0;
            for row in run {
                let row = row as usize;
                score = scores[row];
                parts[usize::from(labels[row])].push(weights[row]);
            }
            let [negatives, positives] = parts.each_mut().map(sum_and_clear);
            if positives + negatives > 0.0 {
                runs.push(ScoreRun { score: score + 0.0, positives, negatives });
            }
        }
        runs.reverse();
        let total = |weight: fn(&ScoreRun) -> f64| {
            let mut sum = CompensatedSum::default();
            runs.iter().for_each(|run| sum.add(weight(run)));
            if sum.value().is_finite() { Ok(sum.value()) } else { Err(Undefined::Overflow) }
        };
        let (n_positives, n_negatives) = (total(|run| run.positives)?, total(|run| run.negatives)?);
        Ok(Self { runs, n_positives, n_negatives })
    }
}

/// A sum in ascending order, so that the order of the rows does not show.
fn sum_and_clear(weights: &mut Vec<f64>) -> f64 {
    weights.sort_unstable_by(f64::total_cmp);
    let mut sum = CompensatedSum::default();
    weights.drain(..).for_each(|weight| sum.add(weight));
    sum.value()
}

impl ScoreRuns for WeightedScores {
    fn n_positives(&self) -> f64 {
        self.n_positives
    }

    fn n_negatives(&self) -> f64 {
        self.n_negatives
    }

    fn for_each_descending(&self, see: impl FnMut(ScoreRun)) {
        self.runs.iter().copied().for_each(see);
    }

    fn for_each_ascending(&self, see: impl FnMut(ScoreRun)) {
        self.runs.iter().rev().copied().for_each(see);
    }

    fn group_end(&self, group: usize, n_groups: usize) -> f64 {
        (self.n_positives + self.n_negatives) * (group as f64 / n_groups as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(scores: &impl ScoreRuns) -> Vec<(f64, f64, f64)> {
        let mut found = Vec::new();
        scores.for_each_descending(|run| found.push((run.score, run.positives, run.negatives)));
        let mut upwards = Vec::new();
        scores.for_each_ascending(|run| upwards.push((run.score, run.positives, run.negatives)));
        upwards.reverse();
        assert_eq!(found, upwards);
        found
    }

    #[test]
    fn equal_scores_are_one_run_whatever_their_sign_of_zero() {
        let labels = [true, false, true, false, false];
        let scores = [0.0, -0.0, f64::INFINITY, 5e-324, f64::NEG_INFINITY];
        let ranked = RankedScores::of(&labels, &scores).unwrap();
        let expected = [(f64::INFINITY, 1.0, 0.0), (5e-324, 0.0, 1.0), (0.0, 1.0, 1.0), (f64::NEG_INFINITY, 0.0, 1.0)];
        assert_eq!(runs(&ranked), expected);
        assert_eq!((ranked.n(), ranked.n_distinct()), (5, 4));
        let weighted = WeightedScores::of(&labels, &scores, &[1.0; 5]).unwrap();
        assert_eq!(runs(&weighted), expected);
    }

    #[test]
    fn weights_are_summed_and_rows_without_one_are_not_there() {
        let weighted =
            WeightedScores::of(&[true, true, false, true], &[1.0, 1.0, 1.0, 2.0], &[0.25, 0.5, 2.0, 0.0]).unwrap();
        assert_eq!(runs(&weighted), [(1.0, 0.75, 2.0)]);
        assert_eq!((weighted.n_positives(), weighted.n_negatives()), (0.75, 2.0));
    }

    #[test]
    fn what_cannot_be_ranked_says_why() {
        assert_eq!(RankedScores::of(&[], &[]), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(RankedScores::of(&[true, false], &[1.0]), Err(Undefined::TooFew { n: 1, needed: 2 }));
        assert_eq!(RankedScores::of(&[true, false], &[f64::NAN, 1.0]), Err(Undefined::NotFinite));
        assert_eq!(RankedScores::of(&[true, false], &[1.0, f64::NAN]), Err(Undefined::NotFinite));
        let weighted = |weights: &[f64]| WeightedScores::of(&[true, false], &[1.0, 2.0], weights).err();
        assert_eq!(weighted(&[1.0]), Some(Undefined::TooFew { n: 1, needed: 2 }));
        assert_eq!(weighted(&[1.0, -1.0]), Some(Undefined::OutOfRange));
        assert_eq!(weighted(&[1.0, f64::NAN]), Some(Undefined::NotFinite));
        assert_eq!(weighted(&[0.0, 0.0]), Some(Undefined::NoWeight));
        assert_eq!(weighted(&[f64::MAX, f64::MAX]), None);
    }
}
