//! How often each value of a sample occurs.

use serde::Serialize;

use super::sorted::Sorted;
use crate::kernel::entropy::{Diversity, Multiplicities};
use crate::kernel::undefined::Undefined;

/// The most frequent values of a sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Modes {
    /// The modes, ascending; not all of them where `n_modes` is larger.
    pub values: Vec<f64>,
    /// How often each of them occurs.
    pub count: u64,
    /// How many there are; the number of distinct values where all are equally frequent.
    pub n_modes: u64,
}

/// What the frequencies of the values of a sample say.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Frequencies {
    /// Distinct values.
    pub n_distinct: u64,
    /// The most frequent ones.
    pub modes: Modes,
    /// Entropy of the distribution of the values.
    pub diversity: Diversity,
}

impl Sorted<'_> {
    /// Each distinct value with the number of times it occurs, ascending.
    pub fn runs(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        self.values().chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u64))
    }

    /// Distinct values.
    #[must_use]
    pub fn n_distinct(&self) -> u64 {
        let changes = self.values().windows(2).filter(|pair| pair[0] != pair[1]).count();
        (changes + usize::from(self.n() > 0)) as u64
    }

    /// Distinct values, modes and entropy in one pass; of the modes the `most` smallest are listed.
    ///
    /// # Errors
    /// `TooFew` without values.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::kernel::order::Sorter;
    ///
    /// let mut sorter = Sorter::default();
    /// let found = sorter.sort(&[2.0, 5.0, 2.0, 7.0, 5.0]).unwrap().frequencies(10).unwrap();
    /// assert_eq!((found.n_distinct, found.modes.count), (3, 2));
    /// assert_eq!(found.modes.values, [2.0, 5.0]);
    /// ```
    pub fn frequencies(&self, most: usize) -> Result<Frequencies, Undefined> {
        self.ends()?;
        let mut multiplicities = Multiplicities::default();
        let mut modes = Modes { values: Vec::new(), count: 0, n_modes: 0 };
        let mut n_distinct = 0;
        for (value, count) in self.runs() {
            n_distinct += 1;
            multiplicities.add(count);
            modes.consider(value, count, most);
        }
        Ok(Frequencies { n_distinct, modes, diversity: multiplicities.diversity()? })
    }
}

impl Modes {
    #[inline]
    pub(super) fn consider(&mut self, value: f64, count: u64, most: usize) {
        if count < self.count {
            return;
        }
        if count > self.count {
            self.values.clear();
            (self.count, self.n_modes) = (count, 0);
        }
        self.n_modes += 1;
        if self.values.len() < most {
            self.values.push(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::kernel::order::ascending;

    fn frequencies(values: &[f64], most: usize) -> Result<Frequencies, Undefined> {
        Sorted::of_ascending(&ascending(values)).unwrap().frequencies(most)
    }

    #[test]
    fn where_all_occur_once_all_are_modes() {
        let found = frequencies(&[3.0, 1.0, 2.0], 2).unwrap();
        assert_eq!(found.modes, Modes { values: vec![1.0, 2.0], count: 1, n_modes: 3 });
        assert_eq!((found.n_distinct, found.diversity.evenness), (3, Some(1.0)));
    }

    #[test]
    fn one_value_is_its_own_mode_and_nothing_has_none() {
        let found = frequencies(&[-0.0, 0.0], 10).unwrap();
        assert_eq!(found.modes, Modes { values: vec![0.0], count: 2, n_modes: 1 });
        assert_eq!((found.diversity.nats, found.diversity.evenness), (0.0, None));
        assert_eq!(frequencies(&[], 10), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(Sorted::of_ascending(&[]).unwrap().n_distinct(), 0);
    }

    proptest! {
        #[test]
        fn runs_are_the_counts_of_a_map(values in prop::collection::vec(-5..5_i32, 1..80)) {
            let mut counts = BTreeMap::new();
            values.iter().for_each(|&value| *counts.entry(value).or_insert(0_u64) += 1);
            let sorted = ascending(&values.iter().map(|&value| f64::from(value)).collect::<Vec<_>>());
            let sample = Sorted::of_ascending(&sorted).unwrap();
            let expected: Vec<(f64, u64)> = counts.iter().map(|(&value, &count)| (f64::from(value), count)).collect();
            prop_assert_eq!(sample.runs().collect::<Vec<_>>(), expected.clone());
            let found = sample.frequencies(usize::MAX).unwrap();
            let top = counts.values().copied().max().unwrap();
            let modes: Vec<f64> = expected.iter().filter(|(_, count)| *count == top).map(|(value, _)| *value).collect();
            prop_assert_eq!((found.n_distinct, sample.n_distinct()), (counts.len() as u64, counts.len() as u64));
            prop_assert_eq!(found.modes, Modes { n_modes: modes.len() as u64, values: modes, count: top });
        }
    }
}
