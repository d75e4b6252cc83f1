//! Correlations of real data against exact sums and 60-digit arithmetic.
//!
//! Every block of `correlation.json` is checked. Tolerances, all relative: counts exact;
//! estimates, statistics and ends of intervals 1e-12; p-values 1e-10 down to 1e-300, and their
//! logarithms 1e-12 below it.

use customer_analytics::correlation::{Coefficient, CorrelationMatrix, CorrelationParams, Method, Missing, Pair};
use customer_analytics::kernel::anova::one_way;
use customer_analytics::kernel::association::comoments::Comoments;
use customer_analytics::kernel::association::contingency::ContingencyTable;
use customer_analytics::kernel::association::cramer::{association, fourfold};
use customer_analytics::kernel::association::kendall::kendall;
use customer_analytics::kernel::masked::Masked;
use customer_analytics::kernel::p_value::PValue;
use customer_analytics::polars::prelude::*;
use serde_json::Value;

use crate::golden::{reference, shared};

const NUMERIC: [&str; 5] = ["SeniorCitizen", "tenure", "MonthlyCharges", "TotalCharges", "churn"];

/// The customers with their numbers read; total charges are null where blank, churn is a flag.
fn telco() -> Option<(LazyFrame, Value)> {
    let path = shared("data/WA_Fn-UseC_-Telco-Customer-Churn.csv")?;
    let reader = LazyCsvReader::new(PlRefPath::new(path.to_str().unwrap()));
    let text = reader.with_infer_schema_length(Some(0)).finish().unwrap();
    let number = |name: &str| col(name).cast(DataType::Float64);
    let frame = text.with_columns([
        number("SeniorCitizen"),
        number("tenure"),
        number("MonthlyCharges"),
        number("TotalCharges"),
        col("Churn").eq(lit("Yes")).alias("churn"),
    ]);
    Some((frame, reference("correlation.json")?))
}

#[track_caller]
fn assert_close(got: Option<f64>, expected: &Value, what: &str) {
    let (got, expected) = (got.unwrap_or(f64::NAN), expected.as_f64().unwrap());
    assert!((got - expected).abs() <= 1e-12 * expected.abs(), "{what}: got {got:e}, expected {expected:e}");
}

/// `p` and `log10_p` of a block.
#[track_caller]
fn assert_p(got: Option<PValue>, expected: &Value, what: &str) {
    let got = got.unwrap();
    let (p, log10) = (expected["p"].as_f64().unwrap(), expected["log10_p"].as_f64().unwrap());
    if p >= 1e-300 {
        assert!((got.value() - p).abs() <= 1e-10 * p, "{what}: got p {:e}, expected {p:e}", got.value());
    }
    assert!(
        (got.log10() - log10).abs() <= 1e-12 * log10.abs().max(40.0),
        "{what}: got {}, expected {log10}",
        got.log10()
    );
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[track_caller]
fn pair<'a>(found: &'a CorrelationMatrix, block: &Value) -> &'a Pair {
    found.pair(block["x"].as_str().unwrap(), block["y"].as_str().unwrap()).unwrap()
}

/// A column of complete numbers.
#[allow(clippy::disallowed_methods, reason = "a column for a kernel")]
fn numbers(frame: &LazyFrame, name: &str) -> Vec<f64> {
    let column = frame.clone().select([col(name).cast(DataType::Float64)]).collect().unwrap();
    column.column(name).unwrap().f64().unwrap().iter().map(Option::unwrap).collect()
}

/// A column of text as codes in the order of the text.
#[allow(clippy::disallowed_methods, reason = "a column for a kernel")]
fn codes(frame: &LazyFrame, name: &str) -> Vec<u32> {
    let column = frame.clone().select([col(name)]).collect().unwrap();
    let texts: Vec<String> =
        column.column(name).unwrap().str().unwrap().iter().map(|text| text.unwrap().to_owned()).collect();
    let levels: std::collections::BTreeSet<&String> = texts.iter().collect();
    texts.iter().map(|text| levels.iter().position(|level| *level == text).unwrap() as u32).collect()
}

