//! Classes of numbers between cut points.

use serde::{Deserialize, Serialize};

/// The side on which the cut points of classes belong to the class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedSide {
    /// `[18, 25)`: 18 belongs to the class, 25 to the next.
    #[default]
    Left,
    /// `(18, 25]`: 25 belongs to the class, 18 to the one before.
    Right,
}

/// Classes between cut points that do not descend.
#[derive(Clone, Debug)]
pub(crate) struct Classes {
    pub(crate) cuts: Vec<f64>,
    pub(crate) closed: ClosedSide,
    pub(crate) open_below: bool,
    pub(crate) open_above: bool,
}

impl Classes {
    /// The class of a value, from 0; none for NaN and beyond a closed end.
    pub(crate) fn of(&self, value: f64) -> Option<usize> {
        let (first, last) = (*self.cuts.first()?, *self.cuts.last()?);
        let is_beyond = (!self.open_below && value < first) || (!self.open_above && value > last);
        if value.is_nan() || is_beyond {
            return None;
        }
        let n_below = match self.closed {
            ClosedSide::Left => self.cuts.partition_point(|&cut| cut <= value),
            ClosedSide::Right => self.cuts.partition_point(|&cut| cut < value),
        };
        // A value on a closed end belongs to the class there.
        let place = n_below.saturating_sub(usize::from(!self.open_below));
        Some(place.min(self.n_classes().checked_sub(1)?))
    }

    fn n_classes(&self) -> usize {
        let closed_ends = usize::from(!self.open_below) + usize::from(!self.open_above);
        (self.cuts.len() + 1).saturating_sub(closed_ends)
    }

    /// The classes as intervals: `(-inf, 18)`, `[18, 25)`, `[25, inf)`.
    pub(crate) fn intervals(&self) -> Vec<String> {
        let is_left = self.closed == ClosedSide::Left;
        let between = self.cuts.windows(2).enumerate().map(|(place, pair)| {
            let is_first = place == 0 && !self.open_below;
            let is_last = place + 2 == self.cuts.len() && !self.open_above;
            let left = if is_left || is_first { '[' } else { '(' };
            let right = if !is_left || is_last { ']' } else { ')' };
            format!("{left}{}, {}{right}", pair[0], pair[1])
        });
        let below = self.cuts.first().filter(|_| self.open_below).map(|first| {
            let right = if is_left { ')' } else { ']' };
            format!("(-inf, {first}{right}")
        });
        let above = self.cuts.last().filter(|_| self.open_above).map(|last| {
            let left = if is_left { '[' } else { '(' };
            format!("{left}{last}, inf)")
        });
        below.into_iter().chain(between).chain(above).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(closed: ClosedSide, open_below: bool, open_above: bool) -> Classes {
        Classes { cuts: vec![1.0, 2.0, 3.0], closed, open_below, open_above }
    }

    fn places(classes: &Classes) -> Vec<Option<usize>> {
        [f64::NEG_INFINITY, 0.5, 1.0, 1.5, 2.0, 3.0, 3.5, f64::INFINITY, f64::NAN]
            .map(|value| classes.of(value))
            .to_vec()
    }

    #[test]
    fn open_ends_hold_everything_but_nan() {
        let left = classes(ClosedSide::Left, true, true);
        let [a, b, c, d] = [0, 1, 2, 3].map(Some);
        assert_eq!(places(&left), [a, a, b, b, c, d, d, d, None]);
        assert_eq!(left.intervals(), ["(-inf, 1)", "[1, 2)", "[2, 3)", "[3, inf)"]);
        let right = classes(ClosedSide::Right, true, true);
        assert_eq!(places(&right), [a, a, a, b, b, c, d, d, None]);
        assert_eq!(right.intervals(), ["(-inf, 1]", "(1, 2]", "(2, 3]", "(3, inf)"]);
    }

    #[test]
    fn closed_ends_hold_their_own_value_and_nothing_beyond() {
        let left = classes(ClosedSide::Left, false, false);
        let [a, b] = [0, 1].map(Some);
        assert_eq!(places(&left), [None, None, a, a, b, b, None, None, None]);
        assert_eq!(left.intervals(), ["[1, 2)", "[2, 3]"]);
        let right = classes(ClosedSide::Right, false, false);
        assert_eq!(places(&right), [None, None, a, a, a, b, None, None, None]);
        assert_eq!(right.intervals(), ["[1, 2]", "(2, 3]"]);
    }

    #[test]
    fn one_end_can_be_open() {
        let [a, b, c] = [0, 1, 2].map(Some);
        assert_eq!(places(&classes(ClosedSide::Left, false, true)), [None, None, a, a, b, c, c, c, None]);
        assert_eq!(places(&classes(ClosedSide::Right, true, false)), [a, a, a, b, b, c, None, None, None]);
    }

    #[test]
    fn equal_cut_points_leave_a_class_empty() {
        let tied = Classes { cuts: vec![1.0, 1.0, 2.0], closed: ClosedSide::Right, open_below: true, open_above: true };
        assert_eq!([0.0, 1.0, 1.5, 9.0].map(|value| tied.of(value)), [Some(0), Some(0), Some(2), Some(3)]);
    }
}
