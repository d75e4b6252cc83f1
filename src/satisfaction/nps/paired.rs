//! The score of the same people at two times.

use chrono::NaiveDate;
use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::paired_report::NpsPairedReport;
use super::params::check_cuts;
use crate::analysis::{Analysis, collect_streamed};
use crate::error::{Error, Result};
use crate::frame::SurveyResponses;
use crate::frame::columns::{RESPONDENT, SCORE};
use crate::frame::schema::identifier;
use crate::frame::survey::CodedQuestion;

/// One of two times at which the same people were asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum PairedTime {
    /// A wave of the survey, as it is written.
    Wave(String),
    /// Days from one to another, both of them included.
    Days {
        /// First day.
        from: NaiveDate,
        /// Last day.
        to: NaiveDate,
    },
}

/// Unchecked settings of the change of a score among people who answered twice.
///
/// What a person keeps from one time to the next drops out, so that smaller changes can be told
/// from noise than between two samples. A respondent is paired who answered once at each time;
/// others are counted. People are not weighted, so the survey has no role `weight`.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::satisfaction::nps::NpsPairedParams;
///
/// let answers = df!("who" => [1, 2, 3, 4, 1, 2, 3, 5], "wave" => [1, 1, 1, 1, 2, 2, 2, 2], "score" => [7, 9, 8, 0, 10, 9, 8, 3])?;
/// let columns =
///     SurveyColumns::new().respondent("who").wave("wave").score(Question::new("score", Scale::ZERO_TO_TEN));
/// let survey = SurveyResponses::new(answers.lazy(), &columns)?;
/// let report = NpsPairedParams::waves("1", "2").run(&survey)?;
/// // Of three who answered twice one went from passive to promoter: 100 / 3 points.
/// assert_eq!((report.transitions.first().n(), report.n_only_first, report.n_only_second), (3, 1, 1));
/// assert_eq!(report.change.unwrap().n_up, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct NpsPairedParams {
    pub(super) first: PairedTime,
    pub(super) second: PairedTime,
    #[serde(default = "six")]
    pub(super) detractors_to: i32,
    #[serde(default = "nine")]
    pub(super) promoters_from: i32,
    #[serde(default = "default_conf_level")]
    pub(super) conf_level: f64,
}

fn six() -> i32 {
    6
}

fn nine() -> i32 {
    9
}

fn default_conf_level() -> f64 {
    0.95
}

impl NpsPairedParams {
    /// Compares two times, the earlier first.
    pub fn new(first: PairedTime, second: PairedTime) -> Self {
        Self { first, second, detractors_to: six(), promoters_from: nine(), conf_level: default_conf_level() }
    }

    /// Compares two waves, as they are written in their column.
    pub fn waves(first: impl Into<String>, second: impl Into<String>) -> Self {
        Self::new(PairedTime::Wave(first.into()), PairedTime::Wave(second.into()))
    }

    /// Compares two spans of days, each with its first and last day.
    pub fn days(first: (NaiveDate, NaiveDate), second: (NaiveDate, NaiveDate)) -> Self {
        let span = |(from, to)| PairedTime::Days { from, to };
        Self::new(span(first), span(second))
    }

    /// Which answers are those of detractors and of promoters; up to 6 and from 9 on by default.
    pub fn cuts(mut self, detractors_to: i32, promoters_from: i32) -> Self {
        (self.detractors_to, self.promoters_from) = (detractors_to, promoters_from);
        self
    }

    /// Confidence of the interval, 0.95 by default.
    pub fn conf_level(mut self, conf_level: f64) -> Self {
        self.conf_level = conf_level;
        self
    }

