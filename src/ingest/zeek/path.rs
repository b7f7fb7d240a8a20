//! Which of Zeek's logs a file is, and what to say where it is not the one that is read.

use crate::error::Error;

/// What Zeek calls the log of connections.
pub const CONN: &str = "conn";

/// The refusal of a log that is not conn.log; `path` is what Zeek calls it, where the file says so.
pub fn refused(path: &str) -> Error {
    let plain = path.len() <= 40 && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let which = if path.is_empty() || !plain {
        "this is one of Zeek's logs, but not its log of connections".to_owned()
    } else {
        format!("this is Zeek's {path}.log, whose connections stand in its log of connections")
    };
    Error::unreadable(format!("{which}: give conn.log from the same folder"))
}
