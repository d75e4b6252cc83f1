//! Laws that every plan of cleaning keeps, over dirty rows that are made from fixed seeds.
//!
//! Tolerance: none, counts and cells are equal to the last bit.

use std::collections::{BTreeMap, BTreeSet};

use customer_analytics::cleaning::{CleaningPlan, CleaningReport, FittedCleaning, Rule};
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::data::{bits, shuffled};
use crate::dirty::{Plan, ROW, dirty, input, numbered, plans, roles};

fn settings() -> ProptestConfig {
    ProptestConfig {
        cases: 150,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_260_701),
        ..ProptestConfig::default()
    }
}

fn planned(plan: &Plan, frame: LazyFrame) -> CleaningPlan {
    plan.params.clone().check().unwrap().plan(input(frame)).unwrap_or_else(|error| panic!("{}: {error}", plan.name))
}

/// Rows left, rows taken, and the report of them.
type Parts = (DataFrame, DataFrame, CleaningReport);

fn run(plan: &Plan, frame: LazyFrame) -> Parts {
    planned(plan, frame).collect().unwrap_or_else(|error| panic!("{}: {error}", plan.name)).into_parts()
}

fn applied(fitted: &FittedCleaning, frame: LazyFrame) -> Parts {
    fitted.run(input(frame)).unwrap_or_else(|error| panic!("{error} for {:?}", fitted.params())).into_parts()
}

#[expect(clippy::disallowed_methods, reason = "tests read the result of plans")]
fn collected(frame: LazyFrame) -> DataFrame {
    frame.collect().unwrap()
}

/// Rows as text by their number: what they hold, but for where they lay.
fn by_row(frame: &DataFrame) -> BTreeMap<i64, String> {
    let numbers: Vec<i64> = frame.column(ROW).unwrap().i64().unwrap().iter().flatten().collect();
    let places = ["source_row", "partner_row"];
    let rest = places.iter().fold(frame.clone(), |rest, place| rest.drop(place).unwrap_or(rest));
    let shown = |row: usize| bits(&rest.slice(row as i64, 1));
    numbers.into_iter().enumerate().map(|(row, number)| (number, shown(row))).collect()
}

fn numbers_at(frame: &DataFrame, place: &str) -> Vec<Option<usize>> {
    frame.column(place).unwrap().idx().unwrap().iter().map(|row| row.map(|row| row as usize)).collect()
}

/// Rows taken with their partners, both by the numbers of the raw rows.
fn partners(raw: &DataFrame, quarantine: &DataFrame) -> BTreeMap<i64, Option<i64>> {
    let numbers: Vec<i64> = raw.column(ROW).unwrap().i64().unwrap().iter().flatten().collect();
    let of = |place: &str| {
        numbers_at(quarantine, place).into_iter().map(|row| row.map(|row| numbers[row])).collect::<Vec<_>>()
    };
    of("source_row").into_iter().flatten().zip(of("partner_row")).collect()
}

