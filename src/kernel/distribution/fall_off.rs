//! How a log-concave density falls off from a point: the tail divided by the density there.
//!
//! Notation: `psi(s)` is minus the logarithm of the density at distance `s`, over that at the
//! point, so `psi(0) = 0` and psi is convex and rises; the integral is that of `e^-psi` from 0.
//! It is analytic near the line in all uses here, where Gauss-Legendre rules of panels no longer
//! than 2 gain digits in proportion to their nodes (L. N. Trefethen (2008), "Is Gauss quadrature
//! better than Clenshaw-Curtis?", SIAM Review 50(1), 67-87, theorem 4.5).

/// Positive nodes and weights of the Gauss-Legendre rule with 20 points; mpmath 1.4.1, 50 digits.
const GAUSS_LEGENDRE: [(f64, f64); 10] = [
    (0.07652652113349734, 0.15275338713072584),
    (0.22778585114164507, 0.14917298647260374),
    (0.37370608871541955, 0.14209610931838204),
    (0.5108670019508271, 0.13168863844917664),
    (0.636053680726515, 0.11819453196151841),
    (0.7463319064601508, 0.10193011981724044),
    (0.8391169718222188, 0.08327674157670475),
    (0.912234428251326, 0.06267204833410907),
    (0.9639719272779138, 0.04060142980038694),
    (0.9931285991850949, 0.017614007139152118),
];
/// What lies beyond this `psi` is below 1e-17 of the integral.
const DEPTH: f64 = 40.0;
const LONGEST_PANEL: f64 = 2.0;
const FEWEST_PANELS: f64 = 3.0;

/// The shape of a fall-off: slope and curvature of psi at the point, and where psi has become
/// straight with which slope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) slope: f64,
    pub(super) curvature: f64,
    pub(super) straight: Option<(f64, f64)>,
}

/// The integral of `e^-psi` from 0 to infinity.
pub(super) fn integral(shape: Shape, psi: impl Fn(f64) -> f64) -> f64 {
    let (longest, beyond) = match shape.straight {
        Some((from, slope)) => (from, (-psi(from)).exp() / slope),
        None => (f64::INFINITY, 0.0),
    };
    let reach = reach(shape, longest, &psi);
    let panels = (reach / LONGEST_PANEL).ceil().max(FEWEST_PANELS);
    let half = reach / panels / 2.0;
    let panel = |number: usize| {
        let middle = half * (2 * number + 1) as f64;
        let pair = |&(node, weight): &(f64, f64)| {
            weight * ((-psi(middle - half * node)).exp() + (-psi(middle + half * node)).exp())
        };
        half * GAUSS_LEGENDRE.iter().map(pair).sum::<f64>()
    };
    beyond + (0..panels as usize).rev().map(panel).sum::<f64>()
}

/// A distance where psi is about `DEPTH`.
fn reach(shape: Shape, longest: f64, psi: &impl Fn(f64) -> f64) -> f64 {
    // e^1000 is beyond the doubles, and so is any psi that grows like it.
    let mut reach = (DEPTH / shape.slope).min((2.0 * DEPTH / shape.curvature).sqrt()).min(1e3).min(longest);
    while psi(reach / 1.5) > DEPTH {
        reach /= 1.5;
    }
    while reach < longest && psi(reach) < DEPTH {
        reach *= 1.25;
    }
    reach.min(longest)
}

/// `u - ln(1 + u)`, without the cancellation near 0.
///
/// With `w = u / (2 + u)`, `ln(1 + u) = 2 artanh w` and `u - 2 w = u w`.
pub(super) fn excess_over_ln(u: f64) -> f64 {
    if u.abs() >= CLOSE { u - u.ln_1p() } else { excess_by_series(u) }
}

/// Where `u` counts as close to 0, that is where the series is short.
const CLOSE: f64 = 0.3;

/// `u - ln(1 + u)`, where `ln` gives the logarithm for `u` near -1, which rounding has spoilt.
pub(super) fn excess_over(u: f64, ln: impl FnOnce() -> f64) -> f64 {
    if u < -0.95 { u - ln() } else { excess_over_ln(u) }
}

fn excess_by_series(u: f64) -> f64 {
    const TERMS: [f64; 11] = [
        1.0 / 3.0,
        1.0 / 5.0,
        1.0 / 7.0,
        1.0 / 9.0,
        1.0 / 11.0,
        1.0 / 13.0,
        1.0 / 15.0,
        1.0 / 17.0,
        1.0 / 19.0,
        1.0 / 21.0,
        1.0 / 23.0,
    ];
    let w = u / (2.0 + u);
    let square = w * w;
    w * (u - 2.0 * square * TERMS.iter().rev().fold(0.0, |sum, term| sum * square + term))
}

/// `e^s - 1 - s`, without the cancellation near 0.
pub(super) fn excess_of_exp(s: f64) -> f64 {
    /// Reciprocals of 3, 4, ...: each term of the series over the one before.
    const RATIOS: [f64; 12] = [
        1.0 / 3.0,
        1.0 / 4.0,
        1.0 / 5.0,
        1.0 / 6.0,
        1.0 / 7.0,
        1.0 / 8.0,
        1.0 / 9.0,
        1.0 / 10.0,
        1.0 / 11.0,
        1.0 / 12.0,
        1.0 / 13.0,
        1.0 / 14.0,
    ];
    if s.abs() >= 0.5 {
        return s.exp_m1() - s;
    }
    s * s / 2.0 * RATIOS.iter().rev().fold(1.0, |sum, ratio| 1.0 + sum * s * ratio)
}
