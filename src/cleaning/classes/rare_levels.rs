//! Rule: rare levels put together.

use std::collections::BTreeSet;

use foldhash::fast::FixedState;
use hashbrown::HashSet;
use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::analysis::collect_streamed;
use crate::cleaning::engine::flow::{Event, Flow};
use crate::cleaning::engine::step::{Step, Table, check_distinct};
use crate::cleaning::learned::{Fact, Learned, LearnedColumn, LearnedGroup};
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};

const LEVELS: &str = "levels";
const RARE_MARKS: &str = "rare_marks";

/// Puts the rare levels of a column together under one label.
///
/// A level is rare with fewer rows than `min_count`, or with a smaller share than `min_share`
/// of the rows that have a level. The levels that are kept are learned from the rows that
/// earlier rules left, and stored with the fitted cleaning in the order of their text. What is
/// not among them gets the label: as `rare` where it was seen when the rule was fitted, as
/// `unseen` where it was not. Levels are compared as they stand. Null stays null, and the
/// label itself is left alone; applied twice, the rule changes nothing more. The result is
/// text.
///
/// Rare levels can identify a customer, so they are not stored; a mark of 16 hexadecimal
/// digits each (the hash FNV-1a of 64 bits) tells them from unseen ones.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, RareLevels};
/// use customer_analytics::polars::prelude::*;
///
/// let customers = df!("city" => ["Bonn", "Bonn", "Köln", "Köln", "Hürth"])?;
/// let fitted = CleaningParams::new().rule(RareLevels::new(["city"]).min_count(2).label("elsewhere")).fit(customers)?;
/// let (clean, _, report) = fitted.run(df!("city" => ["Bonn", "Hürth", "Ulm"])?)?.into_parts();
/// assert_eq!(clean.column("city")?.str()?.get(1), Some("elsewhere"));
/// let counts = ["rare", "unseen"].map(|what| report.rules[0].n_cells("city", what));
/// assert_eq!(counts, [1, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct RareLevels {
    columns: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_count: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::frame::exact_number::optional")]
    min_share: Option<f64>,
    #[serde(default = "other")]
    label: String,
}

fn other() -> String {
    "other".to_owned()
}

impl RareLevels {
    /// Looks for rare levels in these columns; say what is rare by a count, a share or both.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self {
            columns: columns.into_iter().map(Into::into).collect(),
            min_count: None,
            min_share: None,
            label: other(),
        }
    }

    /// Levels with fewer rows than this are rare.
    pub fn min_count(mut self, count: u64) -> Self {
        self.min_count = Some(count);
        self
    }

    /// Levels with a smaller share of the rows that have a level are rare.
    pub fn min_share(mut self, share: f64) -> Self {
        self.min_share = Some(share);
        self
    }

    /// The label of rare levels; `other` by default.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    fn learn_column(&self, flow: &Flow, column: &str) -> Result<LearnedColumn> {
        let dtype = flow.dtype(column).map_or_else(String::new, ToString::to_string);
        let level = flow.text(column).alias("level");
        let counted = flow.frame.clone().filter(flow.is_in().and(level.clone().is_not_null()));
        let counted = counted.group_by([level]).agg([len().cast(DataType::UInt64).alias("n")]);
        let counted = collect_streamed(CLEANING, counted)?;
        let group = self.group(&counted).map_err(Error::query(CLEANING))?;
        Ok(LearnedColumn::new(column, dtype, vec![group]))
    }

    fn group(&self, counted: &DataFrame) -> PolarsResult<LearnedGroup> {
        let (levels, counts) = (counted.column("level")?.str()?, counted.column("n")?.u64()?);
        let n_rows: u64 = counts.iter().flatten().sum();
        let least = self.min_share.map_or(0.0, |share| share * n_rows as f64);
        let (mut kept, mut rare) = (vec![], vec![]);
        for (level, n) in levels.iter().zip(counts.iter()) {
            let (Some(level), Some(n)) = (level, n) else { continue };
            // The product may miss a whole number by its last bits.
            if n >= self.min_count.unwrap_or(0) && n as f64 >= least * (1.0 - 4.0 * f64::EPSILON) {
                kept.push(level.to_owned());
            } else {
                rare.push(mark(level));
            }
        }
        kept.sort_unstable();
        rare.sort_unstable();
        let marks: String = rare.iter().map(|mark| format!("{mark:016x}")).collect();
        let n_levels = Fact::Whole(counted.height() as i64);
        let facts = [(LEVELS, Fact::Texts(kept)), (RARE_MARKS, Fact::Text(marks)), ("n_levels", n_levels)];
        Ok(LearnedGroup::new(vec![], n_rows, facts))
    }
}

