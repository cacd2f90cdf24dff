use std::{cell::RefCell, path::PathBuf};

use rawpaste::{Error, Event, Placed, PutAll, Refused, Source};

use super::cache::Cache;
use crate::{
    files::Local,
    link::Link,
    manner::Manner,
    path::BoardPath,
    port::Target,
    report::{Exit, Failure, Result, Visible},
    telling::Teller,
};

/// A file to be put on the board.
pub(crate) struct Upload {
    /// Its name here.
    pub(crate) name: PathBuf,
    /// What it holds; it is opened when its turn comes if it is not open yet.
    pub(crate) local: Option<Local>,
    /// Its path on the board.
    pub(crate) target: BoardPath,
    /// Whether nothing of it can be there: then nobody looks.
    pub(crate) new: bool,
}

/// Puts files on the board, and tells of each.
pub(crate) fn upload(
    link: &mut Link,
    jobs: Vec<Upload>,
    manner: &Manner,
    teller: &mut impl Teller,
) -> Vec<Result<()>> {
    if jobs.is_empty() {
        return Vec::new();
    }
    if !link.goes_on() {
        return jobs.iter().map(|_| Err(Failure::told(Exit::Trouble))).collect();
    }
    let mut paths = Vec::new();
    for job in &jobs {
        match link.path(&job.target) {
            Ok(path) => paths.push(String::from(path)),
            Err(failure) => return vec![Err(failure)],
        }
    }
    let doing = match &jobs[..] {
        [job] => job.doing(link.place()),
        _ => format!("put {} files on {}", jobs.len(), link.place()),
    };
    teller.expect(jobs.iter().map(Upload::size).fold(0, u64::saturating_add));
    // The engine asks for files and tells how far they are in turn.
    let teller = RefCell::new(teller);
    let count = jobs.len();
    let place = link.place().clone();
    let files = Files { sizes: vec![0; count], jobs, open: None, place, manner, teller: &teller, told: None };
    let operation = match PutAll::new(files, paths) {
        Ok(operation) => operation,
        Err(error) => return vec![Err(Failure::of(&error.into(), &doing))],
    };
    let mut operation = operation.choices(manner.forced.choices()).in_place(manner.in_place);
    let done = link.attend(&mut operation, |event| {
        let mut teller = teller.borrow_mut();
        if matches!(event, Event::Windowed) {
            teller.note("note: bytes were lost, so from here on the board's flow control is waited for");
        }
        teller.on_event(event);
    });
    let files = operation.into_files();
    match done {
        Ok(results) => {
            let mut results = files.failures(results);
            // The files are there all the same.
            results.extend(files.told.map(Err));
            results
        }
        // What is in place was said; the rest failed for one reason.
        Err(error) if count == 1 => vec![Err(Failure::of(&error, &doing))],
        Err(error) => {
            vec![
                Err(Failure::of(&error, &doing).or_next("run the same command again: it goes on from there")),
            ]
        }
    }
}

/// The files, as the engine asks for them.
struct Files<'a, T> {
    jobs: Vec<Upload>,
    /// What they were when they were read.
    sizes: Vec<u64>,
    /// The one that is open.
    open: Option<(usize, Local)>,
    place: Target,
    manner: &'a Manner,
    teller: &'a RefCell<&'a mut T>,
    /// Why nothing can be said any more.
    told: Option<Failure>,
}

