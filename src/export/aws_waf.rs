//! `aws-waf-ipv4.json`, `aws-waf-ipv6.json`: IP sets for AWS WAF.

use std::io;

use serde_json::json;

use super::blocklist::Blocklist;
use super::limits::{self, Limits, part_name};
use super::{Export, Exporter, Shelf, document};
use crate::about::About;

/// Addresses in one IP set, which is of one family (AWS WAF quotas).
const LIMITS: Limits = limits::up_to(10_000);

pub const AWS_WAF: Exporter = Exporter {
    about: About {
        key: "aws_waf",
        title: "AWS WAF IP sets",
        help: "One IP set per family as input of aws wafv2 create-ip-set --cli-input-json. Use the sets in a rule that \
               blocks. Delete the sets to undo, after the rules that use them.",
        limits: "10,000 networks in a set; more are split over several. The scope is REGIONAL: for CloudFront change \
                 it and create the set in us-east-1. An update replaces the whole set and needs its lock token. \
                 Entries do not expire by themselves; the description says when they should.",
    },
    files: &["aws-waf-ipv4.json", "aws-waf-ipv6.json"],
    standard: false,
    limits: LIMITS,
    write,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    for (family, networks) in [("ipv4", list.v4()), ("ipv6", list.v6())] {
        for (number, part) in LIMITS.parts(networks).into_iter().enumerate() {
            let addresses: Vec<String> = part.iter().map(ToString::to_string).collect();
            let set = json!({
                "Name": format!("flowglass-{family}-{}", number + 1),
                "Scope": "REGIONAL",
                "Description": list.stamp.sentence(part.len()),
                "IPAddressVersion": family.to_uppercase(),
                "Addresses": addresses,
            });
            document::write(shelf, &part_name(&format!("aws-waf-{family}"), number, "json"), &set)?;
        }
    }
    Ok(())
}
