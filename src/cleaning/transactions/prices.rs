//! Rule: prices that are zero, negative or missing.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::{Flow, Judgement, Take};
use crate::cleaning::engine::step::{Step, Table};
use crate::cleaning::learned::Learned;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};

/// Takes lines whose price is zero or negative and, if asked, missing.
///
/// The price is the role `unit_price`. Where there is none, the amount stands in for it
/// when zero or missing is asked for; a negative amount is a refund, not a wrong price, and
/// is left to [`Refunds`](crate::cleaning::Refunds). A price is missing when it is null, NaN or
/// infinite. What the rule was told to leave in is counted: missing prices as not judged,
/// the others as spared.
///
/// A quantity of zero is no matter of price; such a line has the amount zero.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, Prices};
/// use customer_analytics::prelude::*;
///
/// let sales = df!("id" => [1_i64; 4], "day" => ["2026-01-01"; 4], "n" => [1_i64; 4], "price" => [2.5, 0.0, -7.0, f64::NAN])?;
/// let columns = TransactionColumns::new("id", "day").quantity_and_price("n", "price").time_format("%Y-%m-%d");
/// let cleaned = CleaningParams::new().rule(Prices::new()).roles(&columns).run(sales.lazy())?;
/// let prices = &cleaned.report().rules[0];
/// assert_eq!((prices.n_rows_taken, prices.n_rows_unjudged, prices.n_rows_out), (2, 1, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Prices {
    #[serde(default = "yes")]
    zero: bool,
    #[serde(default = "yes")]
    negative: bool,
    #[serde(default)]
    missing: bool,
}

fn yes() -> bool {
    true
}

impl Default for Prices {
    fn default() -> Self {
        Self { zero: true, negative: true, missing: false }
    }
}

impl Prices {
    /// Takes zero and negative prices; leaves missing ones in and counts them.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether prices of zero are taken; they are by default.
    pub fn zero(mut self, take: bool) -> Self {
        self.zero = take;
        self
    }

    /// Whether negative prices are taken; they are by default.
    pub fn negative(mut self, take: bool) -> Self {
        self.negative = take;
        self
    }

    /// Whether prices that are null, NaN or infinite are taken; they are not by default,
    /// and then every analysis that needs the amount has its say.
    pub fn missing(mut self, take: bool) -> Self {
        self.missing = take;
        self
    }
}

impl Step for Prices {
    fn name(&self) -> &'static str {
        "prices"
    }

    fn uses_roles(&self) -> bool {
        true
    }

    fn check(&self) -> Result<()> {
        if self.zero || self.negative || self.missing {
            return Ok(());
        }
        Err(Error::param(
            CLEANING,
            "prices.zero",
            "true where neither `negative` nor `missing` is, as nothing is left to do",
            false,
        ))
    }

    fn problems(&self, _table: &Table<'_>) -> Vec<String> {
        vec![]
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let (roles, _) = flow.columns();
        let (what, price, can_be_negative) = match &roles.unit_price {
            Some(column) => ("unit price", col(column.as_str()).cast(DataType::Float64), true),
            None => ("amount", roles.amount_expr(), false),
        };
        // Missing comes first: -inf is no price below zero, and NaN compares above it.
        let is_number = price.clone().is_finite().fill_null(lit(false));
        let zero = is_number.clone().and(price.clone().eq(lit(0.0)));
        let negative = is_number.clone().and(price.lt(lit(0.0)));
        let mut judgement = Judgement { spare: Some(lit(false)), ..Judgement::default() };
        let mut judge = |condition: Expr, is_taken: bool, reason: &str| {
            if is_taken {
                judgement.take.push(Take::new(condition, format!("{what} {reason}")));
            } else {
                judgement.spare = judgement.spare.take().map(|spared| spared.or(condition));
            }
        };
        judge(zero, self.zero, "is zero");
        if can_be_negative {
            judge(negative, self.negative, "is negative");
        }
        if self.missing {
            judgement.take.push(Take::new(is_number.not(), format!("{what} is missing or not finite")));
        } else {
            judgement.unjudged = Some(is_number.not());
        }
        flow.judge(judgement);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::{CleaningParams, RuleReport};
    use crate::frame::TransactionColumns;

    const PRICES: [Option<f64>; 8] = [
        Some(1.0),
        Some(0.0),
        Some(-0.0),
        Some(-2.0),
        None,
        Some(f64::NAN),
        Some(f64::NEG_INFINITY),
        Some(f64::INFINITY),
    ];

    fn run(rule: Prices, has_unit_price: bool) -> RuleReport {
        let frame =
            df!("who" => [1_i64; 8], "when" => ["2026-01-01"; 8], "n" => [1_i64; 8], "price" => PRICES).unwrap();
        let columns = TransactionColumns::new("who", "when").time_format("%F");
        let columns = if has_unit_price { columns.quantity_and_price("n", "price") } else { columns.amount("price") };
        let cleaned = CleaningParams::new().rule(rule).roles(&columns).run(frame.lazy()).unwrap();
        cleaned.report().rules[0].clone()
    }

    fn taken(report: &RuleReport) -> Vec<u64> {
        report.reasons.iter().map(|count| count.n_rows).collect()
    }

    #[test]
    fn zero_of_either_sign_negative_and_missing_are_told_apart() {
        let all = run(Prices::new().missing(true), true);
        assert_eq!((taken(&all), all.n_rows_out), (vec![2, 1, 4], 1));
        let usual = run(Prices::new(), true);
        assert_eq!((taken(&usual), usual.n_rows_unjudged, usual.n_rows_out), (vec![2, 1], 4, 5));
    }

    #[test]
    fn what_is_left_in_on_purpose_is_counted() {
        let report = run(Prices::new().zero(false), true);
        assert_eq!((taken(&report), report.n_rows_spared, report.n_rows_unjudged), (vec![1], 2, 4));
    }

    #[test]
    fn a_negative_amount_is_a_refund_and_not_a_price() {
        let report = run(Prices::new(), false);
        assert_eq!((taken(&report), report.n_rows_spared, report.n_rows_unjudged), (vec![2], 0, 4));
    }

    #[test]
    fn a_rule_that_takes_nothing_is_refused() {
        assert!(Prices::new().zero(false).negative(false).check().is_err());
    }
}
