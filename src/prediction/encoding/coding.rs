//! What was learned about one feature, as it is saved.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::feature_encoding::{Missing, UnseenLevel, is_ascending};
use crate::frame::exact_number;
use crate::solver::design::REFERENCE;

/// A cell without a value, among the places of levels.
pub(super) const MISSING: u32 = u32::MAX;
/// A level that training did not have, among the places of levels.
pub(super) const UNSEEN: u32 = u32::MAX - 1;

pub(super) const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The columns that one feature gives, and what they were learned from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fitted {
    /// The column that is read.
    pub(super) column: String,
    pub(super) coding: Coding,
    pub(super) missing: Missing,
    /// Whether a column tells the rows whose cell is missing.
    pub(super) indicator: bool,
    /// Training rows whose cell is missing.
    pub(super) n_missing: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Coding {
    Number(NumberCoding),
    Levels(LevelCoding),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum NumberReading {
    Number,
    /// Days since this one.
    Days {
        origin: NaiveDate,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Shape {
    Linear,
    Log,
    Spline {
        #[serde(with = "exact_number::many")]
        knots: Vec<f64>,
    },
}

/// A feature of numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NumberCoding {
    pub(super) reading: NumberReading,
    pub(super) shape: Shape,
    /// Mean and standard deviation (with `n` below) of the shaped values that training had.
    #[serde(with = "exact_number::one")]
    pub(super) centre: f64,
    #[serde(with = "exact_number::one")]
    pub(super) scale: f64,
    pub(super) standardise: bool,
    /// The median of the values that training had, before they are shaped.
    #[serde(with = "exact_number::one")]
    pub(super) fill: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LevelReading {
    /// By what is written.
    Label,
    /// By what it means: no or yes.
    Flag,
    /// By the class between cut points.
    Bins {
        #[serde(with = "exact_number::many")]
        cuts: Vec<f64>,
    },
    Month,
    Weekday,
}

/// A level and how many training rows had it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// How it is written; `(other)` and `(missing)` stand for rare levels and for no level.
    pub label: String,
    /// Training rows that have it.
    pub n_rows: u64,
}

/// A feature of levels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelCoding {
    pub(super) reading: LevelReading,
    /// In their order; behind them, where there are such, the rare ones together and the missing.
    pub(super) levels: Vec<Level>,
    pub(super) reference: Option<u32>,
    /// The place of the rare levels together.
    pub(super) other: Option<u32>,
    /// The place of the missing cells as a level.
    pub(super) own: Option<u32>,
    /// The most frequent level.
    pub(super) fill: u32,
    pub(super) unseen: UnseenLevel,
    /// The levels that count as the rare ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) pooled: Vec<String>,
}

impl Fitted {
    /// Columns of the feature, that of the indicator among them.
    pub(super) fn n_columns(&self) -> usize {
        let own = match &self.coding {
            Coding::Number(number) => number.n_columns(),
            Coding::Levels(levels) => levels.n_columns(),
        };
        own + usize::from(self.indicator)
    }

    /// The name under which the columns of the feature go together.
    pub(super) fn source(&self) -> String {
        match &self.coding {
            Coding::Levels(LevelCoding { reading: LevelReading::Month, .. }) => format!("{}.month", self.column),
            Coding::Levels(LevelCoding { reading: LevelReading::Weekday, .. }) => format!("{}.weekday", self.column),
            Coding::Number(_) | Coding::Levels(_) => self.column.clone(),
        }
    }

    /// What cannot be in what was saved.
    pub(super) fn problem(&self) -> Option<String> {
        let problem = match &self.coding {
            Coding::Number(number) => number.problem(),
            Coding::Levels(levels) => levels.problem(),
        };
        problem.map(|problem| format!("feature `{}`: {problem}", self.column))
    }
}

impl NumberCoding {
    pub(super) fn n_columns(&self) -> usize {
        match &self.shape {
            Shape::Linear | Shape::Log => 1,
            Shape::Spline { knots } => knots.len() - 1,
        }
    }

    /// Whether the column is the number as it stands in the table.
    pub(super) fn is_plain(&self) -> bool {
        self.shape == Shape::Linear && !self.standardise
    }

    /// The value of a column out of the number that was read.
    #[inline]
    pub(super) fn shaped(&self, x: f64) -> f64 {
        let shaped = if self.shape == Shape::Log { x.ln_1p() } else { x };
        if !self.standardise {
            return shaped;
        }
        let distance = shaped - self.centre;
        // All values of training are equal, and none is apart from the others.
        if self.scale > 0.0 { distance / self.scale } else { distance }
    }

    fn problem(&self) -> Option<String> {
        let is_finite = [self.centre, self.scale, self.fill].iter().all(|number| number.is_finite());
        if !is_finite || self.scale < 0.0 {
            return Some("centre, scale and fill must be finite and the scale not negative".to_owned());
        }
        match &self.shape {
            Shape::Spline { knots } if knots.len() < 3 || !is_ascending(knots) => {
                Some("a spline needs three knots or more that ascend".to_owned())
            }
            Shape::Spline { .. } if self.standardise => Some("a spline is not standardised".to_owned()),
            Shape::Linear | Shape::Log | Shape::Spline { .. } => None,
        }
    }
}

impl LevelCoding {
    pub(super) fn n_columns(&self) -> usize {
        self.levels.len() - usize::from(self.reference.is_some())
    }

    /// The column of a level, or [`REFERENCE`].
    pub(super) fn column_of(&self, level: u32) -> u32 {
        match self.reference {
            Some(reference) if level == reference => REFERENCE,
            Some(reference) if level > reference => level - 1,
            Some(_) | None => level,
        }
    }

    /// The levels that have a column, in the order of the columns.
    pub(super) fn levels_of_columns(&self) -> impl Iterator<Item = &Level> {
        let has_column = |place: &usize| self.reference != Some(*place as u32);
        (0..self.levels.len()).filter(has_column).map(|place| &self.levels[place])
    }

    /// The levels that cells can have, with their places: not those put together or missing.
    pub(super) fn known(&self) -> impl Iterator<Item = (&str, u32)> {
        let is_known = |place: &u32| self.other != Some(*place) && self.own != Some(*place);
        (0..self.levels.len() as u32).filter(is_known).map(|place| (self.levels[place as usize].label.as_str(), place))
    }

    /// The place of each class of a reading that has a fixed number of them.
    pub(super) fn places_of(&self, classes: &[String]) -> Vec<u32> {
        let place = |class: &String| self.known().find(|(label, _)| label == class).map_or(UNSEEN, |(_, place)| place);
        classes.iter().map(place).collect()
    }

    fn problem(&self) -> Option<String> {
        let n = self.levels.len() as u32;
        let places = [self.reference, self.other, self.own, Some(self.fill)];
        if places.iter().flatten().any(|&place| place >= n) {
            return Some(format!("a place is beyond its {n} level(s)"));
        }
        let mut labels: Vec<&str> =
            self.known().map(|(label, _)| label).chain(self.pooled.iter().map(String::as_str)).collect();
        labels.sort_unstable();
        if labels.windows(2).any(|pair| pair[0] == pair[1]) {
            return Some("a level is there twice".to_owned());
        }
        if !self.pooled.is_empty() && self.other.is_none() {
            return Some("levels are put together, but not as a level".to_owned());
        }
        match &self.reading {
            LevelReading::Bins { cuts } if cuts.is_empty() || !is_ascending(cuts) => {
                Some("cut points must ascend".to_owned())
            }
            LevelReading::Flag if self.known().count() != 2 => {
                Some("a flag has a level for no and one for yes".to_owned())
            }
            _ => None,
        }
    }
}

/// The classes between cut points, each of which belongs to the class above it.
pub(super) fn intervals(cuts: &[f64]) -> Vec<String> {
    let between = cuts.windows(2).map(|pair| format!("[{}, {})", pair[0], pair[1]));
    let below = cuts.first().map(|first| format!("(-inf, {first})"));
    let above = cuts.last().map(|last| format!("[{last}, inf)"));
    below.into_iter().chain(between).chain(above).collect()
}

/// The months as levels.
pub(super) fn months() -> Vec<String> {
    (1..=12).map(|month: u32| month.to_string()).collect()
}

/// The days of the week as levels.
pub(super) fn weekdays() -> Vec<String> {
    WEEKDAYS.map(str::to_owned).to_vec()
}
