//! What the log says of each customer in the table, as columns.

use polars::prelude::*;

use super::features::Features;
use super::lines::Roles;
use super::outcomes::Outcome;
use super::target::SnapshotTarget;
use super::windows::Windows;
use crate::frame::columns;

/// What the log says of one customer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Measured {
    pub(super) features: Features,
    /// What came in the label window.
    pub(super) next: Outcome,
    /// What came in as many days up to the cutoff.
    pub(super) last: Outcome,
    /// Days since the contract began.
    pub(super) contract_days: Option<i32>,
    /// Whether the contract ended in the label window.
    pub(super) ended: bool,
}

/// A column of every customer.
fn column<T, C: NamedFrom<Vec<T>, M>, M: ?Sized>(of: &[Measured], name: &str, get: impl Fn(&Measured) -> T) -> C {
    C::new(name.into(), of.iter().map(get).collect::<Vec<T>>())
}

/// The features that the log has roles for and the window is long enough for.
pub(super) fn features(of: &[Measured], roles: Roles, windows: &Windows, has_start: bool) -> Vec<Series> {
    let mut series: Vec<Series> = vec![
        column(of, columns::RECENCY_DAYS, |one| one.features.recency_days),
        column(of, columns::TENURE_DAYS, |one| one.features.tenure_days),
        column(of, columns::N_PURCHASE_DAYS, |one| one.features.n_purchase_days),
        column(of, columns::N_ACTIVE_MONTHS, |one| one.features.n_active_months),
    ];
    if roles.order {
        series.push(column(of, columns::N_ORDERS, |one| one.features.n_orders));
    }
    series.push(column(of, columns::NET_VALUE, |one| one.features.net_value));
    series.push(column(of, columns::MEAN_ORDER_VALUE, |one| one.features.mean_order_value));
    series.push(column(of, columns::SPEND_TREND, |one| one.features.trend));
    series.push(column(of, columns::MEAN_GAP_DAYS, |one| one.features.mean_gap_days));
    series.push(column(of, columns::GAP_CV, |one| one.features.gap_cv));
    if roles.product {
        series.push(column(of, columns::N_PRODUCTS, |one| one.features.n_products));
    }
    if roles.channel {
        series.push(column(of, columns::N_CHANNELS, |one| one.features.n_channels));
    }
    series.push(column(of, columns::N_REFUNDS, |one| one.features.n_refunds));
    series.push(column(of, columns::REFUND_SHARE, |one| one.features.refund_share));
    series.push(column(of, columns::WEEKEND_SHARE, |one| one.features.weekend_share));
    if windows.season.is_some() {
        series.push(column(of, columns::SAME_SEASON_SPEND, |one| one.features.season_spend));
    }
    if has_start {
        series.push(column(of, columns::CONTRACT_DAYS, |one| one.contract_days));
    }
    series
}

/// Which features are not there, and why.
pub(super) fn left_out(roles: Roles, windows: &Windows) -> Vec<(String, String)> {
    let no_role = |role: &str| format!("the log has no role `{role}`");
    let season = "the window does not reach back to the label window of a year (52 weeks) ago".to_owned();
    let all = [
        (roles.order, columns::N_ORDERS, no_role("order")),
        (roles.product, columns::N_PRODUCTS, no_role("product")),
        (roles.channel, columns::N_CHANNELS, no_role("channel")),
        (windows.season.is_some(), columns::SAME_SEASON_SPEND, season),
    ];
    all.into_iter().filter(|(is_there, ..)| !is_there).map(|(_, name, why)| (name.to_owned(), why)).collect()
}

/// What came in as many days before the cutoff as the horizon has, and the forecast that it makes.
pub(super) fn last_period(of: &[Measured], target: Option<&SnapshotTarget>) -> Vec<Series> {
    let mut series: Vec<Series> = vec![
        column(of, columns::LAST_PERIOD_PURCHASED, |one| one.last.purchased()),
        column(of, columns::LAST_PERIOD_PURCHASE_DAYS, |one| one.last.n_purchase_days),
        column(of, columns::LAST_PERIOD_SPEND, |one| one.last.spend),
        column(of, columns::LAST_PERIOD_NET_VALUE, |one| one.last.net_value),
    ];
    if let Some(target) = target.filter(|target| !target.is_contract()) {
        series.push(column(of, columns::BASELINE, |one| number(target, one.last, one.ended)));
    }
    series
}

/// The target of every customer: a truth value for an event, a number else.
pub(super) fn target_of(of: &[Measured], target: &SnapshotTarget) -> Series {
    let name = target.column();
    match target {
        SnapshotTarget::PurchaseCount => column(of, name, |one| one.next.n_purchase_days),
        SnapshotTarget::Spend => column(of, name, |one| one.next.spend),
        SnapshotTarget::NetSpend => column(of, name, |one| one.next.net_value),
        _ => column(of, name, |one| number(target, one.next, one.ended) > 0.0),
    }
}

/// A target as a number.
pub(super) fn number(target: &SnapshotTarget, outcome: Outcome, ended: bool) -> f64 {
    match target {
        SnapshotTarget::NoPurchase => f64::from(u8::from(!outcome.purchased())),
        SnapshotTarget::Purchase => f64::from(u8::from(outcome.purchased())),
        SnapshotTarget::PurchaseCount => f64::from(outcome.n_purchase_days),
        SnapshotTarget::Spend => outcome.spend,
        SnapshotTarget::NetSpend => outcome.net_value,
        SnapshotTarget::ContractEnd { .. } => f64::from(u8::from(ended)),
    }
}
