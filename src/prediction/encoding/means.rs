//! Means of the columns of a design.

use rayon::prelude::*;

use crate::kernel::exact_sum::ExactSum;
use crate::kernel::moments::Extent;
use crate::solver::design::{DesignBlock, REFERENCE};

/// The mean of every column; `None` when one is beyond the largest double, or without rows.
pub(super) fn means(blocks: &[DesignBlock<'_>], weights: Option<&[f64]>) -> Option<Vec<f64>> {
    let total = match weights {
        Some(weights) => ExactSum::of(weights).value()?,
        None => blocks.first().map_or(1, DesignBlock::n_rows) as f64,
    };
    let of_blocks: Vec<Option<Vec<f64>>> = blocks.par_iter().map(|block| of_block(block, weights, total)).collect();
    let of_blocks: Option<Vec<Vec<f64>>> = of_blocks.into_iter().collect();
    of_blocks.map(|means| means.concat())
}

fn of_block(block: &DesignBlock<'_>, weights: Option<&[f64]>, total: f64) -> Option<Vec<f64>> {
    match (block, weights) {
        (DesignBlock::Numbers(values), None) => Extent::of(values).mean().ok().map(|mean| vec![mean]),
        (DesignBlock::Numbers(values), Some(weights)) => {
            Some(vec![ExactSum::of_products(values, weights).quotient(total)?])
        }
        (DesignBlock::NumberRows { values, n_columns }, _) => (0..*n_columns)
            .into_par_iter()
            .map(|at| {
                let column: Vec<f64> = values[at.min(values.len())..].iter().step_by(*n_columns).copied().collect();
                of_block(&DesignBlock::Numbers(column.into()), weights, total).map(|means| means[0])
            })
            .collect(),
        (DesignBlock::Codes { codes, n_columns }, None) => {
            let mut counts = vec![0_u64; *n_columns];
            codes.iter().filter(|&&code| code != REFERENCE).for_each(|&code| counts[code as usize] += 1);
            Some(counts.into_iter().map(|n| n as f64 / total).collect())
        }
        (DesignBlock::Codes { codes, n_columns }, Some(weights)) => {
            sums(codes, *n_columns, |row, sum| sum.add(weights[row]), total)
        }
        (DesignBlock::ScaledCodes { codes, n_columns, scale }, None) => {
            sums(codes, *n_columns, |row, sum| sum.add(scale[row]), total)
        }
        (DesignBlock::ScaledCodes { codes, n_columns, scale }, Some(weights)) => {
            let add = |row: usize, sum: &mut ExactSum| {
                let product = scale[row] * weights[row];
                sum.add(product);
                sum.add(scale[row].mul_add(weights[row], -product));
            };
            sums(codes, *n_columns, add, total)
        }
    }
}

/// What the rows of each code add up to, over the total.
fn sums(codes: &[u32], n_columns: usize, add: impl Fn(usize, &mut ExactSum), total: f64) -> Option<Vec<f64>> {
    let mut sums = vec![ExactSum::default(); n_columns];
    for (row, &code) in codes.iter().enumerate().filter(|(_, code)| **code != REFERENCE) {
        add(row, &mut sums[code as usize]);
    }
    sums.iter().map(|sum| sum.quotient(total)).collect()
}
