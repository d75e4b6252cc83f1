//! Quantiles of a sample, by nine definitions, weighted or not, without sorting all of it where few
//! are asked for.
//!
//! Notation: `n` values in order `x_1 <= ... <= x_n`, share `p`. [`QuantileType`] has the formulas;
//! functions that name none have type 7, the default of R and NumPy. Where a sample is in order
//! anyway, [`Sorted`](super::order::Sorted) gives all of them for nothing.

mod quantile_type;
mod select;
mod weighted;

use super::order::Sorter;
pub(crate) use quantile_type::Place;
pub use quantile_type::QuantileType;
pub use select::median_of;
pub use weighted::WeightedSample;

/// Shares for which selecting is quicker than sorting.
const FEW_SHARES: usize = 4;

/// Quantiles of type 7, one per share, in the order of the shares; may reorder the values.
///
/// A few shares cost O(n) each, as only the order statistics beside each quantile are put in
/// their places; for more of them the values are sorted once. `None` for no values, for a share
/// outside 0..=1, and for a point between minus and plus infinity. Values must not be NaN;
/// infinite ones are as good as any.
#[must_use]
pub fn quantiles(values: &mut [f64], shares: &[f64]) -> Vec<Option<f64>> {
    quantiles_of_type(values, shares, QuantileType::Type7)
}

/// Quantiles of a type, otherwise as [`quantiles`].
#[must_use]
pub fn quantiles_of_type(values: &mut [f64], shares: &[f64], quantile_type: QuantileType) -> Vec<Option<f64>> {
    if shares.len() <= FEW_SHARES {
        return shares.iter().map(|&share| quantile_of_type(values, share, quantile_type)).collect();
    }
    let mut sorter = Sorter::default();
    match sorter.sort(values) {
        Ok(sorted) => shares.iter().map(|&share| sorted.quantile(share, quantile_type).ok()).collect(),
        Err(_) => vec![None; shares.len()],
    }
}

/// One quantile of type 7; reorders the values. See [`quantiles`].
#[must_use]
pub fn quantile(values: &mut [f64], share: f64) -> Option<f64> {
    quantile_of_type(values, share, QuantileType::Type7)
}

