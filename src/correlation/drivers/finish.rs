//! From rows to a report.

use super::bootstrap::{Bootstrap, MOST_ROWS, Replicate, intervals, r_squared_interval};
use super::correlations::Varying;
use super::design::{DesignColumn, KeyDriversState};
use super::logit::{Logit, as_values};
use super::measures::{Measured, Measures, Values};
use super::params::{ImportanceMethod, KEY_DRIVERS, KeyDrivers, MOST_EXACT};
use super::quadrants::place_on_map;
use super::report::{DriverImportance, Importance, KeyDriverReport, LogitSummary, Replicates, Scale, Term};
use super::rows::DistinctRows;
use crate::error::{Error, Result};
use crate::kernel::moments::{Extent, Moments};
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;
use crate::kernel::weight::WeightKind;

/// Drivers that an error names.
const MOST_NAMED: usize = 5;

/// What the drivers of the report are made of.
struct Findings<'a> {
    settings: &'a KeyDrivers,
    state: &'a KeyDriversState,
    varying: &'a Varying<'a>,
    methods: Vec<ImportanceMethod>,
    measured: Measured,
    logit: Option<LogitSummary>,
    replicates: Vec<Replicate>,
}

fn numeric(reason: &Undefined) -> Error {
    Error::Numeric { analysis: KEY_DRIVERS, verdict: reason.to_string() }
}

impl KeyDriverReport {
    pub(super) fn of(settings: &KeyDrivers, state: &KeyDriversState) -> Result<Self> {
        check_scales(settings, state)?;
        let varying = Varying::of(state, settings.target())?;
        let kind = settings.weights().map(|weights| weights.kind);
        let n = n_of(state, kind);
        let methods = settings.methods();
        let sampling = settings.sampling().filter(|_| varying.players.len() > MOST_EXACT);
        let measures = Measures { methods: &methods, players: &varying.players, sampling };
        let mut measured = measures.of(&varying.correlations).map_err(|reason| numeric(&reason))?;
        let rank = varying.columns.len() - measured.fit.aliased.len();
        if !(n > rank as f64 + 1.0) {
            let reason = format!("{n} row(s) for {rank} column(s) of drivers; it takes {} or more", rank + 2);
            return Err(Error::Unusable { analysis: KEY_DRIVERS, reason });
        }
        let needs_rows = settings.bootstrap().is_some() || methods.contains(&ImportanceMethod::LogitRelativeWeights);
        let rows = needs_rows.then(|| DistinctRows::of(state, kind, &varying)).transpose();
        let rows = rows.map_err(|reason| numeric(&reason))?;
        let logit = rows.as_ref().map(Logit::of);
        let mut summary = None;
        if let (Some(rows), Some(logit)) = (&rows, &logit) {
            for (method, values) in methods.iter().zip(&mut measured.values) {
                if *method == ImportanceMethod::LogitRelativeWeights {
                    (*values, summary) = logit_values(logit, rows, &varying);
                }
            }
        }
        let logit = logit.as_ref().and_then(|logit| logit.as_ref().ok());
        let replicates = match settings.bootstrap().zip(rows.as_ref()) {
            None => vec![],
            Some((draws, rows)) => {
                check_size(rows.n())?;
                Bootstrap { rows, measures: &measures, logit, draws }.run()
            }
        };
        let findings = Findings { settings, state, varying: &varying, methods, measured, logit: summary, replicates };
        Ok(findings.report(n, rank))
    }
}

fn check_size(n: u64) -> Result<()> {
    if n <= MOST_ROWS {
        return Ok(());
    }
    let reason = format!("{n} rows are too many to resample, at most {MOST_ROWS}; draw a sample first");
    Err(Error::Unusable { analysis: KEY_DRIVERS, reason })
}

