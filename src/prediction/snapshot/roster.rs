//! Which customers are in the table, and why the others are not.

use super::lines::Past;
use super::profile::Known;
use super::report::SnapshotReport;
use super::windows::Windows;

/// Why a customer is in the table or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    NotStarted,
    NotActive,
    EndedBefore,
    EndedInGap,
    WithoutProfile,
    Censored,
    Included,
}

/// What decides it for all customers alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Whether a running contract makes a customer eligible.
    pub(super) is_contract: bool,
    /// Whether there is a label that has to be seen.
    pub(super) has_target: bool,
    /// Last day of the data.
    pub(super) observed_until: i32,
}

impl Rules {
    /// Where a customer stands at a cutoff; the first reason that applies.
    pub(super) fn standing(&self, past: Past<'_>, known: Known, windows: &Windows) -> Standing {
        let of_contract = if self.is_contract { contract(known, windows) } else { None };
        if let Some(left_out) = of_contract {
            return left_out;
        }
        if let Some(from) = windows.active_from {
            let purchases = |lines: &[super::lines::Line]| lines.iter().any(super::lines::Line::is_purchase);
            if !purchases(past.since(from)) {
                let has_bought = self.is_contract || purchases(past.all());
                return if has_bought { Standing::NotActive } else { Standing::NotStarted };
            }
        }
        let seen_until = known.observed_until.map_or(self.observed_until, |day| day.min(self.observed_until));
        if self.has_target && seen_until < *windows.label.end() { Standing::Censored } else { Standing::Included }
    }
}

/// Why a contract leaves a customer out, if it does.
fn contract(known: Known, windows: &Windows) -> Option<Standing> {
    if !known.has_row {
        Some(Standing::WithoutProfile)
    } else if known.start.is_some_and(|start| start > windows.cutoff) {
        Some(Standing::NotStarted)
    } else if known.end.is_some_and(|end| end <= windows.cutoff) {
        Some(Standing::EndedBefore)
    } else if known.end.is_some_and(|end| end < *windows.label.start()) {
        Some(Standing::EndedInGap)
    } else {
        None
    }
}

impl SnapshotReport {
    /// Counts a customer.
    pub(super) fn count(&mut self, standing: Standing) {
        let counter = match standing {
            Standing::NotStarted => &mut self.n_not_started,
            Standing::NotActive => &mut self.n_not_active,
            Standing::EndedBefore => &mut self.n_ended_before,
            Standing::EndedInGap => &mut self.n_ended_in_gap,
            Standing::WithoutProfile => &mut self.n_without_profile,
            Standing::Censored => &mut self.n_censored,
            Standing::Included => &mut self.n_rows,
        };
        *counter += 1;
        self.n_customers += 1;
    }
}
