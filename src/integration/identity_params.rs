//! Settings of identity resolution.

use std::collections::BTreeSet;

use polars::prelude::LazyFrame;
use serde::{Deserialize, Serialize};

use super::match_key::{Fuzzy, IDENTITIES, MatchKey};
use super::resolution::Resolution;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::columns::{SOURCE, SOURCE_ROW};
use crate::frame::optional_text;

/// What happens when an identity has more records than a person can have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Oversize {
    /// The resolution is refused.
    #[default]
    Refuse,
    /// It goes on, and the report counts such identities.
    Report,
}

/// Unchecked settings of identity resolution.
///
/// A record is what one source knows of one customer: a row of a customer table, not of a
/// log of purchases. Make one record per customer and source first.
///
/// # Examples
///
/// ```
/// use customer_analytics::integration::{IdentityParams, MatchKey};
/// use customer_analytics::prelude::*;
///
/// let records = df!(
///     "source" => ["app", "shop", "shop", "web"],
///     "source_row" => [0_u32, 0, 1, 0],
///     "phone" => [Some("13912345678"), Some("+86 139-1234-5678"), None, None],
///     "email" => [None, Some("WANG@example.com"), Some("li@example.com"), Some("wang@example.com")],
/// )?;
/// let resolved = IdentityParams::new()
///     .key(MatchKey::new("phone").phone("CN"))
///     .key(MatchKey::new("email").email())
///     .run(records.lazy())?;
/// assert_eq!(resolved.identities(), [0, 0, 1, 0]);
/// assert_eq!(resolved.report().n_merges, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct IdentityParams {
    pub(super) keys: Vec<MatchKey>,
    pub(super) fuzzy: Vec<Fuzzy>,
    #[serde(with = "optional_text")]
    pub(super) source: Option<String>,
    pub(super) record: Vec<String>,
    pub(super) placeholders: Vec<String>,
    pub(super) conflicts: Vec<String>,
    pub(super) max_records_per_key: u32,
    pub(super) max_component: u32,
    pub(super) oversize: Oversize,
}

/// Texts that mean that nothing is known, compared in NFKC, trimmed and in lower case.
const PLACEHOLDERS: [&str; 17] = [
    "0", "-", "--", "/", "?", ".", "n/a", "na", "nan", "none", "null", "unknown", "test", "无", "未知", "不详", "暂无",
];

impl Default for IdentityParams {
    fn default() -> Self {
        Self {
            keys: vec![],
            fuzzy: vec![],
            source: Some(SOURCE.to_owned()),
            record: vec![SOURCE_ROW.to_owned()],
            placeholders: PLACEHOLDERS.map(str::to_owned).to_vec(),
            conflicts: vec![],
            max_records_per_key: 20,
            max_component: 200,
            oversize: Oversize::Refuse,
        }
    }
}

impl IdentityParams {
    /// Records are known by `source` and `source_row`, as [`Channels`](super::Channels) names
    /// them; no key yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key; records that share its value are linked.
    pub fn key(mut self, key: MatchKey) -> Self {
        self.keys.push(key);
        self
    }

    /// Adds a comparison of texts that are alike, inside blocks; there is none by default.
    pub fn fuzzy(mut self, fuzzy: Fuzzy) -> Self {
        self.fuzzy.push(fuzzy);
        self
    }

    /// The column that tells the source of a record; `source` by default.
    pub fn source(mut self, column: impl Into<String>) -> Self {
        self.source = Some(column.into());
        self
    }

    /// All records are of one source; `source = ""` in a job file.
    pub fn without_source(mut self) -> Self {
        self.source = None;
        self
    }

    /// The columns that tell a record within its source; `source_row` by default. With the
    /// source they must be unique and without nulls, as the order of records is theirs.
    pub fn record<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.record = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Adds texts that mean that nothing is known, such as `13800000000`; they match nothing
    /// in whatever spelling the form of a key takes for the same.
    ///
    /// Known by default are `0`, `-`, `--`, `/`, `?`, `.`, `n/a`, `na`, `nan`, `none`, `null`,
    /// `unknown`, `test`, `无`, `未知`, `不详` and `暂无`.
    pub fn placeholders<S: Into<String>>(mut self, texts: impl IntoIterator<Item = S>) -> Self {
        self.placeholders.extend(texts.into_iter().map(Into::into));
        self
    }

    /// Columns of which a person has one value, such as the birthday: identities whose records
    /// differ there, as text, are reported. They are not taken apart: which link was wrong
    /// nobody can tell from the values alone.
    pub fn conflicts<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.conflicts = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Most records that a value can have and still link them, from 2 on; 20 by default. The
    /// shop's own telephone number, typed in where a customer gave none, would make one
    /// customer of thousands; such values are left out and counted. So are texts of a
    /// comparison that more records of one block have. It must leave room for one record of
    /// each source.
    pub fn max_records_per_key(mut self, most: u32) -> Self {
        self.max_records_per_key = most;
        self
    }

    /// Most records of an identity, from 1 on; 200 by default.
    pub fn max_component(mut self, most: u32) -> Self {
        self.max_component = most;
        self
    }

