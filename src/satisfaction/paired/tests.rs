//! Changes of a few people, by hand; laws; and what is refused.

use polars::prelude::*;
use proptest::prelude::*;

use super::*;
use crate::analysis::Analysis;
use crate::frame::{OutOfScale, Question, Scale, SurveyColumns, SurveyResponses, ToDataFrame};
use crate::kernel::survey::NpsTransitions;
use crate::kernel::undefined::Undefined;
use crate::satisfaction::SurveyPeriod;

fn columns() -> SurveyColumns {
    SurveyColumns::new().score(Question::new("推荐", Scale::ZERO_TO_TEN)).respondent("客户").wave("wave")
}

/// Four people in wave 1 and 2, two of them in 3; one answer is missing, and one respondent.
fn table() -> DataFrame {
    df!(
        "客户" => [Some("甲"), Some("乙"), Some("丙"), Some("丁"), Some("甲"), Some("乙"), Some("丙"), Some("戊"), Some("甲"), Some("丁"), None],
        "wave" => [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3],
        "推荐" => [Some(7), Some(3), Some(9), Some(10), Some(9), Some(8), None, Some(10), Some(0), Some(10), Some(5)],
    )
    .unwrap()
}

fn survey_of(frame: DataFrame, columns: &SurveyColumns) -> SurveyResponses {
    SurveyResponses::new(frame.lazy(), columns).unwrap()
}

fn run(params: PairedParams) -> PairedReport {
    params.run(&survey_of(table(), &columns())).unwrap()
}

fn waves() -> PairedParams {
    PairedParams::new(SurveyPeriod::Wave)
}

fn refused(params: PairedParams, survey: &SurveyResponses) -> String {
    params.run(survey).unwrap_err().to_string()
}

/// By hand. From 1 to 2: 甲 from passive to promoter, 乙 from detractor to passive, 丙 and 丁 before only, 戊 after
/// only. From 2 to 3: 甲 from promoter to detractor.
#[test]
fn changes_between_waves_are_those_by_hand() {
    let report = run(waves());
    let found: Vec<(String, String, u64, u64, u64)> = report
        .changes
        .iter()
        .map(|one| (one.from.label.clone(), one.to.label.clone(), one.n(), one.n_first_only, one.n_second_only))
        .collect();
    let expected = [("1", "2", 2, 2, 1), ("2", "3", 1, 2, 1)];
    assert_eq!(found, expected.map(|(from, to, n, first, second)| (from.to_owned(), to.to_owned(), n, first, second)));
    let mut transitions = NpsTransitions::default();
    transitions.cells[0][1] = 1;
    transitions.cells[1][2] = 1;
    assert_eq!(report.changes[0].transitions, transitions);
    let change = report.changes[0].change.as_ref().unwrap();
    assert_eq!((change.first, change.second, change.estimate, change.n_up), (-50.0, 50.0, 100.0, 2));
    assert_eq!(change.test, Err(Undefined::Constant), "both moved alike");
    assert_eq!((report.n_respondents, report.n_without_respondent, report.n_repeated), (5, 1, 0));
    assert_eq!((report.rows.n_rows, report.rows.n_used, report.rows.n_null), (11, 9, 1));
}

#[test]
fn named_periods_are_compared_in_place_of_neighbours() {
    let report = run(waves().between("1", "3").between("3", "1"));
    assert_eq!(report.changes.len(), 2);
    let (there, back) = (&report.changes[0], &report.changes[1]);
    assert_eq!((there.n(), there.n_first_only, there.n_second_only), (2, 2, 0));
    assert_eq!(there.change.as_ref().unwrap().estimate, -back.change.as_ref().unwrap().estimate);
    let text = refused(waves().between("1", "4"), &survey_of(table(), &columns()));
    assert_eq!(text, "paired: `between` must be labels of periods with responses, got `4`");
}

