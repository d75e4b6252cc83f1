//! Segments that turn up batch by batch.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::super::groups::Groups;
use super::super::params::DESCRIBE;
use crate::error::{Error, Result};

/// The values of the columns that make the segments; `None` where missing.
type Key = Vec<Option<String>>;

/// The segments there have been so far, numbered as they came.
#[derive(Clone, Debug)]
pub(super) struct Segments {
    by: Vec<String>,
    numbers: BTreeMap<Key, usize>,
    /// One row of each, by number.
    rows: Option<DataFrame>,
}

/// The rows of a batch by segment, and the number of each of its segments.
pub(super) struct Parts {
    pub(super) groups: Groups,
    pub(super) numbers: Vec<usize>,
}

impl Segments {
    pub(super) fn new(by: &[String]) -> Self {
        Self { by: by.to_vec(), numbers: BTreeMap::new(), rows: None }
    }

    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The segments of a batch; those that are new get numbers.
    pub(super) fn parts(&mut self, batch: &DataFrame) -> Result<Parts> {
        let groups = Groups::of(batch, &self.by)?;
        let (mut numbers, mut first_rows) = (Vec::with_capacity(groups.len()), Vec::new());
        for (at, key) in groups.keys.iter().enumerate() {
            let next = self.numbers.len();
            let number = self.numbers.get(key).copied().unwrap_or(next);
            if number == next {
                self.numbers.insert(key.clone(), next);
                first_rows.extend(groups.rows(at).first().copied());
            }
            numbers.push(number);
        }
        if !first_rows.is_empty() {
            self.keep(batch, first_rows).map_err(Error::query(DESCRIBE))?;
        }
        Ok(Parts { groups, numbers })
    }

    /// Keeps rows, each of a new segment, so that the order of segments can be that of their values.
    fn keep(&mut self, batch: &DataFrame, rows: Vec<u32>) -> PolarsResult<()> {
        let rows = IdxCa::from_vec("".into(), rows);
        let new = batch.select(self.by.iter().map(String::as_str))?.take(&rows)?;
        match &mut self.rows {
            Some(known) => known.vstack_mut(&new).map(|_| ()),
            None => {
                self.rows = Some(new);
                Ok(())
            }
        }
    }

    /// The segments of a batch, all of which are known; `None` when one is not.
    pub(super) fn known_parts(&self, batch: &DataFrame) -> Result<Option<Parts>> {
        let groups = Groups::of(batch, &self.by)?;
        let numbers: Option<Vec<usize>> = groups.keys.iter().map(|key| self.numbers.get(key).copied()).collect();
        Ok(numbers.map(|numbers| Parts { groups, numbers }))
    }

    /// Keys and numbers of all segments, in ascending order of their values, missing ones last.
    pub(super) fn in_order(&self) -> Result<Vec<(Key, usize)>> {
        let Some(rows) = &self.rows else { return Ok(Vec::new()) };
        let groups = Groups::of(rows, &self.by)?;
        let number = |at: usize| groups.rows(at).first().map_or(0, |&row| row as usize);
        Ok((0..groups.len()).map(|at| (groups.keys[at].clone(), number(at))).collect())
    }
}

#[cfg(test)]
mod tests {
    use polars::df;

    use super::*;

    /// By size 9 comes before 10, and as text behind it.
    #[test]
    fn segments_are_in_the_order_of_their_values_whenever_they_came() {
        let mut segments = Segments::new(&["a".to_owned()]);
        let first = segments.parts(&df!("a" => [Some(10_i64), None, Some(10)]).unwrap()).unwrap();
        let second = segments.parts(&df!("a" => [Some(9_i64), Some(10)]).unwrap()).unwrap();
        assert_eq!((first.numbers, second.numbers), (vec![0, 1], vec![2, 0]));
        let key = |text: &str| vec![Some(text.to_owned())];
        assert_eq!(segments.in_order().unwrap(), [(key("9"), 2), (key("10"), 0), (vec![None], 1)]);
        assert!(segments.known_parts(&df!("a" => [11_i64]).unwrap()).unwrap().is_none());
        let known = segments.known_parts(&df!("a" => [9_i64, 10]).unwrap()).unwrap().unwrap();
        assert_eq!(known.numbers, [2, 0]);
    }

    #[test]
    fn without_columns_there_are_no_segments() {
        let mut segments = Segments::new(&[]);
        assert!(segments.parts(&df!("a" => [1]).unwrap()).unwrap().numbers.is_empty());
        assert!(segments.in_order().unwrap().is_empty());
    }
}
