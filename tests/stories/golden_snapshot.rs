//! Snapshots of real logs against pandas and the reference tables.
//!
//! Oracles: pandas 2.3.3 (group-by and date arithmetic, prices in whole thousandths), and
//! `cdnow_sample_cal_holdout.csv` (exact decimals). Counts exact, sums over customers 1e-12
//! relative.

use customer_analytics::cleaning::{MissingCustomer, Prices};
use customer_analytics::polars::prelude::*;
use customer_analytics::prediction::snapshot::{HorizonChoice, Snapshot, SnapshotParams, SnapshotTarget};
use customer_analytics::prelude::*;

use crate::golden::shared;

pub(crate) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// All 23,570 customers of CDNOW.
pub(crate) fn cdnow() -> Option<TransactionLog> {
    let path = shared("data/cdnow_transactions.csv")?;
    let columns = TransactionColumns::new("customer_id", "date").amount("amount").time_format("%Y-%m-%d");
    Some(TransactionLog::scan(path.to_str().unwrap(), &columns).unwrap())
}

/// Online Retail II with cancellations as refunds; rows without a customer or a price are out.
pub(crate) fn online_retail() -> Option<TransactionLog> {
    let path = shared("data/online_retail_ii.parquet")?;
    let raw = LazyFrame::scan_parquet(PlRefPath::new(path.to_str().unwrap()), ScanArgsParquet::default()).unwrap();
    let columns = TransactionColumns::new("Customer ID", "InvoiceDate")
        .quantity_and_price("Quantity", "Price")
        .order("Invoice")
        .product("StockCode");
    let rules = CleaningParams::new().rule(MissingCustomer::new()).rule(Prices::new().zero(true).negative(true));
    let cleaned = rules.roles(&columns).run(raw).unwrap();
    Some(TransactionLog::new(cleaned.frame(), &columns).unwrap())
}

/// The sum of a column over all customers, nulls left out.
fn sum(frame: &DataFrame, name: &str) -> f64 {
    let column = frame.column(name).unwrap().cast(&DataType::Float64).unwrap();
    column.f64().unwrap().iter().flatten().sum()
}

#[track_caller]
fn assert_sums(snapshot: &Snapshot, expected: &[(&str, f64)]) {
    let frame = snapshot.to_dataframe();
    for &(name, expected) in expected {
        let got = sum(&frame, name);
        assert!((got - expected).abs() <= 1e-12 * expected.abs(), "{name}: got {got}, expected {expected}");
    }
}

/// Customers of whom the forecast "the same as last period" is true.
pub(crate) fn n_right(frame: &DataFrame, target: &str) -> usize {
    let numbers = |name: &str| frame.column(name).unwrap().cast(&DataType::Float64).unwrap();
    let (forecast, target) = (numbers("baseline"), numbers(target));
    forecast
        .f64()
        .unwrap()
        .iter()
        .zip(target.f64().unwrap().iter())
        .filter(|(forecast, target)| forecast == target)
        .count()
}

/// Oracle: pandas on the whole of CDNOW, features to 1997-09-30 and labels to 1998-06-30.
#[test]
fn cdnow_to_the_end_of_september_is_what_pandas_makes_of_it() {
    let Some(log) = cdnow() else { return };
    let params = SnapshotParams::new(date("1997-09-30")).horizon_days(273);
    let snapshot = params.clone().target(SnapshotTarget::PurchaseCount).run(&log).unwrap();
    let report = snapshot.report();
    assert_eq!((report.n_customers, report.n_rows, report.n_censored), (23_570, 23_570, 0));
    assert_eq!(report.horizon.last_day, date("1998-06-30"));
    assert_eq!(report.target.as_ref().unwrap().n_positive, 7_058);
    assert_sums(
        &snapshot,
        &[
            ("recency_days", 4_270_092.0),
            ("tenure_days", 5_399_736.0),
            ("n_purchase_days", 47_907.0),
            ("n_active_months", 40_069.0),
            ("net_value", 1_723_354.5),
            ("mean_gap_days", 614_999.618_104_453_2),
            ("gap_cv", 4_039.877_627_923_82),
            ("future_purchase_days", 19_684.0),
            ("last_period_purchase_days", 47_907.0),
        ],
    );
    assert_sums(&params.target(SnapshotTarget::Spend).run(&log).unwrap(), &[("future_spend", 776_961.13)]);
}

/// Oracle: pandas. A window, eligibility and a gap.
#[test]
fn cdnow_over_a_window_is_what_pandas_makes_of_it() {
    let Some(log) = cdnow() else { return };
    let params =
        SnapshotParams::new(date("1997-09-30")).window_days(180).eligible_days(120).gap_days(7).horizon_days(90);
    let snapshot = params.target(SnapshotTarget::Purchase).run(&log).unwrap();
    assert_eq!(snapshot.report().n_rows, 5_302);
    assert_eq!(snapshot.report().target.as_ref().unwrap().n_positive, 2_383);
    assert_eq!(n_right(&snapshot.to_dataframe(), "purchased"), 2_798);
    assert_sums(
        &snapshot,
        &[
            ("recency_days", 277_254.0),
            ("tenure_days", 557_300.0),
            ("n_purchase_days", 13_925.0),
            ("n_active_months", 10_646.0),
            ("net_value", 550_855.42),
            ("mean_gap_days", 142_775.732_643_658_53),
            ("gap_cv", 1_389.682_655_221_770_3),
            ("last_period_purchased", 4_195.0),
        ],
    );
}

