//! Settings of a model of purchases.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::PURCHASE;
use super::kind::PurchaseKind;
use super::model::PurchaseModel;
use crate::analysis::collect;
use crate::error::{Error, Result};
use crate::frame::FeatureTable;
use crate::frame::numbers::is_numeric;
use crate::prediction::customer_model::{CalibrationParams, FitSettings, Trained, fit_settings};
use crate::prediction::regression::Regression;
use crate::prediction::snapshot::Snapshot;

/// Unchecked settings of a model of purchases.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::prediction::purchase::PurchaseParams;
///
/// let frame = df!(
///     "channel" => ["web", "web", "shop", "shop"],
///     "orders" => [1, 3, 6, 6],
///     "years" => [1.0, 1.0, 2.0, 1.0],
/// )?;
/// let columns = FeatureColumns::new().target("orders").ignore(["years"]);
/// let table = FeatureTable::new(frame.lazy(), &columns)?;
/// // 4 orders in 2 years on the web, 12 in 3 years in the shop: 2 and 4 a year.
/// let model = PurchaseParams::count().exposure("years").fit(&table)?;
/// let expected = model.predict(&table)?.values()[2].unwrap();
/// assert!((expected - 8.0).abs() < 1e-9);
///
/// let from_a_job_file: PurchaseParams = serde_json::from_str(r#"{"kind": {"count": {"exposure": "years"}}}"#)?;
/// assert_eq!(from_a_job_file, PurchaseParams::count().exposure("years"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct PurchaseParams {
    pub(super) kind: PurchaseKind,
    #[serde(flatten)]
    pub(super) fit: FitSettings,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) calibration: Option<CalibrationParams>,
}

impl PurchaseParams {
    /// A model of this kind, without penalty and calibration.
    pub fn new(kind: PurchaseKind) -> Self {
        Self { kind, fit: FitSettings::default(), calibration: None }
    }

    /// Whether customers buy.
    pub fn event() -> Self {
        Self::new(PurchaseKind::Event)
    }

    /// How often customers buy.
    pub fn count() -> Self {
        Self::new(PurchaseKind::Count { exposure: None })
    }

    /// What customers spend, many of them nothing, with a power of 1.5.
    pub fn spend() -> Self {
        Self::new(PurchaseKind::Spend { power: 1.5 })
    }

    /// What customers spend who buy.
    pub fn spend_of_buyers() -> Self {
        Self::new(PurchaseKind::SpendOfBuyers)
    }

    /// What customers spend less what they are refunded.
    pub fn net_spend() -> Self {
        Self::new(PurchaseKind::NetSpend)
    }

    /// Names the column with the time over which each row was observed, and counts purchases.
    pub fn exposure(mut self, column: impl Into<String>) -> Self {
        self.kind = PurchaseKind::Count { exposure: Some(column.into()) };
        self
    }

    fit_settings!();

    /// Mends the probabilities of a purchase on customers that the model has not seen.
    pub fn calibration(mut self, calibration: CalibrationParams) -> Self {
        self.calibration = Some(calibration);
        self
    }

    /// Checks every setting and returns the model that can be fitted.
    ///
    /// # Errors
    /// `Param` for a setting outside its range, or one that does not go with what is predicted.
    pub fn check(self) -> Result<Purchase> {
        let _: Regression = self.fit.of(self.kind.regression()).check()?;
        if let Some(calibration) = &self.calibration {
            if self.kind != PurchaseKind::Event {
                return Err(Error::param(PURCHASE, "calibration", "unset but for the kind event", "set"));
            }
            calibration.check(PURCHASE)?;
        }
        Ok(Purchase(self))
    }

    /// Checks and fits.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and [`Purchase::fit`].
    pub fn fit(self, table: &FeatureTable) -> Result<PurchaseModel> {
        self.check()?.fit(table)
    }
}

/// Checked settings of a model of purchases; the only type that can be fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "PurchaseParams", into = "PurchaseParams")]
#[must_use]
pub struct Purchase(pub(super) PurchaseParams);

impl Purchase {
    /// The settings.
    pub fn params(&self) -> &PurchaseParams {
        &self.0
    }

    /// Fits the model to customers of whom it is known what they bought.
    ///
    /// # Errors
    /// Those of [`Regression::fit`]; with a calibration those of
    /// [`Churn::fit`](crate::prediction::churn::Churn::fit).
    pub fn fit(&self, table: &FeatureTable) -> Result<PurchaseModel> {
        let (table, n_without_purchase) = self.buyers(table)?;
        let trained = Trained::fit(PURCHASE, &self.regression()?, self.0.calibration.as_ref(), &table)?;
        Ok(PurchaseModel::new(self.clone(), trained, n_without_purchase))
    }

    /// The same with the rows of the calibration given, such as those of a later month.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit); `Param` when no calibration is set.
    pub fn fit_and_calibrate(&self, table: &FeatureTable, calibration: &FeatureTable) -> Result<PurchaseModel> {
        let params = self.0.calibration.as_ref();
        let trained = Trained::fit_and_calibrate(PURCHASE, &self.regression()?, params, table, calibration)?;
        Ok(PurchaseModel::new(self.clone(), trained, 0))
    }

    /// Fits the model to a snapshot, whose days are kept for the model card.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit).
    pub fn fit_snapshot(&self, snapshot: &Snapshot) -> Result<PurchaseModel> {
        Ok(self.fit(snapshot.table())?.snapshot(snapshot.report()))
    }

    fn regression(&self) -> Result<Regression> {
        self.0.fit.of(self.0.kind.regression()).check()
    }

    /// The rows to fit to, and how many others spent nothing.
    fn buyers(&self, table: &FeatureTable) -> Result<(FeatureTable, u64)> {
        let target = table.target().filter(|target| table.schema().get(target).is_some_and(is_numeric));
        let Some(target) = target.filter(|_| self.0.kind == PurchaseKind::SpendOfBuyers) else {
            return Ok((table.clone(), 0));
        };
        // Null stays, and is told by the regression.
        let spends_nothing = || col(target).eq(lit(0)).fill_null(lit(false));
        let counted = spends_nothing().cast(DataType::UInt64).sum();
        let counted = collect(PURCHASE, table.lazy().select([counted]))?;
        let n = counted.column(target).and_then(|column| column.u64()).map_err(Error::query(PURCHASE))?.get(0);
        Ok((table.with_frame(table.lazy().filter(spends_nothing().not())), n.unwrap_or_default()))
    }
}

impl TryFrom<PurchaseParams> for Purchase {
    type Error = Error;

    fn try_from(params: PurchaseParams) -> Result<Self> {
        params.check()
    }
}

impl From<Purchase> for PurchaseParams {
    fn from(purchase: Purchase) -> Self {
        purchase.0
    }
}
