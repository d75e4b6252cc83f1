//! Rule: numbers brought to one scale.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::{Event, Flow};
use crate::cleaning::engine::step::{Step, Table, check_distinct};
use crate::cleaning::engine::values::learned_from_values;
use crate::cleaning::learned::{Fact, Learned, LearnedColumn};
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::kernel::moments::{mean, population_sd, sample_sd};
use crate::kernel::quantile::{median, quantile};

/// How numbers are brought to one scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScaleBy {
    /// `(x - mean) / sd` with the sample standard deviation, `n - 1` below.
    Z,
    /// `(x - mean) / sd` with the population standard deviation, `n` below.
    ZPopulation,
    /// `(x - min) / (max - min)`: what it learned from becomes 0..=1.
    MinMax,
    /// `(x - median) / IQR` with quartiles of type 7 (Hyndman & Fan 1996).
    Robust,
    /// `ln(1 + x)`, which learns nothing; undefined for -1 and less.
    Log1p,
}

/// Brings numbers to one scale, in place or as new columns.
///
/// What it needs is learned from the finite values of the rows that earlier rules left, and
/// kept with the fitted cleaning as `centre` and `scale`; another frame is scaled by the same
/// numbers. The result is Float64. Null stays null. NaN, infinite values and a result that is
/// no finite number become null and are counted as `undefined`; so does the whole column
/// where the values it learned from are equal, as nothing can be divided by their spread.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, Scale, ScaleBy};
/// use customer_analytics::polars::prelude::*;
///
/// let customers = df!("spend" => [10.0, 20.0, 40.0])?;
/// let rules = CleaningParams::new().rule(Scale::new(["spend"], ScaleBy::MinMax).suffix("_scaled"));
/// let fitted = rules.fit(customers)?;
/// let (clean, _, _) = fitted.run(df!("spend" => [25.0, 70.0])?)?.into_parts();
/// assert_eq!(clean.column("spend_scaled")?.f64()?.to_vec(), [Some(0.5), Some(2.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Scale {
    columns: Vec<String>,
    by: ScaleBy,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    suffix: Option<String>,
}

const CENTRE: &str = "centre";
const SCALE: &str = "scale";

impl Scale {
    /// Scales these columns in place.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>, by: ScaleBy) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), by, suffix: None }
    }

    /// Leaves the columns as they are and adds scaled ones, named with this suffix.
    pub fn suffix(mut self, suffix: impl Into<String>) -> Self {
        self.suffix = Some(suffix.into());
        self
    }

    fn facts(&self, values: &mut [f64]) -> Vec<(&'static str, Fact)> {
        let n = values.len();
        let (centre, scale) = match self.by {
            ScaleBy::Z => (mean(values), sample_sd(values)),
            ScaleBy::ZPopulation => (mean(values), population_sd(values)),
            ScaleBy::MinMax => {
                let (low, high) = (quantile(values, 0.0), quantile(values, 1.0));
                (low, low.zip(high).map(|(low, high)| high - low))
            }
            ScaleBy::Robust => {
                let (first, third) = (quantile(values, 0.25), quantile(values, 0.75));
                (median(values), first.zip(third).map(|(first, third)| third - first))
            }
            ScaleBy::Log1p => (Some(0.0), Some(1.0)),
        };
        match (centre, scale) {
            (Some(centre), Some(scale)) if scale > 0.0 && scale.is_finite() => {
                vec![(CENTRE, Fact::Number(centre)), (SCALE, Fact::Number(scale))]
            }
            (Some(_), Some(0.0)) => undefined("undefined: the values have no spread"),
            _ => undefined(&format!("undefined for {n} finite value(s)")),
        }
    }

    fn scaled(&self, flow: &Flow, column: &str, learned: Option<&LearnedColumn>) -> Expr {
        let value = flow.value(column).cast(DataType::Float64);
        if self.by == ScaleBy::Log1p {
            return in_range(value, f64::ln_1p);
        }
        let number = |name| learned.and_then(|learned| learned.fact(name)).and_then(Fact::number);
        match number(CENTRE).zip(number(SCALE)) {
            Some((centre, scale)) => in_range(value, move |x| (x - centre) / scale),
            None => in_range(value, |_| f64::NAN),
        }
    }
}

fn undefined(reason: &str) -> Vec<(&'static str, Fact)> {
    [CENTRE, SCALE].map(|name| (name, Fact::Undefined(reason.to_owned()))).to_vec()
}

/// A function of each finite value; null where it or the value is not finite.
pub(crate) fn in_range(value: Expr, function: impl Fn(f64) -> f64 + Clone + Send + Sync + 'static) -> Expr {
    let of_column = move |column: Column| {
        let found = column.f64()?.iter().map(|value| {
            let found = function(value.filter(|value| value.is_finite())?);
            found.is_finite().then_some(found)
        });
        Ok(Float64Chunked::from_iter_options(column.name().clone(), found).into_column())
    };
    value.map(of_column, |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::Float64)))
}

