//! `azure-nsg.json`: a template with deny rules for an Azure network security group.

use std::io;

use ipnet::IpNet;
use serde_json::{Value, json};

use super::blocklist::Blocklist;
use super::limits::{self, Limits};
use super::{Export, Exporter, Shelf, clock, document};
use crate::about::About;

/// Networks in one rule, which is of one family: well below the 4,000 that Azure states.
const LIMITS: Limits = limits::up_to(1000);

/// A template holds 800 resources.
const MAX_RULES: usize = 800;

/// The lowest number Azure takes, so that the rules come first.
const FIRST_PRIORITY: usize = 100;

pub const AZURE_NSG: Exporter = Exporter {
    about: About {
        key: "azure_nsg",
        title: "Azure network security group",
        help: "A template with inbound deny rules of 1,000 networks each, for az deployment group create; the name of \
               the security group is a parameter. Delete the rules named flowglass to undo.",
        limits: "Priorities from 100 on must be free. A security group has room for 1,000 rules and, by default, fewer \
                 addresses in all than long lists have. Rules do not expire by themselves.",
    },
    files: &["azure-nsg.json"],
    standard: false,
    limits: LIMITS,
    write,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let description = format!("Flowglass, expires {}", clock::utc(list.stamp.expires));
    let parts = [list.v4(), list.v6()].into_iter().flat_map(|family| LIMITS.parts(family));
    let parts: Vec<&[IpNet]> = parts.filter(|part| !part.is_empty()).collect();
    if parts.len() > MAX_RULES {
        let most = MAX_RULES * LIMITS.entries.unwrap_or(1);
        return document::too_many(shelf, "azure-nsg", list.networks.len(), most, "Raise the threshold to block.");
    }
    let rules: Vec<Value> = parts.iter().enumerate().map(|(n, part)| rule(n, part, &description)).collect();
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "metadata": { "comments": list.stamp.sentence(list.networks.len()) },
        "parameters": { "securityGroup": { "type": "string" } },
        "resources": rules,
    });
    document::write(shelf, "azure-nsg.json", &template)
}

fn rule(number: usize, part: &[IpNet], description: &str) -> Value {
    let prefixes: Vec<String> = part.iter().map(ToString::to_string).collect();
    json!({
        "type": "Microsoft.Network/networkSecurityGroups/securityRules",
        "apiVersion": "2023-09-01",
        "name": format!("[concat(parameters('securityGroup'), '/flowglass-{}')]", number + 1),
        "properties": {
            "description": description,
            "access": "Deny",
            "direction": "Inbound",
            "priority": FIRST_PRIORITY + number,
            "protocol": "*",
            "sourceAddressPrefixes": prefixes,
            "sourcePortRange": "*",
            "destinationAddressPrefix": "*",
            "destinationPortRange": "*",
        },
    })
}
