//! The distinct values of a column that turn up batch by batch, as small numbers.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::*;

use crate::error::{Error, Result};
use crate::frame::codes::{NO_CODE, codes_of};
use crate::frame::extract::{Texts, Values, i64_values, text_values};

/// Number of a value that is not known yet.
const UNKNOWN: u32 = u32::MAX;
/// Values whose numbers are found without a hash; a power of two.
const N_RECENT: usize = 1 << 10;

/// Values of one column, numbered as they came.
///
/// Missing values have a number of their own. The values are kept in their own type, so that
/// they can be put in order at the end.
#[derive(Debug)]
pub(in crate::satisfaction) struct Dictionary {
    texts: HashMap<u128, u32, FixedState>,
    long_texts: HashMap<Box<[u8]>, u32, FixedState>,
    wholes: HashMap<i64, u32, FixedState>,
    labels: HashMap<String, u32, FixedState>,
    recent: Box<[(u128, u32); N_RECENT]>,
    missing: u32,
    n: u32,
    /// One row for each value.
    values: Vec<Series>,
}

impl Dictionary {
    pub(in crate::satisfaction) fn new() -> Self {
        Self {
            texts: HashMap::default(),
            long_texts: HashMap::default(),
            wholes: HashMap::default(),
            labels: HashMap::default(),
            recent: Box::new([(u128::MAX, UNKNOWN); N_RECENT]),
            missing: UNKNOWN,
            n: 0,
            values: Vec::new(),
        }
    }

    /// The number of each row's value; values that are new get numbers.
    ///
    /// # Errors
    /// `Query` when the column has a type without categories.
    pub(in crate::satisfaction) fn codes(&mut self, step: &'static str, series: &Series) -> Result<Vec<u32>> {
        let cast = |dtype: DataType| series.cast(&dtype).map_err(Error::query(step));
        let mut new = NewRows { next: self.n, rows: Vec::new() };
        let column = match series.dtype() {
            // The order of categories is that of their texts.
            DataType::Categorical(..) => &cast(DataType::String)?,
            _ => series,
        };
        let column = column.rechunk();
        let codes = match column.dtype() {
            DataType::String => text_values(&column).map(|texts| self.of_texts(&texts, column.len(), &mut new)),
            DataType::Enum(..) => {
                let places = column.to_physical_repr().cast(&DataType::Int64).map_err(Error::query(step))?;
                i64_values(&places).map(|places| self.of_wholes(&places, &mut new))
            }
            dtype if is_whole(dtype) => {
                let wholes = column.cast(&DataType::Int64).map_err(Error::query(step))?;
                i64_values(&wholes).map(|wholes| self.of_wholes(&wholes, &mut new))
            }
            _ => Some(self.of_others(step, &column, &mut new)?),
        };
        self.keep(step, &column, new)?;
        // Without a chunk there is no row.
        Ok(codes.unwrap_or_default())
    }

    /// The number of missing values, if there are some.
    pub(in crate::satisfaction) fn missing(&self) -> Option<u32> {
        (self.missing != UNKNOWN).then_some(self.missing)
    }

    /// Number of distinct values, a missing one among them.
    pub(in crate::satisfaction) fn len(&self) -> usize {
        self.n as usize
    }

    /// Keeps the rows in which values turned up first.
    fn keep(&mut self, step: &'static str, column: &Series, new: NewRows) -> Result<()> {
        if !new.rows.is_empty() {
            let rows = IdxCa::from_vec("".into(), new.rows);
            self.values.push(column.take(&rows).map_err(Error::query(step))?);
        }
        self.n = new.next;
        Ok(())
    }

    fn of_texts(&mut self, texts: &Texts<'_>, n: usize, new: &mut NewRows) -> Vec<u32> {
        /// Rows that fit the nearest cache.
        const BLOCK: usize = 1 << 10;
        let mut codes = vec![UNKNOWN; n];
        for start in (0..n).step_by(BLOCK) {
            let end = (start + BLOCK).min(n);
            texts.warm(start..end);
            let mut row = start;
            while row < end {
                row += self.recent_texts(texts, row, &mut codes[row..end]);
                if row < end {
                    codes[row] = self.find_text(texts, row, new);
                    row += 1;
                }
            }
        }
        codes
    }

