//! Coefficients with their errors, tests and intervals.

use polars::prelude::*;
use serde::Serialize;

use super::marginal::MarginalEffect;
use super::model::RegressionModel;
use crate::frame::columns::{
    CONF_HIGH, CONF_LOW, ESTIMATE, LEVEL, LOG10_P, MARGINAL_EFFECT, MARGINAL_EFFECT_STD_ERROR, P_VALUE, RATIO,
    RATIO_CONF_HIGH, RATIO_CONF_LOW, REASON, FEATURE, STATISTIC, STD_ERROR, TERM, VIF,
};
use crate::frame::frame_of;
use crate::kernel::distribution::{normal, student_t};
use crate::kernel::interval::{Interval, mean_normal, mean_t};
use crate::kernel::p_value::PValue;
use crate::solver::regression::Family;

/// One coefficient of a regression.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Coefficient {
    /// `(intercept)`, the name of a feature, or `feature[level]`.
    pub term: String,
    /// The feature; none for the intercept.
    pub feature: Option<String>,
    /// The level, where the column is one of a category.
    pub level: Option<String>,
    /// What one unit adds to the linear predictor: log-odds, the logarithm of the mean, or the
    /// mean itself. `None` where the column is aliased.
    pub estimate: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// Estimate over standard error: t for a linear regression, else z.
    pub statistic: Option<f64>,
    /// Two-sided p-value of no effect.
    pub p_value: Option<PValue>,
    /// Interval at the model's confidence.
    pub interval: Option<Interval>,
    /// `e` to the estimate: an odds ratio (logistic) or a ratio of means (Poisson, Gamma,
    /// Tweedie). `None` for linear regression and the intercept.
    pub ratio: Option<f64>,
    /// Interval of the ratio.
    pub ratio_interval: Option<Interval>,
    /// Variance inflation: how much larger the variance is than if the column were unrelated to
    /// the others.
    pub vif: Option<f64>,
    /// What one unit adds to the mean response, averaged over the rows.
    pub marginal_effect: Option<MarginalEffect>,
    /// Why a number is not there.
    pub reason: Option<String>,
}

/// Coefficients in the order of the model.
pub(super) fn coefficients(model: &RegressionModel) -> Vec<Coefficient> {
    let fitted = model.fitted();
    let first = usize::from(model.has_intercept());
    (0..fitted.coefficients.len())
        .map(|column| {
            let term = column.checked_sub(first).map(|term| &model.encoder().terms()[term]);
            let mut row = Coefficient {
                term: term.map_or_else(|| super::INTERCEPT.to_owned(), |term| term.name.clone()),
                feature: term.map(|term| term.feature.clone()),
                level: term.and_then(|term| term.level.clone()),
                estimate: None,
                std_error: None,
                statistic: None,
                p_value: None,
                interval: None,
                ratio: None,
                ratio_interval: None,
                vif: fitted.vif[column],
                marginal_effect: fitted.marginal_effects[column],
                reason: None,
            };
            if fitted.aliased.contains(&column) {
                row.reason = Some("aliased: the columns before it determine it".to_owned());
            } else {
                add_numbers(&mut row, model, column);
            }
            row
        })
        .collect()
}

fn add_numbers(row: &mut Coefficient, model: &RegressionModel, column: usize) {
    let fitted = model.fitted();
    let estimate = fitted.coefficients[column];
    row.estimate = Some(estimate);
    let has_ratio = model.family() != Family::Gaussian && row.feature.is_some();
    row.ratio = has_ratio.then(|| estimate.exp()).filter(|ratio| ratio.is_finite());
    let std_error = fitted.covariance.get(column, column).sqrt();
    if fitted.statistics.df_residual <= 0.0 {
        row.reason = Some("no error: as many coefficients as rows".to_owned());
        return;
    }
    row.std_error = Some(std_error);
    if std_error == 0.0 {
        row.reason = Some("no test: the fit is exact".to_owned());
        return;
    }
    let (statistic, df, level) = (estimate / std_error, fitted.statistics.df_residual, model.conf_level());
    row.statistic = Some(statistic);
    if model.family() == Family::Gaussian {
        row.p_value = student_t::two_sided(statistic, df).ok();
        row.interval = mean_t(estimate, std_error, df, level).ok();
    } else {
        row.p_value = normal::two_sided(statistic).ok();
        row.interval = mean_normal(estimate, std_error, level).ok();
    }
    let ends = row.interval.filter(|_| has_ratio).map(|interval| (interval.low.exp(), interval.high.exp()));
    row.ratio_interval = ends.filter(|(_, high)| high.is_finite()).map(|(low, high)| Interval { low, high });
}

/// Coefficients as a frame, a row each.
pub(super) fn to_dataframe(coefficients: &[Coefficient]) -> DataFrame {
    let texts = |name: &str, value: fn(&Coefficient) -> Option<&str>| {
        Series::new(name.into(), coefficients.iter().map(value).collect::<Vec<_>>())
    };
    let numbers = |name: &str, value: fn(&Coefficient) -> Option<f64>| {
        Series::new(name.into(), coefficients.iter().map(value).collect::<Vec<_>>())
    };
    frame_of(vec![
        texts(TERM, |row| Some(&row.term)),
        texts(FEATURE, |row| row.feature.as_deref()),
        texts(LEVEL, |row| row.level.as_deref()),
        numbers(ESTIMATE, |row| row.estimate),
        numbers(STD_ERROR, |row| row.std_error),
        numbers(STATISTIC, |row| row.statistic),
        numbers(P_VALUE, |row| row.p_value.map(PValue::value)),
        numbers(LOG10_P, |row| row.p_value.map(PValue::log10)),
        numbers(CONF_LOW, |row| row.interval.map(|interval| interval.low)),
        numbers(CONF_HIGH, |row| row.interval.map(|interval| interval.high)),
        numbers(RATIO, |row| row.ratio),
        numbers(RATIO_CONF_LOW, |row| row.ratio_interval.map(|interval| interval.low)),
        numbers(RATIO_CONF_HIGH, |row| row.ratio_interval.map(|interval| interval.high)),
        numbers(VIF, |row| row.vif),
        numbers(MARGINAL_EFFECT, |row| row.marginal_effect.map(|effect| effect.estimate)),
        numbers(MARGINAL_EFFECT_STD_ERROR, |row| row.marginal_effect.map(|effect| effect.std_error)),
        texts(REASON, |row| row.reason.as_deref()),
    ])
}
