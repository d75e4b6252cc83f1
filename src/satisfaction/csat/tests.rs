//! Scores of small surveys, by hand; laws; and what is refused.

use polars::prelude::*;
use proptest::prelude::*;

use super::*;
use crate::analysis::Analysis;
use crate::frame::{OutOfScale, Question, Scale, SurveyColumns, SurveyResponses, ToDataFrame};
use crate::kernel::interval::wilson;
use crate::kernel::undefined::Undefined;
use crate::satisfaction::{NoScore, SurveyPeriod};

fn columns() -> SurveyColumns {
    SurveyColumns::new().score(Question::new("满意", Scale::ONE_TO_FIVE)).touchpoint("触点").wave("wave")
}

fn table() -> DataFrame {
    df!(
        "满意" => [Some(5), Some(4), Some(3), Some(1), Some(5), Some(2), None, Some(4)],
        "触点" => ["网站", "网站", "网站", "网站", "门店", "门店", "门店", "电话"],
        "wave" => [1, 1, 2, 2, 1, 2, 2, 1],
        "w" => [3.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 0.0],
    )
    .unwrap()
}

fn survey_of(frame: DataFrame, columns: &SurveyColumns) -> SurveyResponses {
    SurveyResponses::new(frame.lazy(), columns).unwrap()
}

fn survey() -> SurveyResponses {
    survey_of(table(), &columns())
}

fn refused(params: CsatParams, survey: &SurveyResponses) -> String {
    params.run(survey).unwrap_err().to_string()
}

/// By hand: 5, 4, 3, 1, 5, 2, 4 have the mean 24/7; 4 of 7 in the top box and 2 of 7 in the bottom box.
#[test]
fn scores_of_touchpoints_and_waves_are_those_by_hand() {
    let report = CsatParams::new().by(["触点"]).period(SurveyPeriod::Wave).run(&survey()).unwrap();
    let overall = &report.overall;
    assert_eq!((overall.n, overall.n_rows, overall.counts.clone()), (7, 8, Some(vec![1, 1, 1, 2, 2])));
    assert!((overall.mean.unwrap() - 24.0 / 7.0).abs() < 1e-15);
    // The squares sum to 96, those about the mean to 96 - 24^2 / 7 = 96/7.
    assert!((overall.sd.unwrap() - (96.0_f64 / 7.0 / 6.0).sqrt()).abs() < 1e-14);
    let (top, bottom) = (overall.top_box.unwrap(), overall.bottom_box.unwrap());
    assert_eq!((top.n_successes, bottom.n_successes, top.n), (4, 2, 7));
    assert_eq!(top.interval, wilson(4.0, 7.0, 0.95).unwrap());
    let web = report.segment(&["网站"]).unwrap();
    assert_eq!((web.mean, web.top_box.unwrap().estimate, web.bottom_box.unwrap().estimate), (Some(3.25), 0.5, 0.25));
    let names: Vec<String> = report.segments.iter().map(|group| group.key.to_string()).collect();
    assert_eq!(names, ["电话", "网站", "门店"]);
    assert_eq!(report.period("2").unwrap().n, 3);
    assert_eq!(report.group(&["网站"], "2").unwrap().mean, Some(2.0));
    assert_eq!((report.rows.n_used, report.rows.n_null), (7, 1));
}

/// By hand: weights 3 and 2 of 5, 1 of 4, 3, 2 and 1 (that of the other 4 is 0): W = 9, mean 35/9, top box 6/9.
#[test]
fn weighted_scores_are_those_by_hand() {
    let report = CsatParams::new().run(&survey_of(table(), &columns().weight("w"))).unwrap();
    let overall = &report.overall;
    assert_eq!((overall.n, report.rows.n_zero_weight, report.is_weighted), (6, 1, true));
    assert!((overall.mean.unwrap() - 35.0 / 9.0).abs() < 1e-14);
    assert!((overall.top_box.unwrap().estimate - 6.0 / 9.0).abs() < 1e-15);
    assert!((overall.n_eff.unwrap() - 81.0 / 17.0).abs() < 1e-13);
    let error = report.compare(overall, overall).unwrap_err().to_string();
    assert!(error.contains("weighted shares"), "{error}");
}

#[test]
fn effort_and_yes_or_no_are_scales_too() {
    let effort = df!("effort" => [7, 6, 5, 4, 3, 2, 1, 1]).unwrap();
    let of = |scale: Scale| SurveyColumns::new().score(Question::new("effort", scale));
    let report = CsatParams::effort().run(&survey_of(effort, &of(Scale::ONE_TO_SEVEN))).unwrap();
    assert_eq!((report.overall.top_box.unwrap().estimate, report.overall.bottom_box.unwrap().estimate), (0.375, 0.5));
    let answers = df!("effort" => [1, 0, 1, 1]).unwrap();
    let report = CsatParams::new().top_box(1).bottom_box(1).run(&survey_of(answers, &of(Scale::new(0, 1)))).unwrap();
    assert_eq!((report.overall.top_box.unwrap().estimate, report.overall.mean), (0.75, Some(0.75)));
}

