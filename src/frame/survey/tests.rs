//! Roles, answers of every type, and what is set aside.

use polars::prelude::*;

use super::answers::read_answers;
use super::*;
use crate::error::Result;
use crate::frame::columns::{RULE_REASON, SOURCE_ROW};

fn read(question: &Question, series: Series) -> (Vec<Option<f64>>, AnswerCounts) {
    let answers = read_answers("test", question, &series.into_column()).unwrap();
    (answers.scores(question.scale()).collect(), answers.counts(question.scale()))
}

fn counts(answered: u64, null: u64, not_applicable: u64, out: u64, fractional: u64, unreadable: u64) -> AnswerCounts {
    AnswerCounts {
        n_rows: answered + null + not_applicable + out + fractional + unreadable,
        n_answered: answered,
        n_null: null,
        n_not_applicable: not_applicable,
        n_out_of_scale: out,
        n_fractional: fractional,
        n_unreadable: unreadable,
    }
}

fn nps() -> Question {
    Question::new("q", Scale::ZERO_TO_TEN).not_applicable([99])
}

#[test]
fn whole_numbers_of_every_width_are_read_alike() {
    let cells = [Some(0), Some(10), None, Some(11), Some(99), Some(7)];
    let series = Series::new("q".into(), cells);
    let expected = (vec![Some(0.0), Some(10.0), None, None, None, Some(7.0)], counts(3, 1, 1, 1, 0, 0));
    let types = [
        DataType::Int8,
        DataType::Int16,
        DataType::Int32,
        DataType::Int64,
        DataType::UInt8,
        DataType::UInt16,
        DataType::UInt32,
        DataType::UInt64,
        DataType::Float32,
        DataType::Float64,
        DataType::Decimal(10, 2),
    ];
    for dtype in types {
        assert_eq!(read(&nps(), series.cast(&dtype).unwrap()), expected, "{dtype}");
    }
}

#[test]
fn numbers_at_the_ends_of_their_type_lie_outside() {
    let outside = |series: Series| read(&nps(), series).1.n_out_of_scale;
    assert_eq!(outside(Series::new("q".into(), [i8::MIN, i8::MAX])), 2);
    assert_eq!(outside(Series::new("q".into(), [i64::MIN, i64::MAX, -1])), 3);
    assert_eq!(outside(Series::new("q".into(), [u64::MAX])), 1);
    assert_eq!(outside(Series::new("q".into(), [f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e-300])), 4);
}

#[test]
fn fractions_are_answers_only_where_the_scale_has_them() {
    let cells = Series::new("q".into(), [7.5, 10.5, f64::NAN, 3.0, -0.0]);
    assert_eq!(read(&nps(), cells.clone()), (vec![None, None, None, Some(3.0), Some(0.0)], counts(2, 1, 0, 1, 1, 0)));
    let slider = Question::new("q", Scale::ZERO_TO_TEN.fractions(true));
    let expected = vec![Some(7.5), None, None, Some(3.0), Some(-0.0)];
    assert_eq!(read(&slider, cells), (expected, counts(3, 1, 0, 1, 0, 0)));
    assert_eq!(read(&slider, Series::new("q".into(), [4_i8, 11])).0, [Some(4.0), None]);
    assert_eq!(read(&slider, Series::new("q".into(), [4_i32, -1])).0, [Some(4.0), None]);
}

#[test]
fn codes_that_are_no_answer_are_left_out_even_on_the_scale() {
    let airline = Question::new("q", Scale::ONE_TO_FIVE).not_applicable([0]);
    assert_eq!(read(&airline, Series::new("q".into(), [0_i8, 1, 5, 6])).1, counts(2, 0, 1, 1, 0, 0));
    let odd = Question::new("q", Scale::ONE_TO_FIVE).not_applicable([3]);
    assert_eq!(read(&odd, Series::new("q".into(), [3_i8, 1])).1, counts(1, 0, 1, 0, 0, 0));
}

