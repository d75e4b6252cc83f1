//! What a ranking of real customers earns, against numerical integration and exact rationals.
//!
//! The predictions are those of the Telco test part, as they are and rounded to two decimals, which
//! ties hundreds of them. Oracle of MP, EMP and eta: mpmath 1.4.1 with 30 digits, the best of all
//! cut-offs integrated over the acceptance between the points where it changes, without a convex
//! hull and without incomplete beta functions. Oracle of the expected profit: Python's `fractions`.
//! Tolerance 1e-12, relative.

use customer_analytics::frame::ToDataFrame;
use customer_analytics::kernel::bootstrap::Bootstrap;
use customer_analytics::polars::prelude::*;
use customer_analytics::prediction::decision::{
    LeftOut, MaximumProfit, ProfitAnalysisParams, Prospects, RetentionOfferParams, WinBackParams,
};

use crate::golden::shared;

/// Labels and probabilities.
fn predictions() -> Option<(Vec<bool>, Vec<f64>)> {
    let text = std::fs::read_to_string(shared("reference/telco_test_predictions.csv")?).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        (cells[1] == "1", cells[2].parse::<f64>().unwrap())
    });
    Some(rows.unzip())
}

#[track_caller]
fn assert_close(got: f64, expected: f64) {
    assert!((got / expected - 1.0).abs() <= 1e-12, "got {got:e}, expected {expected:e}");
}

#[track_caller]
fn assert_profits(found: &MaximumProfit, mp: f64, n_contacted: u64, emp: f64, eta: f64) {
    assert_close(found.maximum_profit, mp);
    assert_eq!(found.n_contacted, n_contacted);
    assert_close(found.expected_maximum_profit, emp);
    assert_close(found.expected_contacted_share, eta);
}

#[test]
fn the_expected_maximum_profit_is_that_of_numerical_integration() {
    let Some((labels, probs)) = predictions() else { return };
    let usual = RetentionOfferParams::of_the_literature().check().unwrap();
    let found = usual.expected_maximum_profit(&labels, &probs).unwrap();
    assert_eq!((found.n_customers, found.n_left), (1_406, 372));
    assert_profits(&found, 10.051_209_103_840_683, 774, 10.131_112_434_468_45, 0.532_963_951_803_295_6);
    let dear = RetentionOfferParams::new(20.0, 5.0).clv(100.0).acceptance_beta(2.0, 8.0).check().unwrap();
    let found = dear.expected_maximum_profit(&labels, &probs).unwrap();
    assert_profits(&found, 0.294_452_347_083_926_03, 90, 0.515_980_126_705_319_7, 0.077_268_842_122_208_25);
    let rounded: Vec<f64> = probs.iter().map(|prob| (100.0 * prob).round() / 100.0).collect();
    let found = usual.expected_maximum_profit(&labels, &rounded).unwrap();
    assert_profits(&found, 10.027_738_264_580_37, 777, 10.107_969_297_109_438, 0.532_722_870_349_050_7);
}

#[test]
fn the_list_earns_what_the_curve_promises() {
    let Some((labels, probs)) = predictions() else { return };
    let offer = RetentionOfferParams::new(10.0, 1.0).clv(200.0).acceptance(0.3).check().unwrap();
    let analysis = ProfitAnalysisParams::new(offer.clone()).bootstrap(Bootstrap::new(500, 1)).check().unwrap();
    let expected = analysis.expected(&probs, None).unwrap();
    assert_close(expected.maximum.profit, 14_517.667_291_660_538);
    assert_close(expected.everybody.profit, 9_558.144_687_259_457);
    assert_eq!((expected.maximum.n_contacted, expected.maximum.cutoff), (747, Some(0.164_279_047_635_284_92)));
    let realised = analysis.realised(&labels, &probs, None).unwrap();
    assert_close(realised.maximum.profit, 10.051_209_103_840_683 * 1_406.0);
    let ends = realised.maximum_bootstrap.as_ref().unwrap().interval.clone().unwrap();
    assert!(ends.low < realised.maximum.profit && realised.maximum.profit < ends.high);

    let ids: Vec<u32> = (0..1_406).collect();
    let frame = df!("customer" => ids, "prob" => probs).unwrap();
    let prospects = Prospects::new(&frame, "customer", "prob").unwrap();
    let list = WinBackParams::new(offer.clone()).check().unwrap().select(&prospects).unwrap();
    assert_eq!((list.customers.len(), list.n_left_out(LeftOut::BelowThreshold)), (747, 659));
    assert_close(list.expected_profit, expected.maximum.profit);
    assert_close(list.expected_profit_of_everybody, expected.everybody.profit);
    assert_eq!(list.to_dataframe().height(), 747);
    // 5,000 pay for 454 contacts at 11.
    let within = WinBackParams::new(offer).budget(5_000.0).check().unwrap().select(&prospects).unwrap();
    assert_eq!((within.customers.len(), within.cost), (454, 4_994.0));
    assert_close(within.expected_profit, expected.curve.at_most(454).profit);
    assert_eq!(within.n_left_out(LeftOut::BeyondBudget), 747 - 454);
}
