//! Transactions: which columns play which role, and the checked table behind them.

use std::fmt;

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::columns::{AMOUNT, CHANNEL, CURRENCY, CUSTOMER, ORDER, PRODUCT, TIME};
use super::scan::scan;
use super::schema::{self, Role, identifier};
use super::times::{format_problem, time_expr, time_role};
use crate::error::{Error, Result};

const TABLE: &str = "transactions";

/// Which column plays which role in a table of transactions, one row per line bought.
///
/// The amount is one column, or quantity times unit price; a negative amount is a refund.
/// Any column name will do, Chinese ones too.
///
/// # Examples
///
/// ```
/// use customer_analytics::frame::TransactionColumns;
///
/// let columns = TransactionColumns::new("客户编号", "下单时间").quantity_and_price("数量", "单价").order("订单号");
/// let from_a_job_file: TransactionColumns = serde_json::from_str(
///     r#"{"customer": "客户编号", "time": "下单时间", "quantity": "数量", "unit_price": "单价", "order": "订单号"}"#,
/// )?;
/// assert_eq!(columns, from_a_job_file);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct TransactionColumns {
    pub(crate) customer: String,
    pub(crate) time: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) time_format: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) quantity: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unit_price: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) order: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) product: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) channel: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) currency: Option<String>,
}

impl TransactionColumns {
    /// Names the customer and time columns; the amount has to be named too.
    pub fn new(customer: impl Into<String>, time: impl Into<String>) -> Self {
        Self {
            customer: customer.into(),
            time: time.into(),
            time_format: None,
            amount: None,
            quantity: None,
            unit_price: None,
            order: None,
            product: None,
            channel: None,
            currency: None,
        }
    }

    /// Names the column with the amount of each line.
    pub fn amount(mut self, column: impl Into<String>) -> Self {
        self.amount = Some(column.into());
        self
    }

    /// Names the columns whose product is the amount of each line.
    pub fn quantity_and_price(mut self, quantity: impl Into<String>, unit_price: impl Into<String>) -> Self {
        self.quantity = Some(quantity.into());
        self.unit_price = Some(unit_price.into());
        self
    }

    /// Tells how a time written as text reads, in `strftime` codes such as `%d/%m/%Y %H:%M`.
    /// Text that does not fit becomes a missing time, which every analysis counts.
    pub fn time_format(mut self, format: impl Into<String>) -> Self {
        self.time_format = Some(format.into());
        self
    }

    /// Names the column with the order or invoice number.
    pub fn order(mut self, column: impl Into<String>) -> Self {
        self.order = Some(column.into());
        self
    }

    /// Names the column with the product code.
    pub fn product(mut self, column: impl Into<String>) -> Self {
        self.product = Some(column.into());
        self
    }

    /// Names the column with the sales channel.
    pub fn channel(mut self, column: impl Into<String>) -> Self {
        self.channel = Some(column.into());
        self
    }

    /// Names the column with the currency. Amounts of two currencies are never added up:
    /// an analysis that meets a second one stops.
    pub fn currency(mut self, column: impl Into<String>) -> Self {
        self.currency = Some(column.into());
        self
    }