fn complete(frame: &LazyFrame) -> LazyFrame {
    frame.clone().filter(col("TotalCharges").is_not_null())
}

fn correlate(frame: &LazyFrame, method: Method) -> CorrelationMatrix {
    CorrelationParams::new().columns(NUMERIC).method(method).missing(Missing::Listwise).run(frame).unwrap()
}

#[test]
fn telco_numbers_by_pearson_spearman_and_kendall() {
    let Some((frame, truth)) = telco() else { return };
    let truth = &truth["telco_numeric"];
    let [pearson, spearman, kendall] =
        [Method::Pearson, Method::Spearman, Method::Kendall].map(|method| correlate(&frame, method));
    let blocks = truth["pairs"].as_array().unwrap();
    assert_eq!((pearson.pairs.len(), texts(&truth["columns"])), (blocks.len(), NUMERIC.to_vec()));
    for block in blocks {
        let what = format!("{} {}", block["x"], block["y"]);
        let (found, expected) = (pair(&pearson, block), &block["pearson"]);
        assert_eq!((found.n, found.n_missing), (truth["n"].as_u64().unwrap(), 11));
        assert_close(found.estimate, &expected["r"], &what);
        assert_close(found.statistic, &expected["t"], &what);
        assert_close(found.conf_low, &expected["ci95_fisher_low"], &what);
        assert_close(found.conf_high, &expected["ci95_fisher_high"], &what);
        assert_p(found.p_value, expected, &what);
        let (found, expected) = (pair(&spearman, block), &block["spearman"]);
        assert_close(found.estimate, &expected["rho"], &what);
        assert_close(found.statistic, &expected["t"], &what);
        assert_p(found.p_value, expected, &what);
        let (found, expected) = (pair(&kendall, block), &block["kendall"]);
        assert_close(found.estimate, &expected["tau_b"], &what);
        assert_close(found.statistic, &expected["z"], &what);
        assert_p(found.p_value, expected, &what);
    }
}

#[test]
fn telco_covariances_and_pairs_of_rows() {
    let Some((frame, truth)) = telco() else { return };
    let frame = complete(&frame);
    let columns = NUMERIC.map(|name| numbers(&frame, name));
    let masked: Vec<Masked<'_>> = columns.iter().map(|column| Masked::complete(column)).collect();
    let comoments = Comoments::of(&masked, None);
    let place = |name: &Value| NUMERIC.iter().position(|column| *name == **column).unwrap();
    for block in truth["telco_numeric"]["pairs"].as_array().unwrap() {
        let (x, y) = (place(&block["x"]), place(&block["y"]));
        assert_close(comoments.get(x, y).unwrap().covariance().ok(), &block["covariance_sample"], "covariance");
        check_pairs_of_rows(&columns[x], &columns[y], &block["kendall"]);
    }
}

#[track_caller]
fn check_pairs_of_rows(x: &[f64], y: &[f64], expected: &Value) {
    let found = kendall(x, y).unwrap();
    let counts = [
        ("concordant", found.concordant),
        ("discordant", found.discordant),
        ("ties_x_pairs", found.ties_x),
        ("ties_y_pairs", found.ties_y),
        ("ties_both_pairs", found.ties_both),
    ];
    for (name, count) in counts {
        assert_eq!(expected[name], count, "{name}");
    }
}

#[test]
fn telco_pairs_have_the_rows_they_share() {
    let Some((frame, truth)) = telco() else { return };
    let expected = &truth["telco_pairwise_complete"]["tenure_MonthlyCharges"];
    let params = CorrelationParams::new().columns(["tenure", "MonthlyCharges", "TotalCharges"]);
    let found = params.run(&frame).unwrap();
    let shared = found.pair("tenure", "MonthlyCharges").unwrap();
    assert_eq!(expected["n"], shared.n);
    assert_close(shared.estimate, &expected["pearson"], "pairwise");
    let fewer = found.pair("tenure", "TotalCharges").unwrap();
    assert_eq!((fewer.n, fewer.n_missing), (7_032, 11));
}

