//! Kernels over slices. Ids read `floor/module/function/shape/n`.

mod support;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use customer_analytics::kernel::binning::{Direction, RankRule, fit_steps, score_of};
use customer_analytics::kernel::importance::{Players, first, lmg};
use customer_analytics::kernel::money::Money;
use customer_analytics::kernel::order::ascending;
use customer_analytics::kernel::symmetric_matrix::SymmetricMatrix;
use std::hint::black_box;
use support::{Random, sizes, tag};

fn total(amounts: &[f64]) -> Money {
    let add = |sum: Money, &amount| sum.checked_add(Money::of(amount)?);
    amounts.iter().try_fold(Money::ZERO, add).expect("amounts in range")
}

/// Amounts in whole cents, and thirds of them, which no price grid holds.
fn amounts(n: usize, off_grid: bool) -> Vec<f64> {
    let mut random = Random::new(n as u64);
    let divisor = if off_grid { 300.0 } else { 100.0 };
    (0..n).map(|_| (1 + random.below(1_000_000)) as f64 / divisor).collect()
}

fn money(criterion: &mut Criterion) {
    for (shape, off_grid) in [("cents", false), ("off_grid", true)] {
        for n in sizes(&[1_000, 100_000, 1_000_000]) {
            let amounts = amounts(n, off_grid);
            let backwards: Vec<f64> = amounts.iter().rev().copied().collect();
            assert_eq!(total(&amounts), total(&backwards));
            let doubles: f64 = amounts.iter().sum();
            assert!((total(&amounts).to_f64() / doubles - 1.0).abs() < 1e-9);
            let mut group = criterion.benchmark_group("F0/money");
            group.throughput(Throughput::Elements(n as u64));
            group.bench_function(BenchmarkId::new(format!("of/{shape}"), tag(n)), |bench| {
                bench.iter(|| amounts.iter().filter(|&&amount| Money::of(black_box(amount)).is_some()).count());
            });
            group.bench_function(BenchmarkId::new(format!("checked_add/{shape}"), tag(n)), |bench| {
                bench.iter(|| total(black_box(&amounts)));
            });
            group.finish();
        }
    }
}

/// Values as the dimensions of a score have them: money, small counts, heavy ties.
fn values(n: usize, shape: &str) -> Vec<f64> {
    let mut random = Random::new(n as u64);
    let value = |random: &mut Random| match shape {
        "money" => random.below(10_000_000) as f64 / 100.0,
        "counts" => random.below(730) as f64,
        _ => random.below(4) as f64,
    };
    (0..n).map(|_| value(&mut random)).collect()
}

/// Thresholds and scores of one dimension.
fn binning(criterion: &mut Criterion) {
    for shape in ["money", "counts", "heavy_ties"] {
        for n in sizes(&[1_000, 100_000, 1_000_000]) {
            let values = values(n, shape);
            let fit = |values: &[f64]| fit_steps(&ascending(values), 5, RankRule::MidRank, Direction::HighIsBetter);
            let steps = fit(&values);
            let scores: Vec<u8> = values.iter().filter_map(|&value| score_of(value, &steps)).collect();
            assert!(scores.len() == n && steps.windows(2).all(|pair| pair[0].score < pair[1].score));
            let mut group = criterion.benchmark_group("F0/binning");
            group.throughput(Throughput::Elements(n as u64)).sample_size(20);
            group.bench_function(BenchmarkId::new(format!("fit_steps/{shape}"), tag(n)), |bench| {
                bench.iter(|| fit(black_box(&values)));
            });
            group.bench_function(BenchmarkId::new(format!("score_of/{shape}"), tag(n)), |bench| {
                bench.iter(|| {
                    values.iter().filter_map(|&value| score_of(value, black_box(&steps))).map(u64::from).sum::<u64>()
                });
            });
            group.finish();
        }
    }
}

/// Correlations of columns that share much of what they are made of; the target is the last.
fn correlations(n_columns: usize) -> SymmetricMatrix {
    let mut random = Random::new(n_columns as u64);
    let mut row = || (0..2 * n_columns).map(|_| random.below(1_000) as f64 - 400.0).collect::<Vec<f64>>();
    let rows: Vec<Vec<f64>> = (0..n_columns).map(|_| row()).collect();
    let dot = |left: &[f64], right: &[f64]| left.iter().zip(right).map(|(left, right)| left * right).sum::<f64>();
    SymmetricMatrix::from_lower(n_columns, |row, column| {
        let (left, right) = (&rows[row], &rows[column]);
        if row == column { 1.0 } else { dot(left, right) / (dot(left, left) * dot(right, right)).sqrt() }
    })
}

/// Shares of explained variance over all sets of drivers.
fn importance(criterion: &mut Criterion) {
    for n_drivers in if support::is_measured() { vec![5, 10, 15, 20] } else { vec![5] } {
        let (matrix, players) = (correlations(n_drivers + 1), Players::single(n_drivers));
        let shares = lmg(&matrix, &players).expect("correlations");
        let together = Players::labelled(&vec![0; n_drivers]);
        let whole = first(&matrix, &together).expect("correlations")[0];
        assert!(shares.iter().all(|&share| share > 0.0) && (shares.iter().sum::<f64>() / whole - 1.0).abs() < 1e-12);
        let mut group = criterion.benchmark_group("F0/importance");
        group.sample_size(20);
        group.bench_function(BenchmarkId::new("lmg", n_drivers), |bench| {
            bench.iter(|| lmg(black_box(&matrix), &players));
        });
        group.finish();
    }
}

criterion_group!(benches, money, binning, importance);
criterion_main!(benches);
