//! One series: its periods, the changes between them, and what goes through all of it.

use serde::Serialize;

use super::params::{IncompletePeriods, TrendParams};
use super::scores::PeriodScore;
use crate::frame::calendar::{PeriodOf, day_number};
use crate::kernel::distribution::normal;
use crate::kernel::interval::{Interval, mean_normal};
use crate::kernel::p_value::PValue;
use crate::kernel::survey::{
    ControlLimit, ControlLimits, ControlPoint, MannKendall, SensSlope, mann_kendall, sens_slope,
};
use crate::kernel::undefined::Undefined;
use crate::satisfaction::groups::GroupKey;
use crate::satisfaction::period::SurveyPeriod;

/// The change from one period to a later one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PeriodChange {
    /// The period before, in words.
    pub from: String,
    /// Later score less the one before.
    pub difference: f64,
    /// Standard error of the difference, of independent responses.
    pub std_error: f64,
    /// Its interval.
    pub interval: Option<Interval>,
    /// The difference by its standard error; `None` when neither period varies.
    pub z: Option<f64>,
    /// Two-sided.
    pub p_value: Option<PValue>,
    /// Adjusted for the changes of the series.
    pub p_adjusted: Option<PValue>,
}

/// One period of a series.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TrendPoint {
    /// The responses it is made of.
    pub key: GroupKey,
    /// Responses.
    pub n: u64,
    /// How many equally weighted responses they are worth.
    pub n_eff: Option<f64>,
    /// The score.
    pub estimate: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// Whether it takes part in tests, slope and limits: it has a score, and is complete or wanted.
    pub is_used: bool,
    /// The change from the period before it that is used too.
    pub change: Option<PeriodChange>,
    /// Its control limits.
    pub control: Option<ControlLimit>,
}

/// A score from period to period, of all responses or of one segment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TrendSeries {
    /// The values of the columns that make segments; `None` for all responses.
    pub segment: Option<Vec<Option<String>>>,
    /// The periods, in their order.
    pub points: Vec<TrendPoint>,
    /// The test against having no trend.
    pub mann_kendall: Option<MannKendall>,
    /// Why there is no test.
    pub no_mann_kendall: Option<Undefined>,
    /// Change for one period.
    pub slope: Option<SensSlope>,
    /// Why there is no slope.
    pub no_slope: Option<Undefined>,
    /// Centre and widening of the control limits; those of each period are with the points too.
    pub control: Option<ControlLimits>,
    /// Why there are no limits.
    pub no_control: Option<Undefined>,
}

impl TrendSeries {
    /// The series of scores in the order of their periods.
    pub(super) fn new(params: &TrendParams, period: SurveyPeriod, scores: &[PeriodScore]) -> Self {
        let mut points: Vec<TrendPoint> = scores.iter().map(|score| point(params, score)).collect();
        let used: Vec<usize> = (0..points.len()).filter(|&at| points[at].is_used).collect();
        changes(params, &mut points, &used);
        let estimates: Vec<f64> = used.iter().filter_map(|&at| points[at].estimate).collect();
        let times = times(period, &points, &used);
        let found = mann_kendall(&estimates);
        let slope = sens_slope(&times, &estimates, params.conf_level);
        let control = control(params, &points, &used);
        if let Ok(limits) = &control {
            used.iter().zip(&limits.limits).for_each(|(&at, limit)| points[at].control = Some(*limit));
        }
        Self {
            segment: scores.first().and_then(|score| score.key.segment.clone()),
            points,
            no_mann_kendall: found.as_ref().err().cloned(),
            mann_kendall: found.ok(),
            no_slope: slope.as_ref().err().cloned(),
            slope: slope.ok(),
            no_control: control.as_ref().err().cloned(),
            control: control.ok(),
        }
    }
}

fn point(params: &TrendParams, score: &PeriodScore) -> TrendPoint {
    let is_complete = score.key.period.as_ref().and_then(|period| period.is_complete);
    let is_wanted = params.incomplete == IncompletePeriods::Keep || is_complete != Some(false);
    TrendPoint {
        key: score.key.clone(),
        n: score.n,
        n_eff: score.n_eff,
        estimate: score.estimate,
        std_error: score.std_error,
        is_used: is_wanted && score.estimate.is_some(),
        change: None,
        control: None,
    }
}

/// Tests every used period against the one before it.
fn changes(params: &TrendParams, points: &mut [TrendPoint], used: &[usize]) {
    let mut changes: Vec<(usize, PeriodChange)> = Vec::new();
    for pair in used.windows(2) {
        let change = change(params, &points[pair[0]], &points[pair[1]]);
        changes.extend(change.map(|change| (pair[1], change)));
    }
    let p_values: Vec<Option<PValue>> = changes.iter().map(|(_, change)| change.p_value).collect();
    let adjusted = params.multiplicity.adjust(&p_values);
    for ((at, change), p_adjusted) in changes.into_iter().zip(adjusted) {
        points[at].change = Some(PeriodChange { p_adjusted, ..change });
    }
}

/// The change between two periods; `None` where one has no standard error.
fn change(params: &TrendParams, before: &TrendPoint, after: &TrendPoint) -> Option<PeriodChange> {
    let difference = after.estimate? - before.estimate?;
    let std_error = before.std_error?.hypot(after.std_error?);
    let z = Some(difference / std_error).filter(|z| z.is_finite());
    Some(PeriodChange {
        from: before.key.period.as_ref().map(|period| period.label.clone()).unwrap_or_default(),
        difference,
        std_error,
        interval: mean_normal(difference, std_error, params.conf_level).ok(),
        z,
        p_value: z.and_then(|z| normal::two_sided(z).ok()),
        p_adjusted: None,
    })
}

/// Times of the used periods in periods: by the calendar, so that gaps count; of waves their places.
fn times(period: SurveyPeriod, points: &[TrendPoint], used: &[usize]) -> Vec<f64> {
    let unit = period.unit().map(PeriodOf::new);
    let number = |at: usize| {
        let start = points[at].key.period.as_ref()?.start?;
        Some(f64::from(unit?.of_day(day_number(start))))
    };
    let first = used.first().and_then(|&at| number(at)).unwrap_or_default();
    used.iter().map(|&at| number(at).map_or(at as f64, |number| number - first)).collect()
}

fn control(params: &TrendParams, points: &[TrendPoint], used: &[usize]) -> Result<ControlLimits, Undefined> {
    let of_point = |&at: &usize| {
        let point = &points[at];
        let n = point.n_eff.unwrap_or(point.n as f64);
        let error = point.std_error.ok_or(Undefined::TooFew { n: point.n, needed: 2 })?;
        let estimate = point.estimate.ok_or(Undefined::TooFew { n: 0, needed: 1 })?;
        Ok(ControlPoint { estimate, n, sd: error * n.sqrt() })
    };
    let of_points: Vec<ControlPoint> = used.iter().map(of_point).collect::<Result<_, Undefined>>()?;
    params.chart.limits(&of_points, params.n_sigmas)
}
