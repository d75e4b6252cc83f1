//! Records that share the value of a key.

use rayon::prelude::*;

use super::normal_values::{Cell, KeyValues};

/// Records by the value they share; values of one record alone are counted only.
///
/// Hashes are sorted, and the texts of equal hashes compared, so that two values never pass
/// for one: O(n log n) in the records, whatever the values.
#[derive(Debug, Default)]
pub(super) struct KeyGroups {
    /// Distinct values.
    pub(super) n_values: u64,
    /// Records with a value.
    pub(super) n_records: u64,
    rows: Vec<u32>,
    ends: Vec<usize>,
}

impl KeyGroups {
    pub(super) fn of(values: &KeyValues) -> Self {
        let rows = (0..values.n_records).into_par_iter();
        let with_value = rows.filter(|&row| values.cell(row) == Cell::Value);
        Self::of_hashed(values, with_value.map(|row| (values.hash(row), row)).collect())
    }

    fn of_hashed(values: &KeyValues, mut hashed: Vec<(u64, u32)>) -> Self {
        hashed.par_sort_unstable();
        let mut groups = Self { n_records: hashed.len() as u64, ..Self::default() };
        let mut rows: Vec<u32> = Vec::new();
        for run in hashed.chunk_by(|a, b| a.0 == b.0) {
            rows.clear();
            rows.extend(run.iter().map(|&(_, row)| row));
            if rows.iter().all(|&row| values.texts(row).eq(values.texts(rows[0]))) {
                groups.add(&rows);
            } else {
                // Different values of one hash: rare, and sorted out by the texts.
                rows.sort_by(|&a, &b| values.texts(a).cmp(values.texts(b)).then(a.cmp(&b)));
                rows.chunk_by(|&a, &b| values.texts(a).eq(values.texts(b))).for_each(|equal| groups.add(equal));
            }
        }
        groups
    }

    fn add(&mut self, rows: &[u32]) {
        self.n_values += 1;
        if rows.len() > 1 {
            self.rows.extend_from_slice(rows);
            self.ends.push(self.rows.len());
        }
    }

    /// The records of every value that several share, ascending within a group; groups are in
    /// no particular order.
    pub(super) fn shared(&self) -> impl Iterator<Item = &[u32]> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.rows[start..end])
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;
    use crate::integration::MatchKey;

    fn values() -> KeyValues {
        let frame = df!("k" => [Some("b"), Some("a"), None, Some("b"), Some("c"), Some("a"), Some("b")]).unwrap();
        KeyValues::of(&frame, &MatchKey::new("k"), &[]).unwrap()
    }

    fn sorted(groups: &KeyGroups) -> Vec<Vec<u32>> {
        let mut shared: Vec<Vec<u32>> = groups.shared().map(<[u32]>::to_vec).collect();
        shared.sort();
        shared
    }

    #[test]
    fn records_are_grouped_by_value() {
        let groups = KeyGroups::of(&values());
        assert_eq!((groups.n_values, groups.n_records), (3, 6));
        assert_eq!(sorted(&groups), [vec![0, 3, 6], vec![1, 5]]);
    }

    #[test]
    fn equal_hashes_of_unequal_values_link_nothing() {
        let values = values();
        let collided = [0, 1, 3, 4, 5, 6].map(|row| (7, row)).to_vec();
        let groups = KeyGroups::of_hashed(&values, collided);
        assert_eq!((groups.n_values, groups.n_records), (3, 6));
        assert_eq!(sorted(&groups), [vec![0, 3, 6], vec![1, 5]]);
    }

    #[test]
    fn no_value_makes_no_group() {
        let frame = df!("k" => [None::<&str>, None]).unwrap();
        let groups = KeyGroups::of(&KeyValues::of(&frame, &MatchKey::new("k"), &[]).unwrap());
        assert_eq!((groups.n_values, groups.shared().count()), (0, 0));
    }
}
