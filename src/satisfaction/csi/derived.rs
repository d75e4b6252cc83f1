//! Weights of items from what they have to do with the score.

use serde::Serialize;

use super::params::{Csi, ItemWeighting};
use super::settings::ItemSettings;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::kernel::importance::{Players, RANK_TOLERANCE, lmg};
use crate::kernel::survey::{ItemMoments, ItemWeights};
use crate::kernel::undefined::Undefined;
use crate::solver::StandardizedFit;

/// What weights were derived from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DerivedWeights {
    /// The score.
    pub target: String,
    /// Responses with the score and all items.
    pub n: u64,
    /// Of each item its correlation, standardised slope or LMG share, before they are made to sum
    /// to 1.
    pub measures: Vec<f64>,
}

/// The weights of the items that the settings state or derive from the sums over items and score.
///
/// # Errors
/// `Unusable` when there is no regression or correlation, or an item would have a weight that is
/// not above 0, with its column.
pub(super) fn derived(
    weighting: &ItemWeighting,
    settings: &ItemSettings,
    moments: &ItemMoments,
) -> Result<(ItemWeights, DerivedWeights)> {
    let target = settings.target.as_ref().map_or("", |target| target.question.column()).to_owned();
    let measures = measures(weighting, moments).map_err(|reason| Error::Unusable {
        analysis: Csi::NAME,
        reason: format!(
            "no {} weights from `{target}` in {} response(s) with all answers: {reason}",
            weighting.name(),
            moments.n()
        ),
    })?;
    if let Some((item, _)) = settings.items.iter().zip(&measures).find(|(_, measure)| !(**measure > 0.0)) {
        let reason = format!(
            "the weight of item `{}` by {} with `{target}` is not above 0; leave the item out, turn its scale, or \
             state weights",
            item.question.column(),
            weighting.name()
        );
        return Err(Error::Unusable { analysis: Csi::NAME, reason });
    }
    let weights = ItemWeights::new(&measures)
        .map_err(|reason| Error::Numeric { analysis: Csi::NAME, verdict: format!("weights of items: {reason}") })?;
    Ok((weights, DerivedWeights { target, n: moments.n(), measures }))
}

fn measures(weighting: &ItemWeighting, moments: &ItemMoments) -> std::result::Result<Vec<f64>, Undefined> {
    let correlations = moments.correlations()?;
    let target = correlations.order() - 1;
    match weighting {
        ItemWeighting::Regression => StandardizedFit::of(&correlations, RANK_TOLERANCE)?.slopes,
        ItemWeighting::Lmg => lmg(&correlations, &Players::single(target)),
        _ => Ok(correlations.row(target)[..target].to_vec()),
    }
}

/// The weights that need no score: equal or stated ones.
///
/// # Errors
/// `Unusable` when stated weights are too far apart for shares.
pub(super) fn given(weighting: &ItemWeighting, settings: &ItemSettings) -> Result<ItemWeights> {
    let stated = |item: &str| match weighting {
        ItemWeighting::Stated(weights) => weights.get(item).copied().unwrap_or(0.0),
        _ => 1.0,
    };
    let numbers: Vec<f64> = settings.items.iter().map(|item| stated(item.question.column())).collect();
    ItemWeights::new(&numbers)
        .map_err(|reason| Error::Unusable { analysis: Csi::NAME, reason: format!("weights of items: {reason}") })
}
