//! The same people asked twice.
//!
//! Notation: `d = x_2 - x_1` of one person, -2 to 2, from the codes 1, 0, -1 of both answers; `k_d`
//! people with it, `n` in all.
//!
//! ```text
//! change = 100 mean(d),   SE = 100 sqrt(sum (d - mean)^2 / n / n),   z = change / SE
//! ```
//! What a person keeps from one time to the next drops out, so that the error is smaller than that of
//! two samples of different people wherever answers go together.

use serde::{Deserialize, Serialize};

use super::nps_counts::{NpsClass, NpsCounts};
use super::nps_difference::z_test;
use super::nps_estimate::POINTS;
use crate::kernel::hypothesis::Test;
use crate::kernel::interval::{Interval, mean_normal, normal_critical};
use crate::kernel::undefined::Undefined;

const CLASSES: [NpsClass; 3] = [NpsClass::Detractor, NpsClass::Passive, NpsClass::Promoter];

/// How many people went from which class to which, between two times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NpsTransitions {
    /// People by class the first time (rows) and the second (columns): detractors, passives, promoters.
    pub cells: [[u64; 3]; 3],
}

/// The change of a score among people who were asked twice.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NpsChange {
    /// People who answered both times.
    pub n: u64,
    /// Their score the first time.
    pub first: f64,
    /// Their score the second time.
    pub second: f64,
    /// Second score minus first, in points.
    pub estimate: f64,
    /// Standard error of the change, with the divisor `n`.
    pub std_error: f64,
    /// Interval of the change, cut off at -200 and 200; [`Undefined::Constant`] when all moved alike,
    /// as when nobody moved.
    pub interval: Result<Interval, Undefined>,
    /// z and its two-sided p-value; undefined as the interval is.
    pub test: Result<Test, Undefined>,
    /// People who went up by a class or two.
    pub n_up: u64,
    /// People who stayed in their class.
    pub n_same: u64,
    /// People who went down by a class or two.
    pub n_down: u64,
}

impl NpsTransitions {
    /// Counts one person.
    pub fn add(&mut self, first: NpsClass, second: NpsClass) {
        self.cells[first as usize][second as usize] += 1;
    }

    /// Transitions of two sets of people together.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        let cells = self.cells.as_flattened_mut().iter_mut().zip(other.cells.as_flattened());
        cells.for_each(|(mine, theirs)| *mine = mine.saturating_add(*theirs));
        self
    }

    /// The classes of the first time.
    #[must_use]
    pub fn first(&self) -> NpsCounts {
        self.margin(|row, _| row)
    }

    /// The classes of the second time.
    #[must_use]
    pub fn second(&self) -> NpsCounts {
        self.margin(|_, column| column)
    }

    fn margin(&self, class: impl Fn(usize, usize) -> usize) -> NpsCounts {
        let mut sums = [0_u64; 3];
        for (row, cells) in self.cells.iter().enumerate() {
            for (column, &people) in cells.iter().enumerate() {
                let sum = &mut sums[class(row, column)];
                *sum = sum.saturating_add(people);
            }
        }
        let [detractors, passives, promoters] = sums;
        NpsCounts { promoters, passives, detractors }
    }

    /// People by what they moved, from two classes down to two classes up.
    fn moves(&self) -> [u64; 5] {
        let mut moves = [0_u64; 5];
        for first in CLASSES {
            for second in CLASSES {
                let by = &mut moves[(second.code() - first.code() + 2) as usize];
                *by = by.saturating_add(self.cells[first as usize][second as usize]);
            }
        }
        moves
    }

    /// The change of the score with its error.
    ///
    /// For hundreds of people, or fewer of whom many moved: with few that moved the interval covers less
    /// than it says, as with any error from counts.
    ///
    /// # Errors
    ///
    /// [`Undefined::TooFew`] when nobody answered twice, [`Undefined::OutOfRange`] unless
    /// `0 < conf_level < 1`.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::kernel::survey::{NpsClass, NpsTransitions};
    ///
    /// let mut people = NpsTransitions::default();
    /// for _ in 0..3 {
    ///     people.add(NpsClass::Passive, NpsClass::Passive);
    /// }
    /// people.add(NpsClass::Passive, NpsClass::Promoter);
    /// let change = people.change(0.95)?;
    /// // One of four moved up by one: a mean of 1/4 and a variance of 3/16.
    /// assert_eq!((change.estimate, change.n_up), (25.0, 1));
    /// assert!((change.std_error - 100.0 * (3.0_f64 / 64.0).sqrt()).abs() < 1e-12);
    /// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
    /// ```
    pub fn change(&self, conf_level: f64) -> Result<NpsChange, Undefined> {
        normal_critical(conf_level)?;
        let (first, second) = (self.first().summary()?, self.second().summary()?);
        let moves = self.moves();
        let n: f64 = moves.iter().map(|&people| people as f64).sum();
        let shares = moves.map(|people| people as f64 / n);
        let (down, up) =
            (2 * u128::from(moves[0]) + u128::from(moves[1]), 2 * u128::from(moves[4]) + u128::from(moves[3]));
        let lead = if up >= down { (up - down) as f64 } else { -((down - up) as f64) };
        let estimate = POINTS * lead / n;
        let std_error = POINTS * (variance_of_steps(&shares) / n).sqrt();
        let test = z_test(estimate, std_error);
        let most = 2.0 * POINTS;
        let ends = mean_normal(estimate, std_error, conf_level)?;
        let ends = Interval { low: ends.low.max(-most), high: ends.high.min(most) };
        Ok(NpsChange {
            n: self.first().n(),
            first: first.estimate,
            second: second.estimate,
            estimate,
            std_error,
            interval: test.as_ref().map(|_| ends).map_err(Clone::clone),
            test,
            n_up: moves[3].saturating_add(moves[4]),
            n_same: moves[2],
            n_down: moves[0].saturating_add(moves[1]),
        })
    }
}

