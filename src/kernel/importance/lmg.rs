//! Shares of `R2` by Lindeman, Merenda and Gold, which are Shapley's values.
//!
//! Notation: `p` players; `R2(S)` the share of variance that the players of `S` explain.
//!
//! ```text
//! LMG_j = sum over S without j of |S|! (p - |S| - 1)! / p! [R2(S + j) - R2(S)]
//! ```
//! Method: a walk through the tree of all sets, in which player after player enters or stays
//! out. On the way in, its columns are taken out of all others (a Schur complement), of which
//! only the entries that will still be read are kept up to date: below the root of a subtree
//! these are the columns still to be decided, and the variance and the correlation with the
//! target of those that stay out. A level has twice the nodes of the one above and one column
//! less to do, so all 2^p sets take some 5 p 2^p operations. Every gain is read as a square,
//! not as a difference of two `R2`, so the small ones have all their digits.

use rayon::prelude::*;

use super::{Players, RANK_TOLERANCE};
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;

/// From this many players on, sets are shared out among threads.
const MANY_PLAYERS: usize = 11;
/// Players decided before: 2^6 subtrees, each with sums of its own that are added in order.
const DECIDED_BEFORE: usize = 6;
/// Rows are padded to whole vectors.
const LANES: usize = 4;

/// The share of `R2` of every player: the mean of what it adds over all orders of entry.
///
/// The shares are not negative and sum to `R2` of all players. Exact but for rounding: all
/// `2^p` sets are visited, which takes milliseconds for 15 players and doubles with each more;
/// see [`sampled_lmg`](super::sampled_lmg) for more than 20. Columns that determine each other
/// are allowed: what is determined adds nothing.
///
/// # Errors
/// `NotFinite`, or `TooFew` when the players are not those of the matrix.
///
/// # References
/// Lindeman, R. H., Merenda, P. F. and Gold, R. Z. (1980), Introduction to Bivariate and
/// Multivariate Analysis, p. 119 ff. Grömping, U. (2007), Estimators of relative importance in
/// linear regression based on variance decomposition, The American Statistician 61(2), 139-147.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::importance::{Players, lmg};
/// use customer_analytics::kernel::symmetric_matrix::SymmetricMatrix;
///
/// // Drivers that do not correlate get the square of their correlation with the target.
/// let target = [0.6, 0.5];
/// let matrix = SymmetricMatrix::from_lower(3, |row, column| match (row, column) {
///     (2, 0 | 1) => target[column],
///     _ => f64::from(u8::from(row == column)),
/// });
/// let shares = lmg(&matrix, &Players::single(2))?;
/// assert!((shares[0] - 0.36).abs() < 1e-15 && (shares[1] - 0.25).abs() < 1e-15);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn lmg(correlations: &SymmetricMatrix, players: &Players) -> Result<Vec<f64>, Undefined> {
    players.check(correlations)?;
    let p = players.len();
    if p == 0 {
        return Ok(vec![]);
    }
    let design = Design::new(correlations, players);
    let gains = if p < MANY_PLAYERS {
        design.gains(0, 0)
    } else {
        let subtrees: Vec<Vec<f64>> =
            (0..1_usize << DECIDED_BEFORE).into_par_iter().map(|path| design.gains(DECIDED_BEFORE, path)).collect();
        let mut sums = vec![0.0; p * p];
        subtrees.iter().for_each(|gains| sums.iter_mut().zip(gains).for_each(|(sum, gain)| *sum += gain));
        sums
    };
    Ok((0..p).map(|player| mean_gain(&gains, p, player)).collect())
}

/// The mean over the sizes of the sets of the mean over the sets of one size.
fn mean_gain(gains: &[f64], p: usize, player: usize) -> f64 {
    let (mut sets, mut sum) = (1.0, 0.0);
    for size in 0..p {
        sum += gains[size * p + player] / sets;
        sets = sets * (p - 1 - size) as f64 / (size + 1) as f64;
    }
    sum / p as f64
}