#[test]
fn texts_are_read_on_request_with_codes_of_both_kinds() {
    let question = nps().text_scores(true).not_applicable(["sans avis", "不适用"]);
    let cells = [
        Some("10 - very likely"),
        Some("9 – 非常满意"),
        Some(" sans avis "),
        Some("不适用"),
        Some("99"),
        Some(""),
        Some("  "),
        None,
        Some("0-6"),
        Some("likely"),
        Some("12"),
        Some("7.5"),
    ];
    let series = Series::new("q".into(), cells);
    let (scores, found) = read(&question, series.clone());
    assert_eq!(scores[..3], [Some(10.0), Some(9.0), None]);
    assert_eq!(found, counts(2, 3, 3, 1, 1, 2));
    let categories = series.cast(&DataType::from_categories(Categories::global())).unwrap();
    assert_eq!(read(&question, categories), (scores, found));
}

/// Cuts at no multiple of eight, so that every offset of the null bits is met.
#[test]
fn slices_and_chunks_change_nothing() {
    let cells: Vec<Option<i8>> = (0..200).map(|k| (k % 7 != 3).then_some((k % 13) as i8)).collect();
    let whole = Series::new("q".into(), &cells);
    let (scores, _) = read(&nps(), whole.clone());
    for (from, len) in [(1, 60), (7, 64), (8, 65), (13, 187), (199, 1), (5, 0)] {
        assert_eq!(read(&nps(), whole.slice(from as i64, len)).0, scores[from..from + len], "{from} {len}");
        let mut parts = whole.slice(0, from);
        parts.append(&whole.slice(from as i64, 200)).unwrap();
        assert_eq!(read(&nps(), parts).0, scores, "{from}");
    }
}

#[test]
fn no_rows_have_no_answers() {
    for dtype in [DataType::Int8, DataType::Int32, DataType::Float64, DataType::String] {
        let empty = Series::new_empty("q".into(), &dtype);
        assert_eq!(read(&nps().text_scores(true), empty), (vec![], AnswerCounts::default()), "{dtype}");
    }
}

#[test]
fn a_refusal_names_the_column_the_counts_and_the_remedy() {
    let found = counts(5, 1, 2, 3, 4, 6);
    let check = |policy| found.check("nps", &nps(), policy);
    assert_eq!(
        check(OutOfScale::Error).unwrap_err().to_string(),
        "nps: column `q` has 3 answer(s) outside 0..=10, 4 answer(s) between the whole numbers of 0..=10, 6 answer(s) \
         that do not begin with a score; mend them, read texts such as `NA` as missing by `CsvOptions::null_values`, \
         state another `Scale`, declare codes as `not_applicable`, or set them aside by `SurveyColumns::out_of_scale(OutOfScale::Quarantine)`"
    );
    assert!(check(OutOfScale::Quarantine).is_ok());
    assert!(counts(5, 1, 2, 0, 0, 0).check("nps", &nps(), OutOfScale::Error).is_ok());
}

#[allow(clippy::disallowed_methods, reason = "a small table of a test")]
fn collect(plan: LazyFrame) -> DataFrame {
    plan.collect().unwrap()
}

fn table() -> DataFrame {
    df!(
        "分数" => ["9", "11", "x"],
        "item" => [1.0, 2.5, 3.0],
        "when" => ["01/09/2021", "25/12/2021", "31/12/2021"],
        "city" => ["上海", "北京", "北京"],
        "w" => [1.0, 2.0, 0.5],
    )
    .unwrap()
}

fn refused(columns: &SurveyColumns) -> String {
    SurveyResponses::new(table().lazy(), columns).unwrap_err().to_string()
}

#[test]
fn every_problem_of_a_survey_is_told_in_one_error() {
    let columns = SurveyColumns::new()
        .score(Question::new("分数", Scale::ZERO_TO_TEN))
        .items([Question::new("item", Scale::new(5, 1)), Question::new("itme", Scale::ONE_TO_FIVE)])
        .time("when")
        .weight("city")
        .wave("w")
        .segments(["city"]);
    let found = refused(&columns);
    let parts = [
        "survey: 7 schema problem(s): ",
        "role `score` needs numbers, but column `分数` is str; if its texts begin with the score, ask for `text_scores`",
        "role `item`, column `item`: a scale needs 2 to 201 whole numbers in ascending order, not 5..=1",
        "role `item` names column `itme`, which is not among `分数`, `item`, `when`, `city`, `w`; did you mean `item`?",
        "role `time` needs a Date or Datetime (for text, give the time format), but column `when` is str",
        "role `wave` needs a whole number, text or category",
        "role `weight` needs numbers, but column `city` is str",
        "column `city` plays 2 roles: weight, segment",
    ];
    parts.iter().for_each(|part| assert!(found.contains(part), "`{part}` is not in {found}"));
}

