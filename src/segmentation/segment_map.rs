//! Segment names over the grid of scores.

use std::collections::BTreeMap;

use polars::prelude::{Expr, NULL, lit, when};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::dimension::Dimension;
use super::migration::ABSENT;
use super::thresholds::UNSCORED;
use crate::error::{Error, Result};

/// Cells of the grid that a map is checked over, at the most.
const MOST_CELLS: u64 = 1_000_000;

/// What to do about cells that several rules claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Overlaps {
    /// The map is refused.
    #[default]
    Refuse,
    /// The first rule wins; a rule that never wins is still refused.
    FirstWins,
}

/// One rule: a segment and the scores that lead to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentRule {
    /// Name of the segment.
    pub segment: String,
    /// Lowest and highest score of each dimension; a dimension left out may have any.
    pub scores: BTreeMap<String, [u8; 2]>,
}

/// An ordered list of rules that names every cell of the grid of scores.
///
/// # Examples
///
/// ```
/// use customer_analytics::segmentation::SegmentMap;
///
/// let map = SegmentMap::from_json(
///     r#"{"rules": [
///         {"segment": "核心客户", "scores": {"recency": [4, 5], "monetary": [4, 5]}},
///         {"segment": "流失客户", "scores": {"recency": [1, 1]}}
///     ], "otherwise": "普通客户"}"#,
/// )?;
/// assert_eq!(map.segments(), ["核心客户", "流失客户", "普通客户"]);
/// # Ok::<(), customer_analytics::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentMap {
    rules: Vec<SegmentRule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    otherwise: Option<String>,
    #[serde(default)]
    overlaps: Overlaps,
}

impl SegmentMap {
    /// A map of the given rules, which must name every cell between them.
    #[must_use]
    pub fn new(rules: impl Into<Vec<SegmentRule>>) -> Self {
        Self { rules: rules.into(), otherwise: None, overlaps: Overlaps::Refuse }
    }

    /// Names the cells that no rule claims.
    #[must_use]
    pub fn otherwise(mut self, segment: impl Into<String>) -> Self {
        self.otherwise = Some(segment.into());
        self
    }

    /// Chooses what to do about overlapping rules; refused by default.
    #[must_use]
    pub fn overlaps(mut self, overlaps: Overlaps) -> Self {
        self.overlaps = overlaps;
        self
    }

    /// The ten usual names, over recency and frequency scores of 1 to 5.
    ///
    /// Names that ask for a score nobody has stay empty. Where over two fifths of the
    /// customers bought once, as in most shops, the default tie rule gives them a frequency
    /// of 2 or more, so that nobody is `new` or `promising`; with
    /// [`TieRule::QuantileCut`](super::TieRule::QuantileCut) they score 1.
    #[must_use]
    pub fn ten_usual() -> Self {
        let rule = |segment: &str, recency, frequency| SegmentRule {
            segment: segment.to_owned(),
            scores: BTreeMap::from([("recency".to_owned(), recency), ("frequency".to_owned(), frequency)]),
        };
        Self::new([
            rule("champions", [5, 5], [4, 5]),
            rule("loyal_customers", [3, 4], [4, 5]),
            rule("potential_loyalists", [4, 5], [2, 3]),
            rule("new_customers", [5, 5], [1, 1]),
            rule("promising", [4, 4], [1, 1]),
            rule("need_attention", [3, 3], [3, 3]),
            rule("about_to_sleep", [3, 3], [1, 2]),
            rule("cant_lose", [1, 2], [5, 5]),
            rule("at_risk", [1, 2], [3, 4]),
            rule("hibernating", [1, 2], [1, 2]),
        ])
    }

