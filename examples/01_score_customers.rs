//! "I have a file of order lines. Who are my best customers, and who is slipping away?"
//!
//! ```text
//! cargo run --example 01_score_customers
//! ```

mod support;

use customer_analytics::frame::scan;
use customer_analytics::polars::prelude::SortMultipleOptions;
use customer_analytics::prelude::*;

use support::{SALES, day, sales_columns};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Name the columns, clean, name the day, score. The day is yours to say: a rerun next week
    // gives the same numbers.
    let columns = sales_columns();
    let cleaned = CleaningParams::retail().roles(&columns).run(scan(SALES, &columns)?)?;
    let log = TransactionLog::new(cleaned.frame(), &columns)?;
    let scores = RfmParams::new(day("2026-06-30")?).incomplete(Incomplete::Exclude).run(&log)?;

    // Nothing goes in silence. Without `Incomplete::Exclude`, rows without a readable date
    // would have been refused.
    println!("{} rows, of which cleaning took {}", cleaned.report().n_rows_in, cleaned.report().n_rows_quarantined);
    if let Some(rows) = &scores.rows {
        let (after, undated) = (rows.n_after_as_of, rows.n_missing_time);
        println!("{} rows used, {after} after the day of the report, {undated} without a readable date", rows.n_used);
    }
    println!("{} customers, {} with a score: the others have refunds only", scores.n_customers, scores.n_scored);

    // How the scores came out. Most customers of this shop bought once, and no honest rule
    // makes five equal groups of them: the scores that nobody has are named.
    println!("\ncustomers with each score, 5 is best");
    for bins in &scores.bins {
        println!("  {bins}");
    }

    println!("\nsegments");
    for segment in scores.segments.iter().filter(|segment| segment.n_customers > 0) {
        let share = 100.0 * segment.customer_share.unwrap_or_default();
        println!("  {:<20} {:>4} customers {share:>5.1}%", segment.segment, segment.n_customers);
    }

    // One row per customer, to write, join or send on.
    let shown = ["customer", "recency_days", "frequency", "monetary", "code", "segment"];
    let best = scores
        .to_dataframe()
        .sort(["score", "monetary"], SortMultipleOptions::new().with_order_descending(true).with_nulls_last(true))?;
    println!("\nthe best five\n{}", best.select(shown)?.head(Some(5)));
    Ok(())
}
