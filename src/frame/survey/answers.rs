//! Answers read from a column: a place on the scale for each row, or why there is none.

use polars::prelude::*;
use serde::Serialize;

use super::question::{AnswerCode, Question};
use super::roles::OutOfScale;
use super::scale::Scale;
use super::text_scores::leading_score;
use crate::error::{Error, Result};
use crate::frame::codes::{NO_CODE, seen_texts};
use crate::frame::extract::{Values, f64_values, i8_values, i64_values, text_values};

/// Reasons why a row has no answer, as codes that follow those of the whole answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    Null,
    NotApplicable,
    OutOfScale,
    Fractional,
    Unreadable,
}

impl Gap {
    /// All reasons in the order of their codes.
    pub(super) const ALL: [Self; 5] =
        [Self::Null, Self::NotApplicable, Self::OutOfScale, Self::Fractional, Self::Unreadable];

    /// What is wrong with an answer, if it can be none on the scale.
    pub(super) fn problem(self, scale: Scale) -> Option<String> {
        match self {
            Self::Null | Self::NotApplicable => None,
            Self::OutOfScale => Some(format!("outside {scale}")),
            Self::Fractional => Some(format!("between the whole numbers of {scale}")),
            Self::Unreadable => Some("no text that begins with a score".to_owned()),
        }
    }
}

/// The answers to one question in some rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Answers {
    /// For each row its place on the scale, from 0 for the worst whole answer; from the number of
    /// whole answers on, the reason why there is none. On a scale with fractions all answers have
    /// the code 0.
    pub(crate) codes: Vec<u8>,
    /// The answers on a scale with fractions, arbitrary where there is none; else empty.
    values: Vec<f64>,
}

impl Answers {
    /// A score for each row; `None` without an answer.
    pub(crate) fn scores(&self, scale: Scale) -> impl Iterator<Item = Option<f64>> + '_ {
        self.codes.iter().enumerate().map(move |(row, &code)| {
            let whole = || scale.score_at(code.into());
            (usize::from(code) < scale.n_levels()).then(|| self.values.get(row).copied().unwrap_or_else(whole))
        })
    }

    /// The answers as places on the scale, from 0 for the worst to 1 for the best; NaN where there
    /// is none.
    pub(crate) fn places(&self, scale: Scale) -> impl Iterator<Item = f64> + '_ {
        let min = f64::from(scale.min());
        let range = f64::from(scale.max()) - min;
        self.scores(scale).map(move |score| score.map_or(f64::NAN, |score| (score - min) / range))
    }

    /// What is wrong with the answer of a row, if it can be none on the scale.
    pub(super) fn problem(&self, row: usize, scale: Scale) -> Option<String> {
        let gap = usize::from(self.codes[row]).checked_sub(scale.n_levels())?;
        Gap::ALL.get(gap)?.problem(scale)
    }

    /// What became of the rows.
    pub(crate) fn counts(&self, scale: Scale) -> AnswerCounts {
        let mut tally = [0_u64; 256];
        self.codes.iter().for_each(|&code| tally[usize::from(code)] += 1);
        AnswerCounts::of(scale, &tally)
    }
}

/// What became of the answers to one question; the parts add up to the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AnswerCounts {
    /// Rows read.
    pub n_rows: u64,
    /// Rows with an answer on the scale.
    pub n_answered: u64,
    /// Rows without an answer: null, NaN or a blank text.
    pub n_null: u64,
    /// Rows with a code that stands for no answer.
    pub n_not_applicable: u64,
    /// Rows with a number outside the scale.
    pub n_out_of_scale: u64,
    /// Rows with a number between the whole ones, where the scale has none.
    pub n_fractional: u64,
    /// Rows with a text that does not begin with a score.
    pub n_unreadable: u64,
}

impl AnswerCounts {
    /// Counts out of the number of rows by code.
    pub(crate) fn of(scale: Scale, tally: &[u64; 256]) -> Self {
        let (answered, gaps) = tally.split_at(scale.n_levels().min(tally.len()));
        let of = |gap: Gap| gaps.get(gap as usize).copied().unwrap_or_default();
        Self {
            n_rows: tally.iter().sum(),
            n_answered: answered.iter().sum(),
            n_null: of(Gap::Null),
            n_not_applicable: of(Gap::NotApplicable),
            n_out_of_scale: of(Gap::OutOfScale),
            n_fractional: of(Gap::Fractional),
            n_unreadable: of(Gap::Unreadable),
        }
    }

