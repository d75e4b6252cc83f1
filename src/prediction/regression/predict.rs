//! Predictions of a regression, in batches and inside a lazy plan.

use polars::prelude::*;
use rayon::prelude::*;
use serde::Serialize;

use super::model::RegressionModel;
use super::params::{Offset, REGRESSION};
use super::training::read_offset;
use crate::analysis::collect;
use crate::error::{Error, Result};
use crate::frame::columns::{CUSTOMER, MEAN, PROB};
use crate::frame::schema::fitted_column_remedy;
use crate::frame::{FeatureTable, frame_of};
use crate::prediction::encoding::{Contributions, EncodingCounts};
use crate::solver::regression::Family;

/// A prediction for each row of a table, in its order.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Predictions {
    values: Vec<f64>,
    is_kept: Option<Vec<bool>>,
    #[serde(skip)]
    customers: Option<Column>,
    counts: EncodingCounts,
    name: &'static str,
}

impl Predictions {
    /// Values for all rows of a table, of which some may be void.
    pub(in crate::prediction) fn of(
        values: Vec<f64>,
        is_kept: Option<Vec<bool>>,
        counts: EncodingCounts,
        name: &'static str,
    ) -> Self {
        Self { values, is_kept, customers: None, counts, name }
    }

    /// The same with the customers of the rows.
    pub(in crate::prediction) fn with_customers(self, customers: Option<Column>) -> Self {
        Self { customers, ..self }
    }

    /// Rows of the table.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.values.len()
    }

    /// The probability (logistic) or mean of a row; `None` for one that a missing cell leaves out.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<f64> {
        let is_kept = self.is_kept.as_ref().is_none_or(|is_kept| is_kept.get(row) == Some(&true));
        self.values.get(row).copied().filter(|_| is_kept)
    }

    /// The same for all rows.
    #[must_use]
    pub fn values(&self) -> Vec<Option<f64>> {
        (0..self.values.len()).map(|row| self.get(row)).collect()
    }

    /// One number for each row without a copy; `None` when a row has none.
    #[must_use]
    pub fn complete(&self) -> Option<&[f64]> {
        self.is_kept.is_none().then_some(&self.values)
    }

    /// Cells that were missing or of a level that training did not have.
    #[must_use]
    pub fn counts(&self) -> &EncodingCounts {
        &self.counts
    }

    /// Rows without a prediction.
    #[must_use]
    pub fn n_without(&self) -> usize {
        self.is_kept.as_ref().map_or(0, |is_kept| is_kept.iter().filter(|&&is_kept| !is_kept).count())
    }

    /// One row for each row of the table, with the customer's number where one is named.
    #[must_use]
    pub fn to_dataframe(&self) -> DataFrame {
        let values = match self.complete() {
            Some(values) => Series::new(self.name.into(), values),
            None => Series::new(self.name.into(), self.values()),
        };
        match &self.customers {
            Some(customers) => {
                let mut customers = customers.as_materialized_series().clone();
                customers.rename(CUSTOMER.into());
                frame_of(vec![customers, values])
            }
            None => frame_of(vec![values]),
        }
    }
}

impl RegressionModel {
    /// Predicts every row of a table, in its order.
    ///
    /// Missing cells and unseen levels are treated as in the encoding and counted; the columns
    /// of the model are read once.
    ///
    /// # Errors
    /// `Schema` when a feature or the offset is not there; `Unusable` for cells that the encoding
    /// refuses and offsets that are missing; `Numeric` for a mean beyond the largest double; `Query`
    /// when the table cannot be read.
    pub fn predict(&self, table: &FeatureTable) -> Result<Predictions> {
        let frame = self.read(table)?;
        let customers = table.customer_id().map(|customer| frame.column(customer).cloned());
        let customers = customers.transpose().map_err(Error::query(REGRESSION))?;
        let mut predictions = self.predict_frame(&frame)?;
        predictions.customers = customers;
        Ok(predictions)
    }