impl Step for Scale {
    fn name(&self) -> &'static str {
        "scale"
    }

    fn check(&self) -> Result<()> {
        if self.columns.is_empty() {
            return Err(Error::param(CLEANING, "scale.columns", "at least one column", "none"));
        }
        if self.suffix.as_deref() == Some("") {
            return Err(Error::param(CLEANING, "scale.suffix", "left out, or some text", "none"));
        }
        check_distinct("scale.columns", &self.columns)
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let mut problems = vec![];
        for column in &self.columns {
            problems.extend(table.missing_column(column));
            problems.extend(table.no_number(column));
            problems.extend(self.suffix.as_ref().and_then(|suffix| table.taken_name(&format!("{column}{suffix}"))));
        }
        problems
    }

    fn learns(&self) -> bool {
        self.by != ScaleBy::Log1p
    }

    fn learn(&self, flow: &mut Flow) -> Result<Learned> {
        if !self.learns() {
            return Ok(Learned::default());
        }
        learned_from_values(flow, &self.columns, &[], |values| self.facts(values))
    }

    fn apply(&self, flow: &mut Flow, learned: &Learned) -> Result<()> {
        for column in &self.columns {
            let scaled = self.scaled(flow, column, learned.column(column));
            let scaled = col(flow.derive("scaled", scaled));
            let undefined = flow.value(column).is_not_null().and(scaled.clone().is_null());
            let undefined = Event::note("undefined", undefined).with_shape();
            if let Some(suffix) = &self.suffix {
                flow.count(column, vec![undefined]);
                flow.add(&format!("{column}{suffix}"), scaled, DataType::Float64);
            } else {
                let events = vec![Event::change("scaled", scaled.clone().is_not_null()), undefined];
                flow.mend(column, scaled, DataType::Float64, events);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::CleaningParams;

    fn scaled(by: ScaleBy, values: &[Option<f64>]) -> Vec<Option<f64>> {
        let rule = Scale::new(["消费"], by);
        let cleaned = CleaningParams::new().rule(rule).run(df!("消费" => values).unwrap()).unwrap();
        cleaned.into_parts().0.column("消费").unwrap().f64().unwrap().to_vec()
    }

    /// Oracle: by hand. Mean 3, sample sd sqrt(10 / 4), quartiles 2 and 4.
    #[test]
    fn every_scale_by_hand() {
        let values = [Some(1.0), Some(2.0), None, Some(3.0), Some(4.0), Some(5.0)];
        let of = |by| scaled(by, &values)[0].unwrap();
        assert_eq!(of(ScaleBy::Z), -2.0 / 2.5_f64.sqrt());
        assert_eq!(of(ScaleBy::ZPopulation), -2.0 / 2.0_f64.sqrt());
        assert_eq!(scaled(ScaleBy::MinMax, &values), [Some(0.0), Some(0.25), None, Some(0.5), Some(0.75), Some(1.0)]);
        assert_eq!(scaled(ScaleBy::Robust, &values)[5], Some(1.0));
        assert_eq!(of(ScaleBy::Log1p), 2.0_f64.ln());
    }

    #[test]
    fn what_is_undefined_is_null_and_counted() {
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        let values = [Some(-1.0), Some(-2.0), Some(0.0), Some(nan), Some(infinity), None];
        let cleaned =
            CleaningParams::new().rule(Scale::new(["x"], ScaleBy::Log1p)).run(df!("x" => values).unwrap()).unwrap();
        let report = cleaned.report().rules[0].clone();
        assert_eq!((report.n_cells("x", "undefined"), report.n_cells("x", "scaled")), (4, 1));
        let (clean, ..) = cleaned.into_parts();
        assert_eq!(clean.column("x").unwrap().f64().unwrap().to_vec(), [None, None, Some(0.0), None, None, None]);
    }

    #[test]
    fn a_constant_column_becomes_null_and_says_why() {
        for by in [ScaleBy::Z, ScaleBy::ZPopulation, ScaleBy::MinMax, ScaleBy::Robust] {
            let cleaned =
                CleaningParams::new().rule(Scale::new(["n"], by)).run(df!("n" => [7_i64, 7, 7]).unwrap()).unwrap();
            assert_eq!(cleaned.report().rules[0].n_cells("n", "undefined"), 3);
            let learned = &cleaned.fitted().learned()[0].columns[0];
            assert_eq!(
                learned.fact("scale"),
                Some(&Fact::Undefined("undefined: the values have no spread".to_owned()))
            );
            let (clean, ..) = cleaned.into_parts();
            assert_eq!(clean.column("n").unwrap().f64().unwrap().null_count(), 3);
        }
        assert_eq!(scaled(ScaleBy::Z, &[Some(1.0)]), [None], "one value has no deviation");
        assert_eq!(scaled(ScaleBy::MinMax, &[Some(f64::MIN), Some(f64::MAX)]), [None, None], "beyond the doubles");
    }

    #[test]
    fn a_suffix_keeps_the_column() {
        let frame = df!("n" => [1_i64, 2, 3]).unwrap();
        let cleaned =
            CleaningParams::new().rule(Scale::new(["n"], ScaleBy::Z).suffix("_z")).run(frame.clone()).unwrap();
        let (clean, _, report) = cleaned.into_parts();
        assert!(clean.column("n").unwrap().equals_missing(frame.column("n").unwrap()));
        assert_eq!(clean.column("n_z").unwrap().f64().unwrap().to_vec(), [Some(-1.0), Some(0.0), Some(1.0)]);
        assert_eq!(report.rules[0].n_cells_changed, 0);
    }

    #[test]
    fn problems_name_the_column() {
        let frame = df!("x" => ["1"], "y" => [1.0], "y_z" => [1.0]).unwrap();
        let rule = Scale::new(["x", "y", "城"], ScaleBy::Z).suffix("_z");
        let told = CleaningParams::new().rule(rule).run(frame).unwrap_err().to_string();
        for part in ["column `x` is str", "would add column `y_z`", "column `城`"] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert!(Scale::new(["x"], ScaleBy::Z).suffix("").check().is_err());
        assert!(Scale::new(Vec::<String>::new(), ScaleBy::Z).check().is_err());
    }
}
