//! Definitions, edges and laws of the activity summary.
#![allow(clippy::disallowed_methods, reason = "tests build their own frames")]

use polars::prelude::*;

use super::reading::ActivityReading;
use super::{Activity, ActivityParams, ActivityTable, DatedBy, Incomplete, Period, ZeroAmount};
use crate::analysis::Analysis;
use crate::error::Error;
use crate::frame::{ToDataFrame, TransactionColumns, TransactionLog};
use chrono::NaiveDate;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn params() -> ActivityParams {
    ActivityParams::new(day(2026, 1, 31))
}

/// Everything that can be counted, rows that lack something left out.
fn counting_all() -> Activity {
    params().incomplete(Incomplete::Exclude).count_orders().count_periods(Period::Week).check().unwrap()
}

fn columns() -> TransactionColumns {
    TransactionColumns::new("who", "when").amount("paid").order("order")
}

fn read(activity: &Activity, frame: &DataFrame) -> ActivityReading {
    let log = TransactionLog::new(frame.clone().lazy(), &columns()).unwrap();
    activity.reduce(activity.plan(&log).unwrap()).unwrap()
}

fn summary(activity: &Activity, frame: &DataFrame) -> ActivityTable {
    activity.finish(read(activity, frame)).unwrap()
}

/// A table with its buy-till-you-die summary and row counts, every digit of it as text.
fn in_full(table: &ActivityTable) -> String {
    serde_json::to_string(&(table, table.btyd().unwrap())).unwrap()
}

/// Lines of a few hundred customers over two years, some of them incomplete: on and off
/// the price grid, small and too large for 64 bits of points.
fn lines(n: u32) -> DataFrame {
    let mut state = 7_u64;
    let mut below = move |limit: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let mut who: Vec<Option<i64>> = Vec::new();
    let (mut when, mut paid, mut order) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n {
        who.push((below(50) > 0).then(|| below(300) as i64 - 150));
        when.push((below(50) > 0).then(|| 20_484 - below(730) as i32));
        let cents = below(20_000) as f64 / 100.0 - 20.0;
        paid.push(match below(40) {
            0 => None,
            1 => Some(f64::NAN),
            2 => Some(cents / 3.0),
            3 => Some(9e14),
            _ => Some(cents),
        });
        order.push((below(50) > 0).then(|| below(2_000) as i64));
    }
    let mut frame = df!("who" => who, "when" => when, "paid" => paid, "order" => order).unwrap();
    frame.apply("when", |days| days.cast(&DataType::Date).unwrap()).unwrap();
    frame
}

/// The same lines with ids and orders as text; every third id a long one.
fn as_text(frame: &DataFrame) -> DataFrame {
    let mut frame = frame.clone();
    let text =
        |id: Option<i64>| id.map(|id| if id % 3 == 0 { format!("customer number {id}") } else { format!("C{id}") });
    let who: StringChunked = frame.column("who").unwrap().i64().unwrap().iter().map(text).collect();
    frame.replace("who", who.into_series().into()).unwrap();
    frame.apply("order", |orders| orders.cast(&DataType::String).unwrap()).unwrap();
    frame
}

#[test]
fn merging_halves_equals_reading_whole() {
    let integers = lines(4_000);
    for frame in [as_text(&integers), integers] {
        let (left, right) = frame.split_at(1_500);
        for (a, b) in [(&left, &right), (&right, &left)] {
            let merged = read(&counting_all(), a).merge(read(&counting_all(), b)).unwrap();
            let merged = counting_all().finish(merged).unwrap();
            assert_eq!(in_full(&merged), in_full(&summary(&counting_all(), &frame)));
        }
    }
}

