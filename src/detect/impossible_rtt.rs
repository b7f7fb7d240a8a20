//! Servers that answer faster than light could have been there and back.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding};
use crate::model::geo::{Located, Place};
use crate::model::traffic::AddressId;

use super::distance::{distance, radius};
use super::observed::Piece;
use super::tally::Seen;
use super::{Detector, Scene};

pub const IMPOSSIBLE_RTT: Detector = Detector {
    about: About {
        key: "impossible_rtt",
        title: "Answers from too near",
        help: "What: compares how long a server takes to answer a TCP handshake with how far away the GeoIP database \
               says it is, and lists servers that answer sooner than light in a glass fibre could travel there and \
               back. Why: then something nearer answered in its name, or it is not where the database says.",
        limits: "Nearly always the database is wrong or many places share the address (anycast, as large web sites and \
                 name servers do), so this is weak evidence. The record's own accuracy radius is taken off the \
                 distance, 1,000 km where it has none. It needs the place of capture, which no file tells: the \
                 settings do. Only connections that were seen from their first packet count.",
    },
    knobs: &[&KNOWN, &LATITUDE, &LONGITUDE, &SPEED],
    family: Family::Spoofing,
    needs,
    run,
};

pub const KNOWN: Knob = Knob {
    key: "impossible_rtt.known",
    label: "The place of capture is set",
    help: "Switch this on once latitude and longitude below are those of the place where the traffic was captured.",
    unit: "",
    range: Range::Toggle { default: false },
};
pub const LATITUDE: Knob = Knob {
    key: "impossible_rtt.latitude",
    label: "Latitude of the capture",
    help: "Where the traffic was captured, north positive. The default stands for nothing until the switch is on.",
    unit: "°",
    range: Range::Real { min: -90.0, max: 90.0, default: 0.0 },
};
pub const LONGITUDE: Knob = Knob {
    key: "impossible_rtt.longitude",
    label: "Longitude of the capture",
    help: "Where the traffic was captured, east positive. The default stands for nothing until the switch is on.",
    unit: "°",
    range: Range::Real { min: -180.0, max: 180.0, default: 0.0 },
};
/// Light in fibre travels at two thirds of its speed in vacuum, about 200 km per millisecond, there and back.
pub const SPEED: Knob = Knob {
    key: "impossible_rtt.speed",
    label: "Distance per millisecond",
    help: "A server may be this far away for each millisecond it takes to answer. 100 km is the limit of glass fibre; 150 km that of vacuum.",
    unit: "km",
    range: Range::Real { min: 1.0, max: 150.0, default: 100.0 },
};

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let mut needs = Vec::new();
    if scene.traffic.handshake.is_absent() {
        needs.push("times of TCP handshakes (a capture)".to_owned());
    }
    if !scene.geography.sources.iter().any(|source| source.locates()) {
        needs.push("a GeoIP database with positions (.mmdb, City)".to_owned());
    }
    if !scene.settings.toggle(&KNOWN) {
        needs.push("the place of capture (settings impossible_rtt.latitude, .longitude and .known)".to_owned());
    }
    needs
}

/// The fastest answer of one server.
#[derive(Debug, Clone, Copy, Default)]
struct Fastest {
    seconds: Option<f64>,
    seen: Seen,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    let mut fastest = vec![Fastest::default(); traffic.addresses().len()];
    for row in 0..traffic.rows() {
        let (Some(server), Some(seconds)) = (traffic.destination.get(row), traffic.handshake.get(row)) else {
            continue;
        };
        let server = &mut fastest[server.index()];
        server.seconds = Some(server.seconds.map_or(seconds, |least| least.min(seconds)));
        server.seen.add(traffic, row);
    }
    let servers = fastest.iter().zip(&scene.geography.located).enumerate();
    let found = servers.filter_map(|(id, (fastest, located))| match located {
        Located::Place(place) => too_near(scene, AddressId(id as u32), fastest, place),
        _ => None,
    });
    found.collect()
}

fn too_near(scene: &Scene<'_>, id: AddressId, fastest: &Fastest, place: &Place) -> Option<Finding> {
    let home = (scene.settings.real(&LATITUDE), scene.settings.real(&LONGITUDE));
    let (milliseconds, position) = (fastest.seconds? * 1_000.0, place.position?);
    let away = distance(home, position);
    let radius = radius(place);
    let reach = milliseconds * scene.settings.real(&SPEED);
    // A record that is no number gives none.
    if away - radius <= reach || !away.is_finite() {
        return None;
    }
    let subject = scene.traffic.address(id);
    let summary = format!(
        "{subject} answers in {milliseconds:.1} ms, so within {reach:.0} km, but is said to be {away:.0} km away \
         (give or take {radius:.0} km)"
    );
    let (about, seen, weight, victims) = (&IMPOSSIBLE_RTT.about, fastest.seen, (6.0, 0.25), Vec::new());
    Some(Piece { about, technique: None, subject, seen, weight, victims, summary }.finding())
}
