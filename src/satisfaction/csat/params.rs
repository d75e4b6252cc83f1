//! Settings of satisfaction scores.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::report::CsatReport;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::{Scale, SurveyResponses};
use crate::satisfaction::cells::CellSettings;
use crate::satisfaction::checks::check_conf_level;
use crate::satisfaction::period::SurveyPeriod;

/// Unchecked settings of satisfaction scores.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
///
/// let answers = df!(
///     "satisfied" => [5, 4, 5, 2, 3, 4, 1, 5],
///     "touchpoint" => ["web", "web", "web", "web", "store", "store", "store", "store"],
/// )?;
/// let columns = SurveyColumns::new().score(Question::new("satisfied", Scale::ONE_TO_FIVE)).touchpoint("touchpoint");
/// let survey = SurveyResponses::new(answers.lazy(), &columns)?;
/// let report = CsatParams::new().by(["touchpoint"]).run(&survey)?;
/// assert_eq!(report.overall.mean, Some(29.0 / 8.0));
/// // Three of four answered 4 or 5.
/// assert_eq!(report.segment(&["web"]).unwrap().top_box.unwrap().estimate, 0.75);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct CsatParams {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) by: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) period: Option<SurveyPeriod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) as_of: Option<NaiveDate>,
    pub(super) top_box: u32,
    pub(super) bottom_box: u32,
    pub(super) conf_level: f64,
    pub(super) min_n: u64,
}

impl Default for CsatParams {
    fn default() -> Self {
        Self { by: Vec::new(), period: None, as_of: None, top_box: 2, bottom_box: 2, conf_level: 0.95, min_n: 0 }
    }
}

impl CsatParams {
    /// Scores of all responses: the two highest answers count as satisfied, the two lowest as
    /// dissatisfied; intervals of 95%.
    pub fn new() -> Self {
        Self::default()
    }

    /// Effort scores: the three highest answers, 5 to 7 of 7, count as easy, the three lowest as
    /// hard. A scale on which more is harder is turned round first, see [`Scale`].
    pub fn effort() -> Self {
        Self { top_box: 3, bottom_box: 3, ..Self::default() }
    }

    /// Also scores every combination of the values of these columns, which have the role of
    /// segments or of the touchpoint. Responses that lack a value are a segment of their own.
    pub fn by<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.by = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Also scores every period, and every segment in every period. Responses without a time or
    /// wave are left out and counted.
    pub fn period(mut self, period: SurveyPeriod) -> Self {
        self.period = Some(period);
        self
    }

    /// Leaves out, and counts, responses after this day. Periods that end later are incomplete;
    /// without it those that end after the last day with a response.
    pub fn as_of(mut self, day: NaiveDate) -> Self {
        self.as_of = Some(day);
        self
    }

    /// How many of the highest scores of the scale make the top box; two by default.
    pub fn top_box(mut self, n_scores: u32) -> Self {
        self.top_box = n_scores;
        self
    }

    /// How many of the lowest scores of the scale make the bottom box; two by default.
    pub fn bottom_box(mut self, n_scores: u32) -> Self {
        self.bottom_box = n_scores;
        self
    }

    /// Confidence of intervals, 0.95 by default.
    pub fn conf_level(mut self, conf_level: f64) -> Self {
        self.conf_level = conf_level;
        self
    }

    /// Shows no numbers but `n` of groups with fewer responses than this; of all by default. That
    /// a group can be told from the whole and the other groups is for the reader to see to.
    pub fn min_n(mut self, n: u64) -> Self {
        self.min_n = n;
        self
    }

    /// Checks every setting and returns the runnable analysis.
    ///
    /// # Errors
    /// `Param` when a setting is outside its range.
    pub fn check(self) -> Result<Csat> {
        check_conf_level(Csat::NAME, self.conf_level)?;
        self.cells().check()?;
        let refused = |param, expected: &str, got: String| Err(Error::param(Csat::NAME, param, expected, got));
        for (param, n_scores) in [("top_box", self.top_box), ("bottom_box", self.bottom_box)] {
            if n_scores == 0 {
                return refused(param, "at least one score", "0".to_owned());
            }
        }
        Ok(Csat(self))
    }

    /// Checks and runs in one step.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Analysis::run`].
    pub fn run(self, survey: &SurveyResponses) -> Result<CsatReport> {
        self.check()?.run(survey)
    }

    /// What makes the cells.
    pub(super) fn cells(&self) -> CellSettings {
        CellSettings { analysis: Csat::NAME, by: self.by.clone(), period: self.period, as_of: self.as_of }
    }

    /// Refuses what only a report has, where expressions are asked for.
    pub(in crate::satisfaction) fn check_expression(&self) -> Result<()> {
        let is_of_report = !self.by.is_empty() || self.period.is_some() || self.as_of.is_some();
        if is_of_report {
            let got = "`by`, `period` or `as_of`".to_owned();
            return Err(Error::param(Csat::NAME, "by", "left to the `group_by` and `filter` of the query", got));
        }
        Ok(())
    }

    /// Refuses a scale on which a score would be in both boxes.
    pub(in crate::satisfaction) fn check_scale(&self, scale: Scale) -> Result<()> {
        let n_levels = scale.n_levels() as u64;
        let (top, bottom) = (u64::from(self.top_box), u64::from(self.bottom_box));
        if top + bottom <= n_levels {
            return Ok(());
        }
        let expected = format!("so that both boxes fit the {n_levels} scores of the scale {scale}");
        Err(Error::param(Csat::NAME, "top_box", expected, format!("{top}, and {bottom} at the bottom")))
    }
}

/// Checked settings of satisfaction scores; the only type that can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "CsatParams", into = "CsatParams")]
pub struct Csat(pub(super) CsatParams);

impl Csat {
    /// The settings.
    pub fn params(&self) -> &CsatParams {
        &self.0
    }
}

impl TryFrom<CsatParams> for Csat {
    type Error = Error;

    fn try_from(params: CsatParams) -> Result<Self> {
        params.check()
    }
}

impl From<Csat> for CsatParams {
    fn from(checked: Csat) -> Self {
        checked.0
    }
}
