//! Comparisons of net promoter scores as tables to read and as frames.

use std::fmt;

use polars::prelude::*;

use super::compare::{NpsPeriodChange, NpsTests};
use super::decompose::NpsMixRate;
use crate::frame::readable::{grouped, shown_number, shown_p, write_table};
use crate::frame::{ToDataFrame, columns, frame_of};
use crate::kernel::p_value::PValue;
use crate::kernel::survey::{MixRatePart, NpsDifference, NpsPair};
use crate::satisfaction::groups::{GroupKey, key_columns};

/// Pairs and segments that are shown.
const MOST_ROWS: usize = 50;

/// Points with one digit, none of them a nought below 0.
fn points(points: f64) -> String {
    let shown = format!("{points:.1}");
    if shown == "-0.0" { "0.0".to_owned() } else { shown }
}

fn or_dash(shown: Option<String>) -> String {
    shown.unwrap_or_else(|| "-".to_owned())
}

fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

/// Says how many rows a table leaves out.
fn write_rest(f: &mut fmt::Formatter<'_>, n_rows: usize) -> fmt::Result {
    match n_rows.saturating_sub(MOST_ROWS) {
        0 => Ok(()),
        n_more => write!(f, "\nand {} more, which `to_dataframe` has", grouped(n_more as u64)),
    }
}

impl fmt::Display for NpsPeriodChange {
    /// One line: `2026-Q1 -> 2026-Q2: -12.5 points, between -20.1 and -4.9, p = 0.001, 0.003 adjusted`.
    /// The interval and the first p are of this change alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}: ", self.from, self.to)?;
        let difference = match &self.difference {
            Ok(difference) => difference,
            Err(undefined) => return write!(f, "no test ({undefined})"),
        };
        let ends = [difference.interval.low, difference.interval.high].map(points);
        write!(f, "{} points, between {} and {}", points(difference.estimate), ends[0], ends[1])?;
        if let Ok(test) = &difference.test {
            write!(f, ", p = {}", shown_p(test.p_value))?;
        }
        self.p_adjusted.map_or(Ok(()), |p| write!(f, ", {} adjusted", shown_p(p)))
    }
}

impl fmt::Display for NpsTests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "net promoter scores of {} group(s) compared", grouped(self.groups.len() as u64))?;
        if self.n_without_score > 0 {
            write!(f, ", {} without a score left out", grouped(self.n_without_score))?;
        }
        match &self.homogeneity {
            Ok(found) => {
                let df = shown_number(found.test.df);
                let (statistic, p) = (shown_number(Some(found.test.statistic)), shown_p(found.test.p_value));
                write!(f, "\none score for all: p = {p} (chi-squared {statistic} with {df} degrees of freedom)")?;
            }
            Err(undefined) => write!(f, "\none score for all: no test ({undefined})")?,
        }
        if self.pairs.is_empty() {
            return Ok(());
        }
        let shown = &self.pairs[..self.pairs.len().min(MOST_ROWS)];
        let rows: Vec<(Vec<String>, String)> = shown.iter().map(|pair| (cells(pair), self.named(pair))).collect();
        write_table(f, &["difference", "std error", "low", "high", "p", "adjusted", "pair"], &rows)?;
        write_rest(f, self.pairs.len())
    }
}

fn cells(pair: &NpsPair) -> Vec<String> {
    let found = pair.difference.as_ref().ok();
    let of = |of: fn(&NpsDifference) -> f64| or_dash(found.map(|found| points(of(found))));
    let numbers = [
        of(|found| found.estimate),
        of(|found| found.std_error),
        of(|found| found.interval.low),
        of(|found| found.interval.high),
    ];
    numbers.into_iter().chain([p_value(pair), pair.p_adjusted].map(|p| or_dash(p.map(shown_p)))).collect()
}

fn p_value(pair: &NpsPair) -> Option<PValue> {
    Some(pair.difference.as_ref().ok()?.test.as_ref().ok()?.p_value)
}

impl NpsTests {
    fn name(&self, place: usize) -> String {
        self.groups.get(place).map(ToString::to_string).unwrap_or_default()
    }

    fn named(&self, pair: &NpsPair) -> String {
        format!("{} - {}", self.name(pair.first), self.name(pair.second))
    }
}

