//! Fits by passes over a file that need not fit into memory.

use std::cell::RefCell;

use polars::prelude::*;

use super::fit::refused;
use super::likelihood::LikelihoodSums;
use super::model::{Fitted, RegressionModel};
use super::params::{REGRESSION, Regression, RegressionParams};
use super::range::check_range;
use super::statistics::FitStatistics;
use super::training::{Training, TrainingRows, check_schema, columns, target_of};
use super::weights::WeightMeaning;
use crate::analysis::{collect_streamed, each_batch};
use crate::error::{Error, Result};
use crate::frame::FeatureTable;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::prediction::encoding::{Encoder, EncodingCounts, LabelCoding, MissingLabels};
use crate::solver::regression::{
    Batch, Family, Outcomes, RegressionError, RegressionFit, StreamedObservations, TakeBatch, fit_streamed,
};

impl Regression {
    /// Fits the regression to a table that is read batch by batch, once for each step, in memory
    /// that depends on the number of columns alone.
    ///
    /// The encoding is one that was learned before, from the whole table or from a part of it, as
    /// medians and levels are not found in passing. The coefficients are those of
    /// [`fit`](Self::fit) with that encoding but for rounding; standard errors are those of the
    /// model. Variance inflation, marginal effects and Tjur's R2 are not worked out and are `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::prelude::*;
    /// use customer_analytics::prediction::encoding::Encoding;
    /// use customer_analytics::prediction::regression::RegressionParams;
    ///
    /// let frame = df!("visits" => [1.0, 2.0, 3.0, 4.0, 5.0], "spend" => [12.0, 14.0, 17.0, 17.0, 20.0])?;
    /// let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("spend"))?;
    /// let regression = RegressionParams::linear().check()?;
    /// let encoder = Encoding::default().fit(&table)?;
    /// let model = regression.fit_streamed(&table, &encoder)?;
    /// assert!((model.coefficients()[1].estimate.unwrap() - 1.9).abs() < 1e-12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit), with the numbers of the first batch that has such rows; `Param` for Firth's penalty, class weights, sampling weights,
    /// clusters and robust standard errors, which need the rows at once; `Schema` when the features
    /// of the table are not those of the encoding.
    pub fn fit_streamed(&self, table: &FeatureTable, encoder: &Encoder) -> Result<RegressionModel> {
        let params = self.params();
        check_params(params)?;
        let target = target_of(table)?;
        check_schema(params, table)?;
        let coding = label_coding(params, table, target)?;
        let plan = table.lazy().select(columns(params, table, target));
        let tally = Tally::of(params, &plan, target, coding.as_ref(), encoder)?;
        let named = |error| refused(error, encoder.terms(), params.fit_intercept);
        // The solver knows no errors but its own, so that of a batch is kept beside it.
        let of_batch = RefCell::new(None);
        let read = |take: &mut TakeBatch<'_>| -> Result<(), RegressionError> {
            let passed = each_batch(REGRESSION, plan.clone(), |frame| {
                with_batch(params, frame, target, coding.as_ref(), encoder, |_, batch, _| take(batch).map_err(named))
            });
            passed.map_err(|error| {
                let told = error.to_string();
                of_batch.replace(Some(error));
                RegressionError::Source(told)
            })
        };
        let told = |error| of_batch.take().unwrap_or_else(|| named(error));
        let observations = StreamedObservations::new(read, params.fit_intercept).map_err(told)?;
        let solved = fit_streamed(&observations, params.family, &self.options()).map_err(told)?;
        let statistics = tally.statistics(params, &solved);
        let n_columns = solved.coefficients.len();
        let of_model = &solved.covariance;
        let scaled = |row: usize, column: usize| statistics.dispersion * of_model.get(row, column);
        let covariance = SymmetricMatrix::from_lower(n_columns, scaled);
        check_range(encoder.terms(), &solved, &covariance, &statistics, false)?;
        let fitted = Fitted {
            target: target.to_owned(),
            labels: coding,
            rows: tally.rows,
            encoding_counts: tally.counts,
            covariance,
            vif: vec![None; n_columns],
            collinear: Vec::new(),
            marginal_effects: vec![None; n_columns],
            coefficients: solved.coefficients,
            aliased: solved.aliased,
            statistics,
        };
        Ok(RegressionModel::new(self.clone(), encoder.clone(), fitted))
    }
}

