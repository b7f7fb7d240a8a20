//! From a frame to the innermost IP packet (or ARP): link layers, tags and tunnels taken off one by one.

use crate::ingest::wire::arp::Arp;
use crate::ingest::wire::ethernet::{self, Ethernet};
use crate::ingest::wire::llc::Llc;
use crate::ingest::wire::mpls::Mpls;
use crate::ingest::wire::ppp::Ppp;
use crate::ingest::wire::pppoe::Pppoe;
use crate::ingest::wire::vlan::Vlan;

use super::datagram::Datagram;
use super::{datagram, link, tunnel};

/// Headers taken off before a frame is held to be made to confuse.
pub const MAX_LAYERS: usize = 16;
/// Tunnels entered before the rest counts as payload.
pub const MAX_TUNNELS: u8 = 4;

/// The MAC addresses of a frame; Linux cooked captures know only the sender's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Macs {
    pub source: Option<[u8; 6]>,
    pub destination: Option<[u8; 6]>,
}

/// What the next bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Ethernet,
    /// By EtherType, or below 1,536 the length of an 802.3 frame.
    Kind(u16),
    /// IPv4 or IPv6, as the first four bits say.
    Ip,
    Ppp,
    /// PPP's protocol number, the field itself already read.
    PppProtocol(u16),
    Llc,
}

/// What a frame carries.
#[derive(Debug, Clone, Copy)]
pub enum Inner<'a> {
    Arp(Arp<'a>),
    Ip(Datagram<'a>),
}

/// A frame with its layers taken off.
#[derive(Debug, Clone, Copy)]
pub struct Layers<'a> {
    pub macs: Macs,
    pub inner: Inner<'a>,
    /// Tunnels entered.
    pub tunnels: u8,
    /// There was a tunnel more, not entered: too deep, or its content could not be read.
    pub unopened: bool,
}

/// Why a frame cannot be used. These are the reasons that a report shows.
pub type Reason = &'static str;

pub const CUT_LINK: Reason = "link layer: header cut short or damaged";
pub const NOT_IP: Reason = "link layer: carries neither IP nor ARP";
pub const CUT_IP: Reason = "IP: header cut short or damaged";
pub const CUT_ARP: Reason = "ARP: cut short, or not for IPv4 over Ethernet";
pub const TOO_DEEP: Reason = "link layer: more than 16 headers";

/// Takes all layers off a frame captured on a link of the given type.
pub fn peel(link_type: u16, frame: &[u8]) -> Result<Layers<'_>, Reason> {
    let mut macs = Macs::default();
    let start = match link_type {
        link::ETHERNET => (Next::Ethernet, frame),
        _ => link::open(link_type, frame, &mut macs)?,
    };
    let mut peeler = Peeler { macs, tunnels: 0, outer: None };
    match peeler.walk(start) {
        Ok(layers) => Ok(layers),
        // What a tunnel carries may be anything: then the tunnel's own packet is what was seen.
        Err(reason) => match peeler.outer {
            Some((outer, macs)) => {
                Ok(Layers { macs, inner: Inner::Ip(outer), tunnels: peeler.tunnels - 1, unopened: true })
            }
            None => Err(reason),
        },
    }
}

struct Peeler<'a> {
    macs: Macs,
    tunnels: u8,
    /// The packet of the tunnel entered last, and its frame's addresses.
    outer: Option<(Datagram<'a>, Macs)>,
}

