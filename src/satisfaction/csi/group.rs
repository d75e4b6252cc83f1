//! The index of one group of responses.

use serde::Serialize;

use super::params::{CsiParams, MissingItems};
use super::reading::CsiReading;
use crate::frame::Scale;
use crate::kernel::interval::Interval;
use crate::kernel::survey::{CompositeMean, IndexCell, ItemMean, ItemWeights, MeanScore, index_of_means};
use crate::kernel::undefined::Undefined;
use crate::satisfaction::NoScore;
use crate::satisfaction::groups::GroupKey;

/// A mean of the indexes of respondents, 0..=100.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CsiMean {
    /// Responses.
    pub n: u64,
    /// The mean, 0..=100.
    pub csi: Option<f64>,
    /// Its standard error in points; `None` under two responses.
    pub std_error: Option<f64>,
    /// Its interval, by Student's t with `n_eff - 1` degrees of freedom, within 0..=100.
    pub interval: Option<Interval>,
    /// How many equally weighted responses the responses are worth (Kish).
    pub n_eff: Option<f64>,
    /// Why there is no interval, although there is a mean: too few responses, or all alike.
    pub no_interval: Option<Undefined>,
}

/// One item in one group.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ItemScore {
    /// Responses that answered it.
    pub n: u64,
    /// Their mean answer on the scale of the item.
    pub mean: Option<f64>,
    /// The mean on the scale from 0, the worst answer, to 100, the best.
    pub index: Option<f64>,
}

/// The index of one group of responses.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CsiGroup {
    /// The responses it is made of.
    pub key: GroupKey,
    /// Responses of the group, those with too few answers among them.
    pub n_rows: u64,
    /// Responses that the index is made of.
    pub n: u64,
    /// The index by the chosen way of treating missing items, 0..=100.
    pub csi: Option<f64>,
    /// Its standard error in points.
    pub std_error: Option<f64>,
    /// Its interval.
    pub interval: Option<Interval>,
    /// How many equally weighted responses the responses are worth (Kish).
    pub n_eff: Option<f64>,
    /// Of everyone who answered enough items, with the weights of these.
    pub answered: CsiMean,
    /// Of those who answered all items.
    pub complete: CsiMean,
    /// Of the means of items, each over all who answered it; it has no standard error.
    pub of_item_means: Option<f64>,
    /// The items, in the order of the survey.
    pub items: Vec<ItemScore>,
    /// Why there is no index.
    pub reason: Option<NoScore>,
    /// Why there is no interval, although there is an index.
    pub no_interval: Option<Undefined>,
}

/// How groups get their index.
pub(super) struct Indexing<'a> {
    params: &'a CsiParams,
    weights: &'a ItemWeights,
    scales: Vec<Scale>,
}

impl<'a> Indexing<'a> {
    pub(super) fn new(params: &'a CsiParams, reading: &'a CsiReading) -> Self {
        let scales = reading.pass.settings.items.iter().map(|item| item.question.scale()).collect();
        Self { params, weights: &reading.weights, scales }
    }

    /// The index of a group.
    pub(super) fn group(&self, key: &GroupKey, cell: &IndexCell) -> CsiGroup {
        let chosen = match self.params.missing_items {
            MissingItems::CompleteOnly => &cell.complete,
            MissingItems::Renormalize { .. } => &cell.answered,
        };
        let is_suppressed = chosen.n < self.params.min_n;
        let shown = |mean: &CompositeMean| {
            let is_hidden = is_suppressed || mean.n < self.params.min_n;
            if is_hidden { CsiMean::hidden(mean.n) } else { self.mean(mean) }
        };
        let (answered, complete) = (shown(&cell.answered), shown(&cell.complete));
        let headline = match self.params.missing_items {
            MissingItems::CompleteOnly => &complete,
            MissingItems::Renormalize { .. } => &answered,
        };
        let items: Vec<ItemScore> = cell
            .items
            .iter()
            .zip(&self.scales)
            .map(|(item, scale)| {
                let is_hidden = is_suppressed || item.n < self.params.min_n;
                if is_hidden { ItemScore::hidden(item.n) } else { ItemScore::of(item, *scale) }
            })
            .collect();
        let indexes: Option<Vec<f64>> = items.iter().map(|item| item.index).collect();
        let reason = match &chosen.mean {
            _ if is_suppressed => Some(NoScore::Suppressed { min_n: self.params.min_n }),
            mean => mean.as_ref().err().cloned().map(NoScore::Undefined),
        };
        CsiGroup {
            key: key.clone(),
            n_rows: cell.n_rows,
            n: headline.n,
            csi: headline.csi,
            std_error: headline.std_error,
            interval: headline.interval,
            n_eff: headline.n_eff,
            no_interval: headline.no_interval.clone(),
            answered,
            complete,
            of_item_means: indexes.and_then(|indexes| index_of_means(&indexes, self.weights).ok()),
            items,
            reason,
        }
    }

    fn mean(&self, mean: &CompositeMean) -> CsiMean {
        let Ok(csi) = mean.mean.as_ref().map(|mean| 100.0 * mean) else { return CsiMean::hidden(mean.n) };
        let std_error = mean.std_error.as_ref().map(|error| 100.0 * error).map_err(Clone::clone);
        let df = mean.n_effective.unwrap_or_default() - 1.0;
        let interval = |error| MeanScore::interval((csi, error), df, (0.0, 100.0), self.params.conf_level);
        let interval = std_error.clone().and_then(interval);
        CsiMean {
            n: mean.n,
            csi: Some(csi),
            std_error: std_error.ok(),
            no_interval: interval.as_ref().err().cloned(),
            interval: interval.ok(),
            n_eff: mean.n_effective,
        }
    }
}

impl CsiMean {
    /// Of few responses, or none, nothing but their number is told.
    fn hidden(n: u64) -> Self {
        Self { n, csi: None, std_error: None, interval: None, n_eff: None, no_interval: None }
    }
}

impl ItemScore {
    fn hidden(n: u64) -> Self {
        Self { n, mean: None, index: None }
    }

    fn of(item: &ItemMean, scale: Scale) -> Self {
        let (min, max) = (f64::from(scale.min()), f64::from(scale.max()));
        let place = item.mean.as_ref().ok().copied();
        Self { n: item.n, mean: place.map(|place| min + place * (max - min)), index: place.map(|place| 100.0 * place) }
    }
}
