//! The order of rows by their values.
//!
//! A word holds the place of a value (see [`places`](super::places)) above its row, and words are
//! sorted by the digits of the places. Rows whose values share a place without being equal are
//! found in one pass, which numbers the different values, and sorted among themselves.

use super::levels::FewLevels;
use super::parallel;
use super::places::{Places, Rule, Way, of_key, on_grid, on_line};
use super::radix::{by_digits, key};
use crate::kernel::undefined::Undefined;

/// Rows that are sorted by comparing them.
const FEW: usize = 300;
/// Where a word has its row: below the place.
const ROW_BITS: u32 = 32;

/// Rows in the order of their values; equal values keep the order of their rows.
#[derive(Clone, Copy, Debug)]
pub struct OrderedRows<'a> {
    /// The number of the value among the different ones, above the row.
    words: &'a [u64],
}

impl<'a> OrderedRows<'a> {
    /// Rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Different values.
    #[must_use]
    pub fn n_distinct(&self) -> usize {
        self.words.last().map_or(0, |word| (word >> ROW_BITS) as usize + 1)
    }

    /// The rows, from 0, by ascending value.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = u32> + use<'a> {
        self.words.iter().map(|&word| word as u32)
    }

    /// The rows with the number of their value among the different ones, from 0.
    #[must_use]
    pub fn levels(&self) -> impl ExactSizeIterator<Item = (u32, u32)> + use<'a> {
        self.words.iter().map(|&word| (word as u32, (word >> ROW_BITS) as u32))
    }

    /// The rows of each different value, ascending.
    pub fn runs(&self) -> impl Iterator<Item = impl ExactSizeIterator<Item = u32> + Clone + use<'a>> + use<'a> {
        let runs = self.words.chunk_by(|a, b| a >> ROW_BITS == b >> ROW_BITS);
        runs.map(|run| run.iter().map(|&word| word as u32))
    }
}

/// Sorts rows by value; its memory serves one column after the other.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::order::RowSorter;
///
/// let mut sorter = RowSorter::default();
/// let rows = sorter.sort(&[3.0, 1.0, 2.0, 1.0]).unwrap();
/// assert!(rows.rows().eq([1, 3, 2, 0]));
/// assert_eq!((rows.n_distinct(), rows.runs().next().map(|run| run.len())), (3, Some(2)));
/// ```
#[derive(Clone, Debug, Default)]
pub struct RowSorter {
    words: Vec<u64>,
    spare: Vec<u64>,
}

impl RowSorter {
    /// The rows by ascending value, equal values by row. Both zeros are equal; infinite values
    /// have their places.
    ///
    /// # Errors
    /// `NotFinite` with NaN; `OutOfRange` for more rows than a `u32` counts.
    pub fn sort(&mut self, values: &[f64]) -> Result<OrderedRows<'_>, Undefined> {
        if u32::try_from(values.len()).is_err() {
            return Err(Undefined::OutOfRange);
        }
        if values.iter().fold(false, |has_nan, value| has_nan | value.is_nan()) {
            return Err(Undefined::NotFinite);
        }
        self.order(values);
        Ok(OrderedRows { words: &self.words })
    }

    fn order(&mut self, values: &[f64]) {
        let in_order = values.is_sorted();
        if in_order || values.len() < FEW {
            self.words.clear();
            self.words.extend(0..values.len() as u64);
            if !in_order {
                self.words.sort_unstable_by_key(|&row| (key(values[row as usize]), row));
            }
            return self.number_from(values, 0);
        }
        let places = match Way::of(values) {
            Way::Few if self.order_few(values) => return,
            Way::Grid { unit } => Places::on_grid(values, unit).or_else(|| Places::of(values)),
            Way::Places(places) => Some(places),
            Way::Few => Places::of(values),
            Way::Compare => None,
        };
        self.order_by(values, places.unwrap_or_else(|| Places::of_keys(values)));
    }

    /// Orders rows of few different values; `false` when there are too many.
    fn order_few(&mut self, values: &[f64]) -> bool {
        let Some(levels) = FewLevels::of(values.iter().copied().map(Some)) else { return false };
        let mut places = levels.counts();
        let mut next = 0;
        for place in &mut places {
            next += std::mem::replace(place, next);
        }
        self.words.resize(values.len(), 0);
        for (&level, row) in levels.of_row.iter().zip(0_u64..) {
            let place = &mut places[usize::from(level)];
            self.words[*place as usize] = u64::from(level) << ROW_BITS | row;
            *place += 1;
        }
        true
    }

    fn order_by(&mut self, values: &[f64], places: Places) {
        match places.rule {
            Rule::Grid { unit, first } => self.fill(values, |value| on_grid(value, unit, first)),
            Rule::Line { least, factor, last } => self.fill(values, |value| on_line(value, least, factor, last)),
            Rule::Key { least, shift, last } => self.fill(values, |value| of_key(value, least, shift, last)),
        }
        let sort = |words: &mut [u64], spare: &mut [u64]| {
            by_digits(words, spare, places.bits, |word| (word >> ROW_BITS) as u32)
        };
        parallel::sort_by(&mut self.words, &mut self.spare, sort);
        self.settle(values, |place| places.is_one_value(place));
    }

    fn fill(&mut self, values: &[f64], place: impl Fn(f64) -> u32) {
        self.words.clear();
        self.words.extend(values.iter().zip(0_u64..).map(|(&value, row)| u64::from(place(value)) << ROW_BITS | row));
    }

    /// Numbers the different values, and sorts the rows of those that share a place.
    fn settle(&mut self, values: &[f64], is_one_value: impl Fn(u32) -> bool) {
        let (mut start, mut number) = (0, 0);
        while start < self.words.len() {
            let place = self.words[start] >> ROW_BITS;
            let mut end = start + 1;
            while end < self.words.len() && self.words[end] >> ROW_BITS == place {
                end += 1;
            }
            let part = &mut self.words[start..end];
            number = if part.len() == 1 || is_one_value(place as u32) {
                part.iter_mut().for_each(|word| *word = number << ROW_BITS | u64::from(*word as u32));
                number + 1
            } else {
                settle_part(part, values, number)
            };
            start = end;
        }
    }

    /// Numbers the values of rows that are in order.
    fn number_from(&mut self, values: &[f64], number: u64) {
        number_values(&mut self.words, values, number);
    }
}

