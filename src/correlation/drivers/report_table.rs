//! The report as a table to read and as a frame.

use std::fmt;

use polars::prelude::*;

use super::params::ImportanceMethod;
use super::report::{DriverImportance, ExcludedRows, Importance, KeyDriverReport, Scale, Term};
use crate::frame::readable::{grouped, shown_number, write_table};
use crate::frame::{ToDataFrame, columns, frame_of};
use crate::kernel::importance::Quadrant;
use crate::kernel::interval::Interval;

/// A part of the whole in percent.
fn percent(share: f64) -> String {
    format!("{}%", rounded(100.0 * share, 1))
}

fn rounded(number: f64, digits: usize) -> String {
    let text = format!("{number:.digits$}");
    if text.trim_start_matches(['-', '0', '.']).is_empty() { text.trim_start_matches('-').to_owned() } else { text }
}

/// One digit behind the point, or as many as tell the threshold from every number below it.
fn digits_about(threshold: f64, numbers: &[f64]) -> usize {
    let is_told = |number: f64, digits| number >= threshold || rounded(number, digits) != rounded(threshold, digits);
    (1..=6).find(|&digits| numbers.iter().all(|&number| is_told(number, digits))).unwrap_or(6)
}

fn shown(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

/// A measure in plain words.
fn in_words(method: ImportanceMethod) -> &'static str {
    match method {
        ImportanceMethod::Lmg => "what it adds to the explained variance, on average over all orders of entry",
        ImportanceMethod::RelativeWeights => "its part of the explained variance by way of uncorrelated stand-ins",
        ImportanceMethod::StandardizedBeta => {
            "standard deviations of the target for one of the driver, the others held fixed"
        }
        ImportanceMethod::Pratt => "its slope times its correlation; below 0 where the two disagree",
        ImportanceMethod::First => "the part of the variance that it explains alone",
        ImportanceMethod::Last => "what it adds to all others",
        ImportanceMethod::LogitRelativeWeights => "as relative weights, of the logistic regression",
    }
}

/// The name as a head of a table.
fn head(method: ImportanceMethod) -> String {
    method.name().replace('_', " ")
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
            heads.push(head(*method));
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
        write_table(f, &heads.iter().map(String::as_str).collect::<Vec<_>>(), &rows)?;
        methods.iter().try_for_each(|&method| write!(f, "\n{}: {}", head(method), in_words(method)))?;
        if methods.iter().any(|method| method.is_decomposition()) {
            f.write_str("\nshare: the part that it has of all that is explained")?;
        }
        Ok(())
    }

    fn write_map(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(map) = self.quadrants else { return Ok(()) };
        let place = |driver: &DriverImportance| {
            let share = driver.importance(map.method).and_then(|one| one.share)?;
            Some((100.0 * share, driver.performance?, driver.quadrant?, driver.scale?))
        };
        let drivers = self.by_importance();
        let places: Vec<_> = drivers.iter().filter_map(|driver| Some((driver, place(driver)?))).collect();
        let shares: Vec<f64> = places.iter().map(|(_, place)| place.0).collect();
        let performances: Vec<f64> = places.iter().map(|(_, place)| place.1).collect();
        let high = 100.0 * map.importance;
        let (of_share, of_performance) = (digits_about(high, &shares), digits_about(map.performance, &performances));
        write!(
            f,
            "\n\nimportance is the share by {}, high from {}%;\n\
             performance is the mean, with 0 and 100 for the ends of the scale in brackets, high from {}",
            head(map.method),
            rounded(high, of_share),
            rounded(map.performance, of_performance)
        )?;
        let row =
            |(driver, (share, performance, quadrant, scale)): &(&&DriverImportance, (f64, f64, Quadrant, Scale))| {
                let share = format!("{}%", rounded(*share, of_share));
                let cells = vec![share, rounded(*performance, of_performance), quadrant.name().to_owned()];
                (cells, format!("{} ({})", driver.driver, scale_text(*scale)))
            };
        let rows: Vec<(Vec<String>, String)> = places.iter().map(row).collect();
        write_table(f, &["importance", "performance", "quadrant", "driver"], &rows)?;
        let seen: Vec<&DriverImportance> =
            places.iter().filter(|(_, place)| place.3.is_observed).map(|(driver, _)| **driver).collect();
        if !seen.is_empty() {
            f.write_str(
                "\n- of a scale that is seen, the greatest value counts as the best; `scale_of` states another",
            )?;
        }
        let falling = seen.into_iter().filter(|driver| self.falls_with(driver));
        write_names(f, "more of it goes with less of the target", falling)?;
        let off_map = drivers.iter().copied().filter(|driver| driver.performance.is_none());
        write_names(f, "not on the map, as it has no performance", off_map)
    }

    /// Whether the target falls where the one column of the driver rises.
    fn falls_with(&self, driver: &DriverImportance) -> bool {
        let of_driver = |term: &&Term| term.driver == driver.driver;
        self.terms.iter().find(of_driver).and_then(|term| term.correlation).is_some_and(|r| r < 0.0)
    }

    /// Why rows were left out.
    fn write_left_out(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by_weight = [(self.n_rows_without_weight, "without a weight"), (self.n_rows_of_zero_weight, "of weight 0")];
        let by_weight = by_weight.iter().filter(|(n, _)| *n > 0);
        let by_weight: Vec<String> = by_weight.map(|(n, why)| format!("{} row(s) {why}", grouped(*n))).collect();
        if !by_weight.is_empty() {
            write!(f, "\n\nleft out: {}", by_weight.join("; "))?;
        }
        if self.excluded.is_empty() {
            return Ok(());
        }
        f.write_str("\n\nrows left out for what they lack, which can be several things")?;
        let has_not_finite = self.excluded.iter().any(|one| one.n_not_finite > 0);
        let row = |one: &ExcludedRows| {
            let mut cells = vec![grouped(one.n_null)];
            cells.extend(has_not_finite.then(|| grouped(one.n_not_finite)));
            (cells, one.column.clone())
        };
        let rows: Vec<(Vec<String>, String)> = self.excluded.iter().map(row).collect();
        let heads = if has_not_finite { &["null", "not finite", "column"][..] } else { &["null", "column"] };
        write_table(f, heads, &rows)
    }

    /// Every reason with the drivers and measures that it holds for.
    fn write_reasons(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for driver in &self.drivers {
            let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
            for one in &driver.importances {
                let Some(reason) = one.reason.as_deref() else { continue };
                match reasons.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, methods)) => methods.push(head(one.method)),
                    None => reasons.push((reason, vec![head(one.method)])),
                }
            }
            for (reason, methods) in reasons {
                write!(f, "\n- no {} of `{}`: {reason}", methods.join(", "), driver.driver)?;
            }
        }
        let aliased: Vec<String> = self.terms.iter().filter(|term| term.is_aliased).map(term_text).collect();
        if !aliased.is_empty() {
            write!(f, "\n- determined by the columns before: {}", aliased.join(", "))?;
        }
        Ok(())
    }
}