/// The hash FNV-1a of 64 bits (G. Fowler, L. C. Noll, K.-P. Vo), which no version
/// of a library changes.
fn mark(level: &str) -> u64 {
    level.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Whether a level is kept, was rare, or is new.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Kept = 0,
    Rare = 1,
    Unseen = 2,
}

/// Levels to look up.
#[derive(Clone, Default)]
struct Known {
    kept: HashSet<String, FixedState>,
    rare: HashSet<u64, FixedState>,
}

impl Known {
    fn of(learned: Option<&LearnedColumn>, label: &str) -> Self {
        let fact = |name| learned.and_then(|learned| learned.fact(name));
        let kept: BTreeSet<&str> = match fact(LEVELS) {
            Some(Fact::Texts(levels)) => levels.iter().map(String::as_str).chain([label]).collect(),
            _ => [label].into(),
        };
        let marks = if let Some(Fact::Text(marks)) = fact(RARE_MARKS) { marks.as_str() } else { "" };
        let mark = |digits: &[u8]| u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
        Self {
            kept: kept.into_iter().map(str::to_owned).collect(),
            rare: marks.as_bytes().chunks_exact(16).filter_map(mark).collect(),
        }
    }

    fn standing(&self, level: &str) -> Standing {
        if self.kept.contains(level) {
            Standing::Kept
        } else if self.rare.contains(&mark(level)) {
            Standing::Rare
        } else {
            Standing::Unseen
        }
    }
}

/// The standing of each cell as a number; null where there is none.
fn standing(text: Expr, known: Known) -> Expr {
    let of_column = move |text: Column| {
        let found = text.str()?.iter().map(|cell| Some(known.standing(cell?) as u8));
        Ok(UInt8Chunked::from_iter_options(text.name().clone(), found).into_column())
    };
    text.map(of_column, |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::UInt8)))
}

