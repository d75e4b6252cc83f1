//! Intervals beside 40-digit answers, and their ends.

use super::*;

fn assert_ends(found: Result<Interval, Undefined>, low: f64, high: f64) {
    let found = found.unwrap();
    for (end, expected) in [(found.low, low), (found.high, high)] {
        assert!((end - expected).abs() <= 2e-15 * expected.abs(), "{end} {expected}");
    }
}

/// Oracle: mpmath 1.4.1, 40 digits, the textbook formula with both roots. The third has a low end
/// that the textbook formula loses in doubles; the fourth is the churn rate of tests.json.
#[test]
fn wilson_keeps_small_ends() {
    assert_ends(wilson(0.0, 10.0, 0.95), 0.0, 0.2775327998628892);
    assert_ends(wilson(10.0, 10.0, 0.95), 0.7224672001371109, 1.0);
    assert_ends(wilson(1.0, 1e9, 0.99), 1.1740546412304547e-10, 8.517491079606523e-09);
    assert_ends(wilson(1869.0, 7043.0, 0.95), 0.25518811288450727, 0.2758074374889079);
    assert_ends(wilson(3.5, 7.25, 0.9), 0.2269028296234345, 0.747985532709296);
    assert_ends(wilson(1.0, 2.0, 0.5), 0.2847588845819623, 0.7152411154180377);
}

/// Oracle: mpmath 1.4.1, 40 digits; the last is a pair of correlation.json.
#[test]
fn fisher_intervals_are_those_of_the_formula() {
    assert_ends(fisher_z(0.5, 10, 0.95), -0.18918387068441583, 0.8591534852092955);
    assert_ends(fisher_z(1e-12, 4, 0.99), -0.9884870699593368, 0.9884870699593826);
    let found = fisher_z(0.015683479899134628, 7032, 0.95).unwrap();
    assert!((found.low / -0.007692757403113934 - 1.0).abs() < 1e-14, "{found:?}");
    assert!((found.high / 0.03904258512212745 - 1.0).abs() < 1e-14, "{found:?}");
}

/// Oracle: mpmath 1.4.1, 40 digits.
#[test]
fn rank_coefficients_have_wider_and_narrower_intervals() {
    assert_ends(spearman_bonett_wright(0.5, 10, 0.95), -0.23211851750421167, 0.8704756951912238);
    assert_ends(spearman_bonett_wright(-0.9, 30, 0.9), -0.9515040209639584, -0.7994194043282397);
    assert_ends(kendall_fieller(-0.9, 30, 0.9), -0.9335672272271897, -0.8507808084907367);
}

#[test]
fn a_perfect_correlation_has_the_interval_of_itself() {
    for r in [-1.0, 1.0] {
        assert_eq!(fisher_z(r, 4, 0.95), Ok(Interval { low: r, high: r }));
        assert_eq!(kendall_fieller(r, 5, 0.95), Ok(Interval { low: r, high: r }));
    }
}

#[test]
fn what_has_no_interval_says_why() {
    assert_eq!(fisher_z(0.5, 3, 0.95), Err(Undefined::TooFew { n: 3, needed: 4 }));
    assert_eq!(spearman_bonett_wright(0.5, 0, 0.95), Err(Undefined::TooFew { n: 0, needed: 4 }));
    assert_eq!(kendall_fieller(0.5, 4, 0.95), Err(Undefined::TooFew { n: 4, needed: 5 }));
    assert_eq!(fisher_z(1.0 + f64::EPSILON, 9, 0.95), Err(Undefined::OutOfRange));
    assert_eq!(fisher_z(f64::NAN, 9, 0.95), Err(Undefined::NotFinite));
    assert_eq!(wilson(0.0, 0.0, 0.95), Err(Undefined::TooFew { n: 0, needed: 1 }));
    assert_eq!(wilson(3.0, 2.0, 0.95), Err(Undefined::OutOfRange));
    assert_eq!(wilson(f64::NAN, 2.0, 0.95), Err(Undefined::NotFinite));
    assert_eq!(mean_t(f64::INFINITY, 1.0, 5.0, 0.95), Err(Undefined::NotFinite));
    assert_eq!(mean_t(0.0, -1.0, 5.0, 0.95), Err(Undefined::OutOfRange));
    assert_eq!(mean_t(0.0, 1.0, 0.0, 0.95), Err(Undefined::NotPositive));
    assert_eq!(mean_normal(0.0, f64::MAX, 0.95), Err(Undefined::Overflow));
    for conf_level in [0.0, 1.0, 95.0, f64::NAN] {
        assert_eq!(mean_normal(0.0, 1.0, conf_level), Err(Undefined::OutOfRange));
        assert_eq!(wilson(1.0, 2.0, conf_level), Err(Undefined::OutOfRange));
        assert_eq!(fisher_z(0.0, 9, conf_level), Err(Undefined::OutOfRange));
    }
}

/// Oracle: mpmath 1.4.1, 40 digits, for the normal one. By hand for t: with one degree of freedom
/// the quantile at three quarters is 1.
#[test]
fn intervals_of_a_mean_are_so_many_standard_errors_wide() {
    assert_ends(mean_normal(5.0, 2.0, 0.95), 1.0800720309198923, 8.919927969080108);
    assert_ends(mean_t(5.0, 2.0, 1.0, 0.5), 3.0, 7.0);
    assert_eq!(mean_t(5.0, 0.0, 1.0, 0.95), Ok(Interval { low: 5.0, high: 5.0 }));
    assert_ends(mean_normal(0.0, 1.0, 0.999999), -4.891638475692932, 4.891638475692932);
}
