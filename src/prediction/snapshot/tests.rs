//! Six customers worked out by hand, and what is refused.

use chrono::NaiveDate;
use polars::prelude::*;

use super::*;
use crate::analysis::Analysis;
use crate::frame::{ToDataFrame, TransactionColumns, TransactionLog};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The six customers of the hand-checked log.
///
/// ```text
/// 1  2025-12-20 100.00 · 2026-01-03 (Sat) a1 tea 10.10, cup 20.20 · 02-02 (Mon) a2 tea 30.00
///    02-10 refund 10.10 · 03-14 (Sat) a3 tea 40.00 │ 04-05 5.00 (gap) · 04-20 7.00
/// 2  2026-03-31 (Tue) 25.00 │ 04-07 1.00 (last day of the gap)
/// 3  2025-12-31 9.00
/// 4  │ 2026-04-10 3.00
/// 5  2026-01-01 (Thu) 8.00 · 03-01 refund 3.00 │ 04-15 refund 5.00
/// 6  2026-02-01 refund 2.00
/// ```
fn six() -> DataFrame {
    let lines = [
        (1, "2025-12-20", 100.0, "a0", "tea", "shop"),
        (1, "2026-01-03", 10.10, "a1", "tea", "shop"),
        (1, "2026-01-03", 20.20, "a1", "cup", "shop"),
        (1, "2026-02-02", 30.0, "a2", "tea", "web"),
        (1, "2026-02-10", -10.10, "a1", "tea", "shop"),
        (1, "2026-03-14", 40.0, "a3", "tea", "web"),
        (1, "2026-04-05", 5.0, "a4", "pot", "web"),
        (1, "2026-04-20", 7.0, "a5", "pot", "web"),
        (2, "2026-03-31", 25.0, "b1", "cup", "shop"),
        (2, "2026-04-07", 1.0, "b2", "cup", "shop"),
        (3, "2025-12-31", 9.0, "c1", "tea", "shop"),
        (4, "2026-04-10", 3.0, "d1", "tea", "shop"),
        (5, "2026-01-01", 8.0, "e1", "tea", "shop"),
        (5, "2026-03-01", -3.0, "e1", "tea", "shop"),
        (5, "2026-04-15", -5.0, "e1", "tea", "shop"),
        (6, "2026-02-01", -2.0, "f1", "tea", "shop"),
    ];
    df!(
        "who" => lines.map(|line| i64::from(line.0)),
        "when" => lines.map(|line| line.1),
        "paid" => lines.map(|line| line.2),
        "order" => lines.map(|line| line.3),
        "sku" => lines.map(|line| line.4),
        "place" => lines.map(|line| line.5),
    )
    .unwrap()
}

fn log_of(frame: DataFrame) -> TransactionLog {
    let columns = TransactionColumns::new("who", "when")
        .amount("paid")
        .order("order")
        .product("sku")
        .channel("place")
        .time_format("%Y-%m-%d");
    TransactionLog::new(frame.lazy(), &columns).unwrap()
}

/// Window 2026-01-01 to 03-31 (90 days, later half from 02-15), gap to 04-07, label to 05-07.
fn params() -> SnapshotParams {
    SnapshotParams::new(date("2026-03-31"))
        .window_days(90)
        .gap_days(7)
        .horizon_days(30)
        .observed_until(date("2026-05-31"))
}

fn numbers(frame: &DataFrame, name: &str) -> Vec<Option<f64>> {
    let column = frame.column(name).unwrap().cast(&DataType::Float64).unwrap();
    column.f64().unwrap().iter().collect()
}

#[track_caller]
fn assert_column(frame: &DataFrame, name: &str, expected: [Option<f64>; 3]) {
    for (got, expected) in numbers(frame, name).into_iter().zip(expected) {
        match (got, expected) {
            (Some(got), Some(expected)) => {
                assert!((got - expected).abs() <= 1e-15 * expected.abs(), "{name}: got {got}, expected {expected}");
            }
            (got, expected) => assert_eq!(got, expected, "{name}"),
        }
    }
}

