//! Sorted rows: which repeat the one before, and where runs of equal ones end.

use std::ops::Range;

use polars::prelude::*;

use crate::error::{Error, Result};

/// What a column is sorted by: categories by their text, as their numbers can come from the
/// order in which they were read.
pub(super) fn sort_key(column: &str, schema: &Schema) -> Expr {
    match schema.get(column) {
        Some(DataType::Categorical(..) | DataType::Enum(..)) => col(column).cast(DataType::String),
        _ => col(column),
    }
}

/// For every row whether it equals the one before in all columns; null equals null.
pub(super) fn repeats(analysis: &'static str, frame: &DataFrame, columns: &[&str]) -> Result<BooleanChunked> {
    let mut all: Option<BooleanChunked> = None;
    for name in columns {
        let column = frame.column(name).map_err(Error::query(analysis))?.as_materialized_series();
        let same = column.equal_missing(&column.shift(1)).map_err(Error::query(analysis))?;
        all = Some(all.map_or_else(|| same.clone(), |all| &all & &same));
    }
    let all = all.unwrap_or_else(|| BooleanChunked::full("".into(), false, frame.height()));
    // Nothing comes before the first row, and a null there would equal that nothing.
    let first = (0..frame.height()).map(|row| row > 0);
    Ok(&all & &BooleanChunked::from_iter_values("".into(), first))
}

/// Refuses records that cannot be told apart; rows are sorted by the columns.
pub(super) fn refuse_repeats(analysis: &'static str, frame: &DataFrame, columns: &[&str]) -> Result<()> {
    let n_repeats = repeats(analysis, frame, columns)?.sum().unwrap_or_default();
    if n_repeats == 0 {
        return Ok(());
    }
    let reason = format!(
        "{n_repeats} of {} record(s) repeat the `{}` of another; name columns that tell records apart by `source` \
         and `record`",
        frame.height(),
        columns.join("`, `")
    );
    Err(Error::Unusable { analysis, reason })
}

/// Refuses nulls in columns that must tell one row from another.
pub(super) fn refuse_nulls(
    analysis: &'static str,
    frame: &DataFrame,
    columns: &[&str],
    needed: &'static str,
    remedy: &'static str,
) -> Result<()> {
    for name in columns {
        let rows = frame.column(name).map_err(Error::query(analysis))?.null_count() as u64;
        if rows > 0 {
            return Err(Error::Incomplete { analysis, rows, needed, remedy });
        }
    }
    Ok(())
}

/// Runs of rows that are equal in a column by which they are sorted.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    /// The first row of every run.
    pub(super) starts: Vec<IdxSize>,
    n_rows: IdxSize,
}

impl Runs {
    pub(super) fn of(analysis: &'static str, frame: &DataFrame, column: &str) -> Result<Self> {
        let repeats = repeats(analysis, frame, &[column])?;
        let starts = repeats.iter().zip(0..).filter(|&(repeats, _)| repeats != Some(true)).map(|(_, row)| row);
        Ok(Self { starts: starts.collect(), n_rows: frame.height() as IdxSize })
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn rows(&self, run: usize) -> Range<usize> {
        let end = self.starts.get(run + 1).copied().unwrap_or(self.n_rows);
        self.starts[run] as usize..end as usize
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Range<usize>> {
        (0..self.len()).map(|run| self.rows(run))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_end_where_the_value_changes() {
        let frame = df!("k" => [None, None, Some("a"), Some("a"), Some("b")]).unwrap();
        let runs = Runs::of("test", &frame, "k").unwrap();
        assert_eq!(runs.iter().collect::<Vec<_>>(), [0..2, 2..4, 4..5]);
        assert_eq!(Runs::of("test", &frame.head(Some(0)), "k").unwrap().len(), 0);
    }

    #[test]
    fn all_columns_must_be_equal() {
        let frame = df!("a" => [1, 1, 1], "b" => [None, None, Some(2)]).unwrap();
        let repeats: Vec<bool> = repeats("test", &frame, &["a", "b"]).unwrap().iter().flatten().collect();
        assert_eq!(repeats, [false, true, false]);
        assert!(refuse_repeats("test", &frame, &["a", "b"]).is_err());
        assert!(refuse_nulls("test", &frame, &["b"], "b", "fill it").is_err());
    }
}
