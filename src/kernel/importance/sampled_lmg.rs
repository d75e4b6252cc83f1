//! Shares of `R2` over a sample of orders of entry, where all of them are too many.
//!
//! Shapley sampling: the mean of what a player adds over orders drawn at random is an unbiased
//! estimate of its LMG share. J. Castro, D. Gómez & J. Tejada (2009), "Polynomial calculation
//! of the Shapley value based on sampling", Computers & Operations Research 36(5), 1726-1730.
//! Every order is followed by its reverse (antithetic pairs): a player that enters early in
//! one enters late in the other, which takes out most of the variance. R. Mitchell, J. Cooper,
//! E. Frank & G. Holmes (2022), "Sampling permutations for Shapley value estimation", Journal
//! of Machine Learning Research 23(43), section 3.1.

use rand_pcg::Pcg64;
use rayon::prelude::*;
use serde::Serialize;

use super::{Players, elimination::Elimination};
use crate::kernel::draw::shuffle;
use crate::kernel::moments::{mean, sample_sd};
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;

/// Estimated shares of `R2`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SampledLmg {
    /// One share for each player; they sum to `R2`, whatever the sample.
    pub shares: Vec<f64>,
    /// Standard errors of the shares by the sampling of orders alone, not of rows.
    pub std_errors: Vec<f64>,
    /// Orders of entry that were followed.
    pub n_orders: u64,
}

/// The share of `R2` of every player, over `n_pairs` random orders of entry and their reverses.
///
/// The same seed gives the same digits for any number of threads: every pair draws from a
/// stream of its own.
///
/// # Errors
/// `NotFinite`; `TooFew` when the players are not those of the matrix, or for fewer than two
/// pairs, which have no standard error.
pub fn sampled_lmg(
    correlations: &SymmetricMatrix,
    players: &Players,
    n_pairs: u32,
    seed: u64,
) -> Result<SampledLmg, Undefined> {
    players.check(correlations)?;
    if n_pairs < 2 {
        return Err(Undefined::TooFew { n: n_pairs.into(), needed: 2 });
    }
    let gains: Vec<Vec<f64>> = (0..n_pairs)
        .into_par_iter()
        .map_init(|| Elimination::of(correlations), |rest, pair| gains_of_pair(rest, correlations, players, seed, pair))
        .collect();
    let of_player = |player: usize| -> Result<(f64, f64), Undefined> {
        let of_it: Vec<f64> = gains.iter().map(|gains| gains[player]).collect();
        let (mean, sd) = mean(&of_it).zip(sample_sd(&of_it)).ok_or(Undefined::NotFinite)?;
        Ok((mean, sd / f64::from(n_pairs).sqrt()))
    };
    let estimates = (0..players.len()).map(of_player).collect::<Result<Vec<_>, _>>()?;
    let (shares, std_errors) = estimates.into_iter().unzip();
    Ok(SampledLmg { shares, std_errors, n_orders: 2 * u64::from(n_pairs) })
}

/// What every player adds, as the mean of one order and its reverse.
fn gains_of_pair(
    rest: &mut Elimination,
    correlations: &SymmetricMatrix,
    players: &Players,
    seed: u64,
    pair: u32,
) -> Vec<f64> {
    let mut order: Vec<usize> = (0..players.len()).collect();
    shuffle(&mut order, &mut Pcg64::new(seed.into(), pair.into()));
    let mut gains = vec![0.0; players.len()];
    for _ in 0..2 {
        rest.restart(correlations);
        order.iter().for_each(|&player| gains[player] += rest.enter_all(players.columns(player)) / 2.0);
        order.reverse();
    }
    gains
}
