//! What is learned from numbers and dates.

use std::borrow::Cow;

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::cells::NumberCells;
use super::coding::{Coding, Fitted, NumberCoding, NumberReading, Shape};
use super::feature_encoding::{CutPoints, Missing, is_ascending};
use super::learn::{Learned, Part, Problem, RowWeights};
use super::plan::{Plan, Reading};
use super::prepared::{infinite, n_without_log, without_log, without_value};
use crate::kernel::moments::{Moments, Spread};
use crate::kernel::order::Sorter;
use crate::kernel::quantile::{QuantileType, WeightedSample, median_of};
use crate::kernel::spline::knot_shares;

/// The values of a column that are there, and their weights.
pub(super) struct Sample<'a> {
    pub(super) values: Cow<'a, [f64]>,
    weights: Option<(Vec<f64>, RowWeights<'a>)>,
}

impl<'a> Sample<'a> {
    /// The values of cells that are there.
    fn of(cells: &'a NumberCells<'_>, weights: Option<RowWeights<'a>>) -> Self {
        let own = weights.map(|weights| {
            let is_there = |(row, _): &(usize, &f64)| cells.is_valid(*row);
            let own = weights.values.iter().enumerate().filter(is_there).map(|(_, weight)| *weight).collect();
            (own, weights)
        });
        Self { values: cells.present(), weights: own }
    }

    fn median(&self) -> Option<f64> {
        match &self.weights {
            None => median_of(&self.values),
            Some((own, weights)) => WeightedSample::of(&self.values, own, weights.kind).ok()?.median().ok(),
        }
    }

    /// Quantiles of type 7, ascending.
    pub(super) fn quantiles(&self, shares: &[f64]) -> Option<Vec<f64>> {
        match &self.weights {
            None => {
                let mut sorter = Sorter::default();
                let sorted = sorter.sort(&self.values).ok()?;
                sorted.quantiles(shares, QuantileType::Type7).into_iter().map(Result::ok).collect()
            }
            Some((own, weights)) => {
                let sample = WeightedSample::of(&self.values, own, weights.kind).ok()?;
                shares.iter().map(|&share| sample.quantile(share, QuantileType::Type7).ok()).collect()
            }
        }
    }

    /// Mean and standard deviation of these values of the same rows.
    fn centre_and_scale(&self, shaped: &[f64]) -> Option<(f64, f64)> {
        let moments = match &self.weights {
            None => Moments::of(shaped),
            Some((own, weights)) => Moments::weighted(shaped, own, weights.kind),
        };
        let moments = moments.ok()?;
        Some((moments.mean(), moments.population_sd().ok()?))
    }
}

/// Reads a column of numbers and refuses what none can be learned from.
pub(super) fn read<'a>(plan: &Plan, reading: NumberReading, frame: &'a DataFrame) -> Learned<NumberCells<'a>> {
    let cells = NumberCells::read(frame, &plan.column, reading)?;
    let column = &plan.column;
    if cells.n_infinite > 0 {
        return Err(Problem::Cells(infinite(column, cells.n_infinite)));
    }
    if cells.n_missing == cells.values.len() as u64 {
        return Err(Problem::Cells(all_missing(column, cells.n_missing)));
    }
    if plan.missing == Missing::Error && cells.n_missing > 0 {
        return Err(Problem::Cells(without_value(column, cells.n_missing)));
    }
    Ok(cells)
}

pub(super) fn all_missing(column: &str, n_rows: u64) -> String {
    format!("`{column}` has no value in any of {n_rows} row(s); leave it out by `FeatureColumns::ignore`")
}

/// The sample of a column that has been read.
pub(super) fn sample<'a>(cells: &'a NumberCells<'_>, weights: Option<RowWeights<'a>>) -> Sample<'a> {
    Sample::of(cells, weights)
}

/// A feature of numbers.
pub(super) fn learn_number(plan: &Plan, frame: &DataFrame, weights: Option<RowWeights<'_>>) -> Learned<Part> {
    let cells = read(plan, NumberReading::Number, frame)?;
    if plan.reading == Reading::Log {
        let n = n_without_log(&cells);
        if n > 0 {
            return Err(Problem::Cells(without_log(&plan.column, n)));
        }
    }
    let sample = sample(&cells, weights);
    let shape = match &plan.reading {
        Reading::Log => Shape::Log,
        Reading::Spline(knots) => Shape::Spline { knots: knots_of(plan, knots, &sample)? },
        _ => Shape::Linear,
    };
    fitted(plan, NumberReading::Number, shape, &sample, cells.n_missing)
}

