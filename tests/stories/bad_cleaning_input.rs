//! Bad frames, settings and tables for the cleaning: a refusal that names the rule, the column
//! and the remedy and never a cell, or a counted exclusion.

use std::fmt::Debug;

use customer_analytics::cleaning::{
    Bins, Check, Checks, CleaningInput, ColumnNames, Contact, ConvertCurrency, ExactDuplicates, Fill, FittedCleaning,
    Keep, KeyDuplicates, LaterRows, Mapping, MissingCustomer, NearDuplicates, NonProducts, OutlierAction,
    OutlierBounds, Outliers, Prices, RareLevels, ReadDates, ReadFlags, ReadNumbers, Refunds, Rule, Scale, ScaleBy,
    Text, Unreadable,
};
use customer_analytics::frame::column;
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;

use crate::data::day;
use crate::dirty::{dirty, input, plans, roles};

/// What no message and no debug output may show.
const SECRET: &str = "geheim机密";

fn one(rule: impl Into<Rule>) -> CleaningParams {
    CleaningParams::new().rule(rule)
}

/// The error of a call that must fail: one lower-case line with all the parts and no cell.
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

/// One rule of each kind, over a column that is not there.
fn rules_of(name: &str) -> Vec<Rule> {
    let rates = |amount: &str, unit: &str, day: &str| Rule::from(ConvertCurrency::new(amount, unit, day, "EUR"));
    vec![
        Text::new().columns([name]).into(),
        ColumnNames::new().rename(name, "x").into(),
        Contact::new().email(name).into(),
        Contact::new().phone_by_country(name, "序").into(),
        ReadDates::new([name]).formats(["%F"]).into(),
        ReadFlags::new([name]).into(),
        ReadNumbers::new([name]).into(),
        ExactDuplicates::new().columns([name]).into(),
        KeyDuplicates::new([name]).into(),
        KeyDuplicates::new(["序"]).keep(Keep::LargestOf(name.to_owned())).into(),
        NearDuplicates::new([name]).into(),
        Fill::new([name]).into(),
        Fill::new(["消费"]).by([name]).into(),
        Fill::new(["消费"]).forward([name], "序").into(),
        Fill::new(["消费"]).forward(["序"], name).into(),
        Checks::new().not_null([name]).into(),
        Checks::new().unique(["序", name]).into(),
        Checks::new().check("c", column(name).gt(0)).into(),
        Checks::new().in_table(name, "regions", "city").into(),
        Checks::new().in_table("城市", "regions", name).into(),
        Bins::new(name, [1.0]).into(),
        rates(name, "币种", "日期"),
        rates("消费", name, "日期"),
        rates("消费", "币种", name),
        Mapping::new(name, [("a", "b")]).into(),
        Mapping::from_table("城市", "regions", name, "region").into(),
        Outliers::new([name], OutlierBounds::Tukey { k: 1.5 }).into(),
        Outliers::new(["消费"], OutlierBounds::Tukey { k: 1.5 }).by([name]).into(),
        RareLevels::new([name]).min_count(2).into(),
        Scale::new([name], ScaleBy::Z).into(),
    ]
}

#[test]
fn a_rule_that_names_a_column_that_is_not_there_says_so() {
    for rule in rules_of("缺失") {
        let about = format!("rule 1 `{}`", rule.name());
        let error = refused(one(rule).run(input(dirty(1, 5).lazy())), &[&about, "`缺失`"]);
        assert!(matches!(error, Error::Schema { .. }), "{error:?}");
    }
}

#[test]
fn a_fitted_cleaning_says_what_another_frame_lacks() {
    for plan in plans().iter().filter(|plan| !plan.params.rules().is_empty()) {
        let fitted = plan.params.clone().fit(input(dirty(1, 60).lazy())).unwrap();
        let other = df!("别的" => [SECRET]).unwrap();
        match fitted.run(input(other.lazy())) {
            Ok(_) => {
                let free = ["text", "copies"];
                assert!(free.contains(&plan.name), "{} needs no column", plan.name);
            }
            Err(error) => {
                refused::<()>(Err(error), &["cleaning", "`"]);
            }
        }
    }
}

