//! Levels compared: shares of an event, or of all levels.

use std::borrow::Cow;

use polars::prelude::{DataFrame, DataType};

use super::column_data::{ColumnData, ColumnParts, left_out};
use super::comparison::{SegmentSummary, ShareOfSegment};
use super::findings::{ExpectedCounts, Findings};
use super::params::{COMPARE, Compare};
use super::segments::Segments;
use super::test_name::TestName;
use crate::descriptive::categorical::LevelShare;
use crate::error::{Error, Result};
use crate::frame::codes::{Codes, NO_CODE, codes_of};
use crate::kernel::association::contingency::{ContingencyTable, NULL};
use crate::kernel::hypothesis::{EffectName, Outcomes, TwoProportions, chi_square_test, two_proportions_test};
use crate::kernel::interval::wilson;
use crate::kernel::undefined::Undefined;

// A missing level is a missing code of the table.
const _: () = assert!(NO_CODE == NULL);

/// Reads a column of levels by segment.
pub(super) fn levels_by_segment(
    settings: &Compare,
    frame: &DataFrame,
    column: &str,
    segments: &Segments,
) -> Result<ColumnParts> {
    let codes = codes_of(COMPARE, frame, column)?;
    let dtype = frame.column(column).map_err(Error::query(COMPARE))?.dtype();
    let totals = totals(&codes, segments);
    let used: Vec<usize> = (0..totals.len()).filter(|&code| totals[code] > 0).collect();
    let event = settings.events().get(column).cloned();
    let event = event.or_else(|| match used[..] {
        _ if *dtype == DataType::Boolean => Some("true".to_owned()),
        [_, last] => Some(codes.labels[last].clone()),
        _ => None,
    });
    let (summaries, data) = match &event {
        Some(event) => outcomes_by_segment(settings, &codes, event, segments),
        None => table_by_segment(settings, &codes, &totals, segments),
    };
    Ok(ColumnParts { event, n_levels: Some(used.len() as u64), n_rounded: None, summaries, data })
}

/// Rows of each level that are in some segment.
fn totals(codes: &Codes, segments: &Segments) -> Vec<u64> {
    let mut totals = vec![0; codes.labels.len()];
    for (&segment, &code) in segments.of_row.iter().zip(&codes.codes) {
        if segment != NULL && code != NO_CODE {
            totals[code as usize] += 1;
        }
    }
    totals
}

/// The place of each code among a few that are counted one by one.
fn places(codes: &Codes, counted: &[u32]) -> Vec<usize> {
    let mut places = vec![usize::MAX; codes.labels.len()];
    counted.iter().enumerate().for_each(|(place, &code)| places[code as usize] = place);
    places
}

/// Rows that have a level, and those that have each of the few.
fn counted(codes: &Codes, places: &[usize], n_places: usize, rows: &[u32]) -> (u64, Vec<u64>) {
    let (mut n, mut counts) = (0, vec![0; n_places]);
    for &row in rows {
        let code = codes.codes[row as usize];
        if code != NO_CODE {
            n += 1;
            if let Some(count) = counts.get_mut(places[code as usize]) {
                *count += 1;
            }
        }
    }
    (n, counts)
}

/// What every summary has: filled cells and missing ones.
fn summary(settings: &Compare, n: u64, n_rows: usize) -> SegmentSummary {
    SegmentSummary {
        n,
        n_null: n_rows as u64 - n,
        n_nan: 0,
        n_infinite: 0,
        numbers: None,
        event: None,
        levels: Vec::new(),
        left_out: left_out(settings, n),
    }
}

fn outcomes_by_segment(
    settings: &Compare,
    codes: &Codes,
    event: &str,
    segments: &Segments,
) -> (Vec<SegmentSummary>, ColumnData) {
    // A level that no row has is an event that never occurs.
    let level = codes.labels.iter().position(|label| label == event).map(|code| code as u32);
    let places = places(codes, level.as_slice());
    let of_segment = |segment| {
        let rows = segments.rows(segment);
        let (n, counts) = counted(codes, &places, 1, rows);
        let successes = counts.first().copied().unwrap_or_default();
        let share = ShareOfSegment {
            n: successes,
            share: (n > 0).then(|| successes as f64 / n as f64),
            share_interval: wilson(successes as f64, n as f64, settings.conf_level()).ok(),
        };
        let summary = SegmentSummary { event: Some(share), ..summary(settings, n, rows.len()) };
        (summary, Outcomes { successes, failures: n - successes })
    };
    let (summaries, outcomes) = (0..segments.len()).map(of_segment).unzip();
    (summaries, ColumnData::Outcomes(outcomes))
}