#[track_caller]
fn assert_adds_up(name: &str, raw: &DataFrame, (clean, quarantine, report): &Parts) {
    let n = raw.height() as u64;
    let (n_left, n_taken) = (clean.height() as u64, quarantine.height() as u64);
    assert_eq!((report.n_rows_in, report.n_rows_out, report.n_rows_quarantined), (n, n_left, n_taken), "{name}");
    assert_eq!(n_left + n_taken, n, "{name}");
    let mut n_in = n;
    for rule in &report.rules {
        assert_eq!(rule.n_rows_in, n_in, "{name}: {rule:?}");
        assert_eq!(rule.n_rows_in, rule.n_rows_taken + rule.n_rows_out, "{name}: {rule:?}");
        assert_eq!(rule.reasons.iter().map(|reason| reason.n_rows).sum::<u64>(), rule.n_rows_taken, "{name}: {rule:?}");
        let changed: u64 = rule.cells.iter().filter(|cell| cell.is_change).map(|cell| cell.n_cells).sum();
        assert_eq!(changed, rule.n_cells_changed, "{name}: {rule:?}");
        assert!(rule.n_rows_spared.max(rule.n_rows_unjudged) <= rule.n_rows_out, "{name}: {rule:?}");
        n_in = rule.n_rows_out;
    }
    assert_eq!(n_in, n_left, "{name}");
    let left: BTreeSet<i64> = clean.column(ROW).unwrap().i64().unwrap().iter().flatten().collect();
    let taken: BTreeSet<i64> = quarantine.column(ROW).unwrap().i64().unwrap().iter().flatten().collect();
    assert!(left.is_disjoint(&taken), "{name}");
    assert_eq!(left.len() + taken.len(), raw.height(), "{name}: no row is there twice");
    // Taken rows are as read, and say where they lay and which rule it was.
    let names = raw.get_column_names_owned();
    let places: Vec<IdxSize> =
        numbers_at(quarantine, "source_row").into_iter().map(|row| row.unwrap() as IdxSize).collect();
    assert!(places.is_sorted(), "{name}");
    let as_read = raw.take(&IdxCa::from_vec("".into(), places)).unwrap();
    assert_eq!(bits(&quarantine.select(names).unwrap()), bits(&as_read), "{name}");
    for (place, rule) in report.rules.iter().enumerate() {
        let by_rule = quarantine.column("rule_number").unwrap().u32().unwrap().equal(place as u32 + 1).num_trues();
        assert_eq!(by_rule as u64, rule.n_rows_taken, "{name}: {}", rule.rule);
    }
}

#[test]
fn the_plans_use_every_rule() {
    let used: BTreeSet<&str> = plans().iter().flat_map(|plan| plan.params.rules()).map(Rule::name).collect();
    let all = [
        "text",
        "column_names",
        "contact",
        "read_dates",
        "read_flags",
        "read_numbers",
        "exact_duplicates",
        "checks",
        "fill",
        "key_duplicates",
        "later_rows",
        "missing_customer",
        "near_duplicates",
        "non_products",
        "prices",
        "refunds",
        "bins",
        "convert_currency",
        "mapping",
        "outliers",
        "rare_levels",
        "scale",
    ];
    assert_eq!(used, all.into_iter().collect());
}

#[test]
fn rows_in_are_rows_out_and_quarantined() {
    for n in [0, 1, 2, 157] {
        let raw = dirty(3, n);
        for plan in plans() {
            let parts = run(&plan, raw.clone().lazy());
            assert_adds_up(plan.name, &raw, &parts);
        }
    }
}

#[test]
fn the_report_of_all_rows_is_that_of_the_parts_merged() {
    let (train, raw) = (dirty(1, 120), dirty(5, 150));
    let parts = [raw.slice(0, 70), raw.slice(70, 1), raw.slice(71, 0), raw.slice(71, 79)];
    let mut n_learning = 0;
    for plan in plans().iter().filter(|plan| !plan.compares_rows()) {
        let fitted = plan.params.clone().fit(input(train.clone().lazy())).unwrap();
        n_learning += usize::from(plan.params.rules().iter().any(Rule::learns));
        let (clean, taken, whole) = applied(&fitted, raw.clone().lazy());
        let of_parts: Vec<Parts> = parts.iter().map(|part| applied(&fitted, part.clone().lazy())).collect();
        let merged = of_parts.iter().map(|part| part.2.clone()).reduce(|all, part| all.merge(&part).unwrap());
        assert_eq!(merged, Some(whole), "{}", plan.name);
        let rows = |frame: fn(&Parts) -> &DataFrame| of_parts.iter().flat_map(|part| by_row(frame(part))).collect();
        assert_eq!(by_row(&clean), rows(|part| &part.0), "{}", plan.name);
        assert_eq!(by_row(&taken), rows(|part| &part.1), "{}", plan.name);
    }
    assert!(n_learning > 20);
}

