use polars::prelude::*;
use proptest::prelude::*;

use super::*;
use crate::frame::ToDataFrame;
use crate::kernel::bootstrap::Bootstrap;

fn offer() -> RetentionOffer {
    RetentionOfferParams::new(10.0, 1.0).clv(200.0).acceptance(0.3).check().unwrap()
}

/// By hand, V1 = 0.3 * 190 - 1 = 56 and V0 = -11: 0.9 earns 49.3, 0.5 earns 22.5, 0.2 earns 2.4,
/// 0.1 loses 4.3; the threshold is 11/67 = 0.164.
fn four() -> DataFrame {
    df!("id" => ["d", "b", "a", "c"], "p" => [0.1, 0.5, 0.9, 0.2]).unwrap()
}

fn list(params: WinBackParams, frame: &DataFrame) -> WinBackList {
    params.check().unwrap().select(&Prospects::new(frame, "id", "p").unwrap()).unwrap()
}

fn ids(list: &WinBackList) -> Vec<&str> {
    list.customers.iter().map(|one| one.customer.as_str()).collect()
}

#[test]
fn terms_outside_their_range_are_refused_with_the_range() {
    let refused = |params: RetentionOfferParams| params.check().unwrap_err().to_string();
    let params = || RetentionOfferParams::new(10.0, 1.0);
    assert_eq!(
        refused(params().clv(10.0)),
        "decision: `clv` must be above the incentive (10) and at most 1e15, got 10"
    );
    assert_eq!(refused(params().acceptance(f64::NAN)), "decision: `acceptance` must be in 0..=1, got NaN");
    assert!(refused(params().acceptance_beta(0.0, 1.0)).contains("both parameters above 0"));
    assert_eq!(refused(RetentionOfferParams::new(-1.0, 1.0)), "decision: `incentive` must be in 0..=1e15, got -1");
    assert!(refused(RetentionOfferParams::new(1.0, f64::INFINITY)).contains("`contact_cost`"));
    assert!(PurchaseOfferParams::new(1.0).margin(0.0).check().unwrap_err().is_param());
    assert!(params().check().unwrap().threshold().unwrap_err().is_param());
    assert!(WinBackParams::new(offer()).budget(-1.0).check().unwrap_err().is_param());
    assert!(WinBackParams::new(offer()).n_reasons(101).check().unwrap_err().is_param());
    let bootstrap = |n, level| ProfitAnalysisParams::new(offer()).bootstrap(Bootstrap::new(n, 1).conf_level(level));
    assert!(bootstrap(1, 0.95).check().unwrap_err().is_param());
    assert!(bootstrap(100, 1.0).check().unwrap_err().is_param());
}

#[test]
fn a_job_file_cannot_skip_the_check() {
    let text = r#"{"offer": {"retention": {"incentive": 10.0, "contact_cost": 1.0, "clv": 5.0}}}"#;
    assert!(serde_json::from_str::<WinBack>(text).unwrap_err().to_string().contains("`clv`"));
    let params = WinBackParams::new(offer()).budget(50.0).budget_cost(BudgetCost::Expected);
    let written = serde_json::to_string(&params).unwrap();
    assert_eq!(serde_json::from_str::<WinBackParams>(&written).unwrap(), params);
    assert!(serde_json::from_str::<WinBackParams>(&written.replace("budget_cost", "buget")).is_err());
}

#[test]
fn the_list_holds_those_whose_contact_pays() {
    let list = list(WinBackParams::new(offer()), &four());
    assert_eq!(ids(&list), ["a", "b", "c"]);
    assert!((list.expected_profit - 74.2).abs() < 1e-12);
    assert!((list.expected_profit_of_everybody - 69.9).abs() < 1e-12);
    // The incentive is taken with probability 0.37, 0.65 and 0.86: 3 + 10 * 1.88.
    assert!((list.expected_cost - 21.8).abs() < 1e-12);
    assert_eq!((list.cost, list.threshold), (33.0, Some(11.0 / 67.0)));
    assert_eq!(list.left_out.len(), 1);
    assert_eq!(list.n_left_out(LeftOut::BelowThreshold), 1);
    assert_eq!(
        list.to_string(),
        "contact 3 of 4 customers: 74.2 expected; commits at most 33, of which 21.8 are expected to be spent\n\
         contacting everybody would earn 69.9, nobody 0\n\
         a contact pays above a probability of leaving of 0.1642\n\
         left out: 1 below the threshold\n\
         rank    prob  profit  customer\n   1  0.9000   49.30  a\n   2  0.5000   22.50  b\n   3  0.2000    2.40  c"
    );
}

