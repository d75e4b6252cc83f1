//! Laws of identity resolution, and records made to break it.

use polars::prelude::*;
use proptest::prelude::*;

use super::*;
use crate::error::Error;
use crate::frame::ToDataFrame;

type Row = (&'static str, u32, Option<&'static str>, Option<&'static str>, Option<&'static str>);

fn frame(rows: &[Row]) -> DataFrame {
    df!(
        "source" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
        "source_row" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
        "手机" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
        "邮箱" => rows.iter().map(|row| row.3).collect::<Vec<_>>(),
        "生日" => rows.iter().map(|row| row.4).collect::<Vec<_>>(),
    )
    .unwrap()
}

fn params() -> IdentityParams {
    IdentityParams::new()
        .key(MatchKey::new("手机").phone("CN"))
        .key(MatchKey::new("邮箱").email())
        .placeholders(["13800000000"])
        .conflicts(["生日"])
}

fn resolve(rows: &[Row]) -> Resolution {
    params().run(frame(rows).lazy()).unwrap()
}

const WANG: [Row; 6] = [
    ("app", 0, Some("１３９ １２３４ ５６７８"), None, Some("1990-01-01")),
    ("shop", 0, Some("+86 139-1234-5678"), Some("WANG@example.com"), None),
    ("web", 0, None, Some(" wang@example.com"), Some("1991-01-01")),
    ("web", 1, Some("13800000000"), Some("无"), None),
    ("web", 2, Some("138 0000 0000"), Some("  "), None),
    ("web", 3, Some("12345"), None, None),
];

#[test]
fn a_chain_of_keys_is_one_person() {
    let resolved = resolve(&WANG);
    assert_eq!(resolved.identities(), [0, 0, 0, 1, 2, 3]);
    let report = resolved.report();
    assert_eq!((report.n_records, report.n_identities, report.n_merges, report.n_across_sources), (6, 4, 2, 1));
    let phone = &report.keys[0];
    assert_eq!((phone.n_records, phone.n_values, phone.n_links, phone.n_merges), (2, 1, 1, 1));
    assert_eq!((phone.n_nulls, phone.n_blanks, phone.n_placeholders, phone.n_unreadable), (1, 0, 2, 1));
    let email = &report.keys[1];
    assert_eq!((email.n_records, email.n_nulls, email.n_blanks, email.n_placeholders), (2, 2, 1, 1));
    assert_eq!(report.conflicts[0].n_identities, 1);
    assert_eq!(resolved.conflicts().height(), 1);
    assert_eq!(
        report.sizes.iter().map(|size| (size.n_records, size.n_identities)).collect::<Vec<_>>(),
        [(1, 3), (3, 1)]
    );
}

#[test]
fn the_audit_names_records_and_keys_and_no_values() {
    let audit = resolve(&WANG).audit().clone();
    let names: Vec<&str> = audit.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
    let expected = [
        "identity",
        "source",
        "source_row",
        "linked_source",
        "linked_source_row",
        "key",
        "shape",
        "similarity",
        "merged",
        "n_records",
        "n_sources",
    ];
    assert_eq!(names, expected);
    let texts = |name: &str| -> Vec<String> {
        audit.column(name).unwrap().str().unwrap().iter().flatten().map(str::to_owned).collect()
    };
    assert_eq!(texts("key"), ["手机", "邮箱"]);
    assert_eq!(texts("shape"), ["+99999999999…", "aaaa@aaaaaaa…"]);
    assert_eq!(
        (texts("source"), texts("linked_source")),
        (vec!["shop".into(), "web".into()], vec!["app".into(), "shop".into()])
    );
    assert_eq!(audit.column("n_sources").unwrap().u32().unwrap().get(0), Some(3));
    assert!(!format!("{audit:?}").contains("wang"));
}

