//! `aws-network-acl.json`: a CloudFormation template with deny entries for a network ACL.

use std::io;

use ipnet::IpNet;
use serde_json::{Map, Value, json};

use super::blocklist::Blocklist;
use super::limits::{self, Limits};
use super::{Export, Exporter, Shelf, document};
use crate::about::About;

/// A network ACL has 20 entries per direction by default (Amazon VPC quotas), and one of them lets the rest in.
const LIMITS: Limits = limits::up_to(19);

pub const AWS_NETWORK_ACL: Exporter = Exporter {
    about: About {
        key: "aws_network_acl",
        title: "AWS network ACL",
        help: "A CloudFormation template with one inbound deny entry per network, for the network ACL whose id is \
               given as parameter. Delete the stack to undo.",
        limits: "19 networks at most, as a network ACL has 20 entries: with more nothing is written but a note that \
                 says so. The entry numbers 1 to 19 must be free. Entries do not expire by themselves.",
    },
    files: &["aws-network-acl.json"],
    standard: false,
    limits: LIMITS,
    write,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let (entries, most) = (list.networks.len(), LIMITS.entries.unwrap_or(usize::MAX));
    if entries > most {
        return document::too_many(shelf, "aws-network-acl", entries, most, "Use the AWS WAF IP sets.");
    }
    let resources: Map<String, Value> = list.networks.iter().enumerate().map(|(n, net)| resource(n + 1, net)).collect();
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": list.stamp.sentence(entries),
        "Parameters": { "NetworkAclId": { "Type": "String", "Description": "The network ACL to add the entries to" } },
        // CloudFormation refuses a template without any resource; a wait handle costs nothing and does nothing.
        "Resources": if resources.is_empty() {
            json!({ "Empty": { "Type": "AWS::CloudFormation::WaitConditionHandle" } })
        } else {
            Value::Object(resources)
        },
    });
    document::write(shelf, "aws-network-acl.json", &template)
}

fn resource(number: usize, network: &IpNet) -> (String, Value) {
    let block = if network.addr().is_ipv4() { "CidrBlock" } else { "Ipv6CidrBlock" };
    let mut properties = json!({
        "NetworkAclId": { "Ref": "NetworkAclId" },
        "RuleNumber": number,
        "RuleAction": "deny",
        "Protocol": -1,
        "Egress": false,
    });
    properties[block] = network.to_string().into();
    (format!("Deny{number}"), json!({ "Type": "AWS::EC2::NetworkAclEntry", "Properties": properties }))
}
