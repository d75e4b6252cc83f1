//! "Which of our customers will buy again in the next ninety days? Prove that the forecast is
//! better than assuming that everybody goes on as before."
//!
//! Snapshots of CDNOW and Online Retail II at several cutoffs, tried in the order of time.
//!
//! Oracle: pandas 2.3.3 for the tables and the naive forecast; counts exact.

use chrono::Days;
use customer_analytics::polars::prelude::*;
use customer_analytics::prediction::snapshot::{RollingSnapshots, SnapshotParams, SnapshotTarget};
use customer_analytics::prelude::*;

use crate::golden_snapshot::{cdnow, date, n_right, online_retail};

/// Per cutoff: customers, buyers of the next ninety days, and customers of whom it is right that
/// they do as in the ninety days before.
type Expected = [(u64, u64, usize)];

fn rolling(log: &TransactionLog, first: &str, step_days: u32, n: u32) -> RollingSnapshots {
    let params = SnapshotParams::new(date(first)).horizon_days(90).target(SnapshotTarget::Purchase);
    params.rolling(step_days, n).run(log).unwrap()
}

#[track_caller]
fn assert_cutoffs(rolling: &RollingSnapshots, expected: &Expected) {
    let frame = rolling.to_dataframe();
    let days: Vec<Option<i32>> = frame.column("cutoff").unwrap().date().unwrap().physical().iter().collect();
    assert_eq!(rolling.reports().len(), expected.len());
    for (report, &(n_rows, n_buyers, n_naive)) in rolling.reports().iter().zip(expected) {
        let is: BooleanChunked = days.iter().map(|&day| day == Some(report.cutoff.to_epoch_days())).collect();
        let got = (
            report.n_rows,
            report.target.as_ref().unwrap().n_positive,
            n_right(&frame.filter(&is).unwrap(), "purchased"),
        );
        assert_eq!(got, (n_rows, n_buyers, n_naive), "{}", report.cutoff);
    }
}

#[test]
fn cdnow_is_looked_at_every_month_and_tried_in_the_order_of_time() {
    let Some(log) = cdnow() else { return };
    let rolling = rolling(&log, "1997-09-30", 30, 7);
    let expected = [
        (23_570, 4_177, 19_254),
        (23_570, 4_012, 19_494),
        (23_570, 3_746, 19_520),
        (23_570, 3_798, 19_425),
        (23_570, 3_755, 19_565),
        (23_570, 3_635, 19_803),
        (23_570, 3_313, 19_949),
    ];
    assert_cutoffs(&rolling, &expected);
    // Three steps of thirty days close a label window of ninety.
    let folds = rolling.folds();
    let n_train: Vec<usize> = folds.iter().map(|fold| fold.train.len()).collect();
    assert_eq!((folds[0].test, n_train), (date("1997-12-29"), vec![1, 2, 3, 4]));
    for fold in &folds {
        let (train, test) = rolling.tables(fold);
        assert_eq!((train.target(), test.target()), (Some("purchased"), Some("purchased")));
        assert!(fold.train.iter().all(|&cutoff| cutoff + Days::new(90) <= fold.test));
    }
}

#[test]
fn online_retail_is_looked_at_every_quarter_and_tried_in_the_order_of_time() {
    let Some(log) = online_retail() else { return };
    let rolling = rolling(&log, "2010-12-01", 90, 4);
    let expected = [(4_272, 1_395, 2_402), (4_544, 1_579, 3_202), (4_930, 1_633, 3_564), (5_242, 2_209, 3_708)];
    assert_cutoffs(&rolling, &expected);
    assert_eq!(rolling.folds().iter().map(|fold| fold.train.len()).collect::<Vec<_>>(), [1, 2, 3]);
    for feature in ["n_orders", "n_products", "same_season_spend"] {
        assert!(rolling.table().features().iter().any(|name| name == feature), "{feature}");
    }
}
