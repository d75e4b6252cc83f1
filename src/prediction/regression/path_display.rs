//! A path of penalties as tables.

use std::fmt;

use polars::prelude::*;

use super::penalty_path::{PenaltyPath, PenaltyStep};
use crate::frame::columns::{DEVIANCE, EFFECTIVE_PARAMETERS, ESTIMATE, L2_PENALTY, TERM};
use crate::frame::readable::{grouped, shown_number, write_table};
use crate::frame::{ToDataFrame, frame_of};

impl ToDataFrame for PenaltyPath {
    /// One row for each penalty and term, the largest penalty first.
    fn to_dataframe(&self) -> DataFrame {
        let n_terms = self.terms().len();
        let of_step = |of: fn(&PenaltyStep) -> f64| {
            self.steps().iter().flat_map(|step| std::iter::repeat_n(of(step), n_terms)).collect::<Vec<f64>>()
        };
        let terms: Vec<&str> = self.steps().iter().flat_map(|_| self.terms().iter().map(String::as_str)).collect();
        let estimates: Vec<f64> = self.steps().iter().flat_map(|step| step.coefficients.iter().copied()).collect();
        frame_of(vec![
            Series::new(L2_PENALTY.into(), of_step(|step| step.l2_penalty)),
            Series::new(TERM.into(), terms),
            Series::new(ESTIMATE.into(), estimates),
            Series::new(DEVIANCE.into(), of_step(|step| step.deviance)),
            Series::new(EFFECTIVE_PARAMETERS.into(), of_step(|step| step.effective_parameters)),
        ])
    }
}

impl fmt::Display for PenaltyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_rows = grouped(self.training_rows().n_fitted);
        write!(f, "{} penalties, {n_rows} rows, {} coefficients", self.steps().len(), self.terms().len())?;
        let row = |step: &PenaltyStep| {
            let cells = [step.deviance, step.effective_parameters].map(|number| shown_number(Some(number)));
            (cells.to_vec(), shown_number(Some(step.l2_penalty)))
        };
        let rows: Vec<_> = self.steps().iter().map(row).collect();
        write_table(f, &["deviance", "effective parameters", "l2 penalty"], &rows)
    }
}
