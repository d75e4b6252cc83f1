//! All that has been read, and the snapshot it makes at a cutoff.

use chrono::{Days, NaiveDate};
use polars::prelude::*;
use rayon::prelude::*;

use super::NAME;
use super::aggregates;
use super::events::{EventCounts, Events, event_column};
use super::features::{Features, Scratch};
use super::horizon::{Horizon, HorizonChoice, suggested};
use super::input::SnapshotInput;
use super::keyed::places_in;
use super::lines::PurchaseHistory;
use super::measured::{self, Measured};
use super::outcomes::Outcome;
use super::params::SnapshotParams;
use super::profile::{Known, Profile, ProfileCounts};
use super::report::{SnapshotReport, TargetSummary};
use super::roster::{Rules, Standing};
use super::target::SnapshotTarget;
use super::windows::Windows;
use crate::activity::{RowCounts, day_number};
use crate::error::{Error, Result};
use crate::frame::columns::{CUSTOMER, CUTOFF};
use crate::frame::frame_of;
use crate::kernel::exact_sum::ExactSum;

/// All that has been read for one cutoff or several.
pub(super) struct Sources<'a> {
    params: &'a SnapshotParams,
    input: Option<&'a SnapshotInput>,
    history: &'a PurchaseHistory,
    profile: Option<Profile>,
    events: Option<Events>,
    /// Ids of all customers that can be in a table, ascending.
    ids: Series,
    /// Place of each in the history and in the profile.
    places: Vec<(Option<usize>, Option<usize>)>,
    horizon: (u32, HorizonChoice),
    observed_until: i32,
}

/// The table of one cutoff before it is put together.
pub(super) struct AtCutoff {
    pub(super) frame: DataFrame,
    pub(super) features: Vec<String>,
    pub(super) report: SnapshotReport,
}

fn nothing_read() -> Error {
    let reason = "the log has no row with a customer, a time and an amount".to_owned();
    Error::Unusable { analysis: NAME, reason }
}

