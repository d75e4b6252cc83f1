//! Products of the columns of two features.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::coding::{Coding, Fitted, Shape};
use crate::solver::design::{DesignBlock, REFERENCE};

/// Pairs of levels beyond which an interaction of two categories is refused.
pub(super) const MOST_PAIRS: usize = 1 << 22;

/// Two features by their places, and the pairs of columns that training has rows of where both
/// have levels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Interaction {
    pub(super) first: usize,
    pub(super) second: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pairs: Option<Vec<[u32; 2]>>,
}

/// The columns of a feature for some rows, without that of its indicator.
pub(super) enum Main<'a> {
    /// One column, or several of a spline.
    Numbers(Vec<Cow<'a, [f64]>>),
    /// Those of the features that follow, too, row after row: no columns for each of these.
    Rows {
        values: Vec<f64>,
        n_columns: usize,
    },
    Codes {
        codes: Cow<'a, [u32]>,
        n_columns: usize,
    },
}

impl Interaction {
    /// What cannot be in what was saved.
    pub(super) fn problem(&self, features: &[Fitted]) -> Option<String> {
        let (Some(first), Some(second)) = (features.get(self.first), features.get(self.second)) else {
            return Some("an interaction of a feature that is not there".to_owned());
        };
        if is_spline(first) || is_spline(second) {
            return Some("an interaction of a spline".to_owned());
        }
        let n_levels = |fitted: &Fitted| match &fitted.coding {
            Coding::Levels(levels) => Some(levels.n_columns() as u32),
            Coding::Number(_) => None,
        };
        let is_sound = match (n_levels(first).zip(n_levels(second)), &self.pairs) {
            (Some((m, n)), Some(pairs)) => {
                pairs.iter().all(|&[a, b]| a < m && b < n) && pairs.windows(2).all(|pair| pair[0] < pair[1])
            }
            (None, None) => true,
            _ => false,
        };
        (!is_sound).then(|| "an interaction whose pairs do not fit its features".to_owned())
    }
}

/// Whether a feature has several columns of numbers, of which there are no products.
pub(super) fn is_spline(fitted: &Fitted) -> bool {
    matches!(&fitted.coding, Coding::Number(number) if matches!(number.shape, Shape::Spline { .. }))
}

/// Where the pairs of two columns are among those of a product.
pub(super) struct PairTable {
    places: Vec<u32>,
    n_second: usize,
}

impl PairTable {
    pub(super) fn new(pairs: &[[u32; 2]], n_first: usize, n_second: usize) -> Self {
        let mut places = vec![REFERENCE; n_first * n_second];
        for (place, &[a, b]) in pairs.iter().enumerate() {
            places[a as usize * n_second + b as usize] = place as u32;
        }
        Self { places, n_second }
    }

    #[inline]
    pub(super) fn get(&self, a: u32, b: u32) -> u32 {
        if a == REFERENCE || b == REFERENCE {
            return REFERENCE;
        }
        self.places[a as usize * self.n_second + b as usize]
    }
}

/// The block of the product of two features; without pairs given those of all rows.
pub(super) fn product(
    first: &Main<'_>,
    second: &Main<'_>,
    pairs: Option<&PairTable>,
    n_pairs: usize,
) -> DesignBlock<'static> {
    match (first, second) {
        (Main::Codes { codes: a, .. }, Main::Codes { codes: b, .. }) => {
            let place = |(&a, &b): (&u32, &u32)| pairs.map_or(REFERENCE, |pairs| pairs.get(a, b));
            DesignBlock::Codes { codes: a.iter().zip(b.iter()).map(place).collect(), n_columns: n_pairs }
        }
        (Main::Codes { codes, n_columns }, Main::Numbers(numbers))
        | (Main::Numbers(numbers), Main::Codes { codes, n_columns }) => DesignBlock::ScaledCodes {
            codes: Cow::Owned(codes.to_vec()),
            n_columns: *n_columns,
            scale: Cow::Owned(numbers.first().map(|column| column.to_vec()).unwrap_or_default()),
        },
        // Features of an interaction are columns of their own.
        (Main::Rows { .. }, _) | (_, Main::Rows { .. }) => DesignBlock::Numbers(Cow::Borrowed(&[])),
        (Main::Numbers(a), Main::Numbers(b)) => {
            let (a, b) = (a.first().map_or(&[][..], |a| a), b.first().map_or(&[][..], |b| b));
            DesignBlock::Numbers(Cow::Owned(a.iter().zip(b).map(|(a, b)| a * b).collect()))
        }
    }
}

/// The pairs of columns that rows have, ascending, where both features have levels.
///
/// # Errors
/// When there are too many pairs to look at.
pub(super) fn pairs_of(first: &Main<'_>, second: &Main<'_>) -> Result<Option<Vec<[u32; 2]>>, ()> {
    let (Main::Codes { codes: a, n_columns: m }, Main::Codes { codes: b, n_columns: n }) = (first, second) else {
        return Ok(None);
    };
    let n_pairs = m.checked_mul(*n).filter(|&n_pairs| n_pairs <= MOST_PAIRS).ok_or(())?;
    let mut is_there = vec![false; n_pairs];
    for (&a, &b) in a.iter().zip(b.iter()) {
        if a != REFERENCE && b != REFERENCE {
            is_there[a as usize * n + b as usize] = true;
        }
    }
    let places = is_there.iter().enumerate().filter(|(_, is)| **is);
    Ok(Some(places.map(|(place, _)| [(place / n) as u32, (place % n) as u32]).collect()))
}
