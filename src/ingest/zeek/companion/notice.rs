//! notice.log: what Zeek itself found worth a notice; counted by kind and no evidence here.

use super::{Companion, Desk};

pub const NOTICE: Companion =
    Companion { path: "notice", names: &["ts", "note"], marks: &["note", "suppress_for"], read };

const NO_KIND: &str = "the notice has no kind";

fn read(cells: &[&[u8]], desk: &mut Desk<'_>) -> Result<(), &'static str> {
    let [_, kind] = cells else { return Ok(()) };
    if kind.is_empty() {
        return Err(NO_KIND);
    }
    desk.notice(kind);
    Ok(())
}
