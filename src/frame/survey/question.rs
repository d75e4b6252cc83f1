//! One question of a survey.

use polars::prelude::{DataType, Schema};
use serde::{Deserialize, Serialize};

use super::scale::Scale;
use crate::frame::schema::is_written;

/// A code that stands for no answer: a number such as 99, or a text such as `don't know`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum AnswerCode {
    /// A whole number, in a column of numbers or of texts that are read as such.
    Number(i64),
    /// A text, compared without the blanks around it.
    Text(String),
}

impl From<i32> for AnswerCode {
    fn from(code: i32) -> Self {
        Self::Number(code.into())
    }
}

impl From<i64> for AnswerCode {
    fn from(code: i64) -> Self {
        Self::Number(code)
    }
}

impl From<&str> for AnswerCode {
    fn from(code: &str) -> Self {
        Self::Text(code.trim().to_owned())
    }
}

impl From<String> for AnswerCode {
    fn from(code: String) -> Self {
        Self::from(code.as_str())
    }
}

/// One question: the column with its answers, and how they are to be read.
///
/// # Examples
///
/// ```
/// use customer_analytics::frame::{Question, Scale};
///
/// let food = Question::new("Food and Drink", Scale::ONE_TO_FIVE).not_applicable([0]);
/// let from_a_job_file: Question = serde_json::from_str(
///     r#"{"column": "Food and Drink", "scale": {"min": 1, "max": 5}, "not_applicable": [0]}"#,
/// )?;
/// assert_eq!(food, from_a_job_file);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Question {
    pub(super) column: String,
    pub(super) scale: Scale,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) not_applicable: Vec<AnswerCode>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) text_scores: bool,
}

impl Question {
    /// A question whose answers are the numbers of a column, on a scale.
    pub fn new(column: impl Into<String>, scale: Scale) -> Self {
        Self { column: column.into(), scale, not_applicable: Vec::new(), text_scores: false }
    }

    /// Names codes that stand for no answer, such as `[0]`, `[98, 99]` or `["N/A"]`; they are
    /// left out and counted, even where they lie on the scale.
    pub fn not_applicable<C: Into<AnswerCode>>(mut self, codes: impl IntoIterator<Item = C>) -> Self {
        self.not_applicable.extend(codes.into_iter().map(Into::into));
        self
    }

    /// Reads texts that begin with the score: `9`, `10 - very likely`, `10 – 非常满意`, `8分`.
    ///
    /// A text of anything else is unreadable: words alone, a score that goes on in letters
    /// (`10th`), and two numbers (`0-6`, `9/10`, `5 or 6`), of which none is sure to be the answer.
    /// A number behind words in brackets is a remark: `9 (out of 10)` is read as 9.
    /// A blank text is a missing answer.
    pub fn text_scores(mut self, allowed: bool) -> Self {
        self.text_scores = allowed;
        self
    }

    /// The column with the answers.
    #[must_use]
    pub fn column(&self) -> &str {
        &self.column
    }

    /// The answers that the question allows.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// What is wrong with the question on a table of this schema, under the role's name.
    pub(super) fn problems(&self, role: &str, schema: &Schema) -> Vec<String> {
        let column = &self.column;
        let scale = self.scale.problem().map(|problem| format!("role `{role}`, column `{column}`: {problem}"));
        let of_type = match schema.get(column) {
            // That the column is there is checked for all roles.
            None => None,
            Some(dtype) if is_answer(dtype) => None,
            Some(dtype) if is_written(dtype) && self.text_scores => None,
            Some(dtype) if is_written(dtype) => Some(format!(
                "role `{role}` needs numbers, but column `{column}` is {dtype}; if its texts begin with the score, \
                 ask for `text_scores`"
            )),
            Some(dtype) => Some(format!("role `{role}` needs numbers, but column `{column}` is {dtype}")),
        };
        scale.into_iter().chain(of_type).collect()
    }
}

/// Types whose numbers are answers; a question that nobody was asked has no type at all.
fn is_answer(dtype: &DataType) -> bool {
    dtype.is_primitive_numeric() || dtype.is_decimal() || dtype.is_null()
}
