//! Checks that the columns behind roles exist and have usable types, all at once.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::error::{Error, Result};

/// A role, the column that plays it and the types it can have.
pub(crate) struct Role<'a> {
    pub(crate) name: &'static str,
    pub(crate) column: &'a str,
    pub(crate) accepts: fn(&DataType) -> bool,
    /// The accepted types in words, with the remedy for others.
    pub(crate) needs: &'static str,
}

/// Checks every role against the schema; reports all problems in one error.
pub(crate) fn check(table: &'static str, schema: &Schema, roles: &[Role<'_>], mut problems: Vec<String>) -> Result<()> {
    for role in roles {
        match schema.get(role.column) {
            None => problems.push(missing(role, schema)),
            Some(dtype) if !(role.accepts)(dtype) => {
                problems.push(format!(
                    "role `{}` needs {}, but column `{}` is {dtype}",
                    role.name, role.needs, role.column
                ));
            }
            Some(_) => {}
        }
    }
    problems.extend(repeated(roles));
    if problems.is_empty() { Ok(()) } else { Err(Error::Schema { table, problems }) }
}

/// A missing column, with the columns that are there.
fn missing(role: &Role<'_>, schema: &Schema) -> String {
    const SHOWN: usize = 12;
    let names: Vec<String> = schema.iter_names().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = schema.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("role `{}` names column `{}`, which is not among {}{more}", role.name, role.column, names.join(", "))
}

/// Columns that play two roles.
fn repeated(roles: &[Role<'_>]) -> Vec<String> {
    let mut by_column: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for role in roles {
        by_column.entry(role.column).or_default().push(role.name);
    }
    by_column
        .into_iter()
        .filter(|(_, names)| names.len() > 1)
        .map(|(column, names)| format!("column `{column}` plays {} roles: {}", names.len(), names.join(", ")))
        .collect()
}

/// Numbers that an amount can be: not Float32, which holds no cents.
pub(crate) fn is_number(dtype: &DataType) -> bool {
    dtype.is_integer() || *dtype == DataType::Float64 || dtype.is_decimal()
}

/// Identifiers: whole numbers, text, categories.
pub(crate) fn is_identifier(dtype: &DataType) -> bool {
    dtype.is_integer() || matches!(dtype, DataType::String | DataType::Categorical(..) | DataType::Enum(..))
}

/// An identifier as Int64 or String; a whole number beyond 64 bits with sign fails the query.
pub(crate) fn identifier(column: &str, schema: &Schema) -> Expr {
    match schema.get(column) {
        Some(dtype) if dtype.is_integer() => col(column).strict_cast(DataType::Int64),
        _ => col(column).cast(DataType::String),
    }
}

/// Dates and datetimes.
pub(crate) fn is_time(dtype: &DataType) -> bool {
    matches!(dtype, DataType::Date | DataType::Datetime(..))
}

/// A datetime with a zone on the wall clock of that zone, all else as it is: a day is the day
/// that the customer saw.
pub(crate) fn on_wall_clock(column: Expr, dtype: Option<&DataType>) -> Expr {
    match dtype {
        Some(DataType::Datetime(_, Some(_))) => column.dt().replace_time_zone(None, lit("raise"), NonExistent::Raise),
        _ => column,
    }
}

/// Text.
pub(crate) fn is_text(dtype: &DataType) -> bool {
    matches!(dtype, DataType::String)
}
