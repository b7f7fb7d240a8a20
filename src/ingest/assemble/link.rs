//! Where a frame of each link type begins. Numbers are the LINKTYPE values of the tcpdump group's registry.

use crate::ingest::wire::be_at;
use crate::ingest::wire::dot11::Dot11;
use crate::ingest::wire::null::Null;
use crate::ingest::wire::radiotap::Radiotap;
use crate::ingest::wire::sll::Sll;
use crate::ingest::wire::sll2::Sll2;

use super::layers::{CUT_LINK, Macs, NOT_IP, Next, Reason};

pub const ETHERNET: u16 = 1;

pub const UNKNOWN_LINK: Reason = "link layer: this kind of link is not read";
const NOT_DATA: Reason = "802.11: management, control or cut frame";
const ENCRYPTED: Reason = "802.11: encrypted";
const AGGREGATE: Reason = "802.11: several frames in one (A-MSDU)";

/// Whether frames of a link type can be read.
pub fn known(link_type: u16) -> bool {
    matches!(link_type, 0 | 1 | 9 | 12 | 14 | 50 | 51 | 101 | 105 | 108 | 113 | 104 | 127 | 228 | 229 | 276)
}

/// Takes off what is particular to the link.
pub fn open<'a>(link_type: u16, frame: &'a [u8], macs: &mut Macs) -> Result<(Next, &'a [u8]), Reason> {
    match link_type {
        ETHERNET => Ok((Next::Ethernet, frame)),
        12 | 14 | 101 | 228 | 229 => Ok((Next::Ip, frame)),
        0 | 108 => {
            let null = Null::check(frame).ok_or(CUT_LINK)?;
            if let Some(kind) = null.hdlc() {
                return Ok((Next::Kind(kind), null.payload()));
            }
            if null.is_ip() { Ok((Next::Ip, null.payload())) } else { Err(NOT_IP) }
        }
        9 | 50 => Ok((Next::Ppp, frame)),
        51 => Ok((Next::Kind(0x8864), frame)),
        // Cisco HDLC: address, control, EtherType.
        104 => {
            let kind = be_at(frame, 2, 2).ok_or(CUT_LINK)?;
            Ok((Next::Kind(kind as u16), &frame[4..]))
        }
        105 => wireless(frame, false, macs),
        127 => {
            let radiotap = Radiotap::check(frame).ok_or(CUT_LINK)?;
            wireless(radiotap.payload(), radiotap.padded(), macs)
        }
        113 => {
            let sll = Sll::check(frame).ok_or(CUT_LINK)?;
            macs.source = sll.source();
            cooked(sll.hardware(), sll.protocol(), sll.payload(), macs)
        }
        276 => {
            let sll = Sll2::check(frame).ok_or(CUT_LINK)?;
            macs.source = sll.source();
            cooked(sll.hardware(), sll.protocol(), sll.payload(), macs)
        }
        _ => Err(UNKNOWN_LINK),
    }
}

fn cooked<'a>(hardware: u16, protocol: u16, payload: &'a [u8], macs: &mut Macs) -> Result<(Next, &'a [u8]), Reason> {
    match hardware {
        // Netlink messages: no network traffic.
        824 => Err(NOT_IP),
        801 => wireless(payload, false, macs),
        _ => Ok((Next::Kind(protocol), payload)),
    }
}

fn wireless<'a>(frame: &'a [u8], padded: bool, macs: &mut Macs) -> Result<(Next, &'a [u8]), Reason> {
    let data = Dot11::check(frame).ok_or(NOT_DATA)?;
    if data.is_null() {
        return Err(NOT_DATA);
    }
    if data.protected() {
        return Err(ENCRYPTED);
    }
    if data.is_aggregate() {
        return Err(AGGREGATE);
    }
    *macs = Macs { source: Some(data.source()), destination: Some(data.destination()) };
    Ok((Next::Llc, data.payload(padded)))
}
