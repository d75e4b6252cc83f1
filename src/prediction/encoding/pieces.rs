//! The values of a column in the pieces that it is held in.

use std::borrow::Cow;
use std::ops::Range;

/// The values of a column, none of which is copied to have them in one piece.
#[derive(Default)]
pub(super) struct Pieces<'a> {
    /// Each with its first row; none is empty.
    pieces: Vec<(usize, Cow<'a, [f64]>)>,
    len: usize,
}

impl<'a> Pieces<'a> {
    /// Pieces that follow on each other.
    pub(super) fn of(values: impl IntoIterator<Item = Cow<'a, [f64]>>) -> Self {
        let mut len = 0;
        let mut pieces = Vec::new();
        for piece in values.into_iter().filter(|piece| !piece.is_empty()) {
            let first = len;
            len += piece.len();
            pieces.push((first, piece));
        }
        Self { pieces, len }
    }

    /// Rows.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// All values, where they are in one piece.
    pub(super) fn whole(&self) -> Option<&[f64]> {
        match self.pieces.as_slice() {
            [] => Some(&[]),
            [(_, piece)] => Some(piece),
            _ => None,
        }
    }

    /// All values in one piece, copied where they are not or not to be kept as they are.
    pub(super) fn into_whole(self) -> Cow<'a, [f64]> {
        let mut pieces = self.pieces;
        match pieces.pop() {
            None => Cow::Borrowed(&[]),
            Some((0, piece)) => piece,
            Some(last) => {
                pieces.push(last);
                Cow::Owned(pieces.iter().flat_map(|(_, piece)| piece.iter().copied()).collect())
            }
        }
    }

    /// The values of some rows, piece by piece.
    pub(super) fn parts(&self, rows: Range<usize>) -> impl Iterator<Item = &[f64]> {
        let behind = self.pieces.partition_point(|&(first, _)| first <= rows.start);
        let pieces = self.pieces[behind.saturating_sub(1)..].iter().take_while(move |(first, _)| *first < rows.end);
        pieces.map(move |(first, piece)| &piece[rows.start.max(*first) - first..(rows.end - first).min(piece.len())])
    }

    /// All values.
    pub(super) fn iter(&self) -> impl Iterator<Item = f64> {
        self.pieces.iter().flat_map(|(_, piece)| piece.iter().copied())
    }

    /// Copies the values of some rows.
    pub(super) fn copy(&self, rows: Range<usize>, out: &mut [f64]) {
        let mut rest = out;
        for part in self.parts(rows) {
            let (own, behind) = rest.split_at_mut(part.len());
            own.copy_from_slice(part);
            rest = behind;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_across_pieces() {
        let parts = [vec![1.0, 2.0], vec![], vec![3.0], vec![4.0, 5.0, 6.0]];
        let pieces = Pieces::of(parts.iter().map(|part| Cow::Borrowed(part.as_slice())));
        assert_eq!((pieces.len(), pieces.whole()), (6, None));
        for start in 0..6 {
            for end in start..=6 {
                let mut out = vec![0.0; end - start];
                pieces.copy(start..end, &mut out);
                assert_eq!(out, (start..end).map(|row| row as f64 + 1.0).collect::<Vec<_>>());
            }
        }
        assert_eq!(pieces.iter().sum::<f64>(), 21.0);
        assert_eq!(pieces.into_whole().as_ref(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let empty = Pieces::of([]);
        assert_eq!((empty.len(), empty.whole(), empty.parts(0..0).count()), (0, Some(&[][..]), 0));
        assert!(matches!(Pieces::of([Cow::Borrowed(&[1.0][..])]).into_whole(), Cow::Borrowed(_)));
    }
}
