//! What a report by period has to tell for a trend.

use crate::kernel::survey::Share;
use crate::kernel::undefined::Undefined;
use crate::satisfaction::csat::{CsatGroup, CsatReport};
use crate::satisfaction::csi::{CsiGroup, CsiReport};
use crate::satisfaction::groups::GroupKey;
use crate::satisfaction::nps::{NpsGroup, NpsReport};
use crate::satisfaction::period::SurveyPeriod;

/// The score of one group in one period.
///
/// # Examples
///
/// ```
/// use customer_analytics::satisfaction::trend::PeriodScore;
/// use customer_analytics::satisfaction::{GroupKey, PeriodLabel};
///
/// let mut key = GroupKey::default();
/// key.period = Some(PeriodLabel::wave("2026 spring"));
/// let score = PeriodScore::new(key, 120, Some(4.2), Some(0.1)).n_eff(97.5);
/// assert_eq!(score.tested, Ok((4.2, 0.1)));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PeriodScore {
    /// The responses it is made of.
    pub key: GroupKey,
    /// Responses.
    pub n: u64,
    /// How many equally weighted responses they are worth.
    pub n_eff: Option<f64>,
    /// The score; `None` where there is none, as in small groups that are not shown.
    pub estimate: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// The score and the standard error that changes are tested by, which need not be those that are shown, or
    /// why they are not tested: a sample in which nothing varies has a standard error of 0, though its score is
    /// not sure.
    pub tested: Result<(f64, f64), Undefined>,
}

impl PeriodScore {
    /// A score that is tested by its own standard error, unless that is 0.
    #[must_use]
    pub fn new(key: GroupKey, n: u64, estimate: Option<f64>, std_error: Option<f64>) -> Self {
        let tested = match (estimate, std_error) {
            (Some(estimate), Some(error)) if !(estimate.is_finite() && error.is_finite()) => Err(Undefined::NotFinite),
            (Some(estimate), Some(error)) if error > 0.0 => Ok((estimate, error)),
            (Some(_), Some(_)) => Err(Undefined::Constant),
            _ => Err(Undefined::TooFew { n: n.min(1), needed: 2 }),
        };
        Self { key, n, n_eff: None, estimate, std_error, tested }
    }

    /// How many equally weighted responses they are worth.
    #[must_use]
    pub fn n_eff(mut self, n_eff: impl Into<Option<f64>>) -> Self {
        self.n_eff = n_eff.into();
        self
    }

    /// The score and the standard error that changes are tested by, or why they are not tested.
    #[must_use]
    pub fn tested_by(mut self, tested: Result<(f64, f64), Undefined>) -> Self {
        self.tested = tested;
        self
    }
}

/// A report with scores by period, whose trend can be looked at.
pub trait PeriodScores {
    /// What is scored, in a word: `nps`.
    fn measure(&self) -> &str;

    /// The columns that make segments.
    fn by(&self) -> &[String];

    /// What makes the periods; `None` for a report without periods.
    fn period(&self) -> Option<SurveyPeriod>;

    /// The least and the greatest score there can be, where intervals of changes end.
    fn range(&self) -> Option<(f64, f64)> {
        None
    }

    /// The scores of all responses by period, and behind them those of each segment by period;
    /// each series in the order of its periods.
    fn scores(&self) -> Vec<PeriodScore>;
}

/// The share of satisfied customers, the top box, is the score of a satisfaction report.
impl PeriodScores for CsatReport {
    fn measure(&self) -> &str {
        "top box"
    }

    fn by(&self) -> &[String] {
        &self.params.by
    }

    fn period(&self) -> Option<SurveyPeriod> {
        self.params.period
    }

    fn range(&self) -> Option<(f64, f64)> {
        Some((0.0, 1.0))
    }

    fn scores(&self) -> Vec<PeriodScore> {
        let score = |group: &CsatGroup| {
            let of_box = |of: fn(&Share) -> f64| group.top_box.as_ref().map(of);
            PeriodScore::new(group.key.clone(), group.n, of_box(|top| top.estimate), of_box(|top| top.std_error))
                .n_eff(group.n_eff)
        };
        self.periods.iter().chain(&self.groups).map(score).collect()
    }
}

/// The mean answers of a satisfaction report as its scores.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::satisfaction::SurveyPeriod;
/// use customer_analytics::satisfaction::trend::{CsatMeans, TrendParams};
///
/// let answers = df!("satisfied" => [1, 3, 2, 4, 3, 5], "wave" => [1, 1, 2, 2, 3, 3])?;
/// let columns = SurveyColumns::new().score(Question::new("satisfied", Scale::ONE_TO_FIVE)).wave("wave");
/// let report = CsatParams::new().period(SurveyPeriod::Wave).run(&SurveyResponses::new(answers.lazy(), &columns)?)?;
/// let means = TrendParams::new().of(&CsatMeans(&report))?;
/// assert_eq!(means.series[0].slope.as_ref().unwrap().slope, 1.0); // 2, 3, 4
/// let shares = TrendParams::new().of(&report)?;
/// assert_eq!(shares.series[0].slope.as_ref().unwrap().slope, 0.25); // 0, 1/2, 1/2
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CsatMeans<'a>(pub &'a CsatReport);

impl PeriodScores for CsatMeans<'_> {
    fn measure(&self) -> &str {
        "mean score"
    }

    fn by(&self) -> &[String] {
        self.0.by()
    }

    fn period(&self) -> Option<SurveyPeriod> {
        self.0.params.period
    }

    fn range(&self) -> Option<(f64, f64)> {
        Some((self.0.scale.min().into(), self.0.scale.max().into()))
    }

    fn scores(&self) -> Vec<PeriodScore> {
        let score = |group: &CsatGroup| {
            PeriodScore::new(group.key.clone(), group.n, group.mean, group.std_error).n_eff(group.n_eff)
        };
        self.0.periods.iter().chain(&self.0.groups).map(score).collect()
    }
}

impl PeriodScores for CsiReport {
    fn measure(&self) -> &str {
        "csi"
    }

    fn by(&self) -> &[String] {
        &self.params.by
    }

    fn period(&self) -> Option<SurveyPeriod> {
        self.params.period
    }

    fn range(&self) -> Option<(f64, f64)> {
        Some((0.0, 100.0))
    }

    fn scores(&self) -> Vec<PeriodScore> {
        let score = |group: &CsiGroup| {
            PeriodScore::new(group.key.clone(), group.n, group.csi, group.std_error).n_eff(group.n_eff)
        };
        self.periods.iter().chain(&self.groups).map(score).collect()
    }
}

impl PeriodScores for NpsReport {
    fn measure(&self) -> &str {
        "nps"
    }

    fn by(&self) -> &[String] {
        &self.params.by
    }

    fn period(&self) -> Option<SurveyPeriod> {
        self.params.period
    }

    fn range(&self) -> Option<(f64, f64)> {
        Some((-100.0, 100.0))
    }

    fn scores(&self) -> Vec<PeriodScore> {
        // As the report itself tests its changes: with the added answers, unless intervals are plain.
        let score = |group: &NpsGroup| {
            PeriodScore::new(group.key.clone(), group.n, group.nps, group.std_error)
                .n_eff(group.n_eff)
                .tested_by(group.tested(self.form()))
        };
        self.periods.iter().chain(&self.groups).map(score).collect()
    }
}
