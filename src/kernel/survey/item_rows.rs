//! Answers to several items, checked once.

use serde::{Deserialize, Serialize};

use crate::kernel::undefined::Undefined;

/// The step of a respondent who did not answer.
pub const MISSING: u8 = u8::MAX;
/// Most steps of a scale; longer ones are measured as [`ItemScale::Continuous`].
pub const MOST_STEPS: u8 = 127;

/// How answers to an item are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ItemScale {
    /// In so many equal steps from the worst answer to the best: 4 from 1 to 5. 1 to [`MOST_STEPS`].
    Steps(u8),
    /// Anywhere between the worst answer and the best.
    Continuous,
}

/// The answers to one item, one for each respondent.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Answers<'a> {
    /// Steps above the worst answer; more than the scale has, such as [`MISSING`], where there is
    /// none, for whatever reason.
    Steps(&'a [u8]),
    /// Places from 0, the worst, to 1, the best; NaN where there is none.
    Places(&'a [f64]),
}

impl Answers<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Steps(steps) => steps.len(),
            Self::Places(places) => places.len(),
        }
    }

    /// Whether every answer is on the scale.
    fn fits(&self, scale: ItemScale) -> bool {
        match (self, scale) {
            (Self::Steps(_), ItemScale::Steps(n_steps)) => (1..=MOST_STEPS).contains(&n_steps),
            (Self::Places(places), ItemScale::Continuous) => {
                !places.iter().fold(false, |bad, place| bad | !(place.is_nan() || (0.0..=1.0).contains(place)))
            }
            _ => false,
        }
    }
}

/// Answers of the same respondents to several items, on scales of their own.
#[derive(Clone, Debug)]
pub struct ItemRows<'a> {
    scales: &'a [ItemScale],
    answers: &'a [Answers<'a>],
    n_rows: usize,
}

impl<'a> ItemRows<'a> {
    /// Checks the answers to items of these scales.
    ///
    /// # Errors
    /// `TooFew` without items; `OutOfRange` when there are not as many scales as items, not as
    /// many answers to one item as to another, or a place is not on its scale.
    pub fn new(scales: &'a [ItemScale], answers: &'a [Answers<'a>]) -> Result<Self, Undefined> {
        let n_rows = answers.first().ok_or(Undefined::TooFew { n: 0, needed: 1 })?.len();
        let are_even = scales.len() == answers.len() && answers.iter().all(|answers| answers.len() == n_rows);
        if !are_even || !answers.iter().zip(scales).all(|(answers, &scale)| answers.fits(scale)) {
            return Err(Undefined::OutOfRange);
        }
        Ok(Self { scales, answers, n_rows })
    }

    /// Respondents.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The scales of the items.
    #[must_use]
    pub fn scales(&self) -> &'a [ItemScale] {
        self.scales
    }

    /// The answers to each item.
    #[must_use]
    pub fn answers(&self) -> &'a [Answers<'a>] {
        self.answers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_off_their_scale_are_refused() {
        let refused = |scale: ItemScale, answers: Answers<'_>| ItemRows::new(&[scale], &[answers]).err();
        assert_eq!(refused(ItemScale::Steps(4), Answers::Steps(&[0, 4, 5, MISSING])), None);
        assert_eq!(refused(ItemScale::Steps(0), Answers::Steps(&[0])), Some(Undefined::OutOfRange));
        assert_eq!(refused(ItemScale::Steps(128), Answers::Steps(&[0])), Some(Undefined::OutOfRange));
        assert_eq!(refused(ItemScale::Continuous, Answers::Places(&[0.0, 1.0, f64::NAN])), None);
        for bad in [-0.1, 1.1, f64::INFINITY] {
            assert_eq!(refused(ItemScale::Continuous, Answers::Places(&[bad])), Some(Undefined::OutOfRange));
        }
        assert_eq!(refused(ItemScale::Continuous, Answers::Steps(&[0])), Some(Undefined::OutOfRange));
    }

    #[test]
    fn items_are_of_the_same_respondents() {
        let scales = [ItemScale::Steps(4); 2];
        let uneven = [Answers::Steps(&[1, 2]), Answers::Steps(&[1])];
        assert_eq!(ItemRows::new(&scales, &uneven).err(), Some(Undefined::OutOfRange));
        assert_eq!(ItemRows::new(&scales[..1], &uneven).err(), Some(Undefined::OutOfRange));
        assert_eq!(ItemRows::new(&[], &[]).err(), Some(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(ItemRows::new(&scales, &[Answers::Steps(&[]); 2]).unwrap().n_rows(), 0);
    }
}
