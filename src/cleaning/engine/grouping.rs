//! Rows grouped by the text of some columns, when learning and when looking up.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::*;

use crate::cleaning::learned::{Fact, LearnedColumn};

/// The cells of the grouping columns as text.
pub(crate) type Key = Vec<Option<String>>;

/// Groups of rows: their keys in order, and for each row the place of its key.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    pub(crate) keys: Vec<Key>,
    pub(crate) of_row: Vec<u32>,
}

impl Groups {
    /// Groups rows by text columns of one height; null is a group of its own.
    pub(crate) fn of(columns: &[Column]) -> PolarsResult<Self> {
        let texts: Vec<&StringChunked> = columns.iter().map(Column::str).collect::<PolarsResult<_>>()?;
        let height = columns.first().map_or(0, Column::len);
        let mut found: HashMap<Vec<u8>, u32, FixedState> = HashMap::default();
        let mut keys: Vec<Key> = vec![];
        let mut of_row = Vec::with_capacity(height);
        let mut packed = vec![];
        for row in 0..height {
            pack(&mut packed, &texts, row);
            let number = match found.get(packed.as_slice()) {
                Some(&number) => number,
                None => {
                    let number = keys.len() as u32;
                    keys.push(texts.iter().map(|text| text.get(row).map(str::to_owned)).collect());
                    found.insert(packed.clone(), number);
                    number
                }
            };
            of_row.push(number);
        }
        Ok(Self { keys, of_row }.in_order())
    }

    /// Numbers the groups by their keys rather than by who came first.
    fn in_order(mut self) -> Self {
        let mut order: Vec<u32> = (0..self.keys.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| self.keys[a as usize].cmp(&self.keys[b as usize]));
        let mut place = vec![0; order.len()];
        order.iter().zip(0..).for_each(|(&number, at)| place[number as usize] = at);
        self.of_row.iter_mut().for_each(|number| *number = place[*number as usize]);
        self.keys.sort_unstable();
        self
    }

    /// The values of each group; `None` stands for a value that does not count.
    pub(crate) fn values(&self, values: impl Iterator<Item = Option<f64>>) -> Vec<Vec<f64>> {
        let mut parted = vec![vec![]; self.keys.len()];
        let counted = self.of_row.iter().zip(values).filter_map(|(&group, value)| Some((group, value?)));
        counted.for_each(|(group, value)| parted[group as usize].push(value));
        parted
    }
}

/// The cells of a row, one after the other, so that no two rows of different cells agree.
fn pack(packed: &mut Vec<u8>, texts: &[&StringChunked], row: usize) {
    packed.clear();
    for text in texts {
        match text.get(row) {
            None => packed.push(0),
            Some(text) => {
                packed.push(1);
                packed.extend((text.len() as u64).to_le_bytes());
                packed.extend(text.as_bytes());
            }
        }
    }
}

/// A number learned for the group of each row; null where the group is not known or has
/// none. The keys are text columns.
pub(crate) fn number_of_group(keys: Vec<Expr>, learned: &LearnedColumn, fact: &str) -> Expr {
    of_group::<Float64Type>(keys, by_key(learned, fact, Fact::number))
}

/// A whole number learned for the group of each row, exact beyond 2^53; other numbers are
/// rounded, halves to even.
pub(crate) fn whole_of_group(keys: Vec<Expr>, learned: &LearnedColumn, fact: &str) -> Expr {
    let whole = |fact: &Fact| match fact {
        Fact::Whole(whole) => Some(*whole),
        other => other.number().map(|number| number.round_ties_even() as i64),
    };
    of_group::<Int64Type>(keys, by_key(learned, fact, whole))
}

fn of_group<T: PolarsNumericType>(keys: Vec<Expr>, numbers: HashMap<Vec<u8>, T::Native, FixedState>) -> Expr
where
    ChunkedArray<T>: IntoColumn,
{
    lookup(keys, T::get_static_dtype(), move |columns| {
        let texts: Vec<&StringChunked> = columns.iter().map(Column::str).collect::<PolarsResult<_>>()?;
        let mut packed = vec![];
        let found = (0..columns.first().map_or(0, Column::len)).map(|row| {
            pack(&mut packed, &texts, row);
            numbers.get(packed.as_slice()).copied()
        });
        Ok(ChunkedArray::<T>::from_iter_options("of_group".into(), found).into_column())
    })
}

/// A text learned for the group of each row.
pub(crate) fn text_of_group(keys: Vec<Expr>, learned: &LearnedColumn, fact: &str) -> Expr {
    let texts_by_key = by_key(learned, fact, |fact| match fact {
        Fact::Text(text) => Some(text.clone()),
        Fact::Flag(flag) => Some(flag.to_string()),
        _ => None,
    });
    lookup(keys, DataType::String, move |columns| {
        let texts: Vec<&StringChunked> = columns.iter().map(Column::str).collect::<PolarsResult<_>>()?;
        let mut packed = vec![];
        let found = (0..columns.first().map_or(0, Column::len)).map(|row| {
            pack(&mut packed, &texts, row);
            texts_by_key.get(packed.as_slice()).map(String::as_str)
        });
        Ok(StringChunked::from_iter_options("of_group".into(), found).into_column())
    })
}

/// What was learned about each group, by its packed key.
fn by_key<T>(learned: &LearnedColumn, fact: &str, of: impl Fn(&Fact) -> Option<T>) -> HashMap<Vec<u8>, T, FixedState> {
    let mut found = HashMap::default();
    for group in learned.groups.iter().filter(|group| !group.key.is_empty()) {
        let Some(value) = group.facts.get(fact).and_then(&of) else { continue };
        let mut packed = vec![];
        let cells: Vec<StringChunked> = group
            .key
            .iter()
            .map(|cell| StringChunked::from_iter_options("".into(), [cell.as_deref()].into_iter()))
            .collect();
        pack(&mut packed, &cells.iter().collect::<Vec<_>>(), 0);
        found.insert(packed, value);
    }
    found
}

fn lookup(
    keys: Vec<Expr>,
    dtype: DataType,
    find: impl Fn(&mut [Column]) -> PolarsResult<Column> + Send + Sync + 'static,
) -> Expr {
    map_multiple(find, keys, move |_: &Schema, _: &[Field]| Ok(Field::new("of_group".into(), dtype.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_numbered_by_their_text() {
        let a = Column::new("a".into(), [Some("b"), None, Some("a"), Some("b")]);
        let b = Column::new("b".into(), ["x", "x", "x", "x"]);
        let groups = Groups::of(&[a, b]).unwrap();
        assert_eq!(groups.of_row, [2, 0, 1, 2]);
        assert_eq!(groups.keys[0], [None, Some("x".to_owned())]);
        let parted = groups.values([Some(1.0), None, Some(3.0), Some(4.0)].into_iter());
        assert_eq!(parted, [vec![], vec![3.0], vec![1.0, 4.0]]);
    }

    #[test]
    fn cells_do_not_run_into_each_other() {
        let a = Column::new("a".into(), ["ab", "a"]);
        let b = Column::new("b".into(), ["c", "bc"]);
        assert_eq!(Groups::of(&[a, b]).unwrap().keys.len(), 2);
        assert!(Groups::of(&[]).unwrap().of_row.is_empty());
    }
}
