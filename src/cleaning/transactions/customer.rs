//! Rule: rows without a customer.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::{Flow, Judgement, Take};
use crate::cleaning::engine::step::{Step, Table};
use crate::cleaning::learned::Learned;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};

/// Takes rows without a customer: null, or text that is empty but for white space.
///
/// Tills often write a number for nobody, such as `0`; name it as a placeholder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct MissingCustomer {
    #[serde(default)]
    placeholders: Vec<String>,
}

impl MissingCustomer {
    /// Takes rows whose customer is null or blank.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes these ids too, compared in full once white space at both ends is gone. A
    /// whole number is compared by its digits.
    pub fn placeholders<S: Into<String>>(mut self, ids: impl IntoIterator<Item = S>) -> Self {
        self.placeholders = ids.into_iter().map(Into::into).collect();
        self
    }
}

impl Step for MissingCustomer {
    fn name(&self) -> &'static str {
        "missing_customer"
    }

    fn uses_roles(&self) -> bool {
        true
    }

    fn check(&self) -> Result<()> {
        match self.placeholders.iter().find(|id| id.trim().len() != id.len() || id.is_empty()) {
            Some(id) => Err(Error::param(
                CLEANING,
                "missing_customer.placeholders",
                "ids without outer white space",
                format!("`{id}`"),
            )),
            None => Ok(()),
        }
    }

    fn problems(&self, _table: &Table<'_>) -> Vec<String> {
        vec![]
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let id = flow.text(&flow.roles().customer).str().strip_chars(lit(NULL));
        let mut take = vec![
            Take::new(id.clone().is_null(), "customer is null"),
            Take::new(id.clone().eq(lit("")), "customer is blank"),
        ];
        if !self.placeholders.is_empty() {
            take.push(Take::new(is_one_of(id, &self.placeholders), "customer is a placeholder"));
        }
        flow.judge(Judgement { take, ..Judgement::default() });
        Ok(())
    }
}

/// Whether text is on a list; null where it is null.
pub(crate) fn is_one_of(text: Expr, list: &[String]) -> Expr {
    text.is_in(lit(Series::new("list".into(), list)).implode(true), false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::CleaningParams;
    use crate::frame::TransactionColumns;

    fn taken(ids: Series, rule: MissingCustomer) -> Vec<u64> {
        let n = ids.len();
        let frame = df!("who" => ids, "when" => vec!["2026-01-01"; n], "paid" => vec![1.0; n]).unwrap();
        let columns = TransactionColumns::new("who", "when").amount("paid").time_format("%F");
        let cleaned = CleaningParams::new().rule(rule).roles(&columns).run(frame.lazy()).unwrap();
        cleaned.report().rules[0].reasons.iter().map(|count| count.n_rows).collect()
    }

    #[test]
    fn null_and_blank_ids_are_nobody() {
        let ids = Series::new("".into(), [Some("a"), None, Some(""), Some(" \t\u{3000}"), Some("0"), Some("客")]);
        assert_eq!(taken(ids.clone(), MissingCustomer::new()), [1, 2]);
        assert_eq!(taken(ids, MissingCustomer::new().placeholders(["0", "客"])), [1, 2, 2]);
    }

    #[test]
    fn a_number_is_nobody_when_null_or_named_so() {
        let ids = Series::new("".into(), [Some(1_i64), None, Some(0), Some(10)]);
        assert_eq!(taken(ids, MissingCustomer::new().placeholders(["0"])), [1, 0, 1]);
    }

    #[test]
    fn all_ids_may_be_missing() {
        assert_eq!(taken(Series::new("".into(), [None::<i64>; 3]), MissingCustomer::new()), [3, 0]);
    }

    #[test]
    fn a_placeholder_that_never_fits_is_refused() {
        assert!(MissingCustomer::new().placeholders([" 0"]).check().is_err());
        assert!(MissingCustomer::new().placeholders([""]).check().is_err());
    }
}
