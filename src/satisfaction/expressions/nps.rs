//! Net promoter scores as expressions.

use polars::prelude::*;

use super::group_sums::{GroupSums, as_structs, struct_of};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::SurveyColumns;
use crate::frame::columns::{CONF_HIGH, CONF_LOW, N, NPS, STD_ERROR};
use crate::satisfaction::groups::{GroupCells, GroupKey, Grouped};
use crate::satisfaction::nps::{Nps, NpsGroup, NpsParams, Scoring};
use crate::satisfaction::tally::CellTally;

/// The fields of [`nps_scores_expr`].
const FIELDS: [&str; 5] = [N, NPS, STD_ERROR, CONF_LOW, CONF_HIGH];

/// Codes of detractors, passives and promoters.
const CODES: [f64; 3] = [-100.0, 0.0, 100.0];

fn sums(columns: &SurveyColumns, params: &NpsParams) -> Result<GroupSums> {
    let params = params.clone().check()?.params().clone();
    params.check_expression(columns.weight.is_some())?;
    let sums = GroupSums::new(Nps::NAME, columns, |score| params.class_of(score))?;
    columns.score.as_ref().map_or(Ok(()), |question| params.check_scale(question.scale()))?;
    Ok(sums)
}

/// What each response adds to the score: -100 for a detractor, 0 for a passive, 100 for a promoter,
/// null without an answer; for each row, not weighted.
///
/// Its mean is the score. As the target of [`KeyDriversParams`](crate::correlation::KeyDriversParams) it
/// tells what drives the score.
///
/// # Errors
/// `Param` as for [`nps_expr`].
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::satisfaction::nps_code_expr;
///
/// let columns = SurveyColumns::new().score(Question::new("score", Scale::ZERO_TO_TEN));
/// let answers = df!("score" => [Some(10), Some(7), None, Some(3)])?.lazy();
/// let codes = answers.select([nps_code_expr(&columns, &NpsParams::new())?.alias("nps")]).collect()?;
/// assert_eq!(codes, df!("nps" => [Some(100.0), Some(0.0), None, Some(-100.0)])?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn nps_code_expr(columns: &SurveyColumns, params: &NpsParams) -> Result<Expr> {
    let class = sums(columns, params)?.class()?;
    let code = |column: Column| {
        let codes = column.u32()?.iter().map(|class| class.and_then(|class| CODES.get(class as usize).copied()));
        let codes: Float64Chunked = codes.collect();
        Ok(codes.with_name(column.name().clone()).into_column())
    };
    let field = |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::Float64));
    Ok(class.map_with_fmt_str(code, field, "nps_code"))
}

/// The net promoter score of a group, for `agg` or `select`; null where it has no answers, or fewer
/// than `min_n`.
///
/// Answers and weights are read by the rules of the roles: codes for no answer are left out, and the query
/// fails at a score outside its scale unless [`OutOfScale::Quarantine`](crate::frame::OutOfScale) is
/// asked for. Cuts and `min_n` are those of the settings; segments, periods and dates are those of the
/// query.
///
/// # Errors
/// `Param` when there is no score among the roles, its scale does not fit the cuts, the settings fail
/// their check, or they name segments, a period or a date.
///
/// # Examples
///
/// ```
/// use customer_analytics::polars::prelude::*;
/// use customer_analytics::prelude::*;
/// use customer_analytics::satisfaction::nps_expr;
///
/// let columns = SurveyColumns::new().score(Question::new("score", Scale::ZERO_TO_TEN));
/// let answers = df!("score" => [10, 9, 7, 0], "city" => ["上海", "上海", "上海", "北京"])?.lazy();
/// let by_city = answers.group_by_stable([col("city")]).agg([nps_expr(&columns, &NpsParams::new())?]).collect()?;
/// assert_eq!(by_city, df!("city" => ["上海", "北京"], "nps" => [200.0 / 3.0, -100.0])?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn nps_expr(columns: &SurveyColumns, params: &NpsParams) -> Result<Expr> {
    let scored = scored(params);
    let finish = move |tallies| {
        let groups = scored(tallies)?;
        Ok(Series::new(NPS.into(), groups.iter().map(|group| group.nps).collect::<Vec<Option<f64>>>()))
    };
    Ok(sums(columns, params)?.finished(DataType::Float64, finish)?.alias(NPS))
}

/// A struct of a group: `n`, `nps`, `std_error`, `conf_low` and `conf_high`, all doubles, with the interval
/// of the settings; `unnest` makes columns of it.
///
/// # Errors
/// As for [`nps_expr`].
///
/// # Examples
///
/// ```
/// use customer_analytics::polars::prelude::*;
/// use customer_analytics::prelude::*;
/// use customer_analytics::satisfaction::nps_scores_expr;
///
/// let columns = SurveyColumns::new().score(Question::new("score", Scale::ZERO_TO_TEN));
/// let answers = df!("score" => [10, 9, 7, 0], "city" => ["上海", "上海", "上海", "北京"])?.lazy();
/// let scores = nps_scores_expr(&columns, &NpsParams::new())?;
/// let by_city = answers.group_by_stable([col("city")]).agg([scores]).unnest(by_name(["nps"], true, false), None);
/// let names = by_city.collect()?.get_column_names_owned();
/// assert_eq!(names, ["city", "n", "nps", "std_error", "conf_low", "conf_high"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn nps_scores_expr(columns: &SurveyColumns, params: &NpsParams) -> Result<Expr> {
    let scored = scored(params);
    let finish = move |tallies| {
        let groups = scored(tallies)?;
        let numbers = |of: &dyn Fn(&NpsGroup) -> Option<f64>| groups.iter().map(of).collect::<Vec<Option<f64>>>();
        let columns = [
            numbers(&|group| Some(group.n as f64)),
            numbers(&|group| group.nps),
            numbers(&|group| group.std_error),
            numbers(&|group| group.interval.map(|ends| ends.low)),
            numbers(&|group| group.interval.map(|ends| ends.high)),
        ];
        let fields: Vec<(&str, Vec<Option<f64>>)> = FIELDS.into_iter().zip(columns).collect();
        as_structs(&fields).map_err(Error::query(Nps::NAME))
    };
    Ok(sums(columns, params)?.finished(struct_of(&FIELDS), finish)?.alias(NPS))
}

/// The groups of a query, scored as those of a report.
fn scored(params: &NpsParams) -> impl Fn(Vec<CellTally>) -> Result<Vec<NpsGroup>> + Send + Sync + 'static {
    let params = params.clone();
    move |tallies| {
        let whole = GroupCells { key: GroupKey::default(), cells: Vec::new() };
        let nothing = Grouped { whole, segments: Vec::new(), periods: Vec::new(), both: Vec::new() };
        let scoring = Scoring::new(&params, &nothing)?;
        let classes = [0, 1, 2];
        Ok(tallies.iter().map(|tally| scoring.group(&nothing.whole.key, tally, &classes)).collect())
    }
}
