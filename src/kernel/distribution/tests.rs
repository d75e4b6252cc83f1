//! Tails and quantiles beside 34-digit answers, and laws.

use proptest::prelude::*;

use super::*;
use crate::kernel::p_value::PValue;

/// Lines of `distribution function arguments... answer`.
///
/// Oracle: `tests/reference/distributions.py`, mpmath 1.4.1, 34 digits: the normal tail from erfc
/// or its asymptotic series, the others by tanh-sinh quadrature with three log-gamma functions.
const REFERENCE: &str = include_str!("reference.txt");

fn ours(name: &str, x: &[f64]) -> Result<f64, Undefined> {
    match name {
        "normal ln_sf" => Ok(normal::ln_sf(x[0])),
        "normal quantile" => normal::quantile(x[0]),
        "student_t ln_two_sided" => student_t::two_sided(x[0], x[1]).map(PValue::ln),
        "student_t quantile" => student_t::quantile(x[0], x[1]),
        "chi_squared ln_cdf" => gamma::ln_tails(0.5 * x[1], 0.5 * x[0]).map(|tails| tails.lower),
        "chi_squared ln_sf" => chi_squared::ln_sf(x[0], x[1]),
        "chi_squared quantile" => chi_squared::quantile(x[0], x[1]),
        "fisher_f ln_cdf" => fisher_f::ln_cdf(x[0], x[1], x[2]),
        "fisher_f ln_sf" => fisher_f::ln_sf(x[0], x[1], x[2]),
        "gamma ln_gamma" => gamma::ln_gamma(x[0]),
        "beta ln_beta" => beta::ln_beta(x[0], x[1]),
        "kolmogorov ln_sf" => Ok(kolmogorov::ln_sf(x[0])),
        _ => panic!("{name} is not known"),
    }
}

/// A logarithm is right when the probability is right to 2e-14, or when it is right to 4 bits
/// itself; a quantile when it is right to 5e-15, or to 1e-13 beyond 1e-20.
#[test]
fn tails_and_quantiles_are_those_of_34_digits() {
    let mut n_checked = 0;
    for line in REFERENCE.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        let name = words[..2].join(" ");
        let numbers: Vec<f64> = words[2..].iter().map(|word| word.parse().unwrap()).collect();
        let (&answer, arguments) = numbers.split_last().unwrap();
        let found = ours(&name, arguments).unwrap();
        let size = answer.abs();
        let allowed = if name.ends_with("quantile") {
            // The rounding of ln p, over its slope, which is df in a heavy tail.
            if arguments[0] < 1e-20 { 1e-13 * size } else { 5e-15 * size }
        } else if size < 1e-20 {
            // Minus the other tail, whose own logarithm is rounded.
            4.0 * f64::EPSILON * size * (size + f64::MIN_POSITIVE).ln().abs()
        } else {
            (4.0 * f64::EPSILON * size).max(2e-14 * size.min(1.0))
        };
        assert!((found - answer).abs() <= allowed, "{line}: {found}, {:e}", found - answer);
        n_checked += 1;
    }
    assert!(n_checked > 250, "{n_checked}");
}

/// Oracle: tests.json and correlation.json of the reference answers (refcore, mpmath 1.4.1).
#[test]
fn p_values_of_the_telco_and_airline_data_are_right_to_the_last_digits() {
    let p_values = [
        (student_t::two_sided(18.40752667641468, 4135.795017764658), -72.0658830201561),
        (student_t::two_sided(16.536738015936315, 7041.0), -59.56756860460946),
        (student_t::two_sided(-31.579550511353766, 7041.0), -204.09696115633392),
        (normal::two_sided(15.502981210542956), -53.479958499718464),
        (normal::two_sided(-12.62594663510133), -35.81843175627842),
        (normal::two_sided(210.01472620438471), -9579.956749544255),
        (normal::two_sided(-1.2509501080238614), -0.6758149514543733),
        (fisher_f::upper_tail(16111.646283834023, 2.0, 7040.0), -2627.3774806701313),
        (fisher_f::upper_tail(2960.015118184588, 2.0, 7040.0), -932.9174117943722),
        (chi_squared::upper_tail(1381.0761619104778, 6.0), -294.51827498961666),
        (chi_squared::upper_tail(0.0057984164766702595, 2.0), -0.0012591101397973945),
        (chi_squared::upper_tail(0.02302463798235083, 1.0), -0.05581698600121342),
    ];
    for (p, log10) in p_values {
        let found = p.unwrap().log10();
        // The statistics are rounded themselves, which the far tails feel.
        assert!((found - log10).abs() < 2e-15 * log10.abs() + 1e-17, "{found} {log10}");
    }
}

