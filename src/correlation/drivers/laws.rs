//! Resamples, sampled orders, and what no order of rows, chunk or thread changes.

use polars::prelude::*;
use proptest::prelude::*;

use super::tests::{assert_close, values};
use super::*;
use crate::error::Result;
use crate::kernel::weight::WeightKind;

/// Answers of a survey: five items on a scale of 1 to 5, heavy ties, and a verdict.
fn survey(n: usize, seed: u64) -> DataFrame {
    let mut state = seed;
    let mut below = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let mut columns: [Vec<i64>; 6] = Default::default();
    for _ in 0..n {
        let mood = below(3);
        let items: [u64; 5] = std::array::from_fn(|_| 1 + (mood + below(3)).min(4));
        columns.iter_mut().zip(items).for_each(|(column, item)| column.push(item as i64));
        columns[5].push(i64::from(3 * items[0] + 2 * items[1] + items[2] + below(8) > 20));
    }
    let [a, b, c, d, e, y] = columns;
    df!("a" => a, "b" => b, "c" => c, "d" => d, "e" => e, "y" => y).unwrap()
}

fn shuffled(frame: &DataFrame) -> DataFrame {
    let n = frame.height() as u32;
    let order: Vec<u32> = (0..n).map(|row| (row * 7 + 3) % n).collect();
    let taken = frame.take(&IdxCa::from_vec("".into(), order)).unwrap();
    let (mut first, rest) = taken.split_at(i64::from(n) / 3);
    first.vstack_mut(&rest).unwrap();
    first
}

fn json(report: &KeyDriverReport) -> String {
    serde_json::to_string(report).unwrap()
}

#[test]
fn neither_order_nor_chunks_nor_threads_change_a_digit() {
    // 500 and 7 have no common factor, so that every row is there once.
    let frame = survey(500, 3);
    let run = |frame: &DataFrame| {
        let params = KeyDriversParams::new("y", ["a", "b", "c", "d"]).weights("e", WeightKind::Sampling);
        params.logit(true).bootstrap(100, 11).run(&frame.clone().lazy()).unwrap()
    };
    let expected = json(&run(&frame));
    assert_eq!(json(&run(&shuffled(&frame))), expected);
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one.install(|| json(&run(&frame))), expected);
}

#[test]
fn intervals_hold_the_estimate_and_follow_the_seed() {
    let frame = survey(700, 5).lazy();
    let params = |seed| KeyDriversParams::new("y", ["a", "b", "c", "d", "e"]).logit(true).bootstrap(400, seed);
    let report = params(1).run(&frame).unwrap();
    let replicates = report.replicates.unwrap();
    assert_eq!((replicates.n, replicates.n_unusable, replicates.conf_level), (400, 0, 0.95));
    for driver in &report.drivers {
        for one in &driver.importances {
            let (value, interval) = (one.value.unwrap(), one.value_interval.unwrap());
            assert!(interval.low < interval.high && interval.low - 0.02 < value && value < interval.high + 0.02);
            assert_eq!(one.share_interval.is_some(), one.method.is_decomposition());
        }
    }
    assert_eq!(json(&params(1).run(&frame).unwrap()), json(&report));
    assert_ne!(json(&params(2).run(&frame).unwrap()), json(&report));
    let a = report.drivers[0].importance(ImportanceMethod::Lmg).unwrap().share_interval.unwrap();
    let narrow = params(1).conf_level(0.5).run(&frame).unwrap();
    let half = narrow.drivers[0].importance(ImportanceMethod::Lmg).unwrap().share_interval.unwrap();
    assert!(a.low < half.low && half.high < a.high);
}

/// The standard deviation of a bootstrapped correlation, squared, against its large-sample value:
/// with one driver the slope is r, whose variance is (1 - r^2)^2 / n for normal columns.
#[test]
fn intervals_are_as_wide_as_theory_says() {
    let n = 2_000;
    let mut state = 9_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    let (x, noise): (Vec<f64>, Vec<f64>) = (0..n).map(|_| (normal(), normal())).unzip();
    let y: Vec<f64> = x.iter().zip(&noise).map(|(x, noise)| x + noise).collect();
    let report =
        KeyDriversParams::new("y", ["x"]).bootstrap(2_000, 4).run(&df!("x" => x, "y" => y).unwrap().lazy()).unwrap();
    let slope = report.drivers[0].importance(ImportanceMethod::StandardizedBeta).unwrap();
    let (r, interval) = (slope.value.unwrap(), slope.value_interval.unwrap());
    let expected = 2.0 * 1.96 * (1.0 - r * r) / f64::from(n).sqrt();
    assert!(
        ((interval.high - interval.low) / expected - 1.0).abs() < 0.1,
        "{} {expected}",
        interval.high - interval.low
    );
}

