//! arp.log, which packages for Zeek write: who says which address is his.

use crate::ingest::text::fields;
use crate::model::address::Address;
use crate::model::observation;

use super::{Companion, Desk, NO_DESTINATION, address};

pub const ARP: Companion = Companion {
    path: "arp",
    names: &["ts", "operation", "src_mac", "dst_mac", "orig_h", "resp_h", "orig_hw", "resp_hw"],
    marks: &["orig_hw", "src_mac"],
    read,
};

const BAD_OPERATION: &str = "the ARP operation is neither request nor reply";
const NO_MAC: &str = "the sender's MAC address is missing, or is none";
const BAD_SENDER: &str = "the sender's address is missing, or is no IPv4 address";

fn read(cells: &[&[u8]], desk: &mut Desk<'_>) -> Result<(), &'static str> {
    let [_, operation, frame_source, frame_destination, sender, target, sender_mac, target_mac] = cells else {
        return Ok(());
    };
    let operation = match *operation {
        b"request" | b"who-has" | b"1" => 1,
        b"reply" | b"is-at" | b"2" => 2,
        _ => return Err(BAD_OPERATION),
    };
    let v4 = |cell| address(cell).filter(|address| matches!(address, Address::V4(_)));
    let frame_source = fields::mac(frame_source);
    let at = desk.at();
    desk.intake.traffic.observations.arp.push(observation::Arp {
        at,
        operation,
        sender_mac: fields::mac(sender_mac).or(frame_source).ok_or(NO_MAC)?,
        sender: v4(sender).ok_or(BAD_SENDER)?,
        target_mac: fields::mac(target_mac).unwrap_or_default(),
        target: v4(target).ok_or(NO_DESTINATION)?,
        frame_source,
        frame_destination: fields::mac(frame_destination),
    });
    Ok(())
}
