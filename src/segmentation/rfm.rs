//! Recency, frequency, monetary value: the preset of the general value score.

use chrono::NaiveDate;
use polars::prelude::LazyFrame;
use serde::{Deserialize, Serialize};

use super::dimension::{Dimension, Measure, PurchaseUnit};
use super::measures::CustomerMeasures;
use super::model::ValueModel;
use super::params::{Scheme, TieRule, ValueScore, ValueScoreParams, five};
use super::scores::ValueScores;
use super::segment_map::SegmentMap;
use crate::activity::{ActivityReading, DatedBy, Incomplete, ZeroAmount};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::TransactionLog;

/// Scores on recency, frequency and monetary value.
pub type RfmScores = ValueScores;
/// Fitted thresholds of recency, frequency and monetary value.
pub type RfmModel = ValueModel;

/// Name of the recency dimension.
const RECENCY: &str = "recency";
/// Name of the frequency dimension.
const FREQUENCY: &str = "frequency";
/// Name of the monetary dimension.
const MONETARY: &str = "monetary";

/// What the monetary dimension measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Monetary {
    /// Purchases less refunds.
    #[default]
    Total,
    /// Purchases less refunds, per purchase.
    Mean,
}

/// Something for each of recency, frequency and monetary value, or for some of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerDimension<T> {
    /// For recency.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub recency: Option<T>,
    /// For frequency.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub frequency: Option<T>,
    /// For monetary value.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub monetary: Option<T>,
}

fn none<T>() -> Option<T> {
    None
}

impl<T> Default for PerDimension<T> {
    fn default() -> Self {
        Self { recency: None, frequency: None, monetary: None }
    }
}

impl<T: Clone> PerDimension<T> {
    /// In the order of the dimensions.
    fn to_array(&self) -> [Option<T>; 3] {
        [self.recency.clone(), self.frequency.clone(), self.monetary.clone()]
    }
}

/// Which segment names are given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Segments {
    /// The ten usual names; they are defined for five bins.
    #[default]
    TenUsual,
    /// No names.
    None,
    /// The caller's own map, over `recency`, `frequency` and `monetary`.
    Own(SegmentMap),
}

/// Unchecked RFM settings: freely built, cloned and read from a job file.
///
/// Recency is the number of calendar days from the last purchase to `as_of`; frequency
/// counts distinct orders; monetary value is purchases less refunds. A customer with only
/// refunds has no recency and gets no score; one with a single purchase is scored like
/// all others. Customers who did the same get the same score.
///
/// # References
/// Hughes (1994), Strategic Database Marketing; IBM SPSS Direct Marketing, "RFM Binning".
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
///
/// let sales = df!(
///     "customer" => [1_i64, 1, 2, 3, 3, 3],
///     "date" => ["2026-01-05", "2026-01-20", "2025-06-30", "2026-01-29", "2026-01-30", "2026-01-31"],
///     "order" => [1_i64, 2, 3, 4, 5, 6],
///     "amount" => [10.0, 20.0, 5.0, 80.0, 90.0, 100.0],
/// )?;
/// let columns = TransactionColumns::new("customer", "date").amount("amount").order("order").time_format("%Y-%m-%d");
/// let log = TransactionLog::new(sales.lazy(), &columns)?;
///
/// let scores = RfmParams::new(NaiveDate::from_ymd_opt(2026, 2, 1).unwrap()).run(&log)?;
/// let segments: Vec<_> = scores.segment_names().flatten().collect();
/// assert_eq!(segments, ["need_attention", "hibernating", "champions"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct RfmParams {
    as_of: NaiveDate,
    #[serde(default = "five")]
    n_bins: u8,
    #[serde(default)]
    frequency: PurchaseUnit,
    #[serde(default)]
    monetary: Monetary,
    #[serde(default)]
    scheme: Scheme,
    #[serde(default)]
    ties: TieRule,
    #[serde(default)]
    segments: Segments,
    #[serde(default = "equal")]
    weights: [f64; 3],
    #[serde(default)]
    window_days: PerDimension<u32>,
    #[serde(default)]
    cuts: PerDimension<Vec<f64>>,
    #[serde(default)]
    incomplete: Incomplete,
    #[serde(default)]
    zero_amount: ZeroAmount,
    #[serde(default)]
    dated_by: DatedBy,
}

