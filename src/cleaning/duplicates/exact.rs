//! Rule: rows that repeat an earlier one.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::{Flow, Judgement, Take};
use crate::cleaning::engine::repeated::repeated;
use crate::cleaning::engine::step::{Step, Table, check_distinct};
use crate::cleaning::learned::Learned;
use crate::error::Result;

/// Takes rows that repeat an earlier one in every column, or in the columns named.
///
/// The first in source order stays. Cells are equal as stored: null equals null, NaN
/// equals NaN, `0.0` equals `-0.0`, and `A` differs from `a ` unless a [`Text`](crate::cleaning::Text)
/// rule came before.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, ExactDuplicates};
/// use customer_analytics::prelude::*;
///
/// let sales = df!("id" => [1_i64, 2, 1], "day" => ["2026-01-01"; 3], "paid" => [5.0, 5.0, 5.0])?;
/// let columns = TransactionColumns::new("id", "day").amount("paid").time_format("%Y-%m-%d");
/// let cleaned = CleaningParams::new().rule(ExactDuplicates::new()).roles(&columns).run(sales.lazy())?;
/// assert_eq!(cleaned.quarantine().column("source_row")?.u32()?.get(0), Some(2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct ExactDuplicates {
    #[serde(default)]
    columns: Vec<String>,
}

impl ExactDuplicates {
    /// Compares every column.
    pub fn new() -> Self {
        Self::default()
    }

    /// Compares these columns only, by their raw names.
    pub fn columns<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.columns = columns.into_iter().map(Into::into).collect();
        self
    }
}

impl Step for ExactDuplicates {
    fn name(&self) -> &'static str {
        "exact_duplicates"
    }

    fn check(&self) -> Result<()> {
        check_distinct("exact_duplicates.columns", &self.columns)
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        self.columns.iter().filter_map(|column| table.missing_column(column)).collect()
    }

    fn compares_rows(&self) -> bool {
        true
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let compared = if self.columns.is_empty() { &flow.raw } else { &self.columns };
        let keys: Vec<Expr> = compared.iter().map(|raw| flow.value(raw)).collect();
        let found = repeated(flow, &keys, None)?;
        // Places ascend with source rows, so the first of a group is the one that stays.
        let repeats = found.by_group().into_iter().flat_map(|members| members.into_iter().skip(1));
        let repeats = flow.attach("repeats", found.flags(repeats));
        let reason = match self.columns.as_slice() {
            [] => "repeats an earlier row in every column".to_owned(),
            named => format!("repeats an earlier row in `{}`", named.join("`, `")),
        };
        flow.judge(Judgement { take: vec![Take::new(col(repeats), reason)], ..Judgement::default() });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::CleaningParams;
    use crate::frame::columns::SOURCE_ROW;

    fn taken(frame: DataFrame) -> Vec<IdxSize> {
        let cleaned = CleaningParams::new().rule(ExactDuplicates::new()).run(frame).unwrap();
        cleaned.quarantine().column(SOURCE_ROW).unwrap().idx().unwrap().iter().flatten().collect()
    }

    #[test]
    fn the_first_of_equals_stays() {
        assert_eq!(taken(df!("t" => [Some("a"), None, Some("a"), None, Some("a"), Some("A")]).unwrap()), [2, 3, 4]);
        let swapped = df!("a" => ["x", "y", "x"], "b" => ["y", "x", "y"]).unwrap();
        assert_eq!(taken(swapped), [2], "swapped cells are other rows");
    }

    #[test]
    fn nan_and_zeros_are_equal_to_themselves() {
        let frame = df!("x" => [f64::NAN, 0.0, f64::NAN, -0.0, 1.0], "y" => [Some(1_i64), None, Some(1), None, None]);
        assert_eq!(taken(frame.unwrap()), [2, 3]);
    }

    #[test]
    fn rows_that_are_out_already_are_no_first_ones() {
        let frame = df!("t" => ["a", "a", "a"], "n" => [0, 1, 1]).unwrap();
        let once = CleaningParams::new().rule(ExactDuplicates::new().columns(["n"]));
        let cleaned = once.rule(ExactDuplicates::new().columns(["t"])).run(frame).unwrap();
        let rows: Vec<_> = cleaned.quarantine().column(SOURCE_ROW).unwrap().idx().unwrap().iter().flatten().collect();
        assert_eq!(rows, [1, 2]);
        let rules: Vec<u64> = cleaned.report().rules.iter().map(|rule| rule.n_rows_taken).collect();
        assert_eq!(rules, [1, 1]);
    }
}
