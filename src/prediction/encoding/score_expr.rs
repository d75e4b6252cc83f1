//! The linear predictor inside the caller's own plan.

use std::sync::Arc;

use polars::prelude::*;

use super::encoder::Encoder;
use crate::error::Result;

impl Encoder {
    /// The linear predictor as an expression over the features, for the caller's own lazy plan.
    ///
    /// It runs the code of [`linear_predictor`](Encoder::linear_predictor) on every batch, so
    /// the numbers are the same to the last bit, streamed or not. Rows that a missing cell leaves
    /// out are null. What is refused there, such as an unseen level under
    /// [`UnseenLevel::Error`](super::UnseenLevel::Error), fails the query with the same message,
    /// whose counts are those of a batch.
    ///
    /// # Errors
    /// `Param` when there are more or fewer coefficients than terms, or one is not finite.
    pub fn linear_predictor_expr(&self, intercept: f64, coefs: &[f64]) -> Result<Expr> {
        self.check_coefs(intercept, coefs)?;
        self.expr_of(intercept, coefs, |score| score)
    }

    /// The same with a function of the linear predictor in its place, such as the inverse of a link;
    /// null where that is not finite.
    ///
    /// # Errors
    /// As [`linear_predictor_expr`](Encoder::linear_predictor_expr).
    pub fn score_expr(
        &self,
        intercept: f64,
        coefs: &[f64],
        function: impl Fn(f64) -> f64 + Send + Sync + 'static,
    ) -> Result<Expr> {
        self.check_coefs(intercept, coefs)?;
        self.expr_of(intercept, coefs, function)
    }

    fn expr_of(
        &self,
        intercept: f64,
        coefs: &[f64],
        function: impl Fn(f64) -> f64 + Send + Sync + 'static,
    ) -> Result<Expr> {
        let names: Vec<PlSmallStr> = self.features().into_iter().map(PlSmallStr::from).collect();
        let inputs: Vec<Expr> = names.iter().map(|name| col(name.clone())).collect();
        let (encoder, coefs) = (Arc::new(self.clone()), coefs.to_vec());
        let score = move |columns: &mut [Column]| {
            let height = columns.first().map_or(0, Column::len);
            let name = columns.first().map(|first| first.name().clone()).unwrap_or_default();
            let named = columns.iter().zip(&names).map(|(column, name)| column.clone().with_name(name.clone()));
            let frame = DataFrame::new(height, named.collect())?;
            let scored = encoder.linear_predictor(&frame, intercept, &coefs);
            let mut scored = scored.map_err(|error| PolarsError::ComputeError(error.to_string().into()))?;
            scored.apply(&function);
            Ok(scored.to_series(&name).into_column())
        };
        let output = |_: &Schema, fields: &[Field]| {
            let name = fields.first().map(|field| field.name().clone()).unwrap_or_default();
            Ok(Field::new(name, DataType::Float64))
        };
        Ok(map_multiple(score, inputs, output))
    }
}
