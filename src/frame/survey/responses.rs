//! The checked table of a survey.

use std::fmt;
use std::sync::Arc;

use polars::prelude::*;

use super::answers::{Answers, read_answers};
use super::question::Question;
use super::roles::{OutOfScale, SurveyColumns};
use super::unread_times::{TimeReading, UNREAD_TIME};
use crate::error::{Error, Result};
use crate::frame::columns::{RULE_REASON, SOURCE_ROW};
use crate::frame::times::time_expr;

const TABLE: &str = "survey";

/// A table of survey responses whose roles exist and have usable types; nothing is read yet.
///
/// # Examples
///
/// ```
/// use customer_analytics::frame::{Question, Scale, SurveyColumns, SurveyResponses};
/// use customer_analytics::polars::prelude::*;
///
/// let answers = df!("score" => [Some(9), Some(10), None, Some(3)], "city" => ["上海", "北京", "北京", "上海"])?;
/// let columns = SurveyColumns::new().score(Question::new("score", Scale::ZERO_TO_TEN)).segments(["city"]);
/// let survey = SurveyResponses::new(answers.lazy(), &columns)?;
/// assert_eq!(survey.columns(), &columns);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SurveyResponses {
    frame: LazyFrame,
    schema: SchemaRef,
    columns: SurveyColumns,
}

impl SurveyResponses {
    /// Checks the roles against the schema of a table; reads nothing but that.
    ///
    /// # Errors
    /// `Schema` with every problem at once: columns that are missing, have an unusable type or
    /// play two roles, a scale that is none, no question at all. `Query` when the schema cannot
    /// be had.
    pub fn new(frame: impl IntoLazy, columns: &SurveyColumns) -> Result<Self> {
        let mut frame = frame.lazy();
        let schema = frame.collect_schema().map_err(Error::query("reading the schema of the survey"))?;
        columns.check(&schema)?;
        Ok(Self { frame, schema, columns: columns.clone() })
    }

    /// The table behind the roles, with all its columns.
    pub fn lazy(&self) -> LazyFrame {
        self.frame.clone()
    }

    /// The roles as they were given.
    pub fn columns(&self) -> &SurveyColumns {
        &self.columns
    }

    /// Names and types of all columns.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The question whose answer is the score, where one is named.
    #[must_use]
    pub fn score(&self) -> Option<&Question> {
        self.columns.score.as_ref()
    }

    /// The questions that are items of an index.
    pub fn items(&self) -> &[Question] {
        &self.columns.items
    }

