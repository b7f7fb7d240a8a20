//! The page on a server of ours, in a sub-path, and a second server that stands for the rest of the world.

use std::path::PathBuf;

use xtask::server::Server;

/// Both servers.
pub struct Site {
    pub page: Server,
    /// Every host name leads here.
    pub world: Server,
}

impl Site {
    pub fn start() -> Site {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let dist = std::env::var_os("FLOWGLASS_DIST").map_or_else(|| root.join("dist"), PathBuf::from);
        assert!(dist.join("index.html").is_file(), "there is no page in dist/: run `cargo xtask build` first");
        let page = Server::start(&dist, "/sub/path/", 0).expect("a free port");
        let world = Server::start(&root.join("tests/browser/world"), "/", 0).expect("a free port");
        Site { page, world }
    }

    /// Requests at either server for an address that holds this word.
    pub fn asked_for(&self, word: &str) -> Vec<String> {
        let seen = self.page.seen().into_iter().chain(self.world.seen());
        seen.filter(|line| line.contains(word)).collect()
    }
}
