//! `flowglass.stix.json`: a STIX 2.1 bundle with one indicator per address.

use std::io;
use std::net::IpAddr;

use serde_json::{Value, json};

use super::blocklist::Blocklist;
use super::stamp::Stamp;
use super::{Export, Exporter, Shelf, clock, document, ids, limits};
use crate::about::About;
use crate::model::report::Host;

pub const STIX: Exporter = Exporter {
    about: About {
        key: "stix",
        title: "STIX 2.1 bundle",
        help: "One indicator per address, valid from now until the block expires, with the risk as confidence, for \
               threat intelligence platforms and TAXII servers. The same list at the same time gives the same ids.",
        limits: "An indicator says that the address was malicious in this traffic, not why: the report tells that. \
                 Look at what you share: the bundle has no marking of its own.",
    },
    files: &["flowglass.stix.json"],
    standard: false,
    limits: limits::ANY,
    write,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let author = format!("identity--{}", ids::fixed("identity"));
    let made = clock::utc_millis(list.stamp.made);
    let mut objects = vec![json!({
        "type": "identity",
        "spec_version": "2.1",
        "id": author,
        "created": made,
        "modified": made,
        "name": "Flowglass",
        "identity_class": "system",
        "description": list.stamp.sentence(list.hosts.len()),
    })];
    objects.extend(list.hosts.iter().map(|(ip, host)| indicator(*ip, host, &list.stamp, &author)));
    let bundle = json!({
        "type": "bundle",
        "id": format!("bundle--{}", ids::id("bundle", &list.stamp)),
        "objects": objects,
    });
    document::write(shelf, "flowglass.stix.json", &bundle)
}

fn indicator(ip: IpAddr, host: &Host, stamp: &Stamp, author: &str) -> Value {
    let made = clock::utc_millis(stamp.made);
    let risk = host.risk.clamp(0.0, 100.0) as u8;
    let kind = if ip.is_ipv4() { "ipv4-addr" } else { "ipv6-addr" };
    json!({
        "type": "indicator",
        "spec_version": "2.1",
        "id": format!("indicator--{}", ids::id(&ip.to_string(), stamp)),
        "created_by_ref": author,
        "created": made,
        "modified": made,
        "name": format!("Hostile address {ip}"),
        "description": format!("Blocked by Flowglass at a risk of {risk} of 100."),
        "indicator_types": ["malicious-activity"],
        "pattern": format!("[{kind}:value = '{ip}']"),
        "pattern_type": "stix",
        "valid_from": made,
        "valid_until": clock::utc_millis(stamp.expires),
        "confidence": risk,
    })
}
