//! Spearman's coefficient of every pair of columns.

use rayon::prelude::*;

use super::super::masked::Masked;
use super::super::undefined::Undefined;
use super::ranked::Ranked;
use super::spearman::{Scratch, Spearman, of_ranked};

/// Pairs that one task works on with the same room.
const PAIRS_PER_TASK: usize = 8;

/// Spearman's coefficients of all pairs of columns, each over the rows that both have.
///
/// Columns are sorted once; the ranks within the rows of a pair are found by counting. For
/// listwise deletion give all columns the same bits. Pairs are spread over the threads; their
/// sums are whole numbers, so the digits depend neither on threads nor on the order of rows.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::association::spearman_matrix::SpearmanMatrix;
/// use customer_analytics::kernel::masked::Masked;
///
/// let (x, y) = ([1.0, 2.0, 3.0, 0.0], [1.0, 4.0, 9.0, f64::NAN]);
/// let first_three = [0b0111];
/// let columns = [Masked::complete(&x), Masked { values: &y, valid: Some(&first_three) }];
/// let found = SpearmanMatrix::of(&columns);
/// let pair = found.pair(0, 1).unwrap().as_ref().unwrap();
/// assert_eq!((pair.rho, pair.n), (1.0, 3));
/// ```
#[derive(Clone, Debug)]
pub struct SpearmanMatrix {
    n_columns: usize,
    /// The pairs (0, 1), (0, 2) ... (1, 2) ...
    pairs: Vec<Result<Spearman, Undefined>>,
}

impl SpearmanMatrix {
    /// Ranks the columns, which should have the same length, and correlates every pair.
    ///
    /// A pair is undefined as in [`spearman`](super::spearman::spearman); NaN or an infinity in a
    /// row that is there leaves all pairs of its column undefined. Rows that one column of a
    /// pair lacks at its end are missing.
    #[must_use]
    pub fn of(columns: &[Masked<'_>]) -> Self {
        let ranked: Vec<_> = columns.par_iter().map(|&column| Ranked::of(column)).collect();
        let n_columns = columns.len();
        let places: Vec<_> = (0..n_columns).flat_map(|i| (i + 1..n_columns).map(move |j| (i, j))).collect();
        let correlate = |places: &[(usize, usize)]| {
            let mut scratch = Scratch::default();
            let pair = |&(i, j): &(usize, usize)| match (&ranked[i], &ranked[j]) {
                (Ok(x), Ok(y)) => of_ranked(x, y, &mut scratch),
                (Err(reason), _) | (_, Err(reason)) => Err(reason.clone()),
            };
            places.iter().map(pair).collect::<Vec<_>>()
        };
        let pairs = places.par_chunks(PAIRS_PER_TASK).flat_map_iter(correlate).collect();
        Self { n_columns, pairs }
    }

    /// Columns.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// The coefficient of two different columns, in either order; `None` for a column with
    /// itself or one that is not there.
    #[must_use]
    pub fn pair(&self, i: usize, j: usize) -> Option<&Result<Spearman, Undefined>> {
        let (i, j) = (i.min(j), i.max(j));
        if i == j || j >= self.n_columns {
            return None;
        }
        // Rows before row i hold i (2 p - i - 1) / 2 pairs.
        self.pairs.get(i * (2 * self.n_columns - i - 1) / 2 + j - i - 1)
    }

    /// All pairs, (0, 1), (0, 2) ... (1, 2) ...
    pub fn pairs(&self) -> &[Result<Spearman, Undefined>] {
        &self.pairs
    }
}

#[cfg(test)]
mod tests {
    use super::super::spearman::spearman;
    use super::*;

