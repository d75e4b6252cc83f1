//! Narrow passes: what a rule finds by looking at many rows at once.
//!
//! A rule that compares rows or learns from them reads its own columns and nothing else.
//! The state of all rows comes along and is held from then on, so that a later pass does
//! not work it out again. What was found is a column with a value per row, looked up by
//! `source_row` in batches of the wide frame; that frame is never held as a whole.
//!
//! So a frame is read once for the result and once more, in part, for each such rule. It
//! has to come in the same order each time: a plan that does not promise that is collected
//! first.

use polars::prelude::*;

use crate::analysis::collect_streamed;
use crate::cleaning::engine::flow::Flow;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::frame::columns::SOURCE_ROW;

impl Flow {
    /// Computes a column from whole columns and returns its name.
    pub(crate) fn compare(
        &mut self,
        what: &str,
        inputs: Vec<Expr>,
        function: impl FnOnce(&mut [Column]) -> PolarsResult<Column>,
    ) -> Result<String> {
        let mut columns = self.read(inputs)?;
        let found = function(&mut columns).map_err(Error::query(CLEANING))?;
        Ok(self.attach(what, found))
    }

    /// Reads whole columns, of all rows, and holds the state of the rows from then on.
    pub(crate) fn read(&mut self, inputs: Vec<Expr>) -> Result<Vec<Column>> {
        let mut exprs = numbered(inputs);
        exprs.push(col(self.state.as_str()));
        let read = collect_streamed(CLEANING, self.frame.clone().select(exprs))?;
        let mut columns = read.into_columns();
        if let Some(state) = columns.pop() {
            self.hold_state(state);
        }
        Ok(columns)
    }

    /// Reads columns of the rows that are in.
    pub(crate) fn read_rows_in(&mut self, inputs: Vec<Expr>) -> Result<Vec<Column>> {
        let inputs = [self.is_in()].into_iter().chain(inputs).collect();
        let mut columns = self.read(inputs)?;
        let is_in = columns.remove(0);
        let mask = is_in.bool().map_err(Error::query(CLEANING))?;
        if mask.all() {
            return Ok(columns);
        }
        columns.iter().map(|column| column.filter(mask).map_err(Error::query(CLEANING))).collect()
    }

    /// Reads columns of these source rows only; rows ascend.
    pub(crate) fn read_at(&mut self, rows: &[IdxSize], n_rows: usize, inputs: Vec<Expr>) -> Result<Vec<Column>> {
        let mut wanted = vec![false; n_rows];
        rows.iter().for_each(|&row| wanted[row as usize] = true);
        let wanted = BooleanChunked::from_iter_values("wanted".into(), wanted.into_iter()).into_column();
        let inputs = numbered(inputs);
        let read = collect_streamed(CLEANING, self.frame.clone().filter(lookup(wanted)).select(inputs))?;
        Ok(read.into_columns())
    }

    /// Adds a column that holds a value per source row and returns its name.
    pub(crate) fn attach(&mut self, what: &str, values: Column) -> String {
        let lookup = lookup(values);
        self.derive(what, lookup)
    }

    /// Takes the state out of memory from now on.
    fn hold_state(&mut self, state: Column) {
        let lookup = lookup(state).alias(self.state.as_str());
        self.frame = std::mem::take(&mut self.frame).with_column(lookup);
    }
}

/// Columns under names of their own: two of them could be of one column.
pub(crate) fn numbered(inputs: Vec<Expr>) -> Vec<Expr> {
    inputs.into_iter().enumerate().map(|(place, input)| input.alias(place.to_string())).collect()
}

/// The value of each source row.
fn lookup(values: Column) -> Expr {
    let dtype = values.dtype().clone();
    let values = values.rechunk();
    let of_type = move |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), dtype.clone()));
    col(SOURCE_ROW).map(move |rows| at(&values, rows.idx()?), of_type)
}

/// The values at some rows; rows that follow each other share the memory of the values.
fn at(values: &Column, rows: &IdxCa) -> PolarsResult<Column> {
    let name = rows.name().clone();
    // polars panics when asked for the first of none.
    let ends = if rows.is_empty() { None } else { rows.first().zip(rows.last()) };
    let taken = match ends {
        Some((first, last)) if (last as usize + 1).checked_sub(first as usize) == Some(rows.len()) && ascends(rows) => {
            values.slice(first.into(), rows.len())
        }
        _ => values.take(rows)?,
    };
    Ok(taken.with_name(name))
}

/// Whether each row follows the one before.
fn ascends(rows: &IdxCa) -> bool {
    let mut previous: Option<IdxSize> = None;
    rows.iter().all(|row| {
        let follows = previous.is_none_or(|previous| row == Some(previous + 1));
        previous = row;
        follows
    })
}

/// Whether running the plan again gives the same rows in the same order.
///
/// Scans do, and so do filters and columns computed row by row on top of them. What joins,
/// sorts or groups promises less.
pub(crate) fn reads_alike(plan: &DslPlan) -> bool {
    match plan {
        DslPlan::Scan { .. } | DslPlan::DataFrameScan { .. } => true,
        DslPlan::Filter { input, predicate } => works_by_row(predicate) && reads_alike(input),
        DslPlan::Select { input, expr: exprs, .. } | DslPlan::HStack { input, exprs, .. } => {
            exprs.iter().all(works_by_row) && reads_alike(input)
        }
        DslPlan::IR { dsl, .. } => reads_alike(dsl),
        DslPlan::Union { inputs, args } => args.maintain_order && inputs.iter().all(reads_alike),
        _ => false,
    }
}

/// Whether an expression looks at one row at a time. Others may give rows in another order
/// each time, such as the unique values of a column.
fn works_by_row(expr: &Expr) -> bool {
    expr.into_iter().all(|part| match part {
        Expr::Column(_) | Expr::Selector(_) | Expr::Literal(_) | Expr::Field(_) => true,
        Expr::Alias(..) | Expr::KeepName(_) | Expr::RenameAlias { .. } => true,
        Expr::BinaryExpr { .. } | Expr::Cast { .. } | Expr::Ternary { .. } => true,
        Expr::AnonymousFunction { options, .. } => options.is_elementwise(),
        Expr::Function { function, .. } => matches!(
            function,
            FunctionExpr::Boolean(_)
                | FunctionExpr::StringExpr(_)
                | FunctionExpr::TemporalExpr(_)
                | FunctionExpr::StructExpr(_)
                | FunctionExpr::Categorical(_)
                | FunctionExpr::Pow(_)
                | FunctionExpr::Negate
                | FunctionExpr::FillNull
        ),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plans_that_work_row_by_row_read_alike() {
        let frame = || df!("x" => [1, 2, 2], "t" => ["a", "b", "c"]).unwrap().lazy();
        let alike = |frame: LazyFrame| reads_alike(&frame.logical_plan);
        let is_long = col("t").str().len_chars().gt(lit(0));
        assert!(alike(frame().with_column((col("x").cast(DataType::Float64) + lit(1)).alias("y")).filter(is_long)));
        assert!(!alike(frame().select([col("x").unique()])), "unique values come in any order");
        assert!(!alike(frame().with_column(col("x").sum().over([col("t")]).unwrap())));
        assert!(!alike(frame().filter(col("x").gt(col("x").mean()))));
    }
}