/// Oracle: mpmath 1.4.1, 40 digits: `2 exp(-2 lambda^2)`, whose next term is 220 digits away.
#[test]
fn the_two_sample_distance_has_its_limiting_p_value() {
    let p = kolmogorov::two_sample(0.24859894401422267, 1869, 5174).unwrap();
    assert!((p.value() / 3.954178391603741e-74 - 1.0).abs() < 1e-13);
    assert_eq!(kolmogorov::two_sample(0.0, 3, 4), Ok(PValue::from_ln(0.0)));
    assert_eq!(kolmogorov::two_sample(0.5, 0, 4), Err(Undefined::TooFew { n: 0, needed: 1 }));
    assert_eq!(kolmogorov::two_sample(1.5, 3, 4), Err(Undefined::OutOfRange));
    assert_eq!(kolmogorov::two_sample(f64::NAN, 3, 4), Err(Undefined::NotFinite));
}

#[test]
fn bad_arguments_are_refused_and_never_nan() {
    let nan = f64::NAN;
    assert_eq!(student_t::two_sided(nan, 5.0), Err(Undefined::NotFinite));
    assert_eq!(student_t::two_sided(1.0, nan), Err(Undefined::NotFinite));
    assert_eq!(student_t::two_sided(1.0, 0.0), Err(Undefined::NotPositive));
    assert_eq!(student_t::quantile(0.975, -1.0), Err(Undefined::NotPositive));
    for p in [0.0, 1.0, -0.5, 2.0, nan] {
        assert_eq!(student_t::quantile(p, 3.0), Err(Undefined::OutOfRange));
        assert_eq!(normal::quantile(p), Err(Undefined::OutOfRange));
        assert_eq!(chi_squared::quantile(p, 3.0), Err(Undefined::OutOfRange));
    }
    assert_eq!(student_t::quantile(1e-300, 0.5), Err(Undefined::Overflow));
    assert_eq!(chi_squared::quantile(1e-300, 0.5), Ok(0.0), "1e-1200 rounds to it");
    assert_eq!(normal::two_sided(nan), Err(Undefined::NotFinite));
    assert_eq!(fisher_f::upper_tail(nan, 1.0, 1.0), Err(Undefined::NotFinite));
    assert_eq!(fisher_f::upper_tail(1.0, 0.0, 1.0), Err(Undefined::NotPositive));
    assert_eq!(chi_squared::upper_tail(nan, 1.0), Err(Undefined::NotFinite));
    assert_eq!(chi_squared::upper_tail(1.0, -1.0), Err(Undefined::NotPositive));
    assert_eq!(gamma::ln_gamma(0.0), Err(Undefined::NotPositive));
    assert_eq!(gamma::ln_gamma(1e308), Err(Undefined::Overflow));
    assert_eq!(beta::ln_tails(1.0, 1.0, 1.5, 0.5), Err(Undefined::OutOfRange));
}

#[test]
fn statistics_at_their_ends_have_the_probabilities_of_the_limits() {
    let infinity = f64::INFINITY;
    for t in [infinity, -infinity] {
        assert_eq!(student_t::two_sided(t, 5.0).unwrap().value(), 0.0);
        assert_eq!(normal::two_sided(t).unwrap().value(), 0.0);
    }
    assert_eq!(student_t::cdf(-infinity, 5.0), Ok(0.0));
    assert_eq!(student_t::cdf(infinity, 5.0), Ok(1.0));
    assert_eq!(student_t::cdf(0.0, 5.0), Ok(0.5));
    assert_eq!(student_t::quantile(0.5, 5.0), Ok(0.0));
    assert_eq!((normal::cdf(-infinity), normal::cdf(0.0), normal::cdf(infinity)), (0.0, 0.5, 1.0));
    for f in [0.0, -1.0] {
        assert_eq!(fisher_f::upper_tail(f, 3.0, 4.0).unwrap().value(), 1.0);
        assert_eq!(chi_squared::upper_tail(f, 3.0).unwrap().value(), 1.0);
    }
    assert_eq!(fisher_f::upper_tail(infinity, 3.0, 4.0).unwrap().value(), 0.0);
    assert_eq!(chi_squared::upper_tail(infinity, 3.0).unwrap().value(), 0.0);
    assert_eq!(beta::ln_tails(2.0, 3.0, 0.0, 1.0), Ok(LnTails { lower: f64::NEG_INFINITY, upper: 0.0 }));
    assert_eq!(beta::ln_tails(2.0, 3.0, 1.0, 0.0), Ok(LnTails { lower: 0.0, upper: f64::NEG_INFINITY }));
}

