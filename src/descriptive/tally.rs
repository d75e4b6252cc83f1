//! How often each level occurs among the rows of a segment.

use crate::frame::codes::NO_CODE;
use crate::frame::levels::Levels;

/// A level and its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) code: u32,
    pub(super) n: u64,
}

/// Counts for all levels at once, kept from segment to segment and always 0 in between.
#[derive(Clone, Debug, Default)]
pub(super) struct Counter(Vec<u64>);

/// The levels that occur in all rows.
pub(super) fn tally_all(levels: &Levels) -> Vec<Cell> {
    let cells = (0..).zip(&levels.counts).map(|(code, &n)| Cell { code, n });
    cells.filter(|cell| cell.n > 0).collect()
}

/// The levels that occur in some rows, in no order that may reach a result.
///
/// A counter for each level is used where the rows are about as many; few rows out of many levels
/// are sorted, so that neither time nor memory grows with the product of levels and segments.
pub(super) fn tally(levels: &Levels, rows: &[u32], counter: &mut Counter) -> Vec<Cell> {
    /// Up to so many levels for each row are counted.
    const DENSE: usize = 2;
    let filled = rows.iter().map(|&row| levels.codes[row as usize]).filter(|code| *code != NO_CODE);
    if levels.counts.len() > DENSE * rows.len() {
        let mut codes: Vec<u32> = filled.collect();
        codes.sort_unstable();
        return codes.chunk_by(|a, b| a == b).map(|run| Cell { code: run[0], n: run.len() as u64 }).collect();
    }
    let counts = &mut counter.0;
    counts.resize(levels.counts.len(), 0);
    filled.for_each(|code| counts[code as usize] += 1);
    let occurs = |(code, n): (u32, &mut u64)| (*n > 0).then(|| Cell { code, n: std::mem::take(n) });
    (0..).zip(counts.iter_mut()).filter_map(occurs).collect()
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;

    #[test]
    fn counting_and_sorting_agree_and_nothing_is_left_in_the_counter() {
        let labels: Vec<Option<String>> = (0..400).map(|i| (i % 7 != 0).then(|| (i * i % 61).to_string())).collect();
        let levels = Levels::of("test", &df!("x" => labels).unwrap(), "x").unwrap();
        let mut counter = Counter::default();
        let every: Vec<u32> = (0..400).collect();
        assert_eq!(tally(&levels, &every, &mut counter), tally_all(&levels));
        // 31 levels: up to 15 rows are sorted, more are counted.
        for n_rows in [0, 1, 14, 15, 16, 17, 40] {
            let rows = &every[..n_rows];
            let mut codes: Vec<u32> = rows.iter().map(|&row| levels.codes[row as usize]).collect();
            codes.retain(|code| *code != NO_CODE);
            codes.sort_unstable();
            let expected: Vec<Cell> =
                codes.chunk_by(|a, b| a == b).map(|run| Cell { code: run[0], n: run.len() as u64 }).collect();
            assert_eq!(tally(&levels, rows, &mut counter), expected, "{n_rows}");
            assert!(counter.0.iter().all(|n| *n == 0));
        }
    }
}
