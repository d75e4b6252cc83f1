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
use customer_analytics::correlation::{ImportanceMethod, Quadrant};
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

    // 1. A 0 is no rating, and would pull every mean down: it becomes missing, and is counted.
    println!("1. ratings of 0, which say that a touchpoint did not apply, become missing");
    let scale = OutlierBounds::Fixed { low: Some(1.0), high: Some(5.0) };
    let cleaned =
        CleaningParams::new().rule(Outliers::new(TOUCHPOINTS, scale).then(OutlierAction::Null)).run(answers)?;
    println!("{}", cleaned.report());
    let answers = cleaned.frame().with_column(col("Satisfaction").eq(lit("Satisfied")).alias("satisfied"));

    // 2. What the ratings look like, and who is satisfied. The mean of yes and no is a share.
    println!("\n2. the ratings");
    println!("{}", DescribeParams::new().columns(TOUCHPOINTS).run(&answers)?);
    println!("\n3. who is satisfied, by loyalty and class");
    let described = ["satisfied", "Online Boarding", "In-flight Wifi Service", "Seat Comfort", "Arrival Delay"];
    println!("{}", DescribeParams::new().columns(described).by(["Customer Type", "Class"]).run(&answers)?);

    // 3. What goes along with being satisfied, one touchpoint at a time.
    println!("\n4. each touchpoint by itself");
    println!("{}", CorrelationParams::new().columns(TOUCHPOINTS).with("satisfied").run(&answers)?);

    // 4. Touchpoints go together, so they have to share what they explain.
    println!("\n5. all touchpoints at once");
    let report = KeyDriversParams::new("Satisfaction", TOUCHPOINTS)
        .event("Satisfied")
        .scale(1.0, 5.0)
        .methods([ImportanceMethod::Lmg, ImportanceMethod::First, ImportanceMethod::StandardizedBeta])
        .bootstrap(200, 8)
        .run(&answers)?;
    println!("{report}");

    println!("\n6. where to begin");
    for quadrant in
        [Quadrant::ConcentrateHere, Quadrant::KeepUpTheGoodWork, Quadrant::LowPriority, Quadrant::PossibleOverkill]
    {
        let here = report.drivers.iter().filter(|driver| driver.quadrant == Some(quadrant));
        let names: Vec<&str> = here.map(|driver| driver.driver.as_str()).collect();
        println!("{:<22} {}", quadrant.name(), if names.is_empty() { "-".to_owned() } else { names.join(", ") });
    }
    Ok(())
}
