//! Random positions of one replicate.

use rand_pcg::Pcg64;

use crate::kernel::draw::below;

/// The generator of one replicate.
#[derive(Clone, Debug)]
pub(in crate::kernel) struct Draw(Pcg64);

impl Draw {
    /// Of this replicate, whichever thread works it out.
    ///
    /// Streams of this generator that share a state are correlated, so that both the state and the
    /// stream are taken from the seed and the number of the replicate, mixed.
    pub(in crate::kernel) fn of(seed: u64, replicate: u32) -> Self {
        let mut mixer = Mixer(mixed(seed) ^ u64::from(replicate).wrapping_mul(GOLDEN_GAMMA));
        Self(Pcg64::new(mixer.wide(), mixer.wide()))
    }

    /// A position below `n`, which is not 0; all are equally likely.
    #[inline]
    pub(in crate::kernel) fn below(&mut self, n: usize) -> usize {
        below(&mut self.0, n as u64) as usize
    }

    /// The generator itself, for other distributions.
    #[inline]
    pub(in crate::kernel) fn generator(&mut self) -> &mut Pcg64 {
        &mut self.0
    }
}

/// The odd whole number next to 2^64 over the golden ratio.
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// A counter whose values are mixed: G. L. Steele, D. Lea & C. H. Flood (2014), "Fast splittable
/// pseudorandom number generators", OOPSLA 2014, 453-472.
struct Mixer(u64);

impl Mixer {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN_GAMMA);
        mixed(self.0)
    }

    fn wide(&mut self) -> u128 {
        u128::from(self.next()) << 64 | u128::from(self.next())
    }
}

/// Spreads every bit over all others; one to one.
fn mixed(word: u64) -> u64 {
    let word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: the generator published with the method, started at 1234567: its first two numbers.
    #[test]
    fn the_mixer_is_the_published_one() {
        let mut mixer = Mixer(1_234_567);
        assert_eq!((mixer.next(), mixer.next()), (6_457_827_717_110_365_317, 3_203_168_211_198_807_973));
    }

    /// Chi-squared over 2^12 streams and 100,000 draws; 9 degrees of freedom, 1e-6 beyond 45.
    #[test]
    fn positions_are_equally_likely_within_and_across_streams() {
        let chi_squared = |counts: [u32; 10]| {
            let expected = f64::from(counts.iter().sum::<u32>()) / 10.0;
            counts.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum::<f64>()
        };
        let mut counts = [0; 10];
        let mut one = Draw::of(7, 0);
        (0..100_000).for_each(|_| counts[one.below(10)] += 1);
        assert!(chi_squared(counts) < 45.0, "{counts:?}");
        // The first draws of neighbouring replicates, and of neighbouring seeds.
        let mut counts = [0; 10];
        (0..50_000).for_each(|replicate| counts[Draw::of(7, replicate).below(10)] += 1);
        assert!(chi_squared(counts) < 45.0, "{counts:?}");
        let mut counts = [0; 10];
        (0..50_000).for_each(|seed| counts[Draw::of(seed, 3).below(10)] += 1);
        assert!(chi_squared(counts) < 45.0, "{counts:?}");
    }

    /// Pairs of first draws of replicates `b` and `b + 1`; 99 degrees of freedom, 1e-6 beyond 180.
    #[test]
    fn neighbouring_streams_are_independent() {
        let mut counts = [0_u32; 100];
        for replicate in 0..50_000 {
            let (mut this, mut next) = (Draw::of(11, replicate), Draw::of(11, replicate + 1));
            counts[10 * this.below(10) + next.below(10)] += 1;
        }
        let chi_squared: f64 = counts.iter().map(|&count| (f64::from(count) - 500.0).powi(2) / 500.0).sum();
        assert!(chi_squared < 180.0, "{chi_squared}");
    }

    #[test]
    fn a_large_bound_is_kept() {
        let n = (1 << 63) + 1;
        let mut draw = Draw::of(0, 0);
        assert!((0..1_000).all(|_| draw.below(n) < n));
        assert_eq!(draw.below(1), 0);
    }
}
