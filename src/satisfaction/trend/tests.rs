//! Series by hand, and what stays out of them.

use chrono::NaiveDate;
use polars::prelude::*;

use super::*;
use crate::frame::{Question, Scale, SurveyColumns, SurveyResponses, ToDataFrame, columns};
use crate::kernel::multiplicity::Multiplicity;
use crate::kernel::survey::{ControlChart, ControlSignal};
use crate::kernel::undefined::Undefined;
use crate::satisfaction::csat::CsatParams;
use crate::satisfaction::csi::CsiParams;
use crate::satisfaction::groups::GroupKey;
use crate::satisfaction::nps::{NpsInterval, NpsParams, NpsPeriodChange};
use crate::satisfaction::period::{PeriodLabel, SurveyPeriod};

/// Scores of somebody's own.
struct Own {
    period: Option<SurveyPeriod>,
    scores: Vec<PeriodScore>,
}

impl PeriodScores for Own {
    fn measure(&self) -> &str {
        "points"
    }

    fn by(&self) -> &[String] {
        &[]
    }

    fn period(&self) -> Option<SurveyPeriod> {
        self.period
    }

    fn scores(&self) -> Vec<PeriodScore> {
        self.scores.clone()
    }
}

fn score(label: &str, estimate: Option<f64>, std_error: Option<f64>) -> PeriodScore {
    let key = GroupKey { segment: None, period: Some(PeriodLabel::wave(label)) };
    PeriodScore::new(key, 100, estimate, std_error).n_eff(100.0)
}

fn month(month: u32, estimate: f64, is_complete: bool) -> PeriodScore {
    let start = NaiveDate::from_ymd_opt(2026, month, 1);
    let mut score = score(&format!("2026-{month:02}"), Some(estimate), Some(4.0));
    score.key.period = score.key.period.map(|period| PeriodLabel { start, is_complete: Some(is_complete), ..period });
    score
}

fn waves(estimates: &[f64], std_error: f64) -> Own {
    let scores = estimates.iter().enumerate().map(|(at, &one)| score(&at.to_string(), Some(one), Some(std_error)));
    Own { period: Some(SurveyPeriod::Wave), scores: scores.collect() }
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{found} {expected}");
}

/// Oracle: by hand; standard errors 3 and 4 make 5. p-values of z = 2 and -1 by scipy 1.17.1,
/// `2 * norm.sf(z)`: Holm doubles the smaller one.
#[test]
fn changes_between_waves_are_tested_and_adjusted_together() {
    let own = Own {
        period: Some(SurveyPeriod::Wave),
        scores: vec![
            score("w1", Some(30.0), Some(3.0)),
            score("w2", Some(40.0), Some(4.0)),
            score("w3", Some(35.0), Some(3.0)),
        ],
    };
    let report = TrendParams::new().of(&own).unwrap();
    let series = &report.series[0];
    assert_eq!(series.points[0].change, None);
    let [first, second] = [1, 2].map(|at| series.points[at].change.clone().unwrap());
    assert_eq!((first.from.as_str(), first.difference, first.std_error, first.z), ("w1", 10.0, Some(5.0), Some(2.0)));
    near(first.p_value.unwrap().value(), 0.045_500_263_896_358_42);
    near(first.p_adjusted.unwrap().value(), 0.091_000_527_792_716_84);
    near(second.p_adjusted.unwrap().value(), 0.317_310_507_862_914_15);
    near(first.interval.unwrap().low, 10.0 - 5.0 * 1.959_963_984_540_054);
    let alone = TrendParams::new().multiplicity(Multiplicity::None).of(&own).unwrap();
    let change = alone.series[0].points[1].change.clone().unwrap();
    assert_eq!(change.p_adjusted, change.p_value);
    assert_eq!(report.measure, "points");
    assert!(report.to_string().ends_with("\nno change is more than noise (adjusted p below 5%)"), "{report}");
    // Of the three pairs two rise: S = 1, exact p = 1.
    assert!(report.to_string().contains("all: no trend shown, p = 1.000 (Mann-Kendall"), "{report}");
    let bold = TrendParams::new().conf_level(0.9).of(&own).unwrap().to_string();
    assert!(bold.ends_with("\nmore than noise: w1 -> w2 by 10 (p = 0.091 adjusted)"), "{bold}");
}

