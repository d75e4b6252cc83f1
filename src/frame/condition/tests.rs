use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Closed, Condition, Operand, column};
use crate::analysis::collect;

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

fn time(text: &str) -> chrono::NaiveDateTime {
    text.parse().unwrap()
}

/// A table with every kind of column; the last row lacks everything.
fn table() -> DataFrame {
    let categories = Series::new("level".into(), [Some("high"), Some("low"), None])
        .cast(&DataType::from_categories(Categories::global()))
        .unwrap();
    let price = Series::new("price".into(), [Some(0.1), Some(2.5), None]).cast(&DataType::Decimal(10, 2)).unwrap();
    let stamps = Series::new("at".into(), [Some(time("2026-01-31T17:30:00")), Some(time("2026-02-01T00:00:00")), None]);
    let days = stamps.cast(&DataType::Date).unwrap().with_name("on".into());
    df!(
        "row" => [0_i64, 1, 2],
        "n" => [Some(1_i64), Some(i64::MAX), None],
        "x" => [Some(-1.5), Some(2.0), Some(f64::NAN)],
        "small" => [Some(3_i8), Some(-4), None],
        "big" => [Some(1_u64), Some(u64::MAX), None],
        "名" => [Some("王"), Some("Ab1"), None],
        "yes" => [Some(true), Some(false), None],
        "level" => categories,
        "price" => price,
        "at" => stamps,
        "on" => days,
        "nothing" => Series::new_null("nothing".into(), 3),
    )
    .unwrap()
}

/// The answers over `table`, by a streamed query and by one in memory.
#[track_caller]
fn answers(condition: &Condition) -> Vec<Option<bool>> {
    let frame = table();
    let schema = frame.schema();
    condition.check().unwrap();
    assert_eq!(condition.problems(schema), [] as [String; 0], "{condition}");
    let plan = frame.clone().lazy().select([col("row"), condition.to_expr(schema).alias("answer")]);
    let direct = collect("test", plan.clone()).unwrap();
    let direct: Vec<Option<bool>> = direct.column("answer").unwrap().bool().unwrap().iter().collect();
    // Batches come in any order.
    let streamed = crate::analysis::stream("test", plan, vec![None; direct.len()], |all, batch| {
        let rows = batch.column("row").unwrap().i64().unwrap();
        let answers = batch.column("answer").unwrap().bool().unwrap();
        rows.iter().zip(answers.iter()).for_each(|(row, answer)| all[row.unwrap() as usize] = answer);
        Ok(())
    });
    assert_eq!(streamed.unwrap(), direct, "{condition}");
    direct
}

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

#[test]
fn every_comparison_answers_null_where_an_operand_is_missing() {
    for name in ["n", "x", "small", "big", "price"] {
        let of = |condition: Condition| answers(&condition)[2];
        for condition in [
            column(name).eq(1),
            column(name).ne(1),
            column(name).lt(1.5),
            column(name).le(1),
            column(name).gt(1.5),
            column(name).ge(column(name)),
            column(name).between(0, 2),
            column(name).is_in([1, 2]),
            (column(name) + 1).gt(0),
            !column(name).eq(1),
        ] {
            assert_eq!(of(condition.clone()), None, "{condition}");
        }
        assert_eq!(of(column(name).is_null()), YES);
        assert_eq!(of(column(name).is_not_null()), NO);
    }
    for condition in [
        column("名").eq("王"),
        column("名").matches(".*"),
        column("名").is_in(["王"]),
        column("yes").eq(true),
        column("level").ne("high"),
        column("at").gt(day("2026-01-01")),
        column("on").between(day("2026-01-01"), day("2026-12-31")),
    ] {
        assert_eq!(answers(&condition)[2], None, "{condition}");
    }
}

