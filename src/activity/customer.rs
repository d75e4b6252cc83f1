//! One customer: half a cache line of days, counts and net value.

/// A day that no calendar reaches: the customer has no dated purchase.
pub(crate) const NO_DAY: i32 = i32::MIN;

/// What nearly every line changes; the rest is kept apart, so that two customers share a
/// cache line and a shard stays in its core's cache.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Customer {
    /// The id, as its store knows it.
    pub(crate) key: u64,
    /// Net value in points of the price grid, without what does not fit them.
    pub(crate) net_points: i64,
    pub(crate) first_day: i32,
    pub(crate) last_day: i32,
    pub(crate) n_purchases: u32,
    pub(crate) n_refunds: u32,
}

impl Default for Customer {
    fn default() -> Self {
        Self { key: 0, net_points: 0, first_day: NO_DAY, last_day: NO_DAY, n_purchases: 0, n_refunds: 0 }
    }
}

impl Customer {
    /// Widens the span of days to a further one.
    #[inline]
    pub(crate) fn see_day(&mut self, day: i32) {
        if day < self.first_day || self.first_day == NO_DAY {
            self.first_day = day;
        }
        self.last_day = self.last_day.max(day);
    }

    /// Counts a line; false when the count leaves its range.
    #[inline]
    pub(crate) fn count(&mut self, kind: Kind) -> bool {
        match kind {
            Kind::Purchase => add(&mut self.n_purchases, |n| n.checked_add(1)),
            Kind::Refund => add(&mut self.n_refunds, |n| n.checked_add(1)),
            Kind::Nothing => true,
        }
    }

    /// Adds the days and counts that another state knows of the same customer; false when
    /// a count leaves its range.
    pub(crate) fn merge(&mut self, other: &Self) -> bool {
        if other.first_day != NO_DAY {
            self.see_day(other.first_day);
            self.see_day(other.last_day);
        }
        add(&mut self.n_purchases, |n| n.checked_add(other.n_purchases))
            & add(&mut self.n_refunds, |n| n.checked_add(other.n_refunds))
    }
}

/// What one row says about its customer.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    pub(crate) day: i32,
    /// Zero for a line that is neither purchase nor refund.
    pub(crate) amount: f64,
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

/// Moves a total on unless it would leave its range; whether it did.
#[inline]
pub(crate) fn add<T: Copy>(total: &mut T, next: impl FnOnce(T) -> Option<T>) -> bool {
    match next(*total) {
        Some(sum) => {
            *total = sum;
            true
        }
        None => false,
    }
}
