//! A fitted encoding: what was learned, and how it turns further tables into columns.

use std::borrow::Cow;

use polars::prelude::DataFrame;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::coding::{Coding, Fitted, Level};
use super::counts::{EncodingCounts, refused};
use super::dropped::Dropped;
use super::encoded::{DenseDesign, Encoded, FeatureColumns, columns_of};
use super::interaction::{Interaction, Main, PairTable, product};
use super::neighbours::{neighbours, put_together};
use super::prepared::{Prepared, prepare};
use super::readable_as::check_frame;
use super::terms::{Source, Term, terms_of};
use crate::error::{Error, Result};
use crate::frame::exact_number;
use crate::solver::design::DesignBlock;

const WHAT: &str = "encoder";

/// A fitted encoding: which columns each feature gives, with everything that was learned for it.
///
/// It is saved as part of a model and turns any further table into the same columns. Cells are
/// read as in training, whatever the type of their column is by then, as long as it can be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct Encoder {
    n_rows: u64,
    n_dropped: u64,
    pub(super) features: Vec<Fitted>,
    pub(super) interactions: Vec<Interaction>,
    pub(super) means: Vec<f64>,
    terms: Vec<Term>,
    pub(super) sources: Vec<Source>,
}

/// An encoder as it is written, before what it says is known to go together.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    n_rows: u64,
    n_dropped: u64,
    features: Vec<Fitted>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    interactions: Vec<Interaction>,
    #[serde(with = "exact_number::many")]
    means: Vec<f64>,
}

impl From<Encoder> for Saved {
    fn from(encoder: Encoder) -> Self {
        let Encoder { n_rows, n_dropped, features, interactions, means, .. } = encoder;
        Self { n_rows, n_dropped, features, interactions, means }
    }
}

impl TryFrom<Saved> for Encoder {
    type Error = Error;

    fn try_from(saved: Saved) -> Result<Self> {
        let Saved { n_rows, n_dropped, features, interactions, means } = saved;
        let of_features = features.iter().find_map(Fitted::problem);
        let problem = of_features.or_else(|| interactions.iter().find_map(|one| one.problem(&features)));
        if let Some(reason) = problem {
            return Err(Error::Format { what: WHAT, reason });
        }
        let encoder = Self::new(n_rows, n_dropped, features, interactions, means);
        if encoder.means.len() == encoder.terms.len() && encoder.means.iter().all(|mean| mean.is_finite()) {
            return Ok(encoder);
        }
        let reason = format!("{} term(s) but {} finite mean(s)", encoder.terms.len(), encoder.means.len());
        Err(Error::Format { what: WHAT, reason })
    }
}

impl Encoder {
    pub(super) fn new(
        n_rows: u64,
        n_dropped: u64,
        features: Vec<Fitted>,
        interactions: Vec<Interaction>,
        means: Vec<f64>,
    ) -> Self {
        let (terms, sources) = terms_of(&features, &interactions);
        Self { n_rows, n_dropped, features, interactions, means, terms, sources }
    }

    /// The columns of the design, in their order; the intercept is none of them.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The mean of every term over the training rows.
    #[must_use]
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// Training rows that were learned from.
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Training rows that were left out for a missing cell.
    #[must_use]
    pub fn n_dropped(&self) -> u64 {
        self.n_dropped
    }

    /// The columns that are read, each once, in the order of the features.
    #[must_use]
    pub fn features(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for fitted in &self.features {
            if names.last() != Some(&fitted.column.as_str()) {
                names.push(&fitted.column);
            }
        }
        names
    }

    /// The levels of a feature with their training rows: in their order, rare ones together and
    /// missing ones as a level last. `None` for a feature without levels.
    #[must_use]
    pub fn levels(&self, feature: &str) -> Option<&[Level]> {
        self.features.iter().filter(|fitted| fitted.source() == feature).find_map(|fitted| match &fitted.coding {
            Coding::Levels(levels) => Some(levels.levels.as_slice()),
            Coding::Number(_) => None,
        })
    }

    /// The reference level of a feature; `None` where it has none.
    #[must_use]
    pub fn reference(&self, feature: &str) -> Option<&str> {
        self.features.iter().filter(|fitted| fitted.source() == feature).find_map(|fitted| match &fitted.coding {
            Coding::Levels(levels) => levels.reference.map(|place| levels.levels[place as usize].label.as_str()),
            Coding::Number(_) => None,
        })
    }

    /// Mean and standard deviation (with `n` below) of the values of a numeric feature that
    /// training had, logarithms where it takes them; `None` for a feature without numbers.
    #[must_use]
    pub fn centre_and_scale(&self, feature: &str) -> Option<(f64, f64)> {
        self.features.iter().filter(|fitted| fitted.source() == feature).find_map(|fitted| match &fitted.coding {
            Coding::Number(number) => Some((number.centre, number.scale)),
            Coding::Levels(_) => None,
        })
    }

    /// Features without any column, as all training rows have one level.
    #[must_use]
    pub fn without_columns(&self) -> Vec<&str> {
        let empty = self.sources.iter().filter(|source| source.terms.is_empty());
        empty.map(|source| source.name.as_str()).collect()
    }

