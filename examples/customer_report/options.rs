//! The command line.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Parser, ValueEnum};
use customer_analytics::segmentation::PurchaseUnit;

const EXAMPLES: &str = "\
Examples:
  customer_report                                     the bundled data and job
  customer_report --job monthly.toml --as-of 2026-06-30
  customer_report 'sales/2026-*.parquet' --as-of 2026-06-30 --customer 客户编号 \\
      --time 下单时间 --quantity 数量 --unit-price 单价 --order 订单号
  customer_report --job monthly.toml --as-of 2026-07-31 --model june/model.json";

/// Cleans transactions, scores customers by recency, frequency and value, and reports.
#[derive(Parser)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Parquet or CSV file, or a quoted glob of them; in the place of the job's own input
    pub input: Option<String>,

    /// Job file (.toml or .json) with all settings; examples/data/job.toml explains them
    #[arg(long, value_name = "FILE")]
    pub job: Option<PathBuf>,

    /// Date of the report, such as 2026-06-30; later rows are left out and counted
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<NaiveDate>,

    /// Directory for the files written; made if it is missing
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// Scores by the thresholds of this stored model instead of fitting new ones
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,

    #[command(flatten)]
    pub table: TableOptions,
}

/// What a job file would say about the table; only without one.
#[derive(clap::Args)]
#[command(next_help_heading = "Columns and settings, with INPUT and without --job")]
pub struct TableOptions {
    /// Column with the customer
    #[arg(long, value_name = "COLUMN")]
    pub customer: Option<String>,

    /// Column with the date or time
    #[arg(long, value_name = "COLUMN")]
    pub time: Option<String>,

    /// How a time that is text reads, such as '%d/%m/%Y %H:%M'
    #[arg(long, value_name = "FORMAT")]
    pub time_format: Option<String>,

    /// Column with the amount of a line
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["quantity", "unit_price"])]
    pub amount: Option<String>,

    /// Column with the quantity, which times the unit price is the amount
    #[arg(long, value_name = "COLUMN", requires = "unit_price")]
    pub quantity: Option<String>,

    /// Column with the price of one unit
    #[arg(long, value_name = "COLUMN", requires = "quantity")]
    pub unit_price: Option<String>,

    /// Column with the order or invoice number
    #[arg(long, value_name = "COLUMN")]
    pub order: Option<String>,

    /// Column with the product code
    #[arg(long, value_name = "COLUMN")]
    pub product: Option<String>,

    /// Column with the currency; a second one in it stops the job
    #[arg(long, value_name = "COLUMN")]
    pub currency: Option<String>,

    /// What frequency counts; orders where there is an order column, else days
    #[arg(long, value_name = "UNIT")]
    pub frequency: Option<Frequency>,

    /// Leaves a rule out of the usual cleaning (repeat for more): `exact_duplicates` where two equal
    /// lines can be two purchases
    #[arg(long, value_name = "RULE")]
    pub skip_rule: Vec<UsualRule>,

    /// Leaves out and counts rows without a usable time or amount, instead of refusing them
    #[arg(long)]
    pub exclude_incomplete: bool,
}

/// Units in which purchases are counted.
#[derive(Clone, Copy, ValueEnum)]
pub enum Frequency {
    Line,
    Order,
    Day,
    Week,
    Month,
}

impl From<Frequency> for PurchaseUnit {
    fn from(frequency: Frequency) -> Self {
        match frequency {
            Frequency::Line => Self::Line,
            Frequency::Order => Self::Order,
            Frequency::Day => Self::Day,
            Frequency::Week => Self::Week,
            Frequency::Month => Self::Month,
        }
    }
}

/// The rules of `CleaningParams::retail`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum UsualRule {
    ExactDuplicates,
    Text,
    MissingCustomer,
    Prices,
}

impl UsualRule {
    /// The rule's name in reports.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

impl TableOptions {
    /// Whether anything here was given.
    pub fn is_given(&self) -> bool {
        let texts = [&self.customer, &self.time, &self.time_format, &self.amount, &self.quantity, &self.unit_price];
        let more = [&self.order, &self.product, &self.currency];
        texts.into_iter().chain(more).any(Option::is_some)
            || self.frequency.is_some()
            || !self.skip_rule.is_empty()
            || self.exclude_incomplete
    }
}

/// A date, read strictly: 26-6-30 would be a day in the year 26.
pub fn date(text: &str) -> Result<NaiveDate, &'static str> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    date.filter(|date| date.to_string() == text).ok_or("expected a date such as 2026-06-30")
}
