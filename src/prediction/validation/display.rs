//! A cross-validation as tables.

use std::fmt;

use polars::prelude::*;

use super::figures::Figure;
use super::result::{CrossValidatedRegression, MetricSummary};
use crate::frame::columns::{CUSTOMER, FOLD, MEAN, METRIC, N_FOLDS, N_TEST, N_TRAIN, POOLED, PROB, STD_ERROR, VALUE};
use crate::frame::readable::{grouped, shown_number, write_table};
use crate::frame::{ToDataFrame, frame_of};
use crate::kernel::undefined::Undefined;
use crate::prediction::regression::Family;

fn defined(value: &Result<f64, Undefined>) -> Option<f64> {
    value.as_ref().ok().copied()
}

impl ToDataFrame for CrossValidatedRegression {
    /// One row per figure: over all rows, and mean and standard error over folds.
    fn to_dataframe(&self) -> DataFrame {
        let column = |name: &str, of: fn(&MetricSummary) -> &Result<f64, Undefined>| {
            let values: Vec<Option<f64>> = self.metrics.iter().map(|one| defined(of(one))).collect();
            Series::new(name.into(), values)
        };
        let names: Vec<&str> = self.metrics.iter().map(|one| one.metric.name()).collect();
        let n_folds: Vec<u32> = self.metrics.iter().map(|one| one.n_folds).collect();
        frame_of(vec![
            Series::new(METRIC.into(), names),
            column(POOLED, |one| &one.pooled),
            column(MEAN, |one| &one.mean),
            column(STD_ERROR, |one| &one.std_error),
            Series::new(N_FOLDS.into(), n_folds),
        ])
    }
}

impl CrossValidatedRegression {
    /// One row for each fold and figure.
    #[must_use]
    pub fn folds_frame(&self) -> DataFrame {
        let cells = || self.folds.iter().flat_map(|fold| fold.figures.iter().map(move |figure| (fold, figure)));
        let value = |figure: &Figure| defined(&figure.value);
        frame_of(vec![
            Series::new(FOLD.into(), cells().map(|(fold, _)| fold.fold).collect::<Vec<u32>>()),
            Series::new(N_TRAIN.into(), cells().map(|(fold, _)| fold.n_train).collect::<Vec<u64>>()),
            Series::new(N_TEST.into(), cells().map(|(fold, _)| fold.n_test).collect::<Vec<u64>>()),
            Series::new(METRIC.into(), cells().map(|(_, figure)| figure.metric.name()).collect::<Vec<&str>>()),
            Series::new(VALUE.into(), cells().map(|(_, figure)| value(figure)).collect::<Vec<Option<f64>>>()),
        ])
    }

    /// One row for each row of the table, in its order: the customer where one is named, the fold
    /// that tested it, and its prediction by the model that has not learned from it.
    #[must_use]
    pub fn predictions_frame(&self) -> DataFrame {
        let name = if self.family == Family::Binomial { PROB } else { MEAN };
        let customers = self.customers.as_ref().map(|customers| {
            let mut customers = customers.as_materialized_series().clone();
            customers.rename(CUSTOMER.into());
            customers
        });
        let own =
            [Series::new(FOLD.into(), self.fold_of_row.clone()), Series::new(name.into(), self.predictions.clone())];
        frame_of(customers.into_iter().chain(own).collect())
    }
}

impl fmt::Display for CrossValidatedRegression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_test: u64 = self.folds.iter().map(|fold| fold.n_test).sum();
        write!(f, "cross-validation in {} folds: {} rows judged", self.folds.len(), grouped(n_test))?;
        let n_without: u64 = self.folds.iter().map(|fold| fold.n_without_target + fold.n_without_prediction).sum();
        if n_without + self.n_without_fold > 0 {
            let n_without = grouped(n_without + self.n_without_fold);
            write!(f, ", {n_without} without target, day or prediction")?;
        }
        let row = |one: &MetricSummary| {
            let cells = [&one.pooled, &one.mean, &one.std_error].map(|value| shown_number(defined(value)));
            (cells.to_vec(), one.metric)
        };
        let rows: Vec<_> = self.metrics.iter().map(row).collect();
        write_table(f, &["pooled", "mean of folds", "std error", "metric"], &rows)
    }
}