    /// The same for a frame in memory.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_frame(&self, frame: &DataFrame) -> Result<Predictions> {
        let (intercept, terms) = self.split_coefficients();
        let scored = self.encoder().linear_predictor(frame, intercept, terms)?;
        let family = self.family();
        let offset = self.definition().offset.as_ref().map(|offset| read_offset(frame, offset)).transpose()?;
        let (counts, is_kept) = (scored.counts().clone(), scored.is_kept().map(<[bool]>::to_vec));
        let mut values = scored.into_values();
        if let Some(offset) = &offset {
            values.iter_mut().zip(offset).for_each(|(value, offset)| *value += offset);
        }
        values.par_iter_mut().with_min_len(4_096).for_each(|value| *value = family.mean(*value));
        let n_beyond = values.par_iter().with_min_len(4_096).filter(|value| !value.is_finite()).count();
        if n_beyond > 0 {
            let verdict = format!(
                "{n_beyond} row(s) have a mean beyond the largest double; see whether their cells are in the units of training"
            );
            return Err(Error::Numeric { analysis: REGRESSION, verdict });
        }
        let name = if family == Family::Binomial { PROB } else { MEAN };
        Ok(Predictions { values, is_kept, customers: None, counts, name })
    }

    /// The prediction as an expression for a lazy plan of one's own; the numbers are those of
    /// [`predict`](Self::predict). Means beyond the largest double, and those of rows whose offset
    /// [`predict`](Self::predict) refuses, are null.
    ///
    /// # Errors
    /// None for a model that was fitted or read back.
    pub fn score_expr(&self) -> Result<Expr> {
        let family = self.family();
        let (intercept, terms) = self.split_coefficients();
        let name = if family == Family::Binomial { PROB } else { MEAN };
        let scored = match &self.definition().offset {
            None => self.encoder().score_expr(intercept, terms, move |predictor| family.mean(predictor))?,
            Some(offset) => {
                let predictor = self.encoder().linear_predictor_expr(intercept, terms)? + offset_expr(offset);
                on_numbers(predictor, move |predictor| family.mean(predictor))
            }
        };
        Ok(scored.alias(name))
    }

    /// What each feature adds to the linear predictor (the log-odds of a logistic regression) of
    /// each row, compared with the mean of the training rows: the reasons of a score.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn contributions(&self, table: &FeatureTable) -> Result<Contributions> {
        let (_, terms) = self.split_coefficients();
        self.encoder().contributions(&self.read(table)?, terms)
    }

    /// The columns that a prediction needs, with the customer's number.
    fn read(&self, table: &FeatureTable) -> Result<DataFrame> {
        let mut names = self.encoder().features();
        let offset = self.definition().offset.as_ref().map(Offset::column);
        for name in table.customer_id().into_iter().chain(offset) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let schema = table.schema();
        let problems: Vec<String> = names
            .iter()
            .filter(|name| !schema.contains(name))
            .map(|name| format!("column `{name}` of the model is not there; {}", fitted_column_remedy(name, schema)))
            .collect();
        if !problems.is_empty() {
            return Err(Error::Schema { table: REGRESSION, problems });
        }
        let columns: Vec<Expr> = names.into_iter().map(col).collect();
        collect(REGRESSION, table.lazy().select(columns))
    }
}

fn offset_expr(offset: &Offset) -> Expr {
    let number = col(offset.column()).cast(DataType::Float64);
    match offset {
        Offset::Added(_) => number,
        Offset::Exposure(_) => on_numbers(number, f64::ln),
    }
}

/// A function of every cell of a column of doubles; what is not finite becomes null.
fn on_numbers(expr: Expr, function: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Expr {
    expr.map(
        move |column| {
            let cell = |cell: Option<f64>| cell.map(&function).filter(|value| value.is_finite());
            let numbers: Float64Chunked = column.f64()?.iter().map(cell).collect();
            Ok(numbers.with_name(column.name().clone()).into_column())
        },
        |_, field| Ok(Field::new(field.name().clone(), DataType::Float64)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::FeatureColumns;
    use crate::prediction::regression::RegressionParams;

    /// A count of `exp(1000)` is none, whatever stands in the cell.
    #[test]
    fn means_beyond_doubles_are_refused_and_null_in_a_plan() {
        let frame = df!("x" => [1.0, 2.0, 3.0, 4.0], "n" => [1, 2, 5, 12], "o" => [0.0, 0.1, 0.0, 0.1]).unwrap();
        let columns = FeatureColumns::new().features(["x"]).target("n");
        let table = FeatureTable::new(frame.lazy(), &columns).unwrap();
        let new = df!("x" => [2.0, 4_000.0, 3.0], "n" => [0, 0, 0], "o" => [0.0, 0.0, 0.0]).unwrap();
        let with_offset = RegressionParams::poisson().offset(Offset::Added("o".to_owned()));
        for params in [RegressionParams::poisson(), with_offset] {
            let model = params.fit(&table).unwrap();
            let refused = model.predict_frame(&new).unwrap_err();
            assert!(matches!(refused, Error::Numeric { .. }), "{refused:?}");
            assert_eq!(
                refused.to_string(),
                "regression: 1 row(s) have a mean beyond the largest double; see whether their cells are in the units \
                 of training"
            );
            let planned = collect("test", new.clone().lazy().select([model.score_expr().unwrap()])).unwrap();
            let found = planned.column("mean").unwrap().f64().unwrap().to_vec();
            assert!(found[0].is_some() && found[1].is_none() && found[2].is_some(), "{found:?}");
        }
    }
}
