//! Conditions written as they are said.

use std::ops;

use chrono::{NaiveDate, NaiveDateTime};

use super::{Closed, Comparison, Condition, Operand};

/// The cell of a column, by its raw name, to begin a [`Condition`] with.
///
/// # Examples
///
/// ```
/// use customer_analytics::frame::column;
///
/// assert_eq!(column("end").ge(column("start")).to_string(), "end >= start");
/// assert_eq!((column("a") * 2 - column("b")).abs().le(0.1).to_string(), "abs(a * 2 - b) <= 0.1");
/// ```
pub fn column(name: impl Into<String>) -> Operand {
    Operand::Column(name.into())
}

macro_rules! comparisons {
    ($($name:ident $op:ident $doc:literal)*) => {
        $(
            #[doc = $doc]
            pub fn $name(self, right: impl Into<Self>) -> Condition {
                Condition::Compare { left: self, op: Comparison::$op, right: right.into() }
            }
        )*
    };
}

// Comparisons give a condition and not a `bool`, so they cannot be those of `PartialOrd`.
impl Operand {
    comparisons! {
        eq Eq "Whether both are equal."
        ne Ne "Whether both differ."
        lt Lt "Whether this is less than the other."
        le Le "Whether this is at most the other."
        gt Gt "Whether this is greater than the other."
        ge Ge "Whether this is at least the other."
    }

    /// Whether this lies between the bounds, both included.
    pub fn between(self, low: impl Into<Self>, high: impl Into<Self>) -> Condition {
        self.within(low, high, Closed::Both)
    }

    /// Whether this lies between the bounds, with a say on which of them are included.
    pub fn within(self, low: impl Into<Self>, high: impl Into<Self>, closed: Closed) -> Condition {
        Condition::Between { operand: self, low: low.into(), high: high.into(), closed }
    }

    /// Whether this is missing: null or NaN.
    pub fn is_null(self) -> Condition {
        Condition::IsNull(self)
    }

    /// Whether this is neither null nor NaN.
    pub fn is_not_null(self) -> Condition {
        Condition::IsNotNull(self)
    }

    /// Whether this is one of the values.
    pub fn is_in<V: Into<Self>>(self, values: impl IntoIterator<Item = V>) -> Condition {
        Condition::IsIn { operand: self, values: values.into_iter().map(Into::into).collect() }
    }

    /// Whether the whole text matches a regular expression.
    pub fn matches(self, pattern: impl Into<String>) -> Condition {
        Condition::Matches { operand: self, pattern: pattern.into(), whole: true }
    }

    /// Whether a part of the text matches a regular expression.
    pub fn contains_match(self, pattern: impl Into<String>) -> Condition {
        Condition::Matches { operand: self, pattern: pattern.into(), whole: false }
    }

    /// The number without its sign.
    pub fn abs(self) -> Self {
        Self::Abs(Box::new(self))
    }
}

impl Condition {
    /// Whether this and the other hold.
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::And(mut parts) => {
                parts.push(other);
                Self::And(parts)
            }
            first => Self::And(vec![first, other]),
        }
    }

    /// Whether this or the other holds, or both do.
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::Or(mut parts) => {
                parts.push(other);
                Self::Or(parts)
            }
            first => Self::Or(vec![first, other]),
        }
    }
}

impl ops::Not for Condition {
    type Output = Self;

    /// Whether this does not hold.
    fn not(self) -> Self {
        Self::Not(Box::new(self))
    }
}

macro_rules! arithmetic {
    ($($trait:ident $method:ident $variant:ident)*) => {
        $(
            impl<R: Into<Operand>> ops::$trait<R> for Operand {
                type Output = Self;

                fn $method(self, right: R) -> Self {
                    Self::$variant(Box::new(self), Box::new(right.into()))
                }
            }
        )*
    };
}

arithmetic! {
    Add add Add
    Sub sub Subtract
    Mul mul Multiply
    Div div Divide
}

macro_rules! literals {
    ($($from:ty => $variant:ident)*) => {
        $(
            impl From<$from> for Operand {
                fn from(value: $from) -> Self {
                    Self::$variant(value.into())
                }
            }
        )*
    };
}

literals! {
    i64 => Integer
    i32 => Integer
    u32 => Integer
    f64 => Number
    &str => Text
    String => Text
    NaiveDate => Date
    NaiveDateTime => Datetime
    bool => Boolean
}
