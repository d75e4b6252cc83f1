//! Trends as tables to read.

use std::fmt;

use super::params::IncompletePeriods;
use super::report::{TrendReport, signal_name};
use super::series::{TrendPoint, TrendSeries};
use crate::frame::readable::{grouped, shown_digits, shown_number, shown_p, shown_text, write_table};
use crate::kernel::survey::{ControlChart, MannKendall, PMethod, SensSlope};
use crate::satisfaction::groups::GroupKey;
use crate::satisfaction::period::PeriodLabel;

/// Series that are shown.
const MOST_SERIES: usize = 20;
/// Periods of a series that are shown, the last ones.
const MOST_PERIODS: usize = 60;
/// Changes of a series that are told in words.
const MOST_CHANGES: usize = 10;
const HEADS: [&str; 9] = ["n", "score", "std error", "change", "p", "adjusted", "limit low", "limit high", "period"];
/// Digits of scores.
const DIGITS: i32 = 4;

/// Scores of one series with as many decimals each, which its largest one asks for.
#[derive(Clone, Copy)]
struct Decimals(usize);

impl Decimals {
    fn of(series: &TrendSeries) -> Self {
        let estimates = series.points.iter().filter_map(|point| point.estimate);
        let largest = estimates.map(f64::abs).fold(0.0, f64::max);
        let before_point = if largest > 0.0 { largest.log10().floor() as i32 + 1 } else { 1 };
        Self((DIGITS - before_point).clamp(0, 9) as usize)
    }

    /// In a column.
    fn cell(self, number: Option<f64>) -> String {
        let Self(n) = self;
        let shown = number.map_or_else(|| "-".to_owned(), |number| format!("{number:.n$}"));
        let is_nought =
            shown.starts_with('-') && shown.len() > 1 && !shown.contains(|c: char| ('1'..='9').contains(&c));
        if is_nought { shown[1..].to_owned() } else { shown }
    }

    /// In a sentence.
    fn word(self, number: f64) -> String {
        let shown = self.cell(Some(number));
        if shown.contains('.') { shown.trim_end_matches('0').trim_end_matches('.').to_owned() } else { shown }
    }
}

impl fmt::Display for TrendReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chart = match self.params.chart {
            ControlChart::Sampling => "by sampling alone",
            ControlChart::Laney => "by sampling, widened to the steps of the series (Laney)",
            ControlChart::MovingRange => "by the steps of the series",
        };
        let (level, sigmas) = (100.0 * self.params.conf_level, self.params.n_sigmas);
        write!(f, "trend of {}: {} series", self.measure, self.series.len())?;
        let (level, sigmas) = (shown_number(Some(level)), shown_number(Some(sigmas)));
        write!(f, "\n{level}% intervals; control limits of {sigmas} sigmas, {chart}")?;
        let chance = 1.0 - self.params.conf_level;
        self.untested().iter().try_for_each(|why| write!(f, "\n{why}"))?;
        self.series.iter().take(MOST_SERIES).try_for_each(|series| write_series(f, series, chance))?;
        match self.series.len().saturating_sub(MOST_SERIES) {
            0 => Ok(()),
            n_more => write!(f, "\nand {n_more} more series, which `to_dataframe` has"),
        }
    }
}

impl TrendReport {
    /// Why periods that the responses do not cover take no part, and what to do about it.
    fn untested(&self) -> Vec<String> {
        if self.params.incomplete == IncompletePeriods::Keep {
            return Vec::new();
        }
        // The series of all responses has all periods.
        let points = self.series.first().map(|series| series.points.as_slice()).unwrap_or_default();
        points.iter().filter_map(|point| why_untested(point.key.period.as_ref()?)).collect()
    }
}

fn why_untested(period: &PeriodLabel) -> Option<String> {
    let label = Some(shown_text(&period.label)).filter(|_| period.is_complete == Some(false))?;
    let (from, to) = (period.covered_from?, period.covered_to?);
    let why = if period.end.is_some_and(|end| end > to) {
        format!("responses end on {to}; state `as_of` if it is over")
    } else {
        format!("responses begin on {from}; `IncompletePeriods::Keep` tests it")
    };
    Some(format!("{label} is not tested: {why}"))
}