#[test]
fn telco_churn_by_the_point_biserial_correlation() {
    let Some((frame, truth)) = telco() else { return };
    let found = CorrelationParams::new().columns(["tenure", "MonthlyCharges"]).with("churn").run(&frame).unwrap();
    for name in ["tenure", "MonthlyCharges"] {
        let (pair, expected) = (found.pair(name, "churn").unwrap(), &truth["telco_point_biserial_churn"][name]);
        assert_eq!(pair.coefficient, Coefficient::PointBiserial);
        assert_eq!(expected["n"], pair.n);
        assert_close(pair.estimate, &expected["r"], name);
        assert_close(pair.statistic, &expected["t"], name);
        assert_p(pair.p_value, expected, name);
    }
}

#[test]
fn telco_partial_correlations() {
    let Some((frame, truth)) = telco() else { return };
    let frame = complete(&frame);
    for block in truth["telco_partial"].as_array().unwrap() {
        let what = block.to_string();
        let method = if block["method"] == "pearson" { Method::Pearson } else { Method::Spearman };
        let columns = [&block["x"], &block["y"]].map(|name| name.as_str().unwrap());
        let params = CorrelationParams::new().columns(columns).given(texts(&block["given"])).method(method);
        let found = params.run(&frame).unwrap();
        let pair = pair(&found, block);
        assert_eq!((block["n"].as_u64(), block["df"].as_u64()), (Some(pair.n), pair.df), "{what}");
        assert_close(pair.estimate, &block["r"], &what);
        assert_p(pair.p_value, block, &what);
    }
}

#[test]
fn telco_categories_by_cramers_v() {
    let Some((frame, truth)) = telco() else { return };
    let columns = ["gender", "Partner", "InternetService", "Contract", "PaymentMethod", "Churn"];
    let run = |method| CorrelationParams::new().columns(columns).method(method).run(&frame).unwrap();
    let (plain, corrected) = (run(Method::CramersV), run(Method::CramersVCorrected));
    let blocks = truth["telco_categorical"].as_object().unwrap();
    assert_eq!((blocks.len(), plain.pairs.len()), (15, 15));
    for (name, block) in blocks {
        let (x, y) = name.split_once(" x ").unwrap();
        let (pair, other) = (plain.pair(x, y).unwrap(), corrected.pair(x, y).unwrap());
        assert_eq!((block["n"].as_u64(), block["df"].as_u64()), (Some(pair.n), pair.df), "{name}");
        assert_close(pair.statistic, &block["chi2"], name);
        assert_close(pair.estimate, &block["cramers_v"], name);
        assert_close(other.estimate, &block["cramers_v_bias_corrected"], name);
        assert_p(pair.p_value, block, name);
        assert_eq!((pair.p_value, pair.statistic), (other.p_value, other.statistic));
        let table = ContingencyTable::of(&codes(&frame, x), &codes(&frame, y)).unwrap();
        let found = association(&table).unwrap();
        assert_close(Some(found.contingency_coefficient), &block["contingency_coef"], name);
        assert_eq!((block["rows"].as_u64(), block["cols"].as_u64()), (Some(found.n_rows), Some(found.n_columns)));
    }
}

#[test]
fn telco_partner_and_churn_as_a_fourfold_table() {
    let Some((frame, truth)) = telco() else { return };
    let expected = &truth["partner_x_churn_2x2"];
    let table = ContingencyTable::of(&codes(&frame, "Partner"), &codes(&frame, "Churn")).unwrap();
    assert_eq!(serde_json::json!(table.two_by_two().unwrap().map(|row| row.map(|n| n as u64))), expected["table"]);
    let found = fourfold(&table).unwrap();
    assert_close(Some(found.chi_squared_yates), &expected["chi2_yates"], "Yates");
    assert_close(Some(found.p_value_yates.value()), &expected["p_yates"], "p");
    assert_close(found.odds_ratio, &expected["odds_ratio"], "odds ratio");
    assert_close(Some(found.phi), &expected["phi_signed"], "phi");
    // The same by two flags.
    let flags = frame.select([col("Partner").eq(lit("Yes")).alias("partner"), col("churn")]);
    let found = CorrelationParams::new().run(&flags).unwrap();
    assert_eq!(found.pairs[0].coefficient, Coefficient::Phi);
    assert_close(found.pairs[0].estimate, &expected["phi_signed"], "phi of flags");
}

