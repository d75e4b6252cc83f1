//! Rows in the order of their scores, cut into groups of equal size.

use serde::{Deserialize, Serialize};

use super::ranked::{ScoreRun, ScoreRuns};
use super::sums::{check_weights, same_length};
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::order::RowSorter;
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;

/// Which rows of equal scores go to which side of a cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ties {
    /// None in particular: each side has their average number of positives, which need not be
    /// whole. It is what drawing among them would give on average, and no order of the rows
    /// changes it.
    #[default]
    Share,
    /// The earlier rows go to the first group, as most programs have it. A table that is sorted
    /// differently gives another result.
    RowOrder,
}

/// Which end of the scores the first group has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Ascending,
    Descending,
}

/// A group; counts are whole numbers unless ties are shared or rows have weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Group {
    pub(super) n: f64,
    pub(super) positives: f64,
    /// Sum of the scores, which may be infinite.
    pub(super) score_sum: f64,
    /// Lowest and highest score; `None` without rows.
    pub(super) ends: Option<(f64, f64)>,
}

/// Cuts scores into groups, sharing ties.
pub(super) fn groups_of(scores: &impl ScoreRuns, n_groups: usize, direction: Direction) -> Vec<Group> {
    let mut cutter = Cutter::new((1..=n_groups).map(|group| scores.group_end(group, n_groups)).collect());
    match direction {
        Direction::Ascending => scores.for_each_ascending(|run| cutter.add(run)),
        Direction::Descending => scores.for_each_descending(|run| cutter.add(run)),
    }
    cutter.groups()
}

/// Cuts rows into groups, ties by their rows.
pub(super) fn groups_by_row(
    labels: &[bool],
    scores: &[f64],
    weights: Option<&[f64]>,
    n_groups: usize,
    direction: Direction,
) -> Result<Vec<Group>, Undefined> {
    let n = labels.len();
    same_length(n, scores.len())?;
    let ends = match weights {
        None => (1..=n_groups).map(|group| (n as u128 * group as u128 / n_groups as u128) as f64).collect(),
        Some(weights) => {
            same_length(n, weights.len())?;
            check_weights(weights)?;
            let total = ExactSum::of(weights).value().ok_or(Undefined::Overflow)?;
            (1..=n_groups).map(|group| total * (group as f64 / n_groups as f64)).collect()
        }
    };
    let mut cutter = Cutter::new(ends);
    let mut sorter = RowSorter::default();
    // A stable sort of the opposite numbers falls, and leaves equal scores in the order of their rows.
    let opposite: Vec<f64>;
    let keys = match direction {
        Direction::Ascending => scores,
        Direction::Descending => {
            opposite = scores.iter().map(|score| -score).collect();
            &opposite
        }
    };
    for row in sorter.sort(keys)?.rows() {
        let row = row as usize;
        let weight = weights.map_or(1.0, |weights| weights[row]);
        let (positives, negatives) = if labels[row] { (weight, 0.0) } else { (0.0, weight) };
        cutter.add(ScoreRun { score: scores[row], positives, negatives });
    }
    Ok(cutter.groups())
}

struct Cutter {
    /// Where each group ends, counted from the first row.
    ends: Vec<f64>,
    at: usize,
    filled: CompensatedSum,
    sums: Vec<Sums>,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    n: CompensatedSum,
    positives: CompensatedSum,
    scores: CompensatedSum,
    ends: Option<(f64, f64)>,
}

impl Cutter {
    fn new(ends: Vec<f64>) -> Self {
        Self { sums: vec![Sums::default(); ends.len()], ends, at: 0, filled: CompensatedSum::default() }
    }

    fn add(&mut self, run: ScoreRun) {
        let total = run.positives + run.negatives;
        let mut left = total;
        while left > 0.0 && self.at < self.ends.len() {
            let is_last = self.at + 1 == self.ends.len();
            // The last group takes what rounding of weights leaves over.
            let room = if is_last { left } else { self.ends[self.at] - self.filled.value() };
            if room <= 0.0 {
                self.at += 1;
                continue;
            }
            let part = left.min(room);
            let positives = if part == total { run.positives } else { run.positives * (part / total) };
            self.sums[self.at].add(run.score, part, positives);
            self.filled.add(part);
            left -= part;
        }
    }

    fn groups(self) -> Vec<Group> {
        let group = |sums: Sums| Group {
            n: sums.n.value(),
            positives: sums.positives.value(),
            score_sum: sums.scores.value(),
            ends: sums.ends,
        };
        self.sums.into_iter().map(group).collect()
    }
}

impl Sums {
    fn add(&mut self, score: f64, n: f64, positives: f64) {
        self.n.add(n);
        self.positives.add(positives);
        self.scores.add(score * n);
        let (low, high) = self.ends.unwrap_or((score, score));
        self.ends = Some((low.min(score), high.max(score)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::evaluation::{RankedScores, WeightedScores};

    const LABELS: [bool; 5] = [true, false, false, true, false];
    const SCORES: [f64; 5] = [3.0, 2.0, 2.0, 2.0, 1.0];

    fn counts(groups: &[Group]) -> Vec<(f64, f64)> {
        groups.iter().map(|group| (group.n, group.positives)).collect()
    }

    /// By hand: of five rows the first of two groups holds two; the three tied ones hold one
    /// positive between them.
    #[test]
    fn ties_are_shared_or_taken_by_row() {
        let ranked = RankedScores::of(&LABELS, &SCORES).unwrap();
        let shared = groups_of(&ranked, 2, Direction::Descending);
        let third = 1.0 / 3.0;
        assert_eq!(counts(&shared), [(2.0, 1.0 + third), (3.0, 2.0 / 3.0)]);
        assert_eq!((shared[0].ends, shared[1].ends), (Some((2.0, 3.0)), Some((1.0, 2.0))));
        assert_eq!((shared[0].score_sum, shared[1].score_sum), (5.0, 5.0));
        let by_row = groups_by_row(&LABELS, &SCORES, None, 2, Direction::Descending).unwrap();
        assert_eq!(counts(&by_row), [(2.0, 1.0), (3.0, 1.0)]);
        let upwards = groups_by_row(&LABELS, &SCORES, None, 2, Direction::Ascending).unwrap();
        assert_eq!(counts(&upwards), [(2.0, 0.0), (3.0, 2.0)]);
    }

    #[test]
    fn more_groups_than_rows_leaves_some_empty() {
        let ranked = RankedScores::of(&[true, false], &[1.0, 2.0]).unwrap();
        let groups = groups_of(&ranked, 4, Direction::Descending);
        assert_eq!(counts(&groups), [(0.0, 0.0), (1.0, 0.0), (0.0, 0.0), (1.0, 1.0)]);
        assert_eq!(groups[0].ends, None);
        assert!(groups_of(&ranked, 0, Direction::Ascending).is_empty());
    }

    #[test]
    fn weights_are_cut_too() {
        let (labels, scores, weights) = ([true, false], [2.0, 1.0], [3.0, 1.0]);
        let weighted = WeightedScores::of(&labels, &scores, &weights).unwrap();
        let expected = [(2.0, 2.0), (2.0, 1.0)];
        assert_eq!(counts(&groups_of(&weighted, 2, Direction::Descending)), expected);
        let by_row = groups_by_row(&labels, &scores, Some(&weights), 2, Direction::Descending).unwrap();
        assert_eq!(counts(&by_row), expected);
    }
}
