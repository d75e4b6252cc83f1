//! Responses to a survey by segment and wave.

use super::Random;
use customer_analytics::polars::prelude::*;

/// `respondent`, `segment` (20), `wave` (8), `weight`, `score` from 0 to 10 with one in a hundred
/// missing, and the items `a00` to `a09` from 1 to 5 with one in twenty missing.
pub fn survey(n: usize) -> DataFrame {
    let mut random = Random::new(n as u64 ^ 0x5c0e);
    let segments: Vec<String> = (0..20).map(|segment| format!("seg_{segment:02}")).collect();
    let mut answers = |lowest: i8, n_levels: u64, one_missing_in: u64, name: &str| {
        let cells: Vec<Option<i8>> = (0..n)
            .map(|_| {
                let score = lowest + random.below(n_levels) as i8;
                (random.below(one_missing_in) != 0).then_some(score)
            })
            .collect();
        Column::from(Series::new(name.into(), cells))
    };
    let mut columns = vec![answers(0, 11, 100, "score")];
    columns.extend((0..10).map(|item| answers(1, 5, 20, &format!("a{item:02}"))));
    let of_segment: Vec<&str> = (0..n).map(|_| segments[random.below(20) as usize].as_str()).collect();
    let waves: Vec<i8> = (0..n).map(|_| random.below(8) as i8 + 1).collect();
    let weights: Vec<f64> = (0..n).map(|_| (1e4 * (0.2 + 2.0 * random.unit())).round() / 1e4).collect();
    columns.push(Series::new("segment".into(), of_segment).into());
    columns.push(Series::new("wave".into(), waves).into());
    columns.push(Series::new("weight".into(), weights).into());
    columns.push(Series::new("respondent".into(), (0..n as i64).collect::<Vec<_>>()).into());
    DataFrame::new(n, columns).expect("columns of one height")
}
