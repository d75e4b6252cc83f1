//! Sums over all customers.

use chrono::{Days, NaiveDate};
use customer_analytics::activity::ActivityTable;
use serde::Serialize;

/// What all customers together did up to the date of the report.
#[derive(Serialize)]
pub struct Totals {
    pub n_customers: u64,
    pub first_purchase: Option<NaiveDate>,
    pub last_purchase: Option<NaiveDate>,
    pub n_purchase_lines: u64,
    /// `None` where orders are not counted.
    pub n_orders: Option<u64>,
    pub n_refund_lines: u64,
    pub purchase_value: f64,
    pub refund_value: f64,
    pub net_value: f64,
}

impl Totals {
    pub fn of(activity: &ActivityTable) -> Self {
        let as_of = activity.params().as_of();
        let before = |days: Option<i32>| as_of.checked_sub_days(Days::new(days?.unsigned_abs().into()));
        let count = |counts: &[u32]| counts.iter().copied().map(u64::from).sum();
        let (net, refunds) = (activity.net_value(), activity.refund_value());
        Self {
            n_customers: activity.n_customers() as u64,
            first_purchase: before(activity.tenure_days().flatten().max()),
            last_purchase: before(activity.recency_days().flatten().min()),
            n_purchase_lines: count(activity.n_purchases()),
            n_orders: activity.n_orders().map(count),
            n_refund_lines: count(activity.n_refunds()),
            purchase_value: sum(net.iter().chain(refunds)),
            refund_value: sum(refunds.iter()),
            net_value: sum(net.iter()),
        }
    }
}

/// A sum that carries what rounding has cut off: Neumaier (1974). Added up plainly, a
/// million customers would leave stray digits behind the cents.
pub fn sum<'a>(values: impl Iterator<Item = &'a f64>) -> f64 {
    let (mut sum, mut cut_off) = (0.0, 0.0);
    for &value in values {
        let next: f64 = sum + value;
        let (large, small) = if sum.abs() >= value.abs() { (sum, value) } else { (value, sum) };
        cut_off += (large - next) + small;
        sum = next;
    }
    sum + cut_off
}
