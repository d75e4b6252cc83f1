//! Customers of a table who are held out of a fit.

use polars::prelude::*;

use super::calibration::CalibrationParams;
use super::trained::customer_of;
use crate::analysis::collect;
use crate::error::{Error, Result};
use crate::frame::FeatureTable;
use crate::kernel::sketch::hash::{mixed, mixed_bytes};

/// Whether a customer is held out: a hash of the number as text, as a share of all hashes.
fn is_held_out(customer: &str, share: f64, seed: u64) -> bool {
    /// The upper 53 bits, which a double holds.
    const N_VALUES: f64 = (1_u64 << 53) as f64;
    let hash = mixed(mixed_bytes(customer.as_bytes()) ^ mixed(seed));
    ((hash >> 11) as f64) < share * N_VALUES
}

/// The rows to fit to and those to calibrate with.
pub(super) fn split(
    analysis: &'static str,
    params: &CalibrationParams,
    table: &FeatureTable,
) -> Result<(FeatureTable, FeatureTable)> {
    let customer = customer_of(analysis, table, "to hold customers out for the calibration")?;
    let missing = collect(analysis, table.lazy().select([col(customer).null_count().cast(DataType::UInt64)]))?;
    let missing = missing.column(customer).and_then(|column| column.u64()).map_err(Error::query(analysis))?;
    if let Some(rows) = missing.get(0).filter(|&rows| rows > 0) {
        return Err(Error::Incomplete {
            analysis,
            rows,
            needed: "a customer's number, by which some are held out for the calibration",
            remedy: "filter them out, or give rows of their own by `fit_and_calibrate`",
        });
    }
    let (share, seed) = (params.holdout_share, params.seed);
    let held_out = move |column: Column| {
        let customers = column.str()?;
        let is_out = |customer: Option<&str>| customer.map(|customer| is_held_out(customer, share, seed));
        let mask: BooleanChunked = customers.iter().map(is_out).collect();
        Ok(mask.with_name(column.name().clone()).into_column())
    };
    let held_out = col(customer)
        .cast(DataType::String)
        .map(held_out, |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::Boolean)));
    let fitted = table.with_frame(table.lazy().filter(held_out.clone().not()));
    Ok((fitted, table.with_frame(table.lazy().filter(held_out))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: of 20,000 customers a quarter is 5,000, give or take four times 61.
    #[test]
    fn a_share_of_customers_is_held_out_by_their_number_alone() {
        let n = |seed: u64| (0..20_000).filter(|id| is_held_out(&format!("K{id}"), 0.25, seed)).count();
        assert!(n(0).abs_diff(5_000) < 245 && n(1).abs_diff(5_000) < 245, "{} {}", n(0), n(1));
        let both = (0..20_000).filter(|id| {
            let id = format!("K{id}");
            is_held_out(&id, 0.25, 0) && is_held_out(&id, 0.25, 1)
        });
        // Two seeds are independent: a sixteenth of all is in both.
        assert!(both.count().abs_diff(1_250) < 140);
        assert!(!is_held_out("茶", f64::MIN_POSITIVE, 3) && is_held_out("茶", 1.0, 3));
    }
}
