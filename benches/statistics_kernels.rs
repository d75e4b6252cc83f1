//! Kernels of descriptive statistics, association, tests, key drivers and evaluation over slices.
//!
//! ```text
//! cargo bench --bench statistics_kernels               ids read floor/module/function/shape/n
//! cargo bench --bench statistics_kernels -- kendall    those that have it in their id
//! ```
//! Before the first measurement the bandwidth of the machine and its rate of additions are
//! measured, and for every id a floor is printed: the bytes that must be read and written once at
//! that bandwidth, or the additions and multiplications at that rate, whichever takes longer. One
//! thread's figures: what runs on several may come out below.

mod support;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use customer_analytics::kernel::association::comoments::Comoments;
use customer_analytics::kernel::association::contingency::ContingencyTable;
use customer_analytics::kernel::association::cramer::association;
use customer_analytics::kernel::association::kendall::kendall;
use customer_analytics::kernel::association::spearman::spearman;
use customer_analytics::kernel::association::spearman_matrix::SpearmanMatrix;
use customer_analytics::kernel::bootstrap::{Bootstrap, BootstrapMethod, bootstrap_mean};
use customer_analytics::kernel::decision::maximum_profit_bootstrap;
use customer_analytics::kernel::evaluation::{
    RankedScores, average_precision, brier, delong, delong_test, lift_of, log_loss, roc_auc,
};
use customer_analytics::kernel::hypothesis::welch_t_test;
use customer_analytics::kernel::importance::{Players, first, lmg};
use customer_analytics::kernel::isotonic::isotonic;
use customer_analytics::kernel::masked::Masked;
use customer_analytics::kernel::moments::Moments;
use customer_analytics::kernel::order::{RowSorter, Sorter, argsort};
use customer_analytics::kernel::quantile::QuantileType;
use customer_analytics::kernel::rank::{Ties, ranks_with};
use customer_analytics::kernel::symmetric_matrix::SymmetricMatrix;
use std::hint::black_box;
use std::sync::OnceLock;
use support::repeat::{median, seconds};
use support::{Random, is_measured, sizes, tag};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];
const SHARES: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/// What is special about a column.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    /// Hardly two equal values.
    Distinct,
    /// A rating of five levels.
    HeavyTies,
    /// Ascending.
    Sorted,
    /// Between 1e9 and 1e9 + 1.
    Offset,
}

impl Shape {
    const ALL: [Self; 4] = [Self::Distinct, Self::HeavyTies, Self::Sorted, Self::Offset];

    fn name(self) -> &'static str {
        match self {
            Self::Distinct => "distinct",
            Self::HeavyTies => "heavy_ties",
            Self::Sorted => "sorted",
            Self::Offset => "offset_1e9",
        }
    }

    fn column(self, n: usize, seed: u64) -> Vec<f64> {
        let mut random = Random::new(seed);
        let mut values: Vec<f64> = match self {
            Self::Distinct | Self::Sorted => (0..n).map(|_| random.unit() + random.unit() - 1.0).collect(),
            Self::HeavyTies => (0..n).map(|_| random.below(5) as f64).collect(),
            Self::Offset => (0..n).map(|_| 1e9 + random.unit()).collect(),
        };
        if self == Self::Sorted {
            values.sort_unstable_by(f64::total_cmp);
        }
        values
    }
}

/// Bits of rows of which a tenth is missing.
fn bits(n: usize, seed: u64) -> Vec<u64> {
    let mut random = Random::new(seed);
    let mut word = |length: usize| (0..length).fold(0, |word, bit| word | u64::from(random.below(10) > 0) << bit);
    (0..n.div_ceil(64)).map(|at| word((n - at * 64).min(64))).collect()
}

/// Bytes and additions per second of one thread.
fn rates() -> (f64, f64) {
    static RATES: OnceLock<(f64, f64)> = OnceLock::new();
    *RATES.get_or_init(|| {
        let n = if is_measured() { 1 << 24 } else { 1 << 10 };
        let (values, mut copy) = (vec![1.0_f64; n], vec![0.0_f64; n]);
        let copying = median((0..5).map(|_| seconds(|| copy.copy_from_slice(black_box(&values))).1).collect());
        let near = &values[..n.min(1 << 11)];
        let mut lanes = [0.0; 16];
        let add = || {
            for _ in 0..n / near.len() {
                for block in black_box(near).chunks_exact(16) {
                    lanes.iter_mut().zip(block).for_each(|(lane, value)| *lane += value);
                }
            }
            black_box(&mut lanes);
        };
        let adding = seconds(add).1;
        let found = (16.0 * n as f64 / copying, n as f64 / adding);
        println!("one thread: {:.1} GB/s copied, {:.2} Gflop/s added", found.0 / 1e9, found.1 / 1e9);
        found
    })
}

