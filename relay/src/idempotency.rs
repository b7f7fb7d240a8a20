//! Idempotency keys: the same key with the same alert is the same alert, for 120 hours.

use std::collections::HashMap;

/// How long a key is remembered after its alert was accepted, seconds.
pub const KEPT_SECONDS: f64 = 120.0 * 3600.0;

/// The keys of the last 120 hours, by their hash. The spool's files hold the same facts; this is the index.
#[derive(Default)]
pub struct Keys {
    by_hash: HashMap<String, Kept>,
}

struct Kept {
    digest: String,
    id: String,
    accepted: f64,
}

/// What is known about a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Seen {
    Never,
    /// With the same alert, accepted under this spool id.
    Same(String),
    /// With another alert.
    Other,
}

impl Keys {
    /// Looks up the key with hash `hash` for an alert with digest `digest`, at time `now` (seconds since 1970).
    pub fn look(&self, hash: &str, digest: &str, now: f64) -> Seen {
        match self.by_hash.get(hash) {
            Some(kept) if now - kept.accepted > KEPT_SECONDS => Seen::Never,
            Some(kept) if kept.digest == digest => Seen::Same(kept.id.clone()),
            Some(_) => Seen::Other,
            None => Seen::Never,
        }
    }

    /// Remembers a key; of two acceptances the later counts, in whatever order the spool is read.
    pub fn remember(&mut self, hash: &str, digest: &str, id: &str, accepted: f64) {
        if self.by_hash.get(hash).is_none_or(|kept| kept.accepted <= accepted) {
            let kept = Kept { digest: digest.to_owned(), id: id.to_owned(), accepted };
            self.by_hash.insert(hash.to_owned(), kept);
        }
    }

    /// Drops what is older than 120 hours.
    pub fn forget_old(&mut self, now: f64) {
        self.by_hash.retain(|_, kept| now - kept.accepted <= KEPT_SECONDS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_other_and_after_120_hours() {
        let mut keys = Keys::default();
        assert_eq!(keys.look("k", "d", 0.0), Seen::Never);
        keys.remember("k", "d", "id1", 1000.0);
        assert_eq!(keys.look("k", "d", 1000.0 + KEPT_SECONDS), Seen::Same("id1".to_owned()));
        assert_eq!(keys.look("k", "e", 1001.0), Seen::Other);
        assert_eq!(keys.look("k", "d", 1001.0 + KEPT_SECONDS), Seen::Never);
        keys.remember("k", "e", "id2", 1001.0 + KEPT_SECONDS);
        keys.remember("k", "d", "id1", 1000.0);
        assert_eq!(keys.look("k", "e", 1002.0 + KEPT_SECONDS), Seen::Same("id2".to_owned()));
        keys.forget_old(1002.0 + 2.0 * KEPT_SECONDS);
        assert!(keys.by_hash.is_empty());
    }
}
