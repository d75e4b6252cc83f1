//! "Recency, frequency and money are not all: a customer who brings friends is worth more to
//! us. Spend counts double, and the segments have our own names."
//!
//! ```text
//! cargo run --example 03_own_dimensions
//! ```

mod support;

use customer_analytics::polars::prelude::{LazyCsvReader, LazyFileListReader, PlRefPath};
use customer_analytics::prelude::*;
use customer_analytics::segmentation::{CustomerMeasures, Dimension, Measure, SegmentMap};

use support::{REFERRALS, clean_sales, day};

/// Kept by the marketing department in a file of its own. Rules are tried against the whole
/// grid of scores before anything runs: a gap or an overlap is refused.
const SEGMENTS: &str = r#"{
    "rules": [
        {"segment": "核心客户", "scores": {"spend": [4, 5], "recency": [4, 5]}},
        {"segment": "沉睡大户", "scores": {"spend": [4, 5], "recency": [1, 3]}},
        {"segment": "口碑客户", "scores": {"spend": [1, 3], "referrals": [2, 3]}},
        {"segment": "新近客户", "scores": {"spend": [1, 3], "referrals": [1, 1], "recency": [4, 5]}}
    ],
    "otherwise": "普通客户"
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let score = ValueScoreParams::new(
        day("2026-06-30")?,
        [
            Dimension::of("recency", Measure::RecencyDays),
            Dimension::of("orders_1y", Measure::Frequency(PurchaseUnit::Order)).window_days(365),
            Dimension::of("spend", Measure::NetValue).weight(2.0),
            // No friends, one or two, more: three scores by fixed cuts.
            Dimension::own("referrals").cuts([0.0, 2.0]).weight(0.5),
        ],
    )
    .segments(SegmentMap::from_json(SEGMENTS)?)
    .incomplete(Incomplete::Exclude)
    .check()?;

    // One pass over the sales for all windows; the own table is joined by customer.
    let referrals = LazyCsvReader::new(PlRefPath::new(REFERRALS)).finish()?;
    let own = CustomerMeasures::from_frame(referrals, "customer_id", &["referrals"])?;
    let scores = score.score(&score.measure(&clean_sales()?)?.join(own)?)?;

    println!("{} customers, {} with a score", scores.n_customers, scores.n_scored);
    for reason in &scores.unscored {
        println!("  {} without {}", reason.n_customers, reason.dimension);
    }
    println!();
    for segment in &scores.segments {
        let spend = segment.value_shares[2].unwrap_or_default();
        let share = segment.customer_share.unwrap_or_default();
        println!(
            "{}  {:>4} customers {:>5.1}%, {:>5.1}% of the spend",
            segment.segment,
            segment.n_customers,
            100.0 * share,
            100.0 * spend
        );
    }
    println!("\n{}", scores.to_dataframe().head(Some(4)));
    Ok(())
}
