//! Rule: missing values filled.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::{Event, Flow};
use crate::cleaning::engine::grouping::{number_of_group, text_of_group, whole_of_group};
use crate::cleaning::engine::step::{Step, Table, check_distinct};
use crate::cleaning::learned::{Fact, Learned, LearnedColumn};
use crate::cleaning::missing::forward::forward;
use crate::cleaning::missing::learn::learned_columns;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};

/// What missing values are filled with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum FillWith {
    /// The mean of the finite values, summed exactly.
    Mean,
    /// The median of the finite values: of two middle ones their mean.
    Median,
    /// The most frequent value; of equally frequent ones the smallest.
    Mode,
    /// This value.
    Constant(Fact),
    /// The last value before, of the same id, by time and then source row.
    Forward {
        /// Columns that say whose value it is.
        id: Vec<String>,
        /// The column with the time.
        time: String,
    },
}

/// Fills missing values, and counts them; takes no row.
///
/// Missing is null and, unless told otherwise, NaN. A mean, median or mode is learned from
/// the rows that earlier rules left, of all rows or by group, and kept with the fitted
/// cleaning; a group without a value, or one that was not there when it was learned, gets
/// that of all rows. Infinite values teach nothing. The type of a column stays: in a column
/// of whole numbers a mean or median is rounded, halves to even. Categories come out as
/// text. What stays missing, as there was nothing to learn from, is counted too.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, Fill};
/// use customer_analytics::polars::prelude::*;
///
/// let customers = df!("age" => [Some(20.0), None, Some(41.0), Some(30.0)], "城市" => [Some("沪"), Some("京"), Some("沪"), None])?;
/// let rules = CleaningParams::new().rule(Fill::new(["age"]).median().indicator(true)).rule(Fill::new(["城市"]).mode());
/// let (clean, _, report) = rules.run(customers)?.into_parts();
/// assert_eq!(clean.column("age")?.f64()?.get(1), Some(30.0));
/// assert_eq!(clean.column("age_was_missing")?.bool()?.num_trues(), 1);
/// assert_eq!(report.rules[1].n_cells("城市", "filled"), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Fill {
    columns: Vec<String>,
    with: FillWith,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    by: Vec<String>,
    #[serde(default)]
    indicator: bool,
    #[serde(default)]
    keep_nan: bool,
}

impl Fill {
    /// Fills these columns with their medians, unless another filling is chosen.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        Self { columns, with: FillWith::Median, by: vec![], indicator: false, keep_nan: false }
    }

    /// Chooses what to fill with.
    pub fn with(mut self, with: FillWith) -> Self {
        self.with = with;
        self
    }

    /// Fills with the mean.
    pub fn mean(self) -> Self {
        self.with(FillWith::Mean)
    }

    /// Fills with the median.
    pub fn median(self) -> Self {
        self.with(FillWith::Median)
    }

    /// Fills with the most frequent value.
    pub fn mode(self) -> Self {
        self.with(FillWith::Mode)
    }

    /// Fills with one number.
    pub fn number(self, value: f64) -> Self {
        self.with(FillWith::Constant(Fact::Number(value)))
    }

    /// Fills with one text.
    pub fn text(self, value: impl Into<String>) -> Self {
        self.with(FillWith::Constant(Fact::Text(value.into())))
    }

    /// Fills with the last value before, of the same id.
    pub fn forward<S: Into<String>>(self, id: impl IntoIterator<Item = S>, time: impl Into<String>) -> Self {
        self.with(FillWith::Forward { id: id.into_iter().map(Into::into).collect(), time: time.into() })
    }

    /// Learns by group: the median age of a city, say.
    pub fn by<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.by = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Whether a Boolean column `<column>_was_missing` is added.
    pub fn indicator(mut self, indicator: bool) -> Self {
        self.indicator = indicator;
        self
    }

    /// Whether NaN is left as it is; by default it counts as missing.
    pub fn keep_nan(mut self, keep_nan: bool) -> Self {
        self.keep_nan = keep_nan;
        self
    }

    fn learns_something(&self) -> bool {
        matches!(self.with, FillWith::Mean | FillWith::Median | FillWith::Mode)
    }

    /// Whether a cell is missing.
    fn is_missing(&self, flow: &Flow, column: &str) -> Expr {
        let value = flow.value(column);
        let is_null = value.clone().is_null();
        let is_float = flow.dtype(column).is_some_and(DataType::is_float);
        if is_float && !self.keep_nan { is_null.or(value.is_nan().fill_null(lit(false))) } else { is_null }
    }

    /// What to put into missing cells; null where nothing was learned.
    fn filler(&self, flow: &Flow, column: &str, learned: Option<&LearnedColumn>, keys: &[Expr]) -> Expr {
        let is_whole = flow.dtype(column).is_some_and(DataType::is_integer);
        let overall = match &self.with {
            FillWith::Constant(fact) => literal(Some(fact), is_whole),
            _ => literal(learned.and_then(|learned| learned.fact(VALUE)), is_whole),
        };
        let Some(learned) = learned.filter(|_| !self.by.is_empty()) else { return overall };
        let keys = keys.to_vec();
        let of_group = match flow.dtype(column) {
            Some(_) if is_whole => whole_of_group(keys, learned, VALUE),
            Some(dtype) if dtype.is_primitive_numeric() => number_of_group(keys, learned, VALUE),
            Some(DataType::Boolean) => text_of_group(keys, learned, VALUE).eq(lit("true")),
            _ => text_of_group(keys, learned, VALUE),
        };
        coalesce(&[of_group, overall])
    }
}

