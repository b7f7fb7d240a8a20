//! A packet taken apart, before its flow is looked up.

use super::Frame;
use super::datagram::Part;
use super::layers::{Inner, Layers, Reason, peel};
use super::segment::{self, Segment};
use super::table::Key;

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
    #[inline]
    pub fn of(frame: &Frame<'a>) -> Self {
        let mut opened = Opened { layers: peel(frame.link, frame.bytes), segment: None, tag: 0 };
        if let Ok(Layers { inner: Inner::Ip(datagram), .. }) = &opened.layers
            && datagram.part != Part::Later
        {
            let segment = segment::read(datagram);
            opened.tag = segment.as_ref().map_or(0, |segment| Key::of(datagram, segment).tag());
            opened.segment = Some(segment);
        }
        opened
    }

    /// What its flow is looked up by.
    pub fn tag(&self) -> Option<u32> {
        matches!(self.segment, Some(Ok(_))).then_some(self.tag)
    }
}
