//! How columns of numbers are centred and scaled.
//!
//! A chunk of rows gives each column its mean `m_c` and the squares about it, while the chunk is
//! near; `w_c` is what the chunk weighs among all rows:
//!
//! ```text
//! mean = sum w_c m_c        mean square = sum of squares + sum w_c (m_c - mean)^2
//! ```
//! T. F. Chan, G. H. Golub & R. J. LeVeque (1983), The American Statistician 37(3), 242-247.

use rayon::prelude::*;

use super::layout::Layout;
use super::observations::CHUNK;
use super::rows::Rows;
use crate::kernel::sum::CompensatedSum;
use crate::solver::matrix_product::{Loop, wide};

/// Centres the columns of numbers on their means and scales them by their standard deviations.
pub(super) fn shape(layout: &mut Layout, rows: &mut Rows) {
    let (mut numbers, mut multipliers) = spreads(layout, rows);
    if set_units(layout, rows, &numbers, &multipliers) {
        (numbers, multipliers) = spreads(layout, rows);
    }
    for (number, spread) in layout.numbers.iter_mut().zip(&numbers) {
        (number.centre, number.scale) = (spread.centre, root(spread.square));
    }
    for factor in &mut layout.factors {
        if let Some((slot, scale)) = &mut factor.multiplier {
            *scale = root(multipliers[*slot].square);
        }
    }
}

fn spreads(layout: &Layout, rows: &Rows) -> (Vec<Spread>, Vec<Spread>) {
    let shares = Shares::of(rows);
    let of_numbers = Spread::of_columns(&rows.numbers, layout.numbers.len(), layout.has_intercept, &shares);
    (of_numbers, Spread::of_columns(&rows.multipliers, layout.n_multipliers, false, &shares))
}

/// The root of a mean square; 1 for zeros.
fn root(square: f64) -> f64 {
    if square.is_normal() { square.sqrt() } else { 1.0 }
}

/// Multiplies columns whose squares are beyond doubles by a power of two; whether there are any.
fn set_units(layout: &mut Layout, rows: &mut Rows, numbers: &[Spread], multipliers: &[Spread]) -> bool {
    let units = |spreads: &[Spread]| spreads.iter().map(|spread| unit(spread.furthest)).collect::<Vec<f64>>();
    let (of_numbers, of_multipliers) = (units(numbers), units(multipliers));
    if of_numbers.iter().chain(&of_multipliers).all(|&unit| unit == 1.0) {
        return false;
    }
    layout.units = vec![1.0; layout.n_columns];
    for (number, unit) in layout.numbers.iter().zip(&of_numbers) {
        layout.units[number.column] = *unit;
    }
    for factor in &layout.factors {
        if let Some((slot, _)) = factor.multiplier {
            layout.units[factor.first..factor.first + factor.n_columns].fill(of_multipliers[slot]);
        }
    }
    for (cells, units) in [(&mut rows.numbers, of_numbers), (&mut rows.multipliers, of_multipliers)] {
        cells.chunks_exact_mut(units.len().max(1)).for_each(|row| {
            row.iter_mut().zip(&units).for_each(|(cell, unit)| *cell *= unit);
        });
    }
    true
}

/// The power of two that brings the furthest cell of a column near 1.
fn unit(furthest: f64) -> f64 {
    /// 2^300 and 2^600.
    const FAR: f64 = 2.037_035_976_334_486e90;
    const STEP: f64 = 4.149_515_568_880_993e180;
    match furthest {
        furthest if furthest > FAR => 1.0 / STEP,
        furthest if furthest > 0.0 && furthest < 1.0 / FAR => STEP,
        _ => 1.0,
    }
}

/// The weight of each row as a share of all, so that no sum is beyond the largest double.
struct Shares<'a> {
    weights: Option<&'a [f64]>,
    of_one: f64,
}

impl<'a> Shares<'a> {
    fn of(rows: &'a Rows) -> Self {
        let weights = rows.weights.as_deref();
        let total = weights.map_or(rows.n_rows as f64, |weights| CompensatedSum::of(weights.iter().copied()));
        Self { weights, of_one: 1.0 / total }
    }

    #[inline(always)]
    fn share(&self, row: usize) -> f64 {
        self.weights.map_or(self.of_one, |weights| weights[row] * self.of_one)
    }
}

/// Where the cells of a column are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Spread {
    /// The largest distance from 0.
    furthest: f64,
    /// The weighted mean, or 0 where columns are not centred.
    centre: f64,
    /// The weighted mean square about it.
    square: f64,
}

