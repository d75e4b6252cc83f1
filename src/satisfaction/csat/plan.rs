//! Satisfaction scores as an analysis.

use polars::prelude::LazyFrame;
use rayon::prelude::*;

use super::group::{CsatGroup, Scoring};
use super::params::Csat;
use super::report::CsatReport;
use crate::analysis::Analysis;
use crate::error::Result;
use crate::frame::SurveyResponses;
use crate::satisfaction::groups::{GroupCells, Grouped};
use crate::satisfaction::tally::{SurveyReading, TallySettings, read};

impl Analysis for Csat {
    type Input = SurveyResponses;
    type Reduced = SurveyReading;
    type Output = CsatReport;
    const NAME: &'static str = "csat";

    /// Coded answers, weights, and what makes segments and periods.
    fn plan(&self, survey: &SurveyResponses) -> Result<LazyFrame> {
        if let Some(question) = survey.score() {
            self.0.check_scale(question.scale())?;
        }
        TallySettings::plan(&self.0.cells(), survey)
    }

    /// Counts the answers of every segment in every period, in one pass.
    fn reduce(&self, mut plan: LazyFrame) -> Result<SurveyReading> {
        read(TallySettings::by_score(self.0.cells(), &mut plan)?, plan)
    }

    fn finish(&self, reading: SurveyReading) -> Result<CsatReport> {
        self.0.cells().check_made(&reading.settings.cells, "segments, period or date")?;
        reading.check()?;
        let scale = reading.settings.coded.question.scale();
        self.0.check_scale(scale)?;
        let grouped = Grouped::of(&reading.in_order()?, &self.0.cells());
        let scoring = Scoring::new(&self.0, scale)?;
        let score = |group: &GroupCells| scoring.group(&group.key, reading.tally(&group.cells));
        let scored = |groups: &[GroupCells]| groups.par_iter().map(score).collect::<Vec<CsatGroup>>();
        Ok(CsatReport {
            params: self.0.clone(),
            scale,
            rows: reading.rows(),
            is_weighted: reading.settings.is_weighted,
            overall: score(&grouped.whole),
            segments: scored(&grouped.segments),
            periods: scored(&grouped.periods),
            groups: scored(&grouped.both),
        })
    }
}
