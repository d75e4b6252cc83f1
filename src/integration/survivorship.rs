//! Settings of survivorship: which value of several records stays.

use std::collections::BTreeSet;

use polars::prelude::LazyFrame;
use serde::{Deserialize, Serialize};

use super::survivors::Survivors;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::columns::{IDENTITY, N_RECORDS, N_SOURCES, SOURCE, SOURCE_ROW};
use crate::frame::optional_text;

/// The name used in errors.
pub(super) const SURVIVORSHIP: &str = "survivorship";

/// Which value of a field stays.
///
/// Values that are null, blank or NaN never stay where another is known. Where a rule leaves
/// a tie, the record of the earlier source in the list of sources decides, then sources not
/// listed by their names, then the record columns: never the order in which rows came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Keep {
    /// That of the record with the latest time; records without time come last.
    MostRecent {
        /// Column of the time, a date or datetime.
        time: String,
    },
    /// That of the record in which most of the fields are known.
    MostComplete,
    /// That of the first source in the list of sources.
    SourcePriority,
    /// The longest text, by its characters without white space at the ends.
    Longest,
    /// The value that most records have; text is compared without white space at the ends.
    MostFrequent,
    /// The smallest.
    Smallest,
    /// The largest.
    Largest,
    /// The exact sum of numbers; Int64 of whole numbers, else Float64.
    Sum,
    /// All texts that differ, sorted, with a separator between; choose one that no text holds.
    Distinct {
        /// Stands between two texts.
        separator: String,
    },
}

impl Keep {
    /// The value of the record with the latest time.
    pub fn most_recent(time: impl Into<String>) -> Self {
        Self::MostRecent { time: time.into() }
    }

    /// All texts that differ, sorted, with a separator between.
    pub fn distinct(separator: impl Into<String>) -> Self {
        Self::Distinct { separator: separator.into() }
    }

    /// The name used in the report and in job files.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::MostRecent { .. } => "most_recent",
            Self::MostComplete => "most_complete",
            Self::SourcePriority => "source_priority",
            Self::Longest => "longest",
            Self::MostFrequent => "most_frequent",
            Self::Smallest => "smallest",
            Self::Largest => "largest",
            Self::Sum => "sum",
            Self::Distinct { .. } => "distinct",
        }
    }

    /// Whether the value is that of one record.
    pub(super) fn is_of_one_record(&self) -> bool {
        !matches!(self, Self::Sum | Self::Distinct { .. })
    }
}

/// A field of the result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) column: String,
    pub(super) keep: Keep,
}

/// Unchecked settings of survivorship: one row per identity, each field by its own rule.
///
/// # Examples
///
/// ```
/// use customer_analytics::integration::{Keep, SurvivorshipParams};
/// use customer_analytics::prelude::*;
///
/// let records = df!(
///     "identity" => [0_u32, 0, 1],
///     "source" => ["门店", "小程序", "门店"],
///     "source_row" => [0_u32, 0, 1],
///     "姓名" => [Some("王芳"), Some("小芳"), None],
///     "积分" => [10_i64, 5, 7],
/// )?;
/// let survivors = SurvivorshipParams::new()
///     .sources(["小程序", "门店"])
///     .field("姓名", Keep::SourcePriority)
///     .field("积分", Keep::Sum)
///     .run(records.lazy())?;
/// let expected = df!(
///     "identity" => [0_u32, 1], "n_records" => [2_u32, 1], "n_sources" => [2_u32, 1],
///     "姓名" => [Some("小芳"), None], "积分" => [15_i64, 7],
/// )?;
/// assert!(survivors.data().equals_missing(&expected));
/// assert_eq!(survivors.report().fields[0].n_disagreeing, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct SurvivorshipParams {
    pub(super) fields: Vec<Field>,
    pub(super) sources: Vec<String>,
    pub(super) identity: String,
    #[serde(with = "optional_text")]
    pub(super) source: Option<String>,
    pub(super) record: Vec<String>,
    pub(super) provenance: bool,
}

impl Default for SurvivorshipParams {
    fn default() -> Self {
        Self {
            fields: vec![],
            sources: vec![],
            identity: IDENTITY.to_owned(),
            source: Some(SOURCE.to_owned()),
            record: vec![SOURCE_ROW.to_owned()],
            provenance: false,
        }
    }
}

impl SurvivorshipParams {
    /// Starts without any field; records are known by `identity`, `source` and `source_row`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps a column under its own name.
    pub fn field(self, column: impl Into<String>, keep: Keep) -> Self {
        let column = column.into();
        self.field_as(column.clone(), column, keep)
    }

