//! Answers as a column of categories that tells by itself how it was read.
//!
//! The categories are the whole answers in ascending order, the reasons why a row has none, and
//! last, for no row, the question itself. So whoever is handed a query, and nothing else, knows
//! which numbers its categories stand for.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::answers::{AnswerCounts, Gap, read_answers};
use super::question::Question;
use super::roles::OutOfScale;
use crate::error::Result;

/// A question, as the type of its coded answers knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CodedQuestion {
    pub(crate) question: Question,
    pub(crate) out_of_scale: OutOfScale,
}

impl CodedQuestion {
    /// The answers as categories: the code of a row is the place of its answer on the scale, or
    /// from [`n_levels`](Self::n_levels) on the reason why there is none. The scale has whole
    /// numbers alone.
    pub(crate) fn expr(self, step: &'static str) -> PolarsResult<Expr> {
        let dtype = self.dtype()?;
        let (column, of_field) = (self.question.column().to_owned(), dtype.clone());
        let read = move |column: Column| {
            let answers = read_answers(step, &self.question, &column);
            let codes = answers.map_err(|error| polars_err!(ComputeError: "{error}"))?.codes;
            let codes = UInt8Chunked::from_vec(column.name().clone(), codes);
            Ok(CategoricalChunked::<Categorical8Type>::from_cats_and_dtype(codes, dtype.clone()).into_column())
        };
        let field = move |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), of_field.clone()));
        Ok(col(column).map_with_fmt_str(read, field, "answers"))
    }

    /// The type of the coded answers.
    pub(crate) fn dtype(&self) -> PolarsResult<DataType> {
        let scale = self.question.scale();
        let scores = (scale.min()..=scale.max()).map(|score| score.to_string());
        let gaps = Gap::ALL.iter().map(|gap| match gap {
            Gap::Null => "null".to_owned(),
            Gap::NotApplicable => "not applicable".to_owned(),
            gap => gap.problem(scale).unwrap_or_default(),
        });
        let how = serde_json::to_string(self).map_err(|error| polars_err!(ComputeError: "{error}"))?;
        let texts: Vec<String> = scores.chain(gaps).chain([how]).collect();
        Ok(DataType::from_frozen_categories(FrozenCategories::new(texts.iter().map(String::as_str))?))
    }

    /// The question behind coded answers; `None` for any other type.
    pub(crate) fn of(dtype: &DataType) -> Option<Self> {
        let DataType::Enum(categories, _) = dtype else { return None };
        let texts = categories.categories();
        let last = texts.len().checked_sub(1)?;
        serde_json::from_str(texts.value(last)).ok()
    }

    /// Number of whole answers.
    pub(crate) fn n_levels(&self) -> usize {
        self.question.scale().n_levels()
    }

    /// Counts out of the number of rows by code.
    pub(crate) fn counts(&self, tally: &[u64; 256]) -> AnswerCounts {
        AnswerCounts::of(self.question.scale(), tally)
    }

    /// Refuses answers that can be none on the scale, unless they are to be set aside.
    ///
    /// # Errors
    /// `Unusable` with the column and the count of each kind.
    pub(crate) fn check(&self, analysis: &'static str, counts: &AnswerCounts) -> Result<()> {
        counts.check(analysis, &self.question, self.out_of_scale)
    }
}

/// A column of nulls whose type knows questions, for a query that hands their columns on unread.
pub(crate) fn carried(questions: &[CodedQuestion]) -> PolarsResult<Expr> {
    let how = serde_json::to_string(questions).map_err(|error| polars_err!(ComputeError: "{error}"))?;
    let dtype = DataType::from_frozen_categories(FrozenCategories::new([how.as_str()])?);
    Ok(lit(Null {}).cast(dtype))
}

/// The questions behind such a column; `None` for any other type.
pub(crate) fn questions_of(dtype: &DataType) -> Option<Vec<CodedQuestion>> {
    let DataType::Enum(categories, _) = dtype else { return None };
    let texts = categories.categories();
    (texts.len() == 1).then(|| serde_json::from_str(texts.value(0)).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::collect;
    use crate::frame::Scale;

    #[test]
    fn coded_answers_know_their_question() {
        let question = Question::new("分数", Scale::new(-2, 2)).not_applicable([99]);
        let coded = CodedQuestion { question, out_of_scale: OutOfScale::Quarantine };
        let table = df!("分数" => [Some(-2), None, Some(99), Some(3), Some(2)]).unwrap().lazy();
        let mut plan = table.select([coded.clone().expr("test").unwrap()]);
        let dtype = plan.collect_schema().unwrap().get("分数").unwrap().clone();
        assert_eq!(CodedQuestion::of(&dtype), Some(coded.clone()));
        let answers = collect("test", plan).unwrap();
        let column = answers.column("分数").unwrap();
        assert_eq!(column.dtype(), &dtype);
        let texts = column.cast(&DataType::String).unwrap();
        let texts: Vec<_> = texts.str().unwrap().iter().flatten().collect();
        assert_eq!(texts, ["-2", "null", "not applicable", "outside -2..=2", "2"]);
        let codes = column.to_physical_repr();
        assert_eq!(codes.u8().unwrap().iter().flatten().collect::<Vec<u8>>(), [0, 5, 6, 7, 4]);
        assert_eq!(CodedQuestion::of(&DataType::String), None);
        let other = DataType::from_frozen_categories(FrozenCategories::new(["low", "high"]).unwrap());
        assert_eq!(CodedQuestion::of(&other), None);
    }

    #[test]
    fn questions_travel_with_a_query() {
        let questions = ["a", "分数"].map(|column| CodedQuestion {
            question: Question::new(column, Scale::ONE_TO_FIVE.fractions(true)).not_applicable(["-"]),
            out_of_scale: OutOfScale::Quarantine,
        });
        let table = df!("x" => [1, 2]).unwrap().lazy();
        let mut plan = table.select([col("x"), carried(&questions).unwrap().alias("questions")]);
        let dtype = plan.collect_schema().unwrap().get("questions").unwrap().clone();
        assert_eq!(questions_of(&dtype), Some(questions.to_vec()));
        let column = collect("test", plan).unwrap().column("questions").unwrap().clone();
        assert_eq!((column.len(), column.null_count(), column.dtype()), (2, 2, &dtype));
        assert_eq!(questions_of(&DataType::String), None);
    }

    #[test]
    fn a_scale_of_as_many_answers_as_there_can_be_fits() {
        let coded = |scale| CodedQuestion { question: Question::new("q", scale), out_of_scale: OutOfScale::Error };
        let table = df!("q" => [0, 200, 201]).unwrap().lazy();
        let answers = collect("test", table.select([coded(Scale::new(0, 200)).expr("test").unwrap()])).unwrap();
        let codes = answers.column("q").unwrap().to_physical_repr();
        assert_eq!(codes.u8().unwrap().iter().flatten().collect::<Vec<u8>>(), [0, 200, 203]);
    }
}