    /// Reads a map; it is checked against the grid when a scorer takes it.
    ///
    /// # Errors
    /// `Format` when the text is no such map.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| Error::Format { what: "segment map", reason: error.to_string() })
    }

    /// Names of the segments, in the order of the rules, each once.
    #[must_use]
    pub fn segments(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.rules.iter().map(|rule| rule.segment.as_str()).chain(self.otherwise.as_deref()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Checks the rules over the whole grid of the dimensions they speak of.
    pub(super) fn check(&self, analysis: &'static str, dimensions: &[Dimension], n_bins: u8) -> Result<()> {
        let refused = |got: String| {
            Error::param(analysis, "segments", "a map that names every cell of the grid once, or left out", got)
        };
        if self.segments().contains(&ABSENT) {
            return Err(refused(format!("a segment named `{ABSENT}`, which stands for no segment")));
        }
        let grid = self.grid(dimensions, n_bins).map_err(refused)?;
        let mut wins = vec![0_u64; self.rules.len()];
        let (mut gaps, mut overlaps) = (Found::default(), Found::default());
        grid.for_each(|cell| {
            let mut claims = (0..self.rules.len()).filter(|&rule| grid.claims(&self.rules[rule], cell));
            match claims.next() {
                Some(first) => wins[first] += 1,
                None => gaps.add(cell),
            }
            if claims.next().is_some() {
                overlaps.add(cell);
            }
        });
        if gaps.n > 0 && self.otherwise.is_none() {
            return Err(refused(format!(
                "a map without a name for {} cell(s), such as {}",
                gaps.n,
                grid.describe(&gaps.first)
            )));
        }
        if overlaps.n > 0 && self.overlaps == Overlaps::Refuse {
            let cell = grid.describe(&overlaps.first);
            return Err(refused(format!("a map with {} cell(s) that several rules claim, such as {cell}", overlaps.n)));
        }
        match wins.iter().position(|&n| n == 0) {
            Some(rule) => {
                Err(refused(format!("a map whose rule {} (`{}`) names no cell", rule + 1, self.rules[rule].segment)))
            }
            None => Ok(()),
        }
    }

    /// The grid of the dimensions that the rules speak of.
    fn grid(&self, dimensions: &[Dimension], n_bins: u8) -> std::result::Result<Grid, String> {
        let mut axes: BTreeMap<&str, u8> = BTreeMap::new();
        for rule in &self.rules {
            for (name, &[low, high]) in &rule.scores {
                let Some(dimension) = dimensions.iter().find(|dimension| dimension.name() == name) else {
                    return Err(format!("a rule for `{}` on dimension `{name}`, which is not scored", rule.segment));
                };
                let most = dimension.bins(n_bins);
                if !(1..=most).contains(&low) || !(low..=most).contains(&high) {
                    return Err(format!(
                        "a rule for `{}` with `{name}` from {low} to {high}, which is no range within 1..={most}",
                        rule.segment
                    ));
                }
                axes.insert(name, most);
            }
        }
        if self.segments().len() > usize::from(u8::MAX) {
            return Err(format!("a map of {} segments, more than {}", self.segments().len(), u8::MAX));
        }
        let grid = Grid { axes: axes.into_iter().map(|(name, most)| (name.to_owned(), most)).collect() };
        if grid.n_cells() > MOST_CELLS {
            return Err(format!("a map over {} cells, more than {MOST_CELLS}", grid.n_cells()));
        }
        Ok(grid)
    }

    /// The segment of every customer, as a position in [`segments`](Self::segments);
    /// `None` without scores.
    pub(super) fn positions(&self, dimensions: &[Dimension], n_bins: u8, scores: &[Vec<u8>]) -> Vec<Option<u8>> {
        let names = self.segments();
        let Ok(grid) = self.grid(dimensions, n_bins) else { return Vec::new() };
        let position = |name: &str| names.iter().position(|known| *known == name).map(|at| at as u8);
        let mut table = Vec::with_capacity(grid.n_cells() as usize);
        grid.for_each(|cell| {
            let rule = self.rules.iter().find(|rule| grid.claims(rule, cell)).map(|rule| rule.segment.as_str());
            table.push(rule.or(self.otherwise.as_deref()).and_then(position));
        });
        let axes: Vec<(&Vec<u8>, usize)> = grid
            .axes
            .iter()
            .filter_map(|(name, most)| {
                let at = dimensions.iter().position(|dimension| dimension.name() == name)?;
                Some((&scores[at], usize::from(*most)))
            })
            .collect();
        let n = scores.first().map_or(0, Vec::len);
        let segment = |customer: usize| {
            // The grid counts its first axis fastest.
            let cell = axes.iter().rev().try_fold(0, |cell, (scores, most)| {
                usize::from(scores[customer]).checked_sub(1).map(|score| cell * most + score)
            });
            let scored = scores.iter().all(|of_dimension| of_dimension[customer] != UNSCORED);
            cell.filter(|_| scored).and_then(|cell| table[cell])
        };
        (0..n).into_par_iter().map(segment).collect()
    }

    /// The segment as an expression over the scores of dimensions.
    pub(super) fn expr(&self, all_scores: &[Expr], score_of: impl Fn(&str) -> Option<Expr>) -> Expr {
        let otherwise = self.otherwise.as_ref().map_or(lit(NULL), |name| lit(name.clone()));
        let named = self.rules.iter().rev().fold(otherwise, |others, rule| {
            let inside = rule.scores.iter().filter_map(|(name, &[low, high])| {
                let score = score_of(name)?;
                Some(score.clone().gt_eq(lit(low)).and(score.lt_eq(lit(high))))
            });
            let inside = inside.reduce(Expr::and).unwrap_or(lit(true));
            when(inside).then(lit(rule.segment.clone())).otherwise(others)
        });
        let scored = all_scores.iter().cloned().map(Expr::is_not_null).reduce(Expr::and).unwrap_or(lit(true));
        when(scored).then(named).otherwise(lit(NULL))
    }
}

/// The grid of scores that a map covers.
struct Grid {
    axes: Vec<(String, u8)>,
}

impl Grid {
    fn n_cells(&self) -> u64 {
        self.axes.iter().map(|&(_, most)| u64::from(most)).product()
    }

    fn for_each(&self, mut visit: impl FnMut(&[u8])) {
        let mut cell = vec![1; self.axes.len()];
        for _ in 0..self.n_cells() {
            visit(&cell);
            for (score, &(_, most)) in cell.iter_mut().zip(&self.axes) {
                if *score < most {
                    *score += 1;
                    break;
                }
                *score = 1;
            }
        }
    }

    fn claims(&self, rule: &SegmentRule, cell: &[u8]) -> bool {
        self.axes
            .iter()
            .zip(cell)
            .all(|((name, _), score)| rule.scores.get(name).is_none_or(|[low, high]| (*low..=*high).contains(score)))
    }

    fn describe(&self, cell: &[u8]) -> String {
        let parts: Vec<String> =
            self.axes.iter().zip(cell).map(|((name, _), score)| format!("{name} {score}")).collect();
        parts.join(", ")
    }
}

/// How many cells, and the first of them.
#[derive(Default)]
struct Found {
    n: u64,
    first: Vec<u8>,
}

impl Found {
    fn add(&mut self, cell: &[u8]) {
        if self.n == 0 {
            self.first = cell.to_vec();
        }
        self.n += 1;
    }
}
