//! Rows with equal keys: hashes to rule equality out, numbers to be sure of it.

use polars::prelude::*;

/// One hash per row; equal rows have equal hashes within one call. Null equals null, NaN
/// equals NaN, `0.0` equals `-0.0`.
pub(crate) fn row_hashes(keys: &[Column]) -> PolarsResult<Vec<u64>> {
    let mut hashes = vec![];
    for (place, key) in keys.iter().enumerate() {
        if place == 0 {
            key.vec_hash(Default::default(), &mut hashes)?;
        } else {
            key.vec_hash_combine(Default::default(), &mut hashes)?;
        }
    }
    Ok(hashes)
}

/// Numbers the distinct rows of the key columns from 0, and gives every row its number.
///
/// Which row has which number is not defined; only equality means anything. Null equals
/// null.
pub(crate) fn group_numbers(height: usize, keys: Vec<Column>) -> PolarsResult<Vec<u32>> {
    let named = keys.into_iter().enumerate().map(|(place, key)| key.with_name(format!("{place}").into()));
    let keys = DataFrame::new(height, named.collect())?;
    let mut numbers = vec![0; height];
    if height == 0 {
        return Ok(numbers);
    }
    let by = keys.columns().to_vec();
    let groups = keys.group_by_with_series(by, true, false)?.into_groups();
    for (number, group) in (0..).zip(groups.iter()) {
        match group {
            GroupsIndicator::Idx((_, rows)) => rows.iter().for_each(|&row| numbers[row as usize] = number),
            GroupsIndicator::Slice([first, len]) => numbers[first as usize..(first + len) as usize].fill(number),
        }
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_have_equal_hashes() {
        let a = Column::new("k".into(), [Some(0.0), Some(-0.0), None, None, Some(1.0)]);
        let b = Column::new("k".into(), ["x", "x", "y", "y", "x"]);
        let hashes = row_hashes(&[a, b]).unwrap();
        assert!(hashes[0] == hashes[1] && hashes[2] == hashes[3] && hashes[0] != hashes[4]);
        assert!(row_hashes(&[]).unwrap().is_empty());
    }

    #[test]
    fn equal_keys_have_equal_numbers() {
        let a = Column::new("k".into(), [Some("x"), None, Some("x"), Some("x"), None]);
        let b = Column::new("k".into(), [1_i64, 1, 1, 2, 1]);
        let n = group_numbers(5, vec![a, b]).unwrap();
        assert!(n[0] == n[2] && n[1] == n[4]);
        assert!(n[0] != n[1] && n[0] != n[3] && n[1] != n[3]);
        assert!(group_numbers(0, vec![]).unwrap().is_empty());
    }
}
