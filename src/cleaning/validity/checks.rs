//! Rule: what the rows of a valid table have in common.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::Flow;
use crate::cleaning::engine::repeated::repeated;
use crate::cleaning::engine::step::{Step, Table};
use crate::cleaning::learned::Learned;
use crate::cleaning::rule::CLEANING;
use crate::cleaning::validity::check::{Check, OnFailure, Requirement, check_share};
use crate::cleaning::validity::contradictions::check_consistent;
use crate::cleaning::validity::foreign::{is_in_table, problem_of_table};
use crate::cleaning::validity::verdicts::RowCheck;
use crate::error::{Error, Result};
use crate::frame::{Condition, column};

/// Judges every row by a list of named checks, all in one pass, and tells every reason.
///
/// A row that fails a check goes into the quarantine, or stays and is counted, as the check
/// or else the rule says. `rule_reason` names all checks that a row failed, joined by `; `:
/// first those that took it, in their order, then those that only report. Rows are counted
/// by the first check that took them; besides, the report has the rows that failed each
/// check, with the form of failing text.
///
/// What is missing, null or NaN, is not invalid: a row for which a check cannot be answered
/// is counted as unjudged by it, and stays. Ask for [`not_null`](Self::not_null) where cells have to be there;
/// turn blank text into null before, with [`Text::empty_to_null`](crate::cleaning::Text::empty_to_null).
/// Checks that contradict each other, so that no row could pass, are refused.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{Checks, CleaningParams};
/// use customer_analytics::frame::column;
/// use customer_analytics::polars::prelude::*;
///
/// let customers = df!("id" => [1_i64, 2, 2, 3], "年龄" => [Some(34_i64), Some(200), None, Some(51)])?;
/// let valid = Checks::new().unique(["id"]).check("age in range", column("年龄").between(0, 120));
/// let cleaned = CleaningParams::new().rule(valid).run(customers)?;
/// let reasons = cleaned.quarantine().column("rule_reason")?;
/// assert_eq!(reasons.str()?.get(0), Some("id unique; age in range"));
/// let checks = &cleaned.report().rules[0].checks;
/// assert_eq!((checks[1].n_failed, checks[1].n_unjudged), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Checks {
    checks: Vec<Check>,
    #[serde(default)]
    on_failure: OnFailure,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fail_above: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reasons_column: Option<String>,
}

impl Checks {
    /// Starts without a check; rows that fail one are taken, unless told otherwise.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a check.
    pub fn with(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    /// Adds the check that a condition holds.
    pub fn check(self, name: impl Into<String>, condition: Condition) -> Self {
        self.with(Check::that(name, condition))
    }

    /// Adds one check for each of these columns: that its cell is neither null nor NaN.
    pub fn not_null<S: Into<String>>(self, columns: impl IntoIterator<Item = S>) -> Self {
        columns.into_iter().fold(self, |rule, column| rule.with(Check::not_null(column)))
    }

    /// Adds the check that no two rows agree in all of these columns; all that do fail.
    pub fn unique<S: Into<String>>(self, columns: impl IntoIterator<Item = S>) -> Self {
        self.with(Check::unique(columns))
    }

    /// Adds the check that no row agrees with an earlier one in all of these columns.
    pub fn unique_keep_first<S: Into<String>>(self, columns: impl IntoIterator<Item = S>) -> Self {
        self.with(Check::unique_keep_first(columns))
    }

    /// Adds the check that the cell of a column occurs in column `key` of another table.
    ///
    /// The keys are read whenever the cleaning is planned and are not kept with a fitted
    /// one; memory holds the distinct ones. Whole numbers and text compare exactly, other
    /// numbers as Float64, datetimes of one time zone by the microsecond.
    pub fn in_table(self, column: impl Into<String>, table: impl Into<String>, key: impl Into<String>) -> Self {
        self.with(Check::in_table(column, table, key))
    }

    /// Chooses what is done with rows that fail a check without a say of its own.
    pub fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.on_failure = on_failure;
        self
    }

    /// Stops the job when more than this share of the rows fail any check, 0..=1.
    pub fn fail_above(mut self, share: f64) -> Self {
        self.fail_above = Some(share);
        self
    }

    /// Adds a text column to the rows left: the checks that they failed, joined by `; `, or
    /// null.
    pub fn reasons_column(mut self, name: impl Into<String>) -> Self {
        self.reasons_column = Some(name.into());
        self
    }