/// Sorts rows that share a place and numbers their values; gives the next number.
fn settle_part(part: &mut [u64], values: &[f64], number: u64) -> u64 {
    part.iter_mut().for_each(|word| *word = u64::from(*word as u32));
    let value = |word: u64| values[word as usize];
    let first = value(part[0]);
    // Mostly two meet.
    if let [one, other] = part {
        let (low, high) = if value(*other) < first { (*other, *one) } else { (*one, *other) };
        let last = number + u64::from(value(low) < value(high));
        (*one, *other) = (number << ROW_BITS | low, last << ROW_BITS | high);
        return last + 1;
    }
    if part.iter().fold(true, |all, &word| all & (value(word) == first)) {
        part.iter_mut().for_each(|word| *word |= number << ROW_BITS);
        return number + 1;
    }
    if part.len() < FEW {
        part.sort_unstable_by_key(|&word| (key(value(word)), word));
    } else {
        let own: Vec<f64> = part.iter().map(|&word| value(word)).collect();
        let rows = part.to_vec();
        let mut sorter = RowSorter::default();
        // Keys grow shorter with every part of a part; widths might not.
        if !sorter.order_few(&own) {
            sorter.order_by(&own, Places::of_keys(&own));
        }
        for (word, place) in part.iter_mut().zip(sorter.words) {
            *word = rows[place as u32 as usize];
        }
    }
    number_values(part, values, number)
}

/// Numbers the values of rows that are in order, and gives the next number.
fn number_values(rows: &mut [u64], values: &[f64], number: u64) -> u64 {
    let mut number = number;
    let Some(&first) = rows.first() else { return number };
    let mut last = values[first as usize];
    for word in rows {
        let value = values[*word as usize];
        number += u64::from(value != last);
        last = value;
        *word |= number << ROW_BITS;
    }
    number + 1
}

