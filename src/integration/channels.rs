//! Records of several channels under each other, under common names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use polars::prelude::*;

use super::channel_types::common_type;
use super::channels_report::{ChannelsReport, ColumnCast, SourceReport};
use crate::error::{Error, Result};
use crate::frame::columns::{SOURCE, SOURCE_ROW};
use crate::frame::schema::did_you_mean;

/// The name used in errors.
const CHANNELS: &str = "channels";

/// Channels of one company, each with its own column names.
///
/// A source gets the name under which its records are known, a frame, and pairs of target
/// column and source column. In the union every record has `source`, `source_row` (its
/// position in the source, from 0) and all target columns in the order in which they were
/// first named; a target that a source lacks is null there. Columns that are not named stay
/// behind, and the report lists them.
///
/// Types are brought together where no digit can be lost: whole numbers to wider ones, those
/// of up to 32 bits to Float64 too, Float32 to Float64, categories to text, dates to
/// datetimes (midnight) but not to nanoseconds, milliseconds to microseconds. Other differences are refused, all at
/// once, unless [`dtype`](Self::dtype) states the type wanted.
///
/// The union is lazy: nothing but schemas is read.
///
/// # Examples
///
/// ```
/// use customer_analytics::integration::Channels;
/// use customer_analytics::prelude::*;
///
/// let shop = df!("会员" => ["王芳"], "手机" => ["13912345678"], "备注" => ["常客"])?;
/// let web = df!("name" => ["Li Wei"], "mail" => ["li@example.com"])?;
/// let union = Channels::new()
///     .source("门店", shop.lazy(), [("name", "会员"), ("phone", "手机")])
///     .source("web", web.lazy(), [("name", "name"), ("email", "mail")])
///     .union()?;
/// assert_eq!(union.report().sources[0].left_out, ["备注"]);
/// assert_eq!(union.report().sources[1].missing, ["phone"]);
/// let columns = union.frame().collect_schema()?;
/// assert_eq!(columns.iter_names().collect::<Vec<_>>(), ["source", "source_row", "name", "phone", "email"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Channels {
    sources: Vec<Source>,
    dtypes: BTreeMap<String, DataType>,
}

#[derive(Clone)]
struct Source {
    name: String,
    frame: LazyFrame,
    /// Target and source column.
    roles: Vec<(String, String)>,
}

/// A source with its schema.
struct Known<'a> {
    source: &'a Source,
    schema: SchemaRef,
}

impl Known<'_> {
    fn column(&self, target: &str) -> Option<&str> {
        self.source.roles.iter().find(|(name, _)| name == target).map(|(_, column)| column.as_str())
    }

    fn dtype(&self, target: &str) -> Option<&DataType> {
        self.schema.get(self.column(target)?)
    }
}

impl Channels {
    /// Starts without any source.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a source: its name, its frame, and pairs of target column and source column.
    pub fn source<T: Into<String>, C: Into<String>>(
        mut self,
        name: impl Into<String>,
        frame: LazyFrame,
        roles: impl IntoIterator<Item = (T, C)>,
    ) -> Self {
        let roles = roles.into_iter().map(|(target, column)| (target.into(), column.into())).collect();
        self.sources.push(Source { name: name.into(), frame, roles });
        self
    }

    /// States the type of a target column; every source is cast to it, and a value that does
    /// not fit fails the query rather than becoming null.
    pub fn dtype(mut self, target: impl Into<String>, dtype: DataType) -> Self {
        self.dtypes.insert(target.into(), dtype);
        self
    }

    /// Describes the union; only schemas are read.
    ///
    /// # Errors
    /// `Param` without a source, or with an empty or repeated name of one; `Schema` with every
    /// column that is missing, named twice or of a type that does not go with the others;
    /// `Query` when a schema cannot be had.
    pub fn union(self) -> Result<Union> {
        self.check_names()?;
        let known = self.known()?;
        let targets = self.targets();
        let mut problems = self.problems(&known);
        let mut dtypes = Vec::with_capacity(targets.len());
        for target in &targets {
            match self.target_dtype(target, &known) {
                Ok(dtype) => dtypes.push(dtype),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(Error::Schema { table: CHANNELS, problems });
        }
        let typed: Vec<(String, DataType)> = targets.into_iter().zip(dtypes).collect();
        let report = ChannelsReport { sources: known.iter().map(|known| report_of(known, &typed)).collect() };
        let parts: Vec<LazyFrame> = known.iter().map(|known| part_of(known, &typed)).collect();
        let frame = concat(parts, UnionArgs::default()).map_err(Error::query(CHANNELS))?;
        Ok(Union { frame, report })
    }

    fn check_names(&self) -> Result<()> {
        let mut names = BTreeSet::new();
        let distinct = self.sources.iter().all(|source| !source.name.trim().is_empty() && names.insert(&source.name));
        if self.sources.is_empty() || !distinct {
            let got = format!("{} source(s) with {} distinct name(s)", self.sources.len(), names.len());
            return Err(Error::param(CHANNELS, "source", "at least one, each with a name of its own", got));
        }
        Ok(())
    }

    fn known(&self) -> Result<Vec<Known<'_>>> {
        let known = |source: &'_ Source| source.frame.clone().collect_schema().map_err(Error::query(CHANNELS));
        self.sources.iter().map(|source| Ok(Known { source, schema: known(source)? })).collect()
    }

