//! "Our score has fallen. Is that noise, did customers change their minds, or do others answer now?
//! And what do we mend first?"
//!
//! ```text
//! cargo run --example 10_what_customers_say
//! ```

mod support;

use customer_analytics::correlation::ImportanceMethod;
use customer_analytics::kernel::weight::WeightKind;
use customer_analytics::polars::prelude::{LazyCsvReader, LazyFileListReader, PlRefPath};
use customer_analytics::prelude::*;
use customer_analytics::satisfaction::nps_code_expr;

/// What is rated from 1 to 5; 0 says that it did not apply.
const ITEMS: [&str; 5] = ["tea", "choice", "price", "packing", "delivery"];
/// What every channel is asked about: nothing is delivered to the customers of a shop.
const ASKED_OF_ALL: [&str; 4] = ["tea", "choice", "price", "packing"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let table = LazyCsvReader::new(PlRefPath::new(support::FEEDBACK)).with_infer_schema_length(None).finish()?;
    let rated = |item| Question::new(item, Scale::ONE_TO_FIVE).not_applicable([0]);
    let without_items = SurveyColumns::new()
        .time("answered")
        .time_format("%d/%m/%Y")
        .segments(["channel"])
        .touchpoint("touchpoint")
        .weight("weight");
    let roles = without_items.clone().items(ITEMS.map(rated));
    let asked = |question| SurveyResponses::new(table.clone(), &roles.clone().score(question));
    let recommend = asked(Question::new("recommend", Scale::ZERO_TO_TEN).not_applicable([99]))?;
    let satisfaction = Question::new("satisfied", Scale::ONE_TO_FIVE);
    let satisfied = asked(satisfaction.clone())?;
    let easy = asked(Question::new("easy", Scale::ONE_TO_SEVEN))?;

    println!("1. who recommends us, by channel; a score of fewer than 30 answers is not shown\n");
    let score = NpsParams::new().min_n(30);
    println!("{}", score.clone().by(["channel"]).run(&recommend)?);

    // By neighbouring quarters; a quarter that is not over takes no part.
    println!("\n2. did it change, or is it noise?\n");
    let quarters = score.period(SurveyPeriod::Quarter);
    let trend = TrendParams::new().of(&quarters.clone().run(&recommend)?)?;
    println!("{trend}");

    // Every channel can rise while the whole falls, if more of the answers come from the lowest.
    println!("\n3. why: did customers change their minds, or do others answer?\n");
    println!("{}", quarters.by(["channel"]).run(&recommend)?.decompose("2026-Q1", "2026-Q2")?);

    println!("\n4. how satisfied they are, by touchpoint\n");
    println!("{}", CsatParams::new().by(["touchpoint"]).run(&satisfied)?);

    println!("\n5. how easy we made it, by touchpoint\n");
    println!("{}", CsatParams::effort().by(["touchpoint"]).run(&easy)?);

    // Indexes compare where all were asked for the same.
    println!("\n6. one index of what all are asked about, each part by what it means for satisfaction\n");
    let common =
        SurveyResponses::new(table.clone(), &without_items.items(ASKED_OF_ALL.map(rated)).score(satisfaction))?;
    println!("{}", CsiParams::new().item_weights(ItemWeighting::Lmg).by(["channel"]).min_n(30).run(&common)?);

    // What did not apply is no rating; a promoter is 100, a passive 0, a detractor -100.
    println!("\n7. what drives recommendation, and where to begin\n");
    let points = nps_code_expr(recommend.columns(), &NpsParams::new())?.alias("recommendation");
    let drivers = KeyDriversParams::new("recommendation", ITEMS)
        .scale(1.0, 5.0)
        .methods([ImportanceMethod::Lmg, ImportanceMethod::First])
        .weights("weight", WeightKind::Sampling)
        .bootstrap(200, 10);
    println!("{}", drivers.run(&recommend.answers().with_column(points))?);
    Ok(())
}
