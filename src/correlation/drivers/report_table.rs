//! The report as a table to read and as a frame.

use std::fmt;

use polars::prelude::*;

use super::params::ImportanceMethod;
use super::report::{DriverImportance, Importance, KeyDriverReport, Quadrant, Scale};
use crate::frame::readable::write_table;
use crate::frame::{ToDataFrame, columns, frame_of};
use crate::kernel::interval::Interval;

/// A part of the whole in percent.
fn percent(share: f64) -> String {
    let text = format!("{:.1}%", 100.0 * share);
    if text == "-0.0%" { "0.0%".to_owned() } else { text }
}

fn shown(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

impl KeyDriverReport {
    /// Drivers by the first measure, the most important first; those without a value last.
    fn by_importance(&self) -> Vec<&DriverImportance> {
        let mut drivers: Vec<&DriverImportance> = self.drivers.iter().collect();
        let rank = |driver: &DriverImportance| driver.importances.first().and_then(|one| one.rank).unwrap_or(u32::MAX);
        drivers.sort_by_key(|driver| rank(driver));
        drivers
    }

    /// What the analysis says, in one sentence.
    fn sentence(&self) -> String {
        let target = match &self.event {
            Some(event) => format!("{} is {event}", self.target),
            None => self.target.clone(),
        };
        let explained = format!("{target}: {} of variance explained", percent(self.r_squared));
        let shared = self.drivers.iter().flat_map(|driver| driver.importances.first()).next();
        let Some(method) = shared.map(|one| one.method).filter(|method| method.is_decomposition()) else {
            return explained;
        };
        let first = self.by_importance().into_iter().next();
        let share = first.and_then(|driver| driver.importance(method).and_then(|one| one.share).zip(Some(driver)));
        match share {
            Some((share, driver)) => {
                format!("{explained}; {} accounts for {} of that", driver.driver, percent(share))
            }
            None => explained,
        }
    }

    fn write_measures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods: Vec<ImportanceMethod> = self
            .drivers
            .first()
            .map_or_else(Vec::new, |driver| driver.importances.iter().map(|one| one.method).collect());
        let has_intervals = self.replicates.is_some();
        let mut heads: Vec<String> = Vec::new();
        for method in &methods {
            heads.push(method.name().to_owned());
            if method.is_decomposition() {
                heads.push("share".to_owned());
                if has_intervals {
                    heads.push("interval".to_owned());
                }
            }
        }
        heads.push("driver".to_owned());
        let row = |driver: &&DriverImportance| {
            let mut cells = Vec::new();
            for one in &driver.importances {
                cells.push(shown(one.value, 4));
                if one.method.is_decomposition() {
                    cells.push(one.share.map_or_else(|| "-".to_owned(), percent));
                    if has_intervals {
                        cells.push(one.share_interval.map_or_else(|| "-".to_owned(), between));
                    }
                }
            }
            (cells, named(driver))
        };
        let rows: Vec<(Vec<String>, String)> = self.by_importance().iter().map(row).collect();
        write_table(f, &heads.iter().map(String::as_str).collect::<Vec<_>>(), &rows)
    }

    fn write_map(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(map) = self.quadrants else { return Ok(()) };
        write!(
            f,
            "\n\nimportance is the share by {}, high from {}; performance is 0 to 100, high from {:.1}",
            map.method.name(),
            percent(map.importance),
            map.performance
        )?;
        let rows: Vec<(Vec<String>, String)> = self
            .by_importance()
            .iter()
            .filter_map(|driver| {
                let share = driver.importance(map.method).and_then(|one| one.share)?;
                let (quadrant, scale) = driver.quadrant.zip(driver.scale)?;
                let cells = vec![percent(share), shown(driver.performance, 1), quadrant.name().to_owned()];
                Some((cells, format!("{} ({})", driver.driver, scale_text(scale))))
            })
            .collect();
        write_table(f, &["importance", "performance", "quadrant", "driver"], &rows)
    }

    /// Every reason with the drivers and measures that it holds for.
    fn write_reasons(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for driver in &self.drivers {
            let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
            for one in &driver.importances {
                let Some(reason) = one.reason.as_deref() else { continue };
                match reasons.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, methods)) => methods.push(one.method.name()),
                    None => reasons.push((reason, vec![one.method.name()])),
                }
            }
            for (reason, methods) in reasons {
                write!(f, "\n- no {} of `{}`: {reason}", methods.join(", "), driver.driver)?;
            }
        }
        let aliased: Vec<String> =
            self.terms.iter().filter(|term| term.is_aliased).map(|term| format!("`{}`", term.term)).collect();
        if !aliased.is_empty() {
            write!(f, "\n- determined by the columns before: {}", aliased.join(", "))?;
        }
        Ok(())
    }
}

