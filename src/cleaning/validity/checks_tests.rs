//! Checks by hand, as laws, and against bad settings.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use polars::prelude::*;

use crate::cleaning::*;
use crate::error::Error;
use crate::frame::column;
use crate::frame::columns::{RULE, RULE_REASON, SOURCE_ROW};

fn customers() -> DataFrame {
    df!(
        "号" => [Some("A1"), Some("A2"), Some("b-3"), None, Some("A2"), Some("")],
        "年龄" => [Some(34.0), Some(200.0), Some(f64::NAN), None, Some(-1.0), Some(f64::INFINITY)],
        "城市" => [Some("京"), Some("沪"), Some("广"), Some("京"), None, Some("深")],
    )
    .unwrap()
}

fn valid() -> Checks {
    Checks::new()
        .check("code", column("号").matches("A[0-9]"))
        .check("age", column("年龄").between(0, 120))
        .check("city", column("城市").is_in(["京", "沪"]))
}

fn run(rule: impl Into<Rule>, frame: DataFrame) -> Cleaned {
    CleaningParams::new().rule(rule).run(frame).unwrap()
}

fn taken(cleaned: &Cleaned) -> Vec<(IdxSize, String)> {
    let quarantine = cleaned.quarantine();
    let rows = quarantine.column(SOURCE_ROW).unwrap().idx().unwrap();
    let reasons = quarantine.column(RULE_REASON).unwrap().str().unwrap();
    rows.iter().flatten().zip(reasons.iter().flatten().map(str::to_owned)).collect()
}

fn rows(cleaned: &Cleaned) -> Vec<IdxSize> {
    taken(cleaned).into_iter().map(|(row, _)| row).collect()
}

fn counts(report: &RuleReport) -> Vec<(u64, u64)> {
    report.checks.iter().map(|check| (check.n_failed, check.n_unjudged)).collect()
}

fn texts(frame: &DataFrame, name: &str) -> Vec<Option<String>> {
    frame.column(name).unwrap().str().unwrap().iter().map(|text| text.map(str::to_owned)).collect()
}

fn owned(rows: &[(IdxSize, &str)]) -> Vec<(IdxSize, String)> {
    rows.iter().map(|&(row, reason)| (row, reason.to_owned())).collect()
}

fn refused(rule: Checks) -> String {
    let error = CleaningParams::new().rule(rule).check().unwrap_err();
    assert!(error.is_param());
    error.to_string()
}

#[test]
fn every_failing_row_has_all_its_reasons() {
    let cleaned = run(valid(), customers());
    assert_eq!(taken(&cleaned), owned(&[(1, "age"), (2, "code; city"), (4, "age"), (5, "code; age; city")]));
    let report = &cleaned.report().rules[0];
    assert_eq!(counts(report), [(2, 1), (3, 2), (2, 1)]);
    let by_first: Vec<u64> = report.reasons.iter().map(|count| count.n_rows).collect();
    assert_eq!((by_first, report.n_rows_taken), (vec![2, 2, 0], 4));
    assert_eq!((report.n_rows_spared, report.n_rows_unjudged), (0, 1), "a row that failed was judged");
}

#[test]
fn shapes_are_those_of_failing_text_and_of_nothing_else() {
    let cleaned = run(valid().not_null(["城市"]), customers());
    let report = &cleaned.report().rules[0];
    let shapes = |name: &str| -> Vec<(String, u64)> {
        report.check(name).unwrap().shapes.iter().map(|(shape, &n)| (shape.clone(), n)).collect()
    };
    assert_eq!(shapes("code"), [(String::new(), 1), ("a-9".to_owned(), 1)]);
    assert_eq!(shapes("city"), [("字".to_owned(), 2)]);
    assert!(shapes("age").is_empty() && shapes("城市 not null").is_empty());
    let shown = cleaned.report().to_string();
    assert!(shown.contains("2  failed `code`, 1 not judged, of the form \"\" (1), \"a-9\" (1)"), "{shown}");
    assert!(!shown.contains('广') && !shown.contains("b-3"), "{shown}");
}

