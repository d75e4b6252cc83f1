//! The mergeable state of one pass: the class of every respondent in every period.

use std::fmt;

use polars::prelude::*;
use rayon::prelude::*;

use super::report::PairedChange;
use crate::analysis::{Merge, stream_shared};
use crate::error::{Error, Result};
use crate::frame::columns::{RESPONDENT, SCORE};
use crate::frame::extract::u8_values;
use crate::frame::survey::CodedQuestion;
use crate::kernel::survey::{NpsClass, NpsTransitions};
use crate::satisfaction::cells::{CellSettings, Cells, Dictionary, NO_CELL, Pairs};
use crate::satisfaction::nps::{DETRACTORS, PASSIVES};
use crate::satisfaction::period::PeriodLabel;
use crate::satisfaction::tally::SurveyRows;

/// What is kept of a survey.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PairedSettings {
    pub(super) cells: CellSettings,
    coded: CodedQuestion,
    class_of: Vec<u8>,
}

impl PairedSettings {
    /// The settings behind a plan.
    ///
    /// # Errors
    /// `Query` when the schema cannot be had, `Unusable` when the plan is of another analysis.
    pub(super) fn of(cells: CellSettings, plan: &mut LazyFrame, class_of: impl Fn(i32) -> u8) -> Result<Self> {
        let analysis = cells.analysis;
        let schema = plan.collect_schema().map_err(Error::query(analysis))?;
        let coded = schema.get(SCORE).and_then(CodedQuestion::of);
        let Some(coded) = coded.filter(|_| schema.contains(RESPONDENT)) else {
            let reason = "the query has no coded answers of respondents; make it by `plan`".to_owned();
            return Err(Error::Unusable { analysis, reason });
        };
        let scale = coded.question.scale();
        Ok(Self { cells, class_of: (scale.min()..=scale.max()).map(class_of).collect(), coded })
    }
}

/// The answers of a respondent in a period.
#[derive(Clone, Copy, Debug)]
struct Visit {
    class: u8,
    n: u32,
}

/// What one pass over the responses of people leaves.
///
/// Readings of disjoint files merge into the reading of all of them. What it takes grows with the number
/// of respondents.
pub struct PairedReading {
    settings: PairedSettings,
    cells: Cells,
    people: Dictionary,
    /// Pairs of a respondent and a period.
    visited: Pairs,
    visits: Vec<Visit>,
    /// Rows with a period by the code of their answer.
    tally: [u64; 256],
    n_rows: u64,
    n_without_respondent: u64,
}

impl fmt::Debug for PairedReading {
    /// Counts only: the state holds respondents.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairedReading").field("rows", &self.rows()).finish_non_exhaustive()
    }
}

/// Reads the planned responses once.
///
/// # Errors
/// `Query` when polars fails.
pub(super) fn read(settings: PairedSettings, plan: LazyFrame) -> Result<PairedReading> {
    let step = settings.cells.analysis;
    stream_shared(step, plan, move || PairedReading::new(settings.clone()), PairedReading::add)
}

impl PairedReading {
    fn new(settings: PairedSettings) -> Self {
        Self {
            cells: Cells::new(settings.cells.clone()),
            people: Dictionary::new(),
            visited: Pairs::default(),
            visits: Vec::new(),
            tally: [0; 256],
            n_rows: 0,
            n_without_respondent: 0,
            settings,
        }
    }

    pub(super) fn settings(&self) -> &PairedSettings {
        &self.settings
    }

    fn add(&mut self, batch: &DataFrame) -> Result<()> {
        let step = self.settings.cells.analysis;
        let cells = self.cells.add(batch)?;
        let respondents = batch.column(RESPONDENT).map_err(Error::query(step))?;
        let people = self.people.codes(step, respondents.as_materialized_series())?;
        let answers = batch.column(SCORE).map_err(Error::query(step))?.to_physical_repr().rechunk();
        self.n_rows += cells.len() as u64;
        // Without a chunk there is no row.
        let Some(answers) = u8_values(answers.as_materialized_series()) else { return Ok(()) };
        let nobody = self.people.missing();
        for ((&cell, &answer), &person) in cells.iter().zip(answers.values).zip(&people) {
            if cell == NO_CELL {
                continue;
            }
            let Some(&class) = self.settings.class_of.get(usize::from(answer)) else {
                self.tally[usize::from(answer)] += 1;
                continue;
            };
            if Some(person) == nobody {
                self.n_without_respondent += 1;
            } else {
                self.visit(person, cell, Visit { class, n: 1 });
            }
        }
        Ok(())
    }

    fn visit(&mut self, person: u32, cell: u32, visit: Visit) {
        match self.visits.get_mut(self.visited.number(person, cell) as usize) {
            Some(known) => known.n = known.n.saturating_add(visit.n),
            None => self.visits.push(visit),
        }
    }

    /// Adds the reading of other rows, made with the same settings on the same roles.
    ///
    /// # Errors
    /// `Unusable` when settings or roles differ, `Query` when columns have other types.
    pub fn merge(mut self, other: Self) -> Result<Self> {
        if self.settings != other.settings {
            let reason = "readings made with other settings or roles".to_owned();
            return Err(Error::Unusable { analysis: self.settings.cells.analysis, reason });
        }
        self.take_in(&other)?;
        Ok(self)
    }

