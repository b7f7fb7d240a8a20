//! Questions and answers of the name services: DNS, mDNS, LLMNR and NetBIOS.

use crate::ingest::assemble::datagram::Datagram;
use crate::ingest::assemble::segment::Segment;
use crate::ingest::wire::dns::{Dns, service};
use crate::ingest::wire::{be_at, ip::Ip};
use crate::model::observation::{self, NameService};
use crate::model::observations::Observations;

use super::Sight;

#[inline]
pub fn over_udp(datagram: &Datagram<'_>, segment: &Segment<'_>, sight: &Sight, seen: &mut Observations) {
    let [source, destination] = segment.ports;
    if let Some(service) = service(destination).or_else(|| service(source)) {
        message(segment.data, service, (datagram, segment), sight, seen);
    }
}

/// Over TCP two bytes of length come first. Only a message in one segment is read.
#[inline]
pub fn over_tcp(datagram: &Datagram<'_>, segment: &Segment<'_>, sight: &Sight, seen: &mut Observations) {
    if !segment.ports.contains(&53) {
        return;
    }
    let length = be_at(segment.data, 0, 2).unwrap_or(0) as usize;
    if let Some(bytes) = segment.data.get(2..2 + length) {
        message(bytes, NameService::Dns, (datagram, segment), sight, seen);
    }
}

#[inline(never)]
fn message(
    bytes: &[u8],
    service: NameService,
    (datagram, segment): (&Datagram<'_>, &Segment<'_>),
    sight: &Sight,
    seen: &mut Observations,
) {
    let Some(dns) = Dns::check(bytes) else { return };
    let Some(subject) = dns.subject() else { return };
    let name = if service == NameService::Netbios { subject.name.netbios() } else { subject.name };
    let at = sight.at(seen);
    let domain = seen.intern(name.domain());
    seen.dns.push(observation::Dns {
        at,
        service,
        response: dns.response(),
        id: dns.id(),
        name_hash: name.hash(),
        domain,
        name_length: name.text().len() as u8,
        labels: name.labels(),
        disorder: name.disorder(),
        kind: subject.kind,
        code: dns.code(),
        answers: dns.answers(),
        addresses: dns.addresses().map(|ip| ip.map(Ip::address)),
        size: u16::try_from(bytes.len()).unwrap_or(u16::MAX),
        source_mac: sight.macs.source,
        source: datagram.source.address(),
        destination: datagram.destination.address(),
        source_port: segment.ports[0],
        destination_port: segment.ports[1],
    });
}
