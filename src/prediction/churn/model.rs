//! A fitted model of churn.

use std::fmt;

use polars::prelude::Expr;
use serde::{Deserialize, Serialize};

use super::CHURN;
use super::params::{Churn, ChurnParams};
use crate::error::Result;
use crate::frame::FeatureTable;
use crate::frame::readable::{grouped, shown_text};
use crate::frame::saved::SavedForm;
use crate::prediction::customer_model::{
    CalibrationParams, CustomerModel, CustomerScores, Definition, Drivers, Trained, model_methods,
};
use crate::prediction::decision::{WinBack, WinBackList};
use crate::prediction::evaluation::{BinaryEvaluation, BinaryEvaluationParams, BinaryReport};
use crate::prediction::model_card::{ModelCard, Subject};
use crate::prediction::regression::Family;

/// A fitted model of who leaves.
///
/// Holds no row of a customer, but the levels of categories.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::prediction::churn::{ChurnModel, ChurnParams};
/// use customer_analytics::prediction::decision::{RetentionOfferParams, WinBackParams};
///
/// let frame = df!(
///     "id" => [1, 2, 3, 4, 5, 6, 7, 8],
///     "plan" => ["monthly", "monthly", "monthly", "monthly", "yearly", "yearly", "yearly", "yearly"],
///     "left" => ["yes", "yes", "yes", "no", "yes", "no", "no", "no"],
/// )?;
/// let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("left").customer_id("id"))?;
/// let model = ChurnParams::new().fit(&table)?;
/// let model = ChurnModel::from_json(&model.to_json())?;
///
/// // Who leaves is worth 100; a letter costs 1 and an incentive 10, which three in ten accept. It
/// // pays from a probability of 11/37 on, so the monthly customers get it.
/// let offer = RetentionOfferParams::new(10.0, 1.0).clv(100.0).acceptance(0.3).check()?;
/// let list = model.retention_list(&table, &WinBackParams::new(offer).check()?)?;
/// let named: Vec<&str> = list.customers.iter().map(|one| one.customer.as_str()).collect();
/// assert_eq!(named, ["1", "2", "3", "4"]);
/// assert_eq!(list.customers[0].reasons[0].feature, "plan");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChurnModel(CustomerModel<Churn>);

impl Definition for Churn {
    const FORM: SavedForm = SavedForm { what: "churn model", no_such: "no saved churn model", format: 1 };

    fn family(&self) -> Family {
        Family::Binomial
    }

    fn calibration(&self) -> Option<&CalibrationParams> {
        self.params().calibration.as_ref()
    }
}

impl ChurnModel {
    pub(super) fn new(definition: Churn, trained: Trained) -> Self {
        Self(CustomerModel::new(definition, trained))
    }

    model_methods!();

    /// Attaches an evaluation on other rows to the model card.
    #[must_use]
    pub fn evaluated(mut self, report: &BinaryReport) -> Self {
        self.0.trained.facts.evaluation = Some(report.into());
        self
    }

    /// The settings.
    pub fn definition(&self) -> &ChurnParams {
        self.0.definition.params()
    }

    /// What goes along with leaving, the surest first: odds ratios with intervals, and in words.
    #[must_use]
    pub fn drivers(&self) -> Drivers {
        self.0.trained.drivers("odds of leaving")
    }

    /// The probability of leaving of every row of a table, in its order, with ranks and deciles.
    ///
    /// Missing cells and unseen levels are treated as the encoding says, and counted.
    ///
    /// # Errors
    /// Those of [`RegressionModel::predict`](crate::prediction::regression::RegressionModel::predict).
    pub fn predict(&self, table: &FeatureTable) -> Result<CustomerScores> {
        self.0.trained.predict(table)
    }

    /// The probability as an expression named `prob` for a lazy plan of one's own; the numbers are
    /// those of [`predict`](Self::predict).
    ///
    /// # Errors
    /// None for a model that was fitted or read back.
    pub fn score_expr(&self) -> Result<Expr> {
        self.0.trained.score_expr()
    }

    /// Judges the model on customers of whom it is known who left; only customers that it was not
    /// fitted to tell how good it is. Each row counts once, whatever weights the model was fitted by.
    ///
    /// # Errors
    /// Those of [`evaluate_with`](Self::evaluate_with).
    pub fn evaluate(&self, table: &FeatureTable) -> Result<BinaryReport> {
        self.evaluate_with(table, &BinaryEvaluationParams::new().check()?)
    }

    /// The same with settings of one's own. Which rows have left, and what becomes of rows without
    /// a label, is as in training and not as these settings say.
    ///
    /// # Errors
    /// Those of [`predict`](Self::predict); `Schema` when the table names no target; `Incomplete`
    /// for missing labels that are not to be dropped; `Unusable` for labels of a third kind and
    /// for no rows.
    pub fn evaluate_with(&self, table: &FeatureTable, evaluation: &BinaryEvaluation) -> Result<BinaryReport> {
        self.0.trained.evaluate_event(table, evaluation)
    }

    /// Whom to contact with a retention offer, and what raises the log-odds of each above those of
    /// the average customer of the training.
    ///
    /// # Errors
    /// Those of [`predict`](Self::predict) and [`WinBack::select`]; `Schema` when no customer's
    /// number is named; `Param` for an offer to buyers; `Unusable` when classes were weighted and
    /// the probabilities are not calibrated.
    pub fn retention_list(&self, table: &FeatureTable, list: &WinBack) -> Result<WinBackList> {
        Trained::check_offer(CHURN, list, true)?;
        self.0.trained.contact_list(CHURN, table, None, list)
    }

    /// The same for customers who are worth what a column of the table says.
    ///
    /// # Errors
    /// Those of [`retention_list`](Self::retention_list).
    pub fn retention_list_by_worth(&self, table: &FeatureTable, worth: &str, list: &WinBack) -> Result<WinBackList> {
        Trained::check_offer(CHURN, list, true)?;
        self.0.trained.contact_list(CHURN, table, Some(worth), list)
    }

    /// What the model is, what it was trained on, and how well it does.
    #[must_use]
    pub fn card(&self) -> ModelCard {
        let (target, positive) = (self.0.trained.model.target(), self.positive());
        let subject = Subject {
            model: Churn::FORM.what,
            predicts: format!("the probability that `{}` is `{}`", shown_text(target), shown_text(positive)),
            left_out_before: Vec::new(),
            settings: serde_json::to_value(&self.0.definition).unwrap_or_default(),
        };
        ModelCard::of(&self.0.trained, subject)
    }

    fn positive(&self) -> &str {
        self.0.trained.model.labels().map_or("", |labels| labels.positive())
    }
}

impl fmt::Display for ChurnModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.0.trained.model.training_rows();
        let left = rows.n_positive.unwrap_or_default();
        write!(f, "churn model: {} customer row(s), {} of which left", grouped(rows.n_fitted), grouped(left))?;
        write!(f, "\n{}", self.0.trained.model)?;
        if let Some(calibrator) = &self.0.trained.calibrator {
            write!(f, "\n{calibrator}")?;
        }
        Ok(())
    }
}
