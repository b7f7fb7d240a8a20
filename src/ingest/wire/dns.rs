//! DNS messages (RFC 1035), and mDNS, LLMNR and NetBIOS name service, which share the form.

use std::ops::Range;

use crate::model::observation::NameService;

use super::ip::Ip;
use super::name::Name;
use super::{array, be_at, be16, be32};

const ID: Range<usize> = 0..2;
const FLAGS: Range<usize> = 2..4;
const QUESTIONS: Range<usize> = 4..6;
const ANSWERS: Range<usize> = 6..8;
const HEADER: usize = 12;

/// Resource records looked at for addresses.
const MAX_RECORDS: usize = 64;

/// A header that is complete and counts no more entries than fit behind it.
#[derive(Debug, Clone, Copy)]
pub struct Dns<'a>(&'a [u8]);

/// The name service on a port.
pub fn service(port: u16) -> Option<NameService> {
    match port {
        53 => Some(NameService::Dns),
        137 => Some(NameService::Netbios),
        5353 => Some(NameService::Multicast),
        5355 => Some(NameService::Llmnr),
        _ => None,
    }
}

/// What a message asks, or where it asks nothing, what its first answer is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    pub name: Name,
    pub kind: u16,
}

impl<'a> Dns<'a> {
    pub fn check(bytes: &'a [u8]) -> Option<Self> {
        let dns = Dns(bytes);
        // The smallest question has 5 bytes, the smallest record 11.
        let fits = bytes.len() >= HEADER
            && HEADER + usize::from(dns.questions()) * 5 + usize::from(dns.answers()) * 11 <= bytes.len();
        fits.then_some(dns)
    }

    pub fn id(&self) -> u16 {
        be16(&self.0[ID])
    }

    pub fn response(&self) -> bool {
        be16(&self.0[FLAGS]) & 0x8000 != 0
    }

    /// The response code, 0..15.
    pub fn code(&self) -> u8 {
        (be16(&self.0[FLAGS]) & 15) as u8
    }

    pub fn questions(&self) -> u16 {
        be16(&self.0[QUESTIONS])
    }

    pub fn answers(&self) -> u16 {
        be16(&self.0[ANSWERS])
    }

    /// The first question or else the first answer; `None` where the message is damaged or has neither.
    pub fn subject(&self) -> Option<Subject> {
        if self.questions() == 0 && self.answers() == 0 {
            return None;
        }
        let (name, end) = Name::read(self.0, HEADER)?;
        Some(Subject { name, kind: be_at(self.0, end, 2)? as u16 })
    }

    /// The first four addresses among the answers.
    pub fn addresses(&self) -> [Option<Ip>; 4] {
        let mut found = [None; 4];
        let mut free = found.iter_mut();
        let mut place = self.behind_questions();
        for _ in 0..usize::from(self.answers()).min(MAX_RECORDS) {
            let Some((ip, end)) = place.and_then(|at| self.record(at)) else { break };
            place = Some(end);
            if ip.is_some() {
                match free.next() {
                    Some(slot) => *slot = ip,
                    None => break,
                }
            }
        }
        found
    }

    fn behind_questions(&self) -> Option<usize> {
        (0..self.questions()).take(MAX_RECORDS).try_fold(HEADER, |at, _| {
            let (_, end) = Name::read(self.0, at)?;
            Some(end + 4)
        })
    }

    /// The address in the record at a place, if it is one, and the place behind the record.
    fn record(&self, at: usize) -> Option<(Option<Ip>, usize)> {
        let (_, end) = Name::read(self.0, at)?;
        let kind = be_at(self.0, end, 2)?;
        let length = be_at(self.0, end + 8, 2)? as usize;
        let data = self.0.get(end + 10..end + 10 + length)?;
        let ip = match (kind, length) {
            (1, 4) => Some(Ip::v4(be32(data))),
            (28, 16) => Some(Ip(u128::from_be_bytes(array(data)))),
            // NetBIOS: two bytes of flags before the address.
            (32, 6..) => Some(Ip::v4(be32(&data[2..6]))),
            _ => None,
        };
        Some((ip, end + 10 + length))
    }
}
