//! One tab, as a test uses it: open, wait, click, give files, read, photograph.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Value, json};

use crate::chrome::Chrome;
use crate::site::Site;

/// A tab with its browser.
pub struct Tab {
    pub chrome: Chrome,
    session: String,
    downloads: PathBuf,
}

impl Tab {
    /// A new browser with the page open, sealed and ready.
    pub fn open(name: &str, site: &Site) -> Tab {
        let mut tab = Tab::blank(name, site);
        tab.go(&site.page.url());
        tab.wait("document.documentElement.dataset.state === 'ready'", 60);
        tab.wait("document.documentElement.dataset.sealed === 'true'", 10);
        tab
    }

    /// A new browser with an empty tab.
    pub fn blank(name: &str, site: &Site) -> Tab {
        let mut chrome = Chrome::start(name, site.world.address.port());
        let downloads = chrome.folder("downloads");
        let cdp = &mut chrome.cdp;
        cdp.call("", "Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": downloads }));
        let target = cdp.call("", "Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = cdp.call("", "Target.attachToTarget", attach)["sessionId"].as_str().expect("a name").to_owned();
        // Workers wait until we listen to them, so that not even their first request goes unseen.
        let workers = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true });
        cdp.call(&session, "Target.setAutoAttach", workers);
        for domain in ["Page.enable", "Runtime.enable", "Network.enable", "Log.enable"] {
            cdp.call(&session, domain, json!({}));
        }
        Tab { chrome, session, downloads }
    }

    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.chrome.cdp.call(&self.session, method, parameters)
    }

    pub fn go(&mut self, url: &str) {
        let answer = self.call("Page.navigate", json!({ "url": url }));
        assert!(answer.get("errorText").is_none(), "{url}: {answer}");
    }

    /// The value of an expression in the page; a promise is waited for.
    pub fn value(&mut self, expression: &str) -> Value {
        let session = self.session.clone();
        self.value_in(&session, expression)
    }

    /// The value of an expression in the page or a worker. The page's policy against `eval` holds here, too.
    pub fn value_in(&mut self, session: &str, expression: &str) -> Value {
        let parameters = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true,
            "allowUnsafeEvalBlockedByCSP": false,
        });
        let mut answer = self.chrome.cdp.call(session, "Runtime.evaluate", parameters);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].take()
    }

    /// Waits until an expression holds.
    pub fn wait(&mut self, expression: &str, seconds: u64) {
        let end = Instant::now() + Duration::from_secs(seconds);
        while Instant::now() < end {
            if self.holds(expression) {
                return;
            }
            self.chrome.cdp.rest(Duration::from_millis(50));
        }
        let told = "JSON.stringify({ state: document.documentElement.dataset.state, \
                    sealed: document.documentElement.dataset.sealed, \
                    problems: document.querySelector('#problems')?.textContent, \
                    status: document.querySelector('#status')?.textContent })";
        let state = self.value(told);
        panic!("not within {seconds} s: {expression}\n{state}\n{}", self.complaints().join("\n"));
    }

    /// Whether an expression is true now. While a page is loading it may throw, or lose the ground it stands on.
    fn holds(&mut self, expression: &str) -> bool {
        let guarded = format!("(() => {{ try {{ return Boolean({expression}); }} catch {{ return false; }} }})()");
        let parameters = json!({ "expression": guarded, "returnByValue": true });
        let answer = self.chrome.cdp.try_call(&self.session, "Runtime.evaluate", parameters);
        answer.is_ok_and(|answer| answer["result"]["value"] == true)
    }

    /// Waits for an analysis to end, well or badly, and says how.
    pub fn outcome(&mut self, seconds: u64) -> String {
        self.wait("['done', 'failed'].includes(document.documentElement.dataset.state)", seconds);
        self.text("document.documentElement.dataset.state")
    }

    pub fn text(&mut self, expression: &str) -> String {
        self.value(expression).as_str().unwrap_or_default().to_owned()
    }

    pub fn click(&mut self, selector: &str) {
        self.wait(&format!("document.querySelector({selector:?})?.disabled === false"), 10);
        // A person's press: without one Chromium takes a row of downloads for a page that floods the disk.
        let press =
            json!({ "expression": format!("document.querySelector({selector:?}).click()"), "userGesture": true });
        self.call("Runtime.evaluate", press);
    }

    /// Gives files to a file input, as the browser's own dialogue would.
    pub fn give(&mut self, selector: &str, files: &[&Path]) {
        let root = self.call("DOM.getDocument", json!({}));
        let search = json!({ "nodeId": root["root"]["nodeId"], "selector": selector });
        let node = self.call("DOM.querySelector", search);
        self.call("DOM.setFileInputFiles", json!({ "nodeId": node["nodeId"], "files": files }));
    }

    /// Presses a download button and gives the file that comes of it.
    pub fn download(&mut self, name: &str) -> Vec<u8> {
        let file = self.downloads.join(name);
        let _ = fs::remove_file(&file);
        self.click(&format!("#downloads button[data-file=\"{name}\"]"));
        let end = Instant::now() + Duration::from_secs(20);
        // The browser writes to another name and renames when all is there.
        while !file.is_file() && Instant::now() < end {
            self.chrome.cdp.rest(Duration::from_millis(50));
        }
        // Chromium drops what goes beyond ten downloads in a second, and says nothing.
        self.chrome.cdp.rest(Duration::from_millis(120));
        let told = self.text("document.querySelector('#problems')?.textContent");
        fs::read(&file).unwrap_or_else(|fault| panic!("{name} was not downloaded: {fault}; the page says {told:?}"))
    }

    /// Requests for anything but the page's own blobs since this was last asked, in page and workers.
    pub fn requests(&mut self) -> Vec<String> {
        let events = self.chrome.cdp.take_events();
        let asked = |event: &Value| match event["method"].as_str() {
            Some("Network.requestWillBeSent") => event["params"]["request"]["url"].as_str().map(str::to_owned),
            Some("Network.webSocketCreated") => event["params"]["url"].as_str().map(str::to_owned),
            _ => None,
        };
        let own = |url: &String| url.starts_with("blob:") || url.starts_with("data:");
        events.iter().filter_map(asked).filter(|url| !own(url)).collect()
    }

    /// Uncaught errors and the browser's complaints since this or `requests` was last asked. The page tries its
    /// own seal once, and that refusal is no complaint.
    pub fn complaints(&mut self) -> Vec<String> {
        let bad = |event: &Value| {
            let entry = &event["params"]["entry"];
            let trial = entry["url"].as_str().is_some_and(|url| url.ends_with("/seal.js"));
            event["method"] == "Runtime.exceptionThrown"
                || (event["method"] == "Log.entryAdded" && entry["level"] == "error" && !trial)
        };
        let events = self.chrome.cdp.take_events();
        events.iter().filter(|event| bad(event)).map(|event| event["params"].to_string()).collect()
    }

    /// Sets the width of the screen and light or dark.
    pub fn screen(&mut self, width: u32, height: u32, scheme: &str) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
        self.chrome.cdp.rest(Duration::from_millis(300));
    }

    /// A picture of the page from its top, at most 4,000 pixels high.
    pub fn photograph(&mut self) -> Vec<u8> {
        let size = self.call("Page.getLayoutMetrics", json!({}))["cssContentSize"].take();
        let height = size["height"].as_f64().unwrap_or(900.0).min(4000.0);
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1 });
        let picture = self.call("Page.captureScreenshot", json!({ "clip": clip, "captureBeyondViewport": true }));
        BASE64_STANDARD.decode(picture["data"].as_str().unwrap_or_default()).expect("base64")
    }
}
