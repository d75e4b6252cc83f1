//! E-mail addresses, checked and brought to one spelling.

use std::borrow::Cow;

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;

use super::normal::{Case, Normalise};

/// How far two addresses may differ and still be one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct EmailRules {
    strip_tag: bool,
}

impl EmailRules {
    /// Addresses that differ in more than case are different.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether `ann+shop@example.org` is `ann@example.org`; it is not by default, as it is the
    /// provider who decides what a plus sign means.
    pub fn strip_tag(mut self, strip_tag: bool) -> Self {
        self.strip_tag = strip_tag;
        self
    }

    /// The address in one spelling, or `None` if it is none.
    ///
    /// Ends are trimmed and NFKC applied. The whole address is put into lower case: the
    /// standard lets the part before the `@` tell cases apart, but a key for matching must
    /// not, as people write one address both ways and no provider of note keeps two. Dots
    /// stay. Refused are display names (`Ann <ann@x.org>`), several addresses in one text,
    /// a domain without a dot unless it is an address in brackets, labels of other characters
    /// than letters, digits and hyphens, and a last label of digits alone.
    ///
    /// Source: RFC 5321 and 5322; RFC 6531 for letters beyond ASCII; RFC 3696 section 2 for
    /// domains.
    #[must_use]
    pub fn normal(&self, text: &str) -> Option<String> {
        let lower = Normalise::new().inner_blanks(false).case(Case::Lower);
        let address = lower.apply(text);
        let address = if self.strip_tag { without_tag(&address) } else { address };
        let domain = address.rsplit_once('@')?.1;
        let options = Options::default().with_required_tld().with_domain_literal().without_display_text();
        let valid = is_domain(domain) && EmailAddress::parse_with_options(&address, options).is_ok();
        valid.then(|| address.into_owned())
    }
}

/// The address in one spelling under the default [`EmailRules`], or `None` if it is none.
///
/// # Examples
///
/// ```
/// use customer_analytics::text::normal_email;
///
/// assert_eq!(normal_email(" Ann.Lee@Example.ORG "), Some("ann.lee@example.org".to_owned()));
/// assert_eq!(normal_email("ann at example.org"), None);
/// ```
#[must_use]
pub fn normal_email(text: &str) -> Option<String> {
    EmailRules::new().normal(text)
}

fn without_tag(address: &str) -> Cow<'_, str> {
    let Some((local, domain)) = address.rsplit_once('@') else { return Cow::Borrowed(address) };
    match local.split_once('+') {
        // In quotes a plus sign is part of the name.
        Some((name, _)) if !name.is_empty() && !local.starts_with('"') => Cow::Owned(format!("{name}@{domain}")),
        _ => Cow::Borrowed(address),
    }
}

fn is_domain(domain: &str) -> bool {
    if domain.starts_with('[') {
        return true;
    }
    let allowed = |c: char| c.is_alphanumeric() || c == '-' || c == '.' || is_combining_mark(c);
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.chars().all(allowed) && !last.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_spelling_for_one_address() {
        for written in ["ann.lee@example.org", "\u{feff}ANN.Lee@EXAMPLE.org\u{a0}", "ａｎｎ.lee＠example.org"] {
            assert_eq!(normal_email(written).as_deref(), Some("ann.lee@example.org"), "{written}");
        }
        assert_eq!(normal_email("王芳@例子.中国").as_deref(), Some("王芳@例子.中国"));
        assert_eq!(normal_email("o'neil@x-y.co.uk").as_deref(), Some("o'neil@x-y.co.uk"));
        assert_eq!(normal_email("ann@[127.0.0.1]").as_deref(), Some("ann@[127.0.0.1]"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let refused = [
            "",
            " ",
            "@",
            "ann",
            "ann@",
            "@x.org",
            "ann@localhost",
            "Ann <ann@x.org>",
            "<ann@x.org>",
            "a@b@x.org",
            "ann@x..org",
            "ann@.org",
            "ann@x.org.",
            "a b@x.org",
            "ann@x_y.org",
            "ann@10.0",
            "a@x.org, b@x.org",
            "a@x.org;b@x.org",
            ".ann@x.org",
            "ann.@x.org",
            "ann@-x.org",
            "mailto:ann@x.org",
        ];
        for text in refused {
            assert_eq!(normal_email(text), None, "{text}");
        }
        assert_eq!(normal_email(&format!("{}@x.org", "a".repeat(65))), None);
    }

    #[test]
    fn tags_go_only_when_asked_for() {
        let rules = EmailRules::new().strip_tag(true);
        assert_eq!(normal_email("ann+shop@x.org").as_deref(), Some("ann+shop@x.org"));
        assert_eq!(rules.normal("Ann+shop+2@x.org").as_deref(), Some("ann@x.org"));
        assert_eq!(rules.normal("+shop@x.org").as_deref(), Some("+shop@x.org"));
        assert_eq!(rules.normal("\"a+b\"@x.org").as_deref(), Some("\"a+b\"@x.org"));
    }

    proptest! {
        #[test]
        fn normal_addresses_stay_as_they_are(text in "[a-zA-Z0-9.+\"@ é王Ａİß<>\\[\\]-]{0,20}", tag in any::<bool>()) {
            let rules = EmailRules::new().strip_tag(tag);
            for text in [text.clone(), format!("{text}@example.org"), format!("a@{text}.org")] {
                if let Some(once) = rules.normal(&text) {
                    prop_assert_eq!(rules.normal(&once), Some(once));
                }
            }
        }
    }
}
