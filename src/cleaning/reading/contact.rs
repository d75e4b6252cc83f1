//! Rule: e-mail addresses and telephone numbers in one form.

use std::borrow::Cow;

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::{Event, Flow};
use crate::cleaning::engine::step::{Step, Table};
use crate::cleaning::learned::Learned;
use crate::cleaning::reading::unreadable::{Cells, Fate, check_columns, is_written, place, read_text};
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::text::{EmailRules, NumbersOnce, is_country, trimmed};

/// What becomes of an address or a number that is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InvalidContact {
    /// It becomes null and is counted, with its shape: whom it would have reached, nobody
    /// knows, and two customers with `none` as their address are not one.
    #[default]
    Null,
    /// Its row goes into the quarantine.
    Quarantine,
    /// It stays as it was and is counted, with its shape.
    Keep,
}

impl From<InvalidContact> for Fate {
    fn from(invalid: InvalidContact) -> Self {
        match invalid {
            InvalidContact::Null => Self::Null,
            InvalidContact::Quarantine => Self::Quarantine,
            InvalidContact::Keep => Self::Keep,
        }
    }
}

/// Brings e-mail addresses and telephone numbers into the one form by which they are matched.
///
/// An address is trimmed, checked and put in lower case; see [`EmailRules::normal`]. A number
/// is put in the form E.164 (`+442079460018`); see [`e164`](crate::text::e164). A number without `+` is read as
/// dialled in the country that is named for the column, or that another column holds as an
/// ISO 3166 code of two letters; without either it is no number, as its country would be a
/// guess. A telephone column of whole numbers comes out as text.
///
/// Cells of white space alone become null, counted as `blank`; null stays null. What is no
/// address or number is counted as `invalid` and becomes null unless another
/// [`InvalidContact`] is chosen. Applied twice, the rule changes nothing more.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, Contact};
/// use customer_analytics::polars::prelude::*;
///
/// let customers = df!("邮箱" => [" Ann@X.org", "none"], "tel" => ["138 0013 8000", "+44 20 7946 0018"])?;
/// let cleaned = CleaningParams::new().rule(Contact::new().email("邮箱").phone("tel", Some("CN"))).run(customers)?;
/// assert_eq!(cleaned.report().rules[0].n_cells("邮箱", "invalid"), 1);
/// let (clean, _, _) = cleaned.into_parts();
/// assert_eq!(clean.column("tel")?.str()?.get(0), Some("+8613800138000"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct Contact {
    emails: Vec<String>,
    phones: Vec<Phone>,
    strip_tag: bool,
    invalid: InvalidContact,
}

/// A column of telephone numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Phone {
    column: String,
    /// Where numbers without `+` are dialled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    /// The column that says so, in place of one country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country_column: Option<String>,
}

impl Contact {
    /// Starts without columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column of e-mail addresses.
    pub fn email(mut self, column: impl Into<String>) -> Self {
        self.emails.push(column.into());
        self
    }

    /// Adds a column of telephone numbers; those without `+` are dialled in the country, an
    /// ISO 3166 code of two capitals.
    pub fn phone(mut self, column: impl Into<String>, country: Option<&str>) -> Self {
        let country = country.map(str::to_owned);
        self.phones.push(Phone { column: column.into(), country, country_column: None });
        self
    }

    /// Adds a column of telephone numbers; those without `+` are dialled in the country whose
    /// ISO 3166 code stands in another column, in either case.
    pub fn phone_by_country(mut self, column: impl Into<String>, country_column: impl Into<String>) -> Self {
        let country_column = Some(country_column.into());
        self.phones.push(Phone { column: column.into(), country: None, country_column });
        self
    }

    /// Whether `ann+shop@x.org` becomes `ann@x.org`; it does not by default.
    pub fn strip_tag(mut self, strip_tag: bool) -> Self {
        self.strip_tag = strip_tag;
        self
    }

    /// Chooses what becomes of addresses and numbers that are none; null by default.
    pub fn invalid(mut self, invalid: InvalidContact) -> Self {
        self.invalid = invalid;
        self
    }

    fn columns(&self) -> Vec<String> {
        self.emails.iter().chain(self.phones.iter().map(|phone| &phone.column)).cloned().collect()
    }

    fn read_email(&self, flow: &mut Flow, column: &str) -> Cells {
        let rules = EmailRules::new().strip_tag(self.strip_tag);
        let text = flow.text(column);
        let value = read_text(text.clone(), DataType::String, move |text| {
            text.apply(|cell| rules.normal(cell?).map(Cow::Owned)).into_series()
        });
        counted(Cells::read(flow, column, text.clone(), value, "is no e-mail address"), text)
    }
}

/// Also counts the cells that were brought into form.
fn counted(cells: Cells, text: Expr) -> Cells {
    let changed = cells.value().is_not_null().and(text.neq(cells.value()));
    cells.with(Event::change("changed", changed))
}