#[test]
fn reports_of_other_rules_are_not_merged() {
    let raw = dirty(5, 20);
    let of = |name: &str| {
        let plan = plans().into_iter().find(|plan| plan.name == name).unwrap();
        run(&plan, raw.clone().lazy()).2
    };
    let refused = of("text").merge(&of("contact")).unwrap_err().to_string();
    assert!(refused.starts_with("cleaning: reports of 1 and 1 rule(s) are not of the same rules"), "{refused}");
}

/// The other half of the test rows changes; the numbers stay apart, so that no row is one of another half.
#[test]
fn what_was_fitted_never_sees_the_test_rows() {
    let (train, same) = (dirty(1, 120), numbered(2, 1_000, 60));
    let others = [numbered(3, 2_000, 60), numbered(4, 3_000, 90), numbered(4, 3_000, 0)];
    for plan in plans() {
        let fitted = plan.params.clone().fit(input(train.clone().lazy())).unwrap();
        let saved = serde_json::to_string(&fitted).unwrap();
        let mut seen = BTreeSet::new();
        for other in &others {
            let test = same.vstack(other).unwrap();
            let cleaned = fitted.run(input(test.lazy())).unwrap();
            assert_eq!(serde_json::to_string(cleaned.fitted()).unwrap(), saved, "{}", plan.name);
            let (clean, taken, _) = cleaned.into_parts();
            let of_same = |frame| by_row(frame).into_iter().filter(|&(row, _)| row < 2_000).collect::<BTreeMap<_, _>>();
            if !plan.compares_rows() {
                seen.insert((of_same(&clean), of_same(&taken)));
            }
        }
        assert!(seen.len() <= 1, "{}: rows depend on other rows of the test", plan.name);
    }
}

#[test]
fn applied_to_its_own_result_a_cleaning_changes_nothing_more() {
    let raw = dirty(6, 200);
    for plan in plans().iter().filter(|plan| plan.settled) {
        let cleaned = planned(plan, raw.clone().lazy()).collect().unwrap();
        let fitted = cleaned.fitted().clone();
        let (clean, ..) = cleaned.into_parts();
        let (again, taken, report) = applied(&fitted, clean.clone().lazy());
        let n_changed: u64 = report.rules.iter().map(|rule| rule.n_cells_changed).sum();
        assert_eq!((n_changed, taken.height()), (0, 0), "{}: {report}", plan.name);
        assert_eq!(bits(&again), bits(&clean), "{}", plan.name);
    }
}

#[test]
fn no_order_of_rows_changes_a_plan_that_promises_it() {
    let raw = dirty(7, 150);
    let order: Vec<IdxSize> = shuffled(9, &(0..150).collect::<Vec<IdxSize>>());
    let mixed = raw.take(&IdxCa::from_vec("".into(), order)).unwrap();
    let mut n_free = 0;
    for plan in plans().iter().filter(|plan| plan.order_free) {
        let straight = planned(plan, raw.clone().lazy()).collect().unwrap();
        let other = planned(plan, mixed.clone().lazy()).collect().unwrap();
        assert_eq!(straight.fitted(), other.fitted(), "{}", plan.name);
        assert_eq!(straight.report(), other.report(), "{}", plan.name);
        assert_eq!(partners(&raw, straight.quarantine()), partners(&mixed, other.quarantine()), "{}", plan.name);
        assert_eq!(by_row(straight.quarantine()), by_row(other.quarantine()), "{}", plan.name);
        let (clean, other) = (straight.into_parts().0, other.into_parts().0);
        assert_eq!(by_row(&clean), by_row(&other), "{}", plan.name);
        let left = |frame: &DataFrame| frame.column(ROW).unwrap().i64().unwrap().to_vec();
        let source: Vec<Option<i64>> = left(&mixed).into_iter().filter(|row| left(&clean).contains(row)).collect();
        assert_eq!(left(&other), source, "{}: rows left are in source order", plan.name);
        n_free += 1;
    }
    assert!(n_free > 50, "{n_free}");
}

