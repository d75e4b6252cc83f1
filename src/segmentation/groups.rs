//! Eight groups by high and low recency, frequency and monetary value.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::scores::ValueScores;
use super::thresholds::UNSCORED;
use crate::error::{Error, Result};
use crate::kernel::binning::Direction;
use crate::kernel::money::Money;
use crate::kernel::sum::CompensatedSum;

/// What makes a customer high on a dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HighBy {
    /// A score above the mean score of all scored customers.
    ScoreAboveMean,
    /// A value better than the mean value of all scored customers.
    ValueBetterThanMean,
}

/// The eight groups of customers who are high or low on each of three dimensions.
///
/// The names are those in use in Chinese retail: 重要 and 一般 for high and low monetary
/// value; 价值 (high, high), 发展 (high, low), 保持 (low, high) and 挽留 (low, low) for recency
/// and frequency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ValueGroups {
    /// What made a customer high.
    pub high_by: HighBy,
    /// The groups in a fixed order, with the number of customers in each.
    pub sizes: Vec<(String, usize)>,
    #[serde(skip)]
    group_of: Vec<Option<u8>>,
}

/// Name of each group by `4 high recency + 2 high frequency + high monetary`.
const NAMES: [&str; 8] = [
    "一般挽留客户",
    "重要挽留客户",
    "一般保持客户",
    "重要保持客户",
    "一般发展客户",
    "重要发展客户",
    "一般价值客户",
    "重要价值客户",
];

impl ValueGroups {
    /// Groups the scored customers.
    ///
    /// # Errors
    /// `Unusable` unless there are exactly three dimensions, in the order recency,
    /// frequency, monetary value.
    pub fn of(scores: &ValueScores, high_by: HighBy) -> Result<Self> {
        let dimensions = &scores.definition.dimensions;
        if dimensions.len() != 3 {
            let reason = format!("eight groups need three dimensions, got {}", dimensions.len());
            return Err(Error::Unusable { analysis: "value_groups", reason });
        }
        let raw = scores.raw_scores();
        let scored = |customer: &usize| raw.iter().all(|of_dimension| of_dimension[*customer] != UNSCORED);
        let customers: Vec<usize> = (0..scores.n_customers).filter(scored).collect();
        let mut group_of: Vec<Option<u8>> = vec![None; scores.n_customers];
        customers.iter().for_each(|&customer| group_of[customer] = Some(0));
        for (dimension, of_dimension) in dimensions.iter().zip(raw) {
            let column = dimension.value_column();
            let measured = scores.measures().get(&column).unwrap_or_default();
            let value = |customer: usize| match high_by {
                HighBy::ScoreAboveMean => f64::from(of_dimension[customer]),
                HighBy::ValueBetterThanMean => measured[customer],
            };
            let above = AboveMean::of(customers.iter().map(|&customer| value(customer)));
            let low_is_high = high_by == HighBy::ValueBetterThanMean && dimension.better() == Direction::LowIsBetter;
            for &customer in &customers {
                let order = above.compare(value(customer));
                let is_high = order == if low_is_high { Ordering::Less } else { Ordering::Greater };
                group_of[customer] = group_of[customer].map(|group| group * 2 + u8::from(is_high));
            }
        }
        let size = |group: usize| group_of.iter().flatten().filter(|&&of| usize::from(of) == group).count();
        let sizes = NAMES.iter().enumerate().map(|(group, name)| ((*name).to_owned(), size(group))).collect();
        Ok(Self { high_by, sizes, group_of })
    }

    /// Each customer's group; `None` without a score.
    pub fn names(&self) -> impl Iterator<Item = Option<&'static str>> + '_ {
        self.group_of.iter().map(|group| group.map(|group| NAMES[usize::from(group)]))
    }
}

/// Values against their mean, exactly where they are sums of money or smaller counts: no
/// rounding puts equal customers above their own mean.
enum AboveMean {
    Exact { sum: Money, n: u64 },
    Rounded(f64),
}

impl AboveMean {
    fn of(values: impl ExactSizeIterator<Item = f64> + Clone) -> Self {
        let n = values.len() as u64;
        let exact = values.clone().try_fold(Money::ZERO, |sum, value| sum.checked_add(Money::of(value)?));
        match exact {
            Some(sum) => Self::Exact { sum, n },
            None => {
                let mut sum = CompensatedSum::default();
                values.for_each(|value| sum.add(value));
                Self::Rounded(sum.value() / n as f64)
            }
        }
    }

    /// Whether a value is less than the mean, equal to it or greater.
    fn compare(&self, value: f64) -> Ordering {
        match self {
            Self::Exact { sum, n } => Money::of(value)
                .and_then(|value| value.checked_times(*n))
                .map_or(Ordering::Greater, |times| times.cmp(sum)),
            Self::Rounded(mean) => value.total_cmp(mean),
        }
    }
}