    /// Numbers of texts that turned up lately, told by their bytes in the column, up to the first
    /// that did not; returns how many they are.
    fn recent_texts(&self, texts: &Texts<'_>, start: usize, codes: &mut [u32]) -> usize {
        let has_nulls = texts.has_nulls();
        for (at, (code, (bytes, is_short))) in codes.iter_mut().zip(texts.inline_from(start)).enumerate() {
            let slot = slot_of(bytes);
            let (first, second) = (self.recent[slot], self.recent[slot ^ 1]);
            // What stands in the place of a null is arbitrary.
            if !is_short || has_nulls && texts.is_null(start + at) {
                return at;
            }
            if first.0 == bytes {
                *code = first.1;
            } else if second.0 == bytes {
                *code = second.1;
            } else {
                return at;
            }
        }
        codes.len()
    }

    #[cold]
    fn find_text(&mut self, texts: &Texts<'_>, row: usize, new: &mut NewRows) -> u32 {
        if texts.is_null(row) {
            return new.missing(&mut self.missing, row);
        }
        let Some((text, len)) = texts.short(row) else {
            let text = texts.get(row);
            if let Some(&known) = self.long_texts.get(text) {
                return known;
            }
            let code = new.add(row);
            self.long_texts.insert(text.into(), code);
            return code;
        };
        // Below twelve bytes of text there is room for the length.
        let code = *self.texts.entry(text | u128::from(len)).or_insert_with(|| new.add(row));
        if let Some((bytes, _)) = texts.inline_from(row).next() {
            let slot = slot_of(bytes);
            self.recent[slot ^ 1] = self.recent[slot];
            self.recent[slot] = (bytes, code);
        }
        code
    }

    fn of_wholes(&mut self, wholes: &Values<'_, i64>, new: &mut NewRows) -> Vec<u32> {
        let code = |(row, &whole): (usize, &i64)| {
            if wholes.is_null(row) {
                return new.missing(&mut self.missing, row);
            }
            // Neighbours lie in neighbouring slots.
            let (key, slot) = (u128::from(whole as u64), &mut self.recent[whole as usize % N_RECENT]);
            if slot.0 != key {
                *slot = (key, *self.wholes.entry(whole).or_insert_with(|| new.add(row)));
            }
            slot.1
        };
        wholes.values.iter().enumerate().map(code).collect()
    }

    /// Types that are rare as categories: by their text, each batch by itself.
    fn of_others(&mut self, step: &'static str, column: &Series, new: &mut NewRows) -> Result<Vec<u32>> {
        let frame = DataFrame::new(column.len(), vec![column.clone().into_column()]).map_err(Error::query(step))?;
        let found = codes_of(step, &frame, column.name())?;
        let mut numbers = vec![UNKNOWN; found.labels.len()];
        let code = |(row, &code): (usize, &u32)| {
            if code == NO_CODE {
                return new.missing(&mut self.missing, row);
            }
            let number = &mut numbers[code as usize];
            if *number == UNKNOWN {
                let label = &found.labels[code as usize];
                *number = self.labels.get(label).copied().unwrap_or_else(|| {
                    let added = new.add(row);
                    self.labels.insert(label.clone(), added);
                    added
                });
            }
            *number
        };
        Ok(found.codes.iter().enumerate().map(code).collect())
    }

    /// The numbers here of the values of another dictionary, by their numbers there.
    pub(in crate::satisfaction) fn merge(&mut self, step: &'static str, other: &Self) -> Result<Vec<u32>> {
        let mut codes = Vec::with_capacity(other.n as usize);
        for values in &other.values {
            codes.extend(self.codes(step, values)?);
        }
        Ok(codes)
    }

    /// For each value its place in ascending order and its text; missing ones come last.
    ///
    /// Numbers and dates go by size, categories of an `Enum` in its order, text by its bytes.
    pub(in crate::satisfaction) fn ranked(&self, step: &'static str) -> Result<Vec<(u32, Option<String>)>> {
        let Some((first, rest)) = self.values.split_first() else { return Ok(Vec::new()) };
        let mut values = first.clone();
        for more in rest {
            values.append(more).map_err(Error::query(step))?;
        }
        let frame = DataFrame::new(values.len(), vec![values.clone().into_column()]).map_err(Error::query(step))?;
        let found = codes_of(step, &frame, values.name())?;
        let label = |code: u32| found.labels.get(code as usize).cloned();
        if matches!(values.dtype(), DataType::Enum(..)) {
            let places = values.to_physical_repr().cast(&DataType::UInt32).map_err(Error::query(step))?;
            let places = places.u32().map_err(Error::query(step))?;
            return Ok(places
                .iter()
                .zip(&found.codes)
                .map(|(place, &code)| (place.unwrap_or(NO_CODE), label(code)))
                .collect());
        }
        Ok(found.codes.iter().map(|&code| (code, label(code))).collect())
    }

