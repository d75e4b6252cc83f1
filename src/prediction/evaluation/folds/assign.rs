//! Folds by chance, by class and by group.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use polars::prelude::DataFrame;

use super::STEP;
use super::order::{label_hash, shuffled};
use super::result::Folds;
use crate::error::{Error, Result};
use crate::frame::FeatureColumns;
use crate::frame::codes::{NO_CODE, codes_of};

/// Classes that a target can have to be dealt out.
const MOST_CLASSES: usize = 1_000;

/// Refuses more folds than there are things to put into them.
fn check_enough(n_folds: u32, n: u64, of: &str) -> Result<()> {
    if u64::from(n_folds) <= n {
        return Ok(());
    }
    let expected = format!("at most {n}, the number of {of}; use fewer folds or more data");
    Err(Error::param(STEP, "n_folds", expected, n_folds))
}

pub(super) fn k_fold(frame: &DataFrame, columns: &FeatureColumns, n_folds: u32, seed: u64) -> Result<Folds> {
    check_enough(n_folds, frame.height() as u64, "rows")?;
    let mut of_row = vec![None; frame.height()];
    for (row, fold) in shuffled(frame, columns, seed)?.into_iter().zip((0..n_folds).cycle()) {
        of_row[row as usize] = Some(fold);
    }
    Ok(Folds::by_chance(n_folds, of_row))
}

pub(super) fn stratified(frame: &DataFrame, columns: &FeatureColumns, n_folds: u32, seed: u64) -> Result<Folds> {
    let Some(target) = &columns.target else {
        let expected = "given for folds with a part of each of its classes; or use `k_fold`";
        return Err(Error::param(STEP, "target", expected, "none"));
    };
    let classes = codes_of(STEP, frame, target)?;
    if classes.labels.len() > MOST_CLASSES {
        let reason = format!("target `{target}` has {} classes; use `k_fold` for a number", classes.labels.len());
        return Err(Error::Unusable { analysis: STEP, reason });
    }
    let smallest = classes.counts.iter().copied().min().unwrap_or(0);
    check_enough(n_folds, smallest, &format!("rows of the smallest class of `{target}`"))?;
    // Each class is dealt out from the fold on at which the one before it ended.
    let mut next: Vec<u64> =
        classes.counts.iter().scan(0, |before, &n| Some(std::mem::replace(before, *before + n))).collect();
    let mut of_row = vec![None; frame.height()];
    for row in shuffled(frame, columns, seed)? {
        let class = classes.codes[row as usize];
        if class != NO_CODE {
            let next = &mut next[class as usize];
            of_row[row as usize] = Some((*next % u64::from(n_folds)) as u32);
            *next += 1;
        }
    }
    Ok(Folds::by_chance(n_folds, of_row))
}

pub(super) fn grouped(frame: &DataFrame, column: &str, n_folds: u32, seed: u64) -> Result<Folds> {
    let groups = codes_of(STEP, frame, column)?;
    if groups.n_missing() > 0 {
        let (rows, needed, remedy) = (groups.n_missing(), "a group", "drop them, or give each a group of its own");
        return Err(Error::Incomplete { analysis: STEP, rows, needed, remedy });
    }
    check_enough(n_folds, groups.labels.len() as u64, &format!("groups in `{column}`"))?;
    let hashes: Vec<u64> = groups.labels.iter().map(|label| label_hash(label, seed)).collect();
    let mut order: Vec<usize> = (0..groups.labels.len()).collect();
    // Of one size and one hash, by label, as codes are.
    order.sort_unstable_by_key(|&group| (Reverse(groups.counts[group]), hashes[group], group));
    let mut sizes: BinaryHeap<Reverse<(u64, u32)>> = (0..n_folds).map(|fold| Reverse((0, fold))).collect();
    let mut of_group = vec![0; order.len()];
    for group in order {
        if let Some(Reverse((size, fold))) = sizes.pop() {
            of_group[group] = fold;
            sizes.push(Reverse((size + groups.counts[group], fold)));
        }
    }
    let of_row = groups.codes.iter().map(|&group| Some(of_group[group as usize])).collect();
    Ok(Folds::by_chance(n_folds, of_row))
}
