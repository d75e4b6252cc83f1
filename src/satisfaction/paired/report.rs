//! Changes of scores within people.

use polars::prelude::*;
use serde::Serialize;

use super::params::PairedParams;
use crate::frame::{ToDataFrame, columns, frame_of};
use crate::kernel::hypothesis::Test;
use crate::kernel::interval::Interval;
use crate::kernel::p_value::PValue;
use crate::kernel::survey::{NpsChange, NpsTransitions};
use crate::kernel::undefined::Undefined;
use crate::satisfaction::period::PeriodLabel;
use crate::satisfaction::tally::SurveyRows;

/// The change between two periods among those who answered in both.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PairedChange {
    /// The earlier period.
    pub from: PeriodLabel,
    /// The later period.
    pub to: PeriodLabel,
    /// Who went from which class to which.
    pub transitions: NpsTransitions,
    /// People who answered in the earlier period and not in the later one.
    pub n_first_only: u64,
    /// People who answered in the later period and not in the earlier one.
    pub n_second_only: u64,
    /// People who answered more than once in one of the two, and are left out.
    pub n_repeated: u64,
    /// Later score minus earlier, with its error, interval and test, or why there is none.
    pub change: Result<NpsChange, Undefined>,
    /// The p-value adjusted by Holm for the number of changes; `None` where there is no test.
    pub p_adjusted: Option<PValue>,
}

impl PairedChange {
    /// People who answered in both periods.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.transitions.first().n()
    }

    /// The change, where there is one.
    fn found(&self) -> Option<&NpsChange> {
        self.change.as_ref().ok()
    }

    fn interval(&self) -> Option<Interval> {
        self.found()?.interval.as_ref().ok().copied()
    }

    fn test(&self) -> Option<Test> {
        self.found()?.test.as_ref().ok().copied()
    }

    pub(super) fn p_value(&self) -> Option<PValue> {
        self.test().map(|test| test.p_value)
    }

    /// Why something is not there.
    pub(super) fn reason(&self) -> Option<&Undefined> {
        match &self.change {
            Ok(change) => change.test.as_ref().err(),
            Err(undefined) => Some(undefined),
        }
    }
}

/// Changes of the score among people who answered more than once.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct PairedReport {
    /// The settings.
    pub params: PairedParams,
    /// What became of the rows; with `n_without_respondent` they add up to all of them.
    pub rows: SurveyRows,
    /// Responses without a respondent.
    pub n_without_respondent: u64,
    /// People who answered at all.
    pub n_respondents: u64,
    /// How often somebody answered more than once in a period.
    pub n_repeated: u64,
    /// The changes, in the order of periods or as they were asked for.
    pub changes: Vec<PairedChange>,
}

impl ToDataFrame for PairedReport {
    /// One row for each change.
    fn to_dataframe(&self) -> DataFrame {
        let texts = |of: fn(&PairedChange) -> Option<String>, name: &str| {
            Series::new(name.into(), self.changes.iter().map(of).collect::<Vec<Option<String>>>())
        };
        let counts = |of: fn(&PairedChange) -> Option<u64>, name: &str| {
            Series::new(name.into(), self.changes.iter().map(of).collect::<Vec<Option<u64>>>())
        };
        let numbers = |of: fn(&PairedChange) -> Option<f64>, name: &str| {
            Series::new(name.into(), self.changes.iter().map(of).collect::<Vec<Option<f64>>>())
        };
        frame_of(vec![
            texts(|change| Some(change.from.label.clone()), columns::PERIOD_BEFORE),
            texts(|change| Some(change.to.label.clone()), columns::PERIOD),
            counts(|change| Some(change.n()), columns::N),
            counts(|change| Some(change.n_first_only), columns::N_BEFORE_ONLY),
            counts(|change| Some(change.n_second_only), columns::N_AFTER_ONLY),
            counts(|change| Some(change.n_repeated), columns::N_REPEATED),
            counts(|change| change.found().map(|found| found.n_up), columns::N_UP),
            counts(|change| change.found().map(|found| found.n_same), columns::N_SAME),
            counts(|change| change.found().map(|found| found.n_down), columns::N_DOWN),
            numbers(|change| change.found().map(|found| found.first), columns::NPS_BEFORE),
            numbers(|change| change.found().map(|found| found.second), columns::NPS),
            numbers(|change| change.found().map(|found| found.estimate), columns::CHANGE),
            numbers(|change| change.found().map(|found| found.std_error), columns::STD_ERROR),
            numbers(|change| change.interval().map(|ends| ends.low), columns::CONF_LOW),
            numbers(|change| change.interval().map(|ends| ends.high), columns::CONF_HIGH),
            numbers(|change| change.test().map(|test| test.statistic), columns::STATISTIC),
            numbers(|change| change.p_value().map(PValue::value), columns::P_VALUE),
            numbers(|change| change.p_value().map(PValue::log10), columns::LOG10_P),
            numbers(|change| change.p_adjusted.map(PValue::value), columns::P_ADJUSTED),
            numbers(|change| change.p_adjusted.map(PValue::log10), columns::LOG10_P_ADJUSTED),
            texts(|change| change.reason().map(ToString::to_string), columns::REASON),
        ])
    }
}