    /// As [`ranked`](Self::ranked), but texts that all read as whole numbers go by size.
    pub(in crate::satisfaction) fn ranked_by_number(&self, step: &'static str) -> Result<Vec<(u32, Option<String>)>> {
        let ranked = self.ranked(step)?;
        let dtype = self.values.first().map(|values| values.dtype());
        if !matches!(dtype, Some(DataType::String | DataType::Categorical(..))) {
            return Ok(ranked);
        }
        let Some(ranks) = by_number(&ranked) else { return Ok(ranked) };
        Ok(ranks.into_iter().zip(ranked).map(|(rank, (_, label))| (rank, label)).collect())
    }
}

/// Ranks by the whole numbers that all texts read as, equal ones by their texts; `None` where one is no such text.
fn by_number(ranked: &[(u32, Option<String>)]) -> Option<Vec<u32>> {
    let number = |(at, (rank, label)): (usize, &(u32, Option<String>))| {
        let number = label.as_ref().map(|label| label.trim().parse::<i128>().ok());
        // What is missing has no number and keeps its place at the end.
        number.map(|number| number.map(|number| (number, *rank, at)))
    };
    let mut order: Vec<(i128, u32, usize)> = ranked.iter().enumerate().filter_map(number).collect::<Option<_>>()?;
    order.sort_unstable();
    let mut ranks = vec![NO_CODE; ranked.len()];
    order.into_iter().zip(0..).for_each(|((.., at), rank)| ranks[at] = rank);
    Some(ranks)
}

/// Types whose values are whole numbers of 64 bits.
fn is_whole(dtype: &DataType) -> bool {
    dtype.is_integer() && !matches!(dtype, DataType::UInt64 | DataType::Int128 | DataType::UInt128)
        || matches!(dtype, DataType::Boolean | DataType::Date)
}

/// A slot for the bytes of a short text; the one beside it will do too.
#[inline(always)]
fn slot_of(bytes: u128) -> usize {
    let bits = (bytes >> 64) as u64 ^ (bytes as u64).rotate_left(29);
    (bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54) as usize % N_RECENT
}

/// Rows of a batch in which values turn up first.
struct NewRows {
    next: u32,
    rows: Vec<IdxSize>,
}

impl NewRows {
    fn add(&mut self, row: usize) -> u32 {
        self.rows.push(row as IdxSize);
        self.next += 1;
        self.next - 1
    }

