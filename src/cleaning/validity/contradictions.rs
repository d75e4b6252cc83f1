//! Checks that no row could pass together, as far as that is known without data.
//!
//! What is looked at are the parts of a condition that have to hold each: those joined by
//! `and`. A part under `or` binds nobody by itself.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::cleaning::rule::CLEANING;
use crate::cleaning::validity::check::Check;
use crate::error::{Error, Result};
use crate::frame::{Closed, Comparison, Condition, Operand};

/// Refuses checks that ask opposite things of one column.
pub(crate) fn check_consistent(checks: &[Check]) -> Result<()> {
    let mut demands: BTreeMap<String, Demands<'_>> = BTreeMap::new();
    for check in checks {
        let Some(condition) = check.condition() else { continue };
        let mut parts = vec![];
        collect_parts(&condition, false, &mut parts);
        never_holds(check.name(), &parts)?;
        for Part { condition, is_denied } in &parts {
            let Some((operand, demand)) = Demand::of(condition, *is_denied) else { continue };
            let operand = operand.to_string();
            if let Some(other) = demands.entry(operand.clone()).or_default().add(demand, check.name()) {
                return Err(contradiction(other, check.name(), &operand));
            }
        }
    }
    Ok(())
}

fn contradiction(one: &str, other: &str, operand: &str) -> Error {
    let checks = if one == other { format!("check `{one}`") } else { format!("checks `{one}` and `{other}`") };
    let got = format!("{checks}, which ask opposite things of `{operand}`: change or leave out one of them");
    Error::param(CLEANING, "checks", "such that one row can pass them all", got)
}

/// A part of a condition that has to hold, or to be denied.
struct Part<'a> {
    condition: &'a Condition,
    is_denied: bool,
}

fn collect_parts<'a>(condition: &'a Condition, is_denied: bool, parts: &mut Vec<Part<'a>>) {
    match (condition, is_denied) {
        (Condition::Not(part), _) => collect_parts(part, !is_denied, parts),
        (Condition::And(all), false) => all.iter().for_each(|part| collect_parts(part, false, parts)),
        // Whoever denies all of several denies each.
        (Condition::Or(all), true) => all.iter().for_each(|part| collect_parts(part, true, parts)),
        (condition, _) => parts.push(Part { condition, is_denied }),
    }
}

/// Refuses a condition that asks for the value of a column that it wants missing.
fn never_holds(check: &str, parts: &[Part<'_>]) -> Result<()> {
    let mut missing = BTreeSet::new();
    for Part { condition, is_denied } in parts {
        match (condition, is_denied) {
            (Condition::IsNull(Operand::Column(name)), false) | (Condition::IsNotNull(Operand::Column(name)), true) => {
                missing.insert(name.clone());
            }
            _ => {}
        }
    }
    let reads_value = |part: &&Part<'_>| {
        !matches!(part.condition, Condition::IsNull(_) | Condition::IsNotNull(_) | Condition::And(_) | Condition::Or(_))
    };
    let mut read = parts.iter().filter(reads_value).flat_map(|part| part.condition.columns());
    read.find(|column| missing.contains(column))
        .map_or(Ok(()), |column| Err(contradiction(check, check, &Operand::Column(column).to_string())))
}

/// What a part asks of its operand.
enum Demand {
    Missing,
    Present,
    /// A number or day between two bounds, each with whether it is excluded.
    Within(Bound, Bound),
    Texts(BTreeSet<String>),
}

#[derive(Clone, Copy)]
struct Bound {
    at: f64,
    is_excluded: bool,
}

impl Bound {
    const fn new(at: f64, is_excluded: bool) -> Self {
        Self { at, is_excluded }
    }

    /// Whether nothing lies between this lower bound and an upper one. Above 2^53 equal
    /// bounds may be different whole numbers.
    fn excludes(self, upper: Self) -> bool {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let is_empty_point = self.at == upper.at && (self.is_excluded || upper.is_excluded);
        self.at > upper.at || (is_empty_point && self.at.abs() < EXACT)
    }
}

impl Demand {
    fn of(condition: &Condition, is_denied: bool) -> Option<(&Operand, Self)> {
        match condition {
            Condition::IsNull(operand) => Some((operand, if is_denied { Self::Present } else { Self::Missing })),
            Condition::IsNotNull(operand) => Some((operand, if is_denied { Self::Missing } else { Self::Present })),
            _ if is_denied => None,
            Condition::Compare { left, op, right } => match place(right) {
                Some(_) => Some((left, Self::compared(*op, right)?)),
                None if matches!(right, Operand::Text(_)) => Some((left, Self::compared(*op, right)?)),
                None => Some((right, Self::compared(turned(*op), left)?)),
            },
            Condition::Between { operand, low, high, closed } => {
                let low = Bound::new(place(low)?, matches!(closed, Closed::Right | Closed::None));
                let high = Bound::new(place(high)?, matches!(closed, Closed::Left | Closed::None));
                Some((operand, Self::Within(low, high)))
            }
            Condition::IsIn { operand, values } => Some((operand, Self::one_of(values)?)),
            _ => None,
        }
    }