    /// The table with its questions read: every score and item a double, null where there is no
    /// answer, be it missing, a code that stands for none, or set aside. All other columns stay.
    ///
    /// It is what other analyses begin with, such as key drivers and correlations, for which a 0
    /// that says "not applicable" would be the worst answer. The query fails at answers that can
    /// be none on their scale, unless [`SurveyColumns::out_of_scale`] sets them aside.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::frame::{Question, Scale, SurveyColumns, SurveyResponses};
    /// use customer_analytics::polars::prelude::*;
    ///
    /// let table = df!("food" => [5, 0, 3], "staff" => ["4 - good", "", "1 - bad"], "city" => ["a", "b", "c"])?;
    /// let food = Question::new("food", Scale::ONE_TO_FIVE).not_applicable([0]);
    /// let staff = Question::new("staff", Scale::ONE_TO_FIVE).text_scores(true);
    /// let survey = SurveyResponses::new(table.lazy(), &SurveyColumns::new().items([food, staff]))?;
    /// let expected = df!(
    ///     "food" => [Some(5.0), None, Some(3.0)], "staff" => [Some(4.0), None, Some(1.0)], "city" => ["a", "b", "c"],
    /// )?;
    /// assert_eq!(survey.answers().collect()?, expected);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn answers(&self) -> LazyFrame {
        let policy = self.columns.out_of_scale;
        let read: Vec<Expr> = self.columns.questions().map(|question| answer_expr(question, policy)).collect();
        self.frame.clone().with_columns(read)
    }

    /// The rows with an answer that can be none on its scale: outside it, between its whole
    /// numbers, or in a text that does not begin with a score; and those with a time that does not
    /// fit its format.
    ///
    /// They come as they were read and in source order, after `source_row` (from 0) and
    /// `rule_reason`, which names every such column and what is wrong; whether they are refused
    /// or left out elsewhere is [`SurveyColumns::out_of_scale`].
    pub fn quarantine(&self) -> LazyFrame {
        let mut numbered = self.frame.clone().with_row_index(SOURCE_ROW, None);
        if let Ok(Some(unread)) = self.unread_time_expr() {
            numbered = numbered.with_column(unread);
        }
        let questions: Arc<[Question]> = self.columns.questions().cloned().collect();
        let judge = move |batch: DataFrame| taken(&questions, batch);
        let layout = |numbered: &Schema| {
            let mut schema = numbered.clone();
            schema.shift_remove(UNREAD_TIME);
            schema.insert_at_index(1, RULE_REASON.into(), DataType::String)?;
            Ok(Arc::new(schema))
        };
        numbered.map(judge, AllowedOptimizations::STREAMING, Some(Arc::new(layout)), Some("quarantine"))
    }

    /// The time of a response: a Date, or a Datetime on the wall clock of its zone.
    pub(crate) fn time_expr(&self) -> Option<Expr> {
        let time = self.columns.time.as_ref()?;
        Some(time_expr(time, self.columns.time_format.as_ref(), &self.schema))
    }

    /// Which times are texts that do not fit the format, where there is one: [`UNREAD_TIME`].
    pub(crate) fn unread_time_expr(&self) -> PolarsResult<Option<Expr>> {
        let (Some(time), Some(column), Some(format)) =
            (self.time_expr(), &self.columns.time, &self.columns.time_format)
        else {
            return Ok(None);
        };
        let policy = self.columns.out_of_scale;
        TimeReading { column: column.clone(), format: format.clone(), policy }.expr(time).map(Some)
    }
}

/// The answers to a question as doubles.
fn answer_expr(question: &Question, policy: OutOfScale) -> Expr {
    let (column, question) = (col(question.column()), question.clone());
    let read = move |column: Column| {
        let failed = |error: Error| polars_err!(ComputeError: "{error}");
        let answers = read_answers(TABLE, &question, &column).map_err(failed)?;
        answers.counts(question.scale()).check(TABLE, &question, policy).map_err(failed)?;
        let scores: Float64Chunked = answers.scores(question.scale()).collect();
        Ok(scores.with_name(column.name().clone()).into_column())
    };
    let field = |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::Float64));
    column.map_with_fmt_str(read, field, "answers")
}

/// The rows of a batch that have an answer or a time that can be none, with what is wrong.
fn taken(questions: &[Question], mut batch: DataFrame) -> PolarsResult<DataFrame> {
    let read = |question: &Question| -> PolarsResult<Answers> {
        let answers = read_answers(TABLE, question, batch.column(question.column())?);
        answers.map_err(|error| polars_err!(ComputeError: "{error}"))
    };
    let answers: Vec<Answers> = questions.iter().map(read).collect::<PolarsResult<_>>()?;
    let times = batch.drop_in_place(UNREAD_TIME).ok();
    let unread = times.as_ref().map(|times| (times.is_not_null(), TimeReading::of(times.dtype())));
    let problem = |row: usize| {
        let of_row = |(question, answers): (&Question, &Answers)| {
            answers.problem(row, question.scale()).map(|problem| format!("`{}` is {problem}", question.column()))
        };
        let mut problems: Vec<String> = questions.iter().zip(&answers).filter_map(of_row).collect();
        if let Some((is_unread, Some(reading))) = &unread
            && is_unread.get(row) == Some(true)
        {
            problems.push(reading.problem());
        }
        (!problems.is_empty()).then(|| problems.join(", "))
    };
    let reasons: StringChunked = (0..batch.height()).map(problem).collect();
    let is_taken = reasons.is_not_null();
    batch.insert_column(1, reasons.with_name(RULE_REASON.into()).into_column())?;
    batch.filter_seq(&is_taken)
}

impl fmt::Debug for SurveyResponses {
    /// The roles only: a plan over a frame can show what customers answered.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SurveyResponses").field("columns", &self.columns).finish_non_exhaustive()
    }
}