/// Oracle: by hand, from the lines above.
#[test]
fn features_of_six_customers_are_those_worked_out_by_hand() {
    let snapshot = params().run(&log_of(six())).unwrap();
    let frame = snapshot.to_dataframe();
    let ids: Vec<i64> = frame.column("customer").unwrap().i64().unwrap().iter().flatten().collect();
    assert_eq!(ids, [1, 2, 5]);
    assert_column(&frame, "recency_days", [Some(17.0), Some(0.0), Some(89.0)]);
    assert_column(&frame, "tenure_days", [Some(87.0), Some(0.0), Some(89.0)]);
    assert_column(&frame, "n_purchase_days", [Some(3.0), Some(1.0), Some(1.0)]);
    assert_column(&frame, "n_active_months", [Some(3.0), Some(1.0), Some(1.0)]);
    assert_column(&frame, "n_orders", [Some(3.0), Some(1.0), Some(1.0)]);
    assert_column(&frame, "net_value", [Some(90.2), Some(25.0), Some(5.0)]);
    assert_column(&frame, "mean_order_value", [Some(100.3 / 3.0), Some(25.0), Some(8.0)]);
    // 40 after 02-15 and 60.30 before.
    assert_column(&frame, "spend_trend", [Some(-20.3 / 100.3), Some(1.0), Some(-1.0)]);
    // 30 days and 40 days: mean 35, standard deviation the root of 50.
    assert_column(&frame, "mean_gap_days", [Some(35.0), None, None]);
    assert_column(&frame, "gap_cv", [Some(50_f64.sqrt() / 35.0), None, None]);
    assert_column(&frame, "n_products", [Some(2.0), Some(1.0), Some(1.0)]);
    assert_column(&frame, "n_channels", [Some(2.0), Some(1.0), Some(1.0)]);
    assert_column(&frame, "n_refunds", [Some(1.0), Some(0.0), Some(1.0)]);
    assert_column(&frame, "refund_share", [Some(10.1 / 100.3), Some(0.0), Some(3.0 / 8.0)]);
    assert_column(&frame, "weekend_share", [Some(70.3 / 100.3), Some(0.0), Some(0.0)]);
    assert_eq!(snapshot.table().features().len(), 15, "{:?}", snapshot.table().features());
}

/// Oracle: by hand. The purchase in the gap is none of the label window, and neither is a refund
/// a purchase. The thirty days to the cutoff begin on 03-02.
#[test]
fn targets_and_last_periods_of_six_customers_are_those_worked_out_by_hand() {
    let of = |target: SnapshotTarget| {
        let snapshot = params().target(target.clone()).run(&log_of(six())).unwrap();
        assert_eq!(snapshot.table().target(), Some(target.column()));
        let frame = snapshot.to_dataframe();
        (numbers(&frame, target.column()), numbers(&frame, snapshot.baseline().unwrap()))
    };
    let some = |values: [f64; 3]| values.map(Some).to_vec();
    assert_eq!(of(SnapshotTarget::NoPurchase), (some([0.0, 1.0, 1.0]), some([0.0, 0.0, 1.0])));
    assert_eq!(of(SnapshotTarget::Purchase), (some([1.0, 0.0, 0.0]), some([1.0, 1.0, 0.0])));
    assert_eq!(of(SnapshotTarget::PurchaseCount), (some([1.0, 0.0, 0.0]), some([1.0, 1.0, 0.0])));
    assert_eq!(of(SnapshotTarget::Spend), (some([7.0, 0.0, 0.0]), some([40.0, 25.0, 0.0])));
    assert_eq!(of(SnapshotTarget::NetSpend), (some([7.0, 0.0, -5.0]), some([40.0, 25.0, 0.0])));
}

