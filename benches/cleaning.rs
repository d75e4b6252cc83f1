//! Raw order lines to a clean Parquet file: copies and lines without a customer taken, text
//! folded, times read, gaps filled, amounts clipped; beside the floor and the peers.
//!
//! ```text
//! cargo bench --bench cleaning                               10^6 lines, made here
//! CUSTOMER_ANALYTICS_BENCH_DATA=dir cargo bench ...          raw_1e6 and raw_1e7.parquet, where there
//! CUSTOMER_ANALYTICS_BENCH_PEERS=dir                         with t1_clean_polars.py and t1_clean_duckdb.py
//! CUSTOMER_ANALYTICS_BENCH_PYTHON=python                     the interpreter that has polars and duckdb
//! cargo bench --bench cleaning -- --json --n 1e7 --k 5       one line as the peers print it
//! POLARS_ROW_GROUP_PREFETCH_SIZE=2 cargo bench ...           a fifth slower, with half the memory
//! ```
//! Seconds are medians over the repetitions after a first one, which warms up.

mod support;

use customer_analytics::cleaning::{
    Case, Checks, CleaningParams, CleaningPlan, ExactDuplicates, Fill, OutlierBounds, Outliers, ReadDates, Text,
};
use customer_analytics::polars::prelude::*;
use serde_json::{Value, json};
use std::path::Path;
use support::files::{DataFile, Files};
use support::floor;
use support::raw::raw;
use support::repeat::{Timing, repeat};
use support::{is_measured, option, peers};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The rules, over a file.
fn plan(path: &Path) -> CleaningPlan {
    let path = path.to_str().expect("a path in UTF-8");
    let scan = LazyFrame::scan_parquet(PlRefPath::new(path), ScanArgsParquet::default()).expect("a Parquet file");
    CleaningParams::new()
        .rule(ExactDuplicates::new().columns(["order_id", "customer_id", "ts"]))
        .rule(Checks::new().not_null(["customer_id"]))
        .rule(Text::new().columns(["customer_id", "channel", "country"]).case(Case::Lower))
        .rule(ReadDates::new(["ts"]).formats(["%Y-%m-%d %H:%M:%S"]))
        .rule(Fill::new(["amount", "quantity"]).median())
        .rule(Fill::new(["channel"]).mode())
        .rule(Outliers::new(["amount"], OutlierBounds::Quantile { low: 0.01, high: 0.99 }))
        .check()
        .and_then(|cleaning| cleaning.plan(scan))
        .expect("rules that fit the file")
}

/// Cleans a file into another, and reads that one for the sums the peers give.
#[expect(clippy::disallowed_methods, reason = "the sums are polars alone")]
fn task(path: &Path, target: &Path) -> Value {
    let taken = target.with_extension("quarantine.parquet");
    let (clean, taken) = (target.to_str().expect("UTF-8"), taken.to_str().expect("UTF-8"));
    let report = plan(path).write(clean, Some(taken)).expect("a file that can be cleaned");
    let scan = LazyFrame::scan_parquet(PlRefPath::new(clean), ScanArgsParquet::default()).expect("the file written");
    let sums = scan
        .select([
            len().alias("rows"),
            col("amount").sum(),
            col("customer_id").n_unique().alias("customers"),
            col("quantity").sum(),
            col("channel").eq(lit("web")).sum().alias("web"),
        ])
        .collect_with_engine(Engine::Streaming)
        .expect("the file written")
        .unwrap_single();
    let sum = |name: &str| {
        let cell = sums.column(name).and_then(|column| column.cast(&DataType::Float64)).expect("a number");
        cell.f64().expect("a number").get(0)
    };
    assert_eq!(sum("rows"), Some(report.n_rows_out as f64));
    assert_eq!(report.n_rows_in, report.n_rows_out + report.n_rows_quarantined);
    json!({
        "rows": sum("rows"), "amount": sum("amount"), "customers": sum("customers"), "qty": sum("quantity"), "web": sum("web"),
    })
}

