//! The days of one cutoff.

use std::ops::RangeInclusive;

use super::params::SnapshotParams;
use crate::frame::calendar::day_number;

/// Days by which last year's season is looked up: 52 weeks, so that weekdays agree.
const YEAR: i32 = 364;

/// The days of one cutoff, counted from 1970-01-01; every range holds both its ends.
#[derive(Clone, Debug)]
pub(super) struct Windows {
    pub(super) cutoff: i32,
    /// First day that features are made of.
    pub(super) first: i32,
    /// First day of the later half of the window.
    pub(super) middle: i32,
    /// First day on which a purchase makes a customer eligible; `None` where no purchase is
    /// needed.
    pub(super) active_from: Option<i32>,
    pub(super) horizon_days: i32,
    pub(super) label: RangeInclusive<i32>,
    /// The label window a year earlier, where the window of features holds it.
    pub(super) season: Option<RangeInclusive<i32>>,
}

impl Windows {
    /// `start` is the first day of the log; it opens the window where no length is set.
    pub(super) fn new(params: &SnapshotParams, horizon_days: u32, start: i32) -> Self {
        let cutoff = day_number(params.cutoff);
        let since = |days: u32| cutoff.saturating_sub_unsigned(days).saturating_add(1);
        let first = params.window_days.map_or(start.min(cutoff), since);
        let opens = cutoff.saturating_add_unsigned(params.gap_days).saturating_add(1);
        let closes = opens.saturating_add_unsigned(horizon_days).saturating_sub(1);
        let is_contract = params.target.as_ref().is_some_and(super::target::SnapshotTarget::is_contract);
        let season = opens.saturating_sub(YEAR)..=closes.saturating_sub(YEAR);
        Self {
            cutoff,
            first,
            middle: ((i64::from(first) + i64::from(cutoff) + 1).div_euclid(2)) as i32,
            active_from: match params.eligible_days {
                Some(days) => Some(since(days)),
                None => (!is_contract).then_some(first),
            },
            horizon_days: i32::try_from(horizon_days).unwrap_or(i32::MAX),
            season: (*season.start() >= first && *season.end() <= cutoff).then_some(season),
            label: opens..=closes,
        }
    }

    /// First day of the period before the cutoff that is as long as the horizon.
    pub(super) fn last_period_from(&self) -> i32 {
        self.cutoff.saturating_sub(self.horizon_days).saturating_add(1)
    }
}