#[test]
fn a_fitted_cleaning_is_not_applied_to_other_types() {
    let number = || df!("x" => [1.0, 2.0, 9.0], "y" => ["a", "a", "b"]).unwrap();
    let whole = || df!("x" => [1_i64, 2, 9], "y" => ["a", "a", "b"]).unwrap();
    let words = || df!("x" => [SECRET; 3], "y" => ["a", "a", "b"]).unwrap();
    let rules: [Rule; 5] = [
        Fill::new(["x"]).into(),
        Fill::new(["x"]).by(["y"]).into(),
        Outliers::new(["x"], OutlierBounds::Tukey { k: 1.5 }).into(),
        Scale::new(["x"], ScaleBy::Z).into(),
        Bins::quantiles("x", 3).into(),
    ];
    for rule in rules {
        let about = format!("rule 1 `{}`", rule.name());
        let fitted = one(rule).fit(number()).unwrap();
        refused(fitted.run(whole()), &[&about, "learned from column `x` as f64, but here it is i64; cast it, or fit"]);
        refused(fitted.run(words()), &[&about, "column `x`", "str"]);
        refused(fitted.run(df!("y" => ["a"]).unwrap()), &[&about, "`x`"]);
    }
}

#[test]
fn a_frame_without_rows_is_cleaned_and_one_without_columns_refused() {
    for plan in plans() {
        let nothing = plan.params.clone().run(input(DataFrame::empty().lazy()));
        refused(
            nothing,
            &["cleaning: 1 schema problem(s): there is no column to clean; give a table with at least one"],
        );
        let cleaned = plan.params.clone().run(input(dirty(1, 0).lazy())).unwrap();
        assert_eq!((cleaned.report().n_rows_in, cleaned.quarantine().height()), (0, 0), "{}", plan.name);
    }
}

#[test]
fn a_frame_of_nothing_but_null_teaches_nothing_and_says_so() {
    let raw = dirty(1, 6);
    let nothing = raw.columns().iter().map(|column| Column::full_null(column.name().clone(), 6, column.dtype()));
    let mut nothing = DataFrame::new(6, nothing.collect()).unwrap();
    nothing.with_column(Column::new("序".into(), [0_i64, 1, 2, 3, 4, 5])).unwrap();
    for plan in plans() {
        let cleaned = plan.params.clone().run(input(nothing.clone().lazy())).unwrap();
        let report = cleaned.report();
        assert_eq!(report.n_rows_in, report.n_rows_out + report.n_rows_quarantined, "{}", plan.name);
        let text = serde_json::to_string(cleaned.fitted()).unwrap();
        assert!(!text.contains("NaN"), "{}: {text}", plan.name);
        // And it is applied to rows that are there without a fault.
        let later = cleaned.fitted().run(input(raw.clone().lazy())).unwrap();
        assert_eq!(later.report().n_rows_in, 6);
    }
}

#[test]
fn columns_of_the_null_type_are_refused_by_name_or_cleaned() {
    let frame = || dirty(1, 2).lazy().with_column(lit(NULL).alias("x"));
    for rule in rules_of("x") {
        match one(rule.clone()).run(input(frame())) {
            Ok(cleaned) => assert_eq!(cleaned.report().n_rows_in, 2, "{rule:?}"),
            Err(error) => {
                refused::<()>(Err(error), &[&format!("rule 1 `{}`", rule.name())]);
            }
        }
    }
}

#[test]
fn settings_that_are_no_numbers_or_out_of_range_are_refused() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0] {
        let outliers = |bounds| one(Outliers::new(["x"], bounds)).check();
        refused(outliers(OutlierBounds::Tukey { k: bad }), &["outliers.bounds"]);
        refused(outliers(OutlierBounds::Mad { cut: bad }), &["outliers.bounds"]);
        refused(outliers(OutlierBounds::ZScore { cut: bad }), &["outliers.bounds"]);
        refused(outliers(OutlierBounds::Quantile { low: bad, high: 0.9 }), &["outliers.bounds"]);
        refused(outliers(OutlierBounds::Quantile { low: 0.9, high: bad }), &["outliers.bounds"]);
        refused(outliers(OutlierBounds::Winsorise { share_low: bad, share_high: 0.0 }), &["outliers.bounds"]);
        refused(one(RareLevels::new(["x"]).min_share(bad)).check(), &["rare_levels.min_share"]);
        refused(one(Checks::new().not_null(["x"]).fail_above(bad)).check(), &["fail_above"]);
        refused(one(Checks::new().with(Check::not_null("x").fail_above(bad))).check(), &["fail_above"]);
        if bad != -1.0 {
            refused(one(Fill::new(["x"]).number(bad)).check(), &["fill.with"]);
            refused(one(Bins::new("x", [0.0, bad])).check(), &["bins.cuts"]);
            refused(outliers(OutlierBounds::Fixed { low: Some(bad), high: None }), &["outliers.bounds.fixed"]);
        }
    }
    refused(one(Outliers::new(["x"], OutlierBounds::Fixed { low: None, high: None })).check(), &["at least one bound"]);
    refused(one(Outliers::new(["x"], OutlierBounds::Fixed { low: Some(2.0), high: Some(1.0) })).check(), &["fixed"]);
    refused(one(Bins::quantiles("x", 0)).check(), &["bins.quantiles"]);
    refused(one(Text::new().trim(false)).check(), &["text"]);
}