    /// Rows that were set aside, as their answer can be none on the scale.
    #[must_use]
    pub fn n_quarantined(&self) -> u64 {
        self.n_out_of_scale + self.n_fractional + self.n_unreadable
    }

    /// Refuses answers that can be none on the scale, unless they are to be set aside.
    ///
    /// # Errors
    /// `Unusable` with the column and the count of each kind.
    pub(crate) fn check(&self, analysis: &'static str, question: &Question, policy: OutOfScale) -> Result<()> {
        if policy == OutOfScale::Quarantine || self.n_quarantined() == 0 {
            return Ok(());
        }
        let scale = question.scale();
        let kinds = [
            (self.n_out_of_scale, format!("outside {scale}")),
            (self.n_fractional, format!("between the whole numbers of {scale}")),
            (self.n_unreadable, "that do not begin with a score".to_owned()),
        ];
        let kinds: Vec<String> =
            kinds.into_iter().filter(|(n, _)| *n > 0).map(|(n, kind)| format!("{n} answer(s) {kind}")).collect();
        let of_file = match self.n_unreadable {
            0 => "",
            _ => "read texts such as `NA` as missing by `CsvOptions::null_values`, ",
        };
        let reason = format!(
            "column `{}` has {}; mend them, {of_file}state another `Scale`, declare codes as `not_applicable`, or set \
             them aside by `SurveyColumns::out_of_scale(OutOfScale::Quarantine)`",
            question.column(),
            kinds.join(", ")
        );
        Err(Error::Unusable { analysis, reason })
    }
}

/// How the numbers of a question are judged.
struct Judge {
    min: i64,
    n_levels: u64,
    fractions: bool,
    not_applicable: Vec<i64>,
    not_applicable_texts: Vec<String>,
}

impl Judge {
    fn new(question: &Question) -> Self {
        let (mut numbers, mut texts) = (Vec::new(), Vec::new());
        for code in &question.not_applicable {
            match code {
                AnswerCode::Number(number) => numbers.push(*number),
                AnswerCode::Text(text) => texts.push(text.trim().to_owned()),
            }
        }
        let scale = question.scale;
        Self {
            min: scale.min().into(),
            n_levels: scale.n_levels() as u64,
            fractions: scale.has_fractions(),
            not_applicable: numbers,
            not_applicable_texts: texts,
        }
    }

    /// The code of a reason.
    fn gap(&self, gap: Gap) -> u8 {
        self.n_levels as u8 + gap as u8
    }

    fn whole(&self, score: i64) -> u8 {
        if self.not_applicable.contains(&score) {
            return self.gap(Gap::NotApplicable);
        }
        // Below the scale the difference wraps to a large number.
        match score.wrapping_sub(self.min) as u64 {
            level if score < self.min || level >= self.n_levels => self.gap(Gap::OutOfScale),
            _ if self.fractions => 0,
            level => level as u8,
        }
    }

    fn double(&self, score: f64) -> u8 {
        if score.is_nan() {
            return self.gap(Gap::Null);
        }
        if score.fract() == 0.0 {
            // Beyond 64 bits the ends stand in, which lie outside any scale.
            return self.whole(score as i64);
        }
        let (min, max) = (self.min as f64, self.min as f64 + self.n_levels as f64 - 1.0);
        match (min..=max).contains(&score) {
            false => self.gap(Gap::OutOfScale),
            true if self.fractions => 0,
            true => self.gap(Gap::Fractional),
        }
    }

    fn text(&self, text: &str) -> (u8, f64) {
        let text = text.trim();
        if self.not_applicable_texts.iter().any(|code| code == text) {
            return (self.gap(Gap::NotApplicable), 0.0);
        }
        match leading_score(text) {
            _ if text.is_empty() => (self.gap(Gap::Null), 0.0),
            Some(score) => (self.double(score), score),
            None => (self.gap(Gap::Unreadable), 0.0),
        }
    }

    /// The answers of a column of numbers.
    fn all<T: Copy>(&self, column: &Values<'_, T>, code: impl Fn(T) -> u8, score: impl Fn(T) -> f64) -> Answers {
        let mut codes: Vec<u8> = column.values.iter().map(|&value| code(value)).collect();
        column.each_null(|row| codes[row] = self.gap(Gap::Null));
        let scores = || column.values.iter().map(|&value| score(value)).collect();
        Answers { codes, values: if self.fractions { scores() } else { Vec::new() } }
    }