#[test]
fn row_order_and_chunks_change_nothing() {
    let integers = lines(3_000);
    for frame in [as_text(&integers), integers] {
        let whole = in_full(&summary(&counting_all(), &frame));
        let reversed = frame.reverse();
        let mut in_chunks = frame.slice(0, 10);
        for start in (10..3_000).step_by(997) {
            in_chunks.vstack_mut(&frame.slice(start, 997)).unwrap();
        }
        assert!(in_chunks.first_col_n_chunks() > 1);
        for other in [reversed, in_chunks.clone(), in_chunks.align_chunks_par().clone()] {
            assert_eq!(in_full(&summary(&counting_all(), &other)), whole);
        }
    }
}

#[test]
fn one_thread_and_four_give_the_same_table() {
    let frame = as_text(&lines(100_000));
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| in_full(&summary(&counting_all(), &frame)))
    };
    assert_eq!(with(1), with(4));
}

/// Oracle: the group-by of polars, on lines whose sums in doubles are exact.
#[test]
fn the_summary_agrees_with_a_group_by() {
    let frame = lines(20_000).lazy().filter(col("paid").is_not_nan().and(col("paid").lt(1e14)));
    let frame = frame
        .with_column((col("paid") * lit(4.0)).cast(DataType::Int64).cast(DataType::Float64) / lit(4.0))
        .drop_nulls(None)
        .collect()
        .unwrap();
    let table = summary(&params().count_orders().check().unwrap(), &frame).to_dataframe();
    let of = |lines: Expr| col("paid").filter(lines);
    let (purchase, refund) = (col("paid").gt_eq(lit(0.0)), col("paid").lt(lit(0.0)));
    let expected = frame
        .lazy()
        .group_by([col("who")])
        .agg([
            col("when").filter(purchase.clone()).min().alias("first_date"),
            col("when").filter(purchase.clone()).max().alias("last_date"),
            of(purchase.clone()).len().alias("n_purchases"),
            of(refund.clone()).len().alias("n_refunds"),
            col("order").filter(purchase).n_unique().alias("n_orders"),
            col("paid").sum().alias("net_value"),
            (lit(0.0) - of(refund).sum()).alias("refund_value"),
        ])
        .sort(["who"], SortMultipleOptions::default())
        .collect()
        .unwrap();
    for name in ["first_date", "last_date", "n_purchases", "n_refunds", "n_orders", "net_value", "refund_value"] {
        let ours = table.column(name).unwrap();
        assert!(ours.equals_missing(&expected.column(name).unwrap().cast(ours.dtype()).unwrap()), "{name}");
    }
}

#[test]
fn integer_and_text_ids_agree() {
    let frame = lines(5_000);
    let integers = summary(&counting_all(), &frame).to_dataframe();
    let texts = summary(&counting_all(), &as_text(&frame)).to_dataframe();
    let name = |id: i64| if id % 3 == 0 { format!("customer number {id}") } else { format!("C{id}") };
    let ids: StringChunked = integers.column("customer").unwrap().i64().unwrap().iter().flatten().map(name).collect();
    let mut renamed = integers;
    renamed.replace("customer", ids.into_series().into()).unwrap();
    let renamed = renamed.sort(["customer"], SortMultipleOptions::default()).unwrap();
    assert!(renamed.equals_missing(&texts));
}

#[test]
fn texts_come_in_the_order_of_their_bytes() {
    let mut ids = vec![
        "a",
        "a\0",
        "a\0\0",
        "b",
        "twelve bytes",
        "twelve bytes\0",
        "twelve bytes.",
        "客户一",
        "客户一号客户",
        "the same first fifteen, then a",
        "the same first fifteen, then b",
        "the same first f",
        "the same first ",
    ];
    let n = ids.len();
    let frame =
        df!("who" => &ids, "when" => vec![20_000; n], "paid" => vec![1.0; n], "order" => vec![1_i64; n]).unwrap();
    let frame = frame.lazy().with_column(col("when").cast(DataType::Date)).collect().unwrap();
    let table = summary(&params().check().unwrap(), &frame.vstack(&frame.reverse()).unwrap());
    ids.sort_unstable();
    let got: Vec<&str> = table.customers().str().unwrap().iter().flatten().collect();
    assert_eq!(got, ids);
    assert_eq!(table.n_purchases(), vec![2; n]);
}

