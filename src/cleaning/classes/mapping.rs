//! Rule: values replaced by what a table says.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::{Event, Flow, Judgement, Take};
use crate::cleaning::engine::step::{Step, Table};
use crate::cleaning::learned::Learned;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};

/// What becomes of a value that the mapping does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unmapped {
    /// It stays as it is.
    Keep,
    /// It becomes null.
    Null,
    /// It becomes this text.
    Constant(String),
    /// Its row goes into quarantine.
    Quarantine,
}

/// A mapping by two columns of a named table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MappingTable {
    name: String,
    key: String,
    value: String,
}

/// Replaces values by what a mapping says: cities by regions, spellings by one of them.
///
/// Values are compared as they stand, as text; a [`Text`](crate::cleaning::Text) rule before this one
/// brings them into one form. Null stays null. A value that the mapping does not know is
/// counted as `unmapped`, with its shape; it becomes null, or, where the mapping works in
/// place, stays, unless told otherwise. The result is text.
///
/// The mapping is written into the rule, or comes from a table that is given by name with
/// [`CleaningInput::table`](crate::cleaning::CleaningInput::table). Rows of that table without a key
/// or a value map nothing; a key with two different values is refused when the cleaning is
/// planned.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningInput, CleaningParams, Mapping};
/// use customer_analytics::polars::prelude::*;
///
/// let customers = df!("城市" => ["上海", "杭州", "火星"])?;
/// let regions = df!("city" => ["上海", "杭州"], "region" => ["华东", "华东"])?;
/// let rule = Mapping::from_table("城市", "regions", "city", "region").to("地区");
/// let input = CleaningInput::new(customers.lazy()).table("regions", regions.lazy());
/// let (clean, _, report) = CleaningParams::new().rule(rule).run(input)?.into_parts();
/// assert_eq!(clean.column("地区")?.str()?.get(1), Some("华东"));
/// assert_eq!(report.rules[0].n_cells("城市", "unmapped"), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Mapping {
    column: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pairs: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    table: Option<MappingTable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unmapped: Option<Unmapped>,
}

/// A mapping to look values up in.
type Known = HashMap<String, String, FixedState>;

impl Mapping {
    /// Maps the values of a column by these pairs; of equal keys the last counts.
    pub fn new<K: Into<String>, V: Into<String>>(
        column: impl Into<String>,
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let pairs = pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        Self { column: column.into(), pairs: Some(pairs), table: None, to: None, unmapped: None }
    }

    /// Maps the values of a column by the key and the value column of a named table.
    pub fn from_table(
        column: impl Into<String>,
        table: impl Into<String>,
        key: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        let table = MappingTable { name: table.into(), key: key.into(), value: value.into() };
        Self { column: column.into(), pairs: None, table: Some(table), to: None, unmapped: None }
    }

    /// Leaves the column as it is and adds what it maps to under this name.
    pub fn to(mut self, column: impl Into<String>) -> Self {
        self.to = Some(column.into());
        self
    }

    /// Chooses what becomes of values that the mapping does not know.
    pub fn unmapped(mut self, action: Unmapped) -> Self {
        self.unmapped = Some(action);
        self
    }

    /// The name of a new column.
    fn added(&self) -> Option<&String> {
        self.to.as_ref().filter(|name| **name != self.column)
    }

    fn action(&self) -> Unmapped {
        let usual = if self.added().is_some() { Unmapped::Null } else { Unmapped::Keep };
        self.unmapped.clone().unwrap_or(usual)
    }

    fn known(&self, flow: &Flow) -> Result<Known> {
        if let Some(pairs) = &self.pairs {
            return Ok(pairs.iter().map(|(key, value)| (key.clone(), value.clone())).collect());
        }
        let Some(table) = &self.table else { return Ok(Known::default()) };
        let text = |column: &String| col(column.as_str()).cast(DataType::String);
        let columns = flow.read_table(&table.name, vec![text(&table.key), text(&table.value)])?;
        let pairs = || -> PolarsResult<(Known, usize)> {
            let [keys, values] = columns.as_slice() else { return Ok((Known::default(), 0)) };
            Ok(pairs_of(keys.str()?, values.str()?))
        };
        let (known, n_ambiguous) = pairs().map_err(Error::query(CLEANING))?;
        if n_ambiguous == 0 {
            return Ok(known);
        }
        let (number, name, key) = (flow.rule() + 1, &table.name, &table.key);
        let reason = format!(
            "rule {number} `mapping`: {n_ambiguous} row(s) of table `{name}` give a key of column `{key}` a second, different value; leave one \
             row per key"
        );
        Err(Error::Unusable { analysis: CLEANING, reason })
    }
}

