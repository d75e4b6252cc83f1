//! Snapshots: features of each customer as they were at a day, and what came after it.
//!
//! A model that has seen the future of its customers predicts nothing. So the lines of a customer
//! are cut in two at the cutoff: features are made of the first part, labels of the second, and
//! no feature can reach what came later. [`SnapshotParams`] looks once, [`RollingCutoffs`] at
//! several cutoffs, to judge a model in the order of time.
//!
//! What the log says of a customer over the window `(c - W, c]`:
//!
//! | feature | meaning | null |
//! |---|---|---|
//! | `recency_days`, `tenure_days` | days from the last and the first purchase to the cutoff | never bought |
//! | `n_purchase_days` | days with a purchase (frequency) | |
//! | `n_active_months` | calendar months with a purchase | |
//! | `n_orders` | distinct orders; lines of a day without one are one | |
//! | `net_value` | purchases less refunds | |
//! | `mean_order_value` | purchases per order, or per purchase day where the log has no orders | never bought |
//! | `spend_trend` | purchases of the later half of the window less those of the earlier, as a share of both, -1..=1 | nothing spent |
//! | `mean_gap_days` | mean days between two purchase days | fewer than 2 purchase days |
//! | `gap_cv` | their standard deviation (`n - 1`) over their mean | fewer than 3 purchase days |
//! | `n_products`, `n_channels` | distinct products and channels bought, bought in | |
//! | `n_refunds`, `refund_share` | refund lines; their value as a share of the purchases | nothing spent |
//! | `weekend_share` | share of the purchases made on a Saturday or Sunday | nothing spent |
//! | `same_season_spend` | purchases 52 weeks before the label window | |
//! | `contract_days` | days from the start of the contract to the cutoff | start not known |
//!
//! Money is exact: no order of rows, chunking or number of threads changes a digit.

mod aggregates;
mod assemble;
mod customers;
mod events;
mod features;
mod horizon;
mod input;
mod keyed;
mod lines;
mod measured;
mod outcomes;
mod params;
mod plan;
mod profile;
mod read;
mod report;
mod rolling;
mod roster;
mod sources;
mod table;
mod target;
mod windows;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use events::EventCounts;
pub use horizon::{Horizon, HorizonChoice};
pub use input::{EventColumns, ProfileColumns, SnapshotInput};
pub use lines::PurchaseHistory;
pub use params::{SnapshotParams, SnapshotPlan};
pub use profile::ProfileCounts;
pub use report::{SnapshotReport, TargetSummary};
pub use rolling::{RollingCutoffs, RollingFold, RollingSnapshots};
pub use table::Snapshot;
pub use target::SnapshotTarget;

/// The name used in errors.
const NAME: &str = "snapshot";