#[test]
fn rules_that_contradict_each_other_are_told_apart_by_number() {
    let words = || df!("x" => [SECRET, "1"], "城市" => ["a", "b"]).unwrap();
    let dates_of_numbers =
        CleaningParams::new().rule(ReadNumbers::new(["x"])).rule(ReadDates::new(["x"]).formats(["%F"]));
    refused(dates_of_numbers.run(words()), &["rule 2 `read_dates`", "`x`"]);
    let scaled_words = CleaningParams::new().rule(Text::new()).rule(Scale::new(["x"], ScaleBy::Z));
    refused(scaled_words.run(words()), &["rule 2 `scale` needs a whole number or a float, but column `x` is str"]);
    let class_of_class = CleaningParams::new().rule(ReadNumbers::new(["x"])).rule(Bins::new("x", [1.0]).to("城市"));
    refused(
        class_of_class.run(words()),
        &["rule 2 `bins` would add column `城市`, which is there already; rename one"],
    );
    let twice =
        CleaningParams::new().rule(ReadNumbers::new(["x"])).rule(Bins::new("x", [1.0])).rule(Bins::new("x", [2.0]));
    refused(twice.run(words()), &["rule 3 `bins` would add column `x_class`"]);
    let one_name = one(ColumnNames::new().rename("x", "城市"));
    refused(one_name.run(words()), &["城市"]);
    let other_names =
        CleaningParams::new().rule(ColumnNames::new().rename("x", "y")).rule(ColumnNames::new().rename("城市", "y"));
    refused(other_names.run(words()), &["`y`"]);
}

#[test]
fn a_rule_given_twice_does_nothing_the_second_time() {
    let raw = dirty(4, 80);
    for plan in plans().iter().filter(|plan| plan.settled) {
        let rules = plan.params.rules();
        let twice =
            rules.iter().chain(rules).cloned().fold(CleaningParams::new().roles(&roles()), CleaningParams::rule);
        let once = rules.iter().cloned().fold(CleaningParams::new().roles(&roles()), CleaningParams::rule);
        let (once, ..) = once.run(input(raw.clone().lazy())).unwrap().into_parts();
        let (clean, _, report) = twice.run(input(raw.clone().lazy())).unwrap().into_parts();
        assert_eq!(report.n_rows_in, 80);
        // Rules that learn learn again from what is left, and may find more.
        if !rules.iter().any(Rule::learns) {
            assert!(clean.equals_missing(&once), "{}: {report}", plan.name);
        }
    }
}

#[test]
fn rules_of_transactions_ask_for_roles() {
    let rules: [Rule; 5] = [
        MissingCustomer::new().into(),
        NonProducts::new().codes(["POST"]).into(),
        Prices::new().into(),
        LaterRows::after(day(1, 2)).into(),
        Refunds::drop().into(),
    ];
    for rule in rules {
        let about =
            format!("rule 1 `{}` needs the roles of transactions; name them with `CleaningParams::roles`", rule.name());
        refused(one(rule).run(dirty(1, 3)), &[&about]);
    }
    let columns = TransactionColumns::new("客户", "缺失").amount("消费");
    refused(one(MissingCustomer::new()).roles(&columns).run(dirty(1, 3)), &["role `time` names column `缺失`"]);
    let bare = TransactionColumns::new("客户", "时间").amount("消费").time_format("%F");
    refused(
        one(NonProducts::new().codes(["POST"])).roles(&bare).run(dirty(1, 3)),
        &["rule 1 `non_products`", "product"],
    );
}