#[test]
fn signs_mean_what_they_say() {
    assert_eq!(answers(&column("x").lt(2))[..2], [YES, NO]);
    assert_eq!(answers(&column("x").le(2.0))[..2], [YES, YES]);
    assert_eq!(answers(&column("x").gt(-1.5))[..2], [NO, YES]);
    assert_eq!(answers(&column("small").ge(3))[..2], [YES, NO]);
    assert_eq!(answers(&column("small").lt(300))[..2], [YES, YES]);
    assert_eq!(answers(&column("n").ne(1))[..2], [NO, YES]);
    assert_eq!(answers(&column("yes").eq(true))[..2], [YES, NO]);
}

#[test]
fn whole_numbers_of_64_bits_compare_exactly() {
    assert_eq!(answers(&column("n").eq(i64::MAX))[..2], [NO, YES]);
    assert_eq!(answers(&column("n").eq(i64::MAX - 1))[..2], [NO, NO]);
    assert_eq!(answers(&column("big").gt(i64::MAX))[..2], [NO, YES]);
    assert_eq!(answers(&column("big").gt(-1))[..2], [YES, YES]);
    assert_eq!(answers(&column("n").is_in([1, i64::MAX - 1]))[..2], [YES, NO]);
}

#[test]
fn decimals_compare_as_numbers_and_categories_as_text() {
    assert_eq!(answers(&column("price").eq(0.1))[..2], [YES, NO]);
    assert_eq!(answers(&column("level").is_in(["high", "top"]))[..2], [YES, NO]);
    assert_eq!(answers(&column("level").matches("hi.*"))[..2], [YES, NO]);
    assert_eq!(answers(&column("level").eq(column("level")))[..2], [YES, YES]);
}

#[test]
fn a_date_and_a_datetime_compare_by_the_day() {
    assert_eq!(answers(&column("at").le(day("2026-01-31")))[..2], [YES, NO]);
    assert_eq!(answers(&column("at").eq(column("on")))[..2], [YES, YES]);
    assert_eq!(answers(&column("at").lt(time("2026-01-31T17:30:01")))[..2], [YES, NO]);
    assert_eq!(answers(&column("on").eq(day("2026-02-01")))[..2], [NO, YES]);
    assert_eq!(answers(&column("on").ge(time("2026-02-01T09:00:00")))[..2], [NO, YES]);
    assert_eq!(answers(&(column("at") - column("on")).lt(0.75))[..2], [YES, YES]);
    assert_eq!(answers(&(column("on") - day("2026-01-30")).eq(1))[..2], [YES, NO]);
}

#[test]
fn bounds_are_inside_as_told() {
    let within = |closed| answers(&column("x").within(-1.5, 2, closed))[..2].to_vec();
    assert_eq!(within(Closed::Both), [YES, YES]);
    assert_eq!(within(Closed::Left), [YES, NO]);
    assert_eq!(within(Closed::Right), [NO, YES]);
    assert_eq!(within(Closed::None), [NO, NO]);
}

#[test]
fn arithmetic_without_a_finite_result_cannot_be_judged() {
    assert_eq!(answers(&(column("x") / 0).gt(1)), [None, None, None]);
    assert_eq!(answers(&(column("x") * f64::MAX * 10).gt(1))[..2], [None, None]);
    assert_eq!(answers(&(column("n") + 1).gt(0))[..2], [YES, YES], "no wrapping around");
    assert_eq!(answers(&(column("x") * 2 - column("small")).abs().le(6.0))[..2], [YES, NO]);
}

#[test]
fn infinity_is_a_number_like_others() {
    let frame = df!("x" => [f64::INFINITY, f64::NEG_INFINITY]).unwrap();
    let answer = column("x").gt(0).to_expr(frame.schema()).alias("a");
    let answer = collect("test", frame.lazy().select([answer])).unwrap();
    assert_eq!(answer.column("a").unwrap().bool().unwrap().iter().collect::<Vec<_>>(), [YES, NO]);
}

