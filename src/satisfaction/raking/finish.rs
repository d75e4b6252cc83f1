//! From responses by combination of levels to a factor for each combination.

use std::collections::BTreeMap;

use super::params::{MarginTargets, MissingLevels, Raking};
use super::reading::RakingReading;
use super::report::{RakedLevel, RakedMargin, RakingCell, RakingReport, RakingRows};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::readable::{shown_number, shown_text};
use crate::kernel::survey::{Margin, Raked, RakingUnit, rake};

/// Levels that an error names.
const MOST_NAMED: usize = 5;

/// Combinations with responses, in the order of their levels.
struct Combinations {
    /// The level of each in every margin.
    levels: Vec<Vec<String>>,
    units: Vec<RakingUnit>,
    /// Responses that lack a level.
    n_without_level: u64,
}

impl Combinations {
    fn of(reading: &RakingReading) -> Result<Self> {
        let ordered = reading.cells.in_order()?;
        let mut found = Self { levels: Vec::new(), units: Vec::new(), n_without_level: 0 };
        for cell in &ordered.cells {
            let Some(unit) = reading.unit(cell.cell) else { continue };
            let levels: Option<Vec<String>> = ordered.segments[cell.segment].iter().cloned().collect();
            match levels {
                Some(levels) => {
                    found.levels.push(levels);
                    found.units.push(unit);
                }
                None => found.n_without_level += unit.n,
            }
        }
        Ok(found)
    }

    /// Responses by the levels of a margin.
    fn by_level(&self, margin: usize) -> BTreeMap<&str, (u64, f64)> {
        let mut found: BTreeMap<&str, (u64, f64)> = BTreeMap::new();
        for (levels, unit) in self.levels.iter().zip(&self.units) {
            let (n, sum) = found.entry(&levels[margin]).or_default();
            *n += unit.n;
            *sum += unit.sum;
        }
        found
    }
}

/// The number of the level of each combination in a margin, whose levels are in the order of their
/// texts.
///
/// # Errors
/// `Unusable` when responses have a level without a target, or a target is of a level that none has.
fn numbers(at: usize, margin: &MarginTargets, found: &Combinations) -> Result<Vec<u32>> {
    let unusable = |reason: String| Err(Error::Unusable { analysis: Raking::NAME, reason });
    let (column, by_level) = (&margin.column, found.by_level(at));
    let named = |levels: Vec<&str>| {
        let shown: Vec<String> =
            levels.iter().take(MOST_NAMED).map(|level| format!("`{}`", shown_text(level))).collect();
        let more = if levels.len() > MOST_NAMED { " and others" } else { "" };
        format!("{}{more}", shown.join(", "))
    };
    let without_target: Vec<&str> =
        by_level.keys().copied().filter(|&level| !margin.levels.contains_key(level)).collect();
    if !without_target.is_empty() {
        let n: u64 = without_target.iter().filter_map(|level| by_level.get(level)).map(|(n, _)| n).sum();
        let (n_levels, names) = (without_target.len(), named(without_target));
        return unusable(format!(
            "margin `{column}` has no target for {n_levels} level(s) of {n} response(s): {names}; state their share, \
             or filter these responses out"
        ));
    }
    let without_response: Vec<&str> =
        margin.levels.keys().map(String::as_str).filter(|level| !by_level.contains_key(level)).collect();
    if !without_response.is_empty() {
        let (n_levels, names) = (without_response.len(), named(without_response));
        return unusable(format!(
            "margin `{column}` has a target for {n_levels} level(s) without responses: {names}; put each together \
             with another level, in the column and in the margin"
        ));
    }
    let order: BTreeMap<&str, u32> =
        margin.levels.keys().enumerate().map(|(number, level)| (level.as_str(), number as u32)).collect();
    Ok(found.levels.iter().filter_map(|levels| order.get(levels[at].as_str()).copied()).collect())
}

