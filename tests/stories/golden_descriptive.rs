//! Descriptions of real data against answers computed in exact arithmetic.
//!
//! Where the data are absent the tests say so and pass. Tolerance: counts exact, numbers 1e-12
//! relative; every statistic of every column of the file is compared.

use std::collections::BTreeSet;

use customer_analytics::cleaning::{ReadNumbers, Refunds};
use customer_analytics::descriptive::{ColumnDescription, DescribeParams, Description, NumericSummary};
use customer_analytics::frame::{CsvOptions, read_csv};
use customer_analytics::kernel::moments::{MomentType, Moments};
use customer_analytics::kernel::order::MAD_TO_SD;
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;
use customer_analytics::text::TextEncoding;
use serde_json::{Value, json};

use crate::golden::{reference, shared};

#[track_caller]
fn assert_close(got: Option<f64>, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap_or_else(|| panic!("{what}: {expected}"));
    let got = got.unwrap_or_else(|| panic!("{what} is undefined"));
    assert!((got - expected).abs() <= 1e-12 * expected.abs(), "{what}: got {got}, expected {expected}");
}

/// A table with no columns but these, as doubles; cells that are no numbers become null.
fn numbers(frame: LazyFrame, columns: &[&str]) -> LazyFrame {
    frame.select(columns.iter().map(|name| col(*name).cast(DataType::Float64)).collect::<Vec<_>>())
}

fn telco() -> Option<LazyFrame> {
    let path = shared("data/WA_Fn-UseC_-Telco-Customer-Churn.csv")?;
    let reader = LazyCsvReader::new(PlRefPath::new(path.to_str().unwrap()));
    Some(reader.with_infer_schema_length(Some(0)).finish().unwrap())
}

/// The values of a column that are there.
fn values(frame: &LazyFrame, column: &str) -> Vec<f64> {
    let frame = CleaningParams::new().run(frame.clone().select([col(column)])).unwrap().into_parts().0;
    frame.column(column).unwrap().f64().unwrap().iter().flatten().collect()
}

/// The fields of the reference, by what they are compared with here.
fn compare(what: &str, column: &ColumnDescription, population: &NumericSummary, values: &[f64], expected: &Value) {
    let one = column.numeric.as_ref().unwrap();
    let mut left: BTreeSet<String> = expected.as_object().unwrap().keys().cloned().collect();
    let mut take = |name: &str| {
        assert!(left.remove(name), "{what} has no {name}");
        (expected[name].clone(), format!("{what} {name}"))
    };
    let modes = one.modes.as_ref().unwrap();
    let fences = one.fences.as_ref().unwrap();
    let counts = [
        ("n", one.n),
        ("nulls", one.n_null),
        ("n_unique", one.n_distinct),
        ("zeros", one.n_zero),
        ("negatives", one.n_negative),
        ("mode_count", modes.count),
        ("n_modes", modes.n_modes),
    ];
    for (name, got) in counts {
        let (expected, what) = take(name);
        assert_eq!(json!(got), expected, "{what}");
    }
    assert_eq!((one.n_nan, one.n_infinite, one.n_rounded.unwrap_or(0)), (0, 0, 0), "{what}");
    let (expected_modes, what_modes) = take("mode");
    assert_eq!(json!(modes.values), expected_modes, "{what_modes}");
    let moments = Moments::of(values).unwrap();
    let numbers = [
        ("sum", one.sum),
        ("mean", one.mean),
        ("variance", one.variance),
        ("variance_pop", moments.population_variance().ok()),
        ("sd", one.sd),
        ("sd_pop", moments.population_sd().ok()),
        ("sem", one.std_error),
        ("cv", one.cv),
        ("skewness_g1_pop", population.skewness),
        ("kurtosis_excess_g2_pop", population.excess_kurtosis),
        ("skewness_G1_sample", one.skewness),
        ("kurtosis_excess_G2_sample", one.excess_kurtosis),
        ("min", one.min),
        ("max", one.max),
        ("range", one.range),
        ("median", one.median),
        ("iqr", one.iqr),
        ("mad_raw", one.mad),
        ("mad_scaled_1.4826", one.mad.map(|mad| mad * MAD_TO_SD)),
        ("mean_abs_dev_about_mean", one.mean_absolute_deviation),
    ];
    for (name, got) in numbers {
        let (expected, what) = take(name);
        assert_close(got, &expected, &what);
    }
    let (quantiles, what_quantiles) = take("quantiles_type7");
    assert_eq!(quantiles.as_object().unwrap().len(), one.quantiles.len());
    for quantile in &one.quantiles {
        let name = quantile.share.to_string();
        assert_close(quantile.value, &quantiles[&name], &format!("{what_quantiles} {name}"));
    }
    let (tukey, what_tukey) = take("tukey_fences_1.5iqr");
    assert_close(Some(fences.low), &tukey["low"], &what_tukey);
    assert_close(Some(fences.high), &tukey["high"], &what_tukey);
    assert_eq!((json!(fences.n_below), json!(fences.n_above)), (tukey["n_below"].clone(), tukey["n_above"].clone()));
    // Counts that follow from the mean and the median.
    let n_far = |centre: f64, reach: f64| values.iter().filter(|value| (*value - centre).abs() > reach).count();
    let (far, what_far) = take("n_abs_z_gt_3_sample_sd");
    assert_eq!(json!(n_far(one.mean.unwrap(), 3.0 * one.sd.unwrap())), far, "{what_far}");
    if one.mad != Some(0.0) {
        let (far, what_far) = take("n_modified_z_gt_3.5");
        assert_eq!(json!(n_far(one.median.unwrap(), 3.5 * one.mad.unwrap() / 0.6745)), far, "{what_far}");
    }
    assert!(left.is_empty(), "{what}: {left:?} was not compared");
}

