//! Accepting an alert: once for each key, and only when it is on disk.

use crate::alert::{Alert, key_hash};
use crate::audit::{Audit, unix_now};
use crate::deliver::Queue;
use crate::idempotency::{Keys, Seen};
use crate::spool::{Entry, Found, Spool};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// What became of a posted alert.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is on disk under this id.
    Accepted(String),
    /// The same alert came before with the same key, under this id.
    Replayed(String),
    /// Another alert came before with the same key.
    Conflict,
    /// Too many alerts are waiting.
    Full,
    /// The disk did not take it.
    Failed(String),
}

/// The spool, the queue and the index of keys.
pub struct Intake {
    spool: Arc<Spool>,
    queue: Arc<Queue>,
    audit: Arc<Audit>,
    /// Locked for a whole acceptance: two posts of one key must not both find it new.
    keys: Mutex<Keys>,
    queued_max: usize,
}

impl Intake {
    /// Queues what the spool held and remembers its keys.
    pub fn new(spool: Arc<Spool>, queue: Arc<Queue>, audit: Arc<Audit>, queued_max: usize, found: &Found) -> Self {
        let mut keys = Keys::default();
        for entry in found.queued.iter().chain(&found.settled) {
            if let Some(key) = &entry.key {
                keys.remember(key, &entry.digest, &entry.id, entry.accepted);
            }
        }
        keys.forget_old(unix_now());
        let now = Instant::now();
        for entry in &found.queued {
            queue.push(now, &entry.id);
        }
        Self { spool, queue, audit, keys: Mutex::new(keys), queued_max }
    }

    /// Takes an alert; waits for the disk.
    pub fn take(&self, alert: Alert, key: Option<&str>) -> Taken {
        let (now, digest, key) = (unix_now(), alert.digest(), key.map(key_hash));
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &key {
            match keys.look(key, &digest, now) {
                Seen::Same(id) => {
                    self.audit.line("replayed", &[("id", Value::from(id.as_str()))]);
                    return Taken::Replayed(id);
                }
                Seen::Other => return Taken::Conflict,
                Seen::Never => {}
            }
        }
        if self.full() {
            return Taken::Full;
        }
        let entry = Entry {
            id: uuid::Uuid::now_v7().to_string(),
            accepted: now,
            key,
            digest,
            tries: 0,
            delivered: Vec::new(),
            refused: Vec::new(),
            reason: None,
            alert: Some(alert),
        };
        if let Err(e) = self.spool.accept(&entry) {
            return Taken::Failed(e.to_string());
        }
        if let Some(key) = &entry.key {
            keys.remember(key, &entry.digest, &entry.id, now);
            keys.forget_old(now);
        }
        self.audit.line("accepted", &[("id", Value::from(entry.id.as_str()))]);
        self.queue.push(Instant::now(), &entry.id);
        Taken::Accepted(entry.id)
    }

    /// True while no alert would be accepted for want of room.
    pub fn full(&self) -> bool {
        self.queue.len() >= self.queued_max
    }

    /// Alerts waiting for delivery.
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Dead letters.
    pub fn dead(&self) -> usize {
        self.spool.dead().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(subject: &str) -> Alert {
        Alert { subject: subject.to_owned(), body: String::new() }
    }

    fn open(folder: &std::path::Path, queued_max: usize) -> Intake {
        let (spool, found) = Spool::open(folder).unwrap();
        let audit = Arc::new(Audit::open(Some(&folder.join("audit"))).unwrap());
        Intake::new(Arc::new(spool), Arc::default(), audit, queued_max, &found)
    }

    #[test]
    fn a_key_is_taken_once_and_remembered_across_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let intake = open(folder.path(), 10);
        let Taken::Accepted(id) = intake.take(alert("a"), Some("k")) else { panic!("not accepted") };
        assert_eq!(intake.take(alert("a"), Some("k")), Taken::Replayed(id.clone()));
        drop(intake);
        let intake = open(folder.path(), 10);
        assert_eq!(intake.queued(), 1);
        assert_eq!(intake.take(alert("a"), Some("k")), Taken::Replayed(id));
        assert_eq!(intake.take(alert("b"), Some("k")), Taken::Conflict);
        assert!(matches!(intake.take(alert("a"), None), Taken::Accepted(_)));
        assert!(matches!(intake.take(alert("a"), None), Taken::Accepted(_)), "without a key each post counts");
    }

    #[test]
    fn a_full_queue_and_a_failing_disk_accept_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let intake = open(folder.path(), 1);
        std::fs::rename(folder.path().join("queue"), folder.path().join("away")).unwrap();
        assert!(matches!(intake.take(alert("a"), Some("k")), Taken::Failed(_)));
        std::fs::rename(folder.path().join("away"), folder.path().join("queue")).unwrap();
        assert!(matches!(intake.take(alert("a"), Some("k")), Taken::Accepted(_)), "the key was not used up");
        assert_eq!(intake.take(alert("b"), None), Taken::Full);
        assert!(matches!(intake.take(alert("a"), Some("k")), Taken::Replayed(_)), "a replay needs no room");
    }
}
