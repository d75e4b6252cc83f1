//! Rule: outliers, by bounds that are learned or stated.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::{Event, Flow, Judgement, Take};
use crate::cleaning::engine::grouping::number_of_group;
use crate::cleaning::engine::step::{Step, Table, check_distinct};
use crate::cleaning::engine::values::learned_from_values;
use crate::cleaning::learned::{Learned, LearnedColumn, LearnedGroup};
use crate::cleaning::numeric::outlier_bounds::{HIGH, LOW, OutlierBounds, within_type};
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};

/// What becomes of an outlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OutlierAction {
    /// It is raised or lowered to the bound.
    Clip,
    /// It becomes null.
    Null,
    /// Its row goes into quarantine.
    Quarantine,
    /// It stays, and a Boolean column `<column>_is_outlier` says so; null where the value
    /// was not judged.
    Flag,
}

/// Clips, removes, takes or flags values beyond bounds.
///
/// Bounds are learned from the finite values of the rows that earlier rules left, of all rows
/// or by group, and kept with the fitted cleaning as `low` and `high` (with `centre` and
/// `spread` where the bounds have them). A value on a bound is no outlier; an infinite one is
/// beyond any bound. Null is not judged; NaN, and values for which there are no bounds, such as those
/// of a group that was not there when they were learned, are counted as `not judged`.
///
/// Unless told otherwise, quantile, winsorised and fixed bounds clip, and the others flag.
/// Clipping keeps the type: in a column of whole numbers the bounds are rounded inwards, so
/// that the clipped value is within them; where no whole number lies between, nothing is
/// judged. Whole numbers beyond 2^53 are judged as doubles. The same fitted bounds, applied
/// again to what they clipped, change nothing.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, OutlierBounds, Outliers};
/// use customer_analytics::polars::prelude::*;
///
/// let customers = df!("spend" => [1.0, 2.0, 3.0, 4.0, 900.0])?;
/// let rule = Outliers::new(["spend"], OutlierBounds::Winsorise { share_low: 0.0, share_high: 0.2 });
/// let (clean, _, report) = CleaningParams::new().rule(rule).run(customers)?.into_parts();
/// assert_eq!(clean.column("spend")?.f64()?.get(4), Some(4.0));
/// assert_eq!(report.rules[0].n_cells("spend", "lowered"), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Outliers {
    columns: Vec<String>,
    bounds: OutlierBounds,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    then: Option<OutlierAction>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    by: Vec<String>,
}

