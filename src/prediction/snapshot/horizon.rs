//! How far to look ahead, told by how long customers take to come back.

use std::fmt;

use chrono::NaiveDate;
use rayon::prelude::*;
use serde::Serialize;

use super::NAME;
use super::features::DayTally;
use super::lines::PurchaseHistory;
use crate::error::{Error, Result};

/// Share of the times between purchases that a suggested horizon covers at the least, in tenths.
const TENTHS: u64 = 9;

/// The label window and why it is as long as it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Horizon {
    /// Its length.
    pub days: u32,
    /// Its first day.
    pub first_day: NaiveDate,
    /// Its last day.
    pub last_day: NaiveDate,
    /// Where the length comes from.
    pub choice: HorizonChoice,
}

/// Where the length of the label window comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HorizonChoice {
    /// It was set.
    Given,
    /// It is the least number of days that covers nine tenths of the times between two
    /// consecutive purchase days of a customer, of all such up to the cutoff. Whoever stays away
    /// longer is late by what customers usually do. The times to purchases that were still to
    /// come are not among them, so that with a short history it is rather too short.
    FromGaps {
        /// Customers with two purchase days or more.
        n_returning: u64,
        /// Times between two purchase days.
        n_gaps: u64,
        /// Share of them that the horizon covers, 0.9..=1.
        covered_share: f64,
    },
}

impl fmt::Display for HorizonChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given => f.write_str("as set"),
            Self::FromGaps { n_returning, n_gaps, covered_share } => write!(
                f,
                "{:.1}% of {n_gaps} time(s) between purchases of {n_returning} returning customer(s) are no longer",
                100.0 * covered_share
            ),
        }
    }
}

/// Times between purchase days, by their length.
#[derive(Default)]
struct Gaps {
    n_returning: u64,
    n_of: Vec<u64>,
}

impl Gaps {
    fn add(&mut self, gap: u32) {
        let gap = gap as usize;
        if self.n_of.len() <= gap {
            self.n_of.resize(gap + 1, 0);
        }
        self.n_of[gap] += 1;
    }

    fn merge(mut self, mut other: Self) -> Self {
        if self.n_of.len() < other.n_of.len() {
            std::mem::swap(&mut self.n_of, &mut other.n_of);
        }
        self.n_of.iter_mut().zip(other.n_of).for_each(|(mine, theirs)| *mine += theirs);
        Self { n_returning: self.n_returning + other.n_returning, ..self }
    }
}

/// The shortest horizon that covers nine tenths of the times between purchases in a window.
pub(super) fn suggested(history: &PurchaseHistory, first: i32, cutoff: i32) -> Result<(u32, HorizonChoice)> {
    let of_customer = |mut gaps: Gaps, customer: usize| {
        let mut days = DayTally::default();
        let (past, _) = history.parted(customer, cutoff);
        for line in past.since(first).iter().filter(|line| line.is_purchase()) {
            if let Some(gap) = days.see(line.day) {
                gaps.add(gap);
            }
        }
        gaps.n_returning += u64::from(days.n > 1);
        gaps
    };
    let customers = (0..history.n_customers()).into_par_iter();
    let gaps = customers.fold(Gaps::default, of_customer).reduce(Gaps::default, Gaps::merge);
    let n_gaps: u64 = gaps.n_of.iter().sum();
    let mut covered = 0;
    for (days, n) in gaps.n_of.iter().enumerate() {
        covered += n;
        if n_gaps > 0 && 10 * covered >= TENTHS * n_gaps {
            let covered_share = covered as f64 / n_gaps as f64;
            let choice = HorizonChoice::FromGaps { n_returning: gaps.n_returning, n_gaps, covered_share };
            return Ok((days as u32, choice));
        }
    }
    let reason = "no customer bought on two days up to the cutoff, so that nothing suggests a horizon; \
                  set `horizon_days`";
    Err(Error::Unusable { analysis: NAME, reason: reason.to_owned() })
}
