//! Regressions over rows that do not fit into memory.
//!
//! Batches of rows are read once for the means and spreads of the columns, once for their
//! cross-products, once for each step and once or twice for what is told at the end; memory is
//! that of one batch and of the squared number of columns. Sums of batches are added in the order
//! in which batches come.

use std::fmt;

use super::family::{Curvature, Family};
use super::fit::{RegressionError, RegressionFit, RegressionOptions, ends, maximise};
use super::layout::Layout;
use super::observations::weighted_sums;
use super::pass::{Pass, Share};
use super::passes::{Extent, Passes, n_moved};
use super::penalty::Penalty;
use super::rows::{Outcomes, Rows};
use super::streamed_shape::Shape;
use super::sums::{RawSums, Sums};
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;
use crate::solver::cholesky::Cholesky;
use crate::solver::design::DesignBlock;

/// Share of a column that those before it must leave, or it is aliased.
const RANK_TOLERANCE: f64 = 1e-10;

/// Neighbouring rows of a regression.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The columns, of the same kinds and sizes in all batches.
    pub blocks: &'a [DesignBlock<'a>],
    /// Response, weights and offset of the rows; groups are not used.
    pub outcomes: Outcomes<'a>,
}

/// What takes the batches of a pass, one after the other.
pub type TakeBatch<'t> = dyn FnMut(Batch<'_>) -> Result<(), RegressionError> + 't;

/// The rows of a regression, read anew for each pass.
///
/// A column is aliased when those before it leave less than 1e-10 of its variance; near
/// dependencies below that keep the digits of a double less their condition, where
/// [`Observations`](super::Observations) look at each row. The digits depend on the order of the
/// rows and on the batches, in the last places.
///
/// # Examples
///
/// ```
/// use customer_analytics::solver::design::DesignBlock;
/// use customer_analytics::solver::regression::{
///     Batch, Family, Outcomes, RegressionOptions, StreamedObservations, TakeBatch, fit_streamed,
/// };
///
/// // Two rows at a time: 1 + 2 x.
/// let read = |take: &mut TakeBatch<'_>| {
///     for x in [[1.0, 2.0], [4.0, 8.0]] {
///         let response = x.map(|x| 1.0 + 2.0 * x);
///         let outcomes = Outcomes { response: &response, ..Outcomes::default() };
///         take(Batch { blocks: &[DesignBlock::Numbers(x.as_slice().into())], outcomes })?;
///     }
///     Ok(())
/// };
/// let observations = StreamedObservations::new(read, true).unwrap();
/// let fitted = fit_streamed(&observations, Family::Gaussian, &RegressionOptions::default()).unwrap();
/// assert!((fitted.coefficients[0] - 1.0).abs() < 1e-13 && (fitted.coefficients[1] - 2.0).abs() < 1e-13);
/// ```
#[derive(Clone)]
pub struct StreamedObservations<F> {
    read: F,
    layout: Layout,
    shape: Shape,
    aliased: Vec<usize>,
    products: Sums,
    column_sums: Vec<f64>,
}

impl<F> fmt::Debug for StreamedObservations<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("StreamedObservations");
        shown.field("n_rows", &self.shape.n_rows).field("n_columns", &self.layout.n_columns).finish_non_exhaustive()
    }
}