#[track_caller]
fn assert_same(name: &str, got: &Parts, expected: &Parts) {
    assert_eq!(got.2, expected.2, "{name}");
    assert_eq!(bits(&got.0), bits(&expected.0), "{name}");
    assert_eq!(bits(&got.1), bits(&expected.1), "{name}");
}

#[test]
fn chunks_and_files_give_what_memory_gives() {
    let raw = dirty(8, 130);
    let pieces = [1, 1, 0, 60, 30, 38];
    let mut start = 0;
    let mut in_chunks = raw.clear();
    for n in pieces {
        in_chunks.vstack_mut(&raw.slice(start, n)).unwrap();
        start += n as i64;
    }
    assert_eq!(bits(&in_chunks), bits(&raw));
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| PlRefPath::new(folder.path().join(name).to_str().unwrap());
    let open = |name: &str| std::fs::File::create(path(name).as_str()).unwrap();
    ParquetWriter::new(open("rows.parquet")).with_row_group_size(Some(31)).finish(&mut in_chunks.clone()).unwrap();
    CsvWriter::new(open("rows.csv")).finish(&mut raw.clone()).unwrap();
    let parquet = LazyFrame::scan_parquet(path("rows.parquet"), ScanArgsParquet::default()).unwrap();
    let csv = LazyCsvReader::new(path("rows.csv")).with_schema(Some(Arc::clone(raw.schema()))).finish().unwrap();
    for plan in plans() {
        let expected = run(&plan, raw.clone().lazy());
        for (kind, frame) in [("chunks", in_chunks.clone().lazy()), ("parquet", parquet.clone()), ("csv", csv.clone())]
        {
            assert_same(&format!("{}, {kind}", plan.name), &run(&plan, frame), &expected);
        }
    }
}

/// A file read back with the types that were written.
fn read(path: &str, schema: &SchemaRef) -> DataFrame {
    if path.ends_with(".csv") {
        let reader = LazyCsvReader::new(PlRefPath::new(path)).with_schema(Some(Arc::clone(schema)));
        return collected(reader.finish().unwrap());
    }
    collected(LazyFrame::scan_parquet(PlRefPath::new(path), ScanArgsParquet::default()).unwrap())
}

#[test]
fn every_way_to_run_a_plan_gives_the_same() {
    let raw = dirty(9, 90);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for plan in plans() {
        let name = plan.name;
        let planned = planned(&plan, raw.clone().lazy());
        let expected = planned.collect().unwrap().into_parts();
        let lazily = (collected(planned.clean()), collected(planned.quarantine()), planned.report().unwrap());
        assert_same(name, &lazily, &expected);
        assert_same(name, &planned.collect().unwrap().into_parts(), &expected);
        for ending in ["parquet", "csv"] {
            let (left, taken) = (path(&format!("left.{ending}")), path(&format!("taken.{ending}")));
            let report = planned.write(&left, Some(&taken)).unwrap();
            let written = (read(&left, expected.0.schema()), read(&taken, expected.1.schema()), report);
            assert_same(&format!("{name}, {ending}"), &written, &expected);
        }
    }
}