/// One quantile of a type; reorders the values. See [`quantiles`].
#[must_use]
pub fn quantile_of_type(values: &mut [f64], share: f64, quantile_type: QuantileType) -> Option<f64> {
    let Place { below, part } = quantile_type.place(values.len(), share)?;
    let (_, &mut low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    if part == 0.0 || above.is_empty() {
        return Some(low + 0.0);
    }
    let high = above.iter().copied().fold(f64::INFINITY, f64::min);
    between(low, high, part)
}

/// The middle value, or the mean of the two middle ones; reorders the values.
#[must_use]
pub fn median(values: &mut [f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// A point between two values; neither their difference nor their sum may overflow. There is
/// none between infinities of both signs.
pub(crate) fn between(low: f64, high: f64, part: f64) -> Option<f64> {
    if low == high {
        return Some(low + 0.0);
    }
    let point = if part == 0.5 {
        let sum = low + high;
        if sum.is_finite() { sum / 2.0 } else { low / 2.0 + high / 2.0 }
    } else {
        let gap = high - low;
        if gap.is_finite() { low + part * gap } else { low * (1.0 - part) + high * part }
    };
    // Rounding may not carry it beyond the values it lies between.
    Some(point).filter(|point| !point.is_nan()).map(|point| point.clamp(low, high))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::order::{Sorted, ascending};

    /// Oracle: by hand from the formula.
    #[test]
    fn between_infinities_of_both_signs_there_is_no_quantile() {
        let mut ends = [f64::NEG_INFINITY, f64::INFINITY];
        for share in [0.25, 0.5, 0.75] {
            assert_eq!(quantile(&mut ends, share), None, "{share}");
        }
        let shares = [0.0, 0.1, 0.5, 0.9, 1.0];
        let (low, high) = (Some(f64::NEG_INFINITY), Some(f64::INFINITY));
        assert_eq!(quantiles(&mut ends, &shares), [low, None, None, None, high]);
        assert_eq!(median(&mut [f64::NEG_INFINITY, 1.0]), low);
    }

    #[test]
    fn quantiles_are_those_of_the_formula() {
        let mut values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(quantiles(&mut values, &[0.0, 0.25, 0.5, 0.9, 1.0]), [1.0, 1.75, 2.5, 3.7, 4.0].map(Some));
        assert_eq!(median(&mut [7.0]), Some(7.0));
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
    }

    #[test]
    fn what_has_no_quantile_has_none() {
        assert_eq!(median(&mut []), None);
        assert_eq!(quantile(&mut [1.0], 1.5), None);
        assert_eq!(quantile(&mut [1.0], f64::NAN), None);
    }

    #[test]
    fn wide_ranges_do_not_overflow() {
        assert_eq!(median(&mut [-f64::MAX, f64::MAX]), Some(0.0));
        assert_eq!(median(&mut [f64::MAX, f64::MAX]), Some(f64::MAX));
        assert!(quantile(&mut [-f64::MAX, f64::MAX], 0.25).is_some_and(f64::is_finite));
        assert_eq!(median(&mut [1.0, f64::INFINITY]), Some(f64::INFINITY));
    }

    /// Oracle: numpy 2.4.6, `quantile(method = )` of 1, 4, 9, ..., n^2, in the order of the types.
    #[test]
    fn the_nine_types_agree_with_numpy() {
        let shares = [0.0, 0.1, 0.25, 0.3, 0.5, 0.65, 0.9, 1.0];
        for (n, expected) in NUMPY {
            let values: Vec<f64> = (1..=n).map(|i| f64::from(i * i)).collect();
            let sample = Sorted::of_ascending(&values).unwrap();
            for (quantile_type, expected) in QuantileType::ALL.into_iter().zip(expected) {
                for (found, expected) in sample.quantiles(&shares, quantile_type).into_iter().zip(expected) {
                    let found = found.unwrap();
                    assert!((found / expected - 1.0).abs() < 1e-15, "{quantile_type:?} {n}: {found} {expected}");
                }
            }
        }
    }

    const NUMPY: [(i32, [[f64; 8]; 9]); 3] = [
        (
            4,
            [
                [1.0, 1.0, 1.0, 4.0, 4.0, 9.0, 16.0, 16.0],
                [1.0, 1.0, 2.5, 4.0, 6.5, 9.0, 16.0, 16.0],
                [1.0, 1.0, 1.0, 1.0, 4.0, 9.0, 16.0, 16.0],
                [1.0, 1.0, 1.0, 1.5999999999999999, 4.0, 7.0, 13.200000000000001, 16.0],
                [1.0, 1.0, 2.5, 3.0999999999999996, 6.5, 9.700000000000001, 16.0, 16.0],
                [1.0, 1.0, 1.75, 2.5, 6.5, 10.75, 16.0, 16.0],
                [1.0, 1.9000000000000001, 3.25, 3.6999999999999997, 6.5, 8.75, 13.900000000000002, 16.0],
                [1.0, 1.0, 2.25, 2.9, 6.5, 10.050000000000002, 16.0, 16.0],
                [1.0, 1.0, 2.3125, 2.9499999999999997, 6.5, 9.962500000000002, 16.0, 16.0],
            ],
        ),
        (
            7,
            [
                [1.0, 1.0, 4.0, 9.0, 16.0, 25.0, 49.0, 49.0],
                [1.0, 1.0, 4.0, 9.0, 16.0, 25.0, 49.0, 49.0],
                [1.0, 1.0, 4.0, 4.0, 16.0, 25.0, 36.0, 49.0],
                [1.0, 1.0, 3.25, 4.5, 12.5, 20.95, 39.9, 49.0],
                [1.0, 1.6000000000000005, 5.25, 7.0, 16.0, 25.549999999999997, 46.4, 49.0],
                [1.0, 1.0, 4.0, 6.0, 16.0, 27.200000000000003, 49.0, 49.0],
                [1.0, 2.8000000000000003, 6.5, 7.999999999999999, 16.0, 24.1, 41.2, 49.0],
                [1.0, 1.2, 4.833333333333332, 6.666666666666666, 16.0, 26.099999999999994, 48.13333333333334, 49.0],
                [
                    1.0,
                    1.3000000000000003,
                    4.9375,
                    6.750000000000002,
                    16.0,
                    25.962499999999995,
                    47.699999999999996,
                    49.0,
                ],
            ],
        ),
        (
            10,
            [
                [1.0, 1.0, 9.0, 9.0, 25.0, 49.0, 81.0, 100.0],
                [1.0, 2.5, 9.0, 12.5, 30.5, 49.0, 90.5, 100.0],
                [1.0, 1.0, 4.0, 9.0, 25.0, 36.0, 81.0, 100.0],
                [1.0, 1.0, 6.5, 9.0, 25.0, 42.5, 81.0, 100.0],
                [1.0, 2.5, 9.0, 12.5, 30.5, 49.0, 90.5, 100.0],
                [1.0, 1.3000000000000003, 7.75, 11.099999999999998, 30.5, 51.25000000000001, 98.10000000000001, 100.0],
                [1.0, 3.7, 10.75, 13.899999999999999, 30.5, 47.050000000000004, 82.89999999999999, 100.0],
                [1.0, 2.1, 8.583333333333332, 12.033333333333335, 30.5, 49.75, 93.03333333333333, 100.0],
                [
                    1.0,
                    2.1999999999999997,
                    8.6875,
                    12.150000000000002,
                    30.5,
                    49.56249999999999,
                    92.39999999999999,
                    100.0,
                ],
            ],
        ),
    ];

    /// Oracle: by hand; with one value every quantile is that value.
    #[test]
    fn one_value_and_equal_values_are_every_quantile() {
        for quantile_type in QuantileType::ALL {
            for share in [0.0, 0.3, 0.5, 1.0] {
                assert_eq!(quantile_of_type(&mut [7.0], share, quantile_type), Some(7.0));
                assert_eq!(quantile_of_type(&mut [0.1; 9], share, quantile_type), Some(0.1));
                let wide = quantile_of_type(&mut [-f64::MAX, f64::MAX], share, quantile_type);
                assert!(wide.is_some_and(f64::is_finite), "{quantile_type:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn types_agree_whether_selected_or_sorted(mut values in prop::collection::vec((-9..9).prop_map(f64::from), 1..40), share in 0.0..=1.0) {
            let sorted = ascending(&values);
            for quantile_type in QuantileType::ALL {
                let found = quantile_of_type(&mut values, share, quantile_type).unwrap();
                let expected = Sorted::of_ascending(&sorted).unwrap().quantile(share, quantile_type);
                prop_assert_eq!(Ok(found), expected);
                prop_assert!(sorted[0] <= found && found <= sorted[sorted.len() - 1]);
            }
        }

        #[test]
        fn a_larger_share_has_no_smaller_quantile(values in prop::collection::vec(-1e6..1e6, 1..40), a in 0.0..=1.0, b in 0.0..=1.0) {
            let sorted = ascending(&values);
            let sample = Sorted::of_ascending(&sorted).unwrap();
            for quantile_type in QuantileType::ALL {
                let [low, high] = [f64::min(a, b), f64::max(a, b)].map(|share| sample.quantile(share, quantile_type).unwrap());
                prop_assert!(low <= high, "{:?} {} {}", quantile_type, low, high);
            }
        }

        #[test]
        fn many_quantiles_are_what_each_is_by_itself(mut values in prop::collection::vec(-1e6..1e6, 0..60)) {
            let shares = [0.0, 0.1, 0.25, 1.0 / 3.0, 0.5, 0.9, 1.0, 1.5, f64::NAN];
            let each: Vec<_> = shares.iter().map(|&share| quantile(&mut values.clone(), share)).collect();
            prop_assert_eq!(quantiles(&mut values, &shares), each);
        }

        #[test]
        fn selecting_gives_what_sorting_gives(mut values in prop::collection::vec(-1e6..1e6, 1..60), share in 0.0..=1.0) {
            let found = quantile(&mut values, share).unwrap();
            values.sort_by(f64::total_cmp);
            let position = (values.len() - 1) as f64 * share;
            let (below, above) = (position.floor() as usize, position.ceil() as usize);
            prop_assert!(values[below] <= found && found <= values[above]);
        }
    }
}
