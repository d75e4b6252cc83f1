//! Changes within people as an analysis.

use polars::prelude::*;

use super::params::{Paired, Repeated};
use super::reading::{PairedReading, PairedSettings, read};
use super::report::{PairedChange, PairedReport};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::SurveyResponses;
use crate::frame::columns::{RESPONDENT, SCORE};
use crate::frame::survey::CodedQuestion;
use crate::kernel::multiplicity::Multiplicity;
use crate::satisfaction::period::PeriodLabel;

impl Analysis for Paired {
    type Input = SurveyResponses;
    type Reduced = PairedReading;
    type Output = PairedReport;
    const NAME: &'static str = "paired";

    /// Coded answers, respondents, and what makes periods.
    fn plan(&self, survey: &SurveyResponses) -> Result<LazyFrame> {
        let refused = |param, expected: &str, got: &str| Err(Error::param(Self::NAME, param, expected, got));
        let columns = survey.columns();
        let Some(respondent) = &columns.respondent else {
            return refused("respondent", "among the roles, as people are compared with themselves", "none");
        };
        if columns.weight.is_some() {
            let expected = "left out of the roles, as people have no one weight for two answers";
            return refused("weight", expected, "a weight");
        }
        let Some(question) = survey.score() else {
            return refused("score", "among the roles, as its answers are counted", "a survey of items alone");
        };
        if question.scale().has_fractions() {
            return refused("scale", "of whole numbers, as each answer is counted", "one with fractions");
        }
        self.0.classes().check_scale(question.scale())?;
        let coded = CodedQuestion { question: question.clone(), out_of_scale: columns.out_of_scale };
        let mut exprs = self.0.cells().plan(survey)?;
        exprs.push(coded.expr(Self::NAME).map_err(Error::query(Self::NAME))?.alias(SCORE));
        exprs.push(col(respondent.as_str()).alias(RESPONDENT));
        Ok(survey.lazy().select(exprs))
    }

    /// Keeps the class of every respondent in every period, in one pass.
    fn reduce(&self, mut plan: LazyFrame) -> Result<PairedReading> {
        let classes = self.0.classes();
        read(PairedSettings::of(self.0.cells(), &mut plan, |score| classes.class_of(score))?, plan)
    }

    fn finish(&self, reading: PairedReading) -> Result<PairedReport> {
        self.0.cells().check_made(&reading.settings().cells, "period or date")?;
        reading.check()?;
        let n_repeated = reading.n_repeated();
        if n_repeated > 0 && self.0.repeated == Repeated::Error {
            let reason = format!(
                "{n_repeated} time(s) a respondent answered more than once in a period; keep one answer of each, by \
                 `cleaning::KeyDuplicates` for example, or ask for `PairedParams::repeated(Repeated::LeaveOut)`"
            );
            return Err(Error::Unusable { analysis: Self::NAME, reason });
        }
        let people = reading.in_order()?;
        let pairs = self.pairs(&people.periods)?;
        let mut changes: Vec<PairedChange> = people.changes(&pairs, self.0.conf_level);
        Multiplicity::Holm.adjust_all(&mut changes, PairedChange::p_value, |change, p| change.p_adjusted = p);
        Ok(PairedReport {
            params: self.0.clone(),
            rows: reading.rows(),
            n_without_respondent: reading.n_without_respondent(),
            n_respondents: reading.n_respondents(),
            n_repeated,
            changes,
        })
    }
}

impl Paired {
    /// The places of the periods to compare.
    fn pairs(&self, periods: &[PeriodLabel]) -> Result<Vec<(usize, usize)>> {
        if self.0.between.is_empty() {
            return Ok((1..periods.len()).map(|to| (to - 1, to)).collect());
        }
        let place = |label: &String| {
            let found = periods.iter().position(|period| period.label == *label);
            found.ok_or_else(|| {
                Error::param(Self::NAME, "between", "labels of periods with responses", format!("`{label}`"))
            })
        };
        self.0.between.iter().map(|(from, to)| Ok((place(from)?, place(to)?))).collect()
    }
}
