//! The segments that are compared, and which of them with which.

use polars::prelude::DataFrame;

use super::comparison::{ComparedSegment, Contrast};
use super::params::{COMPARE, Compare};
use crate::descriptive::groups::Groups;
use crate::error::{Error, Result};
use crate::kernel::association::contingency::NULL;

/// Pairs that are compared at the most; beyond them nobody reads the answer.
const MOST_PAIRS: usize = 10_000;

/// The rows of a table by segment, without those that have none.
pub(super) struct Segments {
    groups: Groups,
    /// The segments among the groups; those with a missing part are none.
    places: Vec<usize>,
    pub(super) keys: Vec<Vec<String>>,
    /// The segment of each row, or [`NULL`].
    pub(super) of_row: Vec<u32>,
}

impl Segments {
    /// The segments of the combinations of some columns.
    pub(super) fn of(frame: &DataFrame, by: &[String]) -> Result<Self> {
        let groups = Groups::for_step(COMPARE, frame, by)?;
        let whole = |key: &Vec<Option<String>>| key.iter().cloned().collect::<Option<Vec<String>>>();
        let (places, keys): (Vec<usize>, Vec<_>) =
            groups.keys.iter().enumerate().filter_map(|(at, key)| Some((at, whole(key)?))).unzip();
        let mut of_row = vec![NULL; frame.height()];
        for (segment, &place) in (0_u32..).zip(&places) {
            groups.rows(place).iter().for_each(|&row| of_row[row as usize] = segment);
        }
        Ok(Self { groups, places, keys, of_row })
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The rows of a segment.
    pub(super) fn rows(&self, segment: usize) -> &[u32] {
        self.groups.rows(self.places[segment])
    }

    /// Rows that are in some segment.
    pub(super) fn n_rows(&self) -> u64 {
        (0..self.len()).map(|segment| self.rows(segment).len() as u64).sum()
    }

    /// The segments as they are told of.
    pub(super) fn described(&self) -> Vec<ComparedSegment> {
        let described =
            |(at, key): (usize, &Vec<String>)| ComparedSegment { key: key.clone(), n_rows: self.rows(at).len() as u64 };
        self.keys.iter().enumerate().map(described).collect()
    }

    /// Which segments are compared two by two.
    ///
    /// # Errors
    /// `Unusable` when no row is in the reference segment, or the pairs are too many to read.
    pub(super) fn contrasts(&self, settings: &Compare) -> Result<Contrasts> {
        let reference = settings.reference().map(|key| self.place_of(key)).transpose()?;
        let n = self.len();
        if n == 2 {
            let reference = reference.unwrap_or(0);
            return Ok(Contrasts { whole: Some(Contrast { segment: 1 - reference, reference }), pairs: Vec::new() });
        }
        let all = |segment: usize| (0..segment).map(move |reference| Contrast { segment, reference });
        let n_pairs = n * n.saturating_sub(1) / 2;
        if settings.pairwise() && n_pairs > MOST_PAIRS {
            let reason = format!(
                "{n} segments make {n_pairs} pairs, more than {MOST_PAIRS}; name a `reference`, \
                 or put rare segments together with `cleaning::RareLevels`"
            );
            return Err(Error::Unusable { analysis: COMPARE, reason });
        }
        let pairs = match reference {
            Some(reference) => {
                let others = (0..n).filter(|&segment| segment != reference);
                others.map(|segment| Contrast { segment, reference }).collect()
            }
            None if settings.pairwise() => (0..n).flat_map(all).collect(),
            None => Vec::new(),
        };
        Ok(Contrasts { whole: None, pairs })
    }

    fn place_of(&self, key: &[String]) -> Result<usize> {
        let place = self.keys.iter().position(|own| own == key);
        place.ok_or_else(|| {
            let reason =
                format!("none of the {} segment(s) is the `reference`; name one by the text of its values", self.len());
            Error::Unusable { analysis: COMPARE, reason }
        })
    }
}

/// Which segments are compared two by two.
pub(super) struct Contrasts {
    /// Of two segments, that of the whole table.
    pub(super) whole: Option<Contrast>,
    /// Of more, those asked for.
    pub(super) pairs: Vec<Contrast>,
}
