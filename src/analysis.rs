//! The three steps every analysis takes, and the only places where a query runs.
//!
//! `plan` describes what is read and can be explained or extended; `reduce` is the one
//! pass over the data; `finish` turns the small reduced state into a result and touches
//! no file. A test can call `finish` on a handful of rows, and two analyses of one
//! summary can share its pass.

mod shared;

use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use polars::prelude::*;

use crate::error::{Error, Result};
pub(crate) use shared::{Merge, stream_shared};

/// An analysis with checked settings: plan, reduce, finish, or all three by `run`.
pub trait Analysis {
    /// The typed table the analysis reads.
    type Input;
    /// What the single pass over the data leaves behind.
    type Reduced;
    /// The typed result.
    type Output;
    /// The name used in errors, benches and the contract tests.
    const NAME: &'static str;

    /// Describes the one query the analysis needs; nothing is read.
    ///
    /// # Errors
    /// When the input lacks a role that the settings ask for.
    fn plan(&self, input: &Self::Input) -> Result<LazyFrame>;

    /// Runs the planned query, once, and keeps only the reduced state.
    ///
    /// # Errors
    /// `Query` when polars fails, `Numeric` when a sum leaves its range.
    fn reduce(&self, plan: LazyFrame) -> Result<Self::Reduced>;

    /// Turns the reduced state into the result; pure.
    ///
    /// # Errors
    /// `Incomplete` or `Unusable` when the rows read do not allow the analysis.
    fn finish(&self, reduced: Self::Reduced) -> Result<Self::Output>;

    /// Plans, reduces and finishes.
    ///
    /// # Errors
    /// Those of the three steps.
    fn run(&self, input: &Self::Input) -> Result<Self::Output> {
        self.finish(self.reduce(self.plan(input)?)?)
    }
}

/// Collects a query whose result is small.
#[expect(clippy::disallowed_methods, reason = "the one place where queries are collected")]
pub(crate) fn collect(step: &'static str, plan: LazyFrame) -> Result<DataFrame> {
    plan.collect().map_err(Error::query(step))
}

/// Collects a query batch by batch: only its own columns are ever held.
#[expect(clippy::disallowed_methods, reason = "the one place where queries are collected")]
pub(crate) fn collect_streamed(step: &'static str, plan: LazyFrame) -> Result<DataFrame> {
    let read = plan.collect_with_engine(Engine::Streaming).map_err(Error::query(step))?;
    Ok(read.unwrap_single())
}

/// Writes a query to a Parquet or CSV file, batch by batch; the name says which.
///
/// The file appears under its name once it is complete.
///
/// # Errors
/// `File` when the name ends in neither `.parquet` nor `.csv`, or the file cannot be
/// written; `Query` when polars fails.
#[expect(clippy::disallowed_methods, reason = "the one place where queries are written")]
pub(crate) fn write(step: &'static str, plan: LazyFrame, path: &str) -> Result<()> {
    let refused = |reason: String| Error::File { step, path: path.to_owned(), reason };
    let format = file_format(step, path)?;
    let part = format!("{path}.part");
    let target = SinkDestination::File { target: SinkTarget::Path(PlRefPath::new(&part)) };
    let sink = plan.sink(target, format, UnifiedSinkArgs::default()).map_err(Error::query(step))?;
    if let Err(source) = sink.collect_with_engine(Engine::Streaming) {
        let _ = std::fs::remove_file(&part);
        return Err(match source {
            PolarsError::IO { .. } => refused(source.to_string()),
            _ => Error::query(step)(source),
        });
    }
    std::fs::rename(&part, path).map_err(|source| {
        let _ = std::fs::remove_file(&part);
        refused(source.to_string())
    })
}

/// Refuses a file whose name does not say how it is to be written.
pub(crate) fn check_file_name(step: &'static str, path: &str) -> Result<()> {
    file_format(step, path).map(drop)
}

fn file_format(step: &'static str, path: &str) -> Result<FileWriteFormat> {
    let lower = path.to_lowercase();
    if lower.ends_with(".parquet") {
        let options = ParquetWriteOptions { compression: ParquetCompression::Zstd(None), ..Default::default() };
        Ok(FileWriteFormat::Parquet(Arc::new(options)))
    } else if lower.ends_with(".csv") {
        Ok(FileWriteFormat::Csv(CsvWriterOptions::default()))
    } else {
        let reason = "the name must end in .parquet or .csv".to_owned();
        Err(Error::File { step, path: path.to_owned(), reason })
    }
}

/// Streams a query in batches through `add` and returns the state they leave.
///
/// Batches arrive one at a time but in no particular order, so the state must not depend
/// on it. Memory holds the few batches that polars decodes ahead.
#[expect(clippy::disallowed_methods, reason = "the one place where queries are streamed")]
pub(crate) fn stream<S, F>(step: &'static str, plan: LazyFrame, state: S, add: F) -> Result<S>
where
    S: Send + 'static,
    F: Fn(&mut S, DataFrame) -> Result<()> + Send + Sync + 'static,
{
    let shared = Arc::new(Mutex::new(Ok(state)));
    let of_callback = Arc::clone(&shared);
    let callback = PlanCallback::new(move |batch| {
        let mut progress = lock(&of_callback);
        let verdict = progress.as_mut().map(|state| add(state, batch));
        if let Ok(Err(error)) = verdict {
            *progress = Err(Some(error));
        }
        // Polars stops reading once told that nobody listens.
        Ok(progress.is_err())
    });
    let read = plan.sink_batches(callback, false, None).and_then(|plan| plan.collect_with_engine(Engine::Streaming));
    // Polars may still hold the callback, so the state is taken out rather than unwrapped.
    let state = std::mem::replace(&mut *lock(&shared), Err(None));
    match (state, read) {
        (Err(Some(error)), _) => Err(error),
        (_, Err(error)) => Err(Error::query(step)(error)),
        (Ok(state), Ok(_)) => Ok(state),
        (Err(None), Ok(_)) => Err(Error::Unusable { analysis: step, reason: "the query was run twice".to_owned() }),
    }
}

/// Runs a query batch by batch, in the order of its rows, and hands each batch to the caller; the
/// first error of the caller stops it.
#[expect(clippy::disallowed_methods, reason = "the one place where queries are streamed")]
pub(crate) fn each_batch(
    step: &'static str,
    plan: LazyFrame,
    mut take: impl FnMut(DataFrame) -> Result<()>,
) -> Result<()> {
    /// Batches that wait for the caller at the most.
    const WAITING: usize = 2;
    let (sender, receiver) = sync_channel(WAITING);
    let of_callback = sender.clone();
    let callback = PlanCallback::new(move |batch: DataFrame| Ok(of_callback.send(Some(batch)).is_err()));
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let read =
                plan.sink_batches(callback, true, None).and_then(|plan| plan.collect_with_engine(Engine::Streaming));
            // Polars may still hold the callback, so the end is told and not waited for.
            let _ = sender.send(None);
            read.map(drop)
        });
        let mut verdict = Ok(());
        while let Ok(Some(batch)) = receiver.recv() {
            verdict = take(batch);
            if verdict.is_err() {
                break;
            }
        }
        // A sender that waits is told that nobody listens.
        drop(receiver);
        let read =
            reader.join().map_err(|_| Error::Unusable { analysis: step, reason: "the reader stopped".to_owned() })?;
        verdict?;
        read.map_err(Error::query(step))
    })
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
