//! The command line.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Parser;
use customer_analytics::frame::FeatureColumns;

/// Learns who leaves, says why and how sure that is, and whom a call pays for.
#[derive(Parser)]
pub struct Options {
    /// Parquet or CSV file with one row per customer; a tea club is made up without one
    pub input: Option<String>,

    /// Column that says who left: yes and no in any spelling
    #[arg(long, default_value = "left", value_name = "COLUMN")]
    pub target: String,

    /// Column with the customer's number
    #[arg(long, default_value = "subscriber", value_name = "COLUMN")]
    pub customer: String,

    /// Column that is no feature, as it would not be known in time (repeat for more)
    #[arg(long, value_name = "COLUMN")]
    pub ignore: Vec<String>,

    /// Column of a CSV file to read as numbers; what is none becomes missing (repeat for more)
    #[arg(long, value_name = "COLUMN")]
    pub numbers: Vec<String>,

    /// Day of the training, for the model card
    #[arg(long, default_value = "2026-06-30", value_name = "DATE")]
    pub today: NaiveDate,

    /// What a customer who is kept is worth
    #[arg(long, default_value_t = 200.0, value_name = "AMOUNT")]
    pub worth: f64,

    /// What the customer gets who stays
    #[arg(long, default_value_t = 20.0, value_name = "AMOUNT")]
    pub incentive: f64,

    /// What a call costs
    #[arg(long, default_value_t = 2.0, value_name = "AMOUNT")]
    pub contact_cost: f64,

    /// Share of those about to leave who accept the incentive and stay
    #[arg(long, default_value_t = 0.4, value_name = "SHARE")]
    pub acceptance: f64,

    /// What the calls and incentives may cost together
    #[arg(long, value_name = "AMOUNT")]
    pub budget: Option<f64>,

    /// Where to write the model, as JSON
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
}

impl Options {
    /// Which column plays which role.
    pub fn columns(&self) -> FeatureColumns {
        FeatureColumns::new().target(&self.target).customer_id(&self.customer).ignore(self.ignore.clone())
    }
}