impl Phone {
    fn read(&self, flow: &mut Flow) -> Cells {
        let text = flow.text(&self.column);
        let value = match &self.country_column {
            Some(country_column) => (by_country(text.clone(), flow.text(country_column)), DataType::String),
            None => {
                let country = self.country.clone();
                read_text(text.clone(), DataType::String, move |text| {
                    let mut numbers = NumbersOnce::new();
                    let read = text.iter().map(|cell| numbers.read(cell?, country.as_deref(), |c| Some(c.to_owned())));
                    StringChunked::from_iter_options(text.name().clone(), read).into_series()
                })
            }
        };
        counted(Cells::read(flow, &self.column, text.clone(), value, "is no telephone number"), text)
    }
}

/// Numbers as dialled in the country beside each.
fn by_country(text: Expr, country: Expr) -> Expr {
    let read = |columns: &mut [Column]| {
        let [text, country] = &*columns else { polars_bail!(ComputeError: "a number and its country are needed") };
        let (text, country) = (text.str()?, country.str()?);
        // A country that is not known says nothing about numbers that name their own.
        let code = |country: &str| Some(trimmed(country).to_ascii_uppercase()).filter(|code| is_country(code));
        let mut numbers = NumbersOnce::new();
        let read = text.iter().zip(country.iter()).map(|(cell, country)| numbers.read(cell?, country, code));
        Ok(StringChunked::from_iter_options(text.name().clone(), read).into_column())
    };
    map_multiple(read, [text, country], |_: &Schema, _: &[Field]| Ok(Field::new("phone".into(), DataType::String)))
}

