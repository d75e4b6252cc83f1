//! Comparisons of segments and periods, and how they are shown.

use polars::prelude::*;

use super::tests::{columns, survey, survey_of};
use super::*;
use crate::frame::ToDataFrame;
use crate::satisfaction::SurveyPeriod;

#[test]
fn segments_and_periods_are_compared_and_overlapping_groups_are_not() {
    let report = NpsParams::new().by(["城市"]).period(SurveyPeriod::Wave).run(&survey()).unwrap();
    let found = report.compare(&report.segments[0], &report.segments[2]).unwrap();
    assert_eq!(found.estimate, -25.0);
    let error = report.compare(&report.segments[0], &report.overall).unwrap_err().to_string();
    assert!(error.contains("share responses"), "{error}");
    let tests = report.test_segments().unwrap();
    assert_eq!((tests.groups.len(), tests.pairs.len(), tests.n_without_score), (3, 3, 0));
    assert_eq!(tests.homogeneity.unwrap().n_groups, 3);
    let changes = report.changes();
    assert_eq!(changes.len(), 1);
    let change = changes[0].difference.as_ref().unwrap();
    assert!((change.estimate - (-200.0 / 3.0 - 80.0)).abs() < 1e-12, "later less earlier");
    assert_eq!(changes[0].p_adjusted, change.test.as_ref().ok().map(|test| test.p_value));
    assert_eq!(report.segment_changes(&["上海"]).unwrap()[0].difference.as_ref().unwrap().estimate, -150.0);
    let unknown = report.segment_changes(&["深圳"]).unwrap_err().to_string();
    assert_eq!(unknown, "nps: `segment` must be the values of one of `segments`, got `深圳`");
    let hidden = NpsParams::new().by(["城市"]).min_n(3).run(&survey()).unwrap();
    assert_eq!(hidden.test_segments().unwrap().n_without_score, 2);
    let error = hidden.compare(&hidden.segments[0], &hidden.segments[1]).unwrap_err().to_string();
    assert!(error.contains("has no score"), "{error}");
}

#[test]
fn a_change_is_split_up_by_segments_and_the_parts_reconcile() {
    let report = NpsParams::new().by(["城市"]).period(SurveyPeriod::Wave).run(&survey()).unwrap();
    let found = report.decompose("1", "2").unwrap();
    let change = report.period("2").unwrap().nps.unwrap() - report.period("1").unwrap().nps.unwrap();
    assert!((found.split.mix + found.split.rate - change).abs() < 1e-12);
    assert_eq!(found.segments.len(), 3, "one that left is a part too");
    assert!(report.decompose("1", "3").is_err());
    assert!(NpsParams::new().period(SurveyPeriod::Wave).run(&survey()).unwrap().decompose("1", "2").is_err());
    let hidden = NpsParams::new().by(["城市"]).period(SurveyPeriod::Wave).min_n(2).run(&survey()).unwrap();
    let error = hidden.decompose("1", "2").unwrap_err().to_string();
    assert!(error.contains("2 segment(s) of the two periods have fewer responses than `min_n`"), "{error}");
}

/// By hand: 上海 is six tenths of the answers at first and a third later, and stays at 50; 北京 at 0.
#[test]
fn comparisons_are_frames_and_tables() {
    let scores = |pairs: &[(i32, i32, &str, usize)]| -> DataFrame {
        let all = || pairs.iter().flat_map(|&(score, wave, city, n)| std::iter::repeat_n((score, wave, city), n));
        df!(
            "推荐" => all().map(|one| one.0).collect::<Vec<_>>(),
            "wave" => all().map(|one| one.1).collect::<Vec<_>>(),
            "城市" => all().map(|one| one.2).collect::<Vec<_>>(),
        )
        .unwrap()
    };
    let frame = scores(&[
        (9, 1, "上海", 30),
        (7, 1, "上海", 30),
        (8, 1, "北京", 40),
        (10, 2, "上海", 10),
        (7, 2, "上海", 10),
        (7, 2, "北京", 40),
    ]);
    let report = NpsParams::new().by(["城市"]).period(SurveyPeriod::Wave).run(&survey_of(frame, &columns())).unwrap();
    let split = report.decompose("1", "2").unwrap();
    let unchanged = [Some(50.0), Some(0.0)];
    assert_eq!((split.nps_before.as_slice(), split.nps_after.as_slice()), (&unchanged[..], &unchanged[..]));
    // 0.6 times 50 before and a third of 50 after.
    let text = split.to_string();
    let expected = "1 -> 2: net promoter score 30.0 -> 16.7, -13.3 points, of which\n\
                    -13.3 by another mix of segments, 0.0 by other opinions within them\n";
    assert!(text.starts_with(expected) && text.contains("上海"), "{text}");
    let parts = split.to_dataframe();
    assert_eq!(parts.height(), 3);
    let column = |name: &str| parts.column(name).unwrap().f64().unwrap().to_vec();
    assert_eq!(column("share_before"), [Some(1.0), Some(0.6), Some(0.4)]);
    assert_eq!(column("nps_before"), [Some(30.0), Some(50.0), Some(0.0)]);
    assert_eq!(column("rate"), [Some(0.0); 3]);
    assert_eq!(column("mix")[0], Some(split.split.mix));
    assert_eq!(parts.column("period_before").unwrap().str().unwrap().get(2), Some("1"));

    let change = &report.changes()[0];
    assert!(change.to_string().starts_with("1 -> 2: -13.3 points, between "), "{change}");
    let p = |p: Option<crate::kernel::p_value::PValue>| crate::frame::readable::shown_p(p.unwrap());
    let alone = change.difference.as_ref().unwrap().test.as_ref().unwrap().p_value;
    let end = format!(", p = {}, {} adjusted", p(Some(alone)), p(change.p_adjusted));
    assert!(change.to_string().ends_with(&end), "{change}");
    let tests = report.test_segments().unwrap();
    let text = tests.to_string();
    for part in ["net promoter scores of 2 group(s) compared", "one score for all: p = ", "50.0", "上海 - 北京"] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    let pairs = tests.to_dataframe();
    assert_eq!(pairs.column("other_group").unwrap().str().unwrap().get(0), Some("北京"));
    assert_eq!(pairs.column("estimate").unwrap().f64().unwrap().get(0), Some(50.0));
    assert_eq!(pairs.height(), 1);
}
