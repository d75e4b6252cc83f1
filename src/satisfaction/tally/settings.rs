//! What is counted, and what the query for it reads.

use polars::prelude::*;

use crate::error::{Error, Result};
use crate::frame::SurveyResponses;
use crate::frame::columns::{SCORE, WEIGHT};
use crate::frame::survey::CodedQuestion;
use crate::satisfaction::cells::CellSettings;

/// What is counted of one question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TallySettings {
    pub(crate) cells: CellSettings,
    pub(crate) coded: CodedQuestion,
    /// For each whole answer the class that its weight is summed in, counted from 0.
    pub(crate) class_of: Vec<u8>,
    pub(crate) is_weighted: bool,
}

impl TallySettings {
    /// The columns that a pass reads: coded answers, weights, and what makes segments and periods.
    ///
    /// # Errors
    /// `Param` when a role is missing that the settings ask for, or when the scale has fractions.
    pub(crate) fn plan(cells: &CellSettings, survey: &SurveyResponses) -> Result<LazyFrame> {
        let analysis = cells.analysis;
        let Some(question) = survey.score() else {
            let expected = "among the roles, as its answers are counted";
            return Err(Error::param(analysis, "score", expected, "a survey of items alone"));
        };
        if question.scale().has_fractions() {
            let got = format!("column `{}` with fractions", question.column());
            return Err(Error::param(analysis, "scale", "of whole numbers, as each answer is counted", got));
        }
        let columns = survey.columns();
        let coded = CodedQuestion { question: question.clone(), out_of_scale: columns.out_of_scale };
        let mut exprs = cells.plan(survey)?;
        exprs.push(coded.expr(analysis).map_err(Error::query(analysis))?.alias(SCORE));
        if let Some(weight) = &columns.weight {
            exprs.push(col(weight.as_str()).cast(DataType::Float64).alias(WEIGHT));
        }
        Ok(survey.lazy().select(exprs))
    }

    /// The settings behind a plan; `class_of` tells the class of a score.
    ///
    /// # Errors
    /// `Query` when the schema cannot be had, `Unusable` when the plan is of another analysis.
    pub(crate) fn of(cells: CellSettings, plan: &mut LazyFrame, class_of: impl Fn(i32) -> u8) -> Result<Self> {
        let analysis = cells.analysis;
        let schema = plan.collect_schema().map_err(Error::query(analysis))?;
        let coded = schema.get(SCORE).and_then(CodedQuestion::of).ok_or_else(|| Error::Unusable {
            analysis,
            reason: "the query has no coded answers; make it by `plan`".to_owned(),
        })?;
        let scale = coded.question.scale();
        let class_of = (scale.min()..=scale.max()).map(class_of).collect();
        Ok(Self { cells, coded, class_of, is_weighted: schema.contains(WEIGHT) })
    }

    /// The settings behind a plan, where each score is a class of its own.
    ///
    /// # Errors
    /// As for [`of`](Self::of).
    pub(crate) fn by_score(cells: CellSettings, plan: &mut LazyFrame) -> Result<Self> {
        let mut own = Self::of(cells, plan, |_| 0)?;
        own.class_of = (0..own.coded.n_levels()).map(|level| level as u8).collect();
        Ok(own)
    }

    /// Number of classes.
    pub(crate) fn n_classes(&self) -> usize {
        self.class_of.iter().max().map_or(0, |&class| usize::from(class) + 1)
    }
}