/// Sums in points of money, beyond them, and back.
#[test]
fn totals_are_exact_on_and_off_the_price_grid() {
    let frame = |paid: &[f64]| {
        let n = paid.len();
        let frame =
            df!("who" => vec![1_i64; n], "when" => vec![20_000; n], "paid" => paid, "order" => vec![1_i64; n]).unwrap();
        frame.lazy().with_column(col("when").cast(DataType::Date)).collect().unwrap()
    };
    let activity = params().check().unwrap();
    let cases: [(&[f64], f64, f64); 4] = [
        (&[0.1, 0.2, -0.05], 0.25, 0.05),
        (&[1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0], 1.0, 0.0),
        (&[9e14, 0.01, -9e14], 0.01, 9e14),
        (&[2e9; 6_000], 1.2e13, 0.0),
    ];
    for (paid, net, refunds) in cases {
        let whole = summary(&activity, &frame(paid));
        assert_eq!((whole.net_value(), whole.refund_value()), ([net].as_slice(), [refunds].as_slice()));
        let (left, right) = paid.split_at(paid.len() / 2);
        let merged = read(&activity, &frame(left)).merge(read(&activity, &frame(right))).unwrap();
        let merged = activity.finish(merged).unwrap();
        assert_eq!((merged.net_value(), merged.refund_value()), ([net].as_slice(), [refunds].as_slice()));
    }
}

/// Twelve lines of four customers, one of each kind that can go missing.
fn a_few_lines() -> DataFrame {
    let frame = df!(
        "who" => [Some(1_i64), Some(1), Some(1), Some(2), Some(2), Some(3), Some(4), None, Some(1), Some(1), Some(1), Some(1)],
        "when" => [Some("2026-01-01"), Some("2026-01-10"), Some("2026-01-20"), Some("2026-01-05"), Some("2026-01-06"),
            Some("2026-01-31"), Some("2026-01-15"), Some("2026-01-02"), None, Some("2026-02-01"), Some("2025-01-01"), Some("2026-01-02")],
        "paid" => [Some(10.0), Some(-2.5), Some(0.0), Some(-4.0), Some(-1.0),
            Some(f64::NAN), None, Some(1.0), Some(1.0), Some(1.0), Some(1.0), Some(1.0)],
        "order" => [Some(1_i64), Some(1), Some(2), Some(3), Some(4), Some(5), Some(6), Some(7), Some(8), Some(9), Some(10), None],
    );
    frame.unwrap().lazy().with_column(col("when").str().to_date(StrptimeOptions::default())).collect().unwrap()
}

#[test]
fn every_row_is_counted_once_by_the_first_reason() {
    let activity = params().window_days(60).incomplete(Incomplete::Exclude).count_orders().check().unwrap();
    let counts = *summary(&activity, &a_few_lines()).counts();
    let reasons = [
        counts.n_missing_time,
        counts.n_after_as_of,
        counts.n_before_window,
        counts.n_missing_customer,
        counts.n_missing_order,
        counts.n_missing_amount,
        counts.n_unusable_amount,
    ];
    assert_eq!(reasons, [1; 7]);
    assert_eq!((counts.n_rows, counts.n_used), (12, 5));
    assert_eq!(counts.n_incomplete(), 5);
    let zeroed = params().window_days(60).incomplete(Incomplete::AmountIsZero).count_orders().check().unwrap();
    let counts = *summary(&zeroed, &a_few_lines()).counts();
    assert_eq!((counts.n_used, counts.n_missing_amount, counts.n_amount_taken_as_zero), (6, 0, 1));
}

#[test]
fn a_count_of_all_lines_is_the_sum_of_the_reasons() {
    let counts = *summary(&counting_all(), &lines(10_000)).counts();
    assert_eq!(counts.n_rows, counts.n_used + counts.n_incomplete() + counts.n_after_as_of + counts.n_before_window);
}

