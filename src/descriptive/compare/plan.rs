//! The one pass: the columns that are compared, collected once and each worked on by itself.

use polars::prelude::*;
use rayon::prelude::*;

use super::categories::levels_by_segment;
use super::comparison::{ColumnComparison, Comparison, ComparisonDefinitions, Contrast, PairComparison};
use super::numbers::numbers_by_segment;
use super::params::{COMPARE, Compare};
use super::segments::{Contrasts, Segments};
use super::test_name::TestName;
use crate::analysis::{self, Analysis};
use crate::error::{Error, Result};
use crate::frame::codes::has_categories;
use crate::frame::levels::has_levels;
use crate::frame::numbers::is_numeric;
use crate::frame::schema::column_remedy;
use crate::kernel::multiplicity::Multiplicity;
use crate::kernel::p_value::PValue;

impl Analysis for Compare {
    type Input = LazyFrame;
    type Reduced = Comparison;
    type Output = Comparison;
    const NAME: &'static str = COMPARE;

    /// Selects the columns that are compared and those that make the segments. Of columns that
    /// cannot be compared the name stays, without their cells.
    ///
    /// # Errors
    /// `Schema` with every problem at once: columns that are not there, or have a type that has
    /// no numbers, levels or groups.
    fn plan(&self, frame: &LazyFrame) -> Result<LazyFrame> {
        let mut frame = frame.clone();
        let schema = frame.collect_schema().map_err(Error::query(COMPARE))?;
        let problems = self.problems(&schema);
        if !problems.is_empty() {
            return Err(Error::Schema { table: COMPARE, problems });
        }
        let selected = self.by().iter().cloned().chain(self.compared(&schema)).map(|name| col(name.as_str()));
        let named = self.not_compared(&schema).into_iter().map(|name| lit(Null {}).alias(name.as_str()));
        Ok(frame.select(selected.chain(named).collect::<Vec<_>>()))
    }

    /// Collects the columns and compares the segments, several columns at a time.
    fn reduce(&self, plan: LazyFrame) -> Result<Comparison> {
        let frame = analysis::collect(COMPARE, plan)?;
        let names = self.compared(frame.schema());
        let segments = Segments::of(&frame, self.by())?;
        let contrasts = segments.contrasts(self)?;
        let columns: Vec<ColumnComparison> = names
            .par_iter()
            .map(|name| self.compared_column(&frame, name, &segments, &contrasts))
            .collect::<Result<_>>()?;
        Ok(Comparison {
            n_rows: frame.height() as u64,
            n_rows_without_segment: frame.height() as u64 - segments.n_rows(),
            by: self.by().to_vec(),
            segments: segments.described(),
            contrast: contrasts.whole,
            definitions: ComparisonDefinitions {
                conf_level: self.conf_level(),
                multiplicity: self.multiplicity(),
                n_primary_tests: columns.iter().filter(|column| primary_p(column).is_some()).count() as u64,
                min_rows: self.min_rows(),
            },
            columns,
            not_compared: self.not_compared(frame.schema()),
        })
    }

    /// Adjusts the p-values.
    fn finish(&self, mut comparison: Comparison) -> Result<Comparison> {
        if self.multiplicity() != Multiplicity::None {
            adjust_primary(&mut comparison.columns, self.multiplicity());
            comparison.columns.iter_mut().for_each(|column| adjust_pairs(column, self.multiplicity()));
        }
        Ok(comparison)
    }
}

impl Compare {
    /// The columns that are compared: those asked for, or all that can be.
    fn compared(&self, schema: &Schema) -> Vec<String> {
        let all = || {
            let fit = schema.iter().filter(|(name, dtype)| !self.is_key(name) && self.is_comparable(name, dtype));
            fit.map(|(name, _)| name.to_string()).collect()
        };
        self.columns().map_or_else(all, <[String]>::to_vec)
    }

    /// Of all columns those that cannot be compared.
    fn not_compared(&self, schema: &Schema) -> Vec<String> {
        let is_left = |(name, dtype): &(&PlSmallStr, &DataType)| !self.is_key(name) && !self.is_comparable(name, dtype);
        let all = || schema.iter().filter(is_left).map(|(name, _)| name.to_string()).collect();
        if self.columns().is_some() { Vec::new() } else { all() }
    }

    fn is_key(&self, name: &str) -> bool {
        self.by().iter().any(|key| key == name)
    }

    fn has_event(&self, name: &str) -> bool {
        self.events().contains_key(name)
    }

