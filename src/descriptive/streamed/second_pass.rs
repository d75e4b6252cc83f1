//! The second pass: distances from the means, and the values near the quantiles, of columns of
//! which not every distinct value is known.

use polars::prelude::*;
use rayon::prelude::*;

use super::super::numeric::push_rows;
use super::super::params::{DESCRIBE, Describe};
use super::bounds::Bounds;
use super::first_pass::{FirstPass, MANY, NumberPass};
use super::segments::{Parts, Segments};
use crate::error::{Error, Result};
use crate::frame::numbers::Numbers;
use crate::kernel::interval::Interval;
use crate::kernel::moments::{AbsoluteSums, CentralSums};
use crate::kernel::order::Fences;
use crate::kernel::sketch::{Kept, Windows};
use crate::kernel::undefined::Undefined;

/// What the second pass leaves behind.
pub(super) struct SecondPass {
    segments: Segments,
    pub(super) columns: Vec<ColumnPass>,
}

/// One column, of the whole and of each segment.
pub(super) struct ColumnPass {
    name: String,
    /// `None` where the first pass has everything.
    distances: Vec<Option<Distances>>,
    values: Vec<f64>,
}

/// Distances from what is known of a column in some rows.
#[derive(Clone, Debug)]
pub(super) struct Distances {
    n: u64,
    /// Values that the first pass has seen, and their ends.
    n_expected: u64,
    ends: (f64, f64),
    pub(super) central: CentralSums,
    pub(super) absolute: Result<AbsoluteSums, Undefined>,
    /// Estimated fences.
    pub(super) fences: Result<Fences, Undefined>,
    pub(super) near: Windows,
}

impl Distances {
    /// A state before the first value; `None` where nothing is left to ask.
    fn after(settings: &Describe, first: &NumberPass) -> Option<Self> {
        let Ok(Kept::Sketches { quantiles, .. }) = first.values.kept() else { return None };
        let statistics = quantiles.order_statistics().ok()?;
        let fences = statistics.fences(settings.fence_multiplier(), settings.quantile_type());
        let ends = first.extent.ends()?;
        Some(Self {
            n: 0,
            n_expected: first.extent.n(),
            ends,
            central: CentralSums::about(&first.extent).ok()?,
            absolute: AbsoluteSums::about(&first.extent),
            fences: fences.map(|Interval { low, high }| Fences { low, high, n_below: 0, n_above: 0 }),
            near: Windows::new(Bounds::of(settings, &statistics).windows(), ends, first.most_near),
        })
    }

    fn add(&mut self, values: &[f64]) -> Result<()> {
        let (min, max) = self.ends;
        if values.iter().any(|value| *value < min || *value > max) {
            return Err(changed());
        }
        self.n += values.len() as u64;
        let Self { central, absolute, fences, near, .. } = self;
        let mut of_the_mean = || {
            central.add(values);
            if let Ok(absolute) = absolute {
                absolute.add(values);
            }
        };
        let mut of_order = || {
            near.add(values);
            if let Ok(fences) = fences {
                fences.n_below += values.iter().filter(|value| **value < fences.low).count() as u64;
                fences.n_above += values.iter().filter(|value| **value > fences.high).count() as u64;
            }
        };
        if values.len() < MANY {
            of_the_mean();
            of_order();
        } else {
            rayon::join(of_the_mean, of_order);
        }
        Ok(())
    }

    /// Refuses a second pass that saw more or fewer values than the first.
    pub(super) fn check(&self) -> Result<()> {
        if self.n == self.n_expected { Ok(()) } else { Err(changed()) }
    }
}

fn changed() -> Error {
    let reason = "the query gave other rows when it ran a second time; write its result to a file and describe that, \
                  or read it in memory";
    Error::Unusable { analysis: DESCRIBE, reason: reason.to_owned() }
}

impl SecondPass {
    /// A state before the first row.
    pub(super) fn after(settings: &Describe, first: &FirstPass) -> Self {
        let column = |column: &super::first_pass::ColumnPass| ColumnPass {
            name: column.name.clone(),
            distances: column.numbers.par_iter().map(|numbers| Distances::after(settings, numbers)).collect(),
            values: Vec::new(),
        };
        Self { segments: first.segments.clone(), columns: first.columns.iter().map(column).collect() }
    }

    /// The columns that have to be read again; none where the first pass has everything.
    pub(super) fn needed(&self) -> Vec<&str> {
        self.columns.iter().filter(|column| column.is_needed()).map(|column| column.name.as_str()).collect()
    }

    /// Adds the rows of a batch, several columns at a time.
    pub(super) fn add(&mut self, batch: &DataFrame) -> Result<()> {
        let parts = self.segments.known_parts(batch)?.ok_or_else(changed)?;
        self.columns.par_iter_mut().filter(|column| column.is_needed()).try_for_each(|column| column.add(batch, &parts))
    }
}

impl ColumnPass {
    fn is_needed(&self) -> bool {
        self.distances.iter().any(Option::is_some)
    }

    fn add(&mut self, batch: &DataFrame, parts: &Parts) -> Result<()> {
        let numbers = Numbers::of(DESCRIBE, batch, &self.name)?;
        if let Some(Some(whole)) = self.distances.first_mut() {
            self.values.clear();
            numbers.push_finite(&mut self.values);
            whole.add(&self.values)?;
        }
        if self.distances.iter().skip(1).all(Option::is_none) {
            return Ok(());
        }
        let aligned = numbers.aligned();
        for (at, number) in parts.numbers.iter().enumerate() {
            if let Some(Some(segment)) = self.distances.get_mut(number + 1) {
                self.values.clear();
                push_rows(&aligned, parts.groups.rows(at), &mut self.values);
                segment.add(&self.values)?;
            }
        }
        Ok(())
    }

    /// The distances of the whole, at place 0, or of a segment.
    pub(super) fn distances(&self, place: usize) -> Option<&Distances> {
        self.distances.get(place)?.as_ref()
    }
}
