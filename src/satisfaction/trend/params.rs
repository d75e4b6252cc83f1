//! Settings of a trend.

use serde::{Deserialize, Serialize};

use super::report::TrendReport;
use super::scores::PeriodScores;
use crate::error::{Error, Result};
use crate::kernel::multiplicity::Multiplicity;
use crate::kernel::survey::ControlChart;
use crate::satisfaction::checks::check_conf_level;

/// The name that errors give.
pub(super) const TREND: &str = "trend";

/// What happens to periods that the responses do not cover to both their ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IncompletePeriods {
    /// They are shown, and stay out of tests, slope and limits.
    #[default]
    LeaveOut,
    /// They count as all others do.
    Keep,
}

/// Unchecked settings of a trend.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::ControlChart;
/// use customer_analytics::satisfaction::trend::TrendParams;
///
/// let params = TrendParams::new().chart(ControlChart::MovingRange).conf_level(0.9);
/// let from_a_job_file: TrendParams = toml::from_str("chart = \"moving_range\"\nconf_level = 0.9")?;
/// assert_eq!(params, from_a_job_file);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct TrendParams {
    pub(super) conf_level: f64,
    pub(super) multiplicity: Multiplicity,
    pub(super) chart: ControlChart,
    pub(super) n_sigmas: f64,
    pub(super) incomplete: IncompletePeriods,
}

impl Default for TrendParams {
    fn default() -> Self {
        Self {
            conf_level: 0.95,
            multiplicity: Multiplicity::Holm,
            chart: ControlChart::default(),
            n_sigmas: 3.0,
            incomplete: IncompletePeriods::default(),
        }
    }
}

impl TrendParams {
    /// Intervals of 95%, Holm's p-values, Laney's control limits of three sigmas, and complete
    /// periods alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// Confidence of intervals, 0.95 by default.
    pub fn conf_level(mut self, conf_level: f64) -> Self {
        self.conf_level = conf_level;
        self
    }

    /// How the p-values of the changes of one series are adjusted together; Holm's by default.
    pub fn multiplicity(mut self, multiplicity: Multiplicity) -> Self {
        self.multiplicity = multiplicity;
        self
    }

    /// How control limits are made; by Laney's chart by default.
    pub fn chart(mut self, chart: ControlChart) -> Self {
        self.chart = chart;
        self
    }

    /// Width of the control limits to either side, 3 sigmas by default.
    pub fn n_sigmas(mut self, n: f64) -> Self {
        self.n_sigmas = n;
        self
    }

    /// Chooses what happens to incomplete periods; they stay out of tests by default.
    pub fn incomplete(mut self, policy: IncompletePeriods) -> Self {
        self.incomplete = policy;
        self
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// `Param` when a setting is outside its range.
    pub fn check(self) -> Result<Trend> {
        check_conf_level(TREND, self.conf_level)?;
        if !(self.n_sigmas > 0.0 && self.n_sigmas.is_finite()) {
            return Err(Error::param(TREND, "n_sigmas", "above 0", self.n_sigmas));
        }
        Ok(Trend(self))
    }

    /// Checks the settings and works out the trend of a report.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and [`Trend::of`].
    pub fn of(self, report: &impl PeriodScores) -> Result<TrendReport> {
        self.check()?.of(report)
    }
}

/// Checked settings of a trend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "TrendParams", into = "TrendParams")]
pub struct Trend(pub(super) TrendParams);

impl Trend {
    /// The settings.
    pub fn params(&self) -> &TrendParams {
        &self.0
    }

    /// The trend of a report that was made by period.
    ///
    /// # Errors
    /// `Param` for a report without periods.
    pub fn of(&self, report: &impl PeriodScores) -> Result<TrendReport> {
        TrendReport::new(&self.0, report)
    }
}

impl TryFrom<TrendParams> for Trend {
    type Error = Error;

    fn try_from(params: TrendParams) -> Result<Self> {
        params.check()
    }
}

impl From<Trend> for TrendParams {
    fn from(checked: Trend) -> Self {
        checked.0
    }
}