    fn spread(i: u64) -> u64 {
        (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
    }

    /// Columns of many values, of some and of few, with a tenth of the rows missing.
    fn columns(n: u64) -> (Vec<Vec<f64>>, Vec<Vec<u64>>) {
        let levels = [u64::MAX, 1_300, 5, u64::MAX, 2];
        let values = |(seed, levels): (usize, u64)| {
            (0..n).map(|i| (spread(i * 5 + seed as u64) % levels) as f64 + (i / 1_000) as f64).collect()
        };
        let bits = |seed: u64| {
            let word = |at: u64| {
                (0..64)
                    .filter(|bit| at * 64 + bit < n && !spread(at * 64 + bit + seed).is_multiple_of(10))
                    .fold(0, |word, bit| word | 1 << bit)
            };
            (0..n.div_ceil(64)).map(word).collect()
        };
        (levels.into_iter().enumerate().map(values).collect(), (1..=5).map(|seed| bits(seed * 7_919)).collect())
    }

    #[test]
    fn every_pair_is_what_its_rows_give_by_themselves() {
        let (values, bits) = columns(3_333);
        let mut masked: Vec<_> =
            values.iter().zip(&bits).map(|(values, bits)| Masked { values, valid: Some(bits) }).collect();
        masked[4].valid = None;
        let matrix = SpearmanMatrix::of(&masked);
        assert_eq!((matrix.n_columns(), matrix.pairs().len()), (5, 10));
        for (i, j) in (0..5).flat_map(|i| (0..5).map(move |j| (i, j))).filter(|(i, j)| i != j) {
            let both = |row: &usize| masked[i].is_valid(*row) && masked[j].is_valid(*row);
            let rows: Vec<usize> = (0..3_333).filter(both).collect();
            let kept = |column: usize| rows.iter().map(|&row| values[column][row]).collect::<Vec<_>>();
            let expected = spearman(&kept(i), &kept(j)).unwrap();
            assert_eq!(matrix.pair(i, j).unwrap().as_ref().unwrap(), &expected, "{i} {j}");
        }
        assert!(matrix.pair(2, 2).is_none() && matrix.pair(0, 5).is_none());
    }

    #[test]
    fn rows_behind_the_end_of_a_column_are_missing() {
        let (values, _) = columns(1_500);
        for length in [1_499, 1_280, 130, 5] {
            let cut: Vec<Masked<'_>> = values
                .iter()
                .enumerate()
                .map(|(i, values)| Masked::complete(if i % 2 == 0 { values } else { &values[..length] }))
                .collect();
            let matrix = SpearmanMatrix::of(&cut);
            for (i, j) in [(0, 1), (1, 2), (1, 3), (3, 4), (0, 3)] {
                assert_eq!(matrix.pair(i, j), Some(&spearman(&values[i][..length], &values[j][..length])), "{i} {j}");
            }
        }
    }

    #[test]
    fn threads_change_no_digit() {
        let (values, bits) = columns(5_000);
        let masked: Vec<_> =
            values.iter().zip(&bits).map(|(values, bits)| Masked { values, valid: Some(bits) }).collect();
        let on = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        let [one, three] = [1, 3].map(|n| on(n).install(|| SpearmanMatrix::of(&masked)));
        assert_eq!(one.pairs(), three.pairs());
    }

    #[test]
    fn a_reason_stays_with_its_pairs() {
        let (x, y, z) = ([1.0, 2.0, 3.0], [f64::NAN, 2.0, 1.0], [5.0, 5.0, 9.0]);
        let last_two = [0b110];
        let [first, second] = [[0b011_u64], [0b100]];
        let of = |values, valid| Masked { values, valid };
        let matrix = SpearmanMatrix::of(&[
            of(&x, None),
            of(&y, None),
            of(&y, Some(&last_two)),
            of(&z, Some(&first)),
            of(&z, Some(&second)),
        ]);
        assert_eq!(matrix.pair(1, 0), Some(&Err(Undefined::NotFinite)));
        assert_eq!(matrix.pair(2, 0).unwrap().as_ref().unwrap().rho, -1.0, "what is missing is not read");
        assert_eq!(matrix.pair(0, 3), Some(&Err(Undefined::Constant)));
        assert_eq!(matrix.pair(3, 4), Some(&Err(Undefined::TooFew { n: 0, needed: 2 })));
        assert_eq!(SpearmanMatrix::of(&[]).pairs().len(), 0);
    }
}
