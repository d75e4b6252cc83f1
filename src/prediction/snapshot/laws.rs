//! Laws: nothing after the cutoff reaches a feature, and no order of rows changes a digit.

use chrono::NaiveDate;
use polars::prelude::*;

use super::*;
use crate::frame::{ToDataFrame, TransactionColumns, TransactionLog};

/// Numbers from a fixed recurrence (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[derive(Clone, Debug)]
struct Sale {
    who: u64,
    day: i32,
    paid: f64,
    order: u64,
    sku: u64,
}

const CUTOFF: i32 = 20_500;

fn cutoff() -> NaiveDate {
    NaiveDate::from_epoch_days(CUTOFF).unwrap()
}

/// Sales over 400 days before the cutoff and 100 after it; some are refunds, some off the grid of
/// prices, some huge.
fn sales(seed: u64, n: usize) -> Vec<Sale> {
    let mut dice = Dice(seed);
    let mut sale = || {
        let day = CUTOFF - 400 + dice.below(501) as i32;
        let cents = dice.below(20_000) as f64 / 100.0;
        let paid = match dice.below(12) {
            0 => -cents,
            1 => cents / 3.0,
            2 => cents * 1e9,
            3 => 0.0,
            _ => cents,
        };
        Sale { who: dice.below(40), day, paid, order: dice.below(60), sku: dice.below(9) }
    };
    (0..n).map(|_| sale()).collect()
}

fn frame_of(sales: &[Sale]) -> DataFrame {
    let days: Int32Chunked = sales.iter().map(|sale| Some(sale.day)).collect();
    df!(
        "who" => sales.iter().map(|sale| format!("客户{}", sale.who)).collect::<Vec<_>>(),
        "when" => days.into_date().into_series(),
        "paid" => sales.iter().map(|sale| sale.paid).collect::<Vec<_>>(),
        "order" => sales.iter().map(|sale| sale.order as i64).collect::<Vec<_>>(),
        "sku" => sales.iter().map(|sale| (sale.sku > 0).then(|| format!("sku{}", sale.sku))).collect::<Vec<_>>(),
    )
    .unwrap()
}

fn log_of(frame: DataFrame) -> TransactionLog {
    let columns = TransactionColumns::new("who", "when").amount("paid").order("order").product("sku");
    TransactionLog::new(frame.lazy(), &columns).unwrap()
}

fn params() -> SnapshotParams {
    let observed_until = NaiveDate::from_epoch_days(CUTOFF + 200).unwrap();
    SnapshotParams::new(cutoff())
        .window_days(365)
        .eligible_days(200)
        .horizon_days(30)
        .gap_days(5)
        .observed_until(observed_until)
}

fn run(params: &SnapshotParams, sales: &[Sale]) -> Snapshot {
    let log = log_of(frame_of(sales));
    let input = SnapshotInput::new(&log)
        .aggregate("largest", col("amount").max())
        .aggregate("last_sale", col("time").max())
        .events(log.frame(), EventColumns::new("customer", "time").kind("order").kinds(["1", "2", "3"]));
    params.clone().run(input).unwrap()
}

/// The customers and their features.
fn features(snapshot: &Snapshot) -> DataFrame {
    let names = snapshot.table().features().iter().map(String::as_str).chain(["customer"]);
    snapshot.to_dataframe().select(names).unwrap()
}

#[test]
fn nothing_that_is_done_to_rows_after_the_cutoff_changes_a_feature() {
    for seed in 0..20 {
        let sales = sales(seed, 400);
        let before = run(&params(), &sales);
        let mut dice = Dice(seed ^ 0xfeed);
        let deleted: Vec<Sale> = sales.iter().filter(|sale| sale.day <= CUTOFF).cloned().collect();
        assert!(deleted.len() < sales.len());
        let mut changed = sales.clone();
        for sale in changed.iter_mut().filter(|sale| sale.day > CUTOFF) {
            *sale =
                Sale { who: dice.below(80), day: CUTOFF + 1 + dice.below(300) as i32, paid: -sale.paid * 3.0, ..*sale };
        }
        let added: Vec<Sale> = sales
            .iter()
            .cloned()
            .chain((0..50).map(|i| Sale { who: i % 45, day: CUTOFF + 1 + i as i32, paid: 1e12, order: 1, sku: 3 }))
            .collect();
        for other in [deleted, changed, added] {
            let after = run(&params(), &other);
            assert!(features(&before).equals_missing(&features(&after)), "seed {seed}");
            // What the naive forecast is made of is as blind.
            let baseline = |snapshot: &Snapshot| snapshot.to_dataframe().column("baseline").unwrap().clone();
            assert!(baseline(&before).equals_missing(&baseline(&after)));
        }
    }
}

#[test]
fn a_horizon_that_is_not_set_is_told_by_rows_up_to_the_cutoff() {
    let sales = sales(3, 600);
    let own = SnapshotParams { horizon_days: None, ..params() };
    let mut later = sales.clone();
    later.extend((1..90).map(|day| Sale { who: 1, day: CUTOFF + day, paid: 1.0, order: 1, sku: 1 }));
    let horizon = |sales: &[Sale]| run(&own, sales).report().horizon.clone();
    assert_eq!(horizon(&sales), horizon(&later));
}

