//! What is known of one column while its rows come in; merge in any order.

use std::collections::BTreeSet;
use std::sync::Arc;

use polars::prelude::Series;

use super::cells::{Cell, Kind, each_cell, text_key};
use super::distinct::{Distinct, Keys, Value};
use super::shapes::Shapes;
use super::text_facts::{Facts, SUSPECTS, flag, folded, is_code, is_iso_date, is_number, suspect};
use crate::error::Result;
use crate::text::{Extent, extent, shape};

/// Counts over the cells of a text column.
#[derive(Clone, Debug, Default)]
pub(super) struct TextState {
    placeholders: Arc<BTreeSet<String>>,
    pub(super) n_blank: u64,
    pub(super) n_padded: u64,
    pub(super) n_placeholder: u64,
    pub(super) n_numbers: u64,
    pub(super) n_dates: u64,
    pub(super) n_yes: u64,
    pub(super) n_no: u64,
    pub(super) n_codes: u64,
    pub(super) suspects: [u64; SUSPECTS.len()],
    pub(super) shapes: Shapes,
    /// Distinct values without case and outer blanks.
    pub(super) folded: Keys,
    /// Fewest and most characters.
    pub(super) lengths: Option<(u64, u64)>,
}

impl TextState {
    /// Looks at a text, once for each distinct value where those are remembered.
    fn examine(&mut self, text: &str, is_remembered: bool) -> Facts {
        let Extent { n_chars, is_blank, is_padded } = extent(text);
        self.lengths = wider(self.lengths, (n_chars, n_chars));
        let trimmed = text.trim();
        let folded = folded(text);
        if is_remembered {
            self.folded.insert(text_key(&folded));
        }
        let mut facts = Facts { is_blank, is_padded, ..Facts::default() };
        if is_blank {
            return facts;
        }
        facts.is_placeholder = self.placeholders.contains(folded.as_ref());
        facts.suspect = if facts.is_placeholder { None } else { suspect(&folded) };
        facts.is_number = is_number(trimmed);
        facts.is_date = is_iso_date(trimmed);
        let flag = flag(&folded).filter(|_| !facts.is_placeholder);
        (facts.is_yes, facts.is_no) = (flag == Some(true), flag == Some(false));
        facts.is_code = is_code(trimmed);
        facts.shape = self.shapes.number(shape(text));
        facts
    }

    /// Counts cells with these facts.
    fn tally(&mut self, facts: Facts, n: u64) {
        if facts.is_blank {
            self.n_blank += n;
            return;
        }
        let counts = [
            (facts.is_padded, &mut self.n_padded),
            (facts.is_placeholder, &mut self.n_placeholder),
            (facts.is_number, &mut self.n_numbers),
            (facts.is_date, &mut self.n_dates),
            (facts.is_yes, &mut self.n_yes),
            (facts.is_no, &mut self.n_no),
            (facts.is_code, &mut self.n_codes),
        ];
        counts.into_iter().for_each(|(is_so, count)| *count += if is_so { n } else { 0 });
        if let Some(place) = facts.suspect {
            self.suspects[usize::from(place)] += n;
        }
        self.shapes.add(facts.shape, n);
    }

    fn tally_all(&mut self, values: impl IntoIterator<Item = Value>) {
        values.into_iter().for_each(|value| self.tally(Facts::unpacked(value.facts), value.count));
    }

    /// Adds another's counts; returns what the numbers of its shapes are here.
    fn merge(&mut self, other: &Self) -> Vec<u16> {
        self.n_blank += other.n_blank;
        self.n_padded += other.n_padded;
        self.n_placeholder += other.n_placeholder;
        self.n_numbers += other.n_numbers;
        self.n_dates += other.n_dates;
        self.n_yes += other.n_yes;
        self.n_no += other.n_no;
        self.n_codes += other.n_codes;
        self.suspects.iter_mut().zip(other.suspects).for_each(|(mine, theirs)| *mine += theirs);
        self.folded.merge(&other.folded);
        if let Some(lengths) = other.lengths {
            self.lengths = wider(self.lengths, lengths);
        }
        self.shapes.merge(&other.shapes)
    }
}

fn wider<T: PartialOrd + Copy>(range: Option<(T, T)>, other: (T, T)) -> Option<(T, T)> {
    let Some((low, high)) = range else { return Some(other) };
    Some((if other.0 < low { other.0 } else { low }, if other.1 > high { other.1 } else { high }))
}

