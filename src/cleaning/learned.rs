//! What rules learned from the frame they were fitted on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::Flow;
use crate::frame::exact_number;

/// One thing learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fact {
    /// A number, such as a median or a bound.
    Number(#[serde(with = "exact_number::one")] f64),
    /// A whole number, exact beyond 2^53.
    Whole(i64),
    /// A Boolean.
    Flag(bool),
    /// A text, such as the most frequent one.
    Text(String),
    /// Several texts, such as the levels that are frequent enough.
    Texts(Vec<String>),
    /// Nothing could be learned, for this reason.
    Undefined(String),
}

impl Fact {
    /// The number, where it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Whole(whole) => Some(*whole as f64),
            _ => None,
        }
    }
}

/// What was learned from the rows of one group, or from all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LearnedGroup {
    /// The values of the grouping columns as text; empty for all rows together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<Option<String>>,
    /// Rows with a usable value.
    pub n_rows: u64,
    /// What was learned, by its name: `median`, `low`, `high`, `centre`, `scale`, `levels`.
    pub facts: BTreeMap<String, Fact>,
}

/// What was learned about one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LearnedColumn {
    /// The column, by its raw name.
    pub column: String,
    /// Its type as it came to the rule; a frame with another one is refused.
    pub dtype: String,
    /// The grouping columns with their types, as groups are told apart by text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by: BTreeMap<String, String>,
    /// All rows first, then the groups by key.
    pub groups: Vec<LearnedGroup>,
}

impl LearnedColumn {
    pub(crate) fn new(column: &str, dtype: impl ToString, groups: Vec<LearnedGroup>) -> Self {
        Self { column: column.to_owned(), dtype: dtype.to_string(), by: BTreeMap::new(), groups }
    }

    /// Notes the types of the grouping columns.
    pub(crate) fn grouped_by(mut self, flow: &Flow, by: &[String]) -> Self {
        self.by = by.iter().filter_map(|key| Some((key.clone(), flow.dtype(key)?.to_string()))).collect();
        self
    }

    /// A fact about all rows together.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<&Fact> {
        self.groups.iter().find(|group| group.key.is_empty())?.facts.get(name)
    }
}

impl LearnedGroup {
    pub(crate) fn new<N: Into<String>>(
        key: Vec<Option<String>>,
        n_rows: u64,
        facts: impl IntoIterator<Item = (N, Fact)>,
    ) -> Self {
        Self { key, n_rows, facts: facts.into_iter().map(|(name, fact)| (name.into(), fact)).collect() }
    }
}

/// What one rule learned; most learn nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Learned {
    /// One entry per column, in the order of the rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<LearnedColumn>,
}

impl Learned {
    /// What was learned about a column.
    #[must_use]
    pub fn column(&self, column: &str) -> Option<&LearnedColumn> {
        self.columns.iter().find(|learned| learned.column == column)
    }
}