/// One measurement: its id, what it must at least read, write and calculate, and how.
struct Bench<'a> {
    module: &'a str,
    function: &'a str,
    shape: &'a str,
    n: usize,
    bytes: f64,
    flops: f64,
}

impl Bench<'_> {
    fn run<T>(&self, criterion: &mut Criterion, mut work: impl FnMut() -> T) {
        let (bandwidth, rate) = rates();
        let floor = (self.bytes / bandwidth).max(self.flops / rate);
        let id = format!("F0/{}", self.module);
        let size = if self.n < 100 { self.n.to_string() } else { tag(self.n) };
        if is_measured() {
            println!("floor of {id}/{}/{}/{}: {:.4} ms", self.function, self.shape, size, floor * 1e3);
        }
        let mut group = criterion.benchmark_group(id);
        group.throughput(Throughput::Elements(self.n as u64)).sample_size(10);
        group.bench_function(BenchmarkId::new(format!("{}/{}", self.function, self.shape), size), |bench| {
            bench.iter(|| black_box(work()));
        });
        group.finish();
    }
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "{found} {expected}");
}

/// One column: moments, its order, quantiles and ranks.
fn columns(criterion: &mut Criterion) {
    for shape in Shape::ALL {
        for n in sizes(&SIZES) {
            let values = shape.column(n, 1);
            let bench = |module, function, bytes: usize, flops: usize| Bench {
                module,
                function,
                shape: shape.name(),
                n,
                bytes: (bytes * n) as f64,
                flops: (flops * n) as f64,
            };
            let plain = values.iter().sum::<f64>() / n as f64;
            close(Moments::of(&values).expect("finite values").mean(), plain, 1e-9);
            bench("moments", "of", 8, 8).run(criterion, || Moments::of(black_box(&values)));

            let mut expected = values.clone();
            expected.sort_unstable_by(f64::total_cmp);
            let mut sorter = Sorter::default();
            assert!(sorter.sort(&values).expect("numbers").values() == expected);
            // Read, counted and moved once, and read again: no sort by digits does less.
            bench("order", "sort", 16, 0).run(criterion, || sorter.sort(black_box(&values)).map(|sorted| sorted.n()));

            let sorted = sorter.sort(&values).expect("numbers");
            let found = sorted.quantiles(&SHARES, QuantileType::Type7);
            let middle = (expected[(n - 1) / 2] + expected[n / 2]) / 2.0;
            close(found[3].clone().expect("a median"), middle, 1e-15);
            bench("order", "quantiles", 0, 0)
                .run(criterion, || black_box(sorted).quantiles(&SHARES, QuantileType::Type7));

            let order = argsort(&values).expect("numbers");
            assert!(order.iter().zip(&expected).all(|(&row, &value)| values[row as usize] == value));
            bench("order", "argsort", 12, 0).run(criterion, || argsort(black_box(&values)));

            let mut rows = RowSorter::default();
            let ranks = ranks_with(&mut rows, &values, Ties::Average).expect("numbers");
            assert_eq!(ranks.iter().sum::<f64>(), (n * (n + 1)) as f64 / 2.0);
            bench("rank", "average", 16, 0).run(criterion, || ranks_with(&mut rows, black_box(&values), Ties::Average));
        }
    }
}

/// Two columns: rank correlations, tables, tests.
fn pairs(criterion: &mut Criterion) {
    for shape in Shape::ALL {
        for n in sizes(&SIZES) {
            let (x, noise) = (shape.column(n, 1), Shape::Distinct.column(n, 2));
            // A second column of the same kind that goes with the first.
            let y: Vec<f64> = match shape {
                Shape::HeavyTies => x.iter().zip(&noise).map(|(x, e)| (x + 2.0 * e).round()).collect(),
                _ => x.iter().zip(&noise).map(|(x, e)| x + e / 2.0).collect(),
            };
            let bench = |module, function, bytes: usize, flops: usize| Bench {
                module,
                function,
                shape: shape.name(),
                n,
                bytes: (bytes * n) as f64,
                flops: (flops * n) as f64,
            };
            let (tau, rho) = (kendall(&x, &y).expect("two columns"), spearman(&x, &y).expect("two columns"));
            let turned = kendall(&y, &x).expect("two columns");
            assert_eq!((tau.concordant, tau.discordant), (turned.concordant, turned.discordant));
            assert!(0.0 < tau.tau_b && tau.tau_b < rho.rho && rho.rho < 1.0, "{tau:?} {rho:?}");
            bench("association", "kendall", 16, 0).run(criterion, || kendall(black_box(&x), &y));
            bench("association", "spearman", 16, 2).run(criterion, || spearman(black_box(&x), &y));

            let codes =
                |values: &[f64], step: f64| values.iter().map(|value| (value.abs() / step) as u32 % 12).collect();
            let (a, b): (Vec<u32>, Vec<u32>) = (codes(&x, 0.2), codes(&y, 0.3));
            let v = |a: &[u32], b: &[u32]| association(&ContingencyTable::of(a, b)?);
            if let Ok(found) = v(&a, &b) {
                close(found.cramers_v, v(&b, &a).expect("the same table").cramers_v, 1e-12);
                bench("association", "cramer", 8, 0).run(criterion, || v(black_box(&a), &b));
            }

            let welch = welch_t_test(&x, &y, 0.95).expect("two groups");
            close(welch.difference.estimate, -noise.iter().sum::<f64>() / n as f64 / 2.0, 1.0);
            bench("hypothesis", "welch", 16, 8).run(criterion, || welch_t_test(black_box(&x), &y, 0.95));
        }
    }
}

