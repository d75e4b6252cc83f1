//! One series: its periods, the changes between them, and what goes through all of it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::params::{IncompletePeriods, TrendParams};
use super::scores::PeriodScore;
use crate::frame::calendar::{PeriodOf, day_number};
use crate::kernel::interval::{Interval, mean_normal};
use crate::kernel::p_value::PValue;
use crate::kernel::survey::{
    ControlChart, ControlLimit, ControlLimits, ControlPoint, MannKendall, SensSlope, mann_kendall, sens_slope, z_test,
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
    /// Centre of the interval, which is what is tested: the difference, unless the report tests its scores with
    /// added answers, as net promoter scores are.
    pub centre: Option<f64>,
    /// Its standard error, of independent responses.
    pub std_error: Option<f64>,
    /// Its interval.
    pub interval: Option<Interval>,
    /// The centre by its standard error.
    pub z: Option<f64>,
    /// Two-sided.
    pub p_value: Option<PValue>,
    /// Adjusted for the changes of the series.
    pub p_adjusted: Option<PValue>,
    /// Why there is no test: one of the periods has no standard error, or nothing varies in it.
    pub no_test: Option<Undefined>,
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
    /// Periods that the limits pass over, as they have no standard error where the chart is made of it.
    pub n_without_error: u64,
}

/// What the series of a report have in common.
pub(super) struct Common<'a> {
    pub(super) params: &'a TrendParams,
    period: SurveyPeriod,
    range: Option<(f64, f64)>,
    /// The places of periods that no calendar has, over all segments.
    places: BTreeMap<String, usize>,
}

impl<'a> Common<'a> {
    pub(super) fn new(
        params: &'a TrendParams,
        period: SurveyPeriod,
        range: Option<(f64, f64)>,
        scores: &[PeriodScore],
    ) -> Self {
        let mut places = BTreeMap::new();
        // The series of all responses comes first and has them all.
        for period in scores.iter().filter_map(|score| score.key.period.as_ref()) {
            let next = places.len();
            places.entry(period.label.clone()).or_insert(next);
        }
        Self { params, period, range, places }
    }

    /// Times of the used periods, counted in periods from the first of them on: by the calendar, and by the place
    /// among the waves of all responses, so that gaps count.
    fn times(&self, points: &[TrendPoint], used: &[usize]) -> Vec<f64> {
        let unit = self.period.unit().map(PeriodOf::new);
        let number = |at: &usize| {
            let period = points[*at].key.period.as_ref()?;
            match unit {
                Some(unit) => Some(f64::from(unit.of_day(day_number(period.start?)))),
                None => self.places.get(&period.label).map(|&place| place as f64),
            }
        };
        let numbers: Option<Vec<f64>> = used.iter().map(number).collect();
        let numbers = numbers.unwrap_or_else(|| used.iter().map(|&at| at as f64).collect());
        let first = numbers.first().copied().unwrap_or_default();
        numbers.into_iter().map(|number| number - first).collect()
    }

    /// Tests every used period against the one before it.
    fn changes(&self, scores: &[PeriodScore], points: &mut [TrendPoint], used: &[usize]) {
        let change = |pair: &[usize]| Some((pair[1], self.change(&scores[pair[0]], &scores[pair[1]])?));
        let mut changes: Vec<(usize, PeriodChange)> = used.windows(2).filter_map(change).collect();
        let p_value = |(_, change): &(usize, PeriodChange)| change.p_value;
        self.params.multiplicity.adjust_all(&mut changes, p_value, |(_, change), p| change.p_adjusted = p);
        changes.into_iter().for_each(|(at, change)| points[at].change = Some(change));
    }

    /// The change between two periods; `None` where one has no score.
    fn change(&self, before: &PeriodScore, after: &PeriodScore) -> Option<PeriodChange> {
        let untested = PeriodChange {
            from: before.key.period.as_ref().map(|period| period.label.clone()).unwrap_or_default(),
            difference: after.estimate? - before.estimate?,
            centre: None,
            std_error: None,
            interval: None,
            z: None,
            p_value: None,
            p_adjusted: None,
            no_test: None,
        };
        let ((first, first_error), (second, second_error)) = match (&before.tested, &after.tested) {
            (Ok(before), Ok(after)) => (*before, *after),
            (Err(reason), _) | (_, Err(reason)) => {
                return Some(PeriodChange { no_test: Some(reason.clone()), ..untested });
            }
        };
        let (centre, std_error) = (second - first, first_error.hypot(second_error));
        let test = z_test(centre, std_error);
        Some(PeriodChange {
            centre: Some(centre),
            std_error: Some(std_error),
            interval: self.interval(centre, std_error),
            z: test.as_ref().ok().map(|test| test.statistic),
            p_value: test.as_ref().ok().map(|test| test.p_value),
            no_test: test.err(),
            ..untested
        })
    }

    /// No change is larger than from one end of the scores to the other.
    fn interval(&self, centre: f64, std_error: f64) -> Option<Interval> {
        let ends = mean_normal(centre, std_error, self.params.conf_level).ok()?;
        let most = self.range.map_or(f64::INFINITY, |(least, greatest)| greatest - least);
        Some(Interval { low: ends.low.max(-most), high: ends.high.min(most) })
    }

    /// The used periods that have limits, and these.
    fn control(&self, points: &[TrendPoint], used: &[usize]) -> (Vec<usize>, Result<ControlLimits, Undefined>) {
        let chart = self.params.chart;
        let (least, greatest) = self.range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        let of_point = |&at: &usize| {
            let point = &points[at];
            let estimate = point.estimate?;
            // How far periods lie apart does not depend on what they are made of.
            if chart == ControlChart::MovingRange {
                return Some((at, ControlPoint { estimate, n: 1.0, sd: 0.0 }));
            }
            let n = point.n_eff.unwrap_or(point.n as f64);
            Some((at, ControlPoint { estimate, n, sd: point.std_error? * n.sqrt() }))
        };
        let (places, charted): (Vec<usize>, Vec<ControlPoint>) = used.iter().filter_map(of_point).unzip();
        let mut limits = chart.limits(&charted, self.params.n_sigmas);
        // No score lies beyond the ends of its range, so that no signal is lost.
        for limit in limits.iter_mut().flat_map(|limits| &mut limits.limits) {
            (limit.low, limit.high) = (limit.low.max(least), limit.high.min(greatest));
        }
        (places, limits)
    }
}

impl TrendSeries {
    /// The series of scores in the order of their periods.
    pub(super) fn new(common: &Common<'_>, scores: &[PeriodScore]) -> Self {
        let mut points: Vec<TrendPoint> = scores.iter().map(|score| point(common.params, score)).collect();
        let used: Vec<usize> = (0..points.len()).filter(|&at| points[at].is_used).collect();
        common.changes(scores, &mut points, &used);
        let estimates: Vec<f64> = used.iter().filter_map(|&at| points[at].estimate).collect();
        let found = mann_kendall(&estimates);
        let slope = sens_slope(&common.times(&points, &used), &estimates, common.params.conf_level);
        let (charted, control) = common.control(&points, &used);
        if let Ok(limits) = &control {
            charted.iter().zip(&limits.limits).for_each(|(&at, limit)| points[at].control = Some(*limit));
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
            n_without_error: (used.len() - charted.len()) as u64,
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
