//! How a table is brought to one row per customer.

use serde::{Deserialize, Serialize};

/// The name used in errors.
pub(super) const PROFILE: &str = "profile";

/// One number or value of the rows of a customer.
///
/// Cells that are null, blank or NaN take no part. A customer without any row has 0 of what
/// is counted and null of all else. No figure depends on the order of rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Figure {
    /// Rows.
    Count,
    /// Different values.
    NDistinct {
        /// Column.
        of: String,
    },
    /// The exact sum; Int64 of whole numbers, else Float64.
    Sum {
        /// Column of whole numbers or Float64.
        of: String,
    },
    /// The mean of the exact sum, Float64.
    Mean {
        /// Column of whole numbers or Float64.
        of: String,
    },
    /// The value known at the earliest time; of several at one time the smallest.
    First {
        /// Column.
        of: String,
    },
    /// The value known at the latest time; of several at one time the smallest.
    Last {
        /// Column.
        of: String,
    },
    /// The smallest value.
    Smallest {
        /// Column.
        of: String,
    },
    /// The largest value.
    Largest {
        /// Column.
        of: String,
    },
    /// The most frequent value; of equally frequent ones the smallest.
    MostFrequent {
        /// Column.
        of: String,
    },
}

macro_rules! figures {
    ($($name:ident $variant:ident $doc:literal),*) => { $(
        #[doc = $doc]
        pub fn $name(of: impl Into<String>) -> Self {
            Self::$variant { of: of.into() }
        }
    )* };
}

impl Figure {
    figures! {
        n_distinct NDistinct "Different values of a column.",
        sum Sum "The exact sum of a column.",
        mean Mean "The mean of a column.",
        first First "The value of a column at the earliest time.",
        last Last "The value of a column at the latest time.",
        smallest Smallest "The smallest value of a column.",
        largest Largest "The largest value of a column.",
        most_frequent MostFrequent "The most frequent value of a column."
    }

    /// The column it is of.
    pub(super) fn column(&self) -> Option<&str> {
        match self {
            Self::Count => None,
            Self::NDistinct { of }
            | Self::Sum { of }
            | Self::Mean { of }
            | Self::First { of }
            | Self::Last { of }
            | Self::Smallest { of }
            | Self::Largest { of }
            | Self::MostFrequent { of } => Some(of),
        }
    }

    pub(super) fn needs_time(&self) -> bool {
        matches!(self, Self::First { .. } | Self::Last { .. })
    }

    pub(super) fn needs_numbers(&self) -> bool {
        matches!(self, Self::Sum { .. } | Self::Mean { .. })
    }
}

/// Many rows per customer, such as purchases, as numbers of each customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Aggregate {
    pub(super) customer: String,
    #[serde(default)]
    pub(super) time: Option<String>,
    #[serde(default)]
    pub(super) figures: Vec<(String, Figure)>,
}

impl Aggregate {
    /// Rows of the customers that a column names.
    pub fn by(customer: impl Into<String>) -> Self {
        Self { customer: customer.into(), time: None, figures: vec![] }
    }

    /// The column of the time, a date or datetime; rows later than the date of the profile
    /// are left out. Without it nothing keeps later rows away.
    pub fn time(mut self, column: impl Into<String>) -> Self {
        self.time = Some(column.into());
        self
    }

    /// Adds a figure under the name that its column gets.
    pub fn figure(mut self, name: impl Into<String>, figure: Figure) -> Self {
        self.figures.push((name.into(), figure));
        self
    }
}

/// The latest row of each customer, such as the last answer to a survey.
///
/// The row is taken as it is: what it does not know stays unknown. Of several rows at the
/// latest time that one is taken whose values are the largest, column by column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Latest {
    pub(super) customer: String,
    pub(super) time: String,
    #[serde(default)]
    pub(super) take: Vec<(String, String)>,
    #[serde(default)]
    pub(super) limit: Option<Limit>,
}

/// A time of each customer that bounds the rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limit {
    pub(super) column: String,
    pub(super) is_inclusive: bool,
}

impl Latest {
    /// Rows of the customers that a column names, by the time in another, at or before the
    /// date of the profile.
    pub fn by(customer: impl Into<String>, time: impl Into<String>) -> Self {
        Self { customer: customer.into(), time: time.into(), take: vec![], limit: None }
    }

    /// Takes a column under its own name.
    pub fn take(self, column: impl Into<String>) -> Self {
        let column = column.into();
        self.take_as(column.clone(), column)
    }

    /// Takes a column under another name.
    pub fn take_as(mut self, name: impl Into<String>, column: impl Into<String>) -> Self {
        self.take.push((name.into(), column.into()));
        self
    }

    /// Only rows at or before the time in this column of the customers, too; a customer
    /// without it gets none.
    pub fn not_after(mut self, column: impl Into<String>) -> Self {
        self.limit = Some(Limit { column: column.into(), is_inclusive: true });
        self
    }

    /// Only rows before the time in this column of the customers, too; a customer without it
    /// gets none.
    pub fn before(mut self, column: impl Into<String>) -> Self {
        self.limit = Some(Limit { column: column.into(), is_inclusive: false });
        self
    }
}

/// What happens where a table that should have one row per customer has several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Repeated {
    /// The profile is refused.
    #[default]
    Refuse,
    /// The row in which most of the columns taken are known stays, and of equals that one
    /// whose values are the largest, column by column; the others are counted.
    MostComplete,
}

/// One row per customer, such as addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Attach {
    pub(super) customer: String,
    #[serde(default)]
    pub(super) time: Option<String>,
    #[serde(default)]
    pub(super) take: Vec<(String, String)>,
    #[serde(default)]
    pub(super) repeated: Repeated,
}

impl Attach {
    /// Rows of the customers that a column names.
    pub fn by(customer: impl Into<String>) -> Self {
        Self { customer: customer.into(), time: None, take: vec![], repeated: Repeated::Refuse }
    }

    /// The column of the time, a date or datetime; rows later than the date of the profile
    /// are left out. Without it nothing keeps later rows away.
    pub fn time(mut self, column: impl Into<String>) -> Self {
        self.time = Some(column.into());
        self
    }

    /// Takes a column under its own name.
    pub fn take(self, column: impl Into<String>) -> Self {
        let column = column.into();
        self.take_as(column.clone(), column)
    }

    /// Takes a column under another name.
    pub fn take_as(mut self, name: impl Into<String>, column: impl Into<String>) -> Self {
        self.take.push((name.into(), column.into()));
        self
    }

    /// What happens where a customer has several rows; the profile is refused by default.
    pub fn repeated(mut self, repeated: Repeated) -> Self {
        self.repeated = repeated;
        self
    }
}