    /// Targets in the order in which they are first named.
    fn targets(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let named = self.sources.iter().flat_map(|source| &source.roles).map(|(target, _)| target);
        named.filter(|target| seen.insert(*target)).cloned().collect()
    }

    /// What is wrong with the names.
    fn problems(&self, known: &[Known<'_>]) -> Vec<String> {
        let mut problems = Vec::new();
        for Known { source, schema } in known {
            let mut targets = BTreeSet::new();
            for (target, column) in &source.roles {
                if !schema.contains(column) {
                    let close =
                        did_you_mean(column, schema).map_or_else(String::new, |close| format!("{close} if not, "));
                    problems.push(format!(
                        "source `{}` has no column `{column}` for `{target}`; {close}leave the target out to make it null",
                        source.name
                    ));
                }
                if !targets.insert(target) {
                    problems.push(format!("source `{}` names the target `{target}` twice", source.name));
                }
                if target == SOURCE || target == SOURCE_ROW {
                    problems.push(format!("target `{target}` is a name that the union gives itself; choose another"));
                }
            }
        }
        let targets = self.targets();
        let unknown = self.dtypes.keys().filter(|target| !targets.contains(target));
        problems.extend(unknown.map(|target| format!("a type is stated for `{target}`, which no source has")));
        problems
    }

    /// The one type of a target in all sources, or what is in its way.
    fn target_dtype(&self, target: &str, known: &[Known<'_>]) -> Result<DataType, String> {
        if let Some(stated) = self.dtypes.get(target) {
            return Ok(stated.clone());
        }
        let given: Vec<(&str, &DataType)> =
            known.iter().filter_map(|known| Some((known.source.name.as_str(), known.dtype(target)?))).collect();
        common_type(given.iter().map(|(_, dtype)| *dtype)).ok_or_else(|| {
            let list: Vec<String> = given.iter().map(|(name, dtype)| format!("{dtype} in `{name}`")).collect();
            format!("target `{target}` is {}; state its type with `dtype`, or cast a source", list.join(", "))
        })
    }
}

fn report_of(known: &Known<'_>, typed: &[(String, DataType)]) -> SourceReport {
    let used: BTreeSet<&str> = known.source.roles.iter().map(|(_, column)| column.as_str()).collect();
    let left_out = known.schema.iter_names().filter(|name| !used.contains(name.as_str()));
    let cast = typed.iter().filter_map(|(target, dtype)| {
        let from = known.dtype(target).filter(|from| *from != dtype)?;
        Some(ColumnCast { target: target.clone(), from: from.to_string(), to: dtype.to_string() })
    });
    SourceReport {
        source: known.source.name.clone(),
        roles: known.source.roles.clone(),
        missing: typed.iter().map(|(name, _)| name).filter(|name| known.column(name).is_none()).cloned().collect(),
        left_out: left_out.map(ToString::to_string).collect(),
        cast: cast.collect(),
    }
}

/// The records of one source under the names of the union.
fn part_of(known: &Known<'_>, typed: &[(String, DataType)]) -> LazyFrame {
    // A name that no column of the source has: `source_row` may be taken.
    let mut row = SOURCE_ROW.to_owned();
    while known.schema.contains(&row) {
        row.push('_');
    }
    let name = lit(known.source.name.clone()).alias(SOURCE);
    let mut columns = vec![name, col(row.as_str()).cast(DataType::UInt32).alias(SOURCE_ROW)];
    columns.extend(typed.iter().map(|(target, dtype)| match known.column(target) {
        None => lit(NULL).cast(dtype.clone()).alias(target.as_str()),
        Some(column) if known.schema.get(column) == Some(dtype) => col(column).alias(target.as_str()),
        Some(column) => col(column).strict_cast(dtype.clone()).alias(target.as_str()),
    }));
    known.source.frame.clone().with_row_index(row, None).select(columns)
}

impl fmt::Debug for Channels {
    /// Names only: a plan can hold frames, which are customers' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sources = self.sources.iter().map(|source| (&source.name, &source.roles));
        f.debug_struct("Channels").field("sources", &sources.collect::<Vec<_>>()).field("dtypes", &self.dtypes).finish()
    }
}

/// The records of all channels, and what became of their columns.
#[derive(Clone)]
pub struct Union {
    frame: LazyFrame,
    report: ChannelsReport,
}

impl Union {
    /// The records: `source`, `source_row` and the target columns; lazy.
    pub fn frame(&self) -> LazyFrame {
        self.frame.clone()
    }

