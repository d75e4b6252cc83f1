//! Net promoter scores as an analysis.

use polars::prelude::LazyFrame;
use rayon::prelude::*;

use super::group::{NpsGroup, Scoring};
use super::params::Nps;
use super::report::NpsReport;
use crate::analysis::Analysis;
use crate::error::Result;
use crate::frame::SurveyResponses;
use crate::satisfaction::groups::{GroupCells, Grouped};
use crate::satisfaction::tally::{SurveyReading, TallySettings, read};

/// Places of the classes in a reading.
pub(in crate::satisfaction) const DETRACTORS: u8 = 0;
pub(in crate::satisfaction) const PASSIVES: u8 = 1;
pub(in crate::satisfaction) const PROMOTERS: u8 = 2;

impl Analysis for Nps {
    type Input = SurveyResponses;
    type Reduced = SurveyReading;
    type Output = NpsReport;
    const NAME: &'static str = "nps";

    /// Coded answers, weights, and what makes segments and periods.
    fn plan(&self, survey: &SurveyResponses) -> Result<LazyFrame> {
        self.0.check_counted(survey.columns().weight.is_some())?;
        if let Some(question) = survey.score() {
            self.0.check_scale(question.scale())?;
        }
        TallySettings::plan(&self.0.cells(), survey)
    }

    /// Counts the answers of every segment in every period, in one pass.
    fn reduce(&self, mut plan: LazyFrame) -> Result<SurveyReading> {
        read(TallySettings::of(self.0.cells(), &mut plan, |score| self.0.class_of(score))?, plan)
    }

    fn finish(&self, reading: SurveyReading) -> Result<NpsReport> {
        self.0.cells().check_made(&reading.settings.cells, "segments, period or date")?;
        reading.check()?;
        let grouped = Grouped::of(&reading.in_order()?, &self.0.cells());
        let scoring = Scoring::new(&self.0, &grouped)?;
        let score =
            |group: &GroupCells| scoring.group(&group.key, &reading.tally(&group.cells), &reading.settings.class_of);
        let scored = |groups: &[GroupCells]| groups.par_iter().map(score).collect::<Vec<NpsGroup>>();
        Ok(NpsReport {
            params: self.0.clone(),
            rows: reading.rows(),
            is_weighted: reading.settings.is_weighted,
            overall: score(&grouped.whole),
            segments: scored(&grouped.segments),
            periods: scored(&grouped.periods),
            groups: scored(&grouped.both),
        })
    }
}
