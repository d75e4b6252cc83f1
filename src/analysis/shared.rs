//! Batches added to states by all threads at once.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use polars::prelude::*;

use crate::error::{Error, Result};

/// A state of which several can be filled and put together: merging is the same as having read
/// all rows into one.
pub(crate) trait Merge: Send + 'static {
    /// How many things it holds, of which a million take much memory.
    fn size(&self) -> usize;

    /// Adds all that another one has seen.
    ///
    /// # Errors
    /// When the two cannot be put together, which stops the query.
    fn absorb(&mut self, other: Self) -> Result<()>;
}

/// Things of all states together that are held at the most, beyond those of a single state.
const MOST_HELD: usize = 1 << 21;

/// States that nobody fills at the moment, and how many are being filled.
struct Pool<S> {
    idle: Vec<S>,
    n_in_use: usize,
    /// Size of the largest state seen.
    largest: usize,
    error: Option<Error>,
}

struct Shared<S> {
    pool: Mutex<Pool<S>>,
    returned: Condvar,
    most: usize,
}

impl<S: Merge> Shared<S> {
    fn lock(&self) -> MutexGuard<'_, Pool<S>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A state to fill, `None` for a new one; waits where states are many or large.
    fn take(&self) -> Option<S> {
        let mut pool = self.lock();
        loop {
            if let Some(state) = pool.idle.pop() {
                pool.n_in_use += 1;
                return Some(state);
            }
            if pool.n_in_use < self.most_states(&pool) {
                pool.n_in_use += 1;
                return None;
            }
            pool = self.returned.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn most_states(&self, pool: &Pool<S>) -> usize {
        (MOST_HELD / pool.largest.max(1)).clamp(1, self.most)
    }

    /// Hands a filled state back, into another one where there are too many.
    fn give(&self, mut state: S, mut verdict: Result<()>) -> PolarsResult<()> {
        let mut pool = self.lock();
        pool.largest = pool.largest.max(state.size());
        let is_one_too_many = pool.idle.len() + pool.n_in_use > self.most_states(&pool);
        if let Some(other) = is_one_too_many.then(|| pool.idle.pop()).flatten() {
            drop(pool);
            verdict = verdict.and(state.absorb(other));
            pool = self.lock();
        }
        pool.idle.push(state);
        pool.n_in_use -= 1;
        let result = verdict.map_err(|error| {
            pool.error.get_or_insert(error);
            // Polars stops at an error; which one is told by the pool.
            polars_err!(ComputeError: "stopped")
        });
        drop(pool);
        self.returned.notify_one();
        result
    }
}

/// Streams a query in batches through `add`, several of them at a time, each into a state of its
/// own, and puts the states together.
///
/// Which rows meet in a state is left to chance, so the state must not depend on it. There are as
/// many states as threads, but for large ones, of which fewer are kept.
#[expect(clippy::disallowed_methods, reason = "one of the places where queries are streamed")]
pub(crate) fn stream_shared<S: Merge>(
    step: &'static str,
    plan: LazyFrame,
    empty: impl Fn() -> S + Send + Sync + 'static,
    add: impl Fn(&mut S, &DataFrame) -> Result<()> + Send + Sync + 'static,
) -> Result<S> {
    let pool = Pool { idle: vec![empty()], n_in_use: 0, largest: 0, error: None };
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    let shared = Arc::new(Shared { pool: Mutex::new(pool), returned: Condvar::new(), most });
    let of_query = Arc::clone(&shared);
    let part = move |batch: DataFrame| {
        let mut state = of_query.take().unwrap_or_else(&empty);
        let verdict = add(&mut state, &batch);
        of_query.give(state, verdict)?;
        Ok(batch.clear())
    };
    // Nothing may be pushed below: every row is looked at.
    let read = plan.map(part, AllowedOptimizations::STREAMING, None, Some("reduce"));
    let read = read.collect_with_engine(Engine::Streaming);
    let mut pool = shared.lock();
    if let Some(error) = pool.error.take() {
        return Err(error);
    }
    read.map_err(Error::query(step))?;
    let mut states = std::mem::take(&mut pool.idle);
    // Into the largest, which has the least to take in.
    states.sort_by_key(Merge::size);
    let Some(mut whole) = states.pop() else {
        return Err(Error::Unusable { analysis: step, reason: "the query was run twice".to_owned() });
    };
    states.into_iter().try_for_each(|state| whole.absorb(state))?;
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts rows and remembers how large it claims to be.
    #[derive(Default)]
    struct Count {
        n: usize,
        claims: usize,
    }

    impl Merge for Count {
        fn size(&self) -> usize {
            self.claims
        }

        fn absorb(&mut self, other: Self) -> Result<()> {
            self.n += other.n;
            Ok(())
        }
    }

    fn table(n: i64) -> LazyFrame {
        DataFrame::new(n as usize, vec![Column::new("x".into(), (0..n).collect::<Vec<i64>>())]).unwrap().lazy()
    }

    #[test]
    fn every_row_is_seen_once_whatever_the_size_of_states() {
        for claims in [0, 1, MOST_HELD / 2, MOST_HELD, usize::MAX] {
            let add = move |state: &mut Count, batch: &DataFrame| {
                state.n += batch.height();
                state.claims = claims;
                Ok(())
            };
            for n in [0, 1, 1_000_000] {
                assert_eq!(stream_shared("test", table(n), Count::default, add).unwrap().n as i64, n, "{claims}");
            }
        }
    }

    #[test]
    fn the_error_of_a_batch_is_told_and_that_of_polars_too() {
        let refuse = |_: &mut Count, _: &DataFrame| Err(Error::Unusable { analysis: "test", reason: "no".to_owned() });
        let error = |plan: LazyFrame| stream_shared("test", plan, Count::default, refuse).map(|_| ()).unwrap_err();
        assert_eq!(error(table(10)).to_string(), "test: no");
        assert_eq!(error(table(10).select([col("y")])).to_string(), "test: query failed");
    }
}
