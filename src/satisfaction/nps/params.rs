//! Settings of net promoter scores.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::plan::{DETRACTORS, PASSIVES, PROMOTERS};
use super::report::NpsReport;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::{Scale, SurveyResponses};
use crate::satisfaction::cells::CellSettings;
use crate::satisfaction::checks::{check_conf_level, check_cut_order};
use crate::satisfaction::period::SurveyPeriod;

/// How the interval of a score is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum NpsInterval {
    /// Wald's interval after three answers are added: three quarters of a promoter and of a
    /// detractor, and passives for the rest. It covers close to what it says from 20 answers on,
    /// and has a width where all answers are alike. Its centre is not the score itself.
    #[default]
    AdjustedWald,
    /// `score ± z · standard error`, for hundreds of answers.
    Wald,
    /// Covers what it says or more for any number of answers up to 1,000; wide, and 0.1 s of work
    /// for a group of 1,000. Not for weighted answers or finite populations.
    Exact,
    /// Quantiles of replicates, corrected for bias and skewness. The counts are drawn and not the
    /// answers, which is the same thing and costs the same for ten answers as for ten million.
    /// Not for weighted answers or finite populations.
    Bootstrap {
        /// Samples to draw, 1,000 or more for an interval.
        n_replicates: u32,
        /// Equal seeds give equal digits.
        seed: u64,
    },
}

/// How many people a segment has in all, whether they answered or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SegmentPopulation {
    /// The values of the columns that make segments, in their order.
    pub segment: Vec<String>,
    /// People of the segment.
    pub n: u64,
}

impl SegmentPopulation {
    /// People of the segment with these values of the columns that make segments.
    pub fn new<S: Into<String>>(segment: impl IntoIterator<Item = S>, n: u64) -> Self {
        Self { segment: segment.into_iter().map(Into::into).collect(), n }
    }
}

/// Unchecked settings of net promoter scores.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
///
/// let answers = df!("score" => [10, 9, 9, 7, 8, 3, 10, 2], "city" => ["上海", "上海", "上海", "上海", "北京", "北京", "北京", "北京"])?;
/// let columns = SurveyColumns::new().score(Question::new("score", Scale::ZERO_TO_TEN)).segments(["city"]);
/// let survey = SurveyResponses::new(answers.lazy(), &columns)?;
/// let report = NpsParams::new().by(["city"]).run(&survey)?;
/// assert_eq!(report.overall.nps, Some(25.0)); // four promoters, two detractors of eight
/// assert_eq!(report.segment(&["上海"]).unwrap().nps, Some(75.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct NpsParams {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) by: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) period: Option<SurveyPeriod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) as_of: Option<NaiveDate>,
    pub(super) detractors_to: i32,
    pub(super) promoters_from: i32,
    pub(super) conf_level: f64,
    pub(super) interval: NpsInterval,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) population: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) segment_populations: Vec<SegmentPopulation>,
    pub(super) min_n: u64,
}

impl Default for NpsParams {
    fn default() -> Self {
        Self {
            by: Vec::new(),
            period: None,
            as_of: None,
            detractors_to: 6,
            promoters_from: 9,
            conf_level: 0.95,
            interval: NpsInterval::default(),
            population: None,
            segment_populations: Vec::new(),
            min_n: 0,
        }
    }
}

impl NpsParams {
    /// One score of all responses, with an adjusted interval of 95%.
    pub fn new() -> Self {
        Self::default()
    }

    /// Also scores every combination of the values of these columns, which have the role of
    /// segments or of the touchpoint. Responses that lack a value are a segment of their own.
    pub fn by<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.by = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Also scores every period, and every segment in every period. Responses without a time or
    /// wave are left out and counted.
    pub fn period(mut self, period: SurveyPeriod) -> Self {
        self.period = Some(period);
        self
    }

    /// Leaves out, and counts, responses after this day. Periods that end later are incomplete;
    /// without it those that end after the last day with a response.
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

    /// How intervals are made; by adjusted Wald by default.
    pub fn interval(mut self, interval: NpsInterval) -> Self {
        self.interval = interval;
        self
    }

    /// The responses, those of each period by themselves, are drawn from so many people: the
    /// nearer they come to all of them, the surer is the score. In a report by period it counts in
    /// the periods alone: over several of them the same people may have answered again, so that
    /// scores of the whole and of segments are taken as if everybody could be asked anew.
    pub fn population(mut self, n: u64) -> Self {
        self.population = Some(n);
        self
    }

    /// The same by segment and in each period, in place of [`population`](Self::population): the values of the
    /// columns of [`by`](Self::by), and how many people the segment has.
    pub fn segment_population<S: Into<String>>(mut self, segment: impl IntoIterator<Item = S>, n: u64) -> Self {
        self.segment_populations.push(SegmentPopulation::new(segment, n));
        self
    }

    /// Shows no numbers but `n` of groups with fewer responses than this; of all by default. That
    /// a group can be told from the whole and the other groups is for the reader to see to.
    pub fn min_n(mut self, n: u64) -> Self {
        self.min_n = n;
        self
    }

