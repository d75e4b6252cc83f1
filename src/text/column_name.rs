//! Names of columns in snake case.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::char::is_combining_mark;

use super::normal::{Case, Normalise, nfkc};

/// A column name in snake case, and in letters of any script.
///
/// `Customer ID` and `customerID` become `customer_id`, `HTTPServer2` becomes
/// `http_server2`, `客户 编号` becomes `客户_编号`. Full-width letters become ordinary ones,
/// accents are kept, apostrophes go, everything else that is no letter and no digit separates
/// words. A digit in front gets `_` before it, as most languages want names to begin. A name
/// without letters and digits becomes the empty text; [`snake_case_all`] numbers those.
/// Applied twice it does what it does once.
///
/// # Examples
///
/// ```
/// use customer_analytics::text::snake_case;
///
/// assert_eq!(snake_case("MonthlyCharges (EUR)"), "monthly_charges_eur");
/// assert_eq!(snake_case("2nd order"), "_2nd_order");
/// ```
#[must_use]
pub fn snake_case(name: &str) -> String {
    let folded = nfkc(name);
    let letters: Vec<char> = folded.chars().filter(|c| !matches!(c, '\'' | '\u{2019}')).collect();
    let mut snake = String::with_capacity(name.len() + 4);
    let mut pending = false;
    for (at, &c) in letters.iter().enumerate() {
        if !is_word(c) {
            pending = true;
            continue;
        }
        let starts = pending || starts_word(&letters, at);
        if starts && !snake.is_empty() {
            snake.push('_');
        }
        pending = false;
        snake.push(c);
    }
    let snake = Normalise::new().case(Case::Lower).apply(&snake).into_owned();
    if snake.starts_with(char::is_numeric) { format!("_{snake}") } else { snake }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Whether a capital begins a word: after a small letter or digit, or before a small letter
/// at the end of an acronym.
fn starts_word(letters: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| letters.get(at));
    let after = letters.get(at + 1);
    let Some(before) = before else { return false };
    // A capital without a small letter stays one, and would begin a word only the second time.
    let is_capital = letters[at].is_uppercase() && !letters[at].to_lowercase().eq([letters[at]]);
    is_capital
        && (before.is_lowercase()
            || before.is_numeric()
            || (before.is_uppercase() && after.is_some_and(|c| c.is_lowercase())))
}

/// Column names in snake case, all different.
///
/// Of names that fall together the first keeps its own and the others get `_2`, `_3` and so
/// on, whichever is not the name of another column. A name that would be empty becomes
/// `column_` and its place, counted from 1. The order of the names decides.
///
/// # Examples
///
/// ```
/// use customer_analytics::text::snake_case_all;
///
/// assert_eq!(snake_case_all(["", "Name", "name", "客户"]), ["column_1", "name", "name_2", "客户"]);
/// ```
#[must_use]
pub fn snake_case_all<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Vec<String> {
    let named = |(at, name): (usize, S)| match snake_case(name.as_ref()) {
        empty if empty.is_empty() => format!("column_{}", at + 1),
        name => name,
    };
    let names: Vec<String> = names.into_iter().enumerate().map(named).collect();
    let mut taken: BTreeSet<String> = names.iter().cloned().collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut distinct = Vec::with_capacity(names.len());
    for name in names {
        let count = seen.entry(name.clone()).or_insert(0);
        *count += 1;
        let mut own = name.clone();
        while *count > 1 && !taken.insert(own.clone()) {
            own = format!("{name}_{count}");
            if taken.contains(&own) {
                *count += 1;
            }
        }
        distinct.push(own);
    }
    distinct
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_many_files_become_snake_case() {
        let names = [
            ("Customer ID", "customer_id"),
            ("MonthlyCharges", "monthly_charges"),
            ("HTTPServer2", "http_server2"),
            ("客户 编号", "客户_编号"),
            ("ＣａＴｉｃｋｅｔ", "ca_ticket"),
            ("Prénom", "prénom"),
            ("  a--b__c  ", "a_b_c"),
            ("Recommended IND", "recommended_ind"),
            ("NbPassageKS", "nb_passage_ks"),
            ("Q1Sales", "q1_sales"),
            ("customer's name", "customers_name"),
            ("2020", "_2020"),
            ("%", ""),
            ("", ""),
            ("StraßeNr.", "straße_nr"),
            ("Inflight Wi-Fi", "inflight_wi_fi"),
            ("snake_case", "snake_case"),
            ("客户ID", "客户id"),
            ("Ę🅐", "ę🅐"),
        ];
        for (name, expected) in names {
            assert_eq!(snake_case(name), expected, "{name}");
        }
    }

    #[test]
    fn names_that_fall_together_are_kept_apart() {
        assert_eq!(snake_case_all(["a", "A", "a_2", "a"]), ["a", "a_3", "a_2", "a_4"]);
        assert_eq!(snake_case_all(["", "column 1", "-"]), ["column_1", "column_1_2", "column_3"]);
        assert!(snake_case_all(Vec::<&str>::new()).is_empty());
    }

    proptest! {
        #[test]
        fn all_names_differ(names in proptest::collection::vec("[aA_2 3-]{0,4}", 0..30)) {
            let distinct = snake_case_all(&names);
            prop_assert_eq!(distinct.len(), names.len());
            prop_assert_eq!(distinct.iter().collect::<BTreeSet<_>>().len(), names.len());
            prop_assert!(distinct.iter().all(|name| !name.is_empty()));
        }

        #[test]
        fn snake_case_stays(name in any::<String>(), short in "[a-zA-Z0-9 _İßΣ王²'.-]{0,10}") {
            for name in [name, short] {
                let once = snake_case(&name);
                prop_assert_eq!(snake_case(&once), once);
            }
        }
    }
}