/// Oracle: by hand.
#[test]
fn every_customer_and_line_is_counted_with_its_reason() {
    let snapshot = params().run(&log_of(six())).unwrap();
    let report = snapshot.report();
    assert_eq!((report.n_customers, report.n_rows, report.n_not_active, report.n_not_started), (6, 3, 1, 2));
    assert_eq!((report.n_eligible(), report.n_censored), (3, 0));
    assert_eq!((report.n_lines_after_cutoff, report.n_lines_before_window), (5, 2));
    assert_eq!((report.rows.n_rows, report.rows.n_used), (16, 16));
    assert_eq!(report.window_first_day, date("2026-01-01"));
    assert_eq!((report.horizon.first_day, report.horizon.last_day), (date("2026-04-08"), date("2026-05-07")));
    let target = report.target.as_ref().unwrap();
    assert_eq!((target.n_positive, target.positive_share), (2, Some(2.0 / 3.0)));
    let shown = snapshot.to_string();
    for part in ["2026-04-08 to 2026-05-07: 30 day(s) after a gap of 7, as set", "3 of 6", "`churned`: 2 positive"] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}

/// Oracle: by hand. Days between purchases up to the cutoff: 1: 14 (12-20 to 01-03), 30, 40.
/// Nine tenths of three is more than two, so all three are covered.
#[test]
fn a_horizon_that_is_not_set_covers_nine_tenths_of_the_times_between_purchases() {
    let params = SnapshotParams::new(date("2026-03-31")).observed_until(date("2026-12-31"));
    let snapshot = params.run(&log_of(six())).unwrap();
    let horizon = &snapshot.report().horizon;
    assert_eq!(horizon.days, 40);
    assert_eq!(horizon.choice, HorizonChoice::FromGaps { n_returning: 1, n_gaps: 3, covered_share: 1.0 });
}

#[test]
fn customers_are_censored_where_the_label_window_outlasts_the_data() {
    let refused = params().observed_until(date("2026-05-06")).run(&log_of(six())).unwrap_err();
    assert!(refused.is_data());
    assert_eq!(
        refused.to_string(),
        "snapshot: all 3 eligible customer(s) are censored, as the label window ends on 2026-05-07 and the data on \
         2026-05-06; take an earlier cutoff or a shorter `horizon_days`, or say how far the data go with \
         `observed_until`"
    );
    assert_eq!(params().observed_until(date("2026-05-07")).run(&log_of(six())).unwrap().report().n_rows, 3);
    // Nothing has to be seen of customers who are only scored.
    let scored = params().observed_until(date("2026-03-31")).without_target().run(&log_of(six())).unwrap();
    assert_eq!((scored.report().n_rows, scored.table().target(), scored.baseline()), (3, None, None));
    // A customer who was watched for less is censored alone, whatever was seen.
    let profile = df!("who" => [1_i64, 2, 5], "closed" => [Some("2026-04-20"), None, Some("2026-05-07")]).unwrap();
    let profile = profile.lazy().with_column(col("closed").cast(DataType::Date));
    let input =
        SnapshotInput::new(&log_of(six())).profile(profile, ProfileColumns::new("who").observed_until("closed"));
    let report = params().run(&input).unwrap().report().clone();
    assert_eq!((report.n_rows, report.n_censored, report.n_eligible()), (2, 1, 3));
}

fn contracts() -> LazyFrame {
    let frame = df!(
        "who" => [1_i64, 2, 3, 4, 5, 7, 8],
        "from" => ["2025-01-01", "2025-01-01", "2026-03-31", "2026-04-01", "2025-01-01", "2025-01-01", "2025-01-01"],
        "until" => [None, Some("2026-03-31"), Some("2026-05-07"), None, Some("2026-04-07"), Some("2026-04-08"), Some("2026-05-08")],
        "plan" => ["basic", "basic", "plus", "plus", "basic", "plus", "plus"],
        "renewed" => [None, None, None, None, None, Some("2026-05-01"), Some("2026-03-31")],
    );
    frame.unwrap().lazy().with_columns([col("from"), col("until"), col("renewed")].map(|day| day.cast(DataType::Date)))
}