fn table_by_segment(
    settings: &Compare,
    codes: &Codes,
    totals: &[u64],
    segments: &Segments,
) -> (Vec<SegmentSummary>, ColumnData) {
    let mut listed: Vec<u32> = (0..totals.len() as u32).filter(|&code| totals[code as usize] > 0).collect();
    // The most frequent first; of equally frequent ones the first in their order.
    listed.sort_by_key(|&code| std::cmp::Reverse(totals[code as usize]));
    listed.truncate(settings.n_levels());
    let places = places(codes, &listed);
    let of_segment = |segment| {
        let rows = segments.rows(segment);
        let (n, counts) = counted(codes, &places, listed.len(), rows);
        let level = |(&code, &count): (&u32, &u64)| LevelShare {
            level: codes.labels[code as usize].clone(),
            n: count,
            share: count as f64 / n as f64,
            weighted_share: None,
        };
        let filled = listed.iter().zip(&counts).filter(|_| n > 0);
        SegmentSummary { levels: filled.map(level).collect(), ..summary(settings, n, rows.len()) }
    };
    let summaries: Vec<SegmentSummary> = (0..segments.len()).map(of_segment).collect();
    let table = ContingencyTable::of(&tested_rows(&summaries, segments), &codes.codes);
    (summaries, ColumnData::Table(table))
}

/// The segment of each row, without those that stay out of the tests.
fn tested_rows<'a>(summaries: &[SegmentSummary], segments: &'a Segments) -> Cow<'a, [u32]> {
    if summaries.iter().all(|summary| summary.left_out.is_none()) {
        return Cow::Borrowed(&segments.of_row);
    }
    let code = |&segment: &u32| {
        let is_tested = summaries.get(segment as usize).is_some_and(|summary| summary.left_out.is_none());
        if is_tested { segment } else { NULL }
    };
    Cow::Owned(segments.of_row.iter().map(code).collect())
}

/// The tests of how often an event occurs.
pub(super) fn outcome_findings(tests: &[TestName], groups: &[Outcomes], conf_level: f64) -> Findings {
    let mut findings = Findings::default();
    for &name in tests {
        match (name, groups) {
            (TestName::TwoProportions, &[a, b]) => match two_proportions_test(a, b, conf_level) {
                Ok(found) => add_proportions(&mut findings, name, found),
                Err(reason) => findings.refuse(name, None, reason),
            },
            _ => add_chi_square(&mut findings, name, table_of(groups).as_ref()),
        }
    }
    findings
}

fn add_proportions(findings: &mut Findings, name: TestName, found: TwoProportions) {
    match found.test {
        Ok(test) => findings.add(name, test),
        Err(reason) => findings.refuse(name, None, reason),
    }
    findings.add_effect(name, found.difference, 0);
    for (effect, ratio) in [(EffectName::RiskRatio, found.risk_ratio), (EffectName::OddsRatio, found.odds_ratio)] {
        match ratio {
            Ok(ratio) => findings.add_effect(name, ratio, 0),
            Err(reason) => findings.refuse(name, Some(effect), reason),
        }
    }
    findings.add_effect(name, found.cohens_h, 0);
}

/// Groups by whether the event occurred.
fn table_of(groups: &[Outcomes]) -> Result<ContingencyTable, Undefined> {
    let (mut rows, mut columns, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    for (group, outcomes) in (0..).zip(groups) {
        for (column, count) in [(0, outcomes.failures), (1, outcomes.successes)] {
            rows.push(group);
            columns.push(column);
            counts.push(count as f64);
        }
    }
    ContingencyTable::weighted(&rows, &columns, &counts)
}

/// The tests of the shares of all levels.
pub(super) fn table_findings(
    tests: &[TestName],
    table: Result<&ContingencyTable, &Undefined>,
    tested: &[usize],
) -> Findings {
    let mut findings = Findings::default();
    let part = table.map_err(Clone::clone).and_then(|table| {
        let is_whole = table.rows().len() == tested.len();
        if is_whole { Ok(Cow::Borrowed(table)) } else { part_of(table, tested).map(Cow::Owned) }
    });
    tests.iter().for_each(|&name| add_chi_square(&mut findings, name, part.as_deref()));
    findings
}

/// The rows of some segments out of a table of all.
fn part_of(table: &ContingencyTable, segments: &[usize]) -> Result<ContingencyTable, Undefined> {
    let (mut rows, mut columns, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    for &segment in segments {
        let Ok(row) = table.row_codes().binary_search(&(segment as u32)) else { continue };
        let cells = table.cells();
        let start = cells.partition_point(|cell| (cell.row as usize) < row);
        for cell in cells[start..].iter().take_while(|cell| cell.row as usize == row) {
            rows.push(cell.row);
            columns.push(cell.column);
            counts.push(cell.count);
        }
    }
    ContingencyTable::weighted(&rows, &columns, &counts)
}

fn add_chi_square(findings: &mut Findings, name: TestName, table: Result<&ContingencyTable, &Undefined>) {
    // Two segments and more have values, so it is the levels of which there is only one.
    let levels = |reason: &Undefined| match reason {
        Undefined::OneGroup => Undefined::Constant,
        other => other.clone(),
    };
    let found = table.map_err(levels).and_then(|table| Ok((table, chi_square_test(table)?)));
    match found {
        Err(reason) => findings.refuse(name, None, reason),
        Ok((table, found)) => {
            let (r, c) = (table.rows().len(), table.columns().len());
            findings.add(name, found.test);
            findings.add_effect(name, found.cramers_v, r.min(c));
            findings.expected_counts = Some(ExpectedCounts {
                n_cells: (r * c) as u64,
                n_small_expected: found.n_small_expected,
                min_expected: found.min_expected,
            });
        }
    }
}
