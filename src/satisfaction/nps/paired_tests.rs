//! People who answered twice, by hand; and who is left out.

use chrono::NaiveDate;
use polars::prelude::*;

use super::*;
use crate::analysis::Analysis;
use crate::frame::{OutOfScale, Question, Scale, SurveyColumns, SurveyResponses, ToDataFrame};
use crate::kernel::undefined::Undefined;

fn columns() -> SurveyColumns {
    SurveyColumns::new()
        .respondent("who")
        .wave("wave")
        .time("on")
        .score(Question::new("q", Scale::ZERO_TO_TEN).not_applicable([99]))
}

/// Anna goes from passive to promoter, Bo from promoter to detractor, Cy stays; Di answers at the
/// first time only, Ed at the second, Flo twice at the first; Gus has no usable answer; one row has
/// no respondent, and one is of another wave.
fn table() -> DataFrame {
    let who = [
        Some("安娜"),
        Some("bo"),
        Some("cy"),
        Some("di"),
        Some("flo"),
        Some("flo"),
        Some("gus"),
        None,
        Some("安娜"),
        Some("bo"),
        Some("cy"),
        Some("ed"),
        Some("flo"),
        Some("gus"),
        Some("di"),
    ];
    let q = [
        Some(7),
        Some(9),
        Some(0),
        Some(5),
        Some(5),
        Some(6),
        None,
        Some(10),
        Some(10),
        Some(6),
        Some(2),
        Some(9),
        Some(9),
        Some(99),
        Some(1),
    ];
    let wave = [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3];
    let on = wave.map(|wave| NaiveDate::from_ymd_opt(2026, wave as u32, 15).unwrap());
    df!("who" => who, "q" => q, "wave" => wave, "on" => on).unwrap()
}

fn survey(columns: &SurveyColumns) -> SurveyResponses {
    SurveyResponses::new(table().lazy(), columns).unwrap()
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

#[test]
fn only_people_who_answered_once_at_each_time_are_paired() {
    let of_waves = NpsPairedParams::waves("1", "2").run(&survey(&columns())).unwrap();
    let spans = ((day(1, 1), day(1, 31)), (day(2, 1), day(2, 28)));
    let of_days = NpsPairedParams::days(spans.0, spans.1).run(&survey(&columns())).unwrap();
    for report in [of_waves, of_days] {
        assert_eq!(report.transitions.cells, [[1, 0, 0], [0, 0, 1], [1, 0, 0]]);
        assert_eq!((report.n_only_first, report.n_only_second, report.n_repeated, report.n_unanswered), (1, 1, 1, 1));
        assert_eq!((report.n_rows, report.n_rows_without_respondent, report.n_rows_without_answer), (14, 1, 2));
        // By hand: differences 1, -2 and 0, a mean of -1/3 and a variance of 14/9.
        let change = report.change.as_ref().unwrap();
        assert!((change.estimate + 100.0 / 3.0).abs() < 1e-12);
        assert!((change.std_error - 100.0 * (14.0_f64 / 27.0).sqrt()).abs() < 1e-12);
        let text = report.to_string();
        assert!(
            text.contains("3 people who answered twice") && text.contains("1 went up, 1 stayed, 1 went down"),
            "{text}"
        );
        assert_eq!(
            (report.to_dataframe().height(), report.to_dataframe().column("n").unwrap().u64().unwrap().sum()),
            (9, Some(3))
        );
    }
}

#[test]
fn without_pairs_there_is_no_change_and_no_rows_are_no_matter() {
    let report = NpsPairedParams::waves("2", "3").run(&survey(&columns())).unwrap();
    assert_eq!(report.change.unwrap_err(), Undefined::TooFew { n: 0, needed: 1 });
    assert_eq!((report.n_only_first, report.n_only_second), (5, 1));
    let empty = SurveyResponses::new(table().clear().lazy(), &columns()).unwrap();
    let report = NpsPairedParams::waves("1", "2").run(&empty).unwrap();
    assert_eq!((report.n_rows, report.transitions.first().n()), (0, 0));
    assert!(report.to_string().contains("no change (too few values"));
}

#[test]
fn what_cannot_be_paired_is_refused() {
    let refused =
        |params: NpsPairedParams, columns: &SurveyColumns| params.run(&survey(columns)).unwrap_err().to_string();
    let waves = || NpsPairedParams::waves("1", "2");
    let plain = || SurveyColumns::new().score(Question::new("q", Scale::ZERO_TO_TEN)).wave("wave");
    let cases = [
        (refused(NpsPairedParams::waves("1", "1"), &columns()), "`second` must be another wave than the first"),
        (
            refused(NpsPairedParams::days((day(1, 1), day(2, 1)), (day(2, 1), day(3, 1))), &columns()),
            "`second` must be days that come after the first ones",
        ),
        (
            refused(
                NpsPairedParams::new(PairedTime::Wave("1".into()), PairedTime::Days { from: day(1, 1), to: day(1, 2) }),
                &columns(),
            ),
            "`second` must be a wave where the first is one",
        ),
        (refused(waves().conf_level(0.0), &columns()), "`conf_level` must be above 0 and below 1"),
        (refused(waves().cuts(9, 3), &columns()), "`cuts` must be detractors below promoters"),
        (refused(waves().cuts(3, 11), &columns()), "`cuts` must be stated for the scale 0..=10"),
        (refused(waves(), &plain()), "`respondent` must be run on a survey with the roles"),
        (refused(waves(), &plain().respondent("who")), "column `q` has 1 answer(s) outside 0..=10"),
    ];
    for (text, part) in &cases {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
    let weighted =
        SurveyResponses::new(table().lazy().with_column(lit(1.0).alias("w")), &columns().weight("w")).unwrap();
    let text = waves().run(&weighted).unwrap_err().to_string();
    assert!(text.contains("`weight` must be left out of the roles"), "{text}");
    let aside = plain().respondent("who").out_of_scale(OutOfScale::Quarantine);
    assert_eq!(waves().run(&survey(&aside)).unwrap().n_unanswered, 1);
}

#[test]
fn settings_survive_a_job_file_and_order_changes_nothing() {
    let params = NpsPairedParams::days((day(1, 1), day(1, 31)), (day(2, 1), day(2, 28))).cuts(5, 8).conf_level(0.9);
    let checked = params.check().unwrap();
    let (json, toml) = (serde_json::to_string(&checked).unwrap(), toml::to_string(&checked).unwrap());
    assert_eq!(serde_json::from_str::<NpsPaired>(&json).unwrap(), checked);
    assert_eq!(toml::from_str::<NpsPaired>(&toml).unwrap(), checked);
    assert!(serde_json::from_str::<NpsPaired>(r#"{"first": {"wave": "1"}, "second": {"wave": "1"}}"#).is_err());
    let reversed = SurveyResponses::new(table().reverse().lazy(), &columns()).unwrap();
    assert_eq!(checked.run(&reversed).unwrap(), checked.run(&survey(&columns())).unwrap());
}
