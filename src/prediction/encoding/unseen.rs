//! Levels that training did not have, listed on request.

use polars::prelude::*;

use super::ENCODING;
use super::cells::place_of_label;
use super::coding::{Coding, LevelReading, UNSEEN};
use super::encoder::Encoder;
use super::readable_as::check_frame;
use crate::error::Result;
use crate::frame::codes::codes_of;

/// A level of a table that training did not have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unseen {
    /// The feature.
    pub feature: String,
    /// The level as it is written.
    pub level: String,
    /// Its rows.
    pub n_rows: u64,
}

impl Encoder {
    /// The levels of a table that training did not have, with their rows; those of each feature
    /// in their order. They are data of customers, which no error of this crate tells.
    ///
    /// # Errors
    /// As [`encode`](Encoder::encode) for columns that are not there or not of a type that can be read.
    pub fn unseen_levels(&self, frame: &DataFrame) -> Result<Vec<Unseen>> {
        check_frame(self, frame)?;
        let mut unseen = Vec::new();
        for fitted in &self.features {
            let Coding::Levels(coding) = &fitted.coding else { continue };
            if !matches!(coding.reading, LevelReading::Label | LevelReading::Flag) {
                continue;
            }
            let codes = codes_of(ENCODING, frame, &fitted.column)?;
            let places = place_of_label(coding, &codes.labels)?;
            let levels = codes.labels.into_iter().zip(codes.counts).zip(places);
            unseen.extend(levels.filter(|(_, place)| *place == UNSEEN).map(|((level, n_rows), _)| Unseen {
                feature: fitted.source(),
                level,
                n_rows,
            }));
        }
        Ok(unseen)
    }
}