impl<T: Teller> Files<'_, T> {
    fn local(&mut self, index: usize) -> std::result::Result<&mut Local, Error> {
        let is_open = matches!(&self.open, Some((open, _)) if *open == index);
        if !is_open {
            self.close();
            let job = &mut self.jobs[index];
            let local = job.local.take().map_or_else(|| Local::open(&job.name), Ok);
            let local = local.map_err(|failure| Error::from(Refused::Local(failure.into_text())))?;
            self.teller.borrow_mut().begins(&job.name.to_string_lossy());
            self.open = Some((index, local));
        }
        match &mut self.open {
            Some((_, local)) => Ok(local),
            None => Err(Refused::Local("it is not open".into()).into()),
        }
    }

    /// What can be read only once is kept; a file is closed.
    fn close(&mut self) {
        if let Some((index, local @ Local::Memory(_))) = self.open.take() {
            self.jobs[index].local = Some(local);
        }
    }

    /// What the command knows the board by.
    fn cache(&self, index: usize) -> Option<Cache> {
        if self.manner.no_cache {
            return None;
        }
        Cache::of(&self.place.to_string(), self.jobs[index].target.as_str())
    }

    fn failures(&self, results: Vec<std::result::Result<Placed, Error>>) -> Vec<Result<()>> {
        let one = |(job, result): (&Upload, std::result::Result<Placed, Error>)| {
            result.map(drop).map_err(|error| Failure::of(&error.into(), &job.doing(&self.place)))
        };
        self.jobs.iter().zip(results).map(one).collect()
    }

    fn tell(&mut self, tell: impl FnOnce(&mut T) -> Result<()>) {
        if self.told.is_none() {
            self.told = tell(&mut self.teller.borrow_mut()).err();
        }
    }
}

impl<T: Teller> rawpaste::Files for Files<'_, T> {
    fn size(&mut self, index: usize) -> std::result::Result<u64, Error> {
        self.sizes[index] = self.local(index)?.size()?;
        Ok(self.sizes[index])
    }

    fn read_at(&mut self, index: usize, offset: u64, buffer: &mut [u8]) -> std::result::Result<usize, Error> {
        self.local(index)?.read_at(offset, buffer)
    }

    fn looks(&self, index: usize) -> bool {
        !self.jobs[index].new
    }

    fn known(&mut self, index: usize) -> Option<Vec<u8>> {
        self.cache(index)?.load()
    }

    fn planned(&mut self, index: usize, plan: &rawpaste::Plan) {
        if !self.manner.explain {
            return;
        }
        let name = self.jobs[index].name.to_string_lossy();
        let text = format!("{}:\n{plan}", Visible(&name));
        self.tell(|teller| teller.tell(&text));
    }

    fn settled(&mut self, index: usize, result: std::result::Result<Placed, &Error>) {
        let Ok(placed) = result else { return };
        let size = self.sizes[index];
        if let Some(cache) = self.cache(index) {
            // Of many small files none need be opened again for that.
            match Cache::keeps(size).then(|| self.local(index)) {
                Some(Ok(local)) => cache.store(local, size),
                Some(Err(_)) | None => cache.forget(),
            }
        }
        let Upload { name, target, .. } = &self.jobs[index];
        let same_name = name.file_name().is_some_and(|name| name == target.as_str());
        let renamed = if same_name { String::new() } else { format!(" as {target}") };
        let name = name.to_string_lossy();
        let (name, place) = (Visible(&name), &self.place);
        let line = match placed {
            Placed::Same => format!("{name} ({size} bytes) is on {place}{renamed} already"),
            Placed::Written { resumed: 0 } => format!("put {name} ({size} bytes) on {place}{renamed}"),
            Placed::Written { resumed } => {
                format!("put {name} ({size} bytes, {resumed} of them there before) on {place}{renamed}")
            }
            _ => return,
        };
        self.tell(|teller| teller.placed(&line, placed, size));
    }
}

impl Upload {
    /// How many bytes go, for the progress alone: one whose size cannot be told fails when it is put.
    fn size(&self) -> u64 {
        match &self.local {
            Some(Local::File(file)) => file.metadata().map_or(0, |metadata| metadata.len()),
            Some(Local::Memory(bytes)) => bytes.len() as u64,
            None => self.name.metadata().map_or(0, |metadata| metadata.len()),
        }
    }

    /// Completes "cannot ...".
    fn doing(&self, place: &Target) -> String {
        format!("put {} on {place} as {}", Visible(&self.name.to_string_lossy()), self.target)
    }
}