impl Outliers {
    /// Looks for values of these columns beyond these bounds.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>, bounds: OutlierBounds) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), bounds, then: None, by: vec![] }
    }

    /// Chooses what becomes of outliers.
    pub fn then(mut self, action: OutlierAction) -> Self {
        self.then = Some(action);
        self
    }

    /// Learns bounds by group: the spending of each country, say.
    pub fn by<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.by = columns.into_iter().map(Into::into).collect();
        self
    }

    fn action(&self) -> OutlierAction {
        self.then.unwrap_or(match self.bounds {
            OutlierBounds::Quantile { .. } | OutlierBounds::Winsorise { .. } | OutlierBounds::Fixed { .. } => {
                OutlierAction::Clip
            }
            _ => OutlierAction::Flag,
        })
    }

    /// The bounds of each row of the frame; null where there are none.
    fn bounds_of_rows(
        &self,
        flow: &mut Flow,
        learned: Option<LearnedColumn>,
        dtype: &DataType,
        keys: &[Expr],
    ) -> (Expr, Expr) {
        let learned = learned
            .map(|learned| if self.action() == OutlierAction::Clip { within_type(learned, dtype) } else { learned });
        let Some(learned) = learned else { return (nothing(), nothing()) };
        if self.by.is_empty() {
            let bound = |name| learned.fact(name).and_then(crate::cleaning::Fact::number).map_or_else(nothing, lit);
            return (bound(LOW), bound(HIGH));
        }
        let [low, high] = [LOW, HIGH].map(|name| {
            let keys = keys.to_vec();
            let bound = number_of_group(keys, &learned, name);
            col(flow.derive(name, bound))
        });
        (low, high)
    }

    fn known(&self, column: &str, dtype: &DataType, learned: &Learned) -> Option<LearnedColumn> {
        if self.bounds.learns() {
            return learned.column(column).cloned();
        }
        let group = LearnedGroup::new(vec![], 0, self.bounds.facts(&mut []));
        Some(LearnedColumn::new(column, dtype, vec![group]))
    }

    fn judge(&self, flow: &mut Flow, column: &str, learned: &Learned, keys: &[Expr]) {
        let Some(dtype) = flow.dtype(column).cloned() else { return };
        let known = self.known(column, &dtype, learned);
        let (low, high) = self.bounds_of_rows(flow, known, &dtype, keys);
        let number = flow.value(column).cast(DataType::Float64);
        let has_bounds = low.clone().is_not_null().or(high.clone().is_not_null());
        // NaN compares above everything.
        let is_judged = number.clone().is_nan().not().and(has_bounds).fill_null(lit(false));
        let unjudged = number.clone().is_not_null().and(is_judged.clone().not());
        let is = |beyond: Expr| is_judged.clone().and(beyond.fill_null(lit(false)));
        let below = is(number.clone().lt(low.clone()));
        let above = is(number.gt(high.clone()));
        let outlier = below.clone().or(above.clone());
        let note = Event::note("not judged", unjudged);
        let value = flow.value(column);
        match self.action() {
            OutlierAction::Clip => {
                let lowered = when(above.clone()).then(high.cast(dtype.clone())).otherwise(value);
                let mended = when(below.clone()).then(low.cast(dtype.clone())).otherwise(lowered);
                let events = vec![Event::change("raised", below), Event::change("lowered", above), note];
                flow.mend(column, mended, dtype, events);
            }
            OutlierAction::Null => {
                let mended = when(outlier.clone()).then(lit(NULL)).otherwise(value).cast(dtype.clone());
                flow.mend(column, mended, dtype, vec![Event::change("outlier", outlier), note]);
            }
            OutlierAction::Flag => {
                let flag = when(is_judged).then(outlier.clone()).otherwise(lit(NULL)).cast(DataType::Boolean);
                let flag = flow.derive("outlier", flag);
                flow.count(column, vec![Event::note("outlier", outlier), note]);
                flow.add(&flag_name(column), col(flag), DataType::Boolean);
            }
            OutlierAction::Quarantine => {
                flow.count(column, vec![Event::note("outlier", outlier), note]);
                let take = |condition, side: &str| {
                    let reason = format!("`{column}` is {side} its bound");
                    Take::new(condition, reason).with_shape_of(column)
                };
                flow.judge(Judgement {
                    take: vec![take(below, "below"), take(above, "above")],
                    ..Judgement::default()
                });
            }
        }
    }
}

fn nothing() -> Expr {
    lit(NULL).cast(DataType::Float64)
}

fn flag_name(column: &str) -> String {
    format!("{column}_is_outlier")
}

