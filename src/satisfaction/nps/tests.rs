//! Scores of small surveys, by hand; laws; and what is refused.

use chrono::NaiveDate;
use polars::prelude::*;
use proptest::prelude::*;

use super::*;
use crate::analysis::Analysis;
use crate::frame::{OutOfScale, Question, Scale, SurveyColumns, SurveyResponses, ToDataFrame};
use crate::kernel::undefined::Undefined;
use crate::satisfaction::{NoScore, SurveyPeriod};

pub(super) fn columns() -> SurveyColumns {
    SurveyColumns::new().score(Question::new("推荐", Scale::ZERO_TO_TEN)).segments(["城市"]).wave("wave")
}

fn table() -> DataFrame {
    df!(
        "推荐" => [Some(10), Some(9), Some(7), Some(0), Some(10), Some(6), None, Some(8), Some(9)],
        "城市" => ["上海", "上海", "上海", "上海", "北京", "北京", "北京", "广州", "广州"],
        "wave" => [1, 1, 2, 2, 1, 2, 2, 1, 1],
        "w" => [3.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 0.0],
    )
    .unwrap()
}

pub(super) fn survey_of(frame: DataFrame, columns: &SurveyColumns) -> SurveyResponses {
    SurveyResponses::new(frame.lazy(), columns).unwrap()
}

pub(super) fn survey() -> SurveyResponses {
    survey_of(table(), &columns())
}

fn scores(groups: &[NpsGroup]) -> Vec<(String, u64, Option<f64>)> {
    groups.iter().map(|group| (group.key.to_string(), group.n, group.nps)).collect()
}

fn refused(params: NpsParams, survey: &SurveyResponses) -> String {
    params.run(survey).unwrap_err().to_string()
}

/// By hand: four promoters and two detractors of eight.
#[test]
fn scores_of_segments_periods_and_both_are_those_by_hand() {
    let report = NpsParams::new().by(["城市"]).period(SurveyPeriod::Wave).run(&survey()).unwrap();
    assert_eq!((report.overall.nps, report.overall.n, report.overall.n_rows), (Some(25.0), 8, 9));
    assert_eq!((report.rows.n_used, report.rows.n_null), (8, 1));
    let row = |name: &str, n, nps| (name.to_owned(), n, Some(nps));
    assert_eq!(scores(&report.segments), [row("上海", 4, 25.0), row("北京", 2, 0.0), row("广州", 2, 50.0)]);
    assert_eq!(scores(&report.periods), [row("1", 5, 80.0), row("2", 3, -200.0 / 3.0)]);
    let both = [row("上海, 1", 2, 100.0), row("上海, 2", 2, -50.0), row("北京, 1", 1, 100.0)];
    assert_eq!(scores(&report.groups)[..3], both);
    assert_eq!(report.segment(&["北京"]).unwrap().n_rows, 3);
    assert_eq!(report.period("2").unwrap().n, 3);
    assert_eq!(report.group(&["上海"], "2").unwrap().nps, Some(-50.0));
    assert!(report.group(&["上海"], "3").is_none() && report.segment(&["x", "y"]).is_none());
}

/// By hand: weights 3, 1 and 2 of promoters, 1 and 1 of passives, 1 and 1 of detractors: W = 10,
/// N = 0.4, n_eff = 100 / 18; SE^2 = (14 (0.6)^2 + 2 (0.4)^2 + 2 (1.4)^2) / 100.
#[test]
fn weighted_scores_are_those_by_hand() {
    let report = NpsParams::new().interval(NpsInterval::Wald).run(&survey_of(table(), &columns().weight("w"))).unwrap();
    let overall = &report.overall;
    assert_eq!((overall.n, report.rows.n_zero_weight), (7, 1));
    assert!((overall.nps.unwrap() - 40.0).abs() < 1e-12);
    assert!((overall.n_eff.unwrap() - 100.0 / 18.0).abs() < 1e-12);
    let error = 100.0 * ((14.0 * 0.36 + 2.0 * 0.16 + 2.0 * 1.96) / 100.0_f64).sqrt();
    assert!((overall.std_error.unwrap() - error).abs() < 1e-12);
    assert!(overall.counts.is_some_and(|counts| counts.promoters == 3));
}