#[test]
fn a_survey_has_a_question_and_a_time_for_its_format() {
    let found = refused(&SurveyColumns::new().time_format("%d/%m/%Y"));
    assert!(found.contains("2 schema problem(s): there is no question; name a `score` or `items`; there is a time format, but no role `time`"), "{found}");
    let zoned =
        SurveyColumns::new().score(Question::new("item", Scale::ONE_TO_FIVE)).time("when").time_format("%FT%T%z");
    assert!(refused(&zoned).contains("with a zone or offset"), "{}", refused(&zoned));
}

#[test]
fn roles_survive_a_job_file_and_unknown_keys_are_refused() -> Result<()> {
    let columns = SurveyColumns::new()
        .respondent("id")
        .score(nps().text_scores(true).not_applicable(["不适用"]))
        .items([Question::new("a", Scale::ONE_TO_SEVEN), Question::new("b", Scale::ZERO_TO_TEN.fractions(true))])
        .wave("wave")
        .weight("w")
        .touchpoint("渠道")
        .texts(["why"])
        .out_of_scale(OutOfScale::Quarantine);
    let (json, text) = (serde_json::to_string(&columns).unwrap(), toml::to_string(&columns).unwrap());
    assert_eq!(serde_json::from_str::<SurveyColumns>(&json).unwrap(), columns);
    assert_eq!(toml::from_str::<SurveyColumns>(&text).unwrap(), columns);
    assert!(serde_json::from_str::<SurveyColumns>(r#"{"scores": "q"}"#).is_err());
    Ok(())
}

#[test]
fn rows_that_are_set_aside_say_why() {
    let columns = SurveyColumns::new()
        .score(Question::new("分数", Scale::ZERO_TO_TEN).text_scores(true))
        .items([Question::new("item", Scale::ONE_TO_FIVE)])
        .time("when")
        .time_format("%d/%m/%Y");
    let survey = SurveyResponses::new(table().lazy(), &columns).unwrap();
    let taken = collect(survey.quarantine());
    let names: Vec<&str> = taken.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
    assert_eq!(names[..3], [SOURCE_ROW, RULE_REASON, "分数"]);
    let rows: Vec<_> = taken.column(SOURCE_ROW).unwrap().idx().unwrap().iter().flatten().collect();
    let reasons: Vec<_> = taken.column(RULE_REASON).unwrap().str().unwrap().iter().flatten().collect();
    assert_eq!(rows, [1, 2]);
    assert_eq!(
        reasons,
        [
            "`分数` is outside 0..=10, `item` is between the whole numbers of 1..=5",
            "`分数` is no text that begins with a score"
        ]
    );
    assert!(format!("{survey:?}").contains("SurveyResponses"));
    let days = collect(survey.lazy().select([survey.time_expr().unwrap()]));
    assert_eq!(days.column("when").unwrap().date().unwrap().physical().get(0), Some(18_871));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a query of the caller's own")]
fn answers_as_numbers_are_refused_or_set_aside_as_everywhere() {
    let frame = df!("q" => [Some(10.0), Some(11.0), Some(99.0), None, Some(7.5)], "text" => ["a"; 5]).unwrap();
    let roles = SurveyColumns::new().score(nps());
    let refused = SurveyResponses::new(frame.clone().lazy(), &roles).unwrap().answers().collect().unwrap_err();
    let text = refused.to_string();
    assert!(text.contains("survey: column `q` has 1 answer(s) outside 0..=10, 1 answer(s) between"), "{text}");
    let aside = SurveyResponses::new(frame.lazy(), &roles.out_of_scale(OutOfScale::Quarantine)).unwrap();
    let expected = df!("q" => [Some(10.0), None, None, None, None], "text" => ["a"; 5]).unwrap();
    assert_eq!(aside.answers().collect().unwrap(), expected);
}

/// A column without a type is what a file has of a question that was not asked.
#[test]
fn a_question_that_nobody_was_asked_has_no_answers() {
    let untyped = Series::new_null("q".into(), 3);
    assert_eq!(read(&nps(), untyped.clone()), (vec![None; 3], counts(0, 3, 0, 0, 0, 0)));
    let frame = DataFrame::new(3, vec![untyped.into_column()]).unwrap();
    assert!(SurveyResponses::new(frame.lazy(), &SurveyColumns::new().score(nps())).is_ok());
}
