//! The floors of the crate: which module may know which.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every module with its floor; a module knows lower floors only, so none of its own.
///
/// `analysis` lies below `activity`, which is an analysis itself; it knows nothing of frames.
const FLOORS: [(&str, u8); 17] = [
    ("kernel", 0),
    ("text", 0),
    ("error", 1),
    ("solver", 1),
    ("frame", 2),
    ("analysis", 2),
    ("activity", 3),
    ("cleaning", 4),
    ("correlation", 4),
    ("descriptive", 4),
    ("integration", 4),
    ("prediction", 4),
    ("quality", 4),
    ("satisfaction", 4),
    ("segmentation", 4),
    ("prelude", 5),
    ("lib", 5),
];

/// Lines of code that a file has at the most, without comments, blank lines and tests.
const MOST_LINES: usize = 400;
/// Lines of code that a file aims at.
const AIM: usize = 150;

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every Rust file below `src`, by its path from there.
fn files() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![src()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(src()).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    assert!(found.len() > 10, "the sources were not found");
    found
}

/// The module that a file belongs to: `frame/scan.rs` to `frame`.
fn module_of(file: &str) -> &str {
    file.split_once('/').map_or(file, |(folder, _)| folder).trim_end_matches(".rs")
}

fn floor(module: &str) -> u8 {
    let known = FLOORS.iter().find(|(name, _)| *name == module);
    known.unwrap_or_else(|| panic!("`{module}` has no floor: add it to the table")).1
}

/// Lines of code: no comments, no docs, nothing from the first test module on.
fn code(text: &str) -> Vec<&str> {
    let own = text.lines().take_while(|line| line.trim() != "#[cfg(test)]");
    own.filter(|line| !line.trim().is_empty() && !line.trim().starts_with("//")).collect()
}

/// Top modules named after `crate::`, alone or in a braced list.
fn modules_named(code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        let rest = &code[at + path.len()..];
        let list = match rest.strip_prefix('{') {
            Some(list) => first_segments(list),
            None => vec![rest],
        };
        let word =
            |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        named.extend(list.into_iter().map(word).filter(|name| !name.is_empty()));
    }
    named
}

/// The items of a braced list, without what is nested in them.
fn first_segments(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth == 0 => {
                items.push(&list[start..at]);
                start = at + 1;
            }
            '}' => {
                items.push(&list[start..at]);
                break;
            }
            _ => {}
        }
    }
    items
}

#[test]
fn paths_are_read_out_of_the_code() {
    let code = "use crate::error::{Error, Result};\nuse crate::{frame::{a, b}, kernel::c};\nimpl crate::frame::D for E";
    assert_eq!(modules_named(code), ["error", "frame", "kernel", "frame"]);
}

#[test]
fn a_module_knows_lower_floors_only() {
    let mut offences = Vec::new();
    for (file, text) in files() {
        let module = module_of(&file);
        if module == "lib" {
            continue;
        }
        for named in modules_named(&code(&text).join("\n")) {
            // Re-exports at the root stand for the module behind them.
            let named = if named == "Error" || named == "Result" { "error".to_owned() } else { named };
            if named != module && floor(&named) >= floor(module) {
                offences.push(format!("{file} (floor {}) knows `{named}` (floor {})", floor(module), floor(&named)));
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

/// `super::` must not lead out of a module either.
#[test]
fn nothing_climbs_out_of_its_folder() {
    for (file, text) in files() {
        let depth = file.matches('/').count() + usize::from(!file.ends_with("mod.rs"));
        let climbs = "super::".repeat(depth.max(1));
        let code = code(&text).join("\n");
        assert!(depth == 0 || !code.contains(&climbs), "{file} climbs out by `{climbs}`");
    }
}

#[test]
fn kernels_know_slices_and_no_frames() {
    for (file, text) in files().into_iter().filter(|(file, _)| module_of(file) == "kernel") {
        for name in ["polars", "chrono"] {
            assert!(!code(&text).join("\n").contains(name), "{file} names {name}");
        }
    }
}

#[test]
fn linear_algebra_is_named_by_the_solver_alone() {
    for (file, text) in files().into_iter().filter(|(file, _)| module_of(file) != "solver") {
        assert!(!code(&text).join("\n").contains("faer"), "{file} names faer");
    }
}

/// `linfa::` behind a path of our own names our module.
#[test]
fn estimators_of_others_are_named_by_their_module_alone() {
    for (file, text) in files().into_iter().filter(|(file, _)| !file.starts_with("prediction/linfa/")) {
        let code = code(&text).join("\n").replace("prediction::linfa::", "");
        for name in ["linfa::", "linfa_linear", "linfa_trees", "ndarray"] {
            assert!(!code.contains(name), "{file} names {name}");
        }
    }
}

#[test]
fn text_is_read_without_frames() {
    for (file, text) in files().into_iter().filter(|(file, _)| module_of(file) == "text") {
        assert!(!code(&text).join("\n").contains("polars"), "{file} names polars");
    }
}

#[test]
fn the_crate_root_and_the_prelude_hold_no_code() {
    for (file, text) in files().into_iter().filter(|(file, _)| file == "lib.rs" || file == "prelude.rs") {
        for word in ["fn ", "impl ", "enum ", "trait ", "macro_rules"] {
            assert!(!code(&text).iter().any(|line| line.contains(word)), "{file} has `{word}`");
        }
    }
}

#[test]
fn files_are_short_enough_to_read() {
    let sizes: Vec<(usize, String)> = files().into_iter().map(|(file, text)| (code(&text).len(), file)).collect();
    for (size, file) in sizes.iter().filter(|(size, _)| *size > AIM) {
        println!("{file}: {size} lines of code, aim {AIM}");
    }
    let long: Vec<_> = sizes.iter().filter(|(size, _)| *size > MOST_LINES).collect();
    assert!(long.is_empty(), "more than {MOST_LINES} lines of code: {long:?}");
}

#[test]
fn no_folder_is_a_drawer_for_everything() {
    for file in files().into_keys() {
        for name in ["utils", "helpers", "common", "manager", "misc"] {
            assert!(!file.split(['/', '.']).any(|part| part == name), "{file}: name what it holds");
        }
    }
}

/// The table in the README is the one the test keeps.
#[test]
fn the_readme_shows_the_same_floors() {
    let readme = fs::read_to_string(src().join("../README.md")).unwrap();
    for (module, floor) in FLOORS.into_iter().filter(|(module, _)| *module != "lib") {
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{module}`")));
        let row = row.unwrap_or_else(|| panic!("README.md has no row for `{module}`"));
        assert!(row.contains(&format!("| {floor} |")), "README.md gives `{module}` another floor: {row}");
    }
}
