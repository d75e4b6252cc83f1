//! Composites of a few respondents at a time, in the first cache.

use super::composite::units;
use super::item_moments::place_of;
use super::item_rows::{Answers, ItemRows, ItemScale};
use super::item_weights::ItemWeights;

/// Respondents of a tile.
pub(super) const TILE: usize = 256;
/// Answers of one byte in a word.
pub(super) const IN_WORD: usize = 8;

/// How much of the questionnaire a respondent answered: 0 all items, 1 as many as it takes, 2 fewer.
pub(super) const N_KINDS: usize = 3;

/// Respondents side by side: composites, and answers packed by respondent.
pub(super) struct Tile<'a> {
    rows: &'a ItemRows<'a>,
    weights: &'a [f64],
    min_answered: u16,
    numerators: [f64; TILE],
    denominators: [f64; TILE],
    n_answered: [u16; TILE],
    /// In units; 0 for those who answered too few items.
    pub(super) composites: [u64; TILE],
    pub(super) kinds: [u8; TILE],
    /// Steps of eight items to a word, the first in the lowest byte; 0 where missing.
    pub(super) steps: Vec<[u64; TILE]>,
    /// The same, 1 where there is an answer.
    pub(super) present: Vec<[u64; TILE]>,
}

impl<'a> Tile<'a> {
    pub(super) fn new(rows: &'a ItemRows<'a>, weights: &'a ItemWeights, min_answered: usize) -> Self {
        let n_words = rows.scales().len().div_ceil(IN_WORD);
        Self {
            rows,
            weights: weights.shares(),
            min_answered: u16::try_from(min_answered).unwrap_or(u16::MAX),
            numerators: [0.0; TILE],
            denominators: [0.0; TILE],
            n_answered: [0; TILE],
            composites: [0; TILE],
            kinds: [0; TILE],
            steps: vec![[0; TILE]; n_words],
            present: vec![[0; TILE]; n_words],
        }
    }

    /// The answers to one item from a row on, if they are places.
    pub(super) fn places(&self, item: usize, start: usize, n: usize) -> Option<&'a [f64]> {
        match self.rows.answers()[item] {
            Answers::Places(places) => Some(&places[start..start + n]),
            Answers::Steps(_) => None,
        }
    }

    /// The answer of a row to one item; NaN where there is none.
    pub(super) fn place(&self, item: usize, row: usize) -> f64 {
        place_of(&self.rows.answers()[item], self.rows.scales()[item], row)
    }

    /// Reads `n` rows from a row on.
    #[inline(always)]
    pub(super) fn read(&mut self, start: usize, n: usize) {
        self.numerators[..n].fill(0.0);
        self.denominators[..n].fill(0.0);
        self.n_answered[..n].fill(0);
        self.steps.iter_mut().chain(&mut self.present).for_each(|word| word[..n].fill(0));
        for (item, (answers, &scale)) in self.rows.answers().iter().zip(self.rows.scales()).enumerate() {
            let shift = 8 * (item % IN_WORD);
            match (answers, scale) {
                (Answers::Steps(steps), ItemScale::Steps(n_steps)) => {
                    let steps = &steps[start..start + n];
                    self.add_steps(steps, self.weights[item], n_steps);
                    pack(&mut self.steps[item / IN_WORD], steps, shift, |step| if step <= n_steps { step } else { 0 });
                    pack(&mut self.present[item / IN_WORD], steps, shift, |step| u8::from(step <= n_steps));
                }
                (Answers::Places(places), _) => {
                    let places = &places[start..start + n];
                    self.add_places(places, self.weights[item]);
                    pack(&mut self.present[item / IN_WORD], places, shift, |place| u8::from(!place.is_nan()));
                }
                (Answers::Steps(_), ItemScale::Continuous) => {}
            }
        }
        self.finish(n);
    }

    #[inline(always)]
    fn add_steps(&mut self, steps: &[u8], weight: f64, n_steps: u8) {
        let per_step = weight / f64::from(n_steps);
        let sums = self.numerators.iter_mut().zip(&mut self.denominators);
        for ((numerator, denominator), &step) in sums.zip(steps) {
            let is_present = step <= n_steps;
            *numerator += f64::from(if is_present { step } else { 0 }) * per_step;
            *denominator += if is_present { weight } else { 0.0 };
        }
        self.n_answered.iter_mut().zip(steps).for_each(|(n, &step)| *n += u16::from(step <= n_steps));
    }

    #[inline(always)]
    fn add_places(&mut self, places: &[f64], weight: f64) {
        let sums = self.numerators.iter_mut().zip(&mut self.denominators);
        for (((numerator, denominator), n), &place) in sums.zip(&mut self.n_answered).zip(places) {
            let is_present = !place.is_nan();
            *numerator += if is_present { place * weight } else { 0.0 };
            *denominator += if is_present { weight } else { 0.0 };
            *n += u16::from(is_present);
        }
    }

    /// Composites and kinds from the sums.
    #[inline(always)]
    fn finish(&mut self, n: usize) {
        let n_items = u16::try_from(self.weights.len()).unwrap_or(u16::MAX);
        for (kind, &n_answered) in self.kinds[..n].iter_mut().zip(&self.n_answered) {
            // Fewer than all is at least partial, and fewer than it takes one more.
            *kind = u8::from(n_answered < n_items) + u8::from(n_answered < self.min_answered);
        }
        let sums = self.numerators.iter().zip(&self.denominators);
        for ((composite, (&numerator, &denominator)), &n_answered) in
            self.composites[..n].iter_mut().zip(sums).zip(&self.n_answered)
        {
            let is_there = n_answered >= self.min_answered;
            *composite = if is_there { units(numerator / denominator) } else { 0 };
        }
    }
}

#[inline(always)]
fn pack<T: Copy>(words: &mut [u64; TILE], answers: &[T], shift: usize, byte: impl Fn(T) -> u8) {
    words.iter_mut().zip(answers).for_each(|(word, &answer)| *word |= u64::from(byte(answer)) << shift);
}
