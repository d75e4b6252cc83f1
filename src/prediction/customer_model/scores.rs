//! What is predicted of each customer, and where that places them among the others.

use std::fmt;

use polars::prelude::*;
use rayon::prelude::*;
use serde::Serialize;

use crate::frame::columns::{CUSTOMER, DECILE, PROB, RANK};
use crate::frame::readable::{grouped, shown_digits, shown_number, write_table};
use crate::frame::{ToDataFrame, frame_of};
use crate::kernel::exact_sum::ExactSum;
use crate::prediction::encoding::EncodingCounts;

/// A prediction for each row of a table, in its order, with its rank and decile.
///
/// Rank 1 has the highest prediction; equal ones share the better rank. Decile 1 is the tenth of
/// the customers with the highest predictions; equal ones are in one decile, so that deciles are
/// of different size where there are ties.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct CustomerScores {
    #[serde(skip)]
    customers: Option<Series>,
    values: Vec<Option<f64>>,
    ranks: Vec<Option<u64>>,
    n_scored: u64,
    counts: EncodingCounts,
    name: &'static str,
}

impl CustomerScores {
    pub(super) fn new(
        customers: Option<Series>,
        values: Vec<Option<f64>>,
        counts: EncodingCounts,
        name: &'static str,
    ) -> Self {
        let mut sorted: Vec<f64> = values.iter().copied().flatten().collect();
        sorted.par_sort_unstable_by(f64::total_cmp);
        let rank = |value: f64| (sorted.len() - sorted.partition_point(|&other| other <= value)) as u64 + 1;
        let ranks = values.par_iter().map(|value| value.map(rank)).collect();
        Self { customers, ranks, n_scored: sorted.len() as u64, values, counts, name }
    }

    /// Rows of the table.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.values.len()
    }

    /// Rows with a prediction.
    #[must_use]
    pub fn n_scored(&self) -> u64 {
        self.n_scored
    }

    /// Probabilities, or expected counts and amounts; `None` for rows that a missing cell leaves out.
    #[must_use]
    pub fn values(&self) -> &[Option<f64>] {
        &self.values
    }

    /// Places from the highest prediction down, from 1.
    #[must_use]
    pub fn ranks(&self) -> &[Option<u64>] {
        &self.ranks
    }

    /// The decile of a row, 1 for the highest predictions.
    #[must_use]
    pub fn decile(&self, row: usize) -> Option<u32> {
        let rank = (*self.ranks.get(row)?)?;
        // At most 10.
        Some(((u128::from(rank) - 1) * 10 / u128::from(self.n_scored)) as u32 + 1)
    }

    /// Mean prediction; `None` without any.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let mut sum = ExactSum::default();
        self.values.iter().flatten().for_each(|&value| sum.add(value));
        if self.n_scored == 0 { None } else { sum.quotient(self.n_scored as f64) }
    }

    /// Cells that were missing or of a level that training did not have.
    #[must_use]
    pub fn counts(&self) -> &EncodingCounts {
        &self.counts
    }

    fn deciles(&self) -> Vec<Option<u32>> {
        (0..self.n_rows()).map(|row| self.decile(row)).collect()
    }
}

impl ToDataFrame for CustomerScores {
    /// One row for each row of the table: the customer's number where one is named, `prob` or
    /// `mean`, `rank` and `decile`.
    fn to_dataframe(&self) -> DataFrame {
        let customers = self.customers.as_ref().map(|customers| customers.clone().with_name(CUSTOMER.into()));
        let own = [
            Series::new(self.name.into(), &self.values),
            Series::new(RANK.into(), &self.ranks),
            Series::new(DECILE.into(), self.deciles()),
        ];
        frame_of(customers.into_iter().chain(own).collect())
    }
}

/// What the rows of a decile have.
#[derive(Clone, Copy)]
struct Decile {
    n: u64,
    low: f64,
    high: f64,
}

impl fmt::Display for CustomerScores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.name == PROB { "probability" } else { "expected" };
        write!(f, "scores of {} row(s), mean {what} {}", grouped(self.n_scored), shown_number(self.mean()))?;
        let n_without = self.n_rows() as u64 - self.n_scored;
        if n_without > 0 {
            write!(f, "; {} without a score, as a feature is missing", grouped(n_without))?;
        }
        let of = |n: fn(&crate::prediction::encoding::FeatureCounts) -> u64| -> u64 {
            self.counts.features.iter().map(n).sum()
        };
        let (n_imputed, n_unseen) = (of(|one| one.n_imputed), of(|one| one.n_unseen));
        if n_imputed + n_unseen > 0 {
            write!(f, "; {} cell(s) imputed, {} of an unseen level", grouped(n_imputed), grouped(n_unseen))?;
        }
        let mut deciles = [None::<Decile>; 10];
        for (row, value) in self.values.iter().enumerate() {
            let Some((value, decile)) = value.zip(self.decile(row)) else { continue };
            let one = deciles[decile as usize - 1].get_or_insert(Decile { n: 0, low: value, high: value });
            *one = Decile { n: one.n + 1, low: one.low.min(value), high: one.high.max(value) };
        }
        let shown = |value: f64| shown_digits(Some(value), 4);
        let row = |(place, one): (usize, &Option<Decile>)| {
            one.map(|one| (vec![grouped(one.n), shown(one.low), shown(one.high)], place + 1))
        };
        let rows: Vec<_> = deciles.iter().enumerate().filter_map(row).collect();
        write_table(f, &["rows", "lowest", "highest", "decile"], &rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(values: &[Option<f64>]) -> CustomerScores {
        CustomerScores::new(None, values.to_vec(), EncodingCounts::default(), PROB)
    }

    /// By hand.
    #[test]
    fn equal_predictions_share_the_better_rank_and_one_decile() {
        let found = scores(&[Some(0.2), Some(0.9), None, Some(0.5), Some(0.5)]);
        assert_eq!(found.ranks(), [Some(4), Some(1), None, Some(2), Some(2)]);
        assert_eq!(found.deciles(), [Some(8), Some(1), None, Some(3), Some(3)]);
        assert_eq!((found.n_scored(), found.mean()), (4, Some(0.525)));
        let many: Vec<Option<f64>> = (0..1_000).map(|row| Some(f64::from(row) / 1_000.0)).collect();
        let found = scores(&many);
        let n_in = |decile: u32| found.deciles().iter().filter(|&&one| one == Some(decile)).count();
        assert_eq!((1..=10).map(n_in).collect::<Vec<_>>(), [100; 10]);
        assert_eq!(found.decile(999), Some(1));
    }

    #[test]
    fn none_and_one_and_all_alike_have_places() {
        assert_eq!((scores(&[]).mean(), scores(&[None]).ranks()), (None, &[None][..]));
        assert_eq!(scores(&[Some(0.0)]).decile(0), Some(1));
        assert_eq!(scores(&[Some(0.3); 25]).deciles(), [Some(1); 25]);
        let frame = scores(&[Some(0.3), None]).to_dataframe();
        assert_eq!(frame.get_column_names(), [PROB, RANK, DECILE]);
        assert_eq!(
            scores(&[Some(0.25), Some(0.5), None]).to_string(),
            "scores of 2 row(s), mean probability 0.375; 1 without a score, as a feature is missing\n\
             rows  lowest  highest  decile\n   1    0.5      0.5   1\n   1    0.25     0.25  6"
        );
    }
}