#[test]
fn small_groups_stay_as_rows_without_numbers() {
    let report = NpsParams::new().by(["城市"]).min_n(3).run(&survey()).unwrap();
    let hidden = report.segment(&["北京"]).unwrap();
    assert_eq!((hidden.n, hidden.nps, hidden.counts, hidden.interval), (2, None, None, None));
    assert_eq!(hidden.reason, Some(NoScore::Suppressed { min_n: 3 }));
    assert!(report.segment(&["上海"]).unwrap().nps.is_some());
    let text = report.to_string();
    assert!(text.contains("- 北京: no score (fewer than 3 responses)"), "{text}");
}

#[test]
fn a_segment_without_an_answer_and_an_empty_survey_say_so() {
    let frame = df!("推荐" => [Some(10), None], "城市" => ["a", "b"], "wave" => [1, 1]).unwrap();
    let report = NpsParams::new().by(["城市"]).run(&survey_of(frame.clone(), &columns())).unwrap();
    let empty = report.segment(&["b"]).unwrap();
    let reason = NoScore::Undefined(Undefined::TooFew { n: 0, needed: 1 });
    assert_eq!((empty.n, empty.n_rows, empty.reason.clone()), (0, 1, Some(reason.clone())));
    let nothing =
        NpsParams::new().by(["城市"]).period(SurveyPeriod::Wave).run(&survey_of(frame.clear(), &columns())).unwrap();
    assert_eq!((nothing.overall.reason.clone(), nothing.rows.n_rows), (Some(reason), 0));
    assert!(nothing.segments.is_empty() && nothing.periods.is_empty() && nothing.groups.is_empty());
    assert_eq!(nothing.to_dataframe().height(), 1);
}

#[test]
fn all_promoters_have_an_adjusted_interval_and_no_plain_one() {
    let frame = df!("推荐" => [10, 10, 9], "城市" => ["a", "a", "a"], "wave" => [1, 1, 1]).unwrap();
    let run =
        |interval| NpsParams::new().interval(interval).run(&survey_of(frame.clone(), &columns())).unwrap().overall;
    // Oracle: nps.json, `tiny`, the second; the upper end is beyond 100 there.
    let adjusted = run(NpsInterval::AdjustedWald).interval.unwrap();
    assert!((adjusted.low + 6.579286703808592).abs() < 1e-12);
    assert_eq!(adjusted.high, 100.0);
    let plain = run(NpsInterval::Wald);
    assert_eq!((plain.nps, plain.std_error, plain.interval), (Some(100.0), Some(0.0), None));
    assert_eq!(plain.no_interval, Some(Undefined::Constant));
    assert_eq!(run(NpsInterval::Exact).interval.unwrap().high, 100.0);
    let drawn = run(NpsInterval::Bootstrap { n_replicates: 200, seed: 1 });
    assert_eq!(drawn.no_interval, Some(Undefined::Constant));
}

#[test]
fn a_finite_population_narrows_the_interval_and_must_hold_the_sample() {
    let frame =
        df!("推荐" => [10, 9, 7, 0, 8, 9], "城市" => ["a", "a", "a", "b", "b", "b"], "wave" => [1, 1, 1, 2, 2, 2]);
    let survey = survey_of(frame.unwrap(), &columns());
    let endless = NpsParams::new().run(&survey).unwrap().overall;
    let finite = NpsParams::new().population(26).run(&survey).unwrap().overall;
    // sqrt((26 - 6) / (26 - 1)).
    assert!((finite.std_error.unwrap() / endless.std_error.unwrap() - 0.8_f64.sqrt()).abs() < 1e-14);
    let small = NpsParams::new().population(5).run(&survey).unwrap();
    assert_eq!((small.overall.nps, small.overall.std_error), (endless.nps, None));
    assert_eq!(small.overall.no_interval, Some(Undefined::BeyondPopulation { n: 6, population: 5 }));
    let shown = small.to_string();
    assert!(shown.contains("no interval (6 values of a population of 5; state the population of all"), "{shown}");
    let by = NpsParams::new().by(["城市"]).segment_population(["a"], 3);
    assert!(refused(by.clone(), &survey).contains("1 segment(s) have no population"));
    let report = by.segment_population(["b"], 23).run(&survey).unwrap();
    assert_eq!(
        report.segments[0].interval.map(|ends| (ends.low, ends.high)),
        report.segments[0].nps.map(|nps| (nps, nps))
    );
    assert_eq!(report.overall.std_error, finite.std_error);
}