#[test]
fn a_budget_cuts_the_list_and_counts_who_is_beyond_it() {
    let params = || WinBackParams::new(offer());
    let of_two = list(params().budget(32.99), &four());
    assert_eq!((ids(&of_two), of_two.cost), (vec!["a", "b"], 22.0));
    assert_eq!(of_two.n_left_out(LeftOut::BeyondBudget), 1);
    assert_eq!(of_two.expected_profit_bound, of_two.expected_profit);
    assert_eq!(ids(&list(params().budget(3.0).budget_cost(BudgetCost::Contact), &four())), ["a", "b", "c"]);
    assert_eq!(ids(&list(params().max_customers(1), &four())), ["a"]);
    assert!(ids(&list(params().budget(0.0), &four())).is_empty());
    // Of 0.9 the incentive is taken with probability 0.1 + 0.9 * 0.3 = 0.37: 4.7.
    let expected = list(params().budget_cost(BudgetCost::Expected).max_customers(1), &four());
    assert!((expected.cost - 4.7).abs() < 1e-12);
    assert!(expected.to_string().starts_with("contact 1 of 4 customers: 49.3 expected, at an expected cost of 4.7\n"));
}

#[test]
fn equal_customers_are_taken_by_their_ids() {
    let frame = df!("id" => [30, 4, 100, 5], "p" => [0.5; 4]).unwrap();
    let found = list(WinBackParams::new(offer()).max_customers(2), &frame);
    assert_eq!(ids(&found), ["4", "5"]);
    assert_eq!(found.to_dataframe().column("customer").unwrap().dtype(), &DataType::Int32);
    assert_eq!(found.to_dataframe().column("reason_1").unwrap().null_count(), 2);
}

#[test]
fn what_is_missing_is_counted_by_its_reason() {
    let frame = df!(
        "id" => [Some("a"), None, Some("c"), Some("d"), Some("e"), Some("f"), Some("g")],
        "p" => [Some(0.9), Some(0.9), None, Some(f64::NAN), Some(0.9), Some(0.9), Some(0.01)],
        "clv" => [Some(100.0), Some(100.0), Some(100.0), Some(100.0), None, Some(10.0), Some(1e6)],
    )
    .unwrap();
    let prospects = Prospects::new(&frame, "id", "p").unwrap().worths(&frame, "clv").unwrap();
    let found = WinBackParams::new(offer()).check().unwrap().select(&prospects).unwrap();
    // 0.01 of a million is worth a call that 0.9 of 10 is not.
    assert_eq!(ids(&found), ["g", "a"]);
    let count = |reason| found.n_left_out(reason);
    assert_eq!(count(LeftOut::MissingCustomer), 1);
    assert_eq!(count(LeftOut::MissingProbability), 2);
    assert_eq!(count(LeftOut::MissingWorth), 1);
    assert_eq!(count(LeftOut::WorthTooLittle), 1);
    assert_eq!(found.customers.len() as u64 + found.left_out.iter().map(|one| one.n_customers).sum::<u64>(), 7);
    assert_eq!(found.threshold, None);
    let written = serde_json::to_value(&found).unwrap();
    assert_eq!(written["left_out"][0]["reason"], "missing_customer");
    assert_eq!(written["customers"][0]["customer"], "g");
}

#[test]
fn reasons_are_the_largest_that_raise_the_probability() {
    let frame = four();
    let parts = [
        ("contract".to_owned(), vec![0.0, 0.2, 1.5, -1.0]),
        ("任期".to_owned(), vec![0.0, 0.7, 1.5, f64::NAN]),
        ("price".to_owned(), vec![0.0, -2.0, 2.0, 0.1]),
    ];
    let prospects = Prospects::new(&frame, "id", "p").unwrap().contributions(&parts).unwrap();
    let found = WinBackParams::new(offer()).n_reasons(2).check().unwrap().select(&prospects).unwrap();
    let names: Vec<Vec<&str>> =
        found.customers.iter().map(|one| one.reasons.iter().map(|reason| reason.feature.as_str()).collect()).collect();
    assert_eq!(names, [vec!["price", "contract"], vec!["任期", "contract"], vec!["price"]]);
    let table = found.to_dataframe();
    assert_eq!(table.width(), 12);
    assert_eq!(table.column("contribution_2").unwrap().f64().unwrap().get(1), Some(0.2));
    assert!(found.to_string().contains("b: 任期 +0.7, contract +0.2"));
    let cells = df!(
        "contract" => [Some("two years"), None, Some("month to month"), Some("one year")],
        "任期" => [70.0, 1.5, 3.0, f64::NAN], "more" => [1; 4],
    );
    let cells = cells.unwrap();
    let prospects = prospects.cells(&cells).unwrap();
    let found = WinBackParams::new(offer()).n_reasons(2).check().unwrap().select(&prospects).unwrap();
    let text = found.to_string();
    assert!(text.contains("a: price +2, contract month to month (+1.5)"), "{text}");
    assert!(text.contains("b: 任期 1.5 (+0.7), contract +0.2"), "{text}");
    let table = found.to_dataframe();
    let values = table.column("reason_value_2").unwrap().str().unwrap().iter().collect::<Vec<_>>();
    assert_eq!(values, [Some("month to month"), None, None]);
    let two = cells.head(Some(2));
    assert!(Prospects::new(&frame, "id", "p").unwrap().cells(&two).is_err());
    let short = [("x".to_owned(), vec![1.0])];
    let refused = Prospects::new(&frame, "id", "p").unwrap().contributions(&short).unwrap_err();
    assert_eq!(refused.to_string(), "decision: `x` has 1 rows for 4 customers; give one for each, in their order");
}

