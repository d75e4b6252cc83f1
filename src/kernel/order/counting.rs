//! Sorting by how often each value occurs.

use super::levels::FewLevels;
use super::places::{Places, Rule, on_grid};

/// Steps of a grid that are counted for each value, at the most.
const STEPS_PER_VALUE: u64 = 2;
/// Most steps that are counted: beyond, counts do not stay near the processor.
const MOST_STEPS: u64 = 1 << 20;

/// Ratings, flags, tenths: at most 1,024 different values; `false` when there are more.
pub(super) fn sort_few(values: &mut [f64]) -> bool {
    let Some(levels) = FewLevels::of(values.iter().copied().map(Some)) else { return false };
    write(values, levels.counts(), |step| levels.values[step as usize]);
    true
}

/// Days, orders, amounts in cents: a pass to count and one to write; `false` for too wide a grid.
pub(super) fn sort_grid(values: &mut [f64], places: Places) -> bool {
    let Rule::Grid { unit, first } = places.rule else { return false };
    // A wide range of few values would take longer to write than to sort.
    if 1 << places.bits > MOST_STEPS.min(values.len() as u64 * STEPS_PER_VALUE) {
        return false;
    }
    let mut counts = vec![0_u32; 1 << places.bits];
    values.iter().for_each(|&value| counts[on_grid(value, unit, first) as usize] += 1);
    write(values, counts, |step| (first + f64::from(step)) / unit + 0.0);
    true
}

/// Writes each value as often as it was counted.
fn write(values: &mut [f64], counts: Vec<u32>, value: impl Fn(u32) -> f64) {
    let mut rest = values;
    for (step, count) in (0..).zip(counts).filter(|(_, count)| *count > 0) {
        let (equal, others) = rest.split_at_mut(count as usize);
        equal.fill(value(step));
        rest = others;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_on_a_grid_are_counted() {
        let mut cents = [2.55, -1.5, 0.01, 2.55, -1.5].repeat(100);
        let places = Places::on_grid(&cents, 100.0).unwrap();
        assert!(sort_grid(&mut cents, places));
        assert!(cents[..200] == [-1.5; 200] && cents[200..300] == [0.01; 100] && cents[300..] == [2.55; 200]);
        let places = Places::on_grid(&[0.0, 1e6], 1.0).unwrap();
        assert!(!sort_grid(&mut [0.0, 1e6], places), "too wide for two values");
    }

    #[test]
    fn few_values_are_counted_wherever_they_lie() {
        let mut values = [1e300, -5e-324, 0.1 + 0.2, f64::INFINITY, -5e-324];
        assert!(sort_few(&mut values));
        assert_eq!(values, [-5e-324, -5e-324, 0.1 + 0.2, 1e300, f64::INFINITY]);
        let mut many: Vec<f64> = (0..2_000).rev().map(f64::from).collect();
        assert!(!sort_few(&mut many) && many[0] == 1_999.0);
    }
}
