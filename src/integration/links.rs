//! Which records are linked to which, by the settings.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::alike::{Alike, alike_pairs};
use super::identity_params::IdentityParams;
use super::identity_report::{FuzzyReport, GluedShape, KeyReport, UnreadableShape};
use super::key_groups::KeyGroups;
use super::match_key::{IDENTITIES, MatchKey};
use super::normal_values::{Cell, KeyValues};
use crate::error::{Error, Result};
use crate::kernel::union_find::UnionFind;
use crate::text::shape;

/// Shapes of glued values and of unreadable cells that a report shows.
const SHOWN_SHAPES: usize = 10;

/// One record tied to an earlier one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Link {
    pub(super) record: u32,
    pub(super) to: u32,
    /// Place of the key among the keys and, behind them, the comparisons.
    pub(super) key: u32,
    /// Place among the shapes.
    pub(super) shape: u32,
    pub(super) similarity: Option<f64>,
    /// Whether the two were of different identities until this link.
    pub(super) merged: bool,
}

/// All links, the sets they make, and what was counted on the way.
#[derive(Debug)]
pub(super) struct Linked {
    sets: UnionFind,
    pub(super) links: Vec<Link>,
    pub(super) shapes: Vec<String>,
    pub(super) keys: Vec<KeyReport>,
    pub(super) fuzzy: Vec<FuzzyReport>,
    shape_places: BTreeMap<String, u32>,
}

impl Linked {
    /// Links the records of a frame that is sorted by record.
    pub(super) fn of(records: &DataFrame, params: &IdentityParams) -> Result<Self> {
        let mut linked = Self {
            sets: UnionFind::new(records.height() as u32),
            links: vec![],
            shapes: vec![],
            keys: vec![],
            fuzzy: vec![],
            shape_places: BTreeMap::new(),
        };
        for key in &params.keys {
            let values = KeyValues::of(records, key, &params.placeholders)?;
            let mut report = linked.by_key(&values, key.name(), params.max_records_per_key as usize);
            if report.n_unreadable > 0 {
                report.unreadable = unreadable_shapes(records, key, &values)?;
            }
            linked.keys.push(report);
        }
        for fuzzy in &params.fuzzy {
            let (compared, block) = fuzzy.keys();
            let compared = KeyValues::of(records, &compared, &params.placeholders)?;
            let blocks = KeyGroups::of(&KeyValues::of(records, &block, &params.placeholders)?);
            let alike = alike_pairs(&compared, &blocks, fuzzy, params.max_records_per_key as usize);
            let report = linked.by_likeness(&compared, alike, fuzzy.name());
            linked.fuzzy.push(report);
        }
        Ok(linked)
    }

    /// The identity of every record, numbered by the first record of each.
    pub(super) fn identities(&self) -> Vec<u32> {
        self.sets.clone().numbers()
    }

    fn by_key(&mut self, values: &KeyValues, key: String, most: usize) -> KeyReport {
        let groups = KeyGroups::of(values);
        let mut report = KeyReport { key, n_records: groups.n_records, n_values: groups.n_values, ..KeyReport::none() };
        for row in 0..values.n_records {
            match values.cell(row) {
                Cell::Value => {}
                Cell::Null => report.n_nulls += 1,
                Cell::Blank => report.n_blanks += 1,
                Cell::Placeholder => report.n_placeholders += 1,
                Cell::Unreadable => report.n_unreadable += 1,
            }
        }
        let mut glued: BTreeMap<String, GluedShape> = BTreeMap::new();
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for group in groups.shared() {
            if group.len() > most {
                let shape = values.shape(group[0]);
                let entry = glued.entry(shape.clone()).or_insert(GluedShape { shape, ..GluedShape::default() });
                entry.add(group.len() as u64);
            } else {
                pairs.extend(group[1..].iter().map(|&record| (record, group[0])));
            }
        }
        report.n_glued_values = glued.values().map(|shape| shape.n_values).sum();
        report.n_glued_records = glued.values().map(|shape| shape.n_records).sum();
        report.glued = glued.into_values().collect();
        report.glued.sort_by(|a, b| b.n_records.cmp(&a.n_records).then_with(|| a.shape.cmp(&b.shape)));
        report.glued.truncate(SHOWN_SHAPES);
        // Groups come in the order of hashes, which means nothing.
        pairs.sort_unstable();
        let place = self.keys.len() as u32;
        report.n_links = pairs.len() as u64;
        report.n_merges = pairs.into_iter().map(|pair| u64::from(self.link(values, pair, place, None))).sum();
        report
    }

    fn by_likeness(&mut self, values: &KeyValues, alike: Alike, name: String) -> FuzzyReport {
        let place = (self.keys.len() + self.fuzzy.len()) as u32;
        let n_links = alike.pairs.len() as u64;
        let link = |pair: &(u32, u32, f64)| {
            let similarity = Some(pair.2);
            u64::from(self.link(values, (pair.1, pair.0), place, similarity))
        };
        let n_merges = alike.pairs.iter().map(link).sum();
        FuzzyReport {
            name,
            n_blocks: alike.n_blocks,
            n_blocks_skipped: alike.n_blocks_skipped,
            n_records_skipped: alike.n_records_skipped,
            n_glued_values: alike.n_glued_values,
            n_glued_records: alike.n_glued_records,
            n_pairs: alike.n_pairs,
            n_links,
            n_merges,
        }
    }

    fn link(&mut self, values: &KeyValues, (record, to): (u32, u32), key: u32, similarity: Option<f64>) -> bool {
        let merged = self.sets.join(record, to);
        let shape = self.shape_place(values.shape(record));
        self.links.push(Link { record, to, key, shape, similarity, merged });
        merged
    }

    fn shape_place(&mut self, shape: String) -> u32 {
        if let Some(&place) = self.shape_places.get(&shape) {
            return place;
        }
        let place = self.shapes.len() as u32;
        self.shapes.push(shape.clone());
        self.shape_places.insert(shape, place);
        place
    }
}

/// What the cells that cannot be read look like, without what they say.
fn unreadable_shapes(records: &DataFrame, key: &MatchKey, values: &KeyValues) -> Result<Vec<UnreadableShape>> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (place, name) in key.columns().enumerate() {
        let texts = records.column(name).and_then(|column| column.cast(&DataType::String));
        let texts = texts.map_err(Error::query(IDENTITIES))?;
        let cells = texts.str().map_err(Error::query(IDENTITIES))?.iter().zip(0_u32..);
        let unread = cells.filter(|&(_, row)| values.unreadable(row) == Some(place));
        unread.filter_map(|(text, _)| text).for_each(|text| *counts.entry(shape(text)).or_default() += 1);
    }
    let mut shapes: Vec<UnreadableShape> =
        counts.into_iter().map(|(shape, n_records)| UnreadableShape { shape, n_records }).collect();
    // Of equally many records they stay in the order of the shapes.
    shapes.sort_by_key(|one| std::cmp::Reverse(one.n_records));
    shapes.truncate(SHOWN_SHAPES);
    Ok(shapes)
}
