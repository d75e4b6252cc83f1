//! Customers of two results brought together by id.

use std::cmp::Ordering;

use polars::prelude::*;

/// For each id of `left`, where it is in `right`; both ascending, without repeats.
///
/// `None` when the ids of one are numbers and of the other text.
pub(crate) fn positions_in(left: &Series, right: &Series) -> Option<Vec<Option<usize>>> {
    if let (Ok(left), Ok(right)) = (left.i64(), right.i64()) {
        return Some(merge(left.iter(), right.iter()));
    }
    if let (Ok(left), Ok(right)) = (left.str(), right.str()) {
        // Text ids are sorted by their bytes, which is how `str` compares.
        return Some(merge(left.iter(), right.iter()));
    }
    None
}

/// One pass over both ascending sequences.
fn merge<T: Ord>(left: impl Iterator<Item = T>, right: impl Iterator<Item = T>) -> Vec<Option<usize>> {
    let mut right = right.enumerate().peekable();
    left.map(|id| {
        while right.next_if(|(_, other)| other.cmp(&id) == Ordering::Less).is_some() {}
        right.next_if(|(_, other)| *other == id).map(|(position, _)| position)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_where_they_are() {
        let left = Series::new("a".into(), [1_i64, 3, 5, 9]);
        let right = Series::new("b".into(), [0_i64, 3, 4, 9]);
        assert_eq!(positions_in(&left, &right), Some(vec![None, Some(1), None, Some(3)]));
        let text = Series::new("b".into(), ["3", "客户"]);
        assert_eq!(positions_in(&text, &text), Some(vec![Some(0), Some(1)]));
        assert_eq!(positions_in(&left, &text), None);
    }
}