/// Refuses values beyond the stated ends of their scale, where a performance would be no share of it.
fn check_scales(settings: &KeyDrivers, state: &KeyDriversState) -> Result<()> {
    let beyond = |column: &DesignColumn| {
        let driver = state.drivers.get(column.driver).filter(|driver| driver.is_number)?;
        let ends = settings.scale(&driver.name)?;
        let (low, high) = (ends.worst.min(ends.best), ends.worst.max(ends.best));
        let n = column.values.iter().filter(|&&value| value < low || value > high).count();
        (n > 0).then(|| format!("`{}` has {n} value(s) outside {low}..{high}", driver.name))
    };
    let problems: Vec<String> = state.columns.iter().filter_map(beyond).collect();
    let shown = match problems.len() {
        0 => return Ok(()),
        n if n > MOST_NAMED => {
            format!("{}, and {} more driver(s) have some", problems[..MOST_NAMED].join(", "), n - MOST_NAMED)
        }
        _ => problems.join(", "),
    };
    let reason = format!("{shown}; state the ends of these drivers by `scale_of`, or leave out what is no rating");
    Err(Error::Unusable { analysis: KEY_DRIVERS, reason })
}

/// Rows that the numbers stand for.
fn n_of(state: &KeyDriversState, kind: Option<WeightKind>) -> f64 {
    match (&state.weights, kind) {
        (Some(weights), Some(WeightKind::Frequency)) => {
            let mut sum = CompensatedSum::default();
            weights.iter().for_each(|&weight| sum.add(weight));
            sum.value()
        }
        _ => state.target.len() as f64,
    }
}

fn logit_values(
    logit: &std::result::Result<Logit<'_>, String>,
    rows: &DistinctRows<'_>,
    varying: &Varying<'_>,
) -> (Values, Option<LogitSummary>) {
    let weights = logit.as_ref().map_err(Clone::clone).and_then(|logit| {
        let trials: Vec<f64> = rows.counts.iter().zip(&rows.weights).map(|(&n, weight)| n as f64 * weight).collect();
        // Columns are standardised over unweighted distinct rows; what they have in these rows
        // is in the correlations, their spread is to be had from the rows.
        logit.weights(&trials, &rows.sds(&trials), &varying.correlations)
    });
    let summary = weights.as_ref().ok().map(|(_, summary)| *summary);
    (as_values(weights.map(|(weights, _)| weights)), summary)
}