#[test]
fn incomplete_rows_are_refused_with_their_count() {
    let activity = params().check().unwrap();
    let refused = activity.finish(read(&activity, &a_few_lines())).unwrap_err();
    assert!(matches!(refused, Error::Incomplete { rows: 1, .. }), "{refused}");
}

#[test]
fn a_customer_with_refunds_only_has_no_dates_unless_any_line_dates() {
    let by_purchase = params().window_days(60).incomplete(Incomplete::Exclude);
    let table = summary(&by_purchase.clone().check().unwrap(), &a_few_lines());
    assert_eq!(table.n_customers(), 2);
    assert_eq!(table.recency_days().collect::<Vec<_>>(), [Some(11), None]);
    assert_eq!((table.n_purchases(), table.n_refunds()), ([3, 0].as_slice(), [1, 2].as_slice()));
    assert_eq!((table.net_value(), table.refund_value()), ([8.5, -5.0].as_slice(), [2.5, 5.0].as_slice()));
    let by_any = by_purchase.dated_by(DatedBy::AnyLine).check().unwrap();
    let table = summary(&by_any, &a_few_lines());
    assert_eq!(table.recency_days().collect::<Vec<_>>(), [Some(11), Some(25)]);
    assert_eq!(table.tenure_days().collect::<Vec<_>>(), [Some(30), Some(26)]);
}

#[test]
fn a_free_line_is_a_purchase_or_nothing_as_asked() {
    let of = |policy| {
        let activity = params().window_days(60).incomplete(Incomplete::Exclude).zero_amount(policy).check().unwrap();
        let table = summary(&activity, &a_few_lines());
        (table.n_purchases()[0], table.recency_days().next().flatten())
    };
    assert_eq!(of(ZeroAmount::IsPurchase), (3, Some(11)));
    assert_eq!(of(ZeroAmount::IsNothing), (2, Some(29)));
}

#[test]
fn any_unit_of_time_and_any_zone_give_calendar_days() {
    let units = [TimeUnit::Milliseconds, TimeUnit::Microseconds, TimeUnit::Nanoseconds];
    // A second before and at midnight, before and after 1970.
    let texts = ["1969-12-30 23:59:59", "1969-12-31 00:00:00", "2026-01-30 23:59:59", "2026-01-31 00:00:00"];
    let frame = df!("who" => [1_i64, 2, 3, 4], "when" => texts, "paid" => [1.0; 4], "order" => [1_i64; 4]).unwrap();
    let recency = |when: Expr| {
        let frame = frame.clone().lazy().with_column(when).collect().unwrap();
        summary(&params().check().unwrap(), &frame).recency_days().flatten().collect::<Vec<_>>()
    };
    let expected = [20_486, 20_485, 1, 0];
    let format = StrptimeOptions { format: Some("%Y-%m-%d %H:%M:%S".into()), ..StrptimeOptions::default() };
    for unit in units {
        let parsed = col("when").str().to_datetime(Some(unit), None, format.clone(), lit("raise"));
        assert_eq!(recency(parsed.clone()), expected, "{unit:?}");
        let local = parsed.clone().dt().replace_time_zone(
            TimeZone::opt_try_new(Some("Asia/Shanghai")).unwrap(),
            lit("raise"),
            NonExistent::Raise,
        );
        assert_eq!(recency(local), expected, "{unit:?} in a zone");
        assert_eq!(recency(parsed.cast(DataType::Date)), expected);
    }
}

