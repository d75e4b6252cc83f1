//! What can be compared with what.

use polars::prelude::{DataType, Schema};

use super::Operand;

/// The kind of an operand, as far as comparing goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whole numbers that fit 64 bits with sign.
    Integer,
    /// Whole numbers of 64 bits without sign.
    Unsigned,
    /// All other numbers.
    Number,
    Text,
    Date,
    Datetime,
    Boolean,
    /// A column of nothing but nulls without a type.
    Null,
    /// Lists, structs, durations and what else cannot be compared.
    Other,
    /// A column that is not there; reported once, and then let through.
    Unknown,
}

impl Kind {
    fn of_dtype(dtype: &DataType) -> Self {
        match dtype {
            DataType::UInt64 => Self::Unsigned,
            dtype if dtype.is_integer() => Self::Integer,
            DataType::Float32 | DataType::Float64 | DataType::Decimal(..) => Self::Number,
            DataType::String | DataType::Categorical(..) | DataType::Enum(..) => Self::Text,
            DataType::Date => Self::Date,
            DataType::Datetime(..) => Self::Datetime,
            DataType::Boolean => Self::Boolean,
            DataType::Null => Self::Null,
            _ => Self::Other,
        }
    }

    /// The kind of an operand of a table; arithmetic is taken to be of numbers.
    pub(super) fn of(operand: &Operand, schema: &Schema) -> Self {
        match operand {
            Operand::Column(name) => schema.get(name.as_str()).map_or(Self::Unknown, Self::of_dtype),
            Operand::Integer(_) => Self::Integer,
            Operand::Text(_) => Self::Text,
            Operand::Date(_) => Self::Date,
            Operand::Datetime(_) => Self::Datetime,
            Operand::Boolean(_) => Self::Boolean,
            _ => Self::Number,
        }
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Unsigned | Self::Number)
    }

    pub(super) fn is_time(self) -> bool {
        matches!(self, Self::Date | Self::Datetime)
    }

    /// Whether nothing can be said against it.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Null | Self::Unknown)
    }

    pub(super) fn compares_with(self, other: Self) -> bool {
        if self == Self::Other || other == Self::Other {
            return false;
        }
        self.is_open()
            || other.is_open()
            || self == other
            || (self.is_number() && other.is_number())
            || (self.is_time() && other.is_time())
    }

    /// In words, with an article.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Integer | Self::Unsigned | Self::Number => "a number",
            Self::Text => "text",
            Self::Date => "a date",
            Self::Datetime => "a datetime",
            Self::Boolean => "yes/no",
            Self::Null => "nothing but nulls",
            Self::Other => "a type that cannot be compared",
            Self::Unknown => "a column that is not there",
        }
    }
}
