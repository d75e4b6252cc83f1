//! The weight of every row, as an expression.

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::*;

use super::params::Raking;
use super::report::RakingReport;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::SurveyResponses;
use crate::frame::columns::{RAKING_WEIGHT, WEIGHT};
use crate::satisfaction::cells::{CellSettings, Cells, segment_column};
use crate::satisfaction::tally::{WeightKind, kind_of};

/// What weights are looked up in.
struct Lookup {
    settings: CellSettings,
    factors: BTreeMap<Vec<Option<String>>, f64>,
    is_weighted: bool,
    mean_weight: f64,
}

impl Lookup {
    /// The weight of each row of a batch.
    fn weights(&self, batch: &DataFrame) -> Result<Vec<Option<f64>>> {
        let mut cells = Cells::new(self.settings.clone());
        let of_rows = cells.add(batch)?;
        let ordered = cells.in_order()?;
        let mut factors = vec![None; cells.len()];
        for cell in &ordered.cells {
            factors[cell.cell] = self.factors.get(&ordered.segments[cell.segment]).copied();
        }
        let factor = |&cell: &u32| factors[cell as usize];
        if !self.is_weighted {
            return Ok(of_rows.iter().map(factor).collect());
        }
        let base = batch.column(WEIGHT).and_then(|column| column.f64().cloned());
        let base = base.map_err(Error::query(Raking::NAME))?;
        // A weight that raking refuses has none here either.
        let usable = |weight: Option<f64>| weight.filter(|&weight| kind_of(weight) != WeightKind::Unusable);
        let weight = |(base, cell): (Option<f64>, &u32)| Some(usable(base)? / self.mean_weight * factor(cell)?);
        Ok(base.iter().zip(&of_rows).map(weight).collect())
    }
}

impl RakingReport {
    /// The weight of a row, with mean 1 over the responses that raking was done on: a function of
    /// the columns of the margins and, where responses had one, of their weight.
    ///
    /// A row without a level, with a level that no response had, or without a weight has null.
    ///
    /// # Errors
    /// `Param` unless a column of weights is named where responses were raked with weights, and only there: the
    /// factors alone, or with weights that they were not found for, miss the margins.
    pub fn weight_expr(&self, weight: Option<&str>) -> Result<Expr> {
        if weight.is_some() != self.is_weighted {
            let expected = match self.is_weighted {
                true => "a column of weights, as responses were raked with weights",
                false => "left out, as responses were raked without weights",
            };
            let got = weight.map_or_else(|| "none".to_owned(), |column| format!("`{column}`"));
            return Err(Error::param(Raking::NAME, "weight", expected, got));
        }
        let of_cell = |cell: &super::report::RakingCell| (cell.levels.iter().cloned().map(Some).collect(), cell.factor);
        let lookup = Arc::new(Lookup {
            settings: self.params.cells(),
            factors: self.cells.iter().map(of_cell).collect(),
            is_weighted: weight.is_some(),
            mean_weight: self.mean_weight,
        });
        let margins = self.margins.iter().enumerate();
        let mut fields: Vec<Expr> =
            margins.map(|(at, margin)| col(margin.column.as_str()).alias(segment_column(at))).collect();
        fields.extend(weight.map(|weight| col(weight).cast(DataType::Float64).alias(WEIGHT)));
        let of_rows = move |column: Column| {
            let batch = column.struct_()?.clone().unnest();
            let weights = lookup.weights(&batch).map_err(|error| polars_err!(ComputeError: "{error}"))?;
            Ok(Float64Chunked::from_iter_options(column.name().clone(), weights.into_iter()).into_column())
        };
        let field = |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::Float64));
        Ok(as_struct(fields).map_with_fmt_str(of_rows, field, RAKING_WEIGHT).alias(RAKING_WEIGHT))
    }

    /// The table of a survey with the weights as a column `raking_weight`, one for each row; to be
    /// named as its weight.
    ///
    /// # Errors
    /// `Param` unless the survey has a weight among its roles where the raked one had, and only there.
    pub fn weighted(&self, survey: &SurveyResponses) -> Result<LazyFrame> {
        Ok(survey.lazy().with_column(self.weight_expr(survey.columns().weight.as_deref())?))
    }
}
