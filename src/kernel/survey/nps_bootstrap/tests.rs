//! Replicates beside exact chances, beside drawn answers, and beside the bootstrap of rows.

use proptest::prelude::*;

use super::*;
use crate::kernel::association::contingency::ContingencyTable;
use crate::kernel::bootstrap::{bootstrap, bootstrap_mean};
use crate::kernel::distribution::chi_squared;
use crate::kernel::distribution::gamma::ln_gamma;
use crate::kernel::hypothesis::chi_square_test;

fn counts(promoters: u64, passives: u64, detractors: u64) -> NpsCounts {
    NpsCounts { promoters, passives, detractors }
}

fn settings(n_replicates: u32, method: BootstrapMethod) -> Bootstrap {
    Bootstrap::new(n_replicates, 20_240_229).method(method)
}

/// Chance of each lead `D` of a sample, from `-n` to `n`, by adding up trinomial chances.
fn chances_of_leads(counts: &NpsCounts) -> Vec<f64> {
    let n = counts.n();
    let ln_factorial = |k: u64| ln_gamma(k as f64 + 1.0).unwrap();
    let power = |count: u64, k: u64| if k == 0 { 0.0 } else { k as f64 * (count as f64 / n as f64).ln() };
    let mut chances = vec![0.0; 2 * n as usize + 1];
    for promoters in 0..=n {
        for detractors in 0..=n - promoters {
            let passives = n - promoters - detractors;
            let ways = ln_factorial(n) - ln_factorial(promoters) - ln_factorial(passives) - ln_factorial(detractors);
            let ln = ways
                + power(counts.promoters, promoters)
                + power(counts.passives, passives)
                + power(counts.detractors, detractors);
            chances[(n + promoters - detractors) as usize] += ln.exp();
        }
    }
    chances
}

/// Chi-squared of 100,000 replicates against the exact chances, cells of fewer than ten put together;
/// the first two count up, the others draw under the hat, the last mixes both.
#[test]
fn replicates_have_the_exact_chances_of_drawn_answers() {
    for counts in [counts(7, 3, 2), counts(2, 8, 1), counts(40, 25, 15), counts(90, 60, 50), counts(80, 2, 30)] {
        let drawn = Leads::draw(&counts, &settings(100_000, BootstrapMethod::Percentile));
        let mut seen = vec![0.0; 2 * counts.n() as usize + 1];
        for lead in drawn.above_observed {
            seen[(counts.n() as i64 + lead + drawn.observed) as usize] += 1.0;
        }
        let (mut statistic, mut n_cells, mut cell) = (0.0, 0, (0.0, 0.0));
        let awaited: Vec<f64> = chances_of_leads(&counts).into_iter().map(|chance| 1e5 * chance).collect();
        for (at, (seen, expected)) in seen.iter().zip(&awaited).enumerate() {
            cell = (cell.0 + seen, cell.1 + expected);
            let is_last = at + 1 == awaited.len();
            if cell.1 >= 10.0 && awaited[at + 1..].iter().sum::<f64>() >= 10.0 || is_last {
                statistic += (cell.0 - cell.1) * (cell.0 - cell.1) / cell.1;
                (n_cells, cell) = (n_cells + 1, (0.0, 0.0));
            }
        }
        let p = chi_squared::upper_tail(statistic, f64::from(n_cells - 1)).unwrap().value();
        assert!(p > 1e-3, "{counts:?}: {statistic} of {n_cells} cells, {p}");
    }
}

/// The same replicates by drawing answers one by one; two samples of one distribution.
#[test]
fn replicates_are_distributed_like_those_of_drawn_answers() {
    let counts = counts(18, 11, 2);
    let by_counts = Leads::draw(&counts, &settings(40_000, BootstrapMethod::Percentile));
    let codes: Vec<i64> = [(1, 18), (0, 11), (-1, 2)].iter().flat_map(|&(code, n)| vec![code; n]).collect();
    let by_rows = (0..40_000).map(|replicate| {
        let mut draw = Draw::of(99, replicate);
        (0..codes.len()).map(|_| codes[draw.below(codes.len())]).sum::<i64>()
    });
    let of_counts = by_counts.above_observed.iter().map(|lead| (0, lead + by_counts.observed));
    // Few replicates lie below 6 or above 25 of 31; they count as one value.
    let rows = of_counts.chain(by_rows.map(|lead| (1, lead)));
    let (ways, leads): (Vec<u32>, Vec<u32>) = rows.map(|(way, lead)| (way, lead.clamp(6, 25) as u32)).unzip();
    let found = chi_square_test(&ContingencyTable::of(&ways, &leads).unwrap()).unwrap();
    assert_eq!(found.n_small_expected, 0);
    assert!(found.test.p_value.value() > 1e-3, "{found:?}");
}

/// Mean and variance of a multinomial lead are `D_0` and `n V`: 200,000 replicates are within five
/// standard errors of them, for few answers and for billions.
#[test]
fn replicates_have_the_moments_of_the_multinomial() {
    for counts in [counts(1, 1, 0), counts(18, 11, 2), counts(3, 400, 5), counts(7 << 40, 3 << 40, 5 << 40)] {
        let found = bootstrap_nps(&counts, &settings(200_000, BootstrapMethod::Percentile)).unwrap();
        let exact = counts.summary().unwrap().std_error;
        assert!((found.std_error / exact - 1.0).abs() < 0.01, "{counts:?}: {found:?}");
        assert!(found.bias.abs() < 5.0 * exact / 200_000.0_f64.sqrt(), "{counts:?}: {found:?}");
    }
}