#[test]
fn a_saved_cleaning_gives_the_same_digits() {
    let (train, test) = (dirty(10, 110), dirty(11, 70));
    for plan in plans() {
        let fitted = plan.params.clone().fit(input(train.clone().lazy())).unwrap();
        let saved = serde_json::to_string(&fitted).unwrap();
        let again: FittedCleaning =
            serde_json::from_str(&saved).unwrap_or_else(|error| panic!("{}: {error}", plan.name));
        assert_eq!(again, fitted, "{}", plan.name);
        assert_eq!(serde_json::to_string(&again).unwrap(), saved, "{}", plan.name);
        assert_same(plan.name, &applied(&again, test.clone().lazy()), &applied(&fitted, test.clone().lazy()));
        let job = serde_json::to_string(&plan.params).unwrap();
        assert_eq!(serde_json::from_str::<CleaningParams>(&job).unwrap(), plan.params, "{}", plan.name);
        let job = toml::to_string(&plan.params).unwrap();
        assert_eq!(toml::from_str::<CleaningParams>(&job).unwrap(), plan.params, "{}", plan.name);
    }
}

#[test]
fn a_damaged_or_foreign_file_is_no_cleaning() {
    let plan = plans().into_iter().find(|plan| plan.name == "everything").unwrap();
    let fitted = plan.params.fit(input(dirty(10, 110).lazy())).unwrap();
    let saved = serde_json::to_value(&fitted).unwrap();
    let refused = |value: &serde_json::Value| {
        let text = serde_json::to_string(value).unwrap();
        serde_json::from_str::<FittedCleaning>(&text).unwrap_err().to_string()
    };
    let mut other = saved.clone();
    other["format"] = 2.into();
    assert!(
        refused(&other).contains("saved in format 2, but this version reads format 1; fit it again"),
        "{}",
        refused(&other)
    );
    let mut other = saved.clone();
    other["learned"].as_array_mut().unwrap().pop();
    assert!(refused(&other).contains("21 learned entries for 22 rule(s); fit it again"), "{}", refused(&other));
    let mut other = saved.clone();
    other["learned"].as_array_mut().unwrap().reverse();
    assert!(refused(&other).contains("and what it learned do not fit; fit it again"), "{}", refused(&other));
    for key in ["format", "cleaning", "learned"] {
        let mut other = saved.clone();
        other.as_object_mut().unwrap().remove(key);
        assert!(refused(&other).contains(&format!("missing field `{key}`")), "{}", refused(&other));
    }
    let mut other = saved.clone();
    other["fitted_by"] = "somebody".into();
    assert!(refused(&other).contains("unknown field `fitted_by`"), "{}", refused(&other));
    let text = serde_json::to_string(&saved).unwrap();
    let whole_characters = (0..text.len()).step_by(97).filter(|&at| text.is_char_boundary(at));
    for at in whole_characters {
        assert!(serde_json::from_str::<FittedCleaning>(&text[..at]).is_err(), "cut at {at}");
    }
}

/// Every place of the saved form is spoilt in turn: refused when read, refused when used, or
/// used without a panic and with rows that add up.
#[test]
fn spoilt_facts_are_refused_or_harmless() {
    let (train, test) = (dirty(10, 60), dirty(11, 30));
    for plan in plans().iter().filter(|plan| plan.params.rules().iter().any(Rule::learns)) {
        let fitted = plan.params.clone().fit(input(train.clone().lazy())).unwrap();
        let saved = serde_json::to_value(&fitted).unwrap();
        for place in facts_of(&saved["learned"]) {
            for spoilt in [serde_json::json!({"text": "x"}), serde_json::json!({"undefined": "lost"})] {
                let mut saved = saved.clone();
                *saved["learned"].pointer_mut(&place).unwrap() = spoilt;
                let Ok(fitted) = serde_json::from_value::<FittedCleaning>(saved) else { continue };
                let Ok(cleaned) = fitted.run(input(test.clone().lazy())) else { continue };
                assert_adds_up(plan.name, &test, &cleaned.into_parts());
            }
        }
    }
}

/// Where the facts of the first group of each column lie.
fn facts_of(learned: &serde_json::Value) -> Vec<String> {
    let mut places = vec![];
    for (rule, learned) in learned.as_array().unwrap().iter().enumerate() {
        for (column, learned) in learned["columns"].as_array().into_iter().flatten().enumerate() {
            let facts = learned["groups"][0]["facts"].as_object();
            places.extend(
                facts.into_iter().flatten().map(|(name, _)| format!("/{rule}/columns/{column}/groups/0/facts/{name}")),
            );
        }
    }
    places
}

