//! Linear predictors without a design: one pass over the cells, part by part.

use std::ops::Range;

use polars::prelude::*;
use rayon::prelude::*;

use super::counts::{EncodingCounts, refused};
use super::dropped::Dropped;
use super::encoder::Encoder;
use super::interaction::PairTable;
use super::prepared::{Cells, PartCounts, Prepared, prepare};
use super::readable_as::check_frame;
use crate::error::{Error, Result};
use crate::solver::design::REFERENCE;

/// Rows that one thread takes at a time: their columns stay in its cache.
const PART: usize = 1 << 13;

/// A number for each row of a table that was scored.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearPredictor {
    values: Vec<f64>,
    is_kept: Option<Vec<bool>>,
    counts: EncodingCounts,
}

impl LinearPredictor {
    /// The number of a row; `None` for one that a missing cell leaves out.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<f64> {
        let is_kept = self.is_kept.as_ref().is_none_or(|is_kept| is_kept.get(row) == Some(&true));
        self.values.get(row).copied().filter(|_| is_kept)
    }

    /// One number for each row of the table; 0 for rows that are left out, see [`is_kept`](Self::is_kept).
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The numbers as they are.
    #[must_use]
    pub fn into_values(self) -> Vec<f64> {
        self.values
    }

    /// Which rows have a number; `None` when all have.
    #[must_use]
    pub fn is_kept(&self) -> Option<&[bool]> {
        self.is_kept.as_deref()
    }

    /// What became of the cells.
    #[must_use]
    pub fn counts(&self) -> &EncodingCounts {
        &self.counts
    }

    /// Puts a function of each number in its place; rows where it is not finite are left out.
    pub(super) fn apply(&mut self, function: impl Fn(f64) -> f64) {
        self.values.iter_mut().for_each(|value| *value = function(*value));
        if self.values.iter().any(|value| !value.is_finite()) {
            let is_kept = self.is_kept.get_or_insert_with(|| vec![true; self.values.len()]);
            is_kept.iter_mut().zip(&self.values).for_each(|(is_kept, value)| *is_kept &= value.is_finite());
        }
    }

    /// The numbers as a column, null in rows that are left out.
    pub fn to_series(&self, name: &str) -> Series {
        match self.is_kept {
            None => Series::new(name.into(), &self.values),
            Some(_) => (0..self.values.len())
                .map(|row| self.get(row))
                .collect::<Float64Chunked>()
                .into_series()
                .with_name(name.into()),
        }
    }
}

/// Coefficient times the distance from the training mean, for each feature and row.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributions {
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
    is_kept: Option<Vec<bool>>,
    counts: EncodingCounts,
}

impl Contributions {
    /// The features, and then the interactions, in the order of the terms.
    #[must_use]
    pub fn features(&self) -> &[String] {
        &self.names
    }

    /// The contributions of one feature, one for each row of the table; 0 in rows that are left out.
    #[must_use]
    pub fn of(&self, feature: usize) -> &[f64] {
        self.columns.get(feature).map(Vec::as_slice).unwrap_or_default()
    }

    /// Which rows have contributions; `None` when all have.
    #[must_use]
    pub fn is_kept(&self) -> Option<&[bool]> {
        self.is_kept.as_deref()
    }

    /// What became of the cells.
    #[must_use]
    pub fn counts(&self) -> &EncodingCounts {
        &self.counts
    }
}

impl Encoder {
    /// `intercept + sum coefficient x column` for each row, in the order of the table.
    ///
    /// No design is made: the cells are read once, and levels are looked up in tables of what
    /// they are worth. Coefficients of columns that were left out of a fit are 0.
    ///
    /// # Errors
    /// Those of [`encode`](Encoder::encode); `Param` when there are more or fewer coefficients
    /// than terms, or one is not finite; `Numeric` when a result is beyond the largest double.
    pub fn linear_predictor(&self, frame: &DataFrame, intercept: f64, coefs: &[f64]) -> Result<LinearPredictor> {
        self.check_coefs(intercept, coefs)?;
        check_frame(self, frame)?;
        let zeros = vec![0.0; coefs.len()];
        let weights = Weights::new(self, coefs, &zeros);
        let score = |frame: &DataFrame| {
            let mut values = vec![intercept; frame.height()];
            let counts = self.score(frame, &weights, &mut [&mut values], true)?;
            Ok((values, counts))
        };
        let Some(dropped) = Dropped::by(&self.features, frame)? else {
            let (values, counts) = score(frame)?;
            return Ok(LinearPredictor { values, is_kept: None, counts });
        };
        let (values, counts) = score(&dropped.kept(frame)?)?;
        let counts = dropped.counted(&self.features, counts);
        Ok(LinearPredictor { values: spread(&values, &dropped.is_kept), is_kept: Some(dropped.is_kept), counts })
    }

