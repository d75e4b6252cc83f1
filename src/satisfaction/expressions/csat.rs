//! Satisfaction scores as expressions.

use polars::prelude::*;

use super::group_sums::{GroupSums, as_structs, struct_of};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::columns::{
    BOTTOM_BOX, BOTTOM_BOX_CONF_HIGH, BOTTOM_BOX_CONF_LOW, CONF_HIGH, CONF_LOW, MEAN, N, STD_ERROR, TOP_BOX,
    TOP_BOX_CONF_HIGH, TOP_BOX_CONF_LOW,
};
use crate::frame::{Question, Scale, SurveyColumns};
use crate::satisfaction::csat::{Csat, CsatGroup, CsatParams, Scoring};
use crate::satisfaction::groups::GroupKey;
use crate::satisfaction::tally::CellTally;

/// The fields of [`csat_scores_expr`].
const FIELDS: [&str; 11] = [
    N,
    MEAN,
    STD_ERROR,
    CONF_LOW,
    CONF_HIGH,
    TOP_BOX,
    TOP_BOX_CONF_LOW,
    TOP_BOX_CONF_HIGH,
    BOTTOM_BOX,
    BOTTOM_BOX_CONF_LOW,
    BOTTOM_BOX_CONF_HIGH,
];

/// Counts by score, with the checked scale and settings.
fn sums(columns: &SurveyColumns, params: &CsatParams) -> Result<(GroupSums, Scale, CsatParams)> {
    let params = params.clone().check()?.params().clone();
    params.check_expression()?;
    let scale = columns.score.as_ref().map_or(Scale::ONE_TO_FIVE, Question::scale);
    let sums = GroupSums::new(Csat::NAME, columns, |score| (score - scale.min()) as u8)?;
    params.check_scale(scale)?;
    Ok((sums, scale, params))
}

/// The share of satisfied customers of a group, 0..=1, for `agg` or `select`: those in the top box of the
/// settings; null where there are no answers, or fewer than `min_n`.
///
/// Answers and weights are read by the rules of the roles, see [`nps_expr`](super::nps_expr).
///
/// # Errors
/// `Param` when there is no score among the roles, its scale does not fit the boxes, the settings fail
/// their check, or they name segments, a period or a date.
///
/// # Examples
///
/// ```
/// use customer_analytics::polars::prelude::*;
/// use customer_analytics::prelude::*;
/// use customer_analytics::satisfaction::csat_expr;
///
/// let columns = SurveyColumns::new().score(Question::new("rating", Scale::ONE_TO_FIVE).not_applicable([0]));
/// let answers = df!("rating" => [5, 4, 1, 0, 3], "shop" => ["a", "a", "a", "a", "b"])?.lazy();
/// let by_shop = answers.group_by_stable([col("shop")]).agg([csat_expr(&columns, &CsatParams::new())?]).collect()?;
/// assert_eq!(by_shop, df!("shop" => ["a", "b"], "top_box" => [2.0 / 3.0, 0.0])?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn csat_expr(columns: &SurveyColumns, params: &CsatParams) -> Result<Expr> {
    let (sums, scale, params) = sums(columns, params)?;
    let finish = move |tallies| {
        let share = |group: CsatGroup| group.top_box.map(|share| share.estimate);
        let shares: Vec<Option<f64>> = scored(&params, scale, tallies)?.into_iter().map(share).collect();
        Ok(Series::new(TOP_BOX.into(), shares))
    };
    Ok(sums.finished(DataType::Float64, finish)?.alias(TOP_BOX))
}

/// A struct of a group, named `csat`: `n`, `mean`, `std_error`, `conf_low`, `conf_high`, and the top and bottom
/// box with their intervals, all doubles; `unnest` makes columns of it.
///
/// # Errors
/// As for [`csat_expr`].
pub fn csat_scores_expr(columns: &SurveyColumns, params: &CsatParams) -> Result<Expr> {
    let (sums, scale, params) = sums(columns, params)?;
    let finish = move |tallies| {
        let groups = scored(&params, scale, tallies)?;
        let numbers = |of: &dyn Fn(&CsatGroup) -> Option<f64>| groups.iter().map(of).collect::<Vec<Option<f64>>>();
        let columns = [
            numbers(&|group| Some(group.n as f64)),
            numbers(&|group| group.mean),
            numbers(&|group| group.std_error),
            numbers(&|group| group.interval.map(|ends| ends.low)),
            numbers(&|group| group.interval.map(|ends| ends.high)),
            numbers(&|group| group.top_box.map(|share| share.estimate)),
            numbers(&|group| group.top_box.map(|share| share.interval.low)),
            numbers(&|group| group.top_box.map(|share| share.interval.high)),
            numbers(&|group| group.bottom_box.map(|share| share.estimate)),
            numbers(&|group| group.bottom_box.map(|share| share.interval.low)),
            numbers(&|group| group.bottom_box.map(|share| share.interval.high)),
        ];
        let fields: Vec<(&str, Vec<Option<f64>>)> = FIELDS.into_iter().zip(columns).collect();
        as_structs(&fields).map_err(Error::query(Csat::NAME))
    };
    Ok(sums.finished(struct_of(&FIELDS), finish)?.alias(Csat::NAME))
}

/// The groups of a query, scored as those of a report.
fn scored(params: &CsatParams, scale: Scale, tallies: Vec<CellTally>) -> Result<Vec<CsatGroup>> {
    let scoring = Scoring::new(params, scale)?;
    Ok(tallies.into_iter().map(|tally| scoring.group(&GroupKey::default(), tally)).collect())
}
