//! The page on a server of ours, in a sub-path, and a second server that stands for the rest of the world.

use std::fs;
use std::path::{Path, PathBuf};

use xtask::relay::{Origin, name_in};
use xtask::server::Server;

/// Both servers.
pub struct Site {
    pub page: Server,
    /// Every host name leads here.
    pub world: Server,
}

impl Site {
    pub fn start() -> Site {
        Site::of(&dist())
    }

    /// The same page, built for an alert relay at this port of this machine.
    pub fn with_relay(port: u16) -> Site {
        let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dist-with-relay");
        let _ = fs::remove_dir_all(&copy);
        fs::create_dir_all(&copy).expect("a folder");
        for file in fs::read_dir(dist()).expect("the page is built").flatten() {
            fs::copy(file.path(), copy.join(file.file_name())).expect("a file of the page");
        }
        // What `cargo xtask build --relay` does after the build.
        let origin = Origin::parse(&format!("http://127.0.0.1:{port}")).expect("an origin");
        name_in(&copy, &origin).expect("the page names no relay yet");
        Site::of(&copy)
    }

    fn of(dist: &Path) -> Site {
        let world = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/browser/world");
        let page = Server::start(dist, "/sub/path/", 0).expect("a free port");
        let world = Server::start(&world, "/", 0).expect("a free port");
        Site { page, world }
    }

    /// The page's origin as browsers send it.
    pub fn origin(&self) -> String {
        format!("http://{}", self.page.address)
    }

    /// Requests at either server for an address that holds this word.
    pub fn asked_for(&self, word: &str) -> Vec<String> {
        let seen = self.page.seen().into_iter().chain(self.world.seen());
        seen.filter(|line| line.contains(word)).collect()
    }
}

fn dist() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let dist = std::env::var_os("FLOWGLASS_DIST").map_or_else(|| root.join("dist"), PathBuf::from);
    assert!(dist.join("index.html").is_file(), "there is no page in dist/: run `cargo xtask build` first");
    dist
}