    /// The number of missing values.
    fn missing(&mut self, known: &mut u32, row: usize) -> u32 {
        if *known == UNKNOWN {
            *known = self.add(row);
        }
        *known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of rows, and for each number the rank and the label of its value.
    type Read = (Vec<u32>, Vec<(u32, Option<String>)>);

    fn ranked(pieces: &[Series]) -> [Read; 2] {
        // One after the other, and the second merged into the first.
        let mut one = Dictionary::new();
        let codes: Vec<u32> = pieces.iter().flat_map(|piece| one.codes("test", piece).unwrap()).collect();
        let [mut left, mut right] = [Dictionary::new(), Dictionary::new()];
        let mut merged = left.codes("test", &pieces[0]).unwrap();
        let of_right = right.codes("test", &pieces[1]).unwrap();
        let numbers = left.merge("test", &right).unwrap();
        merged.extend(of_right.iter().map(|&code| numbers[code as usize]));
        [(codes, one.ranked("test").unwrap()), (merged, left.ranked("test").unwrap())]
    }

    /// Labels of the rows in order, and all labels in the order of their values.
    #[track_caller]
    fn assert_order(pieces: [Series; 2], rows: &[Option<&str>], order: &[Option<&str>]) {
        for (codes, values) in ranked(&pieces) {
            let labels: Vec<Option<&str>> = codes.iter().map(|&code| values[code as usize].1.as_deref()).collect();
            assert_eq!(labels, rows);
            let mut sorted = values.clone();
            sorted.sort_unstable();
            // The rank of what is missing is the largest.
            sorted.sort_by_key(|(rank, _)| *rank);
            assert_eq!(sorted.iter().map(|(_, label)| label.as_deref()).collect::<Vec<_>>(), order);
        }
    }

    #[test]
    fn texts_short_and_long_are_told_apart() {
        let long = "一个很长的城市名字";
        let first = Series::new("x".into(), [Some("b"), None, Some(long), Some("")]);
        let second = Series::new("x".into(), [Some("北京"), Some("b"), None, Some("twelve bytes"), Some(long)]);
        let rows =
            [Some("b"), None, Some(long), Some(""), Some("北京"), Some("b"), None, Some("twelve bytes"), Some(long)];
        assert_order(
            [first, second],
            &rows,
            &[Some(""), Some("b"), Some("twelve bytes"), Some(long), Some("北京"), None],
        );
    }

    #[test]
    fn numbers_go_by_size_and_slots_are_shared() {
        let first = Series::new("x".into(), [Some(10_i16), Some(9), None]);
        let second = Series::new("x".into(), [Some(1_034_i16), Some(10), Some(-3)]);
        let rows = [Some("10"), Some("9"), None, Some("1034"), Some("10"), Some("-3")];
        assert_order([first, second], &rows, &[Some("-3"), Some("9"), Some("10"), Some("1034"), None]);
    }

    #[test]
    fn flags_dates_and_decimals_are_categories_too() {
        let flags = Series::new("x".into(), [Some(true), None]);
        assert_order(
            [flags.clone(), Series::new("x".into(), [false, true])],
            &[Some("true"), None, Some("false"), Some("true")],
            &[Some("false"), Some("true"), None],
        );
        let dates = |days: [i32; 2]| Series::new("x".into(), days).cast(&DataType::Date).unwrap();
        assert_order(
            [dates([1, 0]), dates([0, 10_000])],
            &[Some("1970-01-02"), Some("1970-01-01"), Some("1970-01-01"), Some("1997-05-19")],
            &[Some("1970-01-01"), Some("1970-01-02"), Some("1997-05-19")],
        );
        let doubles = |x: [f64; 2]| Series::new("x".into(), x);
        assert_order(
            [doubles([10.5, f64::NAN]), doubles([9.5, 10.5])],
            &[Some("10.5"), None, Some("9.5"), Some("10.5")],
            &[Some("9.5"), Some("10.5"), None],
        );
    }

    #[test]
    fn categories_go_by_their_bytes_and_enums_in_their_order() {
        let categories = DataType::from_categories(Categories::global());
        let of = |texts: [&str; 2], dtype: &DataType| Series::new("x".into(), texts).cast(dtype).unwrap();
        assert_order(
            [of(["mid", "low"], &categories), of(["high", "mid"], &categories)],
            &[Some("mid"), Some("low"), Some("high"), Some("mid")],
            &[Some("high"), Some("low"), Some("mid")],
        );
        let levels = DataType::from_frozen_categories(FrozenCategories::new(["low", "mid", "high"]).unwrap());
        assert_order(
            [of(["mid", "low"], &levels), of(["high", "mid"], &levels)],
            &[Some("mid"), Some("low"), Some("high"), Some("mid")],
            &[Some("low"), Some("mid"), Some("high")],
        );
    }

    #[test]
    fn many_values_keep_their_numbers() {
        let texts: Vec<String> = (0..5_000).map(|k| format!("t{k}")).collect();
        let series = Series::new("x".into(), &texts);
        let mut dictionary = Dictionary::new();
        let first = dictionary.codes("test", &series).unwrap();
        assert_eq!(first, (0..5_000).collect::<Vec<u32>>());
        assert_eq!(dictionary.codes("test", &series.reverse()).unwrap(), (0..5_000).rev().collect::<Vec<u32>>());
    }

    #[test]
    fn no_rows_have_no_values() {
        let mut dictionary = Dictionary::new();
        assert!(dictionary.codes("test", &Series::new_empty("x".into(), &DataType::String)).unwrap().is_empty());
        assert!(dictionary.ranked("test").unwrap().is_empty());
    }
}
