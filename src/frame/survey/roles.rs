//! Which column plays which role in a survey.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::question::Question;
use crate::error::Result;
use crate::frame::codes::has_categories;
use crate::frame::columns::{RESPONDENT, SCORE, SEGMENT, TEXT, TOUCHPOINT, WAVE, WEIGHT};
use crate::frame::numbers::is_numeric;
use crate::frame::schema::{self, Role, is_identifier};
use crate::frame::times::{format_problem, time_role};

const TABLE: &str = "survey";
const ITEM: &str = "item";

/// What happens to answers that can be none on their scale: those outside it, between its
/// whole numbers, or in texts that do not begin with a score. It goes for times too, where an
/// analysis looks at them: texts that do not fit the format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OutOfScale {
    /// The analysis is refused, with the column and the count.
    #[default]
    Error,
    /// The answers, and responses with such a time, are left out and counted;
    /// [`SurveyResponses::quarantine`](super::SurveyResponses::quarantine) shows their rows.
    Quarantine,
}

/// Which column plays which role in a table of survey responses, one row per response.
///
/// A response has a score, items or both. Periods are made of the time, or are the waves of
/// the survey. Any column name will do, Chinese ones too.
///
/// # Examples
///
/// ```
/// use customer_analytics::frame::{Question, Scale, SurveyColumns};
///
/// let columns = SurveyColumns::new()
///     .score(Question::new("推荐", Scale::ZERO_TO_TEN))
///     .time("日期")
///     .time_format("%d/%m/%Y")
///     .segments(["城市"]);
/// let from_a_job_file: SurveyColumns = serde_json::from_str(
///     r#"{
///         "score": {"column": "推荐", "scale": {"min": 0, "max": 10}},
///         "time": "日期", "time_format": "%d/%m/%Y", "segments": ["城市"]
///     }"#,
/// )?;
/// assert_eq!(columns, from_a_job_file);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct SurveyColumns {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) respondent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) time: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) time_format: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) wave: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<Question>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) items: Vec<Question>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) segments: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) weight: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) touchpoint: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) texts: Vec<String>,
    #[serde(default)]
    pub(crate) out_of_scale: OutOfScale,
}

impl SurveyColumns {
    /// No roles yet; a score or items have to be named.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the column that tells respondents apart, so that waves can be compared within them.
    pub fn respondent(mut self, column: impl Into<String>) -> Self {
        self.respondent = Some(column.into());
        self
    }

    /// Names the column with the time of a response.
    pub fn time(mut self, column: impl Into<String>) -> Self {
        self.time = Some(column.into());
        self
    }

    /// Tells how a time written as text reads, in `strftime` codes such as `%d/%m/%Y`.
    /// Blank text is a missing time, which every analysis counts; other text that does not fit is
    /// refused, unless [`out_of_scale`](Self::out_of_scale) sets it aside.
    pub fn time_format(mut self, format: impl Into<String>) -> Self {
        self.time_format = Some(format.into());
        self
    }

    /// Names the column with the wave of the survey: whole numbers go by size, be they numbers or
    /// texts that all read as such; categories of an `Enum` in its order, other texts by their bytes
    /// (`W10` before `W9`).
    pub fn wave(mut self, column: impl Into<String>) -> Self {
        self.wave = Some(column.into());
        self
    }

    /// Names the question whose answer is the score: would recommend, satisfied, effort.
    pub fn score(mut self, question: Question) -> Self {
        self.score = Some(question);
        self
    }

    /// Names the questions that are the items of an index.
    pub fn items(mut self, questions: impl IntoIterator<Item = Question>) -> Self {
        self.items.extend(questions);
        self
    }

    /// Names columns whose values make segments: numbers, flags, dates, text or categories.
    pub fn segments<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.segments.extend(columns.into_iter().map(Into::into));
        self
    }

    /// Names the column with the weight of each response, such as raking gives; only the
    /// proportions of the weights matter.
    pub fn weight(mut self, column: impl Into<String>) -> Self {
        self.weight = Some(column.into());
        self
    }

    /// Names the column with the touchpoint or channel that was asked about.
    pub fn touchpoint(mut self, column: impl Into<String>) -> Self {
        self.touchpoint = Some(column.into());
        self
    }

    /// Names columns of free text, which are carried along and never counted.
    pub fn texts<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.texts.extend(columns.into_iter().map(Into::into));
        self
    }

    /// Chooses what happens to answers that can be none on their scale, and to times that do not
    /// fit their format; refused by default.
    pub fn out_of_scale(mut self, policy: OutOfScale) -> Self {
        self.out_of_scale = policy;
        self
    }

    /// All questions: the score, then the items.
    pub(crate) fn questions(&self) -> impl Iterator<Item = &Question> {
        self.score.iter().chain(&self.items)
    }

    fn named_questions(&self) -> impl Iterator<Item = (&'static str, &Question)> {
        self.score.iter().map(|score| (SCORE, score)).chain(self.items.iter().map(|item| (ITEM, item)))
    }

    /// The roles with the types they can have.
    fn roles(&self) -> Vec<Role<'_>> {
        const IDENTIFIER: &str = "a whole number, text or category (cast decimals like 17850.0 to Int64)";
        const LABEL: &str = "a number, boolean, date, text or category";
        // How a question is read decides which types will do, so they are looked at elsewhere.
        let question =
            |(name, question)| Role { name, column: Question::column(question), accepts: |_| true, needs: "" };
        let mut roles: Vec<Role<'_>> = self.named_questions().map(question).collect();
        if let Some(time) = &self.time {
            roles.push(time_role(time, self.time_format.as_ref()));
        }
        let identifiers = [(RESPONDENT, &self.respondent), (WAVE, &self.wave)];
        for (name, column) in identifiers {
            if let Some(column) = column {
                roles.push(Role { name, column, accepts: is_identifier, needs: IDENTIFIER });
            }
        }
        if let Some(column) = &self.weight {
            roles.push(Role { name: WEIGHT, column, accepts: is_numeric, needs: "numbers" });
        }
        for (name, columns) in [(SEGMENT, self.segments.as_slice()), (TOUCHPOINT, self.touchpoint.as_slice())] {
            roles.extend(columns.iter().map(|column| Role { name, column, accepts: has_categories, needs: LABEL }));
        }
        roles.extend(self.texts.iter().map(|column| Role {
            name: TEXT,
            column,
            accepts: schema::is_written,
            needs: "text",
        }));
        roles
    }

    /// What is wrong with how the questions are read, and with the choice of roles itself.
    fn problems(&self, schema: &Schema) -> Vec<String> {
        let mut problems = Vec::new();
        if self.questions().next().is_none() {
            problems.push("there is no question; name a `score` or `items`".to_owned());
        }
        if self.time_format.is_some() && self.time.is_none() {
            problems.push("there is a time format, but no role `time`".to_owned());
        }
        problems.extend(self.time_format.as_ref().and_then(|format| format_problem(format)));
        problems.extend(self.named_questions().flat_map(|(role, question)| question.problems(role, schema)));
        problems
    }

    /// Checks all roles against a schema.
    pub(super) fn check(&self, schema: &Schema) -> Result<()> {
        schema::check(TABLE, schema, &self.roles(), self.problems(schema))
    }
}
