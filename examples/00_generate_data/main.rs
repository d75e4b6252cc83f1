//! "Where does the bundled data come from, and can I make it again?"
//!
//! ```text
//! cargo run --example 00_generate_data               writes examples/data/*.csv
//! cargo run --example 00_generate_data -- --check    fails unless they are what it would write
//! ```
//!
//! A tea shop that never was: 18 months of orders and of answers to a survey up to 2026-06-30, and
//! three days after. No
//! clock and no outside source of chance, so the files are the same byte for byte everywhere.

mod dirt;
mod feedback;
mod random;
mod shop;

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;

use chrono::NaiveDate;

use random::Random;
use shop::{Line, Span};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data");
const SEED: u64 = 20_260_630;
const FEEDBACK_SEED: u64 = 20_260_703;
/// The day that was exported twice.
const TWICE: &str = ",2025-12-01 ";

fn main() -> Result<(), Box<dyn Error>> {
    let check = std::env::args().any(|argument| argument == "--check");
    let span = span().ok_or("the span is no span")?;
    let mut random = Random::new(SEED);
    let lines = lines(&mut random, &span);
    let sales = sales(&mut random, &lines);
    let referrals = referrals(&mut random, &lines);
    // By numbers of its own, so that neither file depends on the other.
    let feedback = feedback::feedback(&mut Random::new(FEEDBACK_SEED), &span);
    for (name, text) in [("sales.csv", sales), ("referrals.csv", referrals), ("feedback.csv", feedback)] {
        let path = Path::new(DATA).join(name);
        if !check {
            fs::write(&path, &text)?;
        } else if fs::read_to_string(&path)? != text {
            return Err(format!("{name} is not what this generator makes").into());
        }
        let (verb, n_lines) = (if check { "is as generated" } else { "written" }, text.lines().count() - 1);
        println!("{name:<14} {n_lines:>5} lines {:>7} bytes  {verb}", text.len());
    }
    Ok(())
}

fn span() -> Option<Span> {
    Some(Span { first: NaiveDate::from_ymd_opt(2025, 1, 1)?, last: NaiveDate::from_ymd_opt(2026, 7, 3)? })
}

/// All lines in the order of their time, dirt included.
fn lines(random: &mut Random, span: &Span) -> Vec<Line> {
    let products = shop::catalogue(random);
    let mut lines = shop::orders(random, span, &products);
    let cancellations = dirt::cancellations(random, span, &lines);
    let old = dirt::cancellations_of_old_orders(random, span, &products);
    let others = dirt::fees_and_samples(random, &lines);
    lines.extend(cancellations.into_iter().chain(old).chain(others));
    // Stable: lines of one order stay together in the order in which they were bought.
    lines.sort_by(|a, b| (a.day, a.minute, &a.order).cmp(&(b.day, b.minute, &b.order)));
    lines
}

fn sales(random: &mut Random, lines: &[Line]) -> String {
    let typed: Vec<String> = lines.iter().map(|line| dirt::as_typed(random, line)).collect();
    let exported = dirt::with_unreadable_dates(dirt::as_exported(random, &typed, TWICE));
    format!("order_id,ordered_at,customer_id,product,quantity,unit_price\n{}\n", exported.join("\n"))
}

/// How many friends each customer has brought; a few customers are not in the list, and
/// some in the list have never bought.
fn referrals(random: &mut Random, lines: &[Line]) -> String {
    let buyers: BTreeSet<&str> = lines.iter().map(|line| line.customer.as_str()).filter(|id| !id.is_empty()).collect();
    let mut text = "customer_id,referrals\n".to_owned();
    for customer in buyers.into_iter().chain(["K8001", "K8002", "K8003"]) {
        if !random.chance(1, 60) {
            let referrals = if random.chance(7, 10) { 0 } else { random.heavy_tailed(12) };
            text.push_str(&format!("{customer},{referrals}\n"));
        }
    }
    text
}
