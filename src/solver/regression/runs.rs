//! Neighbouring rows that have the same codes.

use std::ops::Range;

use super::rows::Rows;

/// The runs of rows of a tile that have the same codes.
pub(super) struct Runs<'a> {
    codes: &'a [u32],
    width: usize,
    /// First rows of the runs that follow.
    behind: &'a [u32],
    /// The first row of the tile, that of the next run, and the end of the tile.
    start: usize,
    from: usize,
    end: usize,
}

impl<'a> Runs<'a> {
    /// The runs of `n` rows, which have `width` codes each.
    #[inline(always)]
    pub(super) fn of(rows: &'a Rows, width: usize, start: usize, n: usize) -> Self {
        let end = if width == 0 { start } else { start + n };
        // The run that the first row of the tile is in.
        let behind = rows.runs.partition_point(|&first| first as usize <= start);
        Self { codes: &rows.codes, width, behind: &rows.runs[behind..], start, from: start, end }
    }
}

impl<'a> Iterator for Runs<'a> {
    type Item = (&'a [u32], Range<usize>);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.from >= self.end {
            return None;
        }
        let next = match self.behind.split_first() {
            Some((&next, behind)) => {
                self.behind = behind;
                self.end.min(next as usize)
            }
            None => self.end,
        };
        let codes = &self.codes[self.from * self.width..(self.from + 1) * self.width];
        let rows = self.from - self.start..next - self.start;
        self.from = next;
        Some((codes, rows))
    }
}
