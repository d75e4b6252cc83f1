//! Exact sums of weights and of their squares, for many classes at once.

use std::sync::{Arc, OnceLock};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::kernel::exact_sum::ExactSum;
use crate::kernel::positive_sum::PositiveGrid;

/// Weights that have squares among the doubles, with room for sums.
const LEAST: f64 = 1e-150;
const MOST: f64 = 1e150;

/// The grids that weights and their squares are counted on, of which the first weight decides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grids {
    weight: PositiveGrid,
    square: PositiveGrid,
}

/// The grids of all states of one pass, so that their sums are in the same units.
pub(super) type SharedGrids = Arc<OnceLock<Grids>>;

/// What the weight of a row is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::satisfaction) enum WeightKind {
    /// It counts.
    Counts,
    /// It is 0, so the row stands for nobody.
    Zero,
    /// It is negative, not finite, or so large or small that it has no square.
    Unusable,
}

/// What the weight of a row is good for.
#[inline(always)]
pub(in crate::satisfaction) fn kind_of(weight: f64) -> WeightKind {
    if (LEAST..=MOST).contains(&weight) {
        WeightKind::Counts
    } else if weight == 0.0 {
        WeightKind::Zero
    } else {
        WeightKind::Unusable
    }
}

/// What is said of so many weights that are unusable.
pub(in crate::satisfaction) fn unusable_weights(n: u64) -> String {
    format!(
        "{n} response(s) have a weight that is negative, NaN, infinite or beyond 1e-150..1e150; filter them out, or \
         clean the column with `cleaning::Checks`"
    )
}

/// Sums of weights and of their squares by class, without rounding.
#[derive(Debug)]
pub(super) struct WeightSums {
    shared: SharedGrids,
    grids: Option<Grids>,
    /// Units of weights and of squares.
    units: Vec<[i128; 2]>,
    /// What does not fit the grids.
    rest: HashMap<usize, Box<[ExactSum; 2]>, FixedState>,
}

/// Adds weights to their classes.
pub(super) struct Adder<'a> {
    grids: Grids,
    units: &'a mut [[i128; 2]],
    rest: Vec<(usize, f64)>,
}

impl Adder<'_> {
    /// Adds a weight that counts to a class.
    #[inline(always)]
    pub(super) fn add(&mut self, class: usize, weight: f64) {
        let units = (self.grids.weight.units(weight), self.grids.square.units(weight * weight));
        match (units, self.units.get_mut(class)) {
            ((Some(weight), Some(square)), Some(sums)) => {
                sums[0] += weight;
                sums[1] += square;
            }
            _ => self.rest.push((class, weight)),
        }
    }
}

impl WeightSums {
    pub(super) fn new(shared: SharedGrids) -> Self {
        Self { shared, grids: None, units: Vec::new(), rest: HashMap::default() }
    }

    /// Makes room for so many classes, and grids for weights like these.
    pub(super) fn prepare(&mut self, n: usize, weights: &[f64]) {
        self.units.resize(n, [0; 2]);
        if self.grids.is_none() {
            let usable = weights.iter().copied().filter(|&weight| kind_of(weight) == WeightKind::Counts);
            let Some(largest) = usable.reduce(f64::max) else { return };
            let grids =
                || Grids { weight: PositiveGrid::around(largest), square: PositiveGrid::around(largest * largest) };
            self.grids = Some(*self.shared.get_or_init(grids));
        }
    }

