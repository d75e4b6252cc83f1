//! The names of the columns of a design.

use std::ops::Range;

use serde::Serialize;

use super::coding::{Coding, Fitted, LevelReading, Shape};
use super::interaction::Interaction;

/// What the column of a term holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TermKind {
    /// The number, or the days of a date; both possibly standardised.
    Number,
    /// `ln(1 + x)`, possibly standardised.
    Log,
    /// A column of a spline.
    Spline,
    /// 1 in the rows that have the level.
    Level,
    /// 1 in the rows that say yes.
    Flag,
    /// 1 in the rows whose cell is missing.
    Missing,
    /// The product of two columns.
    Interaction,
}

/// One column of a design, to which one coefficient belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Term {
    /// Its name: `tenure`, `Contract[Two year]`, `tenure:Contract[Two year]`.
    pub name: String,
    /// The feature whose cells it is made of; both of an interaction, as `tenure:Contract`.
    pub feature: String,
    /// The level that the rows with a 1 have, where it is of a category or a flag.
    pub level: Option<String>,
    /// What its column holds.
    pub kind: TermKind,
}

/// Neighbouring terms that go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) terms: Range<usize>,
}

/// The terms of features and then of interactions.
pub(super) fn terms_of(features: &[Fitted], interactions: &[Interaction]) -> (Vec<Term>, Vec<Source>) {
    let of_features: Vec<Vec<Term>> = features.iter().map(of_feature).collect();
    let (mut terms, mut sources) = (Vec::new(), Vec::new());
    let mut add = |name: String, own: Vec<Term>| {
        let start = terms.len();
        terms.extend(own);
        sources.push(Source { name, terms: start..terms.len() });
    };
    for (feature, own) in features.iter().zip(&of_features) {
        add(feature.source(), own.clone());
    }
    for interaction in interactions {
        let name = format!("{}:{}", features[interaction.first].source(), features[interaction.second].source());
        let main =
            |place: usize| &of_features[place][..features[place].n_columns() - usize::from(features[place].indicator)];
        let product = |first: &Term, second: &Term| Term {
            name: format!("{}:{}", first.name, second.name),
            feature: name.clone(),
            level: None,
            kind: TermKind::Interaction,
        };
        let (first, second) = (main(interaction.first), main(interaction.second));
        let own = match &interaction.pairs {
            Some(pairs) => pairs.iter().map(|&[a, b]| product(&first[a as usize], &second[b as usize])).collect(),
            None => first.iter().flat_map(|a| second.iter().map(move |b| product(a, b))).collect(),
        };
        add(name.clone(), own);
    }
    (terms, sources)
}

fn of_feature(fitted: &Fitted) -> Vec<Term> {
    let feature = fitted.source();
    let term = |name: String, level: Option<String>, kind| Term { name, feature: feature.clone(), level, kind };
    let mut terms = match &fitted.coding {
        Coding::Number(number) => match &number.shape {
            Shape::Linear => vec![term(feature.clone(), None, TermKind::Number)],
            Shape::Log => vec![term(format!("log1p({feature})"), None, TermKind::Log)],
            Shape::Spline { .. } => (1..=number.n_columns())
                .map(|place| term(format!("{feature}[spline {place}]"), None, TermKind::Spline))
                .collect(),
        },
        Coding::Levels(levels) => {
            let kind = if levels.reading == LevelReading::Flag { TermKind::Flag } else { TermKind::Level };
            let of_level = |label: &str| term(format!("{feature}[{label}]"), Some(label.to_owned()), kind);
            levels.levels_of_columns().map(|level| of_level(&level.label)).collect()
        }
    };
    if fitted.indicator {
        terms.push(term(format!("{feature}[missing]"), None, TermKind::Missing));
    }
    terms
}
