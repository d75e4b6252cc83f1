//! Raking as a table to read.

use std::fmt;

use super::report::{RakedLevel, RakingReport};
use crate::frame::readable::{grouped, shown_digits, shown_share, shown_text, write_table};

impl fmt::Display for RakingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |number: f64| shown_digits(Some(number), 4);
        write!(f, "raking: {}", self.rows)?;
        write!(f, "\n{} turn(s), largest distance from a target {}", self.n_iter, shown(self.max_deviation))?;
        let (least, greatest) = (shown(self.min_weight), shown(self.max_weight));
        write!(f, "\nweights from {least} to {greatest} about a mean of 1")?;
        if self.n_trimmed > 0 {
            write!(f, ", {} response(s) on a bound", grouped(self.n_trimmed))?;
        }
        let (effect, n_eff) = (shown(self.design_effect), shown(self.n_eff));
        write!(f, "\ndesign effect {effect}: worth {n_eff} response(s) of equal weight")?;
        for margin in &self.margins {
            let row = |level: &RakedLevel| {
                let shares = [level.target, level.share_before, level.share_after].map(|one| shown_share(Some(one)));
                let mut cells = vec![grouped(level.n)];
                cells.extend(shares);
                (cells, shown_text(&level.level))
            };
            let rows: Vec<(Vec<String>, String)> = margin.levels.iter().map(row).collect();
            let name = shown_text(&margin.column);
            f.write_str("\n")?;
            write_table(f, &["n", "target", "before", "after", &name], &rows)?;
        }
        Ok(())
    }
}
