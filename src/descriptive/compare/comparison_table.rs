//! The comparison in plain words, a line for each column.

use std::fmt;

use super::comparison::{ColumnComparison, ColumnKind, ComparedSegment, Comparison, Contrast, SegmentSummary};
use super::findings::{EffectResult, Findings, TestResult};
use super::test_name::TestName;
use crate::frame::readable::{grouped, shown_digits, shown_number, shown_p, shown_text};
use crate::kernel::hypothesis::EffectName;
use crate::kernel::interval::Interval;
use crate::kernel::multiplicity::Multiplicity;

/// Segments that are told of in one line.
const MOST_SEGMENTS: usize = 8;
/// Pairs of a column that are told of.
const MOST_PAIRS: usize = 20;
/// Digits of means and effects.
const DIGITS: i32 = 4;

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n_columns, n_segments, by) = (self.columns.len(), self.segments.len(), self.by.join("`, `"));
        write!(
            f,
            "comparison: {} row(s), {n_columns} column(s), {n_segments} segment(s) by `{by}`",
            grouped(self.n_rows)
        )?;
        if n_segments > 0 {
            let sizes =
                |segment: &ComparedSegment| format!("{} {}", shown_text(&segment.name()), grouped(segment.n_rows));
            write!(f, "\nrows: {}", listed(self.segments.iter().map(sizes), "segment(s)"))?;
        }
        if self.n_rows_without_segment > 0 {
            write!(f, "\nleft out: {} row(s) without a segment", grouped(self.n_rows_without_segment))?;
        }
        self.write_definitions(f)?;
        self.columns.iter().try_for_each(|column| self.write_column(f, column))?;
        if !self.not_compared.is_empty() {
            let names = self.not_compared.iter().map(|name| shown_text(name));
            write!(
                f,
                "\nnot compared, as they have no numbers and no levels: {}",
                names.collect::<Vec<_>>().join(", ")
            )?;
        }
        Ok(())
    }
}

impl Comparison {
    fn write_definitions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = shown_number(Some(100.0 * self.definitions.conf_level));
        write!(f, "\n{level}% intervals; sizes in the words of Cohen (1988); p-values ")?;
        let n = self.definitions.n_primary_tests;
        match method(self.definitions.multiplicity) {
            None => f.write_str("not adjusted"),
            Some(method) => write!(f, "adjusted by {method} over the {n} primary test(s), one of each column"),
        }
    }

    fn name(&self, segment: usize) -> String {
        self.segments.get(segment).map(|segment| shown_text(&segment.name())).unwrap_or_default()
    }

    fn write_column(&self, f: &mut fmt::Formatter<'_>, column: &ColumnComparison) -> fmt::Result {
        let name = shown_text(&column.column);
        match &column.event {
            Some(event) => write!(f, "\n{name} = {}: ", shown_text(event))?,
            None => write!(f, "\n{name}: ")?,
        }
        f.write_str(&self.centres(column, self.contrast))?;
        match column.primary {
            Some(primary) => f.write_str(&verdict(&column.findings, primary))?,
            None => f.write_str("none of the tests fits")?,
        }
        let others = beside(&column.findings, column.primary);
        if !others.is_empty() {
            write!(f, "\n  also: {}", others.join(", "))?;
        }
        self.write_notes(f, column)?;
        self.write_pairs(f, column)
    }

    /// The means or shares of segments, each with its name; nothing for levels.
    fn centres(&self, column: &ColumnComparison, contrast: Option<Contrast>) -> String {
        let centre = |at: usize| {
            let shown = column.segments.get(at).map(|segment| centre(column.kind, segment));
            format!("{} {}", self.name(at), shown.unwrap_or_default())
        };
        match (column.kind, contrast) {
            (ColumnKind::Categorical, _) => String::new(),
            (_, Some(one)) => format!("{} against {}, ", centre(one.segment), centre(one.reference)),
            (_, None) if self.segments.is_empty() => String::new(),
            (_, None) => format!("{}; ", listed((0..self.segments.len()).map(centre), "segment(s)")),
        }
    }

    /// What was left out, and what p cannot bear.
    fn write_notes(&self, f: &mut fmt::Formatter<'_>, column: &ColumnComparison) -> fmt::Result {
        if let Some(counts) = column.findings.expected_counts.filter(|one| 5 * one.n_small_expected > one.n_cells) {
            let (small, all) = (counts.n_small_expected, counts.n_cells);
            write!(f, "\n  p is not to be trusted: {small} of {all} cells expect fewer than 5 rows")?;
        }
        let left_out = column.segments.iter().enumerate().filter_map(|(at, segment)| {
            segment.left_out.as_ref().map(|reason| format!("{} ({reason})", self.name(at)))
        });
        let left_out: Vec<String> = left_out.collect();
        if !left_out.is_empty() {
            write!(f, "\n  not tested: {}", listed(left_out.into_iter(), "segment(s)"))?;
        }
        let sum = |of: fn(&SegmentSummary) -> u64| column.segments.iter().map(of).sum::<u64>();
        let missing =
            [(sum(|one| one.n_null), "null"), (sum(|one| one.n_nan), "NaN"), (sum(|one| one.n_infinite), "infinite")];
        let missing: Vec<String> =
            missing.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", grouped(*n))).collect();
        if missing.is_empty() { Ok(()) } else { write!(f, "\n  missing: {}", missing.join(", ")) }
    }

    fn write_pairs(&self, f: &mut fmt::Formatter<'_>, column: &ColumnComparison) -> fmt::Result {
        for pair in column.pairs.iter().take(MOST_PAIRS) {
            let Contrast { segment, reference } = pair.contrast;
            let first = pair.findings.tests.first().map(|test| test.name);
            let tested = first.or_else(|| pair.findings.undefined.first().map(|one| one.test));
            let said = tested.map(|name| verdict(&pair.findings, name)).unwrap_or_default();
            write!(f, "\n  {} against {}: {said}", self.name(segment), self.name(reference))?;
        }
        match column.pairs.len().saturating_sub(MOST_PAIRS) {
            0 => Ok(()),
            n_more => write!(f, "\n  and {n_more} more pair(s), which `to_dataframe` has"),
        }
    }
}

