//! What is predicted of purchases.

use serde::{Deserialize, Serialize};

use crate::frame::exact_number;
use crate::frame::readable::shown_text;
use crate::kernel::evaluation::Deviance;
use crate::prediction::regression::{Family, Offset, RegressionParams};

/// What is predicted of purchases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum PurchaseKind {
    /// Whether there is one.
    Event,
    /// How many there are.
    Count {
        /// The column with the time, or whatever else, over which each row was observed: above 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exposure: Option<String>,
    },
    /// What is spent, of all customers, of whom many spend nothing.
    Spend {
        /// How the variance grows with the mean, above 1 and below 2.
        #[serde(default = "middle", with = "exact_number::one")]
        power: f64,
    },
    /// What is spent by those who buy; rows that spend 0 are left out of the fit and counted.
    SpendOfBuyers,
    /// What is spent less what is refunded, which can be below 0.
    NetSpend,
}

fn middle() -> f64 {
    1.5
}

impl PurchaseKind {
    /// The regression that predicts it.
    pub(super) fn regression(&self) -> RegressionParams {
        match self {
            Self::Event => RegressionParams::logistic(),
            Self::Count { exposure: None } => RegressionParams::poisson(),
            Self::Count { exposure: Some(column) } => {
                RegressionParams::poisson().offset(Offset::Exposure(column.clone()))
            }
            Self::Spend { power } => RegressionParams::tweedie(*power),
            Self::SpendOfBuyers => RegressionParams::gamma(),
            Self::NetSpend => RegressionParams::linear(),
        }
    }

    /// The family of that regression.
    pub(super) fn family(&self) -> Family {
        self.regression().family
    }

    /// The deviance by which predictions are judged.
    pub(super) fn deviance(&self) -> Option<Deviance> {
        match self {
            Self::Count { .. } => Some(Deviance::Poisson),
            Self::Spend { power } => Some(Deviance::Tweedie { power: *power }),
            Self::SpendOfBuyers => Some(Deviance::Gamma),
            Self::Event | Self::NetSpend => None,
        }
    }

    /// What a driver multiplies or adds to.
    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Self::Event => "odds of buying",
            Self::Count { .. } => "purchases",
            Self::Spend { .. } | Self::SpendOfBuyers => "spend",
            Self::NetSpend => "net spend",
        }
    }

    /// What is predicted, in words.
    pub(super) fn predicts(&self, target: &str, positive: &str) -> String {
        let target = shown_text(target);
        match self {
            Self::Event => format!("the probability that `{target}` is `{}`", shown_text(positive)),
            Self::Count { exposure: None } => format!("the expected number in `{target}`"),
            Self::Count { exposure: Some(column) } => {
                format!("the expected number in `{target}` over the time in `{}`", shown_text(column))
            }
            Self::Spend { .. } => format!("the expected spend in `{target}`, those included who spend nothing"),
            Self::SpendOfBuyers => format!("the expected spend in `{target}` of those who buy"),
            Self::NetSpend => format!("the expected net spend in `{target}`"),
        }
    }
}