/// Compares all columns of a part of the file.
fn compare_all(part: &str, frame: &LazyFrame, expected: &Value) -> Description {
    let columns: Vec<&str> =
        expected.as_object().unwrap().keys().map(String::as_str).filter(|&name| name != "rule").collect();
    assert!(!columns.is_empty());
    let params = || DescribeParams::new().columns(columns.clone());
    let sample = params().run(frame).unwrap();
    let population = params().moment_type(MomentType::Type1).run(frame).unwrap();
    for name in columns {
        let population = population.column(name).unwrap().numeric.as_ref().unwrap();
        let column = sample.column(name).unwrap();
        compare(&format!("{part} {name}"), column, population, &values(frame, name), &expected[name]);
    }
    sample
}

const TELCO: [&str; 4] = ["SeniorCitizen", "tenure", "MonthlyCharges", "TotalCharges"];

#[test]
fn telco_is_described_as_in_the_reference() {
    let (Some(telco), Some(expected)) = (telco(), reference("describe.json")) else { return };
    let description = compare_all("telco", &numbers(telco, &TELCO), &expected["telco"]);
    assert_eq!(description.n_rows, 7_043);
}

#[test]
fn telco_by_churn_is_described_as_in_the_reference() {
    let (Some(telco), Some(expected)) = (telco(), reference("describe.json")) else { return };
    let frame = telco.select([
        col("Churn"),
        col("tenure").cast(DataType::Float64),
        col("MonthlyCharges").cast(DataType::Float64),
    ]);
    let params = || DescribeParams::new().by(["Churn"]);
    let sample = params().run(&frame).unwrap();
    let population = params().moment_type(MomentType::Type1).run(&frame).unwrap();
    let expected = expected["telco_by_churn"].as_object().unwrap();
    assert_eq!(sample.segments.len(), expected.len());
    for (churn, columns) in expected {
        let rows = frame.clone().filter(col("Churn").eq(lit(churn.as_str())));
        let segment = sample.segment(&[churn]).unwrap();
        for (name, expected) in columns.as_object().unwrap() {
            let population = population.segment(&[churn]).unwrap().column(name).unwrap().numeric.as_ref().unwrap();
            let column = segment.column(name).unwrap();
            compare(&format!("{churn} {name}"), column, population, &values(&rows, name), expected);
        }
    }
}