/// Oracle: by hand. 2 ended on the cutoff, 4 begins after it, 5 ends on the last day of the gap;
/// 3 and 7 end on the last and the first day of the label window, 8 the day after.
#[test]
fn contracts_that_end_in_the_label_window_are_churn() {
    let target = SnapshotTarget::ContractEnd { start: Some("from".to_owned()), end: "until".to_owned() };
    let input = SnapshotInput::new(&log_of(six())).profile(contracts(), ProfileColumns::new("who"));
    let snapshot = params().target(target.clone()).run(&input).unwrap();
    let frame = snapshot.to_dataframe();
    let ids: Vec<i64> = frame.column("customer").unwrap().i64().unwrap().iter().flatten().collect();
    assert_eq!(ids, [1, 3, 7, 8]);
    assert_eq!(numbers(&frame, "churned"), [0.0, 1.0, 1.0, 0.0].map(Some));
    assert_eq!(numbers(&frame, "contract_days"), [454.0, 0.0, 454.0, 454.0].map(Some));
    // Customer 7 has no line in the log, 3 none in the window.
    assert_eq!(numbers(&frame, "recency_days"), [Some(17.0), None, None, None]);
    assert_eq!(numbers(&frame, "net_value"), [90.2, 0.0, 0.0, 0.0].map(Some));
    let report = snapshot.report();
    assert_eq!((report.n_customers, report.n_rows), (7, 4));
    assert_eq!((report.n_ended_before, report.n_ended_in_gap, report.n_not_started), (1, 1, 1));
    // The date of a renewal still to come was not known; the end of the contract is no feature.
    assert_eq!(report.profile.as_ref().unwrap().n_emptied, [("renewed".to_owned(), 1)]);
    assert!(snapshot.table().features().iter().all(|name| name != "until" && name != "from"));
    assert_eq!(snapshot.baseline(), None);
    let refused = params().target(target).run(&log_of(six())).unwrap_err();
    assert!(refused.is_param(), "{refused}");
}

/// Oracle: by hand. On the cutoff nobody knew that the contract would end on 04-15; the row that
/// says so came later, and so did the plan of another customer.
#[test]
fn the_end_of_a_contract_is_read_from_the_last_row_and_its_features_from_that_of_the_cutoff() {
    let frame = df!(
        "who" => [1_i64, 1, 2, 2],
        "since" => ["2026-01-01", "2026-04-20", "2026-01-01", "2026-04-02"],
        "until" => [None, Some("2026-04-15"), Some("2026-04-15"), Some("2027-04-15")],
        "plan" => ["basic", "left", "basic", "plus"],
    );
    let profile = frame.unwrap().lazy().with_columns([col("since"), col("until")].map(|day| day.cast(DataType::Date)));
    let input = SnapshotInput::new(&log_of(six())).profile(profile, ProfileColumns::new("who").valid_from("since"));
    let target = SnapshotTarget::ContractEnd { start: None, end: "until".to_owned() };
    let frame = params().target(target).run(&input).unwrap().to_dataframe();
    assert_eq!(numbers(&frame, "churned"), [1.0, 0.0].map(Some));
    let plans: Vec<Option<&str>> = frame.column("plan").unwrap().str().unwrap().iter().collect();
    assert_eq!(plans, [Some("basic"), Some("basic")]);
}

