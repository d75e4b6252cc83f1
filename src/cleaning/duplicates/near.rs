//! Rule: rows that would be equal but for the way their text is written.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::{Flow, Judgement};
use crate::cleaning::engine::repeated::{Repeated, repeated};
use crate::cleaning::engine::step::{Step, Table, check_distinct};
use crate::cleaning::learned::Learned;
use crate::cleaning::reading::text::in_form;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::frame::columns::SOURCE_ROW;
use crate::text::{Case, Normalise};

/// Counts rows that differ from an earlier one in the writing of their text only; takes none.
///
/// Two rows are near when the named columns agree once full-width forms, case, outer and
/// inner blanks are folded (NFKC, lower case), but not as they stand. They are counted as
/// spared: whether they are one thing is for a person to say, or for a
/// [`Text`](crate::cleaning::Text) rule followed by a rule that takes duplicates. A column with the
/// `source_row` of the first such row can be added. Rows with a null among these columns are
/// near to none and counted as not judged.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, NearDuplicates};
/// use customer_analytics::polars::prelude::*;
///
/// let customers = df!("name" => ["Anna Ek", "anna  ek", "Bo"], "city" => ["Umeå", "UMEÅ", "Umeå"])?;
/// let rule = NearDuplicates::new(["name", "city"]).first_row_column("near");
/// let (clean, _, report) = CleaningParams::new().rule(rule).run(customers)?.into_parts();
/// assert_eq!(report.rules[0].n_rows_spared, 1);
/// assert_eq!(clean.column("near")?.u32()?.get(1), Some(0));
/// # Ok::<(), PolarsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct NearDuplicates {
    columns: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_row_column: Option<String>,
}

impl NearDuplicates {
    /// Compares these columns.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), first_row_column: None }
    }

    /// Adds a column with the `source_row` of the first row that a row is near to.
    pub fn first_row_column(mut self, name: impl Into<String>) -> Self {
        self.first_row_column = Some(name.into());
        self
    }
}

impl Step for NearDuplicates {
    fn name(&self) -> &'static str {
        "near_duplicates"
    }

    fn check(&self) -> Result<()> {
        if self.columns.is_empty() {
            return Err(Error::param(CLEANING, "near_duplicates.columns", "at least one column", "none"));
        }
        check_distinct("near_duplicates.columns", &self.columns)
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let missing = self.columns.iter().filter_map(|column| table.missing_column(column));
        missing.chain(self.first_row_column.as_ref().and_then(|name| table.taken_name(name))).collect()
    }

    fn compares_rows(&self) -> bool {
        true
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let form = Normalise::nothing().nfkc(true).trim(true).inner_blanks(true).case(Case::Lower);
        let written: Vec<Expr> = self.columns.iter().map(|column| flow.text(column)).collect();
        let folded: Vec<Expr> = written.iter().map(|text| in_form(text.clone(), form, false)).collect();
        let is_complete = written.iter().cloned().map(Expr::is_not_null).reduce(Expr::and);
        let found = repeated(flow, &folded, is_complete.clone())?;
        let cells = if found.rows.is_empty() { vec![] } else { flow.read_at(&found.rows, found.n_rows, written)? };
        let first = first_rows(&found, &cells).map_err(Error::query(CLEANING))?;
        let first = flow.attach("near", first);
        flow.judge(Judgement {
            spare: Some(col(first.as_str()).is_not_null()),
            unjudged: is_complete.map(Expr::not),
            ..Judgement::default()
        });
        if let Some(name) = &self.first_row_column {
            flow.add(name, col(first), IDX_DTYPE);
        }
        Ok(())
    }
}

/// For each row that is near to an earlier one, the first row of its group.
fn first_rows(found: &Repeated, cells: &[Column]) -> PolarsResult<Column> {
    let cells: Vec<&StringChunked> = cells.iter().map(Column::str).collect::<PolarsResult<_>>()?;
    let is_written_alike = |a: usize, b: usize| cells.iter().all(|cell| cell.get(a) == cell.get(b));
    let mut first: Vec<Option<IdxSize>> = vec![None; found.n_rows];
    for members in found.by_group() {
        for &member in members[1..].iter().filter(|&&member| !is_written_alike(members[0], member)) {
            first[found.rows[member] as usize] = Some(found.rows[members[0]]);
        }
    }
    Ok(IdxCa::from_iter_options(SOURCE_ROW.into(), first.into_iter()).into_column())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::CleaningParams;

    #[test]
    fn copies_are_not_near_and_nobody_is_near_to_null() {
        let frame = df!(
            "名" => [Some("ＡＢＣ"), Some("ＡＢＣ"), Some(" abc"), None, None, Some("x")],
            "n" => [1_i64, 1, 1, 1, 1, 1],
        );
        let rule = NearDuplicates::new(["名", "n"]);
        let cleaned = CleaningParams::new().rule(rule).run(frame.unwrap()).unwrap();
        let report = &cleaned.report().rules[0];
        assert_eq!((report.n_rows_taken, report.n_rows_spared, report.n_rows_unjudged), (0, 1, 2));
    }
}
