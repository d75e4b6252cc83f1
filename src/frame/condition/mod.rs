//! Conditions over the columns of a table, that job files can hold.
//!
//! A condition is data: it is written, read, checked against a schema before a row is read,
//! shown in a report, and only then turned into a polars expression.

mod builders;
mod check;
mod kind;
mod plan;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

pub use builders::column;

/// The name that errors give.
const CONDITION: &str = "condition";

/// A question that every row of a table answers by yes, no or *cannot be judged*.
///
/// A row cannot be judged where an operand is missing: null, NaN, or arithmetic without a
/// finite result, such as a division by zero. The answer is null then, and never a silent no. `and`,
/// `or` and `not` follow Kleene: no and unknown is no, yes or unknown is yes.
///
/// | compared | how |
/// |---|---|
/// | numbers | whole numbers exactly, others, Decimal and columns of UInt64 with columns of signed numbers as Float64 |
/// | text | by its bytes, case and blanks included; categories as their text |
/// | dates and datetimes | two datetimes by the microsecond on their own clock; a date with a datetime by the day |
/// | yes/no | with each other only, equal or not |
///
/// A job file spells it `{"compare": {"left": {"column": "end"}, "op": "ge", "right": {"column": "start"}}}`.
///
/// # Examples
///
/// ```
/// use customer_analytics::frame::{Condition, column};
///
/// let charged = column("tenure") * column("monthly");
/// let near = (column("total") - charged.clone()).abs().le(charged * 0.1);
/// assert_eq!(near.to_string(), "abs(total - tenure * monthly) <= tenure * monthly * 0.1");
/// let aged = column("年龄").between(18, 120).and(column("state").is_in(["open", "closed"]));
/// assert_eq!(aged.to_string(), "年龄 between 18 and 120 and state in (\"open\", \"closed\")");
/// let read: Condition = serde_json::from_str(&serde_json::to_string(&aged)?)?;
/// assert_eq!(read, aged);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[must_use]
pub enum Condition {
    /// Whether two operands stand in a relation.
    Compare {
        /// What stands before the sign.
        left: Operand,
        /// The sign.
        op: Comparison,
        /// What stands behind it.
        right: Operand,
    },
    /// Whether the operand is missing: null or NaN; always judged.
    IsNull(Operand),
    /// Whether the operand is there; always judged.
    IsNotNull(Operand),
    /// Whether the operand is one of the values.
    IsIn {
        /// What is looked for.
        operand: Operand,
        /// Literals of one kind.
        values: Vec<Operand>,
    },
    /// Whether the operand lies between two bounds.
    Between {
        /// What has to lie between.
        operand: Operand,
        /// Lower bound.
        low: Operand,
        /// Upper bound.
        high: Operand,
        /// Which bounds count as inside; both, unless told otherwise.
        #[serde(default)]
        closed: Closed,
    },
    /// Whether text matches a regular expression, in the syntax of the `regex` crate.
    Matches {
        /// Text or a category.
        operand: Operand,
        /// The regular expression.
        pattern: String,
        /// Whether the whole cell has to match; otherwise a match anywhere in it will do.
        whole: bool,
    },
    /// Whether all conditions hold.
    And(Vec<Condition>),
    /// Whether one condition holds at least.
    Or(Vec<Condition>),
    /// Whether the condition does not hold; what cannot be judged stays so.
    Not(Box<Condition>),
}

/// What a condition compares: a column, a literal, or arithmetic over them.
///
/// Arithmetic is done in Float64, which holds whole numbers up to 2^53 exactly and does not
/// wrap around. The difference of two dates or datetimes is in days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum Operand {
    /// The cell of a column, by its raw name.
    Column(String),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// Text.
    Text(String),
    /// A day, as `2026-01-31`.
    Date(NaiveDate),
    /// A time on the clock of the shop, as `2026-01-31T17:30:00`.
    Datetime(NaiveDateTime),
    /// Yes or no.
    Boolean(bool),
    /// The sum of two numbers.
    Add(Box<Operand>, Box<Operand>),
    /// The difference of two numbers; of two times, in days.
    Subtract(Box<Operand>, Box<Operand>),
    /// The product of two numbers.
    Multiply(Box<Operand>, Box<Operand>),
    /// The quotient of two numbers; missing where the divisor is zero.
    Divide(Box<Operand>, Box<Operand>),
    /// A number without its sign.
    Abs(Box<Operand>),
}

/// The sign of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// Which bounds of a range count as inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// Both bounds.
    #[default]
    Both,
    /// The lower bound.
    Left,
    /// The upper bound.
    Right,
    /// Neither bound.
    None,
}

impl Condition {
    /// The columns that the condition reads.
    #[must_use]
    pub fn columns(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.visit(&mut |operand| operand.collect_columns(&mut found));
        found
    }

    /// Shows every operand that stands at the top of a comparison.
    fn visit<'a>(&'a self, show: &mut impl FnMut(&'a Operand)) {
        match self {
            Self::Compare { left, right, .. } => [left, right].into_iter().for_each(show),
            Self::IsNull(operand) | Self::IsNotNull(operand) | Self::Matches { operand, .. } => show(operand),
            Self::IsIn { operand, values } => std::iter::once(operand).chain(values).for_each(show),
            Self::Between { operand, low, high, .. } => [operand, low, high].into_iter().for_each(show),
            Self::And(parts) | Self::Or(parts) => {
                for part in parts {
                    part.visit(&mut *show);
                }
            }
            Self::Not(part) => part.visit(show),
        }
    }
}

impl Operand {
    fn collect_columns(&self, found: &mut BTreeSet<String>) {
        if let Self::Column(name) = self {
            found.insert(name.clone());
        }
        for part in self.parts() {
            part.collect_columns(found);
        }
    }

    /// What arithmetic is made of; nothing for columns and literals.
    fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Add(left, right)
            | Self::Subtract(left, right)
            | Self::Multiply(left, right)
            | Self::Divide(left, right) => vec![left, right],
            Self::Abs(part) => vec![part],
            _ => vec![],
        }
    }

    fn has_column(&self) -> bool {
        matches!(self, Self::Column(_)) || self.parts().into_iter().any(Self::has_column)
    }

    fn is_literal(&self) -> bool {
        !matches!(self, Self::Column(_)) && self.parts().is_empty()
    }
}
