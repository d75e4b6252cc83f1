//! What became of the rows of a survey of items.

use std::fmt;

use serde::Serialize;

use super::params::Csi;
use super::settings::ItemSettings;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::AnswerCounts;
use crate::frame::extract::Values;
use crate::frame::readable::grouped;
use crate::frame::survey::CodedQuestion;
use crate::kernel::survey::GapCounts;
use crate::satisfaction::cells::{NO_CELL, WithoutCell};
use crate::satisfaction::tally::{WeightKind, kind_of, unusable_weights};

/// Ways in which an answer can be missing.
const N_GAPS: usize = 5;

/// What became of the rows; `n_used` and the others add up to `n_rows`.
///
/// A row that lacks several things is counted by the first of them in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CsiRows {
    /// Rows read.
    pub n_rows: u64,
    /// Responses that the index is made of.
    pub n_used: u64,
    /// Rows whose time or wave is missing, where it is looked at.
    pub n_without_period: u64,
    /// Rows with a time that does not fit its format, which were set aside.
    pub n_unreadable_time: u64,
    /// Rows after `as_of`.
    pub n_later: u64,
    /// Responses without a weight.
    pub n_without_weight: u64,
    /// Responses of weight 0, which stand for nobody.
    pub n_zero_weight: u64,
    /// Responses to fewer items than it takes; what they answered counts for the items.
    pub n_too_few: u64,
}

impl CsiRows {
    /// Rows that were left out, each reason with its name.
    #[must_use]
    pub fn left_out(&self) -> Vec<(&'static str, u64)> {
        let reasons = [
            ("without a period", self.n_without_period),
            ("with a time that does not fit its format", self.n_unreadable_time),
            ("after the date", self.n_later),
            ("without a weight", self.n_without_weight),
            ("of weight 0", self.n_zero_weight),
            ("with too few answers", self.n_too_few),
        ];
        reasons.into_iter().filter(|(_, n)| *n > 0).collect()
    }
}

impl fmt::Display for CsiRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} row(s) used", grouped(self.n_used), grouped(self.n_rows))?;
        let left_out: Vec<String> =
            self.left_out().into_iter().map(|(reason, n)| format!("{} {reason}", grouped(n))).collect();
        if left_out.is_empty() { Ok(()) } else { write!(f, "; left out: {}", left_out.join(", ")) }
    }
}

/// Counts of rows as they are read.
#[derive(Clone, Debug)]
pub(super) struct RowCounts {
    pub(super) n_rows: u64,
    n_without_weight: u64,
    n_zero_weight: u64,
    n_bad_weight: u64,
    /// For each question the answers, and then what is missing by its reason.
    answers: Vec<[u64; N_GAPS + 1]>,
}

impl RowCounts {
    pub(super) fn new(n_questions: usize) -> Self {
        let answers = vec![[0; N_GAPS + 1]; n_questions];
        Self { n_rows: 0, n_without_weight: 0, n_zero_weight: 0, n_bad_weight: 0, answers }
    }

    /// The weights of rows that have a cell, 0 for all others; those that weigh nothing lose theirs.
    pub(super) fn weigh(&mut self, cells: &mut [u32], weights: &Values<'_, f64>) -> Vec<f64> {
        let mut of_rows = vec![0.0; cells.len()];
        for (row, cell) in cells.iter_mut().enumerate().filter(|(_, cell)| **cell != NO_CELL) {
            let weight = weights.values[row];
            let left_out = match kind_of(weight) {
                _ if weights.is_null(row) => &mut self.n_without_weight,
                WeightKind::Zero => &mut self.n_zero_weight,
                WeightKind::Counts => {
                    of_rows[row] = weight;
                    continue;
                }
                WeightKind::Unusable => &mut self.n_bad_weight,
            };
            *left_out += 1;
            *cell = NO_CELL;
        }
        of_rows
    }

    /// Counts the answers to a question in the rows that have a cell, marked by 1, or in all.
    pub(super) fn answers(&mut self, at: usize, codes: &[u8], n_levels: usize, kept: Option<&[u8]>) {
        // Codes that follow those of the answers are reasons why there is none; a scale ends so far
        // below 255 that all of them fit.
        let first_gap = n_levels as u8;
        let gaps = GapCounts::of(codes, kept, first_gap);
        let [n_answers, counts @ ..] = &mut self.answers[at];
        *n_answers += gaps.n_rows - gaps.n_missing;
        counts[0] += gaps.n_first;
        if gaps.n_missing > gaps.n_first {
            let is_kept = |row: usize| kept.is_none_or(|kept| kept[row] == 1);
            for (_, code) in codes.iter().enumerate().filter(|(row, code)| **code > first_gap && is_kept(*row)) {
                if let Some(count) = counts.get_mut(usize::from(code - first_gap)) {
                    *count += 1;
                }
            }
        }
    }

    /// Adds the counts of other rows.
    pub(super) fn add(&mut self, other: &Self) {
        self.n_rows += other.n_rows;
        self.n_without_weight += other.n_without_weight;
        self.n_zero_weight += other.n_zero_weight;
        self.n_bad_weight += other.n_bad_weight;
        for (mine, theirs) in self.answers.iter_mut().zip(&other.answers) {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
    }

    /// What became of the answers to each question.
    pub(super) fn by_question(&self, settings: &ItemSettings) -> Vec<AnswerCounts> {
        let of_question = |(coded, counts): (&CodedQuestion, &[u64; N_GAPS + 1])| {
            let mut tally = [0; 256];
            tally[0] = counts[0];
            tally.iter_mut().skip(coded.n_levels()).zip(&counts[1..]).for_each(|(cell, n)| *cell = *n);
            coded.counts(&tally)
        };
        settings.questions().zip(&self.answers).map(of_question).collect()
    }

    /// Refuses weights that are none.
    pub(super) fn check(&self) -> Result<()> {
        if self.n_bad_weight == 0 {
            return Ok(());
        }
        Err(Error::Unusable { analysis: Csi::NAME, reason: unusable_weights(self.n_bad_weight) })
    }

    /// What became of the rows, of which so many answered too few items.
    pub(super) fn rows(&self, without: WithoutCell, n_used: u64, n_too_few: u64) -> CsiRows {
        CsiRows {
            n_rows: self.n_rows,
            n_used,
            n_without_period: without.n_without_period,
            n_unreadable_time: without.n_unreadable_time,
            n_later: without.n_later,
            n_without_weight: self.n_without_weight,
            n_zero_weight: self.n_zero_weight,
            n_too_few,
        }
    }
}