/// Oracle: by hand; of 20 people 5 answer in each of two waves, in all 10: in a wave sqrt(15 / 19), and over both
/// nothing, as everybody could answer again.
#[test]
fn a_population_counts_in_each_period_and_not_over_all_of_them() {
    let frame = df!(
        "推荐" => [10, 9, 7, 0, 8, 9, 10, 3, 6, 9], "城市" => ["a"; 10], "wave" => [1, 1, 1, 1, 1, 2, 2, 2, 2, 2],
    );
    let survey = survey_of(frame.unwrap(), &columns());
    let of = |params: NpsParams| params.period(SurveyPeriod::Wave).run(&survey).unwrap();
    let endless = of(NpsParams::new().by(["城市"]));
    let ratio = |finite: &NpsGroup, endless: &NpsGroup| finite.std_error.unwrap() / endless.std_error.unwrap();
    for finite in [of(NpsParams::new().population(20)), of(NpsParams::new().by(["城市"]).segment_population(["a"], 20))]
    {
        assert_eq!(
            (finite.overall.std_error, finite.overall.interval),
            (endless.overall.std_error, endless.overall.interval)
        );
        for (segment, other) in finite.segments.iter().zip(&endless.segments) {
            assert_eq!(segment.std_error, other.std_error);
        }
        let periods = finite.periods.iter().zip(&endless.periods).chain(finite.groups.iter().zip(&endless.groups));
        for (period, other) in periods {
            assert!((ratio(period, other) - (15.0_f64 / 19.0).sqrt()).abs() < 1e-14, "{}", period.key);
        }
        assert!(finite.to_string().contains("finite populations count in each period, and not over all of them"));
    }
}

#[test]
fn an_exact_interval_of_many_answers_says_what_to_ask_for() {
    let n = 1_001;
    let frame = df!("推荐" => vec![9; n], "城市" => vec!["a"; n], "wave" => vec![1; n]).unwrap();
    let report = NpsParams::new().interval(NpsInterval::Exact).run(&survey_of(frame, &columns())).unwrap();
    assert_eq!(report.overall.no_interval, Some(Undefined::TooMany { n: 1_001, most: 1_000 }));
    let shown = report.to_string();
    let expected = "no interval (too many values: 1001, of 1000 at the most; ask for `NpsInterval::AdjustedWald`)";
    assert!(shown.contains(expected), "{shown}");
}

/// A city and a wave that are only there after the date, and one whose wave is missing.
#[test]
fn rows_that_are_left_out_make_no_groups() {
    let frame = df!(
        "推荐" => [10, 9, 0, 7, 8], "城市" => ["a", "b", "z", "a", "y"], "wave" => [Some(1), Some(1), Some(3), Some(2), None],
        "on" => ["2026-01-05", "2026-02-07", "2026-04-01", "2026-03-31", "2026-03-01"],
    );
    let survey = survey_of(frame.unwrap(), &columns().time("on").time_format("%Y-%m-%d"));
    let params =
        NpsParams::new().by(["城市"]).period(SurveyPeriod::Wave).as_of(NaiveDate::from_ymd_opt(2026, 3, 31).unwrap());
    let populations = params.clone().segment_population(["a"], 90).segment_population(["b"], 90);
    for params in [params, populations] {
        let report = params.run(&survey).unwrap();
        assert_eq!((report.rows.n_later, report.rows.n_without_period, report.rows.n_used), (1, 1, 3));
        let names = |groups: &[NpsGroup]| groups.iter().map(|group| group.key.to_string()).collect::<Vec<_>>();
        assert_eq!(
            (names(&report.segments), names(&report.periods)),
            (vec!["a".into(), "b".into()], vec!["1".into(), "2".into()])
        );
        assert!(report.all().all(|group| group.n > 0));
    }
}

