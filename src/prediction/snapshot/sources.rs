//! All that has been read for one cutoff or several.

use chrono::{Days, NaiveDate};
use polars::prelude::*;

use super::NAME;
use super::aggregates;
use super::events::{Events, event_column};
use super::horizon::{Horizon, HorizonChoice, suggested};
use super::input::SnapshotInput;
use super::keyed::places_in;
use super::lines::PurchaseHistory;
use super::measured;
use super::params::SnapshotParams;
use super::profile::{Profile, ProfileCounts};
use super::report::SnapshotReport;
use super::target::SnapshotTarget;
use super::windows::Windows;
use crate::activity::RowCounts;
use crate::error::{Error, Result};
use crate::frame::calendar::day_number;
use crate::frame::columns::{CUSTOMER, CUTOFF};

/// All that has been read for one cutoff or several.
pub(super) struct Sources<'a> {
    pub(super) params: &'a SnapshotParams,
    pub(super) input: Option<&'a SnapshotInput>,
    pub(super) history: &'a PurchaseHistory,
    pub(super) profile: Option<Profile>,
    /// The last row of each customer of the profile up to the end of the data.
    pub(super) last_rows: Vec<Option<usize>>,
    pub(super) events: Option<Events>,
    /// Ids of all customers that can be in a table, ascending.
    pub(super) ids: Series,
    /// Place of each in the history and in the profile.
    pub(super) places: Vec<(Option<usize>, Option<usize>)>,
    horizon: (u32, HorizonChoice),
    pub(super) observed_until: i32,
}

fn nothing_read() -> Error {
    let reason = "the log has no row with a customer, a time and an amount".to_owned();
    Error::Unusable { analysis: NAME, reason }
}

pub(super) fn date(day: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(day).unwrap_or_default()
}

impl<'a> Sources<'a> {
    /// Reads what there is beside the log; `params` are those of the first cutoff.
    pub(super) fn new(
        params: &'a SnapshotParams,
        history: &'a PurchaseHistory,
        input: Option<&'a SnapshotInput>,
    ) -> Result<Self> {
        let start = history.first_day.ok_or_else(nothing_read)?;
        if let Some(input) = input {
            aggregates::check(&input.log, &input.aggregates)?;
        }
        let profile = input.and_then(|input| input.profile.as_ref());
        let profile = profile.map(|(frame, columns)| Profile::read(frame.clone(), columns, params.target.as_ref()));
        let profile = profile.transpose()?;
        let is_contract = params.target.as_ref().is_some_and(SnapshotTarget::is_contract);
        let ids = match &profile {
            Some(profile) if is_contract => profile.keys.ids.clone().with_name(CUSTOMER.into()),
            None if is_contract => {
                let expected = "predicted with a profile beside the log; give one by `SnapshotInput::profile`";
                return Err(Error::param(NAME, "target", expected, "none"));
            }
            _ => history.ids.clone(),
        };
        let in_history = places_in(&ids, &history.ids, "profile")?;
        let in_profile = match &profile {
            Some(profile) => profile.keys.places_of(&ids, "profile")?,
            None => vec![None; ids.len()],
        };
        let events = input.and_then(|input| input.events.as_ref());
        let events = events.map(|(frame, columns)| Events::read(frame.clone(), columns)).transpose()?;
        let horizon = match params.horizon_days {
            Some(days) => (days, HorizonChoice::Given),
            None => {
                let windows = Windows::new(params, 1, start);
                suggested(history, windows.first, windows.cutoff)?
            }
        };
        let observed_until = params.observed_until.map_or(history.last_day.unwrap_or(start), day_number);
        let last_rows =
            profile.as_ref().map(|profile| profile.rows_as_of(observed_until, &mut ProfileCounts::default()));
        Ok(Self {
            observed_until,
            last_rows: last_rows.transpose()?.unwrap_or_default(),
            places: in_history.into_iter().zip(in_profile).collect(),
            params,
            input,
            history,
            profile,
            events,
            ids,
            horizon,
        })
    }

    /// The days of a cutoff.
    pub(super) fn windows(&self, params: &SnapshotParams) -> Windows {
        Windows::new(params, self.horizon.0, self.history.first_day.unwrap_or_default())
    }

    /// The kinds of events over all windows.
    pub(super) fn kinds(&self, windows: &[&Windows]) -> Result<Vec<Option<String>>> {
        self.events.as_ref().map_or(Ok(Vec::new()), |events| events.kinds(windows))
    }

    /// The report of a cutoff before anything is counted.
    pub(super) fn report(&self, windows: &Windows) -> Result<SnapshotReport> {
        let last_day = date(windows.cutoff)
            .checked_add_days(Days::new(u64::from(self.params.gap_days) + u64::from(self.horizon.0)))
            .ok_or_else(|| Error::param(NAME, "horizon_days", "within the calendar", self.horizon.0))?;
        Ok(SnapshotReport {
            cutoff: date(windows.cutoff),
            window_first_day: date(windows.first),
            eligible_first_day: windows.active_from.map(date),
            gap_days: self.params.gap_days,
            horizon: Horizon {
                days: self.horizon.0,
                first_day: date(*windows.label.start()),
                last_day,
                choice: self.horizon.1.clone(),
            },
            observed_until: date(self.observed_until),
            rows: RowCounts { ..self.history.counts },
            n_lines_after_cutoff: 0,
            n_lines_before_window: 0,
            n_customers: 0,
            n_not_started: 0,
            n_not_active: 0,
            n_ended_before: 0,
            n_ended_in_gap: 0,
            n_without_profile: 0,
            n_censored: 0,
            n_rows: 0,
            target: None,
            left_out: measured::left_out(self.history.roles, windows),
            profile: None,
            events: None,
        })
    }

    /// Refuses two columns of one name.
    pub(super) fn check_names(&self, windows: &Windows, kinds: &[Option<String>]) -> Result<()> {
        let target = self.params.target.as_ref();
        let own = measured::features(&[], self.history.roles, windows, self.has_start());
        let mut taken: std::collections::BTreeSet<String> = own
            .iter()
            .chain(&measured::last_period(&[], target))
            .map(|series| series.name().to_string())
            .chain([CUSTOMER.to_owned(), CUTOFF.to_owned()])
            .chain(target.map(|target| target.column().to_owned()))
            .collect();
        let of_profile = self.profile.iter().flat_map(Profile::feature_names);
        let of_profile = of_profile.map(|name| (name.to_owned(), "column", "of the profile"));
        let of_events = kinds.iter().map(|kind| (event_column(kind), "column", "of the events"));
        let aggregates = self.input.iter().flat_map(|input| &input.aggregates);
        let aggregates = aggregates.map(|(name, _)| (name.clone(), "aggregate", "of your own"));
        let mut problems = Vec::new();
        for (name, what, whose) in of_profile.chain(of_events).chain(aggregates) {
            if !taken.insert(name.clone()) {
                problems.push(format!("{what} `{name}` {whose} has a name that is taken; rename it"));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Schema { table: NAME, problems }) }
    }
}
