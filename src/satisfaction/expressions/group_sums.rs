//! Counts of answers by class, and sums of their weights, as one expression.

use polars::prelude::*;

use crate::error::{Error, Result};
use crate::frame::SurveyColumns;
use crate::frame::extract::u8_values;
use crate::frame::survey::CodedQuestion;
use crate::satisfaction::tally::{CellTally, WeightKind, kind_of, unusable_weights};

/// What the groups of a query are counted by.
#[derive(Clone, Debug)]
pub(super) struct GroupSums {
    analysis: &'static str,
    coded: CodedQuestion,
    weight: Option<String>,
    /// The class of each whole answer, from the lowest.
    class_of: Vec<u8>,
}

impl GroupSums {
    /// # Errors
    /// `Param` when no score is among the roles, or its scale has fractions.
    pub(super) fn new(analysis: &'static str, columns: &SurveyColumns, class_of: impl Fn(i32) -> u8) -> Result<Self> {
        let Some(question) = columns.score.clone() else {
            let expected = "among the roles, as its answers are counted";
            return Err(Error::param(analysis, "score", expected, "a survey of items alone"));
        };
        let scale = question.scale();
        // Longer scales leave a byte no room for the reasons why there is no answer.
        if scale.has_fractions() || scale.problem().is_some() {
            let got = format!("{scale} of column `{}`", question.column());
            return Err(Error::param(analysis, "scale", "of 2 to 201 whole numbers and no fractions", got));
        }
        Ok(Self {
            analysis,
            weight: columns.weight.clone(),
            class_of: (scale.min()..=scale.max()).map(class_of).collect(),
            coded: CodedQuestion { question, out_of_scale: columns.out_of_scale },
        })
    }

    pub(super) fn is_weighted(&self) -> bool {
        self.weight.is_some()
    }

    fn n_classes(&self) -> u8 {
        self.class_of.iter().max().map_or(0, |class| class + 1)
    }

    /// The class of each row, null without an answer; the query fails at answers that can be none on the
    /// scale, unless they are to be set aside.
    ///
    /// # Errors
    /// `Query` when the answers have more categories than polars holds.
    pub(super) fn class(&self) -> Result<Expr> {
        let own = self.clone();
        let classes = move |column: Column| {
            let codes = column.to_physical_repr().rechunk();
            let codes = u8_values(codes.as_materialized_series()).map_or(&[][..], |codes| codes.values);
            let mut tally = [0_u64; 256];
            codes.iter().for_each(|&code| tally[usize::from(code)] += 1);
            let verdict = own.coded.check(own.analysis, &own.coded.counts(&tally));
            verdict.map_err(|error| polars_err!(ComputeError: "{error}"))?;
            let class = |&code: &u8| own.class_of.get(usize::from(code)).map(|&class| u32::from(class));
            let classes: UInt32Chunked = codes.iter().map(class).collect();
            Ok(classes.with_name(column.name().clone()).into_column())
        };
        let field = |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::UInt32));
        let codes = self.coded.clone().expr(self.analysis).map_err(Error::query(self.analysis))?;
        Ok(codes.map_with_fmt_str(classes, field, "classes"))
    }

    /// The weight of each row that has a class, null where it stands for nobody; the query fails at
    /// weights that are none.
    fn weights(&self, class: &Expr, column: &str) -> Expr {
        let analysis = self.analysis;
        let checked = move |column: Column| {
            let weights = column.f64()?;
            let n_bad = weights.iter().flatten().filter(|&weight| kind_of(weight) == WeightKind::Unusable).count();
            polars_ensure!(n_bad == 0, ComputeError: "{analysis}: {}", unusable_weights(n_bad as u64));
            let counted = |weight: Option<f64>| weight.filter(|&weight| kind_of(weight) == WeightKind::Counts);
            let weights: Float64Chunked = weights.iter().map(counted).collect();
            Ok(weights.with_name(column.name().clone()).into_column())
        };
        let field = |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::Float64));
        let of_answers =
            when(class.clone().is_not_null()).then(col(column).cast(DataType::Float64)).otherwise(lit(NULL));
        of_answers.cast(DataType::Float64).map_with_fmt_str(checked, field, "weights")
    }

    /// A struct for each group: the number of its answers of each class and, with weights, the sums of
    /// these and of their squares.
    fn sums(&self) -> Result<Expr> {
        let class = self.class()?;
        let mut fields = Vec::new();
        let weights = self.weight.as_deref().map(|column| self.weights(&class, column));
        for k in 0..self.n_classes() {
            let is_of = class.clone().eq(lit(u32::from(k)));
            let Some(weights) = &weights else {
                fields.push(is_of.sum().cast(DataType::Float64).alias(format!("n_{k}")));
                continue;
            };
            let of_class = when(is_of).then(weights.clone()).otherwise(lit(NULL));
            fields.push(of_class.clone().count().cast(DataType::Float64).alias(format!("n_{k}")));
            fields.push(of_class.clone().sum().alias(format!("w_{k}")));
            fields.push((of_class.clone() * of_class).sum().alias(format!("q_{k}")));
        }
        Ok(as_struct(fields))
    }

    /// One row of numbers for each group, made of what is known of it.
    ///
    /// # Errors
    /// As for [`class`](Self::class).
    pub(super) fn finished(
        &self,
        dtype: DataType,
        finish: impl Fn(Vec<CellTally>) -> Result<Series> + Send + Sync + 'static,
    ) -> Result<Expr> {
        let (n_classes, is_weighted) = (usize::from(self.n_classes()), self.is_weighted());
        let finished = move |column: Column| {
            let tallies = tallies(&column, n_classes, is_weighted)?;
            let series = finish(tallies).map_err(|error| polars_err!(ComputeError: "{error}"))?;
            Ok(series.with_name(column.name().clone()).into_column())
        };
        let field = move |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), dtype.clone()));
        Ok(self.sums()?.map_with_fmt_str(finished, field, "scores"))
    }
}

/// What is known of each group.
fn tallies(column: &Column, n_classes: usize, is_weighted: bool) -> PolarsResult<Vec<CellTally>> {
    let fields = column.struct_()?.fields_as_series();
    let numbers: Vec<Vec<f64>> = fields
        .iter()
        .map(|field| Ok(field.f64()?.iter().map(Option::unwrap_or_default).collect()))
        .collect::<PolarsResult<_>>()?;
    let width = if is_weighted { 3 } else { 1 };
    let of_group = |group: usize| {
        // Counts were made doubles and are whole.
        let by_score: Vec<u64> = (0..n_classes).map(|class| numbers[class * width][group] as u64).collect();
        let sums = || (0..n_classes).map(|class| [1, 2].map(|at| numbers[class * width + at][group])).collect();
        CellTally { n_rows: by_score.iter().sum(), by_score, weights: is_weighted.then(sums) }
    };
    Ok((0..column.len()).map(of_group).collect())
}

/// Columns of numbers as one of structs.
pub(super) fn as_structs(fields: &[(&str, Vec<Option<f64>>)]) -> PolarsResult<Series> {
    let height = fields.first().map_or(0, |(_, numbers)| numbers.len());
    let series: Vec<Series> =
        fields.iter().map(|(name, numbers)| Series::new((*name).into(), numbers.as_slice())).collect();
    Ok(StructChunked::from_series("".into(), height, series.iter())?.into_series())
}

/// The type of such structs.
pub(super) fn struct_of(names: &[&str]) -> DataType {
    DataType::Struct(names.iter().map(|&name| Field::new(name.into(), DataType::Float64)).collect())
}