    fn take_in(&mut self, other: &Self) -> Result<()> {
        let cell_of = self.cells.merge(&other.cells)?;
        let person_of = self.people.merge(self.settings.cells.analysis, &other.people)?;
        for (&(person, cell), &visit) in other.visited.known.iter().zip(&other.visits) {
            self.visit(person_of[person as usize], cell_of[cell as usize], visit);
        }
        self.tally.iter_mut().zip(other.tally).for_each(|(mine, theirs)| *mine += theirs);
        self.n_rows += other.n_rows;
        self.n_without_respondent += other.n_without_respondent;
        Ok(())
    }

    /// What became of the rows, apart from those without a respondent.
    #[must_use]
    pub fn rows(&self) -> SurveyRows {
        let without = self.cells.without_cell();
        let mut rows = SurveyRows {
            n_rows: self.n_rows,
            n_used: self.visits.iter().map(|visit| u64::from(visit.n)).sum(),
            n_without_period: without.n_without_period,
            n_unreadable_time: without.n_unreadable_time,
            n_later: without.n_later,
            ..SurveyRows::default()
        };
        rows.answers(&self.settings.coded.counts(&self.tally));
        rows
    }

    pub(super) fn n_without_respondent(&self) -> u64 {
        self.n_without_respondent
    }

    /// People who answered at all.
    pub(super) fn n_respondents(&self) -> u64 {
        let mut has_answered = vec![false; self.people.len()];
        self.visited.known.iter().for_each(|&(person, _)| has_answered[person as usize] = true);
        has_answered.into_iter().filter(|&answered| answered).count() as u64
    }

    /// How often a respondent answered more than once in a period.
    pub(super) fn n_repeated(&self) -> u64 {
        self.visits.iter().filter(|visit| visit.n > 1).count() as u64
    }

    /// Refuses times and answers that are none.
    ///
    /// # Errors
    /// `Unusable` with the counts.
    pub(super) fn check(&self) -> Result<()> {
        let coded = &self.settings.coded;
        self.cells.check()?;
        coded.check(self.settings.cells.analysis, &coded.counts(&self.tally))
    }

    /// The visits of each respondent in the order of their periods.
    ///
    /// # Errors
    /// `Query` when periods cannot be put in order.
    pub(super) fn in_order(&self) -> Result<People> {
        let ordered = self.cells.in_order()?;
        let mut place_of = vec![0; self.cells.len()];
        ordered.cells.iter().for_each(|cell| place_of[cell.cell] = cell.period);
        let visit = |(&(person, cell), visit): (&(u32, u32), &Visit)| {
            let class = (visit.n == 1).then_some(match visit.class {
                DETRACTORS => NpsClass::Detractor,
                PASSIVES => NpsClass::Passive,
                _ => NpsClass::Promoter,
            });
            (person, place_of[cell as usize], class)
        };
        let mut visits: Vec<_> = self.visited.known.par_iter().zip(&self.visits).map(visit).collect();
        visits.par_sort_unstable();
        Ok(People { periods: ordered.periods.into_iter().flatten().collect(), visits })
    }
}

impl Merge for PairedReading {
    fn size(&self) -> usize {
        self.visits.len()
    }

    fn absorb(&mut self, other: Self) -> Result<()> {
        self.take_in(&other)
    }
}

/// Respondents one after the other, each with the places of the periods they answered in and their class,
/// which is not known of those who answered more than once.
pub(super) struct People {
    pub(super) periods: Vec<PeriodLabel>,
    visits: Vec<(u32, usize, Option<NpsClass>)>,
}

/// What is counted of a pair of periods.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    transitions: NpsTransitions,
    n_first_only: u64,
    n_second_only: u64,
    n_repeated: u64,
}

impl People {
    /// The changes between pairs of periods, by their places.
    pub(super) fn changes(&self, pairs: &[(usize, usize)], conf_level: f64) -> Vec<PairedChange> {
        // The pairs that begin and that end with each period.
        let mut begins = vec![Vec::new(); self.periods.len()];
        let mut ends = vec![Vec::new(); self.periods.len()];
        for (at, &(from, to)) in pairs.iter().enumerate() {
            begins[from].push((at, to));
            ends[to].push((at, from));
        }
        let mut tallies = vec![Tally::default(); pairs.len()];
        for person in self.visits.chunk_by(|a, b| a.0 == b.0) {
            let class_at = |place: usize| person.iter().find(|visit| visit.1 == place).map(|visit| visit.2);
            for &(_, place, class) in person {
                for &(at, to) in &begins[place] {
                    let tally = &mut tallies[at];
                    match (class, class_at(to)) {
                        (Some(first), Some(Some(second))) => tally.transitions.add(first, second),
                        (Some(_), None) => tally.n_first_only += 1,
                        _ => tally.n_repeated += 1,
                    }
                }
                for &(at, from) in &ends[place] {
                    match (class_at(from), class) {
                        (None, Some(_)) => tallies[at].n_second_only += 1,
                        (None, None) => tallies[at].n_repeated += 1,
                        // Counted at its beginning.
                        (Some(_), _) => {}
                    }
                }
            }
        }
        let change = |(&(from, to), tally): (&(usize, usize), Tally)| PairedChange {
            from: self.periods[from].clone(),
            to: self.periods[to].clone(),
            transitions: tally.transitions,
            n_first_only: tally.n_first_only,
            n_second_only: tally.n_second_only,
            n_repeated: tally.n_repeated,
            change: tally.transitions.change(conf_level),
            p_adjusted: None,
        };
        pairs.iter().zip(tallies).map(change).collect()
    }
}
