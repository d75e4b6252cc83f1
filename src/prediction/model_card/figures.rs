//! Figures of a card, by name.

use serde::{Deserialize, Serialize};

use crate::frame::exact_number;
use crate::prediction::evaluation::{BinaryReport, RegressionReport};
use crate::prediction::regression::{Family, FitStatistics};

/// A figure with its name; one that is undefined says why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CardFigure {
    /// Its name.
    pub metric: String,
    /// Its value.
    #[serde(with = "exact_number::optional")]
    pub estimate: Option<f64>,
    /// Lower end of its interval.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "exact_number::optional")]
    pub conf_low: Option<f64>,
    /// Upper end of its interval.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "exact_number::optional")]
    pub conf_high: Option<f64>,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undefined: Option<String>,
}

impl CardFigure {
    fn new(metric: &str, estimate: Option<f64>) -> Self {
        let estimate = estimate.filter(|number| number.is_finite());
        Self { metric: metric.to_owned(), estimate, conf_low: None, conf_high: None, undefined: None }
    }
}

/// How a model did on rows that it was not fitted to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CardEvaluation {
    /// Rows that were judged.
    pub n_rows: u64,
    /// Those of them with the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_positive: Option<u64>,
    /// Rows left out because they lack a target or a prediction.
    pub n_left_out: u64,
    /// The figures.
    pub figures: Vec<CardFigure>,
}

impl From<&BinaryReport> for CardEvaluation {
    fn from(report: &BinaryReport) -> Self {
        // These rows are new to the model, so that the other p-value does not apply.
        let all = report.figures().into_iter();
        let applying = all.filter(|figure| figure.metric != "hosmer_lemeshow_p_value");
        let figures = applying.map(|figure| CardFigure {
            conf_low: figure.interval.map(|ends| ends.low),
            conf_high: figure.interval.map(|ends| ends.high),
            undefined: figure.estimate.as_ref().err().map(ToString::to_string),
            ..CardFigure::new(figure.metric, figure.estimate.ok())
        });
        Self {
            n_rows: report.n,
            n_positive: Some(report.n_positives),
            n_left_out: report.n_missing_labels + report.n_missing_predictions,
            figures: figures.collect(),
        }
    }
}

impl From<&RegressionReport> for CardEvaluation {
    fn from(report: &RegressionReport) -> Self {
        let figures = report.figures().into_iter().map(|(name, figure)| CardFigure {
            undefined: figure.as_ref().err().map(ToString::to_string),
            ..CardFigure::new(&name, figure.ok())
        });
        Self { n_rows: report.errors.n, n_positive: None, n_left_out: report.n_missing, figures: figures.collect() }
    }
}

/// How well a regression fits its own rows; what its family does not have is left out.
pub(super) fn of_fit(family: Family, facts: &FitStatistics) -> Vec<CardFigure> {
    let of_event =
        [("mcfadden_r2", facts.mcfadden_r2()), ("nagelkerke_r2", facts.nagelkerke_r2()), ("tjur_r2", facts.tjur_r2)];
    let of_amount = [
        ("r_squared", facts.r_squared()),
        ("adj_r_squared", facts.adj_r_squared()),
        ("deviance_explained", facts.deviance_explained().filter(|_| family != Family::Gaussian)),
        ("dispersion", Some(facts.dispersion)),
    ];
    let own: &[(&str, Option<f64>)] = if family == Family::Binomial { &of_event } else { &of_amount };
    let all = [
        ("n_obs", Some(facts.n_obs)),
        ("n_parameters", Some(facts.n_parameters)),
        ("log_lik", facts.log_likelihood),
        ("deviance", Some(facts.deviance)),
        ("null_deviance", Some(facts.null_deviance)),
        ("aic", facts.aic()),
        ("bic", facts.bic()),
    ];
    let figures = all.iter().chain(own).filter(|(_, figure)| figure.is_some());
    figures.map(|(name, figure)| CardFigure::new(name, *figure)).collect()
}
