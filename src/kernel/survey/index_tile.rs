//! Composites of a few respondents at a time, in the first cache.

use super::composite::units;
use super::item_moments::place_of;
use super::item_rows::{Answers, ItemRows, ItemScale};
use super::item_weights::ItemWeights;

/// Respondents of a tile.
pub(super) const TILE: usize = 256;
/// Answers of one byte in a word.
pub(super) const IN_WORD: usize = 8;
/// The bit of a byte that says that there is no answer; steps lie below it.
pub(super) const NO_ANSWER: u8 = 0x80;
/// How much of the questionnaire a respondent answered: 0 all items, 1 as many as it takes, 2 fewer.
pub(super) const N_KINDS: usize = 3;
/// Composites of items that are alike which are looked up in place of being worked out.
const MOST_LOOKED_UP: usize = 1 << 14;

/// Respondents side by side: composites, and answers packed by respondent.
pub(super) struct Tile<'a> {
    rows: &'a ItemRows<'a>,
    weights: &'a [f64],
    min_answered: u16,
    alike: Option<Alike>,
    numerators: [f64; TILE],
    denominators: [f64; TILE],
    steps: [u16; TILE],
    n_answered: [u16; TILE],
    /// In units; 0 for those who answered too few items.
    pub(super) composites: [u64; TILE],
    pub(super) kinds: [u8; TILE],
    /// Steps of eight items to a word, the first in the lowest byte; [`NO_ANSWER`] where missing.
    pub(super) words: Vec<[u64; TILE]>,
}

/// Items of one weight and one number of steps, whose composite is known by the sum of steps and
/// the number of answers.
struct Alike {
    /// Composites in units, those of one answer behind those of none, and so on.
    composites: Vec<u64>,
    /// Sums of steps that there can be.
    n_sums: usize,
}

impl Alike {
    fn of(scales: &[ItemScale], weights: &[f64]) -> Option<Self> {
        let &ItemScale::Steps(n_steps) = scales.first()? else { return None };
        let n_sums = scales.len() * usize::from(n_steps) + 1;
        let are_alike = scales.iter().all(|&scale| scale == ItemScale::Steps(n_steps))
            && weights.iter().all(|weight| Some(weight) == weights.first());
        if !are_alike || n_sums * (scales.len() + 1) > MOST_LOOKED_UP {
            return None;
        }
        let composite = |(n_answered, sum): (usize, usize)| {
            let most = (n_answered * usize::from(n_steps)) as f64;
            if n_answered == 0 { 0 } else { units((sum as f64 / most).min(1.0)) }
        };
        let places = (0..=scales.len()).flat_map(|n_answered| (0..n_sums).map(move |sum| (n_answered, sum)));
        Some(Self { composites: places.map(composite).collect(), n_sums })
    }
}

impl<'a> Tile<'a> {
    pub(super) fn new(rows: &'a ItemRows<'a>, weights: &'a ItemWeights, min_answered: usize) -> Self {
        let n_words = rows.scales().len().div_ceil(IN_WORD);
        Self {
            rows,
            weights: weights.shares(),
            min_answered: u16::try_from(min_answered).unwrap_or(u16::MAX),
            alike: Alike::of(rows.scales(), weights.shares()),
            numerators: [0.0; TILE],
            denominators: [0.0; TILE],
            steps: [0; TILE],
            n_answered: [0; TILE],
            composites: [0; TILE],
            kinds: [0; TILE],
            words: vec![[0; TILE]; n_words],
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
        self.steps[..n].fill(0);
        self.n_answered[..n].fill(0);
        self.words.iter_mut().for_each(|word| word[..n].fill(0));
        for (item, (answers, &scale)) in self.rows.answers().iter().zip(self.rows.scales()).enumerate() {
            let (weight, shift) = (self.weights[item], 8 * (item % IN_WORD));
            let word = &mut self.words[item / IN_WORD];
            match (answers, scale) {
                (Answers::Steps(steps), ItemScale::Steps(n_steps)) => {
                    let steps = &steps[start..start + n];
                    pack(word, steps, shift, |step| if step <= n_steps { step } else { NO_ANSWER });
                    self.n_answered.iter_mut().zip(steps).for_each(|(n, &step)| *n += u16::from(step <= n_steps));
                    if self.alike.is_some() {
                        let step = |step: u8| u16::from(if step <= n_steps { step } else { 0 });
                        self.steps.iter_mut().zip(steps).for_each(|(sum, &own)| *sum += step(own));
                    } else {
                        self.add_steps(steps, weight, n_steps);
                    }
                }
                (Answers::Places(places), _) => {
                    let places = &places[start..start + n];
                    pack(word, places, shift, |place| if place.is_nan() { NO_ANSWER } else { 0 });
                    self.add_places(places, weight);
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
        let composites = self.composites[..n].iter_mut().zip(&self.n_answered);
        if let Some(alike) = &self.alike {
            for ((composite, &n_answered), &sum) in composites.zip(&self.steps) {
                let place = usize::from(n_answered) * alike.n_sums + usize::from(sum);
                let known = alike.composites.get(place).copied().unwrap_or_default();
                *composite = if n_answered >= self.min_answered { known } else { 0 };
            }
            return;
        }
        let sums = self.numerators.iter().zip(&self.denominators);
        for ((composite, &n_answered), (&numerator, &denominator)) in composites.zip(sums) {
            *composite = if n_answered >= self.min_answered { units(numerator / denominator) } else { 0 };
        }
    }
}

#[inline(always)]
fn pack<T: Copy>(words: &mut [u64; TILE], answers: &[T], shift: usize, byte: impl Fn(T) -> u8) {
    words.iter_mut().zip(answers).for_each(|(word, &answer)| *word |= u64::from(byte(answer)) << shift);
}