/// The variance of a number of steps, by the shares of its values one apart: the sum over pairs of
/// values, of which none is negative.
fn variance_of_steps(shares: &[f64]) -> f64 {
    let of_pair = |low: usize, high: usize| shares[low] * shares[high] * ((high - low) as f64).powi(2);
    (0..shares.len()).map(|high| (0..high).map(|low| of_pair(low, high)).sum::<f64>()).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Oracle: numpy 2.4.6 on the 100 differences themselves: `d.mean()`, `d.std()`, and
    /// scipy 1.17.1 `norm.sf`.
    #[test]
    fn the_change_is_that_of_the_single_differences() {
        let people = NpsTransitions { cells: [[12, 6, 2], [5, 20, 15], [1, 9, 30]] };
        let found = people.change(0.95).unwrap();
        assert_eq!((found.n, found.first, found.second), (100, 20.0, 29.0));
        assert_eq!((found.n_up, found.n_same, found.n_down), (23, 62, 15));
        assert!((found.estimate - 9.0).abs() < 1e-12);
        assert!((found.std_error - 6.796322535018478).abs() < 1e-12, "{found:?}");
        assert!((found.test.unwrap().p_value.value() - 0.18542150138245417).abs() < 1e-12);
    }

    #[test]
    fn when_all_move_alike_nothing_tells_the_error() {
        let found = NpsTransitions { cells: [[5, 0, 0], [0, 7, 0], [0, 0, 9]] }.change(0.95).unwrap();
        assert_eq!((found.estimate, found.std_error), (0.0, 0.0));
        assert_eq!((found.interval, found.test), (Err(Undefined::Constant), Err(Undefined::Constant)));
        assert_eq!(NpsTransitions::default().change(0.95).unwrap_err(), Undefined::TooFew { n: 0, needed: 1 });
        assert_eq!(NpsTransitions { cells: [[1; 3]; 3] }.change(0.0).unwrap_err(), Undefined::OutOfRange);
    }

    #[test]
    fn counts_beyond_the_whole_numbers_stay_in_range() {
        let found = NpsTransitions { cells: [[u64::MAX; 3]; 3] }.change(0.95).unwrap();
        assert_eq!((found.estimate, found.n), (0.0, u64::MAX));
        assert!(found.std_error > 0.0);
    }

    fn cells() -> impl Strategy<Value = [[u64; 3]; 3]> {
        prop::array::uniform3(prop::array::uniform3(0..500_u64))
    }

    proptest! {
        #[test]
        fn the_change_is_the_difference_of_the_margins(cells in cells(), other in cells()) {
            let people = NpsTransitions { cells };
            prop_assume!(people.first().n() > 0);
            let found = people.change(0.9).unwrap();
            prop_assert!((found.estimate - (found.second - found.first)).abs() < 1e-11);
            prop_assert_eq!(found.n_up + found.n_same + found.n_down, found.n);
            let both = people.merge(NpsTransitions { cells: other });
            prop_assert_eq!(both.first(), people.first().merge(NpsTransitions { cells: other }.first()));
        }

        #[test]
        fn time_turned_round_changes_the_sign(cells in cells()) {
            let people = NpsTransitions { cells };
            prop_assume!(people.first().n() > 0);
            let mut back = NpsTransitions::default();
            for (row, column) in (0..3).flat_map(|row| (0..3).map(move |column| (row, column))) {
                back.cells[column][row] = cells[row][column];
            }
            let (there, back) = (people.change(0.9).unwrap(), back.change(0.9).unwrap());
            prop_assert_eq!((there.estimate, there.first, there.n_up), (-back.estimate, back.second, back.n_down));
            prop_assert!((there.std_error - back.std_error).abs() < 1e-12 * there.std_error);
        }

        /// Answers of two times that have nothing to do with each other have the error of two samples.
        #[test]
        fn independent_answers_have_the_error_of_two_samples(a in prop::array::uniform3(1..9_u64), b in prop::array::uniform3(1..9_u64)) {
            let people = NpsTransitions { cells: a.map(|row| b.map(|column| row * column)) };
            let (first, second) = (people.first().summary().unwrap(), people.second().summary().unwrap());
            let found = people.change(0.95).unwrap();
            prop_assert!((found.std_error / first.std_error.hypot(second.std_error) - 1.0).abs() < 1e-12);
        }
    }
}
