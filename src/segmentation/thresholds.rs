//! Fitting and applying the thresholds of one dimension, over all customers or per cell.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::dimension::Dimension;
use super::params::TieRule;
use crate::kernel::binning::{RankRule, Step, fit_steps, score_by_position, score_of, steps_of_cuts};
use crate::kernel::order::ascending;

/// No score: the customer lacks a dimension.
pub(super) const UNSCORED: u8 = 0;

/// Thresholds of one dimension, by cell of the dimensions before it.
///
/// A cell is named by the scores before, as in `5-4`; with independent scoring there is
/// one cell, named by nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Thresholds(#[serde(with = "exact_steps")] BTreeMap<String, Vec<Step>>);

impl Thresholds {
    /// The thresholds of each cell, ascending.
    pub fn cells(&self) -> impl Iterator<Item = (&str, &[Step])> {
        self.0.iter().map(|(cell, steps)| (cell.as_str(), steps.as_slice()))
    }

    /// The thresholds of one cell.
    pub(super) fn of_cell(&self, cell: &str) -> &[Step] {
        self.0.get(cell).map_or(&[], Vec::as_slice)
    }
}

/// The customers that are scored together, by cell.
pub(super) enum Cells {
    /// All customers in one cell.
    One,
    /// The cell of each customer, and the customers of each cell.
    Many(BTreeMap<String, Vec<usize>>),
}

impl Cells {
    /// The cells that the scores so far make; customers without a score are in none.
    pub(super) fn of_scores(scores: &[Vec<u8>]) -> Self {
        let Some(first) = scores.first() else { return Self::One };
        let mut cells: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for customer in 0..first.len() {
            let digits: Vec<u8> = scores.iter().map(|of_dimension| of_dimension[customer]).collect();
            if !digits.contains(&UNSCORED) {
                cells.entry(cell_name(&digits)).or_default().push(customer);
            }
        }
        Self::Many(cells)
    }
}

/// The name of a cell: `5-4`.
pub(super) fn cell_name(scores: &[u8]) -> String {
    scores.iter().map(u8::to_string).collect::<Vec<_>>().join("-")
}

/// Fits thresholds to the values (NaN for none) in each cell; `None` when the rule has none.
pub(super) fn fit(
    dimension: &Dimension,
    n_bins: u8,
    ties: TieRule,
    values: &[f64],
    cells: &Cells,
) -> Option<Thresholds> {
    let fit_values = |values: &[f64]| {
        if let Some(cuts) = &dimension.cuts {
            return Some(steps_of_cuts(cuts, dimension.better()));
        }
        let rule = match ties {
            TieRule::MidRank => RankRule::MidRank,
            TieRule::AverageRank => RankRule::AverageRank,
            TieRule::QuantileCut => RankRule::QuantileCut,
            TieRule::FirstById => return None,
        };
        Some(fit_steps(&ascending(values), n_bins, rule, dimension.better()))
    };
    let steps = match cells {
        Cells::One => BTreeMap::from([(String::new(), fit_values(values)?)]),
        Cells::Many(cells) => cells
            .iter()
            .map(|(cell, members)| Some((cell.clone(), fit_values(&pick(values, members))?)))
            .collect::<Option<_>>()?,
    };
    Some(Thresholds(steps))
}

/// Scores of all customers by the thresholds of their cells.
pub(super) fn apply(thresholds: &Thresholds, values: &[f64], cells: &Cells) -> Vec<u8> {
    match cells {
        Cells::One => {
            let steps = thresholds.of_cell("");
            values.par_iter().map(|&value| score_of(value, steps).unwrap_or(UNSCORED)).collect()
        }
        Cells::Many(cells) => in_cells(cells, values.len(), |cell, members| {
            let steps = thresholds.of_cell(cell);
            members.iter().map(|&customer| score_of(values[customer], steps)).collect()
        }),
    }
}

/// Scores with ties broken by id: customers are in the order of their ids.
pub(super) fn score_first_by_id(dimension: &Dimension, n_bins: u8, values: &[f64], cells: &Cells) -> Vec<u8> {
    let score = |values: &[f64]| score_by_position(values, n_bins, dimension.better());
    match cells {
        Cells::One => score(values).into_iter().map(|score| score.unwrap_or(UNSCORED)).collect(),
        Cells::Many(cells) => in_cells(cells, values.len(), |_, members| score(&pick(values, members))),
    }
}

fn pick(values: &[f64], members: &[usize]) -> Vec<f64> {
    members.iter().map(|&customer| values[customer]).collect()
}

fn in_cells(
    cells: &BTreeMap<String, Vec<usize>>,
    n: usize,
    score: impl Fn(&str, &[usize]) -> Vec<Option<u8>>,
) -> Vec<u8> {
    let mut scores = vec![UNSCORED; n];
    for (cell, members) in cells {
        for (&customer, of_member) in members.iter().zip(score(cell, members)) {
            scores[customer] = of_member.unwrap_or(UNSCORED);
        }
    }
    scores
}

/// Thresholds are written as text, because not every JSON reader gives back every bit of
/// a number, and a threshold that moves by one bit moves the customers who tie with it.
mod exact_steps {
    use std::collections::BTreeMap;

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::kernel::binning::Step;

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct TextStep {
        up_to: Option<String>,
        score: u8,
    }

    pub(super) fn serialize<S: Serializer>(cells: &BTreeMap<String, Vec<Step>>, out: S) -> Result<S::Ok, S::Error> {
        let text = |step: &Step| TextStep { up_to: step.up_to.map(|up_to| up_to.to_string()), score: step.score };
        out.collect_map(cells.iter().map(|(cell, steps)| (cell, steps.iter().map(text).collect::<Vec<_>>())))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<BTreeMap<String, Vec<Step>>, D::Error> {
        let cells = BTreeMap::<String, Vec<TextStep>>::deserialize(input)?;
        let step = |text: TextStep| {
            let up_to = text.up_to.map(|up_to| up_to.parse::<f64>()).transpose().map_err(D::Error::custom)?;
            if up_to.is_some_and(f64::is_nan) {
                return Err(D::Error::custom("a threshold is not a number"));
            }
            Ok(Step { up_to, score: text.score })
        };
        let steps =
            |(cell, steps): (String, Vec<TextStep>)| Ok((cell, steps.into_iter().map(step).collect::<Result<_, _>>()?));
        cells.into_iter().map(steps).collect()
    }
}
