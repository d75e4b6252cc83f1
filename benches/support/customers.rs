//! Customers with numbers of many shapes, some missing, and categories.

use super::Random;
use customer_analytics::polars::prelude::*;

/// A number in the shape of the column: normal, skewed, whole or tied.
fn number(random: &mut Random, column: usize) -> f64 {
    let normal = (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
    match column % 4 {
        0 => normal,
        1 => (normal / 2.0).exp(),
        2 => (3.0 + 2.0 * normal).round(),
        _ => random.below(5) as f64,
    }
}

/// `customer_id`, the numbers `x00` to `x19` with one in twenty missing, and the categories
/// `cat0` to `cat4` with 3 to 11 levels.
pub fn customers(n: usize) -> DataFrame {
    let mut random = Random::new(n as u64 ^ 0xc0de);
    let ids = Series::new("customer_id".into(), (0..n as i64).collect::<Vec<_>>());
    let mut columns: Vec<Column> = vec![ids.into()];
    for at in 0..20 {
        let cells: Vec<Option<f64>> = (0..n)
            .map(|_| {
                let value = number(&mut random, at);
                (random.below(20) != 0).then_some(value)
            })
            .collect();
        columns.push(Series::new(format!("x{at:02}").into(), cells).into());
    }
    for at in 0..5 {
        let levels: Vec<String> = (0..3 + 2 * at).map(|level| format!("level {level}")).collect();
        let cells: Vec<&str> = (0..n).map(|_| levels[random.below(levels.len() as u64) as usize].as_str()).collect();
        columns.push(Series::new(format!("cat{at}").into(), cells).into());
    }
    DataFrame::new(n, columns).expect("columns of one height")
}