#[test]
fn what_a_key_cannot_read_is_shown_by_its_shape() {
    let phones = ["13912345678", "12", "ask", "no", "abc", "13800138000", "13800138000", "13800138000", "无"];
    let names = [Some("王"), Some("李"), Some("李"), None, Some("李"), Some("张"), Some("张"), Some("张"), Some("王")];
    let records = df!("source_row" => 0..9_u32, "手机" => phones, "姓名" => names).unwrap();
    let params = IdentityParams::new().without_source().placeholders(["无"]).max_records_per_key(2);
    let params = params.key(MatchKey::new("手机").phone("CN")).key(MatchKey::new("姓名").and("手机").phone("CN"));
    let (forward, backward) =
        (params.clone().run(records.clone().lazy()).unwrap(), params.run(records.lazy().reverse()).unwrap());
    assert_eq!(forward.report(), backward.report());
    let shapes = |place: usize| -> Vec<(&str, u64)> {
        let key = &forward.report().keys[place];
        assert_eq!(key.unreadable.iter().map(|one| one.n_records).sum::<u64>(), key.n_unreadable);
        key.unreadable.iter().map(|one| (one.shape.as_str(), one.n_records)).collect()
    };
    assert_eq!(shapes(0), [("aaa", 2), ("99", 1), ("aa", 1)]);
    // A record without a name is not one whose number cannot be read.
    assert_eq!(shapes(1), [("aaa", 2), ("99", 1)]);
    let text = forward.report().to_string();
    for part in [
        "  records with it",
        "  shared by too many  records of those  key",
        "\n    unreadable: 2 record(s) like `aaa`\n",
    ] {
        assert!(text.contains(part), "{part} not in {text}");
    }
    assert!(
        text.contains(
            "\n  shared by too many: by more than `max_records_per_key`; unreadable: not in the form of the key"
        ),
        "{text}"
    );
    assert!(!text.contains("ask"), "{text}");
}

#[test]
fn sizes_are_identities_of_records() {
    let shown = |sizes: &[(u64, u64)]| {
        let mut report = resolve(&WANG).report().clone();
        report.sizes = sizes.iter().map(|&(n_records, n_identities)| SizeCount { n_records, n_identities }).collect();
        report.to_string().split_once("by records:").unwrap().1.lines().next().unwrap().to_owned()
    };
    assert_eq!(shown(&[(1, 6), (3, 2)]), " 6 identities of 1 record, 2 of 3");
    assert_eq!(shown(&[(2, 1)]), " 1 identity of 2 records");
    assert_eq!(shown(&[]), "");
    let many: Vec<(u64, u64)> = (1..=8).map(|n| (n, 1)).collect();
    assert!(shown(&many).ends_with(", 1 of 6, 2 of more, up to 8"), "{}", shown(&many));
}

#[test]
fn the_report_is_a_table_to_read() {
    let text = resolve(&WANG).report().to_string();
    assert!(text.starts_with("identities: 6 record(s) of 4 identity(ies), 2 merge(s), 1 across sources\n"), "{text}");
    assert!(
        text.contains(
            "identities by records: 3 identities of 1 record, 1 of 3\n  1 identity(ies) with different `生日`"
        ),
        "{text}"
    );
    assert_eq!(resolve(&WANG).report().to_dataframe().height(), 2);
    serde_json::to_string(resolve(&WANG).report()).unwrap();
}

#[test]
fn an_empty_table_has_no_identity() {
    let resolved = resolve(&[]);
    assert!(resolved.identities().is_empty());
    assert_eq!((resolved.report().n_identities, resolved.audit().height()), (0, 0));
    assert_eq!(resolved.report().to_string().lines().count(), 6);
}

#[test]
fn records_without_any_key_stay_alone() {
    let rows: Vec<Row> = (0..50).map(|row| ("shop", row, None, None, None)).collect();
    let resolved = resolve(&rows);
    assert_eq!(resolved.identities(), (0..50).collect::<Vec<u32>>());
    assert_eq!(resolved.report().keys[0].n_nulls, 50);
    let nulls = df!("id" => [1_i64, 2], "k" => &Series::new_null("k".into(), 2)).unwrap();
    let resolved = IdentityParams::new().without_source().record(["id"]).key(MatchKey::new("k")).run(nulls.lazy());
    assert_eq!(resolved.unwrap().identities(), [0, 1]);
}