#[test]
fn groups_of_few_and_none_say_why() {
    let report = CsatParams::new().by(["触点"]).run(&survey()).unwrap();
    let one = report.segment(&["电话"]).unwrap();
    assert_eq!((one.mean, one.std_error, one.interval), (Some(4.0), None, None));
    assert_eq!(one.no_interval, Some(Undefined::TooFew { n: 1, needed: 2 }));
    assert!(one.top_box.unwrap().interval.low < 0.3, "one answer proves little");
    let hidden = CsatParams::new().by(["触点"]).min_n(3).run(&survey()).unwrap();
    let store = hidden.segment(&["门店"]).unwrap();
    assert_eq!((store.n, store.mean, store.top_box, store.counts.clone()), (2, None, None, None));
    assert_eq!(store.reason, Some(NoScore::Suppressed { min_n: 3 }));
    let nothing = CsatParams::new().by(["触点"]).run(&survey_of(table().clear(), &columns())).unwrap();
    assert_eq!(nothing.overall.reason, Some(NoScore::Undefined(Undefined::TooFew { n: 0, needed: 1 })));
    assert_eq!((nothing.to_dataframe().height(), nothing.segments.len()), (1, 0));
    let alike = df!("满意" => [4, 4, 4], "触点" => ["a", "a", "a"], "wave" => [1, 1, 1]).unwrap();
    let alike = CsatParams::new().run(&survey_of(alike, &columns())).unwrap().overall;
    assert_eq!((alike.std_error, alike.interval, alike.no_interval), (Some(0.0), None, Some(Undefined::Constant)));
}

#[test]
fn settings_outside_their_range_are_refused() {
    let survey = survey();
    let cases = [
        (CsatParams::new().conf_level(1.0), "`conf_level` must be above 0 and below 1, got 1"),
        (CsatParams::new().conf_level(f64::NAN), "`conf_level` must be above 0 and below 1, got NaN"),
        (CsatParams::new().by(["触点", "触点"]), "`by` must be columns named once, got `触点` twice"),
        (CsatParams::new().top_box(0), "`top_box` must be at least one score, got 0"),
        (CsatParams::new().bottom_box(0), "`bottom_box` must be at least one score, got 0"),
        (
            CsatParams::new().top_box(4),
            "`top_box` must be so that both boxes fit the 5 scores of the scale 1..=5, got 4, and 2 at the bottom",
        ),
        (CsatParams::new().top_box(u32::MAX), "so that both boxes fit"),
        (CsatParams::new().by(["wave"]), "`by` must be columns with the role `segments` or `touchpoint`, got `wave`"),
        (CsatParams::new().period(SurveyPeriod::Day), "`period` must be used on a survey with the role `time`"),
    ];
    for (params, part) in cases {
        let text = refused(params, &survey);
        assert!(text.starts_with("csat: ") && text.contains(part), "`{part}` is not in: {text}");
    }
    let fractions = SurveyColumns::new().score(Question::new("满意", Scale::ONE_TO_FIVE.fractions(true)));
    assert!(refused(CsatParams::new(), &survey_of(table(), &fractions)).contains("of whole numbers"));
    let negative = survey_of(
        crate::analysis::collect("test", table().lazy().with_column((col("w") - lit(2)).alias("w"))).unwrap(),
        &columns().weight("w"),
    );
    assert!(refused(CsatParams::new(), &negative).contains("weight that is negative"));
}

#[test]
fn answers_that_are_none_are_refused_or_set_aside_and_counted() {
    let frame = df!("满意" => [5, 0, 6, 9], "触点" => ["a"; 4], "wave" => [1; 4]).unwrap();
    let columns = columns().score(Question::new("满意", Scale::ONE_TO_FIVE).not_applicable([0]));
    let text = refused(CsatParams::new(), &survey_of(frame.clone(), &columns));
    assert!(text.starts_with("csat: column `满意` has 2 answer(s) outside 1..=5"), "{text}");
    let report = CsatParams::new().run(&survey_of(frame, &columns.out_of_scale(OutOfScale::Quarantine))).unwrap();
    assert_eq!((report.rows.n_used, report.rows.n_out_of_scale, report.rows.n_not_applicable), (1, 2, 1));
}

