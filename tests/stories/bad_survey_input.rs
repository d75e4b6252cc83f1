//! Bad surveys and settings: a refusal that names the column, the count and the remedy, or a
//! counted exclusion; never a cell of the data.

use std::fmt::Debug;

use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;
use customer_analytics::satisfaction::csi::CsiParams;
use customer_analytics::satisfaction::raking::RakingParams;

/// What no message may show.
const SECRET: &str = "geheim机密";

/// The error of a call that must fail: one lower-case line with the parts and no cell.
#[track_caller]
fn refused<T: Debug>(result: Result<T>, parts: &[&str]) -> Error {
    let error = result.expect_err("a refusal");
    let text = error.to_string();
    assert!(!text.contains('\n') && !text.starts_with(char::is_uppercase), "one lower-case line: {text:?}");
    assert!(!text.contains(SECRET), "shows a cell: {text}");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
    error
}

fn answers() -> DataFrame {
    df!(
        "分数" => [Some(10), Some(11), None, Some(-1), Some(7)],
        "text" => ["9 - likely", SECRET, "10", "0-6", "8分"],
        "share" => [9.0, 9.5, f64::NAN, f64::INFINITY, 3.0],
        "城市" => [SECRET, "a", "b", SECRET, "a"],
        "w" => [1.0, -1.0, f64::NAN, 0.0, 2.0],
    )
    .unwrap()
}

fn survey(question: Question) -> SurveyColumns {
    SurveyColumns::new().score(question).segments(["城市"])
}

fn run(columns: &SurveyColumns) -> Result<NpsReport> {
    NpsParams::new().by(["城市"]).run(&SurveyResponses::new(answers().lazy(), columns)?)
}

#[test]
fn scores_that_can_be_none_are_refused_with_column_count_and_remedy() {
    let whole = survey(Question::new("分数", Scale::ZERO_TO_TEN));
    let error = refused(
        run(&whole),
        &["nps: column `分数` has 2 answer(s) outside 0..=10; ", "OutOfScale::Quarantine", "`not_applicable`"],
    );
    assert!(error.is_data());
    let text = survey(Question::new("text", Scale::ZERO_TO_TEN).text_scores(true));
    refused(run(&text), &["column `text` has 2 answer(s) that do not begin with a score"]);
    let share = survey(Question::new("share", Scale::ZERO_TO_TEN));
    refused(run(&share), &["1 answer(s) outside 0..=10, 1 answer(s) between the whole numbers of 0..=10"]);
}

#[test]
fn what_is_set_aside_is_counted_and_can_be_looked_at() {
    let columns = survey(Question::new("分数", Scale::ZERO_TO_TEN)).out_of_scale(OutOfScale::Quarantine);
    let responses = SurveyResponses::new(answers().lazy(), &columns).unwrap();
    let report = NpsParams::new().run(&responses).unwrap();
    assert_eq!((report.rows.n_rows, report.rows.n_used, report.rows.n_out_of_scale, report.rows.n_null), (5, 2, 2, 1));
    #[allow(clippy::disallowed_methods, reason = "the user looks at the rows")]
    let taken = responses.quarantine().collect().unwrap();
    assert_eq!((taken.height(), taken.width()), (2, answers().width() + 2));
}

#[test]
fn a_column_of_text_asks_for_text_scores() {
    let error = refused(
        run(&survey(Question::new("text", Scale::ZERO_TO_TEN))),
        &["survey: 1 schema problem(s): role `score` needs numbers, but column `text` is str", "ask for `text_scores`"],
    );
    assert!(error.is_data());
}

#[test]
fn weights_that_are_none_are_refused_with_their_number() {
    let columns = SurveyColumns::new()
        .score(Question::new("分数", Scale::ZERO_TO_TEN))
        .out_of_scale(OutOfScale::Quarantine)
        .weight("w");
    // The weight of a row without an answer is not looked at.
    let responses = SurveyResponses::new(answers().lazy(), &columns).unwrap();
    assert_eq!(NpsParams::new().run(&responses).unwrap().overall.n, 2);
    let all_answer = answers().lazy().with_column(lit(9).alias("分数"));
    let responses = SurveyResponses::new(all_answer, &columns).unwrap();
    refused(NpsParams::new().run(&responses), &["nps: 2 response(s) have a weight that is negative, NaN, infinite"]);
}

