//! Seeded inputs for the benches: the same on every machine and in every run.
#![allow(dead_code, reason = "each bench uses its part")]

pub mod customers;
pub mod files;
pub mod floor;
pub mod peers;
pub mod raw;
pub mod repeat;
pub mod surveys;

use customer_analytics::polars::prelude::*;

/// Whether the bench is to be measured; `cargo test --benches` only runs it once.
pub fn is_measured() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// The value behind a `--name`.
pub fn option(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

/// The sizes to run: all of them, or a tiny one when nothing is measured.
pub fn sizes(all: &[usize]) -> Vec<usize> {
    if is_measured() { all.to_vec() } else { vec![100] }
}

/// 1000000 as `1e6`, as it stands in bench ids and file names.
pub fn tag(n: usize) -> String {
    let exponent = n.checked_ilog10().unwrap_or(0);
    format!("{}e{exponent}", n / 10_usize.pow(exponent))
}

/// SplitMix64 (Steele, Lea & Flood 2014): small, fast, good enough for inputs.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    }

    /// A whole number from 0 up to, not including, `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(limit)) >> 64) as u64
    }

    /// A number in 0..1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What is special about a log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Every line has a customer of its own.
    Distinct,
    /// A hundred customers share all lines.
    HeavyTies,
    /// Twenty lines for each customer, one customer after another.
    Sorted,
    /// Twenty lines per customer in the order of time; a tenth of the amounts is missing.
    TenthNull,
}

impl Shape {
    pub const ALL: [Self; 4] = [Self::Distinct, Self::HeavyTies, Self::Sorted, Self::TenthNull];

    pub fn name(self) -> &'static str {
        match self {
            Self::Distinct => "distinct",
            Self::HeavyTies => "heavy_ties",
            Self::Sorted => "sorted",
            Self::TenthNull => "tenth_null",
        }
    }
}

/// A log of transactions and what its summary must add up to.
pub struct Log {
    /// `customer_id`, `ts` and `amount`.
    pub frame: DataFrame,
    /// The exact sum of all amounts, in cents.
    pub cents: i64,
}

/// A log over the years 2023 and 2024; two lines in a hundred are refunds.
pub fn log(n: usize, shape: Shape, text_ids: bool) -> Log {
    const START: i64 = 1_672_531_200_000_000;
    const SPAN: i64 = 730 * 86_400_000_000;
    let mut random = Random::new(n as u64 ^ (shape as u64) << 48);
    let n_customers = (n as u64 / 20).max(1);
    let id = |row: u64, random: &mut Random| match shape {
        // An odd multiplier permutes 32-bit numbers.
        Shape::Distinct => i64::from((row as u32).wrapping_mul(0x9e37_79b1)),
        Shape::HeavyTies => random.below(100) as i64,
        Shape::Sorted => (row / 20) as i64,
        // Many who buy seldom, few who buy often.
        Shape::TenthNull => (random.unit() * random.unit() * n_customers as f64) as i64,
    };
    let ids: Vec<i64> = (0..n as u64).map(|row| 100_000 + id(row, &mut random)).collect();
    let times: Vec<i64> = (0..n as i64).map(|row| START + SPAN / n as i64 * row).collect();
    let mut cents = 0;
    let amounts: Float64Chunked = (0..n)
        .map(|_| {
            let sign = if random.below(100) < 2 { -1 } else { 1 };
            let amount = sign * (1 + random.below(20_000) as i64);
            if shape == Shape::TenthNull && random.below(10) == 0 {
                return None;
            }
            cents += amount;
            Some(amount as f64 / 100.0)
        })
        .collect();
    let ids = if text_ids {
        Series::new("customer_id".into(), ids.iter().map(|id| format!("C-{id:010}")).collect::<Vec<_>>())
    } else {
        Series::new("customer_id".into(), ids)
    };
    let times = Int64Chunked::from_vec("ts".into(), times).into_datetime(TimeUnit::Microseconds, None).into_series();
    let amounts = amounts.into_series().with_name("amount".into());
    let frame = DataFrame::new(n, vec![ids.into(), times.into(), amounts.into()]).expect("three columns of one height");
    Log { frame, cents }
}
