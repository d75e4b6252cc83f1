//! Memory for results that several threads write.

use rayon::prelude::*;

/// So many zeros, written by all threads: pages that were not used before take time at their first
/// use, and one thread would take it alone.
pub(crate) fn zeros<T: Clone + Default + Send + Sync>(n: usize) -> Vec<T> {
    /// Below this, one thread is as fast.
    const FEW: usize = 1 << 16;
    if n < FEW {
        return vec![T::default(); n];
    }
    let mut zeros = Vec::with_capacity(n);
    zeros.par_extend(rayon::iter::repeat_n(T::default(), n));
    zeros
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_zero() {
        for n in [0, 3, 100_000] {
            assert_eq!(zeros::<u32>(n), vec![0; n]);
        }
    }
}
