//! Disjoint sets that grow together.
//!
//! Notation: `parent[x]` is a member of the set of `x` that is not above it; a set is known
//! by its root, the member that is its own parent. Sets are joined by linking the larger
//! root below the smaller one, and paths are halved on the way: Tarjan & van Leeuwen (1984),
//! Journal of the ACM 31 (2), 245-281. So `n` joins take O(n log n) at the worst, and the
//! root of a set is its smallest member, in whatever order the joins came.

/// A partition of `0..n` into sets.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::union_find::UnionFind;
///
/// let mut sets = UnionFind::new(5);
/// assert!(sets.join(4, 2));
/// assert!(sets.join(2, 1));
/// assert!(!sets.join(1, 4), "they are in one set already");
/// assert_eq!(sets.numbers(), [0, 1, 1, 2, 1]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnionFind {
    parent: Vec<u32>,
}

impl UnionFind {
    /// `n` sets of one member each.
    #[must_use]
    pub fn new(n: u32) -> Self {
        Self { parent: (0..n).collect() }
    }

    /// The smallest member of the set that `x` is in.
    ///
    /// # Panics
    /// When `x` is not below `n`.
    #[inline]
    pub fn root(&mut self, mut x: u32) -> u32 {
        loop {
            let up = self.parent[x as usize];
            if up == x {
                return x;
            }
            let upper = self.parent[up as usize];
            self.parent[x as usize] = upper;
            x = upper;
        }
    }

    /// Makes one set of the two that hold `a` and `b`; whether they were two.
    ///
    /// # Panics
    /// When `a` or `b` is not below `n`.
    pub fn join(&mut self, a: u32, b: u32) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b) as usize] = a.min(b);
        a != b
    }

    /// The number of each member's set; sets are numbered from 0 by their smallest members.
    #[must_use]
    pub fn numbers(mut self) -> Vec<u32> {
        let mut next = 0;
        for x in 0..self.parent.len() {
            let up = self.parent[x];
            // Whatever is above `x` is smaller, so it has its number already.
            self.parent[x] = if up as usize == x {
                next += 1;
                next - 1
            } else {
                self.parent[up as usize]
            };
        }
        self.parent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_joined_leaves_every_member_alone() {
        assert_eq!(UnionFind::new(3).numbers(), [0, 1, 2]);
        assert!(UnionFind::new(0).numbers().is_empty());
    }

    #[test]
    fn a_long_chain_is_one_set() {
        let n = 100_000;
        let mut down = UnionFind::new(n);
        assert!((1..n).rev().all(|x| down.join(x, x - 1)));
        assert!(down.numbers().iter().all(|&number| number == 0));
    }

    /// Oracle: numbers spread along the pairs until none changes.
    fn by_spreading(n: u32, pairs: &[(u32, u32)]) -> Vec<u32> {
        let mut smallest: Vec<u32> = (0..n).collect();
        loop {
            let before = smallest.clone();
            for &(a, b) in pairs {
                let low = smallest[a as usize].min(smallest[b as usize]);
                smallest[a as usize] = low;
                smallest[b as usize] = low;
            }
            if before == smallest {
                break;
            }
        }
        let mut roots: Vec<u32> = smallest.clone();
        roots.sort_unstable();
        roots.dedup();
        smallest.iter().map(|root| roots.binary_search(root).unwrap() as u32).collect()
    }

    proptest! {
        #[test]
        fn any_order_of_joins_gives_the_same_numbers(
            pairs in proptest::collection::vec((0_u32..40, 0_u32..40), 0..60),
        ) {
            let numbers = |pairs: &mut dyn Iterator<Item = &(u32, u32)>| {
                let mut sets = UnionFind::new(40);
                pairs.for_each(|&(a, b)| { sets.join(a, b); });
                sets.numbers()
            };
            let forward = numbers(&mut pairs.iter());
            prop_assert_eq!(&forward, &numbers(&mut pairs.iter().rev()));
            prop_assert_eq!(forward, by_spreading(40, &pairs));
        }
    }
}
