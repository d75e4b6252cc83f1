//! Kendall's tau-b: how much more often two columns agree on the order of two rows than not.
//!
//! Notation: of the `n0 = n (n - 1) / 2` pairs of rows, C are concordant, D discordant, n1 tied
//! in x, n2 tied in y; `S = C - D`. M. G. Kendall (1945), "The treatment of ties in ranking
//! problems", Biometrika 33(3), 239-251:
//!
//! ```text
//! tau_b = S / sqrt((n0 - n1) (n0 - n2))
//! var S = B_x B_y / (n (n - 1) (n - 2)) + A_x A_y / (2 n (n - 1))
//! A = n^2 - sum c^2,   B = (n^3 - sum c^3) / 3 - A,   c the rows of each value
//! ```
//!
//! The variance is the one of Kendall & Gibbons (1990), Rank Correlation Methods, equation
//! (4.5), put together as by H. E. Daniels (1944), Biometrika 33(2), 129-135, so that no terms
//! cancel. Counting takes O(n log n), after Knight (1966), or O(n + rc) through the table of an
//! r-valued and a c-valued column.

use serde::Serialize;

use super::super::distribution::normal;
use super::super::order::{FewLevels, OrderedRows, RowSorter};
use super::super::p_value::PValue;
use super::super::undefined::Undefined;
use super::inversions::inversions;

/// Cells of a table that is counted in place of sorting, however few rows there are.
const SMALL_TABLE: usize = 1 << 12;

/// Kendall's tau-b with its pairs and the test against no association.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Kendall {
    /// The coefficient, in -1..=1.
    pub tau_b: f64,
    /// Rows.
    pub n: u64,
    /// Pairs of rows that both columns put in the same order.
    pub concordant: u64,
    /// Pairs that they put in opposite orders.
    pub discordant: u64,
    /// Pairs with equal x, those with equal y among them.
    pub ties_x: u64,
    /// Pairs with equal y, those with equal x among them.
    pub ties_y: u64,
    /// Pairs with equal x and equal y.
    pub ties_both: u64,
    /// `C - D` by its standard deviation without association, corrected for ties, without
    /// correction for continuity.
    pub z: f64,
    /// Two-sided, from the normal distribution.
    pub p_value: PValue,
}