/// What is known of one column.
#[derive(Clone, Debug)]
pub(super) struct ColumnState {
    pub(super) name: String,
    pub(super) dtype: String,
    pub(super) kind: Kind,
    pub(super) n_rows: u64,
    pub(super) n_null: u64,
    pub(super) n_nan: u64,
    pub(super) n_infinite: u64,
    pub(super) n_zero: u64,
    pub(super) n_negative: u64,
    /// Least and greatest finite number.
    pub(super) numbers: Option<(f64, f64)>,
    /// Least and greatest of what is stored as a whole number: days, instants.
    pub(super) instants: Option<(i64, i64)>,
    pub(super) distinct: Distinct,
    pub(super) text: TextState,
}

impl ColumnState {
    pub(super) fn new(
        name: String,
        dtype: String,
        kind: Kind,
        max_distinct: usize,
        placeholders: &Arc<BTreeSet<String>>,
    ) -> Self {
        Self {
            name,
            dtype,
            kind,
            n_rows: 0,
            n_null: 0,
            n_nan: 0,
            n_infinite: 0,
            n_zero: 0,
            n_negative: 0,
            numbers: None,
            instants: None,
            distinct: Distinct::new(max_distinct),
            text: TextState { placeholders: Arc::clone(placeholders), ..TextState::default() },
        }
    }

    /// Adds the cells of a batch.
    pub(super) fn add(&mut self, series: &Series) -> Result<()> {
        let kind = self.kind;
        self.n_rows += series.len() as u64;
        each_cell(series, kind, |cell| match cell {
            None => self.n_null += 1,
            Some(cell) => self.see(cell),
        })
    }

    #[inline]
    fn see(&mut self, cell: Cell<'_>) {
        match cell {
            Cell::Integer(value) => {
                self.instants = wider(self.instants, (value, value));
                self.see_sign(value == 0, value < 0);
            }
            Cell::Unsigned(value) => self.see_number(value as f64),
            Cell::Number(value) if value.is_nan() => {
                self.n_nan += 1;
                return;
            }
            Cell::Number(value) => self.see_number(value),
            Cell::Decimal(value) => {
                let scale = if let Kind::Decimal(scale) = self.kind { scale } else { 0 };
                self.see_number(value as f64 / 10_f64.powi(scale as i32));
            }
            Cell::Text(text) => return self.see_text(text),
            Cell::Boolean(_) => {}
            Cell::Opaque => return,
        }
        if let Some(key) = cell.key().filter(|_| !self.distinct.are_too_many()) {
            self.distinct.add(key, 1, || 0);
        }
    }

    #[inline]
    fn see_number(&mut self, value: f64) {
        if value.is_finite() {
            self.numbers = wider(self.numbers, (value, value));
        } else {
            self.n_infinite += 1;
        }
        self.see_sign(value == 0.0, value < 0.0);
    }

    #[inline]
    fn see_sign(&mut self, is_zero: bool, is_negative: bool) {
        self.n_zero += u64::from(is_zero);
        self.n_negative += u64::from(is_negative);
    }

    fn see_text(&mut self, text: &str) {
        let state = &mut self.text;
        if self.distinct.are_too_many() {
            let facts = state.examine(text, false);
            state.tally(facts, 1);
        } else if let Some(values) = self.distinct.add(text_key(text), 1, || state.examine(text, true).packed()) {
            state.tally_all(values);
            state.folded.clear();
        }
    }

    /// Adds all that another state of the same column has seen.
    pub(super) fn merge(&mut self, other: &Self) {
        self.n_rows += other.n_rows;
        self.n_null += other.n_null;
        self.n_nan += other.n_nan;
        self.n_infinite += other.n_infinite;
        self.n_zero += other.n_zero;
        self.n_negative += other.n_negative;
        if let Some(numbers) = other.numbers {
            self.numbers = wider(self.numbers, numbers);
        }
        if let Some(instants) = other.instants {
            self.instants = wider(self.instants, instants);
        }
        let shapes = self.text.merge(&other.text);
        if other.distinct.are_too_many() && !self.distinct.are_too_many() {
            let values = self.distinct.give_up();
            self.text.tally_all(values);
        }
        for (key, mut value) in other.distinct.values() {
            let mut facts = Facts::unpacked(value.facts);
            facts.shape = shapes.get(usize::from(facts.shape)).copied().unwrap_or(u16::MAX);
            value.facts = facts.packed();
            if self.distinct.are_too_many() {
                self.text.tally_all([value]);
            } else if let Some(values) = self.distinct.add(key, value.count, || value.facts) {
                self.text.tally_all(values);
            }
        }
        if self.distinct.are_too_many() {
            self.text.folded.clear();
        }
    }

    /// Counts the text of the values that are still remembered; to be called once, when no
    /// more rows are to come.
    pub(super) fn settle(&mut self) {
        if self.kind == Kind::Text {
            self.text.tally_all(self.distinct.values().map(|(_, value)| value));
        }
    }
}
