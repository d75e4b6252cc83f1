//! What is wrong with a condition: by itself, and for a table.

use std::collections::BTreeSet;

use polars::prelude::{DataType, Schema};
use regex::Regex;

use super::kind::Kind;
use super::{CONDITION, Comparison, Condition, Operand};
use crate::error::{Error, Result};
use crate::frame::schema::column_remedy;

impl Condition {
    /// Checks what can be checked without a table.
    ///
    /// # Errors
    /// `Param` when a regular expression cannot be read, bounds are out of order, a number
    /// is not finite, literals in a set are of two kinds, `and`, `or` or a set is empty, or
    /// a part reads no column, as its answer would be the same for every row.
    pub fn check(&self) -> Result<()> {
        let refused = |param, expected: &str, got: String| Err(Error::param(CONDITION, param, expected, got));
        match self {
            Self::And(parts) if parts.is_empty() => return refused("and", "one condition or more", "none".into()),
            Self::Or(parts) if parts.is_empty() => return refused("or", "one condition or more", "none".into()),
            Self::And(parts) | Self::Or(parts) => return parts.iter().try_for_each(Self::check),
            Self::Not(part) => return part.check(),
            Self::Matches { pattern, .. }
                if Regex::new(&whole_cell(pattern)).is_err() || Regex::new(pattern).is_err() =>
            {
                return refused("matches", "a regular expression of the `regex` crate", format!("{pattern:?}"));
            }
            Self::Between { low, high, .. } if are_reversed(low, high) => {
                return refused("between", "a lower bound that is at most the upper one", format!("{low} and {high}"));
            }
            Self::IsIn { values, .. } if values.is_empty() => {
                return refused("is_in", "one value or more", "none".into());
            }
            Self::IsIn { values, .. } if !are_literals_of_one_kind(values) => {
                return refused("is_in", "literals of one kind", format!("{} value(s) that are not", values.len()));
            }
            _ => {}
        }
        self.check_operands()
    }

    fn check_operands(&self) -> Result<()> {
        let (mut n_infinite, mut has_column) = (0, false);
        self.visit(&mut |operand| {
            n_infinite += operand.n_infinite();
            has_column |= operand.has_column();
        });
        if n_infinite > 0 {
            return Err(Error::param(CONDITION, "number", "finite", format!("{n_infinite} that are not")));
        }
        if !has_column {
            return Err(Error::param(CONDITION, "column", "named in every comparison", self));
        }
        Ok(())
    }

    /// What stands against judging the rows of a table by the condition; empty when
    /// nothing does. Each problem names its column and a remedy, and is told once.
    #[must_use]
    pub fn problems(&self, schema: &Schema) -> Vec<String> {
        let missing = self.columns().into_iter().filter(|name| !schema.contains(name.as_str()));
        let mut problems: Vec<String> = missing
            .map(|name| {
                let remedy = column_remedy(&name, schema);
                format!("column `{name}` of the condition `{self}` is not there; {remedy}")
            })
            .collect();
        self.collect_problems(schema, &mut problems);
        let mut told = BTreeSet::new();
        problems.retain(|problem| told.insert(problem.clone()));
        problems
    }

    fn collect_problems(&self, schema: &Schema, problems: &mut Vec<String>) {
        self.visit_parts(&mut |part| {
            part.visit(&mut |operand| operand.collect_problems(schema, problems));
            match part {
                Self::Compare { left, op, right } => {
                    problems.extend(mismatch(part, left, right, schema));
                    let is_order = !matches!(op, Comparison::Eq | Comparison::Ne);
                    if is_order && Kind::of(left, schema) == Kind::Boolean && Kind::of(right, schema) == Kind::Boolean {
                        problems.push(format!("`{part}` puts yes and no in order; ask whether they are equal"));
                    }
                }
                Self::Between { operand, low, high, .. } => {
                    let of_low = mismatch(part, operand, low, schema);
                    // Two bounds of one kind fail for one reason, whatever their numbers are.
                    let is_same = Kind::of(low, schema).compares_with(Kind::of(high, schema));
                    let of_high = mismatch(part, operand, high, schema).filter(|_| of_low.is_none() || !is_same);
                    problems.extend(of_low.into_iter().chain(of_high));
                }
                Self::IsIn { operand, values } => {
                    problems.extend(values.first().and_then(|value| mismatch(part, operand, value, schema)));
                }
                Self::Matches { operand, .. } => problems.extend(no_text(part, operand, schema)),
                _ => {}
            }
        });
    }

    /// Shows every part that is not made of others.
    fn visit_parts<'a>(&'a self, show: &mut impl FnMut(&'a Self)) {
        match self {
            Self::And(parts) | Self::Or(parts) => {
                for part in parts {
                    part.visit_parts(&mut *show);
                }
            }
            Self::Not(part) => part.visit_parts(show),
            part => show(part),
        }
    }
}