/// Settings that need all rows at once.
fn check_params(params: &RegressionParams) -> Result<()> {
    let refused = |param, got: &str| Err(Error::param(REGRESSION, param, "unset for a fit by batches", got));
    if params.firth {
        return refused("firth", "true");
    }
    if params.class_weights.is_some() {
        return refused("class_weights", "set");
    }
    if params.clusters.is_some() {
        return refused("clusters", "set");
    }
    if params.weights.as_ref().is_some_and(|weights| weights.meaning == WeightMeaning::Sampling) {
        return refused("weights", "sampling weights");
    }
    if params.kind_of_sandwich().is_some() {
        return refused("std_errors", "robust ones, or weights that need them");
    }
    Ok(())
}

/// Which label is which, from the distinct values of the target.
fn label_coding(params: &RegressionParams, table: &FeatureTable, target: &str) -> Result<Option<LabelCoding>> {
    if params.family != Family::Binomial {
        return Ok(None);
    }
    let distinct = collect_streamed(REGRESSION, table.lazy().select([col(target).unique()]))?;
    let labels = params.labels.clone().missing(MissingLabels::Drop).read(&distinct, target)?;
    Ok(Some(labels.coding().clone()))
}

/// Reads a batch as the rows of the regression.
fn with_batch(
    params: &RegressionParams,
    frame: DataFrame,
    target: &str,
    coding: Option<&LabelCoding>,
    encoder: &Encoder,
    mut take: impl FnMut(&Training, Batch<'_>, &EncodingCounts) -> Result<()>,
) -> Result<()> {
    let mut training = Training::of(params, frame, target, coding)?;
    let frame = std::mem::take(&mut training.frame);
    let encoded = encoder.encode(&frame)?;
    training.keep(encoded.kept(), None);
    let outcomes = Outcomes {
        response: &training.response,
        weights: training.weights.as_deref(),
        offset: training.offset.as_deref(),
        groups: None,
    };
    take(&training, Batch { blocks: encoded.blocks(), outcomes }, encoded.counts())
}

/// What is counted of the rows in a pass of its own.
struct Tally {
    rows: TrainingRows,
    counts: EncodingCounts,
    n_obs: f64,
    sums: LikelihoodSums,
}

impl Tally {
    fn of(
        params: &RegressionParams,
        plan: &LazyFrame,
        target: &str,
        coding: Option<&LabelCoding>,
        encoder: &Encoder,
    ) -> Result<Self> {
        let are_precisions = params.weights.as_ref().is_some_and(|weights| weights.meaning == WeightMeaning::Precision);
        let mut tally = Self {
            rows: TrainingRows::default(),
            counts: EncodingCounts::default(),
            n_obs: 0.0,
            sums: LikelihoodSums::new(params.family, are_precisions),
        };
        each_batch(REGRESSION, plan.clone(), |frame| {
            with_batch(params, frame, target, coding, encoder, |training, batch, counts| {
                tally.rows.add(training.rows);
                tally.counts.add(counts);
                tally.n_obs += training.n_obs(params);
                tally.sums.add(batch.outcomes.response, batch.outcomes.weights);
                Ok(())
            })
        })?;
        Ok(tally)
    }

    fn statistics(&self, params: &RegressionParams, solved: &RegressionFit) -> FitStatistics {
        let rank = (solved.coefficients.len() - solved.aliased.len()) as f64;
        let mut facts = FitStatistics::new(params.family, params.fit_intercept, self.n_obs, rank, solved);
        facts.add_likelihoods(&self.sums);
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::FeatureColumns;
    use crate::prediction::encoding::{Encoding, MissingLabels};

    const N: usize = 6_000;
    const N_BATCHES: usize = 6;

    /// A table that is read in several batches.
    fn in_batches(frame: &DataFrame) -> LazyFrame {
        let size = N / N_BATCHES;
        let part = |part: usize| frame.slice((part * size) as i64, size).lazy();
        concat((0..N_BATCHES).map(part).collect::<Vec<_>>(), UnionArgs::default()).unwrap()
    }

    /// What a cell of each row is, from its place in the table.
    fn column<T>(of: impl Fn(usize) -> T) -> Vec<T> {
        (0..N).map(of).collect()
    }

    fn frame() -> DataFrame {
        let plan = column(|row| ["a", "b", "c"][row % 3]);
        let x = column(|row| (row * 7_919 % 1_000) as f64);
        let left = column(|row| (row * 104_729 % 997) + row % 3 * 100 > 600);
        let weight = column(|row| if row < N / 2 { 0_i64 } else { 1 + (row % 2) as i64 });
        df!("plan" => plan, "x" => x, "left" => left, "w" => weight).unwrap()
    }

    fn table(plan: LazyFrame) -> FeatureTable {
        FeatureTable::new(plan, &FeatureColumns::new().features(["plan", "x"]).target("left")).unwrap()
    }

    fn encoder() -> Encoder {
        Encoding::default().fit(&table(in_batches(&frame()))).unwrap()
    }

    fn refused(params: RegressionParams, plan: LazyFrame) -> Error {
        params.check().unwrap().fit_streamed(&table(plan), &encoder()).unwrap_err()
    }

    #[test]
    fn what_is_wrong_with_a_batch_is_told_as_it_is() {
        let logistic = RegressionParams::logistic;
        let with =
            |column: Vec<Option<&str>>| frame().with_column(Series::new("plan".into(), column).into()).unwrap().clone();
        let unseen = with(column(|row| Some(if row == N - 5 { "d" } else { ["a", "b", "c"][row % 3] })));
        let expected = encoder().encode(&unseen).unwrap_err();
        let error = refused(logistic(), in_batches(&unseen));
        assert!(matches!(error, Error::Unusable { analysis: "encoding", .. }), "{error:?}");
        assert_eq!(error.to_string(), expected.to_string());

        let mut unlabelled = frame();
        unlabelled
            .with_column(Series::new("left".into(), column(|row| (row != N - 5).then_some(row % 7 == 0))).into())
            .unwrap();
        let error = refused(logistic(), in_batches(&unlabelled));
        assert!(matches!(error, Error::Incomplete { rows: 1, .. }), "{error:?}");
        assert!(error.to_string().starts_with("labels: 1 row(s) lack a label"), "{error}");
        let dropped = logistic().missing_target(MissingLabels::Drop).check().unwrap();
        let fitted = dropped.fit_streamed(&table(in_batches(&unlabelled)), &encoder()).unwrap();
        assert_eq!(fitted.training_rows().n_missing_target, 1);

        let fails = |column: Column| match column.len() {
            0 => Ok(column),
            _ => Err(PolarsError::ComputeError("the disk is gone".into())),
        };
        let unreadable = in_batches(&frame()).with_column(col("x").map(fails, |_, field| Ok(field.clone())));
        let error = refused(logistic(), unreadable);
        assert!(matches!(error, Error::Query { step: "regression", .. }), "{error:?}");
        assert_eq!(error.to_string(), "regression: query failed");

        let negative = in_batches(&frame()).with_column(col("w") - lit(1));
        let error = refused(logistic().weights("w", WeightMeaning::Frequency), negative);
        assert!(matches!(error, Error::Unusable { analysis: "regression", .. }), "{error:?}");
        let told = error.to_string();
        assert!(told.starts_with("regression: ") && !told["regression: ".len()..].contains("regression: "), "{told}");
    }

    #[test]
    fn what_the_solver_refuses_names_its_columns() {
        let separated = in_batches(&frame()).with_column(col("x").gt(lit(500)).alias("left"));
        let error = refused(RegressionParams::logistic(), separated);
        assert!(error.to_string().starts_with("regression: `x` separate(s) the outcomes: "), "{error}");
        let none = refused(RegressionParams::logistic(), in_batches(&frame()).filter(col("x").lt(lit(-1))));
        assert!(none.is_data(), "{none}");
    }

    /// Half of the table weighs nothing, and so does every batch of it.
    #[test]
    fn batches_without_a_row_that_counts_are_passed_over() {
        let mut n_without = 0;
        let weightless = |batch: &DataFrame| batch.column("w").unwrap().i64().unwrap().max() == Some(0);
        each_batch("test", in_batches(&frame()), |batch| {
            n_without += u32::from(weightless(&batch));
            Ok(())
        })
        .unwrap();
        assert!(n_without > 0);
        let params = RegressionParams::logistic().weights("w", WeightMeaning::Frequency);
        let regression = params.check().unwrap();
        let whole = regression.fit(&table(in_batches(&frame()))).unwrap();
        let streamed = regression.fit_streamed(&table(in_batches(&frame())), whole.encoder()).unwrap();
        assert_eq!(streamed.training_rows(), whole.training_rows());
        for (streamed, whole) in streamed.coefficients().iter().zip(whole.coefficients()) {
            assert!((streamed.estimate.unwrap() - whole.estimate.unwrap()).abs() < 1e-10, "{}", whole.term);
        }
        let none = in_batches(&frame()).with_column(lit(0_i64).alias("w"));
        let error = regression.fit_streamed(&table(none.clone()), whole.encoder()).unwrap_err();
        let told = "regression: no row is left to learn from; give the table rows with a target and a weight";
        assert_eq!(error.to_string(), told);
        let error = regression.fit(&table(none)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "regression: all weights in `w` are 0, so no row counts; give some rows a weight"
        );
    }
}
