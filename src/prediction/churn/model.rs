//! A fitted model of churn.

use std::fmt;

use chrono::NaiveDate;
use polars::prelude::Expr;
use serde::{Deserialize, Serialize};

use super::CHURN;
use super::params::{Churn, ChurnParams};
use crate::error::{Error, Result};
use crate::frame::FeatureTable;
use crate::frame::readable::{grouped, shown_text};
use crate::frame::saved::read_saved;
use crate::prediction::calibration::Calibrator;
use crate::prediction::customer_model::{CustomerScores, Drivers, Trained};
use crate::prediction::decision::{WinBack, WinBackList};
use crate::prediction::evaluation::{BinaryEvaluation, BinaryEvaluationParams, BinaryReport};
use crate::prediction::model_card::{ModelCard, Subject};
use crate::prediction::regression::{Family, RegressionModel};
use crate::prediction::snapshot::SnapshotReport;

/// The version of the saved form.
const FORMAT: u32 = 1;
const WHAT: &str = "churn model";

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
#[serde(try_from = "SavedChurnModel")]
pub struct ChurnModel {
    format: u32,
    definition: Churn,
    trained: Trained,
}

/// A model as written, before its check.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedChurnModel {
    format: u32,
    definition: Churn,
    trained: Trained,
}

impl TryFrom<SavedChurnModel> for ChurnModel {
    type Error = Error;

    fn try_from(saved: SavedChurnModel) -> Result<Self> {
        let SavedChurnModel { format, definition, trained } = saved;
        check_format(format)?;
        match trained.problem(Family::Binomial, definition.0.calibration.is_some()) {
            Some(reason) => Err(Error::Format { what: WHAT, reason }),
            None => Ok(Self { format, definition, trained }),
        }
    }
}

/// Refuses a model that another version has saved.
fn check_format(format: u32) -> Result<()> {
    match format {
        FORMAT => Ok(()),
        other => {
            let reason = format!("saved in format {other}, but this version reads format {FORMAT}");
            Err(Error::Format { what: WHAT, reason })
        }
    }
}

impl ChurnModel {
    pub(super) fn new(definition: Churn, trained: Trained) -> Self {
        Self { format: FORMAT, definition, trained }
    }

    /// Tells the model card the day of the training, which is never read from the clock.
    #[must_use]
    pub fn training_date(mut self, date: NaiveDate) -> Self {
        self.trained.facts.training_date = Some(date);
        self
    }

    /// Tells the model card the days of the snapshot that the model was trained on.
    #[must_use]
    pub fn snapshot(mut self, report: &SnapshotReport) -> Self {
        self.trained.facts.snapshot = Some(report.into());
        self
    }

    /// Attaches an evaluation on other rows to the model card.
    #[must_use]
    pub fn evaluated(mut self, report: &BinaryReport) -> Self {
        self.trained.facts.evaluation = Some(report.into());
        self
    }

    /// The settings.
    pub fn definition(&self) -> &ChurnParams {
        self.definition.params()
    }

    /// The regression behind it, with errors, tests and intervals of all coefficients.
    #[must_use]
    pub fn regression(&self) -> &RegressionModel {
        &self.trained.model
    }

    /// The curve that mends the probabilities; `None` without calibration.
    #[must_use]
    pub fn calibrator(&self) -> Option<&Calibrator> {
        self.trained.calibrator.as_ref()
    }

    /// What goes along with leaving, the surest first: odds ratios with intervals, and in words.
    #[must_use]
    pub fn drivers(&self) -> Drivers {
        self.trained.drivers("odds of leaving")
    }

    /// The probability of leaving of every row of a table, in its order, with ranks and deciles.
    ///
    /// Missing cells and unseen levels are treated as the encoding says, and counted.
    ///
    /// # Errors
    /// Those of [`RegressionModel::predict`].
    pub fn predict(&self, table: &FeatureTable) -> Result<CustomerScores> {
        self.trained.predict(table)
    }

    /// The probability as an expression named `prob` for a lazy plan of one's own; the numbers are
    /// those of [`predict`](Self::predict).
    ///
    /// # Errors
    /// None for a model that was fitted or read back.
    pub fn score_expr(&self) -> Result<Expr> {
        self.trained.score_expr()
    }

    /// Judges the model on customers of whom it is known who left; only customers that it was not
    /// fitted to tell how good it is.
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
        self.trained.evaluate_event(table, evaluation)
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
        self.trained.contact_list(CHURN, table, None, list)
    }

    /// The same for customers who are worth what a column of the table says.
    ///
    /// # Errors
    /// Those of [`retention_list`](Self::retention_list).
    pub fn retention_list_by_worth(&self, table: &FeatureTable, worth: &str, list: &WinBack) -> Result<WinBackList> {
        Trained::check_offer(CHURN, list, true)?;
        self.trained.contact_list(CHURN, table, Some(worth), list)
    }

    /// What the model is, what it was trained on, and how well it does.
    #[must_use]
    pub fn card(&self) -> ModelCard {
        let (target, positive) = (self.trained.model.target(), self.positive());
        let subject = Subject {
            model: WHAT,
            predicts: format!("the probability that `{}` is `{}`", shown_text(target), shown_text(positive)),
            left_out_before: Vec::new(),
            settings: serde_json::to_value(&self.definition).unwrap_or_default(),
        };
        ModelCard::of(&self.trained, subject)
    }

    fn positive(&self) -> &str {
        self.trained.model.labels().map_or("", |labels| labels.positive())
    }

    /// The model as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads a model that [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// `Format` when it is damaged, or saved by a version this one does not know.
    pub fn from_json(text: &str) -> Result<Self> {
        read_saved(text, WHAT, "no saved churn model", check_format)
    }
}

impl fmt::Display for ChurnModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.trained.model.training_rows();
        let left = rows.n_positive.unwrap_or_default();
        write!(f, "churn model: {} customer row(s), {} of which left", grouped(rows.n_fitted), grouped(left))?;
        write!(f, "\n{}", self.trained.model)?;
        if let Some(calibrator) = &self.trained.calibrator {
            write!(f, "\n{calibrator}")?;
        }
        Ok(())
    }
}
