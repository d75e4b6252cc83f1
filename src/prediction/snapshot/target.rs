//! What is to be predicted.

use serde::{Deserialize, Serialize};

use crate::frame::columns;

/// What is to be predicted of each customer.
///
/// Days run from midnight to midnight on the clock of the log. The label window are the days
/// after the cutoff and the gap, up to the end of the horizon: `(c + g, c + g + H]`.
///
/// | target | column | value |
/// |---|---|---|
/// | `NoPurchase` | `churned` | whether nothing was bought in the label window |
/// | `Purchase` | `purchased` | whether something was |
/// | `PurchaseCount` | `future_purchase_days` | days of the label window with a purchase |
/// | `Spend` | `future_spend` | value of its purchases, never negative |
/// | `NetSpend` | `future_net_value` | the same less its refunds |
/// | `ContractEnd` | `churned` | whether the contract ended in the label window |
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum SnapshotTarget {
    /// Churn where nobody says good-bye: no purchase in the label window.
    #[default]
    NoPurchase,
    /// A purchase in the label window.
    Purchase,
    /// Days with a purchase in the label window.
    PurchaseCount,
    /// What is bought in the label window; refunds are not taken off, so it fits a Gamma or
    /// Tweedie model.
    Spend,
    /// What is bought in the label window less what is refunded in it.
    NetSpend,
    /// Churn where a contract ends: its end lies in the label window. The customers are those
    /// of the profile whose contract runs at the cutoff. Where a profile has several rows of a
    /// customer, the end is read from the last one up to the end of the data, and everything that
    /// makes a feature from the one that held at the cutoff.
    ContractEnd {
        /// Date column of the profile: first day of the contract. Without one every contract
        /// has begun.
        #[serde(default)]
        start: Option<String>,
        /// Date column of the profile: last day of the contract; null while it runs.
        end: String,
    },
}

impl SnapshotTarget {
    /// Name of the column with the target.
    #[must_use]
    pub fn column(&self) -> &'static str {
        match self {
            Self::NoPurchase | Self::ContractEnd { .. } => columns::CHURNED,
            Self::Purchase => columns::PURCHASED,
            Self::PurchaseCount => columns::FUTURE_PURCHASE_DAYS,
            Self::Spend => columns::FUTURE_SPEND,
            Self::NetSpend => columns::FUTURE_NET_VALUE,
        }
    }

    /// Whether the target is yes or no.
    #[must_use]
    pub fn is_event(&self) -> bool {
        matches!(self, Self::NoPurchase | Self::Purchase | Self::ContractEnd { .. })
    }

    /// Whether it is read from the profile rather than the log.
    pub(super) fn is_contract(&self) -> bool {
        matches!(self, Self::ContractEnd { .. })
    }
}
