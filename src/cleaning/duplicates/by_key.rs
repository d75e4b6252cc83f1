//! Rule: rows that share a key, of which one is kept.

use std::cmp::Ordering;

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::{Flow, Judgement, Take};
use crate::cleaning::engine::repeated::{Repeated, repeated};
use crate::cleaning::engine::step::{Step, Table, check_distinct};
use crate::cleaning::learned::Learned;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::frame::columns::SOURCE_ROW;

/// Which row of a key stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Keep {
    /// The first in source order.
    #[default]
    First,
    /// The last in source order.
    Last,
    /// The one with the largest value of a column, such as the latest change.
    LargestOf(String),
    /// The one with the smallest value of a column.
    SmallestOf(String),
    /// The one with the fewest missing cells: null, NaN or blank text.
    MostComplete,
}

/// Takes rows that share their key with another row, but for the one that is kept.
///
/// Two rows with one key differ in something, unless
/// [`ExactDuplicates`](crate::cleaning::ExactDuplicates) took the copies: what the rows taken held is
/// in the quarantine, where `partner_row` is the `source_row` of the row that was kept. Rows
/// whose key has a null in it have no key: they stay and are counted as not judged. Ties go
/// to the first row in source order (with [`Keep::Last`] there are none); a missing value or
/// NaN is never the largest or smallest where there is another.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, Keep, KeyDuplicates};
/// use customer_analytics::polars::prelude::*;
///
/// let customers = df!("id" => [1_i64, 2, 1], "changed" => [3_i64, 1, 7], "name" => ["Wang", "Li", "Wang F."])?;
/// let rule = KeyDuplicates::new(["id"]).keep(Keep::LargestOf("changed".into()));
/// let (clean, quarantine, _) = CleaningParams::new().rule(rule).run(customers)?.into_parts();
/// assert_eq!(clean.column("name")?.str()?.get(1), Some("Wang F."));
/// assert_eq!(quarantine.column("partner_row")?.u32()?.get(0), Some(2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct KeyDuplicates {
    key: Vec<String>,
    #[serde(default)]
    keep: Keep,
}

impl KeyDuplicates {
    /// Tells rows apart by these columns; the first row of a key stays.
    pub fn new<S: Into<String>>(key: impl IntoIterator<Item = S>) -> Self {
        Self { key: key.into_iter().map(Into::into).collect(), keep: Keep::First }
    }

    /// Chooses which row stays.
    pub fn keep(mut self, keep: Keep) -> Self {
        self.keep = keep;
        self
    }

    fn reason(&self) -> String {
        let key = self.key.join("`, `");
        let kept = match &self.keep {
            Keep::First => "the first".to_owned(),
            Keep::Last => "the last".to_owned(),
            Keep::LargestOf(column) => format!("the one with the largest `{column}`"),
            Keep::SmallestOf(column) => format!("the one with the smallest `{column}`"),
            Keep::MostComplete => "the most complete one".to_owned(),
        };
        format!("shares `{key}` with `partner_row`, {kept}")
    }

    /// What rows of one key are compared by.
    fn standing(&self, flow: &Flow) -> Option<Expr> {
        match &self.keep {
            Keep::First | Keep::Last => None,
            Keep::LargestOf(column) | Keep::SmallestOf(column) => {
                let is_float = flow.dtype(column).is_some_and(DataType::is_float);
                let value = flow.value(column);
                Some(if is_float { value.clone().fill_nan(lit(NULL)) } else { value })
            }
            Keep::MostComplete => {
                let schema = flow.schema();
                let is_missing = |name: &str, dtype: &DataType| {
                    let value = flow.value(name);
                    let missing = value.clone().is_null();
                    match dtype {
                        DataType::String => missing.or(value.str().strip_chars(lit(NULL)).eq(lit(""))),
                        dtype if dtype.is_float() => missing.or(value.is_nan()),
                        _ => missing,
                    }
                };
                let missing = schema.iter().map(|(name, dtype)| is_missing(name, dtype).fill_null(lit(true)));
                missing.map(|missing| missing.cast(DataType::Int64)).reduce(|all, one| all + one).map(|n| -n)
            }
        }
    }
}

