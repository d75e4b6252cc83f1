//! Rule: numbers put into named classes.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::classes::class_names::{Classes, ClosedSide};
use crate::cleaning::engine::flow::{Event, Flow};
use crate::cleaning::engine::step::{Step, Table, check_distinct};
use crate::cleaning::engine::values::learned_from_values;
use crate::cleaning::learned::{Fact, Learned, LearnedColumn};
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::frame::exact_number;
use crate::kernel::quantile::quantiles;

/// The most quantile classes.
const MOST_CLASSES: u32 = 1_000;

/// Puts numbers into named classes, by stated cut points or by quantiles that are learned.
///
/// `n` cut points with open ends make `n + 1` classes; an end that is closed has no class
/// beyond it. A value on a cut point belongs to the class above it, or below it if the right
/// side is closed; a value on a closed end belongs to the class there. Labels left out are
/// the intervals, such as `[18, 25)`, or `q1`, `q2` and so on for quantiles.
///
/// The classes come as a text column `<column>_class`, or under another name; named like the
/// column itself they take its place. Null stays null. NaN, and values beyond a closed end,
/// become null and are counted as `outside`, with their shape; infinite values belong to the
/// classes of open ends.
///
/// Quantile classes are closed on the right and have open ends; equal values share a class,
/// so that classes can differ in size and some be empty. Cut points are quantiles of type 7
/// (Hyndman & Fan 1996) of the finite values, kept with the fitted cleaning.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{Bins, CleaningParams};
/// use customer_analytics::polars::prelude::*;
///
/// let customers = df!("age" => [17_i64, 18, 64, 65, -1], "spend" => [9.0, 10.0, 99.0, 100.0, 500.0])?;
/// let spend = Bins::new("spend", [10.0, 100.0]).labels(["small", "medium", "large"]);
/// let (clean, _, report) = CleaningParams::new().rule(Bins::ages("age")).rule(spend).run(customers)?.into_parts();
/// let class = |column: &str, row| clean.column(column).unwrap().str().unwrap().get(row).map(str::to_owned);
/// assert_eq!([class("age_class", 0), class("age_class", 1), class("age_class", 4)], [Some("0-17".into()), Some("18-24".into()), None]);
/// assert_eq!(class("spend_class", 1), Some("medium".into()));
/// assert_eq!(report.rules[0].n_cells("age", "outside"), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Bins {
    column: String,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "exact_number::list")]
    cuts: Option<Vec<f64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quantiles: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    #[serde(default)]
    closed: ClosedSide,
    #[serde(default = "yes")]
    open_below: bool,
    #[serde(default = "yes")]
    open_above: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

fn yes() -> bool {
    true
}

impl Bins {
    /// Cuts at these points, in ascending order.
    pub fn new(column: impl Into<String>, cuts: impl IntoIterator<Item = f64>) -> Self {
        Self {
            column: column.into(),
            cuts: Some(cuts.into_iter().collect()),
            quantiles: None,
            labels: vec![],
            closed: ClosedSide::Left,
            open_below: true,
            open_above: true,
            to: None,
        }
    }

    /// Age bands: 0-17, 18-24, 25-34, 35-44, 45-54, 55-64, 65+, in years begun.
    ///
    /// Ages below 0 and above 120 are no ages and count as outside.
    pub fn ages(column: impl Into<String>) -> Self {
        Self::new(column, [0.0, 18.0, 25.0, 35.0, 45.0, 55.0, 65.0, 120.0])
            .labels(["0-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+"])
            .open_below(false)
            .open_above(false)
    }

    /// As many classes of about equal size, by quantiles that are learned; 2..=1000.
    pub fn quantiles(column: impl Into<String>, n_classes: u32) -> Self {
        Self { cuts: None, quantiles: Some(n_classes), closed: ClosedSide::Right, ..Self::new(column, []) }
    }

    /// Names the classes, from the lowest to the highest.
    pub fn labels<S: Into<String>>(mut self, labels: impl IntoIterator<Item = S>) -> Self {
        self.labels = labels.into_iter().map(Into::into).collect();
        self
    }

    /// Chooses the side on which a cut point belongs to the class; left by default.
    pub fn closed(mut self, side: ClosedSide) -> Self {
        self.closed = side;
        self
    }

    /// Whether there is a class below the first cut point; there is by default.
    pub fn open_below(mut self, open: bool) -> Self {
        self.open_below = open;
        self
    }

    /// Whether there is a class above the last cut point; there is by default.
    pub fn open_above(mut self, open: bool) -> Self {
        self.open_above = open;
        self
    }

    /// Names the column that the classes come in; the column's own name puts them in its place.
    pub fn to(mut self, column: impl Into<String>) -> Self {
        self.to = Some(column.into());
        self
    }

    fn target(&self) -> String {
        self.to.clone().unwrap_or_else(|| format!("{}_class", self.column))
    }

