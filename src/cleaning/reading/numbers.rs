//! Rule: numbers out of text.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::Flow;
use crate::cleaning::engine::step::{Step, Table};
use crate::cleaning::learned::Learned;
use crate::cleaning::reading::unreadable::{Cells, Unreadable, check_columns, is_written, numbers, place, read_text};
use crate::error::Result;
use crate::text::{DecimalMark, Grouping, NumberText, trimmed};

/// Reads numbers written as people and shops write them; the decimal mark is stated.
///
/// Besides digits: currency marks, grouped digits, signs before or behind, brackets for
/// negative numbers, exponents, full-width digits; see [`NumberText`]. So `1.234,50` needs
/// the decimal comma and is unreadable with the point, and never 1.234.
///
/// The column becomes Float64, or Int64 if whole numbers are asked for. Cells of white space
/// alone are missing: null, counted as `blank`. What cannot be read, is too large for a
/// number, or has a fraction where whole numbers are asked for, is counted with its shape and
/// becomes null unless another [`Unreadable`] is chosen; `nan` and `inf` are unreadable. Null
/// stays null.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, ReadNumbers};
/// use customer_analytics::polars::prelude::*;
///
/// let sales = df!("amount" => ["£1,234.50", "￥8", "(12.00)", "1.234,50", " "])?;
/// let cleaned = CleaningParams::new().rule(ReadNumbers::new(["amount"])).run(sales)?;
/// let numbers = &cleaned.report().rules[0];
/// assert_eq!([numbers.n_cells("amount", "unreadable"), numbers.n_cells("amount", "blank")], [1, 1]);
/// let (clean, _, _) = cleaned.into_parts();
/// assert_eq!(clean.column("amount")?.f64()?.sum(), Some(1234.5 + 8.0 - 12.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct ReadNumbers {
    columns: Vec<String>,
    #[serde(default)]
    decimal: DecimalMark,
    #[serde(default)]
    grouping: Grouping,
    #[serde(default)]
    percent: bool,
    #[serde(default)]
    whole: bool,
    #[serde(default)]
    unreadable: Unreadable,
}

impl ReadNumbers {
    /// Reads these columns, by their raw names, with a decimal point and groups of three.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self {
            columns: columns.into_iter().map(Into::into).collect(),
            decimal: DecimalMark::Point,
            grouping: Grouping::Thousands,
            percent: false,
            whole: false,
            unreadable: Unreadable::Null,
        }
    }

    /// Chooses the decimal mark; a point by default.
    pub fn decimal(mut self, decimal: DecimalMark) -> Self {
        self.decimal = decimal;
        self
    }

    /// Chooses how digits are grouped; by three by default.
    pub fn grouping(mut self, grouping: Grouping) -> Self {
        self.grouping = grouping;
        self
    }

    /// Whether `12%` is 0.12; it is unreadable by default.
    pub fn percent(mut self, percent: bool) -> Self {
        self.percent = percent;
        self
    }

    /// Whether the numbers are whole; the column is Int64 then. Plain digits are exact in all
    /// of its range, with marks and groups up to 2^53.
    pub fn whole(mut self, whole: bool) -> Self {
        self.whole = whole;
        self
    }

    /// Chooses what becomes of cells that cannot be read; null by default.
    pub fn unreadable(mut self, unreadable: Unreadable) -> Self {
        self.unreadable = unreadable;
        self
    }

    fn read(&self, text: Expr) -> (Expr, DataType) {
        let form = NumberText::new().decimal(self.decimal).grouping(self.grouping).percent(self.percent);
        if self.whole {
            let read = move |text: &StringChunked| numbers::<Int64Type>(text, |cell| whole(cell, form)).into_series();
            return read_text(text, DataType::Int64, read);
        }
        let read = move |text: &StringChunked| numbers::<Float64Type>(text, |cell| form.parse(cell).ok()).into_series();
        read_text(text, DataType::Float64, read)
    }
}

