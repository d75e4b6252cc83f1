//! Settings of raking.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::report::RakingReport;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::SurveyResponses;
use crate::frame::readable::{shown_number, shown_text};
use crate::kernel::survey::RakingOptions;
use crate::satisfaction::cells::CellSettings;

/// Part by which the totals of margins may differ before they speak of different populations.
const SAME_TOTAL: f64 = 1e-6;

/// The population by the levels of one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MarginTargets {
    /// The column.
    pub column: String,
    /// Share or number of people of each level; numbers and dates are written as their text.
    pub levels: BTreeMap<String, f64>,
}

impl MarginTargets {
    /// Shares or numbers of people by the levels of a column.
    pub fn new<S: Into<String>>(column: impl Into<String>, levels: impl IntoIterator<Item = (S, f64)>) -> Self {
        let levels = levels.into_iter().map(|(level, target)| (level.into(), target)).collect();
        Self { column: column.into(), levels }
    }
}

/// What happens to responses that lack a level of a margin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MissingLevels {
    /// Raking is refused, with their number.
    #[default]
    Refuse,
    /// They are counted and get no weight.
    LeaveOut,
}

/// Unchecked settings of raking.
///
/// # Examples
///
/// ```
/// use customer_analytics::satisfaction::raking::RakingParams;
///
/// let params = RakingParams::new()
///     .margin("城市", [("上海", 24_870_000.0), ("北京", 21_890_000.0)])
///     .bounds(0.25, 4.0);
/// let from_a_job_file: RakingParams = toml::from_str(
///     r#"bounds = [0.25, 4.0]
///        [[margins]]
///        column = "城市"
///        levels = { "上海" = 24870000.0, "北京" = 21890000.0 }"#,
/// )?;
/// assert_eq!(params, from_a_job_file);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct RakingParams {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bounds: Option<(f64, f64)>,
    pub(super) max_iter: u32,
    pub(super) tol: f64,
    pub(super) missing_levels: MissingLevels,
    pub(super) margins: Vec<MarginTargets>,
}

impl Default for RakingParams {
    fn default() -> Self {
        let RakingOptions { max_iter, tol, bounds } = RakingOptions::default();
        Self { bounds, max_iter, tol, missing_levels: MissingLevels::default(), margins: Vec::new() }
    }
}

impl RakingParams {
    /// No margins yet; at least one has to be stated.
    pub fn new() -> Self {
        Self::default()
    }

    /// States the population by the levels of a column with the role of segments or of the
    /// touchpoint: shares, or numbers of people. Every level that responses have needs one.
    pub fn margin<S: Into<String>>(
        mut self,
        column: impl Into<String>,
        levels: impl IntoIterator<Item = (S, f64)>,
    ) -> Self {
        self.margins.push(MarginTargets::new(column, levels));
        self
    }

    /// Keeps factors within these ends, where their mean is 1: 0.25 to 4, say. By default they may
    /// be as large as it takes.
    pub fn bounds(mut self, least: f64, greatest: f64) -> Self {
        self.bounds = Some((least, greatest));
        self
    }

    /// Turns through all margins at the most, 1,000 by default.
    pub fn max_iter(mut self, n: u32) -> Self {
        self.max_iter = n;
        self
    }

    /// Largest distance of a share from its target that counts as none, 1e-10 by default.
    pub fn tol(mut self, distance: f64) -> Self {
        self.tol = distance;
        self
    }

    /// Chooses what happens to responses that lack a level of a margin; refused by default.
    pub fn missing_levels(mut self, policy: MissingLevels) -> Self {
        self.missing_levels = policy;
        self
    }

    /// Checks every setting and returns the runnable analysis.
    ///
    /// # Errors
    /// `Param` when there are no margins or one has no levels, a column is named twice, a target
    /// is not above 0, margins have different totals, or a setting is outside its range.
    pub fn check(self) -> Result<Raking> {
        let refused = |param, expected: &str, got: String| Err(Error::param(Raking::NAME, param, expected, got));
        if self.margins.is_empty() {
            return refused("margins", "at least one", "none".to_owned());
        }
        for (at, margin) in self.margins.iter().enumerate() {
            let column = &margin.column;
            if self.margins[..at].iter().any(|before| before.column == *column) {
                return refused("margins", "of columns named once", format!("`{column}` twice"));
            }
            if margin.levels.is_empty() {
                return refused("margins", "made of one level or more", format!("none for `{column}`"));
            }
            let is_target = |target: f64| target.is_finite() && target > 0.0;
            if let Some((level, target)) = margin.levels.iter().find(|(_, target)| !is_target(**target)) {
                let got = format!("{target} for `{}` of `{column}`", shown_text(level));
                return refused("margins", "above 0 for every level (filter the others out)", got);
            }
        }
        self.check_totals()?;
        if let Some((least, greatest)) = self.bounds
            && !((0.0..1.0).contains(&least) && greatest > 1.0 && greatest.is_finite())
        {
            return refused("bounds", "0 or more below 1, and above 1", format!("{least} and {greatest}"));
        }
        if self.max_iter == 0 {
            return refused("max_iter", "at least 1", "0".to_owned());
        }
        if !(self.tol > 0.0 && self.tol < 1.0) {
            return refused("tol", "above 0 and below 1", self.tol.to_string());
        }
        Ok(Raking(self))
    }

    /// Margins of one population have one total.
    fn check_totals(&self) -> Result<()> {
        let total = |margin: &MarginTargets| margin.levels.values().sum::<f64>();
        let first = self.margins.first().map(total).unwrap_or_default();
        let is_off = |total: f64| !((total - first).abs() <= SAME_TOTAL * first);
        match self.margins.iter().find(|margin| is_off(total(margin))) {
            None => Ok(()),
            Some(other) => {
                let (one, two) = (&self.margins[0].column, &other.column);
                let shown = |total: f64| shown_number(Some(total));
                let got = format!("{} for `{one}` and {} for `{two}`", shown(first), shown(total(other)));
                Err(Error::param(Raking::NAME, "margins", "of the same total, in shares or in people", got))
            }
        }
    }

    /// Checks and runs in one step.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Analysis::run`].
    pub fn run(self, survey: &SurveyResponses) -> Result<RakingReport> {
        self.check()?.run(survey)
    }

    /// What makes the cells.
    pub(super) fn cells(&self) -> CellSettings {
        let by = self.margins.iter().map(|margin| margin.column.clone()).collect();
        CellSettings { analysis: Raking::NAME, by, period: None, as_of: None }
    }

    pub(super) fn options(&self) -> RakingOptions {
        RakingOptions { max_iter: self.max_iter, tol: self.tol, bounds: self.bounds }
    }
}

/// Checked settings of raking; the only type that can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RakingParams", into = "RakingParams")]
pub struct Raking(pub(super) RakingParams);

impl Raking {
    /// The settings.
    pub fn params(&self) -> &RakingParams {
        &self.0
    }
}

impl TryFrom<RakingParams> for Raking {
    type Error = Error;

    fn try_from(params: RakingParams) -> Result<Self> {
        params.check()
    }
}

impl From<Raking> for RakingParams {
    fn from(checked: Raking) -> Self {
        checked.0
    }
}
