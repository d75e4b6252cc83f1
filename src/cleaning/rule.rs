//! The rules as one type, for job files and for the order they run in.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::flow::Flow;
use super::{ExactDuplicates, LaterRows, MissingCustomer, NonProducts, Prices, RefundMode, Refunds, Text};
use crate::error::{Error, Result};
use crate::frame::TransactionColumns;

/// The name of the cleaning in errors.
pub(crate) const CLEANING: &str = "cleaning";

/// One rule of a cleaning; any of the rule types turns into it.
///
/// In a job file the name of the rule is its key `rule`, beside its settings.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{NonProducts, Rule};
///
/// let from_a_job_file: Rule = serde_json::from_str(r#"{"rule": "non_products", "codes": ["POST", "邮费"]}"#)?;
/// assert_eq!(from_a_job_file, NonProducts::new().codes(["POST", "邮费"]).into());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// Trims and case-folds cells.
    Text(Text),
    /// Takes rows that repeat an earlier one.
    ExactDuplicates(ExactDuplicates),
    /// Takes rows dated after the report.
    LaterRows(LaterRows),
    /// Takes rows without a customer.
    MissingCustomer(MissingCustomer),
    /// Takes lines that are not products.
    NonProducts(NonProducts),
    /// Takes prices that are zero, negative or missing.
    Prices(Prices),
    /// Keeps, drops, nets or matches refunds and cancellations.
    Refunds(Refunds),
}

impl Rule {
    /// The rule's name in job files, reports and the quarantine.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.step().name()
    }

    /// Whether the rule judges a row by other rows, so that it holds columns of the whole
    /// table; the others judge each row by itself.
    #[must_use]
    pub fn compares_rows(&self) -> bool {
        match self {
            Self::ExactDuplicates(_) => true,
            Self::Refunds(rule) => matches!(rule.mode, RefundMode::NetPerOrder | RefundMode::Match),
            Self::Text(_) | Self::LaterRows(_) | Self::MissingCustomer(_) | Self::NonProducts(_) | Self::Prices(_) => {
                false
            }
        }
    }

    /// The rule's own code.
    pub(crate) fn step(&self) -> &dyn Step {
        match self {
            Self::Text(rule) => rule,
            Self::ExactDuplicates(rule) => rule,
            Self::LaterRows(rule) => rule,
            Self::MissingCustomer(rule) => rule,
            Self::NonProducts(rule) => rule,
            Self::Prices(rule) => rule,
            Self::Refunds(rule) => rule,
        }
    }
}

macro_rules! rule_from {
    ($($rule:ident),+) => {
        $(impl From<$rule> for Rule {
            fn from(rule: $rule) -> Self {
                Self::$rule(rule)
            }
        })+
    };
}

rule_from!(Text, ExactDuplicates, LaterRows, MissingCustomer, NonProducts, Prices, Refunds);

/// What every rule has to say for itself.
pub(crate) trait Step {
    /// Name in job files, reports and the quarantine.
    fn name(&self) -> &'static str;
    /// Checks the settings.
    fn check(&self) -> Result<()>;
    /// What the rule misses in the table, one line each.
    fn problems(&self, table: &Table<'_>) -> Vec<String>;
    /// Adds the rule to the plan; the table has no problems.
    fn apply(&self, flow: &mut Flow);
}

/// The raw table, as far as it is known before reading it.
pub(crate) struct Table<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) columns: &'a TransactionColumns,
}

impl Table<'_> {
    /// A line for a column that a rule names and the table lacks.
    pub(crate) fn missing_column(&self, column: &str) -> Option<String> {
        (!self.schema.contains(column))
            .then(|| format!("names column `{column}`, which the table does not have; check its spelling"))
    }
}

/// A line for a role that a rule needs and nobody assigned.
pub(crate) fn missing_role(role: &str, assigned: Option<&String>) -> Option<String> {
    assigned.is_none().then(|| format!("needs role `{role}`; name its column with `TransactionColumns::{role}`"))
}

/// Refuses a list of columns that names one of them twice.
pub(crate) fn check_distinct(param: &'static str, columns: &[String]) -> Result<()> {
    let repeated = columns.iter().enumerate().find(|(place, column)| columns[..*place].contains(column));
    match repeated {
        Some((_, column)) => Err(Error::param(CLEANING, param, "columns named once each", format!("`{column}` twice"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_setting_is_refused() {
        let refused = |job: &str| serde_json::from_str::<Rule>(job).unwrap_err().to_string();
        assert!(refused(r#"{"rule": "missing_customer", "placeholder": ["0"]}"#).contains("unknown field"));
        assert!(refused(r#"{"rule": "refunds", "mode": "match", "prefix": "C"}"#).contains("unknown field"));
        assert!(refused(r#"{"rule": "missing_clients"}"#).contains("unknown variant"));
    }

    #[test]
    fn a_rule_is_called_the_same_in_job_files_and_reports() {
        let rules: [Rule; 6] = [
            Text::new().into(),
            ExactDuplicates::new().into(),
            MissingCustomer::new().into(),
            NonProducts::new().codes(["POST"]).into(),
            Prices::new().into(),
            Refunds::drop().into(),
        ];
        for rule in rules {
            assert_eq!(serde_json::to_value(&rule).unwrap()["rule"], rule.name());
        }
    }
}
