//! What a report by period has to tell for a trend.

use crate::kernel::survey::Share;
use crate::satisfaction::csat::{CsatGroup, CsatReport};
use crate::satisfaction::csi::{CsiGroup, CsiReport};
use crate::satisfaction::groups::GroupKey;
use crate::satisfaction::nps::{NpsGroup, NpsReport};
use crate::satisfaction::period::SurveyPeriod;

/// The score of one group in one period.
#[derive(Clone, Debug, PartialEq)]
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
}

/// A report with scores by period, whose trend can be looked at.
pub trait PeriodScores {
    /// What is scored, in a word: `nps`.
    fn measure(&self) -> &str;

    /// The columns that make segments.
    fn by(&self) -> &[String];

    /// What makes the periods; `None` for a report without periods.
    fn period(&self) -> Option<SurveyPeriod>;

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

    fn scores(&self) -> Vec<PeriodScore> {
        let score = |group: &CsatGroup| {
            let share = (self.share)(group);
            PeriodScore {
                key: group.key.clone(),
                n: group.n,
                n_eff: share.map(|share| share.n_eff),
                estimate: share.map(|share| share.estimate),
                std_error: share.map(|share| share.std_error),
            }
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

    fn scores(&self) -> Vec<PeriodScore> {
        let score = |group: &CsatGroup| PeriodScore {
            key: group.key.clone(),
            n: group.n,
            n_eff: group.n_eff,
            estimate: group.mean,
            std_error: group.std_error,
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

    fn scores(&self) -> Vec<PeriodScore> {
        let score = |group: &CsiGroup| PeriodScore {
            key: group.key.clone(),
            n: group.n,
            n_eff: group.n_eff,
            estimate: group.csi,
            std_error: group.std_error,
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

    fn scores(&self) -> Vec<PeriodScore> {
        let score = |group: &NpsGroup| PeriodScore {
            key: group.key.clone(),
            n: group.n,
            n_eff: group.n_eff,
            estimate: group.nps,
            std_error: group.std_error,
        };
        self.periods.iter().chain(&self.groups).map(score).collect()
    }
}
