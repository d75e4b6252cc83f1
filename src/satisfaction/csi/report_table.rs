//! Customer satisfaction indexes as a table to read.

use std::fmt;

use super::group::CsiGroup;
use super::items::CsiItem;
use super::params::{ItemWeighting, MissingItems};
use super::report::CsiReport;
use crate::frame::readable::{grouped, shown_digits, shown_number, shown_text, write_table};

/// Groups of each kind that are shown.
const MOST_GROUPS: usize = 50;

impl fmt::Display for CsiReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conf_level = shown_number(Some(100.0 * self.params.conf_level));
        let weighted = if self.is_weighted { ", weighted responses" } else { "" };
        write!(f, "customer satisfaction index: {}", self.rows)?;
        write!(f, "\n{conf_level}% intervals{weighted}; {}; {}", self.weights_in_words(), self.missing_in_words())?;
        self.write_items(f)?;
        write!(f, "\n{}", self.reliability_in_words())?;
        f.write_str(
            "\ncomplete: the index of those who answered all items; item means: of the items, each over all who did",
        )?;
        for groups in [std::slice::from_ref(&self.overall), &self.segments, &self.periods, &self.groups] {
            self.write_groups(f, groups)?;
        }
        Ok(())
    }
}

impl CsiReport {
    fn weights_in_words(&self) -> String {
        let target = self.derived.as_ref().map_or("", |derived| derived.target.as_str());
        let n = grouped(self.derived.as_ref().map_or(0, |derived| derived.n));
        let from = |how: &str| {
            format!("weights of items by {how} with `{}`, of {n} response(s) with all answers", shown_text(target))
        };
        match self.params.item_weights {
            ItemWeighting::Equal => "items of equal weight".to_owned(),
            ItemWeighting::Stated(_) => "stated weights of items".to_owned(),
            ItemWeighting::Correlation => from("correlation"),
            ItemWeighting::Regression => from("regression"),
            ItemWeighting::Lmg => from("explained variance"),
        }
    }

    /// What an index lacks that the others have.
    fn unlike_the_others(&self, group: &CsiGroup) -> Option<String> {
        let items = self.unanswered_items(group);
        let names: Vec<String> = items.iter().map(|item| format!("`{}`", shown_text(&item.item))).collect();
        if names.is_empty() {
            return None;
        }
        let percent = 100.0 * items.iter().map(|item| item.weight).sum::<f64>();
        let is_behind = self.derived.is_none() || group.complete.n > 0;
        let apart = if group.key.scope() == "whole" { "" } else { "; not comparable with the others" };
        let of_weights = if is_behind { "" } else { "; none of its responses is behind the weights" };
        Some(format!("no answers to {} ({percent:.0}% of the weight){apart}{of_weights}", names.join(", ")))
    }

    fn missing_in_words(&self) -> String {
        match self.params.missing_items {
            MissingItems::CompleteOnly => "complete answers only".to_owned(),
            MissingItems::Renormalize { min_answered } => format!("{min_answered} or more items answered"),
        }
    }

    fn reliability_in_words(&self) -> String {
        let found = &self.reliability;
        let n = grouped(found.n);
        match (found.alpha, &found.reason) {
            (Some(alpha), _) => {
                let standardized = shown_digits(found.standardized_alpha, 4);
                format!(
                    "Cronbach's alpha {}, standardised {standardized}, of {n} complete answer(s)",
                    shown_digits(Some(alpha), 4)
                )
            }
            (None, Some(reason)) => format!("no Cronbach's alpha of {n} complete answer(s) ({reason})"),
            (None, None) => format!("no Cronbach's alpha of {n} complete answer(s)"),
        }
    }

    fn write_items(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |item: &CsiItem| {
            let mut cells = vec![format!("{:.4}", item.weight), grouped(item.answers.n_answered)];
            cells.push(grouped(item.answers.n_rows - item.answers.n_answered));
            let shown =
                |number: Option<f64>, n: usize| number.map_or_else(|| "-".to_owned(), |one| format!("{one:.n$}"));
            cells.extend([shown(item.mean, 3), shown(item.index, 2)]);
            cells.extend([item.item_total, item.alpha_if_deleted].map(|one| shown(one, 4)));
            let field = item.quadrant.map(|quadrant| format!(" ({})", quadrant.name())).unwrap_or_default();
            (cells, format!("{}{field}", shown_text(&item.item)))
        };
        let rows: Vec<(Vec<String>, String)> = self.items.iter().map(row).collect();
        write_table(f, &["weight", "n", "missing", "mean", "index", "item-total", "alpha without", "item"], &rows)
    }

    fn write_groups(&self, f: &mut fmt::Formatter<'_>, groups: &[CsiGroup]) -> fmt::Result {
        if groups.is_empty() {
            return Ok(());
        }
        let shown = &groups[..groups.len().min(MOST_GROUPS)];
        let points = |points: Option<f64>| points.map_or_else(|| "-".to_owned(), |points| format!("{points:.2}"));
        let row = |group: &CsiGroup| {
            let ends = [group.interval.map(|ends| ends.low), group.interval.map(|ends| ends.high)];
            let numbers = [group.csi, group.std_error, ends[0], ends[1], group.complete.csi, group.of_item_means];
            let mut cells = vec![grouped(group.n)];
            cells.extend(numbers.map(points));
            (cells, group.key.to_string())
        };
        let rows: Vec<(Vec<String>, String)> = shown.iter().map(row).collect();
        f.write_str("\n")?;
        write_table(f, &["n", "csi", "std error", "low", "high", "complete", "item means", "group"], &rows)?;
        let n_more = groups.len() - shown.len();
        if n_more > 0 {
            write!(f, "\nand {} more, which `to_dataframe` has", grouped(n_more as u64))?;
        }
        for group in shown {
            let no_index = group.reason.as_ref().map(|reason| format!("no index ({reason})"));
            let no_interval = || group.no_interval.as_ref().map(|reason| format!("no interval ({reason})"));
            if let Some(lacking) = no_index.or_else(no_interval) {
                write!(f, "\n- {}: {lacking}", group.key)?;
            }
            if let Some(unlike) = self.unlike_the_others(group) {
                write!(f, "\n- {}: {unlike}", group.key)?;
            }
        }
        Ok(())
    }
}