impl ToDataFrame for NpsTests {
    /// One row for each pair: the groups by their names, the first score less the second with its
    /// interval, and the test.
    fn to_dataframe(&self) -> DataFrame {
        let numbers = |of: &dyn Fn(&NpsPair) -> Option<f64>, name: &str| {
            Series::new(name.into(), self.pairs.iter().map(of).collect::<Vec<Option<f64>>>())
        };
        let names = |of: &dyn Fn(&NpsPair) -> usize, name: &str| {
            Series::new(name.into(), self.pairs.iter().map(|pair| self.name(of(pair))).collect::<Vec<String>>())
        };
        let found = |pair: &NpsPair, of: fn(&NpsDifference) -> f64| pair.difference.as_ref().ok().map(of);
        let statistic = |pair: &NpsPair| Some(pair.difference.as_ref().ok()?.test.as_ref().ok()?.statistic);
        frame_of(vec![
            names(&|pair| pair.first, columns::GROUP),
            names(&|pair| pair.second, columns::OTHER_GROUP),
            numbers(&|pair| found(pair, |one| one.estimate), columns::ESTIMATE),
            numbers(&|pair| found(pair, |one| one.std_error), columns::STD_ERROR),
            numbers(&|pair| found(pair, |one| one.interval.low), columns::CONF_LOW),
            numbers(&|pair| found(pair, |one| one.interval.high), columns::CONF_HIGH),
            numbers(&statistic, columns::STATISTIC),
            numbers(&|pair| p_value(pair).map(PValue::value), columns::P_VALUE),
            numbers(&|pair| p_value(pair).map(PValue::log10), columns::LOG10_P),
            numbers(&|pair| pair.p_adjusted.map(PValue::value), columns::P_ADJUSTED),
            numbers(&|pair| pair.p_adjusted.map(PValue::log10), columns::LOG10_P_ADJUSTED),
        ])
    }
}

impl fmt::Display for NpsMixRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEADS: [&str; 7] = ["share before", "after", "nps before", "after", "mix", "opinion", "segment"];
        let split = &self.split;
        let [before, after, change] = [split.before, split.after, split.after - split.before].map(points);
        write!(f, "{} -> {}: net promoter score {before} -> {after}, {change} points, of which", self.from, self.to)?;
        let [mix, rate] = [split.mix, split.rate].map(points);
        write!(f, "\n{mix} by another mix of segments, {rate} by other opinions within them")?;
        let row = |at: usize| {
            let part = &split.parts[at];
            let score = |scores: &[Option<f64>]| or_dash(scores.get(at).copied().flatten().map(points));
            let shares = [part.share_before, part.share_after].map(percent);
            let scores = [score(&self.nps_before), score(&self.nps_after)];
            let parts = [part.mix, part.rate].map(points);
            (shares.into_iter().chain(scores).chain(parts).collect(), self.segments[at].to_string())
        };
        let n_shown = split.parts.len().min(self.segments.len()).min(MOST_ROWS);
        write_table(f, &HEADS, &(0..n_shown).map(row).collect::<Vec<(Vec<String>, String)>>())?;
        write_rest(f, split.parts.len())
    }
}

impl ToDataFrame for NpsMixRate {
    /// One row for the change as a whole, then one for each segment: shares of the responses and
    /// scores before and after, and what the segment added by its size (`mix`) and by its opinion
    /// (`rate`). `period_before` is the period that the change is counted from.
    fn to_dataframe(&self) -> DataFrame {
        let split = &self.split;
        let numbers = |whole: Option<f64>, parts: Vec<Option<f64>>, name: &str| {
            Series::new(name.into(), std::iter::once(whole).chain(parts).collect::<Vec<Option<f64>>>())
        };
        let parts = |of: fn(&MixRatePart) -> f64| split.parts.iter().map(|part| Some(of(part))).collect::<Vec<_>>();
        let before = self.from.period.as_ref().map(|period| period.label.as_str());
        let made = vec![
            Series::new(columns::PERIOD_BEFORE.into(), vec![before; split.parts.len() + 1]),
            numbers(Some(1.0), parts(|part| part.share_before), columns::SHARE_BEFORE),
            numbers(Some(1.0), parts(|part| part.share_after), columns::SHARE_AFTER),
            numbers(Some(split.before), self.nps_before.clone(), columns::NPS_BEFORE),
            numbers(Some(split.after), self.nps_after.clone(), columns::NPS),
            numbers(Some(split.mix), parts(|part| part.mix), columns::MIX),
            numbers(Some(split.rate), parts(|part| part.rate), columns::RATE),
        ];
        let of_segment = |key: &GroupKey| GroupKey { segment: key.segment.clone(), period: self.to.period.clone() };
        let keys: Vec<GroupKey> =
            std::iter::once(self.to.clone()).chain(self.segments.iter().map(of_segment)).collect();
        let mut all = key_columns(&self.by, &keys.iter().collect::<Vec<_>>(), &made);
        all.extend(made);
        frame_of(all)
    }
}
