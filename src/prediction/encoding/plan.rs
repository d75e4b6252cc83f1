//! What each feature is read as, by its settings and its type.

use chrono::NaiveDate;
use polars::prelude::*;

use super::ENCODING;
use super::feature_encoding::{CutPoints, FeatureEncoding, Kind, Missing, Reference, UnseenLevel};
use super::params::EncodingParams;
use super::readable_as::{missing, refused};
use crate::error::{Error, Result};
use crate::frame::codes::has_categories;
use crate::frame::numbers::is_numeric;
use crate::frame::schema::{is_time, is_written};

/// How a column of this type is read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reading {
    Number,
    Log,
    Spline(CutPoints),
    Bins(CutPoints),
    Levels,
    Flag,
    /// A flag if its levels are words for yes and no, else levels.
    Text,
    Date {
        origin: Option<NaiveDate>,
        month: bool,
        weekday: bool,
    },
}

/// How one feature is to be learned.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) column: String,
    pub(super) reading: Reading,
    pub(super) standardise: bool,
    pub(super) missing: Missing,
    pub(super) unseen: UnseenLevel,
    pub(super) reference: Reference,
    pub(super) min_count: u64,
    pub(super) max_levels: usize,
}

/// The plans of all features; what is wrong with any of them is told at once.
pub(super) fn plans(params: &EncodingParams, schema: &Schema, features: &[String]) -> Result<Vec<Plan>> {
    if let Some(name) = params.features.keys().find(|name| !features.contains(name)) {
        return Err(Error::param(
            ENCODING,
            "features",
            "settings for features of the table alone",
            format!("`{name}`"),
        ));
    }
    let mut sorted: Vec<&String> = features.iter().collect();
    sorted.sort_unstable();
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Error::param(ENCODING, "features", "distinct columns", format!("`{}` twice", pair[0])));
    }
    let auto = FeatureEncoding::auto();
    let planned = features.iter().map(|column| {
        let dtype = schema.get(column.as_str()).ok_or_else(|| missing(column, schema))?;
        plan(params, params.features.get(column).unwrap_or(&auto), column, dtype)
    });
    let (mut plans, mut problems) = (Vec::new(), Vec::new());
    for plan in planned {
        match plan {
            Ok(plan) => plans.push(plan),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(plans) } else { Err(refused(problems)) }
}

fn plan(
    params: &EncodingParams,
    encoding: &FeatureEncoding,
    column: &str,
    dtype: &DataType,
) -> std::result::Result<Plan, String> {
    let reading = reading(encoding, dtype).ok_or_else(|| problem(&encoding.kind, column, dtype))?;
    let is_number = matches!(reading, Reading::Number | Reading::Log | Reading::Spline(_) | Reading::Date { .. });
    let missing =
        encoding.missing.unwrap_or(if is_number { params.missing_numbers } else { params.missing_categories });
    if is_number && missing == Missing::OwnLevel {
        return Err(format!(
            "feature `{column}` is {dtype}, and own_level is for categories; choose impute_with_indicator for it"
        ));
    }
    Ok(Plan {
        column: column.to_owned(),
        reading,
        standardise: encoding.standardise,
        missing,
        unseen: encoding.unseen.unwrap_or(params.unseen),
        reference: encoding.reference.clone().unwrap_or_else(|| params.reference.clone()),
        min_count: encoding.min_count.unwrap_or(0),
        max_levels: params.max_levels as usize,
    })
}

/// How a column of this type is read; `None` where it cannot be as the settings want it.
fn reading(encoding: &FeatureEncoding, dtype: &DataType) -> Option<Reading> {
    let FeatureEncoding { origin, month, weekday, .. } = *encoding;
    let date = Reading::Date { origin, month, weekday };
    let (is_allowed, reading) = match &encoding.kind {
        Kind::Auto if dtype.is_bool() => (true, Reading::Flag),
        Kind::Auto if is_written(dtype) => (true, Reading::Text),
        Kind::Auto if is_time(dtype) => (true, date),
        Kind::Auto | Kind::Numeric => (is_numeric(dtype), Reading::Number),
        Kind::Log => (is_numeric(dtype), Reading::Log),
        Kind::Spline(knots) => (is_numeric(dtype), Reading::Spline(knots.clone())),
        Kind::Bins(cuts) => (is_numeric(dtype), Reading::Bins(cuts.clone())),
        Kind::Categorical => (has_categories(dtype), Reading::Levels),
        Kind::Flag => (has_categories(dtype), Reading::Flag),
        Kind::Date => (is_time(dtype), date),
    };
    is_allowed.then_some(reading)
}

fn problem(kind: &Kind, column: &str, dtype: &DataType) -> String {
    let remedy = match kind {
        Kind::Auto => "cast it to a number, boolean, date or text, or leave it out by `FeatureColumns::ignore`",
        Kind::Categorical | Kind::Flag => "cast it to text",
        Kind::Date => "cast it to a date, or read dates by `cleaning::ReadDates`",
        Kind::Numeric | Kind::Log | Kind::Spline(_) | Kind::Bins(_) => {
            "cast it to a number, or read numbers by `cleaning::ReadNumbers`"
        }
    };
    format!("feature `{column}` is {dtype}; {remedy}")
}