#[test]
fn a_record_without_keys_adds_one_identity_and_an_empty_source_none() {
    let mut rows = WANG.to_vec();
    rows.push(("zzz", 0, None, None, None));
    assert_eq!(resolve(&rows).report().n_identities, resolve(&WANG).report().n_identities + 1);
    let with_empty = concat([frame(&WANG).lazy(), frame(&[]).lazy()], UnionArgs::default()).unwrap();
    assert_eq!(params().run(with_empty).unwrap().identities(), resolve(&WANG).identities());
}

#[test]
fn resolving_twice_is_resolving_once() {
    let once = resolve(&WANG);
    let again = params().run(once.frame().drop(by_name(["identity"], true, false))).unwrap();
    assert_eq!(again.identities(), once.identities());
    let by_number = once.frame().rename(["identity"], ["known"], true);
    let again = IdentityParams::new().key(MatchKey::new("known")).placeholders(["x"]).run(by_number);
    // Identity 0 reads like a placeholder, so it is shifted away from it.
    assert_eq!(again.unwrap().report().keys[0].n_placeholders, 3);
    let shifted = once.frame().with_column((col("identity") + lit(1_u32)).alias("known"));
    let again = IdentityParams::new().key(MatchKey::new("known")).run(shifted.drop(by_name(["identity"], true, false)));
    assert_eq!(again.unwrap().identities(), once.identities());
    let refused = params().run(once.frame()).unwrap_err().to_string();
    assert!(refused.contains("column `identity` is there already; drop or rename it"), "{refused}");
}

#[test]
fn a_value_of_too_many_records_links_nothing_and_is_shown_by_shape() {
    let n = 1_000_000_u32;
    let one_phone = df!("id" => (0..n).collect::<Vec<_>>(), "phone" => vec!["020 7946 0018"; n as usize]).unwrap();
    let only = || IdentityParams::new().without_source().record(["id"]);
    let resolved = only().key(MatchKey::new("phone").text()).run(one_phone.lazy()).unwrap();
    let key = &resolved.report().keys[0];
    assert_eq!((resolved.report().n_identities, key.n_links, key.n_glued_values), (1_000_000, 0, 1));
    assert_eq!(
        key.glued[0],
        GluedShape { shape: "999 9999 999…".into(), n_values: 1, n_records: 1_000_000, n_most: 1_000_000 }
    );
    assert!(resolved.report().to_string().contains("left out: 1 value(s) like `999 9999 999…` of 1000000 record(s)"));
}

#[test]
fn many_distinct_values_stay_apart_and_pairs_meet() {
    let n = 100_000_u32;
    let values: Vec<String> = (0..n).map(|id| format!("客户{}", id % (n / 2))).collect();
    let records = df!("id" => (0..n).collect::<Vec<_>>(), "k" => values).unwrap();
    let resolved = IdentityParams::new().without_source().record(["id"]).key(MatchKey::new("k")).run(records.lazy());
    let resolved = resolved.unwrap();
    assert_eq!(resolved.report().n_identities, 50_000);
    assert!((0..50_000).all(|id| resolved.identities()[id] == resolved.identities()[id + 50_000]));
}

#[test]
fn an_identity_that_is_too_large_is_refused_or_counted() {
    // Each record shares one key with the one before it: a chain that no single value shows.
    let chain: Vec<String> = (0..30).map(|row: u32| (row / 2).to_string() + "a").collect();
    let other: Vec<String> = (0..30).map(|row: u32| row.div_ceil(2).to_string() + "b").collect();
    let records = df!("id" => (0..30_u32).collect::<Vec<_>>(), "a" => chain, "b" => other).unwrap();
    let linked = || {
        let keys = IdentityParams::new().without_source().record(["id"]).max_component(10);
        keys.key(MatchKey::new("a")).key(MatchKey::new("b"))
    };
    let refused = linked().run(records.clone().lazy()).unwrap_err();
    assert!(matches!(refused, Error::Unusable { .. }));
    assert!(refused.to_string().contains("1 identity(ies) have more than 10 records, the largest 30"), "{refused}");
    let reported = linked().oversize(Oversize::Report).run(records.lazy()).unwrap();
    assert_eq!((reported.report().n_oversize, reported.report().n_identities), (1, 1));
}