impl Findings<'_> {
    fn report(&self, n: f64, rank: usize) -> KeyDriverReport {
        let (settings, state, r_squared) = (self.settings, self.state, self.measured.fit.r_squared);
        let mut drivers: Vec<DriverImportance> = (0..state.drivers.len()).map(|driver| self.driver(driver)).collect();
        rank_drivers(&mut drivers, self.methods.len());
        let quadrants = place_on_map(&mut drivers, &self.methods, settings.threshold());
        KeyDriverReport {
            target: settings.target().to_owned(),
            event: settings.event().map(str::to_owned),
            n_rows: state.n_rows,
            n_rows_used: state.target.len() as u64,
            n_rows_without_weight: state.n_rows_without_weight,
            n_rows_of_zero_weight: state.n_rows_of_zero_weight,
            excluded: state.excluded.clone(),
            n,
            r_squared,
            adj_r_squared: Some(1.0 - (1.0 - r_squared) * (n - 1.0) / (n - rank as f64 - 1.0)),
            drivers,
            terms: self.terms(),
            quadrants,
            logit: self.logit,
            n_sampled_orders: self.measured.sampled.as_ref().map(|(_, n)| *n),
            replicates: settings.bootstrap().map(|draws| Replicates {
                n: draws.n,
                seed: draws.seed,
                conf_level: settings.conf_level(),
                n_unusable: draws.n - self.replicates.len() as u32,
                r_squared: r_squared_interval(&self.replicates, settings.conf_level()),
            }),
        }
    }

    fn driver(&self, number: usize) -> DriverImportance {
        let driver = &self.state.drivers[number];
        let own = self.state.columns.iter().filter(|column| column.driver == number);
        let (mut mean, mut scale) = (None, None);
        if driver.is_number {
            for column in own.clone() {
                mean = self.mean(&column.values);
                scale = self.scale(&driver.name, &column.values);
            }
        }
        let performance =
            mean.zip(scale).map(|(mean, scale)| 100.0 * (mean - scale.worst) / (scale.best - scale.worst));
        DriverImportance {
            driver: driver.name.clone(),
            columns: own.map(|column| column.term.clone()).collect(),
            reference: driver.reference.clone(),
            mean,
            scale,
            performance: performance.filter(|performance| performance.is_finite()),
            quadrant: None,
            importances: (0..self.methods.len()).map(|method| self.importance(method, number)).collect(),
        }
    }

    fn mean(&self, values: &[f64]) -> Option<f64> {
        match self.state.weights.as_deref().zip(self.settings.weights()) {
            Some((weights, role)) => Moments::weighted(values, weights, role.kind).ok().map(|moments| moments.mean()),
            None => crate::kernel::moments::mean(values),
        }
    }

    fn scale(&self, driver: &str, values: &[f64]) -> Option<Scale> {
        if let Some(ends) = self.settings.scale(driver) {
            return Some(Scale { worst: ends.worst, best: ends.best, is_observed: false });
        }
        let (worst, best) = Extent::of(values).ends().filter(|(low, high)| low < high)?;
        Some(Scale { worst, best, is_observed: true })
    }

    fn importance(&self, method: usize, driver: usize) -> Importance {
        let kind = self.methods[method];
        let player = self.varying.drivers.iter().position(|&one| one == driver);
        let mut importance = Importance {
            method: kind,
            value: None,
            share: None,
            rank: None,
            std_error: None,
            value_interval: None,
            share_interval: None,
            reason: None,
        };
        let Some(player) = player else {
            importance.reason = Some(Undefined::Constant.to_string());
            return importance;
        };
        match &self.measured.values[method] {
            Err(reason) => importance.reason = Some(reason.clone()),
            Ok(values) => importance.value = values[player],
        }
        if importance.value.is_none() {
            let several = || "several columns have no one slope; see the terms".to_owned();
            importance.reason.get_or_insert_with(several);
            return importance;
        }
        let total = match kind {
            ImportanceMethod::LogitRelativeWeights => self.logit.map_or(0.0, |logit| logit.r_squared),
            _ => self.measured.fit.r_squared,
        };
        importance.share =
            importance.value.filter(|_| kind.is_decomposition() && total > 0.0).map(|value| value / total);
        let sampled = self.measured.sampled.as_ref().filter(|_| kind == ImportanceMethod::Lmg);
        importance.std_error = sampled.map(|(errors, _)| errors[player]);
        let (value, share) = intervals(&self.replicates, method, player, self.settings.conf_level());
        importance.value_interval = value;
        importance.share_interval = share.filter(|_| kind.is_decomposition());
        importance
    }

    fn terms(&self) -> Vec<Term> {
        let (fit, correlations) = (&self.measured.fit, &self.varying.correlations);
        let target = correlations.order() - 1;
        let term = |(number, column): (usize, &DesignColumn)| {
            let place = self.varying.numbers.iter().position(|&one| one == number);
            let of = |values: &std::result::Result<Vec<f64>, Undefined>| {
                place.and_then(|place| values.as_ref().ok().map(|values| values[place]))
            };
            Term {
                driver: self.state.drivers[column.driver].name.clone(),
                term: column.term.clone(),
                correlation: place.map(|place| correlations.get(place, target)),
                standardized_beta: of(&fit.slopes),
                variance_inflation: of(&fit.variance_inflation),
                is_aliased: place.is_some_and(|place| fit.aliased.contains(&place)),
            }
        };
        self.state.columns.iter().enumerate().map(term).collect()
    }
}

/// Places by the size of the value; slopes and products by their distance from 0.
fn rank_drivers(drivers: &mut [DriverImportance], n_methods: usize) {
    for method in 0..n_methods {
        let size = |driver: &DriverImportance| driver.importances[method].value.map(f64::abs);
        let sizes: Vec<f64> = drivers.iter().filter_map(size).collect();
        for driver in &mut *drivers {
            driver.importances[method].rank =
                size(driver).map(|own| 1 + sizes.iter().filter(|&&other| other > own).count() as u32);
        }
    }
}