    /// Takes in the weights of some rows, which `each` hands over with their classes.
    #[inline(always)]
    pub(super) fn add_all(&mut self, each: impl FnOnce(&mut Adder<'_>)) {
        // Without grids no weight so far counts.
        let of_one = || Grids { weight: PositiveGrid::around(1.0), square: PositiveGrid::around(1.0) };
        let grids = self.grids.unwrap_or_else(of_one);
        let mut adder = Adder { grids, units: &mut self.units, rest: Vec::new() };
        each(&mut adder);
        for (class, weight) in adder.rest {
            let [weights, squares] = &mut **self.rest.entry(class).or_default();
            weights.add(weight);
            squares.add(weight * weight);
        }
    }

    /// Adds the sums of another one, whose class `k` is `class_of(k)` here.
    pub(super) fn merge(&mut self, other: &Self, n: usize, class_of: impl Fn(usize) -> usize) {
        self.units.resize(n, [0; 2]);
        // Of two passes, which have grids of their own, one goes into the rest.
        let is_alike = match (self.grids, other.grids) {
            (Some(mine), Some(theirs)) => mine.weight == theirs.weight && mine.square == theirs.square,
            (None, theirs) => {
                self.grids = theirs;
                true
            }
            (_, None) => true,
        };
        for (class, units) in other.units.iter().enumerate().filter(|(_, units)| **units != [0; 2]) {
            let at = class_of(class);
            if is_alike {
                self.units[at][0] += units[0];
                self.units[at][1] += units[1];
            } else if let Some(grids) = other.grids {
                let [weights, squares] = &mut **self.rest.entry(at).or_default();
                grids.weight.add_to(units[0], weights);
                grids.square.add_to(units[1], squares);
            }
        }
        let mut classes: Vec<(usize, &[ExactSum; 2])> =
            other.rest.iter().map(|(&class, sums)| (class, &**sums)).collect();
        classes.sort_unstable_by_key(|&(class, _)| class);
        for (class, sums) in classes {
            let mine = self.rest.entry(class_of(class)).or_default();
            let [weights, squares] = std::mem::take(&mut **mine);
            **mine = [weights.merge(&sums[0]), squares.merge(&sums[1])];
        }
    }

    /// The sum of some classes: weights and squares, each rounded once; infinite beyond the
    /// largest double.
    pub(super) fn of(&self, classes: impl Iterator<Item = usize> + Clone) -> [f64; 2] {
        let has_rest = !self.rest.is_empty() && classes.clone().any(|class| self.rest.contains_key(&class));
        let mut units = [0; 2];
        for class in classes.clone() {
            let of_class = self.units.get(class).copied().unwrap_or_default();
            units = [units[0] + of_class[0], units[1] + of_class[1]];
        }
        let in_grids = |grids: Grids| [grids.weight.value(units[0]), grids.square.value(units[1])];
        if !has_rest {
            return self.grids.map_or([0.0; 2], in_grids);
        }
        let mut sums = <[ExactSum; 2]>::default();
        if let Some(grids) = self.grids {
            grids.weight.add_to(units[0], &mut sums[0]);
            grids.square.add_to(units[1], &mut sums[1]);
        }
        for rest in classes.filter_map(|class| self.rest.get(&class)) {
            let [weights, squares] = sums;
            sums = [weights.merge(&rest[0]), squares.merge(&rest[1])];
        }
        sums.map(|sum| sum.value().unwrap_or(f64::INFINITY))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sums(weights: &[f64], shared: &SharedGrids) -> WeightSums {
        let mut sums = WeightSums::new(Arc::clone(shared));
        sums.prepare(2, weights);
        sums.add_all(|adder| weights.iter().for_each(|&weight| adder.add(1, weight)));
        sums
    }

    fn exact(weights: &[f64]) -> [f64; 2] {
        let squares: Vec<f64> = weights.iter().map(|weight| weight * weight).collect();
        [ExactSum::of(weights).value().unwrap(), ExactSum::of(&squares).value().unwrap()]
    }

    #[test]
    fn weights_are_sorted_by_what_they_are_good_for() {
        let kinds = |weights: &[f64]| weights.iter().map(|&weight| kind_of(weight)).collect::<Vec<_>>();
        assert_eq!(kinds(&[1e-150, 1.0, 1e150]), [WeightKind::Counts; 3]);
        assert_eq!(kinds(&[0.0, -0.0]), [WeightKind::Zero; 2]);
        assert_eq!(kinds(&[-1.0, f64::NAN, f64::INFINITY, 1e151, 1e-151, 5e-324]), [WeightKind::Unusable; 6]);
    }

    #[test]
    fn no_weights_sum_to_nothing() {
        assert_eq!(WeightSums::new(SharedGrids::default()).of(0..3), [0.0; 2]);
        assert_eq!(sums(&[], &SharedGrids::default()).of(1..2), [0.0; 2]);
    }

    proptest! {
        /// Weights of all sizes, so that some lie beyond the grids that the first ones made.
        #[test]
        fn sums_are_exact_in_any_order_and_in_any_parts(
            weights in prop::collection::vec((0.5_f64..2.0, -150_i32..150), 1..30), at in 0..30_usize, own in any::<bool>()
        ) {
            let narrow = |(weight, power): &(f64, i32)| weight * 2.0_f64.powi(power / 10);
            let wide = |(weight, power): &(f64, i32)| weight * 2.0_f64.powi(power * 3);
            for weights in [weights.iter().map(narrow).collect::<Vec<f64>>(), weights.iter().map(wide).collect()] {
                let expected = exact(&weights);
                let (left, right) = weights.split_at(at.min(weights.len()));
                let grids = SharedGrids::default();
                let other = if own { SharedGrids::default() } else { Arc::clone(&grids) };
                let (mut both, right) = (sums(left, &grids), sums(right, &other));
                both.merge(&right, 2, |class| class);
                prop_assert_eq!(both.of(0..2), expected);
                let mut reversed = weights.clone();
                reversed.reverse();
                prop_assert_eq!(sums(&reversed, &SharedGrids::default()).of(1..2), expected);
            }
        }
    }
}
