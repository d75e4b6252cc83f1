//! Places: whole numbers of 32 bits that values are sorted by.
//!
//! Which rule gives the fewest different values the same place is seen from a sample: steps of a
//! grid (amounts in cents, ages, tenths), parts of equal width between two values, or the high bits
//! of the key, which are equal ratios. The sample decides on the way and on no digit.

use super::radix::{WIDEST, key};

/// Values that are looked at to choose the way.
const SAMPLE: usize = 1 << 10;
/// With as many different values in a sample, all of them may be few.
const FEW: usize = SAMPLE / 4;
/// Bits of the places among which values of the sample are expected to meet.
const COARSE: u32 = 12;
/// Bits of places by two digits and by three.
const TWO_DIGITS: u32 = 2 * WIDEST;
const THREE_DIGITS: u32 = 32;
/// Other values with the same place, expected for a value, with which two digits are enough.
const FEW_MEET: f64 = 0.5;
/// Numbers between this and twice this lie one apart, so that a smaller one added to it is
/// rounded to a whole number, which is the lowest bits of the sum.
const WHOLE: f64 = 4_503_599_627_370_496.0;
/// The same for numbers of both signs.
const SIGNED_WHOLE: f64 = 1.5 * WHOLE;

/// How values are best sorted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Way {
    /// They may be few different ones: counted.
    Few,
    /// All of the sample lie on a grid, and the others may.
    Grid { unit: f64 },
    /// By their places.
    Places(Places),
    /// Too many different ones share their places; compared.
    Compare,
}

/// A rule that gives every value a place: a larger value never has a lower one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Places {
    pub(super) rule: Rule,
    /// Bits of the places.
    pub(super) bits: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rule {
    /// Steps of `1 / unit` from `first` of them on: no two different values share one.
    Grid { unit: f64, first: f64 },
    /// Parts of equal width from `least` on; values beyond have the places at the ends.
    Line { least: f64, factor: f64, last: f64 },
    /// High bits of the key from `least` on; values beyond have the places at the ends.
    Key { least: u64, shift: u32, last: u64 },
}

impl Way {
    /// The way for numbers, none of them NaN.
    pub(super) fn of(values: &[f64]) -> Self {
        let sample = sample(values);
        if sample.chunk_by(|a, b| a == b).count() <= FEW {
            return Self::Few;
        }
        if let Some(unit) = [1.0, 10.0, 100.0].into_iter().find(|&unit| sample.iter().all(|&value| is_on(value, unit)))
        {
            return Self::Grid { unit };
        }
        Places::between(&sample, values.len()).map_or(Self::Compare, Self::Places)
    }
}

/// Some of the values, in order.
fn sample(values: &[f64]) -> Vec<f64> {
    let mut sample: Vec<f64> = values.iter().step_by(values.len().div_ceil(SAMPLE).max(1)).copied().collect();
    sample.sort_unstable_by_key(|&value| key(value));
    sample
}

impl Places {
    /// The best ones but for a grid; `None` where values are better compared.
    pub(super) fn of(values: &[f64]) -> Option<Self> {
        Self::between(&sample(values), values.len())
    }

    /// For values all of which lie on a grid; `None` when there are others, or too many steps.
    pub(super) fn on_grid(values: &[f64], unit: f64) -> Option<Self> {
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut are_on = true;
        for &value in values {
            min = if value < min { value } else { min };
            max = if value > max { value } else { max };
            are_on &= is_on(value, unit);
        }
        let (first, last) = ((min * unit).round(), (max * unit).round());
        if !(are_on && last - first < f64::from(u32::MAX)) {
            return None;
        }
        let bits = u64::BITS - ((last - first) as u64).leading_zeros();
        Some(Self { rule: Rule::Grid { unit, first }, bits })
    }

    /// By the keys of a part of all values.
    pub(super) fn of_keys(values: &[f64]) -> Self {
        let keys = || values.iter().map(|&value| key(value));
        let (least, most) = (keys().min().unwrap_or(0), keys().max().unwrap_or(0));
        Self::by_key(least, most, THREE_DIGITS)
    }

    /// The better one of equal widths and equal ratios for so many values like the sample, which
    /// is in order; `None` when both leave most of the values together with others.
    fn between(sample: &[f64], n: usize) -> Option<Self> {
        let (&least, &most) = (sample.first()?, sample.last()?);
        let keys = Self::by_key(key(least), key(most), TWO_DIGITS);
        if matches!(keys.rule, Rule::Key { shift: 0, .. }) {
            return Some(keys);
        }
        let rules = [Self::line, |least, most, bits| Self::by_key(key(least), key(most), bits)];
        let meets = |rule: fn(f64, f64, u32) -> Self| rule(least, most, COARSE).meetings(sample) * n as f64;
        let [by_line, by_key] = rules.map(meets);
        let (rule, meet) = if by_line < by_key { (rules[0], by_line) } else { (rules[1], by_key) };
        let expected = |bits: u32| meet * 2.0_f64.powi(COARSE as i32 - bits as i32);
        let bits = if expected(TWO_DIGITS) < FEW_MEET { TWO_DIGITS } else { THREE_DIGITS };
        (expected(bits) < 16.0).then(|| rule(least, most, bits))
    }

    fn line(least: f64, most: f64, bits: u32) -> Self {
        let last = ((1_u64 << bits) - 1) as f64;
        let factor = last / (most - least);
        // Where the width overflows all values have the place 0.
        let factor = if factor.is_finite() { factor } else { 0.0 };
        Self { rule: Rule::Line { least: least.max(f64::MIN), factor, last }, bits }
    }

    fn by_key(least: u64, most: u64, bits: u32) -> Self {
        let width = u64::BITS - (most - least).leading_zeros();
        let shift = width.saturating_sub(bits);
        Self { rule: Rule::Key { least, shift, last: most - least }, bits: width - shift }
    }

