//! The readers of exporters that write JSON.

use ipnet::IpNet;
use serde_json::Value;

use super::readers::{Files, network};

pub fn read(key: &str, files: &Files) -> Vec<IpNet> {
    let documents = || files.iter().filter(|(name, _)| !name.ends_with(".txt")).map(|(_, text)| parse(text));
    match key {
        "aws_waf" => documents().flat_map(|set| aws_waf(&set)).collect(),
        "aws_network_acl" => documents().flat_map(|template| aws_network_acl(&template)).collect(),
        "cloudflare" => documents().flat_map(|items| texts(&items, "", "/ip")).chain(left_out(files)).collect(),
        "azure_nsg" => documents().flat_map(|template| azure(&template)).collect(),
        "gcp_firewall" => documents().flat_map(|rules| gcp(&rules)).collect(),
        "stix" => documents().flat_map(|bundle| stix(&bundle)).collect(),
        "misp" => documents().flat_map(|event| texts(&event, "/Event/Attribute", "/value")).collect(),
        "block_jsonl" => {
            files[0].1.lines().flat_map(|line| texts(&Value::Array(vec![parse(line)]), "", "/address")).collect()
        }
        key => panic!("the exporter {key} has no reader"),
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The networks at `member` of each item of the array at `array`.
fn texts(document: &Value, array: &str, member: &str) -> Vec<IpNet> {
    let items = document.pointer(array).and_then(Value::as_array).expect(array);
    items.iter().filter_map(|item| network(item.pointer(member).and_then(Value::as_str).expect(member))).collect()
}

fn aws_waf(set: &Value) -> Vec<IpNet> {
    let networks = texts(set, "/Addresses", "");
    let v4 = set["IPAddressVersion"] == "IPV4";
    assert!(networks.len() <= 10_000 && networks.iter().all(|network| network.addr().is_ipv4() == v4));
    // The pattern of the API reference for names and descriptions.
    assert!(set["Name"].as_str().unwrap().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
    let description = set["Description"].as_str().unwrap();
    assert!(description.len() <= 256);
    assert!(description.bytes().all(|b| b.is_ascii_alphanumeric() || b" _+=:#@/-,.".contains(&b)), "{description}");
    networks
}

fn aws_network_acl(template: &Value) -> Vec<IpNet> {
    let resources = template["Resources"].as_object().unwrap().values().map(|resource| &resource["Properties"]);
    let blocks = resources.filter_map(|p| p.get("CidrBlock").or(p.get("Ipv6CidrBlock")).and_then(Value::as_str));
    blocks.filter_map(network).collect()
}

fn azure(template: &Value) -> Vec<IpNet> {
    let rules = template["resources"].as_array().unwrap();
    let priorities: Vec<u64> = rules.iter().map(|rule| rule["properties"]["priority"].as_u64().unwrap()).collect();
    assert!(priorities.is_sorted_by(|a, b| a < b) && priorities.iter().all(|p| (100..=4096).contains(p)));
    rules.iter().flat_map(|rule| one_family(texts(&rule["properties"], "/sourceAddressPrefixes", ""), 1000)).collect()
}

fn gcp(rules: &Value) -> Vec<IpNet> {
    let rules = rules.as_array().unwrap();
    rules.iter().flat_map(|rule| one_family(texts(rule, "/sourceRanges", ""), 256)).collect()
}

fn one_family(networks: Vec<IpNet>, most: usize) -> Vec<IpNet> {
    assert!((1..=most).contains(&networks.len()));
    assert!(networks.iter().all(|network| network.addr().is_ipv4() == networks[0].addr().is_ipv4()));
    networks
}

fn stix(bundle: &Value) -> Vec<IpNet> {
    assert_eq!(bundle["type"], "bundle");
    let objects = bundle["objects"].as_array().unwrap();
    let mut ids: Vec<&str> = objects.iter().map(|object| object["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    assert!(ids.is_sorted_by(|a, b| a < b), "ids are unique");
    for object in objects {
        let (kind, uuid) = object["id"].as_str().unwrap().split_once("--").unwrap();
        assert_eq!(object["type"], kind);
        assert_eq!(uuid.as_bytes()[14], b'5', "a version 5 UUID");
        assert_eq!(object["spec_version"], "2.1");
    }
    let indicators = objects.iter().filter(|object| object["type"] == "indicator");
    indicators.filter_map(indicator).collect()
}

fn indicator(object: &Value) -> Option<IpNet> {
    assert!(object["valid_from"].as_str().unwrap() < object["valid_until"].as_str().unwrap());
    assert!(object["confidence"].as_u64().unwrap() <= 100);
    let pattern = object["pattern"].as_str().unwrap();
    let value = pattern.strip_prefix("[ipv").and_then(|rest| rest.strip_suffix("']")).expect(pattern);
    let (family, ip) = value.split_once("-addr:value = '").expect(pattern);
    network(ip).inspect(|network| assert_eq!(family == "4", network.addr().is_ipv4()))
}

/// What the target cannot hold is named, not lost.
fn left_out(files: &Files) -> Vec<IpNet> {
    let notes = files.iter().filter(|(name, _)| name.ends_with("-left-out.txt"));
    let lines = notes.flat_map(|(_, text)| text.lines()).filter(|line| !line.starts_with('#'));
    lines.filter_map(network).collect()
}
