//! Columns of few different values.

/// Most different values of a column that is counted and not sorted.
const FEW: usize = 1 << 10;
/// Bits of a place in the look-up table of few values: four places for each value.
const SLOT_BITS: u32 = 12;
/// The level of no value.
const NONE: u16 = u16::MAX;

/// A column of at most 1,024 different values: which of them, in ascending order, each row has.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::kernel) struct FewLevels {
    /// The level of each row from 0; the number of levels for a row that is missing.
    pub(in crate::kernel) of_row: Vec<u16>,
    /// The different values, ascending.
    pub(in crate::kernel) values: Vec<f64>,
}

impl FewLevels {
    /// Finds the levels of values, missing ones being `None`; `None` when there are too many or
    /// one is NaN.
    pub(in crate::kernel) fn of(values: impl ExactSizeIterator<Item = Option<f64>>) -> Option<Self> {
        let mut slots = vec![(0.0, NONE); 1 << SLOT_BITS];
        let mut found: Vec<f64> = Vec::new();
        let mut of_row = Vec::with_capacity(values.len());
        for value in values {
            of_row.push(match value {
                Some(value) => level(&mut slots, &mut found, value)?,
                None => NONE,
            });
        }
        let n = found.len();
        let mut order: Vec<u16> = (0..n as u16).collect();
        order.sort_unstable_by(|&a, &b| found[usize::from(a)].total_cmp(&found[usize::from(b)]));
        let mut ascending = vec![n as u16; usize::from(NONE) + 1];
        for (&level, place) in order.iter().zip(0..) {
            ascending[usize::from(level)] = place;
        }
        of_row.iter_mut().for_each(|level| *level = ascending[usize::from(*level)]);
        Some(Self { of_row, values: order.into_iter().map(|level| found[usize::from(level)]).collect() })
    }

    /// Different values.
    pub(in crate::kernel) fn n(&self) -> usize {
        self.values.len()
    }

    /// Rows of each level, and of none behind them.
    pub(in crate::kernel) fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.n() + 1];
        self.of_row.iter().for_each(|&level| counts[usize::from(level)] += 1);
        counts
    }
}

/// The level of a value in the order of first sight; `None` for one too many.
#[inline]
fn level(slots: &mut [(f64, u16)], found: &mut Vec<f64>, value: f64) -> Option<u16> {
    // Minus zero plus zero is zero.
    let value = value + 0.0;
    // Fibonacci hashing (D. E. Knuth, 1998, The Art of Computer Programming 3, section 6.4): small
    // whole numbers differ in their high bits only.
    let mut at = (value.to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - SLOT_BITS)) as usize;
    loop {
        let (seen, level) = slots[at];
        if level == NONE {
            if found.len() == FEW || value.is_nan() {
                return None;
            }
            slots[at] = (value, found.len() as u16);
            found.push(value);
            return Some(found.len() as u16 - 1);
        }
        if seen == value {
            return Some(level);
        }
        at = (at + 1) % (1 << SLOT_BITS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_numbered_in_the_order_of_the_values() {
        let values = [Some(3.0), None, Some(-0.0), Some(-1.0), Some(0.0), Some(3.0)];
        let levels = FewLevels::of(values.into_iter()).unwrap();
        assert_eq!(levels.values, [-1.0, 0.0, 3.0]);
        assert_eq!(levels.of_row, [2, 3, 1, 0, 1, 2]);
        assert_eq!(levels.counts(), [1, 2, 2, 1]);
        assert!(levels.values[1].is_sign_positive());
    }

    #[test]
    fn one_level_too_many_is_refused() {
        let column = |n: u32| (0..n).map(|i| Some(f64::from(i))).collect::<Vec<_>>();
        assert_eq!(FewLevels::of(column(1_024).into_iter()).unwrap().n(), 1_024);
        assert!(FewLevels::of(column(1_025).into_iter()).is_none());
        assert!(FewLevels::of([Some(f64::NAN)].into_iter()).is_none());
    }
}