    /// The classes; `None` where their cut points could not be learned.
    fn classes(&self, learned: Option<&LearnedColumn>) -> Option<Classes> {
        let cuts = match (&self.cuts, self.quantiles) {
            (Some(cuts), _) => cuts.clone(),
            (None, n) => {
                let cut = |number| learned?.fact(&cut_name(number))?.number();
                (1..n.unwrap_or_default()).map(cut).collect::<Option<Vec<f64>>>()?
            }
        };
        let classes = Classes { cuts, closed: self.closed, open_below: self.open_below, open_above: self.open_above };
        Some(classes)
    }

    /// Names of the classes, as given or made up.
    fn names(&self, classes: &Classes) -> Vec<String> {
        match self.quantiles {
            _ if !self.labels.is_empty() => self.labels.clone(),
            Some(n) => (1..=n).map(|number| format!("q{number}")).collect(),
            None => classes.intervals(),
        }
    }

    fn check_cuts(&self) -> Result<usize> {
        match (&self.cuts, self.quantiles) {
            (Some(cuts), None) => {
                let ascends = cuts.windows(2).all(|pair| pair[0] < pair[1]);
                if !(ascends && cuts.iter().all(|cut| cut.is_finite())) {
                    return Err(Error::param(CLEANING, "bins.cuts", "finite and ascending", "others"));
                }
                let n_classes =
                    (cuts.len() + 1).saturating_sub(usize::from(!self.open_below) + usize::from(!self.open_above));
                if cuts.is_empty() || n_classes == 0 {
                    return Err(Error::param(CLEANING, "bins.cuts", "enough cut points for one class", cuts.len()));
                }
                Ok(n_classes)
            }
            (None, Some(n)) if !(2..=MOST_CLASSES).contains(&n) => {
                Err(Error::param(CLEANING, "bins.quantiles", format!("in 2..={MOST_CLASSES}"), n))
            }
            (None, Some(_)) if !(self.open_below && self.open_above) => {
                let expected = "true where classes are quantiles";
                Err(Error::param(CLEANING, "bins.open_below and open_above", expected, false))
            }
            (None, Some(n)) => Ok(n as usize),
            _ => Err(Error::param(CLEANING, "bins.cuts", "given, or `quantiles`, and not both", "another choice")),
        }
    }
}

fn cut_name(number: u32) -> String {
    format!("cut_{number}")
}

/// The class of each value by its name.
fn class_of(value: Expr, classes: Option<Classes>, names: Vec<String>) -> Expr {
    let of_column = move |column: Column| {
        let name = |value: f64| names.get(classes.as_ref()?.of(value)?).map(String::as_str);
        let found = column.f64()?.iter().map(|value| name(value?));
        Ok(StringChunked::from_iter_options(column.name().clone(), found).into_column())
    };
    value.map(of_column, |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::String)))
}

