//! How large the segments are and what they are worth.

use customer_analytics::segmentation::Dimension;

use crate::number::{count, money, number, percent, percent_of};
use crate::run::Outcome;
use crate::table::Table;
use crate::totals::sum;

/// Segments in the order of their map, then those without score, then all.
pub fn segments(outcome: &Outcome, net_value: f64) -> Vec<String> {
    let (scores, n_customers) = (&outcome.scores, outcome.scores.n_customers as u64);
    let columns: Vec<String> = scores.definition.dimensions().iter().map(Dimension::value_column).collect();
    let means = columns.iter().map(|column| format!(">mean {}", column.replace('_', " ")));
    let heads = ["segment", ">customers", ">share", ">net value", ">share"].map(str::to_owned);
    let mut table = Table::new(heads.into_iter().chain(means));
    let share_of_value = |value: f64| if net_value > 0.0 { percent(value / net_value) } else { "-".to_owned() };
    let mut line = |name: &str, n: u64, value: f64, means: Vec<String>| {
        let cells = [name.to_owned(), count(n), percent_of(n, n_customers), money(value), share_of_value(value)];
        table.row(cells.into_iter().chain(means));
    };
    let spent = |segment: Option<&str>| {
        let each = scores.segment_names().zip(outcome.activity.net_value());
        sum(each.filter(|(name, _)| *name == segment).map(|(_, value)| value))
    };
    for segment in &scores.segments {
        let mean = |(mean, column): (&Option<f64>, &String)| {
            let decimals = if column.ends_with("_days") { 0 } else { 2 };
            mean.map_or_else(|| "-".to_owned(), |mean| number(mean, decimals))
        };
        let means = segment.means.iter().zip(&columns).map(mean).collect();
        line(&segment.segment, segment.n_customers as u64, spent(Some(&segment.segment)), means);
    }
    let n_unscored = n_customers - scores.n_scored as u64;
    if n_unscored > 0 {
        line("(no score)", n_unscored, spent(None), Vec::new());
    }
    line("all", n_customers, net_value, Vec::new());
    table.lines().collect()
}
