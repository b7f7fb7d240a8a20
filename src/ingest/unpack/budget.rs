//! How far a file may grow when it is unpacked, and the settings that say so.

use crate::about::{Knob, Range};
use crate::error::{Error, Raise, Result};
use crate::model::settings::Checked;

pub const LIMIT: Knob = Knob {
    key: "unpack.limit",
    label: "Largest file to unpack",
    help: "A compressed file, or all members of a bundle together, may grow to this size and no further: a small file \
           made in bad faith can unpack to terabytes. Where a file is refused for it and you trust the file, raise \
           this. The default, 4 GiB, is the conn.log of a busy day.",
    unit: "MiB",
    range: Range::Integer { min: 1, max: 1 << 30, default: 4096 },
};

pub const RATIO: Knob = Knob {
    key: "unpack.ratio",
    label: "Most a file may grow by unpacking",
    help: "A file that unpacks to more than this many times its size is taken for one made to fill memory, once it has \
           given 64 MiB. Logs shrink 10 to 100 times. The default, 500, is our own choice: deflate reaches 1,032 with \
           nothing but zeros. Where a file is refused for it and you trust the file, raise this.",
    unit: "times",
    range: Range::Integer { min: 10, max: 1_000_000, default: 500 },
};

/// What comes of a file up to here is never too much, however small the file: our own choice.
const FREE: u64 = 64 << 20;

/// A limit that was reached is offered to be raised so many times: enough that few are asked twice. Our own choice.
const STEP: i64 = 4;

/// The account of one file that a person gave, over all its layers and members.
pub struct Budget {
    limit: u64,
    ratio: u64,
    given: u64,
    made: u64,
    spent: bool,
}

impl Budget {
    pub fn new(settings: &Checked) -> Self {
        let (limit, ratio) = (settings.count(&LIMIT) as u64, settings.count(&RATIO) as u64);
        Budget { limit: limit << 20, ratio, given: 0, made: 0, spent: false }
    }

    /// So many more bytes of the file itself have been read.
    pub fn earn(&mut self, bytes: usize) {
        self.given += bytes as u64;
    }

    /// So many more bytes have come of unpacking; fails where they are too many.
    pub fn spend(&mut self, bytes: usize) -> Result<()> {
        self.made += bytes as u64;
        let (knob, now, what) = if self.made > self.limit {
            (&LIMIT, self.limit >> 20, format!("larger than {} MiB", self.limit >> 20))
        } else if self.made > FREE && self.made / self.ratio > self.given {
            (&RATIO, self.ratio, format!("more than {} times as large as what was read of it", self.ratio))
        } else {
            return Ok(());
        };
        self.spent = true;
        let error = Error::unreadable(format!(
            "unpacked, the file is {what}, and reading stopped there; where you trust the file, raise the setting {} \
             ({})",
            knob.key, knob.label,
        ));
        Err(Error { raise: raise(knob, now), ..error })
    }

    /// Whether more came of the file than may.
    pub fn spent(&self) -> bool {
        self.spent
    }
}

/// What to raise a limit to that stands at `now`; `None` where it can go no higher.
fn raise(knob: &Knob, now: u64) -> Option<Box<Raise>> {
    let Range::Integer { max, .. } = knob.range else { return None };
    let to = (now as i64).saturating_mul(STEP).min(max);
    let raise = Raise { setting: knob.key, label: knob.label, unit: knob.unit, to };
    (to > now as i64).then(|| Box::new(raise))
}

impl AsMut<Budget> for Budget {
    fn as_mut(&mut self) -> &mut Budget {
        self
    }
}