fn date(day: i32) -> NaiveDate {
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
        let last_day = history.last_day.unwrap_or(start);
        Ok(Self {
            observed_until: params.observed_until.map_or(last_day, day_number),
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

    fn report(&self, windows: &Windows) -> Result<SnapshotReport> {
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

    /// What the log says of a customer.
    fn measure(
        &self,
        place: Option<usize>,
        known: Known,
        windows: &Windows,
        scratch: &mut Scratch,
    ) -> Option<Measured> {
        let (past, later) = place.map(|place| self.history.parted(place, windows.cutoff)).unwrap_or_default();
        Some(Measured {
            features: Features::of(past, windows, scratch)?,
            last: Outcome::of(past.since(windows.last_period_from()))?,
            next: Outcome::of(later.within(&windows.label))?,
            contract_days: known.start.map(|start| windows.cutoff.saturating_sub(start)),
            ended: known.end.is_some_and(|end| windows.label.contains(&end)),
        })
    }

    /// The table at a cutoff; `is_one_of_several` says whether it has a column with its date.
    pub(super) fn at(&self, windows: &Windows, kinds: &[Option<String>], is_one_of_several: bool) -> Result<AtCutoff> {
        let mut report = self.report(windows)?;
        let mut profile_counts = ProfileCounts::default();
        let rows = match &self.profile {
            Some(profile) => profile.rows_as_of(windows.cutoff, &mut profile_counts)?,
            None => Vec::new(),
        };
        let row_of = |in_profile: Option<usize>| in_profile.and_then(|place| rows[place]);
        let known = |row| self.profile.as_ref().map_or_else(Known::default, |profile| profile.known(row));
        let target = self.params.target.as_ref();
        let rules = Rules {
            is_contract: target.is_some_and(SnapshotTarget::is_contract),
            has_target: target.is_some(),
            observed_until: self.observed_until,
        };
        let standing = |&(in_history, in_profile): &(Option<usize>, Option<usize>)| {
            let (past, _) = in_history.map(|place| self.history.parted(place, windows.cutoff)).unwrap_or_default();
            rules.standing(past, known(row_of(in_profile)), windows)
        };
        let standings: Vec<Standing> = self.places.par_iter().map(standing).collect();
        standings.iter().for_each(|&standing| report.count(standing));
        for customer in 0..self.history.n_customers() {
            let (past, later) = self.history.parted(customer, windows.cutoff);
            report.count_lines(past, later, windows);
        }
        let included: Vec<usize> = (0..self.places.len()).filter(|&at| standings[at] == Standing::Included).collect();
        let measured: Option<Vec<Measured>> = included
            .par_iter()
            .map_init(Scratch::default, |scratch, &at| {
                let (in_history, in_profile) = self.places[at];
                self.measure(in_history, known(row_of(in_profile)), windows, scratch)
            })
            .collect();
        let measured = measured.ok_or_else(|| Error::Numeric {
            analysis: NAME,
            verdict: "a customer's total exceeds 10^20; use larger units".to_owned(),
        })?;
        let has_start = self.profile.as_ref().is_some_and(Profile::has_start);
        let mut features = measured::features(&measured, self.history.roles, windows, has_start);
        let taken: IdxCa = included.iter().map(|&at| Some(at as IdxSize)).collect();
        let ids = self.ids.take(&taken).map_err(Error::query(NAME))?;
        if let Some(profile) = &self.profile {
            let rows: Vec<Option<usize>> = included.iter().map(|&at| row_of(self.places[at].1)).collect();
            features.extend(profile.features_at(&rows, windows.cutoff, &mut profile_counts)?);
            report.profile = Some(profile_counts);
        }
        if let Some(events) = &self.events {
            let mut counts = EventCounts::default();
            let mut place_of_key = vec![None; events.keys.ids.len()];
            for (place, key) in (0..).zip(events.keys.places_of(&ids, "events")?) {
                if let Some(key) = key {
                    place_of_key[key] = Some(place);
                }
            }
            features.extend(events.features_at(kinds, &place_of_key, ids.len(), windows, &mut counts));
            report.events = Some(counts);
        }
        if let Some(input) = self.input {
            features.extend(aggregates::features_at(&input.log, &input.aggregates, windows, &ids)?);
        }
        let names: Vec<String> = features.iter().map(|series| series.name().to_string()).collect();
        let cutoff =
            is_one_of_several.then(|| crate::frame::dates(CUTOFF, vec![Some(date(windows.cutoff)); ids.len()]));
        let mut columns: Vec<Series> = [Some(ids), cutoff].into_iter().flatten().collect();
        columns.extend(features);
        columns.extend(measured::last_period(&measured, target));
        if let Some(target) = target {
            columns.push(measured::target_of(&measured, target));
            report.target = Some(summary(&measured, target));
        }
        Ok(AtCutoff { frame: frame_of(columns), features: names, report })
    }

    /// Refuses two columns of one name.
    pub(super) fn check_names(&self, windows: &Windows, kinds: &[Option<String>]) -> Result<()> {
        let has_start = self.profile.as_ref().is_some_and(Profile::has_start);
        let target = self.params.target.as_ref();
        let own = measured::features(&[], self.history.roles, windows, has_start);
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

fn summary(measured: &[Measured], target: &SnapshotTarget) -> TargetSummary {
    let values: Vec<f64> = measured.iter().map(|one| measured::number(target, one.next, one.ended)).collect();
    let n_positive = values.iter().filter(|&&value| value > 0.0).count() as u64;
    let n = values.len() as f64;
    TargetSummary {
        column: target.column().to_owned(),
        n_positive,
        positive_share: (n > 0.0).then(|| n_positive as f64 / n),
        mean: if n > 0.0 { ExactSum::of(&values).quotient(n) } else { None },
    }
}