#[test]
fn record_columns_that_the_audit_could_not_show_are_refused() {
    let records = df!("key" => ["a", "b"], "n" => [1, 2], "phone" => ["x", "x"]).unwrap();
    let of = |record: &[&str]| {
        let params = IdentityParams::new().without_source().record(record.iter().copied()).key(MatchKey::new("phone"));
        params.run(records.clone().lazy()).map(|resolved| resolved.audit().height())
    };
    assert_eq!(of(&["n"]).unwrap(), 1);
    let refused = of(&["key"]).unwrap_err().to_string();
    assert!(refused.contains("the record column `key` is a name of the audit; rename it"), "{refused}");
    assert!(of(&["n", "n"]).unwrap_err().is_param());
}

#[test]
fn names_that_too_many_share_link_nothing_when_they_are_compared_either() {
    let n = 60_u32;
    let records = df!(
        "id" => (0..n).collect::<Vec<_>>(),
        "name" => (0..n).map(|row| if row < 50 { "王小芳" } else { "欧阳修文" }).collect::<Vec<_>>(),
        "city" => vec!["北京"; n as usize],
    );
    let params = IdentityParams::new().without_source().record(["id"]).fuzzy(Fuzzy::new("name").block_on(["city"]));
    let resolved = params.run(records.unwrap().lazy()).unwrap();
    assert_eq!(resolved.report().n_identities, 51, "fifty of one name in one city are not one person");
    assert_eq!((resolved.report().fuzzy[0].n_glued_values, resolved.report().fuzzy[0].n_glued_records), (1, 50));
}

#[test]
fn records_that_cannot_be_told_apart_are_refused() {
    let twice = frame(&[("shop", 0, None, None, None), ("shop", 0, None, None, None), ("web", 0, None, None, None)]);
    let refused = params().run(twice.lazy()).unwrap_err().to_string();
    assert!(refused.contains("1 of 3 record(s) repeat the `source`, `source_row` of another"), "{refused}");
    let nulls = df!("source" => [Some("a"), None], "source_row" => [0_u32, 1], "手机" => ["", ""], "邮箱" => ["", ""], "生日" => ["", ""]);
    let refused = params().run(nulls.unwrap().lazy()).unwrap_err().to_string();
    assert!(refused.starts_with("identities: 1 row(s) lack a source or what tells the record in it;"), "{refused}");
}

#[test]
fn every_problem_of_the_columns_is_told_at_once() {
    let records = df!("source" => ["a"], "amount" => [1.5], "identity" => [1_i64]).unwrap();
    let fuzzy = Fuzzy::new("identity").block_on(["城市"]);
    let refused = IdentityParams::new().key(MatchKey::new("amount")).key(MatchKey::new("手机")).fuzzy(fuzzy);
    let message = refused.run(records.lazy()).unwrap_err().to_string();
    for part in [
        "identities: 6 schema problem(s)",
        "the record names column `source_row`, which is not there",
        "key `amount` needs text, whole numbers, dates or booleans; cast others, but column `amount` is f64",
        "key `手机` names column `手机`, which is not there; name one that is",
        "comparison `identity alike within 城市` needs text, but column `identity` is i64",
        "column `identity` is there already",
    ] {
        assert!(message.contains(part), "{part} not in {message}");
    }
}

#[test]
fn texts_alike_in_one_block_are_one_person() {
    let records = df!(
        "id" => [1_i64, 2, 3, 4],
        "name" => ["Martha Jones", "Marhta Jones", "Martha Jones", "Dixon"],
        "city" => ["Leeds", " leeds", "York", "Leeds"],
    );
    let fuzzy = Fuzzy::new("name").block_on(["city"]);
    let resolved = IdentityParams::new().without_source().record(["id"]).fuzzy(fuzzy).run(records.unwrap().lazy());
    let resolved = resolved.unwrap();
    assert_eq!(resolved.identities(), [0, 0, 1, 2]);
    let similarity = resolved.audit().column("similarity").unwrap().f64().unwrap().get(0).unwrap();
    assert!((0.92..1.0).contains(&similarity), "{similarity}");
    assert_eq!((resolved.report().fuzzy[0].n_pairs, resolved.report().fuzzy[0].n_merges), (3, 1));
    assert!(resolved.report().to_string().contains("1 link(s), 1 merge(s) of 3 pair(s) in 1 block(s), 0 too large"));
}

