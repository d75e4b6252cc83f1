//! The answers that a question allows.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whole answers of a scale; they, the reasons why there is none and what follows fit a byte.
const MOST_LEVELS: usize = 201;

/// The answers that a question allows: whole numbers from `min` to `max`, where more is better.
///
/// What lies outside is never moved to an end of the scale: it is refused, or set aside on
/// request. A scale on which less is better, such as effort from 1 for none, is turned round
/// first: `8 - x` on a scale from 1 to 7.
///
/// # Examples
///
/// ```
/// use customer_analytics::frame::Scale;
///
/// assert_eq!(Scale::ZERO_TO_TEN, Scale::new(0, 10));
/// assert_eq!(Scale::ONE_TO_FIVE.n_levels(), 5);
/// assert_eq!(Scale::ONE_TO_FIVE.to_string(), "1..=5");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Scale {
    min: i32,
    max: i32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    fractions: bool,
}

impl Scale {
    /// From 0 to 10, on which the net promoter score is asked.
    pub const ZERO_TO_TEN: Self = Self::new(0, 10);
    /// From 1 to 10.
    pub const ONE_TO_TEN: Self = Self::new(1, 10);
    /// From 1 to 5.
    pub const ONE_TO_FIVE: Self = Self::new(1, 5);
    /// From 1 to 7.
    pub const ONE_TO_SEVEN: Self = Self::new(1, 7);

    /// Whole numbers from `min` to `max`, both included; from 2 to 201 of them.
    pub const fn new(min: i32, max: i32) -> Self {
        Self { min, max, fractions: false }
    }

    /// Whether numbers between the whole ones are answers too, as they are on a slider; they
    /// are not by default.
    pub const fn fractions(mut self, allowed: bool) -> Self {
        self.fractions = allowed;
        self
    }

    /// The worst answer.
    #[must_use]
    pub const fn min(self) -> i32 {
        self.min
    }

    /// The best answer.
    #[must_use]
    pub const fn max(self) -> i32 {
        self.max
    }

    /// Whether numbers between the whole ones are answers.
    #[must_use]
    pub const fn has_fractions(self) -> bool {
        self.fractions
    }

    /// Number of whole answers; 0 for a scale that ends before it begins.
    #[must_use]
    pub const fn n_levels(self) -> usize {
        let levels = self.max as i64 - self.min as i64 + 1;
        if levels < 0 { 0 } else { levels as usize }
    }

    /// The whole answer at a place, from 0 for the worst.
    #[must_use]
    pub(crate) fn score_at(self, level: usize) -> f64 {
        f64::from(self.min) + level as f64
    }

    /// What is wrong with the scale itself.
    pub(crate) fn problem(self) -> Option<String> {
        (!(2..=MOST_LEVELS).contains(&self.n_levels()))
            .then(|| format!("a scale needs 2 to {MOST_LEVELS} whole numbers in ascending order, not {self}"))
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..={}", self.min, self.max)
    }
}