/// Kendall's tau-b of two columns of the same length; of unequal ones the shorter length counts.
///
/// For ordered answers such as ratings, and wherever outliers must not matter: 0.4 says that of
/// the pairs of customers that differ, 40 in 100 more are ordered alike than opposite (exactly
/// so without ties). Zeros of both signs are equal. The counts are exact.
///
/// # Errors
///
/// [`Undefined::TooFew`] under two rows, [`Undefined::NotFinite`] for NaN and infinities,
/// [`Undefined::Constant`] when all values of a column are equal, [`Undefined::Overflow`] beyond
/// 2^32 - 1 rows.
///
/// # References
///
/// Kendall (1945), Biometrika 33(3), 239-251. Knight (1966), JASA 61(314), 436-439.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::association::kendall::kendall;
///
/// // Of six pairs five are ordered alike and one is not.
/// let found = kendall(&[1.0, 2.0, 3.0, 4.0], &[10.0, 30.0, 20.0, 40.0]).unwrap();
/// assert_eq!((found.concordant, found.discordant), (5, 1));
/// assert!((found.tau_b - 4.0 / 6.0).abs() < 1e-15);
/// ```
pub fn kendall(x: &[f64], y: &[f64]) -> Result<Kendall, Undefined> {
    let n = x.len().min(y.len());
    let (x, y) = (&x[..n], &y[..n]);
    if n < 2 {
        return Err(Undefined::TooFew { n: n as u64, needed: 2 });
    }
    if u32::try_from(n).is_err() {
        return Err(Undefined::Overflow);
    }
    if !x.iter().chain(y).all(|value| value.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    count(x, y)?.finish(n as u64)
}

/// Rows with equal values: their pairs, and the sums that the variance needs.
#[derive(Clone, Copy, Debug, Default)]
struct Ties {
    pairs: u64,
    cubes: u128,
}

impl Ties {
    fn add(&mut self, rows: u64) {
        self.pairs += rows * rows.saturating_sub(1) / 2;
        self.cubes += u128::from(rows).pow(3);
    }
}

/// What was counted over all pairs of rows.
#[derive(Clone, Copy, Debug, Default)]
struct Pairs {
    discordant: u64,
    x: Ties,
    y: Ties,
    both: u64,
}

/// Which of its different values, numbered in their order, a column has in each row.
struct Numbered {
    of_row: Vec<u32>,
    n_distinct: usize,
    ties: Ties,
}

impl Numbered {
    fn of_few(levels: &FewLevels) -> Self {
        let mut ties = Ties::default();
        levels.counts().into_iter().for_each(|rows| ties.add(u64::from(rows)));
        Self { of_row: levels.of_row.iter().copied().map(u32::from).collect(), n_distinct: levels.n(), ties }
    }

    fn of_order(rows: OrderedRows<'_>) -> Self {
        let (mut of_row, mut ties) = (vec![0; rows.len()], Ties::default());
        for (run, number) in rows.runs().zip(0..) {
            ties.add(run.len() as u64);
            run.for_each(|row| of_row[row as usize] = number);
        }
        Self { of_row, n_distinct: rows.n_distinct(), ties }
    }
}

fn count(x: &[f64], y: &[f64]) -> Result<Pairs, Undefined> {
    let few = |values: &[f64]| FewLevels::of(values.iter().copied().map(Some));
    let (mut by_x, mut by_y) = (RowSorter::default(), RowSorter::default());
    match rayon::join(|| few(x), || few(y)) {
        (Some(x), Some(y)) if x.n() * y.n() <= x.of_row.len().max(SMALL_TABLE) => Ok(count_table(&x, &y)),
        (_, Some(levels)) => Ok(count_ordered(by_x.sort(x)?, &Numbered::of_few(&levels))),
        (Some(levels), None) => {
            let swapped = count_ordered(by_y.sort(y)?, &Numbered::of_few(&levels));
            Ok(Pairs { x: swapped.y, y: swapped.x, ..swapped })
        }
        (None, None) if rayon::current_num_threads() == 1 => {
            // Fresh memory costs a sixth of the time.
            let y = by_x.sort(y).map(Numbered::of_order)?;
            Ok(count_ordered(by_x.sort(x)?, &y))
        }
        (None, None) => {
            let (x, y) = rayon::join(|| by_x.sort(x), || by_y.sort(y).map(Numbered::of_order));
            Ok(count_ordered(x?, &y?))
        }
    }
}

/// Counts through the table of two columns of few values.
fn count_table(x: &FewLevels, y: &FewLevels) -> Pairs {
    let mut table = vec![0_u32; x.n() * y.n()];
    for (&i, &j) in x.of_row.iter().zip(&y.of_row) {
        table[usize::from(i) * y.n() + usize::from(j)] += 1;
    }
    let mut pairs = Pairs::default();
    let mut above = vec![0_u64; y.n()];
    for row in table.chunks_exact(y.n()) {
        // Rows of smaller x and larger y are in the opposite order.
        let mut larger = 0;
        for (&cell, above) in row.iter().zip(&mut above).rev() {
            let cell = u64::from(cell);
            pairs.discordant += cell * larger;
            pairs.both += cell * cell.saturating_sub(1) / 2;
            larger += *above;
            *above += cell;
        }
        pairs.x.add(row.iter().map(|&cell| u64::from(cell)).sum());
    }
    above.into_iter().for_each(|rows| pairs.y.add(rows));
    pairs
}

/// Counts from the rows in the order of x and the numbers of the values of y.
fn count_ordered(x: OrderedRows<'_>, y: &Numbered) -> Pairs {
    let mut pairs = Pairs::default();
    let mut numbers: Vec<u32> = x.rows().map(|row| y.of_row[row as usize]).collect();
    let mut rest = numbers.as_mut_slice();
    for run in x.runs() {
        let (group, others) = rest.split_at_mut(run.len());
        rest = others;
        pairs.x.add(group.len() as u64);
        if group.len() > 1 {
            // Rows with equal x are in no wrong order.
            group.sort_unstable();
            pairs.both += group.chunk_by(|a, b| a == b).map(|run| pairs_of(run.len())).sum::<u64>();
        }
    }
    pairs.discordant = inversions(&mut numbers, y.n_distinct);
    pairs.y = y.ties;
    pairs
}

fn pairs_of(rows: usize) -> u64 {
    rows as u64 * (rows as u64).saturating_sub(1) / 2
}

impl Pairs {
    fn finish(self, n: u64) -> Result<Kendall, Undefined> {
        let all = n * (n - 1) / 2;
        let (differ_x, differ_y) = (all - self.x.pairs, all - self.y.pairs);
        if differ_x == 0 || differ_y == 0 {
            return Err(Undefined::Constant);
        }
        let concordant = all + self.both - self.x.pairs - self.y.pairs - self.discordant;
        let s = (i128::from(concordant) - i128::from(self.discordant)) as f64;
        let tau_b = s / (differ_x as f64 * differ_y as f64).sqrt();
        let z = s / self.variance(n).sqrt();
        Ok(Kendall {
            tau_b: tau_b.clamp(-1.0, 1.0),
            n,
            concordant,
            discordant: self.discordant,
            ties_x: self.x.pairs,
            ties_y: self.y.pairs,
            ties_both: self.both,
            z,
            p_value: normal::two_sided(z)?,
        })
    }

    /// The variance of `C - D` over all ways to pair the values of x with those of y.
    fn variance(&self, n: u64) -> f64 {
        let rows = n as f64;
        let differ = |ties: &Ties| 2 * (u128::from(n) * u128::from(n - 1) / 2 - u128::from(ties.pairs));
        let spread = |ties: &Ties| ((u128::from(n).pow(3) - ties.cubes) / 3 - differ(ties)) as f64;
        let by_pairs = differ(&self.x) as f64 * differ(&self.y) as f64 / (2.0 * rows * (rows - 1.0));
        if n == 2 {
            return by_pairs;
        }
        by_pairs + spread(&self.x) * spread(&self.y) / (rows * (rows - 1.0) * (rows - 2.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whole numbers from 0 below `most`, without pattern.
    fn mixed(n: u64, seed: u64, most: u64) -> Vec<f64> {
        let next = |i: u64| (i + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (0..n)
            .map(|i| ((next(i) ^ next(i) >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33) % most)
            .map(|v| v as f64)
            .collect()
    }

    /// All pairs, one by one.
    fn looked_at(x: &[f64], y: &[f64]) -> [u64; 5] {
        let mut counts = [0; 5];
        for (j, i) in (0..x.len()).flat_map(|j| (0..j).map(move |i| (j, i))) {
            let (a, b) = (x[i] - x[j], y[i] - y[j]);
            counts[0] += u64::from(a * b > 0.0);
            counts[1] += u64::from(a * b < 0.0);
            counts[2] += u64::from(a == 0.0);
            counts[3] += u64::from(b == 0.0);
            counts[4] += u64::from(a == 0.0 && b == 0.0);
        }
        counts
    }

    fn counts(found: &Kendall) -> [u64; 5] {
        [found.concordant, found.discordant, found.ties_x, found.ties_y, found.ties_both]
    }

    #[test]
    fn every_way_of_counting_agrees_with_looking_at_all_pairs() {
        let n = 3_000;
        for (x_levels, y_levels) in
            [(5, 6), (900, 900), (2, u64::MAX), (u64::MAX, 7), (1_500, 2_500), (u64::MAX, u64::MAX)]
        {
            let (x, y) = (mixed(n, 1, x_levels), mixed(n, 999, y_levels));
            let found = kendall(&x, &y).unwrap();
            assert_eq!(counts(&found), looked_at(&x, &y), "{x_levels} {y_levels}");
        }
    }

    #[test]
    fn threads_change_no_digit() {
        let (x, y) = (mixed(200_000, 1, u64::MAX), mixed(200_000, 999, 50_000));
        let on = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(|| kendall(&x, &y));
        assert_eq!(on(1), on(3));
    }

    /// Oracle: scipy 1.17.1, `kendalltau(x, y, method='asymptotic')`.
    #[test]
    fn ties_are_corrected_for() {
        let found = kendall(&[12.0, 2.0, 1.0, 12.0, 2.0], &[1.0, 4.0, 7.0, 1.0, 0.0]).unwrap();
        assert!((found.tau_b + 0.471_404_520_791_031_6).abs() < 1e-15);
        assert!((found.p_value.value() / 0.282_745_459_932_774_6 - 1.0).abs() < 1e-10);
    }

    #[test]
    fn what_has_no_order_is_undefined() {
        assert_eq!(kendall(&[], &[]), Err(Undefined::TooFew { n: 0, needed: 2 }));
        assert_eq!(kendall(&[1.0], &[1.0, 2.0]), Err(Undefined::TooFew { n: 1, needed: 2 }));
        assert_eq!(kendall(&[0.0, -0.0], &[1.0, 2.0]), Err(Undefined::Constant));
        assert_eq!(kendall(&[1.0, f64::NAN], &[1.0, 2.0]), Err(Undefined::NotFinite));
        assert_eq!(kendall(&[1.0, 2.0], &[1.0, f64::INFINITY]), Err(Undefined::NotFinite));
    }

    #[test]
    fn two_rows_agree_or_do_not() {
        let found = kendall(&[1e308, -1e308], &[5e-324, 0.0]).unwrap();
        assert_eq!((found.tau_b, found.z), (1.0, 1.0));
        assert_eq!(kendall(&[1.0, 2.0], &[2.0, 1.0]).unwrap().tau_b, -1.0);
    }

    /// Oracle: by hand; of 4e9 rows in two halves, the pairs across agree.
    #[test]
    fn four_thousand_million_rows_do_not_overflow() {
        let half = 2_000_000_000_u64;
        let mut ties = Ties::default();
        ties.add(half);
        ties.add(half);
        let pairs = Pairs { discordant: 0, x: ties, y: ties, both: ties.pairs };
        let found = pairs.finish(2 * half).unwrap();
        assert_eq!((found.tau_b, found.concordant), (1.0, half * half));
        // With two halves S is n^2/4 times the phi of the table, whose variance is 1/(n - 1).
        assert!((found.z / (2.0 * half as f64 - 1.0).sqrt() - 1.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn neither_order_nor_stretching_changes_anything(rows in prop::collection::vec((0_i32..30, -40_i32..40), 2..60)) {
            let column = |pick: fn(&(i32, i32)) -> i32| rows.iter().map(|row| f64::from(pick(row))).collect::<Vec<_>>();
            let (x, y) = (column(|row| row.0), column(|row| row.1));
            let found = kendall(&x, &y);
            let (mut back_x, mut back_y) = (x.clone(), y.clone());
            back_x.reverse();
            back_y.reverse();
            prop_assert_eq!(&kendall(&back_x, &back_y), &found);
            let stretched: Vec<f64> = x.iter().map(|value| value.exp()).collect();
            prop_assert_eq!(&kendall(&stretched, &y), &found);
            if let Ok(found) = found {
                prop_assert_eq!(counts(&found), looked_at(&x, &y));
                let turned: Vec<f64> = y.iter().map(|value| -value).collect();
                prop_assert_eq!(kendall(&x, &turned).unwrap().tau_b, -found.tau_b);
            }
        }
    }
}
