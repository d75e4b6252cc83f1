//! Designs of the reference regressions: Telco and the CDNOW sample as slices.

use std::collections::BTreeMap;

use customer_analytics::polars::prelude::*;
use customer_analytics::solver::design::{DesignBlock, REFERENCE};
use serde_json::Value;

use crate::golden::shared;

/// Regressors of the full churn model, without the intercept.
pub const TELCO_TERMS: [&str; 23] = [
    "gender_Male",
    "SeniorCitizen",
    "Partner_Yes",
    "Dependents_Yes",
    "tenure",
    "PhoneService_Yes",
    "MultipleLines_Yes",
    "InternetService_Fiber optic",
    "InternetService_No",
    "OnlineSecurity_Yes",
    "OnlineBackup_Yes",
    "DeviceProtection_Yes",
    "TechSupport_Yes",
    "StreamingTV_Yes",
    "StreamingMovies_Yes",
    "Contract_One year",
    "Contract_Two year",
    "PaperlessBilling_Yes",
    "PaymentMethod_Credit card (automatic)",
    "PaymentMethod_Electronic check",
    "PaymentMethod_Mailed check",
    "MonthlyCharges",
    "TotalCharges",
];

/// A table as columns of text.
pub struct Table {
    names: Vec<String>,
    columns: BTreeMap<String, Vec<String>>,
}

impl Table {
    /// A file of the shared folder, or none with a printed reason.
    #[allow(clippy::disallowed_methods, reason = "a table for a solver")]
    fn read(name: &str) -> Option<Self> {
        let path = shared(name)?;
        let reader = LazyCsvReader::new(PlRefPath::new(path.to_str().unwrap()));
        let frame = reader.with_infer_schema_length(Some(0)).finish().unwrap().collect().unwrap();
        let names: Vec<String> = frame.get_column_names().iter().map(ToString::to_string).collect();
        let text = |name: &String| {
            let column = frame.column(name).unwrap().str().unwrap().clone();
            column.iter().map(|cell| cell.unwrap_or("").to_owned()).collect::<Vec<String>>()
        };
        let columns = names.iter().map(|name| (name.clone(), text(name))).collect();
        Some(Self { names, columns })
    }

    /// The rows of which a column of numbers holds.
    pub fn filter(&self, column: &str, holds: impl Fn(usize, f64) -> bool) -> Self {
        let kept: Vec<bool> = self.columns[column]
            .iter()
            .enumerate()
            .map(|(row, cell)| cell.trim().parse().is_ok_and(|value| holds(row, value)))
            .collect();
        let of_kept = |cells: &Vec<String>| {
            cells.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(cell, _)| cell.clone()).collect()
        };
        let columns = self.columns.iter().map(|(name, cells)| (name.clone(), of_kept(cells))).collect();
        Self { names: self.names.clone(), columns }
    }

    pub fn numbers(&self, column: &str) -> Vec<f64> {
        self.columns[column].iter().map(|cell| cell.trim().parse().unwrap()).collect()
    }

    /// 1 where a column has a level, else 0.
    pub fn flags(&self, column: &str, level: &str) -> Vec<f64> {
        self.columns[column].iter().map(|cell| f64::from(u8::from(cell == level))).collect()
    }

    /// Codes of levels, others being the reference.
    pub fn codes(&self, column: &str, levels: &[&str]) -> DesignBlock<'static> {
        let code = |cell: &String| levels.iter().position(|level| level == cell).map_or(REFERENCE, |code| code as u32);
        let codes: Vec<u32> = self.columns[column].iter().map(code).collect();
        DesignBlock::Codes { codes: codes.into(), n_columns: levels.len() }
    }

    /// Levels of a column in the order of their text, and the columns in the order of the file.
    pub fn levels(&self, column: &str) -> Vec<&str> {
        let levels: std::collections::BTreeSet<&str> = self.columns[column].iter().map(String::as_str).collect();
        levels.into_iter().collect()
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The column of a term as numbers.
    pub fn column_of(&self, term: &str) -> Vec<f64> {
        match term.split_once('_').filter(|_| !self.columns.contains_key(term)) {
            Some((column, level)) => self.flags(column, level),
            None => self.numbers(term),
        }
    }

    /// Blocks of terms: `Column_Level` as codes, one block for neighbours of one column.
    pub fn blocks(&self, terms: &[&str]) -> Vec<DesignBlock<'static>> {
        let mut blocks = Vec::new();
        let mut at = 0;
        while at < terms.len() {
            let split = terms[at].split_once('_').filter(|_| !self.columns.contains_key(terms[at]));
            let Some((column, _)) = split else {
                blocks.push(DesignBlock::Numbers(self.numbers(terms[at]).into()));
                at += 1;
                continue;
            };
            let own = terms[at..].iter().map_while(|term| term.strip_prefix(column)?.strip_prefix('_'));
            let levels: Vec<&str> = own.collect();
            blocks.push(self.codes(column, &levels));
            at += levels.len();
        }
        blocks
    }
}

/// All customers of Telco.
pub fn telco() -> Option<Table> {
    Table::read("data/WA_Fn-UseC_-Telco-Customer-Churn.csv")
}

/// Customers of the CDNOW sample, with recency `t_x` and age `T` in weeks.
pub fn cdnow() -> Option<Table> {
    let mut table = Table::read("reference/cdnow_sample_cal_holdout.csv")?;
    for (name, days) in [("t_x", "t_x_days"), ("T", "T_days")] {
        // The shortest text of a double gives back the double.
        let weeks = table.numbers(days).iter().map(|days| (days / 7.0).to_string()).collect();
        table.columns.insert(name.to_owned(), weeks);
    }
    Some(table)
}

/// Numbers of a reference file.
pub fn reals(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// The largest relative distance, which is asserted too.
#[track_caller]
pub fn assert_all_close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let distance = |(found, expected): (&f64, &f64)| (found - expected).abs() / expected.abs();
    let furthest = found.iter().zip(expected).map(distance).fold(0.0, f64::max);
    println!("{what}: {furthest:.1e}");
    assert!(furthest <= tolerance, "{what}: off by {furthest:e}");
}
