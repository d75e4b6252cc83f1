//! The rows of a regression, held side by side in an order that their contents decide.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::layout::Layout;
use super::side_by_side::{Held, beside};
use crate::kernel::undefined::Undefined;
use crate::solver::design::DesignBlock;
use crate::solver::matrix_product::{Loop, wide};

/// What a regression is told of each row beside its columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcomes<'a> {
    /// What is predicted.
    pub response: &'a [f64],
    /// What each row counts for; 1 where there are none.
    pub weights: Option<&'a [f64]>,
    /// Added to the linear predictor; 0 where there are none.
    pub offset: Option<&'a [f64]>,
    /// The group that each row belongs to, for errors that hold within groups.
    pub groups: Option<&'a [u32]>,
}

impl Outcomes<'_> {
    fn check(&self, n_rows: usize) -> Result<(), Undefined> {
        let numbers = [Some(self.response), self.weights, self.offset];
        let lengths = numbers.iter().flatten().map(|values| values.len()).chain(self.groups.map(<[u32]>::len));
        check_lengths(lengths, n_rows)?;
        let is_finite = |values: &&[f64]| values.iter().all(|value| value.is_finite());
        if !numbers.iter().flatten().all(is_finite) {
            return Err(Undefined::NotFinite);
        }
        match self.weights {
            Some(weights) if weights.iter().any(|&weight| weight < 0.0) => Err(Undefined::NotPositive),
            _ => Ok(()),
        }
    }
}

fn check_lengths(lengths: impl Iterator<Item = usize>, needed: usize) -> Result<(), Undefined> {
    let mut lengths = lengths;
    match lengths.find(|&n| n != needed) {
        Some(n) => Err(Undefined::TooFew { n: n.min(needed) as u64, needed: n.max(needed) as u64 }),
        None => Ok(()),
    }
}

/// Rows with all that belongs to one side by side.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    pub(super) n_rows: usize,
    /// Numbers, multipliers and codes, row after row.
    pub(super) numbers: Vec<f64>,
    pub(super) multipliers: Vec<f64>,
    pub(super) codes: Vec<u32>,
    /// The first row of each run of rows that have the same codes; empty without codes.
    pub(super) runs: Vec<u32>,
    pub(super) response: Vec<f64>,
    pub(super) weights: Option<Vec<f64>>,
    pub(super) offset: Option<Vec<f64>>,
    pub(super) groups: Option<Vec<u32>>,
}

impl Rows {
    /// The rows of a design; those of no weight are left out.
    ///
    /// In an order of their own, `ordered`, sums over them have the same digits however the
    /// table was sorted; else they stay as they come.
    pub(super) fn of(
        blocks: &[DesignBlock<'_>],
        outcomes: &Outcomes<'_>,
        layout: &Layout,
        ordered: bool,
    ) -> Result<Self, Undefined> {
        let n_rows = outcomes.response.len();
        check_lengths(blocks.iter().map(DesignBlock::n_rows), n_rows)?;
        outcomes.check(n_rows)?;
        let parts = Parts::of(blocks)?;
        let order = parts.order(outcomes, layout, ordered)?;
        let held_codes: Vec<Held<'_, u32>> = parts.codes.iter().map(|codes| Held::Column(codes)).collect();
        let codes = beside(&held_codes, &order);
        let pick = |values: &[f64]| -> Vec<f64> { order.par_iter().map(|&row| values[row as usize]).collect() };
        Ok(Self {
            n_rows: order.len(),
            numbers: beside(&parts.numbers, &order),
            multipliers: beside(&parts.multipliers, &order),
            runs: runs(&codes, layout.factors.len()),
            codes,
            response: pick(outcomes.response),
            weights: outcomes.weights.map(pick),
            offset: outcomes.offset.map(pick),
            groups: outcomes.groups.map(|groups| order.iter().map(|&row| groups[row as usize]).collect()),
        })
    }
}

/// Where rows of the same codes begin.
fn runs(codes: &[u32], width: usize) -> Vec<u32> {
    if width == 0 {
        return Vec::new();
    }
    let rows = codes.par_chunks_exact(width).enumerate();
    let is_first = |row: usize| row == 0 || codes[(row - 1) * width..row * width] != codes[row * width..][..width];
    rows.filter(|(row, _)| is_first(*row)).map(|(row, _)| row as u32).collect()
}

/// The slices of a design, by sort.
struct Parts<'a> {
    numbers: Vec<Held<'a, f64>>,
    multipliers: Vec<Held<'a, f64>>,
    codes: Vec<&'a [u32]>,
}