/// A feature of dates as days since the first of them, or since a stated one.
pub(super) fn learn_days(
    plan: &Plan,
    origin: Option<NaiveDate>,
    frame: &DataFrame,
    weights: Option<RowWeights<'_>>,
) -> Learned<Part> {
    let origin = match origin {
        Some(origin) => origin,
        None => {
            let cells = read(plan, NumberReading::Days { origin: NaiveDate::default() }, frame)?;
            let first = cells.present().iter().copied().fold(f64::INFINITY, f64::min);
            NaiveDate::from_epoch_days(first as i32).ok_or_else(|| {
                Problem::Cells(format!("`{}` has days that no calendar reaches; filter them out", plan.column))
            })?
        }
    };
    let reading = NumberReading::Days { origin };
    let cells = read(plan, reading, frame)?;
    fitted(plan, reading, Shape::Linear, &sample(&cells, weights), cells.n_missing)
}

fn fitted(plan: &Plan, reading: NumberReading, shape: Shape, sample: &Sample<'_>, n_missing: u64) -> Learned<Part> {
    let beyond = || Problem::Cells(format!("`{}` has moments beyond the largest double; scale it", plan.column));
    let fill = sample.median().ok_or_else(beyond)?;
    if shape == Shape::Linear && sample.weights.is_none() {
        let spread = Spread::about(fill, &sample.values).map_err(|_| beyond())?;
        return Ok(linear(plan, reading, fill, &spread, sample.values.len() as u64, n_missing));
    }
    let shaped: Cow<'_, [f64]> = match shape {
        Shape::Log => Cow::Owned(sample.values.iter().map(|x| x.ln_1p()).collect()),
        Shape::Linear | Shape::Spline { .. } => Cow::Borrowed(&sample.values),
    };
    let (centre, scale) = sample.centre_and_scale(&shaped).ok_or_else(beyond)?;
    let coding = NumberCoding { reading, shape, centre, scale, standardise: plan.standardise, fill };
    Ok(Part { fitted: with_coding(plan, coding, n_missing), means: None })
}

fn with_coding(plan: &Plan, coding: NumberCoding, n_missing: u64) -> Fitted {
    Fitted {
        column: plan.column.clone(),
        coding: Coding::Number(coding),
        missing: plan.missing,
        indicator: plan.missing == Missing::ImputeWithIndicator && n_missing > 0,
        n_missing,
    }
}

/// A feature whose column is the number as it stands, or standardised.
fn linear(plan: &Plan, reading: NumberReading, fill: f64, spread: &Spread, n_values: u64, n_missing: u64) -> Part {
    let coding = NumberCoding {
        reading,
        shape: Shape::Linear,
        centre: spread.mean(),
        scale: spread.population_sd(),
        standardise: plan.standardise,
        fill,
    };
    let fitted = with_coding(plan, coding, n_missing);
    if plan.standardise {
        return Part { fitted, means: None };
    }
    // Missing cells are at the median, which the spread is about.
    let share = n_missing as f64 / (n_values + n_missing) as f64;
    let means = [spread.mean_with(n_missing)].into_iter().chain(fitted.indicator.then_some(share)).collect();
    Part { fitted, means: Some(means) }
}

/// The knots of a spline.
fn knots_of(plan: &Plan, knots: &CutPoints, sample: &Sample<'_>) -> Learned<Vec<f64>> {
    let n = match knots {
        CutPoints::At(knots) => return Ok(knots.clone()),
        CutPoints::Quantiles(n) => *n,
    };
    let quantiles = knot_shares(n).and_then(|shares| sample.quantiles(shares)).unwrap_or_default();
    if is_ascending(&quantiles) && quantiles.len() >= 3 {
        return Ok(quantiles);
    }
    let mut distinct = quantiles;
    distinct.dedup();
    Err(Problem::Cells(format!(
        "`{}` has equal quantiles where a spline has its knots, {} of {n} are distinct; give them by \
         `FeatureEncoding::spline_at`, or choose another encoding",
        plan.column,
        distinct.len()
    )))
}