#[test]
fn prospects_that_cannot_be_judged_are_refused() {
    let refused = |frame: DataFrame| Prospects::new(&frame, "id", "p").unwrap_err().to_string();
    assert_eq!(
        refused(df!("id" => ["a", "a"], "p" => [0.1, 0.2]).unwrap()),
        "decision: 1 row(s) repeat a customer; give one row for each, such as the latest"
    );
    assert_eq!(
        refused(df!("id" => ["a", "b"], "p" => [0.1, 1.2]).unwrap()),
        "decision: 1 of 2 probabilities are not in 0..=1; calibrate scores first"
    );
    assert!(refused(df!("id" => [1.5], "p" => [0.1]).unwrap()).contains("cast it to whole numbers or text"));
    assert!(refused(df!("id" => ["a"], "p" => ["x"]).unwrap()).contains("cast it to numbers"));
    assert_eq!(refused(df!("id" => ["a"]).unwrap()), "decision: query failed");
    let without_worth = WinBackParams::new(RetentionOfferParams::new(10.0, 1.0).check().unwrap()).check().unwrap();
    assert!(without_worth.select(&Prospects::new(&four(), "id", "p").unwrap()).unwrap_err().is_param());
}

#[test]
fn nobody_to_contact_is_an_answer() {
    let empty = df!("id" => Vec::<i64>::new(), "p" => Vec::<f64>::new()).unwrap();
    let nobody = list(WinBackParams::new(offer()).budget(10.0), &empty);
    assert_eq!((nobody.n_customers, nobody.customers.len(), nobody.expected_profit), (0, 0, 0.0));
    assert_eq!(nobody.to_dataframe().shape(), (0, 15));
    let dear = RetentionOfferParams::new(10.0, 500.0).clv(200.0).check().unwrap();
    let shown = list(WinBackParams::new(dear), &four()).to_string();
    assert!(shown.contains("contact 0 of 4") && shown.contains("at no probability"), "{shown}");
}

#[test]
fn a_purchase_campaign_is_a_list_too() {
    let offer = PurchaseOfferParams::new(2.0).margin(10.0).check().unwrap();
    let found = list(WinBackParams::new(offer), &four());
    // 0.2 * 10 - 2 = 0 pays nothing.
    assert_eq!((ids(&found), found.expected_profit), (vec!["a", "b"], 10.0));
    assert!(found.to_string().contains("a probability of buying of 0.2000"));
}

/// By hand: realised profits of the labels 1, 0, 1, 0 by falling probability are 56, -11, 56, -11.
#[test]
fn the_profit_of_every_share_is_told_expected_and_realised() {
    let analysis = ProfitAnalysisParams::new(offer()).bootstrap(Bootstrap::new(200, 1)).check().unwrap();
    let probs = [0.1, 0.5, 0.9, 0.2];
    let realised = analysis.realised(&[false, false, true, true], &probs, None).unwrap();
    let profits: Vec<f64> = realised.curve.points.iter().map(|point| point.profit).collect();
    assert_eq!(profits, [0.0, 56.0, 45.0, 101.0, 90.0]);
    assert_eq!((realised.best_share, realised.maximum.cutoff), (0.75, Some(0.2)));
    assert_eq!(realised.at_share(0.5).profit, 45.0);
    assert_eq!(realised.maximum_bootstrap.as_ref().unwrap().estimate, 101.0);
    assert!(realised.to_string().starts_with(
        "contact 3 of 4 customers (share 0.7500), those with scores of 0.2 and above: 101 realised\n\
         contacting everybody would earn 90, nobody 0\nbootstrap interval of the profit: "
    ));
    let expected = analysis.expected(&probs, None).unwrap();
    assert!((expected.maximum.profit - 74.2).abs() < 1e-12);
    assert_eq!(expected.to_dataframe().shape(), (5, 4));
    assert!(analysis.expected(&[0.1, 1.5], None).unwrap_err().is_data());
    assert!(analysis.expected(&[], None).unwrap_err().is_data());
    assert!(analysis.realised(&[true], &probs, None).unwrap_err().is_data());
    assert!(analysis.expected(&probs, Some(&[1.0, f64::NAN, 1.0, 1.0])).unwrap_err().is_data());
}