    /// What each feature adds to the linear predictor of each row, compared with the mean of the
    /// training rows: the reasons of a score. Their sum is the linear predictor less that of a
    /// row with the training means.
    ///
    /// # Errors
    /// Those of [`linear_predictor`](Encoder::linear_predictor).
    pub fn contributions(&self, frame: &DataFrame, coefs: &[f64]) -> Result<Contributions> {
        self.check_coefs(0.0, coefs)?;
        check_frame(self, frame)?;
        let weights = Weights::new(self, coefs, &self.means);
        let names = self.sources.iter().map(|source| source.name.clone()).collect();
        let score = |frame: &DataFrame| {
            let mut columns = vec![vec![0.0; frame.height()]; self.sources.len()];
            let mut outs: Vec<&mut [f64]> = columns.iter_mut().map(Vec::as_mut_slice).collect();
            let counts = self.score(frame, &weights, &mut outs, false)?;
            Ok((columns, counts))
        };
        let Some(dropped) = Dropped::by(&self.features, frame)? else {
            let (columns, counts) = score(frame)?;
            return Ok(Contributions { names, columns, is_kept: None, counts });
        };
        let (columns, counts) = score(&dropped.kept(frame)?)?;
        let counts = dropped.counted(&self.features, counts);
        let columns = columns.iter().map(|column| spread(column, &dropped.is_kept)).collect();
        Ok(Contributions { names, columns, is_kept: Some(dropped.is_kept), counts })
    }

    pub(super) fn check_coefs(&self, intercept: f64, coefs: &[f64]) -> Result<()> {
        let n_terms = self.terms().len();
        if coefs.len() != n_terms {
            let expected = format!("one number for each of {n_terms} term(s)");
            return Err(Error::param(super::ENCODING, "coefs", expected, coefs.len()));
        }
        if intercept.is_finite() && coefs.iter().all(|coef| coef.is_finite()) {
            return Ok(());
        }
        Err(Error::param(super::ENCODING, "coefs", "finite", "one that is not"))
    }

    /// Adds what the sources are worth, all to one column or each to its own.
    fn score(
        &self,
        frame: &DataFrame,
        weights: &Weights,
        outs: &mut [&mut [f64]],
        is_sum: bool,
    ) -> Result<EncodingCounts> {
        let n_rows = frame.height();
        let prepared = prepare(&self.features, frame)?;
        let problems: Vec<String> = prepared.iter().filter_map(Prepared::problem).collect();
        if !problems.is_empty() {
            return Err(refused(&problems));
        }
        let parts = parts_of(outs, n_rows);
        let scorer = Scorer { encoder: self, prepared: &prepared, weights, is_sum };
        let of_parts: Vec<(Vec<PartCounts>, u64)> =
            parts.into_par_iter().map_init(Scratch::default, |scratch, part| scorer.part(part, scratch)).collect();
        let mut counts = vec![PartCounts::default(); prepared.len()];
        let mut n_beyond = 0;
        for (of_part, beyond) in &of_parts {
            counts.iter_mut().zip(of_part).for_each(|(sum, part)| sum.add(*part));
            n_beyond += beyond;
        }
        let refusals = prepared.iter().zip(&counts).filter_map(|(feature, counts)| feature.refusal(*counts));
        let problems: Vec<String> = refusals.collect();
        if !problems.is_empty() {
            return Err(refused(&problems));
        }
        if n_beyond > 0 {
            let verdict = format!("{n_beyond} row(s) have a linear predictor beyond the largest double");
            return Err(Error::Numeric { analysis: super::ENCODING, verdict });
        }
        let features = prepared.iter().zip(counts).map(|(feature, counts)| feature.counts(counts)).collect();
        Ok(EncodingCounts { n_rows: n_rows as u64, n_dropped: 0, features })
    }
}

