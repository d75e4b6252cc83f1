//! One customer: a cache line of counts, days and exact money.

use crate::kernel::money::Money;

/// A day that no calendar reaches: the customer has no dated purchase.
pub(crate) const NO_DAY: i32 = i32::MIN;

/// What is kept of one customer.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(crate) struct Customer {
    pub(crate) net: Money,
    pub(crate) refunds: Money,
    pub(crate) key: u64,
    pub(crate) first_day: i32,
    pub(crate) last_day: i32,
    pub(crate) n_purchases: u32,
    pub(crate) n_refunds: u32,
    pub(crate) n_orders: u32,
    pub(crate) n_periods: u32,
}

impl Customer {
    pub(crate) fn new(key: u64) -> Self {
        Self {
            net: Money::ZERO,
            refunds: Money::ZERO,
            key,
            first_day: NO_DAY,
            last_day: NO_DAY,
            n_purchases: 0,
            n_refunds: 0,
            n_orders: 0,
            n_periods: 0,
        }
    }

    /// Widens the span of days to a further one.
    #[inline]
    pub(crate) fn see_day(&mut self, day: i32) {
        if day < self.first_day || self.first_day == NO_DAY {
            self.first_day = day;
        }
        self.last_day = self.last_day.max(day);
    }

    /// Adds the line's amount; false when a sum or count leaves its range.
    #[inline]
    pub(crate) fn add_amount(&mut self, line: &Line) -> bool {
        let mut fits = add(&mut self.net, |sum| sum.checked_add(line.amount));
        match line.kind {
            Kind::Purchase => fits &= add(&mut self.n_purchases, |sum| sum.checked_add(1)),
            Kind::Refund => {
                fits &= add(&mut self.refunds, |sum| sum.checked_sub(line.amount));
                fits &= add(&mut self.n_refunds, |sum| sum.checked_add(1));
            }
            Kind::Nothing => {}
        }
        fits
    }

    /// Adds what another state knows of the same customer, but for orders and periods,
    /// which are counted anew; false when a sum or count leaves its range.
    pub(crate) fn merge(&mut self, other: &Self) -> bool {
        if other.first_day != NO_DAY {
            self.see_day(other.first_day);
            self.see_day(other.last_day);
        }
        add(&mut self.net, |sum| sum.checked_add(other.net))
            & add(&mut self.refunds, |sum| sum.checked_add(other.refunds))
            & add(&mut self.n_purchases, |sum| sum.checked_add(other.n_purchases))
            & add(&mut self.n_refunds, |sum| sum.checked_add(other.n_refunds))
    }
}

/// What one row says about its customer.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    pub(crate) day: i32,
    pub(crate) amount: Money,
    pub(crate) kind: Kind,
    /// Whether the day counts for the first and last date.
    pub(crate) dates: bool,
    /// The period of the day, when periods are counted.
    pub(crate) period: Option<i32>,
    /// The order, when orders are counted.
    pub(crate) order: Option<u128>,
}

/// What a line counts as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Purchase,
    Refund,
    /// Neither: an amount of zero that is not counted as a purchase.
    Nothing,
}

/// Moves a total on unless it would leave its range.
#[inline]
fn add<T: Copy>(total: &mut T, next: impl FnOnce(T) -> Option<T>) -> bool {
    match next(*total) {
        Some(sum) => {
            *total = sum;
            true
        }
        None => false,
    }
}
