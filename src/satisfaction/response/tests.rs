//! Response rates of a few people, by hand, and what is refused.

use polars::prelude::*;

use super::*;
use crate::analysis::Analysis;
use crate::frame::{Question, Scale, SurveyColumns, SurveyResponses, ToDataFrame};
use crate::kernel::undefined::Undefined;

/// People of a region and an age group, so many of whom answered, so many not.
fn table(cells: &[(&str, i32, usize, usize)]) -> DataFrame {
    let rows: Vec<(&str, i32, Option<i32>)> = cells
        .iter()
        .flat_map(|&(region, age, answered, silent)| {
            let row = move |score| move |_| (region, age, score);
            (0..answered).map(row(Some(8))).chain((0..silent).map(row(None))).collect::<Vec<_>>()
        })
        .collect();
    df!(
        "分数" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
        "地区" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
        "age" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
    )
    .unwrap()
}

fn columns() -> SurveyColumns {
    SurveyColumns::new().score(Question::new("分数", Scale::ZERO_TO_TEN)).segments(["地区", "age"])
}

fn survey() -> SurveyResponses {
    let cells = [("北", 9, 10, 30), ("北", 30, 20, 40), ("南", 9, 20, 20), ("南", 100, 90, 170)];
    SurveyResponses::new(table(&cells).lazy(), &columns()).unwrap()
}

/// By hand: 北 30 of 100 and 南 110 of 300 answered; of ages 9, 30 and 100 it was 30 of 80, 20 of 60 and 90 of
/// 260. Oracle of the tests: scipy 1.17.1, `chi2_contingency(correction=False)`.
#[test]
fn every_column_is_looked_at_by_itself() {
    let report = ResponseParams::new(["地区", "age"]).run(&survey()).unwrap();
    let rate = report.rate.as_ref().unwrap();
    assert_eq!((rate.n_successes, rate.n, rate.estimate), (140, 400, 0.35));
    let counts = |column: &str| {
        let levels = &report.attribute(column).unwrap().levels;
        levels.iter().map(|one| (one.value.clone().unwrap(), one.n_responses, one.n_invited)).collect::<Vec<_>>()
    };
    let row = |value: &str, answered, asked| (value.to_owned(), answered, asked);
    assert_eq!(counts("地区"), [row("北", 30, 100), row("南", 110, 300)]);
    assert_eq!(counts("age"), [row("9", 30, 80), row("30", 20, 60), row("100", 90, 260)], "numbers go by size");
    let p = |column: &str| report.attribute(column).unwrap().test.as_ref().unwrap().test.p_value.value();
    assert!((p("地区") - P_REGION).abs() < 1e-12, "{}", p("地区"));
    assert!((p("age") - P_AGE).abs() < 1e-12, "{}", p("age"));
    let adjusted = report.attributes[0].p_adjusted.unwrap().value();
    assert!((adjusted - 2.0 * P_REGION).abs() < 1e-12, "the smaller of two is doubled");
    let north = &report.attributes[0].levels[0];
    // Shares of 30/140 and 70/260.
    assert_eq!((north.respondent_share, north.other_share), (Some(30.0 / 140.0), Some(70.0 / 260.0)));
    assert!(north.standardized_difference.is_some_and(|size| size < 0.0));
    assert!(report.attributes[0].representativeness.is_some_and(|r| (0.9..1.0).contains(&r)));
}

const P_REGION: f64 = 0.2261043231478182;
const P_AGE: f64 = 0.8564381024007139;

#[test]
fn when_all_or_none_answered_there_is_nothing_to_compare() {
    for (cells, expected) in [([("北", 9, 5, 0), ("南", 9, 3, 0)], 1.0), ([("北", 9, 0, 5), ("南", 9, 0, 3)], 0.0)]
    {
        let survey = SurveyResponses::new(table(&cells).lazy(), &columns()).unwrap();
        let report = ResponseParams::new(["地区"]).run(&survey).unwrap();
        assert_eq!(report.rate.as_ref().unwrap().estimate, expected);
        let region = &report.attributes[0];
        assert_eq!((region.test.clone().unwrap_err(), region.p_adjusted), (Undefined::OneGroup, None));
        assert_eq!((region.levels[0].respondent_share, region.representativeness), (None, None));
        assert_eq!(region.levels[0].rate.unwrap().estimate, expected);
        assert!(report.to_string().contains("no test (only one group has members)"), "{report}");
    }
}