/// The values of the kept rows among all rows, 0 in the others.
fn spread(values: &[f64], is_kept: &[bool]) -> Vec<f64> {
    let mut values = values.iter();
    is_kept.iter().map(|&is_kept| if is_kept { values.next().copied().unwrap_or_default() } else { 0.0 }).collect()
}

/// Some rows of the columns that are written.
struct Part<'o> {
    rows: Range<usize>,
    outs: Vec<&'o mut [f64]>,
}

/// Cuts the columns into parts of the same rows.
fn parts_of<'o>(outs: &'o mut [&mut [f64]], n_rows: usize) -> Vec<Part<'o>> {
    let n_parts = n_rows.div_ceil(PART);
    let mut columns: Vec<_> = outs.iter_mut().map(|column| column.chunks_mut(PART)).collect();
    (0..n_parts)
        .map(|part| {
            let rows = part * PART..n_rows.min((part + 1) * PART);
            Part { rows, outs: columns.iter_mut().filter_map(Iterator::next).collect() }
        })
        .collect()
}

/// Coefficients and means of every source, and what the codes of levels are worth.
struct Weights {
    sources: Vec<SourceWeights>,
}

struct SourceWeights {
    coefs: Vec<f64>,
    means: Vec<f64>,
    /// What each column is worth for a row that has it, and last for one that has none.
    worth: Vec<f64>,
    /// The pairs of an interaction of two categories.
    pairs: Option<PairTable>,
}

impl Weights {
    fn new(encoder: &Encoder, coefs: &[f64], means: &[f64]) -> Self {
        let n_features = encoder.features.len();
        let source = |(place, source): (usize, &super::terms::Source)| {
            let (coefs, means) = (coefs[source.terms.clone()].to_vec(), means[source.terms.clone()].to_vec());
            let has_indicator = encoder.features.get(place).is_some_and(|fitted| fitted.indicator);
            let n_codes = coefs.len() - usize::from(has_indicator);
            let interaction = place.checked_sub(n_features).map(|place| &encoder.interactions[place]);
            let pairs = interaction.and_then(|one| encoder.pair_table(one));
            SourceWeights { worth: worth(&coefs[..n_codes], &means[..n_codes]), coefs, means, pairs }
        };
        Self { sources: encoder.sources.iter().enumerate().map(source).collect() }
    }
}

/// What a row that has one of the columns, and one that has none, is worth.
fn worth(coefs: &[f64], means: &[f64]) -> Vec<f64> {
    let of_none = -coefs.iter().zip(means).map(|(coef, mean)| coef * mean).sum::<f64>();
    coefs.iter().map(|coef| coef + of_none).chain([of_none]).collect()
}

/// Columns of the features of one part, kept for the interactions.
#[derive(Default)]
struct Scratch {
    numbers: Vec<f64>,
    codes: Vec<u32>,
    missing: Vec<u32>,
    kept: Vec<PartColumn>,
}

#[derive(Default)]
enum PartColumn {
    #[default]
    Unused,
    Numbers(Vec<f64>),
    Codes(Vec<u32>),
}

struct Scorer<'s, 'f, 'a> {
    encoder: &'f Encoder,
    prepared: &'s [Prepared<'f, 'a>],
    weights: &'s Weights,
    is_sum: bool,
}

