//! Every row predicted by a regression that has learned from others.

use polars::prelude::*;
use rayon::prelude::*;

use super::VALIDATION;
use super::figures::figures;
use super::result::{CrossValidatedRegression, FoldResult, summaries};
use crate::analysis::collect;
use crate::error::{Error, Result};
use crate::frame::FeatureTable;
use crate::prediction::evaluation::{CrossValidation, Folds, Split};
use crate::prediction::regression::{Regression, read_outcomes};

impl Regression {
    /// Cross-validates the regression: for each fold it learns from the rows that train, encoding
    /// and all, and predicts the rows that test.
    ///
    /// Folds run in parallel; their number of threads and the order of the rows change no digit
    /// where the table names its customers. Figures are of rows as they are, whatever weights the
    /// regression learns by. The whole table is held in memory.
    ///
    /// # Errors
    /// Those of [`CrossValidation::assign`] and of [`Regression::fit`] in any fold; `Query` when the
    /// table cannot be read.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::prelude::*;
    /// use customer_analytics::prediction::evaluation::CrossValidationParams;
    /// use customer_analytics::prediction::regression::RegressionParams;
    ///
    /// let ids: Vec<i64> = (0..40).collect();
    /// let visits: Vec<f64> = ids.iter().map(|id| (id * 7 % 11) as f64).collect();
    /// let spend: Vec<f64> = visits.iter().map(|visits| 3.0 + 2.0 * visits).collect();
    /// let frame = df!("id" => ids, "visits" => visits, "spend" => spend)?;
    /// let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().customer_id("id").target("spend"))?;
    /// let found =
    ///     RegressionParams::linear().check()?.cross_validate(&table, &CrossValidationParams::k_fold(5, 7).check()?)?;
    /// // A line is found from any part of it.
    /// assert!(found.metrics()[0].pooled.as_ref().unwrap() < &1e-12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cross_validate(&self, table: &FeatureTable, folds: &CrossValidation) -> Result<CrossValidatedRegression> {
        let whole = Whole::read(table, folds)?;
        let judged: Vec<Judged> =
            whole.folds.splits().par_iter().map(|split| self.judge(&whole, split)).collect::<Result<_>>()?;
        let family = self.params().family();
        let mut predictions = vec![None; whole.frame.height()];
        let mut actual = vec![None; whole.frame.height()];
        for fold in &judged {
            for (&row, (&came, &predicted)) in fold.rows.iter().zip(fold.actual.iter().zip(&fold.predicted)) {
                predictions[row as usize] = predicted;
                actual[row as usize] = came;
            }
        }
        let both = actual.iter().zip(&predictions).filter_map(|(came, predicted)| came.zip(*predicted));
        let (came, predicted): (Vec<f64>, Vec<f64>) = both.unzip();
        let pooled = figures(family, &came, &predicted);
        let fold_results: Vec<FoldResult> = judged.into_iter().map(|fold| fold.result).collect();
        Ok(CrossValidatedRegression {
            family,
            metrics: summaries(&fold_results, &pooled),
            folds: fold_results,
            predictions,
            fold_of_row: whole.folds.of_row,
            n_without_fold: whole.folds.n_without_fold,
            customers: whole.customers,
        })
    }

    /// Learns from one part and predicts the other.
    fn judge(&self, whole: &Whole<'_>, split: &Split) -> Result<Judged> {
        let model = self.fit(&whole.part(&split.train)?)?;
        let test = whole.rows(&split.test)?;
        let values = model.predict_frame(&test)?.values();
        let (response, kept) = read_outcomes(self.params(), &test, whole.target, model.labels())?;
        let mut actual = vec![None; split.test.len()];
        match &kept {
            None => actual.iter_mut().zip(&response).for_each(|(cell, &came)| *cell = Some(came)),
            Some(kept) => kept.iter().zip(&response).for_each(|(&row, &came)| actual[row as usize] = Some(came)),
        }
        let both = actual.iter().zip(&values).filter_map(|(came, predicted)| came.zip(*predicted));
        let (came, predicted): (Vec<f64>, Vec<f64>) = both.unzip();
        let result = FoldResult {
            fold: split.fold,
            n_train: model.training_rows().n_fitted,
            n_test: came.len() as u64,
            n_without_target: (split.test.len() - response.len()) as u64,
            n_without_prediction: values.iter().filter(|value| value.is_none()).count() as u64,
            figures: figures(self.params().family(), &came, &predicted),
        };
        Ok(Judged { rows: split.test.clone(), actual, predicted: values, result })
    }
}

/// The rows that one fold tested.
struct Judged {
    rows: Vec<u32>,
    actual: Vec<Option<f64>>,
    predicted: Vec<Option<f64>>,
    result: FoldResult,
}

/// A table in memory with its folds.
pub(super) struct Whole<'a> {
    table: &'a FeatureTable,
    pub(super) target: &'a str,
    pub(super) frame: DataFrame,
    pub(super) folds: Folds,
    customers: Option<Column>,
}

impl<'a> Whole<'a> {
    pub(super) fn read(table: &'a FeatureTable, folds: &CrossValidation) -> Result<Self> {
        let Some(target) = table.target() else {
            return Err(Error::Schema {
                table: VALIDATION,
                problems: vec!["no target is named; name one by `FeatureColumns::target`".to_owned()],
            });
        };
        let mut frame = collect(VALIDATION, table.lazy())?;
        frame.rechunk_mut();
        let folds = folds.assign(&frame, table.columns())?;
        let customers = table.customer_id().map(|customer| frame.column(customer).cloned());
        let customers = customers.transpose().map_err(Error::query(VALIDATION))?;
        Ok(Self { table, target, frame, folds, customers })
    }

    pub(super) fn rows(&self, rows: &[u32]) -> Result<DataFrame> {
        self.frame.take(&IdxCa::from_slice("row".into(), rows)).map_err(Error::query(VALIDATION))
    }

    /// A table of some of the rows.
    pub(super) fn part(&self, rows: &[u32]) -> Result<FeatureTable> {
        Ok(self.table.with_frame(self.rows(rows)?.lazy()))
    }

    /// The table itself, read.
    pub(super) fn whole(&self) -> FeatureTable {
        self.table.with_frame(self.frame.clone().lazy())
    }
}
