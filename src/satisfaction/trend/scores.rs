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

    /// The least and the greatest score there can be, where control limits and intervals of changes end.
    fn range(&self) -> Option<(f64, f64)> {
        None
    }

    /// The scores of all responses by period, and behind them those of each segment by period;
    /// each series in the order of its periods.
    fn scores(&self) -> Vec<PeriodScore>;
}

/// The shares of one box of a satisfaction report by period, 0..=1; see
/// [`CsatReport::top_box_scores`].
#[derive(Clone, Copy, Debug)]
pub struct BoxScores<'a> {
    report: &'a CsatReport,
    measure: &'static str,
    share: fn(&CsatGroup) -> Option<Share>,
}

impl CsatReport {
    /// The shares of the highest scores by period, for a trend of them; that of the report itself
    /// is one of the mean answers.
    #[must_use]
    pub fn top_box_scores(&self) -> BoxScores<'_> {
        BoxScores { report: self, measure: "top box", share: |group| group.top_box }
    }

    /// The shares of the lowest scores by period.
    #[must_use]
    pub fn bottom_box_scores(&self) -> BoxScores<'_> {
        BoxScores { report: self, measure: "bottom box", share: |group| group.bottom_box }
    }
}

impl PeriodScores for BoxScores<'_> {
    fn measure(&self) -> &str {
        self.measure
    }

    fn by(&self) -> &[String] {
        &self.report.params.by
    }

    fn period(&self) -> Option<SurveyPeriod> {
        self.report.params.period
    }

    fn range(&self) -> Option<(f64, f64)> {
        Some((0.0, 1.0))
    }

    fn scores(&self) -> Vec<PeriodScore> {
        let score = |group: &CsatGroup| {
            let share = (self.share)(group);
            let (estimate, std_error) = (share.map(|share| share.estimate), share.map(|share| share.std_error));
            PeriodScore::new(group.key.clone(), group.n, estimate, std_error).n_eff(share.map(|share| share.n_eff))
        };
        self.report.periods.iter().chain(&self.report.groups).map(score).collect()
    }
}

impl PeriodScores for CsatReport {
    fn measure(&self) -> &str {
        "mean answer"
    }

    fn by(&self) -> &[String] {
        &self.params.by
    }

    fn period(&self) -> Option<SurveyPeriod> {
        self.params.period
    }

    fn range(&self) -> Option<(f64, f64)> {
        Some((self.scale.min().into(), self.scale.max().into()))
    }

    fn scores(&self) -> Vec<PeriodScore> {
        let score = |group: &CsatGroup| {
            PeriodScore::new(group.key.clone(), group.n, group.mean, group.std_error).n_eff(group.n_eff)
        };
        self.periods.iter().chain(&self.groups).map(score).collect()
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