    /// The answers of a column of texts, each distinct one read once.
    fn texts(&self, series: &Series) -> Option<Answers> {
        let texts = text_values(series)?;
        let seen = seen_texts(&texts, series.len());
        let read: Vec<(u8, f64)> = seen.rows.iter().map(|&row| self.text(texts.text(row as usize))).collect();
        let of_row = |&seen: &u32| if seen == NO_CODE { (self.gap(Gap::Null), 0.0) } else { read[seen as usize] };
        let (codes, values): (Vec<u8>, Vec<f64>) = seen.codes.iter().map(of_row).unzip();
        Some(Answers { codes, values: if self.fractions { values } else { Vec::new() } })
    }

    /// Codes of all numbers of eight bits, by their bits.
    fn table(&self) -> [u8; 256] {
        std::array::from_fn(|bits| self.whole((bits as u8 as i8).into()))
    }

    /// The least answer, where the whole scale and all codes for no answer are numbers of eight bits.
    fn least_byte(&self) -> Option<u8> {
        let is_byte = |number: i64| i8::try_from(number).is_ok();
        let are_bytes = is_byte(self.min) && is_byte(self.min + self.n_levels as i64 - 1);
        are_bytes.then_some(self.min as i8 as u8)
    }

    /// Codes of numbers of eight bits on a scale of whole numbers, by arithmetic that the compiler
    /// does on many at a time.
    fn bytes(&self, column: &Values<'_, i8>, least: u8, codes: &mut Vec<u8>) {
        let (n_levels, outside) = (self.n_levels as u8, self.gap(Gap::OutOfScale));
        codes.clear();
        // Below the scale the difference wraps to a number beyond it.
        let code = |&score: &i8| {
            let level = (score as u8).wrapping_sub(least);
            if level < n_levels { level } else { outside }
        };
        codes.extend(column.values.iter().map(code));
        for not_applicable in self.not_applicable.iter().filter_map(|&number| i8::try_from(number).ok()) {
            let gap = self.gap(Gap::NotApplicable);
            let rows = codes.iter_mut().zip(column.values);
            rows.for_each(|(code, &score)| *code = if score == not_applicable { gap } else { *code });
        }
        column.each_null(|row| codes[row] = self.gap(Gap::Null));
    }
}

/// Reads the answers of a column into a place whose memory is used again.
///
/// # Errors
/// `Query` when the column has a type that answers do not have.
pub(crate) fn read_answers_into(
    step: &'static str,
    question: &Question,
    column: &Column,
    answers: &mut Answers,
) -> Result<()> {
    let judge = Judge::new(question);
    if let (DataType::Int8, Some(least), false) = (column.dtype(), judge.least_byte(), judge.fractions) {
        let series = column.as_materialized_series().rechunk();
        if let Some(values) = i8_values(&series) {
            judge.bytes(&values, least, &mut answers.codes);
            return Ok(());
        }
    }
    *answers = read_answers(step, question, column)?;
    Ok(())
}

/// Reads the answers of a column; a function of each row alone.
///
/// # Errors
/// `Query` when the column has a type that answers do not have.
pub(crate) fn read_answers(step: &'static str, question: &Question, column: &Column) -> Result<Answers> {
    let judge = Judge::new(question);
    let series = column.as_materialized_series().rechunk();
    let cast = |dtype: DataType| series.strict_cast(&dtype).map_err(Error::query(step));
    let answers = match series.dtype() {
        DataType::Int8 if !judge.fractions && judge.least_byte().is_some() => {
            let least = judge.least_byte().unwrap_or_default();
            i8_values(&series).map(|values| {
                let mut answers = Answers::default();
                judge.bytes(&values, least, &mut answers.codes);
                answers
            })
        }
        DataType::Int8 => {
            let table = judge.table();
            i8_values(&series).map(|values| judge.all(&values, |score| table[usize::from(score as u8)], f64::from))
        }
        DataType::Int16 | DataType::Int32 | DataType::Int64 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
            let whole = cast(DataType::Int64)?;
            i64_values(&whole).map(|values| judge.all(&values, |score| judge.whole(score), |score| score as f64))
        }
        DataType::String => judge.texts(&series),
        DataType::Categorical(..) | DataType::Enum(..) => judge.texts(&cast(DataType::String)?),
        // Wider whole numbers are no less exact on any scale.
        _ => {
            let doubles = cast(DataType::Float64)?;
            f64_values(&doubles).map(|values| judge.all(&values, |score| judge.double(score), |score| score))
        }
    };
    // Without a chunk there is no row.
    Ok(answers.unwrap_or_default())
}
