use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Closed, Condition, Operand, column};

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

fn time(text: &str) -> chrono::NaiveDateTime {
    text.parse().unwrap()
}

/// A table with columns of several kinds.
fn table() -> DataFrame {
    let days = Series::new("on".into(), [0_i32]).cast(&DataType::Date).unwrap();
    let times = days.cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).unwrap();
    df!("n" => [1_i64], "名" => ["王"], "yes" => [true], "on" => days, "at" => times).unwrap()
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
    assert_eq!(
        of(column("Yes").is_null()),
        "column `Yes` of the condition `Yes is missing` is not there; did you mean `yes`?"
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
fn one_fault_is_told_once() {
    let frame = table();
    let of = |condition: Condition| condition.problems(frame.schema());
    for condition in [column("名").between(1, 3), column("名").between(0, 0.5)] {
        assert_eq!(of(condition.clone()).len(), 1, "{:?}", of(condition));
    }
    assert_eq!(of(column("名").gt(3).or(!column("名").gt(3))).len(), 1);
    assert_eq!(of(column("n").between("a", column("on"))).len(), 2, "two bounds, each wrong in its own way");
    assert_eq!(of(column("n").between(1, "b")).len(), 1);
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