/// The columns in the order of the players, with room for whole vectors.
struct Design {
    /// Where the columns of each player begin; one more at the end.
    starts: Vec<usize>,
    stride: usize,
    start: Level,
    is_single: bool,
}

/// What is left once the columns of a path have entered.
#[derive(Clone)]
struct Level {
    /// One row of covariances for each column; kept up to date as far as it will be read.
    rows: Vec<f64>,
    variances: Vec<f64>,
    with_target: Vec<f64>,
}

impl Design {
    fn new(correlations: &SymmetricMatrix, players: &Players) -> Self {
        let order: Vec<usize> = players.iter().flatten().copied().collect();
        let mut starts = vec![0];
        for columns in players.iter() {
            starts.push(starts.last().copied().unwrap_or_default() + columns.len());
        }
        let stride = order.len().next_multiple_of(LANES);
        let target = correlations.row(order.len());
        let mut start = Level::empty(order.len(), stride);
        for (at, &column) in order.iter().enumerate() {
            let row = order.iter().map(|&other| correlations.get(column, other));
            start.rows[at * stride..].iter_mut().zip(row).for_each(|(cell, value)| *cell = value);
            start.variances[at] = correlations.get(column, column);
            start.with_target[at] = target[column];
        }
        Self { is_single: order.len() == players.len(), starts, stride, start }
    }

    fn n_players(&self) -> usize {
        self.starts.len() - 1
    }

    /// Sums of gains by size of the set and player, over the sets that begin with a path:
    /// bit `k` says whether player `k` is in, for the first `n_decided` players.
    fn gains(&self, n_decided: usize, path: usize) -> Vec<f64> {
        let n = self.start.variances.len();
        let n_columns = self.starts[self.n_players()];
        let mut levels = vec![Level::empty(n_columns, self.stride); n_columns + 1];
        levels[0] = self.start.clone();
        let sums = vec![0.0; self.n_players() * n];
        let mut walk = Walk { design: self, levels, sums, grouped: vec![0.0; self.n_players().pow(2)], out: vec![] };
        let (mut depth, mut size) = (0, 0);
        for player in 0..n_decided {
            if path >> player & 1 == 1 {
                depth = walk.enter(player, depth);
                size += 1;
            } else {
                walk.out.push(player);
            }
        }
        walk.descend(n_decided, depth, size);
        walk.by_player()
    }
}

impl Level {
    fn empty(n_columns: usize, stride: usize) -> Self {
        Self { rows: vec![0.0; n_columns * stride], variances: vec![0.0; stride], with_target: vec![0.0; stride] }
    }

    /// Writes what is left once `column` has entered; rows only for the columns asked for.
    fn enter(&self, column: usize, live: impl Iterator<Item = usize>, next: &mut Self) {
        let stride = self.variances.len();
        let variance = self.variances[column];
        let pivot = &self.rows[column * stride..][..stride];
        let counts = variance > RANK_TOLERANCE;
        let inverse = if counts { variance.recip() } else { 0.0 };
        for row in live {
            let factor = pivot[row] * inverse;
            let (from, to) = (&self.rows[row * stride..][..stride], &mut next.rows[row * stride..][..stride]);
            subtract(from, factor, pivot, to);
            to[column] = 0.0;
        }
        for ((to, from), cell) in next.variances.iter_mut().zip(&self.variances).zip(pivot) {
            *to = from - cell * inverse * cell;
        }
        subtract(&self.with_target, self.with_target[column] * inverse, pivot, &mut next.with_target);
        // What has entered adds nothing more; the zeros stay through all later steps.
        next.variances[column] = 0.0;
        next.with_target[column] = 0.0;
    }
}

#[inline]
fn subtract(from: &[f64], factor: f64, pivot: &[f64], to: &mut [f64]) {
    for ((to, from), cell) in to.iter_mut().zip(from).zip(pivot) {
        *to = from - factor * cell;
    }
}

