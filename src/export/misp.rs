//! `flowglass.misp.json`: a MISP event with one attribute per address.

use std::io;

use serde_json::{Value, json};

use super::blocklist::Blocklist;
use super::{Export, Exporter, Shelf, clock, document, ids, limits};
use crate::about::About;

pub const MISP: Exporter = Exporter {
    about: About {
        key: "misp",
        title: "MISP event",
        help: "An event with one ip-src attribute per address, marked for detection, with its risk as comment. It is \
               for your organisation only and unpublished until you change that.",
        limits: "No galaxies, tags or objects. Networks are not in it: each address stands alone.",
    },
    files: &["flowglass.misp.json"],
    standard: false,
    limits: limits::ANY,
    write,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let stamp = &list.stamp;
    let time = stamp.made.to_string();
    let uuid = |subject: &str| ids::id(&format!("misp {subject}"), stamp).to_string();
    let attribute = |ip: &str, risk: f64| {
        json!({
            "uuid": uuid(ip),
            "type": "ip-src",
            "category": "Network activity",
            "value": ip,
            "to_ids": true,
            "comment": format!("Flowglass risk {risk:.0} of 100"),
            "timestamp": time,
        })
    };
    let attributes: Vec<Value> = list.hosts.iter().map(|(ip, host)| attribute(&ip.to_string(), host.risk)).collect();
    let made = clock::utc(stamp.made);
    let event = json!({ "Event": {
        "uuid": uuid("event"),
        "info": stamp.sentence(list.hosts.len()),
        "date": made.split('T').next().unwrap_or_default(),
        "timestamp": time,
        // 2 is medium, 0 is "initial" analysis, 0 is "your organisation only".
        "threat_level_id": "2",
        "analysis": "0",
        "distribution": "0",
        "published": false,
        "Attribute": attributes,
    } });
    document::write(shelf, "flowglass.misp.json", &event)
}
