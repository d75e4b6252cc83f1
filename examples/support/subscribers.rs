//! Subscribers of a tea club that never was: who they are, and who left.

#[path = "../00_generate_data/random.rs"]
#[allow(dead_code, reason = "it draws from no list")]
mod random;

use customer_analytics::polars::prelude::PolarsResult;
use customer_analytics::prelude::*;

use random::Random;

const SEED: u64 = 20_260_815;
const N_SUBSCRIBERS: usize = 4_000;

struct Subscriber {
    months: i64,
    plan: &'static str,
    payment: &'static str,
    monthly_fee: f64,
    complaints: i64,
    boxes_skipped: Option<i64>,
    is_gift: bool,
    has_left: bool,
}

impl Subscriber {
    fn new(random: &mut Random) -> Self {
        let months = random.between(1, 60).min(random.between(1, 60));
        let plan = match random.between(1, 10) {
            1..=6 => "monthly",
            7..=8 => "yearly",
            _ => "two years",
        };
        let payment = if random.chance(6, 10) { "direct debit" } else { "invoice" };
        let monthly_fee = 9.5 + random.between(0, 60) as f64 / 2.0;
        let complaints = (random.heavy_tailed(8) - 1).min(6);
        let skipped = random.between(0, 2) * random.between(0, 3);
        let is_gift = random.chance(1, 9);
        // Points for leaving; a hundred are drawn, so that nobody is sure to leave or to stay.
        let points = 34 - months / 2
            + 11 * complaints
            + 4 * skipped
            + (monthly_fee as i64) / 3
            + if is_gift { 14 } else { 0 }
            + if payment == "invoice" { 7 } else { 0 }
            - match plan {
                "monthly" => 0,
                "yearly" => 22,
                _ => 34,
            };
        let has_left = random.between(1, 100) <= points.clamp(2, 95);
        let boxes_skipped = (!random.chance(1, 40)).then_some(skipped);
        Self { months, plan, payment, monthly_fee, complaints, boxes_skipped, is_gift, has_left }
    }
}

/// One row per subscriber; who left within three months of the day the features were known.
pub fn subscribers() -> PolarsResult<DataFrame> {
    let mut random = Random::new(SEED);
    let all: Vec<Subscriber> = (0..N_SUBSCRIBERS).map(|_| Subscriber::new(&mut random)).collect();
    fn cells<T>(all: &[Subscriber], of: impl Fn(&Subscriber) -> T) -> Vec<T> {
        all.iter().map(of).collect()
    }
    df!(
        "subscriber" => (0..all.len()).map(|place| format!("T{:04}", place + 1)).collect::<Vec<_>>(),
        "months" => cells(&all, |one| one.months),
        "plan" => cells(&all, |one| one.plan),
        "payment" => cells(&all, |one| one.payment),
        "monthly fee" => cells(&all, |one| one.monthly_fee),
        "complaints" => cells(&all, |one| one.complaints),
        "boxes skipped" => cells(&all, |one| one.boxes_skipped),
        "gift" => cells(&all, |one| if one.is_gift { "yes" } else { "no" }),
        "left" => cells(&all, |one| if one.has_left { "yes" } else { "no" }),
    )
}
