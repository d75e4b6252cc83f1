//! The cells of match keys in the form in which they are compared.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use polars::prelude::*;
use rayon::prelude::*;

use super::match_key::{IDENTITIES, KeyForm, MatchKey};
use crate::error::{Error, Result};
use crate::text::{Case, Normalise, e164, nfkc, normal_email, shape, trimmed};

/// Cells that one thread brings into form at a time.
const PART: usize = 1 << 14;
/// Hashes only spread; equality is decided by the texts.
const HASHES: FixedState = FixedState::with_seed(0x1d_e47);

/// Why a cell matches nothing, or that it has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Value,
    Null,
    Blank,
    Placeholder,
    Unreadable,
}

/// Texts that stand for a missing value, in the spelling in which they are compared.
#[derive(Debug)]
pub(super) struct Placeholders {
    texts: HashSet<String, FixedState>,
    longest: usize,
}

impl Placeholders {
    pub(super) fn new<'a>(texts: impl Iterator<Item = &'a str>, form: &KeyForm) -> Self {
        let mut known = HashSet::with_hasher(HASHES);
        for text in texts {
            // A placeholder is known as written and in the form of the key.
            known.extend(normal(text, form).map(Cow::into_owned));
            known.insert(lower().apply(text).into_owned());
        }
        let longest = known.iter().map(String::len).max().unwrap_or_default();
        Self { texts: known, longest }
    }

    fn holds(&self, text: &str) -> bool {
        // A text without blanks can become shorter in lower case and NFKC, but not by much.
        let most = 4 * self.longest;
        let is_short = text.len() <= most || text.split_whitespace().map(str::len).sum::<usize>() <= most;
        is_short && self.texts.contains(&*lower().apply(text))
    }
}

fn lower() -> Normalise {
    Normalise::new().case(Case::Lower)
}

/// The value in its form; `None` if it has none.
fn normal<'a>(text: &'a str, form: &KeyForm) -> Option<Cow<'a, str>> {
    Some(match form {
        KeyForm::Exact => Cow::Borrowed(text),
        KeyForm::Text => lower().apply(text),
        KeyForm::Digits => Cow::Owned(nfkc(text).chars().filter(char::is_ascii_digit).collect()),
        KeyForm::Email => Cow::Owned(normal_email(text)?),
        KeyForm::Phone { country } => Cow::Owned(e164(text, Some(country))?),
    })
    .filter(|value| !value.is_empty())
}

/// One column of cells in form; a cell without value has the empty text.
#[derive(Debug)]
pub(super) struct NormalValues {
    parts: Vec<Part>,
    /// For every row the place of its cell, where equal cells were brought into form once.
    places: Option<Vec<u32>>,
}

/// Distinct cells in the order of the rows, and for every row the place of its own.
fn distinct_of<'a>(cells: impl Iterator<Item = Option<&'a str>>) -> (Vec<Option<&'a str>>, Vec<u32>) {
    let mut known: HashMap<Option<&str>, u32, FixedState> = HashMap::with_hasher(HASHES);
    let mut distinct = Vec::new();
    let place = |cell| {
        *known.entry(cell).or_insert_with(|| {
            distinct.push(cell);
            distinct.len() as u32 - 1
        })
    };
    let places = cells.map(place).collect();
    (distinct, places)
}

#[derive(Debug)]
struct Part {
    text: String,
    ends: Vec<usize>,
    cells: Vec<Cell>,
}

impl NormalValues {
    /// Brings the cells of a column into form.
    pub(super) fn of(column: &Column, form: &KeyForm, placeholders: &Placeholders) -> Result<Self> {
        let texts = column.cast(&DataType::String).map_err(Error::query(IDENTITIES))?;
        let texts = texts.as_materialized_series().rechunk();
        let texts = texts.str().map_err(Error::query(IDENTITIES))?;
        // Reading a telephone number takes many times as long as looking it up.
        if matches!(form, KeyForm::Phone { .. }) {
            let (distinct, places) = distinct_of(texts.iter());
            let part = |cells: &[Option<&str>]| Part::of(cells.iter().copied(), form, placeholders);
            return Ok(Self { parts: distinct.par_chunks(PART).map(part).collect(), places: Some(places) });
        }
        let starts: Vec<usize> = (0..texts.len()).step_by(PART).collect();
        let part = |&start: &usize| Part::of(texts.slice(start as i64, PART).iter(), form, placeholders);
        Ok(Self { parts: starts.par_iter().map(part).collect(), places: None })
    }

