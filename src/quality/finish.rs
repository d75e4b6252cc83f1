//! From counts to a report.

use chrono::NaiveDate;
use polars::prelude::TimeUnit;

use super::cells::Kind;
use super::column_state::ColumnState;
use super::hints::hints;
use super::params::{Expectation, Quality};
use super::report::{ColumnQuality, DataQuality, ExpectationQuality, KeyQuality, PlaceholderCount, Scores, Timeliness};
use super::state::{ExpectationState, QualityState};
use super::text_facts::SUSPECTS;

/// Shapes that are shown.
const SHOWN: usize = 5;

/// `n` of `of`; none of nothing.
pub(super) fn share(n: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| n as f64 / of as f64)
}

impl DataQuality {
    pub(super) fn of(quality: &Quality, state: QualityState) -> Self {
        let key = (!quality.key().is_empty()).then(|| {
            let n_distinct = state.key.keys.len();
            KeyQuality {
                columns: quality.key().to_vec(),
                n_incomplete: state.key.n_incomplete,
                n_distinct,
                n_duplicates: state.n_rows - state.key.n_incomplete - n_distinct,
            }
        });
        let timeliness = timeliness(quality, &state);
        let pairs = quality.expectations().iter().zip(&state.expectations);
        let expectations = pairs.map(|(expectation, counts)| judged(expectation, counts)).collect();
        let columns = state.columns.into_iter().map(|column| measured(quality, column)).collect();
        let scores = Scores::default();
        let report = Self { n_rows: state.n_rows, scores, columns, key, expectations, timeliness };
        Self { scores: report.scored(), ..report }
    }

    fn scored(&self) -> Scores {
        let key = self.key.as_ref();
        let passing = |is_of_one: bool| {
            let those = self.expectations.iter().filter(move |one| (one.columns.len() == 1) == is_of_one);
            mean(those.filter_map(|one| one.pass_share))
        };
        let mut scores = Scores {
            completeness: mean(self.columns.iter().filter_map(|column| column.completeness)),
            uniqueness: key.and_then(|key| share(key.n_distinct, key.n_distinct + key.n_duplicates)),
            validity: passing(true),
            consistency: passing(false),
            timeliness: self.timeliness.as_ref().and_then(|time| {
                let dated = share(self.n_rows - time.n_missing - time.n_future, self.n_rows)?;
                Some(if time.is_late == Some(true) { 0.0 } else { dated })
            }),
            unscored: vec![],
        };
        let reasons = [
            (scores.completeness, "completeness: no row was read"),
            (
                scores.uniqueness,
                if key.is_none() { "uniqueness: no key is named" } else { "uniqueness: no row has a whole key" },
            ),
            (scores.validity, "validity: no expectation of one column has a row to judge"),
            (scores.consistency, "consistency: no expectation of several columns has a row to judge"),
            (
                scores.timeliness,
                if self.timeliness.is_none() { "timeliness: no time is named" } else { "timeliness: no row was read" },
            ),
        ];
        scores.unscored = reasons.into_iter().filter(|(score, _)| score.is_none()).map(|(_, why)| why.into()).collect();
        scores
    }
}

/// The mean in the order given; none of nothing.
fn mean(shares: impl Iterator<Item = f64>) -> Option<f64> {
    let (n, sum) = shares.fold((0_u64, 0.0), |(n, sum), share| (n + 1, sum + share));
    (n > 0).then(|| sum / n as f64)
}

fn judged(expectation: &Expectation, counts: &ExpectationState) -> ExpectationQuality {
    ExpectationQuality {
        name: expectation.name.clone(),
        condition: expectation.condition.to_string(),
        columns: expectation.condition.columns().into_iter().collect(),
        n_pass: counts.n_pass,
        n_fail: counts.n_fail,
        n_unjudged: counts.n_unjudged,
        pass_share: share(counts.n_pass, counts.n_pass + counts.n_fail),
        shapes: counts.shapes.most_frequent(SHOWN),
    }
}

fn timeliness(quality: &Quality, state: &QualityState) -> Option<Timeliness> {
    let time = quality.time()?;
    let (days, n_rows) = (&state.days, state.n_rows);
    let ends = days.ends();
    let age_days = ends.map(|(_, newest)| time.as_of.to_epoch_days().abs_diff(newest));
    Some(Timeliness {
        column: time.column.clone(),
        as_of: time.as_of,
        n_missing: days.n_missing,
        missing_share: share(days.n_missing, n_rows),
        n_future: days.n_future,
        future_share: share(days.n_future, n_rows),
        oldest: ends.and_then(|(oldest, _)| NaiveDate::from_epoch_days(oldest)),
        newest: ends.and_then(|(_, newest)| NaiveDate::from_epoch_days(newest)),
        age_days,
        longest_gap_days: days.longest_gap(),
        is_late: age_days.zip(quality.max_age_days()).map(|(age, most)| age > most),
    })
}