#[test]
fn two_currencies_are_refused() {
    let frame = a_few_lines().lazy().with_column(lit("EUR").alias("currency")).collect().unwrap();
    let activity = params().incomplete(Incomplete::Exclude).check().unwrap();
    let read = |frame: DataFrame| {
        let log = TransactionLog::new(frame.lazy(), &columns().currency("currency")).unwrap();
        activity.reduce(activity.plan(&log).unwrap())
    };
    let dollars = frame.clone().lazy().with_column(lit("USD").alias("currency")).collect().unwrap();
    let mixed = read(frame.vstack(&dollars).unwrap()).unwrap_err();
    assert!(mixed.to_string().contains("more than one currency"), "{mixed}");
    let merged = read(frame.clone()).unwrap().merge(read(dollars).unwrap()).unwrap_err();
    assert!(merged.to_string().contains("more than one currency"), "{merged}");
    let table = activity.finish(read(frame).unwrap()).unwrap();
    assert_eq!(table.currency(), Some("EUR"));
}

#[test]
fn readings_of_numbers_and_of_texts_do_not_merge() {
    let frame = lines(100);
    assert!(read(&counting_all(), &frame).merge(read(&counting_all(), &as_text(&frame))).is_err());
}

#[test]
fn no_rows_have_no_customers() {
    let frame = lines(10).clear();
    for frame in [as_text(&frame), frame] {
        let table = summary(&counting_all(), &frame);
        assert_eq!((table.n_customers(), table.counts().n_rows), (0, 0));
        assert_eq!(table.to_dataframe().height(), 0);
        assert_eq!(table.btyd().unwrap().x.len(), 0);
    }
}

/// By hand: customer 1 buys on days 0, 0, 10 and 40 of January and February 2025, gives one
/// back; customer 2 buys once; customer 3 only returns.
#[test]
fn buy_till_you_die_numbers_are_those_on_paper() {
    let frame = df!(
        "who" => [1_i64, 1, 1, 1, 1, 2, 3],
        "when" => [20_089, 20_089, 20_099, 20_129, 20_130, 20_100, 20_100],
        "paid" => [5.0, 6.0, 7.5, 8.5, -1.0, 9.0, -9.0],
        "order" => [1_i64; 7],
    );
    let frame = frame.unwrap().lazy().with_column(col("when").cast(DataType::Date)).collect().unwrap();
    let of = |period| {
        let activity = ActivityParams::new(day(2025, 3, 2)).count_periods(period).check().unwrap();
        summary(&activity, &frame).btyd().unwrap()
    };
    let days = of(Period::Day);
    assert_eq!((days.x, days.t_x, days.t_observed), (vec![2, 0], vec![40, 0], vec![60, 49]));
    assert_eq!(days.mean_repeat_value, [Some(8.0), None]);
    assert_eq!(days.n_without_purchase, 1);
    let months = of(Period::Month);
    assert_eq!((months.x, months.mean_repeat_value), (vec![1, 0], vec![Some(8.5), None]));
}

#[test]
fn what_needs_periods_asks_for_them() {
    let frame = a_few_lines();
    let without = params().incomplete(Incomplete::Exclude).check().unwrap();
    assert!(summary(&without, &frame).btyd().unwrap_err().is_param());
    let any_line =
        params().incomplete(Incomplete::Exclude).count_periods(Period::Day).dated_by(DatedBy::AnyLine).check().unwrap();
    assert!(summary(&any_line, &frame).btyd().unwrap_err().is_param());
}

#[test]
fn a_reading_is_not_finished_with_other_settings() {
    let frame = lines(50);
    let other = params().window_days(5).check().unwrap();
    assert!(counting_all().finish(read(&other, &frame)).is_err());
    assert!(read(&other, &frame).merge(read(&counting_all(), &frame)).is_err());
}

#[test]
fn an_amount_without_a_currency_is_not_taken_for_one_of_the_others() {
    let currency = when(col("paid").gt(lit(10.0))).then(lit("EUR")).otherwise(lit(NULL));
    let frame = lines(50).lazy().with_column(currency.alias("currency"));
    let log = TransactionLog::new(frame, &columns().currency("currency")).unwrap();
    let refused = params().incomplete(Incomplete::Exclude).run(&log).map(|table| table.currency().map(str::to_owned));
    assert!(refused.unwrap_err().to_string().contains("row(s) lack a currency"));
}