/// The test of two proportions of 2 of 4 and 1 of 2.
#[test]
fn top_boxes_of_touchpoints_are_compared() {
    let report = CsatParams::new().by(["触点"]).run(&survey()).unwrap();
    let (web, store) = (report.segment(&["网站"]).unwrap(), report.segment(&["门店"]).unwrap());
    let found = report.compare(web, store).unwrap();
    assert_eq!((found.n1, found.n2, found.difference.estimate), (4, 2, 0.0));
    let error = report.compare(web, &report.overall).unwrap_err().to_string();
    assert!(error.contains("share responses"), "{error}");
    let hidden = CsatParams::new().by(["触点"]).min_n(3).run(&survey()).unwrap();
    let error = hidden.compare(&hidden.segments[1], &hidden.segments[2]).unwrap_err().to_string();
    assert!(error.contains("has no scores"), "{error}");
}

#[test]
fn settings_survive_a_job_file_and_cannot_skip_the_check() {
    let params = CsatParams::effort().by(["触点"]).period(SurveyPeriod::Month).conf_level(0.9).min_n(30);
    let checked = params.clone().check().unwrap();
    let (json, toml) = (serde_json::to_string(&checked).unwrap(), toml::to_string(&checked).unwrap());
    assert_eq!(serde_json::from_str::<Csat>(&json).unwrap(), checked);
    assert_eq!(toml::from_str::<Csat>(&toml).unwrap().params(), &params);
    assert!(serde_json::from_str::<Csat>(r#"{"top_box": 0}"#).is_err());
    assert!(serde_json::from_str::<Csat>(r#"{"boxes": 2}"#).is_err());
}

#[test]
fn a_report_is_a_frame_and_a_table() {
    let report = CsatParams::new().by(["触点"]).period(SurveyPeriod::Wave).run(&survey()).unwrap();
    let frame = report.to_dataframe();
    assert_eq!(frame.height(), report.all().count());
    let names: Vec<&str> = frame.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
    assert_eq!(names[..8], ["scope", "触点", "period", "period_start", "period_end", "is_complete", "n_rows", "n"]);
    assert_eq!(
        names[8..],
        [
            "mean",
            "sd",
            "std_error",
            "conf_low",
            "conf_high",
            "top_box",
            "top_box_conf_low",
            "top_box_conf_high",
            "bottom_box",
            "bottom_box_conf_low",
            "bottom_box_conf_high",
            "n_effective",
            "reason",
            "no_interval",
        ]
    );
    let text = report.to_string();
    assert!(text.starts_with("satisfaction scores: 7 of 8 row(s) used; left out: 1 without an answer"), "{text}");
    assert!(text.contains("scale 1 to 5; top box 4 to 5, bottom box 1 to 2; 95% intervals"), "{text}");
    assert!(text.contains("- 电话: no interval of the mean (too few values: 1 of 2)"), "{text}");
    assert!(serde_json::to_string(&report).unwrap().contains("\"top_box\""));
}

#[test]
fn readings_of_two_files_merge_into_that_of_both() {
    let csat = CsatParams::new().by(["触点"]).period(SurveyPeriod::Wave).check().unwrap();
    let reading =
        |frame: DataFrame| csat.reduce(csat.plan(&survey_of(frame, &columns().weight("w"))).unwrap()).unwrap();
    let whole = csat.finish(reading(table())).unwrap();
    let merged = reading(table().slice(0, 3)).merge(reading(table().slice(3, 5))).unwrap();
    let merged = csat.finish(merged).unwrap();
    assert!(merged.to_dataframe().equals_missing(&whole.to_dataframe()));
    let other = CsatParams::new().check().unwrap();
    let error = other.finish(reading(table())).unwrap_err().to_string();
    assert!(error.contains("made with other settings"), "{error}");
}

proptest! {
    #[test]
    fn the_order_of_rows_changes_no_digit(rows in prop::collection::vec((1..=5_i32, 0..4_i32, 0.1..5.0), 1..100)) {
        let frame = |rows: &[(i32, i32, f64)]| df!(
            "满意" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
            "触点" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
            "wave" => rows.iter().map(|_| 1).collect::<Vec<_>>(),
            "w" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
        ).unwrap();
        let run = |rows: &[(i32, i32, f64)]| CsatParams::new().by(["触点"]).run(&survey_of(frame(rows), &columns().weight("w"))).unwrap();
        let found = run(&rows);
        let mut turned = rows.clone();
        turned.reverse();
        prop_assert!(run(&turned).to_dataframe().equals_missing(&found.to_dataframe()));
        // Segments put together by their weight are the whole.
        let weight = |rows: &[(i32, i32, f64)], of: Option<i32>| rows.iter().filter(|row| of.is_none_or(|of| row.1 == of)).map(|row| row.2).sum::<f64>();
        let parts: f64 = found.segments.iter().map(|group| {
            let of = group.key.segment.as_ref().unwrap()[0].as_ref().unwrap().parse().unwrap();
            weight(&rows, Some(of)) * group.mean.unwrap()
        }).sum();
        prop_assert!((parts / weight(&rows, None) - found.overall.mean.unwrap()).abs() < 1e-12);
    }
}
