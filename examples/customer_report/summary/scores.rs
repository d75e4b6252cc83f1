//! How the scores came out, and what they stand for.

use customer_analytics::segmentation::{BinReport, Dimension, Measure, PurchaseUnit, ValueModel, ValueScores};

use crate::number::{count, threshold};
use crate::table::Table;

/// Customers by score, over the values that each score stands for.
pub fn bins(scores: &ValueScores, is_fitted: bool) -> Vec<String> {
    let n_bins = scores.bins.iter().map(|bins| bins.n_bins).max().unwrap_or(0);
    let heads = (1..=n_bins).map(|score| format!(">{score}"));
    let mut table = Table::new([String::new(), String::new()].into_iter().chain(heads).chain([String::new()]));
    for (at, bins) in scores.bins.iter().enumerate() {
        let mut cells = vec![bins.dimension.clone(), "customers".to_owned()];
        cells.extend(
            (0..usize::from(n_bins)).map(|score| bins.sizes.get(score).map_or(String::new(), |&n| count(n as u64))),
        );
        cells.extend(collapsed(bins, is_fitted));
        table.row(cells);
        if let Some(ranges) = scores.model().and_then(|model| ranges(model, at, n_bins)) {
            let unit = scores.definition.dimensions().get(at).and_then(Dimension::measure).map_or("value", unit);
            table.row([String::new(), unit.to_owned()].into_iter().chain(ranges));
        }
    }
    table.lines().collect()
}

fn collapsed(bins: &BinReport, is_fitted: bool) -> Option<String> {
    let scores: Vec<String> = bins.collapsed.iter().map(u8::to_string).collect();
    let why = if is_fitted {
        ": too many equal values, or too few customers; segments that ask for it stay empty"
    } else {
        ""
    };
    (!scores.is_empty()).then(|| format!("nobody has {}{why}", scores.join(" or ")))
}

/// What values each score stands for; `None` where that differs from cell to cell.
fn ranges(model: &ValueModel, at: usize, n_bins: u8) -> Option<Vec<String>> {
    let (_, thresholds) = model.thresholds().nth(at)?;
    let mut cells = thresholds.cells();
    let (_, steps) = cells.next()?;
    if cells.next().is_some() {
        return None;
    }
    let mut ranges = vec![String::new(); usize::from(n_bins)];
    let mut below = None;
    for step in steps {
        let range = match (below, step.up_to) {
            (_, Some(up_to)) => format!("≤ {}", threshold(up_to)),
            (Some(below), None) => format!("> {}", threshold(below)),
            (None, None) => "any".to_owned(),
        };
        if let Some(of_score) = ranges.get_mut(usize::from(step.score).checked_sub(1)?) {
            *of_score = range;
        }
        below = step.up_to;
    }
    Some(ranges)
}

/// What the values of a measure are.
fn unit(measure: Measure) -> &'static str {
    match measure {
        Measure::RecencyDays | Measure::TenureDays => "days",
        Measure::Frequency(PurchaseUnit::Line) => "purchase lines",
        Measure::Frequency(PurchaseUnit::Order) => "orders",
        Measure::Frequency(PurchaseUnit::Day) => "purchase days",
        Measure::Frequency(PurchaseUnit::Week) => "purchase weeks",
        Measure::Frequency(PurchaseUnit::Month) => "purchase months",
        _ => "value",
    }
}