#[test]
fn rows_that_are_only_reported_stay_and_are_counted() {
    let rule = valid().on_failure(OnFailure::Report).reasons_column("问题");
    let (clean, quarantine, report) = run(rule, customers()).into_parts();
    assert_eq!((clean.height(), quarantine.height()), (6, 0));
    let expected = [None, Some("age"), Some("code; city"), None, Some("age"), Some("code; age; city")];
    assert_eq!(texts(&clean, "问题"), expected.map(|text| text.map(str::to_owned)));
    let rule = &report.rules[0];
    assert_eq!((rule.n_rows_taken, rule.n_rows_spared, rule.n_rows_unjudged), (0, 4, 1));
    assert!(report.to_string().contains("3  failed `age`, left in, 2 not judged"), "{report}");
}

#[test]
fn reasons_begin_with_the_check_that_took_the_row() {
    let rule = Checks::new()
        .with(Check::that("code", column("号").matches("A[0-9]")).on_failure(OnFailure::Report))
        .check("age", column("年龄").between(0, 120))
        .check("city", column("城市").is_in(["京", "沪"]))
        .reasons_column("problems");
    let cleaned = run(rule, customers());
    assert_eq!(taken(&cleaned), owned(&[(1, "age"), (2, "city; code"), (4, "age"), (5, "age; city; code")]));
    let reasons = &cleaned.report().rules[0].reasons;
    let by_first: Vec<(&str, u64)> = reasons.iter().map(|count| (count.reason.as_str(), count.n_rows)).collect();
    assert_eq!(by_first, [("age", 3), ("city", 1)]);
    assert_eq!(texts(&cleaned.into_parts().0, "problems"), [None, None]);
}

#[test]
fn a_row_shows_the_reasons_of_the_rule_that_took_it() {
    let frame = df!("id" => [1, 1, 2, 3], "n" => [5, 5, 7, 9]).unwrap();
    let noted = Checks::new().check("small", column("n").lt(6)).check("odd", column("id").ne(2));
    let first = CleaningParams::new()
        .rule(noted.on_failure(OnFailure::Report))
        .rule(ExactDuplicates::new())
        .rule(Checks::new().check("below 9", column("n").lt(9)));
    let cleaned = first.run(frame.clone()).unwrap();
    assert_eq!(taken(&cleaned), owned(&[(1, "repeats an earlier row in every column"), (3, "below 9")]));
    let second = CleaningParams::new().rule(ExactDuplicates::new()).rule(Checks::new().unique(["id"]));
    let cleaned = second.run(frame.clone()).unwrap();
    assert_eq!(counts(&cleaned.report().rules[1]), [(0, 0)], "rows that are out are no one's equals");
    let third = CleaningParams::new()
        .rule(Checks::new().check("a", column("n").ne(7)))
        .rule(Checks::new().check("b", column("id").lt(2)).check("c", column("n").lt(6)));
    let cleaned = third.run(frame).unwrap();
    assert_eq!(taken(&cleaned), owned(&[(2, "a"), (3, "b; c")]));
    assert_eq!(counts(&cleaned.report().rules[1]), [(1, 0), (1, 0)]);
    assert_eq!(texts(cleaned.quarantine(), RULE), [Some("checks".to_owned()), Some("checks".to_owned())]);
}

#[test]
fn repeated_keys_fail_all_or_all_but_the_first() {
    let keys = [Some(1.5), Some(0.0), None, Some(1.5), Some(f64::NAN), Some(-0.0), None, Some(f64::NAN), Some(1.5)];
    let frame = df!("k" => keys, "城" => ["京", "沪", "沪", "京", "沪", "沪", "沪", "沪", "广"]).unwrap();
    let all = run(Checks::new().unique(["k"]), frame.clone());
    assert_eq!(rows(&all), [0, 1, 3, 5, 8]);
    assert_eq!(counts(&all.report().rules[0]), [(5, 4)], "null and NaN are missing, and equal nothing");
    assert_eq!(rows(&run(Checks::new().unique_keep_first(["k"]), frame.clone())), [3, 5, 8]);
    assert_eq!(rows(&run(Checks::new().unique(["k", "城"]), frame.clone())), [0, 1, 3, 5]);
    let both = run(Checks::new().unique(["k"]).unique_keep_first(["k", "城"]), frame);
    assert_eq!(taken(&both)[2], (3, "k unique; k and 城 unique".to_owned()));
}