fn between(interval: Interval) -> String {
    format!("{} to {}", percent(interval.low), percent(interval.high))
}

fn named(driver: &DriverImportance) -> String {
    match &driver.reference {
        Some(reference) => format!("{} (against {reference})", driver.driver),
        None if driver.columns.len() > 1 => format!("{} ({} columns)", driver.driver, driver.columns.len()),
        None => driver.driver.clone(),
    }
}

fn scale_text(scale: Scale) -> String {
    let how = if scale.is_observed { "seen" } else { "stated" };
    format!("{} to {}, {how}", scale.worst, scale.best)
}

impl fmt::Display for KeyDriverReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_out = self.n_rows - self.n_rows_used;
        write!(f, "key drivers: {} row(s) used, {n_out} left out", self.n_rows_used)?;
        write!(f, "\n{}", self.sentence())?;
        f.write_str("\nimportance is what moves along with the target, not what causes it")?;
        if let Some(replicates) = &self.replicates {
            write!(
                f,
                "\npercentile intervals of {} from {} resamples, {} of them unusable",
                percent(replicates.conf_level),
                replicates.n,
                replicates.n_unusable
            )?;
        }
        if let Some(n) = self.n_sampled_orders {
            write!(f, "\nlmg over a sample of {n} orders of entry")?;
        }
        if let Some(logit) = &self.logit {
            write!(f, "\nlogistic regression: {} of variance explained", percent(logit.r_squared))?;
        }
        f.write_str("\n")?;
        self.write_measures(f)?;
        self.write_map(f)?;
        let mut left_out: Vec<String> = self
            .excluded
            .iter()
            .map(|one| format!("`{}` {} null, {} not finite", one.column, one.n_null, one.n_not_finite))
            .collect();
        let by_weight = [(self.n_rows_without_weight, "without a weight"), (self.n_rows_of_zero_weight, "of weight 0")];
        left_out.extend(by_weight.iter().filter(|(n, _)| *n > 0).map(|(n, why)| format!("{n} row(s) {why}")));
        if !left_out.is_empty() {
            write!(f, "\n\nleft out: {}", left_out.join("; "))?;
        }
        self.write_reasons(f)
    }
}

impl ToDataFrame for KeyDriverReport {
    /// One row for each driver and measure, in the order of the settings.
    fn to_dataframe(&self) -> DataFrame {
        let rows: Vec<(&DriverImportance, &Importance)> =
            self.drivers.iter().flat_map(|driver| driver.importances.iter().map(move |one| (driver, one))).collect();
        let numbers = |name: &str, of: &dyn Fn(&DriverImportance, &Importance) -> Option<f64>| {
            Series::new(name.into(), rows.iter().map(|(driver, one)| of(driver, one)).collect::<Vec<_>>())
        };
        let texts = |name: &str, of: &dyn for<'a> Fn(&'a DriverImportance, &'a Importance) -> Option<&'a str>| {
            Series::new(name.into(), rows.iter().map(|(driver, one)| of(driver, one)).collect::<Vec<_>>())
        };
        frame_of(vec![
            texts(columns::DRIVER, &|driver, _| Some(&driver.driver)),
            texts(columns::METHOD, &|_, one| Some(one.method.name())),
            numbers(columns::IMPORTANCE, &|_, one| one.value),
            numbers(columns::STD_ERROR, &|_, one| one.std_error),
            numbers(columns::CONF_LOW, &|_, one| one.value_interval.map(|interval| interval.low)),
            numbers(columns::CONF_HIGH, &|_, one| one.value_interval.map(|interval| interval.high)),
            numbers(columns::SHARE, &|_, one| one.share),
            numbers(columns::SHARE_CONF_LOW, &|_, one| one.share_interval.map(|interval| interval.low)),
            numbers(columns::SHARE_CONF_HIGH, &|_, one| one.share_interval.map(|interval| interval.high)),
            Series::new(columns::RANK.into(), rows.iter().map(|(_, one)| one.rank).collect::<Vec<_>>()),
            numbers(columns::PERFORMANCE, &|driver, _| driver.performance),
            texts(columns::QUADRANT, &|driver, _| driver.quadrant.map(Quadrant::name)),
            texts(columns::REASON, &|_, one| one.reason.as_deref()),
        ])
    }
}
