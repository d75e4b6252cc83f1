//! The table of one cutoff, put together of all that has been read.

use polars::prelude::*;
use rayon::prelude::*;

use super::NAME;
use super::aggregates;
use super::events::EventCounts;
use super::features::{Features, Scratch};
use super::measured::{self, Measured};
use super::outcomes::Outcome;
use super::profile::{Known, Profile, ProfileCounts};
use super::report::{SnapshotReport, TargetSummary};
use super::roster::{Rules, Standing};
use super::sources::{Sources, date};
use super::target::SnapshotTarget;
use super::windows::Windows;
use crate::error::{Error, Result};
use crate::frame::columns::CUTOFF;
use crate::frame::{dates, frame_of};
use crate::kernel::exact_sum::ExactSum;

/// The table of one cutoff before it has roles.
pub(super) struct AtCutoff {
    pub(super) frame: DataFrame,
    pub(super) features: Vec<String>,
    pub(super) report: SnapshotReport,
}

/// A customer in the table.
#[derive(Clone, Copy)]
struct Included {
    /// Place among all customers.
    at: usize,
    /// Row of the profile as of the cutoff.
    row: Option<usize>,
    known: Known,
}

impl Sources<'_> {
    /// The table at a cutoff; `is_one_of_several` says whether it has a column with its date.
    pub(super) fn at(&self, windows: &Windows, kinds: &[Option<String>], is_one_of_several: bool) -> Result<AtCutoff> {
        let mut report = self.report(windows)?;
        let mut counts = ProfileCounts::default();
        let included = self.included(windows, &mut counts, &mut report)?;
        let measured = self.measured(&included, windows)?;
        let taken: IdxCa = included.iter().map(|one| Some(one.at as IdxSize)).collect();
        let ids = self.ids.take(&taken).map_err(Error::query(NAME))?;
        let mut features = measured::features(&measured, self.history.roles, windows, self.has_start());
        if let Some(profile) = &self.profile {
            let rows: Vec<Option<usize>> = included.iter().map(|one| one.row).collect();
            features.extend(profile.features_at(&rows, windows.cutoff, &mut counts)?);
            report.profile = Some(counts);
        }
        features.extend(self.event_features(&ids, kinds, windows, &mut report)?);
        if let Some(input) = self.input {
            features.extend(aggregates::features_at(&input.log, &input.aggregates, windows, &ids)?);
        }
        let names: Vec<String> = features.iter().map(|series| series.name().to_string()).collect();
        let cutoff = is_one_of_several.then(|| dates(CUTOFF, vec![Some(date(windows.cutoff)); ids.len()]));
        let mut columns: Vec<Series> = [Some(ids), cutoff].into_iter().flatten().chain(features).collect();
        let target = self.params.target.as_ref();
        columns.extend(measured::last_period(&measured, target));
        if let Some(target) = target {
            columns.push(measured::target_of(&measured, target));
            report.target = Some(summary(&measured, target));
        }
        Ok(AtCutoff { frame: frame_of(columns), features: names, report })
    }

    /// Who is in the table; everybody and every line is counted.
    fn included(
        &self,
        windows: &Windows,
        counts: &mut ProfileCounts,
        report: &mut SnapshotReport,
    ) -> Result<Vec<Included>> {
        let rows = match &self.profile {
            Some(profile) => profile.rows_as_of(windows.cutoff, counts)?,
            None => Vec::new(),
        };
        let target = self.params.target.as_ref();
        let rules = Rules {
            is_contract: target.is_some_and(SnapshotTarget::is_contract),
            has_target: target.is_some(),
            observed_until: self.observed_until,
        };
        let of_customer = |(at, &(in_history, in_profile)): (usize, &(Option<usize>, Option<usize>))| {
            let row = in_profile.and_then(|place| rows[place]);
            let known = self.known(row, in_profile);
            let (past, _) = in_history.map(|place| self.history.parted(place, windows.cutoff)).unwrap_or_default();
            (rules.standing(past, known, windows), Included { at, row, known })
        };
        let all: Vec<(Standing, Included)> = self.places.par_iter().enumerate().map(of_customer).collect();
        all.iter().for_each(|&(standing, _)| report.count(standing));
        let lines = (0..self.history.n_customers()).into_par_iter().map(|customer| {
            let (past, later) = self.history.parted(customer, windows.cutoff);
            (later.len() as u64, (past.all().len() - past.since(windows.first).len()) as u64)
        });
        let both = |a: (u64, u64), b: (u64, u64)| (a.0 + b.0, a.1 + b.1);
        (report.n_lines_after_cutoff, report.n_lines_before_window) = lines.reduce(|| (0, 0), both);
        Ok(all.into_iter().filter(|&(standing, _)| standing == Standing::Included).map(|(_, one)| one).collect())
    }

    /// What is known of a contract: its start as of the cutoff, and its end as of the end of the
    /// data, as the target is what came of it.
    fn known(&self, row: Option<usize>, in_profile: Option<usize>) -> Known {
        let Some(profile) = &self.profile else { return Known::default() };
        let last = profile.known(in_profile.and_then(|place| self.last_rows[place]));
        Known { end: last.end, observed_until: last.observed_until, ..profile.known(row) }
    }

    /// What the log says of everybody in the table.
    fn measured(&self, included: &[Included], windows: &Windows) -> Result<Vec<Measured>> {
        let of_customer = |scratch: &mut Scratch, one: &Included| {
            let place = self.places[one.at].0;
            let (past, later) = place.map(|place| self.history.parted(place, windows.cutoff)).unwrap_or_default();
            Some(Measured {
                features: Features::of(past, windows, scratch)?,
                last: Outcome::of(past.since(windows.last_period_from()))?,
                next: Outcome::of(later.within(&windows.label))?,
                contract_days: one.known.start.map(|start| windows.cutoff.saturating_sub(start)),
                ended: one.known.end.is_some_and(|end| windows.label.contains(&end)),
            })
        };
        let measured: Option<Vec<Measured>> = included.par_iter().map_init(Scratch::default, of_customer).collect();
        measured.ok_or_else(|| {
            let verdict = "a customer's total exceeds 10^20; use larger units";
            Error::Numeric { analysis: NAME, verdict: verdict.to_owned() }
        })
    }

    /// Counts of events, where there are any.
    fn event_features(
        &self,
        ids: &Series,
        kinds: &[Option<String>],
        windows: &Windows,
        report: &mut SnapshotReport,
    ) -> Result<Vec<Series>> {
        let Some(events) = &self.events else { return Ok(Vec::new()) };
        let mut place_of_key = vec![None; events.keys.ids.len()];
        for (place, key) in (0..).zip(events.keys.places_of(ids, "events")?) {
            if let Some(key) = key {
                place_of_key[key] = Some(place);
            }
        }
        let counts = report.events.insert(EventCounts::default());
        Ok(events.features_at(kinds, &place_of_key, ids.len(), windows, counts))
    }

    /// Whether contracts have a first day.
    pub(super) fn has_start(&self) -> bool {
        self.profile.as_ref().is_some_and(Profile::has_start)
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
