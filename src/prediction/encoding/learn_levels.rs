//! What is learned from categories, flags, classes of numbers and the calendar.

use polars::prelude::*;

use super::ENCODING;
use super::cells::LevelCells;
use super::coding::{
    Coding, Fitted, Level, LevelCoding, LevelReading, MISSING, NumberReading, intervals, months, weekdays,
};
use super::feature_encoding::{CutPoints, Missing, Reference};
use super::flags::flags;
use super::learn::{Learned, Part, Problem, RowWeights};
use super::learn_numbers::{all_missing, read, sample};
use super::plan::{Plan, Reading};
use super::prepared::{infinite, without_value};
use crate::frame::codes::{Codes, NO_CODE, codes_of};
use crate::frame::numbers::Numbers;
use crate::kernel::exact_sum::ExactSum;
use crate::text::{Flags, NumberText};

/// Spellings of yes and no that one column can have side by side.
const MOST_WORDS: usize = 16;

/// Levels as they are found, with their rows and what these weigh.
struct Found {
    levels: Vec<Level>,
    weights: Vec<f64>,
    n_missing: u64,
    is_weighted: bool,
}

impl Found {
    /// Out of a place for each row.
    fn of(labels: Vec<String>, places: &[u32], weights: Option<RowWeights<'_>>) -> Self {
        let mut n_rows = vec![0_u64; labels.len()];
        let there = || places.iter().enumerate().filter(|(_, place)| (**place as usize) < labels.len());
        there().for_each(|(_, &place)| n_rows[place as usize] += 1);
        let n_missing = places.len() as u64 - n_rows.iter().sum::<u64>();
        let is_weighted = weights.is_some();
        let weights = match weights {
            None => n_rows.iter().map(|&n| n as f64).collect(),
            Some(weights) => {
                let mut sums = vec![ExactSum::default(); labels.len()];
                there().for_each(|(row, &place)| sums[place as usize].add(weights.values[row]));
                sums.iter().map(|sum| sum.value().unwrap_or(f64::MAX)).collect()
            }
        };
        let levels = labels.into_iter().zip(n_rows).map(|(label, n_rows)| Level { label, n_rows }).collect();
        Self { levels, weights, n_missing, is_weighted }
    }

    /// The first of the heaviest levels among those that are asked for.
    fn heaviest(&self, places: impl Iterator<Item = usize>) -> Option<usize> {
        places.reduce(|best, place| if self.weights[place] > self.weights[best] { place } else { best })
    }

    fn push(&mut self, label: &str, n_rows: u64, weight: f64) -> u32 {
        self.levels.push(Level { label: label.to_owned(), n_rows });
        self.weights.push(weight);
        self.levels.len() as u32 - 1
    }
}

/// A feature of labels: categories or a flag.
pub(super) fn learn_labels(plan: &Plan, frame: &DataFrame, weights: Option<RowWeights<'_>>) -> Learned<Part> {
    let column = &plan.column;
    if frame.schema().get(column.as_str()).is_some_and(DataType::is_float) {
        let n_infinite = Numbers::of(ENCODING, frame, column)?.aligned().counts.n_infinite;
        if n_infinite > 0 {
            return Err(Problem::Cells(infinite(column, n_infinite)));
        }
    }
    let Codes { codes, labels, .. } = codes_of(ENCODING, frame, column)?;
    debug_assert_eq!(NO_CODE, MISSING);
    let flags = flags(ENCODING)?;
    let is_flag = match plan.reading {
        Reading::Flag => true,
        Reading::Text => are_yes_and_no(&labels, &flags),
        _ => false,
    };
    let is_text = plan.reading == Reading::Text && frame.schema().get(column.as_str()) == Some(&DataType::String);
    if is_text && let Some(problem) = numbers_as_text(column, &labels) {
        return Err(Problem::Cells(problem));
    }
    let found = Found::of(labels, &codes, weights);
    if is_flag { flag(plan, found, &flags) } else { levels(plan, LevelReading::Label, found) }
}

/// Refuses a column of text whose many levels are nearly all numbers, as `12` and `1,234.50`:
/// each would become a column of its own. Blank levels are no levels here.
fn numbers_as_text(column: &str, labels: &[String]) -> Option<String> {
    /// Levels that ratings and other codes of few digits can have.
    const MANY: usize = 20;
    let form = NumberText::new();
    let written = || labels.iter().filter(|label| !label.trim().is_empty());
    let n_levels = written().count();
    let n_numbers = written().filter(|label| form.parse(label).is_ok()).count();
    // All but 1%.
    (n_levels > MANY && (n_levels - n_numbers) * 100 <= n_levels).then(|| {
        format!(
            "`{column}` is text, but {n_numbers} of its {n_levels} levels read as numbers; read them by \
             `cleaning::ReadNumbers`, as `FeatureEncoding::numeric` needs them, or declare it \
             `FeatureEncoding::categorical` if they are codes"
        )
    })
}