    fn compared(op: Comparison, literal: &Operand) -> Option<Self> {
        if let (Comparison::Eq, Operand::Text(text)) = (op, literal) {
            return Some(Self::Texts(BTreeSet::from([text.clone()])));
        }
        let at = place(literal)?;
        let (lowest, highest) = (Bound::new(f64::NEG_INFINITY, false), Bound::new(f64::INFINITY, false));
        Some(match op {
            Comparison::Eq => Self::Within(Bound::new(at, false), Bound::new(at, false)),
            Comparison::Lt => Self::Within(lowest, Bound::new(at, true)),
            Comparison::Le => Self::Within(lowest, Bound::new(at, false)),
            Comparison::Gt => Self::Within(Bound::new(at, true), highest),
            Comparison::Ge => Self::Within(Bound::new(at, false), highest),
            Comparison::Ne => return None,
        })
    }

    fn one_of(values: &[Operand]) -> Option<Self> {
        let texts = values.iter().map(|value| if let Operand::Text(text) = value { Some(text.clone()) } else { None });
        if let Some(texts) = texts.collect::<Option<BTreeSet<String>>>() {
            return Some(Self::Texts(texts));
        }
        let places: Vec<f64> = values.iter().map(place).collect::<Option<_>>()?;
        let low = places.iter().copied().fold(f64::INFINITY, f64::min);
        let high = places.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Some(Self::Within(Bound::new(low, false), Bound::new(high, false)))
    }
}

/// Where a literal lies on a line: a number, or the day of a date.
fn place(literal: &Operand) -> Option<f64> {
    match literal {
        Operand::Integer(number) => Some(*number as f64),
        Operand::Number(number) => Some(*number),
        Operand::Date(day) => Some(day.signed_duration_since(NaiveDate::default()).num_days() as f64),
        _ => None,
    }
}

/// The sign seen from the other side.
fn turned(op: Comparison) -> Comparison {
    match op {
        Comparison::Lt => Comparison::Gt,
        Comparison::Le => Comparison::Ge,
        Comparison::Gt => Comparison::Lt,
        Comparison::Ge => Comparison::Le,
        same => same,
    }
}

/// What all checks ask of one operand, each with the check that did.
#[derive(Default)]
struct Demands<'a> {
    missing: Option<&'a str>,
    present: Option<&'a str>,
    within: Vec<(Bound, Bound, &'a str)>,
    texts: Vec<(BTreeSet<String>, &'a str)>,
}

impl<'a> Demands<'a> {
    /// Adds what a check asks, and gives the check that asks the opposite.
    fn add(&mut self, demand: Demand, check: &'a str) -> Option<&'a str> {
        match demand {
            Demand::Missing => {
                self.missing = Some(check);
                self.present
            }
            Demand::Present => {
                self.present = Some(check);
                self.missing
            }
            Demand::Within(low, high) => {
                let other = self.within.iter().find(|(lower, upper, _)| lower.excludes(high) || low.excludes(*upper));
                let other = other.map(|&(.., check)| check);
                self.within.push((low, high, check));
                other
            }
            Demand::Texts(texts) => {
                let other = self.texts.iter().find(|(known, _)| known.is_disjoint(&texts)).map(|&(_, check)| check);
                self.texts.push((texts, check));
                other
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::{Checks, CleaningParams};
    use crate::frame::column;

    fn refused(rule: Checks) -> String {
        CleaningParams::new().rule(rule).check().unwrap_err().to_string()
    }

    #[test]
    fn checks_that_contradict_each_other_are_refused() {
        let two = |a, b| refused(Checks::new().check("a", a).check("b", b));
        let x = || column("x");
        assert_eq!(
            two(x().is_null(), x().is_not_null()),
            "cleaning: `checks` must be such that one row can pass them all, got checks `a` and `b`, which ask opposite \
         things of `x`: change or leave out one of them"
        );
        assert!(refused(Checks::new().not_null(["x"]).check("a", !x().is_not_null())).contains("`x not null` and `a`"));
        assert!(
            refused(Checks::new().check("a", x().is_null().and(x().is_not_null()))).contains("got check `a`, which")
        );
        assert!(refused(Checks::new().check("a", x().gt(1).and(x().is_null()))).contains("opposite things of `x`"));
        two(x().gt(5), x().lt(5));
        two(x().between(0, 10), x().within(10, 20, Closed::Right));
        two(x().eq(1), x().is_in([2, 3]));
        two(x().eq("a"), x().is_in(["b", "c"]));
        two((x() * 2).gt(5), (x() * 2).le(4.5));
        let day = |d| NaiveDate::from_ymd_opt(2026, 1, d).unwrap();
        two(x().gt(day(5)), x().eq(day(4)));
        two(!x().is_null().or(x().eq(4)), x().is_null());
    }

    #[test]
    fn checks_that_only_look_alike_are_let_through() {
        let fine = |a, b| CleaningParams::new().rule(Checks::new().check("a", a).check("b", b)).check().unwrap();
        let x = || column("x");
        fine(x().ge(5), x().le(5));
        fine(x().is_null().or(x().gt(3)), x().is_not_null());
        fine(x().is_null(), x().gt(3));
        fine(x().is_null(), column("y").is_not_null());
        fine(x().gt(9_007_199_254_740_992_i64), x().le(9_007_199_254_740_993_i64));
        fine(!(x().gt(5).and(x().is_null())), x().lt(5));
        fine(x().is_in(["a", "b"]), x().is_in(["b", "c"]));
        fine(x().gt(column("y")), x().lt(column("y")));
    }
}