    /// The table as blocks of columns.
    ///
    /// Cells with a level that training did not have and cells without a value are counted, and
    /// treated as the settings say. Columns of doubles in one piece in which nothing is missing
    /// are not copied; other columns of numbers that stand beside each other are one block.
    ///
    /// # Errors
    /// `Schema` when a feature is not there or of a type that is not read as it was in training;
    /// `Unusable`, with their numbers, for infinite values, values of -1 and below under a
    /// logarithm, and missing cells and unseen levels that the settings refuse.
    pub fn encode<'a>(&self, frame: &'a DataFrame) -> Result<Encoded<'a>> {
        check_frame(self, frame)?;
        let Some(dropped) = Dropped::by(&self.features, frame)? else {
            let (columns, counts) = self.columns(frame)?;
            return self.blocks(columns, counts);
        };
        let kept = dropped.kept(frame)?;
        let (columns, counts) = self.columns(&kept)?;
        let counts = dropped.counted(&self.features, counts);
        Ok(self.blocks(columns, counts.clone())?.owned(&dropped.is_kept, counts))
    }

    /// The table with a column for every term, row after row.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn encode_dense(&self, frame: &DataFrame) -> Result<DenseDesign> {
        Ok(self.encode(frame)?.to_dense())
    }

    /// The columns of all features, and what was counted.
    pub(super) fn columns<'a>(&self, frame: &'a DataFrame) -> Result<(Vec<FeatureColumns<'a>>, EncodingCounts)> {
        let n_rows = frame.height();
        let mut prepared = prepare(&self.features, frame)?;
        let problems: Vec<String> = prepared.iter().filter_map(Prepared::problem).collect();
        if !problems.is_empty() {
            return Err(refused(&problems));
        }
        let groups = neighbours(&prepared, &self.interactions);
        let mut together = groups.iter().flat_map(|group| put_together(&prepared[group.clone()], n_rows)).fuse();
        let mut columns: Vec<Option<FeatureColumns<'a>>> = Vec::new();
        for place in 0..prepared.len() {
            let is_together = groups.iter().any(|group| group.contains(&place));
            columns.push(if is_together { together.next() } else { None });
        }
        drop(together);
        let columns: Vec<FeatureColumns<'a>> = prepared
            .par_iter_mut()
            .zip(columns)
            .map(|(feature, own)| own.unwrap_or_else(|| columns_of(feature, n_rows)))
            .collect();
        let pairs = || prepared.iter().zip(&columns);
        let problems: Vec<String> = pairs().filter_map(|(feature, own)| feature.refusal(own.counts)).collect();
        if !problems.is_empty() {
            return Err(refused(&problems));
        }
        let features = pairs().map(|(feature, own)| feature.counts(own.counts)).collect();
        Ok((columns, EncodingCounts { n_rows: n_rows as u64, n_dropped: 0, features }))
    }

    pub(super) fn with_means(self, means: Vec<f64>) -> Self {
        Self { means, ..self }
    }

    /// The columns as blocks, those of interactions behind those of the features.
    pub(super) fn blocks<'a>(&self, columns: Vec<FeatureColumns<'a>>, counts: EncodingCounts) -> Result<Encoded<'a>> {
        let products: Vec<DesignBlock<'static>> =
            self.interactions.par_iter().map(|one| self.product(one, &columns)).collect();
        let is_finite = |block: &DesignBlock<'_>| match block {
            DesignBlock::Numbers(values) => values.iter().all(|value| value.is_finite()),
            _ => true,
        };
        if let Some(place) = products.iter().position(|block| !is_finite(block)) {
            let name = &self.sources[self.features.len() + place].name;
            return Err(refused(&[format!(
                "the interaction `{name}` has values beyond the largest double; scale its features"
            )]));
        }
        let n_rows = (counts.n_rows - counts.n_dropped) as usize;
        let mut blocks = Vec::new();
        for own in columns {
            match own.main {
                Main::Numbers(numbers) => blocks.extend(numbers.into_iter().map(DesignBlock::Numbers)),
                Main::Rows { values, n_columns } => {
                    blocks.push(DesignBlock::NumberRows { values: Cow::Owned(values), n_columns });
                }
                Main::Codes { n_columns: 0, .. } => {}
                Main::Codes { codes, n_columns } => blocks.push(DesignBlock::Codes { codes, n_columns }),
            }
            let indicator = own.indicator.map(Cow::Owned);
            blocks.extend(indicator.map(|codes| DesignBlock::Codes { codes, n_columns: 1 }));
        }
        blocks.extend(products.into_iter().filter(|block| block.n_columns() > 0));
        Ok(Encoded { blocks, kept: None, n_rows, counts })
    }

    fn product(&self, interaction: &Interaction, columns: &[FeatureColumns<'_>]) -> DesignBlock<'static> {
        let (first, second) = (&columns[interaction.first].main, &columns[interaction.second].main);
        let table = self.pair_table(interaction);
        product(first, second, table.as_ref(), interaction.pairs.as_ref().map_or(0, Vec::len))
    }

    /// Where the pairs of an interaction of two categories are.
    pub(super) fn pair_table(&self, interaction: &Interaction) -> Option<PairTable> {
        let n_levels = |place: usize| match &self.features[place].coding {
            Coding::Levels(levels) => levels.n_columns(),
            Coding::Number(number) => number.n_columns(),
        };
        let pairs = interaction.pairs.as_ref()?;
        Some(PairTable::new(pairs, n_levels(interaction.first), n_levels(interaction.second)))
    }
}
