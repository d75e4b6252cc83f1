//! Tests between groups of the Telco customers against answers in exact and 60-digit arithmetic.
//!
//! Tolerances, relative: estimates `CLOSED`, 1e-12; p-values 1e-10. Entries whose key ends in
//! `double` were worked out in doubles by scipy 1.17.1.

use customer_analytics::kernel::hypothesis::{
    Centre, Outcomes, kolmogorov_smirnov_test, kruskal_wallis_test, levene_test, mann_whitney_test, student_t_test,
    two_proportions_test, welch_t_test,
};
use customer_analytics::kernel::interval::wilson;
use customer_analytics::kernel::p_value::PValue;
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
fn assert_p(got: PValue, expected: &Value, what: &str) {
    assert_close(got.value(), &expected["p"], P_VALUE, what);
    assert_close(got.log10(), &expected["log10_p"], P_VALUE, what);
}

/// The columns of the Telco file that the reference tests, as text; no field holds a comma.
struct Telco {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Telco {
    fn read() -> Option<Self> {
        let text = std::fs::read_to_string(shared("data/WA_Fn-UseC_-Telco-Customer-Churn.csv")?).unwrap();
        let mut lines = text.lines().map(|line| line.split(',').map(|cell| cell.trim().to_owned()).collect());
        Some(Self { names: lines.next().unwrap(), rows: lines.collect() })
    }

    fn column(&self, name: &str) -> impl Iterator<Item = &str> {
        let at = self.names.iter().position(|column| column == name).unwrap();
        self.rows.iter().map(move |row| row[at].as_str())
    }

    /// Numbers of one column where another one has this text.
    fn numbers_where(&self, name: &str, group: &str, level: &str) -> Vec<f64> {
        let cells = self.column(name).zip(self.column(group)).filter(|(_, cell)| *cell == level);
        cells.map(|(number, _)| number.parse().unwrap()).collect()
    }

    fn churned_where(&self, group: &str, level: &str) -> Outcomes {
        let cells = self.column("Churn").zip(self.column(group)).filter(|(_, cell)| *cell == level);
        let (yes, no): (Vec<_>, Vec<_>) = cells.partition(|(churn, _)| *churn == "Yes");
        Outcomes { successes: yes.len() as u64, failures: no.len() as u64 }
    }
}

#[test]
fn charges_of_churned_customers_differ_as_the_reference_says() {
    let (Some(telco), Some(expected)) = (Telco::read(), reference("tests.json")) else { return };
    let (a, b) =
        (telco.numbers_where("MonthlyCharges", "Churn", "Yes"), telco.numbers_where("MonthlyCharges", "Churn", "No"));
    let welch = welch_t_test(&a, &b, 0.95).unwrap();
    assert_eq!((Some(welch.n1), Some(welch.n2)), (expected["n1"].as_u64(), expected["n2"].as_u64()));
    assert_close(welch.mean1, &expected["mean1"], CLOSED, "mean1");
    assert_close(welch.mean2, &expected["mean2"], CLOSED, "mean2");
    assert_close(welch.test.statistic, &expected["welch"]["t"], CLOSED, "Welch t");
    assert_close(welch.test.df.unwrap(), &expected["welch"]["df"], CLOSED, "Welch df");
    assert_p(welch.test.p_value, &expected["welch"], "Welch p");
    assert_close(welch.cohens_d.estimate, &expected["cohens_d_pooled"], CLOSED, "d");
    let student = student_t_test(&a, &b, 0.95).unwrap();
    assert_close(student.test.statistic, &expected["student_pooled"]["t"], CLOSED, "Student t");
    assert_p(student.test.p_value, &expected["student_pooled"], "Student p");
    let ranks = mann_whitney_test(&a, &b, 0.95).unwrap();
    assert_eq!(Some(ranks.u1), expected["mann_whitney"]["U1"].as_f64());
    assert_close(ranks.test.statistic, &expected["mann_whitney"]["z_with_continuity"], CLOSED, "z");
    assert_close(ranks.rank_biserial.estimate, &expected["mann_whitney"]["rank_biserial"], CLOSED, "r");
    assert_p(ranks.test.p_value, &expected["mann_whitney"], "Mann-Whitney p");
}

/// The p-value of the reference is scipy's approximation by the distribution of one sample of
/// n1 n2 / (n1 + n2) values, ours is exact given the ties: of the same order, and smaller than
/// scipy's exact one for values without ties, 4.827e-75.
#[test]
fn distributions_and_spreads_differ_as_the_reference_says() {
    let (Some(telco), Some(expected)) = (Telco::read(), reference("tests.json")) else { return };
    let (a, b) =
        (telco.numbers_where("MonthlyCharges", "Churn", "Yes"), telco.numbers_where("MonthlyCharges", "Churn", "No"));
    let distance = kolmogorov_smirnov_test(&a, &b).unwrap();
    assert_close(distance.test.statistic, &expected["kolmogorov_smirnov_two_sample"]["D"], CLOSED, "D");
    assert!(distance.is_exact);
    assert!((1e-75..=4.827_359_7e-75).contains(&distance.test.p_value.value()), "{:?}", distance.test.p_value);
    let levene = levene_test(&[&a, &b], Centre::Median).unwrap();
    assert_close(levene.test.statistic, &expected["levene_median"]["W"], CLOSED, "W");
    assert_close(levene.test.p_value.value(), &expected["levene_median"]["p_double"], P_VALUE, "Levene p");
}

#[test]
fn tenure_by_contract_differs_as_the_reference_says() {
    let (Some(telco), Some(expected)) = (Telco::read(), reference("tests.json")) else { return };
    let groups =
        ["Month-to-month", "One year", "Two year"].map(|level| telco.numbers_where("tenure", "Contract", level));
    let result = kruskal_wallis_test(&groups.each_ref().map(Vec::as_slice)).unwrap();
    let h = expected["kruskal_tenure_by_Contract_double"]["H"].as_f64().unwrap();
    assert!((result.test.statistic / h - 1.0).abs() < CLOSED);
    // With two degrees of freedom p is exp(-H / 2), far below the smallest double.
    assert!((result.test.p_value.ln() / (-h / 2.0) - 1.0).abs() < P_VALUE);
    assert_eq!(result.test.p_value.value(), 0.0);
}

#[test]
fn churn_by_partner_differs_as_the_reference_says() {
    let (Some(telco), Some(expected)) = (Telco::read(), reference("tests.json")) else { return };
    let block = &expected["two_proportions_churn_by_partner"];
    let (yes, no) = (telco.churned_where("Partner", "Yes"), telco.churned_where("Partner", "No"));
    let result = two_proportions_test(yes, no, 0.95).unwrap();
    assert_close(result.share1, &block["p_yes"], CLOSED, "share of the first");
    assert_close(result.share2, &block["p_no"], CLOSED, "share of the second");
    let test = result.test.unwrap();
    assert_close(test.statistic, &block["z_pooled"], CLOSED, "z");
    assert_p(test.p_value, block, "p");
    let n = (yes.successes + yes.failures + no.successes + no.failures) as f64;
    let ends = wilson((yes.successes + no.successes) as f64, n, 0.95).unwrap();
    assert_close(ends.low, &expected["churn_rate_wilson95"]["low"], CLOSED, "Wilson low");
    assert_close(ends.high, &expected["churn_rate_wilson95"]["high"], CLOSED, "Wilson high");
}
