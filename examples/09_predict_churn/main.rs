//! "A third of our subscribers leave. Who is next, and why? How far can I trust that? And with
//! the money I have for calls: whom do I call?"
//!
//! ```text
//! cargo run --example 09_predict_churn                     a tea club, made up
//! cargo run --example 09_predict_churn -- telco.csv --target Churn --customer customerID --numbers TotalCharges
//! ```

mod options;
#[path = "../support/subscribers.rs"]
mod subscribers;

use std::process::ExitCode;

use clap::Parser;
use customer_analytics::polars::prelude::{
    DataType, LazyCsvReader, LazyFileListReader, PlRefPath, ScanArgsParquet, col, lit,
};
use customer_analytics::prediction::decision::ProfitAnalysisParams;
use customer_analytics::prediction::encoding::{EncodingParams, UnseenLevel};
use customer_analytics::prelude::*;

use options::Options;

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let options = Options::parse();
    let customers = read(&options)?;

    // Four fifths to learn from, one fifth to judge by: by row, as these have no order.
    let customers = customers.with_row_index(ROW, None);
    let in_test = || (col(ROW) % lit(5)).eq(lit(0));
    let columns = options.columns().ignore([ROW]);
    let train = FeatureTable::new(customers.clone().filter(in_test().not()), &columns)?;
    let test = FeatureTable::new(customers.filter(in_test()), &columns)?;

    println!("1. the model: what goes along with leaving, all else being equal\n");
    let model = ChurnParams::new()
        .encoding(EncodingParams::new().unseen(UnseenLevel::Reference))
        .fit(&train)?
        .training_date(options.today);
    println!("{}", model.drivers());

    println!("\n2. how good it is, on the fifth of the customers that it has not seen\n");
    let report = model.evaluate(&test)?;
    println!("{report}");

    println!("\n3. the same customers by their probability of leaving\n");
    println!("{}", model.predict(&test)?);

    println!(
        "\n4. what calls would earn, for every share of the customers, the likeliest to leave first: who is kept is"
    );
    println!(
        "   worth {}, a call costs {}, the incentive {}, and of 100 who are about to leave {:.0} accept it\n",
        options.worth,
        options.contact_cost,
        options.incentive,
        100.0 * options.acceptance
    );
    let offer = RetentionOfferParams::new(options.incentive, options.contact_cost)
        .clv(options.worth)
        .acceptance(options.acceptance)
        .check()?;
    let probs: Vec<f64> = model.predict(&test)?.values().iter().copied().flatten().collect();
    println!("{}", ProfitAnalysisParams::new(offer.clone()).check()?.expected(&probs, None)?);

    println!("\n5. whom to call, and why them: what raises their log-odds above those of the average customer\n");
    let mut list = WinBackParams::new(offer).n_reasons(2);
    if let Some(budget) = options.budget {
        list = list.budget(budget);
    }
    println!("{}", model.retention_list(&test, &list.check()?)?);

    println!("\n6. the model card, for the files\n");
    let model = model.evaluated(&report);
    println!("{}", model.card());
    if let Some(path) = &options.save {
        std::fs::write(path, model.to_json())?;
        println!("\nmodel written to {}", path.display());
    }
    Ok(())
}

/// Numbers of the rows, by which they are split.
const ROW: &str = "row of the file";

/// The customers of the file, or those that are made up.
fn read(options: &Options) -> Result<LazyFrame, Failure> {
    let Some(path) = &options.input else { return Ok(subscribers::subscribers()?.lazy()) };
    if path.ends_with(".parquet") {
        return Ok(LazyFrame::scan_parquet(PlRefPath::new(path), ScanArgsParquet::default())?);
    }
    let mut frame = LazyCsvReader::new(PlRefPath::new(path)).with_infer_schema_length(None).finish()?;
    for column in &options.numbers {
        frame = frame.with_column(col(column.as_str()).cast(DataType::Float64));
    }
    Ok(frame)
}
