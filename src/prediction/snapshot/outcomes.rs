//! What a customer did in a stretch of days: the label, or the period before that it is held
//! against.

use super::features::DayTally;
use super::lines::Line;
use crate::kernel::money::Money;

/// What was bought and given back in a stretch of days.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Outcome {
    pub(super) n_purchase_days: u32,
    /// Value of the purchases.
    pub(super) spend: f64,
    /// The same less the refunds.
    pub(super) net_value: f64,
}

impl Outcome {
    /// Adds lines up, which come by day; `None` when a total of money leaves its range.
    pub(super) fn of(lines: &[Line]) -> Option<Self> {
        let (mut gross, mut net) = (Money::ZERO, Money::ZERO);
        let mut days = DayTally::default();
        for line in lines {
            let amount = Money::of(line.amount)?;
            net = net.checked_add(amount)?;
            if line.is_purchase() {
                gross = gross.checked_add(amount)?;
                days.see(line.day);
            }
        }
        Some(Self { n_purchase_days: days.n, spend: gross.to_f64(), net_value: net.to_f64() })
    }

    /// Whether something was bought.
    pub(super) fn purchased(&self) -> bool {
        self.n_purchase_days > 0
    }
}