#[test]
fn patterns_match_the_whole_cell_or_a_part_of_it() {
    assert_eq!(answers(&column("名").matches("b"))[..2], [NO, NO]);
    assert_eq!(answers(&column("名").contains_match("b|王"))[..2], [YES, YES]);
    assert_eq!(answers(&column("名").matches("王|Ab"))[..2], [YES, NO], "the whole cell for each alternative");
    assert_eq!(answers(&column("名").matches(r"\p{Han}"))[..2], [YES, NO]);
}

#[test]
fn a_missing_answer_joins_as_kleene_has_it() {
    let unknown = || column("x").gt(0);
    let sure = || column("n").is_null();
    assert_eq!(answers(&unknown().and(!sure()))[2], NO);
    assert_eq!(answers(&unknown().or(sure()))[2], YES);
    assert_eq!(answers(&unknown().and(sure()))[2], None);
    assert_eq!(answers(&unknown().or(!sure()))[2], None);
}

#[test]
fn a_column_of_nothing_is_never_judged() {
    for condition in [
        column("nothing").eq(1),
        column("nothing").eq("a"),
        column("nothing").gt(column("nothing")),
        column("nothing").matches("a"),
        column("nothing").is_in(["a"]),
        column("on").lt(column("nothing")),
        (column("nothing") * 2).lt(column("x")),
        (column("on") - column("nothing")).lt(2),
    ] {
        assert_eq!(answers(&condition), [None; 3], "{condition}");
    }
    assert_eq!(answers(&column("nothing").is_null()), [YES; 3]);
}

#[test]
fn problems_name_the_column_and_a_remedy() {
    let frame = table();
    let of = |condition: Condition| condition.problems(frame.schema()).join(" | ");
    assert_eq!(
        of(column("名").gt(3)),
        "`名 > 3` compares column `名`, which is str, with a number; parse the text into numbers first"
    );
    assert_eq!(
        of(column("gone").gt(column("lost"))),
        "column `gone` of the condition `gone > lost` is not there; name one that is | \
         column `lost` of the condition `gone > lost` is not there; name one that is"
    );
    assert!(of(column("名").le(day("2026-01-01"))).ends_with("parse the text into dates first"));
    assert!(of(column("n").eq("1")).ends_with("cast the column to text first"));
    assert!(of(column("n").matches("1")).contains("needs text, but column `n` is i64; cast it to text first"));
    assert!(of((column("名") * 2).gt(1)).contains("calculates with column `名`, which is str; parse the text"));
    assert!(of((column("on") * 2).gt(1)).contains("calculates with column `on`, which is date"));
    assert!(of(column("yes").lt(true)).contains("puts yes and no in order"));
    assert_eq!(of((column("on") - column("at")).gt(1)), "");
    let both = of(column("名").gt(3).or(!column("n").matches("a")));
    assert_eq!(both.matches(" | ").count(), 1, "{both}");
}

#[test]
fn nested_columns_can_be_missing_and_nothing_else() {
    let tags = Series::new("tags".into(), [Some(Series::new("".into(), ["a"])), None]);
    let frame = df!("tags" => tags).unwrap();
    let missing = column("tags").is_null();
    assert!(missing.problems(frame.schema()).is_empty());
    let problems = column("tags").eq("a").problems(frame.schema());
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("reads column `tags`, which is list[str]; only `is_null`"), "{problems:?}");
    let answer = collect("test", frame.clone().lazy().select([missing.to_expr(frame.schema()).alias("a")])).unwrap();
    assert_eq!(answer.column("a").unwrap().bool().unwrap().iter().collect::<Vec<_>>(), [NO, YES]);
}

