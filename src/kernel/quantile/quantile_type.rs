//! The nine definitions of a sample quantile.
//!
//! R. J. Hyndman & Y. Fan (1996), "Sample quantiles in statistical packages", The American
//! Statistician 50(4), 361-365.

use serde::{Deserialize, Serialize};

/// Which quantile, by the number that Hyndman and Fan give it, as in R's `quantile(type = )`.
///
/// With `n` values `x_1 <= ... <= x_n`, a share `p`, a position `h`, `j = floor(h)` and `g = h - j`:
///
/// ```text
/// type 1   h = n p               x_j where g = 0, else x_(j+1)             inverted distribution function
/// type 2   h = n p               (x_j + x_(j+1)) / 2 where g = 0, else x_(j+1)
/// type 3   h = n p - 1/2         x_j where g = 0 and j is even, else x_(j+1)    nearest, as in SAS
/// type 4   h = n p               x_j + g (x_(j+1) - x_j)                   and so for all that follow
/// type 5   h = n p + 1/2                                                   Hazen
/// type 6   h = (n + 1) p                                                   Weibull; SPSS, Minitab
/// type 7   h = (n - 1) p + 1                                               R, NumPy, Excel
/// type 8   h = (n + 1/3) p + 1/3                                           about unbiased for the median
/// type 9   h = (n + 1/4) p + 3/8                                           about unbiased for normal data
/// ```
///
/// Below `x_1` and above `x_n` lie `x_1` and `x_n`. A position within four units in the last place
/// of a whole number is that number, as `0.1 * 30` is meant to be 3: so that types 1 to 3 do not
/// jump where a share has no exact double. Type 7 does without, as R's and NumPy's does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuantileType {
    /// The smallest value that at least a share `p` of the values does not exceed.
    Type1,
    /// As type 1, with the mean of two values where the share falls between them.
    Type2,
    /// The value nearest to the share, of two equally near ones the one with an even number.
    Type3,
    /// Linear in the distribution function.
    Type4,
    /// Linear between the midpoints of its steps.
    Type5,
    /// Linear between the expected shares below the order statistics.
    Type6,
    /// Linear between the smallest value at 0 and the largest at 1.
    #[default]
    Type7,
    /// Linear between the median shares below the order statistics; Hyndman and Fan advise it.
    Type8,
    /// Linear between the expected normal scores, nearly.
    Type9,
}

/// Where a quantile is: part of the way from the order statistic at `below`, from 0, to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    /// Place of the lower order statistic.
    pub(crate) below: usize,
    /// Part of the way to the next one, 0..1; 0 where there is none.
    pub(crate) part: f64,
}

/// The whole number that a position is meant to be, or the position itself.
pub(super) fn without_rounding(position: f64) -> f64 {
    let whole = position.round();
    let is_whole = (position - whole).abs() <= 4.0 * f64::EPSILON * position.abs().max(1.0);
    if is_whole { whole } else { position }
}

impl QuantileType {
    /// The nine types in their order.
    pub const ALL: [Self; 9] = [
        Self::Type1,
        Self::Type2,
        Self::Type3,
        Self::Type4,
        Self::Type5,
        Self::Type6,
        Self::Type7,
        Self::Type8,
        Self::Type9,
    ];

    /// The position `h` among `n` values, which for weighted ones need not be whole.
    pub(super) fn position(self, n: f64, share: f64) -> f64 {
        match self {
            Self::Type1 | Self::Type2 | Self::Type4 => n * share,
            Self::Type3 => n * share - 0.5,
            Self::Type5 => n * share + 0.5,
            Self::Type6 => (n + 1.0) * share,
            Self::Type7 => (n - 1.0) * share + 1.0,
            Self::Type8 => (n + 1.0 / 3.0) * share + 1.0 / 3.0,
            Self::Type9 => (n + 0.25) * share + 0.375,
        }
    }

    /// The place of the quantile among `n` values; `None` without values and for a share
    /// outside 0..=1.
    pub(crate) fn place(self, n: usize, share: f64) -> Option<Place> {
        let last = n.checked_sub(1)?;
        if !(0.0..=1.0).contains(&share) {
            return None;
        }
        if self == Self::Type7 {
            // Without the 1 of the formula, which would cost digits.
            let position = last as f64 * share;
            let below = (position.floor() as usize).min(last);
            return Some(Place { below, part: position - below as f64 });
        }
        let position = without_rounding(self.position(n as f64, share));
        let (j, g) = (position.floor(), position - position.floor());
        let (j, part) = match self {
            Self::Type1 if g == 0.0 => (j, 0.0),
            Self::Type2 if g == 0.0 => (j, 0.5),
            Self::Type3 if g == 0.0 && j % 2.0 == 0.0 => (j, 0.0),
            Self::Type1 | Self::Type2 | Self::Type3 => (j + 1.0, 0.0),
            _ => (j, g),
        };
        if j < 1.0 {
            return Some(Place { below: 0, part: 0.0 });
        }
        let below = j as usize - 1;
        Some(if below >= last { Place { below: last, part: 0.0 } } else { Place { below, part } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: by hand; 0.29 * 100 is 28.999999999999996 in doubles, 0.1 * 3 is 0.30000000000000004.
    #[test]
    fn a_position_that_should_be_whole_is() {
        assert_eq!((without_rounding(0.29 * 100.0), without_rounding(10.0 * (0.1 * 3.0))), (29.0, 3.0));
        assert_eq!(without_rounding(2.999_999), 2.999_999);
        assert_eq!(without_rounding(1e-15), 1e-15);
        let place = QuantileType::Type1.place(100, 0.29);
        assert_eq!(place, Some(Place { below: 28, part: 0.0 }));
    }

    #[test]
    fn the_ends_of_shares_are_the_ends_of_values() {
        for quantile_type in QuantileType::ALL {
            for n in [1, 2, 3, 10] {
                assert_eq!(quantile_type.place(n, 0.0), Some(Place { below: 0, part: 0.0 }));
                assert_eq!(quantile_type.place(n, 1.0), Some(Place { below: n - 1, part: 0.0 }));
            }
            assert_eq!(quantile_type.place(0, 0.5), None);
            assert!([-0.1, 1.1, f64::NAN].iter().all(|&share| quantile_type.place(5, share).is_none()));
        }
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for (quantile_type, number) in QuantileType::ALL.into_iter().zip(1..) {
            let name = format!("\"type{number}\"");
            assert_eq!(serde_json::to_string(&quantile_type).unwrap(), name);
            assert_eq!(serde_json::from_str::<QuantileType>(&name).unwrap(), quantile_type);
        }
        assert_eq!(QuantileType::default(), QuantileType::Type7);
    }
}
