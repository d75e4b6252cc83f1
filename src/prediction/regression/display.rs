//! A fitted regression to read.

use std::fmt;

use super::coefficients::Coefficient;
use super::model::RegressionModel;
use crate::frame::readable::{grouped, shown_number, shown_p, shown_share, shown_text, write_table};
use crate::solver::regression::Family;

impl fmt::Display for RegressionModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_head(f)?;
        self.write_rows(f)?;
        self.write_fit(f)?;
        write_coefficients(f, self)?;
        self.write_notes(f)
    }
}

impl RegressionModel {
    fn write_head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.family() {
            Family::Gaussian => "linear regression (least squares)".to_owned(),
            Family::Binomial => "logistic regression".to_owned(),
            Family::Poisson => "Poisson regression (log link)".to_owned(),
            Family::Gamma => "Gamma regression (log link)".to_owned(),
            Family::Tweedie { power } => format!("Tweedie regression (power {power}, log link)"),
        };
        write!(f, "{what} of {}", shown_text(self.target()))?;
        if let Some(labels) = self.labels() {
            write!(f, " = {}", shown_text(labels.positive()))?;
        }
        Ok(())
    }

    fn write_rows(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.training_rows();
        write!(f, "\n{} row(s) fitted of {} read", grouped(rows.n_fitted), grouped(rows.n_read))?;
        let left_out = [
            (rows.n_missing_target, "without a target"),
            (rows.n_missing_feature, "without a feature"),
            (rows.n_zero_weight, "of weight 0"),
        ];
        left_out.iter().filter(|(n, _)| *n > 0).try_for_each(|(n, why)| write!(f, ", {} {why}", grouped(*n)))
    }

    fn write_fit(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = self.statistics();
        match self.family() {
            Family::Gaussian => {
                write!(f, "\nthe features explain {} of the variance", shown_share(facts.r_squared()))?;
                write!(f, " (adjusted {})", shown_share(facts.adj_r_squared()))?;
                write!(f, ", residual standard deviation {}", shown_number(Some(facts.dispersion.sqrt())))?;
            }
            Family::Binomial => {
                write!(f, "\nMcFadden R2 {}", shown_number(facts.mcfadden_r2()))?;
                write!(f, ", Nagelkerke {}", shown_number(facts.nagelkerke_r2()))?;
                write!(f, ", Tjur {}", shown_number(facts.tjur_r2))?;
            }
            _ => {
                write!(f, "\nthe features take away {} of the deviance", shown_share(facts.deviance_explained()))?;
                let dispersion = facts.pearson_chi2 / facts.df_residual;
                write!(f, ", Pearson dispersion {}", shown_number(Some(dispersion).filter(|value| value.is_finite())))?;
            }
        }
        if let Some(test) = facts.overall_test() {
            let name = if test.df_residual.is_some() { "F" } else { "chi2" };
            write!(f, "; all features at once: {name} {}", shown_number(Some(test.statistic)))?;
            write!(f, " on {} df, p {}", test.df, shown_p(test.p_value))?;
        }
        write!(f, "\nlog-likelihood {}", shown_number(facts.log_likelihood))?;
        write!(f, ", AIC {}, BIC {}", shown_number(facts.aic()), shown_number(facts.bic()))?;
        match facts.condition_number {
            Some(number) if number >= 30.0 => {
                write!(f, "\ncondition number {}: columns nearly determine each other", shown_number(Some(number)))
            }
            _ => Ok(()),
        }
    }

    fn write_notes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let aliased = self.aliased();
        if !aliased.is_empty() {
            let names: Vec<String> = aliased.iter().map(|name| shown_text(name)).collect();
            write!(f, "\n{} column(s) left out, as those before determine them: {}", aliased.len(), names.join(", "))?;
        }
        let constant = self.encoder().without_columns();
        if !constant.is_empty() {
            let names: Vec<String> = constant.iter().map(|name| shown_text(name)).collect();
            write!(f, "\nwithout effect, as all rows have one level: {}", names.join(", "))?;
        }
        if self.definition().l2_penalty > 0.0 {
            write!(f, "\nan L2 penalty of {} holds the coefficients back,", self.definition().l2_penalty)?;
            f.write_str(" so intervals do not cover the unpenalised effects")?;
        }
        if self.needs_calibration() {
            f.write_str("\nclasses were weighted: calibrate the probabilities before they are used as such")?;
        }
        Ok(())
    }
}

fn write_coefficients(f: &mut fmt::Formatter<'_>, model: &RegressionModel) -> fmt::Result {
    let ratio = match model.family() {
        Family::Gaussian => None,
        Family::Binomial => Some("odds ratio"),
        _ => Some("ratio"),
    };
    let statistic = if model.family() == Family::Gaussian { "t" } else { "z" };
    let mut heads = vec!["estimate", "std error", statistic, "p", "low", "high"];
    heads.extend(ratio);
    heads.push("term");
    let cells = |row: &Coefficient| {
        let mut cells = vec![
            shown_number(row.estimate),
            shown_number(row.std_error),
            shown_number(row.statistic),
            row.p_value.map_or_else(|| "-".to_owned(), shown_p),
            shown_number(row.interval.map(|interval| interval.low)),
            shown_number(row.interval.map(|interval| interval.high)),
        ];
        if ratio.is_some() {
            cells.push(shown_number(row.ratio));
        }
        cells
    };
    let rows: Vec<(Vec<String>, String)> =
        model.coefficients().iter().map(|row| (cells(row), shown_text(&row.term))).collect();
    write_table(f, &heads, &rows)
}
