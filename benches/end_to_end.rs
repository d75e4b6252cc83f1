//! From a Parquet file to the result, beside the floor of the machine and the peers.
//!
//! ```text
//! cargo bench --bench end_to_end                             a log of 10^6 lines, made here
//! CUSTOMER_ANALYTICS_BENCH_DATA=dir cargo bench ...          tx_1e6, tx_1e7, tx_1e8, txs_1e6 and txs_1e7.parquet, where there
//! CUSTOMER_ANALYTICS_BENCH_PEERS=dir                         with t6_rfm_polars.py and t6_rfm_duckdb.py: they run on the same files
//! CUSTOMER_ANALYTICS_BENCH_PYTHON=python                     the interpreter that has polars and duckdb
//! cargo bench --bench end_to_end -- --json --n 1e7 --k 5     one line as the peers print it; --variant tx or txs
//! ```
//! Seconds are medians over the repetitions after a first one, which warms up.

mod support;

use customer_analytics::activity::ActivityTable;
use customer_analytics::prelude::*;
use serde_json::{Value, json};
use std::path::Path;
use support::files::{DataFile, Files};
use support::floor::Floor;
use support::repeat::{Timing, repeat};
use support::{Shape, is_measured, log, option, peers};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Customers of the log in a file, summarised and scored in one pass.
fn scored(path: &Path) -> (RfmScores, ActivityTable) {
    let columns = TransactionColumns::new("customer_id", "ts").amount("amount");
    let path = path.to_str().expect("a path in UTF-8");
    let log = TransactionLog::scan(path, &columns).expect("a log with the three columns");
    let as_of = NaiveDate::from_ymd_opt(2024, 12, 31).expect("a date");
    // The question the peers answer: any line dates, missing amounts are nothing, cuts at quintiles.
    let rfm = RfmParams::new(as_of)
        .incomplete(Incomplete::AmountIsZero)
        .zero_amount(ZeroAmount::IsNothing)
        .dated_by(DatedBy::AnyLine)
        .frequency(PurchaseUnit::Line)
        .ties(TieRule::QuantileCut)
        .check()
        .expect("settings in range");
    let (measures, table) = rfm.general().measure_with_activity(&log).expect("a log that can be summarised");
    (rfm.general().score(&measures).expect("customers who can be scored"), table)
}

/// The task that is timed, with its sums under the peers' names.
fn task(path: &Path) -> Value {
    let (scores, table) = scored(path);
    let days = |days: &mut dyn Iterator<Item = Option<i32>>| days.flatten().map(i64::from).sum::<i64>();
    let sum = |at: usize| (1..).zip(&scores.bins[at].sizes).map(|(score, n)| score * n).sum::<usize>();
    let champions = scores.segments.iter().find(|segment| segment.segment == "champions");
    json!({
        "n": table.n_customers(),
        "m": table.net_value().iter().sum::<f64>(),
        "rec": days(&mut table.recency_days()),
        "T": days(&mut table.tenure_days()),
        "R": sum(0),
        "F": sum(1),
        "M": sum(2),
        "champ": champions.map(|segment| segment.n_customers),
    })
}

/// The result must hold every line once before it is worth timing.
fn assert_counts(file: &DataFile) {
    let (_, table) = scored(&file.path);
    assert_eq!(table.counts().n_rows, file.n as u64);
    assert_eq!(table.counts().n_used, file.n as u64);
    let lines: u64 = table.n_purchases().iter().chain(table.n_refunds()).copied().map(u64::from).sum();
    assert_eq!(lines, file.n as u64 - table.counts().n_amount_taken_as_zero);
}

/// Our time beside the floor and the peers.
fn report(files: &Files, file: &DataFile, k: usize) {
    assert_counts(file);
    let ours = repeat(k, || task(&file.path));
    let floor = Floor::measure(file, ours.result["n"].as_u64().unwrap_or(1) as usize, k);
    println!(
        "F4/segmentation/parquet_to_scores/{}  {:.3} s (least {:.3}, cpu {:.3}; others took {:.0} % of the machine), peak {:.0} MB; \
         floor {:.3} s = decode {:.3} + updates {:.3}: {:.1} times the floor",
        file.name(),
        ours.seconds,
        ours.seconds_min,
        ours.cpu_seconds,
        100.0 * ours.others,
        ours.peak_rss_mb,
        floor.seconds(),
        floor.decode,
        floor.updates,
        ours.seconds / floor.seconds(),
    );
    // Peers add floats in the order of their hashes: a few customers who tie with a cut of
    // their money flip from run to run.
    let sums = ["n", "m", "rec", "T", "R", "F", "M", "champ"].map(|key| (key, if key == "M" { 1e-5 } else { 1e-6 }));
    let streaming = format!("{}-streaming", file.kind);
    for peer in peers::run_all(files, file, k, &[("t6_rfm_polars.py", &streaming), ("t6_rfm_duckdb.py", file.kind)]) {
        println!("  {}", peers::compare(&peer, &ours.result, ours.seconds, &sums));
    }
}

/// The line by which this crate joins a table of peers.
fn json_line(file: &DataFile, ours: &Timing<Value>) -> Value {
    json!({
        "task": "T6", "peer": "customer-analytics", "variant": file.kind, "version": env!("CARGO_PKG_VERSION"),
        "n": file.n, "seconds": ours.seconds, "seconds_min": ours.seconds_min, "cpu_seconds": ours.cpu_seconds,
        "reps": ours.reps, "first_seconds": ours.first_seconds, "others": ours.others,
        "peak_rss_mb": ours.peak_rss_mb.round(), "base_rss_mb": ours.base_rss_mb.round(),
        "checksum": ours.result, "note": "",
    })
}

fn main() {
    const KNOWN: [(&str, usize); 5] =
        [("tx", 1_000_000), ("txs", 1_000_000), ("tx", 10_000_000), ("txs", 10_000_000), ("tx", 100_000_000)];
    let files = Files::find_or_make(&KNOWN, |kind, n| log(n, Shape::TenthNull, kind == "txs").frame);
    let k = option("--k").map_or(5, |k| k.parse().expect("--k takes a number"));
    if std::env::args().any(|argument| argument == "--json") {
        let n = option("--n").map_or(1e6, |n| n.parse::<f64>().expect("--n takes a number")) as usize;
        let kind = option("--variant").unwrap_or_else(|| "tx".to_owned());
        let file = files.get(&kind, n).expect("a file for --variant and --n");
        println!("{}", json_line(file, &repeat(k, || task(&file.path))));
        return;
    }
    for file in files.all() {
        report(&files, file, if is_measured() { k } else { 1 });
    }
}
