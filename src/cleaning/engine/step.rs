//! What every rule can do, and what it checks itself against.

use polars::prelude::*;

use crate::cleaning::engine::flow::Flow;
use crate::cleaning::input::Tables;
use crate::cleaning::learned::Learned;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::frame::TransactionColumns;
use crate::frame::schema::did_you_mean;
use crate::frame::schema::is_identifier;

/// What every rule has to say for itself.
pub(crate) trait Step {
    /// Name in job files, reports and the quarantine.
    fn name(&self) -> &'static str;
    /// Checks the settings.
    fn check(&self) -> Result<()>;
    /// What the rule misses in the table, one line each.
    fn problems(&self, table: &Table<'_>) -> Vec<String>;
    /// Whether the rule needs the roles of transactions.
    fn uses_roles(&self) -> bool {
        false
    }
    /// Whether the rule judges a row by other rows.
    fn compares_rows(&self) -> bool {
        false
    }
    /// Whether the rule learns something from the frame.
    fn learns(&self) -> bool {
        false
    }
    /// Learns from the rows that are in; one entry per column.
    fn learn(&self, _flow: &mut Flow) -> Result<Learned> {
        Ok(Learned::default())
    }
    /// Adds the rule to the plan; the table has no problems.
    ///
    /// What was learned is empty while the rules are rehearsed on a frame without rows.
    fn apply(&self, flow: &mut Flow, learned: &Learned) -> Result<()>;
}

/// The table as the earlier rules left it, as far as it is known before reading it.
pub(crate) struct Table<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) roles: Option<&'a TransactionColumns>,
    pub(crate) tables: &'a Tables,
}

impl Table<'_> {
    /// The columns of another table, if it was given.
    pub(crate) fn schema_of(&self, table: &str) -> Option<SchemaRef> {
        self.tables.get(table)?.clone().collect_schema().ok()
    }

    /// A line for a column that a rule names and the table lacks.
    pub(crate) fn missing_column(&self, column: &str) -> Option<String> {
        let remedy = || did_you_mean(column, self.schema).unwrap_or_else(|| "check its spelling".to_owned());
        (!self.schema.contains(column))
            .then(|| format!("names column `{column}`, which the table does not have; {}", remedy()))
    }
}

impl Table<'_> {
    /// A line for a column that a rule would add and the table has already.
    pub(crate) fn taken_name(&self, column: &str) -> Option<String> {
        self.schema.contains(column).then(|| format!("would add column `{column}`, which is there already; rename one"))
    }
}

impl Table<'_> {
    /// A line for a column that is there but holds neither whole numbers nor floats.
    pub(crate) fn no_number(&self, column: &str) -> Option<String> {
        let dtype = self.schema.get(column).filter(|dtype| !dtype.is_primitive_numeric())?;
        Some(format!("needs a whole number or a float, but column `{column}` is {dtype}; cast it first"))
    }

    /// A line for a column that is there but holds neither text nor another label.
    pub(crate) fn no_label(&self, column: &str) -> Option<String> {
        let dtype = self.schema.get(column).filter(|dtype| !is_label(dtype))?;
        Some(format!(
            "needs text, a category, a Boolean or a whole number, but column `{column}` is {dtype}; cast it first"
        ))
    }
}

/// What can be looked up by its text.
fn is_label(dtype: &DataType) -> bool {
    is_identifier(dtype) || dtype.is_bool()
}

/// A line for a role that a rule needs and nobody assigned.
pub(crate) fn missing_role(
    table: &Table<'_>,
    role: &str,
    assigned: impl FnOnce(&TransactionColumns) -> &Option<String>,
) -> Option<String> {
    let is_assigned = table.roles.is_none_or(|roles| assigned(roles).is_some());
    (!is_assigned).then(|| format!("needs role `{role}`; name its column with `TransactionColumns::{role}`"))
}

/// Refuses a list of columns that names one of them twice.
pub(crate) fn check_distinct(param: &'static str, columns: &[String]) -> Result<()> {
    let repeated = columns.iter().enumerate().find(|(place, column)| columns[..*place].contains(column));
    match repeated {
        Some((_, column)) => Err(Error::param(CLEANING, param, "columns named once each", format!("`{column}` twice"))),
        None => Ok(()),
    }
}
