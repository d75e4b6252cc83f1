//! The choice of a penalty as tables.

use std::fmt;

use polars::prelude::*;

use super::penalty_choice::PenaltyChoice;
use crate::frame::columns::{DEVIANCE, L2_PENALTY, STD_ERROR};
use crate::frame::readable::{grouped, shown_number, write_table};
use crate::frame::{ToDataFrame, frame_of};

impl ToDataFrame for PenaltyChoice {
    /// One row per penalty, the largest first.
    fn to_dataframe(&self) -> DataFrame {
        let std_errors: Vec<Option<f64>> =
            self.penalties.iter().map(|one| one.std_error.as_ref().ok().copied()).collect();
        frame_of(vec![
            Series::new(L2_PENALTY.into(), self.penalties.iter().map(|one| one.l2_penalty).collect::<Vec<f64>>()),
            Series::new(DEVIANCE.into(), self.penalties.iter().map(|one| one.deviance).collect::<Vec<f64>>()),
            Series::new(STD_ERROR.into(), std_errors),
        ])
    }
}

impl fmt::Display for PenaltyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_judged = grouped(self.n_judged);
        write!(f, "{} penalties in {} folds: {n_judged} rows judged", self.penalties.len(), self.n_folds)?;
        if self.is_at_an_end() {
            f.write_str("; the best is at an END of the penalties, try others beyond")?;
        }
        let row = |(place, one): (usize, &super::penalty_choice::JudgedPenalty)| {
            let cells = [Some(one.deviance), one.std_error.as_ref().ok().copied()].map(shown_number).to_vec();
            let mark = match (place == self.best, place == self.one_std_error) {
                (true, true) => "  best, simplest",
                (true, false) => "  best",
                (false, true) => "  simplest within one standard error",
                (false, false) => "",
            };
            (cells, format!("{}{mark}", shown_number(Some(one.l2_penalty))))
        };
        let rows: Vec<_> = self.penalties.iter().enumerate().map(row).collect();
        write_table(f, &["mean deviance", "std error", "l2 penalty"], &rows)
    }
}