#[test]
fn repeated_rows_are_frequencies_to_the_last_digit_of_an_interval() {
    let frame = survey(60, 2);
    let counts: Vec<i64> = (0..60).map(|row| 1 + row % 3).collect();
    let rows: Vec<u32> = (0..60_u32).flat_map(|row| std::iter::repeat_n(row, counts[row as usize] as usize)).collect();
    let repeated = frame.take(&IdxCa::from_vec("".into(), rows)).unwrap();
    let mut counted = frame;
    counted.with_column(Series::new("count".into(), counts).into()).unwrap();
    let params = || KeyDriversParams::new("y", ["a", "b"]).bootstrap(200, 3).logit(true);
    let (repeated, counted) = (
        params().run(&repeated.lazy()).unwrap(),
        params().weights("count", WeightKind::Frequency).run(&counted.lazy()).unwrap(),
    );
    for (repeated, counted) in repeated.drivers.iter().zip(&counted.drivers) {
        for (repeated, counted) in repeated.importances.iter().zip(&counted.importances) {
            let (left, right) = (repeated.value_interval.unwrap(), counted.value_interval.unwrap());
            assert_close(&[left.low, left.high], &[right.low, right.high], 1e-9);
        }
    }
}

#[test]
fn more_than_twenty_drivers_are_sampled_with_errors() {
    let n = 200;
    let mut frame = survey(n, 8);
    let names: Vec<String> = (0..22).map(|k| format!("x{k}")).collect();
    for (k, name) in names.iter().enumerate() {
        let noise = survey(n, 100 + k as u64);
        let column = noise.column("a").unwrap() + frame.column(["a", "b", "c"][k % 3]).unwrap();
        frame.with_column(column.unwrap().with_name(name.as_str().into())).unwrap();
    }
    let params = KeyDriversParams::new("y", names).methods([ImportanceMethod::Lmg]).sampling(500, 2);
    let report = params.run(&frame.lazy()).unwrap();
    assert_eq!(report.n_sampled_orders, Some(1_000));
    assert!((values(&report, ImportanceMethod::Lmg).iter().sum::<f64>() - report.r_squared).abs() < 1e-12);
    let errors = report.drivers.iter().map(|driver| driver.importances[0].std_error.unwrap());
    assert!(errors.into_iter().all(|error| error > 0.0 && error < 0.01));
}

/// A resample of few rows can miss all ones of a rare flag.
#[test]
fn resamples_that_cannot_be_measured_are_counted() {
    let frame = df!("y" => [1, 2, 3, 4, 5, 7], "x" => [0, 0, 0, 0, 0, 1]).unwrap().lazy();
    let report = KeyDriversParams::new("y", ["x"]).bootstrap(500, 6).run(&frame).unwrap();
    let n = report.replicates.unwrap().n_unusable;
    // By hand: all rows but the last with chance (5/6)^6 = 0.335, and only the last hardly ever.
    assert!((120..220).contains(&n), "{n}");
}

fn small_table() -> impl Strategy<Value = Vec<(i64, i64, i64)>> {
    prop::collection::vec((0_i64..4, 0_i64..4, 0_i64..5), 0..30)
}

proptest! {
    #[test]
    fn no_table_makes_it_panic_and_shares_sum_to_one(rows in small_table()) {
        let column = |of: fn(&(i64, i64, i64)) -> i64| rows.iter().map(of).collect::<Vec<_>>();
        let frame = df!("a" => column(|row| row.0), "b" => column(|row| row.1), "y" => column(|row| row.2)).unwrap();
        let report: Result<KeyDriverReport> =
            KeyDriversParams::new("y", ["a", "b"]).bootstrap(100, 1).logit(true).run(&frame.lazy());
        if let Ok(report) = report {
            let shares: Vec<f64> = report
                .drivers
                .iter()
                .filter_map(|driver| driver.importance(ImportanceMethod::Lmg).and_then(|one| one.share))
                .collect();
            prop_assert!(shares.is_empty() || (shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!(!report.to_string().contains("NaN"));
            let all = report.drivers.iter().flat_map(|driver| &driver.importances);
            prop_assert!(all.into_iter().all(|one| one.value.is_some_and(f64::is_finite) != one.reason.is_some()));
        }
    }
}
