//! A fitted model of purchases.

use std::fmt;

use polars::prelude::Expr;
use serde::{Deserialize, Serialize};

use super::PURCHASE;
use super::kind::PurchaseKind;
use super::params::{Purchase, PurchaseParams};
use super::report::PurchaseReport;
use crate::error::{Error, Result};
use crate::frame::FeatureTable;
use crate::frame::readable::grouped;
use crate::frame::saved::SavedForm;
use crate::prediction::customer_model::{
    CalibrationParams, CustomerModel, CustomerScores, Definition, Drivers, Trained, model_methods,
};
use crate::prediction::decision::{WinBack, WinBackList};
use crate::prediction::evaluation::{BinaryEvaluationParams, RegressionEvaluationParams};
use crate::prediction::model_card::{ModelCard, Subject};
use crate::prediction::regression::Family;

/// A fitted model of who buys, how often, or for how much.
///
/// Holds no row of a customer, but the levels of categories.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::prediction::purchase::{PurchaseModel, PurchaseParams};
///
/// let frame = df!(
///     "tier" => ["gold", "gold", "gold", "tin", "tin", "tin"],
///     "spend" => [100.0, 200.0, 0.0, 0.0, 10.0, 20.0],
/// )?;
/// let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("spend"))?;
/// // Of gold customers who buy 150 is expected, of all gold customers 100.
/// let of_buyers = PurchaseParams::spend_of_buyers().fit(&table)?;
/// let of_all = PurchaseParams::spend().fit(&table)?;
/// let expected = |model: &PurchaseModel| model.predict(&table).map(|scores| scores.values()[0].unwrap());
/// assert!((expected(&of_buyers)? - 150.0).abs() < 1e-6 && (expected(&of_all)? - 100.0).abs() < 1e-6);
/// assert_eq!(of_buyers.n_without_purchase(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PurchaseModel(CustomerModel<Purchase>);

impl Definition for Purchase {
    const FORM: SavedForm = SavedForm { what: "purchase model", no_such: "no saved purchase model", format: 1 };

    fn family(&self) -> Family {
        self.params().kind.family()
    }

    fn calibration(&self) -> Option<&CalibrationParams> {
        self.params().calibration.as_ref()
    }
}

impl PurchaseModel {
    pub(super) fn new(definition: Purchase, trained: Trained, n_without_purchase: u64) -> Self {
        let mut model = CustomerModel::new(definition, trained);
        model.n_without_purchase = n_without_purchase;
        Self(model)
    }

    model_methods!();

    /// Attaches an evaluation on other rows to the model card.
    #[must_use]
    pub fn evaluated(mut self, report: &PurchaseReport) -> Self {
        self.0.trained.facts.evaluation = Some(report.into());
        self
    }

    /// The settings.
    pub fn definition(&self) -> &PurchaseParams {
        self.0.definition.params()
    }

    /// What it predicts.
    #[must_use]
    pub fn kind(&self) -> &PurchaseKind {
        &self.0.definition.params().kind
    }

    /// Rows left out of the fit because they spent nothing, where the spend of buyers is predicted.
    #[must_use]
    pub fn n_without_purchase(&self) -> u64 {
        self.0.n_without_purchase
    }

    /// What goes along with buying, the surest first, with intervals and in words.
    #[must_use]
    pub fn drivers(&self) -> Drivers {
        self.0.trained.drivers(self.kind().outcome())
    }

    /// The probability, or the expected count or amount, of every row of a table, in its order,
    /// with ranks and deciles.
    ///
    /// # Errors
    /// Those of [`RegressionModel::predict`](crate::prediction::regression::RegressionModel::predict).
    pub fn predict(&self, table: &FeatureTable) -> Result<CustomerScores> {
        self.0.trained.predict(table)
    }

    /// The same as an expression for a lazy plan of one's own, named `prob` or `mean`.
    ///
    /// # Errors
    /// None for a model that was fitted or read back.
    pub fn score_expr(&self) -> Result<Expr> {
        self.0.trained.score_expr()
    }

