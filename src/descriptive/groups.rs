//! Rows brought together by segment.

use polars::prelude::DataFrame;

use super::params::DESCRIBE;
use crate::error::{Error, Result};
use crate::frame::codes::{NO_CODE, codes_of};

/// The rows of a table by segment.
#[derive(Clone, Debug)]
pub(super) struct Groups {
    /// Keys of the segments in ascending order; missing parts come last.
    pub(super) keys: Vec<Vec<Option<String>>>,
    /// Rows, segment after segment, ascending within one.
    rows: Vec<u32>,
    /// Where the rows of each segment start, and where the last ends.
    starts: Vec<usize>,
}

impl Groups {
    /// The segments of the combinations of some columns; none without columns.
    pub(super) fn of(frame: &DataFrame, by: &[String]) -> Result<Self> {
        Self::for_step(DESCRIBE, frame, by)
    }

    /// The same, with the name that errors give.
    pub(super) fn for_step(step: &'static str, frame: &DataFrame, by: &[String]) -> Result<Self> {
        let none = Self { keys: Vec::new(), rows: Vec::new(), starts: vec![0] };
        if by.is_empty() || frame.height() == 0 {
            return Ok(none);
        }
        if u32::try_from(frame.height()).is_err() {
            let reason = format!("{} rows cannot be segmented in memory; filter or aggregate first", frame.height());
            return Err(Error::Unusable { analysis: step, reason });
        }
        let mut segments = vec![0_u32; frame.height()];
        let mut keys: Vec<Vec<Option<String>>> = vec![Vec::new()];
        for name in by {
            let found = codes_of(step, frame, name)?;
            let n_levels = found.labels.len() as u64 + 1;
            // A missing part is the last level.
            let level = |code: u32| if code == NO_CODE { n_levels - 1 } else { u64::from(code) };
            let pairs: Vec<u64> =
                segments.iter().zip(&found.codes).map(|(&s, &c)| u64::from(s) * n_levels + level(c)).collect();
            let (used, numbered) = numbered(&pairs, keys.len() as u64 * n_levels);
            segments = numbered;
            let label = |pair: u64| found.labels.get((pair % n_levels) as usize).cloned();
            keys = used
                .iter()
                .map(|&pair| {
                    let mut key = keys[(pair / n_levels) as usize].clone();
                    key.push(label(pair));
                    key
                })
                .collect();
        }
        Ok(Self::in_order(keys, &segments))
    }

    /// Brings rows together by counting.
    fn in_order(keys: Vec<Vec<Option<String>>>, segments: &[u32]) -> Self {
        let mut starts = vec![0; keys.len() + 1];
        segments.iter().for_each(|&segment| starts[segment as usize + 1] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut rows = vec![0; segments.len()];
        for (row, &segment) in segments.iter().enumerate() {
            let place = &mut next[segment as usize];
            rows[*place] = row as u32;
            *place += 1;
        }
        Self { keys, rows, starts }
    }

    /// Number of segments.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The rows of a segment.
    pub(super) fn rows(&self, segment: usize) -> &[u32] {
        &self.rows[self.starts[segment]..self.starts[segment + 1]]
    }
}

/// The numbers that occur, ascending, all of them below `end`; and for each number its place
/// among them.
fn numbered(pairs: &[u64], end: u64) -> (Vec<u64>, Vec<u32>) {
    /// Up to so many times the rows a mark for each number is cheaper than sorting.
    const DENSE: u64 = 2;
    if end <= DENSE * pairs.len() as u64 {
        let mut is_used = vec![false; end as usize];
        pairs.iter().for_each(|&pair| is_used[pair as usize] = true);
        let used: Vec<u64> = (0..end).filter(|&pair| is_used[pair as usize]).collect();
        let mut place = vec![0; end as usize];
        used.iter().zip(0..).for_each(|(&pair, at)| place[pair as usize] = at);
        return (used, pairs.iter().map(|&pair| place[pair as usize]).collect());
    }
    let mut used = pairs.to_vec();
    used.sort_unstable();
    used.dedup();
    let place = |pair: &u64| used.partition_point(|one| one < pair) as u32;
    let places = pairs.iter().map(place).collect();
    (used, places)
}

#[cfg(test)]
mod tests {
    use polars::df;

    use super::*;

    #[test]
    fn combinations_are_in_order_and_missing_parts_last() {
        let frame = df!("a" => [Some("y"), Some("x"), None, Some("y"), Some("x")], "b" => [Some(2), Some(10), Some(2), None, Some(10)]).unwrap();
        let groups = Groups::of(&frame, &["a".to_owned(), "b".to_owned()]).unwrap();
        let key = |a: Option<&str>, b: Option<&str>| vec![a.map(str::to_owned), b.map(str::to_owned)];
        assert_eq!(
            groups.keys,
            [key(Some("x"), Some("10")), key(Some("y"), Some("2")), key(Some("y"), None), key(None, Some("2"))]
        );
        assert_eq!((0..groups.len()).map(|at| groups.rows(at)).collect::<Vec<_>>(), [&[1, 4][..], &[0], &[3], &[2]]);
    }

    #[test]
    fn without_columns_there_are_no_segments() {
        let frame = df!("a" => [1, 2]).unwrap();
        assert_eq!(Groups::of(&frame, &[]).unwrap().len(), 0);
        assert_eq!(Groups::of(&frame.head(Some(0)), &["a".to_owned()]).unwrap().len(), 0);
    }
}
