//! Segments of the Telco customers compared through frames, against answers in exact and 60-digit
//! arithmetic.
//!
//! Tolerances, relative: estimates `CLOSED`, 1e-12; p-values 1e-10. Entries whose key ends in
//! `double` were worked out in doubles by scipy 1.17.1.

use customer_analytics::descriptive::compare::{
    ColumnComparison, CompareParams, Comparison, EffectName, Magnitude, TestName, TestResult,
};
use customer_analytics::polars::prelude::*;
use serde_json::Value;

use crate::golden::{reference, shared};

const CLOSED: f64 = 1e-12;
const P_VALUE: f64 = 1e-10;

#[track_caller]
fn assert_close(got: f64, expected: &Value, tolerance: f64, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((got / expected - 1.0).abs() <= tolerance, "{what}: got {got}, expected {expected}");
}

#[track_caller]
fn assert_p(got: &TestResult, expected: &Value, what: &str) {
    assert_close(got.p_value.value(), &expected["p"], P_VALUE, what);
    assert_close(got.p_value.log10(), &expected["log10_p"], P_VALUE, what);
}

/// The file, its three numeric columns read as such.
fn telco() -> Option<LazyFrame> {
    let path = shared("data/WA_Fn-UseC_-Telco-Customer-Churn.csv")?;
    let reader = LazyCsvReader::new(PlRefPath::new(path.to_str().unwrap()));
    let text = reader.with_infer_schema_length(Some(0)).finish().unwrap();
    let numbers = ["tenure", "MonthlyCharges", "TotalCharges"].map(|name| col(name).cast(DataType::Float64));
    Some(text.with_columns(numbers))
}

fn compared(params: CompareParams) -> Option<(Comparison, Value)> {
    Some((params.run(&telco()?).unwrap(), reference("tests.json")?))
}

#[track_caller]
fn test(column: &ColumnComparison, name: TestName) -> &TestResult {
    column.findings.test(name).unwrap_or_else(|| panic!("{:?}", column.findings.undefined))
}

fn estimate(column: &ColumnComparison, name: EffectName) -> f64 {
    column.findings.effect(name).unwrap().estimate
}

#[test]
fn charges_by_churn_differ_as_the_reference_says() {
    let tests =
        [TestName::WelchT, TestName::StudentT, TestName::MannWhitney, TestName::Levene, TestName::KolmogorovSmirnov];
    let params = CompareParams::new("Churn").columns(["MonthlyCharges"]).tests(tests);
    let Some((found, expected)) = compared(params) else { return };
    let charges = found.column("MonthlyCharges").unwrap();
    let (no, yes) = (&charges.segments[0], &charges.segments[1]);
    assert_eq!((Some(yes.n), Some(no.n)), (expected["n1"].as_u64(), expected["n2"].as_u64()));
    assert_close(yes.numbers.as_ref().unwrap().mean.unwrap(), &expected["mean1"], CLOSED, "mean of Yes");
    assert_close(no.numbers.as_ref().unwrap().mean.unwrap(), &expected["mean2"], CLOSED, "mean of No");
    let welch = test(charges, TestName::WelchT);
    assert_close(welch.statistic, &expected["welch"]["t"], CLOSED, "Welch t");
    assert_close(welch.df.unwrap(), &expected["welch"]["df"], CLOSED, "Welch df");
    assert_p(welch, &expected["welch"], "Welch p");
    assert_eq!(welch.p_adjusted, Some(welch.p_value), "the one column is the family");
    let student = test(charges, TestName::StudentT);
    assert_close(student.statistic, &expected["student_pooled"]["t"], CLOSED, "Student t");
    assert_p(student, &expected["student_pooled"], "Student p");
    assert_close(estimate(charges, EffectName::CohensD), &expected["cohens_d_pooled"], CLOSED, "d");
    let d = charges.findings.effect(EffectName::CohensD).unwrap();
    assert_eq!(d.size.unwrap().magnitude, Magnitude::SmallToMedium);
    let ranks = test(charges, TestName::MannWhitney);
    assert_close(ranks.statistic, &expected["mann_whitney"]["z_with_continuity"], CLOSED, "z");
    assert_p(ranks, &expected["mann_whitney"], "Mann-Whitney p");
    assert_close(
        estimate(charges, EffectName::RankBiserial),
        &expected["mann_whitney"]["rank_biserial"],
        CLOSED,
        "rank-biserial",
    );
    let levene = test(charges, TestName::Levene);
    assert_close(levene.statistic, &expected["levene_median"]["W"], CLOSED, "W");
    assert_close(levene.p_value.value(), &expected["levene_median"]["p_double"], P_VALUE, "Levene p");
    let distance = test(charges, TestName::KolmogorovSmirnov);
    assert_close(distance.statistic, &expected["kolmogorov_smirnov_two_sample"]["D"], CLOSED, "D");
}