#[test]
fn frames_that_are_joined_sorted_or_grouped_are_cleaned_as_if_collected() {
    let raw = dirty(12, 140);
    let names = df!("城市" => ["上海", "北京"], "邮编" => ["200000", "100000"]).unwrap();
    let joined = raw.clone().lazy().join(
        names.lazy(),
        [col("城市")],
        [col("城市")],
        JoinArgs { maintain_order: MaintainOrderJoin::Left, ..JoinArgs::new(JoinType::Left) },
    );
    let sorted = raw.clone().lazy().sort(["消费", ROW], SortMultipleOptions::default());
    let rest = [all().exclude_cols([ROW, "城市"]).as_expr().first(), col("城市").first()];
    let grouped = raw
        .clone()
        .lazy()
        .group_by_stable([(col(ROW) / lit(2)).alias("half")])
        .agg([col(ROW).first()].into_iter().chain(rest).collect::<Vec<_>>());
    let grouped = grouped.select([all().exclude_cols(["half"]).as_expr()]);
    for frame in [joined, sorted, grouped] {
        let held = collected(frame.clone());
        for plan in plans() {
            let parts = run(&plan, frame.clone());
            assert_adds_up(plan.name, &held, &parts);
            assert_same(plan.name, &parts, &run(&plan, held.clone().lazy()));
        }
    }
}

/// A result that is joined to itself, filtered and cleaned again stays consistent.
#[test]
fn a_lazy_result_can_be_cleaned_again() {
    let raw = dirty(13, 100);
    let all = plans();
    let first = all.iter().find(|plan| plan.name == "read strictly").unwrap();
    let left = planned(first, raw.lazy()).clean().filter(col("消费").is_not_null());
    let held = collected(left.clone());
    for plan in all.iter().filter(|plan| !["read", "read strictly", "everything"].contains(&plan.name)) {
        if plan.name == "transactions" {
            continue;
        }
        assert_same(plan.name, &run(plan, left.clone()), &run(plan, held.clone().lazy()));
    }
}

/// Single rules out of all plans, to be put together at random.
fn pool() -> Vec<Rule> {
    plans().iter().flat_map(|plan| plan.params.rules().to_vec()).collect()
}

proptest! {
    #![proptest_config(settings())]

    /// Rules in any order and number either say why they do not go together or add up.
    #[test]
    fn any_rules_in_any_order_add_up_or_are_refused(
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
        seed in 0_u64..1_000,
        n in prop::sample::select(vec![0_usize, 1, 5, 40]),
    ) {
        let pool = pool();
        let rules = picks.iter().map(|pick| pick.get(&pool).clone());
        let params = rules.fold(CleaningParams::new().roles(&roles()), CleaningParams::rule);
        let raw = dirty(seed, n);
        let shown = format!("{params:?}");
        let plan = Plan { name: "any", params, order_free: false, settled: false };
        match plan.params.clone().run(input(raw.clone().lazy())) {
            Ok(cleaned) => {
                let fitted = cleaned.fitted().clone();
                let parts = cleaned.into_parts();
                assert_adds_up(&shown, &raw, &parts);
                assert_same(&shown, &applied(&fitted, raw.clone().lazy()), &parts);
                assert_same(&shown, &run(&plan, raw.lazy()), &parts);
            }
            Err(Error::Schema { problems, .. }) => {
                for problem in problems {
                    prop_assert!(problem.contains('`'), "names what it is about: {problem}");
                }
            }
            Err(Error::Unusable { reason, .. }) => prop_assert!(reason.contains("rate"), "{reason} {shown}"),
            Err(other) => prop_assert!(false, "{other} {shown}"),
        }
    }
}