    /// Judges the model on customers of whom it is known what they bought; only customers that it
    /// was not fitted to tell how good it is. Each row counts once, whatever weights the model was
    /// fitted by.
    ///
    /// Counts and amounts are judged by the deviance of their model too; where the spend of buyers
    /// is predicted, rows that spent nothing leave that deviance undefined, so give buyers alone.
    ///
    /// # Errors
    /// Those of [`predict`](Self::predict); `Schema` when the table names no target; `Incomplete`
    /// for missing targets that are not to be dropped; `Unusable` for labels of a third kind,
    /// infinite amounts and for no rows.
    pub fn evaluate(&self, table: &FeatureTable) -> Result<PurchaseReport> {
        if *self.kind() == PurchaseKind::Event {
            let report = self.0.trained.evaluate_event(table, &BinaryEvaluationParams::new().check()?)?;
            return Ok(PurchaseReport::Event(Box::new(report)));
        }
        let deviances: Vec<_> = self.kind().deviance().into_iter().collect();
        let evaluation = RegressionEvaluationParams::new().deviances(deviances).check()?;
        Ok(PurchaseReport::Amount(Box::new(self.0.trained.evaluate_amount(table, &evaluation)?)))
    }

    /// Whom to send an offer, and what raises the log-odds of each above those of the average
    /// customer of the training.
    ///
    /// # Errors
    /// Those of [`predict`](Self::predict) and [`WinBack::select`]; `Schema` when no customer's
    /// number is named; `Param` for an offer to leavers, and for a model of counts or amounts;
    /// `Unusable` when classes were weighted and the probabilities are not calibrated.
    pub fn contact_list(&self, table: &FeatureTable, list: &WinBack) -> Result<WinBackList> {
        self.check_list(list)?;
        self.0.trained.contact_list(PURCHASE, table, None, list)
    }

    /// The same for customers whose purchase earns what a column of the table says.
    ///
    /// # Errors
    /// Those of [`contact_list`](Self::contact_list).
    pub fn contact_list_by_worth(&self, table: &FeatureTable, worth: &str, list: &WinBack) -> Result<WinBackList> {
        self.check_list(list)?;
        self.0.trained.contact_list(PURCHASE, table, Some(worth), list)
    }

    fn check_list(&self, list: &WinBack) -> Result<()> {
        if *self.kind() != PurchaseKind::Event {
            return Err(Error::param(PURCHASE, "kind", "event for a list of whom to contact", "another"));
        }
        Trained::check_offer(PURCHASE, list, false)
    }

    /// What the model is, what it was trained on, and how well it does.
    #[must_use]
    pub fn card(&self) -> ModelCard {
        let model = &self.0.trained.model;
        let positive = model.labels().map_or("", |labels| labels.positive());
        let n = self.0.n_without_purchase;
        let subject = Subject {
            model: Purchase::FORM.what,
            predicts: self.kind().predicts(model.target(), positive),
            left_out_before: (n > 0).then(|| format!("{} without a purchase", grouped(n))).into_iter().collect(),
            settings: serde_json::to_value(&self.0.definition).unwrap_or_default(),
        };
        ModelCard::of(&self.0.trained, subject)
    }
}

impl fmt::Display for PurchaseModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let positive = self.0.trained.model.labels().map_or("", |labels| labels.positive());
        write!(f, "purchase model: {}", self.kind().predicts(self.0.trained.model.target(), positive))?;
        if self.0.n_without_purchase > 0 {
            write!(f, "; {} row(s) without a purchase left out", grouped(self.0.n_without_purchase))?;
        }
        write!(f, "\n{}", self.0.trained.model)?;
        if let Some(calibrator) = &self.0.trained.calibrator {
            write!(f, "\n{calibrator}")?;
        }
        Ok(())
    }
}