    fn place(&self, row: u32) -> (&Part, usize) {
        let place = self.places.as_ref().map_or(row, |places| places[row as usize]) as usize;
        (&self.parts[place / PART], place % PART)
    }

    pub(super) fn text(&self, row: u32) -> &str {
        let (part, at) = self.place(row);
        let start = if at == 0 { 0 } else { part.ends[at - 1] };
        &part.text[start..part.ends[at]]
    }

    pub(super) fn cell(&self, row: u32) -> Cell {
        let (part, at) = self.place(row);
        part.cells[at]
    }
}

impl Part {
    fn of<'a>(texts: impl Iterator<Item = Option<&'a str>>, form: &KeyForm, placeholders: &Placeholders) -> Self {
        let mut part = Self { text: String::new(), ends: Vec::with_capacity(PART), cells: Vec::with_capacity(PART) };
        for text in texts {
            let (cell, value) = classified(text, form, placeholders);
            part.text.push_str(&value);
            part.ends.push(part.text.len());
            part.cells.push(cell);
        }
        part
    }
}

fn classified<'a>(text: Option<&'a str>, form: &KeyForm, placeholders: &Placeholders) -> (Cell, Cow<'a, str>) {
    let nothing = Cow::Borrowed("");
    let Some(text) = text else { return (Cell::Null, nothing) };
    if trimmed(text).is_empty() {
        return (Cell::Blank, nothing);
    }
    if placeholders.holds(text) {
        return (Cell::Placeholder, nothing);
    }
    match normal(text, form) {
        None => (Cell::Unreadable, nothing),
        Some(value) if placeholders.texts.contains(&*value) => (Cell::Placeholder, nothing),
        Some(value) => (Cell::Value, value),
    }
}

/// All columns of one key in form.
#[derive(Debug)]
pub(super) struct KeyValues {
    columns: Vec<NormalValues>,
    pub(super) n_records: u32,
}

impl KeyValues {
    pub(super) fn of(frame: &DataFrame, key: &MatchKey, placeholders: &[String]) -> Result<Self> {
        let column = |part: &super::match_key::KeyPart| {
            let known = Placeholders::new(placeholders.iter().map(String::as_str), &part.form);
            let column = frame.column(&part.column).map_err(Error::query(IDENTITIES))?;
            NormalValues::of(column, &part.form, &known)
        };
        let columns = key.parts.iter().map(column).collect::<Result<_>>()?;
        Ok(Self { columns, n_records: frame.height() as u32 })
    }

    /// What the record has; of several columns the first without value decides.
    pub(super) fn cell(&self, row: u32) -> Cell {
        let cells = self.columns.iter().map(|column| column.cell(row));
        cells.into_iter().find(|&cell| cell != Cell::Value).unwrap_or(Cell::Value)
    }

    /// The place of the first column that cannot be read, where that is what the record has.
    pub(super) fn unreadable(&self, row: u32) -> Option<usize> {
        let place = self.columns.iter().position(|column| column.cell(row) != Cell::Value)?;
        (self.columns[place].cell(row) == Cell::Unreadable).then_some(place)
    }

    pub(super) fn texts(&self, row: u32) -> impl Iterator<Item = &str> {
        self.columns.iter().map(move |column| column.text(row))
    }

    pub(super) fn hash(&self, row: u32) -> u64 {
        let mut hasher = HASHES.build_hasher();
        for text in self.texts(row) {
            hasher.write(text.as_bytes());
            // So that the end of one column is not the beginning of the next.
            hasher.write_u8(0xff);
        }
        hasher.finish()
    }

