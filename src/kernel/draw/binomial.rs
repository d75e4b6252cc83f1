//! Binomial numbers, at a cost that does not grow with the number of trials.
//!
//! Notation: `n` trials, `p` the smaller one of the chances of success and failure, `q = 1 - p`,
//! `m = floor((n + 1) p)` the likeliest number, `f(k)` the chance of `k`.
//!
//! Few expected successes are counted up along the distribution function (inversion). Otherwise a
//! point under a table-mountain hat is mapped to a whole number and taken when a second random
//! number lies below `f(k) / f(m)`. Most of the time a bound tells so; else near the mode a product of
//! a few ratios does, far from it a pair of bounds of its logarithm, and where those leave it open the
//! formula. All are exact but for the rounding of doubles.
//!
//! W. Hormann (1993), "The generation of binomial random variates", Journal of Statistical
//! Computation and Simulation 46(1-2), 101-110, algorithm BTRS; V. Kachitvichyanukul & B. W. Schmeiser
//! (1988), "Binomial random variate generation", Communications of the ACM 31(2), 216-222, algorithms
//! BINV and BTPE (steps 5.1 and 5.2); C. Loader (2000), "Fast and accurate computation of binomial
//! probabilities".

use std::f64::consts::TAU;

use rand_core::Rng;
use rand_pcg::Pcg64;

use crate::kernel::distribution::gamma::stirling_remainder;

/// Expected successes from which the hat is good, and counting up would take longer.
const HAT_FROM: f64 = 10.0;
/// So many successes, with fewer than ten expected, come with a chance below 1e-70; what counts
/// beyond is rounding, and is drawn again.
const MOST_COUNTED: usize = 110;
/// Up to this far from the mode a product of ratios is quicker than a logarithm.
const NEAR: f64 = 20.0;
/// Trials that doubles count exactly.
pub(crate) const MOST_TRIALS: u64 = 1 << 53;

/// A chance of success, for any number of trials.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance {
    p: f64,
    q: f64,
    /// `p / q`.
    odds: f64,
    ln_q: f64,
    /// Whether `p` is the chance of failure.
    is_failure: bool,
}

impl Chance {
    /// `successes` in `successes + failures`; neither is negative and one is above 0.
    ///
    /// Exchanging the two exchanges successes and failures of every draw, digit for digit.
    pub(crate) fn new(successes: f64, failures: f64) -> Self {
        let total = successes + failures;
        let (p, q) = (successes.min(failures) / total, successes.max(failures) / total);
        Self { p, q, odds: p / q, ln_q: (-p).ln_1p(), is_failure: failures < successes }
    }
}

/// The number of successes in trials of one chance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binomial {
    n: u64,
    is_failure: bool,
    method: Method,
}

#[derive(Clone, Copy, Debug)]
enum Method {
    None,
    Inversion(Inversion),
    Hat(Hat),
}

impl Binomial {
    /// Of `n` trials, at most [`MOST_TRIALS`].
    #[inline]
    pub(crate) fn new(n: u64, chance: &Chance) -> Self {
        let trials = n as f64;
        let expected = trials * chance.p;
        let method = if expected == 0.0 {
            Method::None
        } else if expected < HAT_FROM {
            Method::Inversion(Inversion { n: trials, odds: chance.odds, none: (trials * chance.ln_q).exp() })
        } else {
            Method::Hat(Hat::new(trials, chance.p, chance.q))
        };
        Self { n, is_failure: chance.is_failure, method }
    }

    #[inline]
    pub(crate) fn draw(&self, random: &mut Pcg64) -> u64 {
        let rare = match &self.method {
            Method::None => 0,
            Method::Inversion(inversion) => inversion.draw(random),
            Method::Hat(hat) => hat.draw(random),
        };
        if self.is_failure { self.n - rare } else { rare }
    }
}

