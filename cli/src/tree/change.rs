use rawpaste::{ChangeTree, TreeChange};

use crate::{
    link::Link,
    path::BoardPath,
    report::{Failure, Result},
};

/// Makes and removes, in order; answers what came of each. `doing` completes "cannot ...".
pub(crate) fn change(link: &mut Link, changes: &[TreeChange], doing: &str) -> Result<Vec<Result<()>>> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    for TreeChange::Make(path) | TreeChange::Remove(path) in changes {
        link.path(&BoardPath::of(path.as_str()))?;
    }
    let operation = ChangeTree::new(changes.to_vec()).map_err(|error| Failure::of(&error.into(), doing))?;
    let failed = link.run(operation, doing)?;
    let came = |change: &TreeChange| {
        let Some((_, error)) = failed.iter().find(|(failed, _)| failed == change) else { return Ok(()) };
        let (verb, path) = match change {
            TreeChange::Make(path) => ("make", path),
            TreeChange::Remove(path) => ("remove", path),
        };
        let path = BoardPath::of(path.as_str());
        Err(Failure::of(&error.clone().into(), &format!("{verb} {path} on {}", link.place())))
    };
    Ok(changes.iter().map(came).collect())
}