impl<F> StreamedObservations<F>
where
    F: Fn(&mut TakeBatch<'_>) -> Result<(), RegressionError>,
{
    /// Learns the columns in two passes. `read` hands all batches to what it is given, the same
    /// ones in the same order each time, and stops at the first error, which it returns; its own
    /// are [`RegressionError::Source`].
    ///
    /// # Errors
    /// Those of `read`; `Source` when batches differ in their columns or passes in their rows;
    /// `Undefined` as [`Observations::new`](super::Observations::new), and `OutOfRange` for columns
    /// of numbers whose largest size is beyond 1e150 or below 1e-150, unless they are 0.
    pub fn new(read: F, has_intercept: bool) -> Result<Self, RegressionError> {
        let mut learnt: Option<(Layout, Shape)> = None;
        read(&mut |batch| {
            let layout = Layout::of(batch.blocks, has_intercept);
            let (first, shape) = learnt.get_or_insert_with(|| (layout.clone(), Shape::new(&layout)));
            let rows = rows_of(&batch, first)?;
            if rows.n_rows > 0 {
                shape.add(&rows, has_intercept);
            }
            Ok(())
        })?;
        let (mut layout, shape) = learnt.filter(|(_, shape)| shape.n_rows > 0).ok_or(Undefined::NoWeight)?;
        shape.set(&mut layout)?;
        let products = RawSums::new(&layout).assembled(&layout);
        let mut learnt = Self { read, layout, shape, aliased: Vec::new(), products, column_sums: Vec::new() };
        learnt.multiply()?;
        learnt.aliased = Cholesky::of(&learnt.products.information, RANK_TOLERANCE)?.aliased().to_vec();
        Ok(learnt)
    }

    /// Rows of a weight above zero.
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        self.shape.n_rows
    }

    /// Columns, with the intercept.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.layout.n_columns
    }

    /// Sum of the weights.
    #[must_use]
    pub fn total_weight(&self) -> f64 {
        self.products.total_weight
    }

    /// Columns that those before them determine, in ascending order; they have no coefficients.
    #[must_use]
    pub fn aliased(&self) -> &[usize] {
        &self.aliased
    }

    fn multiply(&mut self) -> Result<(), RegressionError> {
        let level = if self.layout.has_intercept { self.level() } else { 0.0 };
        let (mut products, mut column_sums) = (RawSums::new(&self.layout), vec![0.0; self.layout.n_columns]);
        self.each(|pass| {
            products.add(&pass.raw_plain_products(level));
            let weights = pass.rows.weights.clone().unwrap_or_else(|| vec![1.0; pass.rows.n_rows]);
            column_sums.iter_mut().zip(pass.products(&weights)).for_each(|(all, sum)| *all += sum);
        })?;
        (self.products, self.column_sums) = (products.assembled(&self.layout), column_sums);
        Ok(())
    }

    fn level(&self) -> f64 {
        self.shape.mean_response() - self.shape.mean_offset()
    }

    /// Calls back with each batch that has rows of a weight.
    fn each(&self, mut act: impl FnMut(Pass<'_>)) -> Result<(), RegressionError> {
        let mut n_rows = 0;
        (self.read)(&mut |batch| {
            let rows = rows_of(&batch, &self.layout)?;
            n_rows += rows.n_rows as u64;
            if rows.n_rows > 0 {
                act(Pass { layout: &self.layout, rows: &rows });
            }
            Ok(())
        })?;
        if n_rows == self.shape.n_rows {
            return Ok(());
        }
        Err(RegressionError::Source(format!("{n_rows} row(s) in one pass, {} in the first", self.shape.n_rows)))
    }

    fn check_responses(&self, family: Family) -> Result<(), RegressionError> {
        match self.shape.n_refused(family) {
            0 => {}
            n => return Err(RegressionError::Response { n }),
        }
        match ends(family).iter().find(|&&end| self.shape.all_at(end)) {
            Some(&value) => Err(RegressionError::OneOutcome { value }),
            None => Ok(()),
        }
    }

    /// The penalty of each column: `l2_penalty` times its variance.
    fn penalty(&self, l2_penalty: f64) -> Penalty {
        if l2_penalty == 0.0 {
            return Penalty::None;
        }
        let (first, total) = (usize::from(self.layout.has_intercept), self.total_weight());
        let of_column = |column: usize| {
            let mean = self.column_sums[column] / total;
            let variance = self.products.information.get(column, column) / total - mean * mean;
            if column < first { 0.0 } else { l2_penalty * variance.max(0.0) }
        };
        Penalty::OfEach((0..self.layout.n_columns).map(of_column).collect())
    }
}