/// Five columns, a tenth of each missing or none: comoments and rank correlations of all pairs.
fn matrices(criterion: &mut Criterion) {
    for (shape, is_masked) in [("distinct", false), ("tenth_null", true)] {
        for n in sizes(&SIZES) {
            let columns: Vec<Vec<f64>> = (0..5).map(|seed| Shape::Distinct.column(n, seed)).collect();
            let valid: Vec<Vec<u64>> = (0..5).map(|seed| bits(n, seed + 50)).collect();
            let mask = |(values, valid)| Masked { values, valid: Some(valid).filter(|_| is_masked) };
            let masked: Vec<Masked<'_>> =
                columns.iter().map(Vec::as_slice).zip(valid.iter().map(Vec::as_slice)).map(mask).collect();
            let both = customer_analytics::kernel::masked::n_both(masked[0], masked[1]);
            assert_eq!(Comoments::of(&masked, None).get(0, 1).map(|cell| cell.n), Ok(both));
            let matrix = SpearmanMatrix::of(&masked);
            let pair = matrix.pair(0, 1).and_then(|pair| pair.as_ref().ok()).expect("a pair");
            assert!(pair.n == both && pair.rho.abs() < 5.0 / (both as f64).sqrt());
            let bench = |function, flops: usize| Bench {
                module: "association",
                function,
                shape,
                n,
                bytes: (5 * 8 * n) as f64,
                flops: (flops * n) as f64,
            };
            // A product and a sum for each of fifteen or of ten pairs.
            bench("comoments_of_5", 30).run(criterion, || Comoments::of(black_box(&masked), None));
            bench("spearman_matrix_of_5", 20).run(criterion, || SpearmanMatrix::of(black_box(&masked)));
        }
    }
}

/// The bootstrap of a mean: as many draws as replicates times rows.
fn resampling(criterion: &mut Criterion) {
    const N_REPLICATES: u32 = 200;
    for shape in Shape::ALL {
        for n in sizes(&[1_000, 100_000]) {
            let values = shape.column(n, 3);
            let settings = Bootstrap::new(N_REPLICATES, 7).method(BootstrapMethod::Percentile);
            let found = bootstrap_mean(&values, &settings).expect("numbers");
            let sd = Moments::of(&values).and_then(|moments| moments.std_error()).expect("numbers");
            close(found.estimate, values.iter().sum::<f64>() / n as f64, 1e-9);
            assert!((found.std_error / sd - 1.0).abs() < 0.3, "{} {sd}", found.std_error);
            let draws = n as f64 * f64::from(N_REPLICATES);
            let bench = Bench {
                module: "bootstrap",
                function: "mean",
                shape: shape.name(),
                n,
                bytes: 8.0 * n as f64,
                flops: draws,
            };
            bench.run(criterion, || bootstrap_mean(black_box(&values), &settings));
        }
    }
    largest_profit(criterion);
}

/// The bootstrap of a maximum that is looked for anew in each sample.
fn largest_profit(criterion: &mut Criterion) {
    const N_REPLICATES: u32 = 20;
    for n in sizes(&[1_000, 100_000, 1_000_000]) {
        let mut random = Random::new(11);
        let scores: Vec<f64> = (0..n).map(|_| random.unit()).collect();
        let profits: Vec<f64> = scores.iter().map(|score| if random.unit() < *score { 10.0 } else { -4.0 }).collect();
        let settings = Bootstrap::new(N_REPLICATES, 7);
        let found = maximum_profit_bootstrap(&scores, &profits, &settings).expect("numbers");
        // Contacts pay from 4 in 14 on, and earn 14 p - 4 each.
        let expected = n as f64 * 12.5 / 3.5;
        assert!((found.estimate / expected - 1.0).abs() < 10.0 / (n as f64).sqrt(), "{} {expected}", found.estimate);
        let draws = n as f64 * f64::from(N_REPLICATES);
        let bench = Bench {
            module: "decision",
            function: "maximum_profit_bootstrap",
            shape: "distinct",
            n,
            bytes: 16.0 * n as f64,
            flops: draws,
        };
        bench.run(criterion, || maximum_profit_bootstrap(black_box(&scores), &profits, &settings));
    }
}

