//! Who holds a port.

use std::fmt;

/// A process that has the port open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    name: String,
    pid: u32,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (process {})", crate::report::Visible(&self.name), self.pid)
    }
}

/// Returns the processes that have the port open, but for this one, as far as this user may know: of other users' processes only
/// the administrator is told.
#[cfg(target_os = "linux")]
pub(crate) fn holders(port: &str) -> Vec<Holder> {
    use std::{
        fs,
        path::{Path, PathBuf},
    };

    let Ok(port) = fs::canonicalize(port) else { return Vec::new() };
    let holds = |process: &Path, what: &dyn Fn(&Path) -> bool| {
        let files = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
        files.into_iter().any(|file| fs::read_link(file.path()).is_ok_and(|target| what(&target)))
    };
    let has_it = |process: &PathBuf| holds(process, &|file| file == port);
    // Who serves a pseudo-terminal holds both ends, and is not to be closed.
    let serves =
        |process: &PathBuf| port.starts_with("/dev/pts") && holds(process, &|file| file.ends_with("ptmx"));
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten().map(|process| process.path());
    let (servers, others): (Vec<_>, Vec<_>) = processes.filter(has_it).partition(serves);
    let named = |process: PathBuf| {
        let pid = process.file_name()?.to_str()?.parse().ok()?;
        let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
        (pid != std::process::id()).then(|| Holder { name: name.trim_end().into(), pid })
    };
    let [others, servers] =
        [others, servers].map(|all| all.into_iter().filter_map(named).collect::<Vec<_>>());
    if others.is_empty() { servers } else { others }
}

/// Only Linux tells.
#[cfg(not(target_os = "linux"))]
pub(crate) fn holders(_port: &str) -> Vec<Holder> {
    Vec::new()
}