    /// The roles with the types they can have.
    fn roles(&self) -> Vec<Role<'_>> {
        const IDENTIFIER: &str = "a whole number, text or category (cast decimals like 17850.0 to Int64)";
        const NUMBER: &str = "a whole number, Float64 or Decimal (round a Float32 after casting it)";
        let mut roles = vec![
            Role { name: CUSTOMER, column: &self.customer, accepts: schema::is_identifier, needs: IDENTIFIER },
            time_role(&self.time, self.time_format.as_ref()),
        ];
        let numbers = [(AMOUNT, &self.amount), ("quantity", &self.quantity), ("unit_price", &self.unit_price)];
        let labels =
            [(ORDER, &self.order), (PRODUCT, &self.product), (CHANNEL, &self.channel), (CURRENCY, &self.currency)];
        for (name, column) in numbers {
            if let Some(column) = column {
                roles.push(Role { name, column, accepts: schema::is_number, needs: NUMBER });
            }
        }
        for (name, column) in labels {
            if let Some(column) = column {
                roles.push(Role { name, column, accepts: schema::is_identifier, needs: IDENTIFIER });
            }
        }
        roles
    }

    /// What is wrong with the choice of roles itself, whatever the table.
    fn problems(&self) -> Vec<String> {
        let amount = match (&self.amount, &self.quantity, &self.unit_price) {
            (Some(_), None, None) | (None, Some(_), Some(_)) => None,
            _ => Some("role `amount` needs one column, or else both `quantity` and `unit_price`".to_owned()),
        };
        let format = self.time_format.as_ref().and_then(|format| format_problem(format));
        amount.into_iter().chain(format).collect()
    }

    /// Checks all roles against a schema.
    pub(crate) fn check(&self, schema: &Schema) -> Result<()> {
        schema::check(TABLE, schema, &self.roles(), self.problems())
    }

    /// The amount of a line, as Float64.
    pub(crate) fn amount_expr(&self) -> Expr {
        let number = |column: &String| col(column.as_str()).cast(DataType::Float64);
        match (&self.amount, &self.quantity, &self.unit_price) {
            (Some(amount), ..) => number(amount),
            (None, Some(quantity), Some(unit_price)) => number(quantity) * number(unit_price),
            _ => lit(NULL).cast(DataType::Float64),
        }
    }

    /// The time of a line: a Date, or a Datetime on the wall clock of its zone.
    pub(crate) fn time_expr(&self, schema: &Schema) -> Expr {
        time_expr(&self.time, self.time_format.as_ref(), schema)
    }
}

/// A table of transactions whose roles exist and have usable types; nothing is read yet.
///
/// Customer and order ids are Int64 or String, the amount is Float64, the time a Date or
/// a Datetime on the wall clock of its own zone: a day is the day the customer saw.
#[derive(Clone)]
pub struct TransactionLog {
    frame: LazyFrame,
    schema: SchemaRef,
}

impl fmt::Debug for TransactionLog {
    /// The roles and their types only: a plan over a frame can show customers' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let roles = self.schema.iter().map(|(role, dtype)| (role.as_str(), dtype));
        f.write_str("TransactionLog ")?;
        f.debug_map().entries(roles).finish()
    }
}

impl TransactionLog {
    /// Checks the roles against the frame's schema; reads nothing but that.
    ///
    /// # Errors
    /// `Schema` with every problem at once: columns that are missing, have an unusable
    /// type, or play two roles. `Query` when the schema cannot be had.
    pub fn new(mut frame: LazyFrame, columns: &TransactionColumns) -> Result<Self> {
        let schema = frame.collect_schema().map_err(Error::query("reading the schema of the transactions"))?;
        columns.check(&schema)?;
        let mut exprs = vec![
            identifier(&columns.customer, &schema).alias(CUSTOMER),
            columns.time_expr(&schema).alias(TIME),
            columns.amount_expr().alias(AMOUNT),
        ];
        let labels = [(ORDER, &columns.order), (PRODUCT, &columns.product), (CHANNEL, &columns.channel)];
        exprs.extend(
            labels.into_iter().filter_map(|(role, column)| Some(identifier(column.as_ref()?, &schema).alias(role))),
        );
        if let Some(currency) = &columns.currency {
            exprs.push(col(currency.as_str()).cast(DataType::String).alias(CURRENCY));
        }
        let mut frame = frame.select(exprs);
        let schema = frame.collect_schema().map_err(Error::query("assigning the roles of the transactions"))?;
        Ok(Self { frame, schema })
    }

    /// Opens a Parquet or CSV file, or a glob of them, and checks the roles.
    ///
    /// Identifiers in CSV files are read as text, so that `00042` stays what it is.
    ///
    /// # Errors
    /// `File` when the path cannot be opened or is neither; those of [`new`](Self::new).
    pub fn scan(path: &str, columns: &TransactionColumns) -> Result<Self> {
        Self::new(scan(path, columns)?, columns)
    }

    /// The transactions under the names of [`columns`](super::columns).
    pub fn frame(&self) -> LazyFrame {
        self.frame.clone()
    }

    /// Whether the role was assigned.
    #[must_use]
    pub fn has(&self, role: &str) -> bool {
        self.schema.contains(role)
    }
}
