//! Order lines as they come out of a shop's systems: padded, in any case, dated as text,
//! with copies, gaps and a few amounts far out.

use super::Random;
use customer_analytics::polars::prelude::*;

const CHANNELS: [&str; 10] = ["web", "Web ", " WEB", "store", "Store", "STORE ", "app", "App", " app ", "phone"];
const COUNTRIES: [&str; 8] = ["DE", "de", " FR", "fr", "GB ", "US", "us ", "NL"];

/// Lines in the order of time; one in fifty repeats the one before.
pub fn raw(n: usize) -> DataFrame {
    let mut random = Random::new(2);
    let mut rows: Vec<usize> = (0..n)
        .flat_map(|row| if random.below(50) == 0 { [Some(row); 2] } else { [Some(row), None] })
        .flatten()
        .collect();
    rows.truncate(n);
    let ids: Vec<Option<String>> = (0..n).map(|_| customer(&mut random, n)).collect();
    let day = |row: usize| 1_672_531_200 + (row as i64 * 63_072_000) / n as i64;
    let times = (0..n)
        .map(|row| chrono::DateTime::from_timestamp(day(row), 0).map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string()));
    let times: Vec<Option<String>> = times.collect();
    let mut pick = |list: &[&'static str], missing: u64| -> Vec<Option<&'static str>> {
        (0..n).map(|_| (random.below(100) >= missing).then(|| list[random.below(list.len() as u64) as usize])).collect()
    };
    let (channels, countries) = (pick(&CHANNELS, 5), pick(&COUNTRIES, 0));
    let quantities: Vec<Option<i32>> =
        (0..n).map(|_| (random.below(100) >= 3).then(|| 1 + random.below(4) as i32)).collect();
    let amounts: Vec<Option<f64>> = (0..n).map(|_| (random.below(100) >= 1).then(|| amount(&mut random))).collect();
    let row = |values: &dyn Fn(usize) -> Option<String>| rows.iter().map(|&row| values(row)).collect::<Vec<_>>();
    df!(
        "order_id" => row(&|row| Some(format!("O-{row:09}"))),
        "customer_id" => row(&|row| ids[row].clone()),
        "ts" => row(&|row| times[row].clone()),
        "channel" => rows.iter().map(|&row| channels[row]).collect::<Vec<_>>(),
        "country" => rows.iter().map(|&row| countries[row]).collect::<Vec<_>>(),
        "quantity" => rows.iter().map(|&row| quantities[row]).collect::<Vec<_>>(),
        "amount" => rows.iter().map(|&row| amounts[row]).collect::<Vec<_>>(),
    )
    .expect("columns of one height")
}

/// An id in one of its spellings; one in a hundred is missing.
fn customer(random: &mut Random, n: usize) -> Option<String> {
    let id = format!("Cust-{:09}", 100_000 + random.below(n as u64 / 20 + 1));
    match random.below(100) {
        0 => None,
        1..=5 => Some(format!(" {id} ")),
        6..=15 => Some(id.to_uppercase()),
        _ => Some(id),
    }
}

/// Cents between 0 and 100; one in five hundred is a hundred times as large.
fn amount(random: &mut Random) -> f64 {
    let cents = random.below(10_000) as f64;
    if random.below(500) == 0 { cents } else { cents / 100.0 }
}