#[test]
fn rows_up_to_the_cutoff_change_no_target_but_by_who_is_eligible() {
    for seed in 0..20 {
        for target in [SnapshotTarget::NoPurchase, SnapshotTarget::PurchaseCount, SnapshotTarget::NetSpend] {
            let params = params().target(target.clone());
            let sales = sales(seed, 400);
            let mut changed = sales.clone();
            let mut dice = Dice(seed ^ 0xbeef);
            for sale in changed.iter_mut().filter(|sale| sale.day <= CUTOFF) {
                *sale = Sale { paid: sale.paid * 2.0, day: CUTOFF - dice.below(300) as i32, ..*sale };
            }
            let targets = |sales: &[Sale]| {
                let frame = run(&params, sales).to_dataframe().select(["customer", target.column()]).unwrap();
                let ids = frame.column("customer").unwrap().str().unwrap().iter().flatten().map(str::to_owned);
                let values = frame.column(target.column()).unwrap().cast(&DataType::Float64).unwrap();
                let values: Vec<f64> = values.f64().unwrap().iter().flatten().collect();
                ids.zip(values).collect::<std::collections::BTreeMap<String, f64>>()
            };
            let (before, after) = (targets(&sales), targets(&changed));
            let both: Vec<&String> = before.keys().filter(|id| after.contains_key(*id)).collect();
            assert!(both.len() > 10);
            both.iter()
                .for_each(|id| assert_eq!(before[*id].to_bits(), after[*id].to_bits(), "seed {seed}, {target:?}"));
        }
    }
}

#[test]
fn the_order_of_the_rows_and_their_chunks_change_no_digit() {
    let sales = sales(7, 2_000);
    let first = run(&params(), &sales);
    for seed in 1..5 {
        let mut shuffled = sales.clone();
        let mut dice = Dice(seed);
        for at in (1..shuffled.len()).rev() {
            shuffled.swap(at, dice.below(at as u64 + 1) as usize);
        }
        let mut chunked = frame_of(&shuffled[..700]);
        chunked.vstack_mut(&frame_of(&shuffled[700..701])).unwrap();
        chunked.vstack_mut(&frame_of(&shuffled[701..])).unwrap();
        let again = params().run(&log_of(chunked)).unwrap();
        let names: Vec<&str> =
            again.table().features().iter().map(String::as_str).chain(["customer", "churned"]).collect();
        let of = |snapshot: &Snapshot| snapshot.to_dataframe().select(names.iter().copied()).unwrap();
        assert!(of(&first).equals_missing(&of(&again)));
        assert!(features(&first).equals_missing(&features(&run(&params(), &shuffled))));
    }
}

#[test]
fn customers_in_the_table_and_those_left_out_are_all_customers() {
    for seed in 0..20 {
        let report = run(&params(), &sales(seed, 60)).report().clone();
        let left_out = report.n_not_started + report.n_not_active + report.n_censored + report.n_ended_before;
        assert_eq!(report.n_customers, report.n_rows + left_out + report.n_ended_in_gap + report.n_without_profile);
        assert_eq!(report.rows.n_rows, report.rows.n_used + report.rows.n_incomplete());
    }
}

#[test]
fn scaling_money_scales_money_alone() {
    let sales: Vec<Sale> = sales(11, 500).into_iter().filter(|sale| sale.paid.abs() < 1e6).collect();
    let cents = |sale: &Sale| Sale { paid: (sale.paid * 100.0).round() / 100.0, ..*sale };
    let sales: Vec<Sale> = sales.iter().map(cents).collect();
    let quadrupled: Vec<Sale> = sales.iter().map(|sale| Sale { paid: sale.paid * 4.0, ..*sale }).collect();
    let (one, four) = (run(&params(), &sales).to_dataframe(), run(&params(), &quadrupled).to_dataframe());
    let values = |frame: &DataFrame, name: &str| -> Vec<Option<f64>> {
        frame.column(name).unwrap().f64().unwrap().iter().collect()
    };
    for name in ["net_value", "last_period_spend", "last_period_net_value"] {
        for (one, four) in values(&one, name).into_iter().zip(values(&four, name)) {
            let (one, four) = (one.unwrap() * 4.0, four.unwrap());
            assert!((one - four).abs() <= 1e-15 * four.abs(), "{name}: {one} {four}");
        }
    }
    for name in ["spend_trend", "refund_share", "weekend_share", "gap_cv"] {
        assert_eq!(values(&one, name), values(&four, name), "{name}");
    }
}

#[test]
fn one_customer_one_line_and_extreme_calendars_have_an_answer() {
    let sale = Sale { who: 1, day: CUTOFF, paid: 5e-324, order: 1, sku: 0 };
    let only = SnapshotParams::new(cutoff()).horizon_days(1).without_target();
    let frame = only.clone().run(&log_of(frame_of(std::slice::from_ref(&sale)))).unwrap().to_dataframe();
    assert_eq!(frame.column("net_value").unwrap().f64().unwrap().get(0), Some(0.0));
    assert_eq!(frame.column("spend_trend").unwrap().f64().unwrap().get(0), None);
    assert_eq!(frame.column("n_products").unwrap().u32().unwrap().get(0), Some(0));
    let first = NaiveDate::MIN.to_epoch_days();
    let old = [Sale { day: first, ..sale.clone() }, sale.clone()];
    let frame = only.clone().run(&log_of(frame_of(&old))).unwrap().to_dataframe();
    assert_eq!(frame.column("tenure_days").unwrap().i32().unwrap().get(0), Some(CUTOFF - first));
    let nowhere = [Sale { day: i32::MIN, ..sale.clone() }, sale.clone()];
    let refused = only.clone().run(&log_of(frame_of(&nowhere))).unwrap_err();
    assert!(refused.to_string().contains("1 row(s) lack a time"), "{refused}");
    // Amounts of 10^15 add up exactly, two hundred thousand of them not at all.
    let huge: Vec<Sale> = (0..200_000).map(|_| Sale { paid: 1e15, ..sale.clone() }).collect();
    let refused = only.run(&log_of(frame_of(&huge))).unwrap_err();
    assert!(matches!(refused, crate::Error::Numeric { .. }), "{refused}");
}
