//! The report for people.

mod cleaning;
mod scores;
mod segments;

use std::path::Path;

use customer_analytics::segmentation::{Concentration, ValueScores};

use crate::job::{Job, Scoring};
use crate::number::{count, money, number, percent};
use crate::run::Outcome;
use crate::table::Table;
use crate::totals::Totals;

/// The whole summary, ready to print.
pub fn summary(job: &Job, outcome: &Outcome) -> String {
    let Outcome { clean, activity, scores, concentration, files } = outcome;
    let mut text = format!("Customer report as of {}\n", job.as_of);
    let mut section = |title: String, lines: Vec<String>| {
        text.push_str(&format!("\n{title}\n{}\n", lines.join("\n")));
    };
    section(format!("Cleaning of {}", from_here(Path::new(&job.input))), cleaning::rules(&clean.report));
    if let Some(rows) = &scores.rows {
        section("Rows after cleaning".to_owned(), cleaning::rows_used(rows, job));
    }
    let totals = Totals::of(activity);
    section("Customers".to_owned(), customers(&totals, scores, activity.currency()));
    if !scores.segments.is_empty() {
        section("Segments".to_owned(), segments::segments(outcome, totals.net_value));
    }
    section(scores_title(job), scores::bins(scores, matches!(job.scoring, Scoring::Fit(_))));
    section("Concentration of the net value".to_owned(), concentration_lines(concentration.as_ref()));
    section("Files".to_owned(), files.iter().map(|path| format!("  {}", from_here(path))).collect());
    text
}

fn customers(totals: &Totals, scores: &ValueScores, currency: Option<&str>) -> Vec<String> {
    let mut table = Table::new(["", ">", ""]);
    let n_scored = scores.n_scored as u64;
    let unscored: Vec<String> = scores
        .unscored
        .iter()
        .map(|reason| {
            let why = if reason.dimension == "recency" { " (no purchase, only refunds)" } else { "" };
            format!("{} without {}{why}", count(reason.n_customers as u64), reason.dimension)
        })
        .collect();
    let rest = if unscored.is_empty() {
        "all scored".to_owned()
    } else {
        format!("{} scored; {}", count(n_scored), unscored.join("; "))
    };
    table.row(["customers".to_owned(), count(totals.n_customers), rest]);
    if let Some(n_orders) = totals.n_orders {
        table.row(["orders".to_owned(), count(n_orders), String::new()]);
    }
    let lines = |n| format!("in {} lines", count(n));
    table.row(["purchases".to_owned(), money(totals.purchase_value), lines(totals.n_purchase_lines)]);
    table.row(["refunds".to_owned(), money(-totals.refund_value), lines(totals.n_refund_lines)]);
    table.row(["net value".to_owned(), money(totals.net_value), currency.unwrap_or_default().to_owned()]);
    let mut text: Vec<String> = table.lines().skip(1).collect();
    if let (Some(first), Some(last)) = (totals.first_purchase, totals.last_purchase) {
        text.push(format!("  purchases from {first} to {last}"));
    }
    text
}

fn scores_title(job: &Job) -> String {
    match &job.scoring {
        Scoring::Fit(_) => "Scores, customers by score, with the thresholds fitted to them".to_owned(),
        Scoring::Stored(model, path) => {
            let n_fitted = count(model.n_fitted() as u64);
            format!(
                "Scores, customers by score, with the thresholds of {} (fitted to {n_fitted} customers)",
                from_here(path)
            )
        }
    }
}

fn concentration_lines(concentration: Option<&Concentration>) -> Vec<String> {
    let Some(concentration) = concentration else {
        return vec!["  undefined: no customer has a net value above zero".to_owned()];
    };
    let mut table = Table::new(["", ">", ""]);
    let n = concentration.n_customers as f64;
    for top in concentration.tops.iter().filter(|top| top.customer_share * n >= 1.0) {
        // Part of a customer counts in part: 1% of 451 is 4.5 customers.
        let customers = number(top.customer_share * n, 1);
        let best = format!("best {:.0}%", 100.0 * top.customer_share);
        table.row([best, customers, format!("customers hold {}", percent(top.value_share))]);
    }
    let mut lines: Vec<String> = table.lines().skip(1).collect();
    lines.push(format!("  Gini coefficient {:.3}", concentration.gini));
    if concentration.n_negative > 0 {
        lines.push(format!(
            "  left out: {} customers with more refunds than purchases",
            count(concentration.n_negative as u64)
        ));
    }
    lines
}

/// A path as seen from the working directory, where it lies below it.
fn from_here(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}
