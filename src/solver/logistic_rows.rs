//! The rows of a logistic regression, and the sums over them that a step needs.

use rayon::prelude::*;

use crate::kernel::sum::CompensatedSum;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;

/// Rows of one block; blocks are summed in their order, so threads change no digit.
const BLOCK: usize = 2_048;
/// Running sums of one product, so that the processor need not wait for each addition.
const LANES: usize = 8;

/// Columns of a design, and for each row how often the event happened out of how many trials.
///
/// One row can stand for many: trials and successes are counts or sums of weights. A row
/// without trials counts for nothing.
#[derive(Clone, Debug)]
pub struct LogisticRows<'a> {
    columns: Vec<&'a [f64]>,
    successes: &'a [f64],
    trials: &'a [f64],
}

/// Sums over the rows at given coefficients; the intercept is the first.
#[derive(Clone, Debug)]
pub(super) struct StepSums {
    pub(super) log_likelihood: f64,
    pub(super) gradient: Vec<f64>,
    pub(super) information: SymmetricMatrix,
}

impl<'a> LogisticRows<'a> {
    /// Rows of a design without a column for the intercept, which is added.
    ///
    /// # Errors
    /// `TooFew` when the slices are not of one length; `NotFinite`; `NotPositive` when a row
    /// has more successes than trials or fewer than none.
    pub fn new(columns: Vec<&'a [f64]>, successes: &'a [f64], trials: &'a [f64]) -> Result<Self, Undefined> {
        let needed = trials.len();
        let lengths = columns.iter().map(|column| column.len()).chain([successes.len()]);
        if let Some(n) = lengths.into_iter().find(|&n| n != needed) {
            return Err(Undefined::TooFew { n: n.min(needed) as u64, needed: n.max(needed) as u64 });
        }
        if columns.iter().chain([&successes, &trials]).any(|column| column.iter().any(|value| !value.is_finite())) {
            return Err(Undefined::NotFinite);
        }
        if successes.iter().zip(trials).any(|(&successes, &trials)| !(0.0..=trials).contains(&successes)) {
            return Err(Undefined::NotPositive);
        }
        Ok(Self { columns, successes, trials })
    }

