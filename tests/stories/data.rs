//! Seeded transactions for tests, and results turned into text that differs when a bit does.

use std::fmt::Write;

use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;

/// A date of the year 2026.
pub fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

/// The date that the tests report as of.
pub fn as_of() -> NaiveDate {
    day(6, 30)
}

/// Roles of the frames made here, which have no order.
pub fn columns() -> TransactionColumns {
    TransactionColumns::new("who", "when").amount("paid").order("invoice").product("sku")
}

/// A log of a frame with these roles.
pub fn log(frame: DataFrame) -> TransactionLog {
    TransactionLog::new(frame.lazy(), &columns()).unwrap()
}

/// Numbers from a fixed recurrence (Knuth's MMIX constants).
pub struct Dice(u64);

impl Dice {
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// One transaction line before it is put into a frame.
#[derive(Clone, Debug)]
pub struct Line {
    pub who: Option<i64>,
    /// Days before `as_of`; negative after it.
    pub age: i32,
    pub paid: Option<f64>,
    pub invoice: i64,
    pub sku: &'static str,
}

/// Lines as a frame: Int64, Date, Float64, Int64, String.
pub fn frame_of(lines: &[Line]) -> DataFrame {
    let today = as_of().to_epoch_days();
    let days: Int32Chunked = lines.iter().map(|line| Some(today - line.age)).collect();
    df!(
        "who" => lines.iter().map(|line| line.who).collect::<Vec<_>>(),
        "when" => days.into_date().into_series(),
        "paid" => lines.iter().map(|line| line.paid).collect::<Vec<_>>(),
        "invoice" => lines.iter().map(|line| line.invoice).collect::<Vec<_>>(),
        "sku" => lines.iter().map(|line| line.sku).collect::<Vec<_>>(),
    )
    .unwrap()
}

/// Lines of a small shop: many ties, some refunds, some free lines; every row can be used.
pub fn shop(seed: u64, n: usize) -> Vec<Line> {
    let mut dice = Dice::seeded(seed);
    (0..n)
        .map(|_| {
            let cents = 5 * (1 + dice.below(60) as i64);
            let paid = match dice.below(12) {
                0 => -cents,
                1 => 0,
                _ => cents,
            };
            Line {
                who: Some(100 + dice.below(1 + n as u64 / 6) as i64),
                age: dice.below(180) as i32,
                paid: Some(paid as f64 / 100.0),
                invoice: dice.below(1 + n as u64 / 2) as i64,
                sku: ["tea", "jam", "茶", "POST"][dice.below(4) as usize],
            }
        })
        .collect()
}

/// The lines in another order.
pub fn shuffled<T: Clone>(seed: u64, lines: &[T]) -> Vec<T> {
    let mut dice = Dice::seeded(seed);
    let mut lines = lines.to_vec();
    for i in (1..lines.len()).rev() {
        lines.swap(i, dice.below(i as u64 + 1) as usize);
    }
    lines
}

/// A frame as text in which every bit of every cell shows.
pub fn bits(frame: &DataFrame) -> String {
    let mut text = String::new();
    for column in frame.columns() {
        write!(text, "{} {}:", column.name(), column.dtype()).unwrap();
        let series = column.as_materialized_series().rechunk();
        match series.f64() {
            Ok(values) => values.iter().for_each(|value| write!(text, " {:?}", value.map(f64::to_bits)).unwrap()),
            Err(_) => series.iter().for_each(|value| write!(text, " {value:?}").unwrap()),
        }
        text.push('\n');
    }
    text
}
