//! Values that come by once: each with its count while they are few, sketched from then on.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::distinct::HyperLogLog;
use super::hash::mixed;
use super::quantiles::QuantileSketch;
use crate::kernel::order::Tallied;
use crate::kernel::undefined::Undefined;

/// A distinct value and how often it has come.
#[derive(Clone, Copy, Debug)]
struct Count {
    bits: u64,
    n: u64,
}

/// What is known of values that came by; merge in any order.
///
/// Up to a number of distinct ones nothing is lost. Beyond it they are a sketch of their quantiles
/// and an estimate of their number, of which no order of the values changes a bit either: both
/// are made from the counts so far.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::sketch::{Kept, ValueStream};
///
/// let mut values = ValueStream::new(100);
/// values.add(&[2.0, 5.0, 2.0]);
/// let Kept::All(tallied) = values.kept().unwrap() else { unreachable!() };
/// assert_eq!((tallied.n_runs(), tallied.median()), (2, Ok(2.0)));
/// ```
#[derive(Clone, Debug)]
pub struct ValueStream {
    /// Distinct values that are counted one by one at the most.
    most: usize,
    state: State,
    /// A value was NaN or infinite.
    is_undefined: bool,
}

#[derive(Clone, Debug)]
enum State {
    Counts(HashTable<Count>),
    Sketches { quantiles: QuantileSketch, distinct: HyperLogLog },
}

/// What is left of the values of a stream.
#[derive(Clone, Debug)]
pub enum Kept<'a> {
    /// All of them.
    All(Tallied),
    /// Sketches of them, as there were too many distinct ones.
    Sketches {
        /// Their quantiles.
        quantiles: &'a QuantileSketch,
        /// Their number without repetitions.
        distinct: &'a HyperLogLog,
    },
}

