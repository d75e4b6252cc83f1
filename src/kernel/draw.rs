//! Whole numbers and orders drawn at random, each as likely as any other.

mod binomial;

pub(crate) use binomial::{Binomial, Chance, MOST_TRIALS};
use rand_core::Rng;
use rand_pcg::Pcg64;

/// Brings items in an order of which each is as likely: Fisher & Yates, backwards.
pub(crate) fn shuffle<T>(items: &mut [T], random: &mut Pcg64) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(random, last as u64 + 1) as usize);
    }
}

/// A whole number from 0 up to, not including, `limit`, which is not 0; each as likely: D. Lemire
/// (2019), "Fast random integer generation in an interval", ACM Transactions on Modeling and
/// Computer Simulation 29(1), 3.
///
/// The upper half of the product of the limit and a random word; words whose lower half falls into
/// the remainder of 2^64 by the limit are drawn again. That remainder is below the limit, so that
/// it is divided for only when the lower half is.
#[inline]
pub(crate) fn below(random: &mut Pcg64, limit: u64) -> u64 {
    let mut product = u128::from(random.next_u64()) * u128::from(limit);
    if (product as u64) < limit {
        let remainder = limit.wrapping_neg() % limit;
        while (product as u64) < remainder {
            product = u128::from(random.next_u64()) * u128::from(limit);
        }
    }
    (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 60000 draws of six orders are 10000 of each, give or take four times 91.
    #[test]
    fn every_order_is_as_likely() {
        let mut random = Pcg64::new(5, 7);
        let mut counts = [0_u32; 27];
        for _ in 0..60_000 {
            let mut order = [0, 1, 2];
            shuffle(&mut order, &mut random);
            counts[order[0] * 9 + order[1] * 3 + order[2]] += 1;
        }
        let seen: Vec<u32> = counts.into_iter().filter(|&count| count > 0).collect();
        assert_eq!(seen.len(), 6);
        assert!(seen.iter().all(|count| count.abs_diff(10_000) < 364), "{seen:?}");
    }
}