#[test]
fn nobody_asked_has_no_rate_and_missing_levels_are_one() {
    let nothing = SurveyResponses::new(table(&[]).lazy(), &columns()).unwrap();
    let report = ResponseParams::new(["地区"]).run(&nothing).unwrap();
    assert_eq!(report.rate, Err(Undefined::TooFew { n: 0, needed: 1 }));
    assert_eq!((report.attributes[0].levels.len(), report.to_dataframe().height()), (0, 1));
    let alone = ResponseParams::new(Vec::<String>::new()).run(&survey()).unwrap();
    assert!(alone.attributes.is_empty() && alone.rate.is_ok());
    let frame =
        df!("分数" => [Some(1), None, None], "地区" => [None, Some("南"), Some("北")], "age" => [1, 1, 1]).unwrap();
    let report = ResponseParams::new(["地区"]).run(&SurveyResponses::new(frame.lazy(), &columns()).unwrap()).unwrap();
    let levels: Vec<Option<&str>> = report.attributes[0].levels.iter().map(|one| one.value.as_deref()).collect();
    assert_eq!(levels, [Some("北"), Some("南"), None]);
}

#[test]
fn what_does_not_go_together_is_refused() {
    let refused = |params: ResponseParams, survey: &SurveyResponses| params.run(survey).unwrap_err().to_string();
    let text = refused(ResponseParams::new(["地区", "地区"]), &survey());
    assert_eq!(text, "response: `by` must be columns named once, got `地区` twice");
    assert!(refused(ResponseParams::new(["x"]), &survey()).contains("with the role `segments` or `touchpoint`"));
    assert!(refused(ResponseParams::new(["age"]).conf_level(f64::NAN), &survey()).contains("got NaN"));
    let frame = table(&[("北", 1, 1, 1)]).lazy().with_column(lit(1.0).alias("w"));
    let weighted = SurveyResponses::new(frame, &columns().weight("w")).unwrap();
    assert!(refused(ResponseParams::new(["age"]), &weighted).contains("`weight` must be left out"));
    let odd = df!("分数" => [11], "地区" => ["北"], "age" => [1]).unwrap();
    let odd = SurveyResponses::new(odd.lazy(), &columns()).unwrap();
    assert!(refused(ResponseParams::new(["age"]), &odd).contains("1 answer(s) outside 0..=10"));
}

#[test]
fn settings_survive_a_job_file_and_a_report_is_a_frame_and_a_table() {
    let params = ResponseParams::new(["地区"]).conf_level(0.9);
    let checked = params.clone().check().unwrap();
    let json = serde_json::to_string(&checked).unwrap();
    assert_eq!(serde_json::from_str::<Response>(&json).unwrap().params(), &params);
    assert!(serde_json::from_str::<Response>(r#"{"by": [], "conf_level": 9}"#).is_err());
    let report = ResponseParams::new(["地区", "age"]).run(&survey()).unwrap();
    let frame = report.to_dataframe();
    assert_eq!((frame.height(), frame.width()), (6, 14));
    let asked: Vec<u64> = frame.column("n_invited").unwrap().u64().unwrap().iter().flatten().collect();
    assert_eq!(asked, [400, 100, 300, 80, 60, 260]);
    let text = report.to_string();
    assert!(text.starts_with("response: 140 of 400 asked, 35.0% (30.5% to 39.8%)"), "{text}");
    assert!(text.contains("北") && text.contains("representativeness"), "{text}");
    assert!(serde_json::to_string(&report).is_ok());
}

#[test]
fn readings_of_two_files_merge_into_that_of_both() {
    let response = ResponseParams::new(["age", "地区"]).check().unwrap();
    let cells = [("北", 9, 10, 30), ("北", 30, 20, 40), ("南", 9, 20, 20), ("南", 100, 90, 170)];
    let reading = |cells: &[(&str, i32, usize, usize)]| {
        let survey = SurveyResponses::new(table(cells).lazy(), &columns()).unwrap();
        response.reduce(response.plan(&survey).unwrap()).unwrap()
    };
    let whole = response.finish(reading(&cells)).unwrap();
    let merged = response.finish(reading(&cells[2..]).merge(reading(&cells[..2])).unwrap()).unwrap();
    assert!(merged.to_dataframe().equals_missing(&whole.to_dataframe()));
}
