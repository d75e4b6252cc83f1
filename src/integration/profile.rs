//! The customer picture: one row per customer, from all tables that know something of it.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;
use polars::prelude::*;

use super::exact_totals::Numbers;
use super::order_codes::is_comparable;
use super::profile_report::ProfileReport;
use super::profile_rules::{Aggregate, Attach, Latest, PROFILE};
use super::profile_table::{TableRule, customer_key, read};
use super::record_order::{refuse_nulls, repeats};
use crate::analysis::collect;
use crate::error::{Error, Result};
use crate::frame::schema::{column_remedy, is_identifier, is_time};

/// Customers with the tables that are to be brought to them.
///
/// The date is asked for: rows of a table with a time column that are dated later are left
/// out and counted, so that no profile knows of its future. Of datetimes the day on the wall
/// clock of their zone counts, and rows of the date itself belong to it.
///
/// Customers come out one row each, sorted by their column, with all columns they came with;
/// behind them comes what the tables add, in the order of the tables. Text that
/// is added comes without white space at its ends, and null where nothing else is left.
///
/// # Examples
///
/// ```
/// use customer_analytics::integration::{Aggregate, Attach, Latest, Figure, Profile};
/// use customer_analytics::prelude::*;
///
/// let day = |day| NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
/// let customers = df!("客户" => ["王", "李"])?;
/// let sales = df!("客户" => ["王", "王", "王"], "日期" => [day(1), day(2), day(9)], "金额" => [0.1, 0.2, 5.0])?;
/// let survey = df!("客户" => ["李", "李"], "日期" => [day(3), day(4)], "nps" => [9_i64, 6])?;
/// let profile = Profile::new(customers.lazy(), "客户", day(5))
///     .aggregate("sales", sales.lazy(), Aggregate::by("客户").time("日期")
///         .figure("n_sales", Figure::Count)
///         .figure("revenue", Figure::sum("金额")))
///     .latest("survey", survey.lazy(), Latest::by("客户", "日期").take("nps"))
///     .run()?;
/// let expected = df!(
///     "客户" => ["李", "王"], "n_sales" => [0_u32, 2], "revenue" => [None, Some(0.3)], "nps" => [Some(6_i64), None],
/// )?;
/// assert!(profile.data().equals_missing(&expected));
/// assert_eq!(profile.report().tables[0].n_rows_later, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Profile {
    customers: LazyFrame,
    customer: String,
    as_of: NaiveDate,
    tables: Vec<Table>,
}

#[derive(Clone)]
struct Table {
    name: String,
    frame: LazyFrame,
    rule: TableRule,
}

impl Profile {
    /// Customers, one row each, told by a column of whole numbers, text or categories, and
    /// the date of the profile, inclusive.
    pub fn new(customers: LazyFrame, customer: impl Into<String>, as_of: NaiveDate) -> Self {
        Self { customers, customer: customer.into(), as_of, tables: vec![] }
    }

    /// Adds numbers of a table with many rows per customer.
    pub fn aggregate(self, name: impl Into<String>, frame: LazyFrame, rule: Aggregate) -> Self {
        self.table(name, frame, TableRule::Aggregate(rule))
    }

    /// Adds the latest row of each customer.
    pub fn latest(self, name: impl Into<String>, frame: LazyFrame, rule: Latest) -> Self {
        self.table(name, frame, TableRule::Latest(rule))
    }

    /// Adds the one row of each customer.
    pub fn attach(self, name: impl Into<String>, frame: LazyFrame, rule: Attach) -> Self {
        self.table(name, frame, TableRule::Attach(rule))
    }

    fn table(mut self, name: impl Into<String>, frame: LazyFrame, rule: TableRule) -> Self {
        self.tables.push(Table { name: name.into(), frame, rule });
        self
    }