#[test]
fn people_who_answered_twice_are_refused_or_left_out_and_counted() {
    let more = df!("客户" => ["甲", "甲"], "wave" => [1, 1], "推荐" => [Some(10), None]).unwrap();
    let survey = survey_of(table().vstack(&more).unwrap(), &columns());
    let text = refused(waves(), &survey);
    assert!(text.starts_with("paired: 1 time(s) a respondent answered more than once in a period"), "{text}");
    let report = waves().repeated(Repeated::LeaveOut).run(&survey).unwrap();
    let change = &report.changes[0];
    assert_eq!((report.n_repeated, change.n(), change.n_repeated), (1, 1, 1));
    assert_eq!((change.n_first_only, change.n_second_only), (2, 1), "who is left out did not answer once");
    assert_eq!(report.changes[1].n(), 1, "between other waves the answers count");
}

#[test]
fn periods_of_the_calendar_and_people_with_numbers_will_do() {
    let frame = df!(
        "id" => [1_i64, 2, 1, 2, 1],
        "on" => ["03/01/2026", "10/01/2026", "01/02/2026", "28/02/2026", "05/03/2026"],
        "q" => [9, 9, 9, 0, 10],
    );
    let columns = SurveyColumns::new()
        .score(Question::new("q", Scale::ZERO_TO_TEN))
        .respondent("id")
        .time("on")
        .time_format("%d/%m/%Y");
    let survey = survey_of(frame.unwrap(), &columns);
    let report = PairedParams::new(SurveyPeriod::Month).run(&survey).unwrap();
    assert_eq!(report.changes.iter().map(PairedChange::n).collect::<Vec<_>>(), [2, 1]);
    let change = report.changes[0].change.as_ref().unwrap();
    // By hand: 0 and -2 have the mean -1 and the variance 1.
    assert_eq!((change.estimate, change.n_down), (-100.0, 1));
    assert!((change.std_error - 100.0 * 0.5_f64.sqrt()).abs() < 1e-12);
    assert_eq!(report.changes[0].p_adjusted, report.changes[0].p_value(), "the only one with a test");
    let early = PairedParams::new(SurveyPeriod::Month).as_of("2026-02-15".parse().unwrap()).run(&survey).unwrap();
    assert_eq!((early.changes.len(), early.rows.n_later, early.changes[0].n()), (1, 2, 1));
}

#[test]
fn nobody_and_one_wave_have_no_change() {
    let nothing = waves().run(&survey_of(table().clear(), &columns())).unwrap();
    assert_eq!((nothing.changes.len(), nothing.n_respondents, nothing.to_dataframe().height()), (0, 0, 0));
    let one = waves().run(&survey_of(table().slice(0, 4), &columns())).unwrap();
    assert_eq!((one.changes.len(), one.n_respondents), (0, 4));
    let apart = df!("客户" => ["a", "b"], "wave" => [1, 2], "推荐" => [5, 9]).unwrap();
    let apart = waves().run(&survey_of(apart, &columns())).unwrap();
    assert_eq!(apart.changes[0].change, Err(Undefined::TooFew { n: 0, needed: 1 }));
    assert!(apart.to_string().contains("no test (too few values: 0 of 1), 1 before only, 1 after only"), "{apart}");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let survey = survey_of(table(), &columns());
    for (params, part) in [
        (waves().conf_level(1.0), "`conf_level` must be above 0 and below 1, got 1"),
        (waves().cuts(9, 9), "`cuts` must be detractors below promoters"),
        (waves().between("1", "1"), "`between` must be two different periods, got `1` twice"),
        (waves().between("1", "2").between("1", "2"), "`between` must be given once for each pair"),
        (PairedParams::new(SurveyPeriod::Month), "`period` must be used on a survey with the role `time`"),
    ] {
        let text = refused(params, &survey);
        assert!(text.starts_with("paired: ") && text.contains(part), "`{part}` is not in: {text}");
    }
    let without = SurveyColumns::new().score(Question::new("推荐", Scale::ZERO_TO_TEN)).wave("wave");
    assert!(refused(waves(), &survey_of(table(), &without)).contains("`respondent` must be among the roles"));
    let weighted = without.respondent("客户").weight("w");
    let frame = crate::analysis::collect("test", table().lazy().with_column(lit(1.0).alias("w"))).unwrap();
    assert!(refused(waves(), &survey_of(frame, &weighted)).contains("`weight` must be left out"));
    let odd = df!("客户" => ["a"], "wave" => [1], "推荐" => [11]).unwrap();
    assert!(refused(waves(), &survey_of(odd.clone(), &columns())).contains("1 answer(s) outside 0..=10"));
    let aside = waves().run(&survey_of(odd, &columns().out_of_scale(OutOfScale::Quarantine))).unwrap();
    assert_eq!((aside.rows.n_out_of_scale, aside.n_respondents), (1, 0));
}

