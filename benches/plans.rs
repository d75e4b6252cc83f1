//! Analyses over frames in memory. Ids read `floor/module/function/shape/n`.

mod support;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use customer_analytics::activity::ActivityTable;
use customer_analytics::polars::prelude::{FillNullStrategy, col, lit};
use customer_analytics::prediction::encoding::Encoding;
use customer_analytics::prediction::snapshot::{Snapshot, SnapshotParams};
use customer_analytics::prelude::*;
use customer_analytics::segmentation::{CustomerMeasures, Dimension};
use support::customers::customers;
use support::{Log, Shape, log, sizes, tag};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn summary(frame: &DataFrame) -> ActivityTable {
    let columns = TransactionColumns::new("customer_id", "ts").amount("amount");
    let log = TransactionLog::new(frame.clone().lazy(), &columns).expect("the columns are there");
    let as_of = NaiveDate::from_ymd_opt(2024, 12, 31).expect("a date");
    ActivityParams::new(as_of).incomplete(Incomplete::Exclude).run(&log).expect("a log that can be summarised")
}

/// The summary has to hold every customer, and every cent once.
fn assert_sums(Log { frame, cents }: &Log) {
    let table = summary(frame);
    let usable = frame.column("amount").expect("amounts").is_not_null();
    let customers = frame.filter(&usable).and_then(|frame| frame.column("customer_id")?.n_unique());
    assert_eq!(table.n_customers(), customers.expect("ids"));
    let summed: i64 = table.net_value().iter().map(|value| (value * 100.0).round() as i64).sum();
    assert_eq!(summed, *cents);
}

fn activity(criterion: &mut Criterion) {
    for shape in Shape::ALL {
        for (ids, text_ids) in [("integer", false), ("text", true)] {
            for n in sizes(&[100_000, 1_000_000]) {
                let log = log(n, shape, text_ids);
                assert_sums(&log);
                let mut group = criterion.benchmark_group("F3/activity");
                group.throughput(Throughput::Elements(n as u64)).sample_size(10);
                let id = BenchmarkId::new(format!("run/{}_{ids}", shape.name()), tag(n));
                group.bench_function(id, |bench| bench.iter(|| summary(&log.frame)));
                group.finish();
            }
        }
    }
}

/// Scores of customers whose measures are at hand: every customer of the log is one.
fn value_score(criterion: &mut Criterion) {
    for shape in [Shape::Distinct, Shape::HeavyTies] {
        for n in sizes(&[100_000, 1_000_000]) {
            let Log { frame, .. } = log(n, shape, false);
            let measures = frame.lazy().with_row_index("row", None).select([
                col("row"),
                col("customer_id").alias("rank"),
                col("amount").fill_null(lit(0.0)),
            ]);
            let measures = CustomerMeasures::from_frame(measures, "row", &["rank", "amount"]).expect("measures");
            let as_of = NaiveDate::from_ymd_opt(2024, 12, 31).expect("a date");
            let dimensions = [Dimension::own("rank"), Dimension::own("amount")];
            let score = ValueScoreParams::new(as_of, dimensions).check().expect("settings in range");
            assert_eq!(score.score(&measures).expect("scores").n_scored, n);
            let mut group = criterion.benchmark_group("F4/segmentation");
            group.throughput(Throughput::Elements(n as u64)).sample_size(10);
            let id = BenchmarkId::new(format!("score/{}", shape.name()), tag(n));
            group.bench_function(id, |bench| bench.iter(|| score.score(&measures).expect("scores")));
            group.finish();
        }
    }
}

/// Features and target of every customer at the end of the first year.
fn taken(frame: &DataFrame) -> Snapshot {
    let columns = TransactionColumns::new("customer_id", "ts").amount("amount");
    let log = TransactionLog::new(frame.clone().lazy(), &columns).expect("the columns are there");
    let cutoff = NaiveDate::from_ymd_opt(2023, 12, 31).expect("a date");
    let params = SnapshotParams::new(cutoff).horizon_days(180).incomplete(Incomplete::Exclude);
    params.run(&log).expect("a log with customers in its first year")
}

/// Every customer has to be counted once, and every line.
fn assert_taken(frame: &DataFrame) {
    let snapshot = taken(frame);
    let report = snapshot.report();
    assert_eq!(report.n_customers, report.n_rows + report.n_not_started);
    assert_eq!(report.rows.n_rows, frame.height() as u64);
    assert!(report.n_lines_after_cutoff > 0 && report.n_lines_after_cutoff < report.rows.n_used);
}

fn snapshot(criterion: &mut Criterion) {
    for shape in [Shape::HeavyTies, Shape::Sorted, Shape::TenthNull] {
        for (ids, text_ids) in [("integer", false), ("text", true)] {
            for n in sizes(&[100_000, 1_000_000, 10_000_000]) {
                let Log { frame, .. } = log(n, shape, text_ids);
                assert_taken(&frame);
                let mut group = criterion.benchmark_group("F4/prediction");
                group.throughput(Throughput::Elements(n as u64)).sample_size(10);
                let id = BenchmarkId::new(format!("snapshot/{}_{ids}", shape.name()), tag(n));
                group.bench_function(id, |bench| bench.iter(|| taken(&frame)));
                group.finish();
            }
        }
    }
}

/// 20 numbers, one in twenty of which is missing or none is, and 5 categories.
fn encoding(criterion: &mut Criterion) {
    for (shape, is_complete) in [("complete", true), ("twentieth_null", false)] {
        for n in sizes(&[100_000, 1_000_000]) {
            let frame = customers(n).drop("customer_id").expect("a column of ids");
            let frame = if is_complete { frame.fill_null(FillNullStrategy::Zero).expect("numbers") } else { frame };
            let features: Vec<String> = frame.get_column_names().into_iter().map(ToString::to_string).collect();
            let fit = || Encoding::default().fit_frame(&frame, &features, None).expect("features");
            let encoder = fit();
            assert_eq!(encoder.terms().len(), 20 + (2 + 4 + 6 + 8 + 10));
            let coefs: Vec<f64> = (0..encoder.terms().len()).map(|term| term as f64 / 100.0).collect();
            // Over the training rows the mean of the linear predictor is that of the means.
            let score = || encoder.linear_predictor(&frame, 1.0, &coefs).expect("scores");
            let expected = 1.0 + encoder.means().iter().zip(&coefs).map(|(mean, coef)| mean * coef).sum::<f64>();
            let mean = score().values().iter().sum::<f64>() / n as f64;
            assert!((mean - expected).abs() < 1e-9 * expected.abs(), "{mean} {expected}");
            let mut group = criterion.benchmark_group("F4/prediction");
            group.throughput(Throughput::Elements(n as u64)).sample_size(10);
            group.bench_function(BenchmarkId::new(format!("encoding_fit/{shape}"), tag(n)), |bench| bench.iter(fit));
            let id = BenchmarkId::new(format!("encoding_encode/{shape}"), tag(n));
            group.bench_function(id, |bench| bench.iter(|| encoder.encode(&frame).expect("columns").n_columns()));
            let id = BenchmarkId::new(format!("encoding_linear_predictor/{shape}"), tag(n));
            group.bench_function(id, |bench| bench.iter(score));
            group.finish();
        }
    }
}

criterion_group!(benches, activity, value_score, snapshot, encoding);
criterion_main!(benches);
