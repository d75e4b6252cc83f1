//! Where values begin to be outliers.

use polars::prelude::DataType;
use serde::{Deserialize, Serialize};

use crate::cleaning::learned::{Fact, LearnedColumn};
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::frame::exact_number;
use crate::kernel::moments::{mean, mean_absolute_deviation, sample_sd};
use crate::kernel::quantile::{median, quantile};

/// Names of the facts.
pub(crate) const LOW: &str = "low";
pub(crate) const HIGH: &str = "high";
const CENTRE: &str = "centre";
const SPREAD: &str = "spread";

/// Where values begin to be outliers; all but the fixed bounds are learned.
///
/// Quantiles are of type 7 (Hyndman & Fan 1996). A value on a bound is no outlier.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum OutlierBounds {
    /// Fences `k` interquartile ranges below the first and above the third quartile: 1.5 for
    /// outliers, 3 for far ones (Tukey 1977, "Exploratory Data Analysis").
    Tukey {
        /// Interquartile ranges from the quartiles to the fences, 0 or more.
        #[serde(with = "exact_number::one")]
        k: f64,
    },
    /// Modified z-score `0.6745 (x - median) / MAD` beyond `cut`, usually 3.5, where MAD is
    /// the median distance from the median (Iglewicz & Hoaglin 1993, "How to Detect and Handle
    /// Outliers"). Where more than half the values are equal, so that MAD is 0,
    /// `0.7979 (x - median) / MeanAD` with the mean distance from the median takes its place;
    /// 0.7979 is `sqrt(2 / pi)`, the mean distance of a standard normal value.
    Mad {
        /// The largest modified z-score that is no outlier, above 0.
        #[serde(with = "exact_number::one")]
        cut: f64,
    },
    /// More than `cut` sample standard deviations from the mean, usually 3. Outliers widen
    /// these bounds themselves: of n values none is further out than `(n - 1) / sqrt(n)`.
    ZScore {
        /// Standard deviations from the mean to the bounds, above 0.
        #[serde(with = "exact_number::one")]
        cut: f64,
    },
    /// Below one quantile or above another, such as 0.01 and 0.99; bounds can lie between
    /// values.
    Quantile {
        /// Share of the lower quantile, 0..=1.
        #[serde(with = "exact_number::one")]
        low: f64,
        /// Share of the upper quantile, above the lower one.
        #[serde(with = "exact_number::one")]
        high: f64,
    },
    /// Among the `floor(share n)` smallest or largest of n values: the bounds are the
    /// smallest and the largest of the others, so every bound is a value that occurs.
    Winsorise {
        /// Share of the values to raise, 0 or more.
        #[serde(with = "exact_number::one")]
        share_low: f64,
        /// Share of the values to lower; both together are below 1.
        #[serde(with = "exact_number::one")]
        share_high: f64,
    },
    /// Bounds that are known. One may be left out; then no value is beyond that side, not
    /// even an infinite one.
    Fixed {
        /// The smallest value that is no outlier.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "exact_number::optional")]
        low: Option<f64>,
        /// The largest value that is no outlier.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "exact_number::optional")]
        high: Option<f64>,
    },
}

impl OutlierBounds {
    /// Whether the bounds are learned.
    pub(crate) fn learns(&self) -> bool {
        !matches!(self, Self::Fixed { .. })
    }

    pub(crate) fn check(&self) -> Result<()> {
        let refuse = |param, expected: &str, got: String| Err(Error::param(CLEANING, param, expected, got));
        match *self {
            Self::Tukey { k } if !(k >= 0.0 && k.is_finite()) => {
                refuse("outliers.bounds.tukey.k", "0 or more and finite", k.to_string())
            }
            Self::Mad { cut } | Self::ZScore { cut } if !(cut > 0.0 && cut.is_finite()) => {
                refuse("outliers.bounds.cut", "above 0 and finite", cut.to_string())
            }
            Self::Quantile { low, high } if !(low >= 0.0 && low < high && high <= 1.0) => refuse(
                "outliers.bounds.quantile",
                "two shares in 0..=1, the lower one first",
                format!("{low} and {high}"),
            ),
            Self::Winsorise { share_low, share_high }
                if !(share_low >= 0.0 && share_high >= 0.0 && share_low + share_high < 1.0) =>
            {
                let got = format!("{share_low} and {share_high}");
                refuse("outliers.bounds.winsorise", "two shares of 0 or more, together below 1", got)
            }
            Self::Fixed { low: None, high: None } => {
                refuse("outliers.bounds.fixed", "at least one bound", "none".to_owned())
            }
            Self::Fixed { low, high } => {
                let (from, to) = (low.unwrap_or(f64::MIN), high.unwrap_or(f64::MAX));
                if from.is_finite() && to.is_finite() && from <= to {
                    return Ok(());
                }
                refuse("outliers.bounds.fixed", "finite bounds, the lower one first", format!("{from} and {to}"))
            }
            _ => Ok(()),
        }
    }

