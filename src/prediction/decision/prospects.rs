//! Customers who could be contacted.

use polars::prelude::*;

use super::amounts::DECISION;
use crate::error::{Error, Result};
use crate::frame::numbers::{Numbers, is_numeric};
use crate::frame::schema::{is_identifier, is_written};

/// Customers with their probabilities and, if they have them, their worths and the parts that
/// features have in their scores.
///
/// # Examples
///
/// ```
/// use customer_analytics::polars::prelude::*;
/// use customer_analytics::prediction::decision::{Prospects, RetentionOfferParams, WinBackParams};
///
/// let scored = df!("客户" => ["a", "b", "c"], "prob" => [0.9, 0.1, 0.4], "clv" => [100.0, 900.0, 400.0])?;
/// let short_tenure = [("tenure".to_owned(), vec![1.2, -0.5, 0.3])];
/// let prospects = Prospects::new(&scored, "客户", "prob")?.worths(&scored, "clv")?.contributions(&short_tenure)?;
/// let offer = RetentionOfferParams::new(10.0, 1.0).acceptance(0.3).check()?;
/// let list = WinBackParams::new(offer).check()?.select(&prospects)?;
/// // 0.4 (0.3 * 390 - 1) - 0.6 * 11 = 39.8; 0.9 (0.3 * 90 - 1) - 0.1 * 11 = 22.3; of b 16.7.
/// let named: Vec<&str> = list.customers.iter().map(|one| one.customer.as_str()).collect();
/// assert_eq!(named, ["c", "a", "b"]);
/// assert_eq!(list.customers[0].reasons[0].feature, "tenure");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Prospects<'a> {
    pub(super) customers: Series,
    /// NaN where there is none.
    pub(super) probs: Vec<f64>,
    pub(super) worths: Option<Vec<f64>>,
    pub(super) contributions: &'a [(String, Vec<f64>)],
    /// For each of these features the column that it was read from.
    pub(super) cells: Vec<Option<&'a Column>>,
}

impl<'a> Prospects<'a> {
    /// Customers by their ids, whole numbers or text, with calibrated probabilities. Rows without
    /// id or probability are counted and left out of the list.
    ///
    /// # Errors
    /// `Unusable` for a column of another type, customers who are listed more than once, or
    /// probabilities outside 0..=1; `Query` for a column that is not there.
    pub fn new(frame: &DataFrame, customer: &str, prob: &str) -> Result<Self> {
        let customers = frame.column(customer).map_err(Error::query(DECISION))?.as_materialized_series();
        if !is_identifier(customers.dtype()) {
            let reason = format!("column `{customer}` is {}; cast it to whole numbers or text", customers.dtype());
            return Err(Error::Unusable { analysis: DECISION, reason });
        }
        let customers = if is_written(customers.dtype()) {
            customers.cast(&DataType::String).map_err(Error::query(DECISION))?
        } else {
            customers.clone()
        };
        let known = customers.drop_nulls();
        let n_repeated = known.len() - known.n_unique().map_err(Error::query(DECISION))?;
        if n_repeated > 0 {
            let reason = format!("{n_repeated} row(s) repeat a customer; give one row for each, such as the latest");
            return Err(Error::Unusable { analysis: DECISION, reason });
        }
        let probs = numbers(frame, prob)?;
        let n_beyond = probs.iter().filter(|prob| !prob.is_nan() && !(0.0..=1.0).contains(*prob)).count();
        if n_beyond > 0 {
            let reason =
                format!("{n_beyond} of {} probabilities are not in 0..=1; calibrate scores first", probs.len());
            return Err(Error::Unusable { analysis: DECISION, reason });
        }
        Ok(Self { customers, probs, worths: None, contributions: &[], cells: Vec::new() })
    }

    /// What each customer is worth: the customer value of a retention offer, the margin of a
    /// purchase. It takes the place of the one of the terms; customers without it are counted and
    /// left out.
    ///
    /// # Errors
    /// `Unusable` for a column that holds no numbers or a table of another length; `Query` for a
    /// column that is not there.
    pub fn worths(mut self, frame: &DataFrame, column: &str) -> Result<Self> {
        let worths = numbers(frame, column)?;
        self.check_length(worths.len(), column)?;
        self.worths = Some(worths);
        Ok(self)
    }

    /// What each feature adds to each customer's score, such as the log-odds over those of the
    /// average customer; the largest ones are given as reasons.
    ///
    /// # Errors
    /// `Unusable` when a feature has not one number for each customer.
    pub fn contributions(mut self, contributions: &'a [(String, Vec<f64>)]) -> Result<Self> {
        for (feature, values) in contributions {
            self.check_length(values.len(), feature)?;
        }
        self.contributions = contributions;
        self.cells = Vec::new();
        Ok(self)
    }

    /// The table that the [`contributions`](Self::contributions), given before, were made of:
    /// each reason then tells the value that the customer has. Features that are no column of it,
    /// such as interactions, have none.
    ///
    /// # Errors
    /// `Unusable` for a table of another length.
    pub fn cells(mut self, frame: &'a DataFrame) -> Result<Self> {
        self.check_length(frame.height(), "the table of cells")?;
        self.cells = self.contributions.iter().map(|(feature, _)| frame.column(feature).ok()).collect();
        Ok(self)
    }

    /// What a customer has of a feature, as text; none where it is missing or not known.
    pub(super) fn value(&self, feature: usize, row: usize) -> Option<String> {
        match self.cells.get(feature).copied().flatten()?.get(row).ok()? {
            AnyValue::Null => None,
            AnyValue::Float64(x) => (!x.is_nan()).then(|| x.to_string()),
            AnyValue::Float32(x) => (!x.is_nan()).then(|| x.to_string()),
            value => Some(value.str_value().into_owned()),
        }
    }

    fn check_length(&self, n: usize, column: &str) -> Result<()> {
        let n_customers = self.probs.len();
        if n == n_customers {
            return Ok(());
        }
        let reason = format!("`{column}` has {n} rows for {n_customers} customers; give one for each, in their order");
        Err(Error::Unusable { analysis: DECISION, reason })
    }

    /// Rows with an id, in the order of the ids.
    pub(super) fn by_id(&self) -> Vec<u32> {
        let order = self.customers.arg_sort(SortOptions::default().with_nulls_last(true));
        let n_known = self.customers.len() - self.customers.null_count();
        order.iter().flatten().take(n_known).collect()
    }
}

/// A column of numbers, NaN for what is missing or not finite.
fn numbers(frame: &DataFrame, column: &str) -> Result<Vec<f64>> {
    let series = frame.column(column).map_err(Error::query(DECISION))?;
    if !is_numeric(series.dtype()) {
        let reason = format!("column `{column}` is {}; cast it to numbers", series.dtype());
        return Err(Error::Unusable { analysis: DECISION, reason });
    }
    let numbers = Numbers::of(DECISION, frame, column)?;
    let aligned = numbers.aligned();
    let finite = |row| aligned.cell(row).filter(|value| value.is_finite()).unwrap_or(f64::NAN);
    Ok((0..frame.height()).map(finite).collect())
}