    fn is_comparable(&self, name: &str, dtype: &DataType) -> bool {
        if self.has_event(name) { has_categories(dtype) } else { is_numeric(dtype) || has_levels(dtype) }
    }

    fn problems(&self, schema: &Schema) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check =
            |role: &str, name: &str, accepts: &dyn Fn(&DataType) -> bool, needs: &str| match schema.get(name) {
                None => problems.push(format!("{role} `{name}` is not there; {}", column_remedy(name, schema))),
                Some(dtype) if !accepts(dtype) => problems.push(format!("{role} `{name}` is {dtype}; {needs}")),
                Some(_) => {}
            };
        let groups = "give text, categories, numbers, booleans or dates";
        self.by().iter().for_each(|name| check("segment column", name, &has_categories, groups));
        let asked = self.columns().unwrap_or_default();
        for name in asked.iter().filter(|name| !self.has_event(name)) {
            let is_comparable = |dtype: &DataType| self.is_comparable(name, dtype);
            check("column", name, &is_comparable, "give numbers, durations, booleans, text or categories");
        }
        self.events().keys().for_each(|name| check("event column", name, &has_categories, groups));
        problems
    }

    fn compared_column(
        &self,
        frame: &DataFrame,
        name: &str,
        segments: &Segments,
        contrasts: &Contrasts,
    ) -> Result<ColumnComparison> {
        let dtype = frame.column(name).map_err(Error::query(COMPARE))?.dtype();
        let is_numeric = is_numeric(dtype) && *dtype != DataType::Boolean && !self.has_event(name);
        let read = if is_numeric { numbers_by_segment } else { levels_by_segment };
        let parts = read(self, frame, name, segments)?;
        let kind = parts.kind();
        let asked = self.tests().unwrap_or_else(|| TestName::defaults(kind, segments.len()));
        let (tests, others): (Vec<_>, Vec<_>) = asked.iter().partition(|test| test.fits(kind, segments.len()));
        let of_pairs = if contrasts.pairs.is_empty() { Vec::new() } else { TestName::of_pairs(self.tests(), kind) };
        let members =
            contrasts.whole.map_or_else(|| (0..segments.len()).collect(), |one| vec![one.segment, one.reference]);
        let findings = parts.compare(self, &tests, &members);
        let pair = |&contrast: &_| {
            let Contrast { segment, reference } = contrast;
            PairComparison { contrast, findings: parts.compare(self, &of_pairs, &[segment, reference]) }
        };
        Ok(ColumnComparison {
            column: name.to_owned(),
            dtype: dtype.to_string(),
            kind,
            primary: tests.first().copied(),
            findings,
            not_applicable: others.into_iter().filter(|test| !of_pairs.contains(test)).collect(),
            pairs: contrasts.pairs.par_iter().map(pair).collect(),
            event: parts.event,
            n_levels: parts.n_levels,
            n_rounded: parts.n_rounded,
            segments: parts.summaries,
        })
    }
}

fn primary_p(column: &ColumnComparison) -> Option<PValue> {
    column.findings.test(column.primary?).map(|test| test.p_value)
}

/// The primary tests of all columns are one family.
fn adjust_primary(columns: &mut [ColumnComparison], multiplicity: Multiplicity) {
    let p_values: Vec<Option<PValue>> = columns.iter().map(primary_p).collect();
    for (column, adjusted) in columns.iter_mut().zip(multiplicity.adjust(&p_values)) {
        let primary = column.primary;
        let test = column.findings.tests.iter_mut().find(|test| Some(test.name) == primary);
        if let Some(test) = test {
            test.p_adjusted = adjusted;
        }
    }
}

/// The pairs of a column are a family for each test.
fn adjust_pairs(column: &mut ColumnComparison, multiplicity: Multiplicity) {
    let mut names: Vec<TestName> = Vec::new();
    for test in column.pairs.iter().flat_map(|pair| &pair.findings.tests) {
        if !names.contains(&test.name) {
            names.push(test.name);
        }
    }
    for name in names {
        let p_of = |pair: &PairComparison| pair.findings.test(name).map(|test| test.p_value);
        let p_values: Vec<Option<PValue>> = column.pairs.iter().map(p_of).collect();
        for (pair, adjusted) in column.pairs.iter_mut().zip(multiplicity.adjust(&p_values)) {
            if let Some(test) = pair.findings.tests.iter_mut().find(|test| test.name == name) {
                test.p_adjusted = adjusted;
            }
        }
    }
}