#[test]
fn a_table_that_is_not_given_is_asked_for() {
    let frame = || {
        df!("城市" => [SECRET], "消费" => [1.0], "币种" => ["USD"])
            .unwrap()
            .lazy()
            .with_column(lit(day(1, 2)).alias("日期"))
    };
    let rules: [Rule; 3] = [
        Checks::new().in_table("城市", "regions", "city").into(),
        Mapping::from_table("城市", "regions", "city", "region").into(),
        ConvertCurrency::new("消费", "币种", "日期", "EUR").rates("regions", "a", "b", "c").into(),
    ];
    for rule in rules {
        let about = format!("rule 1 `{}`", rule.name());
        refused(one(rule.clone()).run(frame()), &[&about, "`regions`", "CleaningInput::table"]);
        let empty = CleaningInput::new(frame()).table("regions", DataFrame::empty().lazy());
        refused(one(rule).run(empty), &[&about, "`regions`"]);
    }
}

#[test]
fn tables_that_say_two_things_are_refused_without_their_cells() {
    let frame = || {
        df!("城市" => ["a"], "消费" => [1.0], "币种" => [SECRET])
            .unwrap()
            .lazy()
            .with_column(lit(day(1, 2)).alias("日期"))
    };
    let twice = df!("city" => [SECRET, SECRET], "region" => ["x", "y"]).unwrap();
    let mapping = one(Mapping::from_table("城市", "regions", "city", "region"));
    refused(mapping.run(CleaningInput::new(frame()).table("regions", twice.lazy())), &["rule 1 `mapping`", "regions"]);
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let rates =
            df!("currency" => [SECRET], "rate" => [rate]).unwrap().lazy().with_column(lit(day(1, 1)).alias("date"));
        let convert = one(ConvertCurrency::new("消费", "币种", "日期", "EUR"));
        refused(convert.run(CleaningInput::new(frame()).table("rates", rates)), &["convert_currency", "`rates`"]);
    }
}

#[test]
fn names_that_helpers_have_are_kept_or_refused() {
    let raw = df!(
        "cleaning:state" => [" a", "b"], "cleaning:text_1" => ["c ", "d"], "cleaning::" => [1_i64, 1], "is_in" => [2.0, f64::NAN],
        "0" => ["e", "f "], "level" => ["x", "y"], "n" => [0_i64, 1], "index" => [true, false],
    )
    .unwrap();
    let params = CleaningParams::new()
        .rule(Text::new())
        .rule(ExactDuplicates::new())
        .rule(Fill::new(["is_in"]).by(["level"]))
        .rule(RareLevels::new(["level", "0"]).min_count(2))
        .rule(Outliers::new(["is_in", "n"], OutlierBounds::Tukey { k: 1.5 }).then(OutlierAction::Clip).by(["0"]))
        .rule(KeyDuplicates::new(["cleaning::"]))
        .rule(NearDuplicates::new(["0", "n", "level"]));
    let (clean, taken, report) = params.run(raw.clone()).unwrap().into_parts();
    assert_eq!(clean.get_column_names(), raw.get_column_names());
    assert_eq!(clean.column("cleaning:state").unwrap().str().unwrap().get(0), Some("a"));
    assert_eq!(taken.column("cleaning:text_1").unwrap().str().unwrap().get(0), Some("d"));
    assert_eq!((report.rules[0].n_cells_changed, report.n_rows_out, taken.height()), (3, 1, 1));
    for name in ["source_row", "rule", "rule_number", "rule_reason", "partner_row"] {
        let frame = df!(name => [SECRET]).unwrap();
        let remedy = format!("column `{name}` has a name that the quarantine needs; rename it");
        refused(one(Text::new()).run(frame), &[&remedy]);
        let added = one(Mapping::new("x", [("a", "b")]).to(name)).run(df!("x" => ["a"]).unwrap()).unwrap();
        assert_eq!(added.into_parts().0.get_column_names(), ["x", name], "what is added is no name of the quarantine");
    }
}

#[test]
fn a_hundred_thousand_levels_and_keys_are_fine() {
    let n = 100_000_i64;
    let levels: Vec<String> = (0..n).map(|row| format!("级{row}")).collect();
    let raw = df!("level" => levels, "x" => (0..n).map(|row| row as f64).collect::<Vec<_>>(), "id" => (0..n).collect::<Vec<_>>());
    let params = CleaningParams::new()
        .rule(Text::new())
        .rule(ExactDuplicates::new())
        .rule(KeyDuplicates::new(["level"]))
        .rule(NearDuplicates::new(["level"]))
        .rule(Checks::new().unique(["level", "id"]))
        .rule(Fill::new(["x"]).by(["level"]))
        .rule(Outliers::new(["x"], OutlierBounds::Tukey { k: 1.5 }).then(OutlierAction::Quarantine))
        .rule(RareLevels::new(["level"]).min_count(2));
    let cleaned = params.run(raw.unwrap()).unwrap();
    let report = cleaned.report();
    assert_eq!((report.n_rows_out, report.n_rows_quarantined), (100_000, 0));
    assert_eq!(report.rules[7].n_cells("level", "rare"), 100_000);
}

