//! The role of a time: a date or datetime, or text in a stated format.

use polars::prelude::*;

use super::columns::TIME;
use super::schema::{self, Role, on_wall_clock};
use crate::text::time_format::TimeFormat;

/// The role of a time that is text where a format is given.
pub(super) fn time_role<'a>(column: &'a str, format: Option<&String>) -> Role<'a> {
    const TIMES: &str = "a Date or Datetime (for text, give the time format)";
    match format {
        Some(_) => Role { name: TIME, column, accepts: schema::is_text, needs: "text, as a time format is given" },
        None => Role { name: TIME, column, accepts: schema::is_time, needs: TIMES },
    }
}

/// A time: a Date, or a Datetime on the wall clock of its zone.
pub(super) fn time_expr(column: &str, format: Option<&String>, schema: &Schema) -> Expr {
    match format {
        Some(format) => parsed_time(col(column), format),
        None => on_wall_clock(col(column), schema.get(column)),
    }
}

/// Why a format of times cannot be used, if it cannot.
pub(super) fn format_problem(format: &str) -> Option<String> {
    match TimeFormat::of(format) {
        TimeFormat::Day | TimeFormat::Clock => None,
        TimeFormat::Zoned => Some(format!(
            "role `time` has format `{format}` with a zone or offset; parse it into a Datetime with the time zone \
             of the shop first, as only that tells its day"
        )),
        TimeFormat::Broken => Some(format!("role `time` has format `{format}`, which is not one of strftime codes")),
    }
}

/// Text as a time; null where it does not fit the format.
fn parsed_time(text: Expr, format: &str) -> Expr {
    let options = StrptimeOptions { format: Some(format.into()), strict: false, exact: true, cache: true };
    if TimeFormat::of(format) == TimeFormat::Clock {
        text.str().to_datetime(Some(TimeUnit::Microseconds), None, options, lit("raise"))
    } else {
        text.str().to_date(options)
    }
}