/// Correlations of columns that share much of what they are made of; the target is the last.
fn correlations(n_columns: usize) -> SymmetricMatrix {
    let mut random = Random::new(n_columns as u64);
    let columns: Vec<Vec<f64>> =
        (0..n_columns).map(|_| (0..2 * n_columns).map(|_| random.unit() - 0.4).collect()).collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    SymmetricMatrix::from_lower(n_columns, |row, column| {
        let (a, b) = (&columns[row], &columns[column]);
        if row == column { 1.0 } else { dot(a, b) / (dot(a, a) * dot(b, b)).sqrt() }
    })
}

/// Shares of explained variance over all sets of drivers, the number of which stands for n.
fn drivers(criterion: &mut Criterion) {
    for n_drivers in if is_measured() { vec![10, 15] } else { vec![5] } {
        let (matrix, players) = (correlations(n_drivers + 1), Players::single(n_drivers));
        let together = Players::labelled(&vec![0; n_drivers]);
        let whole = first(&matrix, &together).expect("correlations")[0];
        let shares = lmg(&matrix, &players).expect("correlations");
        close(shares.iter().sum::<f64>(), whole, 1e-12);
        // A product and a sum for each driver and set of others.
        let flops = n_drivers as f64 * 2.0_f64.powi(n_drivers as i32);
        let bench = Bench { module: "importance", function: "lmg", shape: "drivers", n: n_drivers, bytes: 0.0, flops };
        bench.run(criterion, || lmg(black_box(&matrix), &players));
    }
}

/// Predictions beside what came: probabilities without ties, and rounded to two decimals.
fn evaluation(criterion: &mut Criterion) {
    for (shape, digits) in [("distinct", None), ("heavy_ties", Some(100.0))] {
        for n in sizes(&[1_000, 100_000, 1_000_000, 10_000_000]) {
            let mut random = Random::new(5);
            let rounded = |prob: f64| digits.map_or(prob, |digits: f64| (prob * digits).round() / digits);
            let drawn: Vec<(f64, bool)> = (0..n)
                .map(|_| {
                    let prob = 0.02 + 0.96 * random.unit() * random.unit();
                    (prob, random.unit() < prob)
                })
                .collect();
            let prob: Vec<f64> = drawn.iter().map(|(prob, _)| rounded(*prob)).collect();
            let labels: Vec<bool> = drawn.iter().map(|(_, label)| *label).collect();
            let targets: Vec<f64> = labels.iter().map(|&label| f64::from(u8::from(label))).collect();
            let other: Vec<f64> = prob.iter().map(|prob| rounded(0.5 * prob + 0.4 * random.unit())).collect();
            let bench = |function, bytes: usize, flops: usize| Bench {
                module: "evaluation",
                function,
                shape,
                n,
                bytes: (bytes * n) as f64,
                flops: (flops * n) as f64,
            };
            let area = |scores: &[f64]| roc_auc(&RankedScores::of(&labels, scores).expect("numbers"));
            let ranked = RankedScores::of(&labels, &prob).expect("numbers");
            let opposite: Vec<f64> = prob.iter().map(|prob| -prob).collect();
            let found = area(&prob).expect("both classes");
            close(found, 1.0 - area(&opposite).expect("both classes"), 1e-14);
            close(delong(&ranked).expect("both classes").auc, found, 1e-15);
            // Labels and scores read once, scores moved once and read in order: no sort does less.
            bench("roc_auc", 25, 0).run(criterion, || area(black_box(&prob)));
            bench("delong_ranked", 8, 6).run(criterion, || delong(black_box(&ranked)));
            bench("average_precision_ranked", 8, 3).run(criterion, || average_precision(black_box(&ranked)));
            bench("lift_ranked", 8, 0).run(criterion, || lift_of(black_box(&ranked), 10, 0.95));
            let both = delong_test(&labels, &prob, &other).expect("both classes");
            close(both.first.auc, found, 1e-15);
            bench("delong_test", 58, 0).run(criterion, || delong_test(&labels, black_box(&prob), &other));
            assert!(brier(&labels, &prob, None).expect("probabilities") < 0.25);
            bench("brier", 9, 3).run(criterion, || brier(&labels, black_box(&prob), None));
            bench("log_loss", 9, 20).run(criterion, || log_loss(&labels, black_box(&prob), None));
            let blocks = isotonic(&prob, &targets, None).expect("numbers");
            assert!(blocks.windows(2).all(|pair| pair[0].value < pair[1].value));
            bench("isotonic", 32, 2).run(criterion, || isotonic(black_box(&prob), &targets, None));
        }
    }
}

criterion_group!(benches, columns, pairs, matrices, resampling, drivers, evaluation);
criterion_main!(benches);