    /// Reads the customers and every table once, and brings them together.
    ///
    /// # Errors
    /// `Schema` with every problem of all tables at once; `Incomplete` when a customer is
    /// null or blank; `Unusable` when a customer is there twice, or a table that is attached
    /// has one twice; `Numeric` when a sum leaves its range; `Query` when polars fails.
    pub fn run(self) -> Result<Profiled> {
        let schema = self.customers.clone().collect_schema().map_err(Error::query(PROFILE))?;
        self.check(&schema)?;
        let (mut data, keys) = self.read_customers(&schema)?;
        let mut reports = Vec::with_capacity(self.tables.len());
        let mut added = Vec::new();
        for Table { name, frame, rule } in &self.tables {
            let (rows, mut report) = read(name, frame, rule, &keys, self.as_of)?;
            report.n_customers_matched = rows.n_customers();
            let columns: Vec<Series> = match rule {
                TableRule::Aggregate(rule) => {
                    let figures = rule.figures.iter().zip(&rows.values);
                    figures.map(|((_, figure), values)| rows.figure(figure, values.as_ref())).collect::<Result<_>>()?
                }
                TableRule::Latest(rule) => rows.latest(rule, &data, &mut report)?,
                TableRule::Attach(rule) => rows.attached(rule.repeated, &mut report)?,
            };
            report.n_customers_unmatched = keys.len() as u64 - report.n_customers_matched;
            let names = rule.outputs().into_iter().map(|(name, _)| PlSmallStr::from_str(name));
            added.extend(columns.into_iter().zip(names).map(|(column, name)| column.with_name(name).into_column()));
            reports.push(report);
        }
        for column in added {
            data.with_column(column).map_err(Error::query(PROFILE))?;
        }
        let report = ProfileReport { as_of: self.as_of, n_customers: keys.len() as u64, tables: reports };
        Ok(Profiled { data, report })
    }

    /// The customers sorted by their keys, and the keys.
    fn read_customers(&self, schema: &Schema) -> Result<(DataFrame, Series)> {
        // A name that no column has.
        let mut name = "key".to_owned();
        while schema.contains(&name) {
            name.push('_');
        }
        let plan = self.customers.clone().with_column(customer_key(&self.customer, schema).alias(name.as_str()));
        let mut data = collect(PROFILE, plan.sort([name.as_str()], SortMultipleOptions::default()))?;
        refuse_nulls(PROFILE, &data, &[&name], "a customer", "drop them or give them one")?;
        let n_repeats = repeats(PROFILE, &data, &[&name])?.sum().unwrap_or_default();
        if n_repeats > 0 {
            let reason = format!(
                "{n_repeats} of {} row(s) repeat the customer in `{}`; resolve identities and keep one row each first",
                data.height(),
                self.customer
            );
            return Err(Error::Unusable { analysis: PROFILE, reason });
        }
        let keys = data.drop_in_place(&name).map_err(Error::query(PROFILE))?;
        Ok((data, keys.as_materialized_series().clone()))
    }

    fn check(&self, schema: &Schema) -> Result<()> {
        let mut problems = Vec::new();
        check_column("customers", "the customer", &self.customer, schema, &mut problems, is_identifier, IDS);
        let mut names: BTreeSet<String> = schema.iter_names().map(ToString::to_string).collect();
        let mut tables = BTreeSet::new();
        for table in &self.tables {
            if !tables.insert(&table.name) {
                problems.push(format!("two tables are named `{}`", table.name));
            }
            let outputs = table.rule.outputs();
            if outputs.is_empty() {
                problems.push(format!("table `{}` adds no column; take a column or add a figure", table.name));
            }
            for (name, _) in outputs.into_iter().filter(|(name, _)| !names.insert((*name).to_owned())) {
                problems
                    .push(format!("table `{}` adds `{name}`, which is there already; choose another name", table.name));
            }
            let of_table = table.frame.clone().collect_schema().map_err(Error::query(PROFILE))?;
            table.check(&of_table, schema, &self.customer, &mut problems);
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Schema { table: PROFILE, problems }) }
    }
}