impl Step for Contact {
    fn name(&self) -> &'static str {
        "contact"
    }

    fn check(&self) -> Result<()> {
        check_columns("contact.columns", &self.columns())?;
        for phone in &self.phones {
            let refused = |got: &str| {
                let expected = "an ISO 3166 code of two capitals, such as GB, or none";
                Err(Error::param(CLEANING, "contact.phones.country", expected, got))
            };
            match &phone.country {
                Some(country) if !is_country(country) => return refused(country),
                Some(_) if phone.country_column.is_some() => return refused("one beside `country_column`"),
                _ => {}
            }
        }
        Ok(())
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let needs = |column: &String, numbers: bool| match table.schema.get(column) {
            None => table.missing_column(column),
            Some(dtype) if is_written(dtype) || (numbers && dtype.is_integer()) => None,
            Some(dtype) => Some(format!("needs text, but column `{column}` is {dtype}; leave it out or cast it")),
        };
        let of_emails = self.emails.iter().filter_map(|column| needs(column, false));
        let of_phones = self.phones.iter().filter_map(|phone| needs(&phone.column, true));
        let countries = self.phones.iter().filter_map(|phone| phone.country_column.as_ref());
        of_emails.chain(of_phones).chain(countries.filter_map(|column| needs(column, false))).collect()
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let mut columns: Vec<Cells> = self.emails.iter().map(|column| self.read_email(flow, column)).collect();
        columns.extend(self.phones.iter().map(|phone| phone.read(flow)));
        place(flow, columns, self.invalid.into(), "invalid");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::{CleaningParams, CleaningReport};

    fn customers() -> DataFrame {
        df!(
            "邮箱" => [Some(" Ann@X.org"), Some("none"), Some(" "), None, Some("ann@x.org")],
            "电话" => [Some("138 0013 8000"), Some("+44 20 7946 0018"), Some("12"), Some(""), None],
        )
        .unwrap()
    }

    fn texts(frame: &DataFrame, name: &str) -> Vec<Option<String>> {
        frame.column(name).unwrap().str().unwrap().iter().map(|cell| cell.map(str::to_owned)).collect()
    }

    fn run(rule: Contact, frame: DataFrame) -> (DataFrame, DataFrame, CleaningReport) {
        CleaningParams::new().rule(rule).run(frame).unwrap().into_parts()
    }

    fn rule() -> Contact {
        Contact::new().email("邮箱").phone("电话", Some("CN"))
    }

    #[test]
    fn invalid_contacts_are_null_by_default_and_counted() {
        let (clean, _, report) = run(rule(), customers());
        let expected = [Some("ann@x.org"), None, None, None, Some("ann@x.org")];
        assert_eq!(texts(&clean, "邮箱"), expected.map(|text| text.map(str::to_owned)));
        let expected = [Some("+8613800138000"), Some("+442079460018"), None, None, None];
        assert_eq!(texts(&clean, "电话"), expected.map(|text| text.map(str::to_owned)));
        let counts = |column| ["read", "blank", "invalid", "changed"].map(|what| report.rules[0].n_cells(column, what));
        assert_eq!((counts("邮箱"), counts("电话")), ([2, 1, 1, 1], [2, 1, 1, 2]));
        assert_eq!(report.rules[0].n_cells_changed, 5);
        assert_eq!(report.rules[0].cells[2].shapes["aaaa"], 1);
    }

    #[test]
    fn invalid_contacts_are_kept_or_taken_if_asked_for() {
        let (clean, _, report) = run(rule().invalid(InvalidContact::Keep), customers());
        assert_eq!(texts(&clean, "邮箱")[1].as_deref(), Some("none"));
        assert_eq!(texts(&clean, "电话")[2..4], [Some("12".to_owned()), None], "blank is missing");
        assert_eq!((report.rules[0].n_cells("邮箱", "invalid"), report.rules[0].n_cells_changed), (1, 3));

        let (clean, quarantine, report) = run(rule().invalid(InvalidContact::Quarantine), customers());
        assert_eq!((clean.height(), quarantine.height()), (3, 2));
        let reasons: Vec<&str> = report.rules[0].reasons.iter().map(|count| count.reason.as_str()).collect();
        assert_eq!(reasons, ["`邮箱` is no e-mail address", "`电话` is no telephone number"]);
        assert_eq!(texts(&quarantine, "电话"), [Some("+44 20 7946 0018".to_owned()), Some("12".to_owned())]);
    }

    #[test]
    fn applied_twice_it_changes_nothing_more() {
        for invalid in [InvalidContact::Null, InvalidContact::Keep, InvalidContact::Quarantine] {
            let rule = rule().strip_tag(true).invalid(invalid);
            let (once, ..) = run(rule.clone(), customers());
            let (twice, _, report) = run(rule, once.clone());
            assert!(twice.equals_missing(&once), "{invalid:?}");
            assert_eq!((report.n_rows_quarantined, report.rules[0].n_cells_changed), (0, 0), "{invalid:?}");
        }
    }

    #[test]
    fn numbers_are_dialled_in_the_country_beside_them() {
        let frame = df!(
            "电话" => ["020 7946 0018", "13800138000", "01 42 68 53 00", "+44 20 7946 0018", "020 7946 0018"],
            "国家" => [Some("gb "), Some("CN"), Some("FR"), Some("Narnia"), None],
        );
        let (clean, _, report) = run(Contact::new().phone_by_country("电话", "国家"), frame.unwrap());
        let expected =
            [Some("+442079460018"), Some("+8613800138000"), Some("+33142685300"), Some("+442079460018"), None];
        assert_eq!(texts(&clean, "电话"), expected.map(|text| text.map(str::to_owned)));
        assert_eq!(texts(&clean, "国家")[0].as_deref(), Some("gb "), "the country stays");
        assert_eq!(report.rules[0].n_cells("电话", "invalid"), 1);
    }

    #[test]
    fn numbers_without_a_country_are_no_guess() {
        let (clean, ..) = run(Contact::new().phone("电话", None), customers());
        assert_eq!(texts(&clean, "电话")[..2], [None, Some("+442079460018".to_owned())]);
        let (clean, ..) = run(Contact::new().phone("n", Some("CN")), df!("n" => [13_800_138_000_i64]).unwrap());
        assert_eq!(texts(&clean, "n"), [Some("+8613800138000".to_owned())]);
    }

    #[test]
    fn nothing_and_long_cells_are_read() {
        let (clean, _, report) = run(rule(), customers().head(Some(0)));
        assert_eq!((clean.height(), report.n_rows_in), (0, 0));
        let long = "a".repeat(1 << 20);
        let frame = df!("邮箱" => [format!("{long}@x.org")], "电话" => [long]).unwrap();
        let (_, _, report) = run(rule(), frame);
        assert_eq!(report.rules[0].n_cells_changed, 2);
    }

    #[test]
    fn problems_and_settings_are_told() {
        let frame = df!("邮箱" => [1_i64], "电话" => [1.5]).unwrap();
        let rules = rule().phone_by_country("x", "y");
        let refused = CleaningParams::new().rule(rules).run(frame).unwrap_err().to_string();
        for part in ["`邮箱` is i64; leave it out or cast it", "`电话` is f64", "names column `x`", "names column `y`"]
        {
            assert!(refused.contains(part), "{part}: {refused}");
        }
        let refused = |rule: Contact| CleaningParams::new().rule(rule).check().unwrap_err().to_string();
        assert!(refused(Contact::new()).contains("`contact.columns` must be at least one column"));
        assert!(refused(Contact::new().email("a").phone("a", None)).contains("`a` twice"));
        assert!(refused(Contact::new().phone("a", Some("UK"))).contains("must be an ISO 3166 code"));
        let job = r#"{"phones": [{"column": "a", "country": "GB", "country_column": "b"}]}"#;
        assert!(refused(serde_json::from_str(job).unwrap()).contains("one beside `country_column`"));
        let rule = rule().phone_by_country("x", "y").invalid(InvalidContact::Keep);
        let text = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<Contact>(&text).unwrap(), rule);
        assert!(serde_json::from_str::<Contact>(r#"{"mails": []}"#).is_err());
    }
}
