//! Checks that the columns behind roles exist and have usable types, all at once.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::error::{Error, Result};
use crate::text::jaro_winkler;

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
pub(crate) fn missing(role: &Role<'_>, schema: &Schema) -> String {
    const SHOWN: usize = 12;
    let names: Vec<String> = schema.iter_names().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = schema.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let close = did_you_mean(role.column, schema).map_or_else(String::new, |close| format!("; {close}"));
    format!("role `{}` names column `{}`, which is not among {}{more}{close}", role.name, role.column, names.join(", "))
}

/// A question for the one column of the table whose name is most like a name that it lacks,
/// such as "did you mean `TotalCharges`?"; none where no name is close. Of names that are
/// equally close the first of the table is asked for.
pub(crate) fn did_you_mean(column: &str, schema: &Schema) -> Option<String> {
    /// Swapped, missing and doubled letters leave a name above, another word falls below.
    const CLOSE: f64 = 0.85;
    let mut closest: Option<(f64, &str)> = None;
    for name in schema.iter_names() {
        let similarity = jaro_winkler(column, name);
        if similarity >= CLOSE && closest.is_none_or(|(most, _)| similarity > most) {
            closest = Some((similarity, name.as_str()));
        }
    }
    closest.map(|(_, name)| format!("did you mean `{name}`?"))
}

/// What to do about a column that the table lacks: the close name, or any that is there.
pub(crate) fn column_remedy(column: &str, schema: &Schema) -> String {
    did_you_mean(column, schema).unwrap_or_else(|| "name one that is".to_owned())
}

/// The same for a column that a model was fitted with, for which no other can stand.
pub(crate) fn fitted_column_remedy(column: &str, schema: &Schema) -> String {
    did_you_mean(column, schema).unwrap_or_else(|| "add it to the table".to_owned())
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
    dtype.is_integer() || is_written(dtype)
}

/// Text and categories, which are compared as text.
pub(crate) fn is_written(dtype: &DataType) -> bool {
    matches!(dtype, DataType::String | DataType::Categorical(..) | DataType::Enum(..))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(column: &str, names: &[&str]) -> Option<String> {
        did_you_mean(column, &names.iter().map(|&name| Field::new(name.into(), DataType::String)).collect())
    }

    #[test]
    fn a_misspelt_column_is_asked_for_by_the_name_most_like_it() {
        let names = ["Total", "TotalCharges", "MonthlyCharges", "客户编号"];
        for written in ["TotalCharge", "totalcharges", "TotlaCharges", " TotalCharges"] {
            assert_eq!(asked(written, &names).as_deref(), Some("did you mean `TotalCharges`?"), "{written}");
        }
        assert_eq!(asked("客户编码", &names).as_deref(), Some("did you mean `客户编号`?"));
        for unlike in ["", " ", "gone", "城市"] {
            assert_eq!(asked(unlike, &names), None, "{unlike}");
        }
        assert_eq!(asked("TotalCharges", &[]), None);
    }

    #[test]
    fn of_names_equally_close_the_first_of_the_table_is_asked_for() {
        assert_eq!(asked("price", &["prices", "price1"]).as_deref(), Some("did you mean `prices`?"));
        assert_eq!(asked("price", &["price1", "prices"]).as_deref(), Some("did you mean `price1`?"));
    }

    #[test]
    fn a_role_whose_column_is_misspelt_asks_for_the_close_one() {
        let role = |column| Role { name: "customer", column, accepts: is_text, needs: "text" };
        let schema: Schema = [Field::new("kunde".into(), DataType::String)].into_iter().collect();
        let refused = |column| check("transactions", &schema, &[role(column)], vec![]).unwrap_err().to_string();
        assert!(
            refused("kunden").ends_with("which is not among `kunde`; did you mean `kunde`?"),
            "{}",
            refused("kunden")
        );
        assert!(refused("x").ends_with("which is not among `kunde`"), "{}", refused("x"));
    }
}