/// The fact that is learned.
pub(crate) const VALUE: &str = "value";

fn literal(fact: Option<&Fact>, is_whole: bool) -> Expr {
    match fact {
        Some(Fact::Number(number)) if is_whole => lit(number.round_ties_even()),
        Some(Fact::Number(number)) => lit(*number),
        Some(Fact::Whole(whole)) => lit(*whole),
        Some(Fact::Flag(flag)) => lit(*flag),
        Some(Fact::Text(text)) => lit(text.as_str()),
        _ => lit(NULL),
    }
}

/// The type a filled column has: its own, and text for categories.
fn filled_dtype(dtype: &DataType) -> DataType {
    if matches!(dtype, DataType::Categorical(..) | DataType::Enum(..)) { DataType::String } else { dtype.clone() }
}

/// Why this filling does not fit a type.
fn misfit(with: &FillWith, dtype: &DataType) -> Option<&'static str> {
    let is_text = filled_dtype(dtype) == DataType::String;
    match with {
        FillWith::Forward { .. } => None,
        FillWith::Mean | FillWith::Median if dtype.is_primitive_numeric() => None,
        FillWith::Mean | FillWith::Median => Some("a whole number or a float"),
        FillWith::Mode if dtype.is_primitive_numeric() || is_text || dtype.is_bool() => None,
        FillWith::Mode => Some("a number, text, a category or a Boolean"),
        FillWith::Constant(Fact::Number(number)) if dtype.is_integer() && number.fract() != 0.0 => {
            Some("a float, as the constant is no whole number")
        }
        FillWith::Constant(Fact::Number(_) | Fact::Whole(_)) if dtype.is_primitive_numeric() => None,
        FillWith::Constant(Fact::Number(_) | Fact::Whole(_)) => Some("a number"),
        FillWith::Constant(Fact::Text(_)) => (!is_text).then_some("text or a category"),
        FillWith::Constant(Fact::Flag(_)) => (!dtype.is_bool()).then_some("a Boolean"),
        FillWith::Constant(_) => Some("a constant that is one value"),
    }
}

