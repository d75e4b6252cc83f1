//! Levels that come by once: each with its count while they are few, an estimate of their number
//! from then on.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::distinct::HyperLogLog;
use super::hash::mixed_bytes;

/// Bytes that a level has on average when all are kept.
const BYTES_OF_LEVEL: usize = 64;
/// Texts of fewer bytes than an estimate takes are kept however long each of them is.
const FEW_BYTES: usize = 1 << 14;

/// What is known of levels that came by; merge in any order.
///
/// Up to a number of distinct ones, and up to 64 bytes for each of that number or 16 KB in all, nothing
/// is lost. Beyond it their number is estimated. Whether it is depends on the set of levels alone,
/// so that no order of them changes a bit.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::sketch::{KeptLevels, LevelStream};
///
/// let mut levels = LevelStream::new(2);
/// levels.add("tea", 2);
/// levels.add("jam", 1);
/// levels.add("tea", 1);
/// let KeptLevels::All(counts) = levels.kept() else { unreachable!() };
/// assert_eq!(counts, [("jam", 1), ("tea", 3)]);
/// levels.add("egg", 1);
/// let KeptLevels::Sketch(distinct) = levels.kept() else { unreachable!() };
/// assert_eq!(distinct.estimate().round(), 3.0);
/// ```
#[derive(Clone, Debug)]
pub struct LevelStream {
    /// Distinct levels that are counted one by one at the most.
    most: usize,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Counts(Counts),
    Sketch(HyperLogLog),
}

/// Levels in the order in which they came, their texts in one piece.
#[derive(Clone, Debug, Default)]
struct Counts {
    places: HashTable<u32>,
    levels: Vec<Count>,
    texts: String,
}

/// A level and how often it has come.
#[derive(Clone, Copy, Debug)]
struct Count {
    hash: u64,
    /// Where its text ends; it starts where that of the level before ends.
    end: usize,
    n: u64,
}

/// What is left of the levels of a stream.
#[derive(Clone, Debug)]
pub enum KeptLevels<'a> {
    /// All of them with their counts, ascending by their bytes.
    All(Vec<(&'a str, u64)>),
    /// An estimate of their number, as there were too many.
    Sketch(&'a HyperLogLog),
}

impl LevelStream {
    /// A stream before its first level, which counts this many distinct ones one by one.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most: most.min(u32::MAX as usize), state: State::Counts(Counts::default()) }
    }

    /// Adds a level that has come so many times.
    pub fn add(&mut self, level: &str, n: u64) {
        if n > 0 {
            self.add_hashed(level, mixed_bytes(level.as_bytes()), n);
        }
    }

    #[inline]
    fn add_hashed(&mut self, level: &str, hash: u64, n: u64) {
        let counts = match &mut self.state {
            State::Sketch(distinct) => return distinct.add_hash(hash),
            State::Counts(counts) => counts,
        };
        counts.add(level, hash, n);
        let most_bytes = self.most.saturating_mul(BYTES_OF_LEVEL).max(FEW_BYTES);
        if counts.levels.len() > self.most || counts.texts.len() > most_bytes {
            let sketch = counts.sketch();
            self.state = State::Sketch(sketch);
        }
    }

    /// Adds the levels of another stream, which counts as many distinct ones.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        match &other.state {
            State::Counts(counts) => {
                for (at, count) in counts.levels.iter().enumerate() {
                    self.add_hashed(counts.text(at), count.hash, count.n);
                }
            }
            State::Sketch(theirs) => {
                let mine = match self.state {
                    State::Counts(counts) => counts.sketch(),
                    State::Sketch(mine) => mine,
                };
                self.state = State::Sketch(mine.merge(theirs));
            }
        }
        self
    }

    /// What is left of the levels.
    #[must_use]
    pub fn kept(&self) -> KeptLevels<'_> {
        match &self.state {
            State::Counts(counts) => {
                let all = counts.levels.iter().enumerate();
                let mut all: Vec<(&str, u64)> = all.map(|(at, count)| (counts.text(at), count.n)).collect();
                all.sort_unstable();
                KeptLevels::All(all)
            }
            State::Sketch(distinct) => KeptLevels::Sketch(distinct),
        }
    }
}

impl Counts {
    fn text(&self, at: usize) -> &str {
        text(&self.texts, &self.levels, at)
    }