#[test]
fn settings_outside_their_range_are_refused() {
    let survey = survey();
    let cases = [
        (NpsParams::new().conf_level(1.0), "`conf_level` must be above 0 and below 1, got 1"),
        (NpsParams::new().conf_level(f64::NAN), "`conf_level` must be above 0 and below 1, got NaN"),
        (NpsParams::new().by(["城市", "城市"]), "`by` must be columns named once, got `城市` twice"),
        (NpsParams::new().cuts(9, 9), "`cuts` must be detractors below promoters, got 9 and 9"),
        (NpsParams::new().cuts(3, 12), "`cuts` must be stated for the scale 0..=10"),
        (
            NpsParams::new().interval(NpsInterval::Bootstrap { n_replicates: 5, seed: 0 }),
            "`n_replicates` must be in 100..=1000000, got 5",
        ),
        (NpsParams::new().population(0), "`population` must be at least 1, got 0"),
        (
            NpsParams::new().population(9).interval(NpsInterval::Exact),
            "`adjusted_wald` or `wald` for a finite population",
        ),
        (NpsParams::new().population(9).by(["城市"]), "`population` must be given by `segment_population`"),
        (
            NpsParams::new().segment_population(["a"], 9),
            "one value for each column of `by`, got 1 value(s) for 0 column(s)",
        ),
        (
            NpsParams::new().by(["城市"]).segment_population(["a"], 9).segment_population(["a"], 8),
            "given once for each segment",
        ),
        (NpsParams::new().by(["wave"]), "`by` must be columns with the role `segments` or `touchpoint`, got `wave`"),
        (NpsParams::new().period(SurveyPeriod::Month), "`period` must be used on a survey with the role `time`"),
        (
            NpsParams::new().as_of(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()),
            "`as_of` must be used on a survey with the role `time`",
        ),
    ];
    for (params, part) in cases {
        let text = refused(params, &survey);
        assert!(text.starts_with("nps: ") && text.contains(part), "`{part}` is not in: {text}");
    }
    let without_wave = SurveyColumns::new().score(Question::new("推荐", Scale::ZERO_TO_TEN));
    let text = refused(NpsParams::new().period(SurveyPeriod::Wave), &survey_of(table(), &without_wave));
    assert!(text.contains("`period` must be used on a survey with the role `wave`"), "{text}");
    let weighted = survey_of(table(), &columns().weight("w"));
    assert!(refused(NpsParams::new().interval(NpsInterval::Exact), &weighted).contains("for weighted answers"));
    let items = SurveyColumns::new().items([Question::new("推荐", Scale::ZERO_TO_TEN)]);
    assert!(refused(NpsParams::new(), &survey_of(table(), &items)).contains("`score` must be among the roles"));
}

#[test]
fn scales_that_the_usual_cuts_do_not_fit_ask_for_others() {
    let of = |scale: Scale| SurveyColumns::new().score(Question::new("w", scale)).out_of_scale(OutOfScale::Quarantine);
    let run = |scale: Scale, params: NpsParams| params.run(&survey_of(table(), &of(scale)));
    assert!(run(Scale::ONE_TO_TEN, NpsParams::new()).is_ok());
    for scale in [Scale::ONE_TO_FIVE, Scale::new(0, 100), Scale::new(9, 10)] {
        let error = run(scale, NpsParams::new()).unwrap_err().to_string();
        assert!(error.contains(&format!("`cuts` must be stated for the scale {scale}")), "{error}");
    }
    let report = run(Scale::new(0, 3), NpsParams::new().cuts(1, 3)).unwrap();
    assert_eq!(
        report.overall.counts.map(|counts| (counts.promoters, counts.passives, counts.detractors)),
        Some((1, 1, 7))
    );
    let error = run(Scale::ZERO_TO_TEN.fractions(true), NpsParams::new()).unwrap_err().to_string();
    assert!(error.contains("`scale` must be of whole numbers"), "{error}");
}

#[test]
fn answers_that_are_none_are_refused_or_set_aside_and_counted() {
    let frame =
        df!("推荐" => [Some(10.0), Some(11.0), Some(7.5), Some(99.0), None], "城市" => ["a"; 5], "wave" => [1; 5])
            .unwrap();
    let columns = columns().score(Question::new("推荐", Scale::ZERO_TO_TEN).not_applicable([99]));
    let text = refused(NpsParams::new(), &survey_of(frame.clone(), &columns));
    assert!(
        text.starts_with("nps: column `推荐` has 1 answer(s) outside 0..=10, 1 answer(s) between the whole numbers"),
        "{text}"
    );
    let aside = survey_of(frame, &columns.out_of_scale(OutOfScale::Quarantine));
    let rows = NpsParams::new().run(&aside).unwrap().rows;
    assert_eq!((rows.n_rows, rows.n_used, rows.n_out_of_scale, rows.n_fractional), (5, 1, 1, 1));
    assert_eq!((rows.n_not_applicable, rows.n_null), (1, 1));
}