#[test]
fn conditions_that_cannot_be_meant_are_refused() {
    let refused = |condition: Condition| condition.check().unwrap_err().to_string();
    assert_eq!(
        refused(column("a").matches("(")),
        "condition: `matches` must be a regular expression of the `regex` crate, got \"(\""
    );
    assert!(refused(column("a").matches(")(")).contains("regular expression"));
    assert!(refused(column("a").between(2, 1)).ends_with("got 2 and 1"));
    assert!(refused(column("a").between(day("2026-02-01"), day("2026-01-01"))).contains("lower bound"));
    assert!(refused(column("a").lt(f64::NAN)).contains("finite"));
    assert!(refused((column("a") + f64::INFINITY).lt(1)).contains("finite"));
    assert!(refused(column("a").is_in([] as [i64; 0])).contains("one value or more"));
    assert!(refused(column("a").is_in([Operand::from(1), "a".into()])).contains("of one kind"));
    assert!(refused(column("a").is_in([column("b")])).contains("of one kind"));
    assert!(refused(Operand::from(1).lt(2)).contains("named in every comparison"));
    assert!(refused(column("a").lt(1).and(!Operand::from(1).lt(2))).contains("named in every comparison"));
    assert!(refused(Condition::And(vec![])).contains("one condition or more"));
    assert!(refused(Condition::Or(vec![])).contains("one condition or more"));
    assert!(column("a").is_in([Operand::from(1), 2.5.into()]).check().is_ok());
}

/// One condition with all there is.
fn everything() -> Condition {
    let sum = (column("a b") - (column("c") - 1)) / (column("c") * 2.5) + column("c");
    column("n")
        .between(0, 120)
        .and(sum.abs().lt(0.1).or(column("t").matches("[A-Z]+\\d")))
        .and(!column("t").contains_match("a"))
        .and(column("d").ge(day("2026-01-31")))
        .and(column("d").lt(time("2026-01-31T17:30:00")))
        .and(column("f").eq(true))
        .and(column("t").is_in(["甲", "乙"]).or(column("t").is_null()).or(column("n").is_not_null()))
        .and(column("n").within(0.5, 1, Closed::Left))
}

#[test]
fn a_condition_reads_as_it_is_said() {
    assert_eq!(
        everything().to_string(),
        "n between 0 and 120 and (abs(([a b] - (c - 1)) / (c * 2.5) + c) < 0.1 or t matches /[A-Z]+\\d/) \
         and not (t contains a match of /a/) and d >= 2026-01-31 and d < 2026-01-31 17:30:00 and f = yes \
         and (t in (\"甲\", \"乙\") or t is missing or n is present) and n between 0.5 and 1 (upper bound excluded)"
    );
}

#[test]
fn job_files_hold_conditions() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Job {
        condition: Condition,
    }
    let job = Job { condition: everything() };
    let json = serde_json::to_string(&job).unwrap();
    assert_eq!(serde_json::from_str::<Job>(&json).unwrap(), job);
    let text = toml::to_string(&job).unwrap();
    assert_eq!(toml::from_str::<Job>(&text).unwrap(), job);
    assert_eq!(toml::from_str::<Condition>(&toml::to_string(&everything()).unwrap()).unwrap(), everything());
    let written = r#"condition = { between = { operand = { column = "age" }, low = { integer = 0 }, high = { integer = 120 } } }"#;
    assert_eq!(toml::from_str::<Job>(written).unwrap().condition, column("age").between(0, 120));
}

#[test]
fn unknown_words_in_a_job_file_are_refused() {
    for text in [
        r#"{"compare": {"left": {"column": "a"}, "op": "ge", "right": {"integer": 1}, "extra": 1}}"#,
        r#"{"compares": {}}"#,
        r#"{"is_null": {"columns": "a"}}"#,
        r#"{"compare": {"left": {"column": "a"}, "op": ">=", "right": {"date": "31/01/2026"}}}"#,
    ] {
        assert!(serde_json::from_str::<Condition>(text).is_err(), "{text}");
    }
}

#[test]
fn columns_are_found_wherever_they_stand() {
    let names: Vec<String> = everything().columns().into_iter().collect();
    assert_eq!(names, ["a b", "c", "d", "f", "n", "t"]);
}
