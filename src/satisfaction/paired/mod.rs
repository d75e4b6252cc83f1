//! How the same people changed their minds between two waves or periods.
//!
//! ```text
//! respondent ┐
//! wave       ├─ answered both times ─▶ who went from which class to which ─▶ change, error, test
//! score      ┘  answered once ─▶ counted
//! ```
//!
//! What a person keeps from one time to the next drops out of the error, so a change shows with far
//! fewer people than between two samples. Those who answered once are counted beside it: where they
//! think otherwise, the change of the whole score is another one.

mod params;
mod plan;
mod reading;
mod report;
mod report_table;

#[cfg(test)]
mod tests;

pub use params::{Paired, PairedParams, Repeated};
pub use reading::PairedReading;
pub use report::{PairedChange, PairedReport};
