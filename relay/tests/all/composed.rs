//! What the page composes arrives as it was shown: the relay changes nothing in it.

use flowglass::alert::{Redaction, compose};
use flowglass::analysis::Analysis;
use flowglass::catalog::knobs;
use flowglass::model::settings::Settings;
use flowglass::sample;
use flowglass_relay::{alert, mail};

#[test]
fn the_relay_leaves_a_composed_alert_as_it_is() {
    let mut analysis = Analysis::new(Settings::default().check(&knobs()).unwrap());
    // A name that would need changes, if it got into the alert.
    analysis.begin("=?utf-8?q?x?=\r\nBcc: everyone@example.org");
    analysis.feed(&sample::csv(1, 3000)).unwrap();
    analysis.finish_file().unwrap();
    let outcome = analysis.run(&mut |_| ()).unwrap();
    for (name, level) in Redaction::ALL {
        let composed = compose(&outcome, level);
        assert_eq!(mail::subject(&composed.subject), composed.subject, "{name}");
        assert_eq!(mail::body(&composed.body), composed.body, "{name}");
        let json = serde_json::json!({ "subject": composed.subject, "body": composed.body }).to_string();
        let (taken, key) = alert::parse(json.as_bytes(), Some(composed.key.as_bytes())).unwrap();
        assert_eq!((taken.subject, taken.body, key), (composed.subject, composed.body, Some(composed.key)), "{name}");
    }
}