/// Keys with their values, and how many rows give a key another value than the first row.
fn pairs_of(keys: &StringChunked, values: &StringChunked) -> (Known, usize) {
    let mut known = Known::with_capacity_and_hasher(keys.len(), FixedState::default());
    let mut n_ambiguous = 0;
    for (key, value) in keys.iter().zip(values.iter()) {
        let (Some(key), Some(value)) = (key, value) else { continue };
        match known.get(key) {
            None => drop(known.insert(key.to_owned(), value.to_owned())),
            Some(first) => n_ambiguous += usize::from(first != value),
        }
    }
    (known, n_ambiguous)
}

fn mapped(text: Expr, known: Known) -> Expr {
    let of_column = move |text: Column| {
        let found = text.str()?.iter().map(|cell| known.get(cell?).map(String::as_str));
        Ok(StringChunked::from_iter_options(text.name().clone(), found).into_column())
    };
    text.map(of_column, |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::String)))
}

impl Step for Mapping {
    fn name(&self) -> &'static str {
        "mapping"
    }

    fn check(&self) -> Result<()> {
        match (&self.pairs, &self.table) {
            (Some(pairs), None) if pairs.is_empty() => {
                Err(Error::param(CLEANING, "mapping.pairs", "at least one pair", "none"))
            }
            (Some(_), None) | (None, Some(_)) => Ok(()),
            (Some(_), Some(_)) => {
                Err(Error::param(CLEANING, "mapping.table", "left out where `pairs` are given", "both"))
            }
            (None, None) => Err(Error::param(CLEANING, "mapping.pairs", "given where there is no `table`", "neither")),
        }
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let taken = self.added().and_then(|name| table.taken_name(name));
        let own = [table.missing_column(&self.column), table.no_label(&self.column), taken];
        let other = self.table.as_ref().map(|other| table.other_table(&other.name, &[&other.key, &other.value]).0);
        own.into_iter().flatten().chain(other.into_iter().flatten()).collect()
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let text = flow.text(&self.column);
        let found = mapped(text.clone(), self.known(flow)?);
        let found = col(flow.derive("mapped", found));
        let unmapped = text.clone().is_not_null().and(found.clone().is_null());
        let value = match self.action() {
            Unmapped::Keep => coalesce(&[found.clone(), text.clone()]),
            Unmapped::Constant(constant) => when(unmapped.clone()).then(lit(constant)).otherwise(found.clone()),
            Unmapped::Null | Unmapped::Quarantine => found.clone(),
        };
        // Counted while the rows are still in.
        flow.count(&self.column, vec![Event::note("unmapped", unmapped.clone()).with_shape()]);
        if self.action() == Unmapped::Quarantine {
            let reason = format!("`{}` is not in the mapping", self.column);
            let take = vec![Take::new(unmapped, reason).with_shape_of(self.column.as_str())];
            flow.judge(Judgement { take, ..Judgement::default() });
        }
        if let Some(name) = self.added() {
            flow.add(name, value, DataType::String);
        } else {
            let changed = Event::change("mapped", text.neq_missing(value.clone()));
            flow.mend(&self.column, value, DataType::String, vec![changed]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::{Cleaned, CleaningInput, CleaningParams};

    fn frame() -> DataFrame {
        df!("城市" => [Some("沪"), Some("京"), Some("火星7"), None]).unwrap()
    }

    fn texts(cleaned: &Cleaned, column: &str) -> Vec<Option<String>> {
        let (clean, ..) = cleaned.clone().into_parts();
        clean.column(column).unwrap().str().unwrap().iter().map(|text| text.map(str::to_owned)).collect()
    }

    fn run(rule: Mapping) -> Cleaned {
        CleaningParams::new().rule(rule).run(frame()).unwrap()
    }

    fn rule() -> Mapping {
        Mapping::new("城市", [("沪", "华东"), ("京", "华北")])
    }

    fn named(names: [Option<&str>; 4]) -> Vec<Option<String>> {
        names.map(|name| name.map(str::to_owned)).to_vec()
    }

    #[test]
    fn unknown_values_are_kept_nulled_replaced_or_taken_and_always_counted() {
        let [east, north] = [Some("华东"), Some("华北")];
        let kept = run(rule());
        assert_eq!(texts(&kept, "城市"), named([east, north, Some("火星7"), None]));
        let report = &kept.report().rules[0];
        assert_eq!((report.n_cells("城市", "mapped"), report.n_cells("城市", "unmapped")), (2, 1));
        assert_eq!(report.cells[0].shapes.keys().collect::<Vec<_>>(), ["字字9"]);
        assert_eq!(texts(&run(rule().unmapped(Unmapped::Null)), "城市"), named([east, north, None, None]));
        let other = run(rule().unmapped(Unmapped::Constant("其他".to_owned())));
        assert_eq!(texts(&other, "城市"), named([east, north, Some("其他"), None]));
        for rule in [rule(), rule().to("地区")] {
            let taken = run(rule.unmapped(Unmapped::Quarantine));
            assert_eq!((taken.report().n_rows_out, taken.report().rules[0].n_cells("城市", "unmapped")), (3, 1));
            assert_eq!(taken.report().rules[0].reasons[0].shapes.len(), 1);
            assert_eq!(taken.quarantine().column("城市").unwrap().str().unwrap().get(0), Some("火星7"));
        }
    }

    #[test]
    fn a_new_column_leaves_the_old_one() {
        let cleaned = run(rule().to("地区"));
        assert_eq!(texts(&cleaned, "地区"), named([Some("华东"), Some("华北"), None, None]));
        assert_eq!(texts(&cleaned, "城市")[0].as_deref(), Some("沪"));
        assert_eq!(cleaned.report().rules[0].n_cells_changed, 0);
    }

    #[test]
    fn whole_numbers_are_mapped_by_their_text() {
        let frame = df!("code" => [Some(1_i64), Some(2), None]).unwrap();
        let rule = Mapping::new("code", [("1", "yes"), ("2", "no")]).to("answer");
        let cleaned = CleaningParams::new().rule(rule).run(frame).unwrap();
        assert_eq!(texts(&cleaned, "answer"), [Some("yes".to_owned()), Some("no".to_owned()), None]);
    }

    #[test]
    fn a_table_may_repeat_itself_but_not_contradict_itself() {
        let run = |keys: &[Option<&str>], values: &[Option<&str>]| {
            let regions = df!("k" => keys, "v" => values).unwrap().lazy();
            let rule = Mapping::from_table("城市", "regions", "k", "v").to("地区");
            CleaningParams::new().rule(rule).run(CleaningInput::new(frame().lazy()).table("regions", regions))
        };
        let [hu, jing] = [Some("沪"), Some("京")];
        let fine = run(&[hu, hu, None, jing], &[Some("东"), Some("东"), Some("x"), None]).unwrap();
        assert_eq!(texts(&fine, "地区"), named([Some("东"), None, None, None]));
        let refused = run(&[hu, hu, jing], &[Some("东"), Some("西"), Some("北")]).unwrap_err().to_string();
        assert!(refused.contains("1 row(s) of table `regions` give a key of column `k` a second"), "{refused}");
        assert!(!refused.contains('沪'), "{refused}");
    }

    #[test]
    fn a_table_that_is_not_there_is_told_before_reading() {
        let rules = || CleaningParams::new().rule(Mapping::from_table("城市", "regions", "k", "v"));
        let told = rules().run(frame()).unwrap_err().to_string();
        assert!(told.contains("table `regions`, which was not given; add it with `CleaningInput::table`"), "{told}");
        let input = CleaningInput::new(frame().lazy()).table("regions", df!("k" => ["a"]).unwrap().lazy());
        let told = rules().run(input).unwrap_err().to_string();
        assert!(told.contains("column `v` of table `regions`"), "{told}");
        assert!(Mapping::new("x", Vec::<(String, String)>::new()).check().is_err());
        let both = r#"{"column": "x", "pairs": {"a": "b"}, "table": {"name": "t", "key": "k", "value": "v"}}"#;
        assert!(serde_json::from_str::<Mapping>(both).unwrap().check().is_err());
        assert!(serde_json::from_str::<Mapping>(r#"{"column": "x"}"#).unwrap().check().is_err());
    }
}
