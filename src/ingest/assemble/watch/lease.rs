//! DHCP messages: who hands out addresses, gateways and name servers.

use crate::ingest::assemble::datagram::Datagram;
use crate::ingest::assemble::segment::Segment;
use crate::ingest::wire::dhcp::Dhcp;
use crate::ingest::wire::ip::Ip;
use crate::model::observation;
use crate::model::observations::Observations;

use super::Sight;

#[inline]
pub fn message(datagram: &Datagram<'_>, segment: &Segment<'_>, sight: &Sight, seen: &mut Observations) {
    if !segment.ports.iter().any(|port| matches!(port, 67 | 68)) {
        return;
    }
    told(datagram, segment, sight, seen);
}

#[inline(never)]
fn told(datagram: &Datagram<'_>, segment: &Segment<'_>, sight: &Sight, seen: &mut Observations) {
    let Some(dhcp) = Dhcp::check(segment.data) else { return };
    let at = sight.at(seen);
    seen.dhcp.push(observation::Dhcp {
        at,
        kind: dhcp.kind(),
        transaction: dhcp.transaction(),
        client_mac: dhcp.client(),
        server: dhcp.address(54).map(Ip::address),
        leased: dhcp.leased().map(Ip::address),
        requested: dhcp.address(50).map(Ip::address),
        router: dhcp.address(3).map(Ip::address),
        resolver: dhcp.address(6).map(Ip::address),
        source: datagram.source.address(),
        destination: datagram.destination.address(),
        source_mac: sight.macs.source,
    });
}