/// Oracle: by hand.
#[test]
fn of_a_profile_the_row_that_held_at_the_cutoff_is_taken() {
    let frame = df!(
        "who" => [1_i64, 1, 1, 2, 2, 9],
        "since" => [Some("2026-01-01"), Some("2026-03-31"), Some("2026-04-01"), Some("2026-04-01"), None, Some("2026-01-01")],
        "城市" => ["上海", "成都", "广州", "上海", "上海", "上海"],
        "score" => [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        "scored" => ["2026-01-01", "2026-04-02", "2026-01-01", "2026-01-01", "2026-01-01", "2026-01-01"],
    );
    let frame = frame.unwrap().lazy().with_columns([col("since"), col("scored")].map(|day| day.cast(DataType::Date)));
    let columns = ProfileColumns::new("who").valid_from("since").known_since("score", "scored");
    let input = SnapshotInput::new(&log_of(six())).profile(frame.clone(), columns);
    let snapshot = params().run(&input).unwrap();
    let frame_of_snapshot = snapshot.to_dataframe();
    let cities: Vec<Option<&str>> = frame_of_snapshot.column("城市").unwrap().str().unwrap().iter().collect();
    assert_eq!(cities, [Some("成都"), None, None]);
    assert_eq!(numbers(&frame_of_snapshot, "score"), [None, None, None]);
    let counts = snapshot.report().profile.clone().unwrap();
    assert_eq!((counts.n_rows, counts.n_after_cutoff, counts.n_undated, counts.n_customers_without), (6, 2, 1, 2));
    assert_eq!(counts.n_emptied, [("score".to_owned(), 1)]);
    let input = SnapshotInput::new(&log_of(six())).profile(frame, ProfileColumns::new("who"));
    let refused = params().run(&input).unwrap_err().to_string();
    assert!(refused.starts_with("snapshot: 2 customer(s) have several rows in the profile"), "{refused}");
}

/// Oracle: by hand.
#[test]
fn events_are_counted_by_kind_over_the_window() {
    let frame = df!(
        "id" => [Some(1_i64), Some(1), Some(1), Some(1), Some(2), Some(5), Some(4), None, Some(1)],
        "at" => ["2026-01-01", "2026-03-31", "2026-04-01", "2025-12-31", "2026-02-01", "2026-02-01", "2026-02-01", "2026-02-01", "2026-02-01"],
        "what" => [Some("visit"), Some("visit"), Some("visit"), Some("visit"), Some("complaint"), None, Some("visit"), Some("visit"), Some("visit")],
    );
    let frame = frame.unwrap().lazy().with_column(col("at").cast(DataType::Date));
    let run = |columns: EventColumns| {
        params().run(SnapshotInput::new(&log_of(six())).events(frame.clone(), columns)).unwrap()
    };
    let snapshot = run(EventColumns::new("id", "at").kind("what"));
    let table = snapshot.to_dataframe();
    assert_eq!(numbers(&table, "n_events_visit"), [3.0, 0.0, 0.0].map(Some));
    assert_eq!(numbers(&table, "n_events_complaint"), [0.0, 1.0, 0.0].map(Some));
    let counts = snapshot.report().events.clone().unwrap();
    assert_eq!((counts.n_events, counts.n_used, counts.n_after_cutoff, counts.n_before_window), (9, 4, 1, 1));
    assert_eq!((counts.n_incomplete, counts.n_other_kind, counts.n_other_customers), (1, 1, 1));
    let named = run(EventColumns::new("id", "at").kind("what").kinds(["refund", "visit"])).to_dataframe();
    assert_eq!(numbers(&named, "n_events_refund"), [0.0; 3].map(Some));
    assert!(named.column("n_events_complaint").is_err());
    let all = run(EventColumns::new("id", "at")).to_dataframe();
    assert_eq!(numbers(&all, "n_events"), [3.0, 1.0, 1.0].map(Some));
}

/// Oracle: by hand: the lines of the window alone, refunds among them.
#[test]
fn own_aggregates_see_the_window_alone() {
    let input = SnapshotInput::new(&log_of(six()))
        .aggregate("largest", col("amount").max())
        .aggregate("n_lines", len())
        .aggregate("tea_share", col("product").eq(lit("tea")).mean());
    let snapshot = params().run(&input).unwrap();
    let frame = snapshot.to_dataframe();
    assert_eq!(numbers(&frame, "largest"), [40.0, 25.0, 8.0].map(Some));
    assert_eq!(numbers(&frame, "n_lines"), [5.0, 1.0, 2.0].map(Some));
    assert_eq!(numbers(&frame, "tea_share"), [0.8, 0.0, 1.0].map(Some));
    assert!(snapshot.table().features().ends_with(&[
        "largest".to_owned(),
        "n_lines".to_owned(),
        "tea_share".to_owned()
    ]));
}

#[test]
fn aggregates_that_are_none_or_bring_their_own_data_are_refused() {
    let refused = |name: &str, expr: Expr| {
        params().run(SnapshotInput::new(&log_of(six())).aggregate(name, expr)).unwrap_err().to_string()
    };
    let list = refused("all", col("amount"));
    assert!(list.contains("aggregate `all` gives list[f64], not one value per customer"), "{list}");
    let future = refused("future", lit(Series::new("x".into(), [1.0, 2.0])).sum());
    assert!(future.contains("aggregate `future` brings data of its own"), "{future}");
    let taken = refused("net_value", col("amount").sum());
    assert!(taken.contains("aggregate `net_value` of your own has a name that is taken"), "{taken}");
    assert!(refused("customer", col("amount").sum()).contains("`customer`"));
    assert!(refused("gone", col("nothing").sum()).contains("query failed"));
}

#[test]
fn settings_outside_their_range_are_refused() {
    let refused = |params: SnapshotParams| params.check().unwrap_err().to_string();
    assert_eq!(
        refused(params().window_days(0)),
        "snapshot: `window_days` must be at least 1 and within the calendar, got 0"
    );
    assert_eq!(
        refused(params().eligible_days(91)),
        "snapshot: `eligible_days` must be at most `window_days`, 90, got 91"
    );
    assert!(refused(params().horizon_days(0)).contains("`horizon_days`"));
    assert!(refused(params().horizon_days(u32::MAX)).contains("`horizon_days`"));
    assert!(refused(params().observed_until(date("2026-03-30"))).contains("no earlier than the cutoff 2026-03-31"));
    for (step_days, n_cutoffs, named) in [(0, 1, "step_days"), (1, 0, "n_cutoffs"), (u32::MAX, 3, "step_days")] {
        let refused = params().rolling(step_days, n_cutoffs).check().unwrap_err();
        assert!(refused.is_param() && refused.to_string().contains(named), "{refused}");
    }
    let text = serde_json::to_string(&params()).unwrap();
    assert_eq!(serde_json::from_str::<SnapshotParams>(&text).unwrap(), params());
    assert!(serde_json::from_str::<SnapshotPlan>(&text.replace("\"window_days\":90", "\"window_days\":0")).is_err());
    assert!(serde_json::from_str::<SnapshotParams>(r#"{"cutoff": "2026-01-01", "windows": 3}"#).is_err());
}

#[test]
fn logs_without_anybody_to_predict_are_refused_with_the_reason() {
    let empty = params().run(&log_of(six().head(Some(0)))).unwrap_err();
    assert_eq!(empty.to_string(), "snapshot: the log has no row with a customer, a time and an amount");
    let early = SnapshotParams::new(date("2020-01-01")).horizon_days(30).run(&log_of(six())).unwrap_err();
    assert!(early.to_string().contains("6 have not begun"), "{early}");
    let once = six().slice(8, 1);
    let no_gap = SnapshotParams::new(date("2026-03-31")).run(&log_of(once)).unwrap_err();
    assert!(no_gap.to_string().ends_with("set `horizon_days`"), "{no_gap}");
}

#[test]
fn rows_that_lack_something_are_refused_or_counted() {
    let rows = df!(
        "who" => [Some(1_i64), None, Some(1), Some(1), Some(1), Some(2)],
        "when" => [Some("2026-03-01"), Some("2026-03-01"), None, Some("2026-03-02"), Some("2026-03-03"), Some("2026-03-04")],
        "paid" => [Some(1.0), Some(1.0), Some(1.0), None, Some(f64::NAN), Some(0.0)],
        "order" => ["a"; 6], "sku" => ["a"; 6], "place" => ["a"; 6],
    );
    let log = log_of(rows.unwrap());
    assert!(params().run(&log).unwrap_err().to_string().contains("snapshot: 1 row(s) lack"));
    let run = |params: SnapshotParams| params.run(&log).unwrap();
    let excluded = run(params().incomplete(crate::activity::Incomplete::Exclude));
    let rows = &excluded.report().rows;
    assert_eq!((rows.n_rows, rows.n_used, rows.n_incomplete()), (6, 2, 4));
    assert_eq!(excluded.report().n_rows, 2);
    let filled = params().incomplete(crate::activity::Incomplete::AmountIsZero);
    let filled = run(filled.zero_amount(crate::activity::ZeroAmount::IsNothing));
    assert_eq!((filled.report().n_rows, filled.report().n_not_started), (1, 1));
    assert_eq!((filled.report().rows.n_used, filled.report().rows.n_amount_taken_as_zero), (3, 1));
}

/// Oracle: by hand. 52 weeks before 2026-04-08 to 05-07 are 2025-04-09 to 05-08.
#[test]
fn last_year_s_season_is_a_feature_where_the_window_reaches_back() {
    let rows = df!(
        "who" => [1_i64; 5],
        "when" => ["2025-04-08", "2025-04-09", "2025-05-08", "2025-05-09", "2026-03-31"],
        "paid" => [1.0, 2.0, 4.0, 8.0, 16.0],
        "order" => ["a"; 5], "sku" => ["a"; 5], "place" => ["a"; 5],
    );
    let log = log_of(rows.unwrap());
    let season = |window: u32| {
        let snapshot = params().window_days(window).run(&log).unwrap();
        let value = snapshot.to_dataframe().column("same_season_spend").ok().map(|spent| spent.f64().unwrap().get(0));
        (value, snapshot.report().left_out.len())
    };
    // 2025-04-09 is 357 days before the first day after the cutoff.
    assert_eq!(season(357), (Some(Some(6.0)), 0));
    assert_eq!(season(356), (None, 1));
}

#[test]
fn rolling_cutoffs_stack_what_single_ones_give_and_never_overlap() {
    let rolling = params().rolling(20, 4).run(&log_of(six())).unwrap();
    let reports = rolling.reports();
    let expected = ["2026-03-31", "2026-04-20", "2026-05-10", "2026-05-30"].map(date);
    assert_eq!(reports.iter().map(|report| report.cutoff).collect::<Vec<_>>(), expected);
    // The last two label windows end on 06-16 and 07-06.
    assert_eq!(reports.iter().map(|report| report.n_censored > 0).collect::<Vec<_>>(), [false, false, true, true]);
    // The label window of 03-31 is open until 05-07, so that of 04-20 has nothing to learn from.
    assert_eq!(rolling.folds(), []);
    let frame = rolling.to_dataframe();
    let day = frame.column("cutoff").unwrap().date().unwrap().physical().clone();
    let at = |cutoff: NaiveDate| {
        let mask: BooleanChunked = day.iter().map(|day| day == Some(cutoff.to_epoch_days())).collect();
        frame.filter(&mask).unwrap().drop("cutoff").unwrap()
    };
    for cutoff in &expected[..2] {
        let alone = SnapshotParams { cutoff: *cutoff, ..params() }.run(&log_of(six())).unwrap();
        assert!(at(*cutoff).equals_missing(&alone.to_dataframe()), "{cutoff}");
        assert_eq!(rolling.table().features(), alone.table().features());
    }
    let longer = params().horizon_days(10).rolling(20, 4).run(&log_of(six())).unwrap();
    let folds: Vec<(usize, NaiveDate)> = longer.folds().iter().map(|fold| (fold.train.len(), fold.test)).collect();
    // 03-31 + 7 + 10 is 04-17: closed by 04-20.
    assert_eq!(folds, [(1, expected[1]), (2, expected[2])]);
    let (train, test) = longer.tables(&longer.folds()[1]);
    let n_rows =
        |table: &crate::frame::FeatureTable| crate::analysis::collect("test", table.lazy()).unwrap().height() as u64;
    assert_eq!(n_rows(&train), longer.reports()[0].n_rows + longer.reports()[1].n_rows);
    assert_eq!(n_rows(&test), longer.reports()[2].n_rows);
    assert!(longer.to_string().contains("2026-05-10"));
}

#[test]
fn the_plan_alone_runs_as_an_analysis() {
    let plan = params().check().unwrap();
    let log = log_of(six());
    let alone = plan.finish(plan.reduce(plan.plan(&log).unwrap()).unwrap()).unwrap();
    assert!(alone.to_dataframe().equals_missing(&plan.run(&log).unwrap().to_dataframe()));
    assert_eq!(SnapshotPlan::NAME, "snapshot");
}