fn write_series(f: &mut fmt::Formatter<'_>, series: &TrendSeries, chance: f64) -> fmt::Result {
    let key = GroupKey { segment: series.segment.clone(), period: None };
    let decimals = Decimals::of(series);
    write!(f, "\n\n{key}: {}", verdict(series, chance, decimals))?;
    let from = series.points.len().saturating_sub(MOST_PERIODS);
    let shown = |number: Option<f64>| decimals.cell(number);
    let row = |point: &TrendPoint| {
        let change = point.change.as_ref();
        let mut cells = vec![grouped(point.n)];
        // An error of 0 is that of answers which are all alike, and says nothing of how sure they are.
        let std_error = point.std_error.filter(|&error| error > 0.0);
        cells.extend([point.estimate, std_error, change.map(|change| change.difference)].map(shown));
        let p = change.and_then(|change| change.p_value);
        let adjusted = change.and_then(|change| change.p_adjusted);
        cells.extend([p, adjusted].map(|p| p.map_or_else(|| "-".to_owned(), shown_p)));
        cells.extend([point.control.map(|limit| limit.low), point.control.map(|limit| limit.high)].map(shown));
        let signal = point.control.and_then(|limit| limit.signal);
        let signal = signal.map(|signal| format!(" <- {}", signal_name(signal).replace('_', " "))).unwrap_or_default();
        let period = GroupKey { segment: None, period: point.key.period.clone() };
        (cells, format!("{period}{signal}"))
    };
    let rows: Vec<(Vec<String>, String)> = series.points[from..].iter().map(row).collect();
    write_table(f, &HEADS, &rows)?;
    if from > 0 {
        write!(f, "\n{from} earlier period(s) are in `to_dataframe`")?;
    }
    write_changes(f, series, chance, decimals)
}

/// Which changes are more than noise, in words: those that would come less often by chance.
fn write_changes(f: &mut fmt::Formatter<'_>, series: &TrendSeries, chance: f64, decimals: Decimals) -> fmt::Result {
    let tested = |point: &TrendPoint| point.change.as_ref().and_then(|change| change.p_adjusted);
    if !series.points.iter().any(|point| tested(point).is_some()) {
        return Ok(());
    }
    let in_words = |point: &TrendPoint| {
        let (change, p) = (point.change.as_ref()?, tested(point).filter(|p| p.value() < chance)?);
        let to = GroupKey { segment: None, period: point.key.period.clone() };
        let by = decimals.word(change.difference);
        Some(format!("{} -> {to} by {by} (p = {} adjusted)", shown_text(&change.from), shown_p(p)))
    };
    let beyond: Vec<String> = series.points.iter().filter_map(in_words).collect();
    let percent = shown_digits(Some(100.0 * chance), DIGITS);
    if beyond.is_empty() {
        return write!(f, "\nno change is more than noise (adjusted p below {percent}%)");
    }
    let n_more = beyond.len().saturating_sub(MOST_CHANGES);
    let more = if n_more > 0 { format!(" and {n_more} more") } else { String::new() };
    write!(f, "\nmore than noise: {}{more}", beyond[..beyond.len().min(MOST_CHANGES)].join(", "))
}

/// What goes through all of a series, in words.
fn verdict(series: &TrendSeries, chance: f64, decimals: Decimals) -> String {
    let test = match (&series.mann_kendall, &series.no_mann_kendall) {
        (Some(found), _) => tested(found, chance),
        (None, Some(reason)) => format!("no test of a trend ({reason})"),
        (None, None) => "no test of a trend".to_owned(),
    };
    let slope = series.slope.as_ref().map(|slope| format!("; {}", sloped(slope, decimals))).unwrap_or_default();
    let passed_over = match series.n_without_error {
        0 => String::new(),
        n => format!(", {} period(s) without a standard error passed over", grouped(n)),
    };
    let control = match &series.control {
        Some(control) => {
            let widened = control
                .widening
                .map(|by| format!(", {} times as wide as by sampling alone", shown_digits(Some(by), 3)));
            let signals = control.limits.iter().filter(|limit| limit.signal.is_some()).count();
            let (centre, widened) = (decimals.word(control.centre), widened.unwrap_or_default());
            format!("\ncontrol limits about {centre}{widened}: {signals} signal(s){passed_over}")
        }
        None => series
            .no_control
            .as_ref()
            .map(|reason| format!("\nno control limits ({reason}){passed_over}"))
            .unwrap_or_default(),
    };
    format!("{test}{slope}{control}")
}

fn tested(found: &MannKendall, chance: f64) -> String {
    let way = if found.s > 0 { "rises" } else { "falls" };
    let way = if found.s == 0 || found.p_value.value() >= chance { "no trend shown" } else { way };
    let method = if found.method == PMethod::Exact { "exact" } else { "normal" };
    format!("{way}, p = {} (Mann-Kendall, {method})", shown_p(found.p_value))
}

fn sloped(slope: &SensSlope, decimals: Decimals) -> String {
    let ends = slope.interval.as_ref().ok();
    let ends = ends.map(|ends| format!(" [{}, {}]", decimals.word(ends.low), decimals.word(ends.high)));
    format!("{} per period{}", decimals.word(slope.slope), ends.unwrap_or_default())
}
