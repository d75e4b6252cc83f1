//! Settings of a customer satisfaction index.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::report::CsiReport;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::{Question, SurveyResponses};
use crate::satisfaction::cells::CellSettings;
use crate::satisfaction::checks::check_conf_level;
use crate::satisfaction::period::SurveyPeriod;

/// Most items whose LMG shares are worked out: all sets of them are visited.
const MOST_LMG_ITEMS: usize = 20;

/// How much each item counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ItemWeighting {
    /// All items the same.
    #[default]
    Equal,
    /// In proportion to these numbers above 0, one for each item by its column.
    Stated(BTreeMap<String, f64>),
    /// In proportion to the correlation of each item with the score of the survey.
    Correlation,
    /// In proportion to the standardised slopes of the regression of the score on all items. Items
    /// that go together share their slope out by chance; see [`Lmg`](Self::Lmg).
    Regression,
    /// In proportion to what each item adds to the explained variance of the score, averaged over
    /// all orders of entry (Lindeman, Merenda and Gold); at most 20 items.
    Lmg,
}

impl ItemWeighting {
    /// Whether weights come from the score.
    pub(super) fn is_derived(&self) -> bool {
        matches!(self, Self::Correlation | Self::Regression | Self::Lmg)
    }

    /// The name in settings.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Stated(_) => "stated",
            Self::Correlation => "correlation",
            Self::Regression => "regression",
            Self::Lmg => "lmg",
        }
    }
}

/// Whose answers make the index where some items were left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum MissingItems {
    /// Of everyone who answered at least so many items, the items that were answered, with their
    /// weights made to sum to 1 again.
    Renormalize {
        /// Items that have to be answered, from 1 on.
        min_answered: u32,
    },
    /// Of those alone who answered all items.
    CompleteOnly,
}

impl Default for MissingItems {
    fn default() -> Self {
        Self::Renormalize { min_answered: 1 }
    }
}

/// Unchecked settings of a customer satisfaction index.
///
/// # Examples
///
/// ```
/// use customer_analytics::frame::{Question, Scale, SurveyColumns, SurveyResponses};
/// use customer_analytics::prelude::*;
/// use customer_analytics::satisfaction::csi::CsiParams;
///
/// let answers = df!("quality" => [Some(5), Some(4), None], "price" => [3, 3, 5])?;
/// let items = ["quality", "price"].map(|column| Question::new(column, Scale::ONE_TO_FIVE));
/// let survey = SurveyResponses::new(answers.lazy(), &SurveyColumns::new().items(items))?;
/// let report = CsiParams::new().stated_weights([("quality", 3.0), ("price", 1.0)]).run(&survey)?;
/// // 87.5 and 68.75 of those who answered both, 100 of the one who judged the price.
/// assert_eq!(report.overall.complete.csi, Some(78.125));
/// assert!((report.overall.csi.unwrap() - 256.25 / 3.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct CsiParams {
    pub(super) item_weights: ItemWeighting,
    pub(super) missing_items: MissingItems,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) by: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) period: Option<SurveyPeriod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) as_of: Option<NaiveDate>,
    pub(super) conf_level: f64,
    pub(super) min_n: u64,
}

impl Default for CsiParams {
    fn default() -> Self {
        Self {
            item_weights: ItemWeighting::default(),
            missing_items: MissingItems::default(),
            by: Vec::new(),
            period: None,
            as_of: None,
            conf_level: 0.95,
            min_n: 0,
        }
    }
}

impl CsiParams {
    /// One index of all responses in which all items count the same, with an interval of 95%.
    pub fn new() -> Self {
        Self::default()
    }

    /// Chooses how much each item counts; all the same by default.
    ///
    /// Weights that are derived come from the answers of everyone who answered all items and the
    /// score, as they are: weights of responses and segments play no part. The table is read twice.
    pub fn item_weights(mut self, weights: ItemWeighting) -> Self {
        self.item_weights = weights;
        self
    }

    /// States a weight for each item, by its column.
    pub fn stated_weights<S: Into<String>>(self, weights: impl IntoIterator<Item = (S, f64)>) -> Self {
        let weights = weights.into_iter().map(|(column, weight)| (column.into(), weight)).collect();
        self.item_weights(ItemWeighting::Stated(weights))
    }

    /// Chooses whose answers make the index where some items were left out; by default of
    /// everyone who answered one, those that were answered. Reports have both ways side by side.
    pub fn missing_items(mut self, policy: MissingItems) -> Self {
        self.missing_items = policy;
        self
    }