/// The rows in the order of their values, from 0; equal values keep the order of their rows.
///
/// # Errors
/// `NotFinite` with NaN; infinite values have their places. `OutOfRange` for more rows than a
/// `u32` counts.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::order::argsort;
///
/// assert_eq!(argsort(&[3.0, 1.0, 2.0, 1.0]), Ok(vec![1, 3, 2, 0]));
/// ```
pub fn argsort(values: &[f64]) -> Result<Vec<u32>, Undefined> {
    RowSorter::default().sort(values).map(|rows| rows.rows().collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Oracle: the standard library's stable sort of rows.
    fn check(values: &[f64], name: &str) {
        let mut expected: Vec<u32> = (0..values.len() as u32).collect();
        expected.sort_by(|&a, &b| values[a as usize].partial_cmp(&values[b as usize]).unwrap());
        let mut sorter = RowSorter::default();
        let found = sorter.sort(values).unwrap();
        assert!(found.rows().eq(expected.iter().copied()), "{name}");
        let runs = expected.chunk_by(|&a, &b| values[a as usize] == values[b as usize]);
        assert!(found.runs().map(Iterator::collect::<Vec<_>>).eq(runs.map(<[u32]>::to_vec)), "{name}");
        assert_eq!(found.n_distinct(), found.runs().count(), "{name}");
        assert!(found.levels().zip(found.levels().skip(1)).all(|(a, b)| b.1 - a.1 <= 1), "{name}");
    }

    #[test]
    fn every_shape_is_ordered() {
        let unit = |i: u64| {
            let bits = (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            ((bits ^ bits >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 11) as f64 / (1_u64 << 53) as f64
        };
        type Shape = (&'static str, fn(f64) -> f64);
        let shapes: [Shape; 16] = [
            ("uniform", |u| u),
            ("both signs", |u| u - 0.5),
            ("skewed", |u| (20.0 * u).exp()),
            ("whole", |u| (700.0 * u).floor() - 300.0),
            ("large whole", |u| (1e12 * u).floor()),
            ("rating", |u| (5.0 * u).floor()),
            ("both zeros", |u| if u < 0.5 { -0.0 } else { 0.0 }),
            ("cents", |u| (1e5 * u).round() / 100.0),
            ("thirds", |u| (1e4 * u).round() / 300.0),
            ("offset", |u| 1e9 + u),
            ("half zero", |u| if u < 0.5 { 0.0 } else { u }),
            ("two scales", |u| if u < 0.01 { -1.0 } else { 1e15 + (4e3 * u).round() }),
            ("subnormal", |u| 1e-310 * u),
            ("wide", |u| if u < 0.5 { -1e308 * u } else { 1e-300 / u }),
            ("infinite", |u| if u < 0.01 { f64::NEG_INFINITY } else { u / (1.0 - u).floor() }),
            ("outlier", |u| if u < 0.000_5 { -1e300 } else { 1e9 + u * 1e-4 }),
        ];
        for n in [0, 1, 2, 100, FEW as u64, 4_000, 40_000] {
            for (name, shape) in shapes {
                let values: Vec<f64> = (0..n).map(|i| shape(unit(i))).collect();
                check(&values, name);
                let mut sorted = values;
                sorted.sort_by(f64::total_cmp);
                check(&sorted, name);
                sorted.reverse();
                check(&sorted, name);
            }
        }
    }

    /// Keys that differ in their lowest bits only, but for one that hides those from the places.
    #[test]
    fn rows_that_share_their_places_are_sorted_again() {
        let near = |i: u64| f64::from_bits(1.0_f64.to_bits() + i * 7_919 % 10_007);
        let mut values: Vec<f64> = (0..10_007).map(near).collect();
        values[77] = -1e300;
        values[78] = 1e300;
        check(&values, "near");
        let steps: Vec<f64> =
            (0..5_000_u32).map(|i| 2.0_f64.powi((i.wrapping_mul(2_654_435_761) >> 21) as i32 - 1_023)).collect();
        check(&steps, "powers");
    }

    #[test]
    fn both_zeros_are_one_value_and_nan_is_none() {
        assert_eq!(argsort(&[0.0, -0.0, -1.0, 0.0]), Ok(vec![2, 0, 1, 3]));
        assert_eq!(argsort(&[f64::INFINITY, 1.0, f64::NEG_INFINITY]), Ok(vec![2, 1, 0]));
        assert_eq!(argsort(&[1.0, f64::NAN]), Err(Undefined::NotFinite));
    }

    #[test]
    fn a_sorter_serves_columns_of_any_length() {
        let mut sorter = RowSorter::default();
        for n in [5_000_u32, 10, 9_000, 0, 400] {
            for divisor in [1.0, 1e3, 1e9] {
                let values: Vec<f64> =
                    (0..n).map(|i| (f64::from(i.wrapping_mul(2_654_435_761)) / divisor).floor().sqrt()).collect();
                let rows: Vec<u32> = sorter.sort(&values).unwrap().rows().collect();
                assert_eq!(rows, argsort(&values).unwrap());
                assert_eq!(rows.len(), n as usize);
            }
        }
    }

    #[test]
    fn one_thread_and_many_agree() {
        let values: Vec<f64> =
            (0..2_200_000_u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761)).sqrt().floor()).collect();
        let on =
            |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(|| argsort(&values).unwrap());
        assert!(on(1) == on(2));
    }

    proptest! {
        #[test]
        fn any_doubles_are_ordered(values in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO | prop::num::f64::INFINITE, 0..700)) {
            check(&values, "any");
        }
    }
}