#[test]
fn another_table_is_read_once_and_only_once_all_is_well() {
    let reads = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&reads);
    let count = move |frame: DataFrame| {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok(frame)
    };
    let codes = df!("code" => ["a"]).unwrap().lazy().map(count, AllowedOptimizations::default(), None, None);
    let input = || {
        let frame = df!("cell" => ["a", "b"]).unwrap();
        CleaningInput::new(frame.lazy()).table("codes", codes.clone())
    };
    let wrong = Checks::new().in_table("cell", "codes", "code").not_null(["gone"]);
    assert!(CleaningParams::new().rule(wrong).run(input()).is_err());
    assert_eq!(reads.load(Ordering::Relaxed), 0);
    let rule = Checks::new().in_table("cell", "codes", "code");
    assert_eq!(rows(&CleaningParams::new().rule(rule).run(input()).unwrap()), [1]);
    assert_eq!(reads.load(Ordering::Relaxed), 1);
}

#[test]
fn checks_see_columns_as_earlier_rules_left_them() {
    let frame = df!("城" => [Some(" a"), Some("b"), Some("  "), None], "n" => [1.0, f64::NAN, 2.0, 3.0]).unwrap();
    let rules = CleaningParams::new()
        .rule(Text::new().columns(["城"]).case(Case::Upper).empty_to_null(true))
        .rule(Checks::new().check("known", column("城").is_in(["A"])).not_null(["城", "n"]).in_table("城", "t", "k"));
    let fitted = rules.fit(CleaningInput::from(frame.clone()).table("t", df!("k" => ["A"]).unwrap().lazy())).unwrap();
    let other = CleaningInput::from(frame).table("t", df!("k" => ["B"]).unwrap().lazy());
    let cleaned = fitted.run(other).unwrap();
    let expected = [(0, "城 in t.k"), (1, "known; n not null"), (2, "城 not null"), (3, "城 not null")];
    assert_eq!(taken(&cleaned), owned(&expected));
    assert_eq!(counts(&cleaned.report().rules[1]), [(1, 2), (2, 0), (1, 0), (1, 2)]);
    assert_eq!(cleaned.report().rules[1].check("known").unwrap().shapes["A"], 1, "the form as it came to the rule");
}

#[test]
fn a_column_that_a_rule_added_can_be_checked() {
    let frame = df!("x" => [Some(1.0), None, Some(f64::NAN)]).unwrap();
    let rules = CleaningParams::new()
        .rule(Fill::new(["x"]).mean().indicator(true))
        .rule(Checks::new().check("was there", column("x_was_missing").eq(false)).not_null(["x"]));
    let cleaned = rules.run(frame).unwrap();
    assert_eq!(taken(&cleaned), owned(&[(1, "was there"), (2, "was there")]));
}

#[test]
fn nested_cells_can_be_there_and_be_unique() {
    let of = |cells: &[i64]| Some(Series::new("".into(), cells));
    let frame = df!("tags" => Series::new("tags".into(), [of(&[1, 2]), None, of(&[1, 2]), of(&[])])).unwrap();
    let cleaned = run(Checks::new().not_null(["tags"]).unique(["tags"]), frame);
    assert_eq!(taken(&cleaned), owned(&[(0, "tags unique"), (1, "tags not null"), (2, "tags unique")]));
}

/// More checks than a machine word has bits: one for each remainder, and keys.
fn many() -> Checks {
    let of = |rule: Checks, n: i64| {
        let check = Check::that(format!("no {n}"), column("n").ne(n).and(column("text").is_not_null()));
        rule.with(if n % 2 == 0 { check } else { check.on_failure(OnFailure::Report) })
    };
    (0..130).fold(Checks::new().unique(["id"]), of).in_table("text", "words", "word").reasons_column("problems")
}