impl Scorer<'_, '_, '_> {
    /// Scores one part; returns the counts of each feature and the rows beyond the doubles.
    fn part(&self, part: Part<'_>, scratch: &mut Scratch) -> (Vec<PartCounts>, u64) {
        let Part { rows, mut outs } = part;
        scratch.kept.clear();
        let mut counts = Vec::with_capacity(self.prepared.len());
        for (place, feature) in self.prepared.iter().enumerate() {
            let out = &mut *outs[if self.is_sum { 0 } else { place }];
            scratch.missing.clear();
            counts.push(self.feature(feature, place, rows.clone(), scratch, out));
            if feature.fitted.indicator {
                self.indicator(place, &scratch.missing, out);
            }
        }
        for (place, interaction) in self.encoder.interactions.iter().enumerate() {
            let source = self.prepared.len() + place;
            let out = &mut *outs[if self.is_sum { 0 } else { source }];
            let columns = (&scratch.kept[interaction.first], &scratch.kept[interaction.second]);
            add_product(&self.weights.sources[source], columns, out);
        }
        let is_beyond = |at: &usize| outs.iter().any(|out| !out[*at].is_finite());
        let n_beyond = (0..rows.len()).filter(is_beyond).count() as u64;
        (counts, n_beyond)
    }

    /// Adds what one feature is worth.
    fn feature(
        &self,
        feature: &Prepared<'_, '_>,
        place: usize,
        rows: Range<usize>,
        scratch: &mut Scratch,
        out: &mut [f64],
    ) -> PartCounts {
        let weights = &self.weights.sources[place];
        let is_kept = self.encoder.interactions.iter().any(|one| one.first == place || one.second == place);
        let Scratch { numbers, codes: places, missing, kept } = scratch;
        match &feature.cells {
            Cells::Number { coding, cells, .. } => {
                cells.each_missing(rows.clone(), |row| missing.push((row - rows.start) as u32));
                let whole = cells.values.whole().filter(|_| coding.is_plain() && missing.is_empty());
                let column = match whole {
                    Some(whole) => &whole[rows],
                    None => {
                        numbers.resize(rows.len(), 0.0);
                        coding.fill_part(cells, rows, numbers);
                        numbers.as_slice()
                    }
                };
                for term in 0..coding.n_columns() {
                    let (coef, mean) = (weights.coefs[term], weights.means[term]);
                    if term == 0 {
                        out.iter_mut().zip(column).for_each(|(out, x)| *out += coef * (x - mean));
                    } else {
                        out.iter_mut().zip(column).for_each(|(out, x)| *out += coef * (coding.bend(term, *x) - mean));
                    }
                }
                kept.push(if is_kept { PartColumn::Numbers(column.to_vec()) } else { PartColumn::Unused });
                PartCounts { n_missing: missing.len() as u64, ..PartCounts::default() }
            }
            Cells::Levels { cells, codes, .. } => {
                places.resize(rows.len(), 0);
                cells.places(rows, places);
                let counts = codes.resolve(places, |at| missing.push(at as u32));
                add_worth(&weights.worth, places, out);
                kept.push(if is_kept { PartColumn::Codes(places.clone()) } else { PartColumn::Unused });
                counts
            }
        }
    }

    /// Adds what a missing cell is worth.
    fn indicator(&self, place: usize, missing: &[u32], out: &mut [f64]) {
        let weights = &self.weights.sources[place];
        let (Some(&coef), Some(&mean)) = (weights.coefs.last(), weights.means.last()) else { return };
        let of_others = coef * mean;
        if of_others != 0.0 {
            out.iter_mut().for_each(|out| *out -= of_others);
        }
        missing.iter().for_each(|&at| out[at as usize] += coef);
    }
}

/// Adds what the code of each row is worth.
fn add_worth(worth: &[f64], codes: &[u32], out: &mut [f64]) {
    let last = worth.len() - 1;
    out.iter_mut().zip(codes).for_each(|(out, &code)| *out += worth[(code as usize).min(last)]);
}

/// Adds what the product of two features is worth.
fn add_product(weights: &SourceWeights, columns: (&PartColumn, &PartColumn), out: &mut [f64]) {
    match columns {
        (PartColumn::Codes(first), PartColumn::Codes(second)) => {
            let Some(pairs) = &weights.pairs else { return };
            let last = weights.worth.len() - 1;
            for (out, (&a, &b)) in out.iter_mut().zip(first.iter().zip(second)) {
                *out += weights.worth[(pairs.get(a, b) as usize).min(last)];
            }
        }
        (PartColumn::Codes(codes), PartColumn::Numbers(scale))
        | (PartColumn::Numbers(scale), PartColumn::Codes(codes)) => {
            let of_none = weights.worth.last().copied().unwrap_or_default();
            for (out, (&code, x)) in out.iter_mut().zip(codes.iter().zip(scale)) {
                *out += if code == REFERENCE { of_none } else { weights.coefs[code as usize] * x + of_none };
            }
        }
        (PartColumn::Numbers(first), PartColumn::Numbers(second)) => {
            let (Some(&coef), Some(&mean)) = (weights.coefs.first(), weights.means.first()) else { return };
            for (out, (a, b)) in out.iter_mut().zip(first.iter().zip(second)) {
                *out += coef * (a * b - mean);
            }
        }
        (PartColumn::Unused, _) | (_, PartColumn::Unused) => {}
    }
}