/// A whole number, if the text is one and it is known exactly.
fn whole(text: &str, form: NumberText) -> Option<i64> {
    const EXACT: f64 = (1_u64 << 53) as f64;
    if let Ok(number) = trimmed(text).parse() {
        return Some(number);
    }
    let number = form.parse(text).ok()?;
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
}

impl Step for ReadNumbers {
    fn name(&self) -> &'static str {
        "read_numbers"
    }

    fn check(&self) -> Result<()> {
        check_columns("read_numbers.columns", &self.columns)
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let problem = |column: &String| match table.schema.get(column) {
            None => table.missing_column(column),
            Some(dtype) if is_written(dtype) => None,
            Some(dtype) => {
                let state = if dtype.is_primitive_numeric() { "a number already" } else { "no text" };
                Some(format!(
                    "reads text, but column `{column}` is {dtype}, {state}; leave it out of the rule or cast it"
                ))
            }
        };
        self.columns.iter().filter_map(problem).collect()
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let read = |column: &String| {
            let text = flow.text(column);
            let reason = if self.whole { "cannot be read as a whole number" } else { "cannot be read as a number" };
            Cells::read(flow, column, text.clone(), self.read(text), reason)
        };
        let columns = self.columns.iter().map(read).collect();
        place(flow, columns, self.unreadable.into(), "unreadable");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::CleaningParams;

    fn run(rule: ReadNumbers, texts: &[Option<&str>]) -> (DataFrame, DataFrame, crate::cleaning::CleaningReport) {
        CleaningParams::new().rule(rule).run(df!("金额" => texts).unwrap()).unwrap().into_parts()
    }

    fn floats(rule: ReadNumbers, texts: &[Option<&str>]) -> Vec<Option<f64>> {
        run(rule, texts).0.column("金额").unwrap().f64().unwrap().iter().collect()
    }

    #[test]
    fn amounts_are_read_by_the_stated_marks() {
        let texts = [Some("￥1,234.50"), Some("(12.00)"), Some("1.234,50"), Some("12%"), Some("１２"), None];
        let english = floats(ReadNumbers::new(["金额"]), &texts);
        assert_eq!(english, [Some(1234.5), Some(-12.0), None, None, Some(12.0), None]);
        let german = floats(ReadNumbers::new(["金额"]).decimal(DecimalMark::Comma).percent(true), &texts);
        assert_eq!(german, [None, None, Some(1234.5), Some(0.12), Some(12.0), None]);
        let indian = ReadNumbers::new(["金额"]).grouping(Grouping::Indian);
        assert_eq!(floats(indian, &[Some("12,34,567"), Some("1,234,567")]), [Some(1_234_567.0), None]);
    }

    #[test]
    fn every_cell_is_read_blank_unreadable_or_null() {
        let texts =
            [Some("1e400"), Some("nan"), Some("inf"), Some("\u{3000} "), Some(""), None, Some("5-"), Some("王")];
        let (clean, _, report) = run(ReadNumbers::new(["金额"]), &texts);
        assert_eq!(clean.column("金额").unwrap().null_count(), 7);
        let rule = &report.rules[0];
        assert_eq!(["read", "blank", "unreadable"].map(|what| rule.n_cells("金额", what)), [1, 2, 4]);
        assert_eq!(rule.n_cells_changed, 4, "a blank cell said nothing");
        let shapes: Vec<(&str, u64)> = rule.cells[2].shapes.iter().map(|(shape, &n)| (shape.as_str(), n)).collect();
        assert_eq!(shapes, [("9a999", 1), ("aaa", 2), ("字", 1)]);
    }

    #[test]
    fn whole_numbers_are_exact_or_unreadable() {
        let texts =
            ["9007199254740993", " -7 ", "1,000", "3.0", "2.5", "9,007,199,254,740,993", "99999999999999999999"];
        let texts = texts.map(Some);
        let (clean, _, report) = run(ReadNumbers::new(["金额"]).whole(true), &texts);
        let numbers: Vec<_> = clean.column("金额").unwrap().i64().unwrap().iter().collect();
        assert_eq!(numbers, [Some(9_007_199_254_740_993), Some(-7), Some(1000), Some(3), None, None, None]);
        assert_eq!(report.rules[0].n_cells("金额", "unreadable"), 3);
    }

    #[test]
    fn rows_with_unreadable_cells_are_taken_as_read() {
        let rule = || ReadNumbers::new(["金额", "数量"]).unreadable(Unreadable::Quarantine);
        let frame = df!("金额" => ["1", "x", "3"], "数量" => [Some("?"), Some("??"), None]).unwrap();
        let (clean, quarantine, report) = CleaningParams::new().rule(rule()).run(frame).unwrap().into_parts();
        assert_eq!((clean.height(), quarantine.height()), (1, 2));
        let reasons: Vec<(&str, u64)> =
            report.rules[0].reasons.iter().map(|count| (count.reason.as_str(), count.n_rows)).collect();
        assert_eq!(reasons, [("`金额` cannot be read as a number", 1), ("`数量` cannot be read as a number", 1)]);
        assert_eq!(report.rules[0].reasons[0].shapes["a"], 1);
        assert_eq!(quarantine.column("金额").unwrap().str().unwrap().get(1), Some("x"));
        assert_eq!(report.rules[0].n_cells("金额", "read"), 1, "of the rows left");
    }

    #[test]
    fn a_job_fails_over_one_unreadable_cell() {
        let rule = || CleaningParams::new().rule(ReadNumbers::new(["金额"]).unreadable(Unreadable::Fail));
        assert!(rule().run(df!("金额" => [Some("1"), None, Some(" ")]).unwrap()).is_ok(), "missing is not unreadable");
        let refused = rule().run(df!("金额" => ["1", "x", "王"]).unwrap()).unwrap_err();
        let expected = "cleaning: rule 1 `read_numbers` failed 2 of 3 row(s), more than the share 0 it was allowed \
                        (`金额` cannot be read as a number: 2); mend the cells, or set `unreadable` to null or quarantine";
        assert_eq!(refused.to_string(), expected);
    }

    #[test]
    fn categories_and_columns_of_nothing_are_read_too() {
        let category = Series::new("c".into(), ["1", "x"]).cast(&DataType::from_categories(Categories::global()));
        let frame = df!("c" => category.unwrap(), "n" => Series::new_null("n".into(), 2)).unwrap();
        let (clean, ..) = CleaningParams::new().rule(ReadNumbers::new(["c", "n"])).run(frame).unwrap().into_parts();
        assert_eq!(clean.column("c").unwrap().f64().unwrap().get(0), Some(1.0));
        assert_eq!((clean.column("n").unwrap().null_count(), clean.dtypes()[1].clone()), (2, DataType::Float64));
    }

    #[test]
    fn problems_name_the_column_and_the_remedy() {
        let frame = df!("a" => [1.5], "b" => [true]).unwrap();
        let refused = CleaningParams::new().rule(ReadNumbers::new(["a", "b", "c"])).run(frame).unwrap_err().to_string();
        for part in ["`a` is f64, a number already; leave it out", "`b` is bool, no text", "names column `c`, which"] {
            assert!(refused.contains(part), "{part}: {refused}");
        }
        for rule in [ReadNumbers::new(["a", "a"]), ReadNumbers::new([""; 0])] {
            assert!(CleaningParams::new().rule(rule).check().unwrap_err().is_param());
        }
    }

    #[test]
    fn the_rule_survives_a_job_file() {
        let rule = ReadNumbers::new(["a"]).decimal(DecimalMark::Comma).whole(true).unreadable(Unreadable::Fail);
        let text = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<ReadNumbers>(&text).unwrap(), rule);
        assert_eq!(serde_json::from_str::<ReadNumbers>(r#"{"columns": ["a"]}"#).unwrap(), ReadNumbers::new(["a"]));
        assert!(serde_json::from_str::<ReadNumbers>(r#"{"columns": ["a"], "comma": true}"#).is_err());
    }
}