fn wide(n: i64) -> DataFrame {
    df!(
        "id" => (0..n).map(|row| if row % 50 == 0 { row / 100 } else { row + n }).collect::<Vec<_>>(),
        "n" => (0..n).map(|row| (row % 7 > 0).then_some(row % 200)).collect::<Vec<_>>(),
        "text" => (0..n).map(|row| ["茶", "jam", "no"][row as usize % 3]).collect::<Vec<_>>(),
    )
    .unwrap()
}

fn words() -> LazyFrame {
    df!("word" => ["茶", "jam"]).unwrap().lazy()
}

#[test]
fn a_hundred_and_more_checks_judge_scans_like_frames() {
    let raw = wide(3_000);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (parquet, csv) = (path("raw.parquet"), path("raw.csv"));
    ParquetWriter::new(std::fs::File::create(&parquet).unwrap()).finish(&mut raw.clone()).unwrap();
    CsvWriter::new(std::fs::File::create(&csv).unwrap()).finish(&mut raw.clone()).unwrap();
    let run = |frame: LazyFrame| {
        let input = CleaningInput::new(frame).table("words", words());
        CleaningParams::new().rule(many()).run(input).unwrap().into_parts()
    };
    let (clean, quarantine, report) = run(raw.clone().lazy());
    let numbered = (0..3_000).filter(|row| row % 7 > 0 && row % 200 < 130 && row % 200 % 2 == 0);
    let n_even: usize = numbered.count();
    let checks = &report.rules[0].checks;
    let failed: u64 = checks[1..131].iter().step_by(2).map(|check| check.n_failed).sum();
    assert_eq!((checks.len(), failed), (132, n_even as u64));
    assert_eq!(checks[131].n_failed, 1_000);
    assert!(checks[1..131].iter().all(|check| check.n_unjudged == 429), "every seventh row has no number");
    let (left, taken) = (texts(&clean, "problems"), texts(&quarantine, RULE_REASON));
    let n_told: usize = left.iter().chain(&taken).flatten().map(|text| text.split("; ").count()).sum();
    assert_eq!(n_told as u64, checks.iter().map(|check| check.n_failed).sum::<u64>(), "every failure is told once");
    for reason in &report.rules[0].reasons {
        let is_first = |text: &&String| text.split("; ").next() == Some(reason.reason.as_str());
        assert_eq!(taken.iter().flatten().filter(is_first).count() as u64, reason.n_rows, "{}", reason.reason);
    }
    assert!(left.iter().flatten().all(|text| text.starts_with("no ")));
    for scan in [
        LazyFrame::scan_parquet(PlRefPath::new(&parquet), ScanArgsParquet::default()).unwrap(),
        LazyCsvReader::new(PlRefPath::new(&csv)).finish().unwrap(),
    ] {
        let (of_scan, taken, report_of_scan) = run(scan);
        assert!(of_scan.equals_missing(&clean) && taken.equals_missing(&quarantine));
        assert_eq!(report_of_scan, report);
    }
}

#[test]
fn the_report_of_a_plan_is_that_of_its_run() {
    let input = || CleaningInput::from(wide(500)).table("words", words());
    let plan = CleaningParams::new().rule(many()).check().unwrap().plan(input()).unwrap();
    let cleaned = plan.collect().unwrap();
    assert_eq!(plan.report().unwrap(), *cleaned.report());
    let quarantine = crate::analysis::collect("test", plan.quarantine()).unwrap();
    assert!(quarantine.equals_missing(cleaned.quarantine()));
    let clean = crate::analysis::collect("test", plan.clean()).unwrap();
    assert!(clean.equals_missing(&cleaned.into_parts().0));
}

#[test]
fn neither_order_nor_chunks_nor_a_second_run_change_anything() {
    let run = |frame: DataFrame| {
        let input = CleaningInput::from(frame).table("words", words());
        CleaningParams::new().rule(many()).run(input).unwrap().into_parts()
    };
    let raw = wide(700);
    let (clean, _, report) = run(raw.clone());
    let reversed = run(raw.reverse());
    assert_eq!(reversed.2, report);
    assert!(reversed.0.reverse().equals_missing(&clean));
    let mut chunked = raw.slice(0, 3);
    for start in [3, 200, 201] {
        let end = [200, 201, 700][[3, 200, 201].iter().position(|&one| one == start).unwrap()];
        chunked.vstack_mut(&raw.slice(start as i64, end - start)).unwrap();
    }
    assert!(run(chunked).0.equals_missing(&clean));
    let again = run(clean.drop("problems").unwrap());
    assert_eq!((again.2.n_rows_quarantined, again.0.equals_missing(&clean)), (0, true));
}

