//! A customer satisfaction index as an analysis.

use polars::prelude::LazyFrame;
use rayon::prelude::*;

use super::derived::{derived, given};
use super::group::{CsiGroup, Indexing};
use super::items::items_of;
use super::params::{Csi, MissingItems};
use super::reading::{CsiReading, read};
use super::report::CsiReport;
use super::settings::{ItemSettings, item_scale};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::SurveyResponses;
use crate::kernel::survey::{IndexSums, ItemScale};
use crate::satisfaction::groups::{GroupCells, Grouped};

impl Analysis for Csi {
    type Input = SurveyResponses;
    type Reduced = CsiReading;
    type Output = CsiReport;
    const NAME: &'static str = "csi";

    /// Coded answers, weights, and what makes segments and periods.
    fn plan(&self, survey: &SurveyResponses) -> Result<LazyFrame> {
        ItemSettings::plan(&self.0, survey)
    }

    /// Sums the answers of every segment in every period in one pass; before it, weights that are
    /// derived from the score take a pass of their own.
    fn reduce(&self, mut plan: LazyFrame) -> Result<CsiReading> {
        let settings = ItemSettings::of(&self.0, &mut plan)?;
        let weighting = &self.0.item_weights;
        let (weights, derived) = if weighting.is_derived() {
            let pass = read(&settings, None, plan.clone())?;
            pass.check()?;
            let (weights, derived) = derived(weighting, &settings, &pass.moments)?;
            (weights, Some(derived))
        } else {
            (given(weighting, &settings)?, None)
        };
        let make = if settings.is_weighted { IndexSums::weighted } else { IndexSums::new };
        let min_answered = match self.0.missing_items {
            // Those who answered some are counted and shown beside the index all the same.
            MissingItems::CompleteOnly => 1,
            MissingItems::Renormalize { .. } => self.0.min_answered(settings.items.len()),
        };
        let scales: Vec<ItemScale> = settings.items.iter().map(item_scale).collect();
        let sums = make(&scales, &weights, min_answered).map_err(|_| {
            let expected = format!("at most the {} item(s) of the survey", settings.items.len());
            Error::param(Self::NAME, "min_answered", expected, min_answered)
        })?;
        let mut pass = read(&settings, Some(sums), plan)?;
        let sums = pass.index.take().ok_or_else(|| Error::Unusable {
            analysis: Self::NAME,
            reason: "the pass over the items left no sums".to_owned(),
        })?;
        Ok(CsiReading { pass, sums, weights, derived })
    }

    fn finish(&self, reading: CsiReading) -> Result<CsiReport> {
        self.0.cells().check_made(&reading.pass.settings.cells, "segments, period or date")?;
        reading.pass.check()?;
        let grouped = Grouped::of(&reading.pass.cells.in_order()?, &self.0.cells());
        let indexing = Indexing::new(&self.0, &reading);
        let index = |group: &GroupCells| indexing.group(&group.key, &reading.sums.over(group.cells.iter().copied()));
        let indexed = |groups: &[GroupCells]| groups.par_iter().map(index).collect::<Vec<CsiGroup>>();
        let whole = reading.sums.over(grouped.whole.cells.iter().copied());
        let overall = indexing.group(&grouped.whole.key, &whole);
        let (items, reliability) = items_of(&self.0, &reading, &overall);
        let without = reading.pass.cells.without_cell();
        Ok(CsiReport {
            rows: reading.pass.counts.rows(without, overall.n, whole.n_rows - overall.n),
            is_weighted: reading.pass.settings.is_weighted,
            derived: reading.derived.clone(),
            items,
            reliability,
            overall,
            segments: indexed(&grouped.segments),
            periods: indexed(&grouped.periods),
            groups: indexed(&grouped.both),
            params: self.0.clone(),
        })
    }
}