fn between(interval: Interval) -> String {
    format!("{} to {}", percent(interval.low), percent(interval.high))
}

/// A line with the drivers that it holds for; nothing where there are none.
fn write_names<'a>(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    drivers: impl Iterator<Item = &'a DriverImportance>,
) -> fmt::Result {
    let names: Vec<String> = drivers.map(|driver| format!("`{}`", driver.driver)).collect();
    if names.is_empty() { Ok(()) } else { write!(f, "\n- {what}: {}", names.join(", ")) }
}

/// A column, or a level with the driver that it is one of.
fn term_text(term: &Term) -> String {
    if term.term == term.driver { format!("`{}`", term.term) } else { format!("`{}` of `{}`", term.term, term.driver) }
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
        write!(f, "key drivers: {} row(s) used, {} left out", grouped(self.n_rows_used), grouped(n_out))?;
        write!(f, "\n{}", self.sentence())?;
        f.write_str("\nimportance is what moves along with the target, not what causes it")?;
        if let Some(replicates) = &self.replicates {
            write!(
                f,
                "\npercentile intervals of {}% from {} resamples, {} of them unusable",
                shown_number(Some(100.0 * replicates.conf_level)),
                grouped(u64::from(replicates.n)),
                grouped(u64::from(replicates.n_unusable))
            )?;
        }
        if let Some(n) = self.n_sampled_orders {
            write!(f, "\nlmg over a sample of {} orders of entry", grouped(n))?;
        }
        if let Some(logit) = &self.logit {
            write!(f, "\nlogistic regression: {} of variance explained", percent(logit.r_squared))?;
        }
        f.write_str("\n")?;
        self.write_measures(f)?;
        self.write_map(f)?;
        self.write_left_out(f)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_a_threshold_does_not_read_as_the_threshold() {
        assert_eq!(digits_about(50.0, &[59.1, 40.9]), 1);
        assert_eq!(digits_about(7.142_857, &[7.129_232, 7.060_968, 31.1]), 2);
        assert_eq!(digits_about(0.0, &[-1e-9]), 6);
        assert_eq!([rounded(-0.01, 1), rounded(-0.06, 1)], ["0.0", "-0.1"]);
    }
}