#[test]
fn settings_survive_a_job_file_and_cannot_skip_the_check() {
    let params = waves().between("1", "3").cuts(2, 4).conf_level(0.9).repeated(Repeated::LeaveOut);
    let checked = params.clone().check().unwrap();
    let (json, toml) = (serde_json::to_string(&checked).unwrap(), toml::to_string(&checked).unwrap());
    assert_eq!(serde_json::from_str::<Paired>(&json).unwrap(), checked);
    assert_eq!(toml::from_str::<Paired>(&toml).unwrap().params(), &params);
    assert_eq!(serde_json::from_str::<PairedParams>(r#"{"period": "wave"}"#).unwrap(), waves());
    assert!(serde_json::from_str::<Paired>(r#"{"period": "wave", "conf_level": 95}"#).is_err());
    assert!(serde_json::from_str::<Paired>(r#"{"conf_level": 0.9}"#).is_err(), "the period is never a default");
}

#[test]
fn a_report_is_a_frame_and_a_table() {
    let report = run(waves());
    let frame = report.to_dataframe();
    assert_eq!((frame.height(), frame.width()), (2, 21));
    let before: Vec<_> = frame.column("period_before").unwrap().str().unwrap().iter().flatten().collect();
    assert_eq!(before, ["1", "2"]);
    let text = report.to_string();
    assert!(text.contains("9 of 11 row(s) used; left out: 1 without an answer, 1 without a respondent"), "{text}");
    assert!(text.contains("- 1 - 2: no test (constant), 2 before only, 1 after only"), "{text}");
    assert!(!serde_json::to_string(&report).unwrap().contains('甲'), "a report names nobody");
    assert!(!format!("{report:?}").contains('甲'));
}

fn visits() -> impl Strategy<Value = Vec<(u8, i32, i32)>> {
    prop::collection::vec((0..30_u8, 1..4_i32, 0..=10_i32), 1..120)
}

fn of_visits(rows: &[(u8, i32, i32)]) -> DataFrame {
    df!(
        "客户" => rows.iter().map(|row| format!("顾客编号 {}", row.0)).collect::<Vec<_>>(),
        "wave" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
        "推荐" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
    )
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn order_and_files_change_nothing(rows in visits(), at in 0..120_usize) {
        let paired = waves().repeated(Repeated::LeaveOut).check().unwrap();
        let reading = |rows: &[(u8, i32, i32)]| paired.reduce(paired.plan(&survey_of(of_visits(rows), &columns())).unwrap()).unwrap();
        let found = paired.finish(reading(&rows)).unwrap();
        let mut turned = rows.clone();
        turned.reverse();
        prop_assert_eq!(&paired.finish(reading(&turned)).unwrap().changes, &found.changes);
        let (left, right) = rows.split_at(at.min(rows.len()));
        let merged = paired.finish(reading(left).merge(reading(right)).unwrap()).unwrap();
        prop_assert_eq!(&merged.changes, &found.changes);
        prop_assert_eq!((merged.n_respondents, merged.n_repeated, merged.rows), (found.n_respondents, found.n_repeated, found.rows));
        // Beside a count of pairs by hand.
        for change in &found.changes {
            let wave = |label: &str| label.parse::<i32>().unwrap();
            let of = |person: u8, label: &str| rows.iter().filter(|row| row.0 == person && row.1 == wave(label)).count();
            let people = |first: fn(usize) -> bool, second: fn(usize) -> bool| (0..30_u8)
                .filter(|&person| first(of(person, &change.from.label)) && second(of(person, &change.to.label))).count() as u64;
            prop_assert_eq!(change.n(), people(|n| n == 1, |n| n == 1));
            prop_assert_eq!(change.n_first_only, people(|n| n == 1, |n| n == 0));
            prop_assert_eq!(change.n_second_only, people(|n| n == 0, |n| n == 1));
            prop_assert_eq!(change.n_repeated, people(|n| n > 1, |_| true) + people(|n| n <= 1, |n| n > 1));
        }
    }
}
