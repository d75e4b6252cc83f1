//! "Our scores are fitted anew every month, so the best fifth is always a fifth. I want to
//! score June by the thresholds of May, and see who moved."
//!
//! ```text
//! cargo run --example 02_reuse_last_months_thresholds
//! ```

mod support;

use customer_analytics::prelude::*;
use customer_analytics::segmentation::{MigrationMatrix, ValueModel};

use support::{clean_sales, day};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let log = clean_sales()?;
    let rfm = |as_of| RfmParams::new(as_of).incomplete(Incomplete::Exclude);

    // May: fit, and keep the thresholds. The text is what a job stores in a file.
    let may = rfm(day("2026-05-31")?).run(&log)?;
    let stored = may.model().ok_or("ties were broken by id, which leaves no thresholds")?.to_json();
    println!("stored model: {} bytes, fitted to {} customers", stored.len(), may.n_scored);

    // June: another process reads the text and scores by it. Measures, windows and segment
    // names come out of the model too, so that nothing can drift apart.
    let model = ValueModel::from_json(&stored)?;
    let june = model.run(&log, day("2026-06-30")?)?;
    let refitted = rfm(day("2026-06-30")?).run(&log)?;

    println!("\n{:<20} {:>6} {:>14} {:>14}", "customers", "May", "June, stored", "June, refitted");
    for ((before, by_may), by_june) in may.segments.iter().zip(&june.segments).zip(&refitted.segments) {
        let sizes = (before.n_customers, by_may.n_customers, by_june.n_customers);
        println!("{:<20} {:>6} {:>14} {:>14}", before.segment, sizes.0, sizes.1, sizes.2);
    }

    // Every customer of either month is counted once; (none) are those who are new, or who
    // have refunds only and so no score.
    let moves = MigrationMatrix::between(&may, &june)?;
    println!("\nfrom May to June, by the thresholds of May\n{moves}");

    let slipped = |from: &str, to: &str| {
        let (i, j) =
            (moves.before.iter().position(|name| name == from)?, moves.after.iter().position(|name| name == to)?);
        Some(moves.counts[i][j])
    };
    if let Some(n) = slipped("champions", "loyal_customers") {
        println!("\n{n} champions of May have not been seen for some weeks: write to them first");
    }
    Ok(())
}