/// A number in 0..1, all multiples of 2^-53 equally likely.
#[inline]
fn uniform(random: &mut Pcg64) -> f64 {
    (random.next_u64() >> 11) as f64 * (1.0 / MOST_TRIALS as f64)
}

#[derive(Clone, Copy, Debug)]
struct Inversion {
    n: f64,
    odds: f64,
    /// `f(0)`.
    none: f64,
}

/// `1 / (k + 1)`: the ratio of neighbouring chances without a division.
const RECIPROCALS: [f64; MOST_COUNTED] = {
    let mut reciprocals = [0.0; MOST_COUNTED];
    let mut k = 0;
    while k < MOST_COUNTED {
        reciprocals[k] = 1.0 / (k + 1) as f64;
        k += 1;
    }
    reciprocals
};

impl Inversion {
    #[inline]
    fn draw(&self, random: &mut Pcg64) -> u64 {
        loop {
            let (mut rest, mut chance, mut left) = (uniform(random), self.none, self.n);
            for (k, reciprocal) in (0..).zip(RECIPROCALS) {
                if rest < chance {
                    return k;
                }
                rest -= chance;
                chance *= self.odds * left * reciprocal;
                left -= 1.0;
                // Beyond n trials the chance is 0, and what rounding left is drawn again.
                if chance <= 0.0 {
                    break;
                }
            }
        }
    }
}

/// The hat, in the letters of the paper.
#[derive(Clone, Copy, Debug)]
struct Hat {
    n: f64,
    p: f64,
    q: f64,
    spread: f64,
    a: f64,
    b: f64,
    c: f64,
    v_r: f64,
}

impl Hat {
    #[inline]
    fn new(n: f64, p: f64, q: f64) -> Self {
        let spread = (n * p * q).sqrt();
        let b = 1.15 + 2.53 * spread;
        let a = -0.0873 + 0.0248 * b + 0.01 * p;
        Self { n, p, q, spread, a, b, c: n * p + 0.5, v_r: 0.92 - 4.2 / b }
    }

    #[inline]
    fn draw(&self, random: &mut Pcg64) -> u64 {
        loop {
            let (u, v) = (uniform(random) - 0.5, uniform(random));
            let from_edge = 0.5 - u.abs();
            let k = ((2.0 * self.a / from_edge + self.b) * u + self.c).floor();
            if from_edge >= 0.07 && v <= self.v_r {
                return k as u64;
            }
            if (0.0..=self.n).contains(&k) && self.is_below(k, from_edge, v) {
                return k as u64;
            }
        }
    }

    /// Whether the second number lies below `f(k) / f(m)` under the hat.
    #[inline(never)]
    fn is_below(&self, k: f64, from_edge: f64, v: f64) -> bool {
        let Self { n, p, a, b, spread, .. } = *self;
        let alpha = (2.83 + 5.1 / b) * spread;
        let height = v * alpha / (a / (from_edge * from_edge) + b);
        let mode = ((n + 1.0) * p).floor();
        let gap = (k - mode).abs();
        if gap <= NEAR {
            let ratio = self.ratio(k.max(mode), k.min(mode));
            return if k < mode { height * ratio <= 1.0 } else { height <= ratio };
        }
        let (ln, variance) = (height.ln(), spread * spread);
        if gap < 0.5 * variance - 1.0 {
            let middle = -gap * gap / (2.0 * variance);
            let slack = gap / variance * ((gap * (gap / 3.0 + 0.625) + 1.0 / 6.0) / variance + 0.5);
            if (ln - middle).abs() > slack {
                return ln < middle;
            }
        }
        ln <= self.ln_chance(k) - self.ln_chance(mode)
    }

    /// `f(high) / f(low)`, the product of the ratios of neighbours.
    fn ratio(&self, high: f64, low: f64) -> f64 {
        let (mut ratio, mut at) = (1.0, low);
        while at < high {
            ratio *= (self.n - at) * self.p / ((at + 1.0) * self.q);
            at += 1.0;
        }
        ratio
    }

