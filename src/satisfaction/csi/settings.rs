//! What a pass over items reads.

use polars::prelude::*;

use super::params::{Csi, CsiParams};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::SurveyResponses;
use crate::frame::columns::{SCORE, WEIGHT};
use crate::frame::survey::{CodedQuestion, carried, questions_of};
use crate::kernel::survey::{ItemScale, MOST_STEPS};
use crate::satisfaction::cells::CellSettings;

/// The column whose type tells the questions.
const QUESTIONS: &str = "questions";

/// What is read of a survey.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ItemSettings {
    pub(super) cells: CellSettings,
    pub(super) items: Vec<CodedQuestion>,
    /// The score that weights are derived from.
    pub(super) target: Option<CodedQuestion>,
    pub(super) is_weighted: bool,
}

/// The name of the column of an item, by its place among them.
fn item_name(at: usize) -> String {
    format!("item_{at}")
}

/// How the kernel measures the answers to a question.
pub(super) fn item_scale(coded: &CodedQuestion) -> ItemScale {
    let scale = coded.question.scale();
    let n_steps = u8::try_from(scale.n_levels().saturating_sub(1)).ok().filter(|&n_steps| n_steps <= MOST_STEPS);
    n_steps.filter(|_| !scale.has_fractions()).map_or(ItemScale::Continuous, ItemScale::Steps)
}

impl ItemSettings {
    /// The columns that a pass reads: answers, weights, and what makes segments and periods.
    ///
    /// # Errors
    /// `Param` when the roles do not go with the settings.
    pub(super) fn plan(params: &CsiParams, survey: &SurveyResponses) -> Result<LazyFrame> {
        params.check_items(survey.items(), survey.score().is_some())?;
        let columns = survey.columns();
        let mut exprs = params.cells().plan(survey)?;
        let score = survey.score().filter(|_| params.item_weights.is_derived());
        let mut questions = Vec::new();
        let named = survey.items().iter().enumerate().map(|(at, item)| (item, item_name(at)));
        for (question, name) in named.chain(score.map(|score| (score, SCORE.to_owned()))) {
            exprs.push(col(question.column()).alias(name));
            questions.push(CodedQuestion { question: question.clone(), out_of_scale: columns.out_of_scale });
        }
        exprs.push(carried(&questions).map_err(Error::query(Csi::NAME))?.alias(QUESTIONS));
        if let Some(weight) = &columns.weight {
            exprs.push(col(weight.as_str()).cast(DataType::Float64).alias(WEIGHT));
        }
        Ok(survey.lazy().select(exprs))
    }

    /// The settings behind a plan.
    ///
    /// # Errors
    /// `Query` when the schema cannot be had, `Unusable` when the plan is of another analysis.
    pub(super) fn of(params: &CsiParams, plan: &mut LazyFrame) -> Result<Self> {
        let schema = plan.collect_schema().map_err(Error::query(Csi::NAME))?;
        let mut items = schema.get(QUESTIONS).and_then(questions_of).unwrap_or_default();
        let has_score = schema.contains(SCORE);
        let target = if has_score { items.pop() } else { None };
        if items.is_empty() || has_score != params.item_weights.is_derived() {
            let reason = "the query does not tell its questions; make it by `plan` of the same settings".to_owned();
            return Err(Error::Unusable { analysis: Csi::NAME, reason });
        }
        Ok(Self { cells: params.cells(), items, target, is_weighted: schema.contains(WEIGHT) })
    }

    /// The items, and then the target.
    pub(super) fn questions(&self) -> impl Iterator<Item = &CodedQuestion> {
        self.items.iter().chain(&self.target)
    }

    /// The columns of these.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let score = self.target.iter().map(|_| SCORE.to_owned());
        (0..self.items.len()).map(item_name).chain(score)
    }
}
