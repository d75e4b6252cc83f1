//! Real data against answers computed in exact and 60-digit arithmetic.
//!
//! The data and the answers lie beside the checkout, in `../shared`. Where they are absent
//! the tests say so and pass; a continuous build (with `CI` set) must have them.
//!
//! Tolerances: integers exact; amounts and means `CLOSED`, 1e-12 relative.

use std::path::{Path, PathBuf};

use customer_analytics::activity::{ActivityTable, BtydSummary};
use customer_analytics::cleaning::{ExactDuplicates, MissingCustomer, Prices, Refunds};
use customer_analytics::polars::prelude::{AnyValue, DataFrame};
use customer_analytics::prelude::*;
use customer_analytics::segmentation::{HighBy, RfmScores, TieRule, ValueGroups};
use serde_json::Value;

/// Relative tolerance of closed formulas.
const CLOSED: f64 = 1e-12;

/// A file of the shared folder, or `None` with a printed reason.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
    println!("skipped: {} is not there", path.display());
    None
}

pub(crate) fn reference(name: &str) -> Option<Value> {
    let text = std::fs::read_to_string(shared(&format!("reference/{name}"))?).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

fn date(text: &Value) -> NaiveDate {
    text.as_str().unwrap().parse().unwrap()
}

#[track_caller]
fn assert_close(got: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((got - expected).abs() <= CLOSED * expected.abs(), "{what}: got {got}, expected {expected}");
}

fn retail_columns() -> TransactionColumns {
    TransactionColumns::new("Customer ID", "InvoiceDate")
        .quantity_and_price("Quantity", "Price")
        .order("Invoice")
        .product("StockCode")
}

/// The rule the reference states: customer present, no cancellation, quantity and price above zero.
fn reference_rule() -> CleaningParams {
    CleaningParams::new()
        .rule(MissingCustomer::new())
        .rule(Refunds::drop().order_prefix("C").negative(true))
        .rule(Prices::new().zero(true).negative(true))
}

fn raw_retail(path: &Path) -> LazyFrame {
    customer_analytics::frame::scan(path.to_str().unwrap(), &retail_columns()).unwrap()
}

fn sum(values: impl Iterator<Item = f64>) -> f64 {
    // Values to thousandths below 2^53 thousandths: whole thousandths add exactly.
    values.map(|value| (value * 1e3).round()).sum::<f64>() / 1e3
}

fn column(frame: &DataFrame, name: &str) -> Vec<f64> {
    let column = frame.column(name).unwrap();
    let number = |value: AnyValue<'_>| value.extract::<f64>().unwrap();
    (0..frame.height()).map(|row| number(column.get(row).unwrap())).collect()
}

/// Checks one block of `rfm.json` under all three tie rules.
fn check_rfm(log: &TransactionLog, unit: PurchaseUnit, expected: &Value) -> Vec<(TieRule, RfmScores)> {
    let as_of = date(&expected["analysis_date"]);
    let rules = [
        (TieRule::QuantileCut, "scores_cut"),
        (TieRule::FirstById, "scores_rank_first"),
        (TieRule::AverageRank, "scores_rank_avg"),
    ];
    let mut all = Vec::new();
    for (rule, block) in rules {
        let scores = RfmParams::new(as_of).frequency(unit).ties(rule).run(log).unwrap();
        let expected_scores = &expected[block];
        assert_eq!(scores.n_scored as u64, expected["customers"].as_u64().unwrap());
        for (bins, name) in scores.bins.iter().zip(["R_counts", "F_counts", "M_counts"]) {
            let sizes: Vec<u64> = bins.sizes.iter().map(|&n| n as u64).collect();
            assert_eq!(serde_json::json!(sizes), expected_scores[name], "{block} {name}");
        }
        check_codes(&scores, expected_scores, block);
        check_groups(&scores, HighBy::ScoreAboveMean, &expected_scores["segments8_score_above_mean_score"]);
        check_groups(&scores, HighBy::ValueBetterThanMean, &expected["segments8_raw_value_against_mean"]);
        for segment in &scores.segments {
            let n = expected_scores["segments10"][&segment.segment].as_u64().unwrap_or(0);
            assert_eq!(segment.n_customers as u64, n, "{block} {}", segment.segment);
        }
        all.push((rule, scores));
    }
    check_measures(&all[0].1, expected);
    all
}

fn check_codes(scores: &RfmScores, expected: &Value, block: &str) {
    let codes: Vec<u64> = scores.codes().flatten().collect();
    let count = |code| codes.iter().filter(|&&c| c == code).count() as u64;
    let mut distinct = codes.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let digits: u64 = codes.iter().map(|code| code / 100 + code / 10 % 10 + code % 10).sum();
    let got = serde_json::json!({
        "distinct_cells": distinct.len(), "n_555": count(555), "n_111": count(111), "sum_of_R_plus_F_plus_M": digits
    });
    for (name, value) in got.as_object().unwrap() {
        assert_eq!(value, &expected[name], "{block} {name}");
    }
}

fn check_groups(scores: &RfmScores, high_by: HighBy, expected: &Value) {
    for (name, n) in ValueGroups::of(scores, high_by).unwrap().sizes {
        assert_eq!(n as u64, expected[&name].as_u64().unwrap_or(0), "{high_by:?} {name}");
    }
}

fn check_measures(scores: &RfmScores, expected: &Value) {
    let frame = scores.to_dataframe();
    for (name, column_name) in [("recency_days", "recency_days"), ("frequency", "frequency"), ("monetary", "monetary")]
    {
        let mut values = column(&frame, column_name);
        let n = values.len();
        assert_close(sum(values.iter().copied()), &expected[name]["sum"], name);
        assert_close(sum(values.iter().copied()) / n as f64, &expected[name]["mean"], name);
        values.sort_by(f64::total_cmp);
        assert_close(values[0], &expected[name]["min"], name);
        assert_close(values[n - 1], &expected[name]["max"], name);
        assert_close((values[(n - 1) / 2] + values[n / 2]) / 2.0, &expected[name]["median"], name);
    }
    for (bins, name) in scores.bins.iter().zip(["recency", "frequency", "monetary"]) {
        let mut edges: Vec<f64> =
            expected["cut_edges"][name].as_array().unwrap().iter().map(|e| e.as_f64().unwrap()).collect();
        edges.dedup();
        let cuts = bins.cuts.clone().unwrap();
        assert_eq!(cuts.len(), edges.len(), "{name}");
        for (cut, edge) in cuts.iter().zip(edges) {
            assert!((cut - edge).abs() <= CLOSED * edge.abs(), "{name}: cut {cut}, expected {edge}");
        }
    }
}

/// Checks scores customer by customer against a reference table.
fn check_table(all: &[(TieRule, RfmScores)], path: &Path) -> DataFrame {
    let table = read_csv(path);
    for (rule, scores) in all {
        let name = match rule {
            TieRule::QuantileCut => "cut",
            TieRule::FirstById => "rank_first",
            _ => "rank_avg",
        };
        let expected = column(&table, name);
        let got: Vec<f64> = scores.codes().map(|code| code.unwrap() as f64).collect();
        assert_eq!(got, expected, "{name}");
    }
    let frame = all[0].1.to_dataframe();
    assert_eq!(column(&frame, "recency_days"), column(&table, "recency_days"));
    for (got, expected) in column(&frame, "monetary").iter().zip(column(&table, "monetary")) {
        assert!((got - expected).abs() <= CLOSED * expected.abs(), "monetary {got}, expected {expected}");
    }
    table
}

#[allow(clippy::disallowed_methods, reason = "a small table of expected values")]
fn read_csv(path: &Path) -> DataFrame {
    use customer_analytics::polars::prelude::{LazyCsvReader, LazyFileListReader, PlRefPath};
    LazyCsvReader::new(PlRefPath::new(path.to_str().unwrap())).finish().unwrap().collect().unwrap()
}

#[test]
fn online_retail_customers_score_as_in_the_reference() {
    let (Some(data), Some(rfm)) = (shared("data/online_retail_ii.parquet"), reference("rfm.json")) else { return };
    let cleaned = reference_rule().roles(&retail_columns()).run(raw_retail(&data)).unwrap();
    let log = TransactionLog::new(cleaned.frame(), &retail_columns()).unwrap();
    let all = check_rfm(&log, PurchaseUnit::Order, &rfm["online_retail"]);
    let table = check_table(&all, &shared("reference/rfm_online_retail.csv").unwrap());
    assert_eq!(column(&all[0].1.to_dataframe(), "frequency"), column(&table, "frequency_orders"));

    let as_of = date(&rfm["online_retail"]["analysis_date"]);
    let activity = ActivityParams::new(as_of).count_periods(Period::Day).run(&log).unwrap();
    assert_eq!(column(&activity.to_dataframe(), "n_periods"), column(&table, "purchase_days"));
    assert_eq!(column(&activity.to_dataframe(), "tenure_days"), column(&table, "first_to_analysis_days"));
}

#[test]
fn online_retail_without_duplicates_scores_as_in_the_reference() {
    let (Some(data), Some(rfm)) = (shared("data/online_retail_ii.parquet"), reference("rfm.json")) else { return };
    let cleaned =
        reference_rule().rule(ExactDuplicates::new()).roles(&retail_columns()).run(raw_retail(&data)).unwrap();
    let log = TransactionLog::new(cleaned.frame(), &retail_columns()).unwrap();
    check_rfm(&log, PurchaseUnit::Order, &rfm["online_retail_de_duplicated"]);
}

#[test]
fn the_dirt_of_online_retail_is_found_and_counted() {
    let (Some(data), Some(reference)) = (shared("data/online_retail_ii.parquet"), reference("cleaning.json")) else {
        return;
    };
    let expected = &reference["online_retail_ii"];
    let columns = retail_columns();
    let taken = |params: CleaningParams| {
        let cleaned = params.roles(&columns).run(raw_retail(&data)).unwrap();
        let report = cleaned.report();
        assert_eq!(report.n_rows_in, expected["rows"].as_u64().unwrap());
        assert_eq!(report.n_rows_in, report.n_rows_out + report.n_rows_quarantined);
        assert_eq!(cleaned.quarantine().height() as u64, report.n_rows_quarantined);
        report.n_rows_quarantined
    };
    let one = |rule: Rule| taken(CleaningParams::new().rule(rule));
    let counted = |name: &str| expected[name].as_u64().unwrap();
    assert_eq!(one(ExactDuplicates::new().into()), counted("full_duplicates_beyond_the_first"));
    assert_eq!(one(MissingCustomer::new().into()), counted("null_customer"));
    assert_eq!(one(Refunds::drop().order_prefix("C").negative(false).into()), counted("invoice_starts_with_C"));
    assert_eq!(one(Prices::new().zero(true).negative(false).into()), counted("price_eq_0"));
    assert_eq!(one(Prices::new().zero(false).negative(true).into()), counted("price_lt_0"));
    // Every C line but one is negative; so negatives and C lines together are:
    let negative_or_c = counted("quantity_lt_0_and_not_C") + counted("invoice_starts_with_C");
    assert_eq!(one(Refunds::drop().order_prefix("C").negative(true).into()), negative_or_c + counted("price_lt_0"));
}

#[test]
fn the_clean_rows_of_online_retail_are_those_of_the_reference() {
    let (Some(data), Some(reference)) = (shared("data/online_retail_ii.parquet"), reference("cleaning.json")) else {
        return;
    };
    let clean = &reference["online_retail_ii"]["clean"];
    let columns = retail_columns();
    let activity = |params: CleaningParams| -> (u64, ActivityTable) {
        let cleaned = params.roles(&columns).run(raw_retail(&data)).unwrap();
        let log = TransactionLog::new(cleaned.frame(), &columns).unwrap();
        let as_of = NaiveDate::from_ymd_opt(2011, 12, 10).unwrap();
        (cleaned.report().n_rows_out, ActivityParams::new(as_of).count_orders().run(&log).unwrap())
    };
    let (rows, with_duplicates) = activity(reference_rule());
    assert_eq!(rows, clean["rows"].as_u64().unwrap());
    assert_eq!(with_duplicates.n_customers() as u64, clean["customers"].as_u64().unwrap());
    let orders: u64 = with_duplicates.n_orders().unwrap().iter().map(|&n| u64::from(n)).sum();
    assert_eq!(orders, clean["invoices"].as_u64().unwrap());
    assert_close(sum(with_duplicates.net_value().iter().copied()), &clean["total_amount_exact_decimal"], "total");

    let (rows, without) = activity(reference_rule().rule(ExactDuplicates::new()));
    assert_eq!(rows, clean["rows_after_full_de_duplication"].as_u64().unwrap());
    assert_close(sum(without.net_value().iter().copied()), &clean["total_amount_after_de_duplication"], "total");
}

fn cdnow(name: &str) -> Option<TransactionLog> {
    let path = shared(&format!("data/{name}"))?;
    let columns = TransactionColumns::new("customer_id", "date").amount("amount");
    Some(TransactionLog::scan(path.to_str().unwrap(), &columns).unwrap())
}

#[test]
fn cdnow_customers_score_as_in_the_reference() {
    let (Some(log), Some(rfm)) = (cdnow("cdnow_transactions.csv"), reference("rfm.json")) else { return };
    check_rfm(&log, PurchaseUnit::Day, &rfm["cdnow_master"]);
}

#[test]
fn cdnow_sample_customers_score_as_in_the_reference() {
    let (Some(log), Some(rfm)) = (cdnow("cdnow_sample_transactions.csv"), reference("rfm.json")) else { return };
    let all = check_rfm(&log, PurchaseUnit::Day, &rfm["cdnow_sample"]);
    let table = check_table(&all, &shared("reference/rfm_cdnow_sample.csv").unwrap());
    assert_eq!(column(&all[0].1.to_dataframe(), "frequency"), column(&table, "frequency_days"));

    let expected = &rfm["cdnow_sample_btyd"];
    let btyd = btyd(&log, date(&expected["observation_end"]));
    check_btyd(&btyd, expected);
    let frame = btyd.to_dataframe();
    for (ours, theirs) in [("x", "btyd_x"), ("t_x", "btyd_t_x_days"), ("t_observed", "btyd_T_days")] {
        assert_eq!(column(&frame, ours), column(&table, theirs), "{ours}");
    }
    for (got, expected) in btyd.mean_repeat_value.iter().zip(column(&table, "btyd_monetary_value")) {
        // The reference writes 0 where there is no repeat purchase and so no mean.
        assert!((got.unwrap_or(0.0) - expected).abs() <= CLOSED * expected, "{got:?}, expected {expected}");
    }
}

fn btyd(log: &TransactionLog, observation_end: NaiveDate) -> BtydSummary {
    ActivityParams::new(observation_end).count_periods(Period::Day).run(log).unwrap().btyd().unwrap()
}

fn check_btyd(btyd: &BtydSummary, expected: &Value) {
    let total = |values: &[u32]| values.iter().map(|&value| u64::from(value)).sum::<u64>();
    let got = serde_json::json!({
        "customers": btyd.x.len(), "sum_x": total(&btyd.x), "sum_t_x": total(&btyd.t_x), "sum_T": total(&btyd.t_observed),
        "n_x_0": btyd.x.iter().filter(|&&x| x == 0).count()
    });
    for (name, value) in got.as_object().unwrap() {
        assert_eq!(value, &expected[name], "{name}");
    }
}

#[test]
fn online_retail_repeat_purchases_are_those_of_the_reference() {
    let (Some(data), Some(rfm)) = (shared("data/online_retail_ii.parquet"), reference("rfm.json")) else { return };
    let expected = &rfm["online_retail_btyd"];
    let cleaned = reference_rule().roles(&retail_columns()).run(raw_retail(&data)).unwrap();
    let log = TransactionLog::new(cleaned.frame(), &retail_columns()).unwrap();
    let btyd = btyd(&log, date(&expected["observation_end"]));
    check_btyd(&btyd, expected);
    let repeats: Vec<f64> = btyd.mean_repeat_value.iter().flatten().copied().collect();
    assert_close(repeats.iter().sum::<f64>() / repeats.len() as f64, &expected["mean_monetary_of_repeaters"], "mean");
    for (row, first) in expected["first_5"].as_array().unwrap().iter().enumerate() {
        assert_eq!(u64::from(btyd.x[row]), first["x"].as_u64().unwrap());
        assert_eq!(u64::from(btyd.t_x[row]), first["t_x"].as_u64().unwrap());
        assert_eq!(u64::from(btyd.t_observed[row]), first["T"].as_u64().unwrap());
        assert_close(btyd.mean_repeat_value[row].unwrap_or(0.0), &first["monetary_value"], "mean repeat value");
    }
}

#[test]
fn cdnow_same_day_repeats_are_kept_and_counted_once_a_day() {
    let (Some(log), Some(reference)) = (cdnow("cdnow_transactions.csv"), reference("cleaning.json")) else { return };
    let expected = &reference["cdnow"];
    let as_of = NaiveDate::from_ymd_opt(1998, 6, 30).unwrap();
    let activity = ActivityParams::new(as_of).count_periods(Period::Day).run(&log).unwrap();
    let lines: u64 = activity.n_purchases().iter().map(|&n| u64::from(n)).sum();
    let days: u64 = activity.n_periods().unwrap().iter().map(|&n| u64::from(n)).sum();
    assert_eq!(lines, expected["rows"].as_u64().unwrap());
    assert_eq!(lines - days, expected["same_customer_same_day_beyond_the_first"].as_u64().unwrap());
    assert_eq!(activity.n_customers() as u64, expected["customers"].as_u64().unwrap());
    let once = activity.n_periods().unwrap().iter().filter(|&&n| n == 1).count() as u64;
    assert_eq!(once, expected["customers_with_one_purchase_day"].as_u64().unwrap());
    assert_close(sum(activity.net_value().iter().copied()), &expected["total_amount_exact_decimal"], "total");
}