    #[inline]
    fn add(&mut self, level: &str, hash: u64, n: u64) {
        let Self { places, levels, texts } = self;
        let is_it = |&at: &u32| levels[at as usize].hash == hash && text(texts, levels, at as usize) == level;
        match places.entry(hash, is_it, |&at| levels[at as usize].hash) {
            Entry::Occupied(place) => levels[*place.get() as usize].n += n,
            Entry::Vacant(place) => {
                place.insert(levels.len() as u32);
                texts.push_str(level);
                levels.push(Count { hash, end: texts.len(), n });
            }
        }
    }

    fn sketch(&self) -> HyperLogLog {
        let mut distinct = HyperLogLog::default();
        self.levels.iter().for_each(|count| distinct.add_hash(count.hash));
        distinct
    }
}

/// The text of the level at a place.
#[inline]
fn text<'a>(texts: &'a str, levels: &[Count], at: usize) -> &'a str {
    let start = if at == 0 { 0 } else { levels[at - 1].end };
    &texts[start..levels[at].end]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn of<'a>(levels: impl IntoIterator<Item = &'a str>, most: usize) -> LevelStream {
        let mut stream = LevelStream::new(most);
        levels.into_iter().for_each(|level| stream.add(level, 1));
        stream
    }

    /// Everything that a stream says, to the last bit.
    fn said(stream: &LevelStream) -> (Vec<(&str, u64)>, Option<u64>) {
        match stream.kept() {
            KeptLevels::All(counts) => (counts, None),
            KeptLevels::Sketch(distinct) => (Vec::new(), Some(distinct.estimate().to_bits())),
        }
    }

    #[test]
    fn the_last_level_that_fits_is_counted_and_one_more_is_not() {
        let levels = ["b", "", "王芳", "b", "a\0", "a"];
        assert_eq!(said(&of(levels, 5)).0, [("", 1), ("a", 1), ("a\0", 1), ("b", 2), ("王芳", 1)]);
        let stream = of(levels, 4);
        let (counts, estimate) = said(&stream);
        assert!(counts.is_empty());
        assert!((f64::from_bits(estimate.unwrap()) - 5.0).abs() < 0.01);
    }

    #[test]
    fn nothing_has_no_levels_and_what_has_not_come_is_none() {
        assert_eq!(said(&LevelStream::new(0)), (Vec::new(), None));
        let mut stream = LevelStream::new(0);
        stream.add("a", 0);
        assert_eq!(said(&stream), (Vec::new(), None));
    }

    /// By hand: 16,384 bytes in all, and with 300 levels 64 bytes for each of these, 19,200.
    #[test]
    fn texts_are_kept_up_to_a_number_of_bytes() {
        let long = "x".repeat(16_383);
        assert_eq!(said(&of([long.as_str(), "y"], 10)).0.len(), 2);
        assert!(said(&of([long.as_str(), "yy"], 10)).1.is_some());
        let longer = "x".repeat(19_199);
        assert_eq!(said(&of(["y", longer.as_str()], 300)).0.len(), 2);
        assert!(said(&of(["yy", longer.as_str()], 300)).1.is_some());
    }

    /// Oracle: the number of texts that were put in.
    #[test]
    fn estimates_keep_to_their_standard_error() {
        for n in [1_000, 20_000, 300_000] {
            let texts: Vec<String> = (0..n).map(|i| format!("customer {i}")).collect();
            let stream = of(texts.iter().map(String::as_str), 100);
            let KeptLevels::Sketch(distinct) = stream.kept() else { panic!("{n}") };
            let error = distinct.estimate() / f64::from(n) - 1.0;
            assert!(error.abs() < 3.0 * HyperLogLog::RELATIVE_STD_ERROR, "{n}: {error}");
        }
    }

    proptest! {
        /// Oracle: a map.
        #[test]
        fn order_and_merging_change_nothing(mut levels in prop::collection::vec("[ab茶]{0,3}", 0..120), at in 0_usize..120, most in 0_usize..60) {
            let texts = |levels: &[String]| of(levels.iter().map(String::as_str), most);
            let whole = texts(&levels);
            let (left, right) = levels.split_at(at.min(levels.len()));
            let (left, right) = (texts(left), texts(right));
            for merged in [left.clone().merge(&right), right.merge(&left)] {
                prop_assert_eq!(said(&merged), said(&whole));
            }
            let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
            levels.iter().for_each(|level| *counts.entry(level).or_default() += 1);
            if counts.len() <= most {
                prop_assert_eq!(said(&whole).0, counts.into_iter().collect::<Vec<_>>());
            } else {
                prop_assert!(said(&whole).1.is_some());
            }
            levels.reverse();
            let reversed = texts(&levels);
            prop_assert_eq!(said(&reversed), said(&whole));
        }
    }
}
