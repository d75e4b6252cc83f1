//! What became of the rows.

use customer_analytics::activity::RowCounts;
use customer_analytics::cleaning::{CleaningReport, RuleReport};

use crate::job::Job;
use crate::number::{count, percent_of};
use crate::table::Table;

/// What every rule took, and why.
pub fn rules(report: &CleaningReport) -> Vec<String> {
    let (rows_in, left, taken) = (report.n_rows_in, report.n_rows_out, report.n_rows_quarantined);
    let total = |what: &str, n| format!("  {} {what} ({})", count(n), percent_of(n, rows_in));
    if report.rules.is_empty() {
        return vec![format!("  {} rows read; no rules", count(rows_in))];
    }
    let mut table = Table::new([">#", "rule", ">rows in", ">taken", ">rows left", ">", "because"]);
    for rule in &report.rules {
        let mut remarks = remarks(rule).into_iter();
        let numbers = [rule.n_rows_in, rule.n_rows_taken, rule.n_rows_out].map(count);
        let head = [rule.number.to_string(), rule.rule.to_owned()];
        table.row(head.into_iter().chain(numbers).chain(remarks.next().into_iter().flatten()));
        for remark in remarks {
            table.row([const { String::new() }; 5].into_iter().chain(remark));
        }
    }
    let mut lines: Vec<String> = table.lines().collect();
    lines.push(total("rows left", left));
    lines.push(total("rows in quarantine", taken));
    lines
}

/// Why a rule took rows, and what else it saw.
fn remarks(rule: &RuleReport) -> Vec<[String; 2]> {
    let reasons = rule.reasons.iter().map(|reason| (reason.n_rows, reason.reason.as_str()));
    let others = [
        (rule.n_cells_changed, "cells mended, no row taken"),
        (rule.n_rows_spared, "recognised and left in, as told"),
        (rule.n_rows_unjudged, "left in, as they lack what the rule judges by"),
    ];
    let remarks = reasons.chain(others).filter(|(n, _)| *n > 0);
    remarks.map(|(n, what)| [count(n), what.to_owned()]).collect()
}

/// What the score made of the rows that were left.
pub fn rows_used(rows: &RowCounts, job: &Job) -> Vec<String> {
    let after = format!("left out: dated after {}", job.as_of);
    let reasons = [
        (rows.n_used, "used"),
        (rows.n_after_as_of, after.as_str()),
        (rows.n_before_window, "left out: dated before the window"),
        (rows.n_missing_time, "left out: no date that can be read"),
        (rows.n_missing_customer, "left out: no customer"),
        (rows.n_missing_amount, "left out: no amount"),
        (rows.n_unusable_amount, "left out: amount not finite, or beyond 10^15"),
        (rows.n_missing_order, "left out: no order, which is to be counted"),
        (rows.n_amount_taken_as_zero, "of those used: amount missing, taken as zero"),
    ];
    let mut table = Table::new([">", ">", ""]);
    for (n, what) in reasons.into_iter().filter(|(n, _)| *n > 0) {
        table.row([count(n), percent_of(n, rows.n_rows), what.to_owned()]);
    }
    table.lines().skip(1).collect()
}
