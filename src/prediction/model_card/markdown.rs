//! A card to read, in Markdown.

use std::fmt::{self, Write};

use super::card::{CardFeature, ModelCard};
use super::facts::TrainingSnapshot;
use super::figures::{CardEvaluation, CardFigure};
use crate::frame::readable::{grouped, shown_digits, shown_text};

/// A text of the data within a cell.
fn cell(text: &str) -> String {
    shown_text(text).replace('|', "\\|")
}

/// A heading, and a table whose first row is its head.
fn table(f: &mut fmt::Formatter<'_>, heading: &str, rows: &[Vec<String>]) -> fmt::Result {
    write!(f, "\n\n## {heading}\n")?;
    for (place, row) in rows.iter().enumerate() {
        write!(f, "\n| {} |", row.join(" | "))?;
        if place == 0 {
            write!(f, "\n|{}", "---|".repeat(row.len()))?;
        }
    }
    Ok(())
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

impl fmt::Display for ModelCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = self.model.chars();
        let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
        write!(f, "# {first}{}\n\nPredicts {}.", letters.as_str(), self.predicts)?;
        table(f, "Training", &self.training())?;
        if let Some(snapshot) = &self.snapshot {
            table(f, "Snapshot", &of_snapshot(snapshot))?;
        }
        table(f, "Features", &of_features(&self.features))?;
        table(f, "Fit to the training rows", &of_figures(&self.fit))?;
        if let Some(evaluation) = &self.evaluation {
            self.write_evaluation(f, evaluation)?;
        }
        if !self.notes.is_empty() {
            f.write_str("\n\n## Notes\n")?;
            self.notes.iter().try_for_each(|note| write!(f, "\n- {note}"))?;
        }
        let settings = serde_json::to_string_pretty(&self.settings).map_err(|_| fmt::Error)?;
        write!(f, "\n\n## Settings\n\n```json\n{settings}\n```")
    }
}

impl ModelCard {
    fn training(&self) -> Vec<Vec<String>> {
        let date = self.training_date.map_or_else(|| "not stated".to_owned(), |date| date.to_string());
        let rows = &self.rows;
        let mut table = vec![row(["", ""]), row(["trained on", &date]), row(["method", &self.method])];
        table.push(row(["target", &format!("`{}`", cell(&self.target))]));
        table.push(row(["rows read", &grouped(rows.n_read)]));
        let left_out = [
            (rows.n_missing_target, "left out, without a target"),
            (rows.n_missing_feature, "left out, without a feature"),
            (rows.n_zero_weight, "left out, of weight 0"),
        ];
        let told = left_out.iter().filter(|(n, _)| *n > 0);
        table.extend(told.map(|(n, why)| row([why, &grouped(*n)])));
        table.extend(self.left_out_before.iter().map(|reason| row(["left out before", reason])));
        table.push(row(["rows fitted", &grouped(rows.n_fitted)]));
        if let Some(n) = rows.n_positive {
            let share = shown_digits((rows.n_fitted > 0).then(|| 100.0 * n as f64 / rows.n_fitted as f64), 3);
            table.push(row(["with the event", &format!("{} ({share}%)", grouped(n))]));
        }
        table
    }

    fn write_evaluation(&self, f: &mut fmt::Formatter<'_>, evaluation: &CardEvaluation) -> fmt::Result {
        let mut heading = format!("Evaluation on {} rows", grouped(evaluation.n_rows));
        if let Some(n) = evaluation.n_positive {
            write!(heading, ", {} with the event", grouped(n))?;
        }
        if evaluation.n_left_out > 0 {
            write!(heading, ", {} left out", grouped(evaluation.n_left_out))?;
        }
        table(f, &heading, &of_figures(&evaluation.figures))
    }
}

fn of_snapshot(snapshot: &TrainingSnapshot) -> Vec<Vec<String>> {
    let TrainingSnapshot { cutoff, window_first_day, label_first_day, label_last_day, .. } = snapshot;
    let label = format!("{label_first_day} to {label_last_day}, {} day(s)", snapshot.horizon_days);
    let customers = format!("{} of {}", grouped(snapshot.n_rows), grouped(snapshot.n_customers));
    let mut rows = vec![
        row(["", ""]),
        row(["features made of", &format!("{window_first_day} to {cutoff}")]),
        row(["target seen in", &label]),
        row(["gap between them", &format!("{} day(s)", snapshot.gap_days)]),
        row(["length of the horizon", &snapshot.horizon_choice]),
        row(["data complete until", &snapshot.observed_until.to_string()]),
        row(["customers", &customers]),
    ];
    rows.extend(snapshot.left_out.iter().map(|reason| row(["left out", reason])));
    rows
}

fn of_features(features: &[CardFeature]) -> Vec<Vec<String>> {
    let mut rows = vec![row(["feature", "columns", "compared with", "missing", "imputed"])];
    rows.extend(features.iter().map(|one| {
        let reference = one.reference.as_deref().map(cell).unwrap_or_default();
        vec![cell(&one.feature), grouped(one.n_columns), reference, grouped(one.n_missing), grouped(one.n_imputed)]
    }));
    rows
}

fn of_figures(figures: &[CardFigure]) -> Vec<Vec<String>> {
    let shown = |number: Option<f64>| shown_digits(number, 6);
    let has_ends = figures.iter().any(|figure| figure.conf_low.is_some());
    let mut rows = vec![row(["figure", "value"])];
    if has_ends {
        rows[0].extend(row(["from", "to"]));
    }
    rows.extend(figures.iter().map(|figure| {
        let value = match &figure.undefined {
            Some(reason) => format!("undefined: {reason}"),
            None => shown(figure.estimate),
        };
        let mut cells = vec![figure.metric.clone(), value];
        if has_ends {
            let end = |end: Option<f64>| if end.is_some() { shown(end) } else { String::new() };
            cells.extend([end(figure.conf_low), end(figure.conf_high)]);
        }
        cells
    }));
    rows
}
