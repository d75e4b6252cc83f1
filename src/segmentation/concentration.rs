//! How much of the total the best customers hold.

use std::fmt;

use polars::prelude::{DataFrame, NamedFrom, Series};
use serde::Serialize;

use crate::activity::ActivityTable;
use crate::error::{Error, Result};
use crate::frame::{ToDataFrame, columns, frame_of};
use crate::kernel::concentration::Lorenz;
use crate::kernel::order::ascending;

/// Tops that are reported without being asked for.
const TOPS: [f64; 5] = [0.01, 0.05, 0.1, 0.2, 0.5];

/// Concentration of a value over customers: Pareto curve, Gini, share of the top.
///
/// Customers whose value is negative (more refunds than purchases) or missing have no
/// place on a Lorenz curve; they are left out and counted.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Concentration {
    /// Customers on the curve.
    pub n_customers: usize,
    /// Customers left out because their value is negative.
    pub n_negative: usize,
    /// Customers left out because they have no value.
    pub n_missing: usize,
    /// Total value of the customers on the curve.
    pub total: f64,
    /// Gini coefficient: 0 when all hold the same, towards 1 when one holds all.
    pub gini: f64,
    /// What the top 1, 5, 10, 20 and 50 percent hold.
    pub tops: Vec<TopShare>,
    #[serde(skip)]
    curve: Lorenz,
}

/// What the best share of the customers holds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TopShare {
    /// Share of the customers, best first, 0..=1.
    pub customer_share: f64,
    /// Share of the total they hold, 0..=1.
    pub value_share: f64,
}

impl Concentration {
    /// Of the net value in a summary.
    ///
    /// # Errors
    /// `Unusable` when no customer has a value above zero.
    pub fn of_net_value(activity: &ActivityTable) -> Result<Self> {
        Self::of(activity.net_value())
    }

    /// Of any value per customer; NaN stands for a missing one.
    ///
    /// # Errors
    /// `Unusable` when no customer has a value above zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::segmentation::Concentration;
    ///
    /// let spend = Concentration::of(&[80.0, 5.0, 5.0, 5.0, 5.0])?;
    /// assert!((spend.top_share(0.2).unwrap() - 0.8).abs() < 1e-12); // one customer in five holds 80%
    /// # Ok::<(), customer_analytics::Error>(())
    /// ```
    pub fn of(values: &[f64]) -> Result<Self> {
        let n_infinite = values.iter().filter(|value| value.is_infinite()).count();
        if n_infinite > 0 {
            let reason = format!("{n_infinite} customer(s) have an infinite value");
            return Err(Error::Unusable { analysis: "concentration", reason });
        }
        let sorted = ascending(values);
        let n_negative = sorted.partition_point(|value| *value < 0.0);
        let curve = Lorenz::of(&sorted[n_negative..]).ok_or_else(|| Error::Unusable {
            analysis: "concentration",
            reason: format!("none of {} customer(s) has a value above zero", values.len()),
        })?;
        let top = |customer_share| Some(TopShare { customer_share, value_share: curve.top_share(customer_share)? });
        Ok(Self {
            n_customers: sorted.len() - n_negative,
            n_negative,
            n_missing: values.len() - sorted.len(),
            total: curve.total(),
            gini: curve.gini(),
            tops: TOPS.into_iter().filter_map(top).collect(),
            curve,
        })
    }

    /// Share of the total held by the top share of the customers; a fraction of a customer
    /// counts in proportion. `None` outside 0..=1.
    #[must_use]
    pub fn top_share(&self, customer_share: f64) -> Option<f64> {
        self.curve.top_share(customer_share)
    }

    /// The Pareto curve at `n_points` equal steps from 0 to 1, both ends included.
    #[must_use]
    pub fn pareto_curve(&self, n_points: usize) -> Vec<TopShare> {
        let steps = n_points.saturating_sub(1).max(1) as f64;
        let point = |i| {
            let customer_share = i as f64 / steps;
            Some(TopShare { customer_share, value_share: self.curve.top_share(customer_share)? })
        };
        (0..n_points).filter_map(point).collect()
    }
}

impl ToDataFrame for Concentration {
    /// One row per reported top: its share of the customers and of the value.
    fn to_dataframe(&self) -> DataFrame {
        let of = |get: fn(&TopShare) -> f64| self.tops.iter().map(get).collect::<Vec<f64>>();
        frame_of(vec![
            Series::new(columns::CUSTOMER_SHARE.into(), of(|top| top.customer_share)),
            Series::new(columns::VALUE_SHARE.into(), of(|top| top.value_share)),
        ])
    }
}

impl fmt::Display for Concentration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for top in &self.tops {
            let (customers, value) = (100.0 * top.customer_share, 100.0 * top.value_share);
            writeln!(f, "top {customers:>3.0}% of customers hold {value:>5.1}% of the value")?;
        }
        write!(f, "Gini {:.3} over {} customer(s)", self.gini, self.n_customers)?;
        match self.n_negative + self.n_missing {
            0 => Ok(()),
            _ => write!(f, "; left out: {} negative, {} missing", self.n_negative, self.n_missing),
        }
    }
}