#[test]
fn one_thread_or_many_give_the_same() {
    let n = 50_000_u32;
    let phones: Vec<String> = (0..n).map(|id| format!("p{}", u64::from(id) * 7_919 % 20_000)).collect();
    let names: Vec<String> = (0..n).map(|id| format!("customer {}", id % 30_000)).collect();
    let records = df!("id" => (0..n).collect::<Vec<_>>(), "phone" => phones, "name" => names).unwrap();
    let run = || {
        let params = IdentityParams::new().without_source().record(["id"]).oversize(Oversize::Report);
        let fuzzy = Fuzzy::new("name").block_on(["phone"]).threshold(0.97);
        params.key(MatchKey::new("phone").digits()).fuzzy(fuzzy).run(records.clone().lazy()).unwrap()
    };
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(run);
    let four = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap().install(run);
    assert_eq!(one.report(), four.report());
    assert_eq!(one.identities(), four.identities());
    assert!(one.audit().equals_missing(four.audit()));
}

#[test]
fn cells_of_a_megabyte_are_compared_in_full() {
    let long = "王".repeat(350_000);
    let cells = [format!("{long}a"), format!("{long}b"), format!("{long}a")];
    let records = df!("id" => [0_u32, 1, 2], "k" => &cells).unwrap();
    for (key, expected) in [
        (MatchKey::new("k"), [0, 1, 0]),
        (MatchKey::new("k").text(), [0, 1, 0]),
        (MatchKey::new("k").phone("CN"), [0, 1, 2]),
        (MatchKey::new("k").email(), [0, 1, 2]),
    ] {
        let resolved = IdentityParams::new().without_source().record(["id"]).key(key).run(records.clone().lazy());
        let resolved = resolved.unwrap();
        assert_eq!(resolved.identities(), expected);
        assert!(resolved.audit().height() < 2 && format!("{:?}", resolved.audit()).len() < 5_000);
    }
}

const PHONES: [Option<&str>; 6] =
    [None, Some(""), Some("13912345678"), Some("+8613912345678"), Some("13912345679"), Some("0")];
const EMAILS: [Option<&str>; 5] = [None, Some("A@x.org"), Some("a@x.org "), Some("b@x.org"), Some("unknown")];

proptest! {
    #[test]
    fn order_and_chunks_of_the_records_change_nothing(
        picks in proptest::collection::vec((0..2_usize, 0..6_usize, 0..5_usize), 0..25),
        seed in any::<u64>(),
    ) {
        let sources = ["shop", "web"];
        let rows: Vec<Row> = picks.iter().zip(0..)
            .map(|(&(s, p, e), row)| (sources[s], row, PHONES[p], EMAILS[e], EMAILS[e]))
            .collect();
        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|row| (u64::from(row.1) + 1).wrapping_mul(seed | 1));
        let (first, second) = shuffled.split_at(rows.len() / 3);
        let parts = [frame(first).lazy(), frame(second).lazy()];
        let chunked = concat(parts, UnionArgs { rechunk: false, ..UnionArgs::default() }).unwrap();
        let (whole, mixed) = (resolve(&rows), params().run(chunked).unwrap());
        prop_assert_eq!(whole.identities(), mixed.identities());
        prop_assert!(whole.audit().equals_missing(mixed.audit()));
        prop_assert!(whole.conflicts().equals_missing(mixed.conflicts()));
        prop_assert_eq!(whole.report(), mixed.report());
        // Every record is in one identity, and links that merge explain each of them.
        let merged = whole.audit().column("merged").unwrap().bool().unwrap().sum().unwrap_or_default();
        prop_assert_eq!(u64::from(merged), whole.report().n_merges);
        prop_assert_eq!(whole.report().sizes.iter().map(|s| s.n_records * s.n_identities).sum::<u64>(), rows.len() as u64);
        for key in &whole.report().keys {
            let cells = key.n_records + key.n_nulls + key.n_blanks + key.n_placeholders + key.n_unreadable;
            prop_assert_eq!(cells, rows.len() as u64);
        }
    }
}