/// Whether all levels are words for yes and no, and both are there.
fn are_yes_and_no(labels: &[String], flags: &Flags) -> bool {
    if labels.len() > MOST_WORDS {
        return false;
    }
    let words: Option<Vec<bool>> = labels.iter().map(|label| flags.read(label)).collect();
    words.is_some_and(|words| words.contains(&true) && words.contains(&false))
}

/// A feature of classes between cut points.
pub(super) fn learn_bins(
    plan: &Plan,
    cuts: &CutPoints,
    frame: &DataFrame,
    weights: Option<RowWeights<'_>>,
) -> Learned<Part> {
    let cells = read(plan, NumberReading::Number, frame)?;
    let cuts = match cuts {
        CutPoints::At(cuts) => cuts.clone(),
        CutPoints::Quantiles(n) => {
            let shares: Vec<f64> = (1..*n).map(|k| f64::from(k) / f64::from(*n)).collect();
            let mut cuts = sample(&cells, weights).quantiles(&shares).unwrap_or_default();
            cuts.dedup();
            cuts
        }
    };
    let place = |(row, value): (usize, f64)| {
        if cells.is_valid(row) { cuts.partition_point(|&cut| cut <= value) as u32 } else { MISSING }
    };
    let places: Vec<u32> = cells.values.iter().enumerate().map(place).collect();
    let found = Found::of(intervals(&cuts), &places, weights);
    levels(plan, LevelReading::Bins { cuts }, found)
}

/// The months or the days of the week of a date.
pub(super) fn learn_calendar(
    plan: &Plan,
    is_month: bool,
    frame: &DataFrame,
    weights: Option<RowWeights<'_>>,
) -> Learned<Part> {
    let (reading, labels) =
        if is_month { (LevelReading::Month, months()) } else { (LevelReading::Weekday, weekdays()) };
    let all = labels.iter().map(|label| Level { label: label.clone(), n_rows: 0 }).collect();
    let coding = LevelCoding {
        reading: reading.clone(),
        levels: all,
        reference: None,
        other: None,
        own: None,
        fill: 0,
        unseen: plan.unseen,
        pooled: Vec::new(),
    };
    let mut places = vec![0; frame.height()];
    LevelCells::read(frame, &plan.column, &coding)?.places(0..frame.height(), &mut places);
    levels(plan, reading, Found::of(labels, &places, weights))
}

/// A flag out of words, with the level of no first.
fn flag(plan: &Plan, found: Found, flags: &Flags) -> Learned<Part> {
    let column = &plan.column;
    let meanings: Vec<Option<bool>> = found.levels.iter().map(|level| flags.read(&level.label)).collect();
    let unread = meanings.iter().zip(&found.levels).filter(|(meaning, _)| meaning.is_none());
    let n_unread = unread.map(|(_, level)| level.n_rows).sum::<u64>();
    if n_unread > 0 {
        return Err(Problem::Cells(format!(
            "{n_unread} row(s) of `{column}` say neither yes nor no; read them by `cleaning::ReadFlags`, or encode \
             it as categorical"
        )));
    }
    if meanings.is_empty() {
        return Err(Problem::Cells(all_missing(column, found.n_missing)));
    }
    let are_booleans = found.levels.iter().all(|level| matches!(level.label.as_str(), "true" | "false"));
    let of = |meaning: bool| {
        let places = || meanings.iter().enumerate().filter(|(_, own)| **own == Some(meaning)).map(|(place, _)| place);
        let absent = match (are_booleans, meaning) {
            (true, true) => "true",
            (true, false) => "false",
            (false, true) => "yes",
            (false, false) => "no",
        };
        let label = found.heaviest(places()).map_or(absent, |place| found.levels[place].label.as_str());
        let weights: Vec<f64> = places().map(|place| found.weights[place]).collect();
        let n_rows = places().map(|place| found.levels[place].n_rows).sum();
        (Level { label: label.to_owned(), n_rows }, ExactSum::of(&weights).value().unwrap_or(f64::MAX))
    };
    let (levels, weights) = [of(false), of(true)].into_iter().unzip();
    let found = Found { levels, weights, ..found };
    let plan = Plan { reference: Reference::First, min_count: 0, ..plan.clone() };
    coded(&plan, LevelReading::Flag, found, Vec::new(), None)
}

