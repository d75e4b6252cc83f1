//! How far a statistic would vary from sample to sample, by drawing from the rows at hand.
//!
//! Notation: `n` rows, `B` replicates `t*` of the estimate `t`, each of `n` rows drawn with
//! replacement; `t_(i)` the statistic without row `i`; `Phi` the normal distribution.
//!
//! ```text
//! std_error = sd(t*),  bias = mean(t*) - t
//! percentile: the quantiles (1 - conf_level) / 2 and 1 - (1 - conf_level) / 2 of t*, type 7
//! BCa: the quantiles Phi(z0 + (z0 + z) / (1 - a (z0 + z))) of t*, z the normal quantile of each
//! z0 = Phi^-1(share of t* below t, equal ones counting one half)
//! a = sum d_i^3 / (6 (sum d_i^2)^1.5),  d_i = mean t_(.) - t_(i)
//! ```
//! B. Efron (1987), "Better bootstrap confidence intervals", Journal of the American Statistical
//! Association 82, 171-185; B. Efron & R. J. Tibshirani (1993), An Introduction to the Bootstrap,
//! eq. (14.9) to (14.15). Rows are drawn without bias by the method of D. Lemire (2019), "Fast
//! random integer generation in an interval", ACM Transactions on Modeling and Computer
//! Simulation 29(1), with the generator PCG XSL RR 128/64 of M. E. O'Neill (2014).
//!
//! # Which digits depend on what
//!
//! Replicate `b` has a generator of its own, made of the seed and `b`, so that neither the threads
//! nor their number change a digit. What is drawn is a *position*: the order of the rows decides
//! which row that is. [`bootstrap_mean`] draws from the values in ascending order, where the order
//! of the rows is gone. The other two draw from rows as they are handed over, so the caller puts
//! them in an order that depends on their contents, by sorting whole rows for example; equal rows
//! may stand in any order among themselves.

mod draw;
mod replicates;
mod sums;

use serde::{Deserialize, Serialize};

pub(in crate::kernel) use self::draw::Draw;
pub(in crate::kernel) use self::replicates::bca_share;
use self::replicates::{Replicates, replicates};
pub use self::sums::{bootstrap_mean, bootstrap_sums};
use super::interval::Interval;
use super::undefined::Undefined;

/// How the ends of an interval are found among the replicates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BootstrapMethod {
    /// Their quantiles: simple, and too narrow to one side for skewed statistics.
    Percentile,
    /// Quantiles corrected for bias and acceleration, which needs the statistic without each row.
    #[default]
    Bca,
}

/// How often to draw, from which seed, and what interval to make of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Bootstrap {
    /// Samples to draw; 2,000 and more for an interval.
    pub n_replicates: u32,
    /// Equal seeds give equal digits.
    pub seed: u64,
    /// Confidence of the interval, above 0 and below 1.
    pub conf_level: f64,
    /// How its ends are found.
    pub method: BootstrapMethod,
}

impl Bootstrap {
    /// So many replicates from this seed, for a BCa interval with a confidence of 0.95.
    pub fn new(n_replicates: u32, seed: u64) -> Self {
        Self { n_replicates, seed, conf_level: 0.95, method: BootstrapMethod::Bca }
    }

    /// With another confidence.
    pub fn conf_level(mut self, conf_level: f64) -> Self {
        self.conf_level = conf_level;
        self
    }

    /// With another kind of interval.
    pub fn method(mut self, method: BootstrapMethod) -> Self {
        self.method = method;
        self
    }
}

/// An estimate with what the replicates say of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BootstrapEstimate {
    /// The statistic of all rows.
    pub estimate: f64,
    /// Standard deviation of the replicates.
    pub std_error: f64,
    /// Mean of the replicates minus the estimate.
    pub bias: f64,
    /// Interval by the method below, of the replicates that are defined.
    pub interval: Result<Interval, Undefined>,
    /// How its ends were found.
    pub method: BootstrapMethod,
    /// Replicates drawn.
    pub n_replicates: u32,
    /// Replicates in which the statistic is undefined or not finite, and which are left out: with
    /// more than a few of them, what the rest says is about samples of another kind.
    pub n_undefined: u32,
}

/// The bootstrap of any statistic of rows.
///
/// `statistic` gets the positions of the rows of one sample, each `0..n_rows` and as often as it
/// was drawn, in the order of drawing. Its digits must depend on nothing else, the thread
/// included. For a BCa interval it also gets all rows but one, for each of them, which takes
/// `n_rows` calls in addition to one per replicate; [`bootstrap_with_jackknife`] is for statistics
/// that know a shorter way, [`bootstrap_sums`] for those that are functions of sums over rows.
///
/// # Errors
///
/// What the statistic of all rows says when it is undefined; [`Undefined::TooFew`] for no rows, or
/// when fewer than two replicates are defined; [`Undefined::NotFinite`] when the estimate is not,
/// [`Undefined::Overflow`], and [`Undefined::OutOfRange`] for a confidence outside 0..1. Where
/// only the interval has no answer, the reason stands in its place: [`Undefined::Constant`] when
/// the estimate is the same without any row, [`Undefined::TooFew`] when no replicate lies to one
/// side of the estimate, and what the statistic without a row says.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::bootstrap::{Bootstrap, bootstrap};
///
/// let visits = [0.0, 1.0, 1.0, 2.0, 3.0, 7.0, 9.0];
/// let largest = |rows: &[usize]| Ok(rows.iter().map(|&row| visits[row]).fold(0.0, f64::max));
/// let result = bootstrap(visits.len(), &Bootstrap::new(2_000, 1), largest)?;
/// assert_eq!(result.estimate, 9.0);
/// // Samples lack the largest value with probability (6 / 7)^7, so they are too small on average.
/// assert!(result.bias < 0.0);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn bootstrap<S>(n_rows: usize, settings: &Bootstrap, statistic: S) -> Result<BootstrapEstimate, Undefined>
where
    S: Fn(&[usize]) -> Result<f64, Undefined> + Sync,
{
    let without = |row: usize| {
        let rest: Vec<usize> = (0..n_rows).filter(|&other| other != row).collect();
        statistic(&rest)
    };
    bootstrap_with_jackknife(n_rows, settings, &statistic, without)
}

/// [`bootstrap`], with a function that knows the statistic without one row.
///
/// `without` gets the position of the row that is left out; it is called for BCa intervals only.
///
/// # Errors
///
/// As for [`bootstrap`].
pub fn bootstrap_with_jackknife<S, W>(
    n_rows: usize,
    settings: &Bootstrap,
    statistic: S,
    without: W,
) -> Result<BootstrapEstimate, Undefined>
where
    S: Fn(&[usize]) -> Result<f64, Undefined> + Sync,
    W: Fn(usize) -> Result<f64, Undefined> + Sync,
{
    if n_rows == 0 {
        return Err(Undefined::TooFew { n: 0, needed: 1 });
    }
    let all: Vec<usize> = (0..n_rows).collect();
    let estimate = statistic(&all)?;
    let drawn = replicates(settings, Vec::new, |rows: &mut Vec<usize>, draw: &mut Draw| {
        rows.clear();
        rows.extend((0..n_rows).map(|_| draw.below(n_rows)));
        statistic(rows)
    });
    Replicates::new(estimate, drawn)?.summary(settings, n_rows, without)
}
