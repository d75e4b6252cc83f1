//! The plan while rules are added to it: one wide frame in which rows are flagged.
//!
//! Beside the raw columns the frame has `source_row`, the code of the reason for which a
//! row was taken (null while it is in), the mended text of columns, and one Boolean per
//! thing that is counted. Helpers have names that no raw column starts with.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::frame::TransactionColumns;
use crate::frame::columns::SOURCE_ROW;

/// Why a row was taken.
#[derive(Clone, Debug)]
pub(crate) struct Reason {
    /// Place of the rule, from 0.
    pub(crate) rule: usize,
    pub(crate) text: String,
}

/// What a Boolean helper column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Rows that the rule recognised and left in, as it was told.
    Spared,
    /// Rows that lack what the rule judges by.
    Unjudged,
    /// Changed cells of one column.
    Cells,
}

/// A Boolean helper column.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    pub(crate) rule: usize,
    pub(crate) counted: Counted,
    pub(crate) column: String,
}

/// What the helper columns mean.
#[derive(Clone, Debug, Default)]
pub(crate) struct Legend {
    pub(crate) rules: Vec<&'static str>,
    /// Indexed by the code in the state column.
    pub(crate) reasons: Vec<Reason>,
    pub(crate) tallies: Vec<Tally>,
}

/// What a rule decides; conditions that are null count as false.
#[derive(Default)]
pub(crate) struct Judgement {
    /// Conditions that take a row, with their reasons; the first that holds is noted.
    pub(crate) take: Vec<(Expr, String)>,
    /// Rows to count as recognised but left in.
    pub(crate) spare: Option<Expr>,
    /// Rows to count as not judged.
    pub(crate) unjudged: Option<Expr>,
}

/// The plan so far.
pub(crate) struct Flow {
    pub(crate) frame: LazyFrame,
    pub(crate) legend: Legend,
    /// Helper columns with the source row of a partner, one per matching rule.
    pub(crate) partners: Vec<String>,
    pub(crate) raw: Vec<String>,
    /// The column with the code of the reason.
    pub(crate) state: String,
    schema: Schema,
    columns: TransactionColumns,
    current: BTreeMap<String, String>,
    prefix: String,
    n_helpers: usize,
}

impl Flow {
    /// Starts with every row in.
    pub(crate) fn new(frame: LazyFrame, schema: &Schema, columns: &TransactionColumns) -> Self {
        let mut prefix = "cleaning:".to_owned();
        while schema.iter_names().any(|name| name.starts_with(&prefix)) {
            prefix.push(':');
        }
        let state = format!("{prefix}state");
        let untaken = lit(NULL).cast(DataType::UInt32).alias(state.as_str());
        Self {
            frame: frame.with_row_index(SOURCE_ROW, None).with_column(untaken),
            legend: Legend::default(),
            partners: vec![],
            raw: schema.iter_names().map(PlSmallStr::to_string).collect(),
            state,
            schema: schema.clone(),
            columns: columns.clone(),
            current: BTreeMap::new(),
            prefix,
            n_helpers: 0,
        }
    }

    /// Begins the next rule.
    pub(crate) fn begin(&mut self, rule: &'static str) {
        self.legend.rules.push(rule);
    }

    /// Whether no rule has taken the row yet.
    pub(crate) fn is_in(&self) -> Expr {
        col(self.state.as_str()).is_null()
    }

    /// The column that holds the raw column's text as mended so far.
    pub(crate) fn current<'a>(&'a self, raw: &'a str) -> &'a str {
        self.current.get(raw).map_or(raw, String::as_str)
    }

    /// The type of a raw column as mended so far.
    pub(crate) fn dtype(&self, raw: &str) -> Option<&DataType> {
        self.schema.get(self.current(raw))
    }

    /// A raw column as text, as mended so far; null stays null.
    pub(crate) fn text(&self, raw: &str) -> Expr {
        let column = col(self.current(raw));
        if self.dtype(raw) == Some(&DataType::String) { column } else { column.cast(DataType::String) }
    }

    /// The roles under the names of the mended columns, and the types of those.
    pub(crate) fn columns(&self) -> (TransactionColumns, &Schema) {
        let mut columns = self.columns.clone();
        let optional = [
            &mut columns.amount,
            &mut columns.quantity,
            &mut columns.unit_price,
            &mut columns.order,
            &mut columns.product,
            &mut columns.channel,
            &mut columns.currency,
        ];
        let required = [&mut columns.customer, &mut columns.time];
        for column in optional.into_iter().flatten().chain(required) {
            *column = self.current(column).to_owned();
        }
        (columns, &self.schema)
    }

    /// The roles under their raw names.
    pub(crate) fn roles(&self) -> &TransactionColumns {
        &self.columns
    }

    /// Adds a helper column and returns its name.
    pub(crate) fn derive(&mut self, what: &str, expr: Expr) -> String {
        let name = self.helper(what);
        self.frame = std::mem::take(&mut self.frame).with_column(expr.alias(name.as_str()));
        name
    }

    /// Puts mended text in the place of a column, and counts the cells that differ.
    pub(crate) fn mend(&mut self, raw: &str, mended: Expr) {
        let changed = self.text(raw).neq(mended.clone());
        let changed = self.tally(Counted::Cells, changed);
        let name = self.helper("text");
        self.frame = std::mem::take(&mut self.frame).with_columns([changed, mended.alias(name.as_str())]);
        self.schema.insert(name.as_str().into(), DataType::String);
        self.current.insert(raw.to_owned(), name);
    }

    /// Carries out what the current rule decides about the rows that are in.
    pub(crate) fn judge(&mut self, judgement: Judgement) {
        let mut verdict = lit(NULL).cast(DataType::UInt32);
        let first = self.legend.reasons.len();
        for (place, (condition, _)) in judgement.take.iter().enumerate().rev() {
            verdict = when(condition.clone()).then(lit((first + place) as u32)).otherwise(verdict);
        }
        let left_in = verdict.clone().is_null();
        let state = when(self.is_in()).then(verdict).otherwise(col(self.state.as_str())).alias(self.state.as_str());
        let mut exprs = vec![state];
        let counted = [(Counted::Spared, judgement.spare), (Counted::Unjudged, judgement.unjudged)];
        for (counted, condition) in counted {
            if let Some(condition) = condition {
                exprs.push(self.tally(counted, condition.and(left_in.clone())));
            }
        }
        let rule = self.rule();
        self.legend.reasons.extend(judgement.take.into_iter().map(|(_, text)| Reason { rule, text }));
        self.frame = std::mem::take(&mut self.frame).with_columns(exprs);
    }

    /// A Boolean that the report will sum: the condition, on rows that are in.
    fn tally(&mut self, counted: Counted, condition: Expr) -> Expr {
        let column = self.helper("tally");
        let tally = condition.and(self.is_in()).fill_null(lit(false)).alias(column.as_str());
        self.legend.tallies.push(Tally { rule: self.rule(), counted, column });
        tally
    }

    /// Place of the current rule.
    fn rule(&self) -> usize {
        self.legend.rules.len().saturating_sub(1)
    }

    fn helper(&mut self, what: &str) -> String {
        self.n_helpers += 1;
        format!("{}{what}_{}", self.prefix, self.n_helpers)
    }
}
