//! Categories of text in the order in which they are first seen: none is sorted or copied.

use polars::prelude::*;

use super::codes::{NO_CODE, Seen, seen_texts};
use super::extract::{Texts, one_chunk, text_values};
use crate::error::{Error, Result};

/// Whether a column of this type is described by its levels.
pub(crate) fn has_levels(dtype: &DataType) -> bool {
    matches!(dtype, DataType::Boolean | DataType::String | DataType::Categorical(..) | DataType::Enum(..))
}

/// A column of categories, with a code for each row.
///
/// Codes depend on the order of the rows, so none of them may reach a result: levels are told
/// by their labels.
#[derive(Clone, Debug)]
pub(crate) struct Levels {
    /// A code for each row; `NO_CODE` where the column is null.
    pub(crate) codes: Vec<u32>,
    /// Rows of each code; 0 where a boolean does not occur.
    pub(crate) counts: Vec<u64>,
    texts: Series,
    /// Where in the texts the label of each code is.
    places: Vec<u32>,
}

impl Levels {
    /// The levels of a column of a frame.
    ///
    /// # Errors
    /// `Query` when the column is not there or its type is none of [`has_levels`].
    pub(crate) fn of(step: &'static str, frame: &DataFrame, column: &str) -> Result<Self> {
        let series = one_chunk(step, frame, column)?;
        if *series.dtype() == DataType::Boolean {
            return of_booleans(&series).map_err(Error::query(step));
        }
        let texts = series.cast(&DataType::String).map_err(Error::query(step))?;
        let seen = text_values(&texts).map(|column| seen_texts(&column, texts.len()));
        let Seen { codes, rows } = seen.unwrap_or(Seen { codes: Vec::new(), rows: Vec::new() });
        let mut counts = vec![0; rows.len()];
        codes.iter().filter(|&&code| code != NO_CODE).for_each(|&code| counts[code as usize] += 1);
        Ok(Self { codes, counts, texts, places: rows })
    }

    /// What the codes stand for.
    pub(crate) fn labels(&self) -> Labels<'_> {
        Labels { texts: text_values(&self.texts), places: &self.places }
    }
}

fn of_booleans(series: &Series) -> PolarsResult<Levels> {
    let mut counts = vec![0; 2];
    let code = |cell: Option<bool>| {
        cell.map_or(NO_CODE, |cell| {
            counts[usize::from(cell)] += 1;
            u32::from(cell)
        })
    };
    let codes = series.bool()?.iter().map(code).collect();
    Ok(Levels { codes, counts, texts: Series::new("".into(), ["false", "true"]), places: vec![0, 1] })
}

/// The labels of the codes.
#[derive(Clone, Copy)]
pub(crate) struct Labels<'a> {
    texts: Option<Texts<'a>>,
    places: &'a [u32],
}

impl<'a> Labels<'a> {
    /// The label of a code.
    #[inline]
    pub(crate) fn get(&self, code: u32) -> &'a str {
        self.texts.map_or("", |texts| texts.text(self.places[code as usize] as usize))
    }

    /// Number of codes.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(series: Series) -> Levels {
        let frame = DataFrame::new(series.len(), vec![series.with_name("x".into()).into()]).unwrap();
        Levels::of("test", &frame, "x").unwrap()
    }

    #[test]
    fn levels_are_counted_as_they_are_first_seen() {
        let long = "a text of more than twelve bytes";
        let series = Series::new("x".into(), [Some("王"), None, Some(long), Some(""), Some("王"), Some(long)]);
        for series in [series.clone(), series.cast(&DataType::from_categories(Categories::global())).unwrap()] {
            let found = levels(series);
            assert_eq!(found.codes, [0, NO_CODE, 1, 2, 0, 1]);
            assert_eq!(found.counts, [2, 2, 1]);
            let labels = found.labels();
            assert_eq!((0..3).map(|code| labels.get(code)).collect::<Vec<_>>(), ["王", long, ""]);
        }
    }

    #[test]
    fn texts_that_differ_by_a_zero_byte_are_two_levels() {
        assert_eq!(levels(Series::new("x".into(), ["a", "a\0", "a"])).counts, [2, 1]);
    }

    #[test]
    fn booleans_have_two_codes_whatever_occurs() {
        let found = levels(Series::new("x".into(), [Some(true), None, Some(true)]));
        assert_eq!((found.codes.as_slice(), found.counts.as_slice()), (&[1, NO_CODE, 1][..], &[0, 2][..]));
        assert_eq!((found.labels().get(0), found.labels().get(1), found.labels().len()), ("false", "true", 2));
    }

    #[test]
    fn no_rows_have_no_levels() {
        let found = levels(Series::new_empty("x".into(), &DataType::String));
        assert_eq!((found.codes.len(), found.counts.len(), found.labels().len()), (0, 0, 0));
    }
}
