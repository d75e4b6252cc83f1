//! The plan while rules are added to it: one wide frame in which rows are flagged.
//!
//! Beside the raw columns the frame has `source_row`, the code of the reason for which a
//! row was taken (null while it is in), the mended form of columns, and one Boolean per
//! thing that is counted. Helpers have names that no raw column starts with.
//!
//! Every column of the wide frame is a function of its own row, so that the frame streams.
//! What a rule finds by looking at many rows is read in a narrow pass of its own and comes
//! back as a column looked up by `source_row`; see [`narrow`](crate::cleaning::engine::narrow).

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::cleaning::engine::legend::{CellEvent, Counted, Legend, Limit, Reason, Tally};
use crate::cleaning::engine::step::Table;
use crate::cleaning::input::Tables;
use crate::frame::TransactionColumns;
use crate::frame::columns::SOURCE_ROW;

/// A condition that takes a row.
pub(crate) struct Take {
    condition: Expr,
    reason: String,
    shape_of: Option<String>,
}

impl Take {
    /// Takes rows for which the condition holds; null counts as false.
    pub(crate) fn new(condition: Expr, reason: impl Into<String>) -> Self {
        Self { condition, reason: reason.into(), shape_of: None }
    }

    /// Has the report tell the form of this column's cells, as they came to the rule.
    pub(crate) fn with_shape_of(mut self, column: impl Into<String>) -> Self {
        self.shape_of = Some(column.into());
        self
    }
}

/// What a rule decides; conditions that are null count as false.
#[derive(Default)]
pub(crate) struct Judgement {
    /// What takes a row; the first that holds is noted.
    pub(crate) take: Vec<Take>,
    /// Rows to count as recognised but left in.
    pub(crate) spare: Option<Expr>,
    /// Rows to count as not judged.
    pub(crate) unjudged: Option<Expr>,
}

/// What a rule has decided: codes of reasons, with what they mean.
pub(crate) struct Decision {
    /// The code of the reason for which a row is taken; null where it is left in.
    pub(crate) verdict: Expr,
    /// Reasons in the order of their codes, each with the raw column that shows its form.
    pub(crate) reasons: Vec<(String, Option<String>)>,
    pub(crate) spare: Option<Expr>,
    pub(crate) unjudged: Option<Expr>,
}

/// What happened to cells while a column was mended.
pub(crate) struct Event {
    what: &'static str,
    condition: Expr,
    is_change: bool,
    with_shape: bool,
}

impl Event {
    /// Cells that hold another value afterwards.
    pub(crate) fn change(what: &'static str, condition: Expr) -> Self {
        Self { what, condition, is_change: true, with_shape: false }
    }

    /// Cells of which something is to be known, though no value was replaced by another.
    pub(crate) fn note(what: &'static str, condition: Expr) -> Self {
        Self { what, condition, is_change: false, with_shape: false }
    }

    /// Has the report tell the form of the cells as they came to the rule.
    pub(crate) fn with_shape(mut self) -> Self {
        self.with_shape = true;
        self
    }
}

/// What can be done about a limit that was passed.
pub(crate) const FAIL_ABOVE: &str = "look at the rows, or raise its `fail_above`";

/// The plan so far.
pub(crate) struct Flow {
    pub(crate) frame: LazyFrame,
    pub(crate) legend: Legend,
    /// Helper columns with the source row of a partner, one per matching rule.
    pub(crate) partners: Vec<String>,
    /// Text columns with every reason of a row, where a rule knows more than one.
    pub(crate) all_reasons: Vec<String>,
    pub(crate) raw: Vec<String>,
    /// Columns that rules added, in order.
    pub(crate) added: Vec<String>,
    /// New names of columns in what is left.
    pub(crate) renamed: BTreeMap<String, String>,
    /// The column with the code of the reason.
    pub(crate) state: String,
    /// Other tables that rules look things up in.
    pub(crate) tables: Tables,
    schema: Schema,
    roles: Option<TransactionColumns>,
    current: BTreeMap<String, String>,
    prefix: String,
    n_helpers: usize,
}