    /// Checks every setting and returns the runnable analysis.
    ///
    /// # Errors
    /// `Param` when a setting is outside its range, or two do not go together.
    pub fn check(self) -> Result<Nps> {
        check_conf_level(Nps::NAME, self.conf_level)?;
        self.cells().check()?;
        check_cut_order(Nps::NAME, self.detractors_to, self.promoters_from)?;
        let refused = |param, expected: &str, got: String| Err(Error::param(Nps::NAME, param, expected, got));
        if let NpsInterval::Bootstrap { n_replicates, .. } = self.interval
            && !(100..=1_000_000).contains(&n_replicates)
        {
            return refused("n_replicates", "in 100..=1000000", n_replicates.to_string());
        }
        self.check_populations()?;
        Ok(Nps(self))
    }

    fn check_populations(&self) -> Result<()> {
        let refused = |param, expected: &str, got: String| Err(Error::param(Nps::NAME, param, expected, got));
        let populations = &self.segment_populations;
        let is_any = self.population.is_some() || !populations.is_empty();
        if is_any && matches!(self.interval, NpsInterval::Exact | NpsInterval::Bootstrap { .. }) {
            let got = "a finite population with an exact or bootstrap interval".to_owned();
            return refused("interval", "`adjusted_wald` or `wald` for a finite population", got);
        }
        if self.population.is_some() && !self.by.is_empty() {
            let got = "one number for all segments".to_owned();
            return refused("population", "given by `segment_population` where there are segments", got);
        }
        if let Some(odd) = populations.iter().find(|one| one.segment.len() != self.by.len() || self.by.is_empty()) {
            let got = format!("{} value(s) for {} column(s)", odd.segment.len(), self.by.len());
            return refused("segment_population", "one value for each column of `by`", got);
        }
        let is_twice = |at: usize| populations[..at].iter().any(|one| one.segment == populations[at].segment);
        if (0..populations.len()).any(is_twice) {
            return refused("segment_population", "given once for each segment", "a segment twice".to_owned());
        }
        let sizes = self.population.iter().chain(populations.iter().map(|one| &one.n));
        if sizes.into_iter().any(|&n| n == 0) {
            return refused("population", "at least 1", "0".to_owned());
        }
        Ok(())
    }

    /// Checks and runs in one step.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Analysis::run`].
    pub fn run(self, survey: &SurveyResponses) -> Result<NpsReport> {
        self.check()?.run(survey)
    }

    /// What makes the cells.
    pub(super) fn cells(&self) -> CellSettings {
        CellSettings { analysis: Nps::NAME, by: self.by.clone(), period: self.period, as_of: self.as_of }
    }

    /// The class of a score.
    pub(in crate::satisfaction) fn class_of(&self, score: i32) -> u8 {
        match score {
            score if score <= self.detractors_to => DETRACTORS,
            score if score < self.promoters_from => PASSIVES,
            _ => PROMOTERS,
        }
    }

    /// Refuses what only a report has, where expressions are asked for.
    pub(in crate::satisfaction) fn check_expression(&self, is_weighted: bool) -> Result<()> {
        let is_of_report = !self.by.is_empty() || self.period.is_some() || self.as_of.is_some();
        if is_of_report {
            let got = "`by`, `period` or `as_of`".to_owned();
            return Err(Error::param(Nps::NAME, "by", "left to the `group_by` and `filter` of the query", got));
        }
        self.check_counted(is_weighted)
    }

    /// Refuses intervals that are made of counts where answers are weighted.
    pub(super) fn check_counted(&self, is_weighted: bool) -> Result<()> {
        if is_weighted && matches!(self.interval, NpsInterval::Exact | NpsInterval::Bootstrap { .. }) {
            let got = "an exact or bootstrap interval, which need counts";
            return Err(Error::param(Nps::NAME, "interval", "`adjusted_wald` or `wald` for weighted answers", got));
        }
        Ok(())
    }

    /// Refuses a scale on which the cuts leave a class without answers.
    pub(in crate::satisfaction) fn check_scale(&self, scale: Scale) -> Result<()> {
        check_cuts(Nps::NAME, scale, self.detractors_to, self.promoters_from)
    }
}

/// Refuses a scale on which the cuts leave a class without answers.
pub(super) fn check_cuts(analysis: &'static str, scale: Scale, detractors_to: i32, promoters_from: i32) -> Result<()> {
    let is_inside = scale.min() <= detractors_to && promoters_from <= scale.max();
    // On a scale to 100 all but a few would be promoters.
    let is_usual = (detractors_to, promoters_from) == (6, 9);
    if is_inside && (!is_usual || scale.max() == 10) {
        return Ok(());
    }
    let expected =
        format!("stated for the scale {scale}: detractors from {} on, promoters to {}", scale.min(), scale.max());
    Err(Error::param(analysis, "cuts", expected, format!("{detractors_to} and {promoters_from}")))
}

/// Checked settings of net promoter scores; the only type that can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "NpsParams", into = "NpsParams")]
pub struct Nps(pub(super) NpsParams);

impl Nps {
    /// The settings.
    pub fn params(&self) -> &NpsParams {
        &self.0
    }
}

impl TryFrom<NpsParams> for Nps {
    type Error = Error;

    fn try_from(params: NpsParams) -> Result<Self> {
        params.check()
    }
}

impl From<Nps> for NpsParams {
    fn from(checked: Nps) -> Self {
        checked.0
    }
}
