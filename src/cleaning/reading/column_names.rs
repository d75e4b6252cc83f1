//! Rule: columns under other names.

use std::collections::BTreeMap;

use polars::prelude::PlSmallStr;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::Flow;
use crate::cleaning::engine::step::{Step, Table};
use crate::cleaning::learned::Learned;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::text::snake_case_all;

/// Gives the columns of what is left other names: snake case, or names of your own.
///
/// Names are put into snake case as by [`snake_case_all`]: letters of any script are kept, and
/// of names that fall together the later ones are numbered. A column that is named here gets
/// the name given for it. Two columns of one name are refused before anything is read.
///
/// Later rules and the roles still go by the names as read, and so does the quarantine; columns
/// that later rules add keep theirs, so this rule stands last. The new names are in
/// [`CleaningReport::renamed`](crate::cleaning::CleaningReport::renamed). A role of transactions that is
/// given to a log afterwards is to name the new column.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, ColumnNames};
/// use customer_analytics::polars::prelude::*;
///
/// let raw = df!("Customer ID" => [1], "MonthlyCharges" => [2.5], "城市" => ["沪"])?;
/// let cleaned = CleaningParams::new().rule(ColumnNames::new().rename("Customer ID", "customer")).run(raw)?;
/// assert_eq!(cleaned.report().renamed["MonthlyCharges"], "monthly_charges");
/// let (clean, _, _) = cleaned.into_parts();
/// assert_eq!(clean.get_column_names(), ["customer", "monthly_charges", "城市"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct ColumnNames {
    snake_case: bool,
    rename: BTreeMap<String, String>,
}

impl Default for ColumnNames {
    fn default() -> Self {
        Self { snake_case: true, rename: BTreeMap::new() }
    }
}

impl ColumnNames {
    /// Puts every name into snake case.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether names that are not given are put into snake case; they are by default.
    pub fn snake_case(mut self, snake_case: bool) -> Self {
        self.snake_case = snake_case;
        self
    }

    /// Gives a column, by its raw name, a name of your own.
    pub fn rename(mut self, column: impl Into<String>, name: impl Into<String>) -> Self {
        self.rename.insert(column.into(), name.into());
        self
    }
}

impl Step for ColumnNames {
    fn name(&self) -> &'static str {
        "column_names"
    }

    fn check(&self) -> Result<()> {
        let refused = |param, expected: &str, got: &str| Err(Error::param(CLEANING, param, expected, got));
        if !self.snake_case && self.rename.is_empty() {
            let expected = "true where no name is given, as nothing is left to do";
            return refused("column_names.snake_case", expected, "false");
        }
        if self.rename.values().any(|name| name.trim().is_empty()) {
            return refused("column_names.rename", "names of at least one letter", "a blank one");
        }
        Ok(())
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        self.rename.keys().filter_map(|column| table.missing_column(column)).collect()
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let mut named: Vec<(String, String)> = shown(flow).collect();
        if self.snake_case {
            named.retain(|(column, _)| !self.rename.contains_key(column));
            let snake = snake_case_all(named.iter().map(|(_, name)| name));
            named.iter_mut().zip(snake).for_each(|((_, name), snake)| *name = snake);
        }
        flow.renamed.extend(named);
        flow.renamed.extend(self.rename.clone());
        Ok(())
    }
}

/// Every column of what is left, with the name it will have.
fn shown(flow: &Flow) -> impl Iterator<Item = (String, String)> {
    let names: Vec<PlSmallStr> = flow.schema().iter_names_cloned().collect();
    names.into_iter().map(|column| {
        let name = flow.renamed.get(column.as_str());
        (column.to_string(), name.cloned().unwrap_or_else(|| column.to_string()))
    })
}

