//! What goes along with an event or an amount, in words.

use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use crate::frame::columns::{
    ESTIMATE, FEATURE, LEVEL, LOG10_P, MEANING, P_VALUE, RATIO, RATIO_CONF_HIGH, RATIO_CONF_LOW, REFERENCE, STATISTIC,
    TERM,
};
use crate::frame::readable::{shown_digits, shown_names, shown_p, shown_text, write_table};
use crate::frame::{ToDataFrame, frame_of};
use crate::kernel::interval::Interval;
use crate::kernel::p_value::PValue;
use crate::prediction::encoding::{Term, TermKind};
use crate::prediction::regression::{Coefficient, CollinearFeature, RegressionModel, collinear_words};

/// What one column of a model says, the others being equal.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Driver {
    /// The column: `tenure`, `Contract[Two year]`.
    pub term: String,
    /// Its feature.
    pub feature: String,
    /// Its level, where it is one of a category.
    pub level: Option<String>,
    /// The level that it is compared with.
    pub reference: Option<String>,
    /// The coefficient: log-odds, the logarithm of a mean, or the mean itself.
    pub estimate: f64,
    /// By how much the odds or the mean are multiplied; `None` in a linear model.
    pub ratio: Option<f64>,
    /// Interval of the ratio, or of the coefficient in a linear model.
    pub interval: Option<Interval>,
    /// Coefficient over its standard error.
    pub statistic: Option<f64>,
    /// Two-sided p-value of no effect.
    pub p_value: Option<PValue>,
    /// The same in words.
    pub meaning: String,
}

/// What goes along with an event or an amount, the surest first.
///
/// It is what moves together in the training rows, not what causes what.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Drivers {
    /// What is multiplied or added to, such as `odds of leaving`.
    pub outcome: String,
    /// Confidence of the intervals.
    pub conf_level: f64,
    /// The drivers by falling size of their statistic.
    pub drivers: Vec<Driver>,
    /// Columns without a coefficient, as those before them determine them.
    pub aliased: Vec<String>,
    /// Features that others nearly determine, so that their coefficients are not to be read one
    /// by one; the largest variance inflation first.
    pub collinear: Vec<CollinearFeature>,
}

impl Drivers {
    pub(super) fn of(model: &RegressionModel, outcome: &str) -> Self {
        let rows = model.coefficients();
        let columns = rows.iter().filter(|row| row.feature.is_some()).zip(model.encoder().terms());
        let driver = |(row, term): (&Coefficient, &Term)| Driver::of(model, outcome, row, term);
        let mut drivers: Vec<Driver> = columns.filter_map(driver).collect();
        let size = |driver: &Driver| driver.statistic.map_or(f64::NEG_INFINITY, f64::abs);
        // Stable: equal ones stay in the order of the columns.
        drivers.sort_by(|a, b| size(b).total_cmp(&size(a)));
        Self {
            outcome: outcome.to_owned(),
            conf_level: model.conf_level(),
            drivers,
            aliased: model.aliased().into_iter().map(str::to_owned).collect(),
            collinear: model.collinear_features().to_vec(),
        }
    }

    /// The driver of this column.
    #[must_use]
    pub fn get(&self, term: &str) -> Option<&Driver> {
        self.drivers.iter().find(|driver| driver.term == term)
    }
}

impl Driver {
    fn of(model: &RegressionModel, outcome: &str, row: &Coefficient, term: &Term) -> Option<Self> {
        let estimate = row.estimate?;
        let reference = term.level.as_ref().and_then(|_| model.encoder().reference(&term.feature));
        let interval = if row.ratio.is_some() { row.ratio_interval } else { row.interval };
        let mut driver = Self {
            term: row.term.clone(),
            feature: term.feature.clone(),
            level: term.level.clone(),
            reference: reference.map(str::to_owned),
            estimate,
            ratio: row.ratio,
            interval,
            statistic: row.statistic,
            p_value: row.p_value,
            meaning: String::new(),
        };
        driver.meaning = driver.words(outcome, term.kind);
        Some(driver)
    }