#[test]
fn reports_of_two_files_add_up_check_by_check() {
    let raw = customers();
    let report = |frame: DataFrame| run(valid(), frame).report().clone();
    let halves = report(raw.slice(0, 2)).merge(&report(raw.slice(2, 4))).unwrap();
    assert_eq!(halves, report(raw.clone()));
    let other = run(valid().not_null(["号"]).on_failure(OnFailure::Report), raw).report().clone();
    assert!(halves.merge(&other).unwrap_err().is_data());
}

#[test]
fn frames_of_no_row_and_of_one_have_an_answer() {
    let none = run(valid().unique(["号"]).fail_above(0.0), customers().slice(0, 0));
    assert_eq!((none.report().n_rows_in, counts(&none.report().rules[0])), (0, vec![(0, 0); 4]));
    let one = run(valid().unique(["号"]), customers().slice(1, 1));
    assert_eq!(taken(&one), owned(&[(0, "age")]));
}

#[test]
fn a_job_stops_above_the_share_that_may_fail() {
    let stop = |rule: Checks| CleaningParams::new().rule(rule).run(customers());
    assert_eq!(
        stop(valid().fail_above(0.5)).unwrap_err().to_string(),
        "cleaning: rule 1 `checks` failed 4 of 6 row(s), more than the share 0.5 it was allowed (code: 2, age: 2); look at the rows, or \
         raise its `fail_above`"
    );
    assert!(stop(valid().fail_above(4.0 / 6.0)).is_ok(), "the share itself is allowed");
    assert!(stop(valid().on_failure(OnFailure::Report).fail_above(0.5)).unwrap_err().is_data());
    let mixed = Checks::new()
        .with(Check::that("age", column("年龄").between(0, 120)).on_failure(OnFailure::Report))
        .check("code", column("号").matches("A[0-9]"));
    assert!(stop(mixed.clone().fail_above(0.6)).unwrap_err().to_string().contains("failed 4 of 6"), "taken and noted");
    let of_check = mixed.with(Check::not_null("城市").fail_above(0.1)).fail_above(1.0);
    let error = stop(of_check).unwrap_err();
    assert!(matches!(error, Error::Unusable { .. }));
    assert!(
        error.to_string().starts_with("cleaning: check `城市 not null` of rule 1 `checks` failed 1 of 6"),
        "{error}"
    );
}

