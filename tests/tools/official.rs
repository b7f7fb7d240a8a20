//! STIX, AWS and Suricata files against what their makers publish, by `official.py` and pinned Python packages.

use std::env;
use std::path::Path;
use std::process::Command;

use super::{folder, outcome, outcomes, run};

/// The Python that has the packages; `cargo xtask test --with-tools` makes one and names it here.
const PYTHON: &str = "FLOWGLASS_TOOLS_PYTHON";

/// That Python, where it has `package`; says so where it has not.
fn python(package: &str) -> Option<String> {
    let python = env::var(PYTHON).unwrap_or_else(|_| "python3".to_owned());
    let has = Command::new(&python).args(["-c", &format!("import {package}")]).output();
    if has.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    println!("{package} is not installed: skipped");
    None
}

fn script(python: &str, kind: &str, files: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/official.py");
    format!("'{python}' '{}' {kind} {files}", script.display())
}

/// Every file of the exporter `key` passes; one that is broken by `sed` does not.
fn passes(key: &str, package: &str, kind: &str, files: &str, broken_by: &str) {
    let Some(python) = python(package) else { return };
    for (size, outcome) in outcomes() {
        if outcome::files(key, &outcome).iter().all(|(name, _)| name.ends_with("-too-many.txt")) {
            println!("{key} writes nothing for {size}");
            continue;
        }
        run(&folder(key, size, &outcome), &script(&python, kind, files));
    }
    let folder = folder(key, "broken", &outcome::small());
    run(&folder, &format!("sed -i '{broken_by}' {files}; ! {}", script(&python, kind, files)));
}

#[test]
#[ignore = "needs stix2-validator"]
fn stix_is_as_the_schemas_of_oasis_say() {
    passes("stix", "stix2validator", "stix", "flowglass.stix.json", "s/valid_from/valid_form/");
}

#[test]
#[ignore = "needs botocore"]
fn waf_sets_are_as_the_service_model_says() {
    passes("aws_waf", "botocore", "aws_waf", "aws-waf-*.json", "s/REGIONAL/LOCAL/");
}

#[test]
#[ignore = "needs cfn-lint and botocore"]
fn network_acls_are_as_cloudformation_and_the_service_model_say() {
    passes("aws_network_acl", "cfnlint", "aws_network_acl", "aws-network-acl.json", "s/\"deny\"/\"drop\"/");
}

#[test]
#[ignore = "needs suricataparser"]
fn suricata_rules_are_read_by_another_reader() {
    passes("suricata_rules", "suricataparser", "suricata", "flowglass.rules", "s/; sid/ sid/");
}