    /// Checks every setting and returns the runnable analysis.
    ///
    /// # Errors
    /// `Param` when a setting is outside its range, or the two times overlap.
    pub fn check(self) -> Result<NpsPaired> {
        let refused = |param, expected: &str, got: String| Err(Error::param(NpsPaired::NAME, param, expected, got));
        if !(self.conf_level > 0.0 && self.conf_level < 1.0) {
            return refused("conf_level", "above 0 and below 1", self.conf_level.to_string());
        }
        if self.detractors_to >= self.promoters_from {
            let got = format!("{} and {}", self.detractors_to, self.promoters_from);
            return refused("cuts", "detractors below promoters", got);
        }
        match (&self.first, &self.second) {
            (PairedTime::Wave(first), PairedTime::Wave(second)) if first != second => Ok(NpsPaired(self)),
            (PairedTime::Wave(first), PairedTime::Wave(_)) => {
                refused("second", "another wave than the first", format!("`{first}` twice"))
            }
            (PairedTime::Days { from, to }, PairedTime::Days { from: next, to: last })
                if from <= to && to < next && next <= last =>
            {
                Ok(NpsPaired(self))
            }
            (PairedTime::Days { .. }, PairedTime::Days { .. }) => refused(
                "second",
                "days that come after the first ones",
                "days that overlap or run backwards".to_owned(),
            ),
            _ => refused("second", "a wave where the first is one, and days where it is days", "the other".to_owned()),
        }
    }

    /// Checks and runs in one step.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Analysis::run`].
    pub fn run(self, survey: &SurveyResponses) -> Result<NpsPairedReport> {
        self.check()?.run(survey)
    }
}

/// Checked settings of the change of a score among people who answered twice; the only type that
/// can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "NpsPairedParams", into = "NpsPairedParams")]
pub struct NpsPaired(pub(super) NpsPairedParams);

impl NpsPaired {
    /// The settings.
    pub fn params(&self) -> &NpsPairedParams {
        &self.0
    }

    /// Whether a row is of a time.
    fn is_at(&self, time: &PairedTime, survey: &SurveyResponses) -> Result<Expr> {
        let lacking = |role: &str| {
            let expected = format!("of a survey with the role `{role}`");
            Error::param(Self::NAME, "first", expected, "a survey without it")
        };
        let is_at = match time {
            PairedTime::Wave(wave) => {
                let column = survey.columns().wave.as_ref().ok_or_else(|| lacking("wave"))?;
                col(column.as_str()).cast(DataType::String).eq(lit(wave.as_str()))
            }
            PairedTime::Days { from, to } => {
                let day = survey.time_expr().ok_or_else(|| lacking("time"))?.cast(DataType::Date);
                let date = |date: &NaiveDate| lit(*date).cast(DataType::Date);
                day.clone().gt_eq(date(from)).and(day.lt_eq(date(to)))
            }
        };
        Ok(is_at.fill_null(lit(false)))
    }
}

impl TryFrom<NpsPairedParams> for NpsPaired {
    type Error = Error;

    fn try_from(params: NpsPairedParams) -> Result<Self> {
        params.check()
    }
}

impl From<NpsPaired> for NpsPairedParams {
    fn from(checked: NpsPaired) -> Self {
        checked.0
    }
}

/// Columns of the plan.
pub(super) const IS_FIRST: &str = "is_first";
pub(super) const IS_SECOND: &str = "is_second";
pub(super) const N_FIRST: &str = "n_first";
pub(super) const N_SECOND: &str = "n_second";
pub(super) const FIRST: &str = "first";
pub(super) const SECOND: &str = "second";
pub(super) const HAS_RESPONDENT: &str = "has_respondent";
pub(super) const N_PEOPLE: &str = "n_people";
pub(super) const N_ROWS: &str = "n_rows";
/// Rows by the reason why there is no answer.
pub(super) const GAPS: [&str; 5] = ["n_null", "n_not_applicable", "n_out_of_scale", "n_fractional", "n_unreadable"];

impl Analysis for NpsPaired {
    type Input = SurveyResponses;
    type Reduced = DataFrame;
    type Output = NpsPairedReport;
    const NAME: &'static str = "nps_paired";