    /// Also makes the index of every combination of the values of these columns, which have the
    /// role of segments or of the touchpoint. Responses that lack a value are a segment of their own.
    pub fn by<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.by = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Also makes the index of every period, and of every segment in every period. Responses
    /// without a time or wave are left out and counted.
    pub fn period(mut self, period: SurveyPeriod) -> Self {
        self.period = Some(period);
        self
    }

    /// Leaves out, and counts, responses after this day. Periods that end later are incomplete;
    /// without it those that end after the last day with a response.
    pub fn as_of(mut self, day: NaiveDate) -> Self {
        self.as_of = Some(day);
        self
    }

    /// Confidence of intervals, 0.95 by default.
    pub fn conf_level(mut self, conf_level: f64) -> Self {
        self.conf_level = conf_level;
        self
    }

    /// Shows no index of fewer responses, so that no one can be recognised; 0 by default.
    pub fn min_n(mut self, n: u64) -> Self {
        self.min_n = n;
        self
    }

    /// Checks every setting and returns the runnable analysis.
    ///
    /// # Errors
    /// `Param` when a setting is outside its range.
    pub fn check(self) -> Result<Csi> {
        check_conf_level(Csi::NAME, self.conf_level)?;
        self.cells().check()?;
        let refused = |param, expected: &str, got: String| Err(Error::param(Csi::NAME, param, expected, got));
        if self.missing_items == (MissingItems::Renormalize { min_answered: 0 }) {
            return refused("min_answered", "at least 1", "0".to_owned());
        }
        if let ItemWeighting::Stated(weights) = &self.item_weights {
            let is_weight = |weight: f64| weight.is_finite() && weight > 0.0;
            if let Some((item, weight)) = weights.iter().find(|(_, weight)| !is_weight(**weight)) {
                return refused(
                    "item_weights",
                    "above 0 for every item (leave others out)",
                    format!("{weight} for `{item}`"),
                );
            }
        }
        Ok(Csi(self))
    }

    /// Checks and runs in one step.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Analysis::run`].
    pub fn run(self, survey: &SurveyResponses) -> Result<CsiReport> {
        self.check()?.run(survey)
    }

    /// What makes the cells.
    pub(super) fn cells(&self) -> CellSettings {
        CellSettings { analysis: Csi::NAME, by: self.by.clone(), period: self.period, as_of: self.as_of }
    }

    /// Items that a response has to answer.
    pub(super) fn min_answered(&self, n_items: usize) -> usize {
        match self.missing_items {
            MissingItems::Renormalize { min_answered } => min_answered as usize,
            MissingItems::CompleteOnly => n_items,
        }
    }

    /// Refuses settings that do not go with the questions of a survey.
    pub(super) fn check_items(&self, items: &[Question], has_score: bool) -> Result<()> {
        let refused = |param, expected: &str, got: String| Err(Error::param(Csi::NAME, param, expected, got));
        if items.is_empty() {
            return refused("items", "among the roles of the survey, one or more", "none".to_owned());
        }
        if self.min_answered(items.len()) > items.len() {
            let expected = format!("at most the {} item(s) of the survey", items.len());
            return refused("min_answered", &expected, self.min_answered(items.len()).to_string());
        }
        let is_item = |name: &str| items.iter().any(|item| item.column() == name);
        match &self.item_weights {
            ItemWeighting::Stated(weights) => {
                if let Some(other) = weights.keys().find(|name| !is_item(name)) {
                    return refused("item_weights", "stated for items of the survey", format!("one for `{other}`"));
                }
                if let Some(item) = items.iter().find(|item| !weights.contains_key(item.column())) {
                    return refused("item_weights", "stated for every item", format!("none for `{}`", item.column()));
                }
            }
            derived if derived.is_derived() && !has_score => {
                return refused(
                    "item_weights",
                    "`equal` or `stated` for a survey without the role `score`",
                    derived.name().to_owned(),
                );
            }
            ItemWeighting::Lmg if items.len() > MOST_LMG_ITEMS => {
                let expected = format!("`regression` or another one for more than {MOST_LMG_ITEMS} items");
                return refused("item_weights", &expected, format!("lmg for {}", items.len()));
            }
            _ => {}
        }
        Ok(())
    }
}

/// Checked settings of a customer satisfaction index; the only type that can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "CsiParams", into = "CsiParams")]
pub struct Csi(pub(super) CsiParams);

impl Csi {
    /// The settings.
    pub fn params(&self) -> &CsiParams {
        &self.0
    }
}

impl TryFrom<CsiParams> for Csi {
    type Error = Error;

    fn try_from(params: CsiParams) -> Result<Self> {
        params.check()
    }
}

impl From<Csi> for CsiParams {
    fn from(checked: Csi) -> Self {
        checked.0
    }
}
