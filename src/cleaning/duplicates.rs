//! Rule: rows that repeat an earlier one.
//!
//! Rows are hashed; only rows whose hash occurs twice are compared in full. So memory
//! holds 20 bytes per row beside the columns, and equal hashes of unequal rows do no harm.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::flow::{Flow, Judgement};
use super::groups::row_hashes;
use super::rule::{Step, Table, check_distinct};
use crate::error::Result;

/// Takes rows that repeat an earlier one in every column, or in the columns named.
///
/// The first in source order stays. Cells are equal as stored: null equals null, NaN
/// equals NaN, `0.0` equals `-0.0`, and `A` differs from `a ` unless a [`Text`](super::Text)
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
/// let cleaned = CleaningParams::new().rule(ExactDuplicates::new()).run(sales.lazy(), &columns)?;
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

    fn apply(&self, flow: &mut Flow) {
        let compared = if self.columns.is_empty() { &flow.raw } else { &self.columns };
        let inputs: Vec<Expr> =
            [flow.is_in()].into_iter().chain(compared.iter().map(|raw| col(flow.current(raw)))).collect();
        let flag = |_: &Schema, fields: &[Field]| Ok(Field::new(fields[0].name().clone(), DataType::Boolean));
        // Not `map_multiple`: that is taken for elementwise and may be run in pieces.
        let repeats = flow.derive("repeats", apply_multiple(repeats, inputs, flag, false));
        let reason = match self.columns.as_slice() {
            [] => "repeats an earlier row in every column".to_owned(),
            named => format!("repeats an earlier row in `{}`", named.join("`, `")),
        };
        flow.judge(Judgement { take: vec![(col(repeats), reason)], ..Judgement::default() });
    }
}

/// Flags rows that repeat an earlier one; the first column says which rows take part.
fn repeats(columns: &mut [Column]) -> PolarsResult<Column> {
    let [takes_part, compared @ ..] = columns else { polars_bail!(ComputeError: "no columns to compare") };
    let height = takes_part.len();
    let suspects = suspects(takes_part.bool()?, compared)?;
    let mut flags = vec![false; height];
    suspects.iter().for_each(|&row| flags[row as usize] = true);
    // Short names of our own: a mended column and its raw one could share a name.
    let named = compared.iter().enumerate().map(|(place, column)| column.clone().with_name(format!("{place}").into()));
    let places: Vec<String> = (0..compared.len()).map(|place| place.to_string()).collect();
    let rows = IdxCa::from_vec("suspect".into(), suspects);
    let mut candidates = DataFrame::new(height, named.collect())?.take(&rows)?;
    candidates.with_column(rows.into_column())?;
    let firsts = candidates.unique_stable(Some(&places), UniqueKeepStrategy::First, None)?;
    for first in firsts.column("suspect")?.idx()?.iter().flatten() {
        flags[first as usize] = false;
    }
    Ok(BooleanChunked::from_iter_values(takes_part.name().clone(), flags.into_iter()).into_column())
}

/// Rows that take part and may have an equal, ascending; all others certainly have none.
fn suspects(takes_part: &BooleanChunked, compared: &[Column]) -> PolarsResult<Vec<IdxSize>> {
    let hashes = row_hashes(compared)?;
    let mut hashed: Vec<(u64, IdxSize)> = Vec::with_capacity(hashes.len());
    let rows = hashes.into_iter().zip(0..).zip(takes_part.iter());
    hashed.extend(rows.filter(|&(_, takes_part)| takes_part == Some(true)).map(|(hashed, _)| hashed));
    Ok(rows_of_repeated(hashed))
}

/// Rows whose hash another row has too, ascending.
fn rows_of_repeated(mut hashed: Vec<(u64, IdxSize)>) -> Vec<IdxSize> {
    use rayon::prelude::*;
    hashed.par_sort_unstable();
    let equal = hashed.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1);
    let mut rows: Vec<IdxSize> = equal.flatten().map(|&(_, row)| row).collect();
    rows.sort_unstable();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(takes_part: &[bool], compared: Vec<Column>) -> Vec<bool> {
        let mut columns = vec![Column::new("in".into(), takes_part)];
        columns.extend(compared);
        repeats(&mut columns).unwrap().bool().unwrap().iter().flatten().collect()
    }

    #[test]
    fn the_first_of_equals_stays() {
        let text = Column::new("t".into(), [Some("a"), None, Some("a"), None, Some("a"), Some("A")]);
        assert_eq!(flags(&[true; 6], vec![text.clone()]), [false, false, true, true, true, false]);
        // The first one is out already, so the next one takes its place.
        let first_is_out = [false, true, true, true, true, true];
        assert_eq!(flags(&first_is_out, vec![text]), [false, false, false, true, true, false]);
    }

    #[test]
    fn cells_are_equal_as_stored() {
        let numbers = Column::new("x".into(), [0.0, -0.0, f64::NAN, -f64::NAN, 1.0]);
        assert_eq!(flags(&[true; 5], vec![numbers]), [false, true, false, true, false]);
    }

    #[test]
    fn every_compared_column_counts() {
        let a = Column::new("same".into(), [1_i64, 1, 1]);
        let b = Column::new("same".into(), ["x", "y", "x"]);
        assert_eq!(flags(&[true; 3], vec![a, b]), [false, false, true]);
    }

    #[test]
    fn nothing_repeats_nothing() {
        assert_eq!(flags(&[], vec![Column::new_empty("x".into(), &DataType::Int64)]), [false; 0]);
        assert_eq!(flags(&[false; 2], vec![Column::new("x".into(), [1_i64, 1])]), [false; 2]);
    }

    #[test]
    fn equal_hashes_are_only_suspects() {
        assert_eq!(rows_of_repeated(vec![(7, 0), (8, 1), (7, 2), (9, 3), (7, 4)]), [0, 2, 4]);
        assert!(rows_of_repeated(vec![]).is_empty());
    }

    #[test]
    fn nested_cells_can_be_compared() {
        let lists = Series::new(
            "l".into(),
            [Series::new("".into(), [1_i64, 2]), Series::new("".into(), [1_i64]), Series::new("".into(), [1_i64, 2])],
        );
        assert_eq!(flags(&[true; 3], vec![lists.into_column()]), [false, false, true]);
    }
}