    /// What happens when an identity has more; the resolution is refused by default.
    pub fn oversize(mut self, oversize: Oversize) -> Self {
        self.oversize = oversize;
        self
    }

    /// Checks every setting and returns the runnable resolution.
    ///
    /// # Errors
    /// `Param` when there is no key and no comparison, a key is named twice, no column tells a
    /// record or one is named twice, or a number is out of its range.
    pub fn check(self) -> Result<Identities> {
        self.keys.iter().try_for_each(MatchKey::check)?;
        self.fuzzy.iter().try_for_each(Fuzzy::check)?;
        let names = self.keys.iter().map(MatchKey::name).chain(self.fuzzy.iter().map(Fuzzy::name));
        let distinct: BTreeSet<String> = names.collect();
        let n_keys = self.keys.len() + self.fuzzy.len();
        if n_keys == 0 || distinct.len() < n_keys {
            let got = format!("{n_keys} with {} distinct name(s)", distinct.len());
            return Err(Error::param(IDENTITIES, "keys", "at least one, each of other columns", got));
        }
        let record = self.record_columns();
        if record.iter().collect::<BTreeSet<_>>().len() < record.len() {
            return Err(Error::param(IDENTITIES, "record", "distinct columns, none of them the source", "one twice"));
        }
        if self.source.as_deref() == Some("") {
            return Err(Error::param(
                IDENTITIES,
                "source",
                "the name of a column; see `without_source`",
                "a blank one",
            ));
        }
        if record.is_empty() {
            return Err(Error::param(IDENTITIES, "record", "at least one column where no source is named", "none"));
        }
        if self.max_records_per_key < 2 {
            return Err(Error::param(IDENTITIES, "max_records_per_key", "at least 2", self.max_records_per_key));
        }
        if self.max_component < 1 {
            return Err(Error::param(IDENTITIES, "max_component", "at least 1", self.max_component));
        }
        Ok(Identities(self))
    }

    /// Checks, and resolves the records.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of the steps of [`Identities`].
    pub fn run(self, records: LazyFrame) -> Result<Resolution> {
        self.check()?.run(&records)
    }

    /// The columns that tell a record among all; the source first.
    pub(super) fn record_columns(&self) -> Vec<&str> {
        self.source.iter().chain(&self.record).map(String::as_str).collect()
    }
}

/// Checked settings of identity resolution; the only type that can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "IdentityParams", into = "IdentityParams")]
pub struct Identities(pub(super) IdentityParams);

impl TryFrom<IdentityParams> for Identities {
    type Error = Error;

    fn try_from(params: IdentityParams) -> Result<Self> {
        params.check()
    }
}

impl From<Identities> for IdentityParams {
    fn from(checked: Identities) -> Self {
        checked.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_a_job_file() {
        let params = IdentityParams::new()
            .key(MatchKey::new("手机").phone("CN"))
            .key(MatchKey::new("name").text().and("birthday"))
            .fuzzy(Fuzzy::new("name").block_on(["birthday"]).threshold(0.9))
            .placeholders(["13800000000"])
            .conflicts(["birthday"])
            .max_records_per_key(5)
            .oversize(Oversize::Report);
        let text = serde_json::to_string(&params.clone().check().unwrap()).unwrap();
        assert_eq!(serde_json::from_str::<IdentityParams>(&text).unwrap(), params);
        let toml = toml::to_string(&params).unwrap();
        assert_eq!(toml::from_str::<IdentityParams>(&toml).unwrap(), params);
        let of_one_source = params.without_source().record(["id"]);
        let toml = toml::to_string(&of_one_source).unwrap();
        assert_eq!(toml::from_str::<IdentityParams>(&toml).unwrap(), of_one_source);
        assert!(serde_json::from_str::<IdentityParams>(r#"{"key": []}"#).is_err());
        assert!(serde_json::from_str::<Identities>("{}").is_err());
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let key = || MatchKey::new("phone");
        let with = |params: IdentityParams| params.check().unwrap_err().to_string();
        let usual = || IdentityParams::new().key(key());
        assert_eq!(
            with(IdentityParams::new()),
            "identities: `keys` must be at least one, each of other columns, got 0 with 0 distinct name(s)"
        );
        assert!(with(usual().key(key().text())).contains("got 2 with 1 distinct name(s)"));
        assert!(with(IdentityParams::new().key(key().phone("cn"))).contains("`keys.country` must be an ISO 3166 code"));
        assert!(with(usual().max_records_per_key(1)).contains("must be at least 2, got 1"));
        assert!(with(usual().max_component(0)).contains("must be at least 1, got 0"));
        assert!(with(usual().without_source().record(Vec::<String>::new())).contains("`record` must be at least one"));
        let fuzzy = || Fuzzy::new("name").block_on(["city"]);
        assert!(with(usual().fuzzy(Fuzzy::new("name"))).contains("`fuzzy.block_on`"));
        assert!(with(usual().fuzzy(fuzzy().threshold(f64::NAN))).contains("in 0.5..=1, got NaN"));
        assert!(with(usual().fuzzy(fuzzy().max_block(1))).contains("in 2..=10000, got 1"));
    }
}