impl Step for Fill {
    fn name(&self) -> &'static str {
        "fill"
    }

    fn check(&self) -> Result<()> {
        let refused = |param, expected: &str, got: &str| Err(Error::param(CLEANING, param, expected, got));
        if self.columns.is_empty() {
            return refused("fill.columns", "at least one column", "none");
        }
        if !self.by.is_empty() && !self.learns_something() {
            return refused("fill.by", "empty where the filling is not learned", "columns");
        }
        if matches!(&self.with, FillWith::Constant(Fact::Number(number)) if !number.is_finite()) {
            return refused("fill.with", "a finite number", "one that is not");
        }
        check_distinct("fill.columns", &self.columns)?;
        check_distinct("fill.by", &self.by)
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let mut problems: Vec<String> = self.by.iter().filter_map(|column| table.missing_column(column)).collect();
        if let FillWith::Forward { id, time } = &self.with {
            problems.extend(id.iter().chain([time]).filter_map(|column| table.missing_column(column)));
            // Text sorts as text, 9/1 behind 10/1: it has to be read first.
            if let Some(dtype) = table.schema.get(time).filter(|dtype| !dtype.is_temporal() && !dtype.is_integer()) {
                problems.push(format!(
                    "needs a date, a time or a whole number to go by, but column `{time}` is {dtype}; read it with \
                     `ReadDates` before, or cast it"
                ));
            }
        }
        for column in &self.columns {
            problems.extend(table.missing_column(column));
            if let Some(dtype) = table.schema.get(column)
                && let Some(needs) = misfit(&self.with, dtype)
            {
                problems.push(format!(
                    "needs {needs}, but column `{column}` is {dtype}; cast it or choose another filling"
                ));
            }
            if self.indicator {
                problems.extend(table.taken_name(&indicator_name(column)));
            }
        }
        problems
    }

    fn compares_rows(&self) -> bool {
        matches!(self.with, FillWith::Forward { .. })
    }

    fn learns(&self) -> bool {
        self.learns_something()
    }

    fn learn(&self, flow: &mut Flow) -> Result<Learned> {
        if !self.learns_something() {
            return Ok(Learned::default());
        }
        learned_columns(flow, &self.with, &self.columns, &self.by)
    }

    fn apply(&self, flow: &mut Flow, learned: &Learned) -> Result<()> {
        // As they were when groups were learned: a key can be among the columns filled here.
        let keys: Vec<Expr> = self.by.iter().map(|key| flow.text(key)).collect();
        for column in &self.columns {
            let Some(dtype) = flow.dtype(column).map(filled_dtype) else { continue };
            let is_missing = self.is_missing(flow, column);
            let filler = match &self.with {
                FillWith::Forward { id, time } => col(forward(flow, column, id, time, is_missing.clone())?),
                _ => self.filler(flow, column, learned.column(column), &keys),
            };
            let filler = filler.cast(dtype.clone());
            // Looked up by group once, though it is used three times.
            let filler = if self.by.is_empty() { filler } else { col(flow.derive("filler", filler)) };
            let value = if dtype == DataType::String { flow.text(column) } else { flow.value(column) };
            let mended = when(is_missing.clone()).then(filler.clone()).otherwise(value);
            let events = vec![
                Event::change("filled", is_missing.clone().and(filler.clone().is_not_null())),
                Event::note("left missing", is_missing.clone().and(filler.is_null())),
            ];
            let flag = self.indicator.then(|| flow.derive("missing", is_missing));
            flow.mend(column, mended, dtype, events);
            if let Some(flag) = flag {
                flow.add(&indicator_name(column), col(flag), DataType::Boolean);
            }
        }
        Ok(())
    }
}