impl Step for KeyDuplicates {
    fn name(&self) -> &'static str {
        "key_duplicates"
    }

    fn check(&self) -> Result<()> {
        if self.key.is_empty() {
            return Err(Error::param(CLEANING, "key_duplicates.key", "at least one column", "none"));
        }
        check_distinct("key_duplicates.key", &self.key)
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let by = match &self.keep {
            Keep::LargestOf(column) | Keep::SmallestOf(column) => Some(column),
            _ => None,
        };
        self.key.iter().chain(by).filter_map(|column| table.missing_column(column)).collect()
    }

    fn compares_rows(&self) -> bool {
        true
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let keys: Vec<Expr> = self.key.iter().map(|column| flow.value(column)).collect();
        let has_key = keys.iter().cloned().map(Expr::is_not_null).reduce(Expr::and);
        let found = repeated(flow, &keys, has_key.clone())?;
        let standing = match self.standing(flow) {
            Some(standing) if !found.rows.is_empty() => {
                Some(flow.read_at(&found.rows, found.n_rows, vec![standing])?.remove(0))
            }
            _ => None,
        };
        let places =
            standing.as_ref().map(|standing| self.rank(standing)).transpose().map_err(Error::query(CLEANING))?;
        let partner = flow.attach("kept", self.kept(&found, places.as_deref()));
        flow.partners.push(partner.clone());
        flow.judge(Judgement {
            take: vec![Take::new(col(partner).is_not_null(), self.reason())],
            unjudged: has_key.map(Expr::not),
            ..Judgement::default()
        });
        Ok(())
    }
}

impl KeyDuplicates {
    /// For each row that goes, the source row of the one that stays.
    fn kept(&self, found: &Repeated, places: Option<&[u32]>) -> Column {
        let mut partner: Vec<Option<IdxSize>> = vec![None; found.n_rows];
        for members in found.by_group() {
            // Members ascend with source rows; of equals the first one wins.
            let better = |a: usize, b: usize| -> bool {
                let order = places.map_or(Ordering::Equal, |places| places[a].cmp(&places[b]));
                match self.keep {
                    Keep::First => false,
                    Keep::Last => true,
                    Keep::SmallestOf(_) => order == Ordering::Less,
                    Keep::LargestOf(_) | Keep::MostComplete => order == Ordering::Greater,
                }
            };
            let Some(kept) = members.iter().copied().reduce(|best, next| if better(next, best) { next } else { best })
            else {
                continue;
            };
            for member in members.into_iter().filter(|&member| member != kept) {
                partner[found.rows[member] as usize] = Some(found.rows[kept]);
            }
        }
        IdxCa::from_iter_options(SOURCE_ROW.into(), partner.into_iter()).into_column()
    }

    /// Places of the values in their order, equal values sharing one; missing ones come
    /// where they do not win.
    fn rank(&self, values: &Column) -> PolarsResult<Vec<u32>> {
        let nulls_last = matches!(self.keep, Keep::SmallestOf(_));
        let order = values.as_materialized_series().arg_sort(SortOptions { nulls_last, ..SortOptions::default() });
        let sorted = values.take(&order)?;
        let is_new = sorted.as_materialized_series().not_equal_missing(sorted.shift(1).as_materialized_series())?;
        let mut places = vec![0; values.len()];
        let mut place = 0;
        for (row, is_new) in order.iter().flatten().zip(is_new.iter()) {
            place += u32::from(is_new == Some(true));
            places[row as usize] = place;
        }
        Ok(places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::{CleaningParams, RuleReport};

    fn run(keep: Keep) -> (Vec<IdxSize>, RuleReport) {
        let frame = df!(
            "编号" => [Some(1_i64), Some(1), Some(2), None, Some(1), None],
            "at" => [Some(5.0), None, Some(1.0), Some(1.0), Some(5.0), None],
            "note" => [Some(" "), Some("x"), None, None, Some("y"), None],
        )
        .unwrap();
        let cleaned = CleaningParams::new().rule(KeyDuplicates::new(["编号"]).keep(keep)).run(frame).unwrap();
        let rows = cleaned.quarantine().column(SOURCE_ROW).unwrap().idx().unwrap().iter().flatten().collect();
        (rows, cleaned.report().rules[0].clone())
    }

    #[test]
    fn every_way_keeps_its_own_row() {
        assert_eq!(run(Keep::First).0, [1, 4]);
        assert_eq!(run(Keep::Last).0, [0, 1]);
        assert_eq!(run(Keep::LargestOf("at".to_owned())).0, [1, 4], "of equals the first");
        assert_eq!(run(Keep::SmallestOf("at".to_owned())).0, [1, 4], "missing is not smallest");
        assert_eq!(run(Keep::MostComplete).0, [0, 1], "blank text is missing");
    }

    #[test]
    fn rows_without_a_key_stay_and_are_counted() {
        let (_, report) = run(Keep::First);
        assert_eq!((report.n_rows_taken, report.n_rows_unjudged, report.n_rows_out), (2, 2, 4));
        assert_eq!(report.reasons[0].reason, "shares `编号` with `partner_row`, the first");
    }

    #[test]
    fn a_key_has_to_be_named() {
        assert!(KeyDuplicates::new([""; 0]).check().is_err());
        let rule = KeyDuplicates::new(["a"]).keep(Keep::LargestOf("b".to_owned()));
        let refused = CleaningParams::new().rule(rule).run(df!("a" => [1]).unwrap()).unwrap_err().to_string();
        assert!(refused.contains("rule 1 `key_duplicates` names column `b`"), "{refused}");
    }
}
