//! `cloudflare-list.json`: items for a Cloudflare IP list.

use std::io;

use ipnet::IpNet;
use serde_json::{Value, json};

use super::blocklist::{Blocklist, bare};
use super::limits::{Limits, part_name};
use super::{Export, Exporter, Shelf, clock, document, sheet};
use crate::about::About;

/// Cloudflare documents IPv4 /8 to /32 and IPv6 /4 to /64 for lists with IP addresses, and plans with 10,000 items.
const LIMITS: Limits = Limits { entries: Some(10_000), v4: Some((8, 32)), v6: Some((4, 64)) };

pub const CLOUDFLARE: Exporter = Exporter {
    about: About {
        key: "cloudflare",
        title: "Cloudflare IP list",
        help: "Items for an IP list, as the body of the Lists API's request to create items. Use the list in a rule: \
               ip.src in $flowglass. Remove the items to undo.",
        limits: "Cloudflare documents no IPv6 network longer than /64, so single IPv6 addresses are named in a file of \
                 those left out instead of blocking their whole /64. 10,000 items in a file; how many lists and items \
                 an account has depends on the plan. Items do not expire by themselves.",
    },
    files: &["cloudflare-list.json"],
    standard: false,
    limits: LIMITS,
    write,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let (held, left): (Vec<IpNet>, Vec<IpNet>) = list.networks.iter().partition(|network| LIMITS.holds(network));
    let comment = format!("Flowglass, expires {}", clock::utc(list.stamp.expires));
    for (number, part) in LIMITS.parts(&held).into_iter().enumerate() {
        let items: Vec<Value> = part.iter().map(|net| json!({ "ip": bare(net), "comment": comment })).collect();
        document::write(shelf, &part_name("cloudflare-list", number, "json"), &Value::Array(items))?;
    }
    sheet::left_out("cloudflare-list", &left, shelf)
}