fn equal() -> [f64; 3] {
    [1.0; 3]
}

impl RfmParams {
    /// Measures recency up to `as_of`, inclusive; later rows are ignored and counted.
    /// Frequency counts orders, for which the log needs the role `order`; see
    /// [`frequency`](Self::frequency) for logs without it.
    ///
    /// The date is asked for rather than read from the clock, so that a rerun of last
    /// month's job reports last month's numbers.
    pub fn new(as_of: NaiveDate) -> Self {
        Self {
            as_of,
            n_bins: five(),
            frequency: PurchaseUnit::default(),
            monetary: Monetary::default(),
            scheme: Scheme::default(),
            ties: TieRule::default(),
            segments: Segments::default(),
            weights: equal(),
            window_days: PerDimension::default(),
            cuts: PerDimension::default(),
            incomplete: Incomplete::default(),
            zero_amount: ZeroAmount::default(),
            dated_by: DatedBy::default(),
        }
    }

    /// Sets the number of scores per dimension, 2 to 10; 5 by default. The ten usual
    /// segments need five.
    pub fn n_bins(mut self, n_bins: u8) -> Self {
        self.n_bins = n_bins;
        self
    }

    /// Chooses what frequency counts; distinct orders by default.
    pub fn frequency(mut self, unit: PurchaseUnit) -> Self {
        self.frequency = unit;
        self
    }

    /// Chooses total or mean spend; total by default.
    pub fn monetary(mut self, monetary: Monetary) -> Self {
        self.monetary = monetary;
        self
    }

    /// Chooses independent or nested scoring; independent by default.
    pub fn scheme(mut self, scheme: Scheme) -> Self {
        self.scheme = scheme;
        self
    }

    /// Chooses the tie rule; equal values share a score by default.
    pub fn ties(mut self, rule: TieRule) -> Self {
        self.ties = rule;
        self
    }

    /// Chooses the segment names; the ten usual ones by default.
    pub fn segments(mut self, segments: Segments) -> Self {
        self.segments = segments;
        self
    }

    /// Sets the weights of recency, frequency and monetary value in the overall score.
    pub fn weights(mut self, weights: [f64; 3]) -> Self {
        self.weights = weights;
        self
    }

    /// Measures each of recency, frequency and monetary value over its own last days only,
    /// `as_of` included. Who bought nothing in the window of frequency or total spend has
    /// zero there; who bought nothing in that of recency or mean spend gets no score.
    pub fn window_days(mut self, days: PerDimension<u32>) -> Self {
        self.window_days = days;
        self
    }

    /// Cuts each of recency (in days), frequency and monetary value at fixed points; a value
    /// equal to a cut belongs with the smaller ones, so `[30.0]` reads "up to 30 days".
    pub fn cuts(mut self, cuts: PerDimension<Vec<f64>>) -> Self {
        self.cuts = cuts;
        self
    }

    /// Chooses what happens to rows that lack something; refused by default.
    pub fn incomplete(mut self, policy: Incomplete) -> Self {
        self.incomplete = policy;
        self
    }

    /// Chooses whether an amount of zero is a purchase; it is by default.
    pub fn zero_amount(mut self, policy: ZeroAmount) -> Self {
        self.zero_amount = policy;
        self
    }

    /// Chooses which lines date a customer; purchases by default.
    pub fn dated_by(mut self, lines: DatedBy) -> Self {
        self.dated_by = lines;
        self
    }

