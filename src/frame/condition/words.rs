//! Conditions as a report says them.

use std::fmt;

use super::{Closed, Comparison, Condition, Operand};

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare { left, op, right } => write!(f, "{left} {op} {right}"),
            Self::IsNull(operand) => write!(f, "{operand} is missing"),
            Self::IsNotNull(operand) => write!(f, "{operand} is present"),
            Self::IsIn { operand, values } => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                write!(f, "{operand} in ({})", values.join(", "))
            }
            Self::Between { operand, low, high, closed } => {
                let note = match closed {
                    Closed::Both => "",
                    Closed::Left => " (upper bound excluded)",
                    Closed::Right => " (lower bound excluded)",
                    Closed::None => " (bounds excluded)",
                };
                write!(f, "{operand} between {low} and {high}{note}")
            }
            Self::Matches { operand, pattern, whole } => {
                let verb = if *whole { "matches" } else { "contains a match of" };
                // Control characters are escaped, so that a report stays on its line.
                write!(f, "{operand} {verb} /{}/", pattern.replace('\n', "\\n").replace('\r', "\\r"))
            }
            Self::And(parts) => joined(f, parts, " and "),
            Self::Or(parts) => joined(f, parts, " or "),
            Self::Not(part) => write!(f, "not ({part})"),
        }
    }
}

/// Parts that are joined themselves go into brackets.
fn joined(f: &mut fmt::Formatter<'_>, parts: &[Condition], word: &str) -> fmt::Result {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            f.write_str(word)?;
        }
        if matches!(part, Condition::And(_) | Condition::Or(_)) { write!(f, "({part})") } else { write!(f, "{part}") }?;
    }
    Ok(())
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        })
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(name) if is_plain(name) => f.write_str(name),
            Self::Column(name) => write!(f, "[{}]", name.escape_debug()),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Datetime(time) => write!(f, "{time}"),
            Self::Boolean(true) => f.write_str("yes"),
            Self::Boolean(false) => f.write_str("no"),
            Self::Add(left, right) => self.write(f, left, "+", right),
            Self::Subtract(left, right) => self.write(f, left, "-", right),
            Self::Multiply(left, right) => self.write(f, left, "*", right),
            Self::Divide(left, right) => self.write(f, left, "/", right),
            Self::Abs(part) => write!(f, "abs({part})"),
        }
    }
}

impl Operand {
    /// How tightly it binds.
    fn rank(&self) -> u8 {
        match self {
            Self::Add(..) | Self::Subtract(..) => 1,
            Self::Multiply(..) | Self::Divide(..) => 2,
            _ => 3,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, left: &Self, sign: &str, right: &Self) -> fmt::Result {
        let rank = self.rank();
        if left.rank() < rank { write!(f, "({left})") } else { write!(f, "{left}") }?;
        write!(f, " {sign} ")?;
        // `a - (b - c)` needs its brackets, and so does `a / (b * c)`.
        if right.rank() <= rank { write!(f, "({right})") } else { write!(f, "{right}") }
    }
}

/// Names that cannot be mistaken for anything else.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
}
