//! What a pass over items reads.

use polars::prelude::*;

use super::params::{Csi, CsiParams};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::SurveyResponses;
use crate::frame::columns::{SCORE, WEIGHT};
use crate::frame::survey::CodedQuestion;
use crate::kernel::survey::ItemScale;
use crate::satisfaction::cells::CellSettings;

/// One question of a pass, and where its answers are.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ItemColumn {
    pub(super) coded: CodedQuestion,
    pub(super) name: String,
}

impl ItemColumn {
    /// How the kernel measures the answers.
    pub(super) fn scale(&self) -> ItemScale {
        let scale = self.coded.question.scale();
        // A checked scale has at most 201 levels.
        let n_steps = u8::try_from(scale.n_levels().saturating_sub(1)).unwrap_or(u8::MAX);
        if scale.has_fractions() { ItemScale::Continuous } else { ItemScale::Steps(n_steps) }
    }

    /// The answers as places from 0 to 1, where the scale has fractions.
    pub(super) fn places_name(&self) -> String {
        format!("{}_place", self.name)
    }
}

/// What is read of a survey.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ItemSettings {
    pub(super) cells: CellSettings,
    pub(super) items: Vec<ItemColumn>,
    /// The score that weights are derived from.
    pub(super) target: Option<ItemColumn>,
    pub(super) is_weighted: bool,
}

fn item_name(at: usize) -> String {
    format!("item_{at}")
}

impl ItemSettings {
    /// The columns that a pass reads: coded answers, weights, and what makes segments and periods.
    ///
    /// # Errors
    /// `Param` when the roles do not go with the settings.
    pub(super) fn plan(params: &CsiParams, survey: &SurveyResponses) -> Result<LazyFrame> {
        params.check_items(survey.items(), survey.score().is_some())?;
        let columns = survey.columns();
        let mut exprs = params.cells().plan(survey)?;
        let score = survey.score().filter(|_| params.item_weights.is_derived());
        let named = survey.items().iter().enumerate().map(|(at, item)| (item, item_name(at)));
        for (question, name) in named.chain(score.map(|score| (score, SCORE.to_owned()))) {
            let coded = CodedQuestion { question: question.clone(), out_of_scale: columns.out_of_scale };
            let item = ItemColumn { coded, name };
            if question.scale().has_fractions() {
                exprs.push(item.coded.places(Csi::NAME).alias(item.places_name()));
            }
            exprs.push(item.coded.clone().expr(Csi::NAME).map_err(Error::query(Csi::NAME))?.alias(&item.name));
        }
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
        let column = |name: String| Some(ItemColumn { coded: CodedQuestion::of(schema.get(&name)?)?, name });
        let items: Vec<ItemColumn> = (0..).map_while(|at| column(item_name(at))).collect();
        let target = column(SCORE.to_owned());
        if items.is_empty() || target.is_some() != params.item_weights.is_derived() {
            let reason = "the query has not the coded answers; make it by `plan` of the same settings".to_owned();
            return Err(Error::Unusable { analysis: Csi::NAME, reason });
        }
        Ok(Self { cells: params.cells(), items, target, is_weighted: schema.contains(WEIGHT) })
    }

    /// The items, and then the target.
    pub(super) fn questions(&self) -> impl Iterator<Item = &ItemColumn> {
        self.items.iter().chain(&self.target)
    }

    pub(super) fn scales(&self) -> Vec<ItemScale> {
        self.items.iter().map(ItemColumn::scale).collect()
    }
}