impl Spread {
    /// The spreads of columns that are held row after row, whatever the number of threads.
    fn of_columns(cells: &[f64], width: usize, centred: bool, shares: &Shares<'_>) -> Vec<Self> {
        if width == 0 {
            return Vec::new();
        }
        let of_chunk = |(chunk, cells): (usize, &[f64])| {
            let mut of_chunk = ChunkSpread { share: 0.0, columns: vec![Self::default(); width] };
            let states = &mut of_chunk;
            wide(Spreading { cells, first: chunk * CHUNK, centred, shares, states });
            of_chunk
        };
        let chunks: Vec<ChunkSpread> = cells.par_chunks(CHUNK * width).enumerate().map(of_chunk).collect();
        (0..width).map(|column| Self::merged(&chunks, column)).collect()
    }

    fn merged(chunks: &[ChunkSpread], column: usize) -> Self {
        let of_chunks = || chunks.iter().map(|chunk| (chunk.share, chunk.columns[column]));
        let centre = CompensatedSum::of(of_chunks().map(|(share, own)| share * own.centre));
        let square =
            CompensatedSum::of(of_chunks().map(|(share, own)| own.square + share * (own.centre - centre).powi(2)));
        Self { furthest: of_chunks().fold(0.0, |furthest: f64, (_, own)| furthest.max(own.furthest)), centre, square }
    }
}

/// What a chunk weighs, and the spreads of its columns; squares are sums, not means.
struct ChunkSpread {
    share: f64,
    columns: Vec<Spread>,
}

/// Adds the rows of a chunk to its spreads.
struct Spreading<'a> {
    cells: &'a [f64],
    /// The first row of the chunk.
    first: usize,
    centred: bool,
    shares: &'a Shares<'a>,
    states: &'a mut ChunkSpread,
}

impl Loop for Spreading<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { cells, first, centred, shares, states } = self;
        let width = states.columns.len();
        let (mut furthest, mut centres, mut squares) = (vec![0.0; width], vec![0.0; width], vec![0.0; width]);
        for (row, cells) in cells.chunks_exact(width).enumerate() {
            let share = shares.share(first + row);
            states.share += share;
            for ((cell, furthest), centre) in cells.iter().zip(&mut furthest).zip(&mut centres) {
                *furthest = if cell.abs() > *furthest { cell.abs() } else { *furthest };
                *centre += share * cell;
            }
        }
        // No row of the chunk counts beside the others when the shares are below doubles.
        let mean = |sum: f64| if centred && states.share > 0.0 { sum / states.share } else { 0.0 };
        centres.iter_mut().for_each(|centre| *centre = mean(*centre));
        for (row, cells) in cells.chunks_exact(width).enumerate() {
            let share = shares.share(first + row);
            for ((cell, square), centre) in cells.iter().zip(&mut squares).zip(&centres) {
                *square += share * ((cell - centre) * (cell - centre));
            }
        }
        for (at, spread) in states.columns.iter_mut().enumerate() {
            *spread = Spread { furthest: furthest[at], centre: centres[at], square: squares[at] };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: by hand; weights 1, 1 and 2 over two chunks.
    #[test]
    fn spreads_of_chunks_are_those_of_the_whole() {
        let weights = [1.0, 1.0, 2.0];
        let shares = Shares { weights: Some(&weights), of_one: 0.25 };
        let of_chunk = |cells: &[f64], first: usize| {
            let mut states = ChunkSpread { share: 0.0, columns: vec![Spread::default()] };
            Spreading { cells, first, centred: true, shares: &shares, states: &mut states }.run();
            states
        };
        let chunks = [of_chunk(&[1.0, 3.0], 0), of_chunk(&[-6.0], 2)];
        // Mean (1 + 3 - 12) / 4, squares (9 + 25 + 2 x 16) / 4.
        assert_eq!(Spread::merged(&chunks, 0), Spread { furthest: 6.0, centre: -2.0, square: 16.5 });
        assert_eq!(Spread::of_columns(&[1.0, 3.0, -6.0], 1, true, &shares), [Spread::merged(&chunks, 0)]);
        let about_zero = Spread::of_columns(&[1.0, 3.0, -6.0], 1, false, &shares);
        assert_eq!(about_zero, [Spread { furthest: 6.0, centre: 0.0, square: 20.5 }]);
    }
}
