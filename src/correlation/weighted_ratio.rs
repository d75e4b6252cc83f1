//! The correlation ratio of weighted rows.
//!
//! Notation: `W_g` the sum of the weights of group g, `m_g` and `v_g` its weighted mean and
//! population variance, all of values less the mean of all, so that groups that differ little
//! on a large mean keep their digits.
//!
//! ```text
//! between = sum W_g (m_g - m)^2     within = sum W_g v_g     eta^2 = between / (between + within)
//! ```

use crate::kernel::exact_sum::ExactSum;
use crate::kernel::moments::Moments;
use crate::kernel::undefined::Undefined;
use crate::kernel::weight::WeightKind;

/// The share of squares between groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct WeightedRatio {
    pub(super) eta_squared: f64,
    pub(super) n_groups: u64,
}

/// The ratio of rows of a group, a value and a weight above 0.
pub(super) fn weighted_ratio(mut rows: Vec<(u32, f64, f64)>) -> Result<WeightedRatio, Undefined> {
    if rows.is_empty() {
        return Err(Undefined::TooFew { n: 0, needed: 2 });
    }
    rows.sort_unstable_by_key(|row| row.0);
    let weights: Vec<f64> = rows.iter().map(|row| row.2).collect();
    let values: Vec<f64> = rows.iter().map(|row| row.1).collect();
    // How weights are meant changes neither mean nor population variance.
    let moments = |values: &[f64], weights: &[f64]| Moments::weighted(values, weights, WeightKind::Sampling);
    let centre = moments(&values, &weights)?.mean();
    let shifted: Vec<f64> = values.iter().map(|value| value - centre).collect();
    if !shifted.iter().all(|value| value.is_finite()) {
        return Err(Undefined::Overflow);
    }
    let mean = moments(&shifted, &weights)?.mean();
    let (mut between, mut within) = (ExactSum::default(), ExactSum::default());
    let (mut n_groups, mut start) = (0, 0);
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        let part = start..start + group.len();
        start = part.end;
        n_groups += 1;
        let weight = ExactSum::of(&weights[part.clone()]).value().ok_or(Undefined::Overflow)?;
        let of_group = moments(&shifted[part.clone()], &weights[part])?;
        between.add(weight * (of_group.mean() - mean).powi(2));
        within.add(weight * of_group.population_variance()?);
    }
    if n_groups < 2 {
        return Err(Undefined::OneGroup);
    }
    let (between, within) = (between.value().ok_or(Undefined::Overflow)?, within.value().ok_or(Undefined::Overflow)?);
    let all = between + within;
    if all == 0.0 {
        return Err(Undefined::Constant);
    }
    if !all.is_finite() {
        return Err(Undefined::Overflow);
    }
    Ok(WeightedRatio { eta_squared: between / all, n_groups })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: by hand. Rows 0 1 2 | 2 3 4 have 6 between and 4 within; a weight of 2 is a row twice.
    #[test]
    fn weights_of_two_are_rows_twice() {
        let plain: Vec<(u32, f64, f64)> =
            [(7, 0.0), (7, 1.0), (7, 2.0), (2, 2.0), (2, 3.0), (2, 4.0)].map(|(g, x)| (g, x, 2.0)).to_vec();
        let found = weighted_ratio(plain).unwrap();
        assert!((found.eta_squared - 0.6).abs() < 1e-15);
        // Rows 0 0 3 | 5: means 1 and 5 about 2: 3 + 9 = 12 between, 6 within.
        let found = weighted_ratio(vec![(0, 0.0, 2.0), (0, 3.0, 1.0), (1, 5.0, 1.0)]).unwrap();
        assert!((found.eta_squared - 12.0 / 18.0).abs() < 1e-15);
    }

    #[test]
    fn an_offset_costs_no_digits() {
        let of = |offset: f64| {
            let rows = [(0, 0.25, 1.0), (0, 0.5, 3.0), (1, 1.0, 2.0), (1, 0.75, 1.0), (2, 0.5, 5.0)];
            weighted_ratio(rows.map(|(g, x, w)| (g, x + offset, w)).to_vec()).unwrap().eta_squared
        };
        assert!((of(1e9) / of(0.0) - 1.0).abs() < 1e-14);
    }

    #[test]
    fn reasons_are_given() {
        assert_eq!(weighted_ratio(vec![]), Err(Undefined::TooFew { n: 0, needed: 2 }));
        assert_eq!(weighted_ratio(vec![(1, 0.0, 1.0), (1, 2.0, 1.0)]), Err(Undefined::OneGroup));
        assert_eq!(weighted_ratio(vec![(1, 2.0, 1.0), (0, 2.0, 1.0)]), Err(Undefined::Constant));
    }
}