    /// People by what they answered at the two times: one row for each combination of classes.
    fn plan(&self, survey: &SurveyResponses) -> Result<LazyFrame> {
        let columns = survey.columns();
        let (Some(question), Some(respondent)) = (survey.score(), &columns.respondent) else {
            let expected = "run on a survey with the roles `respondent` and `score`";
            return Err(Error::param(Self::NAME, "respondent", expected, "a survey without"));
        };
        if columns.weight.is_some() {
            let expected = "left out of the roles, as people are counted";
            return Err(Error::param(Self::NAME, "weight", expected, "a survey with weights"));
        }
        let (scale, params) = (question.scale(), &self.0);
        check_cuts(Self::NAME, scale, params.detractors_to, params.promoters_from)?;
        let coded = CodedQuestion { question: question.clone(), out_of_scale: columns.out_of_scale };
        let (n_levels, dtype) = (scale.n_levels() as u32, coded.dtype().map_err(Error::query(Self::NAME))?);
        let answers = coded.expr(Self::NAME).map_err(Error::query(Self::NAME))?;
        let code = || col(SCORE).to_physical().cast(DataType::UInt32);
        // Places of the first answer that is not a detractor's, and of a promoter's first.
        let place = |score: i32| lit((score - scale.min()) as u32);
        let class = when(code().gt_eq(lit(n_levels)))
            .then(lit(NULL))
            .when(code().lt_eq(place(params.detractors_to)))
            .then(lit(0_i64))
            .when(code().lt(place(params.promoters_from)))
            .then(lit(1_i64))
            .otherwise(lit(2_i64));
        let rows = survey.lazy().select([
            identifier(respondent, survey.schema()).alias(RESPONDENT),
            self.is_at(&params.first, survey)?.alias(IS_FIRST),
            self.is_at(&params.second, survey)?.alias(IS_SECOND),
            answers.alias(SCORE),
        ]);
        let at = |time: &'static str| class.clone().filter(col(time));
        let n_answers = |time: &'static str| at(time).is_not_null().sum().cast(DataType::Int64);
        let mut of_person = vec![
            n_answers(IS_FIRST).alias(N_FIRST),
            n_answers(IS_SECOND).alias(N_SECOND),
            at(IS_FIRST).min().alias(FIRST),
            at(IS_SECOND).min().alias(SECOND),
            len().cast(DataType::Int64).alias(N_ROWS),
        ];
        of_person.extend(
            (0_u32..)
                .zip(GAPS)
                .map(|(gap, name)| code().eq(lit(n_levels + gap)).sum().cast(DataType::Int64).alias(name)),
        );
        let people = rows.filter(col(IS_FIRST).or(col(IS_SECOND))).group_by([col(RESPONDENT)]).agg(of_person);
        // More than one answer is told by 2, however many they are.
        let capped = |name: &str| when(col(name).gt(lit(1_i64))).then(lit(2_i64)).otherwise(col(name)).alias(name);
        let kinds = [N_FIRST, N_SECOND, FIRST, SECOND, HAS_RESPONDENT].map(col);
        let sums = GAPS.iter().chain([&N_ROWS]).map(|name| col(*name).sum());
        let people = people.with_columns([
            capped(N_FIRST),
            capped(N_SECOND),
            col(RESPONDENT).is_not_null().alias(HAS_RESPONDENT),
        ]);
        let counted = people
            .group_by(kinds)
            .agg([len().cast(DataType::Int64).alias(N_PEOPLE)].into_iter().chain(sums).collect::<Vec<_>>());
        // The type alone says how the answers were read.
        Ok(counted.with_column(lit(NULL).cast(dtype).alias(SCORE)))
    }

    fn reduce(&self, plan: LazyFrame) -> Result<DataFrame> {
        collect_streamed(Self::NAME, plan)
    }

    fn finish(&self, counted: DataFrame) -> Result<NpsPairedReport> {
        NpsPairedReport::new(&self.0, &counted)
    }
}