#[test]
fn with_infinite_degrees_of_freedom_t_is_normal() {
    for z in [1e-5, 0.3, 1.0, 1.96, 8.0, 40.0] {
        let (t, normal) = (student_t::two_sided(z, f64::INFINITY).unwrap(), normal::two_sided(z).unwrap());
        assert!((t.ln() / normal.ln() - 1.0).abs() < 1e-14, "{z}");
    }
    let (t, z) = (student_t::quantile(0.975, f64::INFINITY).unwrap(), normal::quantile(0.975).unwrap());
    assert!((t / z - 1.0).abs() < 5e-15);
}

/// By hand: `I_x(1, b) = 1 - (1 - x)^b`, and `I_x(a, 1) = x^a`.
#[test]
fn a_beta_tail_with_a_parameter_of_one_is_a_power() {
    for (parameter, x) in [(0.3_f64, 0.9_f64), (3.0, 0.125), (500.0, 0.875), (1e6, 0.999755859375)] {
        let found = beta::ln_tails(parameter, 1.0, x, 1.0 - x).unwrap().lower;
        assert!((found - parameter * x.ln()).abs() < 1e-14 * found.abs().max(1.0), "{parameter} {x}");
        let mirrored = beta::ln_tails(1.0, parameter, 1.0 - x, x).unwrap().upper;
        assert_eq!(mirrored, found);
    }
}

/// Whatever the size of the arguments, there is an answer and it is no NaN.
#[test]
fn absurd_arguments_still_have_answers() {
    let sizes = [5e-324, 1e-300, 1e-150, 1e-30, 1e-3, 0.9, 1.0, 1.1, 37.0, 1e5, 1e30, 1e150, 1e300, f64::MAX];
    for a in sizes {
        for b in sizes {
            for t in sizes {
                assert!(student_t::ln_sf(t, a).unwrap() <= 0.0, "{t} {a}");
                assert!(chi_squared::ln_sf(t, a).unwrap() <= 0.0, "{t} {a}");
                assert!(fisher_f::ln_sf(t, a, b).unwrap() <= 0.0, "{t} {a} {b}");
            }
        }
    }
}

proptest! {
    #[test]
    fn tails_sum_to_one_and_fall(f in 1e-6..1e6_f64, df1 in 0.1..1e4_f64, df2 in 0.1..1e4_f64, more in 1.0..1.5_f64) {
        let (above, below) = (fisher_f::ln_sf(f, df1, df2).unwrap(), fisher_f::ln_cdf(f, df1, df2).unwrap());
        prop_assert!((above.exp() + below.exp() - 1.0).abs() < 1e-14);
        prop_assert!(fisher_f::ln_sf(f * more, df1, df2).unwrap() <= above + 1e-13 * above.abs().max(1.0));
    }

    #[test]
    fn quantiles_invert_tails(ln_p in -600.0..-0.0001_f64, df in 0.5..1e6_f64) {
        let p = ln_p.exp();
        let z = normal::quantile(p).unwrap();
        prop_assert!((normal::ln_sf(-z) - ln_p).abs() < 1e-12);
        if let Ok(t) = student_t::quantile(p, df) {
            prop_assert!((student_t::ln_sf(-t, df).unwrap() - ln_p).abs() < 1e-12, "{t}");
        }
        let x = chi_squared::quantile(p, df).unwrap();
        if x > f64::MIN_POSITIVE {
            let found = gamma::ln_tails(0.5 * df, 0.5 * x).unwrap().lower;
            prop_assert!((found - ln_p).abs() < 1e-11, "{x} {found}");
        }
    }

    #[test]
    fn the_reciprocal_of_f_swaps_the_degrees_of_freedom(power in -20_i32..20, df1 in 0.5..1e5_f64, df2 in 0.5..1e5_f64) {
        let f = 2.0_f64.powi(power);
        let (one, other) = (fisher_f::ln_sf(f, df1, df2).unwrap(), fisher_f::ln_cdf(1.0 / f, df2, df1).unwrap());
        prop_assert!((one - other).abs() <= 1e-13 * one.abs().max(1e-3), "{one} {other}");
    }
}
