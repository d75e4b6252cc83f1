//! Means and spreads of columns that come in batches.
//!
//! Notation: `W` the weight so far, `m` a mean, `s` the mean square about it; `p = W_b / (W +
//! W_b)` the share of a batch.
//!
//! ```text
//! m := m + p (m_b - m)        s := (1 - p) s + p s_b + p (1 - p) (m_b - m)^2
//! ```
//! T. F. Chan, G. H. Golub & R. J. LeVeque (1979), STAN-CS-79-773, equation 2.1.

use super::family::Family;
use super::layout::Layout;
use super::observations::weighted_sums;
use super::rows::Rows;
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;

/// What the first pass learns of the rows.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) n_rows: u64,
    weight: CompensatedSum,
    response: CompensatedSum,
    offset: CompensatedSum,
    pub(super) has_offset: bool,
    numbers: Vec<Spread>,
    multipliers: Vec<Spread>,
    /// Rows with each of the responses that say nothing alone, 0 and 1.
    n_ends: [u64; 2],
    /// Rows that each of `FAMILIES` refuses.
    n_refused: [u64; 3],
}

/// Families that differ in what responses they allow; Tweedie's are those of Poisson's.
const FAMILIES: [Family; 3] = [Family::Binomial, Family::Poisson, Family::Gamma];

/// Mean, mean square about it, and largest size of a column.
#[derive(Clone, Copy, Debug, Default)]
struct Spread {
    mean: f64,
    square: f64,
    furthest: f64,
}

impl Shape {
    pub(super) fn new(layout: &Layout) -> Self {
        Self {
            n_rows: 0,
            weight: CompensatedSum::default(),
            response: CompensatedSum::default(),
            offset: CompensatedSum::default(),
            has_offset: false,
            numbers: vec![Spread::default(); layout.numbers.len()],
            multipliers: vec![Spread::default(); layout.n_multipliers],
            n_ends: [0; 2],
            n_refused: [0; 3],
        }
    }

    /// Adds a batch; with `about_means`, numbers are measured from their means, else from 0.
    pub(super) fn add(&mut self, rows: &Rows, about_means: bool) {
        let offset = |row: usize| rows.offset.as_ref().map_or(0.0, |offset| offset[row]);
        let [weight, response, offset] = weighted_sums(rows, |row| [1.0, rows.response[row], offset(row)]);
        let share = weight / (self.weight.value() + weight);
        let in_columns = |cells: &[f64], spreads: &mut Vec<Spread>, about_means: bool| {
            let width = spreads.len();
            for (at, spread) in spreads.iter_mut().enumerate() {
                let cell = |row: usize| cells[row * width + at];
                spread.merge(Spread::of(rows, weight, cell, about_means), share);
            }
        };
        in_columns(&rows.numbers, &mut self.numbers, about_means);
        in_columns(&rows.multipliers, &mut self.multipliers, false);
        self.n_rows += rows.n_rows as u64;
        self.weight.add(weight);
        self.response.add(response);
        self.offset.add(offset);
        self.has_offset |= rows.offset.is_some();
        let count = |is_it: &dyn Fn(f64) -> bool| rows.response.iter().filter(|&&y| is_it(y)).count() as u64;
        self.n_ends[0] += count(&|y| y == 0.0);
        self.n_ends[1] += count(&|y| y == 1.0);
        for (n, family) in self.n_refused.iter_mut().zip(FAMILIES) {
            *n += count(&|y| !family.allows(y));
        }
    }

    pub(super) fn mean_response(&self) -> f64 {
        self.response.value() / self.weight.value()
    }

    pub(super) fn mean_offset(&self) -> f64 {
        self.offset.value() / self.weight.value()
    }

    /// Rows whose response the family refuses.
    pub(super) fn n_refused(&self, family: Family) -> u64 {
        match family {
            Family::Gaussian => 0,
            Family::Binomial => self.n_refused[0],
            Family::Poisson | Family::Tweedie { .. } => self.n_refused[1],
            Family::Gamma => self.n_refused[2],
        }
    }

    /// Whether all responses are this one, 0 or 1.
    pub(super) fn all_at(&self, end: f64) -> bool {
        self.n_ends[usize::from(end == 1.0)] == self.n_rows
    }

    /// Centres and scales the columns of a layout by what was learnt.
    ///
    /// # Errors
    /// `OutOfRange` for columns whose squares are beyond doubles.
    pub(super) fn set(&self, layout: &mut Layout) -> Result<(), Undefined> {
        let mut columns = self.numbers.iter().chain(&self.multipliers);
        if columns.any(|spread| spread.furthest > 0.0 && !(1e-150..=1e150).contains(&spread.furthest)) {
            return Err(Undefined::OutOfRange);
        }
        for (number, spread) in layout.numbers.iter_mut().zip(&self.numbers) {
            (number.centre, number.scale) = (spread.mean, spread.scale());
        }
        for factor in &mut layout.factors {
            if let Some((slot, scale)) = &mut factor.multiplier {
                *scale = self.multipliers[*slot].scale();
            }
        }
        Ok(())
    }
}

impl Spread {
    fn of(rows: &Rows, weight: f64, cell: impl Fn(usize) -> f64 + Sync, about_mean: bool) -> Self {
        let mean = if about_mean { weighted_sums(rows, |row| [cell(row) / weight])[0] } else { 0.0 };
        let [square] = weighted_sums(rows, |row| [(cell(row) - mean).powi(2) / weight]);
        let furthest = (0..rows.n_rows).fold(0.0, |furthest: f64, row| furthest.max(cell(row).abs()));
        Self { mean, square, furthest }
    }

    fn merge(&mut self, other: Self, share: f64) {
        let gap = other.mean - self.mean;
        self.mean += share * gap;
        self.square = (1.0 - share) * self.square + share * other.square + share * (1.0 - share) * (gap * gap);
        self.furthest = self.furthest.max(other.furthest);
    }

    /// The root of the mean square; 1 for zeros.
    fn scale(&self) -> f64 {
        if self.square.is_normal() { self.square.sqrt() } else { 1.0 }
    }
}