impl<'a> Parts<'a> {
    fn of(blocks: &'a [DesignBlock<'_>]) -> Result<Self, Undefined> {
        let mut parts = Self { numbers: Vec::new(), multipliers: Vec::new(), codes: Vec::new() };
        let mut limits = Vec::new();
        for block in blocks {
            match block {
                DesignBlock::Numbers(values) => parts.numbers.push(Held::Column(values)),
                DesignBlock::NumberRows { values, n_columns } => {
                    check_lengths([values.len()].into_iter(), block.n_rows() * n_columns)?;
                    parts.numbers.push(Held::Rows(values, *n_columns));
                }
                DesignBlock::Codes { codes, n_columns } => {
                    parts.codes.push(codes);
                    limits.push(*n_columns);
                }
                DesignBlock::ScaledCodes { codes, n_columns, scale } => {
                    check_lengths([scale.len()].into_iter(), codes.len())?;
                    parts.codes.push(codes);
                    limits.push(*n_columns);
                    parts.multipliers.push(Held::Column(scale));
                }
            }
        }
        // Behind the reference, which is the largest number, come the codes.
        let last = |codes: &[u32]| codes.iter().fold(0, |last: u32, code| last.max(code.wrapping_add(1)));
        let are_known = |(codes, limit): (&&[u32], &usize)| last(codes) as usize <= *limit;
        if !parts.codes.par_iter().zip(&limits).all(are_known) {
            return Err(Undefined::OutOfRange);
        }
        Ok(parts)
    }

    /// Rows with a weight, those of the same codes together, and else by a mixture of what is in
    /// them; rows that are equal in all are one as good as the other.
    fn order(&self, outcomes: &Outcomes<'_>, layout: &Layout, ordered: bool) -> Result<Vec<u32>, Undefined> {
        let has_weight = |row: u32| outcomes.weights.is_none_or(|weights| weights[row as usize] > 0.0);
        let rows = (0..outcomes.response.len() as u32).into_par_iter().filter(|&row| has_weight(row));
        if !ordered {
            let numbers = self.numbers.par_iter().chain(&self.multipliers);
            let are_finite = numbers.all(|held| held.values().iter().all(|value| value.is_finite()));
            return if are_finite { Ok(rows.collect()) } else { Err(Undefined::NotFinite) };
        }
        let keys = self.keys(outcomes, layout)?;
        // Half of a key with its row in one word: most rows are in order by then.
        const HIGH: u64 = !0 << 32;
        let word = |row: u32| keys[row as usize] & HIGH | u64::from(row);
        let mut words: Vec<u64> = match outcomes.weights {
            None => (0..keys.len() as u32).into_par_iter().map(word).collect(),
            Some(_) => rows.map(word).collect(),
        };
        words.par_sort_unstable();
        if words.par_windows(2).any(|pair| pair[0] & HIGH == pair[1] & HIGH) {
            let together = words.chunk_by_mut(|a, b| a & HIGH == b & HIGH).filter(|together| together.len() > 1);
            // Those that share a whole key are almost always equal.
            together.for_each(|together| {
                together.par_sort_unstable_by(|&a, &b| {
                    let (a, b) = (a as u32 as usize, b as u32 as usize);
                    keys[a].cmp(&keys[b]).then_with(|| self.compare(outcomes, a, b))
                });
            });
        }
        Ok(words.into_par_iter().map(|word| word as u32).collect())
    }

    /// By what the rows are put in order.
    ///
    /// # Errors
    /// `NotFinite`, found on the way.
    fn keys(&self, outcomes: &Outcomes<'_>, layout: &Layout) -> Result<Vec<u64>, Undefined> {
        const CHUNK: usize = 8_192;
        let mut keys = vec![0; outcomes.response.len()];
        let numbers: Vec<Held<'_, f64>> = self.all_numbers(outcomes).collect();
        let codes: Vec<&[u32]> = self.codes.iter().copied().chain(outcomes.groups).collect();
        let together = Together::of(layout);
        let are_finite = keys.par_chunks_mut(CHUNK).enumerate().map(|(chunk, keys)| {
            let rows = chunk * CHUNK..chunk * CHUNK + keys.len();
            let mut are_finite = true;
            for held in &numbers {
                let width = held.width();
                let cells = &held.values()[rows.start * width..rows.end * width];
                wide(Mixing { keys, cells, are_finite: &mut are_finite });
            }
            for codes in &codes {
                let cells = &codes[rows.clone()];
                keys.iter_mut().zip(cells).for_each(|(key, cell)| *key = mixed(*key, u64::from(*cell)));
            }
            keys.iter_mut().for_each(|key| *key = finished(*key));
            match outcomes.groups {
                // A group stands together, so that its sums are done when the next one begins.
                Some(groups) => {
                    let groups = &groups[rows];
                    keys.iter_mut().zip(groups).for_each(|(key, group)| *key = u64::from(*group) << 32 | *key >> 32);
                }
                None => together.lead(keys, &self.codes, rows.start),
            }
            are_finite
        });
        if are_finite.reduce(|| true, |one, other| one && other) { Ok(keys) } else { Err(Undefined::NotFinite) }
    }

    fn all_numbers<'b>(&'b self, outcomes: &'b Outcomes<'_>) -> impl Iterator<Item = Held<'b, f64>> {
        let of_outcomes = [Some(outcomes.response), outcomes.weights, outcomes.offset];
        let of_outcomes = of_outcomes.into_iter().flatten().map(Held::Column);
        self.numbers.iter().chain(&self.multipliers).copied().chain(of_outcomes)
    }

    fn compare(&self, outcomes: &Outcomes<'_>, a: usize, b: usize) -> Ordering {
        let cells = self.all_numbers(outcomes).flat_map(|held| held.row(a).iter().zip(held.row(b)));
        let mut numbers = cells.map(|(a, b)| (a + 0.0).total_cmp(&(b + 0.0)));
        let mut codes = self.codes.iter().copied().chain(outcomes.groups).map(|codes| codes[a].cmp(&codes[b]));
        let first = numbers.find(|order| order.is_ne());
        first.or_else(|| codes.find(|order| order.is_ne())).unwrap_or(Ordering::Equal)
    }
}