    fn words(&self, outcome: &str, kind: TermKind) -> String {
        let n_digits = self.ratio.map_or(3, digits_of_ratio);
        let short = |number: f64| shown_digits(Some(number), n_digits);
        let effect = match self.ratio {
            Some(ratio) => format!("{outcome} x {}", short(ratio)),
            None => format!("{outcome} {}{}", if self.estimate < 0.0 { "" } else { "+" }, short(self.estimate)),
        };
        let ends = self.interval.map(|ends| format!(" ({} to {})", short(ends.low), short(ends.high)));
        let beside = match (kind, &self.reference) {
            (TermKind::Number, _) => " for each 1 more".to_owned(),
            (TermKind::Log, _) => " for each 1 more of the logarithm".to_owned(),
            (TermKind::Spline, _) => ", one piece of a curve".to_owned(),
            (TermKind::Missing, _) => " where it is missing".to_owned(),
            (TermKind::Interaction, _) => " beside what both do alone".to_owned(),
            (_, Some(reference)) => format!(" beside {}", shown_text(reference)),
            (_, None) => String::new(),
        };
        format!("{}: {effect}{}{beside}", shown_text(&self.term), ends.unwrap_or_default())
    }
}

/// Digits that tell a ratio from 1: the nearer it is, the more.
fn digits_of_ratio(ratio: f64) -> i32 {
    const MOST: i32 = 7;
    let distance = (ratio - 1.0).abs();
    if distance == 0.0 || distance >= 0.1 { 3 } else { 3_i32.saturating_sub(distance.log10().ceil() as i32).min(MOST) }
}

impl ToDataFrame for Drivers {
    /// One row per driver, the surest first.
    fn to_dataframe(&self) -> DataFrame {
        let texts = |name: &str, of: fn(&Driver) -> Option<&str>| {
            Series::new(name.into(), self.drivers.iter().map(of).collect::<Vec<_>>())
        };
        let numbers = |name: &str, of: fn(&Driver) -> Option<f64>| {
            Series::new(name.into(), self.drivers.iter().map(of).collect::<Vec<_>>())
        };
        let of_ratio = |driver: &Driver| driver.ratio.and(driver.interval);
        let ends = |name: &str, of: fn(Interval) -> f64| {
            Series::new(name.into(), self.drivers.iter().map(|one| of_ratio(one).map(of)).collect::<Vec<_>>())
        };
        frame_of(vec![
            texts(TERM, |driver| Some(&driver.term)),
            texts(FEATURE, |driver| Some(&driver.feature)),
            texts(LEVEL, |driver| driver.level.as_deref()),
            texts(REFERENCE, |driver| driver.reference.as_deref()),
            numbers(ESTIMATE, |driver| Some(driver.estimate)),
            numbers(RATIO, |driver| driver.ratio),
            ends(RATIO_CONF_LOW, |ends| ends.low),
            ends(RATIO_CONF_HIGH, |ends| ends.high),
            numbers(STATISTIC, |driver| driver.statistic),
            numbers(P_VALUE, |driver| driver.p_value.map(PValue::value)),
            numbers(LOG10_P, |driver| driver.p_value.map(PValue::log10)),
            texts(MEANING, |driver| Some(&driver.meaning)),
        ])
    }
}

impl fmt::Display for Drivers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = shown_digits(Some(100.0 * self.conf_level), 4);
        write!(f, "drivers, the surest first, all else being equal; intervals of {percent}%")?;
        let p = |driver: &Driver| driver.p_value.map_or_else(|| "-".to_owned(), shown_p);
        let rows: Vec<_> = self.drivers.iter().map(|driver| (vec![p(driver)], &driver.meaning)).collect();
        write_table(f, &["p", "driver"], &rows)?;
        if let Some(words) = collinear_words(&self.collinear) {
            write!(f, "\n{words}")?;
        }
        if self.aliased.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = self.aliased.iter().map(|name| shown_text(name)).collect();
        write!(f, "\nsays nothing new, as those before determine it: {}", shown_names(&names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_near_one_have_the_digits_that_tell_them_apart() {
        let shown = |ratio: f64| shown_digits(Some(ratio), digits_of_ratio(ratio));
        assert_eq!(shown(0.2612), "0.261");
        assert_eq!(shown(1.0108), "1.011");
        assert_eq!(shown(0.998764), "0.99876");
        assert_eq!(shown(1.000123456), "1.00012");
        assert_eq!((shown(1.0), shown(12345.0)), ("1".to_owned(), "12345".to_owned()));
    }
}