const IDS: &str = "whole numbers, text or categories";

fn check_column(
    table: &str,
    role: &str,
    column: &str,
    schema: &Schema,
    problems: &mut Vec<String>,
    accepts: fn(&DataType) -> bool,
    needs: &str,
) {
    match schema.get(column) {
        None => {
            let remedy = column_remedy(column, schema);
            problems.push(format!("table `{table}`: {role} names column `{column}`, which is not there; {remedy}"));
        }
        Some(dtype) if !accepts(dtype) => {
            problems.push(format!("table `{table}`: {role} needs {needs}, but column `{column}` is {dtype}"));
        }
        Some(_) => {}
    }
}

impl Table {
    fn check(&self, schema: &Schema, customers: &Schema, customer: &str, problems: &mut Vec<String>) {
        let mut check = |role: &str, column: &str, accepts, needs| {
            check_column(&self.name, role, column, schema, problems, accepts, needs);
        };
        check("the customer", self.rule.customer(), is_identifier, IDS);
        if let Some(time) = self.rule.time() {
            check("the time", time, is_time, "a date or datetime; parse text first");
        }
        let numbers = self.rule.number_outputs();
        for (name, column) in self.rule.outputs() {
            let Some(column) = column else { continue };
            let (accepts, needs): (fn(&DataType) -> bool, _) = match numbers.contains(name) {
                true => (Numbers::accepts, Numbers::NEEDS),
                false => (is_comparable, "values that can be compared"),
            };
            check(&format!("`{name}`"), column, accepts, needs);
        }
        if let TableRule::Aggregate(rule) = &self.rule {
            let timeless = rule.figures.iter().filter(|(_, figure)| figure.needs_time() && rule.time.is_none());
            let needs =
                |(name, _): &(String, _)| format!("table `{}`: `{name}` needs a time; name it by `time`", self.name);
            problems.extend(timeless.map(needs));
        }
        if let (Some(mine), Some(theirs)) = (schema.get(self.rule.customer()), customers.get(customer))
            && mine.is_integer() != theirs.is_integer()
        {
            problems.push(format!(
                "table `{}`: the customer is {mine}, but {theirs} among the customers; cast one of them",
                self.name
            ));
        }
        let TableRule::Latest(Latest { time, limit: Some(limit), .. }) = &self.rule else { return };
        if !customers.contains(&limit.column) {
            let remedy = column_remedy(&limit.column, customers);
            problems.push(format!(
                "table `{}`: its limit names column `{}` of the customers, which is not there; {remedy}",
                self.name, limit.column
            ));
        } else if schema.get(time).is_some() && customers.get(&limit.column) != schema.get(time) {
            problems.push(format!(
                "table `{}`: its time `{time}` and the customers' `{}` must be of one type; cast one of them",
                self.name, limit.column
            ));
        }
    }
}

impl fmt::Debug for Profile {
    /// Names only: plans can hold frames, which are customers' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables: Vec<_> = self.tables.iter().map(|table| (&table.name, &table.rule)).collect();
        let mut shown = f.debug_struct("Profile");
        shown.field("customer", &self.customer).field("as_of", &self.as_of).field("tables", &tables).finish()
    }
}

/// One row per customer, and what came of every table.
#[derive(Clone)]
pub struct Profiled {
    data: DataFrame,
    report: ProfileReport,
}

impl Profiled {
    /// One row per customer, sorted by it.
    #[must_use]
    pub fn data(&self) -> &DataFrame {
        &self.data
    }

    /// The same, to go on with. Costs no copy.
    pub fn frame(&self) -> LazyFrame {
        self.data.clone().lazy()
    }

    /// What came of every table.
    #[must_use]
    pub fn report(&self) -> &ProfileReport {
        &self.report
    }
}

impl fmt::Debug for Profiled {
    /// Counts only: the frame holds customers' data, which does not belong in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profiled").field("report", &self.report).finish_non_exhaustive()
    }
}