#[test]
fn settings_survive_a_job_file_and_cannot_skip_the_check() {
    let params = NpsParams::new()
        .by(["城市"])
        .period(SurveyPeriod::Quarter)
        .as_of(NaiveDate::from_ymd_opt(2026, 3, 31).unwrap())
        .cuts(2, 4)
        .conf_level(0.9)
        .interval(NpsInterval::Wald)
        .segment_population(["上海"], 900)
        .min_n(30);
    let checked = params.clone().check().unwrap();
    let (json, toml) = (serde_json::to_string(&checked).unwrap(), toml::to_string(&checked).unwrap());
    assert_eq!(serde_json::from_str::<Nps>(&json).unwrap(), checked);
    assert_eq!(toml::from_str::<Nps>(&toml).unwrap().params(), &params);
    let job = r#"{"interval": {"bootstrap": {"n_replicates": 1000, "seed": 7}}}"#;
    let drawn = NpsParams::new().interval(NpsInterval::Bootstrap { n_replicates: 1_000, seed: 7 });
    assert_eq!(serde_json::from_str::<Nps>(job).unwrap().params(), &drawn);
    assert!(serde_json::from_str::<Nps>(r#"{"conf_level": 95}"#).is_err());
    assert!(serde_json::from_str::<Nps>(r#"{"level": 0.9}"#).is_err());
}

#[test]
fn a_report_is_a_frame_and_a_table() {
    let report = NpsParams::new().by(["城市"]).period(SurveyPeriod::Wave).run(&survey()).unwrap();
    let frame = report.to_dataframe();
    assert_eq!(frame.height(), 1 + 3 + 2 + 5);
    let names: Vec<&str> = frame.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
    assert_eq!(names[..3], ["scope", "城市", "period"]);
    assert_eq!(frame.column("nps").unwrap().f64().unwrap().get(1), Some(25.0));
    let text = report.to_string();
    for part in [
        "net promoter score: 8 of 9 row(s) used; left out: 1 without an answer",
        "95% intervals, adjusted Wald",
        "广州",
    ] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}

#[test]
fn a_reading_of_other_settings_is_refused() {
    let (one, other) = (NpsParams::new().check().unwrap(), NpsParams::new().by(["城市"]).check().unwrap());
    let reading = one.reduce(one.plan(&survey()).unwrap()).unwrap();
    assert!(other.finish(reading).unwrap_err().to_string().contains("other settings"));
    let raw = one.reduce(survey().lazy()).unwrap_err().to_string();
    assert!(raw.contains("the query has no coded answers"), "{raw}");
}

#[test]
fn dates_as_text_make_months_and_the_edges_are_incomplete() {
    let frame = df!(
        "q" => [10, 9, 0, 7, 8, 10],
        "on" => ["02/01/2026", "31/01/2026", "14/02/2026", "01/03/2026", "31/03/2026", "32/03/2026"],
    );
    let columns = SurveyColumns::new().score(Question::new("q", Scale::ZERO_TO_TEN)).time("on").time_format("%d/%m/%Y");
    let monthly = NpsParams::new().period(SurveyPeriod::Month);
    let frame = frame.unwrap();
    let refused = monthly.clone().run(&survey_of(frame.clone(), &columns)).unwrap_err().to_string();
    assert!(refused.contains("`on` has 1 time(s) that do not fit `%d/%m/%Y`"), "{refused}");
    let columns = columns.out_of_scale(OutOfScale::Quarantine);
    let survey = survey_of(frame, &columns);
    let why = crate::analysis::collect("test", survey.quarantine()).unwrap();
    assert_eq!(why.column("rule_reason").unwrap().str().unwrap().get(0), Some("`on` does not fit `%d/%m/%Y`"));
    assert_eq!((why.height(), why.width()), (1, 4));
    let report = monthly.run(&survey).unwrap();
    let periods: Vec<(String, Option<bool>, u64)> = report
        .periods
        .iter()
        .map(|group| group.key.period.as_ref().map(|one| (one.label.clone(), one.is_complete, group.n)).unwrap())
        .collect();
    let expected = [("2026-01", Some(false), 2), ("2026-02", Some(true), 1), ("2026-03", Some(true), 2)];
    assert_eq!(periods, expected.map(|(label, complete, n)| (label.to_owned(), complete, n)));
    assert_eq!((report.rows.n_unreadable_time, report.rows.n_without_period, report.overall.n), (1, 0, 5));
    assert!(report.to_string().contains("left out: 1 with a time that does not fit its format"), "{report}");
}

fn answers() -> impl Strategy<Value = Vec<(i32, u8, f64)>> {
    prop::collection::vec((0..=10_i32, 0..4_u8, 0.1..5.0), 1..100)
}

fn of_answers(rows: &[(i32, u8, f64)]) -> DataFrame {
    df!(
        "推荐" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
        "城市" => rows.iter().map(|row| i32::from(row.1)).collect::<Vec<_>>(),
        "wave" => rows.iter().map(|_| 1).collect::<Vec<_>>(),
        "w" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
    )
    .unwrap()
}

proptest! {
    #[test]
    fn splitting_and_recombining_gives_the_whole(rows in answers(), is_weighted in any::<bool>()) {
        let columns = if is_weighted { columns().weight("w") } else { columns() };
        let report = NpsParams::new().by(["城市"]).run(&survey_of(of_answers(&rows), &columns)).unwrap();
        let weight: f64 = report.segments.iter().map(NpsGroup::weight).sum();
        let mean: f64 = report.segments.iter().map(|group| group.weight() * group.nps.unwrap()).sum::<f64>() / weight;
        prop_assert!((mean - report.overall.nps.unwrap()).abs() < 1e-10);
        prop_assert_eq!(report.segments.iter().map(|group| group.n).sum::<u64>(), rows.len() as u64);
    }

    #[test]
    fn swapping_promoters_and_detractors_changes_the_sign(rows in answers(), is_weighted in any::<bool>()) {
        // 0 to 10 turned round, with cuts that are turned round too.
        let columns = if is_weighted { columns().weight("w") } else { columns() };
        let turned: Vec<_> = rows.iter().map(|&(score, city, weight)| (10 - score, city, weight)).collect();
        let there = NpsParams::new().run(&survey_of(of_answers(&rows), &columns)).unwrap().overall;
        let back = NpsParams::new().cuts(1, 4).run(&survey_of(of_answers(&turned), &columns)).unwrap().overall;
        let numbers = |group: &NpsGroup| [group.nps, group.std_error, group.interval.map(|ends| ends.low), group.interval.map(|ends| ends.high)];
        let ([nps, error, low, high], [turned, turned_error, turned_low, turned_high]) = (numbers(&there), numbers(&back));
        let mirrored = [turned.map(|nps| -nps), turned_error, turned_high.map(|end| -end), turned_low.map(|end| -end)];
        if is_weighted {
            // Sums of the classes are added up in the other order.
            for (one, other) in [nps, error, low, high].into_iter().zip(mirrored) {
                prop_assert!((one.unwrap() - other.unwrap()).abs() < 1e-11, "{:?} {:?}", one, other);
            }
        } else {
            prop_assert_eq!([nps, error, low, high], mirrored);
        }
    }

    #[test]
    fn a_constant_times_all_weights_changes_nothing(rows in answers(), power in -300..300_i32) {
        let scaled: Vec<_> = rows.iter().map(|&(score, city, weight)| (score, city, weight * 2.0_f64.powi(power))).collect();
        let run = |rows: &[(i32, u8, f64)]| NpsParams::new().by(["城市"]).run(&survey_of(of_answers(rows), &columns().weight("w"))).unwrap();
        let (found, again) = (run(&rows), run(&scaled));
        let numbers = |report: &NpsReport| report.all().map(|one| (one.nps, one.std_error, one.interval, one.n_eff)).collect::<Vec<_>>();
        prop_assert_eq!(numbers(&found), numbers(&again));
    }
}
