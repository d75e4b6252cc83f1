//! Settings of the general value score.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::dimension::Dimension;
use super::measures::CustomerMeasures;
use super::scores::ValueScores;
use super::segment_map::SegmentMap;
use crate::activity::{DatedBy, Incomplete, ZeroAmount};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::TransactionLog;
use crate::frame::columns::{CODE, CUSTOMER, CUSTOMER_SHARE, N_CUSTOMERS, SCORE, SEGMENT};

/// How customers with equal values are treated; every rule has its own name because they
/// disagree on up to half of the customers where half bought once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TieRule {
    /// Equal values share the score of the middle of their run: `floor(k (r - 1/2) / n) + 1`
    /// with `r` the average rank. The default.
    #[default]
    MidRank,
    /// Equal values share `ceil(k r / n)` with `r` the average rank.
    AverageRank,
    /// `1 +` the number of type-7 quantiles strictly below the value; where less is better,
    /// `k -` that number.
    QuantileCut,
    /// Equal values are told apart by customer id: bins of equal size, but two customers who
    /// did the same may differ. Has no thresholds, so no model. SQL's `NTILE` and
    /// `qcut(rank("first"))` do this.
    FirstById,
}

/// Whether a dimension is binned over all customers or inside the bins before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scheme {
    /// Every dimension over all customers.
    #[default]
    Independent,
    /// The second dimension inside each bin of the first, the third inside each cell of
    /// both, and so on: evenly filled cells, scores comparable only within their cell.
    Nested,
}

/// Unchecked settings of a value score over any number of dimensions.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::segmentation::{Dimension, Measure, PurchaseUnit, ValueScoreParams};
///
/// let as_of = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
/// let params = ValueScoreParams::new(as_of, [
///     Dimension::of("recency", Measure::RecencyDays),
///     Dimension::of("spend_90d", Measure::NetValue).window_days(90).weight(2.0),
///     Dimension::own("referrals"),
/// ]);
/// assert!(params.check().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct ValueScoreParams {
    pub(crate) as_of: NaiveDate,
    pub(crate) dimensions: Vec<Dimension>,
    #[serde(default = "five")]
    pub(crate) n_bins: u8,
    #[serde(default)]
    pub(crate) scheme: Scheme,
    #[serde(default)]
    pub(crate) ties: TieRule,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) segments: Option<SegmentMap>,
    #[serde(default)]
    pub(crate) incomplete: Incomplete,
    #[serde(default)]
    pub(crate) zero_amount: ZeroAmount,
    #[serde(default)]
    pub(crate) dated_by: DatedBy,
}

pub(super) fn five() -> u8 {
    5
}

impl ValueScoreParams {
    /// Scores on the given dimensions as of a date; later transactions are ignored and counted.
    pub fn new(as_of: NaiveDate, dimensions: impl Into<Vec<Dimension>>) -> Self {
        Self {
            as_of,
            dimensions: dimensions.into(),
            n_bins: five(),
            scheme: Scheme::default(),
            ties: TieRule::default(),
            segments: None,
            incomplete: Incomplete::default(),
            zero_amount: ZeroAmount::default(),
            dated_by: DatedBy::default(),
        }
    }

    /// Sets the number of scores per dimension, 2 to 10; 5 by default.
    pub fn n_bins(mut self, n_bins: u8) -> Self {
        self.n_bins = n_bins;
        self
    }

    /// Chooses independent or nested scoring.
    pub fn scheme(mut self, scheme: Scheme) -> Self {
        self.scheme = scheme;
        self
    }

    /// Chooses the tie rule.
    pub fn ties(mut self, rule: TieRule) -> Self {
        self.ties = rule;
        self
    }

    /// Names segments by a map over the scores; none by default.
    pub fn segments(mut self, map: SegmentMap) -> Self {
        self.segments = Some(map);
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

    /// The dimensions, in the order in which they are scored.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// A name that two columns of the result would have.
    fn shared_column(&self) -> Option<String> {
        let first_twice = |taken: &[&str], own: &dyn Fn(&Dimension) -> [String; 2]| {
            let mut taken: BTreeSet<String> = taken.iter().map(|&name| name.to_owned()).collect();
            self.dimensions.iter().flat_map(own).find(|name| !taken.insert(name.clone()))
        };
        let of_customers =
            first_twice(&[CUSTOMER, CODE, SCORE, SEGMENT], &|one| [one.value_column(), one.score_column()]);
        let of_segments =
            first_twice(&[SEGMENT, N_CUSTOMERS, CUSTOMER_SHARE], &|one| [one.mean_column(), one.share_column()]);
        of_customers.or(of_segments)
    }

    /// The same settings without a segment map.
    pub(super) fn without_segments(self) -> Self {
        Self { segments: None, ..self }
    }

    /// Checks every setting and returns the runnable analysis.
    ///
    /// # Errors
    /// `Param` for a setting outside its range; the segment map must cover the whole grid
    /// of its dimensions without overlap.
    pub fn check(self) -> Result<ValueScore> {
        self.check_as(ValueScore::NAME)?;
        Ok(ValueScore(self))
    }

    /// Checks every setting under the name of the analysis it belongs to.
    pub(super) fn check_as(&self, analysis: &'static str) -> Result<()> {
        if !(2..=10).contains(&self.n_bins) {
            return Err(Error::param(analysis, "n_bins", "in 2..=10", self.n_bins));
        }
        if !(1..=9).contains(&self.dimensions.len()) {
            return Err(Error::param(analysis, "dimensions", "1 to 9 in number", self.dimensions.len()));
        }
        self.dimensions.iter().try_for_each(|dimension| dimension.check(analysis))?;
        for (i, dimension) in self.dimensions.iter().enumerate() {
            if self.dimensions[..i].iter().any(|before| before.name == dimension.name) {
                return Err(Error::param(
                    analysis,
                    "dimensions",
                    "named differently",
                    format!("`{}` twice", dimension.name),
                ));
            }
        }
        if let Some(shared) = self.shared_column() {
            let expected = "named so that no two columns share a name";
            return Err(Error::param(analysis, "dimensions", expected, format!("`{shared}` twice")));
        }
        if !(self.dimensions.iter().map(|dimension| dimension.weight).sum::<f64>() > 0.0) {
            return Err(Error::param(analysis, "weight", "above 0 for at least one dimension", 0));
        }
        match &self.segments {
            Some(map) => map.check(analysis, &self.dimensions, self.n_bins),
            None => Ok(()),
        }
    }

    /// Checks and runs in one step.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Analysis::run`].
    pub fn run(self, log: &TransactionLog) -> Result<ValueScores> {
        self.check()?.run(log)
    }

    /// Checks and scores measures that are at hand, such as the caller's own.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`ValueScore::score`].
    pub fn score(self, measures: &CustomerMeasures) -> Result<ValueScores> {
        self.check()?.score(measures)
    }
}

/// Checked settings of a value score; the only type that can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ValueScoreParams", into = "ValueScoreParams")]
pub struct ValueScore(pub(super) ValueScoreParams);

impl ValueScore {
    /// The settings.
    pub fn params(&self) -> &ValueScoreParams {
        &self.0
    }
}

impl TryFrom<ValueScoreParams> for ValueScore {
    type Error = Error;

    fn try_from(params: ValueScoreParams) -> Result<Self> {
        params.check()
    }
}

impl From<ValueScore> for ValueScoreParams {
    fn from(checked: ValueScore) -> Self {
        checked.0
    }
}
