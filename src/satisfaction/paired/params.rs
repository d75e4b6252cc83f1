//! Settings of changes within people.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::report::PairedReport;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::SurveyResponses;
use crate::satisfaction::cells::CellSettings;
use crate::satisfaction::checks::{check_conf_level, check_cut_order};
use crate::satisfaction::nps::NpsParams;
use crate::satisfaction::period::SurveyPeriod;

/// What happens to people who answered more than once in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Repeated {
    /// The analysis is refused, with their count.
    #[default]
    Error,
    /// They take no part in changes from or to that period, and are counted.
    LeaveOut,
}

/// Unchecked settings of changes within people.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::satisfaction::paired::PairedParams;
///
/// let answers = df!(
///     "customer" => ["a", "b", "c", "d", "a", "b", "c", "e"],
///     "wave" => [1, 1, 1, 1, 2, 2, 2, 2],
///     "score" => [7, 3, 9, 10, 9, 8, 9, 10],
/// )?;
/// let columns = SurveyColumns::new()
///     .score(Question::new("score", Scale::ZERO_TO_TEN))
///     .respondent("customer")
///     .wave("wave");
/// let report = PairedParams::new(SurveyPeriod::Wave).run(&SurveyResponses::new(answers.lazy(), &columns)?)?;
/// let change = &report.changes[0];
/// // Of the three who answered both times two went up by a class.
/// assert_eq!((change.n(), change.n_first_only, change.n_second_only), (3, 1, 1));
/// assert_eq!(change.change.as_ref().unwrap().estimate, 200.0 / 3.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct PairedParams {
    pub(super) period: SurveyPeriod,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) as_of: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) between: Vec<(String, String)>,
    #[serde(default = "default_detractors_to")]
    pub(super) detractors_to: i32,
    #[serde(default = "default_promoters_from")]
    pub(super) promoters_from: i32,
    #[serde(default = "default_conf_level")]
    pub(super) conf_level: f64,
    #[serde(default)]
    pub(super) repeated: Repeated,
}

fn default_detractors_to() -> i32 {
    6
}

fn default_promoters_from() -> i32 {
    9
}

fn default_conf_level() -> f64 {
    0.95
}

impl PairedParams {
    /// Changes from each wave or period to the next one, with intervals of 95%.
    pub fn new(period: SurveyPeriod) -> Self {
        Self {
            period,
            as_of: None,
            between: Vec::new(),
            detractors_to: default_detractors_to(),
            promoters_from: default_promoters_from(),
            conf_level: default_conf_level(),
            repeated: Repeated::default(),
        }
    }

    /// Looks at the change between these two, by their labels, in place of all neighbours; may be
    /// called several times.
    pub fn between(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.between.push((from.into(), to.into()));
        self
    }

    /// Leaves out, and counts, responses after this day.
    pub fn as_of(mut self, day: NaiveDate) -> Self {
        self.as_of = Some(day);
        self
    }

    /// Which answers are those of detractors and of promoters, for scales on which they are not
    /// up to 6 and from 9 on.
    pub fn cuts(mut self, detractors_to: i32, promoters_from: i32) -> Self {
        (self.detractors_to, self.promoters_from) = (detractors_to, promoters_from);
        self
    }

    /// Confidence of intervals, 0.95 by default.
    pub fn conf_level(mut self, conf_level: f64) -> Self {
        self.conf_level = conf_level;
        self
    }

    /// What happens to people who answered more than once in a period; refused by default.
    pub fn repeated(mut self, policy: Repeated) -> Self {
        self.repeated = policy;
        self
    }

    /// Checks every setting and returns the runnable analysis.
    ///
    /// # Errors
    /// `Param` when a setting is outside its range.
    pub fn check(self) -> Result<Paired> {
        check_conf_level(Paired::NAME, self.conf_level)?;
        check_cut_order(Paired::NAME, self.detractors_to, self.promoters_from)?;
        let refused = |param, expected: &str, got: String| Err(Error::param(Paired::NAME, param, expected, got));
        if let Some((from, _)) = self.between.iter().find(|(from, to)| from == to) {
            return refused("between", "two different periods", format!("`{from}` twice"));
        }
        if (1..self.between.len()).any(|at| self.between[..at].contains(&self.between[at])) {
            return refused("between", "given once for each pair", "a pair twice".to_owned());
        }
        Ok(Paired(self))
    }

    /// Checks and runs in one step.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Analysis::run`].
    pub fn run(self, survey: &SurveyResponses) -> Result<PairedReport> {
        self.check()?.run(survey)
    }

    /// What makes the periods.
    pub(super) fn cells(&self) -> CellSettings {
        CellSettings { analysis: Paired::NAME, by: Vec::new(), period: Some(self.period), as_of: self.as_of }
    }

    /// The classes of scores.
    pub(super) fn classes(&self) -> NpsParams {
        NpsParams::new().cuts(self.detractors_to, self.promoters_from)
    }
}

/// Checked settings of changes within people; the only type that can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "PairedParams", into = "PairedParams")]
pub struct Paired(pub(super) PairedParams);

impl Paired {
    /// The settings.
    pub fn params(&self) -> &PairedParams {
        &self.0
    }
}

impl TryFrom<PairedParams> for Paired {
    type Error = Error;

    fn try_from(params: PairedParams) -> Result<Self> {
        params.check()
    }
}

impl From<Paired> for PairedParams {
    fn from(checked: Paired) -> Self {
        checked.0
    }
}
