//! The list to read: what it earns, who is left out, and its first customers.

use std::fmt;

use super::amounts::shown_money;
use super::list::{LeftOut, WinBackCustomer, WinBackList};
use super::offer::Offer;
use super::win_back::BudgetCost;
use crate::frame::readable::{grouped, shown_digits, shown_share, shown_text, write_table};

/// Customers that are shown.
const SHOWN: usize = 10;

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingCustomer => "without an id",
            Self::MissingProbability => "without a probability",
            Self::MissingWorth => "without a worth",
            Self::WorthTooLittle => "worth too little to be kept",
            Self::BelowThreshold => "below the threshold",
            Self::BeyondBudget => "beyond the budget or the number",
        })
    }
}

impl fmt::Display for WinBackList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_outcome(f)?;
        if let Some(threshold) = self.threshold {
            let event = match self.settings.offer {
                Offer::Retention(_) => "leaving",
                Offer::Purchase(_) => "buying",
            };
            if threshold < 1.0 {
                write!(f, "\na contact pays above a probability of {event} of {}", shown_share(Some(threshold)))?;
            } else {
                write!(f, "\na contact pays at no probability of {event}")?;
            }
        }
        if !self.left_out.is_empty() {
            let counts: Vec<String> =
                self.left_out.iter().map(|count| format!("{} {}", grouped(count.n_customers), count.reason)).collect();
            write!(f, "\nleft out: {}", counts.join(", "))?;
        }
        if self.customers.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = self.customers.iter().take(SHOWN).map(shown_row).collect();
        write_table(f, &["rank", "prob", "profit", "customer"], &rows)?;
        match self.customers.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\nand {} more", grouped(more as u64)),
        }
    }
}

impl WinBackList {
    fn write_outcome(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, n_all) = (grouped(self.customers.len() as u64), grouped(self.n_customers));
        write!(f, "contact {n} of {n_all} customers: {} expected", shown_money(self.expected_profit))?;
        let (cost, expected) = (shown_money(self.cost), shown_money(self.expected_cost));
        let of_budget = self.settings.budget.map(|budget| format!(" of {}", shown_money(budget))).unwrap_or_default();
        match (&self.settings.offer, self.settings.budget_cost) {
            (Offer::Purchase(_), _) => write!(f, ", at a cost of {cost}{of_budget}")?,
            (_, BudgetCost::Committed) => {
                write!(f, "; commits at most {cost}{of_budget}, of which {expected} are expected to be spent")?;
            }
            (_, BudgetCost::Expected) => write!(f, ", at an expected cost of {cost}{of_budget}")?,
            (_, BudgetCost::Contact) => {
                write!(f, "; contacts cost {cost}{of_budget}, with the incentives {expected} expected")?;
            }
        }
        let everybody = self.expected_profit_of_everybody;
        let verb = if everybody < 0.0 { "lose" } else { "earn" };
        write!(f, "\ncontacting everybody would {verb} {}, nobody 0", shown_money(everybody.abs()))?;
        if self.expected_profit_bound > self.expected_profit {
            write!(
                f,
                "\nno other choice within the limits earns more than {}",
                shown_money(self.expected_profit_bound)
            )?;
        }
        Ok(())
    }
}

fn shown_row(one: &WinBackCustomer) -> (Vec<String>, String) {
    let cells = vec![grouped(one.rank), shown_share(Some(one.prob)), format!("{:.2}", one.expected_profit)];
    let reasons: Vec<String> = one
        .reasons
        .iter()
        .map(|reason| {
            let (feature, added) = (shown_text(&reason.feature), shown_digits(Some(reason.contribution), 3));
            match &reason.value {
                Some(value) => format!("{feature} {} (+{added})", shown_text(value)),
                None => format!("{feature} +{added}"),
            }
        })
        .collect();
    let because = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join(", ")) };
    (cells, format!("{}{because}", shown_text(&one.customer)))
}