impl Operand {
    fn n_infinite(&self) -> usize {
        let own = usize::from(matches!(self, Self::Number(number) if !number.is_finite()));
        own + self.parts().into_iter().map(Self::n_infinite).sum::<usize>()
    }

    /// Arithmetic over what is no number.
    fn collect_problems(&self, schema: &Schema, problems: &mut Vec<String>) {
        let parts = self.parts();
        let kinds: Vec<Kind> = parts.iter().map(|part| Kind::of(part, schema)).collect();
        let is_span = matches!(self, Self::Subtract(..)) && kinds.iter().all(|kind| kind.is_time() || kind.is_open());
        if !is_span {
            for (part, kind) in parts.iter().zip(kinds) {
                if !kind.is_number() && !kind.is_open() {
                    problems.push(format!(
                        "`{self}` calculates with {}, which is {}; {}",
                        named(part),
                        typed(part, kind, schema),
                        remedy(kind, Kind::Number)
                    ));
                }
            }
        }
        for part in parts {
            part.collect_problems(schema, problems);
        }
    }
}

/// A regular expression that only a whole cell matches.
pub(super) fn whole_cell(pattern: &str) -> String {
    format!(r"\A(?:{pattern})\z")
}

fn are_reversed(low: &Operand, high: &Operand) -> bool {
    match (low, high) {
        (Operand::Integer(low), Operand::Integer(high)) => low > high,
        (Operand::Number(low), Operand::Number(high)) => low > high,
        (Operand::Integer(low), Operand::Number(high)) => *low as f64 > *high,
        (Operand::Number(low), Operand::Integer(high)) => *low > *high as f64,
        (Operand::Text(low), Operand::Text(high)) => low > high,
        (Operand::Date(low), Operand::Date(high)) => low > high,
        (Operand::Datetime(low), Operand::Datetime(high)) => low > high,
        (Operand::Date(low), Operand::Datetime(high)) => *low > high.date(),
        (Operand::Datetime(low), Operand::Date(high)) => low.date() > *high,
        _ => false,
    }
}

fn are_literals_of_one_kind(values: &[Operand]) -> bool {
    let kind = |value: &Operand| match Kind::of(value, &Schema::default()) {
        Kind::Integer => Kind::Number,
        kind => kind,
    };
    values.iter().all(Operand::is_literal) && values.windows(2).all(|pair| kind(&pair[0]) == kind(&pair[1]))
}

/// Two operands that cannot be compared.
fn mismatch(part: &Condition, left: &Operand, right: &Operand, schema: &Schema) -> Option<String> {
    let (a, b) = (Kind::of(left, schema), Kind::of(right, schema));
    if a.compares_with(b) {
        return None;
    }
    // The column is what has to be mended, wherever it stands.
    let (operand, kind, other) = if b == Kind::Other || !left.has_column() { (right, b, a) } else { (left, a, b) };
    let verb = if kind == Kind::Other { "reads" } else { "compares" };
    let with = if kind == Kind::Other { String::new() } else { format!(" with {}", other.words()) };
    Some(
        format!(
            "`{part}` {verb} {}, which is {},{with}; {}",
            named(operand),
            typed(operand, kind, schema),
            remedy(kind, other)
        )
        .replace(",;", ";"),
    )
}

fn no_text(part: &Condition, operand: &Operand, schema: &Schema) -> Option<String> {
    let kind = Kind::of(operand, schema);
    (kind != Kind::Text && !kind.is_open()).then(|| {
        format!(
            "`{part}` needs text, but {} is {}; cast it to text first",
            named(operand),
            typed(operand, kind, schema)
        )
    })
}

fn named(operand: &Operand) -> String {
    match operand {
        Operand::Column(name) => format!("column `{name}`"),
        other => format!("`{other}`"),
    }
}

/// The type as the table has it.
fn typed(operand: &Operand, kind: Kind, schema: &Schema) -> String {
    let dtype: Option<&DataType> = match operand {
        Operand::Column(name) => schema.get(name.as_str()),
        _ => None,
    };
    dtype.map_or_else(|| kind.words().to_owned(), ToString::to_string)
}

fn remedy(kind: Kind, wanted: Kind) -> &'static str {
    match (kind, wanted) {
        (Kind::Other, _) => "only `is_null` and `is_not_null` apply to it, unless it is cast first",
        (Kind::Text, wanted) if wanted.is_number() => "parse the text into numbers first",
        (Kind::Text, wanted) if wanted.is_time() => "parse the text into dates first",
        (Kind::Text, Kind::Boolean) => "parse the text into yes/no first",
        (_, Kind::Text) => "give a literal of its type, or cast the column to text first",
        _ => "give operands of one kind, or cast the column first",
    }
}
