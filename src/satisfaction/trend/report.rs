//! Trends of all responses and of segments.

use polars::prelude::*;
use serde::Serialize;

use super::params::{TREND, TrendParams};
use super::scores::{PeriodScore, PeriodScores};
use super::series::{Common, PeriodChange, TrendPoint, TrendSeries};
use crate::error::{Error, Result};
use crate::frame::{ToDataFrame, columns, frame_of};
use crate::kernel::p_value::PValue;
use crate::kernel::survey::{ControlSignal, MannKendall, SensSlope};
use crate::satisfaction::groups::{GroupKey, key_columns};

/// Trends of a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TrendReport {
    /// The settings.
    pub params: TrendParams,
    /// What is scored, in a word: `nps`.
    pub measure: String,
    /// The columns that make segments.
    pub by: Vec<String>,
    /// The series of all responses, then one for each segment.
    pub series: Vec<TrendSeries>,
}

impl TrendReport {
    pub(super) fn new(params: &TrendParams, report: &impl PeriodScores) -> Result<Self> {
        let Some(period) = report.period() else {
            return Err(Error::param(TREND, "period", "set in the report whose trend it is", "none"));
        };
        let scores = report.scores();
        let same_segment = |a: &PeriodScore, b: &PeriodScore| a.key.segment == b.key.segment;
        let common = Common::new(params, period, report.range(), &scores);
        let series = scores.chunk_by(same_segment).map(|scores| TrendSeries::new(&common, scores));
        Ok(Self {
            params: params.clone(),
            measure: report.measure().to_owned(),
            by: report.by().to_vec(),
            series: series.collect(),
        })
    }

    /// The series of a segment, by the values of its columns.
    #[must_use]
    pub fn segment<S: AsRef<str>>(&self, values: &[S]) -> Option<&TrendSeries> {
        let is_it =
            |series: &&TrendSeries| GroupKey { segment: series.segment.clone(), period: None }.is_segment(values);
        self.series.iter().find(is_it)
    }

    /// What goes through each series, one row for each: Mann-Kendall's test, Sen's slope for one
    /// period, the centre of the control limits and how much they were widened.
    #[must_use]
    pub fn series_frame(&self) -> DataFrame {
        let all = || self.series.iter();
        let numbers = |of: &dyn Fn(&TrendSeries) -> Option<f64>, name: &str| {
            Series::new(name.into(), all().map(of).collect::<Vec<Option<f64>>>())
        };
        let tests =
            |of: fn(&MannKendall) -> f64, name: &str| numbers(&|series| series.mann_kendall.as_ref().map(of), name);
        let slopes =
            |of: fn(&SensSlope) -> Option<f64>, name: &str| numbers(&|series| series.slope.as_ref().and_then(of), name);
        let n_used: Vec<u64> =
            all().map(|series| series.points.iter().filter(|point| point.is_used).count() as u64).collect();
        let s: Vec<Option<i64>> = all().map(|series| series.mann_kendall.map(|found| found.s)).collect();
        let reasons: Vec<Option<String>> =
            all().map(|series| series.no_mann_kendall.as_ref().map(ToString::to_string)).collect();
        let made = vec![
            Series::new(columns::N_PERIODS.into(), n_used),
            Series::new(columns::KENDALL_S.into(), s),
            tests(|found| found.tau, columns::KENDALL_TAU),
            tests(|found| found.z, columns::STATISTIC),
            tests(|found| found.p_value.value(), columns::P_VALUE),
            tests(|found| found.p_value.log10(), columns::LOG10_P),
            slopes(|found| Some(found.slope), columns::SLOPE),
            slopes(|found| found.interval.as_ref().ok().map(|ends| ends.low), columns::CONF_LOW),
            slopes(|found| found.interval.as_ref().ok().map(|ends| ends.high), columns::CONF_HIGH),
            numbers(&|series| series.control.as_ref().map(|control| control.centre), columns::CENTRE),
            numbers(&|series| series.control.as_ref().and_then(|control| control.widening), columns::WIDENING),
            Series::new(columns::REASON.into(), reasons),
        ];
        let keys: Vec<GroupKey> =
            all().map(|series| GroupKey { segment: series.segment.clone(), period: None }).collect();
        self.with_keys(&keys.iter().collect::<Vec<_>>(), made)
    }

    fn with_keys(&self, keys: &[&GroupKey], made: Vec<Series>) -> DataFrame {
        let mut all = key_columns(&self.by, keys, &made);
        all.extend(made);
        frame_of(all)
    }
}

/// A signal as it reads in frames.
pub(super) fn signal_name(signal: ControlSignal) -> &'static str {
    match signal {
        ControlSignal::BeyondLimits => "beyond_limits",
        ControlSignal::Run => "run",
    }
}

impl ToDataFrame for TrendReport {
    /// One row for each period of each series: the score, the change from `period_before` with
    /// its test, the control limits and the signal, and the reason where the change has no test.
    fn to_dataframe(&self) -> DataFrame {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let numbers = |of: &dyn Fn(&TrendPoint) -> Option<f64>, name: &str| {
            Series::new(name.into(), points().map(of).collect::<Vec<Option<f64>>>())
        };
        let changes = |of: &dyn Fn(&PeriodChange) -> Option<f64>, name: &str| {
            numbers(&|point| point.change.as_ref().and_then(of), name)
        };
        let before: Vec<Option<&str>> =
            points().map(|point| point.change.as_ref().map(|change| change.from.as_str())).collect();
        let signals: Vec<Option<&str>> =
            points().map(|point| point.control.and_then(|limit| limit.signal).map(signal_name)).collect();
        let untested: Vec<Option<String>> =
            points().map(|point| point.change.as_ref()?.no_test.as_ref().map(ToString::to_string)).collect();
        let (value, log10) = (|p: PValue| p.value(), |p: PValue| p.log10());
        let made = vec![
            Series::new(columns::N.into(), points().map(|point| point.n).collect::<Vec<_>>()),
            numbers(&|point| point.n_eff, columns::N_EFFECTIVE),
            numbers(&|point| point.estimate, columns::ESTIMATE),
            numbers(&|point| point.std_error, columns::STD_ERROR),
            Series::new(columns::IS_USED.into(), points().map(|point| point.is_used).collect::<Vec<_>>()),
            Series::new(columns::PERIOD_BEFORE.into(), before),
            changes(&|change| Some(change.difference), columns::CHANGE),
            changes(&|change| change.std_error, columns::CHANGE_STD_ERROR),
            changes(&|change| change.interval.map(|ends| ends.low), columns::CONF_LOW),
            changes(&|change| change.interval.map(|ends| ends.high), columns::CONF_HIGH),
            changes(&|change| change.z, columns::STATISTIC),
            changes(&|change| change.p_value.map(value), columns::P_VALUE),
            changes(&|change| change.p_value.map(log10), columns::LOG10_P),
            changes(&|change| change.p_adjusted.map(value), columns::P_ADJUSTED),
            changes(&|change| change.p_adjusted.map(log10), columns::LOG10_P_ADJUSTED),
            numbers(&|point| point.control.map(|limit| limit.low), columns::CONTROL_LOW),
            numbers(&|point| point.control.map(|limit| limit.high), columns::CONTROL_HIGH),
            Series::new(columns::SIGNAL.into(), signals),
            Series::new(columns::REASON.into(), untested),
        ];
        self.with_keys(&points().map(|point| &point.key).collect::<Vec<_>>(), made)
    }
}