    /// Columns, without the intercept.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.columns.len()
    }

    /// Rows with a trial.
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        self.trials.iter().filter(|&&trials| trials > 0.0).count() as u64
    }

    /// Sums of successes and of trials.
    #[must_use]
    pub fn totals(&self) -> (f64, f64) {
        let total = |values: &[f64]| {
            let mut sum = CompensatedSum::default();
            values.iter().for_each(|&value| sum.add(value));
            sum.value()
        };
        (total(self.successes), total(self.trials))
    }

    /// The linear predictor of every row; the intercept is the first coefficient.
    #[must_use]
    pub fn linear_predictors(&self, coefficients: &[f64]) -> Vec<f64> {
        let mut predictors = vec![0.0; self.trials.len()];
        predictors
            .par_chunks_mut(BLOCK)
            .enumerate()
            .for_each(|(block, predictors)| self.predict(block * BLOCK, coefficients, predictors));
        predictors
    }

    fn predict(&self, start: usize, coefficients: &[f64], predictors: &mut [f64]) {
        predictors.fill(coefficients.first().copied().unwrap_or_default());
        for (column, coefficient) in self.columns.iter().zip(coefficients.iter().skip(1)) {
            let cells = &column[start..start + predictors.len()];
            predictors.iter_mut().zip(cells).for_each(|(predictor, cell)| *predictor += coefficient * cell);
        }
    }

    /// Whether a direction only ever leads towards what was seen: rows of the event go up and
    /// rows without it go down, but for a tolerance. Rows that move are counted; none where a
    /// row goes the wrong way.
    pub(super) fn moved_by(&self, direction: &[f64], tolerance: f64) -> Option<u64> {
        let moves = self.linear_predictors(direction);
        let largest = moves.iter().fold(0.0_f64, |largest, step| largest.max(step.abs()));
        let least = tolerance * largest;
        let mut n_moved = 0;
        for ((step, successes), trials) in moves.iter().zip(self.successes).zip(self.trials) {
            let is_wrong = (*successes > 0.0 && *step < -least) || (*successes < *trials && *step > least);
            if is_wrong {
                return None;
            }
            n_moved += u64::from(*trials > 0.0 && step.abs() > least);
        }
        Some(n_moved)
    }

    /// Log-likelihood, its gradient and the information at these coefficients.
    pub(super) fn sums(&self, coefficients: &[f64]) -> StepSums {
        let n_blocks = self.trials.len().div_ceil(BLOCK);
        let blocks: Vec<Vec<f64>> =
            (0..n_blocks).into_par_iter().map(|block| self.block_sums(block * BLOCK, coefficients)).collect();
        let order = self.columns.len() + 1;
        let mut sums = vec![CompensatedSum::default(); 1 + order + order * (order + 1) / 2];
        for block in &blocks {
            sums.iter_mut().zip(block).for_each(|(sum, &part)| sum.add(part));
        }
        let values: Vec<f64> = sums.into_iter().map(CompensatedSum::value).collect();
        let (likelihood, rest) = values.split_at(1);
        let (gradient, information) = rest.split_at(order);
        let place = |row: usize, column: usize| row * (row + 1) / 2 + column;
        StepSums {
            log_likelihood: likelihood[0],
            gradient: gradient.to_vec(),
            information: SymmetricMatrix::from_lower(order, |row, column| information[place(row, column)]),
        }
    }

    /// The log-likelihood, the gradient and the lower half of the information of one block.
    fn block_sums(&self, start: usize, coefficients: &[f64]) -> Vec<f64> {
        let end = (start + BLOCK).min(self.trials.len());
        let mut predictors = vec![0.0; end - start];
        self.predict(start, coefficients, &mut predictors);
        let (mut residuals, mut weights) = (predictors.clone(), predictors.clone());
        let mut log_likelihood = 0.0;
        for (at, &predictor) in predictors.iter().enumerate() {
            let (successes, trials) = (self.successes[start + at], self.trials[start + at]);
            let odds = (-predictor.abs()).exp();
            // The probabilities of the likelier and the less likely outcome, each with all its digits.
            let (likely, unlikely) = (1.0 / (1.0 + odds), odds / (1.0 + odds));
            let (event, no_event) = if predictor >= 0.0 { (likely, unlikely) } else { (unlikely, likely) };
            let against = if predictor >= 0.0 { trials - successes } else { successes };
            log_likelihood -= against * predictor.abs() + trials * odds.ln_1p();
            residuals[at] = successes * no_event - (trials - successes) * event;
            weights[at] = trials * event * no_event;
        }
        let columns: Vec<&[f64]> = self.columns.iter().map(|column| &column[start..end]).collect();
        let mut sums = vec![log_likelihood, total(&residuals)];
        sums.extend(columns.iter().map(|column| dot(column, &residuals)));
        sums.push(total(&weights));
        let mut weighted = weights.clone();
        for (row, column) in columns.iter().enumerate() {
            weighted.iter_mut().zip(&weights).zip(*column).for_each(|((cell, weight), value)| *cell = weight * value);
            sums.push(total(&weighted));
            sums.extend(columns[..=row].iter().map(|other| dot(other, &weighted)));
        }
        sums
    }
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    let (left, right) = (left.chunks_exact(LANES), right.chunks_exact(LANES));
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(left, right)| left * right).sum();
    let mut sums = [0.0; LANES];
    for (left, right) in left.zip(right) {
        for lane in 0..LANES {
            sums[lane] += left[lane] * right[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}

fn total(values: &[f64]) -> f64 {
    let chunks = values.chunks_exact(LANES);
    let rest: f64 = chunks.remainder().iter().sum();
    let mut sums = [0.0; LANES];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, value)| *sum += value);
    }
    sums.iter().sum::<f64>() + rest
}
