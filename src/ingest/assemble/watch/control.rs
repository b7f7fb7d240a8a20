//! ICMP messages that redirect, refuse or announce a router.

use crate::ingest::assemble::datagram::{self, Datagram};
use crate::ingest::assemble::segment::{self, ICMP};
use crate::ingest::wire::be_at;
use crate::ingest::wire::icmp::Icmp;
use crate::ingest::wire::ip::Ip;
use crate::ingest::wire::router::RouterAdvertisement;
use crate::model::observation::{self, IcmpKind, Quoted};
use crate::model::observations::Observations;

use super::Sight;

#[inline(never)]
pub fn message(datagram: &Datagram<'_>, sight: &Sight, seen: &mut Observations) {
    let Some(icmp) = Icmp::check(datagram.payload) else { return };
    let is_v4 = datagram.protocol == ICMP;
    let kind = match (is_v4, icmp.kind()) {
        (true, 5) => Some(IcmpKind::Redirect { gateway: icmp.gateway().address() }),
        (true, 3) | (false, 1) => Some(IcmpKind::Unreachable { code: icmp.code() }),
        (true, 11) | (false, 3) => Some(IcmpKind::TimeExceeded { code: icmp.code() }),
        (false, 137) => icmp.target_v6().map(|gateway| IcmpKind::Redirect { gateway: gateway.address() }),
        (false, 134) => {
            router(datagram, sight, seen);
            None
        }
        _ => None,
    };
    let Some(kind) = kind else { return };
    let about = match (is_v4, icmp.kind()) {
        (true, _) => datagram::v4(icmp.payload()),
        // An ICMPv6 redirect quotes the packet in an option, behind two addresses.
        (false, 137) => None,
        (false, _) => datagram::v6(icmp.payload()),
    };
    let at = sight.at(seen);
    seen.icmp.push(observation::Icmp {
        at,
        kind,
        source: datagram.source.address(),
        destination: datagram.destination.address(),
        source_mac: sight.macs.source,
        about: about.map(|about| quoted(&about)),
    });
}

/// The quoted packet. Only its first bytes are there, but the ports are among them.
fn quoted(about: &Datagram<'_>) -> Quoted {
    let has_ports = matches!(about.protocol, segment::TCP | segment::UDP | segment::SCTP);
    let port = |at| be_at(about.payload, at, 2).filter(|_| has_ports).map(|port| port as u16);
    Quoted {
        source: about.source.address(),
        destination: about.destination.address(),
        protocol: about.protocol,
        source_port: port(0),
        destination_port: port(2),
    }
}

fn router(datagram: &Datagram<'_>, sight: &Sight, seen: &mut Observations) {
    let Some(offer) = RouterAdvertisement::check(datagram.payload) else { return };
    let at = sight.at(seen);
    seen.routers.push(observation::RouterAdvertisement {
        at,
        source: datagram.source.address(),
        source_mac: sight.macs.source,
        claimed_mac: offer.source_mac(),
        lifetime: offer.lifetime(),
        prefix: offer.prefix().map(|(prefix, length)| (prefix.address(), length)),
        resolver: offer.resolver().map(Ip::address),
    });
}
