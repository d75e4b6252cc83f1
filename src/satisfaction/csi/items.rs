//! The items of an index over all responses.

use serde::Serialize;

use super::group::CsiGroup;
use super::params::{CsiParams, ItemWeighting};
use super::reading::CsiReading;
use crate::frame::AnswerCounts;
use crate::kernel::importance::Quadrant;
use crate::kernel::survey::{ItemReliability, Reliability};
use crate::kernel::undefined::Undefined;

/// One item over all responses.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CsiItem {
    /// Its column.
    pub item: String,
    /// Its weight; those of all items sum to 1.
    pub weight: f64,
    /// What the weight was derived from: a correlation, a standardised slope or an LMG share.
    pub measure: Option<f64>,
    /// What became of the answers, over all responses of the report.
    pub answers: AnswerCounts,
    /// Mean answer on the scale of the item.
    pub mean: Option<f64>,
    /// The mean on the scale from 0, the worst answer, to 100, the best.
    pub index: Option<f64>,
    /// Correlation with the sum of the other items, over those who answered all.
    pub item_total: Option<f64>,
    /// Cronbach's alpha of the other items: above that of all, this one measures something else.
    pub alpha_if_deleted: Option<f64>,
    /// Its field on the map of importance and performance, whose lines lie at the mean weight and
    /// the mean index; `None` where all weights are equal.
    pub quadrant: Option<Quadrant>,
}

/// How well the items measure one thing, over those who answered all of them, unweighted.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CsiReliability {
    /// Responses with all items.
    pub n: u64,
    /// Cronbach's alpha of the items on the common scale from worst to best.
    pub alpha: Option<f64>,
    /// Alpha of the items in units of their standard deviations.
    pub standardized_alpha: Option<f64>,
    /// Why there is no alpha.
    pub reason: Option<Undefined>,
}

/// The items of a report and how well they go together.
pub(super) fn items_of(params: &CsiParams, reading: &CsiReading, overall: &CsiGroup) -> (Vec<CsiItem>, CsiReliability) {
    let moments = &reading.pass.moments;
    // Of few responses it would tell on them what their index does not.
    let found = if moments.n() < params.min_n {
        Err(Undefined::TooFew { n: moments.n(), needed: params.min_n })
    } else {
        Reliability::of(moments)
    };
    let reliability = CsiReliability {
        n: moments.n(),
        alpha: found.as_ref().ok().and_then(|one| one.alpha.clone().ok()),
        standardized_alpha: found.as_ref().ok().and_then(|one| one.standardized_alpha.clone().ok()),
        reason: match &found {
            Ok(one) => one.alpha.clone().err(),
            Err(reason) => Some(reason.clone()),
        },
    };
    let of_items = found.map(|one| one.items).unwrap_or_default();
    let settings = &reading.pass.settings;
    let counts = reading.pass.counts.by_question(settings);
    let measures = reading.derived.as_ref().map(|derived| derived.measures.as_slice()).unwrap_or_default();
    let of_item = |at: usize, of: fn(&ItemReliability) -> &Result<f64, Undefined>| {
        of_items.get(at).and_then(|item| of(item).as_ref().ok().copied())
    };
    let item = |at: usize| CsiItem {
        item: settings.items[at].question.column().to_owned(),
        weight: reading.weights.shares()[at],
        measure: measures.get(at).copied(),
        answers: counts[at],
        mean: overall.items[at].mean,
        index: overall.items[at].index,
        item_total: of_item(at, |item| &item.item_total),
        alpha_if_deleted: of_item(at, |item| &item.alpha_if_deleted),
        quadrant: None,
    };
    let mut items: Vec<CsiItem> = (0..settings.items.len()).map(item).collect();
    if params.item_weights != ItemWeighting::Equal {
        place_on_map(&mut items);
    }
    (items, reliability)
}

/// Puts items on the map of importance and performance, where there are two or more to compare.
fn place_on_map(items: &mut [CsiItem]) {
    let placed: Vec<(f64, f64)> = items.iter().filter_map(|item| Some((item.weight, item.index?))).collect();
    if placed.len() < 2 {
        return;
    }
    // Stated weights may be alike too, and then no line parts them.
    if placed.iter().all(|place| place.0 == placed[0].0) {
        return;
    }
    let (weight, index) = (mean_of(placed.iter().map(|place| place.0)), mean_of(placed.iter().map(|place| place.1)));
    for item in items {
        item.quadrant = item.index.map(|own| Quadrant::at(item.weight >= weight, own >= index));
    }
}

/// The mean, from the first number on: that of equal numbers is each of them.
fn mean_of(numbers: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = numbers.len() as f64;
    let mut numbers = numbers;
    let first = numbers.next().unwrap_or_default();
    first + numbers.map(|number| number - first).sum::<f64>() / n
}