/// Oracle: by hand; 12 rising waves: S = 66, slope 2, p = 2 / 12!.
#[test]
fn a_series_that_rises_says_how_fast() {
    let estimates: Vec<f64> = (0..12).map(|at| 10.0 + 2.0 * f64::from(at)).collect();
    let report = TrendParams::new().of(&waves(&estimates, 5.0)).unwrap();
    let series = &report.series[0];
    let found = series.mann_kendall.unwrap();
    assert_eq!((found.s, found.tau), (66, 1.0));
    near(found.p_value.value() * 479_001_600.0, 2.0);
    assert_eq!(series.slope.as_ref().unwrap().slope, 2.0);
    let shown = report.to_string();
    for part in ["trend of points", "rises, p = 4.2e-9 (Mann-Kendall, exact); 2 per period [2, 2]", "about 21"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert_eq!(report.series_frame().height(), 1);
    let frame = report.to_dataframe();
    assert_eq!(frame.height(), 12);
    for name in [columns::ESTIMATE, columns::CHANGE, columns::P_ADJUSTED, columns::CONTROL_LOW, columns::SIGNAL] {
        assert!(frame.column(name).is_ok(), "{name}");
    }
}

#[test]
fn a_point_outside_its_limits_is_a_signal() {
    let mut estimates = vec![50.0, 51.0, 50.0, 49.0, 50.0, 51.0, 50.0];
    estimates.push(80.0);
    let sampling = TrendParams::new().chart(ControlChart::Sampling).of(&waves(&estimates, 2.0)).unwrap();
    let points = &sampling.series[0].points;
    assert_eq!(points[7].control.unwrap().signal, Some(ControlSignal::BeyondLimits));
    assert!(points[..7].iter().all(|point| point.control.unwrap().signal.is_none()));
    assert!(sampling.to_string().contains("7 <- beyond limits"), "{sampling}");
    let control = sampling.series[0].control.as_ref().unwrap();
    assert_eq!((control.widening, control.centre), (Some(1.0), 53.875));
    near(points[0].control.unwrap().high, 53.875 + 6.0);
}

/// June is not over, and May is missing: the slope counts the months between.
#[test]
fn incomplete_periods_stay_out_and_gaps_count() {
    let scores = vec![month(1, 10.0, true), month(2, 12.0, true), month(4, 16.0, true), month(6, 90.0, false)];
    let own = Own { period: Some(SurveyPeriod::Month), scores };
    let report = TrendParams::new().of(&own).unwrap();
    let series = &report.series[0];
    assert_eq!(series.slope.as_ref().unwrap().slope, 2.0);
    assert_eq!(series.mann_kendall.unwrap().n, 3);
    assert!(!series.points[3].is_used && series.points[3].change.is_none() && series.points[3].control.is_none());
    assert!(report.to_string().contains("2026-06 (incomplete)"), "{report}");
    assert_eq!(series.points[2].change.as_ref().unwrap().from, "2026-02");
    let kept = TrendParams::new().incomplete(IncompletePeriods::Keep).of(&own).unwrap();
    assert_eq!(kept.series[0].mann_kendall.unwrap().n, 4);
    assert!(kept.series[0].points[3].is_used);
}

#[test]
fn scores_that_are_not_there_are_passed_over() {
    let own = Own {
        period: Some(SurveyPeriod::Wave),
        scores: vec![score("a", Some(10.0), Some(1.0)), score("b", None, None), score("c", Some(12.0), Some(1.0))],
    };
    let series = TrendParams::new().of(&own).unwrap().series.remove(0);
    assert!(!series.points[1].is_used);
    assert_eq!(series.points[2].change.as_ref().unwrap().from, "a");
    // Two periods apart.
    assert_eq!(series.slope.unwrap().slope, 1.0);
    assert_eq!(series.no_mann_kendall, Some(Undefined::TooFew { n: 2, needed: 3 }));
}

#[test]
fn what_does_not_vary_has_no_test() {
    let series = TrendParams::new().of(&waves(&[40.0; 4], 0.0)).unwrap().series.remove(0);
    let change = series.points[1].change.clone().unwrap();
    assert_eq!((change.difference, change.z, change.p_value, change.p_adjusted), (0.0, None, None, None));
    assert_eq!(series.no_mann_kendall, Some(Undefined::Constant));
    assert_eq!(series.no_control, Some(Undefined::Constant));
    assert_eq!((change.std_error, change.interval, change.no_test), (None, None, Some(Undefined::Constant)));
    assert_eq!(series.no_slope, Some(Undefined::Constant));
    let one = Own { period: Some(SurveyPeriod::Wave), scores: vec![score("a", Some(1.0), None)] };
    let one = TrendParams::new().of(&one).unwrap();
    assert!(one.series[0].no_slope.is_some() && one.series[0].no_control.is_some());
    assert!(one.to_string().contains("no test of a trend (too few values: 1 of 3)"), "{one}");
    let none = TrendParams::new().of(&Own { period: Some(SurveyPeriod::Wave), scores: vec![] }).unwrap();
    assert!(none.series.is_empty() && none.to_dataframe().height() == 0);
}

/// Oracle: nps_difference of the same counts by the formulas of its head: added answers make the first wave
/// (3.75 - 0.75) / 6 and the second one 40.6 / 443, and z = -1.37 where plain errors would say -21.67.
#[test]
fn a_wave_of_three_promoters_proves_nothing_and_the_report_says_the_same() {
    let of_wave = |wave: i32, n: [usize; 3]| {
        [10, 8, 0].into_iter().zip(n).flat_map(move |(score, n)| vec![(score, wave); n]).collect::<Vec<(i32, i32)>>()
    };
    let rows = [of_wave(1, [3, 0, 0]), of_wave(2, [160, 120, 120]), of_wave(3, [0, 9, 0])].concat();
    let frame = df!(
        "q" => rows.iter().map(|row| row.0).collect::<Vec<_>>(), "wave" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
    );
    let roles = SurveyColumns::new().score(Question::new("q", Scale::ZERO_TO_TEN)).wave("wave");
    let survey = SurveyResponses::new(frame.unwrap().lazy(), &roles).unwrap();
    let adjusted = NpsParams::new().period(SurveyPeriod::Wave).run(&survey).unwrap();
    let trend = TrendParams::new().of(&adjusted).unwrap();
    for (at, of_report) in adjusted.changes().iter().enumerate() {
        let (of_trend, difference) =
            (trend.series[0].points[at + 1].change.clone().unwrap(), of_report.difference.clone().unwrap());
        let test = difference.test.unwrap();
        assert_eq!((of_trend.difference, of_trend.centre), (difference.estimate, Some(difference.centre)));
        assert_eq!((of_trend.z, of_trend.p_value), (Some(test.statistic), Some(test.p_value)));
        assert_eq!((of_trend.interval, of_trend.p_adjusted), (Some(difference.interval), of_report.p_adjusted));
    }
    let z = trend.series[0].points[1].change.as_ref().unwrap().z.unwrap();
    assert!((z + 1.37).abs() < 0.005, "{z}");
    let plain = NpsParams::new().interval(NpsInterval::Wald).period(SurveyPeriod::Wave).run(&survey).unwrap();
    let trend = TrendParams::new().of(&plain).unwrap();
    for point in &trend.series[0].points[1..] {
        let change = point.change.as_ref().unwrap();
        assert_eq!((change.p_value, change.no_test.clone()), (None, Some(Undefined::Constant)));
    }
    assert_eq!(trend.to_dataframe().column(columns::REASON).unwrap().null_count(), 1);
}

/// Of two equal composites the standard error is 0, which is no sure index.
#[test]
fn two_equal_indexes_are_not_tested_against_many() {
    let frame = df!("quality" => [5, 5, 1, 3, 5, 2], "wave" => [1, 1, 2, 2, 2, 2]).unwrap();
    let roles = SurveyColumns::new().items([Question::new("quality", Scale::ONE_TO_FIVE)]).wave("wave");
    let survey = SurveyResponses::new(frame.lazy(), &roles).unwrap();
    let report = CsiParams::new().period(SurveyPeriod::Wave).run(&survey).unwrap();
    let change = TrendParams::new().of(&report).unwrap().series[0].points[1].change.clone().unwrap();
    assert_eq!((change.z, change.no_test), (None, Some(Undefined::Constant)));
}

/// Oracle: by hand; shares 1/4, 1/2 and 3/4 of four, means 2.5, 3 and 4; errors of the shares
/// sqrt(3/16 / 4) and sqrt(1/4 / 4).
#[test]
fn shares_and_means_of_satisfied_customers_have_trends() {
    let frame = df!(
        "satisfied" => [1, 1, 3, 5, 1, 3, 4, 4, 3, 4, 4, 5], "wave" => [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3],
    );
    let roles = SurveyColumns::new().score(Question::new("satisfied", Scale::ONE_TO_FIVE)).wave("wave");
    let survey = SurveyResponses::new(frame.unwrap().lazy(), &roles).unwrap();
    let report = CsatParams::new().period(SurveyPeriod::Wave).run(&survey).unwrap();
    let shares = TrendParams::new().of(&report.top_box_scores()).unwrap();
    let series = &shares.series[0];
    assert_eq!((shares.measure.as_str(), series.slope.as_ref().unwrap().slope), ("top box", 0.25));
    assert_eq!(series.mann_kendall.unwrap().s, 3);
    let change = series.points[1].change.as_ref().unwrap();
    near(change.z.unwrap(), 0.25 / (3.0_f64 / 64.0 + 1.0 / 16.0).sqrt());
    near(change.interval.unwrap().high, 0.25 + 1.959_963_984_540_054 * (7.0_f64 / 64.0).sqrt());
    let means = TrendParams::new().of(&report).unwrap();
    let estimates: Vec<Option<f64>> = means.series[0].points.iter().map(|point| point.estimate).collect();
    assert_eq!((means.measure.as_str(), estimates), ("mean answer", vec![Some(2.5), Some(3.0), Some(4.0)]));
}

/// A segment that has no responses in waves 2 and 3: from 10 in the first to 40 in the fourth.
#[test]
fn waves_that_a_segment_missed_count() {
    let of_segment = |label: &str, estimate: f64| {
        let mut score = score(label, Some(estimate), Some(1.0));
        score.key.segment = Some(vec![Some("上海".to_owned())]);
        score
    };
    let mut scores: Vec<PeriodScore> = ["1", "2", "3", "4"].map(|label| score(label, Some(5.0), Some(1.0))).to_vec();
    scores.extend([of_segment("1", 10.0), of_segment("4", 40.0)]);
    let report = TrendParams::new().of(&Own { period: Some(SurveyPeriod::Wave), scores }).unwrap();
    let slope = report.segment(&["上海"]).unwrap().slope.clone().unwrap();
    assert_eq!((slope.slope, slope.intercept), (10.0, 10.0));
}

#[test]
fn a_period_without_an_error_is_passed_over_or_does_not_matter() {
    let estimates = [50.0, 52.0, 49.0, 51.0, 50.0];
    let errors = [Some(2.0), Some(2.0), None, Some(2.0), Some(2.0)];
    let scores = (0..5).map(|at| score(&at.to_string(), Some(estimates[at]), errors[at])).collect();
    let own = Own { period: Some(SurveyPeriod::Wave), scores };
    let limits = |chart: ControlChart| TrendParams::new().chart(chart).of(&own).unwrap().series.remove(0);
    let moving = limits(ControlChart::MovingRange);
    assert_eq!((moving.n_without_error, moving.no_control), (0, None));
    assert!(moving.points.iter().all(|point| point.control.is_some()));
    for chart in [ControlChart::Sampling, ControlChart::Laney] {
        let series = limits(chart);
        assert_eq!((series.n_without_error, series.control.unwrap().limits.len()), (1, 4));
        let has_limits: Vec<bool> = series.points.iter().map(|point| point.control.is_some()).collect();
        assert_eq!(has_limits, [true, true, false, true, true]);
    }
    let shown = TrendParams::new().of(&own).unwrap().to_string();
    assert!(shown.contains("1 period(s) without a standard error passed over"), "{shown}");
}

/// By hand: of four answers each, means 3, 3.5 and 4.5, top boxes 1/4, 2/4 and 4/4; standard errors of
/// the shares sqrt(p (1 - p) / 4).
#[test]
fn satisfaction_scores_have_trends_of_means_and_boxes() {
    let answers = polars::prelude::df!(
        "calm" => [3, 3, 2, 4, 3, 2, 4, 5, 4, 5, 4, 5],
        "wave" => [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3],
        "channel" => ["web"; 12],
    );
    let columns =
        SurveyColumns::new().score(Question::new("calm", Scale::ONE_TO_FIVE)).wave("wave").segments(["channel"]);
    let survey = SurveyResponses::new(answers.unwrap(), &columns).unwrap();
    let report = CsatParams::new().by(["channel"]).period(SurveyPeriod::Wave).run(&survey).unwrap();
    let means = TrendParams::new().of(&report).unwrap();
    assert_eq!((means.measure.as_str(), means.series.len()), ("mean answer", 2));
    assert_eq!(means.series[0].points.iter().map(|point| point.estimate.unwrap()).collect::<Vec<_>>(), [3.0, 3.5, 4.5]);
    let top = TrendParams::new().of(&report.top_box_scores()).unwrap();
    let points = &top.series[0].points;
    assert_eq!(points.iter().map(|point| point.estimate.unwrap()).collect::<Vec<_>>(), [0.25, 0.5, 1.0]);
    near(points[1].change.as_ref().unwrap().std_error.unwrap(), (0.25 * 0.75 / 4.0 + 0.25 / 4.0_f64).sqrt());
    assert_eq!(points[2].std_error, Some(0.0));
    let bottom = TrendParams::new().of(&report.bottom_box_scores()).unwrap();
    assert_eq!(bottom.segment(&["web"]).unwrap().points[0].estimate, Some(0.25));
    assert!(bottom.to_string().starts_with("trend of bottom box: 2 series"), "{bottom}");
}

#[test]
fn settings_outside_their_range_are_refused() {
    let refused = |params: TrendParams| params.of(&waves(&[1.0, 2.0], 1.0)).unwrap_err().to_string();
    assert_eq!(refused(TrendParams::new().conf_level(1.0)), "trend: `conf_level` must be above 0 and below 1, got 1");
    assert_eq!(refused(TrendParams::new().n_sigmas(f64::NAN)), "trend: `n_sigmas` must be above 0, got NaN");
    let without = Own { period: None, scores: vec![] };
    assert_eq!(
        TrendParams::new().of(&without).unwrap_err().to_string(),
        "trend: `period` must be set in the report whose trend it is, got none"
    );
    assert!(toml::from_str::<Trend>("n_sigmas = -1.0").is_err());
    let params = TrendParams::new().chart(ControlChart::Sampling).incomplete(IncompletePeriods::Keep);
    assert_eq!(toml::from_str::<TrendParams>(&toml::to_string(&params).unwrap()).unwrap(), params);
}

/// By hand: three of one answer each, so that limits of sampling would lie far beyond 100.
#[test]
fn limits_and_errors_say_no_more_than_the_scores_can() {
    let frame = df!("q" => [10, 10, 0, 10, 0, 7, 0], "wave" => [1, 2, 2, 3, 3, 3, 3]).unwrap();
    let roles = SurveyColumns::new().score(Question::new("q", Scale::ZERO_TO_TEN)).wave("wave");
    let survey = SurveyResponses::new(frame.lazy(), &roles).unwrap();
    let report = NpsParams::new().period(SurveyPeriod::Wave).run(&survey).unwrap();
    let trend = TrendParams::new().chart(ControlChart::Sampling).of(&report).unwrap();
    let series = &trend.series[0];
    let limits = &series.control.as_ref().unwrap().limits;
    assert!(limits.iter().all(|limit| -100.0 <= limit.low && limit.high <= 100.0), "{limits:?}");
    assert_eq!((limits[0].low, limits[0].high), (-100.0, 100.0));
    assert_eq!(series.points[0].std_error, Some(0.0));
    let shown = trend.to_string();
    let of_first = shown.lines().find(|line| line.ends_with("  1")).unwrap();
    assert_eq!(of_first.split_whitespace().nth(2), Some("-"), "{shown}");
}

#[test]
fn a_period_that_is_not_covered_says_what_to_do() {
    let frame =
        df!("q" => [10, 0, 9, 8, 3], "on" => ["05/01/2026", "20/01/2026", "03/02/2026", "11/03/2026", "30/03/2026"]);
    let roles = SurveyColumns::new().score(Question::new("q", Scale::ZERO_TO_TEN)).time("on").time_format("%d/%m/%Y");
    let survey = SurveyResponses::new(frame.unwrap().lazy(), &roles).unwrap();
    let monthly = NpsParams::new().period(SurveyPeriod::Month);
    let report = monthly.clone().run(&survey).unwrap();
    let shown = TrendParams::new().of(&report).unwrap().to_string();
    let begins = "2026-01 is not tested: responses begin on 2026-01-05; `IncompletePeriods::Keep` tests it";
    assert!(shown.contains(begins), "{shown}");
    let ends = "2026-03 is not tested: responses end on 2026-03-30; state `as_of` if it is over";
    assert!(shown.contains(ends), "{shown}");
    let over: Vec<bool> = report.changes().iter().map(NpsPeriodChange::is_complete).collect();
    assert_eq!(over, [false, false]);
    let report = monthly.as_of(NaiveDate::from_ymd_opt(2026, 3, 31).unwrap()).run(&survey).unwrap();
    let shown = TrendParams::new().of(&report).unwrap().to_string();
    assert!(!shown.contains("state `as_of`") && shown.contains(begins), "{shown}");
    assert!(report.changes()[1].is_complete());
    let kept = TrendParams::new().incomplete(IncompletePeriods::Keep).of(&report).unwrap().to_string();
    assert!(!kept.contains("not tested"), "{kept}");
}
