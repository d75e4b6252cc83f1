//! Shares of satisfied customers compared.

use super::group::CsatGroup;
use super::params::Csat;
use super::report::CsatReport;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::kernel::hypothesis::{Outcomes, TwoProportions, two_proportions_test};

impl CsatReport {
    /// The top boxes of two groups of different people compared: the difference with Newcombe's
    /// interval, the test of two proportions, and ratios.
    ///
    /// # Errors
    /// `Unusable` when a group has no scores, the two share responses, or answers are weighted,
    /// whose intervals in the report stand beside each other instead.
    pub fn compare(&self, first: &CsatGroup, second: &CsatGroup) -> Result<TwoProportions> {
        let refused = |reason: &str| Err(Error::Unusable { analysis: Csat::NAME, reason: reason.to_owned() });
        if self.is_weighted {
            return refused("weighted shares are not compared by counts; look at their intervals");
        }
        if !first.key.is_apart_from(&second.key) {
            return refused("the groups to compare share responses; compare two segments or two periods");
        }
        let outcomes = |group: &CsatGroup| {
            let top = group.top_box?;
            Some(Outcomes { successes: top.n_successes, failures: top.n - top.n_successes })
        };
        let (Some(first), Some(second)) = (outcomes(first), outcomes(second)) else {
            return refused("a group to compare has no scores; look at its `reason`");
        };
        two_proportions_test(first, second, self.params.conf_level)
            .or_else(|undefined| refused(&format!("the groups cannot be compared: {undefined}")))
    }
}