impl Step for Bins {
    fn name(&self) -> &'static str {
        "bins"
    }

    fn check(&self) -> Result<()> {
        let n_classes = self.check_cuts()?;
        if !self.labels.is_empty() && self.labels.len() != n_classes {
            return Err(Error::param(
                CLEANING,
                "bins.labels",
                format!("{n_classes}, one per class"),
                self.labels.len(),
            ));
        }
        check_distinct("bins.labels", &self.labels)
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let target = self.target();
        let taken = if target == self.column { None } else { table.taken_name(&target) };
        let problems = [table.missing_column(&self.column), table.no_number(&self.column), taken];
        problems.into_iter().flatten().collect()
    }

    fn learns(&self) -> bool {
        self.cuts.is_none()
    }

    fn learn(&self, flow: &mut Flow) -> Result<Learned> {
        let (None, Some(n)) = (&self.cuts, self.quantiles) else { return Ok(Learned::default()) };
        let shares: Vec<f64> = (1..n).map(|number| f64::from(number) / f64::from(n)).collect();
        learned_from_values(flow, std::slice::from_ref(&self.column), &[], |values| {
            let fact = |cut: Option<f64>| match cut {
                Some(cut) => Fact::Number(cut),
                None => Fact::Undefined("undefined for 0 finite value(s)".to_owned()),
            };
            let cuts = quantiles(values, &shares).into_iter().zip(1..);
            cuts.map(|(cut, number)| (cut_name(number), fact(cut))).collect::<Vec<_>>()
        })
    }

    fn apply(&self, flow: &mut Flow, learned: &Learned) -> Result<()> {
        let classes = self.classes(learned.column(&self.column));
        let names = classes.as_ref().map_or_else(Vec::new, |classes| self.names(classes));
        let value = flow.value(&self.column).cast(DataType::Float64);
        let class = col(flow.derive("class", class_of(value, classes, names)));
        let outside = flow.value(&self.column).is_not_null().and(class.clone().is_null());
        let outside = Event::note("outside", outside).with_shape();
        let target = self.target();
        if target == self.column {
            let events = vec![Event::change("classed", class.clone().is_not_null()), outside];
            flow.mend(&target, class, DataType::String, events);
        } else {
            flow.count(&self.column, vec![outside]);
            flow.add(&target, class, DataType::String);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::{CleaningParams, RuleReport};

    fn run(rule: Bins, frame: DataFrame) -> (DataFrame, RuleReport) {
        let (clean, _, report) = CleaningParams::new().rule(rule).run(frame).unwrap().into_parts();
        (clean, report.rules[0].clone())
    }

    fn texts(frame: &DataFrame, column: &str) -> Vec<Option<String>> {
        frame.column(column).unwrap().str().unwrap().iter().map(|text| text.map(str::to_owned)).collect()
    }

    fn named(names: &[Option<&str>]) -> Vec<Option<String>> {
        names.iter().map(|name| name.map(str::to_owned)).collect()
    }

    #[test]
    fn age_bands_hold_ages_and_nothing_else() {
        let ages =
            [Some(0.0), Some(17.9), Some(18.0), Some(65.0), Some(120.0), Some(-1.0), Some(121.0), None, Some(f64::NAN)];
        let (clean, report) = run(Bins::ages("年龄"), df!("年龄" => ages).unwrap());
        let bands = [Some("0-17"), Some("0-17"), Some("18-24"), Some("65+"), Some("65+"), None, None, None, None];
        assert_eq!(texts(&clean, "年龄_class"), named(&bands));
        assert_eq!((report.n_cells("年龄", "outside"), report.n_cells_changed), (3, 0));
        assert!(report.cells[0].shapes.contains_key("999.9"), "{:?}", report.cells[0]);
    }

    #[test]
    fn classes_can_take_the_place_of_the_column() {
        let frame = df!("n" => [Some(1_i64), Some(5), Some(9), None]).unwrap();
        let (clean, report) = run(Bins::new("n", [5.0]).to("n"), frame.clone());
        assert_eq!(texts(&clean, "n"), named(&[Some("(-inf, 5)"), Some("[5, inf)"), Some("[5, inf)"), None]));
        assert_eq!((report.n_cells_changed, report.n_cells("n", "classed")), (3, 3));
        let (clean, _) = run(Bins::new("n", [5.0]).closed(ClosedSide::Right).labels(["低", "高"]).to("级"), frame);
        assert_eq!(texts(&clean, "级"), named(&[Some("低"), Some("低"), Some("高"), None]));
    }

    #[test]
    fn quantile_classes_come_from_the_frame_they_were_fitted_on() {
        let train = df!("x" => (1..=100).map(f64::from).collect::<Vec<_>>()).unwrap();
        let fitted = CleaningParams::new().rule(Bins::quantiles("x", 4)).fit(train).unwrap();
        let learned = &fitted.learned()[0].columns[0];
        assert_eq!(learned.fact("cut_1").unwrap().number(), Some(25.75));
        let test = df!("x" => [f64::NEG_INFINITY, 25.75, 26.0, 1e9]).unwrap();
        let (clean, ..) = fitted.run(test).unwrap().into_parts();
        assert_eq!(texts(&clean, "x_class"), named(&[Some("q1"), Some("q1"), Some("q2"), Some("q4")]));
    }

    #[test]
    fn ties_share_a_class_and_no_values_make_none() {
        let (clean, _) = run(Bins::quantiles("x", 3), df!("x" => [1.0, 1.0, 1.0, 2.0]).unwrap());
        assert_eq!(texts(&clean, "x_class"), named(&[Some("q1"), Some("q1"), Some("q1"), Some("q3")]));
        let (clean, report) = run(Bins::quantiles("x", 3), df!("x" => [f64::NAN]).unwrap());
        assert_eq!((texts(&clean, "x_class"), report.n_cells("x", "outside")), (vec![None], 1));
    }

    #[test]
    fn settings_that_make_no_classes_are_refused() {
        for refused in [
            Bins::new("x", []),
            Bins::new("x", [1.0]).open_below(false).open_above(false),
            Bins::new("x", [2.0, 1.0]),
            Bins::new("x", [1.0, 1.0]),
            Bins::new("x", [f64::NAN]),
            Bins::new("x", [1.0]).labels(["one"]),
            Bins::new("x", [1.0]).labels(["same", "same"]),
            Bins::quantiles("x", 1),
            Bins::quantiles("x", 4).open_below(false),
        ] {
            assert!(refused.check().unwrap_err().is_param(), "{refused:?}");
        }
        let rule = Bins::new("x", [1.0]).to("y");
        let told =
            CleaningParams::new().rule(rule).run(df!("x" => ["a"], "y" => [1]).unwrap()).unwrap_err().to_string();
        assert!(told.contains("column `x` is str") && told.contains("would add column `y`"), "{told}");
    }
}
