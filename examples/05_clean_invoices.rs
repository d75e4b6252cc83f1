//! "The export has lines twice, postage, free samples, cancellations, lines of nobody. Take out
//! what is not a sale, and let me see what you took and why."
//!
//! ```text
//! cargo run --example 05_clean_invoices
//! ```

mod support;

use customer_analytics::cleaning::{Case, ExactDuplicates, MissingCustomer, NonProducts, Prices, Refunds, Text};
use customer_analytics::frame::scan;
use customer_analytics::polars::prelude::UniqueKeepStrategy;
use customer_analytics::prelude::*;

use support::{SALES, day, sales_columns};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let columns = sales_columns();
    // The order matters: each rule sees what the ones before it left.
    let cleaned = CleaningParams::new()
        .rule(ExactDuplicates::new())
        .rule(Text::new().case(Case::Upper))
        .rule(MissingCustomer::new())
        .rule(NonProducts::new().codes(["POST", "D", "M"]).pattern("^BANK"))
        .rule(Prices::new().missing(true))
        .rule(Refunds::matched().order_prefix("C"))
        .roles(&columns)
        .run(scan(SALES, &columns)?)?;

    println!("{}", cleaned.report());

    // Rows are taken, not deleted: here is every one of them, as it was read.
    let shown = ["source_row", "rule", "order_id", "product", "quantity", "unit_price"];
    let quarantine = cleaned.quarantine();
    let one_of_each_rule = quarantine.unique_stable(Some(&["rule".to_owned()]), UniqueKeepStrategy::First, None)?;
    println!("\nin quarantine, one row of each rule\n{}", one_of_each_rule.select(shown)?);

    // A cancellation and the purchase it cancels point at each other.
    let pairs = ["source_row", "partner_row", "order_id", "customer_id", "product", "quantity"];
    let is_matched = quarantine.column("partner_row")?.is_not_null();
    println!("\ncancellations and their purchases\n{}", quarantine.select(pairs)?.filter(&is_matched)?.head(Some(6)));

    // What is left goes on under the same column names.
    let log = TransactionLog::new(cleaned.frame(), &columns)?;
    let activity = ActivityParams::new(day("2026-06-30")?).incomplete(Incomplete::Exclude).run(&log)?;
    println!("\n{} customers, net value {:.2}", activity.n_customers(), activity.net_value().iter().sum::<f64>());
    Ok(())
}
