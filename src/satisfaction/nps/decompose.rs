//! A change between two periods split up by segments.

use serde::Serialize;

use super::group::NpsGroup;
use super::params::Nps;
use super::report::NpsReport;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::kernel::survey::{MixRate, SegmentChange, mix_rate};
use crate::satisfaction::NoScore;
use crate::satisfaction::groups::GroupKey;

/// How much of a change is one of opinions, and how much one of who answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NpsMixRate {
    /// The earlier period.
    pub from: GroupKey,
    /// The later period.
    pub to: GroupKey,
    /// The segments, in the order of the report.
    pub segments: Vec<GroupKey>,
    /// Their scores in the earlier period; `None` where nobody answered.
    pub nps_before: Vec<Option<f64>>,
    /// Their scores in the later period; `None` where nobody answered.
    pub nps_after: Vec<Option<f64>>,
    /// The change and its parts, in the order of the segments.
    pub split: MixRate,
    /// The columns that make segments.
    #[serde(skip)]
    pub(super) by: Vec<String>,
}

impl NpsReport {
    /// Splits the change between two periods up into what segments added by their opinion and by
    /// their share of the responses, weighted where answers are.
    ///
    /// # Errors
    /// `Param` when a period is not in the report or there are no segments; `Unusable` when a
    /// segment is suppressed, or nobody answered in one of the periods.
    pub fn decompose(&self, from: &str, to: &str) -> Result<NpsMixRate> {
        if self.params.by.is_empty() {
            let expected = "asked for by `NpsParams::by` first, as the change is split up by segments";
            return Err(Error::param(Nps::NAME, "by", expected, "none"));
        }
        let expected = "a label of `periods`, in a report by segment and period";
        let of_period = |label: &str| {
            self.period(label).ok_or_else(|| Error::param(Nps::NAME, "period", expected, format!("`{label}`")))
        };
        let unusable = |reason: String| Error::Unusable { analysis: Nps::NAME, reason };
        let (before, after) = (of_period(from)?, of_period(to)?);
        let in_period =
            |label: &str| -> Vec<&NpsGroup> { self.groups.iter().filter(|group| group.key.is_period(label)).collect() };
        let (groups_before, groups_after) = (in_period(from), in_period(to));
        let is_hidden = |group: &&&NpsGroup| matches!(group.reason, Some(NoScore::Suppressed { .. })) && group.n > 0;
        let n_hidden = groups_before.iter().chain(&groups_after).filter(is_hidden).count();
        if n_hidden > 0 {
            return Err(unusable(format!(
                "{n_hidden} segment(s) of the two periods have fewer responses than `min_n`; split the change by fewer \
                 segments"
            )));
        }
        let (mut earlier, mut later) = (groups_before.into_iter().peekable(), groups_after.into_iter().peekable());
        let (mut segments, mut changes) = (Vec::new(), Vec::new());
        for segment in &self.segments {
            // Both are in the order of the segments.
            let is_of = |group: &&NpsGroup| group.key.segment == segment.key.segment;
            let (first, last) = (earlier.next_if(is_of), later.next_if(is_of));
            if first.is_some() || last.is_some() {
                segments.push(segment.key.clone());
                changes.push(SegmentChange {
                    weight_before: first.map_or(0.0, NpsGroup::weight),
                    value_before: first.and_then(|group| group.nps),
                    weight_after: last.map_or(0.0, NpsGroup::weight),
                    value_after: last.and_then(|group| group.nps),
                });
            }
        }
        let split =
            mix_rate(&changes).map_err(|undefined| unusable(format!("the change cannot be split up: {undefined}")))?;
        Ok(NpsMixRate {
            from: before.key.clone(),
            to: after.key.clone(),
            segments,
            nps_before: changes.iter().map(|change| change.value_before).collect(),
            nps_after: changes.iter().map(|change| change.value_after).collect(),
            split,
            by: self.params.by.clone(),
        })
    }
}
