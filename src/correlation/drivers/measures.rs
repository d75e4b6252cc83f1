//! All measures of one matrix of correlations.

use super::params::{Draws, ImportanceMethod};
use crate::kernel::importance::{
    Players, RANK_TOLERANCE, SymmetricRoot, first, last, lmg, pratt, relative_weights, sampled_lmg,
};
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;
use crate::solver::{StandardizedFit, symmetric_eigen};

/// The values of one measure, one for each player, or why there are none.
pub(super) type Values = Result<Vec<Option<f64>>, String>;

/// What is measured, and over which orders of entry.
pub(super) struct Measures<'a> {
    pub(super) methods: &'a [ImportanceMethod],
    pub(super) players: &'a Players,
    /// Orders to sample, where not all are followed.
    pub(super) sampling: Option<Draws>,
}

/// The measures of a linear model.
pub(super) struct Measured {
    pub(super) fit: StandardizedFit,
    /// One for each method; those of a logistic model are not among them.
    pub(super) values: Vec<Values>,
    /// Standard errors of sampled LMG shares, and the orders followed.
    pub(super) sampled: Option<(Vec<f64>, u64)>,
}

impl Measures<'_> {
    pub(super) fn of(&self, correlations: &SymmetricMatrix) -> Result<Measured, Undefined> {
        let fit = StandardizedFit::of(correlations, RANK_TOLERANCE)?;
        let mut sampled = None;
        let mut values = Vec::with_capacity(self.methods.len());
        for &method in self.methods {
            values.push(self.one(method, correlations, &fit, &mut sampled).map_err(|reason| reason.to_string()));
        }
        Ok(Measured { fit, values, sampled })
    }

    fn one(
        &self,
        method: ImportanceMethod,
        correlations: &SymmetricMatrix,
        fit: &StandardizedFit,
        sampled: &mut Option<(Vec<f64>, u64)>,
    ) -> Result<Vec<Option<f64>>, Undefined> {
        let (players, target) = (self.players, correlations.order() - 1);
        let with_target = &correlations.row(target)[..target];
        let values = match method {
            ImportanceMethod::Lmg => match self.sampling {
                None => lmg(correlations, players)?,
                Some(draws) => {
                    let found = sampled_lmg(correlations, players, draws.n, draws.seed)?;
                    *sampled = Some((found.std_errors, found.n_orders));
                    found.shares
                }
            },
            ImportanceMethod::RelativeWeights => {
                let root = root_of(correlations)?;
                relative_weights(&root, &root.orthogonal_slopes(with_target), players)?
            }
            ImportanceMethod::StandardizedBeta => {
                let slopes = fit.slopes.clone()?;
                let slope = |player: usize| match players.columns(player) {
                    &[column] => Some(slopes[column]),
                    _ => None,
                };
                return Ok((0..players.len()).map(slope).collect());
            }
            ImportanceMethod::Pratt => pratt(&fit.slopes.clone()?, with_target, players)?,
            ImportanceMethod::First => first(correlations, players)?,
            ImportanceMethod::Last => last(correlations, players)?,
            ImportanceMethod::LogitRelativeWeights => vec![],
        };
        Ok(values.into_iter().map(Some).collect())
    }
}

/// The root of the correlations of the drivers alone.
pub(super) fn root_of(correlations: &SymmetricMatrix) -> Result<SymmetricRoot, Undefined> {
    let numbers: Vec<usize> = (0..correlations.order() - 1).collect();
    let eigen = symmetric_eigen(&correlations.select(&numbers))?;
    SymmetricRoot::of_eigen(&eigen.values, &eigen.vectors)
}
