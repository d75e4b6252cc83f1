//! Settings of response rates.

use serde::{Deserialize, Serialize};

use super::report::ResponseReport;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::SurveyResponses;
use crate::satisfaction::cells::CellSettings;
use crate::satisfaction::checks::check_conf_level;

/// Unchecked settings of response rates.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::satisfaction::response::ResponseParams;
///
/// // Six were asked and three answered, two of them in the north.
/// let asked = df!(
///     "score" => [Some(9), Some(7), None, Some(3), None, None],
///     "region" => ["north", "north", "north", "south", "south", "south"],
/// )?;
/// let columns = SurveyColumns::new().score(Question::new("score", Scale::ZERO_TO_TEN)).segments(["region"]);
/// let report = ResponseParams::new(["region"]).run(&SurveyResponses::new(asked.lazy(), &columns)?)?;
/// assert_eq!(report.rate.as_ref().unwrap().estimate, 0.5);
/// assert_eq!(report.attributes[0].levels[0].rate.unwrap().estimate, 2.0 / 3.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct ResponseParams {
    pub(super) by: Vec<String>,
    #[serde(default = "default_conf_level")]
    pub(super) conf_level: f64,
}

fn default_conf_level() -> f64 {
    0.95
}

impl ResponseParams {
    /// Compares respondents with the others over the levels of these columns, each by itself; they have
    /// the role of segments or of the touchpoint. Without columns there is the response rate alone.
    pub fn new<S: Into<String>>(by: impl IntoIterator<Item = S>) -> Self {
        Self { by: by.into_iter().map(Into::into).collect(), conf_level: default_conf_level() }
    }

    /// Confidence of intervals, 0.95 by default.
    pub fn conf_level(mut self, conf_level: f64) -> Self {
        self.conf_level = conf_level;
        self
    }

    /// Checks every setting and returns the runnable analysis.
    ///
    /// # Errors
    /// `Param` when a setting is outside its range.
    pub fn check(self) -> Result<Response> {
        check_conf_level(Response::NAME, self.conf_level)?;
        self.cells().check()?;
        Ok(Response(self))
    }

    /// Checks and runs in one step.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Analysis::run`].
    pub fn run(self, survey: &SurveyResponses) -> Result<ResponseReport> {
        self.check()?.run(survey)
    }

    /// What makes the cells.
    pub(super) fn cells(&self) -> CellSettings {
        CellSettings { analysis: Response::NAME, by: self.by.clone(), period: None, as_of: None }
    }
}

/// Checked settings of response rates; the only type that can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ResponseParams", into = "ResponseParams")]
pub struct Response(pub(super) ResponseParams);

impl Response {
    /// The settings.
    pub fn params(&self) -> &ResponseParams {
        &self.0
    }
}

impl TryFrom<ResponseParams> for Response {
    type Error = Error;

    fn try_from(params: ResponseParams) -> Result<Self> {
        params.check()
    }
}

impl From<Response> for ResponseParams {
    fn from(checked: Response) -> Self {
        checked.0
    }
}