/// Fits a regression to rows that are read anew for each step.
///
/// The fit is that of [`fit`](super::fit) to rounding; it holds no linear predictors of rows.
///
/// # Errors
/// See [`RegressionError`].
pub fn fit_streamed<F>(
    observations: &StreamedObservations<F>,
    family: Family,
    options: &RegressionOptions,
) -> Result<RegressionFit, RegressionError>
where
    F: Fn(&mut TakeBatch<'_>) -> Result<(), RegressionError>,
{
    observations.check_responses(family)?;
    maximise(observations, family, options, observations.penalty(options.l2_penalty))
}

/// The rows of a batch as they come, if its columns are those of the layout.
fn rows_of(batch: &Batch<'_>, layout: &Layout) -> Result<Rows, RegressionError> {
    if !layout.has_columns_of(batch.blocks) {
        return Err(RegressionError::Source("columns differ from those of the first one".to_owned()));
    }
    let outcomes = Outcomes { groups: None, ..batch.outcomes };
    Ok(Rows::of(batch.blocks, &outcomes, layout, false)?)
}

impl<F> Passes for StreamedObservations<F>
where
    F: Fn(&mut TakeBatch<'_>) -> Result<(), RegressionError>,
{
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn n_rows(&self) -> u64 {
        self.shape.n_rows
    }

    fn aliased(&self) -> &[usize] {
        &self.aliased
    }

    fn mean_response(&self) -> f64 {
        self.shape.mean_response()
    }

    fn mean_offset(&self) -> Option<f64> {
        self.shape.has_offset.then(|| self.shape.mean_offset())
    }

    fn level_products(&self) -> Option<(f64, &Sums)> {
        let has_level = self.layout.has_intercept && !self.shape.has_offset;
        has_level.then(|| (self.level(), &self.products))
    }

    fn whole_slopes(&self, fitted: &[f64]) -> Vec<f64> {
        fitted.to_vec()
    }

    fn sums(
        &self,
        share: Share,
        family: Family,
        curvature: Curvature,
        coefficients: &[f64],
    ) -> Result<Sums, RegressionError> {
        let mut sums = RawSums::new(&self.layout);
        self.each(|pass| {
            sums.add(
                &pass.raw_sums(share, coefficients, |tile, weights, scores| {
                    family.judge(curvature, tile, weights, scores)
                }),
            );
        })?;
        Ok(sums.assembled(&self.layout))
    }

    fn totals<const N: usize>(
        &self,
        coefficients: &[f64],
        _: &mut Vec<f64>,
        of_row: impl Fn(f64, f64) -> [f64; N] + Sync,
    ) -> Result<[f64; N], RegressionError> {
        let mut totals = [CompensatedSum::default(); N];
        self.each(|pass| {
            let predictors = pass.predictors(coefficients);
            let of_batch = weighted_sums(pass.rows, |row| of_row(pass.rows.response[row], predictors[row]));
            totals.iter_mut().zip(of_batch).for_each(|(total, sum)| total.add(sum));
        })?;
        Ok(totals.map(CompensatedSum::value))
    }

    fn extent(&self, family: Family, direction: &[f64]) -> Result<Extent, RegressionError> {
        let mut extent = Extent::default();
        self.each(|pass| extent = extent.merge(Extent::of(pass, family, direction)))?;
        Ok(extent)
    }

    fn n_moved(&self, direction: &[f64], further: f64) -> Result<u64, RegressionError> {
        let mut n = 0;
        self.each(|pass| n += n_moved(pass, direction, further))?;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::super::small_table::{COUNT, FLAG, PLAN, SIZE, WEIGHT, assert_close};
    use super::super::{Observations, fit};
    use super::*;
    use crate::solver::design::REFERENCE;

    /// A table of numbers, a category and an interaction.
    struct Table {
        x: Vec<f64>,
        z: Vec<f64>,
        codes: Vec<u32>,
        response: Vec<f64>,
        weights: Vec<f64>,
        offset: Vec<f64>,
    }

    impl Table {
        fn new(n: usize, response: impl Fn(f64) -> f64) -> Self {
            let noise = |seed: u32| {
                let mixed =
                    move |row: u32| row.wrapping_mul(2_654_435_761).rotate_left(seed) ^ row.wrapping_mul(40_503);
                (0..n as u32).map(move |row| f64::from(mixed(row)) / f64::from(u32::MAX)).collect::<Vec<_>>()
            };
            let x: Vec<f64> = noise(3).iter().map(|u| 5e4 + 10.0 * u).collect();
            let codes = noise(11).iter().map(|u| if *u < 0.3 { REFERENCE } else { (u * 3.9) as u32 % 3 }).collect();
            let response = noise(17).iter().zip(&x).map(|(u, x)| response(0.7 * u + 0.03 * (x - 5e4))).collect();
            let weights = noise(23).iter().map(|u| (u * 5.0).floor()).collect();
            Self { x, z: noise(7), codes, response, weights, offset: noise(29) }
        }

        fn blocks(&self, rows: std::ops::Range<usize>) -> Vec<DesignBlock<'_>> {
            vec![
                DesignBlock::Numbers(self.x[rows.clone()].into()),
                DesignBlock::Codes { codes: self.codes[rows.clone()].into(), n_columns: 3 },
                DesignBlock::ScaledCodes {
                    codes: self.codes[rows.clone()].into(),
                    n_columns: 3,
                    scale: self.z[rows.clone()].into(),
                },
                DesignBlock::Numbers(self.z[rows].into()),
            ]
        }

        fn outcomes(&self, rows: std::ops::Range<usize>, is_plain: bool) -> Outcomes<'_> {
            Outcomes {
                response: &self.response[rows.clone()],
                weights: (!is_plain).then(|| &self.weights[rows.clone()]),
                offset: (!is_plain).then(|| &self.offset[rows]),
                groups: None,
            }
        }

        /// Batches of unequal sizes, some of them empty.
        fn read(&self, is_plain: bool, take: &mut TakeBatch<'_>) -> Result<(), RegressionError> {
            let (mut start, mut size) = (0, 1);
            while start < self.x.len() {
                let end = self.x.len().min(start + size);
                for rows in [start..end, end..end] {
                    let blocks = self.blocks(rows.clone());
                    take(Batch { blocks: &blocks, outcomes: self.outcomes(rows, is_plain) })?;
                }
                (start, size) = (end, size * 3 % 1_001);
            }
            Ok(())
        }
    }

    /// Oracle: the fit in memory, which has oracles of its own.
    #[test]
    #[allow(clippy::type_complexity, reason = "a table of cases")]
    fn batches_give_the_fit_of_the_whole() {
        let is_above: fn(f64) -> f64 = |u| f64::from(u8::from(u > 0.5));
        let cases: [(Family, fn(f64) -> f64); 5] = [
            (Family::Gaussian, |u| u - 3.0),
            (Family::Binomial, is_above),
            (Family::Poisson, |u| (u * 6.0).floor()),
            (Family::Gamma, |u| 0.1 + u * u),
            (Family::Tweedie { power: 1.4 }, |u| (u - 0.4).max(0.0)),
        ];
        for (family, response) in cases {
            let table = Table::new(4_000, response);
            for (is_plain, has_intercept, l2_penalty) in [(true, true, 0.0), (false, true, 2.5), (false, false, 0.0)] {
                let options = RegressionOptions { l2_penalty, ..RegressionOptions::default() };
                let whole = table.outcomes(0..4_000, is_plain);
                let whole = Observations::new(&table.blocks(0..4_000), has_intercept, &whole).unwrap();
                let expected = fit(&whole, family, &options).unwrap();
                let read = |take: &mut TakeBatch<'_>| table.read(is_plain, take);
                let streamed = StreamedObservations::new(read, has_intercept).unwrap();
                assert_eq!(streamed.n_rows(), whole.n_rows() as u64);
                let got = fit_streamed(&streamed, family, &options).unwrap();
                assert_close(&got.coefficients, &expected.coefficients, 1e-10);
                assert_close(&got.std_errors, &expected.std_errors, 1e-10);
                let totals =
                    |fit: &RegressionFit| [fit.deviance, fit.null_deviance, fit.pearson_chi2, fit.effective_parameters];
                assert_close(&totals(&got), &totals(&expected), 1e-10);
                assert_eq!((got.aliased, got.predictors.len()), (expected.aliased, 0));
            }
        }
    }

    fn batch(rows: std::ops::Range<usize>, response: &[f64], take: &mut TakeBatch<'_>) -> Result<(), RegressionError> {
        let plan = DesignBlock::Codes { codes: PLAN[rows.clone()].into(), n_columns: 2 };
        let size = DesignBlock::Numbers(SIZE[rows.clone()].into());
        let outcomes =
            Outcomes { response: &response[rows.clone()], weights: Some(&WEIGHT[rows]), ..Outcomes::default() };
        take(Batch { blocks: &[size.clone(), plan, size], outcomes })
    }

    fn small(response: [f64; 12]) -> impl Fn(&mut TakeBatch<'_>) -> Result<(), RegressionError> {
        move |take| [0..5, 5..6, 6..12].into_iter().try_for_each(|rows| batch(rows, &response, take))
    }

    #[test]
    fn aliased_columns_and_separation_are_found() {
        let streamed = StreamedObservations::new(small(FLAG), true).unwrap();
        assert_eq!(streamed.aliased(), [4]);
        assert_eq!((streamed.n_columns(), streamed.total_weight()), (5, 20.0));
        let fitted = fit_streamed(&streamed, Family::Binomial, &RegressionOptions::default()).unwrap();
        assert_eq!((fitted.aliased, fitted.coefficients[4]), (vec![4], 0.0));
        let above_three = SIZE.map(|size| f64::from(u8::from(size > 3.0)));
        let separated = StreamedObservations::new(small(above_three), true).unwrap();
        let got = fit_streamed(&separated, Family::Binomial, &RegressionOptions::default());
        assert!(matches!(got, Err(RegressionError::Separated { n_rows: 12, .. })), "{got:?}");
        let outside = fit_streamed(&streamed, Family::Gamma, &RegressionOptions::default());
        let n = FLAG.iter().filter(|&&flag| flag == 0.0).count() as u64;
        assert_eq!(outside, Err(RegressionError::Response { n }));
        let ones = StreamedObservations::new(small([1.0; 12]), true).unwrap();
        let got = fit_streamed(&ones, Family::Binomial, &RegressionOptions::default());
        assert_eq!(got, Err(RegressionError::OneOutcome { value: 1.0 }));
    }

    #[test]
    fn what_a_source_does_wrong_is_told() {
        let failing = |_: &mut TakeBatch<'_>| Err(RegressionError::Source("the file is gone".to_owned()));
        let got = StreamedObservations::new(failing, true).unwrap_err();
        assert_eq!(got.to_string(), "the batches of rows: the file is gone");
        let n_passes = Cell::new(0_usize);
        let shrinking = |take: &mut TakeBatch<'_>| {
            n_passes.set(n_passes.get() + 1);
            batch(0..13 - n_passes.get(), &COUNT, take)
        };
        let got = StreamedObservations::new(shrinking, true).unwrap_err();
        assert_eq!(got, RegressionError::Source("11 row(s) in one pass, 12 in the first".to_owned()));
        let changing = |take: &mut TakeBatch<'_>| {
            let outcomes = Outcomes { response: &[1.0, 2.0], ..Outcomes::default() };
            take(Batch { blocks: &[DesignBlock::Numbers(vec![1.0, 3.0].into())], outcomes })?;
            take(Batch { blocks: &[DesignBlock::Codes { codes: vec![0, 1].into(), n_columns: 2 }], outcomes })
        };
        let got = StreamedObservations::new(changing, true).unwrap_err();
        assert_eq!(got, RegressionError::Source("columns differ from those of the first one".to_owned()));
        let empty = StreamedObservations::new(|_: &mut TakeBatch<'_>| Ok(()), true).unwrap_err();
        assert_eq!(empty, RegressionError::Undefined(Undefined::NoWeight));
        let infinite = |take: &mut TakeBatch<'_>| {
            let outcomes = Outcomes { response: &[1.0, f64::INFINITY], ..Outcomes::default() };
            take(Batch { blocks: &[], outcomes })
        };
        let got = StreamedObservations::new(infinite, true).unwrap_err();
        assert_eq!(got, RegressionError::Undefined(Undefined::NotFinite));
    }

    /// Oracle: by hand; y = 2 + 3 x, whatever the unit of x.
    #[test]
    fn columns_of_other_units_are_read() {
        for unit in [1e-200, 1e-100, 1e-8, 1.0, 1e100, 1e200] {
            let read = |take: &mut TakeBatch<'_>| {
                for x in [[1.0, 2.0, 4.0], [7.0, 8.0, 16.0]] {
                    let response = x.map(|x| 2.0 + 3.0 * x);
                    let scaled = x.map(|x| x * unit);
                    let outcomes = Outcomes { response: &response, ..Outcomes::default() };
                    take(Batch { blocks: &[DesignBlock::Numbers(scaled.as_slice().into())], outcomes })?;
                }
                Ok(())
            };
            let streamed = StreamedObservations::new(read, true);
            if !(1e-150..=1e150).contains(&unit) {
                assert_eq!(streamed.err(), Some(RegressionError::Undefined(Undefined::OutOfRange)));
                continue;
            }
            let got = fit_streamed(&streamed.unwrap(), Family::Gaussian, &RegressionOptions::default()).unwrap();
            assert_close(&[got.coefficients[0], got.coefficients[1] * unit], &[2.0, 3.0], 1e-12);
        }
    }
}