/// A line for each name that several columns would have.
pub(crate) fn collisions(flow: &Flow) -> Vec<String> {
    let mut columns_of: BTreeMap<String, Vec<String>> = BTreeMap::new();
    shown(flow).for_each(|(column, name)| columns_of.entry(name).or_default().push(format!("`{column}`")));
    let shared = columns_of.into_iter().filter(|(_, columns)| columns.len() > 1);
    let problem = |(name, columns): (String, Vec<String>)| {
        let columns = columns.join(" and ");
        format!("columns {columns} would both be named `{name}`; name one of them with `ColumnNames::rename`")
    };
    shared.map(problem).collect()
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;
    use crate::cleaning::{Cleaned, CleaningParams, Fill, ReadNumbers};

    fn frame() -> DataFrame {
        df!("Customer ID" => ["1", "x"], "customerID" => ["2", "2"], "客户 名" => ["王", "李"]).unwrap()
    }

    fn names(cleaned: Cleaned) -> Vec<String> {
        cleaned.into_parts().0.get_column_names_owned().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn names_are_in_snake_case_and_all_different() {
        let cleaned = CleaningParams::new().rule(ColumnNames::new()).run(frame()).unwrap();
        assert_eq!(cleaned.report().renamed.len(), 3);
        assert!(cleaned.report().to_string().ends_with("3 columns renamed"), "{}", cleaned.report());
        assert_eq!(names(cleaned), ["customer_id", "customer_id_2", "客户_名"]);
        let cleaned = CleaningParams::new().rule(ColumnNames::new()).run(df!("a" => [1]).unwrap()).unwrap();
        assert!(cleaned.report().renamed.is_empty() && !cleaned.report().to_string().contains("renamed"));
    }

    #[test]
    fn given_names_win_and_others_may_stay() {
        let rule = || ColumnNames::new().rename("客户 名", "姓名").rename("customerID", "ID");
        let cleaned = CleaningParams::new().rule(rule()).run(frame()).unwrap();
        assert_eq!(names(cleaned), ["customer_id", "ID", "姓名"]);
        let cleaned = CleaningParams::new().rule(rule().snake_case(false)).run(frame()).unwrap();
        assert_eq!(cleaned.report().renamed.len(), 2);
        assert_eq!(names(cleaned), ["Customer ID", "ID", "姓名"]);
        let two = CleaningParams::new().rule(rule().snake_case(false)).rule(ColumnNames::new());
        assert_eq!(names(two.run(frame()).unwrap()), ["customer_id", "id", "姓名"], "one after the other");
        let swapped = ColumnNames::new().snake_case(false).rename("a", "b").rename("b", "a");
        let cleaned = CleaningParams::new().rule(swapped).run(df!("a" => [1], "b" => ["x"]).unwrap()).unwrap();
        assert_eq!(cleaned.into_parts().0.dtypes(), [DataType::Int32, DataType::String]);
    }

    #[test]
    fn later_rules_and_the_quarantine_use_the_names_as_read() {
        let read = ReadNumbers::new(["Customer ID"]).unreadable(crate::cleaning::Unreadable::Quarantine);
        let cleaned = CleaningParams::new().rule(ColumnNames::new()).rule(read).run(frame()).unwrap();
        assert!(cleaned.quarantine().column("Customer ID").is_ok());
        let (clean, ..) = cleaned.into_parts();
        assert_eq!(clean.column("customer_id").unwrap().f64().unwrap().get(0), Some(1.0));
    }

    #[test]
    fn a_plan_a_report_and_a_fitted_cleaning_know_the_names() {
        let params = CleaningParams::new().rule(Fill::new(["客户 名"]).mode()).rule(ColumnNames::new());
        let plan = params.check().unwrap().plan(frame()).unwrap();
        assert_eq!(plan.report().unwrap(), *plan.collect().unwrap().report());
        assert!(plan.clean().collect_schema().unwrap().contains("customer_id_2"));
        let again = plan.fitted().run(frame()).unwrap();
        let merged = again.report().clone().merge(plan.collect().unwrap().report()).unwrap();
        assert_eq!((merged.renamed.len(), merged.n_rows_in), (3, 4));
    }

    #[test]
    fn two_columns_of_one_name_are_refused() {
        let refused = |params: CleaningParams, frame| params.run(frame).unwrap_err().to_string();
        let taken = refused(CleaningParams::new().rule(ColumnNames::new().rename("客户 名", "customer_id")), frame());
        let expected = "columns `Customer ID` and `客户 名` would both be named `customer_id`; name one of them with \
                        `ColumnNames::rename`";
        assert!(taken.contains(expected), "{taken}");
        let added = CleaningParams::new().rule(ColumnNames::new()).rule(Fill::new(["a"]).indicator(true));
        let refusal = refused(added, df!("a" => [1.0], "A was missing" => [1]).unwrap());
        assert!(refusal.contains("would both be named `a_was_missing`"), "{refusal}");
        let missing = refused(CleaningParams::new().rule(ColumnNames::new().rename("nobody", "x")), frame());
        assert!(missing.contains("rule 1 `column_names` names column `nobody`"), "{missing}");
    }

    #[test]
    fn settings_are_checked_and_survive_a_job_file() {
        let refused = |rule: ColumnNames| CleaningParams::new().rule(rule).check().unwrap_err().to_string();
        assert!(refused(ColumnNames::new().snake_case(false)).contains("`column_names.snake_case` must be true where"));
        assert!(refused(ColumnNames::new().rename("a", " ")).contains("`column_names.rename` must be names"));
        let rule = ColumnNames::new().rename("Customer ID", "客户");
        let text = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<ColumnNames>(&text).unwrap(), rule);
        assert_eq!(serde_json::from_str::<ColumnNames>("{}").unwrap(), ColumnNames::new());
        assert!(serde_json::from_str::<ColumnNames>(r#"{"names": {}}"#).is_err());
    }
}