/// The day of a date or an instant, where the calendar has it.
fn day_of(kind: Kind, instant: i64) -> Option<NaiveDate> {
    const DAY: i64 = 86_400_000;
    let day = match kind {
        Kind::Date => instant,
        Kind::Datetime(TimeUnit::Milliseconds) => instant.div_euclid(DAY),
        Kind::Datetime(TimeUnit::Microseconds) => instant.div_euclid(DAY * 1_000),
        Kind::Datetime(TimeUnit::Nanoseconds) => instant.div_euclid(DAY * 1_000_000),
        _ => return None,
    };
    NaiveDate::from_epoch_days(i32::try_from(day).ok()?)
}

fn measured(quality: &Quality, mut state: ColumnState) -> ColumnQuality {
    state.settle();
    let (kind, text, is_text) = (state.kind, &state.text, state.kind == Kind::Text);
    let n_blank_missing = if quality.blank_is_missing() { text.n_blank } else { 0 };
    let n_missing = state.n_null + state.n_nan + text.n_placeholder + n_blank_missing;
    let n_valued = state.n_rows - state.n_null - state.n_nan;
    let n_distinct = if kind == Kind::Opaque { None } else { state.distinct.len() };
    let compared = n_distinct.filter(|&n| n > 0);
    let has_sign = kind.is_number() || kind == Kind::Duration;
    let whole = state.instants.filter(|_| kind == Kind::Integer).map(|(low, high)| (low as f64, high as f64));
    let numbers = state.numbers.or(whole);
    let mut column = ColumnQuality {
        n_rows: state.n_rows,
        n_null: state.n_null,
        n_nan: state.n_nan,
        n_infinite: state.n_infinite,
        n_blank: text.n_blank,
        n_padded: text.n_padded,
        n_placeholder: text.n_placeholder,
        n_missing,
        completeness: share(state.n_rows - n_missing, state.n_rows),
        n_distinct,
        n_distinct_folded: n_distinct.filter(|_| is_text).map(|_| text.folded.len()),
        is_unique: compared.map(|n| n == n_valued),
        is_constant: compared.map(|n| n == 1),
        top_share: state.distinct.largest_count().and_then(|n| share(n, n_valued)),
        n_zero: has_sign.then_some(state.n_zero),
        n_negative: has_sign.then_some(state.n_negative),
        min: numbers.map(|(min, _)| min),
        max: numbers.map(|(_, max)| max),
        min_date: state.instants.and_then(|(min, _)| day_of(kind, min)),
        max_date: state.instants.and_then(|(_, max)| day_of(kind, max)),
        min_length: text.lengths.map(|(min, _)| min),
        max_length: text.lengths.map(|(_, max)| max),
        n_text_numbers: is_text.then_some(text.n_numbers),
        n_text_dates: is_text.then_some(text.n_dates),
        n_text_yes: is_text.then_some(text.n_yes),
        n_text_no: is_text.then_some(text.n_no),
        n_text_codes: is_text.then_some(text.n_codes),
        shapes: text.shapes.most_frequent(SHOWN),
        suspects: suspects(&text.suspects),
        unmeasured: unmeasured(quality, &state),
        hints: vec![],
        column: state.name,
        dtype: state.dtype,
    };
    column.hints = hints(&column, quality.key().contains(&column.column));
    column
}

fn suspects(counts: &[u64]) -> Vec<PlaceholderCount> {
    let pairs = SUSPECTS.iter().zip(counts).filter(|&(_, &n_rows)| n_rows > 0);
    pairs.map(|(&placeholder, &n_rows)| PlaceholderCount { placeholder, n_rows }).collect()
}

fn unmeasured(quality: &Quality, state: &ColumnState) -> Vec<String> {
    let mut reasons = Vec::new();
    if state.kind == Kind::Opaque {
        reasons.push("all but missing cells: cells of this type are not looked into".to_owned());
    }
    if state.distinct.are_too_many() {
        let most = quality.max_distinct();
        reasons.push(format!("distinct values: there are more than {most}; raise `max_distinct`"));
    }
    if state.text.shapes.are_too_many {
        reasons.push("shapes: there are more than 10000, so the text is free".to_owned());
    }
    reasons
}
