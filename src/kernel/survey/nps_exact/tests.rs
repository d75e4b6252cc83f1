//! Ends beside another program's, coverage by adding up all samples, and laws.

use proptest::prelude::*;

use super::*;

fn counts(promoters: u64, passives: u64, detractors: u64) -> NpsCounts {
    NpsCounts { promoters, passives, detractors }
}

/// Oracle: the definition in Python with numpy 2.4.6 and scipy 1.17.1: the samples of the region listed one
/// by one, 400 shares of passives and `minimize_scalar` between them, 40 bisections.
#[test]
fn ends_are_those_of_the_definition() {
    for (counts, conf_level, low, high) in [
        (counts(6, 3, 1), 0.95, -11.219092462, 83.520231683),
        (counts(0, 5, 0), 0.95, -52.182375011, 52.182375011),
        (counts(3, 0, 4), 0.9, -74.248721439, 54.935683194),
        (counts(1, 0, 0), 0.95, -95.0, 100.0),
        (counts(2, 8, 1), 0.99, -40.320946283, 54.865559391),
    ] {
        let ends = exact_nps(&counts, conf_level).unwrap();
        assert!((ends.low - low).abs() < 1e-7 && (ends.high - high).abs() < 1e-7, "{counts:?}: {ends:?}");
    }
}

/// For every number of answers, all samples of populations on a grid of shares: those whose interval
/// misses the score of the population have a chance of at most 0.1, and to each side of at most 0.05.
#[test]
fn no_population_is_missed_more_often_than_said() {
    for n in [1_u64, 2, 5, 9] {
        let ln_factorials = ln_factorials(n).unwrap();
        let samples: Vec<(NpsCounts, Interval)> = (0..=n)
            .flat_map(|promoters| {
                (0..=n - promoters).map(move |detractors| counts(promoters, n - promoters - detractors, detractors))
            })
            .map(|counts| (counts, exact_nps(&counts, 0.9).unwrap()))
            .collect();
        for (p, d) in (0..=20_u32).flat_map(|p| (0..=20 - p).map(move |d| (f64::from(p) / 20.0, f64::from(d) / 20.0))) {
            let shares = [p, (1.0 - p - d).max(0.0), d];
            let (mut too_high, mut too_low) = (0.0, 0.0);
            for (counts, ends) in &samples {
                let counts = [counts.promoters, counts.passives, counts.detractors];
                let ways =
                    ln_factorials[n as usize] - counts.map(|count| ln_factorials[count as usize]).iter().sum::<f64>();
                let powers: f64 = counts.iter().zip(shares).map(|(&count, share)| share.powi(count as i32)).product();
                let chance = ways.exp() * powers;
                too_high += if ends.low > 100.0 * (p - d) + 1e-9 { chance } else { 0.0 };
                too_low += if ends.high < 100.0 * (p - d) - 1e-9 { chance } else { 0.0 };
            }
            assert!(too_high <= 0.05 + 1e-12 && too_low <= 0.05 + 1e-12, "{n} {p} {d}: {too_high} {too_low}");
        }
    }
}

/// A maximum over a grid forty times as fine is no larger, so that the coarse one was good enough.
#[test]
fn the_maximum_over_passives_is_found() {
    for counts in [counts(40, 5, 15), counts(3, 70, 2), counts(100, 0, 3), counts(0, 120, 0)] {
        let ln_factorials = ln_factorials(counts.n()).unwrap();
        let region = Region::above(&counts, &ln_factorials);
        let low = region.lower_end(0.025);
        for part in 0..=4_000 {
            let tau = low.abs() + (1.0 - low.abs()) * f64::from(part) / 4_000.0;
            assert!(region.chance(low, tau) < 0.025, "{counts:?} {low} {tau}");
        }
    }
}

/// The chance of the region beside the sum over its samples one by one.
#[test]
fn the_chance_of_a_region_is_that_of_its_samples() {
    let counts = counts(9, 7, 4);
    let ln_factorials = ln_factorials(20).unwrap();
    let region = Region::above(&counts, &ln_factorials);
    for (delta, tau) in [(0.3, 0.31), (-0.2, 0.9), (0.0, 0.5), (0.55, 1.0), (0.4, 0.4), (0.0, 0.0)] {
        let (p, d) = (0.5 * (tau + delta), 0.5 * (tau - delta));
        let mut sum = 0.0;
        for m in 0..=20_usize {
            for promoters in region.fewest[m]..=m {
                let (detractors, passives) = (m - promoters, 20 - m);
                let ways =
                    ln_factorials[20] - ln_factorials[promoters] - ln_factorials[passives] - ln_factorials[detractors];
                sum += ways.exp()
                    * f64::powi(p, promoters as i32)
                    * f64::powi(d, detractors as i32)
                    * f64::powi(1.0 - tau, passives as i32);
            }
        }
        assert!((region.chance(delta, tau) - sum).abs() < 1e-13, "{delta} {tau}: {sum}");
    }
}

#[test]
fn regions_grow_as_answers_move_up() {
    for sample in [counts(12, 6, 2), counts(0, 20, 0), counts(1, 1, 18), counts(20, 0, 0)] {
        let fewest = Region::above(&sample, &ln_factorials(20).unwrap()).fewest;
        assert!(fewest.windows(2).all(|pair| pair[1] == pair[0] || pair[1] == pair[0] + 1), "{fewest:?}");
        assert!(fewest[(sample.promoters + sample.detractors) as usize] as u64 <= sample.promoters, "it holds itself");
    }
}

#[test]
fn what_has_no_interval_says_why() {
    assert_eq!(exact_nps(&counts(0, 0, 0), 0.95), Err(Undefined::TooFew { n: 0, needed: 1 }));
    for (too_many, n) in [(counts(MOST_EXACT, 1, 0), 1_001), (counts(u64::MAX, u64::MAX, 0), u64::MAX)] {
        let found = exact_nps(&too_many, 0.95).unwrap_err();
        assert_eq!(found, Undefined::TooMany { n, most: 1_000 });
    }
    for conf_level in [0.0, 1.0, f64::NAN] {
        assert_eq!(exact_nps(&counts(2, 1, 1), conf_level), Err(Undefined::OutOfRange));
    }
    let sure = exact_nps(&counts(2, 1, 1), 1.0 - f64::EPSILON).unwrap();
    assert_eq!((sure.low, sure.high), (-100.0, 100.0), "beyond what doubles can tell apart");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_interval_holds_the_score_and_turns_with_it(p in 0..12_u64, s in 0..12_u64, d in 0..12_u64) {
        let counts = counts(p, s, d);
        prop_assume!(counts.n() > 0);
        let (ends, turned) = (exact_nps(&counts, 0.95).unwrap(), exact_nps(&counts.swapped(), 0.95).unwrap());
        prop_assert_eq!((ends.low, ends.high), (-turned.high, -turned.low));
        let score = counts.summary().unwrap().estimate;
        prop_assert!(ends.low <= score && score <= ends.high, "{:?}", ends);
        let narrower = exact_nps(&counts, 0.8).unwrap();
        prop_assert!(ends.low <= narrower.low && narrower.high <= ends.high);
    }
}
