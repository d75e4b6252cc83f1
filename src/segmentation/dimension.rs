//! One dimension of a value score: what is measured, which way is better, how it is cut.

use serde::{Deserialize, Serialize};

use crate::activity::Period;
use crate::error::{Error, Result};
use crate::frame::exact_number;
use crate::kernel::binning::Direction;

/// What counts as one purchase when purchases are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PurchaseUnit {
    /// Every purchase line.
    Line,
    /// Every distinct order; the log needs the role `order`.
    #[default]
    Order,
    /// Every calendar day with a purchase.
    Day,
    /// Every week (Monday to Sunday) with a purchase.
    Week,
    /// Every calendar month with a purchase.
    Month,
}

impl PurchaseUnit {
    /// The period the unit collapses purchases to, if it is one.
    pub(crate) fn period(self) -> Option<Period> {
        match self {
            Self::Line | Self::Order => None,
            Self::Day => Some(Period::Day),
            Self::Week => Some(Period::Week),
            Self::Month => Some(Period::Month),
        }
    }
}

/// What a dimension measures in the transactions of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// Calendar days from the last purchase to `as_of`.
    RecencyDays,
    /// Calendar days from the first purchase to `as_of`.
    TenureDays,
    /// Number of purchases.
    Frequency(PurchaseUnit),
    /// Purchases less refunds.
    NetValue,
    /// Purchases less refunds, per purchase; undefined without one.
    MeanNetValue(PurchaseUnit),
    /// Refunds as a share of purchases, 0 and up; undefined without purchases.
    RefundShare,
}

impl Measure {
    /// The unit in which the measure counts purchases, if it does.
    pub(crate) fn unit(self) -> Option<PurchaseUnit> {
        match self {
            Self::Frequency(unit) | Self::MeanNetValue(unit) => Some(unit),
            _ => None,
        }
    }

    fn direction(self) -> Direction {
        match self {
            Self::RecencyDays | Self::RefundShare => Direction::LowIsBetter,
            _ => Direction::HighIsBetter,
        }
    }
}

/// One dimension of a value score.
///
/// # Examples
///
/// ```
/// use customer_analytics::segmentation::{Dimension, Measure, PurchaseUnit};
///
/// let recent_orders = Dimension::of("orders_90d", Measure::Frequency(PurchaseUnit::Order)).window_days(90).weight(2.0);
/// let referrals = Dimension::own("referrals").n_bins(3);
/// # let _ = (recent_orders, referrals);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Dimension {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) measure: Option<Measure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) direction: Option<Direction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) window_days: Option<u32>,
    #[serde(default = "one", with = "exact_number::one")]
    pub(crate) weight: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) n_bins: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "exact_number::list")]
    pub(crate) cuts: Option<Vec<f64>>,
}

fn one() -> f64 {
    1.0
}

impl Dimension {
    /// Measures something in the transactions; the usual direction of the measure is set.
    pub fn of(name: impl Into<String>, measure: Measure) -> Self {
        Self { measure: Some(measure), ..Self::own(name) }
    }

    /// Takes the caller's own number per customer, from the column of that name; high is better.
    pub fn own(column: impl Into<String>) -> Self {
        Self {
            name: column.into(),
            measure: None,
            direction: None,
            window_days: None,
            weight: 1.0,
            n_bins: None,
            cuts: None,
        }
    }

    /// Sets which way is better; by default that of the measure, and high for own numbers.
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// Which way is better.
    pub(crate) fn better(&self) -> Direction {
        let of_measure = self.measure.map_or(Direction::HighIsBetter, Measure::direction);
        self.direction.unwrap_or(of_measure)
    }

    /// Measures only the last `days` days, `as_of` included.
    pub fn window_days(mut self, days: u32) -> Self {
        self.window_days = Some(days);
        self
    }

    /// Sets the weight in the overall score: 0, or 1e-9 to 1e9; 1 by default.
    pub fn weight(mut self, weight: f64) -> Self {
        self.weight = weight;
        self
    }

    /// Sets the number of scores for this dimension alone, 2 to 10.
    pub fn n_bins(mut self, n_bins: u8) -> Self {
        self.n_bins = Some(n_bins);
        self
    }

    /// Cuts at fixed points, ascending, in place of quantiles; a value equal to a cut
    /// belongs to the bin below it. One to nine cuts make two to ten bins.
    pub fn cuts(mut self, cuts: impl Into<Vec<f64>>) -> Self {
        self.cuts = Some(cuts.into());
        self
    }

    /// The dimension's name, which also heads its score column as `<name>_score`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is measured in the transactions; `None` for the caller's own number.
    #[must_use]
    pub fn measure(&self) -> Option<Measure> {
        self.measure
    }

    /// The column that holds the measured value.
    #[must_use]
    pub fn value_column(&self) -> String {
        match self.measure {
            Some(Measure::RecencyDays | Measure::TenureDays) => format!("{}_days", self.name),
            _ => self.name.clone(),
        }
    }

    /// The column that holds the score.
    #[must_use]
    pub fn score_column(&self) -> String {
        format!("{}_score", self.name)
    }

    /// The column that holds the mean value of a segment.
    pub(crate) fn mean_column(&self) -> String {
        format!("{}_mean", self.value_column())
    }

    /// The column that holds a segment's share of the total value.
    pub(crate) fn share_column(&self) -> String {
        format!("{}_share", self.name)
    }

    /// Number of scores, given that of all dimensions.
    pub(crate) fn bins(&self, of_all: u8) -> u8 {
        match &self.cuts {
            Some(cuts) => cuts.len() as u8 + 1,
            None => self.n_bins.unwrap_or(of_all),
        }
    }

    /// Checks the dimension's own settings.
    pub(crate) fn check(&self, analysis: &'static str) -> Result<()> {
        let refuse = |param, expected: &str, got: String| Err(Error::param(analysis, param, expected, got));
        if self.name.is_empty() {
            return refuse("name", "a name for every dimension", "an empty one".to_owned());
        }
        if let Some(n_bins) = self.n_bins.filter(|n| !(2..=10).contains(n)) {
            return refuse("n_bins", "in 2..=10", n_bins.to_string());
        }
        if !(self.weight == 0.0 || (1e-9..=1e9).contains(&self.weight)) {
            return refuse("weight", "0, or in 1e-9..=1e9", self.weight.to_string());
        }
        if self.window_days.is_some() && self.measure.is_none() {
            return refuse(
                "window_days",
                "left out for an own dimension, which is measured already",
                self.name.clone(),
            );
        }
        if self.window_days == Some(0) {
            return refuse("window_days", "at least 1", "0".to_owned());
        }
        if let Some(cuts) = &self.cuts {
            let ascending = cuts.windows(2).all(|pair| pair[0] < pair[1]) && cuts.iter().all(|cut| cut.is_finite());
            if !(1..=9).contains(&cuts.len()) || !ascending {
                return refuse("cuts", "1 to 9 finite numbers in ascending order", format!("{cuts:?}"));
            }
            if self.n_bins.is_some_and(|n| usize::from(n) != cuts.len() + 1) {
                return refuse("n_bins", "one more than the number of cuts, or left out", format!("{:?}", self.n_bins));
            }
        }
        Ok(())
    }
}
