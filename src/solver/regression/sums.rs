//! Sums of a pass, by sort of column while they grow and in the order of the design at the end.

use super::layout::{FactorColumns, Layout};
use crate::kernel::symmetric_matrix::SymmetricMatrix;

/// Sums of a pass, over the columns of the design in their order.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    /// What the pass added up beside the products, such as a log-likelihood.
    pub(super) total: f64,
    /// Sum of the weights of this pass.
    pub(super) total_weight: f64,
    pub(super) gradient: Vec<f64>,
    pub(super) information: SymmetricMatrix,
}

/// Sums by sort of column; `width` numbers for each row: the 1, the numbers, the score.
#[derive(Clone, Debug)]
pub(super) struct RawSums {
    pub(super) total: f64,
    /// Numbers by numbers and score.
    pub(super) numbers: Vec<f64>,
    /// Codes by numbers and score, factor after factor.
    pub(super) by_code: Vec<Vec<f64>>,
    /// Codes by codes: for a factor with multiplier its own squares first, then pairs.
    pub(super) squares: Vec<Vec<f64>>,
    pub(super) pairs: Vec<Vec<f64>>,
}

impl RawSums {
    pub(super) fn new(layout: &Layout) -> Self {
        let n_numbers = layout.numbers.len() + 1;
        let width = n_numbers + 1;
        let factors = &layout.factors;
        let pairs = (0..factors.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        Self {
            total: 0.0,
            numbers: vec![0.0; n_numbers * width],
            by_code: factors.iter().map(|factor| vec![0.0; factor.n_columns * width]).collect(),
            squares: factors
                .iter()
                .map(|factor| vec![0.0; if factor.multiplier.is_some() { factor.n_columns } else { 0 }])
                .collect(),
            pairs: pairs.map(|(a, b)| vec![0.0; factors[a].n_columns * factors[b].n_columns]).collect(),
        }
    }

    /// Numbers held.
    pub(super) fn size(layout: &Layout) -> usize {
        layout.n_columns * layout.n_columns + layout.n_columns + 1
    }

    /// Adds the sums of other rows.
    pub(super) fn add(&mut self, other: &Self) {
        self.total += other.total;
        add_all(&mut self.numbers, &other.numbers);
        for (own, other) in
            [(&mut self.by_code, &other.by_code), (&mut self.squares, &other.squares), (&mut self.pairs, &other.pairs)]
        {
            own.iter_mut().zip(other).for_each(|(own, other)| add_all(own, other));
        }
    }

    /// The sums in the order of the columns of the design.
    pub(super) fn assembled(&self, layout: &Layout) -> Sums {
        let width = layout.numbers.len() + 2;
        let n = layout.n_columns;
        let mut cells = vec![0.0; n * n];
        let mut gradient = vec![0.0; n];
        // Where each row of numbers stands in the design; the 1 nowhere without an intercept.
        let places: Vec<Option<usize>> = std::iter::once(layout.has_intercept.then_some(0))
            .chain(layout.numbers.iter().map(|number| Some(number.column)))
            .collect();
        let mut set = |row: usize, column: usize, value: f64| {
            cells[row * n + column] = value;
            cells[column * n + row] = value;
        };
        for (at, place) in places.iter().enumerate() {
            let Some(place) = *place else { continue };
            let row = &self.numbers[at * width..(at + 1) * width];
            gradient[place] = row[width - 1];
            for (other, value) in places[..=at].iter().zip(row) {
                if let Some(other) = *other {
                    set(place, other, *value);
                }
            }
        }
        for (at, factor) in layout.factors.iter().enumerate() {
            for code in 0..factor.n_columns {
                let row = &self.by_code[at][code * width..(code + 1) * width];
                let place = factor.first + code;
                if layout.moved.contains(&place) {
                    continue;
                }
                gradient[place] = row[width - 1];
                for (other, value) in places.iter().zip(row) {
                    if let Some(other) = *other {
                        set(place, other, *value);
                    }
                }
                // Squares of 0 and 1 are what they are of.
                set(place, place, self.squares[at].get(code).copied().unwrap_or(row[0]));
            }
            for (before, other) in layout.factors[..at].iter().enumerate() {
                let pair = &self.pairs[at * (at.wrapping_sub(1)) / 2 + before];
                for (cell, value) in pair.iter().enumerate() {
                    let (code, other_code) = (cell / other.n_columns, cell % other.n_columns);
                    let (place, other) = (factor.first + code, other.first + other_code);
                    if !layout.moved.contains(&place) && !layout.moved.contains(&other) {
                        set(place, other, *value);
                    }
                }
            }
        }
        let information = SymmetricMatrix::from_lower(n, |row, column| cells[row * n + column]);
        Sums { total: self.total, total_weight: self.numbers[0], gradient, information }
    }
}

#[inline(always)]
pub(super) fn add_all(own: &mut [f64], other: &[f64]) {
    own.iter_mut().zip(other).for_each(|(own, other)| *own += other);
}

/// Coefficients by sort of column, as predictors take them.
pub(super) struct Slopes {
    /// Of the 1 and the numbers, filled up to whole lanes.
    pub(super) numbers: Vec<f64>,
    pub(super) factors: Vec<Vec<f64>>,
}

impl Slopes {
    pub(super) fn of(layout: &Layout, coefficients: &[f64]) -> Self {
        let mut numbers = vec![if layout.has_intercept { coefficients[0] } else { 0.0 }];
        numbers.extend(layout.numbers.iter().map(|number| coefficients[number.column]));
        let of_factor = |factor: &FactorColumns| coefficients[factor.first..factor.first + factor.n_columns].to_vec();
        Self { numbers, factors: layout.factors.iter().map(of_factor).collect() }
    }

    /// What all rows have for a linear predictor, where no column has a slope.
    pub(super) fn level(&self) -> Option<f64> {
        let (level, numbers) = self.numbers.split_first()?;
        let mut slopes = numbers.iter().chain(self.factors.iter().flatten());
        slopes.all(|&slope| slope == 0.0).then_some(*level)
    }
}
