//! Who answered and who did not.
//!
//! The table has one row for everybody who was asked, with the score missing where there was no answer,
//! and columns known of all of them: region, age group, customer since. With answers in a table of their own,
//! join them to the invitations first.
//!
//! ```text
//! response rate                     Wilson's interval
//! rates by level of a column        Pearson's chi-squared, adjusted by Holm for the number of columns
//! respondents beside the others     standardised differences
//! representativeness                R = 1 - 2 sd(rates)
//! ```

mod params;
mod plan;
mod report;
mod report_table;

#[cfg(test)]
mod tests;

pub use params::{Response, ResponseParams};
pub use report::{AttributeResponse, LevelCounts, ResponseReport};