/// Oracle: pandas: of 24,337 gaps 21,929 are no longer than 125 days.
#[test]
fn the_horizon_of_cdnow_is_that_of_its_gaps() {
    let Some(log) = cdnow() else { return };
    let horizon = SnapshotParams::new(date("1997-09-30")).run(&log).unwrap().report().horizon.clone();
    let covered_share = 21_929.0 / 24_337.0;
    assert_eq!(horizon.choice, HorizonChoice::FromGaps { n_returning: 9_451, n_gaps: 24_337, covered_share });
    assert_eq!((horizon.days, horizon.last_day), (125, date("1998-02-02")));
}

/// Oracle: `cdnow_sample_cal_holdout.csv`, customer by customer: `x` purchases after the first,
/// `t_x` and `T` days, exact amounts.
#[test]
fn every_customer_of_the_cdnow_sample_is_that_of_the_reference() {
    let (Some(sales), Some(reference)) =
        (shared("data/cdnow_sample_transactions.csv"), shared("reference/cdnow_sample_cal_holdout.csv"))
    else {
        return;
    };
    let columns = TransactionColumns::new("customer_id", "date").amount("amount").time_format("%Y-%m-%d");
    let log = TransactionLog::scan(sales.to_str().unwrap(), &columns).unwrap();
    let params = SnapshotParams::new(date("1997-09-30")).horizon_days(273);
    let got = |target: SnapshotTarget, names: &[&str]| -> Vec<Vec<f64>> {
        let frame = params.clone().target(target).run(&log).unwrap().to_dataframe();
        let column = |name: &&str| {
            let column = frame.column(name).unwrap().cast(&DataType::Float64).unwrap();
            column.f64().unwrap().iter().map(Option::unwrap).collect()
        };
        names.iter().map(column).collect()
    };
    let counts = got(
        SnapshotTarget::PurchaseCount,
        &["n_purchase_days", "recency_days", "tenure_days", "net_value", "future_purchase_days"],
    );
    let spend = got(SnapshotTarget::Spend, &["future_spend"]).remove(0);
    let text = std::fs::read_to_string(reference).unwrap();
    let rows: Vec<Vec<f64>> =
        text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect();
    assert_eq!((rows.len(), counts[0].len()), (2_357, 2_357));
    for (at, row) in rows.iter().enumerate() {
        let (x, t_x, age) = (counts[0][at] - 1.0, counts[2][at] - counts[1][at], counts[2][at]);
        assert_eq!(
            [x, t_x, age, counts[3][at], counts[4][at], spend[at]],
            [row[1], row[2], row[3], row[7], row[8], row[9]],
            "{at}"
        );
    }
}

/// Oracle: pandas. Orders, products, refunds, seasons.
#[test]
fn online_retail_is_what_pandas_makes_of_it() {
    let Some(log) = online_retail() else { return };
    let params = SnapshotParams::new(date("2011-05-31")).horizon_days(90);
    let snapshot = params.clone().target(SnapshotTarget::NetSpend).run(&log).unwrap();
    let report = snapshot.report();
    assert_eq!((report.rows.n_rows, report.rows.n_used), (824_293, 824_293));
    assert_eq!((report.n_customers, report.n_rows, report.n_not_started), (5_939, 4_933, 1_006));
    assert_sums(
        &snapshot,
        &[
            ("n_orders", 25_846.0),
            ("n_purchase_days", 23_066.0),
            ("n_products", 346_010.0),
            ("n_active_months", 17_811.0),
            ("net_value", 11_530_905.065),
            ("n_refunds", 13_298.0),
            ("recency_days", 832_232.0),
            ("tenure_days", 1_762_005.0),
            ("refund_share", 169.496_070_637_221_27),
            ("weekend_share", 702.299_124_437_126_5),
            ("spend_trend", 711.159_161_494_732_9),
            ("same_season_spend", 1_798_890.83),
            ("mean_order_value", 1_877_392.243_767_641),
            ("mean_gap_days", 300_910.848_931_096_26),
            ("gap_cv", 1_720.652_964_592_120_5),
            ("last_period_purchased", 1_959.0),
            ("last_period_spend", 1_700_976.821),
            ("future_net_value", 1_622_761.23),
        ],
    );
    let purchases = params.target(SnapshotTarget::Purchase).run(&log).unwrap();
    assert_eq!(purchases.report().target.as_ref().unwrap().n_positive, 1_621);
    assert_eq!(n_right(&purchases.to_dataframe(), "purchased"), 3_565);
}

/// Oracle: pandas. The same over a year, with a gap of two weeks and customers of half a year.
#[test]
fn online_retail_over_a_year_is_what_pandas_makes_of_it() {
    let Some(log) = online_retail() else { return };
    let params =
        SnapshotParams::new(date("2011-05-31")).window_days(365).eligible_days(180).gap_days(14).horizon_days(90);
    let snapshot = params.target(SnapshotTarget::Spend).run(&log).unwrap();
    let report = snapshot.report();
    assert_eq!((report.n_rows, report.n_not_active, report.n_not_started), (2_659, 2_274, 1_006));
    assert_sums(
        &snapshot,
        &[
            ("n_orders", 14_981.0),
            ("n_products", 201_964.0),
            ("net_value", 7_066_396.174),
            ("n_refunds", 7_452.0),
            ("refund_share", 74.366_039_274_742_09),
            ("weekend_share", 354.805_194_108_158_3),
            ("spend_trend", 625.615_568_117_450_2),
            ("same_season_spend", 1_377_425.76),
            ("mean_order_value", 1_110_269.513_936_710_5),
            ("gap_cv", 1_117.238_888_245_691),
            ("future_spend", 1_556_966.66),
        ],
    );
}