impl Raking {
    pub(super) fn rake(&self, reading: &RakingReading) -> Result<RakingReport> {
        if reading.settings != self.0.cells() {
            let reason = "a reading made with other margins".to_owned();
            return Err(Error::Unusable { analysis: Self::NAME, reason });
        }
        reading.check()?;
        let found = Combinations::of(reading)?;
        if found.n_without_level > 0 && self.0.missing_levels == MissingLevels::Refuse {
            return Err(Error::Incomplete {
                analysis: Self::NAME,
                rows: found.n_without_level,
                needed: "a level of a margin",
                remedy: "fill them, or ask for `RakingParams::missing_levels(MissingLevels::LeaveOut)`",
            });
        }
        if found.units.is_empty() {
            let reason = "no response has a level of every margin and a weight".to_owned();
            return Err(Error::Unusable { analysis: Self::NAME, reason });
        }
        let margins = &self.0.margins;
        let levels: Vec<Vec<u32>> =
            margins.iter().enumerate().map(|(at, margin)| numbers(at, margin, &found)).collect::<Result<_>>()?;
        let targets: Vec<Vec<f64>> = margins.iter().map(|margin| margin.levels.values().copied().collect()).collect();
        let of_margins: Vec<Margin<'_>> =
            levels.iter().zip(&targets).map(|(levels, targets)| Margin { levels, targets }).collect();
        let raked = rake(&found.units, &of_margins, self.0.options())
            .map_err(|reason| Error::Numeric { analysis: Self::NAME, verdict: format!("no weights: {reason}") })?;
        if !raked.is_converged {
            return Err(self.not_converged(&raked));
        }
        Ok(self.report(reading, found, raked))
    }

    fn not_converged(&self, raked: &Raked) -> Error {
        let remedy = if self.0.bounds.is_some() { "loosen `bounds`, raise" } else { "raise" };
        let gap = shown_number(Some(raked.max_deviation));
        let verdict = format!(
            "after {} turn(s) a share is {gap} off its target; {remedy} `max_iter`, or put levels of few responses \
             together (margins that contradict each other never fit)",
            raked.n_iter
        );
        Error::Numeric { analysis: Self::NAME, verdict }
    }

    fn report(&self, reading: &RakingReading, found: Combinations, raked: Raked) -> RakingReport {
        let n: u64 = found.units.iter().map(|unit| unit.n).sum();
        let margins = self.0.margins.iter().enumerate().map(|(at, margin)| raked_margin(at, margin, &found, &raked));
        let margins = margins.collect();
        let cells = found.levels.into_iter().zip(&found.units).zip(&raked.factors);
        RakingReport {
            params: self.0.clone(),
            rows: RakingRows {
                n_rows: reading.n_rows,
                n_used: n,
                n_without_level: found.n_without_level,
                n_without_weight: reading.n_without_weight,
                n_zero_weight: reading.n_zero_weight,
            },
            is_weighted: reading.is_weighted,
            n_iter: raked.n_iter,
            max_deviation: raked.max_deviation,
            design_effect: raked.design_effect,
            n_eff: raked.n_effective,
            mean_weight: raked.mean_weight,
            min_weight: raked.min_weight,
            max_weight: raked.max_weight,
            n_trimmed: raked.n_trimmed,
            margins,
            cells: cells.map(|((levels, unit), &factor)| RakingCell { levels, n: unit.n, factor }).collect(),
        }
    }
}

fn raked_margin(at: usize, margin: &MarginTargets, found: &Combinations, raked: &Raked) -> RakedMargin {
    let by_level = found.by_level(at);
    let total: f64 = by_level.values().map(|(_, sum)| sum).sum();
    let target_total: f64 = margin.levels.values().sum();
    let mut after: BTreeMap<&str, f64> = BTreeMap::new();
    for ((levels, unit), factor) in found.levels.iter().zip(&found.units).zip(&raked.factors) {
        *after.entry(&levels[at]).or_default() += unit.sum * factor;
    }
    let after_total: f64 = after.values().sum();
    let level = |(level, target): (&String, &f64)| {
        let (n, sum) = by_level.get(level.as_str()).copied().unwrap_or_default();
        RakedLevel {
            level: level.clone(),
            n,
            target: target / target_total,
            share_before: sum / total,
            share_after: after.get(level.as_str()).copied().unwrap_or_default() / after_total,
        }
    };
    RakedMargin { column: margin.column.clone(), levels: margin.levels.iter().map(level).collect() }
}
