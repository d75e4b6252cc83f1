//! Quantiles of a sample, without sorting all of it.
//!
//! Notation: `n` values in order `x_1 <= ... <= x_n`, share `p`. Type 7 of R. J. Hyndman &
//! Y. Fan (1996), The American Statistician 50(4), 361-365: with `h = (n - 1) p + 1`,
//! `Q(p) = x_floor(h) + (h - floor(h)) (x_floor(h)+1 - x_floor(h))`.

/// Shares for which selecting is quicker than sorting.
const FEW_SHARES: usize = 4;

/// Quantiles of type 7, one per share, in the order of the shares; reorders the values.
///
/// A few shares cost O(n) each, as only the order statistics beside each quantile are put in
/// their places; for more of them the values are sorted once. `None` for no values, for a share
/// outside 0..=1, and for a point between minus and plus infinity. Values must not be NaN;
/// infinite ones are as good as any.
#[must_use]
pub fn quantiles(values: &mut [f64], shares: &[f64]) -> Vec<Option<f64>> {
    if shares.len() <= FEW_SHARES {
        return shares.iter().map(|&share| quantile(values, share)).collect();
    }
    values.sort_unstable_by(f64::total_cmp);
    shares.iter().map(|&share| quantile_of_ascending(values, share)).collect()
}

/// One quantile of type 7 of values in ascending order.
fn quantile_of_ascending(values: &[f64], share: f64) -> Option<f64> {
    let (below, part) = place(values.len(), share)?;
    let low = values[below];
    values.get(below + 1).filter(|_| part != 0.0).map_or(Some(low), |&high| between(low, high, part))
}

/// The place of the order statistic below a quantile, from 0, and the part of the way from
/// there to the next.
fn place(n: usize, share: f64) -> Option<(usize, f64)> {
    let last = n.checked_sub(1)?;
    if !(0.0..=1.0).contains(&share) {
        return None;
    }
    let position = last as f64 * share;
    let below = (position.floor() as usize).min(last);
    Some((below, position - below as f64))
}

/// One quantile of type 7; reorders the values. See [`quantiles`].
#[must_use]
pub fn quantile(values: &mut [f64], share: f64) -> Option<f64> {
    let (below, part) = place(values.len(), share)?;
    let (_, &mut low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    if part == 0.0 || above.is_empty() {
        return Some(low);
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
fn between(low: f64, high: f64, part: f64) -> Option<f64> {
    if low == high {
        return Some(low);
    }
    let point = if part == 0.5 {
        let sum = low + high;
        if sum.is_finite() { sum / 2.0 } else { low / 2.0 + high / 2.0 }
    } else {
        let gap = high - low;
        if gap.is_finite() { low + part * gap } else { low * (1.0 - part) + high * part }
    };
    Some(point).filter(|point| !point.is_nan())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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

    proptest! {
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
