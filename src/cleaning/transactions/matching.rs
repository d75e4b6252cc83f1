//! Cancellations matched to the purchases they cancel.
//!
//! Lines that could be partners (same customer, product, quantity and price) share a group.
//! Within a group lines are read by time, then source row; a cancellation takes the purchase
//! on top of a stack: the most recent one that is still free. Sorting costs O(n log n) and
//! the rest one pass; row order enters only through (time, source row).

use foldhash::fast::FixedState;
use polars::prelude::*;
use rayon::prelude::*;

use crate::cleaning::engine::groups::{group_numbers, row_hashes};
use crate::kernel::money::Money;

/// Only asked whether it contains a hash; its order reaches nothing.
type HashSet<T> = hashbrown::HashSet<T, FixedState>;

/// A line that could have a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Line {
    /// Lines of one group differ in time only.
    pub(crate) group: u32,
    /// Instant, on any scale.
    pub(crate) time: i64,
    /// Source row; no two lines share one.
    pub(crate) row: IdxSize,
    pub(crate) is_cancellation: bool,
}

/// The matched pairs as source rows (purchase, cancellation), in no particular order.
pub(crate) fn match_cancellations(mut lines: Vec<Line>) -> Vec<(IdxSize, IdxSize)> {
    lines.par_sort_unstable();
    let mut pairs = vec![];
    let mut free = vec![];
    for group in lines.chunk_by(|a, b| a.group == b.group) {
        free.clear();
        for line in group {
            if line.is_cancellation {
                pairs.extend(free.pop().map(|purchase| (purchase, line.row)));
            } else {
                free.push(line.row);
            }
        }
    }
    pairs
}

/// Matching over columns: source row, is cancellation, time, the size of the line (its
/// quantity or amount), then the keys that must be equal.
///
/// Gives the partner's source row, else null. The caller has blanked the size (null) of
/// rows that cannot take part; rows that lack time or a key have no partner either.
pub(crate) fn partners(columns: &mut [Column]) -> PolarsResult<Column> {
    let [row, compared @ ..] = columns else { polars_bail!(ComputeError: "matching needs source rows") };
    let rows = row.idx()?;
    let mut partner: Vec<Option<IdxSize>> = vec![None; rows.len()];
    for (purchase, cancellation) in match_cancellations(lines(compared)?) {
        partner[purchase as usize] = rows.get(cancellation as usize);
        partner[cancellation as usize] = rows.get(purchase as usize);
    }
    Ok(IdxCa::from_iter_options(rows.name().clone(), partner.into_iter()).into_column())
}

/// The lines that could have a partner, under their positions in the frame.
fn lines(columns: &[Column]) -> PolarsResult<Vec<Line>> {
    let complete = columns.iter().skip(1).map(Column::is_not_null).reduce(|all, column| all & column);
    let Some(complete) = complete else { polars_bail!(ComputeError: "matching needs time and size") };
    let positions = IdxCa::from_iter_values("position".into(), 0..complete.len() as IdxSize).into_column();
    let (columns, positions) = (filtered(columns, &complete)?, positions.filter(&complete)?);
    let [is_cancellation, time, size, keys @ ..] = columns.as_slice() else {
        polars_bail!(ComputeError: "matching needs time and size")
    };
    // As the amount on the invoice: 3 x 2.55 computed in doubles is 7.65.
    let as_written = |size: f64| Money::of(size.abs()).map_or(size.abs(), Money::to_f64);
    let size: Float64Chunked = size.f64()?.iter().map(|size| size.map(as_written)).collect();
    let keys = [&[size.into_column()], keys].concat();
    // Few purchases are like any cancellation: the others need not be told apart.
    let may_match = may_match(is_cancellation.bool()?, &row_hashes(&keys)?);
    let groups = group_numbers(may_match.num_trues(), filtered(&keys, &may_match)?)?;
    let positions = positions.filter(&may_match)?;
    let time = time.filter(&may_match)?.to_physical_repr().cast(&DataType::Int64)?;
    let is_cancellation = is_cancellation.filter(&may_match)?;
    let row = positions.idx()?.iter().map(Option::unwrap_or_default);
    let time = time.i64()?.iter().map(Option::unwrap_or_default);
    let is_cancellation = is_cancellation.bool()?.iter().map(|flag| flag == Some(true));
    let parts = groups.into_iter().zip(time).zip(row.zip(is_cancellation));
    Ok(parts.map(|((group, time), (row, is_cancellation))| Line { group, time, row, is_cancellation }).collect())
}

fn filtered(columns: &[Column], mask: &BooleanChunked) -> PolarsResult<Vec<Column>> {
    columns.iter().map(|column| column.filter(mask)).collect()
}

/// Whether a row has the hash of a cancellation; a row without it certainly has no partner.
fn may_match(is_cancellation: &BooleanChunked, hashes: &[u64]) -> BooleanChunked {
    let cancels = is_cancellation.iter().zip(hashes).filter(|&(flag, _)| flag == Some(true));
    let of_cancellations: HashSet<u64> = cancels.map(|(_, &hash)| hash).collect();
    BooleanChunked::from_iter_values("may_match".into(), hashes.iter().map(|hash| of_cancellations.contains(hash)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(group: u32, time: i64, row: IdxSize, is_cancellation: bool) -> Line {
        Line { group, time, row, is_cancellation }
    }

    fn sorted(mut pairs: Vec<(IdxSize, IdxSize)>) -> Vec<(IdxSize, IdxSize)> {
        pairs.sort_unstable();
        pairs
    }

    #[test]
    fn a_cancellation_takes_the_latest_free_purchase_before_it() {
        let lines = vec![
            line(0, 1, 0, false),
            line(0, 2, 1, false),
            line(0, 3, 2, true),
            line(0, 4, 3, true),
            line(0, 5, 4, true),
            line(0, 6, 5, false),
        ];
        assert_eq!(sorted(match_cancellations(lines)), [(0, 3), (1, 2)]);
    }

    #[test]
    fn a_cancellation_before_its_purchase_is_none_of_it() {
        assert!(match_cancellations(vec![line(0, 1, 0, true), line(0, 2, 1, false)]).is_empty());
        // At one instant the source row decides what came first.
        assert!(match_cancellations(vec![line(0, 1, 0, true), line(0, 1, 1, false)]).is_empty());
        assert_eq!(match_cancellations(vec![line(0, 1, 1, true), line(0, 1, 0, false)]), [(0, 1)]);
    }

    #[test]
    fn groups_do_not_mix() {
        assert!(match_cancellations(vec![line(0, 1, 0, false), line(1, 2, 1, true)]).is_empty());
        assert!(match_cancellations(vec![]).is_empty());
    }

    #[test]
    fn any_order_of_lines_gives_the_same_pairs() {
        let lines: Vec<Line> = (0..500).map(|i| line(i % 7, i64::from(i * 37 % 100), i, i * 13 % 5 < 2)).collect();
        let expected = sorted(match_cancellations(lines.clone()));
        assert!(expected.len() > 100);
        let reversed = lines.iter().rev().copied().collect();
        let strided = (0..500).map(|i| lines[i * 77 % 500]).collect();
        assert_eq!(sorted(match_cancellations(reversed)), expected);
        assert_eq!(sorted(match_cancellations(strided)), expected);
    }
}