/// Levels, the rare ones put together.
fn levels(plan: &Plan, reading: LevelReading, mut found: Found) -> Learned<Part> {
    let column = &plan.column;
    let n_rows = found.levels.iter().map(|level| level.n_rows).sum::<u64>();
    if n_rows == 0 {
        return Err(Problem::Cells(all_missing(column, found.n_missing)));
    }
    let is_rare: Vec<bool> = found.weights.iter().map(|&weight| weight < plan.min_count as f64).collect();
    let is_there: Vec<bool> = found.levels.iter().map(|level| level.n_rows > 0).collect();
    let taken = || (0..is_rare.len()).filter(|&place| is_there[place] && is_rare[place]);
    let pooled: Vec<String> = taken().map(|place| found.levels[place].label.clone()).collect();
    let n_pooled = taken().map(|place| found.levels[place].n_rows).sum();
    let weights: Vec<f64> = taken().map(|place| found.weights[place]).collect();
    let mut keep = is_rare.iter().zip(&is_there).map(|(rare, there)| *there && !rare);
    found.levels.retain(|_| keep.next().unwrap_or_default());
    let mut keep = is_rare.iter().zip(&is_there).map(|(rare, there)| *there && !rare);
    found.weights.retain(|_| keep.next().unwrap_or_default());
    let weight = ExactSum::of(&weights).value().unwrap_or(f64::MAX);
    let other = (!pooled.is_empty()).then(|| found.push("(other)", n_pooled, weight));
    if found.levels.len() > plan.max_levels {
        return Err(Problem::Cells(format!(
            "`{column}` has {} levels, more than `max_levels` {}; leave it out by `FeatureColumns::ignore` if it is an \
             id, or put rare ones together by `min_count`",
            found.levels.len(),
            plan.max_levels
        )));
    }
    coded(plan, reading, found, pooled, other)
}

/// The reference, the level for missing cells and what else is known once the levels are.
fn coded(
    plan: &Plan,
    reading: LevelReading,
    mut found: Found,
    pooled: Vec<String>,
    other: Option<u32>,
) -> Learned<Part> {
    let (column, n_missing) = (&plan.column, found.n_missing);
    if plan.missing == Missing::Error && n_missing > 0 {
        return Err(Problem::Cells(without_value(column, n_missing)));
    }
    let n_levels = found.levels.len();
    let fill = found.heaviest(0..n_levels).unwrap_or_default() as u32;
    let is_named = |label: &String| {
        let known = (0..n_levels as u32).filter(|&place| other != Some(place));
        known.into_iter().find(|&place| found.levels[place as usize].label == *label)
    };
    let reference = match &plan.reference {
        Reference::First => Some(0),
        Reference::MostFrequent => Some(fill),
        Reference::None => None,
        Reference::Named(label) => Some(is_named(label).ok_or_else(|| {
            let why =
                if pooled.contains(label) { "is put together with other rare ones" } else { "is none of its levels" };
            Problem::Cells(format!("the reference named for `{column}` {why}"))
        })?),
    };
    let own = (plan.missing == Missing::OwnLevel && n_missing > 0).then(|| found.push("(missing)", n_missing, 0.0));
    let coding =
        LevelCoding { reading, levels: found.levels, reference, other, own, fill, unseen: plan.unseen, pooled };
    let indicator = plan.missing == Missing::ImputeWithIndicator && n_missing > 0;
    let means = (!found.is_weighted).then(|| means(&coding, n_missing, indicator));
    let coding = Coding::Levels(coding);
    Ok(Part { fitted: Fitted { column: column.clone(), coding, missing: plan.missing, indicator, n_missing }, means })
}

/// The shares of the levels that have columns, among all rows.
fn means(coding: &LevelCoding, n_missing: u64, indicator: bool) -> Vec<f64> {
    let of_levels = coding.levels.iter().map(|level| level.n_rows).sum::<u64>();
    let n_rows = if coding.own.is_some() { of_levels } else { of_levels + n_missing } as f64;
    let imputed = |place: u32| if coding.own.is_none() && place == coding.fill { n_missing } else { 0 };
    let has_column = |place: &u32| coding.reference != Some(*place);
    let places = (0..coding.levels.len() as u32).filter(has_column);
    let shares = places.map(|place| (coding.levels[place as usize].n_rows + imputed(place)) as f64 / n_rows);
    shares.chain(indicator.then_some(n_missing as f64 / n_rows)).collect()
}
