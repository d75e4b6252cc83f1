//! Settings of the cleaning.

use serde::{Deserialize, Serialize};

use crate::cleaning::input::CleaningInput;
use crate::cleaning::rule::{CLEANING, Rule};
use crate::cleaning::{Case, Cleaned, CleaningPlan, ExactDuplicates, FittedCleaning, MissingCustomer, Prices, Text};
use crate::error::{Error, Result};
use crate::frame::TransactionColumns;

/// Unchecked settings of the cleaning: rules, in the order in which they work.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, ExactDuplicates, Refunds};
///
/// let from_a_job_file: CleaningParams = serde_json::from_str(
///     r#"{"rules": [{"rule": "exact_duplicates"}, {"rule": "refunds", "mode": "match", "order_prefix": "C"}]}"#,
/// )?;
/// let built = CleaningParams::new().rule(ExactDuplicates::new()).rule(Refunds::matched().order_prefix("C"));
/// assert_eq!(built, from_a_job_file);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct CleaningParams {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) roles: Option<TransactionColumns>,
    pub(crate) rules: Vec<Rule>,
}

impl CleaningParams {
    /// Starts with no rule, which would leave every row as it is.
    pub fn new() -> Self {
        Self::default()
    }

    /// Rules that fit most files of invoice lines, in this order:
    ///
    /// 1. rows that repeat an earlier one in every column, as read, are taken;
    /// 2. the text of the roles is trimmed, and but for the customer put in upper case;
    /// 3. rows without a customer are taken;
    /// 4. rows whose price is zero, negative, missing or not finite are taken.
    ///
    /// Two questions are the shop's own and stay open: which codes are no products, and
    /// what to do with refunds. Without a rule for them postage counts as a purchase and a
    /// refund stays as a negative line. Add [`NonProducts`](crate::cleaning::NonProducts) and
    /// [`Refunds`](crate::cleaning::Refunds) to answer them. Leave this preset alone where two equal
    /// lines can be two true purchases, as in logs of one line per customer and day.
    pub fn retail() -> Self {
        Self::new()
            .rule(ExactDuplicates::new())
            .rule(Text::new().case(Case::Upper))
            .rule(MissingCustomer::new())
            .rule(Prices::new().missing(true))
    }

    /// Names the roles of a table of transactions, which the rules for customers, products,
    /// prices, refunds and later rows need.
    pub fn roles(mut self, columns: &TransactionColumns) -> Self {
        self.roles = Some(columns.clone());
        self
    }

    /// Adds a rule, which sees what the ones before it left.
    pub fn rule(mut self, rule: impl Into<Rule>) -> Self {
        self.rules.push(rule.into());
        self
    }

    /// The rules, in the order in which they work.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Checks every setting and returns the runnable cleaning.
    ///
    /// # Errors
    /// `Param` when a rule has nothing to do, names a column twice, or has a pattern that
    /// does not compile.
    pub fn check(self) -> Result<Cleaning> {
        self.rules.iter().try_for_each(|rule| rule.step().check())?;
        Ok(Cleaning(self))
    }

    /// Checks, plans and runs in one step: what rules learn, they learn from this frame.
    ///
    /// # Errors
    /// Those of [`check`](Self::check), [`Cleaning::plan`] and [`CleaningPlan::collect`].
    pub fn run(self, input: impl Into<CleaningInput>) -> Result<Cleaned> {
        self.check()?.run(input)
    }

    /// Checks, and describes the cleaning of a frame: to write it from file to file, or to
    /// go on with the rows left in a lazy plan.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and [`Cleaning::plan`].
    pub fn plan(self, input: impl Into<CleaningInput>) -> Result<CleaningPlan> {
        self.check()?.plan(input)
    }

    /// Checks, and learns from this frame what the rules need, to apply it to others.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and [`Cleaning::plan`].
    pub fn fit(self, input: impl Into<CleaningInput>) -> Result<FittedCleaning> {
        self.check()?.fit(input)
    }
}

/// Checked settings of the cleaning; the only type that can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "CleaningParams", into = "CleaningParams")]
pub struct Cleaning(pub(crate) CleaningParams);

impl Cleaning {
    /// The name used in errors and benches.
    pub const NAME: &'static str = CLEANING;

    /// Describes the cleaning as one query over the frame.
    ///
    /// Only the schema is read, unless a rule compares rows or learns: such a rule reads its
    /// own columns here, in one narrow pass. A frame that is not a scan, or computed row by
    /// row on top of one, is collected first then, as only a scan promises to come in the
    /// same order twice.
    ///
    /// # Errors
    /// `Schema` with every problem of roles and rules at once; `Query` when polars fails.
    pub fn plan(&self, input: impl Into<CleaningInput>) -> Result<CleaningPlan> {
        CleaningPlan::new(&self.0, input.into(), None)
    }

    /// Learns from this frame what the rules need, to apply it to others.
    ///
    /// # Errors
    /// Those of [`plan`](Self::plan).
    pub fn fit(&self, input: impl Into<CleaningInput>) -> Result<FittedCleaning> {
        Ok(self.plan(input)?.fitted().clone())
    }

    /// Plans and runs.
    ///
    /// # Errors
    /// Those of [`plan`](Self::plan) and [`CleaningPlan::collect`].
    pub fn run(&self, input: impl Into<CleaningInput>) -> Result<Cleaned> {
        self.plan(input)?.collect()
    }
}

impl TryFrom<CleaningParams> for Cleaning {
    type Error = Error;

    fn try_from(params: CleaningParams) -> Result<Self> {
        params.check()
    }
}

impl From<Cleaning> for CleaningParams {
    fn from(checked: Cleaning) -> Self {
        checked.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::{NonProducts, Refunds, Unmatched};

    #[test]
    fn settings_survive_a_job_file() {
        let params = CleaningParams::retail()
            .rule(MissingCustomer::new().placeholders(["0", "散客"]))
            .rule(NonProducts::new().codes(["POST"]).pattern("^(?:bank|amazon)").ignore_case(false))
            .rule(Refunds::matched().order_prefix("C").unmatched(Unmatched::Drop));
        let checked = params.clone().check().unwrap();
        let text = serde_json::to_string(&checked).unwrap();
        assert_eq!(serde_json::from_str::<Cleaning>(&text).unwrap(), checked);
        assert_eq!(serde_json::from_str::<CleaningParams>(&text).unwrap(), params);
        let toml = toml::to_string(&params).unwrap();
        assert_eq!(toml::from_str::<CleaningParams>(&toml).unwrap(), params);
    }

    #[test]
    fn a_job_file_cannot_skip_the_check() {
        let job = r#"{"rules": [{"rule": "non_products", "pattern": "("}]}"#;
        assert!(serde_json::from_str::<CleaningParams>(job).is_ok());
        let refused = serde_json::from_str::<Cleaning>(job).unwrap_err().to_string();
        assert!(refused.contains("`non_products.pattern` must be a regular expression"), "{refused}");
        assert!(serde_json::from_str::<CleaningParams>("{}").is_err(), "rules must be given");
    }
}