/// Puts rows of the same codes together, as sums by code are then sums over neighbours.
struct Together {
    /// What the codes of each factor count in the number of a combination.
    places: Vec<u64>,
    /// Bits of the number.
    n_bits: u32,
}

impl Together {
    /// The factors as long as their combinations can be numbered in half of a key; those behind
    /// them are left to the mixture.
    fn of(layout: &Layout) -> Self {
        const MOST: u64 = 1 << 32;
        let (mut places, mut n_combinations) = (Vec::new(), 1_u64);
        for factor in &layout.factors {
            let next = n_combinations.saturating_mul(factor.n_columns as u64 + 1);
            if next > MOST {
                break;
            }
            places.push(n_combinations);
            n_combinations = next;
        }
        Self { places, n_bits: u64::BITS - (n_combinations - 1).leading_zeros() }
    }

    /// Puts the number of the combination in front of each key.
    fn lead(&self, keys: &mut [u64], codes: &[&[u32]], start: usize) {
        if self.n_bits == 0 {
            return;
        }
        keys.iter_mut().for_each(|key| *key >>= self.n_bits);
        for (place, codes) in self.places.iter().zip(codes) {
            // The reference is the first of a factor, its codes follow.
            let of_code = |code: u32| (u64::from(code.wrapping_add(1)) * place) << (u64::BITS - self.n_bits);
            keys.iter_mut().zip(&codes[start..]).for_each(|(key, code)| *key += of_code(*code));
        }
    }
}

/// Mixes more columns of numbers into keys, and sees whether they are finite.
struct Mixing<'a> {
    keys: &'a mut [u64],
    cells: &'a [f64],
    are_finite: &'a mut bool,
}

impl Loop for Mixing<'_> {
    #[inline(always)]
    fn run(self) {
        // Nothing is left of finite numbers, and NaN of others.
        let mut rests = 0.0;
        let width = self.cells.len() / self.keys.len().max(1);
        if width == 1 {
            for (key, cell) in self.keys.iter_mut().zip(self.cells) {
                *key = mixed(*key, (cell + 0.0).to_bits());
                rests += cell * 0.0;
            }
        } else {
            for (key, cells) in self.keys.iter_mut().zip(self.cells.chunks_exact(width.max(1))) {
                for cell in cells {
                    *key = mixed(*key, (cell + 0.0).to_bits());
                    rests += cell * 0.0;
                }
            }
        }
        *self.are_finite &= rests == 0.0;
    }
}

/// One more value in a mixture. The multiplier is one of G. L. Steele & S. Vigna (2022), Software:
/// Practice and Experience 52(2), 443-458. Two rows that mix to the same key are compared cell by
/// cell.
#[inline(always)]
fn mixed(key: u64, value: u64) -> u64 {
    (key.rotate_left(26) ^ value).wrapping_mul(0xf135_7aea_2e62_a9c5)
}

/// The key of a mixture, whose high bits all of its bits decide.
#[inline(always)]
fn finished(key: u64) -> u64 {
    (key ^ (key >> 32)).wrapping_mul(0xf135_7aea_2e62_a9c5)
}
