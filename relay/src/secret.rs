//! Secrets: read from a file or the environment, never printed.

use std::fmt;
use std::path::Path;

/// Longest secret file worth reading, bytes; a token or a password is shorter by far.
const MAX_BYTES: u64 = 4096;

/// A token or a password. `Debug` prints dots and there is no `Display`, so it cannot reach a log by accident.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The secret itself. Every call is a place to check by eye.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Reads the secret called `name` from exactly one of a file (below `folder` if relative) and an environment variable.
/// Blanks at the end of the file are dropped, since editors add a line feed. `Err`: both or neither named, unreadable,
/// empty, over 4 KiB, or holding a control character.
pub fn read(name: &str, folder: &Path, file: Option<&Path>, variable: Option<&str>) -> Result<Secret, String> {
    let text = match (file, variable) {
        (Some(file), None) => read_file(name, &folder.join(file))?,
        (None, Some(variable)) => {
            std::env::var(variable).map_err(|_| format!("{name}: the environment variable {variable} is not set"))?
        }
        (Some(_), Some(_)) => return Err(format!("{name}: give {name}_file or {name}_env, not both")),
        (None, None) => return Err(format!("{name}: give {name}_file or {name}_env")),
    };
    let text = text.trim_end();
    if text.is_empty() {
        return Err(format!("{name} is empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(format!("{name} holds a control character or a second line"));
    }
    Ok(Secret::new(text))
}

fn read_file(name: &str, path: &Path) -> Result<String, String> {
    let failed = |why: &dyn fmt::Display| format!("{name}: cannot read {}: {why}", path.display());
    let size = std::fs::metadata(path).map_err(|e| failed(&e))?.len();
    if size > MAX_BYTES {
        return Err(failed(&"over 4 KiB"));
    }
    std::fs::read_to_string(path).map_err(|e| failed(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_not_printed() {
        let secret = Secret::new("hunter2-hunter2");
        assert!(!format!("{secret:?}").contains("hunter"));
        assert_eq!(secret.expose(), "hunter2-hunter2");
    }

    #[test]
    fn comes_from_one_place_and_is_one_line() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("good"), "abc \r\n").unwrap();
        std::fs::write(folder.path().join("two"), "abc\ndef").unwrap();
        std::fs::write(folder.path().join("none"), "\n").unwrap();
        let from = |file: &str| read("token", folder.path(), Some(Path::new(file)), None);
        assert_eq!(from("good").unwrap().expose(), "abc");
        for bad in ["two", "none", "missing"] {
            assert!(from(bad).is_err(), "{bad}");
        }
        assert!(read("token", folder.path(), None, None).is_err());
        assert!(read("token", folder.path(), Some(Path::new("good")), Some("PATH")).is_err());
    }
}