impl Flow {
    /// Starts with every row in.
    pub(crate) fn new(frame: LazyFrame, schema: &Schema, roles: Option<&TransactionColumns>, tables: Tables) -> Self {
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
            all_reasons: vec![],
            raw: schema.iter_names().map(PlSmallStr::to_string).collect(),
            added: vec![],
            renamed: BTreeMap::new(),
            state,
            tables,
            schema: schema.clone(),
            roles: roles.cloned(),
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

    /// The column that holds the raw column as mended so far.
    pub(crate) fn current<'a>(&'a self, raw: &'a str) -> &'a str {
        self.current.get(raw).map_or(raw, String::as_str)
    }

    /// A column as mended so far.
    pub(crate) fn value(&self, raw: &str) -> Expr {
        col(self.current(raw))
    }

    /// The type of a column as mended so far.
    pub(crate) fn dtype(&self, raw: &str) -> Option<&DataType> {
        self.schema.get(self.current(raw))
    }

    /// A column as text, as mended so far; null stays null.
    pub(crate) fn text(&self, raw: &str) -> Expr {
        let column = self.value(raw);
        if self.dtype(raw) == Some(&DataType::String) { column } else { column.cast(DataType::String) }
    }

    /// Every column by its own name, with its type as mended so far.
    pub(crate) fn schema(&self) -> Schema {
        let names = self.raw.iter().chain(&self.added);
        names.filter_map(|name| Some(Field::new(name.as_str().into(), self.dtype(name)?.clone()))).collect()
    }

    /// What a rule has to check itself against.
    pub(crate) fn table<'a>(&'a self, schema: &'a Schema) -> Table<'a> {
        Table { schema, roles: self.roles.as_ref(), tables: &self.tables }
    }

    /// The roles under the names of the mended columns, and the types of those.
    ///
    /// Without roles, which only a rule that was refused can ask for, columns of no name.
    pub(crate) fn columns(&self) -> (TransactionColumns, &Schema) {
        let mut columns = self.roles();
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
        // A time that a rule has read is text no longer.
        if self.schema.get(&columns.time).is_some_and(|dtype| *dtype != DataType::String) {
            columns.time_format = None;
        }
        (columns, &self.schema)
    }

    /// Whether the table is one of transactions.
    pub(crate) fn has_roles(&self) -> bool {
        self.roles.is_some()
    }

    /// The roles under their raw names.
    pub(crate) fn roles(&self) -> TransactionColumns {
        self.roles.clone().unwrap_or_else(|| TransactionColumns::new("", ""))
    }

    /// Adds a helper column and returns its name.
    pub(crate) fn derive(&mut self, what: &str, expr: Expr) -> String {
        let name = self.helper(what);
        self.frame = std::mem::take(&mut self.frame).with_column(expr.alias(name.as_str()));
        name
    }

    /// Puts other text in the place of a column, and counts the cells that differ.
    pub(crate) fn mend_text(&mut self, raw: &str, mended: Expr) {
        // A column of its own first: used twice, it would be worked out twice.
        let mended = col(self.derive("text", mended));
        let changed = self.text(raw).neq_missing(mended.clone());
        self.mend(raw, mended, DataType::String, vec![Event::change("changed", changed)]);
    }

    /// Puts other values in the place of a column, and counts what happened to its cells.
    /// The conditions of the events see the column as it was.
    pub(crate) fn mend(&mut self, raw: &str, mended: Expr, dtype: DataType, events: Vec<Event>) {
        let mut exprs = self.tallies(raw, events);
        let name = self.helper("mended");
        exprs.push(mended.alias(name.as_str()));
        self.frame = std::mem::take(&mut self.frame).with_columns(exprs);
        self.schema.insert(name.as_str().into(), dtype);
        self.current.insert(raw.to_owned(), name);
    }

    /// Counts what there is to know about the cells of a column that stays as it is.
    pub(crate) fn count(&mut self, raw: &str, events: Vec<Event>) {
        let tallies = self.tallies(raw, events);
        self.frame = std::mem::take(&mut self.frame).with_columns(tallies);
    }

    fn tallies(&mut self, raw: &str, events: Vec<Event>) -> Vec<Expr> {
        let before = self.current(raw).to_owned();
        let mut tallies = vec![];
        for event in events {
            let happened =
                CellEvent { column: raw.to_owned(), what: event.what.to_owned(), is_change: event.is_change };
            let shape_of = event.with_shape.then(|| before.clone());
            tallies.push(self.tally(Counted::Cells(happened), event.condition, shape_of));
        }
        tallies
    }

    /// Adds a column to what is left; the name is known to be free.
    pub(crate) fn add(&mut self, name: &str, expr: Expr, dtype: DataType) {
        let helper = self.derive("added", expr);
        self.schema.insert(helper.as_str().into(), dtype);
        self.current.insert(name.to_owned(), helper);
        self.added.push(name.to_owned());
    }

    /// Carries out what the current rule decides about the rows that are in.
    pub(crate) fn judge(&mut self, judgement: Judgement) {
        let mut verdict = lit(NULL).cast(DataType::UInt32);
        let first = self.legend.reasons.len();
        for (place, take) in judgement.take.iter().enumerate().rev() {
            verdict = when(take.condition.clone()).then(lit((first + place) as u32)).otherwise(verdict);
        }
        self.decide(Decision {
            verdict,
            reasons: judgement.take.into_iter().map(|take| (take.reason, take.shape_of)).collect(),
            spare: judgement.spare,
            unjudged: judgement.unjudged,
        });
    }

    /// Takes the rows that are in and have a verdict, and counts what was decided of others.
    pub(crate) fn decide(&mut self, decision: Decision) {
        let Decision { verdict, reasons, spare, unjudged } = decision;
        let left_in = verdict.clone().is_null();
        let state = when(self.is_in()).then(verdict).otherwise(col(self.state.as_str())).alias(self.state.as_str());
        let mut exprs = vec![state];
        let counted = [(Counted::Spared, spare), (Counted::Unjudged, unjudged)];
        for (counted, condition) in counted {
            if let Some(condition) = condition {
                exprs.push(self.tally(counted, condition.and(left_in.clone()), None));
            }
        }
        let rule = self.rule();
        for (text, shape_of) in reasons {
            let shape_of = shape_of.map(|column| self.current(&column).to_owned());
            self.legend.reasons.push(Reason { rule, text, shape_of });
        }
        self.frame = std::mem::take(&mut self.frame).with_columns(exprs);
    }

    /// Stops the job when the current rule takes or spares more than this share of its rows.
    pub(crate) fn limit(&mut self, most: f64) {
        let rule = self.rule();
        self.legend.limits.push(Limit { rule, check: None, most, remedy: FAIL_ABOVE });
    }

    /// Stops the job when the current rule takes a row at all; the remedy is told.
    pub(crate) fn allow_none(&mut self, remedy: &'static str) {
        let rule = self.rule();
        self.legend.limits.push(Limit { rule, check: None, most: 0.0, remedy });
    }

    /// A Boolean that the report will sum: the condition, on rows that are in.
    fn tally(&mut self, counted: Counted, condition: Expr, shape_of: Option<String>) -> Expr {
        let column = self.helper("tally");
        let tally = condition.and(self.is_in()).fill_null(lit(false)).alias(column.as_str());
        self.legend.tallies.push(Tally { rule: self.rule(), counted, column, shape_of });
        tally
    }

    /// Place of the current rule.
    pub(crate) fn rule(&self) -> usize {
        self.legend.rules.len().saturating_sub(1)
    }

    pub(crate) fn helper(&mut self, what: &str) -> String {
        self.n_helpers += 1;
        format!("{}{what}_{}", self.prefix, self.n_helpers)
    }
}
