//! What a cleaning is given: the frame, and the tables that its rules look things up in.

use std::collections::BTreeMap;
use std::fmt;

use polars::prelude::*;

/// Named tables that rules look things up in.
pub(crate) type Tables = BTreeMap<String, LazyFrame>;

/// A frame to clean, with the other tables that rules name, such as a list of products.
///
/// A plain `LazyFrame` or `DataFrame` turns into it where no rule names another table.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::CleaningInput;
/// use customer_analytics::polars::prelude::*;
///
/// let lines = df!("product" => ["a", "b"])?;
/// let products = df!("code" => ["a"])?;
/// let input = CleaningInput::new(lines.lazy()).table("products", products.lazy());
/// # let _ = input;
/// # Ok::<(), PolarsError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct CleaningInput {
    pub(crate) frame: LazyFrame,
    pub(crate) tables: Tables,
}

impl CleaningInput {
    /// A frame by itself.
    pub fn new(frame: LazyFrame) -> Self {
        Self { frame, tables: Tables::new() }
    }

    /// Adds a table under the name by which rules call it.
    pub fn table(mut self, name: impl Into<String>, frame: LazyFrame) -> Self {
        self.tables.insert(name.into(), frame);
        self
    }
}

impl From<LazyFrame> for CleaningInput {
    fn from(frame: LazyFrame) -> Self {
        Self::new(frame)
    }
}

impl From<DataFrame> for CleaningInput {
    fn from(frame: DataFrame) -> Self {
        Self::new(frame.lazy())
    }
}

impl fmt::Debug for CleaningInput {
    /// The names only: a plan over a frame can show customers' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CleaningInput").field("tables", &self.tables.keys()).finish_non_exhaustive()
    }
}