    /// What became of every source's columns.
    #[must_use]
    pub fn report(&self) -> &ChannelsReport {
        &self.report
    }
}

impl fmt::Debug for Union {
    /// The report only: the plan can hold customers' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Union").field("report", &self.report).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::collect;

    fn text(frame: &DataFrame, name: &str) -> Vec<Option<String>> {
        let column = frame.column(name).unwrap().cast(&DataType::String).unwrap();
        column.str().unwrap().iter().map(|value| value.map(str::to_owned)).collect()
    }

    fn some(values: &[&str]) -> Vec<Option<String>> {
        values.iter().map(|value| Some((*value).to_owned())).collect()
    }

    #[test]
    fn records_of_all_sources_are_under_each_other() {
        let shop = df!("姓名" => ["王芳", "李伟"], "积分" => [1_i32, 2], "source_row" => ["a", "b"]).unwrap();
        let web = df!("name" => ["Li"], "points" => [2.5]).unwrap();
        let union = Channels::new()
            .source("门店", shop.lazy(), [("name", "姓名"), ("points", "积分"), ("tag", "source_row")])
            .source("web", web.lazy(), [("points", "points"), ("name", "name")])
            .union()
            .unwrap();
        let frame = collect("test", union.frame()).unwrap();
        assert_eq!(text(&frame, "source"), some(&["门店", "门店", "web"]));
        assert_eq!(text(&frame, "source_row"), some(&["0", "1", "0"]));
        assert_eq!(text(&frame, "name"), some(&["王芳", "李伟", "Li"]));
        assert_eq!(text(&frame, "points"), some(&["1.0", "2.0", "2.5"]));
        assert_eq!(text(&frame, "tag"), vec![Some("a".to_owned()), Some("b".to_owned()), None]);
        let cast = &union.report().sources[0].cast;
        assert_eq!((cast[0].from.as_str(), cast[0].to.as_str()), ("i32", "f64"));
        assert_eq!(union.report().sources[1].missing, ["tag"]);
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let a = df!("k" => [1_i64], "x" => ["1"], "d" => [1.0]).unwrap();
        let b = df!("k" => ["a"], "x" => ["1"], "d" => [7_i64]).unwrap();
        let refused = Channels::new()
            .source("甲", a.lazy(), [("key", "k"), ("gone", "gone"), ("d", "d"), ("source", "x")])
            .source("乙", b.lazy(), [("key", "k"), ("key", "x"), ("d", "d"), ("more", "D")])
            .dtype("other", DataType::String)
            .union()
            .unwrap_err();
        let message = refused.to_string();
        for part in [
            "channels: 7 schema problem(s)",
            "source `甲` has no column `gone` for `gone`; leave the target out",
            "source `乙` has no column `D` for `more`; did you mean `d`? if not, leave the target out",
            "target `source` is a name that the union gives itself",
            "source `乙` names the target `key` twice",
            "a type is stated for `other`",
            "target `key` is i64 in `甲`, str in `乙`; state its type with `dtype`",
            "target `d` is f64 in `甲`, i64 in `乙`",
        ] {
            assert!(message.contains(part), "{part} not in {message}");
        }
    }

    #[test]
    fn a_stated_type_is_kept_or_the_query_fails() {
        let channels = |value: &str| {
            let a = df!("k" => [1_i64]).unwrap();
            let b = df!("k" => [value]).unwrap();
            let both = Channels::new().source("a", a.lazy(), [("k", "k")]).source("b", b.lazy(), [("k", "k")]);
            collect("test", both.dtype("k", DataType::Int64).union().unwrap().frame())
        };
        assert_eq!(text(&channels("42").unwrap(), "k"), some(&["1", "42"]));
        assert!(matches!(channels("x"), Err(Error::Query { .. })));
    }

    #[test]
    fn an_empty_source_adds_nothing_and_no_source_is_refused() {
        let empty = df!("n" => Vec::<&str>::new()).unwrap();
        let full = df!("n" => ["a"]).unwrap();
        let union =
            Channels::new().source("full", full.lazy(), [("n", "n")]).source("empty", empty.lazy(), [("n", "n")]);
        assert_eq!(collect("test", union.union().unwrap().frame()).unwrap().height(), 1);
        assert!(Channels::new().union().unwrap_err().is_param());
        let twice = df!("n" => ["a"]).unwrap().lazy();
        let twice = Channels::new().source("a", twice.clone(), [("n", "n")]).source("a", twice, [("n", "n")]);
        assert!(twice.union().unwrap_err().to_string().contains("each with a name of its own"));
    }
}
