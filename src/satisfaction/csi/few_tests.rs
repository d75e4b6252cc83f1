//! Indexes of few responses, and weights of items that are all alike.

use polars::prelude::*;

use super::tests::{near, roles, survey};
use super::*;
use crate::frame::{Question, Scale, SurveyColumns, ToDataFrame, columns};
use crate::kernel::undefined::Undefined;

/// Oracle: by hand; of the four responses to price one has quality too, and its index is that response's own.
#[test]
fn the_index_of_few_complete_responses_is_not_shown_beside_that_of_many() {
    let frame = df!("quality" => [Some(5), None, None, None], "price" => [1, 2, 3, 4]).unwrap();
    let report = CsiParams::new().min_n(3).run(&survey(frame, &roles())).unwrap();
    let overall = &report.overall;
    assert_eq!((overall.answered.n, overall.complete.n), (4, 1));
    assert!(overall.csi.is_some() && overall.answered.csi.is_some());
    assert_eq!((overall.complete.csi, overall.complete.std_error, overall.complete.n_eff), (None, None, None));
    assert_eq!(report.to_dataframe().column(columns::CSI_COMPLETE).unwrap().null_count(), 1);
}

/// Oracle: by hand; indexes 0 and 100 with a standard error of 50, whose interval by t with one degree of freedom
/// is cut off at both ends; of weights 1e17 and 1 the second says nothing.
#[test]
fn intervals_of_two_responses_end_with_the_index() {
    let frame = || df!("quality" => [1, 5], "price" => [1, 5], "w" => [1e17, 1.0]).unwrap();
    let overall = CsiParams::new().run(&survey(frame(), &roles())).unwrap().overall;
    near(overall.std_error, 50.0);
    assert_eq!(overall.interval.map(|ends| (ends.low, ends.high)), Some((0.0, 100.0)));
    let weighted = CsiParams::new().run(&survey(frame(), &roles().weight("w"))).unwrap().overall;
    assert_eq!((weighted.n_eff, weighted.interval), (Some(1.0), None));
    assert_eq!(weighted.no_interval, Some(Undefined::TooFew { n: 1, needed: 2 }));
}

/// Shares of three equal weights are 1/3, of which the mean is a little below in doubles or not.
#[test]
fn equal_stated_weights_put_no_item_on_the_map() {
    for n in [3, 6, 7] {
        let names: Vec<String> = (0..n).map(|at| format!("item {at}")).collect();
        let answers =
            names.iter().enumerate().map(|(at, name)| Column::new(name.as_str().into(), [at as i32 % 5 + 1; 4]));
        let frame = DataFrame::new(4, answers.collect()).unwrap();
        let items = SurveyColumns::new().items(names.iter().map(|name| Question::new(name, Scale::ONE_TO_FIVE)));
        let run = |weights: Vec<(String, f64)>| {
            CsiParams::new().stated_weights(weights).run(&survey(frame.clone(), &items)).unwrap()
        };
        let equal = run(names.iter().map(|name| (name.clone(), 0.1)).collect());
        assert!(equal.items.iter().all(|item| item.quadrant.is_none()), "{n}");
        let others = run(names.iter().enumerate().map(|(at, name)| (name.clone(), 1.0 + at as f64)).collect());
        assert!(others.items.iter().all(|item| item.quadrant.is_some()), "{n}");
    }
}

/// By hand: the web has 75 and 25 for its items; the shop was never asked for the second, and its 75
/// stands for the first alone. Equal weights, so half of the weight is not there.
#[test]
fn a_group_without_an_item_says_that_it_does_not_compare() {
    let frame = df!(
        "quality" => [4, 4, 4, 4], "price" => [Some(2), Some(2), None, None], "where" => ["web", "web", "shop", "shop"],
    );
    let survey = survey(frame.unwrap(), &roles().segments(["where"]));
    let report = CsiParams::new().by(["where"]).run(&survey).unwrap();
    let shop = report.segment(&["shop"]).unwrap();
    assert_eq!(shop.csi, Some(75.0));
    assert_eq!(report.unanswered_items(shop).iter().map(|item| item.item.as_str()).collect::<Vec<_>>(), ["price"]);
    assert!(report.unanswered_items(report.segment(&["web"]).unwrap()).is_empty());
    let shown = report.to_string();
    let note = "- shop: no answers to `price` (50% of the weight); not comparable with the others";
    assert!(shown.contains(note) && !shown.contains("- web: no answers"), "{shown}");
}