/// The bootstrap of rows with jackknife, on the codes themselves: the interval of each is a draw of
/// the same distribution. Replicates lie on a grid of 100/170 points, and the ends of 50,000 of them
/// on the same or neighbouring places of it.
#[test]
fn intervals_are_those_of_the_bootstrap_of_rows() {
    let counts = counts(90, 60, 20);
    let codes: Vec<f64> = [(100.0, 90), (0.0, 60), (-100.0, 20)].iter().flat_map(|&(code, n)| vec![code; n]).collect();
    for method in [BootstrapMethod::Percentile, BootstrapMethod::Bca] {
        let settings = settings(50_000, method);
        let (found, rows) = (bootstrap_nps(&counts, &settings).unwrap(), bootstrap_mean(&codes, &settings).unwrap());
        assert!((found.estimate - rows.estimate).abs() < 1e-12);
        assert!((found.std_error / rows.std_error - 1.0).abs() < 0.02);
        let (ends, expected) = (found.interval.unwrap(), rows.interval.unwrap());
        assert!((ends.low - expected.low).abs() < 101.0 / 170.0, "{ends:?} {expected:?}");
        assert!((ends.high - expected.high).abs() < 101.0 / 170.0, "{ends:?} {expected:?}");
    }
}

/// Oracle: the summary of the bootstrap of rows, given the replicates drawn here.
#[test]
fn replicates_are_summed_up_as_those_of_rows_are() {
    let counts = counts(9, 5, 3);
    let drawn = Leads::draw(&counts, &settings(999, BootstrapMethod::Bca));
    let scores: Vec<f64> =
        drawn.above_observed.iter().map(|lead| 100.0 * (lead + drawn.observed) as f64 / 17.0).collect();
    let codes: Vec<f64> = [(100.0, 9), (0.0, 5), (-100.0, 3)].iter().flat_map(|&(code, n)| vec![code; n]).collect();
    for method in [BootstrapMethod::Percentile, BootstrapMethod::Bca] {
        let settings = settings(999, method);
        let found = bootstrap_nps(&counts, &settings).unwrap();
        let next = std::sync::Mutex::new(scores.iter());
        // All rows give the score, all but one their mean, a sample the next of the replicates.
        let statistic = |rows: &[usize]| {
            let is_all = rows.len() == 17 && rows.iter().enumerate().all(|(at, &row)| at == row);
            if is_all || rows.len() == 16 {
                return Ok(rows.iter().map(|&row| codes[row]).sum::<f64>() / rows.len() as f64);
            }
            Ok(*next.lock().unwrap().next().unwrap())
        };
        let expected = bootstrap(17, &settings, statistic).unwrap();
        let (ends, awaited) = (found.interval.unwrap(), expected.interval.unwrap());
        for (got, expected) in [
            (found.std_error, expected.std_error),
            (found.bias, expected.bias),
            (ends.low, awaited.low),
            (ends.high, awaited.high),
        ] {
            assert!((got - expected).abs() < 1e-10, "{got} {expected}");
        }
    }
}

#[test]
fn what_cannot_be_drawn_says_why() {
    let of = |counts: NpsCounts, settings: Bootstrap| bootstrap_nps(&counts, &settings);
    let many = settings(100, BootstrapMethod::Bca);
    assert_eq!(of(counts(0, 0, 0), many).unwrap_err(), Undefined::TooFew { n: 0, needed: 1 });
    assert_eq!(of(counts(1 << 53, 1, 0), many).unwrap_err(), Undefined::OutOfRange);
    assert_eq!(of(counts(u64::MAX, u64::MAX, 1), many).unwrap_err(), Undefined::OutOfRange);
    assert_eq!(of(counts(2, 1, 1), many.conf_level(1.0)).unwrap_err(), Undefined::OutOfRange);
    let once = settings(1, BootstrapMethod::Bca);
    assert_eq!(of(counts(2, 1, 1), once).unwrap_err(), Undefined::TooFew { n: 1, needed: 2 });
    for constant in [counts(5, 0, 0), counts(0, 1, 0), counts(0, 0, 3)] {
        let found = of(constant, many).unwrap();
        assert_eq!((found.std_error, found.bias, found.interval), (0.0, 0.0, Err(Undefined::Constant)));
    }
}

proptest! {
    #[test]
    fn swapping_promoters_and_detractors_mirrors_every_replicate(p in 0..300_u64, s in 0..300_u64, d in 0..300_u64, seed in any::<u64>()) {
        let counts = counts(p, s, d);
        // Equal counts are their own mirror image, and one sample of replicates is not.
        prop_assume!(p != d && !counts.is_constant());
        let settings = Bootstrap::new(200, seed).method(BootstrapMethod::Percentile);
        let (found, turned) = (bootstrap_nps(&counts, &settings).unwrap(), bootstrap_nps(&counts.swapped(), &settings).unwrap());
        prop_assert_eq!((found.estimate, found.bias, found.std_error), (-turned.estimate, -turned.bias, turned.std_error));
        let (there, back) = (found.interval.unwrap(), turned.interval.unwrap());
        prop_assert!((there.low + back.high).abs() < 1e-9 && (there.high + back.low).abs() < 1e-9);
        prop_assert!(-100.0 <= there.low && there.high <= 100.0);
    }

    #[test]
    fn equal_seeds_give_equal_digits(p in 0..50_u64, s in 0..50_u64, d in 0..50_u64, seed in any::<u64>()) {
        prop_assume!(p + s + d > 0);
        let settings = Bootstrap::new(50, seed);
        prop_assert_eq!(bootstrap_nps(&counts(p, s, d), &settings), bootstrap_nps(&counts(p, s, d), &settings));
    }
}