    /// The share of pairs of different values that have the same place.
    fn meetings(&self, sample: &[f64]) -> f64 {
        let pairs = |n: usize| (n * n.saturating_sub(1) / 2) as f64;
        let shared: f64 = sample
            .chunk_by(|&a, &b| self.place(a) == self.place(b))
            .map(|run| pairs(run.len()) - run.chunk_by(|a, b| a == b).map(|equal| pairs(equal.len())).sum::<f64>())
            .sum();
        shared / pairs(sample.len()).max(1.0)
    }

    pub(super) fn place(&self, value: f64) -> u32 {
        match self.rule {
            Rule::Grid { unit, first } => on_grid(value, unit, first),
            Rule::Line { least, factor, last } => on_line(value, least, factor, last),
            Rule::Key { least, shift, last } => of_key(value, least, shift, last),
        }
    }

    /// Whether all values with this place are equal.
    #[inline(always)]
    pub(super) fn is_one_value(&self, place: u32) -> bool {
        match self.rule {
            Rule::Grid { .. } => true,
            Rule::Line { .. } => false,
            // Values beyond the ends have the places there.
            Rule::Key { shift, last, .. } => shift == 0 && place > 0 && u64::from(place) < last,
        }
    }
}

/// The value in steps, rounded.
#[inline(always)]
fn steps(value: f64, unit: f64) -> f64 {
    (value * unit + SIGNED_WHOLE) - SIGNED_WHOLE
}

/// Whether a value is so many steps over the unit and no other double; never for large ones.
#[inline(always)]
fn is_on(value: f64, unit: f64) -> bool {
    const LARGEST: f64 = 1e15;
    (steps(value, unit) / unit == value) & (value * unit < LARGEST) & (value * unit > -LARGEST)
}

/// The place of a value on the grid.
#[inline(always)]
pub(super) fn on_grid(value: f64, unit: f64, first: f64) -> u32 {
    (steps(value, unit) - first + WHOLE).to_bits() as u32
}

/// The place of a value on the line.
#[inline(always)]
pub(super) fn on_line(value: f64, least: f64, factor: f64, last: f64) -> u32 {
    let place = (value - least) * factor;
    // Infinite times zero is NaN, which is not above the first place.
    let place = if place > 0.0 { place } else { 0.0 };
    let place = if place < last { place } else { last };
    (place + WHOLE).to_bits() as u32
}

/// The place of a value by its key.
#[inline(always)]
pub(super) fn of_key(value: f64, least: u64, shift: u32, last: u64) -> u32 {
    (key(value).saturating_sub(least).min(last) >> shift) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ENDS: [f64; 9] = [f64::NEG_INFINITY, f64::MIN, -1.0, -5e-324, 0.0, 1e-300, 1.5, f64::MAX, f64::INFINITY];

    fn many(of: impl Fn(f64) -> f64) -> Vec<f64> {
        (0..5_000_u32).map(|i| of(f64::from(i.wrapping_mul(2_654_435_761)) / 4_294_967_296.0)).collect()
    }

    #[test]
    fn a_larger_value_never_has_a_lower_place() {
        for (least, most) in [(0.0, 1.0), (-1e308, 1e308), (-5e-324, 1e-300), (f64::NEG_INFINITY, f64::INFINITY)] {
            for bits in [COARSE, TWO_DIGITS, THREE_DIGITS] {
                for places in [Places::line(least, most, bits), Places::by_key(key(least), key(most), bits)] {
                    let found = ENDS.map(|value| places.place(value));
                    assert!(found.is_sorted(), "{places:?} {found:?}");
                    assert!(found.iter().all(|&place| u64::from(place) < 1 << bits));
                }
            }
        }
    }

    #[test]
    fn the_way_follows_the_values() {
        assert_eq!(Way::of(&many(|u| (9.0 * u).floor())), Way::Few);
        assert_eq!(Way::of(&many(|u| (1e6 * u).floor())), Way::Grid { unit: 1.0 });
        assert_eq!(Way::of(&many(|u| (1e6 * u).round() / 10.0)), Way::Grid { unit: 10.0 });
        assert_eq!(Way::of(&many(|u| (1e6 * u).round() / 100.0)), Way::Grid { unit: 100.0 });
        let rule = |values: Vec<f64>| match Way::of(&values) {
            Way::Places(places) => Some(places.rule),
            _ => None,
        };
        assert!(matches!(rule(many(|u| u)), Some(Rule::Line { .. })));
        assert!(matches!(rule(many(|u| 1e9 + u)), Some(Rule::Key { shift: 0, .. })));
        assert!(matches!(rule(many(|u| (50.0 * u).exp())), Some(Rule::Key { .. })));
    }

    #[test]
    fn one_value_beside_the_grid_is_seen() {
        let mut values = many(|u| ((1e6 * u).round() - 7_700.0) / 100.0);
        assert!(Places::on_grid(&values, 100.0).is_some_and(|places| places.is_one_value(0)));
        for other in [0.005, f64::NAN, f64::INFINITY, 1e18, 0.1 + 0.2] {
            values[3] = other;
            assert_eq!(Places::on_grid(&values, 100.0), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn places_on_a_grid_are_its_steps(cents in prop::collection::vec(-1_000_000_i32..1_000_000, 1..40)) {
            let values: Vec<f64> = cents.iter().map(|&cents| f64::from(cents) / 100.0).collect();
            let places = Places::on_grid(&values, 100.0).unwrap();
            let least = cents.iter().min().unwrap();
            for (value, cents) in values.iter().zip(&cents) {
                prop_assert_eq!(places.place(*value), (cents - least) as u32);
            }
        }
    }
}
