//! Tests of the spool: each state a crash can leave behind, and what opening makes of it.

use super::*;

fn entry(id: &str) -> Entry {
    Entry {
        id: id.to_owned(),
        accepted: 1000.0,
        key: Some("k".to_owned()),
        digest: "d".to_owned(),
        tries: 0,
        delivered: Vec::new(),
        refused: Vec::new(),
        reason: None,
        alert: Some(Alert { subject: "s".to_owned(), body: "b\0\r\n\u{1f980}".to_owned() }),
    }
}

fn ids(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.id.as_str()).collect()
}

#[test]
fn an_accepted_alert_survives_until_it_is_settled() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, found) = Spool::open(folder.path()).unwrap();
    assert!(found.queued.is_empty() && found.settled.is_empty());
    for id in ["1", "2", "3"] {
        spool.accept(&entry(id)).unwrap();
    }
    assert_eq!(spool.load("2").unwrap(), entry("2"));
    spool.update(&Entry { tries: 1, ..entry("1") }).unwrap();
    spool.finish(&entry("2")).unwrap();
    spool.bury(&entry("3")).unwrap();
    assert!(Spool::open(folder.path()).is_err(), "a second process must stay out");
    drop(spool);

    let (spool, found) = Spool::open(folder.path()).unwrap();
    assert_eq!((ids(&found.queued), ids(&found.settled)), (vec!["1"], vec!["2", "3"]));
    assert_eq!(found.queued[0].tries, 1);
    assert!(!fs::read_to_string(folder.path().join("sent/2.json")).unwrap().contains("subject"));
    assert_eq!((spool.dead().unwrap(), spool.revive().unwrap(), spool.dead().unwrap()), (1, 1, 0));
    assert_eq!(spool.load("3").unwrap(), entry("3"));
}

#[test]
fn what_a_crash_leaves_is_settled_on_opening() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, _) = Spool::open(folder.path()).unwrap();
    for id in ["1", "2", "3"] {
        spool.accept(&entry(id)).unwrap();
    }
    // Killed between the receipt (or dead letter) and the removal, and in the middle of a write.
    spool.write("sent", &Entry { alert: None, ..entry("1") }).unwrap();
    spool.write("dead", &entry("2")).unwrap();
    fs::write(folder.path().join("tmp/4.json"), "{\"id\":\"4\",\"acc").unwrap();
    fs::write(folder.path().join("queue/5.json"), "{\"id\":\"5\",\"acc").unwrap();
    fs::write(folder.path().join("queue/6.json"), serde_json::to_vec(&entry("../x")).unwrap()).unwrap();
    drop(spool);

    let (spool, found) = Spool::open(folder.path()).unwrap();
    assert_eq!((ids(&found.queued), ids(&found.settled)), (vec!["3"], vec!["1", "2"]));
    assert_eq!(found.unreadable, ["5.json", "6.json"]);
    assert!(folder.path().join("dead/5.json.unreadable").exists());
    assert_eq!(spool.names("tmp").unwrap(), Vec::<String>::new());
    assert_eq!(spool.names("queue").unwrap(), ["3.json"]);
}

#[test]
fn receipts_go_when_their_key_does() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, _) = Spool::open(folder.path()).unwrap();
    spool.accept(&entry("1")).unwrap();
    spool.finish(&entry("1")).unwrap();
    spool.forget_old(1000.0 + KEPT_SECONDS).unwrap();
    assert_eq!(spool.names("sent").unwrap(), ["1.json"]);
    spool.forget_old(1001.0 + KEPT_SECONDS).unwrap();
    assert!(spool.names("sent").unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_alerts() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (spool, _) = Spool::open(&folder.path().join("spool")).unwrap();
    spool.accept(&entry("1")).unwrap();
    let mode = |path: &str| fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("spool/queue"), mode("spool/queue/1.json")), (0o700, 0o600));
}

#[test]
fn a_disk_error_is_an_error_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, _) = Spool::open(folder.path()).unwrap();
    fs::remove_dir(folder.path().join("queue")).unwrap();
    assert!(spool.accept(&entry("1")).is_err());
    assert!(!folder.path().join("queue/1.json").exists());
}
