//! An evaluation of amounts in words.

use std::fmt;

use super::regression::RegressionReport;
use crate::frame::readable::{grouped, shown_digits, write_table};
use crate::kernel::evaluation::RegressionBin;

/// Digits of a figure.
const DIGITS: i32 = 5;

impl fmt::Display for RegressionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "evaluation: {} rows", grouped(self.errors.n))?;
        if self.n_missing > 0 {
            write!(f, "; {} left out that lack an amount or a prediction", grouped(self.n_missing))?;
        }
        let rows: Vec<_> = self
            .figures()
            .into_iter()
            .map(|(name, figure)| {
                let says = match &figure {
                    Ok(estimate) => self.says(&name, *estimate),
                    Err(reason) => format!(": undefined, {reason}"),
                };
                (vec![shown_digits(figure.ok(), DIGITS)], format!("{name}{says}"))
            })
            .collect();
        write_table(f, &["value", "measure"], &rows)?;
        let Ok(bins) = &self.bins else { return Ok(()) };
        let row = |bin: &RegressionBin| {
            let shown = |number: Option<f64>| shown_digits(number, DIGITS);
            let share = bin.cumulative_share.map_or("-".to_owned(), |share| format!("{:.1}%", 100.0 * share));
            (vec![grouped(bin.n), shown(bin.mean_predicted), shown(bin.mean_actual), share], bin.bin)
        };
        let rows: Vec<_> = bins.iter().map(row).collect();
        write_table(f, &["rows", "predicted", "came", "of all so far", "group"], &rows)
    }
}

impl RegressionReport {
    /// What a figure means, behind its name.
    fn says(&self, name: &str, estimate: f64) -> String {
        match name {
            "bias" if estimate > 0.0 => ": too much is predicted on average".to_owned(),
            "bias" if estimate < 0.0 => ": too little is predicted on average".to_owned(),
            "mae" => ": mean absolute error".to_owned(),
            "rmse" => ": root of the mean squared error".to_owned(),
            "r_squared" if estimate > 0.0 => format!(": {:.1}% of the variance is told", 100.0 * estimate),
            "r_squared" => ": no closer than the mean amount for everybody".to_owned(),
            "spearman" => ": how well the order is told, 1 being all of it".to_owned(),
            "wape" => ": absolute errors as a share of all amounts".to_owned(),
            "mape" => match &self.errors.mape {
                Ok(mape) if mape.n_left_out > 0 => {
                    format!(": mean relative error, without {} row(s) of 0", grouped(mape.n_left_out))
                }
                _ => ": mean relative error".to_owned(),
            },
            _ => String::new(),
        }
    }
}