#[test]
fn telco_numbers_by_their_groups() {
    let Some((frame, truth)) = telco() else { return };
    let blocks = [
        ("MonthlyCharges", "InternetService", "telco_anova_MonthlyCharges_by_InternetService"),
        ("tenure", "Contract", "telco_anova_tenure_by_Contract"),
    ];
    for (number, groups, block) in blocks {
        let expected = &truth[block];
        let found = CorrelationParams::new().columns([number, groups]).run(&frame).unwrap();
        let pair = &found.pairs[0];
        assert_eq!(pair.coefficient, Coefficient::CorrelationRatio);
        assert_eq!((expected["df1"].as_u64(), expected["df2"].as_u64()), (pair.df, pair.df_denominator));
        assert_close(pair.estimate.map(|eta| eta * eta), &expected["eta_squared"], block);
        assert_close(pair.statistic, &expected["F"], block);
        assert_p(pair.p_value, expected, block);
        assert_eq!(found.columns[1].n_levels, Some(texts(&expected["groups"]).len() as u64));
        let anova = one_way(&numbers(&frame, number), &codes(&frame, groups)).unwrap();
        assert_close(anova.ss_between, &expected["ss_between"], block);
        assert_close(anova.ss_within, &expected["ss_within"], block);
        assert_close(Some(anova.omega_squared), &expected["omega_squared"], block);
    }
}

#[test]
fn airline_ratings_and_whether_the_passenger_was_satisfied() {
    let (Some(path), Some(truth)) =
        (shared("data/airline_passenger_satisfaction.parquet"), reference("correlation.json"))
    else {
        return;
    };
    let file = LazyFrame::scan_parquet(PlRefPath::new(path.to_str().unwrap()), ScanArgsParquet::default()).unwrap();
    let truth = truth["airline_ratings_vs_satisfied"].as_object().unwrap();
    // A rating of 0 says that there was nothing to rate.
    let rating = |name: &String| {
        when(col(name.as_str()).gt(lit(0))).then(col(name.as_str())).otherwise(lit(NULL)).alias(name.as_str())
    };
    let satisfied = col("Satisfaction").eq(lit("Satisfied")).alias("satisfied");
    let frame = file.select(truth.keys().map(rating).chain([satisfied]).collect::<Vec<_>>());
    let run = |method| CorrelationParams::new().with("satisfied").method(method).run(&frame).unwrap();
    let (pearson, spearman, kendall) = (run(Method::Pearson), run(Method::Spearman), run(Method::Kendall));
    for (name, expected) in truth {
        let pair = |found: &CorrelationMatrix| found.pair(name, "satisfied").unwrap().clone();
        assert_eq!(expected["n"], pair(&pearson).n, "{name}");
        assert_eq!(pair(&pearson).n + pair(&pearson).n_missing, 129_880);
        assert_close(pair(&pearson).estimate, &expected["pearson"], name);
        assert_close(pair(&spearman).estimate, &expected["spearman"], name);
        assert_close(pair(&kendall).estimate, &expected["kendall"]["tau_b"], name);
        assert_close(pair(&kendall).statistic, &expected["kendall"]["z"], name);
        assert_p(pair(&kendall).p_value, &expected["kendall"], name);
        let rated = frame.clone().filter(col(name.as_str()).is_not_null());
        check_pairs_of_rows(&numbers(&rated, name), &numbers(&rated, "satisfied"), &expected["kendall"]);
    }
    let words = run(Method::Auto).strongest()[0].to_string();
    assert!(words.starts_with("Online Boarding and satisfied: r = 0.57 [0.56, 0.57], p = "), "{words}");
    assert!(words.ends_with(", n = 126,800"), "{words}");
}
