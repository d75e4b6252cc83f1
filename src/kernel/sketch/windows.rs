//! Order statistics exactly, in a second pass, out of the values near them.
//!
//! A first pass bounds where the order statistics are; the second keeps the values within
//! those bounds and counts the others. J. I. Munro & M. S. Paterson (1980), "Selection and sorting
//! with limited storage", Theoretical Computer Science 12(3), 315-323.

use super::values::{Kept, ValueStream};
use crate::kernel::interval::Interval;
use crate::kernel::order::Tallied;
use crate::kernel::undefined::Undefined;

/// Values within some intervals, and the number of those before, between and behind them; merge in
/// any order.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::interval::Interval;
/// use customer_analytics::kernel::sketch::Windows;
///
/// let mut near_the_middle = Windows::new(vec![Interval { low: 4.0, high: 6.0 }], (1.0, 9.0), 100);
/// near_the_middle.add(&[9.0, 1.0, 5.5, 7.0, 4.5, 2.0]);
/// assert_eq!(near_the_middle.tallied().unwrap().median(), Ok(5.0));
/// ```
#[derive(Clone, Debug)]
pub struct Windows {
    lows: Vec<f64>,
    highs: Vec<f64>,
    /// Values before each window, and behind the last.
    between: Vec<u64>,
    ends: (f64, f64),
    near: ValueStream,
    /// The values of a slice that are near.
    buffer: Vec<f64>,
}

impl Windows {
    /// Windows that keep up to `most` distinct values, for values that lie between two ends.
    ///
    /// Ends of windows belong to them; windows may overlap.
    #[must_use]
    pub fn new(mut windows: Vec<Interval>, ends: (f64, f64), most: usize) -> Self {
        windows.retain(|window| window.low <= window.high);
        windows.sort_by(|a, b| a.low.total_cmp(&b.low));
        let (mut lows, mut highs): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        for window in windows {
            match highs.last_mut() {
                Some(high) if window.low <= *high => *high = high.max(window.high),
                _ => {
                    lows.push(window.low);
                    highs.push(window.high);
                }
            }
        }
        let between = vec![0; lows.len() + 1];
        Self { lows, highs, between, ends, near: ValueStream::new(most), buffer: Vec::new() }
    }

    /// Adds values, none of which is NaN.
    pub fn add(&mut self, values: &[f64]) {
        self.buffer.clear();
        for &value in values {
            let at = self.highs.partition_point(|high| *high < value);
            if self.lows.get(at).is_some_and(|low| *low <= value) {
                self.buffer.push(value);
            } else {
                self.between[at] += 1;
            }
        }
        self.near.add(&self.buffer);
    }

    /// Adds what others of the same windows have seen.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        self.between.iter_mut().zip(&other.between).for_each(|(mine, theirs)| *mine += theirs);
        self.near = self.near.merge(&other.near);
        self
    }

    /// All values in order: those in the windows as they are, and in the place of each of the others
    /// one that lies between the same windows.
    ///
    /// Order statistics that fall into a window, counts of values beyond a point in one,
    /// and distances of values in one are so exact.
    ///
    /// # Errors
    /// `TooFew` without values, `TooManyDistinct` when there are more in the windows than are kept.
    pub fn tallied(&self) -> Result<Tallied, Undefined> {
        let near = match self.near.kept() {
            Ok(Kept::All(tallied)) => Some(tallied),
            Ok(Kept::Sketches { .. }) => return Err(Undefined::TooManyDistinct),
            Err(Undefined::TooFew { .. }) => None,
            Err(reason) => return Err(reason),
        };
        let last = self.highs.len();
        let one_of = |at: usize| match at {
            0 => self.ends.0,
            _ if at == last => self.ends.1,
            // There is a double between, as there is a value.
            _ => self.highs[at - 1].next_up(),
        };
        let others = self.between.iter().enumerate().map(|(at, &n)| (one_of(at), n));
        Tallied::of(near.iter().flat_map(Tallied::runs).chain(others).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::order::{Sorted, ascending};

    fn of(values: &[f64], windows: &[(f64, f64)], most: usize) -> Windows {
        let ends = values.iter().fold((f64::MAX, f64::MIN), |ends, x| (ends.0.min(*x), ends.1.max(*x)));
        let windows = windows.iter().map(|&(low, high)| Interval { low, high }).collect();
        let mut found = Windows::new(windows, ends, most);
        found.add(values);
        found
    }

    #[test]
    fn too_many_values_in_the_windows_are_not_kept() {
        let values = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(of(&values, &[(2.0, 3.0)], 1).tallied(), Err(Undefined::TooManyDistinct));
        assert!(of(&values, &[(2.0, 3.0)], 2).tallied().is_ok());
        assert_eq!(of(&[], &[(2.0, 3.0)], 2).tallied(), Err(Undefined::TooFew { n: 0, needed: 1 }));
    }

    #[test]
    fn without_windows_values_are_counted() {
        assert_eq!(of(&[1.0, 2.0], &[], 1).tallied().unwrap().n(), 2);
        assert_eq!(of(&[1.0, 2.0], &[(5.0, 3.0)], 1).tallied().unwrap().n(), 2);
    }

    proptest! {
        /// Oracle: all values in order.
        #[test]
        fn what_falls_into_a_window_is_exact(mut values in prop::collection::vec((-30..30).prop_map(f64::from), 1..90), edges in prop::collection::vec((-32..32, 0..9), 0..5), at in 0_usize..90) {
            let windows: Vec<(f64, f64)> = edges.into_iter().map(|(low, width)| (f64::from(low), f64::from(low + width))).collect();
            let found = of(&values, &windows, 100);
            let tallied = found.tallied().unwrap();
            let sorted = ascending(&values);
            let sample = Sorted::of_ascending(&sorted).unwrap();
            prop_assert_eq!(tallied.n(), values.len() as u64);
            let is_near = |value: f64| windows.iter().any(|window| window.0 <= value && value <= window.1);
            for (place, &value) in sorted.iter().enumerate() {
                let estimate = tallied.at(place as u64).unwrap();
                let is_right = if is_near(value) { estimate == value } else { !is_near(estimate) };
                prop_assert!(is_right, "{} {}", value, estimate);
            }
            for point in windows.iter().flat_map(|window| [window.0, window.1]) {
                prop_assert_eq!(tallied.n_below(point), sample.n_below(point));
                prop_assert_eq!(tallied.n_above(point), sample.n_above(point));
            }
            let (left, right) = values.split_at(at.min(values.len()));
            let mut empty = found.clone();
            empty.between.fill(0);
            empty.near = ValueStream::new(100);
            let (mut first, mut second) = (empty.clone(), empty);
            first.add(left);
            second.add(right);
            prop_assert_eq!(second.merge(&first).tallied(), found.tallied());
            values.reverse();
            prop_assert_eq!(of(&values, &windows, 100).tallied(), Ok(tallied));
        }
    }
}