impl ValueStream {
    /// A stream before its first value, which counts this many distinct ones one by one.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, state: State::Counts(HashTable::new()), is_undefined: false }
    }

    /// Whether all distinct values are kept so far.
    #[must_use]
    pub fn keeps_all(&self) -> bool {
        matches!(self.state, State::Counts(_))
    }

    /// Adds values; one that is NaN or infinite leaves everything undefined.
    pub fn add(&mut self, values: &[f64]) {
        for (at, &value) in values.iter().enumerate() {
            match &mut self.state {
                State::Counts(_) => self.count(value, 1),
                State::Sketches { quantiles, distinct } => {
                    // Once there are too many, there are too many for good.
                    quantiles.add(&values[at..]);
                    values[at..].iter().for_each(|&value| distinct.add(value));
                    return;
                }
            }
        }
    }

    /// Adds a value so many times.
    fn add_repeated(&mut self, value: f64, n: u64) {
        match &mut self.state {
            State::Counts(_) => self.count(value, n),
            State::Sketches { quantiles, distinct } => {
                quantiles.add_repeated(value, n);
                distinct.add(value);
            }
        }
    }

    #[inline]
    fn count(&mut self, value: f64, n: u64) {
        self.is_undefined |= !value.is_finite();
        let State::Counts(counts) = &mut self.state else { return };
        // Zeros of both signs are one value.
        let bits = (value + 0.0).to_bits();
        match counts.entry(mixed(bits), |known| known.bits == bits, |known| mixed(known.bits)) {
            Entry::Occupied(mut known) => known.get_mut().n += n,
            Entry::Vacant(place) => {
                place.insert(Count { bits, n });
                if counts.len() > self.most {
                    self.give_up();
                }
            }
        }
    }

    /// Makes sketches of the counts.
    #[cold]
    fn give_up(&mut self) {
        let (mut quantiles, mut distinct) = (QuantileSketch::default(), HyperLogLog::default());
        if let State::Counts(counts) = &self.state {
            counts.iter().for_each(|known| {
                quantiles.add_repeated(f64::from_bits(known.bits), known.n);
                distinct.add(f64::from_bits(known.bits));
            });
        }
        self.state = State::Sketches { quantiles, distinct };
    }

    /// Adds the values of another stream, which counts as many distinct ones.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        self.is_undefined |= other.is_undefined;
        match &other.state {
            State::Counts(counts) => {
                counts.iter().for_each(|known| self.add_repeated(f64::from_bits(known.bits), known.n));
            }
            State::Sketches { quantiles: theirs, distinct: others } => {
                self.give_up_if_counting();
                if let State::Sketches { quantiles, distinct } = self.state {
                    self.state =
                        State::Sketches { quantiles: quantiles.merge(theirs), distinct: distinct.merge(others) };
                }
            }
        }
        self
    }

    fn give_up_if_counting(&mut self) {
        if self.keeps_all() {
            self.give_up();
        }
    }

    /// What is left of the values.
    ///
    /// # Errors
    /// `TooFew` without values, `NotFinite` when one was NaN or infinite.
    pub fn kept(&self) -> Result<Kept<'_>, Undefined> {
        if self.is_undefined {
            return Err(Undefined::NotFinite);
        }
        match &self.state {
            State::Counts(counts) => {
                let runs = counts.iter().map(|known| (f64::from_bits(known.bits), known.n));
                Tallied::of(runs.collect()).map(Kept::All)
            }
            State::Sketches { quantiles, distinct } => Ok(Kept::Sketches { quantiles, distinct }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[f64], most: usize) -> ValueStream {
        let mut stream = ValueStream::new(most);
        stream.add(values);
        stream
    }

    /// Everything that a stream says, to the last bit.
    fn said(stream: &ValueStream) -> (Result<Tallied, Undefined>, Option<u64>) {
        match stream.kept() {
            Ok(Kept::All(tallied)) => (Ok(tallied), None),
            Ok(Kept::Sketches { quantiles, distinct }) => {
                (quantiles.order_statistics(), Some(distinct.estimate().to_bits()))
            }
            Err(reason) => (Err(reason), None),
        }
    }

    #[test]
    fn the_last_distinct_value_that_fits_is_counted_and_one_more_is_not() {
        let values = [1.0, 2.0, 3.0, -0.0, 0.0, 2.0];
        let (tallied, estimate) = said(&of(&values, 4));
        assert_eq!(tallied.unwrap().runs().collect::<Vec<_>>(), [(0.0, 2), (1.0, 1), (2.0, 2), (3.0, 1)]);
        assert_eq!(estimate, None);
        let (sketched, estimate) = said(&of(&values, 3));
        assert_eq!(sketched.unwrap().n(), 6);
        assert!((f64::from_bits(estimate.unwrap()) - 4.0).abs() < 0.01);
    }

    #[test]
    fn nothing_and_what_is_not_finite_say_why() {
        assert_eq!(said(&of(&[], 3)).0, Err(Undefined::TooFew { n: 0, needed: 1 }));
        for most in [0, 1, 9] {
            assert_eq!(said(&of(&[1.0, 2.0, f64::NAN], most)).0, Err(Undefined::NotFinite));
            let with = of(&[1.0], most).merge(&of(&[3.0, f64::INFINITY], most));
            assert_eq!(said(&with).0, Err(Undefined::NotFinite));
        }
    }

    proptest! {
        #[test]
        fn order_and_merging_change_nothing(mut values in prop::collection::vec((-40..40).prop_map(|i| f64::from(i) / 7.0), 0..120), at in 0_usize..120, most in 0_usize..60) {
            let whole = said(&of(&values, most));
            let (left, right) = values.split_at(at.min(values.len()));
            prop_assert_eq!(said(&of(left, most).merge(&of(right, most))), whole.clone());
            prop_assert_eq!(said(&of(right, most).merge(&of(left, most))), whole.clone());
            values.reverse();
            prop_assert_eq!(said(&of(&values, most)), whole);
        }
    }
}
