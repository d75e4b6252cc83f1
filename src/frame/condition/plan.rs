//! Conditions as polars expressions.

use chrono::NaiveDate;
use polars::prelude::*;

use super::check::whole_cell;
use super::kind::Kind;
use super::{Closed, Comparison, Condition, Operand};

impl Condition {
    /// The condition as an elementwise expression: true, false, or null where a row cannot
    /// be judged.
    ///
    /// For a table with [`problems`](Self::problems) the query fails or answers null.
    #[must_use]
    pub fn to_expr(&self, schema: &Schema) -> Expr {
        match self {
            Self::Compare { left, op, right } => compared(left, *op, right, schema),
            Self::IsNull(operand) => operand.to_expr(schema).is_null(),
            Self::IsNotNull(operand) => operand.to_expr(schema).is_not_null(),
            Self::IsIn { operand, values } => {
                let equal = values.iter().map(|value| compared(operand, Comparison::Eq, value, schema));
                is_in(operand, values, schema).unwrap_or_else(|| any(equal))
            }
            Self::Between { operand, low, high, closed } => {
                let (above, below) = match closed {
                    Closed::Both => (Comparison::Ge, Comparison::Le),
                    Closed::Left => (Comparison::Ge, Comparison::Lt),
                    Closed::Right => (Comparison::Gt, Comparison::Le),
                    Closed::None => (Comparison::Gt, Comparison::Lt),
                };
                compared(operand, above, low, schema).and(compared(operand, below, high, schema))
            }
            Self::Matches { operand, pattern, whole } => {
                let pattern = if *whole { whole_cell(pattern) } else { pattern.clone() };
                operand.to_expr(schema).cast(DataType::String).str().contains(lit(pattern), true)
            }
            Self::And(parts) => {
                parts.iter().map(|part| part.to_expr(schema)).reduce(Expr::and).unwrap_or_else(|| lit(true))
            }
            Self::Or(parts) => any(parts.iter().map(|part| part.to_expr(schema))),
            Self::Not(part) => part.to_expr(schema).not(),
        }
    }
}

fn any(parts: impl Iterator<Item = Expr>) -> Expr {
    parts.reduce(Expr::or).unwrap_or_else(|| lit(false))
}

