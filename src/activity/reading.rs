//! What one pass over the transactions leaves.

use std::fmt;

use super::counts::RowCounts;
use super::currency::Currency;
use super::ids::IntegerIds;
use super::params::{Activity, ActivityParams};
use super::state::State;
use super::text_ids::TextIds;
use crate::analysis::Analysis;
use crate::error::{Error, Result};

/// What one pass leaves: the customers and what became of the rows.
///
/// Readings of disjoint files merge into the reading of all of them.
pub struct ActivityReading {
    /// The settings it was made with.
    pub(crate) params: ActivityParams,
    pub(crate) customers: Customers,
    pub(crate) counts: RowCounts,
    pub(crate) currency: Currency,
}

/// The state, by the type of the ids.
pub(crate) enum Customers {
    Integers(State<IntegerIds>),
    Texts(State<TextIds>),
}

impl fmt::Debug for ActivityReading {
    /// Counts only: the state holds customers' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActivityReading").field("counts", &self.counts).finish_non_exhaustive()
    }
}

impl ActivityReading {
    /// Adds the reading of other rows, made with the same settings.
    ///
    /// # Errors
    /// `Unusable` when the settings or the currencies differ, or the ids of one are
    /// numbers and of the other text.
    pub fn merge(mut self, other: Self) -> Result<Self> {
        other.check_settings(&self.params)?;
        self.counts = self.counts.merge(other.counts);
        self.currency = self.currency.merge(other.currency)?;
        match (&mut self.customers, other.customers) {
            (Customers::Integers(mine), Customers::Integers(theirs)) => mine.merge(&theirs),
            (Customers::Texts(mine), Customers::Texts(theirs)) => mine.merge(&theirs),
            _ => {
                return Err(Error::Unusable {
                    analysis: Activity::NAME,
                    reason: "customer ids are numbers in one reading and text in the other; cast both to text"
                        .to_owned(),
                });
            }
        }
        Ok(self)
    }

    /// Refuses a reading that was made with other settings.
    pub(crate) fn check_settings(&self, params: &ActivityParams) -> Result<()> {
        if self.params == *params {
            return Ok(());
        }
        let reason = "a reading made with other settings (date, window, counts or policies)".to_owned();
        Err(Error::Unusable { analysis: Activity::NAME, reason })
    }
}
