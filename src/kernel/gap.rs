//! Gaps between neighbours on a whole-number scale.

/// The two neighbours that lie farthest apart, of several such pairs the first; `None` for fewer
/// than two values. The values come in ascending order.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::gap::widest_gap;
///
/// assert_eq!(widest_gap([1, 2, 9, 16]), Some((2, 9)));
/// assert_eq!(widest_gap([5]), None);
/// ```
pub fn widest_gap(ascending: impl IntoIterator<Item = i32>) -> Option<(i32, i32)> {
    let mut values = ascending.into_iter();
    let mut left = values.next()?;
    let mut widest: Option<(i32, i32)> = None;
    for right in values {
        if widest.is_none_or(|(a, b)| right.abs_diff(left) > b.abs_diff(a)) {
            widest = Some((left, right));
        }
        left = right;
    }
    widest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equal_gaps_is_given_and_the_ends_of_the_scale_are_apart() {
        assert_eq!(widest_gap([]), None);
        assert_eq!(widest_gap([0, 1, 2]), Some((0, 1)));
        assert_eq!(widest_gap([i32::MIN, 0, i32::MAX]), Some((i32::MIN, 0)));
        assert_eq!(widest_gap([i32::MIN, i32::MAX]), Some((i32::MIN, i32::MAX)));
    }
}