/// The rows left alone: what the report and the quarantine cost on top is the difference.
#[expect(clippy::disallowed_methods, reason = "a sink that counts nothing")]
fn clean_alone(path: &Path, target: &Path) {
    let options = ParquetWriteOptions { compression: ParquetCompression::Zstd(None), ..Default::default() };
    let target = SinkTarget::Path(PlRefPath::new(target.to_str().expect("UTF-8")));
    let format = FileWriteFormat::Parquet(Arc::new(options));
    let sink = plan(path).clean().sink(SinkDestination::File { target }, format, UnifiedSinkArgs::default());
    sink.and_then(|sink| sink.collect_with_engine(Engine::Streaming)).expect("a file that can be cleaned");
}

/// Our time beside the floor and the peers.
fn report(files: &Files, file: &DataFile, target: &Path, k: usize) {
    let ours = repeat(k, || task(&file.path, target));
    let alone = repeat(k, || clean_alone(&file.path, target));
    let columns = ["order_id", "customer_id", "ts", "channel", "country", "quantity", "amount"];
    let decode = floor::decode_columns(file, &columns, k);
    let updates = file.n as f64 / floor::updates_per_second(file.n / 16);
    let encode = if is_measured() { floor::encode(&mut written(target), k) } else { 0.0 };
    let floor = decode + updates + encode;
    println!(
        "F4/cleaning/raw_to_clean/{}  {:.3} s (least {:.3}, cpu {:.3}; others took {:.0} % of the machine), peak {:.0} MB; \
         floor {floor:.3} s = decode {decode:.3} + updates {updates:.3} + encode {encode:.3}: {:.1} times the floor",
        file.name(),
        ours.seconds,
        ours.seconds_min,
        ours.cpu_seconds,
        100.0 * ours.others,
        ours.peak_rss_mb,
        ours.seconds / floor,
    );
    println!("  the clean rows alone, without sums, report and quarantine: {:.3} s", alone.seconds);
    let sums = ["rows", "amount", "customers", "qty", "web"].map(|key| (key, 1e-6));
    for peer in peers::run_all(files, file, k, &[("t1_clean_polars.py", "streaming"), ("t1_clean_duckdb.py", "mem")]) {
        println!("  {}", peers::compare(&peer, &ours.result, ours.seconds, &sums));
    }
}

/// A file that was written, in memory.
fn written(path: &Path) -> DataFrame {
    let file = std::fs::File::open(path).expect("the file written");
    ParquetReader::new(file).finish().expect("the file written")
}

/// The line by which this crate joins a table of peers.
fn json_line(file: &DataFile, ours: &Timing<Value>) -> Value {
    json!({
        "task": "T1", "peer": "customer-analytics", "variant": "streaming", "version": env!("CARGO_PKG_VERSION"),
        "n": file.n, "seconds": ours.seconds, "seconds_min": ours.seconds_min, "cpu_seconds": ours.cpu_seconds,
        "reps": ours.reps, "first_seconds": ours.first_seconds, "others": ours.others,
        "peak_rss_mb": ours.peak_rss_mb.round(), "base_rss_mb": ours.base_rss_mb.round(),
        "checksum": ours.result, "note": "",
    })
}

fn main() {
    let files = Files::find_or_make(&[("raw", 1_000_000), ("raw", 10_000_000)], |_, n| raw(n));
    let out = tempfile::tempdir().expect("a temporary directory");
    let target = out.path().join("clean.parquet");
    let k = option("--k").map_or(5, |k| k.parse().expect("--k takes a number"));
    if std::env::args().any(|argument| argument == "--json") {
        let n = option("--n").map_or(1e6, |n| n.parse::<f64>().expect("--n takes a number")) as usize;
        let file = files.get("raw", n).expect("a file for --n");
        println!("{}", json_line(file, &repeat(k, || task(&file.path, &target))));
        return;
    }
    for file in files.all() {
        report(&files, file, &target, if is_measured() { k } else { 1 });
    }
}