impl<'a> Peeler<'a> {
    fn walk(&mut self, start: (Next, &'a [u8])) -> Result<Layers<'a>, Reason> {
        let (mut next, mut bytes) = start;
        for _ in 0..MAX_LAYERS {
            let kind = match next {
                Next::Kind(kind) => kind,
                Next::Ip => match bytes.first().map(|byte| byte >> 4) {
                    Some(4) => ethernet::IPV4,
                    Some(6) => 0x86dd,
                    _ => return Err(CUT_IP),
                },
                _ => {
                    (next, bytes) = self.link_header(next, bytes)?;
                    continue;
                }
            };
            let datagram = match kind {
                ethernet::IPV4 => datagram::v4(bytes).ok_or(CUT_IP)?,
                0x86dd => datagram::v6(bytes).ok_or(CUT_IP)?,
                0x0806 => return Ok(self.done(Inner::Arp(Arp::check(bytes).ok_or(CUT_ARP)?))),
                _ => {
                    (next, bytes) = tag(kind, bytes)?;
                    continue;
                }
            };
            match tunnel::content(&datagram) {
                None => return Ok(self.done(Inner::Ip(datagram))),
                Some(_) if self.tunnels == MAX_TUNNELS => {
                    return Ok(Layers { unopened: true, ..self.done(Inner::Ip(datagram)) });
                }
                Some(content) => {
                    self.outer = Some((datagram, self.macs));
                    self.tunnels += 1;
                    (next, bytes) = content;
                }
            }
        }
        Err(TOO_DEEP)
    }

    fn done(&self, inner: Inner<'a>) -> Layers<'a> {
        Layers { macs: self.macs, inner, tunnels: self.tunnels, unopened: false }
    }

    #[inline]
    fn link_header(&mut self, next: Next, bytes: &'a [u8]) -> Result<(Next, &'a [u8]), Reason> {
        match next {
            Next::Ethernet => {
                let frame = Ethernet::check(bytes).ok_or(CUT_LINK)?;
                self.macs = Macs { source: Some(frame.source()), destination: Some(frame.destination()) };
                Ok((Next::Kind(frame.kind()), frame.payload()))
            }
            Next::Llc => {
                let llc = Llc::check(bytes).ok_or(CUT_LINK)?;
                Ok((Next::Kind(llc.kind().ok_or(NOT_IP)?), llc.payload()))
            }
            Next::Ppp => {
                let ppp = Ppp::check(bytes).ok_or(CUT_LINK)?;
                Ok((Next::PppProtocol(ppp.protocol()), ppp.payload()))
            }
            Next::PppProtocol(protocol) => Ok((Next::Kind(ppp_kind(protocol).ok_or(NOT_IP)?), bytes)),
            Next::Kind(_) | Next::Ip => Ok((next, bytes)),
        }
    }
}

/// The EtherType for a PPP protocol number.
fn ppp_kind(protocol: u16) -> Option<u16> {
    match protocol {
        0x0021 => Some(ethernet::IPV4),
        0x0057 => Some(0x86dd),
        0x0281 | 0x0283 => Some(0x8847),
        _ => None,
    }
}

/// Takes off a tag or header that stands behind an EtherType.
fn tag(kind: u16, bytes: &[u8]) -> Result<(Next, &[u8]), Reason> {
    match kind {
        0x8100 | 0x88a8 | 0x9100 | 0x9200 => {
            let vlan = Vlan::check(bytes).ok_or(CUT_LINK)?;
            Ok((Next::Kind(vlan.kind()), vlan.payload()))
        }
        0x8847 | 0x8848 => {
            let mpls = Mpls::check(bytes).ok_or(CUT_LINK)?;
            let next = if mpls.bottom() { behind_labels(mpls.payload()) } else { (Next::Kind(kind), mpls.payload()) };
            Ok(next)
        }
        0x8864 => {
            let pppoe = Pppoe::check(bytes).ok_or(CUT_LINK)?;
            if pppoe.code() == 0 { Ok((Next::Ppp, pppoe.payload())) } else { Err(NOT_IP) }
        }
        0x880b => Ok((Next::Ppp, bytes)),
        0x6558 => Ok((Next::Ethernet, bytes)),
        // Provider backbone bridging: four bytes of instance tag, then the customer's frame.
        0x88e7 => Ok((Next::Ethernet, bytes.get(4..).ok_or(CUT_LINK)?)),
        // An 802.3 length (and Linux's own number for it, 4).
        0..0x0600 => Ok((Next::Llc, bytes)),
        _ => Err(NOT_IP),
    }
}

/// MPLS does not say what it carries: IP shows its version, a pseudowire begins with a control word of zeros.
fn behind_labels(bytes: &[u8]) -> (Next, &[u8]) {
    match (bytes.first().map(|byte| byte >> 4), bytes.get(4..)) {
        (Some(4 | 6), _) => (Next::Ip, bytes),
        (Some(0), Some(behind)) => (Next::Ethernet, behind),
        _ => (Next::Ethernet, bytes),
    }
}
