//! A packet taken apart, before its flow is looked up.

use crate::ingest::wire::ethernet::{self, Ethernet};
use crate::ingest::wire::tcp::Tcp;
use crate::ingest::wire::udp::Udp;

use super::Frame;
use super::datagram::{self, Part};
use super::layers::{Inner, Layers, Macs, Reason, peel};
use super::segment::{self, Segment, TCP, UDP};
use super::table::Key;
use super::{link, tunnel};

/// What a packet's bytes say, all by themselves.
#[derive(Debug)]
pub struct Opened<'a> {
    pub layers: Result<Layers<'a>, Reason>,
    /// The transport header, where there should be one.
    pub segment: Option<Result<Segment<'a>, Reason>>,
    /// What its flow is looked up by, where there is a segment.
    pub tag: u32,
}

impl<'a> Opened<'a> {
    /// Opens a packet into its place, which is empty.
    #[inline]
    pub fn open(frame: &Frame<'a>, place: &mut Option<Self>) {
        match Opened::plain(frame) {
            Some(opened) => *place = Some(opened),
            None => Opened::layered(frame, place),
        }
    }

    /// What nearly every packet is: TCP or UDP right behind IPv4 and Ethernet. All of it stays in the processor's registers
    /// until it is put in its place: moving it about would take longer than reading it.
    #[inline(always)]
    fn plain(frame: &Frame<'a>) -> Option<Self> {
        let ethernet = Ethernet::check(frame.bytes).filter(|frame| frame.kind() == ethernet::IPV4)?;
        let datagram = datagram::v4(ethernet.payload())?;
        if frame.link != link::ETHERNET || datagram.part != Part::Whole {
            return None;
        }
        let segment = match datagram.protocol {
            TCP => segment::of_tcp(&datagram, Tcp::check(datagram.payload)?),
            UDP => {
                let udp = Udp::check(datagram.payload).filter(|udp| !tunnel::is_port(udp.destination_port()))?;
                segment::of_udp(&datagram, udp)
            }
            _ => return None,
        };
        let tag = Key::of(&datagram, &segment).tag();
        let macs = Macs { source: Some(ethernet.source()), destination: Some(ethernet.destination()) };
        let layers = Layers { macs, inner: Inner::Ip(datagram), tunnels: 0, unopened: false };
        Some(Opened { layers: Ok(layers), segment: Some(Ok(segment)), tag })
    }

    #[inline(never)]
    fn layered(frame: &Frame<'a>, place: &mut Option<Self>) {
        let opened = place.insert(Opened { layers: peel(frame.link, frame.bytes), segment: None, tag: 0 });
        if let Ok(Layers { inner: Inner::Ip(datagram), .. }) = &opened.layers
            && datagram.part != Part::Later
        {
            let segment = segment::read(datagram);
            opened.tag = segment.as_ref().map_or(0, |segment| Key::of(datagram, segment).tag());
            opened.segment = Some(segment);
        }
    }

    /// What its flow is looked up by, where it has one.
    #[inline]
    pub fn tag(&self) -> Option<u32> {
        matches!(self.segment, Some(Ok(_))).then_some(self.tag)
    }
}
