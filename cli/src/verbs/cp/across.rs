//! From one board to another: each file is whole here before it goes on.

use rawpaste::{Kind, unfit_names};

use super::{Load, ends, into_folder};
use crate::{
    files::Local,
    find,
    jobs::{Upload, conclude, of_all, stream, upload},
    link::{Board, Link, with_board},
    manner::Manner,
    path::BoardPath,
    port::Target,
    report::{Failure, Result},
    telling::Alone,
    tree::{change, list},
};

/// Copies what is on one board to another.
pub(super) fn copy(
    board: &mut Board,
    from: &[BoardPath],
    (to, other): (&BoardPath, Target),
    recursive: bool,
    manner: &Manner,
) -> Result<()> {
    let other = find::resolved(other)?;
    if other.identity().is_some() && other.identity() == board.place().identity() {
        return Err(Failure::usage(format!("--to names the same board: {other}"))
            .next("without --to the files are copied there, and do not travel"));
    }
    let link = board.open()?;
    with_board(other, |other| {
        let other = other.open()?;
        let to = into_folder(other, to.clone(), from.len())?;
        let load =
            from.iter().try_fold(Load::default(), |load, path| load.with(link, path, &to, recursive))?;
        load.carry(link, other, manner)
    })
}

impl Load {
    fn with(mut self, link: &mut Link, path: &BoardPath, to: &BoardPath, recursive: bool) -> Result<Self> {
        let doing = format!("copy {path} from {}", link.place());
        let (path, to) = ends(path, to)?;
        if link.kind_of(&path, &doing)? != Some(Kind::Directory) {
            self.files.push((path, to));
            return Ok(self);
        }
        if !recursive {
            return Err(Failure::trouble(format!("cannot {doing}: it is a folder")).next("cp -r"));
        }
        let inside = list(link, &path, false)?;
        if let Some(unfit) = unfit_names(inside.iter().map(|entry| &*entry.path)).first() {
            let name = path.join(&unfit.path);
            return Err(Failure::trouble(format!("cannot {doing}: not every board can hold {name}"))
                .next("rename it, or copy the other files one by one"));
        }
        self.folders.extend(to.folders());
        self.add(&inside, &path, &to);
        Ok(self)
    }

    fn carry(self, link: &mut Link, other: &mut Link, manner: &Manner) -> Result<()> {
        let doing = format!("make folders on {}", other.place());
        let mut results = change(other, &self.makes(), &doing)?;
        for (path, target) in self.files {
            let mut bytes = Vec::new();
            let came = stream(link, &path, &mut bytes);
            results.push(came.and_then(|()| {
                let local = Some(Local::Memory(bytes.into()));
                let job = Upload { name: path.as_str().into(), local, target, new: false };
                upload(other, vec![job], manner, &mut Alone::new()).into_iter().collect()
            }));
            if !(link.goes_on() && other.goes_on()) {
                break;
            }
        }
        conclude(results, |failed, all| {
            Failure::trouble(of_all(failed, all, "files and folders were not copied"))
                .next("mend what is said above, and run the same command again")
        })
    }
}
