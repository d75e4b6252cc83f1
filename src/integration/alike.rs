//! Records whose texts are alike, inside blocks.

use rayon::prelude::*;

use super::key_groups::KeyGroups;
use super::match_key::Fuzzy;
use super::normal_values::{Cell, KeyValues};
use crate::kernel::union_find::UnionFind;
use crate::text::jaro_winkler;

/// Smaller record, larger record, similarity.
pub(super) type Pair = (u32, u32, f64);

/// The pairs found, and what was compared.
#[derive(Debug, Default)]
pub(super) struct Alike {
    /// Ascending by their records.
    pub(super) pairs: Vec<Pair>,
    pub(super) n_blocks: u64,
    pub(super) n_blocks_skipped: u64,
    pub(super) n_records_skipped: u64,
    /// Texts that too many records of a block have, and those records.
    pub(super) n_glued_values: u64,
    pub(super) n_glued_records: u64,
    pub(super) n_pairs: u64,
}

/// What came of one block.
#[derive(Debug, Default)]
struct Block {
    n_pairs: u64,
    n_glued_values: u64,
    n_glued_records: u64,
    pairs: Vec<Pair>,
}

/// Compares the records of every block that is not too large, but for texts that more than
/// `most` records of the block have.
pub(super) fn alike_pairs(values: &KeyValues, blocks: &KeyGroups, fuzzy: &Fuzzy, most: usize) -> Alike {
    let (small, large): (Vec<&[u32]>, Vec<&[u32]>) =
        blocks.shared().partition(|block| block.len() <= fuzzy.max_block as usize);
    let found: Vec<Block> = small.par_iter().map(|block| alike_in(values, block, fuzzy.threshold, most)).collect();
    let mut pairs: Vec<Pair> = found.iter().flat_map(|block| block.pairs.iter().copied()).collect();
    pairs.sort_unstable_by_key(|&(a, b, _)| (a, b));
    Alike {
        pairs,
        n_blocks: small.len() as u64,
        n_blocks_skipped: large.len() as u64,
        n_records_skipped: large.iter().map(|block| block.len() as u64).sum(),
        n_glued_values: found.iter().map(|block| block.n_glued_values).sum(),
        n_glued_records: found.iter().map(|block| block.n_glued_records).sum(),
        n_pairs: found.iter().map(|block| block.n_pairs).sum(),
    }
}

/// The rows with a text, ascending, but for texts that more than `most` of them have.
fn compared<'a>(values: &'a KeyValues, block: &[u32], most: usize, found: &mut Block) -> Vec<(u32, &'a str)> {
    let known = block.iter().filter(|&&row| values.cell(row) == Cell::Value);
    let mut rows: Vec<(u32, &str)> = known.filter_map(|&row| Some((row, values.texts(row).next()?))).collect();
    if rows.len() > most {
        rows.sort_unstable_by(|a, b| a.1.cmp(b.1));
        let (kept, glued): (Vec<_>, Vec<_>) = rows.chunk_by(|a, b| a.1 == b.1).partition(|equal| equal.len() <= most);
        found.n_glued_values = glued.len() as u64;
        found.n_glued_records = glued.iter().map(|equal| equal.len() as u64).sum();
        rows = kept.concat();
        rows.sort_unstable();
    }
    rows
}

/// How many pairs of a block were compared, and those that hold it together.
fn alike_in(values: &KeyValues, block: &[u32], threshold: f64, most: usize) -> Block {
    let mut found = Block::default();
    let (rows, texts): (Vec<u32>, Vec<&str>) = compared(values, block, most, &mut found).into_iter().unzip();
    let mut near: Vec<(f64, usize, usize)> = Vec::new();
    for (b, text) in texts.iter().enumerate() {
        for (a, other) in texts[..b].iter().enumerate() {
            let similarity = jaro_winkler(other, text);
            if similarity >= threshold {
                near.push((similarity, a, b));
            }
        }
    }
    near.sort_unstable_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let mut sets = UnionFind::new(texts.len() as u32);
    near.retain(|&(_, a, b)| sets.join(a as u32, b as u32));
    let n = texts.len() as u64;
    found.pairs = near.into_iter().map(|(similarity, a, b)| (rows[a], rows[b], similarity)).collect();
    found.n_pairs = n * n.saturating_sub(1) / 2;
    found
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;
    use crate::integration::MatchKey;

    fn found(names: &[Option<&str>], cities: &[Option<&str>], fuzzy: &Fuzzy) -> Alike {
        let frame = df!("name" => names, "city" => cities).unwrap();
        let values = |key: &str| KeyValues::of(&frame, &MatchKey::new(key).text(), &[]).unwrap();
        alike_pairs(&values("name"), &KeyGroups::of(&values("city")), fuzzy, 100)
    }

    #[test]
    fn only_records_of_one_block_are_compared() {
        let names = [Some("martha"), Some("marhta"), Some("martha"), None, Some("dixon")];
        let cities = [Some("A"), Some("a "), Some("b"), Some("a"), Some("a")];
        let alike = found(&names, &cities, &Fuzzy::new("name").block_on(["city"]));
        assert_eq!((alike.n_blocks, alike.n_pairs, alike.pairs.len()), (1, 3, 1));
        assert_eq!((alike.pairs[0].0, alike.pairs[0].1), (0, 1));
        // Winkler's published value.
        assert!((alike.pairs[0].2 - 0.961_111).abs() < 1e-6);
    }

    #[test]
    fn blocks_beyond_the_cap_are_skipped_and_counted() {
        let fuzzy = Fuzzy::new("name").block_on(["city"]).max_block(2);
        let alike = found(&[Some("ann"); 5], &[Some("x"), Some("x"), Some("x"), Some("y"), Some("y")], &fuzzy);
        assert_eq!((alike.n_blocks, alike.n_blocks_skipped, alike.n_records_skipped), (1, 1, 3));
        assert_eq!(alike.pairs, [(3, 4, 1.0)]);
    }

    #[test]
    fn a_block_is_held_together_by_as_few_pairs_as_can_be() {
        let alike = found(&[Some("王小芳"); 30], &[Some("北京"); 30], &Fuzzy::new("name").block_on(["city"]));
        assert_eq!((alike.n_pairs, alike.pairs.len()), (435, 29));
    }
}
