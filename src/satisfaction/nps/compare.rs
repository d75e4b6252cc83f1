//! Scores of segments and periods compared.

use serde::Serialize;

use super::group::NpsGroup;
use super::params::{Nps, NpsInterval};
use super::report::NpsReport;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::kernel::multiplicity::Multiplicity;
use crate::kernel::p_value::PValue;
use crate::kernel::survey::{
    NpsDifference, NpsEstimate, NpsHomogeneity, NpsPair, WaldForm, nps_difference, nps_homogeneity, nps_pairwise,
};
use crate::kernel::undefined::Undefined;
use crate::satisfaction::groups::GroupKey;

/// Groups of which all pairs are compared.
const MOST_GROUPS: usize = 1_000;

/// Whether groups have one score, and which pairs differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NpsTests {
    /// The groups that have a score, in the order of the report.
    pub groups: Vec<GroupKey>,
    /// Groups that are left out, as they have no score.
    pub n_without_score: u64,
    /// The test that all groups have one score, or why there is none.
    pub homogeneity: std::result::Result<NpsHomogeneity, Undefined>,
    /// All pairs, by the places of their groups, with p-values adjusted by Holm for their number.
    pub pairs: Vec<NpsPair>,
}

/// The change of the score from one period to the next one that has responses.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NpsPeriodChange {
    /// The earlier period.
    pub from: GroupKey,
    /// The later period.
    pub to: GroupKey,
    /// Later score minus earlier, with its interval and test, or why there is none.
    pub difference: std::result::Result<NpsDifference, Undefined>,
    /// The p-value adjusted by Holm for the number of changes; `None` where there is no test.
    pub p_adjusted: Option<PValue>,
}

impl NpsPeriodChange {
    /// Whether responses cover both periods to their ends; a change from or to one that they do not
    /// may be one of the days that are missing.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        [&self.from, &self.to]
            .iter()
            .all(|key| key.period.as_ref().and_then(|period| period.is_complete) != Some(false))
    }
}

impl NpsReport {
    /// Plain scores and errors where intervals are plain, else those with the added answers.
    pub(in crate::satisfaction) fn form(&self) -> WaldForm {
        if self.params.interval == NpsInterval::Wald { WaldForm::Plain } else { WaldForm::Adjusted }
    }

    /// First score minus second, of two groups of different people, with an interval and the test
    /// that it is 0.
    ///
    /// # Errors
    /// `Unusable` when a group has no score, or the two share responses.
    pub fn compare(&self, first: &NpsGroup, second: &NpsGroup) -> Result<NpsDifference> {
        let refused = |reason: String| Err(Error::Unusable { analysis: Nps::NAME, reason });
        if !first.key.is_apart_from(&second.key) {
            return refused("the groups to compare share responses; compare two segments or two periods".to_owned());
        }
        let (Some(first), Some(second)) = (&first.estimate, &second.estimate) else {
            return refused("a group to compare has no score or no standard error; look at its `reason`".to_owned());
        };
        nps_difference(first, second, self.form(), self.params.conf_level)
            .or_else(|undefined| refused(format!("the groups cannot be compared: {undefined}")))
    }

    /// Whether the segments have one score, and which pairs of them differ.
    ///
    /// # Errors
    /// `Unusable` for more than 1,000 segments, whose pairs are too many.
    pub fn test_segments(&self) -> Result<NpsTests> {
        self.tests(&self.segments)
    }

    /// Whether the periods have one score, and which pairs of them differ.
    ///
    /// # Errors
    /// `Unusable` for more than 1,000 periods, whose pairs are too many.
    pub fn test_periods(&self) -> Result<NpsTests> {
        self.tests(&self.periods)
    }

    /// Changes from each period to the next that has a score, over all segments.
    ///
    /// Whether a change is noise is told by `p_adjusted`, which allows for the number of changes.
    /// Periods that responses do not cover to both their ends take part, and
    /// [`is_complete`](NpsPeriodChange::is_complete) tells them; a [`trend`](crate::satisfaction::trend)
    /// leaves them out. Where the last one is over, state `as_of`.
    #[must_use]
    pub fn changes(&self) -> Vec<NpsPeriodChange> {
        self.changes_of(self.periods.iter())
    }

    /// The same of one segment.
    ///
    /// # Errors
    /// `Param` when the report has no such segment.
    pub fn segment_changes<S: AsRef<str>>(&self, values: &[S]) -> Result<Vec<NpsPeriodChange>> {
        if self.segment(values).is_none() {
            let got = values.iter().map(|value| format!("`{}`", value.as_ref())).collect::<Vec<_>>().join(", ");
            return Err(Error::param(Nps::NAME, "segment", "the values of one of `segments`", got));
        }
        Ok(self.changes_of(self.groups.iter().filter(|group| group.key.is_segment(values))))
    }

    fn tests(&self, groups: &[NpsGroup]) -> Result<NpsTests> {
        let scored: Vec<(&NpsGroup, NpsEstimate)> =
            groups.iter().filter_map(|group| Some((group, group.estimate?))).collect();
        if scored.len() > MOST_GROUPS {
            let reason = format!("{} groups have too many pairs; compare {MOST_GROUPS} at the most", scored.len());
            return Err(Error::Unusable { analysis: Nps::NAME, reason });
        }
        let estimates: Vec<NpsEstimate> = scored.iter().map(|(_, estimate)| *estimate).collect();
        let pairs = nps_pairwise(&estimates, self.form(), Multiplicity::Holm, self.params.conf_level);
        Ok(NpsTests {
            groups: scored.iter().map(|(group, _)| group.key.clone()).collect(),
            n_without_score: (groups.len() - scored.len()) as u64,
            homogeneity: nps_homogeneity(&estimates, self.form()),
            pairs: pairs.map_err(|undefined| Error::Unusable { analysis: Nps::NAME, reason: undefined.to_string() })?,
        })
    }

    fn changes_of<'a>(&self, periods: impl Iterator<Item = &'a NpsGroup>) -> Vec<NpsPeriodChange> {
        let scored: Vec<(&NpsGroup, NpsEstimate)> =
            periods.filter_map(|group| Some((group, group.estimate?))).collect();
        let change = |pair: &[(&NpsGroup, NpsEstimate)]| NpsPeriodChange {
            from: pair[0].0.key.clone(),
            to: pair[1].0.key.clone(),
            difference: nps_difference(&pair[1].1, &pair[0].1, self.form(), self.params.conf_level),
            p_adjusted: None,
        };
        let mut changes: Vec<NpsPeriodChange> = scored.windows(2).map(change).collect();
        let p_value = |change: &NpsPeriodChange| {
            let test = change.difference.as_ref().ok()?.test.as_ref().ok()?;
            Some(test.p_value)
        };
        Multiplicity::Holm.adjust_all(&mut changes, p_value, |change, p| change.p_adjusted = p);
        changes
    }
}
