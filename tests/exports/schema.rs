//! `report.json` against `docs/report.schema.json`, by a checker for the part of JSON Schema used there.

use serde_json::Value;

use crate::outcome::{small, text};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap()
}

/// Every way in which `value` breaks `rule`, each with its place.
fn faults(root: &Value, rule: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (word, argument) in rule.as_object().unwrap() {
        match word.as_str() {
            "$schema" | "title" | "description" | "$defs" | "required" | "properties" | "additionalProperties" => {}
            "$ref" => {
                let target = argument.as_str().unwrap().trim_start_matches('#');
                found.extend(faults(root, root.pointer(target).expect(target), value, at));
            }
            "anyOf" => {
                let tries: Vec<_> = argument.as_array().unwrap().iter().map(|r| faults(root, r, value, at)).collect();
                if tries.iter().all(|faults| !faults.is_empty()) {
                    found.extend(tries.concat());
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(faults(root, argument, item, &format!("{at}/{index}")));
                }
            }
            word => found.extend((!holds(word, argument, value)).then(|| format!("{at}: {word} {argument}"))),
        }
    }
    if let Some(object) = value.as_object() {
        found.extend(member_faults(root, rule, object, at));
    }
    found
}

fn member_faults(root: &Value, rule: &Value, object: &serde_json::Map<String, Value>, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in rule["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !object.contains_key(name) {
            found.push(format!("{at}: {name} is missing"));
        }
    }
    for (name, member) in object {
        let at = format!("{at}/{name}");
        match (rule["properties"].get(name), &rule["additionalProperties"]) {
            (Some(rule), _) | (None, rule @ Value::Object(_)) => found.extend(faults(root, rule, member, &at)),
            (None, Value::Bool(false)) => found.push(format!("{at} is not in the schema")),
            (None, _) => {}
        }
    }
    found
}

/// A keyword that looks at the value alone. An unknown one fails, so that the schema stays within this checker.
fn holds(word: &str, argument: &Value, value: &Value) -> bool {
    match word {
        "const" => argument == value,
        "enum" => argument.as_array().unwrap().contains(value),
        "minimum" => value.as_f64().is_none_or(|v| v >= argument.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|v| v <= argument.as_f64().unwrap()),
        "minItems" => value.as_array().is_none_or(|v| v.len() as u64 >= argument.as_u64().unwrap()),
        "maxItems" => value.as_array().is_none_or(|v| v.len() as u64 <= argument.as_u64().unwrap()),
        "pattern" => value.as_str().is_none_or(|text| spelled(argument.as_str().unwrap(), text)),
        "type" => match argument.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            "number" => value.is_number(),
            "integer" => value.is_u64() || value.is_i64(),
            other => panic!("unknown type {other}"),
        },
        other => panic!("the checker does not know {other}"),
    }
}

/// The three patterns the schema has, each by hand: no crate for regular expressions is worth its weight here.
fn spelled(pattern: &str, text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match pattern {
        "^[0-9a-f]{64}$" => text.len() == 64 && text.bytes().all(|b| b"0123456789abcdef".contains(&b)),
        "^[0-9a-f:.]+$|^AS[0-9]+$" => {
            let ip = !text.is_empty() && text.bytes().all(|b| b"0123456789abcdef:.".contains(&b));
            ip || text.strip_prefix("AS").is_some_and(digits)
        }
        r"^T[0-9]{4}(\.[0-9]{3})?$" => {
            let (main, sub) = text.split_once('.').unwrap_or((text, "000"));
            main.len() == 5 && main.strip_prefix('T').is_some_and(digits) && sub.len() == 3 && digits(sub)
        }
        other => panic!("the checker does not know the pattern {other}"),
    }
}

fn check(report: &Value) -> Vec<String> {
    faults(&schema(), &schema(), report, "")
}

#[test]
fn the_report_is_as_its_schema_says() {
    let report: Value = serde_json::from_str(&text("report_json", &small())).unwrap();
    assert_eq!(check(&report), Vec::<String>::new());
}

#[test]
fn a_report_that_breaks_the_schema_is_noticed() {
    let good: Value = serde_json::from_str(&text("report_json", &small())).unwrap();
    for (place, broken, named) in [
        ("/hosts/0/risk", Value::from(101), "/hosts/0/risk"),
        ("/hosts/0/decision", Value::from("maybe"), "/hosts/0/decision"),
        ("/hosts/0/address", Value::from("=1+1"), "/hosts/0/address"),
        ("/inputs/0/sha256", Value::from("AB"), "/inputs/0/sha256"),
        ("/version", Value::from(2), "/version"),
        ("/models/dbscan", Value::Null, "/models/dbscan"),
        ("/findings/0/technique", Value::from("T1"), "/findings/0/technique"),
    ] {
        let mut report = good.clone();
        *report.pointer_mut(place).expect(place) = broken;
        assert!(check(&report).iter().any(|fault| fault.starts_with(named)), "{place}");
    }
    let mut report = good.clone();
    report.as_object_mut().unwrap().remove("hosts");
    assert_eq!(check(&report), [": hosts is missing"]);
    let mut report = good;
    report["more"] = Value::Null;
    assert_eq!(check(&report), ["/more is not in the schema"]);
}
