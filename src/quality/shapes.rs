//! How often each shape of text occurs.

use std::collections::BTreeMap;

use super::report::ShapeCount;

/// Shapes that are remembered; a column with more is free text.
const MOST: usize = 10_000;
/// The number that stands for a shape which is not remembered.
const NONE: u16 = u16::MAX;

/// Numbers for shapes, and their counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Shapes {
    numbers: BTreeMap<String, u16>,
    counts: Vec<u64>,
    pub(super) are_too_many: bool,
}

impl Shapes {
    /// The number of a shape, which may be new.
    pub(super) fn number(&mut self, shape: String) -> u16 {
        let next = self.counts.len();
        if let Some(&number) = self.numbers.get(&shape) {
            return number;
        }
        if next == MOST {
            self.are_too_many = true;
            return NONE;
        }
        self.numbers.insert(shape, next as u16);
        self.counts.push(0);
        next as u16
    }

    pub(super) fn add(&mut self, number: u16, n: u64) {
        if let Some(count) = self.counts.get_mut(usize::from(number)) {
            *count += n;
        }
    }

    /// Takes in another's shapes and counts; returns what each number of the other's is here.
    pub(super) fn merge(&mut self, other: &Self) -> Vec<u16> {
        self.are_too_many |= other.are_too_many;
        let mut here = vec![NONE; other.counts.len()];
        for (shape, &number) in &other.numbers {
            let mine = self.number(shape.clone());
            self.add(mine, other.counts[usize::from(number)]);
            here[usize::from(number)] = mine;
        }
        here
    }

    /// The most frequent shapes, ties by the shape; none when there were too many, as which
    /// of them were remembered is a matter of the order.
    pub(super) fn most_frequent(&self, n: usize) -> Vec<ShapeCount> {
        if self.are_too_many {
            return vec![];
        }
        let counted = self.numbers.iter().map(|(shape, &number)| (shape, self.counts[usize::from(number)]));
        let mut counts: Vec<(&String, u64)> = counted.filter(|&(_, n_rows)| n_rows > 0).collect();
        // The order of the map is that of the shapes, and the sort keeps it among ties.
        counts.sort_by_key(|&(_, n_rows)| std::cmp::Reverse(n_rows));
        counts.into_iter().take(n).map(|(shape, n_rows)| ShapeCount { shape: shape.clone(), n_rows }).collect()
    }
}