/// Many texts at once, by one look-up for each row.
fn is_in(operand: &Operand, values: &[Operand], schema: &Schema) -> Option<Expr> {
    if Kind::of(operand, schema) != Kind::Text {
        return None;
    }
    let texts: Option<Vec<&str>> = values
        .iter()
        .map(|value| match value {
            Operand::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let list =
        Scalar::new(DataType::List(Box::new(DataType::String)), AnyValue::List(Series::new(PlSmallStr::EMPTY, texts?)));
    Some(operand.to_expr(schema).is_in(lit(list), false))
}

/// Two operands brought to one type, and compared.
fn compared(left: &Operand, op: Comparison, right: &Operand, schema: &Schema) -> Expr {
    let (a, b) = (Kind::of(left, schema), Kind::of(right, schema));
    let (mut x, mut y) = (left.to_expr(schema), right.to_expr(schema));
    match (a, b) {
        (Kind::Date, Kind::Datetime) => y = y.dt().date(),
        (Kind::Datetime, Kind::Date) => x = x.dt().date(),
        (Kind::Datetime, Kind::Datetime) => (x, y) = (microseconds(x), microseconds(y)),
        (Kind::Null, other) => x = x.cast(type_of(other)),
        (other, Kind::Null) => y = y.cast(type_of(other)),
        (Kind::Unsigned, Kind::Integer) => (x, y) = unsigned(x, right, y),
        (Kind::Integer, Kind::Unsigned) => (y, x) = unsigned(y, left, x),
        _ => {}
    }
    match op {
        Comparison::Eq => x.eq(y),
        Comparison::Ne => x.neq(y),
        Comparison::Lt => x.lt(y),
        Comparison::Le => x.lt_eq(y),
        Comparison::Gt => x.gt(y),
        Comparison::Ge => x.gt_eq(y),
    }
}

/// Whole numbers of 64 bits without sign and others have no whole type in common: a literal
/// that can be without sign is made so, and all else compares as Float64.
fn unsigned(column: Expr, other: &Operand, expr: Expr) -> (Expr, Expr) {
    match other {
        Operand::Integer(number) if *number >= 0 => (column, lit(number.unsigned_abs())),
        _ => (column.cast(DataType::Float64), expr.cast(DataType::Float64)),
    }
}

fn microseconds(time: Expr) -> Expr {
    time.cast(DataType::Datetime(TimeUnit::Microseconds, None))
}

/// The type in which a column without one is compared.
fn type_of(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::String,
        Kind::Date => DataType::Date,
        Kind::Datetime => DataType::Datetime(TimeUnit::Microseconds, None),
        Kind::Boolean => DataType::Boolean,
        _ => DataType::Float64,
    }
}

impl Operand {
    /// The operand as an elementwise expression, null where it is missing.
    fn to_expr(&self, schema: &Schema) -> Expr {
        match self {
            Self::Column(name) => column_expr(name, schema),
            Self::Integer(number) => lit(*number),
            Self::Number(number) => lit(*number),
            Self::Text(text) => lit(text.as_str()),
            // polars makes a datetime of a date, so the day is given as a number.
            Self::Date(date) => {
                lit(date.signed_duration_since(NaiveDate::default()).num_days() as i32).cast(DataType::Date)
            }
            Self::Datetime(time) => microseconds(lit(*time)),
            Self::Boolean(yes) => lit(*yes),
            Self::Add(left, right) => finite(left.number(schema) + right.number(schema)),
            Self::Subtract(left, right) if is_span(left, right, schema) => left.days(schema) - right.days(schema),
            Self::Subtract(left, right) => finite(left.number(schema) - right.number(schema)),
            Self::Multiply(left, right) => finite(left.number(schema) * right.number(schema)),
            Self::Divide(left, right) => finite(left.number(schema) / right.number(schema)),
            Self::Abs(part) => {
                let number = part.number(schema);
                when(number.clone().lt(lit(0.0))).then(lit(0.0) - number.clone()).otherwise(number)
            }
        }
    }

    fn number(&self, schema: &Schema) -> Expr {
        self.to_expr(schema).cast(DataType::Float64)
    }

    /// Days since 1970-01-01 with the part of the day, as Float64.
    fn days(&self, schema: &Schema) -> Expr {
        const DAY: f64 = 86_400_000_000.0;
        microseconds(self.to_expr(schema)).cast(DataType::Int64).cast(DataType::Float64) / lit(DAY)
    }
}

fn is_span(left: &Operand, right: &Operand, schema: &Schema) -> bool {
    Kind::of(left, schema).is_time() || Kind::of(right, schema).is_time()
}

/// Arithmetic without a finite result has none.
fn finite(number: Expr) -> Expr {
    when(number.clone().is_finite()).then(number).otherwise(lit(NULL))
}

/// A column of a type that compares as its values are meant.
fn column_expr(name: &str, schema: &Schema) -> Expr {
    let column = col(name);
    match schema.get(name) {
        Some(DataType::Float32) => not_nan(column.cast(DataType::Float64)),
        Some(DataType::Float64) => not_nan(column),
        Some(DataType::Decimal(..)) => column.cast(DataType::Float64),
        Some(DataType::Categorical(..) | DataType::Enum(..)) => column.cast(DataType::String),
        Some(DataType::Datetime(_, Some(_))) => column.dt().replace_time_zone(None, lit("raise"), NonExistent::Raise),
        _ => column,
    }
}

fn not_nan(number: Expr) -> Expr {
    when(number.clone().is_not_nan()).then(number).otherwise(lit(NULL))
}