impl Step for RareLevels {
    fn name(&self) -> &'static str {
        "rare_levels"
    }

    fn check(&self) -> Result<()> {
        let refused = |param, expected: &str, got: String| Err(Error::param(CLEANING, param, expected, got));
        if self.columns.is_empty() {
            return refused("rare_levels.columns", "at least one column", "none".to_owned());
        }
        if self.min_count.is_none() && self.min_share.is_none() {
            return refused("rare_levels.min_count", "given where there is no `min_share`", "neither".to_owned());
        }
        if let Some(share) = self.min_share.filter(|share| !(*share > 0.0 && *share <= 1.0)) {
            return refused("rare_levels.min_share", "above 0 and at most 1", share.to_string());
        }
        if self.min_count.is_some_and(|count| count < 2) {
            return refused(
                "rare_levels.min_count",
                "2 or more, as no level has fewer rows than one",
                "less".to_owned(),
            );
        }
        check_distinct("rare_levels.columns", &self.columns)
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let of_column = |column: &String| [table.missing_column(column), table.no_label(column)];
        self.columns.iter().flat_map(of_column).flatten().collect()
    }

    fn learns(&self) -> bool {
        true
    }

    fn learn(&self, flow: &mut Flow) -> Result<Learned> {
        let learned = self.columns.iter().map(|column| self.learn_column(flow, column));
        Ok(Learned { columns: learned.collect::<Result<_>>()? })
    }

    fn apply(&self, flow: &mut Flow, learned: &Learned) -> Result<()> {
        for column in &self.columns {
            let text = flow.text(column);
            let found = standing(text.clone(), Known::of(learned.column(column), &self.label));
            let found = col(flow.derive("standing", found));
            let is = |standing: Standing| found.clone().eq(lit(standing as u8));
            let kept = found.clone().is_null().or(is(Standing::Kept));
            let mended = when(kept).then(text).otherwise(lit(self.label.as_str()));
            let unseen = Event::change("unseen", is(Standing::Unseen)).with_shape();
            let events = vec![Event::change("rare", is(Standing::Rare)), unseen];
            flow.mend(column, mended, DataType::String, events);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::{CleaningParams, FittedCleaning};

    fn levels(fitted: &FittedCleaning) -> Vec<String> {
        match fitted.learned()[0].columns[0].fact(LEVELS) {
            Some(Fact::Texts(levels)) => levels.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn cities() -> DataFrame {
        let cities = ["沪", "沪", "沪", "沪", "京", "京", "京", "穗", "穗", "渝"].map(Some);
        df!("city" => cities.into_iter().chain([None]).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn counts_and_shares_decide_with_ties_kept() {
        let fit = |rule: RareLevels| levels(&CleaningParams::new().rule(rule).fit(cities()).unwrap());
        assert_eq!(fit(RareLevels::new(["city"]).min_count(3)), ["京", "沪"]);
        assert_eq!(fit(RareLevels::new(["city"]).min_share(0.3)), ["京", "沪"], "of 10 that have a level");
        assert_eq!(fit(RareLevels::new(["city"]).min_share(0.2).min_count(3)), ["京", "沪"]);
        assert!(fit(RareLevels::new(["city"]).min_share(0.5)).is_empty());
    }

    #[test]
    fn rare_and_unseen_levels_get_the_label_and_are_told_apart() {
        let fitted =
            CleaningParams::new().rule(RareLevels::new(["city"]).min_count(2).label("其他")).fit(cities()).unwrap();
        let saved = serde_json::to_string(&fitted).unwrap();
        assert!(!saved.contains('渝'), "rare levels are not stored");
        let fitted: FittedCleaning = serde_json::from_str(&saved).unwrap();
        let test = df!("city" => [Some("沪"), Some("渝"), Some("蓉9"), Some("其他"), Some(""), None]).unwrap();
        let cleaned = fitted.run(test).unwrap();
        let report = cleaned.report().rules[0].clone();
        assert_eq!((report.n_cells("city", "rare"), report.n_cells("city", "unseen")), (1, 2));
        assert_eq!(report.cells[1].shapes.keys().collect::<Vec<_>>(), ["", "字9"]);
        let again = fitted.run(cleaned.frame()).unwrap();
        assert_eq!(again.report().rules[0].n_cells_changed, 0);
        let (clean, ..) = cleaned.into_parts();
        let found: Vec<Option<&str>> = clean.column("city").unwrap().str().unwrap().iter().collect();
        let other = Some("其他");
        assert_eq!(found, [Some("沪"), other, other, other, other, None]);
    }

    #[test]
    fn a_hundred_thousand_levels_and_a_long_cell_are_no_burden() {
        let mut names: Vec<String> = (0..100_000).map(|n| format!("level {n}")).collect();
        names.extend(["x".repeat(1 << 20), "level 7".to_owned()]);
        let cleaned = CleaningParams::new()
            .rule(RareLevels::new(["name"]).min_count(2))
            .run(df!("name" => names).unwrap())
            .unwrap();
        assert_eq!(levels(cleaned.fitted()), ["level 7"]);
        let report = &cleaned.report().rules[0];
        assert_eq!((report.n_cells("name", "rare"), report.n_cells("name", "unseen")), (100_000, 0));
    }

    /// Oracle: the test vectors of the authors of the hash.
    #[test]
    fn marks_are_those_of_the_published_hash() {
        assert_eq!(
            [mark(""), mark("a"), mark("foobar")],
            [0xcbf2_9ce4_8422_2325, 0xaf63_dc4c_8601_ec8c, 0x8594_4171_f739_67e8]
        );
    }

    #[test]
    fn settings_that_say_nothing_are_refused() {
        for refused in [
            RareLevels::new(["x"]),
            RareLevels::new(["x"]).min_count(1),
            RareLevels::new(["x"]).min_share(0.0),
            RareLevels::new(["x"]).min_share(f64::NAN),
            RareLevels::new(Vec::<String>::new()).min_count(2),
        ] {
            assert!(refused.check().unwrap_err().is_param(), "{refused:?}");
        }
        let rule = RareLevels::new(["x", "城"]).min_count(2);
        let told = CleaningParams::new().rule(rule).run(df!("x" => [1.5]).unwrap()).unwrap_err().to_string();
        assert!(told.contains("column `x` is f64; cast it first") && told.contains("column `城`"), "{told}");
    }
}
