//! The laws of the house, read from the sources: who may import whom, how long things are, what stays out of the core.
#![cfg(not(target_arch = "wasm32"))]

#[path = "tidy/imports.rs"]
mod imports;
#[path = "tidy/length.rs"]
mod length;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/words.rs"]
mod words;

use std::collections::BTreeSet;

use imports::{module, paths};
use source::{sources, tokens};

/// What a module may import from.
enum May {
    /// Every module above it in the table.
    Above,
    /// These alone.
    Only(&'static [&'static str]),
}

/// The modules in pipeline order, which is the order of `src/lib.rs`.
const MODULES: &[(&str, May)] = &[
    ("error", May::Above),
    ("about", May::Above),
    ("pieces", May::Above),
    ("model", May::Above),
    ("ingest", May::Above),
    ("geo", May::Only(&["error", "about", "model"])),
    ("features", May::Only(&["error", "about", "pieces", "model"])),
    // The models know nothing of networks.
    ("ml", May::Only(&["error", "about", "pieces"])),
    ("judge", May::Above),
    ("detect", May::Above),
    ("risk", May::Above),
    ("policy", May::Above),
    ("alert", May::Above),
    ("export", May::Above),
    ("view", May::Above),
    ("analysis", May::Above),
    ("catalog", May::Above),
    // Traffic made up for trying things out must not lean on what it tries.
    ("sample", May::Only(&["error"])),
    ("web", May::Above),
];

/// The registries' folders. What the list in `mod.rs` names is an entry; no other file of the folder names an
/// entry, so that what two entries share stands in a file of its own.
const REGISTRIES: &[&str] = &["src/ingest", "src/detect", "src/export", "src/view/plot"];

/// The files that are the two shells, not the library.
fn is_command_line(path: &str) -> bool {
    path == "src/main.rs" || path.starts_with("src/cli/")
}

#[test]
fn imports_go_one_way() {
    let position = |name: &str| MODULES.iter().position(|(module, _)| *module == name);
    let mut faults = Vec::new();
    for source in sources(&["src"], &["rs"]) {
        if is_command_line(&source.path) || source.path == "src/lib.rs" {
            continue;
        }
        let own = module(&source.path).remove(0);
        let Some(place) = position(&own) else {
            faults.push(format!("{}: module {own} is not in the table of tests/tidy.rs", source.path));
            continue;
        };
        let named: BTreeSet<String> = paths(&source).into_iter().filter_map(|path| path.into_iter().next()).collect();
        for other in named.iter().filter(|other| **other != own) {
            let allowed = match &MODULES[place].1 {
                May::Above => position(other).is_some_and(|at| at < place),
                May::Only(names) => names.contains(&other.as_str()),
            };
            if !allowed {
                faults.push(format!("{}: {own} may not import {other}", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn registry_entries_do_not_name_each_other() {
    let mut faults = Vec::new();
    for folder in REGISTRIES {
        let files = sources(&[folder], &["rs"]);
        let list = format!("{folder}/mod.rs");
        let file = files.iter().find(|file| file.path == list).unwrap_or_else(|| panic!("{list} is missing"));
        let code = file.code();
        let tokens = tokens(&code);
        // `&name::ENTRY` in the list.
        let entries = tokens.windows(3).filter(|window| window[0] == "&" && window[2] == "::");
        let home = module(&format!("{folder}/mod.rs"));
        for entry in entries.map(|window| window[1].to_owned()) {
            let entry: Vec<String> = home.iter().cloned().chain([entry]).collect();
            let others = files.iter().filter(|file| file.path != list && !module(&file.path).starts_with(&entry));
            for other in others.filter(|file| paths(file).iter().any(|path| path.starts_with(&entry))) {
                faults.push(format!("{} names the entry {}", other.path, entry.join("::")));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_map_in_lib_lists_every_module_in_order() {
    let lib =
        sources(&["src"], &["rs"]).into_iter().find(|file| file.path == "src/lib.rs").expect("there is a library");
    let code = lib.code();
    let tokens = tokens(&code);
    let listed: Vec<&str> = tokens.windows(2).filter(|pair| pair[0] == "mod").map(|pair| pair[1]).collect();
    let known: Vec<&str> = MODULES.iter().map(|(name, _)| *name).filter(|name| listed.contains(name)).collect();
    assert_eq!(listed, known, "src/lib.rs lists modules that tests/tidy.rs does not know, or in another order");
    for source in sources(&["src"], &["rs"]).iter().filter(|source| !is_command_line(&source.path)) {
        let own = module(&source.path).remove(0);
        assert!(own == "lib" || listed.contains(&own.as_str()), "{} is in no module of src/lib.rs", source.path);
    }
}

#[test]
fn the_readme_tells_a_stranger_the_two_commands() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).expect("there is a README");
    for command in ["cargo xtask serve", "cargo xtask test"] {
        assert!(readme.contains(command), "README.md does not name `{command}`");
    }
}

#[test]
fn the_reader_of_imports_sees_what_it_should() {
    let text = "use crate::{a::{b, c as d}, e};\nuse super::f::*;\n// use crate::no;\nconst X: &str = \"crate::no\";\n\
                mod tests { use super::*; use super::super::g; fn x() { crate::h::y('{', r#\"}\"#); self::i::j(); } }";
    let source = source::Source { path: "src/m/n.rs".to_owned(), text: text.to_owned() };
    let found: Vec<String> = paths(&source).iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["a::b", "a::c", "e", "m::f", "m::n", "m::g", "h::y", "m::n::tests::i::j"]);
}