#[test]
fn the_levels_of_telco_are_counted_as_in_the_reference() {
    let (Some(telco), Some(expected)) = (telco(), reference("describe.json")) else { return };
    let expected = expected["telco_value_counts"].as_object().unwrap();
    let description = DescribeParams::new().columns(expected.keys().map(String::as_str)).run(&telco).unwrap();
    for (column, counts) in expected {
        let levels = description.column(column).unwrap().categorical.as_ref().unwrap();
        let listed = levels.levels.as_ref().unwrap();
        let got: serde_json::Map<String, Value> = listed.iter().map(|one| (one.level.clone(), json!(one.n))).collect();
        assert_eq!(Value::Object(got), *counts, "{column}");
        assert_eq!((levels.n, levels.n_missing, levels.rest.unwrap().n), (7_043, 0, 0), "{column}");
        assert!(listed.is_sorted_by(|a, b| a.n >= b.n), "{column}");
    }
}

#[test]
fn cdnow_is_described_as_in_the_reference() {
    let (Some(path), Some(expected)) = (shared("data/cdnow_transactions.csv"), reference("describe.json")) else {
        return;
    };
    let reader = LazyCsvReader::new(PlRefPath::new(path.to_str().unwrap())).with_infer_schema_length(Some(0));
    compare_all("cdnow", &numbers(reader.finish().unwrap(), &["quantity", "amount"]), &expected["cdnow"]);
}

fn retail() -> Option<(LazyFrame, TransactionColumns)> {
    let path = shared("data/online_retail_ii.parquet")?;
    let columns = TransactionColumns::new("Customer ID", "InvoiceDate")
        .quantity_and_price("Quantity", "Price")
        .order("Invoice")
        .product("StockCode");
    Some((customer_analytics::frame::scan(path.to_str().unwrap(), &columns).unwrap(), columns))
}

#[test]
fn online_retail_is_described_as_in_the_reference() {
    let (Some((raw, columns)), Some(expected)) = (retail(), reference("describe.json")) else { return };
    let raw_numbers = numbers(raw.clone(), &["Quantity", "Price"]);
    compare_all("online_retail_raw", &raw_numbers, &expected["online_retail_raw"]);
    let rules = CleaningParams::new()
        .rule(MissingCustomer::new())
        .rule(Refunds::drop().order_prefix("C").negative(true))
        .rule(Prices::new().zero(true).negative(true));
    let clean = rules.roles(&columns).run(raw).unwrap().frame();
    let clean = numbers(clean, &["Quantity", "Price"]).with_column((col("Quantity") * col("Price")).alias("amount"));
    compare_all("online_retail_clean", &clean, &expected["online_retail_clean"]);
}

/// Whole numbers are described as they are, without a cast.
#[test]
fn the_french_survey_is_described_as_in_the_reference() {
    let (Some(path), Some(expected)) = (shared("data/nps_garden_retail_fr.csv"), reference("describe.json")) else {
        return;
    };
    let mixture = TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]);
    let (frame, _) = read_csv(&path, &CsvOptions::new().encoding(mixture).null_values(["NA"])).unwrap();
    let rules = CleaningParams::new()
        .rule(ReadNumbers::new(["nps", "satisfaction", "intention", "NbPassageKS"]).whole(true))
        .rule(ReadNumbers::new(["CaTicket"]));
    let clean = rules.run(frame).unwrap().frame();
    let whole = DescribeParams::new().columns(["nps"]).run(&clean).unwrap();
    let names = ["nps", "satisfaction", "intention", "NbPassageKS", "CaTicket"];
    let doubles = compare_all("survey", &numbers(clean, &names), &expected["nps_garden_retail_fr"]);
    assert_eq!(whole.column("nps").unwrap().dtype, "i64");
    assert_eq!(whole.column("nps").unwrap().numeric, doubles.column("nps").unwrap().numeric);
}
