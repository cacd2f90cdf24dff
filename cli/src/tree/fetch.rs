use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use rawpaste::{Content, TreeEntry, TreePlan, Unfit};

use super::{count, files, here::hash_files, list, refuse, within};
use crate::{
    files::unfit_name,
    jobs::{Download, conclude, download},
    link::{Board, Link},
    path::BoardPath,
    report::{Failure, Result, Visible, tell},
};

/// Gets a folder of the board with all that is in it, but for what is here already. Nothing is written outside of `dir`.
pub(crate) fn fetch(board: &mut Board, path: &BoardPath, dir: &Path) -> Result<()> {
    let shown = dir.to_string_lossy();
    let link = board.open()?;
    let mut there = list(link, path, true)?;
    there.retain(|entry| !matches!(entry.content, Content::Kept { .. }));
    let unfit = unfit_here(&there);
    if !unfit.is_empty() {
        let what = "this system cannot hold these names of the board";
        return Err(refuse(what, &unfit).next("rename them on the board, or get the other files one by one"));
    }
    let here = already_here(link, dir, &there)?;
    let plan = TreePlan::new(&there, &here, false).map_err(|unfit| {
        refuse("something is in the way", &unfit)
            .next("move it away, or name another folder: get -r :PATH DIR")
    })?;
    let make = |folder: &Path| {
        let made = fs::create_dir_all(folder);
        made.map_err(|error| Failure::file("make the folder", &folder.to_string_lossy(), &error))
    };
    make(dir)?;
    let mut results: Vec<_> = plan.make.iter().map(|folder| make(&within(dir, folder))).collect();
    let jobs = plan.copy.iter();
    let jobs = jobs.map(|copy| Download {
        path: path.join(&copy.path),
        target: within(dir, &copy.path),
        size: Some(copy.size),
    });
    results.extend(download(link, jobs.collect()));
    conclude(results, |failed, all| {
        Failure::trouble(format!("{failed} of {all} files and folders were not got; the others are here"))
            .next("mend what is said above, and run the same command again: it goes on from there")
    })?;
    let (all, same) = (count(files(&there), "file"), plan.same.len());
    tell(|out| {
        writeln!(out, "{path} and {}: {all}, {} got, {same} the same", Visible(&shown), plan.copy.len())
    })
}

/// Returns what is in `dir` already of what is to come, with the digests of files that have the size.
fn already_here(link: &Link, dir: &Path, there: &[TreeEntry]) -> Result<Vec<TreeEntry>> {
    let (mut here, mut unfit, mut folders) = (Vec::new(), Vec::new(), BTreeSet::from([""]));
    for TreeEntry { path, content } in there {
        // A folder comes before what is in it.
        if !folders.contains(path.rsplit_once('/').map_or("", |(folder, _)| folder)) {
            continue;
        }
        let Ok(metadata) = fs::symlink_metadata(dir.join(path)) else { continue };
        let found = if metadata.is_dir() {
            folders.insert(path);
            Content::Folder
        } else if metadata.is_file() {
            Content::File { size: metadata.len(), hash: None }
        } else {
            let wrong = "is a link or a device here, and could lead out of the folder".into();
            unfit.push(Unfit { path: path.clone(), wrong });
            continue;
        };
        here.push((TreeEntry { path: path.clone(), content: found }, found == without_digest(*content)));
    }
    if !unfit.is_empty() {
        return Err(refuse("something is in the way", &unfit).next("move it away, or name another folder"));
    }
    let (mut alike, others): (Vec<_>, Vec<_>) = here.into_iter().partition(|(_, alike)| *alike);
    let mut alike: Vec<_> = alike.drain(..).map(|(entry, _)| entry).collect();
    hash_files(dir, link.digest_kind(), &mut alike)?;
    alike.extend(others.into_iter().map(|(entry, _)| entry));
    Ok(alike)
}

fn without_digest(content: Content) -> Content {
    match content {
        Content::File { size, .. } => Content::File { size, hash: None },
        Content::Folder | Content::Kept { .. } => content,
    }
}

/// Returns what this system could not hold under its name.
fn unfit_here(entries: &[TreeEntry]) -> Vec<Unfit> {
    let mut unfit = Vec::new();
    let mut folded: BTreeMap<String, &str> = BTreeMap::new();
    for TreeEntry { path, .. } in entries {
        if let Some(wrong) = path.split('/').find_map(unfit_name) {
            unfit.push(Unfit { path: path.clone(), wrong: wrong.into() });
        }
        if cfg!(any(windows, target_os = "macos"))
            && let Some(other) = folded.insert(path.to_lowercase(), path)
        {
            let wrong = format!("differs only in case from {other}: here they are one");
            unfit.push(Unfit { path: path.clone(), wrong });
        }
    }
    unfit
}
