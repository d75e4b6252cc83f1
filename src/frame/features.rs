//! Features: one row per customer, which columns a model may learn from and which it predicts.

use std::fmt;

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::codes::has_categories;
use super::numbers::is_numeric;
use super::schema::{Role, check, column_remedy, is_identifier, missing};
use crate::error::{Error, Result};

const TABLE: &str = "features";
const TARGET: &str = "target";
const CUSTOMER_ID: &str = "customer_id";

/// Which column plays which role in a table with one row per customer.
///
/// Unless `features` names them, every column is a feature but the target, the customer's
/// number and those that are ignored. Ignore what would not be known at the time of the
/// prediction, such as the date a contract ended.
///
/// # Examples
///
/// ```
/// use customer_analytics::frame::FeatureColumns;
///
/// let columns = FeatureColumns::new().target("Churn").customer_id("customerID").ignore(["TotalCharges"]);
/// let from_a_job_file: FeatureColumns = serde_json::from_str(
///     r#"{"target": "Churn", "customer_id": "customerID", "ignored": ["TotalCharges"]}"#,
/// )?;
/// assert_eq!(columns, from_a_job_file);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct FeatureColumns {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) customer_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) features: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) ignored: Vec<String>,
}

impl FeatureColumns {
    /// All columns are features.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the column to predict. A table of customers to score needs none.
    pub fn target(mut self, column: impl Into<String>) -> Self {
        self.target = Some(column.into());
        self
    }

    /// Names the column with the customer's number, which is carried along and never learned from.
    pub fn customer_id(mut self, column: impl Into<String>) -> Self {
        self.customer_id = Some(column.into());
        self
    }

    /// Names the features, in the order in which a model is to have them.
    pub fn features<I: IntoIterator<Item = S>, S: Into<String>>(mut self, columns: I) -> Self {
        self.features = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Names columns that are neither features nor target; weights, offsets and clusters of a
    /// regression among them.
    pub fn ignore<I: IntoIterator<Item = S>, S: Into<String>>(mut self, columns: I) -> Self {
        self.ignored.extend(columns.into_iter().map(Into::into));
        self
    }

    fn roles(&self) -> Vec<Role<'_>> {
        const LABEL: &str = "a number, boolean, date, text or category";
        const IDENTIFIER: &str = "a whole number, text or category (cast decimals like 17850.0 to Int64)";
        let mut roles = Vec::new();
        if let Some(column) = &self.target {
            roles.push(Role { name: TARGET, column, accepts: has_categories, needs: LABEL });
        }
        if let Some(column) = &self.customer_id {
            roles.push(Role { name: CUSTOMER_ID, column, accepts: is_identifier, needs: IDENTIFIER });
        }
        roles
    }

    /// Names that are not there, and features of a type that none is read from.
    fn problems(&self, schema: &Schema) -> Vec<String> {
        let mut problems = Vec::new();
        for column in &self.ignored {
            if !schema.contains(column) {
                problems.push(format!("ignored column `{column}` is not there; {}", column_remedy(column, schema)));
            }
        }
        for column in self.features_in(schema) {
            match schema.get(&column) {
                None => {
                    problems.push(format!("feature `{column}` is not there; {}", column_remedy(&column, schema)));
                }
                Some(dtype) if !is_feature(dtype) => {
                    problems.push(format!(
                        "feature `{column}` is {dtype}; cast it to a number, boolean, date or text, or `ignore` it"
                    ));
                }
                Some(_) if self.features.is_some() && self.has_other_role(&column) => {
                    problems
                        .push(format!("feature `{column}` is target, customer_id or ignored as well; name it once"));
                }
                Some(_) => {}
            }
        }
        problems
    }

    fn has_other_role(&self, column: &str) -> bool {
        let is = |role: &Option<String>| role.as_deref() == Some(column);
        is(&self.target) || is(&self.customer_id) || self.ignored.iter().any(|ignored| ignored == column)
    }

    fn features_in(&self, schema: &Schema) -> Vec<String> {
        match &self.features {
            Some(features) => features.clone(),
            None => schema.iter_names().map(ToString::to_string).filter(|name| !self.has_other_role(name)).collect(),
        }
    }
}

/// Whether a column of this type can be a feature.
fn is_feature(dtype: &DataType) -> bool {
    is_numeric(dtype) || has_categories(dtype)
}

/// A table of customers, their features and, for training, what became of them.
///
/// Holds a lazy frame; nothing is read before a model asks for it. The order of the rows is
/// kept: predictions come in it.
///
/// # Examples
///
/// ```
/// use customer_analytics::frame::{FeatureColumns, FeatureTable};
/// use customer_analytics::polars::prelude::*;
///
/// let frame = df!("客户" => [1, 2], "tenure" => [3.0, 40.0], "Churn" => ["Yes", "No"])?.lazy();
/// let table = FeatureTable::new(frame, &FeatureColumns::new().target("Churn").customer_id("客户"))?;
/// assert_eq!(table.features(), ["tenure"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct FeatureTable {
    frame: LazyFrame,
    schema: SchemaRef,
    features: Vec<String>,
    columns: FeatureColumns,
}

impl FeatureTable {
    /// Checks the roles against the schema of a table; all that is wrong is told at once.
    ///
    /// # Errors
    /// `Schema` when columns are missing, have a type that is of no use, or play two roles, or
    /// when there is no feature; `Query` when the schema cannot be had.
    pub fn new(frame: impl IntoLazy, columns: &FeatureColumns) -> Result<Self> {
        let mut frame = frame.lazy();
        let schema = frame.collect_schema().map_err(Error::query(TABLE))?;
        let mut problems = columns.problems(&schema);
        let features = columns.features_in(&schema);
        if features.is_empty() {
            problems.push("there is no feature; give the table a column beside the target".to_owned());
        }
        let mut roles = columns.roles();
        if let Some(place) = roles.iter().position(|role| role.name == TARGET && !schema.contains(role.column)) {
            let target = roles.remove(place);
            problems.push(format!("{}; to predict new customers, leave the target out", missing(&target, &schema)));
        }
        check(TABLE, &schema, &roles, problems)?;
        Ok(Self { frame, schema, features, columns: columns.clone() })
    }

    /// The table behind the roles, with all its columns.
    pub fn lazy(&self) -> LazyFrame {
        self.frame.clone()
    }

    /// The features, in the order in which models have them.
    #[must_use]
    pub fn features(&self) -> &[String] {
        &self.features
    }

    /// The column to predict, where one is named.
    #[must_use]
    pub fn target(&self) -> Option<&str> {
        self.columns.target.as_deref()
    }

    /// The column with the customer's number, where one is named.
    #[must_use]
    pub fn customer_id(&self) -> Option<&str> {
        self.columns.customer_id.as_deref()
    }

    /// The roles as they were given.
    pub fn columns(&self) -> &FeatureColumns {
        &self.columns
    }

    /// Names and types of all columns.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The same roles over other rows, such as one part of a split.
    pub(crate) fn with_frame(&self, frame: LazyFrame) -> Self {
        Self { frame, ..self.clone() }
    }
}

impl fmt::Debug for FeatureTable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FeatureTable")
            .field("features", &self.features)
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}
