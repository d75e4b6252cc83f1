//! The bundled data, as the stories read it.
#![allow(dead_code, reason = "each story uses a part")]

use customer_analytics::prelude::*;

/// Order lines of a tea shop that never was; see `00_generate_data`.
pub const SALES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/sales.csv");
/// How many friends each customer has brought.
pub const REFERRALS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/referrals.csv");

/// What customers of that shop said when they were asked.
pub const FEEDBACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/feedback.csv");

/// Which column of the sales plays which role.
pub fn sales_columns() -> TransactionColumns {
    TransactionColumns::new("customer_id", "ordered_at")
        .time_format("%Y-%m-%d %H:%M")
        .quantity_and_price("quantity", "unit_price")
        .order("order_id")
        .product("product")
}

/// The sales after the usual cleaning; `05_clean_invoices` does it with care.
pub fn clean_sales() -> Result<TransactionLog> {
    let columns = sales_columns();
    let raw = customer_analytics::frame::scan(SALES, &columns)?;
    TransactionLog::new(CleaningParams::retail().roles(&columns).run(raw)?.frame(), &columns)
}

/// A day of the calendar.
pub fn day(text: &str) -> Result<NaiveDate, Box<dyn std::error::Error>> {
    Ok(text.parse()?)
}
