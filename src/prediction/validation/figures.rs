//! The figures by which predictions of a family are judged.

use std::fmt;

use serde::Serialize;

use crate::kernel::evaluation::{
    Deviance, RankedScores, average_precision, brier, log_loss, mean_deviance, regression_errors, roc_auc,
};
use crate::kernel::undefined::Undefined;
use crate::prediction::regression::Family;

/// What is measured of predictions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Metric {
    /// Area under the ROC curve.
    RocAuc,
    /// Average precision.
    AveragePrecision,
    /// Mean squared distance of probabilities from what came.
    Brier,
    /// Mean logarithmic loss.
    LogLoss,
    /// Mean deviance of the family.
    MeanDeviance,
    /// Root of the mean squared error.
    Rmse,
    /// Mean absolute error.
    Mae,
    /// Share of the variance that is explained; below 0 where the mean predicts better.
    RSquared,
}

impl Metric {
    /// Its name in frames and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RocAuc => "roc_auc",
            Self::AveragePrecision => "average_precision",
            Self::Brier => "brier",
            Self::LogLoss => "log_loss",
            Self::MeanDeviance => "mean_deviance",
            Self::Rmse => "rmse",
            Self::Mae => "mae",
            Self::RSquared => "r_squared",
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A figure, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Figure {
    /// What is measured.
    pub metric: Metric,
    /// The figure.
    pub value: Result<f64, Undefined>,
}

/// The figures of a family, the same ones for any rows.
pub(super) fn figures(family: Family, actual: &[f64], predicted: &[f64]) -> Vec<Figure> {
    let figure = |(metric, value)| Figure { metric, value };
    if family == Family::Binomial {
        return of_probabilities(actual, predicted).into_iter().map(figure).collect();
    }
    let deviance = match family {
        Family::Poisson => Some(Deviance::Poisson),
        Family::Gamma => Some(Deviance::Gamma),
        Family::Tweedie { power } => Some(Deviance::Tweedie { power }),
        _ => None,
    };
    let deviance = deviance.map(|deviance| (Metric::MeanDeviance, mean_deviance(actual, predicted, None, deviance)));
    let errors = regression_errors(actual, predicted, None);
    let of = |value: fn(&crate::kernel::evaluation::RegressionErrors) -> &Result<f64, Undefined>| match &errors {
        Ok(errors) => value(errors).clone(),
        Err(reason) => Err(reason.clone()),
    };
    let errors = [
        (Metric::Rmse, of(|errors| &errors.rmse)),
        (Metric::Mae, of(|errors| &errors.mae)),
        (Metric::RSquared, of(|errors| &errors.r_squared)),
    ];
    deviance.into_iter().chain(errors).map(figure).collect()
}

fn of_probabilities(actual: &[f64], predicted: &[f64]) -> [(Metric, Result<f64, Undefined>); 4] {
    let labels: Vec<bool> = actual.iter().map(|&actual| actual == 1.0).collect();
    let ranked = RankedScores::of(&labels, predicted);
    let of =
        |measure: fn(&RankedScores) -> Result<f64, Undefined>| ranked.as_ref().map_err(Clone::clone).and_then(measure);
    [
        (Metric::RocAuc, of(roc_auc)),
        (Metric::AveragePrecision, of(average_precision)),
        (Metric::Brier, brier(&labels, predicted, None)),
        (Metric::LogLoss, log_loss(&labels, predicted, None)),
    ]
}