/// A walk below one node of the tree of sets.
struct Walk<'a> {
    design: &'a Design,
    levels: Vec<Level>,
    /// Gains by size of the set and column, of players with one column.
    sums: Vec<f64>,
    /// Gains by size of the set and player, of players with several.
    grouped: Vec<f64>,
    /// Players that stay out, on the path so far.
    out: Vec<usize>,
}

impl Walk<'_> {
    /// Decides the players from this one on; `depth` columns have entered.
    fn descend(&mut self, player: usize, depth: usize, size: usize) {
        if player == self.design.n_players() {
            self.read(depth, size);
            return;
        }
        self.out.push(player);
        self.descend(player + 1, depth, size);
        self.out.pop();
        let depth = self.enter(player, depth);
        self.descend(player + 1, depth, size + 1);
    }

    /// Lets a player enter, each of its columns on a level of its own.
    fn enter(&mut self, player: usize, depth: usize) -> usize {
        let (starts, n_columns) = (&self.design.starts, self.design.starts[self.design.n_players()]);
        for column in starts[player]..starts[player + 1] {
            let at = depth + column - starts[player];
            let (before, after) = self.levels.split_at_mut(at + 1);
            // Players of several columns that stay out need the covariances among these.
            let out: &[usize] = if self.design.is_single { &[] } else { &self.out };
            let several = out.iter().filter(|&&out| starts[out + 1] - starts[out] > 1);
            let kept = several.flat_map(|&out| starts[out]..starts[out + 1]);
            before[at].enter(column, kept.chain(column + 1..n_columns), &mut after[0]);
        }
        depth + starts[player + 1] - starts[player]
    }

    /// Adds what every player that stayed out would add to the set.
    fn read(&mut self, depth: usize, size: usize) {
        let level = &self.levels[depth];
        let n = level.variances.len();
        let sums = &mut self.sums[size.min(self.design.n_players() - 1) * n..][..n];
        for ((sum, variance), with_target) in sums.iter_mut().zip(&level.variances).zip(&level.with_target) {
            let gain = with_target * with_target / variance;
            *sum += if *variance > RANK_TOLERANCE { gain } else { 0.0 };
        }
        if self.design.is_single {
            return;
        }
        let starts = &self.design.starts;
        for &player in self.out.iter().filter(|&&out| starts[out + 1] - starts[out] > 1) {
            let gain = group_gain(level, starts[player], starts[player + 1]);
            self.grouped[size * self.design.n_players() + player] += gain;
        }
    }

    /// Gains by size of the set and player.
    fn by_player(self) -> Vec<f64> {
        let (p, starts, n) = (self.design.n_players(), &self.design.starts, self.design.stride);
        let mut gains = self.grouped;
        for size in 0..p {
            for player in (0..p).filter(|&player| starts[player + 1] - starts[player] == 1) {
                gains[size * p + player] = self.sums[size * n + starts[player]];
            }
        }
        gains
    }
}

/// What several columns add together: they enter one after the other, among themselves.
fn group_gain(level: &Level, start: usize, end: usize) -> f64 {
    let (stride, n) = (level.variances.len(), end - start);
    let mut block: Vec<f64> =
        (start..end).flat_map(|row| level.rows[row * stride + start..row * stride + end].iter().copied()).collect();
    let mut with_target = level.with_target[start..end].to_vec();
    let mut gain = 0.0;
    for pivot in 0..n {
        let variance = block[pivot * n + pivot];
        if !(variance > RANK_TOLERANCE) {
            continue;
        }
        gain += with_target[pivot] * with_target[pivot] / variance;
        for row in pivot + 1..n {
            let factor = block[row * n + pivot] / variance;
            for column in pivot + 1..n {
                block[row * n + column] -= factor * block[pivot * n + column];
            }
            with_target[row] -= factor * with_target[pivot];
        }
    }
    gain
}