#[test]
fn tenure_by_contract_differs_as_the_reference_says() {
    let params = CompareParams::new("Contract").columns(["tenure"]).reference("Month-to-month");
    let Some((found, expected)) = compared(params) else { return };
    let tenure = found.column("tenure").unwrap();
    let ranks = test(tenure, TestName::KruskalWallis);
    let h = expected["kruskal_tenure_by_Contract_double"]["H"].as_f64().unwrap();
    assert!((ranks.statistic / h - 1.0).abs() < CLOSED);
    // With two degrees of freedom p is exp(-H / 2), far below the smallest double.
    assert!((ranks.p_value.ln() / (-h / 2.0) - 1.0).abs() < P_VALUE);
    assert_eq!((ranks.p_value.value(), tenure.pairs.len()), (0.0, 2));
    // Oracle: mpmath 1.4.1 with 50 digits, from exact means and variances; scipy 1.17 has the same t.
    let pairs = [
        (41.999_936_926_732_69, 2_494.807_262_287_954_6, -291.315_522_321_341_5),
        (73.611_661_976_907_98, 3_146.684_666_540_891_5, -685.982_408_999_829_8),
    ];
    for (pair, (t, df, log10_p)) in tenure.pairs.iter().zip(pairs) {
        let welch = pair.findings.test(TestName::WelchT).unwrap();
        assert!((welch.statistic / t - 1.0).abs() < CLOSED && (welch.df.unwrap() / df - 1.0).abs() < CLOSED);
        assert!((welch.p_value.log10() / log10_p - 1.0).abs() < P_VALUE);
    }
}

#[test]
fn churn_by_partner_differs_as_the_reference_says() {
    let params =
        CompareParams::new("Partner").columns(["Churn"]).tests([TestName::TwoProportions, TestName::ChiSquare]);
    let Some((found, expected)) = compared(params) else { return };
    let expected = &expected["two_proportions_churn_by_partner"];
    let churn = found.column("Churn").unwrap();
    assert_eq!(churn.event.as_deref(), Some("Yes"));
    let share = |at: usize| churn.segments[at].event.unwrap().share.unwrap();
    assert_close(share(1), &expected["p_yes"], CLOSED, "share of those with a partner");
    assert_close(share(0), &expected["p_no"], CLOSED, "share of those without");
    let z = test(churn, TestName::TwoProportions);
    assert_close(z.statistic, &expected["z_pooled"], CLOSED, "z");
    assert_p(z, expected, "p");
    let table = test(churn, TestName::ChiSquare);
    assert!((table.statistic / z.statistic.powi(2) - 1.0).abs() < CLOSED);
    assert_p(table, expected, "p of the table");
}

#[test]
fn a_whole_table_reads_in_plain_words() {
    let Some((found, _)) = compared(CompareParams::new("Churn")) else { return };
    let shown = found.to_string();
    assert_eq!((found.columns.len(), found.definitions.n_primary_tests), (20, 20));
    let line = "\nMonthlyCharges: Yes 74.44 against No 61.27, difference 13.18 [11.77, 14.58], d = 0.4463 (small to \
                medium), p = 8.6e-73, adjusted ";
    assert!(shown.contains(line), "{shown}");
    // No customer has an identifier of another one, so every cell of that table expects less than one.
    assert!(shown.contains("\n  p is not to be trusted: 14086 of 14086 cells expect fewer than 5 rows"), "{shown}");
    assert!(shown.contains("\n  missing: 11 null"), "{shown}");
    assert_eq!(found.summaries().height(), 40);
}