    /// The checks, in the order in which they were added.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    fn reports(&self) -> bool {
        self.checks.iter().any(|check| check.on_failure_or(self.on_failure) == OnFailure::Report)
    }

    fn check_reasons_column(&self) -> Result<()> {
        let refused = |expected: &str, name: &str| {
            Err(Error::param(CLEANING, "checks.reasons_column", expected, format!("{name:?}")))
        };
        match &self.reasons_column {
            Some(name) if name.trim().is_empty() => refused("a name that is not blank", name),
            Some(name) if !self.reports() => {
                refused("left out where every check takes its rows: set `on_failure` to `report`", name)
            }
            _ => Ok(()),
        }
    }

    /// Whether a row passes a check: null where it cannot be judged.
    fn passes(check: &Check, flow: &mut Flow, schema: &Schema) -> Result<Expr> {
        match check.requires() {
            Requirement::Unique { columns, keep_first } => is_unique(flow, schema, columns, *keep_first),
            Requirement::InTable { column, table, key } => is_in_table(flow, column, table, key),
            _ => Ok(check.condition().map_or_else(|| lit(NULL), |condition| flow.holds(&condition, schema))),
        }
    }
}

/// Whether no other row has the same cells.
fn is_unique(flow: &mut Flow, schema: &Schema, columns: &[String], keep_first: bool) -> Result<Expr> {
    let present = columns.iter().map(|name| column(name.as_str()).is_not_null()).collect();
    let is_judged = flow.holds(&Condition::And(present), schema);
    let keys: Vec<Expr> = columns.iter().map(|raw| flow.value(raw)).collect();
    let found = repeated(flow, &keys, Some(is_judged.clone()))?;
    // Places ascend with source rows, so the first of a group is the earliest.
    let spared = usize::from(keep_first);
    let repeats = found.by_group().into_iter().flat_map(|members| members.into_iter().skip(spared));
    let repeats = flow.attach("repeats", found.flags(repeats));
    Ok(when(is_judged).then(col(repeats).not()).otherwise(lit(NULL)))
}

/// The column whose failing cells a report can show the form of.
fn shape_of(check: &Check, schema: &Schema) -> Option<String> {
    let columns = check.columns();
    let column = columns.first().filter(|_| columns.len() == 1)?;
    let is_text =
        matches!(schema.get(column.as_str()), Some(DataType::String | DataType::Categorical(..) | DataType::Enum(..)));
    // A cell that is not there has no form.
    (is_text && !matches!(check.condition(), Some(Condition::IsNotNull(_)))).then(|| column.clone())
}

/// What a check misses in the table.
fn problems_of(check: &Check, table: &Table<'_>) -> Vec<String> {
    if let Requirement::Condition(condition) = check.requires() {
        return condition.problems(table.schema);
    }
    let mut problems: Vec<String> = check.columns().iter().filter_map(|column| table.missing_column(column)).collect();
    if let Requirement::InTable { column, table: other, key } = check.requires() {
        problems.extend(problem_of_table(table, column, other, key));
    }
    problems
}

impl Step for Checks {
    fn name(&self) -> &'static str {
        "checks"
    }

    fn check(&self) -> Result<()> {
        let refused = |param, expected: &str, got: String| Err(Error::param(CLEANING, param, expected, got));
        if self.checks.is_empty() {
            return refused("checks.checks", "at least one check", "none".to_owned());
        }
        check_share("checks.fail_above", self.fail_above)?;
        self.checks.iter().try_for_each(Check::check)?;
        let names: Vec<&str> = self.checks.iter().map(Check::name).collect();
        if let Some(name) = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
            return refused("checks.name", "another one for each check", format!("`{}` twice", name.1));
        }
        self.check_reasons_column()?;
        check_consistent(&self.checks)
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let of_check = |check: &Check| -> Vec<String> {
            let problems = problems_of(check, table);
            problems.into_iter().map(|problem| format!("in check `{}`: {problem}", check.name())).collect()
        };
        let mut problems: Vec<String> = self.checks.iter().flat_map(of_check).collect();
        problems.extend(self.reasons_column.as_ref().and_then(|name| table.taken_name(name)));
        problems
    }

    fn compares_rows(&self) -> bool {
        self.checks.iter().any(Check::compares_rows)
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let schema = flow.schema();
        let mut checks = vec![];
        for check in &self.checks {
            checks.push(RowCheck {
                name: check.name().to_owned(),
                on_failure: check.on_failure_or(self.on_failure),
                most: check.most(),
                passes: Self::passes(check, flow, &schema)?,
                shape_of: shape_of(check, &schema),
            });
        }
        if let Some(most) = self.fail_above {
            flow.limit(most);
        }
        let failed = flow.judge_checks(checks);
        if let Some(name) = &self.reasons_column {
            flow.add(name, col(failed), DataType::String);
        }
        Ok(())
    }
}