    /// The shape of the record's value, without the value.
    pub(super) fn shape(&self, row: u32) -> String {
        self.texts(row).map(shape).collect::<Vec<_>>().join(" + ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(values: &[Option<&str>], form: &KeyForm) -> Vec<(Cell, String)> {
        let known = Placeholders::new(["0", "N/A", "无", "13800000000"].into_iter(), form);
        let column = Column::new("k".into(), values);
        let values = NormalValues::of(&column, form, &known).unwrap();
        (0..column.len() as u32).map(|row| (values.cell(row), values.text(row).to_owned())).collect()
    }

    #[test]
    fn cells_without_a_value_are_told_apart() {
        let given =
            [None, Some(""), Some("\u{3000} "), Some(" n/a"), Some("Ｎ／Ａ"), Some("无"), Some("０"), Some("x")];
        let expected = [
            Cell::Null,
            Cell::Blank,
            Cell::Blank,
            Cell::Placeholder,
            Cell::Placeholder,
            Cell::Placeholder,
            Cell::Placeholder,
            Cell::Value,
        ];
        for form in [KeyForm::Exact, KeyForm::Text] {
            let found: Vec<Cell> = cells(&given, &form).into_iter().map(|(cell, _)| cell).collect();
            assert_eq!(found, expected, "{form:?}");
        }
    }

    #[test]
    fn a_placeholder_is_known_in_the_form_of_the_key() {
        let phone = KeyForm::Phone { country: "CN".into() };
        let found = cells(&[Some("+86 138 0000 0000"), Some("139 1234 5678"), Some("12")], &phone);
        assert_eq!(found[0].0, Cell::Placeholder);
        assert_eq!(found[1], (Cell::Value, "+8613912345678".to_owned()));
        assert_eq!(found[2].0, Cell::Unreadable);
    }

    #[test]
    fn a_placeholder_is_known_however_it_is_padded() {
        let padded = format!("n/a{}", " ".repeat(100));
        let wide = format!("{}无", "\u{3000}".repeat(100));
        for form in [KeyForm::Exact, KeyForm::Text, KeyForm::Email] {
            for (cell, _) in cells(&[Some(&padded), Some(&wide)], &form) {
                assert_eq!(cell, Cell::Placeholder, "{form:?}");
            }
        }
    }

    #[test]
    fn forms_bring_spellings_together() {
        assert_eq!(cells(&[Some("Ｎo．１2-3")], &KeyForm::Digits)[0].1, "123");
        assert_eq!(cells(&[Some("none here")], &KeyForm::Digits)[0].0, Cell::Unreadable);
        assert_eq!(cells(&[Some(" Ａcme  Ltd")], &KeyForm::Text)[0].1, "acme ltd");
        assert_eq!(cells(&[Some(" WANG@Example.com")], &KeyForm::Email)[0].1, "wang@example.com");
        assert_eq!(cells(&[Some(" A")], &KeyForm::Exact)[0].1, " A");
    }

    #[test]
    fn cells_beyond_the_first_part_are_found() {
        let many: Vec<String> = (0..PART * 2 + 7).map(|n| format!("v{n}")).collect();
        let column = Column::new("k".into(), &many);
        let values = NormalValues::of(&column, &KeyForm::Exact, &Placeholders::new([].into_iter(), &KeyForm::Exact));
        let values = values.unwrap();
        assert!(many.iter().zip(0..).all(|(text, row)| values.text(row) == text));
    }

    #[test]
    fn numbers_that_occur_again_are_found_in_every_row() {
        let many: Vec<Option<String>> =
            (0..PART * 2 + 7).map(|n| (n % 5 > 0).then(|| format!("1391234{:04}", n % 7_000))).collect();
        let phone = KeyForm::Phone { country: "CN".into() };
        let values =
            NormalValues::of(&Column::new("k".into(), &many), &phone, &Placeholders::new([].into_iter(), &phone));
        let values = values.unwrap();
        for (written, row) in many.iter().zip(0..) {
            let expected = written.as_ref().map_or((Cell::Null, String::new()), |n| (Cell::Value, format!("+86{n}")));
            assert_eq!((values.cell(row), values.text(row)), (expected.0, expected.1.as_str()));
        }
    }

    #[test]
    fn columns_of_a_key_do_not_run_into_each_other() {
        let frame = df!("a" => ["xy", "x"], "b" => ["z", "yz"]).unwrap();
        let values = KeyValues::of(&frame, &MatchKey::new("a").and("b"), &[]).unwrap();
        assert_ne!(values.hash(0), values.hash(1));
        assert_eq!(values.shape(0), "aa + a");
    }
}
