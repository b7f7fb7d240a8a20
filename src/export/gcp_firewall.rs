//! `gcp-firewall.json`: deny rules for a Google Cloud VPC network.

use std::io;

use ipnet::IpNet;
use serde_json::{Value, json};

use super::blocklist::Blocklist;
use super::limits::{self, Limits};
use super::{Export, Exporter, Shelf, document};
use crate::about::About;

/// Source ranges in one rule, which is of one family: what every project takes, the older limit included.
const LIMITS: Limits = limits::up_to(256);

/// Before the rules a project has, which have 1000 unless set.
const PRIORITY: u32 = 900;

pub const GCP_FIREWALL: Exporter = Exporter {
    about: About {
        key: "gcp_firewall",
        title: "Google Cloud VPC firewall",
        help: "Ingress deny rules of 256 networks each, every one the body of a request to the API's firewalls.insert. \
               They are for the network default: change the name for another. Delete the rules to undo.",
        limits: "A project has a quota of firewall rules (some hundred by default): long lists go beyond it. Rules do \
                 not expire by themselves; the description says when they should.",
    },
    files: &["gcp-firewall.json"],
    standard: false,
    limits: LIMITS,
    write,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let mut rules = Vec::new();
    for (family, networks) in [("ipv4", list.v4()), ("ipv6", list.v6())] {
        let parts = LIMITS.parts(networks).into_iter().filter(|part| !part.is_empty());
        rules.extend(parts.enumerate().map(|(n, part)| rule(family, n + 1, part, &list.stamp.sentence(part.len()))));
    }
    document::write(shelf, "gcp-firewall.json", &Value::Array(rules))
}

fn rule(family: &str, number: usize, part: &[IpNet], description: &str) -> Value {
    let ranges: Vec<String> = part.iter().map(ToString::to_string).collect();
    json!({
        "name": format!("flowglass-{family}-{number}"),
        "description": description,
        "network": "global/networks/default",
        "direction": "INGRESS",
        "priority": PRIORITY,
        "sourceRanges": ranges,
        "denied": [{ "IPProtocol": "all" }],
    })
}
