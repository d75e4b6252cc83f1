//! What became of the rows of a survey.

use std::fmt;

use serde::Serialize;

use crate::frame::AnswerCounts;
use crate::frame::readable::grouped;

/// What became of the rows of a survey; `n_used` and the others add up to `n_rows`.
///
/// A row that lacks several things is counted by the first of them in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SurveyRows {
    /// Rows read.
    pub n_rows: u64,
    /// Responses that the numbers are made of.
    pub n_used: u64,
    /// Rows whose time or wave is missing, where it is looked at.
    pub n_without_period: u64,
    /// Rows with a time that does not fit its format, which were set aside.
    pub n_unreadable_time: u64,
    /// Rows after `as_of`.
    pub n_later: u64,
    /// Rows without an answer: null, NaN or a blank text.
    pub n_null: u64,
    /// Rows with a code that stands for no answer.
    pub n_not_applicable: u64,
    /// Rows with a number outside the scale, which were set aside.
    pub n_out_of_scale: u64,
    /// Rows with a number between the whole ones of the scale, which were set aside.
    pub n_fractional: u64,
    /// Rows with a text that does not begin with a score, which were set aside.
    pub n_unreadable: u64,
    /// Responses without a weight.
    pub n_without_weight: u64,
    /// Responses of weight 0, which stand for nobody.
    pub n_zero_weight: u64,
}

impl SurveyRows {
    pub(in crate::satisfaction) fn answers(&mut self, answers: &AnswerCounts) {
        self.n_null = answers.n_null;
        self.n_not_applicable = answers.n_not_applicable;
        self.n_out_of_scale = answers.n_out_of_scale;
        self.n_fractional = answers.n_fractional;
        self.n_unreadable = answers.n_unreadable;
    }

    /// Rows that were left out, each reason with its name.
    #[must_use]
    pub fn left_out(&self) -> Vec<(&'static str, u64)> {
        let reasons = [
            ("without a period", self.n_without_period),
            ("with a time that does not fit its format", self.n_unreadable_time),
            ("after the date", self.n_later),
            ("without an answer", self.n_null),
            ("not applicable", self.n_not_applicable),
            ("outside the scale", self.n_out_of_scale),
            ("between whole numbers", self.n_fractional),
            ("unreadable", self.n_unreadable),
            ("without a weight", self.n_without_weight),
            ("of weight 0", self.n_zero_weight),
        ];
        reasons.into_iter().filter(|(_, n)| *n > 0).collect()
    }
}

impl fmt::Display for SurveyRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} row(s) used", grouped(self.n_used), grouped(self.n_rows))?;
        let left_out: Vec<String> =
            self.left_out().into_iter().map(|(reason, n)| format!("{} {reason}", grouped(n))).collect();
        if left_out.is_empty() { Ok(()) } else { write!(f, "; left out: {}", left_out.join(", ")) }
    }
}