impl Step for Outliers {
    fn name(&self) -> &'static str {
        "outliers"
    }

    fn check(&self) -> Result<()> {
        if self.columns.is_empty() {
            return Err(Error::param(CLEANING, "outliers.columns", "at least one column", "none"));
        }
        if !self.by.is_empty() && !self.bounds.learns() {
            return Err(Error::param(CLEANING, "outliers.by", "empty where the bounds are fixed", "columns"));
        }
        self.bounds.check()?;
        check_distinct("outliers.columns", &self.columns)?;
        check_distinct("outliers.by", &self.by)
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let mut problems: Vec<String> = self.by.iter().filter_map(|column| table.missing_column(column)).collect();
        for column in &self.columns {
            problems.extend(table.missing_column(column));
            problems.extend(table.no_number(column));
            if self.action() == OutlierAction::Flag {
                problems.extend(table.taken_name(&flag_name(column)));
            }
        }
        problems
    }

    fn learns(&self) -> bool {
        self.bounds.learns()
    }

    fn learn(&self, flow: &mut Flow) -> Result<Learned> {
        if !self.bounds.learns() {
            return Ok(Learned::default());
        }
        learned_from_values(flow, &self.columns, &self.by, |values| self.bounds.facts(values))
    }

    fn apply(&self, flow: &mut Flow, learned: &Learned) -> Result<()> {
        // As they were when groups were learned: a key can be among the columns mended here.
        let keys: Vec<Expr> = self.by.iter().map(|key| flow.text(key)).collect();
        self.columns.iter().for_each(|column| self.judge(flow, column, learned, &keys));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::{CleaningParams, FittedCleaning, RuleReport};

    const TUKEY: OutlierBounds = OutlierBounds::Tukey { k: 1.5 };

    fn fixed(low: f64, high: f64) -> OutlierBounds {
        OutlierBounds::Fixed { low: Some(low), high: Some(high) }
    }

    fn run(rule: Outliers, frame: DataFrame) -> (DataFrame, DataFrame, RuleReport) {
        let (clean, quarantine, report) = CleaningParams::new().rule(rule).run(frame).unwrap().into_parts();
        (clean, quarantine, report.rules[0].clone())
    }

    fn floats(frame: &DataFrame, column: &str) -> Vec<Option<f64>> {
        frame.column(column).unwrap().cast(&DataType::Float64).unwrap().f64().unwrap().to_vec()
    }

    fn dirty() -> DataFrame {
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        df!("金额" => [Some(1.0), Some(-5.0), Some(10.0), Some(11.0), None, Some(nan), Some(infinity), Some(-infinity)])
            .unwrap()
    }

    #[test]
    fn clipping_counts_each_side_and_judges_neither_null_nor_nan() {
        let (clean, _, report) = run(Outliers::new(["金额"], fixed(0.0, 10.0)), dirty());
        let values = floats(&clean, "金额");
        assert_eq!(values[..5], [Some(1.0), Some(0.0), Some(10.0), Some(10.0), None]);
        assert!(values[5].unwrap().is_nan());
        assert_eq!(values[6..], [Some(10.0), Some(0.0)]);
        let counts = ["raised", "lowered", "not judged"].map(|what| report.n_cells("金额", what));
        assert_eq!((counts, report.n_cells_changed), ([2, 2, 1], 4));
    }

    #[test]
    fn outliers_can_become_null_be_flagged_or_be_taken() {
        let rule = |action| Outliers::new(["金额"], fixed(0.0, 10.0)).then(action);
        let (clean, _, report) = run(rule(OutlierAction::Null), dirty());
        assert_eq!((clean.column("金额").unwrap().null_count(), report.n_cells("金额", "outlier")), (5, 4));
        let (clean, _, report) = run(rule(OutlierAction::Flag), dirty());
        let flags: Vec<Option<bool>> = clean.column("金额_is_outlier").unwrap().bool().unwrap().iter().collect();
        let [yes, no] = [Some(true), Some(false)];
        assert_eq!(flags, [no, yes, no, yes, None, None, yes, yes]);
        assert_eq!((report.n_cells("金额", "outlier"), report.n_cells_changed), (4, 0));
        let (clean, quarantine, report) = run(rule(OutlierAction::Quarantine), dirty());
        assert_eq!((clean.height(), quarantine.height(), report.n_cells("金额", "outlier")), (4, 4, 4));
        assert_eq!(report.reasons.iter().map(|reason| reason.n_rows).collect::<Vec<_>>(), [2, 2]);
        assert_eq!(report.reasons[0].reason, "`金额` is below its bound");
    }

    #[test]
    fn one_bound_may_be_left_out() {
        let rule = Outliers::new(["金额"], OutlierBounds::Fixed { low: Some(0.0), high: None });
        let (clean, _, report) = run(rule, dirty());
        assert_eq!(floats(&clean, "金额")[6..], [Some(f64::INFINITY), Some(0.0)]);
        assert_eq!((report.n_cells("金额", "raised"), report.n_cells("金额", "lowered")), (2, 0));
    }

    #[test]
    fn whole_numbers_stay_whole_and_within_the_bounds() {
        let frame = df!("n" => [Some(-3_i64), Some(2), Some(7), None, Some(9_007_199_254_740_993)]).unwrap();
        let (clean, _, _) = run(Outliers::new(["n"], fixed(-0.5, 6.5)), frame.clone());
        let values: Vec<Option<i64>> = clean.column("n").unwrap().i64().unwrap().to_vec();
        assert_eq!(values, [Some(0), Some(2), Some(6), None, Some(6)]);
        let (clean, _, _) = run(Outliers::new(["n"], fixed(-10.0, 1e19)), frame.clone());
        assert!(clean.equals_missing(&frame), "what is within its bounds keeps every digit");
        let (clean, _, report) = run(Outliers::new(["n"], fixed(2.2, 2.8)), frame.clone());
        assert!(clean.equals_missing(&frame));
        assert_eq!(report.n_cells("n", "not judged"), 4, "no whole number lies between");
        let small = df!("n" => [1_u8, 200]).unwrap();
        let (clean, _, report) = run(Outliers::new(["n"], fixed(-30.0, 1000.0)), small.clone());
        assert!(clean.equals_missing(&small) && report.n_cells_changed == 0);
    }

    #[test]
    fn a_float_of_32_bits_is_clipped_to_one_within_the_bounds() {
        let frame = df!("x" => [0.0_f32, 0.5, 1.0]).unwrap();
        let cleaned = CleaningParams::new().rule(Outliers::new(["x"], fixed(0.1, 0.7))).run(frame).unwrap();
        let again = cleaned.fitted().run(cleaned.frame()).unwrap();
        assert_eq!((cleaned.report().rules[0].n_cells_changed, again.report().rules[0].n_cells_changed), (2, 0));
        assert_eq!(cleaned.frame().collect_schema().unwrap().get("x"), Some(&DataType::Float32));
    }

    #[test]
    fn groups_have_their_own_bounds_and_new_groups_none() {
        let city = ["沪", "沪", "沪", "沪", "沪", "京", "京", "京"];
        let train = df!("city" => city, "x" => [1.0, 2.0, 3.0, 4.0, 50.0, 100.0, 200.0, 300.0]).unwrap();
        let rule = Outliers::new(["x"], OutlierBounds::Winsorise { share_low: 0.0, share_high: 0.2 }).by(["city"]);
        let fitted = CleaningParams::new().rule(rule).fit(train).unwrap();
        let saved = serde_json::to_string(&fitted).unwrap();
        assert_eq!(serde_json::from_str::<FittedCleaning>(&saved).unwrap(), fitted);
        let test =
            df!("city" => [Some("沪"), Some("京"), Some("穗"), None], "x" => [90.0, 400.0, 400.0, 400.0]).unwrap();
        let cleaned = fitted.run(test).unwrap();
        let report = cleaned.report().rules[0].clone();
        let (clean, _, _) = cleaned.into_parts();
        assert_eq!(floats(&clean, "x"), [Some(4.0), Some(300.0), Some(400.0), Some(400.0)]);
        assert_eq!((report.n_cells("x", "lowered"), report.n_cells("x", "not judged")), (2, 2));
    }

    #[test]
    fn infinite_values_teach_nothing() {
        let values = [1.0, 2.0, 3.0, 4.0, f64::INFINITY, f64::NAN];
        let rule = Outliers::new(["x"], TUKEY).then(OutlierAction::Null);
        let cleaned = CleaningParams::new().rule(rule).run(df!("x" => values).unwrap()).unwrap();
        let learned = cleaned.fitted().learned()[0].columns[0].clone();
        assert_eq!(learned.groups[0].n_rows, 4);
        assert_eq!(learned.fact("high").unwrap().number(), Some(5.5));
        assert_eq!(learned.fact("spread").unwrap().number(), Some(1.5));
        assert_eq!(cleaned.report().rules[0].n_cells("x", "outlier"), 1);
    }

    #[test]
    fn problems_name_the_column_and_the_remedy() {
        let frame = df!("x" => ["1"], "y" => [1.0], "y_is_outlier" => [true]).unwrap();
        let rule = Outliers::new(["x", "y", "z"], TUKEY).by(["城市"]);
        let told = CleaningParams::new().rule(rule).run(frame).unwrap_err().to_string();
        for part in
            ["column `城市`", "column `x` is str; cast it first", "column `z`", "would add column `y_is_outlier`"]
        {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert!(Outliers::new(["x"], fixed(0.0, 1.0)).by(["y"]).check().unwrap_err().is_param());
        assert!(Outliers::new(Vec::<String>::new(), TUKEY).check().unwrap_err().is_param());
        assert!(Outliers::new(["x", "x"], TUKEY).check().unwrap_err().is_param());
    }
}
