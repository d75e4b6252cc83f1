//! How well purchases are predicted.

use std::fmt;

use polars::prelude::DataFrame;
use serde::Serialize;

use crate::frame::ToDataFrame;
use crate::prediction::evaluation::{BinaryReport, RegressionReport};
use crate::prediction::model_card::CardEvaluation;

/// How well purchases are predicted: probabilities of an event, or counts and amounts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PurchaseReport {
    /// Of whether there is a purchase.
    Event(Box<BinaryReport>),
    /// Of a count or an amount.
    Amount(Box<RegressionReport>),
}

impl PurchaseReport {
    /// The report of an event.
    #[must_use]
    pub fn event(&self) -> Option<&BinaryReport> {
        match self {
            Self::Event(report) => Some(report),
            Self::Amount(_) => None,
        }
    }

    /// The report of a count or an amount.
    #[must_use]
    pub fn amount(&self) -> Option<&RegressionReport> {
        match self {
            Self::Event(_) => None,
            Self::Amount(report) => Some(report),
        }
    }
}

impl From<&PurchaseReport> for CardEvaluation {
    fn from(report: &PurchaseReport) -> Self {
        match report {
            PurchaseReport::Event(report) => report.as_ref().into(),
            PurchaseReport::Amount(report) => report.as_ref().into(),
        }
    }
}

impl ToDataFrame for PurchaseReport {
    /// One row per figure.
    fn to_dataframe(&self) -> DataFrame {
        match self {
            Self::Event(report) => report.to_dataframe(),
            Self::Amount(report) => report.to_dataframe(),
        }
    }
}

impl fmt::Display for PurchaseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(report) => report.fmt(f),
            Self::Amount(report) => report.fmt(f),
        }
    }
}
