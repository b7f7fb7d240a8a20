//! `cargo xtask test`: every check of the project, each a named step with its time, and a summary.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::Result;
use crate::build;
use crate::chromium::{self, Chromium};
use crate::outside;
use crate::shell;
use crate::steps::{Steps, TestCount};
use crate::toolchain::{self, Tools};

const WASM: [&str; 4] = ["--target", "wasm32-unknown-unknown", "--package", "flowglass"];
const FORMAT: &str = "format";
const CLIPPY: &str = "clippy, native";
const NATIVE: &str = "native tests";
const BROWSER_STEPS: [&str; 5] =
    ["clippy, wasm", "wasm tests in a page", "wasm tests in a worker", "page bundle", "end to end in Chromium"];

/// Runs everything; `quick` leaves out what needs the wasm target or a browser, `with_tools` adds the tests
/// that hand outputs to the programs they are for.
pub fn test(quick: bool, with_tools: bool) -> Result<()> {
    let mut steps = Steps::default();
    steps.run(FORMAT, || told(shell::run(&mut shell::cargo(&["fmt", "--all", "--check"]))));
    steps.run(CLIPPY, || {
        told(shell::run(&mut shell::cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])))
    });
    steps.run(NATIVE, native);
    if with_tools {
        outside::run(&mut steps);
    } else {
        for name in [outside::FILES, outside::MAIL] {
            steps.skip(name, "only with --with-tools");
        }
    }
    if quick {
        for name in BROWSER_STEPS {
            steps.skip(name, "--quick");
        }
    } else {
        in_the_browser(&mut steps);
    }
    println!("\n{}", steps.summary());
    let failed = steps.failed();
    if failed { Err("not every step passed".into()) } else { Ok(()) }
}

fn native() -> Result<String> {
    let mut count = TestCount::default();
    shell::watch(&mut shell::cargo(&["test", "--workspace"]), |line| count.look(line))?;
    let named = std::env::var_os("FLOWGLASS_DATA").map(PathBuf::from);
    let data = named.unwrap_or_else(|| shell::root().join("../shared/data"));
    let data = if data.is_dir() { "with the real data" } else { "real data not found: its tests skipped themselves" };
    Ok(format!("{}, {data}", count.told()?))
}

/// The steps that need the wasm target and Chromium. What they need and cannot get is a failure, not a skip:
/// a run that says it passed has run them.
fn in_the_browser(steps: &mut Steps) {
    let [clippy, page, worker, bundle, end_to_end] = BROWSER_STEPS;
    let mut tools = None;
    if !steps.run("tools", || {
        tools = Some((toolchain::tools()?, chromium::chromium()?));
        Ok(String::new())
    }) {
        for name in BROWSER_STEPS {
            steps.skip(name, "tools are missing");
        }
        return;
    }
    let Some((tools, chromium)) = tools else { return };
    steps.run(clippy, || {
        let lints = ["--lib", "--no-default-features", "--", "-D", "warnings"];
        told(shell::run(shell::cargo(&["clippy"]).args(WASM).args(lints)))
    });
    steps.run(page, || wasm(&tools, &chromium, "wasm_page"));
    steps.run(worker, || wasm(&tools, &chromium, "wasm_worker"));
    if steps.run(bundle, || told(build::build_with(&tools, false))) {
        steps.run(end_to_end, || browser(&chromium));
    } else {
        steps.skip(end_to_end, "there is no bundle");
    }
}

/// Runs one file of wasm tests; the file itself says whether in a page or in a worker.
fn wasm(tools: &Tools, chromium: &Chromium, file: &str) -> Result<String> {
    let capabilities = json!({
        "goog:chromeOptions": { "binary": chromium.browser, "args": chromium::switches() }
    });
    let driver = shell::root().join("target").join("webdriver.json");
    fs::write(&driver, capabilities.to_string())?;
    let mut command = shell::cargo(&["test", "--no-default-features"]);
    command.args(WASM).args(["--test", file]);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &tools.wasm_test_runner);
    command.env("CHROMEDRIVER", &chromium.driver).env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &driver);
    let mut count = TestCount::default();
    shell::watch(&mut command, |line| count.look(line))?;
    count.told()
}

/// Uses the built page as a person would. Alone, for several browsers at once would spoil the times.
fn browser(chromium: &Chromium) -> Result<String> {
    // Of the whole workspace, as the native tests: another choice of packages is another choice of features,
    // and would compile everything once more.
    let mut command = shell::cargo(&["test", "--workspace", "--test", "browser"]);
    command.args(["--", "--ignored", "--test-threads=1", "--nocapture"]);
    command.env("CHROMIUM", &chromium.browser).env("FLOWGLASS_DIST", build::dist());
    // The alert's way ends in the relay's own program.
    shell::run(&mut shell::cargo(&["build", "--workspace"]))?;
    let mut count = TestCount::default();
    shell::watch(&mut command, |line| count.look(line))?;
    count.told()
}

fn told(outcome: Result<()>) -> Result<String> {
    outcome.map(|()| String::new())
}