#[test]
fn problems_name_check_column_and_remedy() {
    let rule = Checks::new()
        .not_null(["gone"])
        .unique(["号", "lost"])
        .check("old", column("号").gt(3))
        .in_table("城市", "cities", "name")
        .in_table("城市", "codes", "city")
        .in_table("年龄", "codes", "code")
        .on_failure(OnFailure::Report)
        .reasons_column("城市");
    let codes = df!("code" => ["a"]).unwrap();
    let input = CleaningInput::from(customers()).table("codes", codes.lazy());
    let Err(Error::Schema { problems, .. }) = CleaningParams::new().rule(rule).run(input) else { panic!() };
    let expected = [
        "in check `gone not null`: names column `gone`, which the table does not have; check its spelling",
        "in check `号 and lost unique`: names column `lost`, which",
        "in check `old`: `号 > 3` compares column `号`, which is str, with a number; parse the text",
        "in check `城市 in cities.name`: table `cities` was not given; add it with `CleaningInput::table`",
        "in check `城市 in codes.city`: table `codes` has no column `city`; check its spelling",
        "in check `年龄 in codes.code`: column `年龄` is f64, but column `code` of table `codes` is str; cast one",
        "would add column `城市`, which is there already; rename one",
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:?}");
    for (problem, expected) in problems.iter().zip(expected) {
        assert!(problem.starts_with(&format!("rule 1 `checks` {expected}")), "{problem}");
    }
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    assert!(refused(Checks::new()).contains("at least one check"));
    assert_eq!(
        refused(Checks::new().check("age in range", column("age").between(120, 0))),
        "cleaning: `checks.condition` must be a condition in which `between` has a lower bound that is at most the \
         upper one, got 120 and 0 in check `age in range` of column `age`"
    );
    let none: [&str; 0] = [];
    let empty = refused(Checks::new().check("state", column("状态").is_in(none)));
    assert!(empty.contains("`is_in` has one value or more, got none in check `state` of column `状态`"), "{empty}");
    assert!(
        refused(Checks::new().not_null(["id", "id"])).ends_with("another one for each check, got `id not null` twice")
    );
    assert!(refused(Checks::new().check("a; b", column("a").is_null())).contains("no semicolon"));
    assert!(refused(Checks::new().check(" ", column("a").is_null())).contains("not blank"));
    assert!(refused(Checks::new().unique(none)).contains("at least one column"));
    assert!(refused(Checks::new().unique(["id", "id"])).contains("`id` twice"));
    assert!(refused(Checks::new().not_null(["id"]).fail_above(1.5)).contains("in 0..=1, got 1.5"));
    assert!(refused(Checks::new().with(Check::not_null("id").fail_above(f64::NAN))).contains("in 0..=1, got NaN"));
    assert!(refused(Checks::new().not_null(["id"]).reasons_column("why")).contains("set `on_failure` to `report`"));
}

#[test]
fn a_job_file_holds_every_kind_of_check() {
    let rule = Checks::new()
        .check("年龄", column("年龄").between(0, 120).or(column("年龄").is_null()))
        .not_null(["号"])
        .unique_keep_first(["号"])
        .with(Check::in_table("城市", "cities", "name").on_failure(OnFailure::Report).fail_above(0.25))
        .fail_above(0.5)
        .reasons_column("why");
    let params = CleaningParams::new().rule(rule);
    let checked = params.clone().check().unwrap();
    let json = serde_json::to_string(&checked).unwrap();
    assert_eq!(serde_json::from_str::<CleaningParams>(&json).unwrap(), params);
    assert_eq!(toml::from_str::<CleaningParams>(&toml::to_string(&params).unwrap()).unwrap(), params);
    let job = r#"{"rule": "checks", "on_failure": "report", "checks": [
        {"name": "adult", "requires": {"condition": {"compare": {"left": {"column": "age"}, "op": "ge", "right": {"integer": 18}}}}},
        {"name": "id unique", "requires": {"unique": {"columns": ["id"]}}, "on_failure": "quarantine"}]}"#;
    let adult = Checks::new().check("adult", column("age").ge(18)).on_failure(OnFailure::Report);
    let built: Rule = adult.with(Check::unique(["id"]).on_failure(OnFailure::Quarantine)).into();
    assert_eq!(serde_json::from_str::<Rule>(job).unwrap(), built);
    let misspelt = r#"{"rule": "checks", "checks": [{"name": "a", "require": {"not_null": "a"}}]}"#;
    assert!(serde_json::from_str::<Rule>(misspelt).is_err());
}

#[test]
fn many_levels_and_long_cells_are_no_trouble() {
    let levels: Vec<String> = (0..100_000).map(|n| format!("k{n}")).collect();
    let keys = DataFrame::new(100_000, vec![Column::new("k".into(), &levels)]).unwrap();
    let mut cells = levels;
    cells[7] = "长".repeat(1 << 19);
    let frame = DataFrame::new(100_000, vec![Column::new("c".into(), &cells)]).unwrap();
    let input = CleaningInput::from(frame).table("keys", keys.lazy());
    let cleaned =
        CleaningParams::new().rule(Checks::new().in_table("c", "keys", "k").unique(["c"])).run(input).unwrap();
    assert_eq!(taken(&cleaned), owned(&[(7, "c in keys.k")]));
    let shapes = &cleaned.report().rules[0].checks[0].shapes;
    assert!(shapes.keys().all(|shape| shape.chars().count() <= 13), "{shapes:?}");
}
