//! Packets that an access list logs (106100, 106102, 106103).

use crate::ingest::text::fields::digits;
use crate::ingest::text::log::reason;
use crate::ingest::text::protocols::is_icmp;
use crate::model::record::{ConnState, Record};

use super::message::{End, end, place, protocol_of, record, word, words_of};

/// `access-list outside_in denied tcp outside/192.0.2.1(4000) -> inside/10.0.0.1(22) hit-cnt 1 …`; the arrow may stand
/// without blanks. Of ICMP the type stands where the second port would.
pub fn packet(text: &[u8]) -> Result<Record<'static>, &'static str> {
    let at = memchr::memmem::find(text, b"->").ok_or(reason::NO_SOURCE)?;
    let before = words_of(&text[..at]);
    let after = words_of(&text[at + 2..]);
    // A user in brackets may stand between the source and the arrow.
    let source = before.iter().rev().find(|word| word.contains(&b'/')).ok_or(reason::NO_SOURCE)?;
    let protocol = protocol_of(&before);
    let mut record = record(listed(source)?, listed(word(&after, Some(0)))?, protocol);
    if is_icmp(protocol) {
        (record.source_port, record.destination_port) = (record.destination_port, None);
    }
    record.packets_sent = digits(word(&after, place(&after, "hit-cnt").map(|at| at + 1)));
    record.state = place(&before, "denied").map(|_| ConnState::REJ);
    Ok(record)
}

/// `interface/address(port)`.
fn listed(word: &[u8]) -> Result<End, &'static str> {
    let slash = word.iter().position(|byte| *byte == b'/').map_or(0, |at| at + 1);
    let mut parts = word[slash..].split(|byte| matches!(byte, b'(' | b')'));
    let (address, port) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    end(&[address, b"/", port].concat())
}