    /// `ln f(k)` without `ln(n / (2 pi)) / 2` and the remainder of `n`, which all `k` share: by
    /// Stirling's formula with remainders, and the distance from what is expected in a form that
    /// subtracts nothing large, so that it is as good for 2^53 trials.
    fn ln_chance(&self, k: f64) -> f64 {
        let Self { n, p, q, .. } = *self;
        let rest = n - k;
        if k == 0.0 || rest == 0.0 {
            let all_alike = if k == 0.0 { n * (-p).ln_1p() } else { n * p.ln() };
            return all_alike - 0.5 * (n / TAU).ln() - stirling_remainder(n);
        }
        let above = k - n * p;
        let distance = n * p * excess(above / (n * p)) + n * q * excess(-above / (n * q));
        -0.5 * (k * rest).ln() - stirling_remainder(k) - stirling_remainder(rest) - distance
    }
}

/// `(1 + u) ln(1 + u) - u`.
fn excess(u: f64) -> f64 {
    (1.0 + u) * u.ln_1p() - u
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::distribution::chi_squared;
    use crate::kernel::distribution::gamma::ln_gamma;

    fn ln_factorial(k: f64) -> f64 {
        ln_gamma(k + 1.0).unwrap()
    }

    fn exact_ln_chance(n: f64, p: f64, k: f64) -> f64 {
        ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k) + k * p.ln() + (n - k) * (-p).ln_1p()
    }

    #[test]
    fn relative_chances_are_those_of_the_formula() {
        for (n, p) in [(25.0, 0.45), (1_000.0, 0.02), (40_000.0, 0.5), (1e6, 0.3)] {
            let hat = Hat::new(n, p, 1.0 - p);
            let mode = ((n + 1.0) * p).floor();
            for step in [-5.0, -2.0, -1.0, -0.01, 0.0, 0.01, 1.0, 3.0] {
                let k = (mode + (step * hat.spread).round()).max(0.0);
                let expected = exact_ln_chance(n, p, k) - exact_ln_chance(n, p, mode);
                let found = hat.ln_chance(k) - hat.ln_chance(mode);
                assert!((found - expected).abs() < 1e-8, "{n} {p} {k}: {found} {expected}");
                let by_ratios = hat.ratio(k.max(mode), k.min(mode)).ln().abs();
                assert!((k - mode).abs() > NEAR || (by_ratios - expected.abs()).abs() < 1e-8, "{n} {p} {k}");
            }
        }
    }

    /// The bounds of the logarithm hold it, so that they decide nothing that the formula would not.
    #[test]
    fn bounds_decide_as_the_formula_does() {
        for (n, p) in [(400.0, 0.5), (3_000.0, 0.1), (1e6, 0.25), (1e12, 0.4)] {
            let hat = Hat::new(n, p, 1.0 - p);
            let (mode, variance) = (((n + 1.0) * p).floor(), hat.spread * hat.spread);
            for step in -60..=60 {
                let k = mode + (f64::from(step) * 0.1 * hat.spread).round();
                let gap = (k - mode).abs();
                if !(0.0..=n).contains(&k) || gap <= NEAR || gap >= 0.5 * variance - 1.0 {
                    continue;
                }
                let exact = hat.ln_chance(k) - hat.ln_chance(mode);
                // A point whose height is a little to either side of the exact one.
                for (nudge, is_below) in [(-1e-6, true), (1e-6, false)] {
                    let from_edge: f64 = 0.1;
                    let scale = (2.83 + 5.1 / hat.b) * hat.spread / (hat.a / (from_edge * from_edge) + hat.b);
                    assert_eq!(hat.is_below(k, from_edge, (exact + nudge).exp() / scale), is_below, "{n} {p} {k}");
                }
            }
        }
    }

    /// Chi-squared of 200,000 draws against the exact chances, cells of fewer than ten put together;
    /// both ways of drawing and both sides of one half. A p-value below 1e-4 has a chance of 1e-3 in
    /// all of these; the seed is fixed.
    #[test]
    fn drawn_numbers_have_the_exact_chances() {
        const DRAWS: u32 = 200_000;
        for (n, p) in [(1, 0.5), (12, 0.3), (19, 0.5), (20, 0.5), (25, 0.95), (60, 0.2), (300, 0.03), (5_000, 0.4)] {
            let binomial = Binomial::new(n, &Chance::new(p, 1.0 - p));
            let mut random = Pcg64::new(u128::from(n), 11);
            let mut counts = vec![0_u32; n as usize + 1];
            (0..DRAWS).for_each(|_| counts[binomial.draw(&mut random) as usize] += 1);
            let (mut statistic, mut n_cells, mut seen, mut awaited) = (0.0, 0, 0.0, 0.0);
            for (k, &count) in counts.iter().enumerate() {
                seen += f64::from(count);
                awaited += f64::from(DRAWS) * exact_ln_chance(n as f64, p, k as f64).exp();
                let rest: f64 = counts[k + 1..].iter().map(|&count| f64::from(count)).sum();
                if awaited >= 10.0 && rest >= 20.0 || k as u64 == n {
                    statistic += (seen - awaited) * (seen - awaited) / awaited;
                    (n_cells, seen, awaited) = (n_cells + 1, 0.0, 0.0);
                }
            }
            let p_value = chi_squared::upper_tail(statistic, f64::from(n_cells - 1)).unwrap().value();
            assert!(p_value > 1e-4, "n {n}, p {p}: {statistic} of {n_cells} cells, {p_value}");
        }
    }

    /// By hand: mean n p and variance n p q, give or take five standard errors of 100,000 draws.
    #[test]
    fn mean_and_variance_hold_however_many_trials() {
        const DRAWS: f64 = 100_000.0;
        for (n, p) in
            [(3, 0.1), (100, 0.5), (1_000_000, 0.2), (10_000_000_000, 0.7), (MOST_TRIALS, 0.25), (MOST_TRIALS, 1e-15)]
        {
            let binomial = Binomial::new(n, &Chance::new(p, 1.0 - p));
            let mut random = Pcg64::new(3, 17);
            let (mean, variance) = (n as f64 * p, n as f64 * p * (1.0 - p));
            let (mut first, mut second, mut fourth) = (0.0, 0.0, 0.0);
            for _ in 0..DRAWS as u32 {
                let z = (binomial.draw(&mut random) as f64 - mean) / variance.sqrt();
                first += z;
                second += z * z;
                fourth += z * z * z * z;
            }
            assert!((first / DRAWS).abs() < 5.0 / DRAWS.sqrt(), "n {n}, p {p}: {}", first / DRAWS);
            let error = ((fourth / DRAWS - 1.0) / DRAWS).sqrt();
            assert!((second / DRAWS - 1.0).abs() < 5.0 * error, "n {n}, p {p}: {}", second / DRAWS);
        }
    }

    #[test]
    fn certain_and_impossible_successes_are_just_that() {
        let mut random = Pcg64::new(1, 1);
        for n in [0, 1, 1_000_000] {
            assert_eq!(Binomial::new(n, &Chance::new(0.0, 1.0)).draw(&mut random), 0);
            assert_eq!(Binomial::new(n, &Chance::new(7.0, 0.0)).draw(&mut random), n);
        }
    }

    #[test]
    fn exchanging_the_chances_exchanges_the_outcomes() {
        for (successes, failures) in [(1.0, 3.0), (30.0, 70.0), (1.0, 1e4)] {
            let one = Binomial::new(1_000, &Chance::new(successes, failures));
            let other = Binomial::new(1_000, &Chance::new(failures, successes));
            let (mut first, mut second) = (Pcg64::new(5, 9), Pcg64::new(5, 9));
            for _ in 0..1_000 {
                assert_eq!(one.draw(&mut first) + other.draw(&mut second), 1_000);
            }
        }
    }
}