    /// What is learned from finite values; reorders them.
    pub(crate) fn facts(&self, values: &mut [f64]) -> Facts {
        let n = values.len();
        let around = |centre: Option<f64>, spread: Option<f64>, reach: f64| match (centre, spread) {
            (Some(centre), Some(spread)) if spread > 0.0 => Found {
                low: centre - reach * spread,
                high: centre + reach * spread,
                centre: Some(centre),
                spread: Some(spread),
            }
            .facts(),
            (Some(_), Some(_)) => undefined("undefined: the values have no spread"),
            _ => undefined(&format!("undefined for {n} finite value(s)")),
        };
        let between = |low: Option<f64>, high: Option<f64>| match (low, high) {
            (Some(low), Some(high)) if low <= high => Found { low, high, centre: None, spread: None }.facts(),
            _ => undefined(&format!("undefined for {n} finite value(s)")),
        };
        match *self {
            Self::Tukey { k } => match (quantile(values, 0.25), quantile(values, 0.75)) {
                (Some(first), Some(third)) => {
                    let spread = third - first;
                    // Nothing times infinity would be no number.
                    let reach = if k == 0.0 { 0.0 } else { k * spread };
                    Found { low: first - reach, high: third + reach, centre: None, spread: Some(spread) }.facts()
                }
                _ => undefined(&format!("undefined for {n} finite value(s)")),
            },
            Self::Mad { cut } => {
                let centre = median(values);
                let (spread, scale) = centre.map_or((None, 1.0), |centre| distance(values, centre));
                around(centre, spread, cut / scale)
            }
            Self::ZScore { cut } => around(mean(values), sample_sd(values), cut),
            Self::Quantile { low, high } => between(quantile(values, low), quantile(values, high)),
            Self::Winsorise { share_low, share_high } => {
                let (below, above) = (whole_share(share_low, n), whole_share(share_high, n));
                let low = order_statistic(values, below);
                between(low, n.checked_sub(above + 1).and_then(|place| order_statistic(values, place)))
            }
            Self::Fixed { low, high } => {
                let fact = |(name, bound): (&'static str, Option<f64>)| Some((name, Fact::Number(bound?)));
                [(LOW, low), (HIGH, high)].into_iter().filter_map(fact).collect()
            }
        }
    }
}

/// Facts by their names.
type Facts = Vec<(&'static str, Fact)>;

/// Bounds that are defined.
struct Found {
    low: f64,
    high: f64,
    centre: Option<f64>,
    spread: Option<f64>,
}

impl Found {
    fn facts(self) -> Facts {
        // A bound beyond the largest double leaves infinite values as the only outliers.
        let bound = |bound: f64| Fact::Number(bound.clamp(f64::MIN, f64::MAX));
        let mut facts = vec![(LOW, bound(self.low)), (HIGH, bound(self.high))];
        for (name, number) in [(CENTRE, self.centre), (SPREAD, self.spread)] {
            facts.extend(number.filter(|number| number.is_finite()).map(|number| (name, Fact::Number(number))));
        }
        facts
    }
}

fn undefined(reason: &str) -> Facts {
    [LOW, HIGH].map(|name| (name, Fact::Undefined(reason.to_owned()))).to_vec()
}

/// The median distance from a centre with its factor, or the mean one where that is 0.
fn distance(values: &[f64], centre: f64) -> (Option<f64>, f64) {
    let mut distances: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
    match median(&mut distances) {
        Some(0.0) => (mean_absolute_deviation(values, centre), std::f64::consts::FRAC_2_PI.sqrt()),
        median => (median, 0.6745),
    }
}

/// How many of `n` values a share is, rounded down; a product that misses a whole number by
/// its last bits, as 0.29 times 100 does, is that number.
fn whole_share(share: f64, n: usize) -> usize {
    (share * n as f64 * (1.0 + 4.0 * f64::EPSILON)).floor() as usize
}

fn order_statistic(values: &mut [f64], place: usize) -> Option<f64> {
    (place < values.len()).then(|| *values.select_nth_unstable_by(place, f64::total_cmp).1)
}

/// Bounds as values of the column can have them: rounded inwards to whole numbers, or to what
/// a Float32 holds. Bounds with no such value between them are dropped.
pub(crate) fn within_type(mut learned: LearnedColumn, dtype: &DataType) -> LearnedColumn {
    for group in &mut learned.groups {
        let bound = |name: &str| group.facts.get(name).and_then(Fact::number);
        let low = bound(LOW).map(|low| rounded_up(low, dtype));
        let high = bound(HIGH).map(|high| -rounded_up(-high, dtype));
        let cross = low.zip(high).is_some_and(|(low, high)| low > high);
        for (name, bound) in [(LOW, low), (HIGH, high)] {
            let none = || Fact::Undefined("no value of the type lies between the bounds".to_owned());
            let Some(bound) = bound else { continue };
            group.facts.insert(name.to_owned(), if cross { none() } else { Fact::Number(bound) });
        }
    }
    learned
}

/// The smallest value of the type that is not below a bound.
fn rounded_up(bound: f64, dtype: &DataType) -> f64 {
    match dtype {
        dtype if dtype.is_integer() => bound.ceil(),
        DataType::Float32 => {
            let nearest = bound as f32;
            f64::from(if f64::from(nearest) < bound { nearest.next_up() } else { nearest })
        }
        _ => bound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(bounds: OutlierBounds, values: &[f64]) -> Option<(f64, f64)> {
        let facts = bounds.facts(&mut values.to_vec());
        Some((facts[0].1.number()?, facts[1].1.number()?))
    }

    /// Oracle: by hand. Quartiles of 1..=9 are 3 and 7, median 5, MAD 2.
    #[test]
    fn bounds_by_hand() {
        let values: Vec<f64> = (1..=9).map(f64::from).collect();
        assert_eq!(bounds(OutlierBounds::Tukey { k: 1.5 }, &values), Some((-3.0, 13.0)));
        let (low, high) = bounds(OutlierBounds::Mad { cut: 3.5 }, &values).unwrap();
        assert!((0.6745 * (high - 5.0) / 2.0 - 3.5).abs() < 1e-12 && (low + high - 10.0).abs() < 1e-12);
        let (low, high) = bounds(OutlierBounds::ZScore { cut: 2.0 }, &values).unwrap();
        assert_eq!((low, high), (5.0 - 2.0 * 7.5_f64.sqrt(), 5.0 + 2.0 * 7.5_f64.sqrt()));
        assert_eq!(bounds(OutlierBounds::Quantile { low: 0.05, high: 0.95 }, &values), Some((1.4, 8.6)));
        let winsorised = OutlierBounds::Winsorise { share_low: 0.12, share_high: 0.3 };
        assert_eq!(bounds(winsorised, &values), Some((2.0, 7.0)), "one raised, two lowered");
        let unequal = OutlierBounds::Winsorise { share_low: 0.0, share_high: 0.99 };
        assert_eq!(bounds(unequal, &values), Some((1.0, 1.0)));
    }

    #[test]
    fn half_the_values_equal_falls_back_to_the_mean_distance() {
        let values = [5.0, 5.0, 5.0, 5.0, 9.0];
        let (_, high) = bounds(OutlierBounds::Mad { cut: 3.5 }, &values).unwrap();
        assert!((0.797_884_560_8 * (high - 5.0) / 0.8 - 3.5).abs() < 1e-9, "{high}");
        assert_eq!(bounds(OutlierBounds::Mad { cut: 3.5 }, &[5.0; 4]), None);
    }

    #[test]
    fn few_values_have_no_bounds() {
        for rule in [OutlierBounds::Tukey { k: 1.5 }, OutlierBounds::Quantile { low: 0.0, high: 1.0 }] {
            assert_eq!(bounds(rule, &[]), None);
            assert_eq!(bounds(rule, &[7.0]), Some((7.0, 7.0)));
        }
        assert_eq!(bounds(OutlierBounds::ZScore { cut: 3.0 }, &[7.0]), None);
        assert_eq!(bounds(OutlierBounds::ZScore { cut: 3.0 }, &[0.1; 5]), None, "no spread");
        assert_eq!(bounds(OutlierBounds::Winsorise { share_low: 0.4, share_high: 0.4 }, &[]), None);
    }

    #[test]
    fn shares_are_of_whole_values() {
        assert_eq!([whole_share(0.29, 100), whole_share(0.01, 199), whole_share(0.0, 5)], [29, 1, 0]);
    }

    #[test]
    fn bounds_beyond_the_largest_double_are_the_largest_double() {
        let huge = [-1.7e308, -1.7e308, 1.7e308, 1.7e308];
        assert_eq!(bounds(OutlierBounds::Tukey { k: 1.5 }, &huge), Some((f64::MIN, f64::MAX)));
    }

    #[test]
    fn bounds_that_exclude_everything_are_refused() {
        let nan = f64::NAN;
        for refused in [
            OutlierBounds::Tukey { k: -1.0 },
            OutlierBounds::Mad { cut: nan },
            OutlierBounds::ZScore { cut: 0.0 },
            OutlierBounds::Quantile { low: 0.9, high: 0.1 },
            OutlierBounds::Quantile { low: nan, high: 1.0 },
            OutlierBounds::Winsorise { share_low: 0.5, share_high: 0.5 },
            OutlierBounds::Fixed { low: None, high: None },
            OutlierBounds::Fixed { low: Some(2.0), high: Some(1.0) },
            OutlierBounds::Fixed { low: Some(nan), high: None },
        ] {
            assert!(refused.check().unwrap_err().is_param(), "{refused:?}");
        }
        assert!(OutlierBounds::Fixed { low: Some(0.0), high: None }.check().is_ok());
    }
}