/// So many of a list as fit on a line.
fn listed(parts: impl ExactSizeIterator<Item = String>, what: &str) -> String {
    let n_more = parts.len().saturating_sub(MOST_SEGMENTS);
    let shown = parts.take(MOST_SEGMENTS).collect::<Vec<_>>().join(", ");
    if n_more > 0 { format!("{shown} and {n_more} more {what}") } else { shown }
}

fn method(multiplicity: Multiplicity) -> Option<&'static str> {
    match multiplicity {
        Multiplicity::None => None,
        Multiplicity::Bonferroni => Some("Bonferroni"),
        Multiplicity::Holm => Some("Holm"),
        Multiplicity::BenjaminiHochberg => Some("Benjamini and Hochberg"),
    }
}

fn centre(kind: ColumnKind, segment: &SegmentSummary) -> String {
    if kind == ColumnKind::Numeric {
        return shown_digits(segment.numbers.as_ref().and_then(|numbers| numbers.mean), DIGITS);
    }
    match segment.event.and_then(|event| event.share) {
        Some(share) => format!("{}%", shown_digits(Some(100.0 * share), DIGITS)),
        None => "-".to_owned(),
    }
}

/// What a test says, with the effects beside it; or why it says nothing.
fn verdict(findings: &Findings, name: TestName) -> String {
    let mut parts: Vec<String> =
        findings.effects.iter().filter(|effect| effect.test == name).filter_map(effect_in_words).collect();
    match (findings.test(name), findings.reason(name)) {
        (Some(test), _) => parts.push(p_in_words(test)),
        (None, Some(reason)) => parts.push(format!("no {name} ({reason})")),
        (None, None) => {}
    }
    parts.join(", ")
}

fn p_in_words(test: &TestResult) -> String {
    let p = format!("p = {}", shown_p(test.p_value));
    test.p_adjusted.map_or_else(|| p.clone(), |adjusted| format!("{p}, adjusted {}", shown_p(adjusted)))
}

/// The tests beside the primary one.
fn beside(findings: &Findings, primary: Option<TestName>) -> Vec<String> {
    let others = findings.tests.iter().filter(|test| Some(test.name) != primary);
    let said = others.map(|test| format!("{} {}", test.name, p_in_words(test)));
    let silent = findings.undefined.iter().filter(|one| one.effect.is_none() && Some(one.test) != primary);
    said.chain(silent.map(|one| format!("no {} ({})", one.test, one.reason))).collect()
}

/// An effect as it reads; those that say the same as another one are in the frames.
fn effect_in_words(effect: &EffectResult) -> Option<String> {
    let (name, factor, unit) = match effect.name {
        EffectName::DifferenceOfMeans => ("difference ", 1.0, ""),
        EffectName::DifferenceOfProportions => ("difference ", 100.0, " points"),
        EffectName::OddsRatio => ("odds ratio ", 1.0, ""),
        EffectName::CohensD => ("d = ", 1.0, ""),
        EffectName::CohensH => ("h = ", 1.0, ""),
        EffectName::CramersV => ("V = ", 1.0, ""),
        EffectName::EtaSquared => ("eta squared = ", 1.0, ""),
        EffectName::EpsilonSquared => ("epsilon squared = ", 1.0, ""),
        EffectName::CommonLanguage => ("chance of a larger value ", 1.0, ""),
        _ => return None,
    };
    let shown = |value: f64| shown_digits(Some(factor * value), DIGITS);
    let ends = |ends: Interval| format!(" [{}, {}]", shown(ends.low), shown(ends.high));
    // Standardised effects have their words in place of an interval.
    Some(match effect.size {
        Some(size) => format!("{name}{} ({})", shown(effect.estimate), size.magnitude),
        None => format!("{name}{}{unit}{}", shown(effect.estimate), effect.interval.map(ends).unwrap_or_default()),
    })
}
