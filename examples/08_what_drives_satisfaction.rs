//! "Less than half of our passengers are satisfied. Which of the fourteen things we ask them
//! about matter, how well do we do there, and where do we begin?"
//!
//! ```text
//! cargo run --example 08_what_drives_satisfaction                       a small survey, made up
//! cargo run --example 08_what_drives_satisfaction -- survey.parquet     one of yours, same columns
//! ```

#[path = "support/survey.rs"]
mod survey;

use customer_analytics::cleaning::OutlierAction;
use customer_analytics::correlation::{DriverImportance, ImportanceMethod, Quadrant};
use customer_analytics::polars::prelude::{PlRefPath, ScanArgsParquet, col, lit};
use customer_analytics::prelude::*;

type Failure = Box<dyn std::error::Error>;

/// What passengers rate from 1 to 5; 0 says that it did not apply.
const TOUCHPOINTS: [&str; 14] = [
    "Departure and Arrival Time Convenience",
    "Ease of Online Booking",
    "Check-in Service",
    "Online Boarding",
    "Gate Location",
    "On-board Service",
    "Seat Comfort",
    "Leg Room Service",
    "Cleanliness",
    "Food and Drink",
    "In-flight Service",
    "In-flight Wifi Service",
    "In-flight Entertainment",
    "Baggage Handling",
];

fn main() -> Result<(), Failure> {
    let answers = match std::env::args().nth(1) {
        Some(path) => LazyFrame::scan_parquet(PlRefPath::new(&path), ScanArgsParquet::default())?,
        None => survey::survey()?.lazy(),
    };

    // A 0 is no rating, and would pull every mean down: it becomes missing, and is counted.
    println!("1. ratings of 0, which say that a touchpoint did not apply, become missing");
    let scale = OutlierBounds::Fixed { low: Some(1.0), high: Some(5.0) };
    let cleaned =
        CleaningParams::new().rule(Outliers::new(TOUCHPOINTS, scale).then(OutlierAction::Null)).run(answers)?;
    println!("{}", cleaned.report());
    let answers = cleaned.frame().with_column(col("Satisfaction").eq(lit("Satisfied")).alias("satisfied"));

    // What the ratings look like, and who is satisfied.
    println!("\n2. the ratings");
    println!("{}", DescribeParams::new().columns(TOUCHPOINTS).run(&answers)?);
    println!("\n3. who is satisfied, by loyalty and class: the mean of yes and no is the share of yes");
    let described = ["satisfied", "Online Boarding", "In-flight Wifi Service", "Seat Comfort", "Arrival Delay"];
    println!("{}", DescribeParams::new().columns(described).by(["Customer Type", "Class"]).run(&answers)?);

    println!("\n4. loyalty and class compared");
    let compared = CompareParams::by(["Customer Type", "Class"]).columns(described);
    println!("{}", compared.run(&answers)?);

    // What goes along with being satisfied, one touchpoint at a time.
    println!("\n5. each touchpoint by itself");
    println!("{}", CorrelationParams::new().columns(TOUCHPOINTS).with("satisfied").run(&answers)?);

    // Touchpoints go together, so they have to share what they explain.
    println!("\n6. all touchpoints at once");
    let report = KeyDriversParams::new("Satisfaction", TOUCHPOINTS)
        .event("Satisfied")
        .scale(1.0, 5.0)
        .methods([ImportanceMethod::Lmg, ImportanceMethod::First, ImportanceMethod::StandardizedBeta])
        .bootstrap(200, 8)
        .run(&answers)?;
    println!("{report}");

    println!("\n7. where to begin: the most important first");
    for (quadrant, words) in [
        (Quadrant::ConcentrateHere, "matter, and go badly"),
        (Quadrant::KeepUpTheGoodWork, "matter, and go well"),
        (Quadrant::LowPriority, "matter less, and go badly"),
        (Quadrant::PossibleOverkill, "matter less, and go well"),
    ] {
        println!("{} ({words})", quadrant.name());
        ranked(&report)
            .iter()
            .filter(|driver| driver.quadrant == Some(quadrant))
            .for_each(|driver| println!("  {}", driver.driver));
    }
    Ok(())
}

/// The drivers, the most important first.
fn ranked(report: &KeyDriverReport) -> Vec<&DriverImportance> {
    let mut drivers: Vec<&DriverImportance> = report.drivers.iter().collect();
    drivers.sort_by_key(|driver| driver.importance(ImportanceMethod::Lmg).and_then(|one| one.rank));
    drivers
}
