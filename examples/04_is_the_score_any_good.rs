//! "Before we spend money on the best-scored customers: did the score of March know who would
//! buy in spring? And how much hangs on how few?"
//!
//! ```text
//! cargo run --example 04_is_the_score_any_good
//! ```

mod support;

use customer_analytics::prelude::*;
use customer_analytics::segmentation::{Concentration, HoldoutParams};

use support::{clean_sales, day};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let log = clean_sales()?;
    let as_of = day("2026-03-31")?;

    // The score sees no row after its date; the 90 days after it are kept for the check.
    let rfm = RfmParams::new(as_of).incomplete(Incomplete::Exclude);
    let holdout = HoldoutParams::new(rfm.to_value_score(), 90).run(&log)?;

    println!("score of {as_of}, and the {} days after it", holdout.horizon_days);
    println!("{holdout}");

    if let (Some(best), Some(worst)) = (holdout.gains.first(), holdout.gains.last()) {
        let percent = |share: f64| format!("{:.0}%", 100.0 * share);
        println!(
            "of the best score {} bought again, of the worst {}",
            percent(best.buyer_share),
            percent(worst.buyer_share)
        );
    }

    // How much of all the spend hangs on how few customers.
    let activity = ActivityParams::new(as_of).incomplete(Incomplete::Exclude).run(&log)?;
    let concentration = Concentration::of_net_value(&activity)?;
    println!("\nnet value up to {as_of}\n{concentration}");
    Ok(())
}