#[test]
fn a_cell_of_a_megabyte_is_a_cell() {
    let long = format!(" {}{SECRET} ", "长".repeat(350_000));
    let raw = df!("x" => [long.as_str(), long.as_str(), "1"], "y" => ["1", "2", "3"]).unwrap();
    let params = CleaningParams::new()
        .rule(Text::new().nfkc(true))
        .rule(Contact::new().email("y"))
        .rule(KeyDuplicates::new(["x"]))
        .rule(Checks::new().check("short", column("x").matches(".{0,9}")))
        .rule(ReadNumbers::new(["x"]));
    let cleaned = params.run(raw.clone()).unwrap();
    let shown = format!("{} {:?}", cleaned.report(), cleaned.report());
    assert!(!shown.contains(SECRET) && shown.len() < 20_000, "{}", shown.len());
    assert_eq!((cleaned.report().n_rows_out, cleaned.quarantine().height()), (1, 2));
    for rule in [
        Rule::from(ReadNumbers::new(["x"])),
        ReadDates::new(["x"]).formats(["%F"]).into(),
        ReadFlags::new(["x"]).into(),
        Contact::new().email("x").phone("y", Some("CN")).into(),
        RareLevels::new(["x"]).min_count(3).into(),
        Mapping::new("x", [("1", "2")]).into(),
    ] {
        let report = one(rule).run(raw.clone()).unwrap().report().to_string();
        assert!(!report.contains(SECRET) && report.len() < 3_000, "{}", report.len());
    }
}

#[test]
fn no_debug_output_and_no_failure_shows_a_cell() {
    let raw = || df!("x" => [SECRET, "a"], "y" => [SECRET, SECRET]).unwrap();
    let params =
        || CleaningParams::new().rule(Text::new()).rule(ReadNumbers::new(["x"]).unreadable(Unreadable::Quarantine));
    let plan = params().check().unwrap().plan(raw()).unwrap();
    let cleaned = plan.collect().unwrap();
    let given = CleaningInput::new(raw().lazy()).table("t", raw().lazy());
    let shown = format!("{plan:?} {cleaned:?} {given:?} {} {:?}", cleaned.report(), cleaned.fitted());
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(!serde_json::to_string(cleaned.report()).unwrap().contains(SECRET));
    let strict = one(ReadNumbers::new(["x"]).unreadable(Unreadable::Fail));
    refused(strict.run(raw()), &["rule 1 `read_numbers`", "2 of 2 row(s)"]);
    let dated = raw().lazy().with_columns([lit(day(1, 1)).alias("day"), lit(1.0).alias("paid")]);
    let rates = df!("currency" => ["USD"], "rate" => [0.9]).unwrap().lazy().with_column(lit(day(1, 1)).alias("date"));
    let convert = one(ConvertCurrency::new("paid", "y", "day", "EUR"));
    let converted = convert.run(CleaningInput::new(dated).table("rates", rates));
    refused(converted, &["rule 1 `convert_currency`: 2 row(s) have no rate", "2 whose currency is no code"]);
    let limited = one(Checks::new().check("known", column("x").is_in(["a"])).fail_above(0.1));
    refused(limited.run(raw()), &["rule 1 `checks` failed 1 of 2 row(s)", "known: 1"]);
    let rare = one(RareLevels::new(["x"]).min_count(2)).fit(raw()).unwrap();
    let saved = serde_json::to_string(&rare).unwrap();
    assert!(!saved.contains(SECRET) && !format!("{rare:?}").contains(SECRET), "rare levels are not kept: {saved}");
}

#[test]
fn a_saved_cleaning_with_bad_settings_is_refused_when_it_is_read() {
    let fitted = one(Scale::new(["x"], ScaleBy::Z)).fit(df!("x" => [1.0, 2.0]).unwrap()).unwrap();
    let saved = serde_json::to_string(&fitted).unwrap();
    let spoilt = saved.replace("\"columns\":[\"x\"]", "\"columns\":[]");
    assert_ne!(spoilt, saved);
    let error = serde_json::from_str::<FittedCleaning>(&spoilt).unwrap_err().to_string();
    assert!(error.contains("scale.columns"), "{error}");
}