fn indicator_name(column: &str) -> String {
    format!("{column}_was_missing")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::{CleaningParams, FittedCleaning};

    fn filled(rule: Fill, frame: DataFrame) -> DataFrame {
        CleaningParams::new().rule(rule).run(frame).unwrap().into_parts().0
    }

    fn numbers(frame: &DataFrame, column: &str) -> Vec<Option<f64>> {
        frame.column(column).unwrap().cast(&DataType::Float64).unwrap().f64().unwrap().iter().collect()
    }

    fn texts(frame: &DataFrame, column: &str) -> Vec<Option<String>> {
        frame.column(column).unwrap().str().unwrap().iter().map(|text| text.map(str::to_owned)).collect()
    }

    #[test]
    fn null_and_nan_are_missing_and_infinite_values_teach_nothing() {
        let x = [Some(1.0), None, Some(f64::NAN), Some(4.0), Some(f64::INFINITY)];
        let frame = || df!("x" => x).unwrap();
        assert_eq!(numbers(&filled(Fill::new(["x"]).median(), frame()), "x")[1..3], [Some(2.5), Some(2.5)]);
        let kept = filled(Fill::new(["x"]).mean().keep_nan(true), frame());
        assert_eq!(numbers(&kept, "x")[1], Some(2.5));
        assert!(numbers(&kept, "x")[2].unwrap().is_nan());
    }

    #[test]
    fn whole_numbers_stay_whole_and_halves_go_to_even() {
        let frame = df!("n" => [Some(2_i32), Some(3), None]).unwrap();
        let (clean, _, report) = CleaningParams::new().rule(Fill::new(["n"])).run(frame).unwrap().into_parts();
        assert_eq!(clean.column("n").unwrap().dtype(), &DataType::Int32);
        assert_eq!(numbers(&clean, "n")[2], Some(2.0));
        assert_eq!((report.rules[0].n_cells("n", "filled"), report.rules[0].n_cells_changed), (1, 1));
    }

    #[test]
    fn groups_have_their_own_filling_and_unknown_ones_that_of_all() {
        let train =
            df!("城市" => [Some("沪"), Some("沪"), Some("京"), None], "龄" => [10.0, 20.0, 50.0, 70.0]).unwrap();
        let fitted = CleaningParams::new().rule(Fill::new(["龄"]).mean().by(["城市"])).fit(train).unwrap();
        let test = df!("城市" => [Some("沪"), Some("京"), Some("广"), None], "龄" => [None::<f64>; 4]).unwrap();
        let (clean, ..) = fitted.run(test).unwrap().into_parts();
        assert_eq!(numbers(&clean, "龄"), [15.0, 50.0, 37.5, 70.0].map(Some));
        let saved = serde_json::to_string(&fitted).unwrap();
        assert_eq!(serde_json::from_str::<FittedCleaning>(&saved).unwrap(), fitted);
    }

    #[test]
    fn of_equally_frequent_values_the_smallest_is_the_mode() {
        let frame = df!("t" => [Some("b"), Some("a"), None, Some("b"), Some("a")], "x" => [Some(2.5), None, Some(-0.0), Some(0.0), Some(2.5)]);
        let clean = filled(Fill::new(["t", "x"]).mode(), frame.unwrap());
        assert_eq!(texts(&clean, "t")[2].as_deref(), Some("a"));
        assert_eq!(numbers(&clean, "x")[1], Some(0.0));
        let flags = df!("f" => [Some(true), None, Some(true), Some(false)]).unwrap();
        assert_eq!(filled(Fill::new(["f"]).mode(), flags).column("f").unwrap().bool().unwrap().get(1), Some(true));
    }

    #[test]
    fn a_mode_of_a_group_is_exact_beyond_the_whole_numbers_of_a_float() {
        let large = (1_i64 << 53) + 1;
        let frame = df!("g" => ["a", "a"], "n" => [Some(large), None]).unwrap();
        let clean = filled(Fill::new(["n"]).mode().by(["g"]), frame);
        assert_eq!(clean.column("n").unwrap().i64().unwrap().get(1), Some(large));
    }

    #[test]
    fn groups_are_looked_up_by_the_keys_they_were_learned_by() {
        let g = [Some("a"), Some("a"), None, None];
        let frame = df!("g" => g, "n" => [Some(1.0), Some(1.0), Some(9.0), None]).unwrap();
        let clean = filled(Fill::new(["g", "n"]).mode().by(["g"]), frame);
        assert_eq!(numbers(&clean, "n")[3], Some(9.0), "the group of null, whatever fills the null");
    }

    #[test]
    fn a_misspelt_setting_of_a_filling_is_refused() {
        let misspelt = r#"{"columns": ["a"], "with": {"forward": {"id": [], "time": "t", "tiem": "u"}}}"#;
        assert!(serde_json::from_str::<Fill>(misspelt).is_err());
    }

    #[test]
    fn what_nothing_teaches_stays_missing_and_is_counted() {
        let frame = df!("x" => [None::<f64>, None], "t" => [None::<&str>, None]).unwrap();
        let rules = CleaningParams::new().rule(Fill::new(["x"])).rule(Fill::new(["t"]).mode());
        let cleaned = rules.run(frame).unwrap();
        let [x, t] = [0, 1].map(|rule| &cleaned.report().rules[rule]);
        assert_eq!((x.n_cells("x", "left missing"), t.n_cells("t", "left missing")), (2, 2));
        assert!(matches!(cleaned.fitted().learned()[0].columns[0].fact(VALUE), Some(Fact::Undefined(_))));
    }

    #[test]
    fn values_are_carried_forward_within_an_id_by_time() {
        let frame = df!(
            "id" => [Some("a"), Some("b"), Some("a"), Some("a"), Some("b"), None],
            "at" => [Some(3_i64), Some(1), Some(1), Some(2), None, Some(9)],
            "v" => [None, None, Some(10.0), Some(f64::NAN), None, None],
        )
        .unwrap();
        let clean = filled(Fill::new(["v"]).forward(["id"], "at"), frame);
        assert_eq!(numbers(&clean, "v"), [Some(10.0), None, Some(10.0), Some(10.0), None, None]);
    }

    #[test]
    fn text_is_no_time_to_carry_values_forward_by() {
        let frame = df!("id" => ["a"], "at" => ["9/1/2026"], "v" => [1.0]).unwrap();
        let rule = Fill::new(["v"]).forward(["id"], "at");
        let refused = CleaningParams::new().rule(rule).run(frame).unwrap_err().to_string();
        assert!(refused.contains("to go by, but column `at` is str; read it with `ReadDates` before"), "{refused}");
    }

    #[test]
    fn a_filling_that_does_not_fit_is_refused_by_name() {
        let refused = |rule: Fill| {
            let frame = df!("t" => ["a"], "n" => [1_i64], "n_was_missing" => [true]).unwrap();
            CleaningParams::new().rule(rule).run(frame).unwrap_err().to_string()
        };
        assert!(
            refused(Fill::new(["t"]).mean()).contains("rule 1 `fill` needs a whole number or a float, but column `t`")
        );
        assert!(refused(Fill::new(["n"]).number(0.5)).contains("no whole number"));
        assert!(refused(Fill::new(["n"]).indicator(true)).contains("would add column `n_was_missing`"));
        assert!(refused(Fill::new(["m"])).contains("names column `m`"));
        assert!(refused(Fill::new(["n"]).number(f64::NAN)).contains("`fill.with` must be a finite number"));
    }

    #[test]
    fn a_fitted_filling_refuses_groups_of_another_type() {
        let train = df!("g" => [1_i64, 2], "n" => [1_i64, 2]).unwrap();
        let fitted = CleaningParams::new().rule(Fill::new(["n"]).by(["g"])).fit(train).unwrap();
        let other = df!("g" => [1.0, 2.0], "n" => [None::<i64>, None]).unwrap();
        let refused = fitted.run(other).unwrap_err().to_string();
        assert!(refused.contains("learned from column `g` as i64, but here it is f64"), "{refused}");
    }

    #[test]
    fn a_fitted_filling_refuses_another_type() {
        let fitted = CleaningParams::new().rule(Fill::new(["n"])).fit(df!("n" => [1_i64, 2]).unwrap()).unwrap();
        let refused = fitted.run(df!("n" => [1.5]).unwrap()).unwrap_err().to_string();
        assert!(refused.contains("rule 1 `fill` learned from column `n` as i64, but here it is f64"), "{refused}");
        let saved = serde_json::to_string(&fitted).unwrap().replace("\"format\":1", "\"format\":9");
        assert!(serde_json::from_str::<FittedCleaning>(&saved).unwrap_err().to_string().contains("format 9"));
    }
}
