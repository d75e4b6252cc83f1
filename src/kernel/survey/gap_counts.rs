//! How many answers are missing, and how many of them for the first reason.

use crate::kernel::wide::{Loop, wide};

/// Rows whose counts fit a byte, and which fill registers of any width.
const IN_BYTE: usize = 224;

/// Answers to one question that are missing. Reasons are codes that follow those of the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GapCounts {
    /// Rows.
    pub n_rows: u64,
    /// Rows without an answer.
    pub n_missing: u64,
    /// Of these, the rows with the code of the first reason.
    pub n_first: u64,
}

impl GapCounts {
    /// Counts codes from `first_gap` on; of the rows whose byte in `kept` is 1, or of all.
    ///
    /// ```
    /// use customer_analytics::kernel::survey::GapCounts;
    ///
    /// let counts = GapCounts::of(&[0, 5, 4, 6, 5], Some(&[1, 1, 1, 1, 0]), 5);
    /// assert_eq!((counts.n_rows, counts.n_missing, counts.n_first), (4, 2, 1));
    /// ```
    #[must_use]
    pub fn of(codes: &[u8], kept: Option<&[u8]>, first_gap: u8) -> Self {
        let mut counts = Self::default();
        wide(Counting { codes, kept, first_gap, counts: &mut counts });
        counts
    }
}

/// The pass over the codes.
struct Counting<'a> {
    codes: &'a [u8],
    kept: Option<&'a [u8]>,
    first_gap: u8,
    counts: &'a mut GapCounts,
}

impl Loop for Counting<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { codes, kept, first_gap, counts } = self;
        let sum = |bytes: u8| u64::from(bytes);
        let Some(kept) = kept else {
            counts.n_rows += codes.len() as u64;
            for part in codes.chunks(IN_BYTE) {
                counts.n_missing += sum(part.iter().map(|&code| u8::from(code >= first_gap)).sum());
                counts.n_first += sum(part.iter().map(|&code| u8::from(code == first_gap)).sum());
            }
            return;
        };
        for (part, kept) in codes.chunks(IN_BYTE).zip(kept.chunks(IN_BYTE)) {
            let rows = || part.iter().zip(kept);
            counts.n_rows += sum(kept.iter().map(|&kept| kept & 1).sum());
            counts.n_missing += sum(rows().map(|(&code, &kept)| u8::from(code >= first_gap) & kept).sum());
            counts.n_first += sum(rows().map(|(&code, &kept)| u8::from(code == first_gap) & kept).sum());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_has_no_gaps() {
        assert_eq!(GapCounts::of(&[], None, 5), GapCounts::default());
        assert_eq!(GapCounts::of(&[9; 1_000], None, 9), GapCounts { n_rows: 1_000, n_missing: 1_000, n_first: 1_000 });
    }

    proptest! {
        #[test]
        fn counts_are_those_of_each_row(rows in prop::collection::vec((0_u8..9, 0_u8..=1), 0..1_000), first in 0_u8..9) {
            let (codes, kept): (Vec<u8>, Vec<u8>) = rows.iter().copied().unzip();
            let count = |is_it: &dyn Fn(&(u8, u8)) -> bool| rows.iter().filter(|row| is_it(row)).count() as u64;
            let expected = GapCounts {
                n_rows: count(&|row| row.1 == 1),
                n_missing: count(&|row| row.1 == 1 && row.0 >= first),
                n_first: count(&|row| row.1 == 1 && row.0 == first),
            };
            prop_assert_eq!(GapCounts::of(&codes, Some(&kept), first), expected);
            let all = GapCounts::of(&codes, None, first);
            prop_assert_eq!((all.n_missing, all.n_first), (count(&|row| row.0 >= first), count(&|row| row.0 == first)));
        }
    }
}