    /// Keeps a column under another name, so that one column can be kept by several rules.
    pub fn field_as(mut self, name: impl Into<String>, column: impl Into<String>, keep: Keep) -> Self {
        self.fields.push(Field { name: name.into(), column: column.into(), keep });
        self
    }

    /// Sources, the most trusted first.
    pub fn sources<S: Into<String>>(mut self, sources: impl IntoIterator<Item = S>) -> Self {
        self.sources = sources.into_iter().map(Into::into).collect();
        self
    }

    /// The column of the identity; `identity` by default.
    pub fn identity(mut self, column: impl Into<String>) -> Self {
        self.identity = column.into();
        self
    }

    /// The column of the source; `source` by default.
    pub fn source(mut self, column: impl Into<String>) -> Self {
        self.source = Some(column.into());
        self
    }

    /// All records are of one source; `source = ""` in a job file.
    pub fn without_source(mut self) -> Self {
        self.source = None;
        self
    }

    /// The columns that tell a record within its source; `source_row` by default.
    pub fn record<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.record = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Whether each field whose value is that of one record is followed by a column
    /// `…_source` with the source of that record; not by default.
    pub fn provenance(mut self, provenance: bool) -> Self {
        self.provenance = provenance;
        self
    }

    /// Checks every setting and returns the runnable survivorship.
    ///
    /// # Errors
    /// `Param` when there is no field, a name is given twice, a priority is asked for without
    /// sources, or nothing tells the source that is to be shown.
    pub fn check(self) -> Result<Survivorship> {
        let own = [self.identity.as_str(), N_RECORDS, N_SOURCES];
        let shown = self.fields.iter().filter(|field| self.provenance && field.keep.is_of_one_record());
        let shown: Vec<String> = shown.map(|field| source_column(&field.name)).collect();
        let names = self.fields.iter().map(|field| field.name.as_str()).chain(shown.iter().map(String::as_str));
        let mut distinct: BTreeSet<&str> = own.into_iter().collect();
        let n_repeated = names.filter(|name| !distinct.insert(name)).count();
        if self.fields.is_empty() || n_repeated > 0 {
            let expected = "at least one, under names of their own that are not those of the result";
            let got = format!("{} with {n_repeated} name(s) taken", self.fields.len());
            return Err(Error::param(SURVIVORSHIP, "fields", expected, got));
        }
        if self.source.as_deref() == Some("") {
            return Err(Error::param(
                SURVIVORSHIP,
                "source",
                "the name of a column; see `without_source`",
                "a blank one",
            ));
        }
        let by_priority = self.fields.iter().any(|field| field.keep == Keep::SourcePriority);
        if by_priority && (self.sources.is_empty() || self.source.is_none()) {
            let expected = "the sources in order, and `source` their column, where a field goes by priority";
            return Err(Error::param(SURVIVORSHIP, "sources", expected, "none"));
        }
        if self.provenance && self.source.is_none() {
            return Err(Error::param(SURVIVORSHIP, "provenance", "false where records have no source", true));
        }
        let distinct: BTreeSet<&String> = self.sources.iter().collect();
        if distinct.len() < self.sources.len() {
            return Err(Error::param(SURVIVORSHIP, "sources", "distinct", "a source twice"));
        }
        Ok(Survivorship(self))
    }

    /// Checks, and keeps one value per identity and field.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of the steps of [`Survivorship`].
    pub fn run(self, records: LazyFrame) -> Result<Survivors> {
        self.check()?.run(&records)
    }

    /// The columns that tell a record among all; the source first.
    pub(super) fn record_columns(&self) -> Vec<&str> {
        self.source.iter().chain(&self.record).map(String::as_str).collect()
    }
}

/// The name of the column that shows the source of a field.
pub(super) fn source_column(field: &str) -> String {
    format!("{field}_{SOURCE}")
}

/// Checked settings of survivorship; the only type that can run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SurvivorshipParams", into = "SurvivorshipParams")]
pub struct Survivorship(pub(super) SurvivorshipParams);

impl TryFrom<SurvivorshipParams> for Survivorship {
    type Error = Error;

    fn try_from(params: SurvivorshipParams) -> Result<Self> {
        params.check()
    }
}

impl From<Survivorship> for SurvivorshipParams {
    fn from(checked: Survivorship) -> Self {
        checked.0
    }
}