#[test]
fn a_wrong_encoding_is_told_before_any_score() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("survey.csv");
    // `é` as Windows and as DOS write it.
    std::fs::write(&path, b"score;why\n9;tr\xe8s bien\n10;caf\x82\n").unwrap();
    let error = read_csv(&path, &CsvOptions::new().separator(';')).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("not UTF-8") && error.contains("CsvOptions::new().encoding("), "{error}");
}

#[test]
fn a_segment_for_every_response_is_as_many_groups() {
    let answers = |n: u32| {
        let frame = df!(
            "score" => (0..n).map(|k| (k % 11) as i8).collect::<Vec<_>>(),
            "id" => (0..n).collect::<Vec<_>>(),
        );
        let columns = SurveyColumns::new().score(Question::new("score", Scale::ZERO_TO_TEN)).segments(["id"]);
        SurveyResponses::new(frame.unwrap().lazy(), &columns).unwrap()
    };
    let report = NpsParams::new().by(["id"]).run(&answers(1_000_000)).unwrap();
    assert_eq!((report.segments.len(), report.overall.n), (1_000_000, 1_000_000));
    // In the order of their numbers: 0 is the answer of the first, 10 that of the eleventh.
    assert_eq!((report.segments[0].nps, report.segments[10].nps), (Some(-100.0), Some(100.0)));
    assert!(report.segments.iter().all(|group| group.n == 1 && group.interval.is_some()));
    assert!(report.to_string().contains("and 999,950 more"));
    let error = report.test_segments().unwrap_err().to_string();
    assert!(error.contains("1000000 groups have too many pairs"), "{error}");
    let hidden = NpsParams::new().by(["id"]).min_n(2).run(&answers(1_000)).unwrap();
    assert!(hidden.segments.iter().all(|group| group.n == 1 && group.nps.is_none()));
}

/// Items of an index are read by the rules of any question; what they lack is counted item by item.
#[test]
fn items_of_an_index_are_refused_or_counted_one_by_one() {
    let items = [Question::new("分数", Scale::ZERO_TO_TEN), Question::new("share", Scale::ZERO_TO_TEN)];
    let columns = SurveyColumns::new().items(items).segments(["城市"]);
    let index = |columns: &SurveyColumns| {
        CsiParams::new().by(["城市"]).run(&SurveyResponses::new(answers().lazy(), columns).unwrap())
    };
    let error = refused(index(&columns), &["csi: column `分数` has 2 answer(s) outside 0..=10; "]);
    assert!(error.is_data());
    let report = index(&columns.clone().out_of_scale(OutOfScale::Quarantine)).unwrap();
    let counts = |item: &str| report.item(item).unwrap().answers;
    assert_eq!((counts("分数").n_out_of_scale, counts("分数").n_null, counts("分数").n_answered), (2, 1, 2));
    let share = counts("share");
    assert_eq!((share.n_out_of_scale, share.n_null, share.n_fractional, share.n_answered), (1, 1, 1, 2));
    assert_eq!((report.rows.n_used, report.rows.n_too_few), (2, 3));
    let weighted = columns.out_of_scale(OutOfScale::Quarantine).weight("w");
    refused(index(&weighted), &["csi: 2 response(s) have a weight that is negative, NaN, infinite or beyond"]);
}

/// The one message that has to name what is in a column: which levels the margins and the responses
/// do not share. It stays on its line.
#[test]
fn levels_that_do_not_fit_their_margin_are_named_on_one_line() {
    let frame = df!("score" => [9, 9], "sex" => ["m", "f\ng"]).unwrap();
    let columns = SurveyColumns::new().score(Question::new("score", Scale::ZERO_TO_TEN)).segments(["sex"]);
    let survey = SurveyResponses::new(frame.lazy(), &columns).unwrap();
    let params = RakingParams::new().margin("sex", [("m", 1.0)]);
    let parts = ["margin `sex` has no target for 1 level(s) of 1 response(s): `f\u{fffd}g`; state their share"];
    assert!(refused(params.run(&survey), &parts).is_data());
}