/// By hand: 0.5 of 1,000 earns 0.5 * (0.3 * 990 - 1) - 5.5 = 142.5, 0.9 of 100 earns 22.3.
#[test]
fn customers_of_own_worths_are_ranked_by_what_they_promise() {
    let analysis = ProfitAnalysisParams::new(offer()).check().unwrap();
    let report = analysis.expected(&[0.9, 0.5, 0.9], Some(&[100.0, 1_000.0, 5.0])).unwrap();
    assert_eq!(report.ranked_by, RankedBy::ExpectedProfit);
    let cutoffs: Vec<f64> = report.curve.points.iter().filter_map(|point| point.cutoff).collect();
    assert!((cutoffs[0] - 142.5).abs() < 1e-12 && (cutoffs[1] - 22.3).abs() < 1e-12 && cutoffs[2] < 0.0);
    assert_eq!(report.maximum.n_contacted, 2);
    let realised = analysis.realised(&[true, false, true], &[0.9, 0.5, 0.9], Some(&[100.0, 1_000.0, 5.0])).unwrap();
    let profits: Vec<f64> = realised.curve.points.iter().map(|point| point.profit).collect();
    assert_eq!(profits, [0.0, -11.0, 15.0, 12.5]);
}

#[test]
fn the_maximum_profit_is_told_with_and_without_a_known_acceptance() {
    let (labels, scores) = ([true, false, true, false], [3.0, 2.0, 1.0, 0.0]);
    let known = offer().expected_maximum_profit(&labels, &scores).unwrap();
    assert_eq!((known.maximum_profit, known.n_contacted, known.cutoff), (25.25, 3, Some(1.0)));
    assert_eq!(known.expected_maximum_profit, known.maximum_profit);
    let uncertain = RetentionOfferParams::of_the_literature().check().unwrap();
    let found = uncertain.expected_maximum_profit(&labels, &scores).unwrap();
    assert!(found.expected_maximum_profit > found.maximum_profit, "by Jensen's inequality");
    assert_eq!(found.to_dataframe().shape(), (2, 5));
    assert!(found.to_string().contains("over a beta (6, 14) acceptance"));
    assert!(uncertain.expected_maximum_profit(&labels, &[1.0]).unwrap_err().is_data());
    assert!(uncertain.expected_maximum_profit(&[], &[]).unwrap_err().is_data());
    let nobody = uncertain.expected_maximum_profit(&[false, false], &[1.0, 2.0]).unwrap();
    assert_eq!((nobody.expected_maximum_profit, nobody.n_contacted), (0.0, 0));
}

#[test]
fn costs_of_four_outcomes_make_a_threshold() {
    assert_eq!(cost_threshold(-56.0, 11.0, 0.0, 0.0).unwrap(), offer().threshold().unwrap());
    let refused = cost_threshold(0.0, 0.0, 1.0, 0.0).unwrap_err().to_string();
    assert!(refused.contains("a mistake costs no more than the right prediction; give costs"), "{refused}");
}

proptest! {
    #[test]
    fn the_order_and_chunks_of_the_table_change_nothing(
        probs in prop::collection::vec(0_u8..=10, 1..30), budget in 0.0..200.0, cut in 0_usize..30,
    ) {
        let probs: Vec<f64> = probs.iter().map(|&tenths| f64::from(tenths) / 10.0).collect();
        let ids: Vec<i64> = (0..probs.len() as i64).map(|id| id * 7_919 % 1_009).collect();
        let frame = df!("id" => ids, "p" => probs).unwrap();
        let params = || WinBackParams::new(offer()).budget(budget).budget_cost(BudgetCost::Expected);
        let whole = list(params(), &frame);
        let cut = cut.min(frame.height());
        let turned = frame.slice(cut as i64, frame.height()).vstack(&frame.slice(0, cut)).unwrap();
        let same = list(params(), &turned);
        prop_assert!(whole.to_dataframe().equals_missing(&same.to_dataframe()));
        prop_assert_eq!(serde_json::to_string(&whole).unwrap(), serde_json::to_string(&same).unwrap());
        prop_assert!(whole.cost <= budget);
        prop_assert!(whole.expected_profit <= whole.expected_profit_bound);
    }
}