    /// The settings of the general score this is a preset of.
    pub fn to_value_score(&self) -> ValueScoreParams {
        let monetary = match self.monetary {
            Monetary::Total => Measure::NetValue,
            Monetary::Mean => Measure::MeanNetValue(self.frequency),
        };
        let measures =
            [(RECENCY, Measure::RecencyDays), (FREQUENCY, Measure::Frequency(self.frequency)), (MONETARY, monetary)];
        let settings = self.window_days.to_array().into_iter().zip(self.cuts.to_array()).zip(self.weights);
        let dimensions: Vec<Dimension> = measures
            .into_iter()
            .zip(settings)
            .map(|((name, measure), ((window_days, cuts), weight))| Dimension {
                window_days,
                weight,
                cuts,
                ..Dimension::of(name, measure)
            })
            .collect();
        let segments = match &self.segments {
            Segments::TenUsual => Some(SegmentMap::ten_usual()),
            Segments::None => None,
            Segments::Own(map) => Some(map.clone()),
        };
        ValueScoreParams {
            n_bins: self.n_bins,
            scheme: self.scheme,
            ties: self.ties,
            segments,
            incomplete: self.incomplete,
            zero_amount: self.zero_amount,
            dated_by: self.dated_by,
            ..ValueScoreParams::new(self.as_of, dimensions)
        }
    }

    /// Checks every setting and returns the runnable analysis.
    ///
    /// # Errors
    /// `Param` for a setting outside its range, a segment map with gaps or overlaps, or
    /// the ten usual names with another number of bins than five.
    pub fn check(self) -> Result<Rfm> {
        let general = self.to_value_score();
        general.clone().without_segments().check_as(Rfm::NAME)?;
        let other = general.dimensions[..2].iter().find(|dimension| dimension.bins(general.n_bins) != 5);
        if let Some(dimension) = other.filter(|_| self.segments == Segments::TenUsual) {
            let param = if dimension.cuts.is_some() { "cuts" } else { "n_bins" };
            let expected = "such as to make 5 bins for the ten usual segments (give your own map, or none)";
            let got = format!("{} bins of {}", dimension.bins(general.n_bins), dimension.name());
            return Err(Error::param(Rfm::NAME, param, expected, got));
        }
        general.check_as(Rfm::NAME)?;
        Ok(Rfm { params: self, general: ValueScore(general) })
    }

    /// Checks and runs in one step.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Analysis::run`].
    pub fn run(self, log: &TransactionLog) -> Result<RfmScores> {
        self.check()?.run(log)
    }
}

/// Checked RFM settings; the only type that can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RfmParams", into = "RfmParams")]
pub struct Rfm {
    params: RfmParams,
    general: ValueScore,
}

impl Rfm {
    /// The settings.
    pub fn params(&self) -> &RfmParams {
        &self.params
    }

    /// The general score this is a preset of.
    #[must_use]
    pub fn general(&self) -> &ValueScore {
        &self.general
    }

    /// Reads the log once and measures recency, frequency and monetary value.
    ///
    /// # Errors
    /// Those of [`Analysis::run`].
    pub fn measure(&self, log: &TransactionLog) -> Result<CustomerMeasures> {
        self.general.measure(log)
    }
}

impl TryFrom<RfmParams> for Rfm {
    type Error = Error;

    fn try_from(params: RfmParams) -> Result<Self> {
        params.check()
    }
}

impl From<Rfm> for RfmParams {
    fn from(checked: Rfm) -> Self {
        checked.params
    }
}

impl Analysis for Rfm {
    type Input = TransactionLog;
    type Reduced = Vec<ActivityReading>;
    type Output = RfmScores;
    const NAME: &'static str = "rfm";

    fn plan(&self, log: &TransactionLog) -> Result<LazyFrame> {
        self.general.plan(log)
    }

    fn reduce(&self, plan: LazyFrame) -> Result<Vec<ActivityReading>> {
        self.general.reduce(plan)
    }

    fn finish(&self, readings: Vec<ActivityReading>) -> Result<RfmScores> {
        self.general.finish(readings)
    }
}
