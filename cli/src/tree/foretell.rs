use rawpaste::{Content, Copy, TreeEntry, TreePlan};
use serde_json::{Value, json};

use super::{Send, send::summary};
use crate::{
    path::BoardPath,
    report::{Result, print, print_json},
};

impl Send {
    /// Says what would be done; answers a summary.
    pub(super) fn foretell(&self, plan: &TreePlan, there: bool) -> Result<String> {
        let makes = self.makes(plan, there);
        print(|out| {
            for entry in &plan.remove {
                writeln!(out, "would remove {}", self.path.join(&entry.path))?;
            }
            for folder in &makes {
                writeln!(out, "would make {folder}")?;
            }
            for copy in &plan.copy {
                let how = if copy.replaces { ", changed" } else { "" };
                let left = copy.left.map(|left| format!(", {left} bytes left by a put")).unwrap_or_default();
                writeln!(out, "would put {} ({} bytes{how}{left})", self.path.join(&copy.path), copy.size)?;
            }
            Ok(())
        })?;
        Ok(format!("nothing was done; it would be {}", summary(plan, makes.len())))
    }

    /// Says it for machines; where there is no plan, all files are the same.
    pub(super) fn foretell_json(&self, plan: Option<(TreePlan, bool)>, files: usize) -> Result<()> {
        let same = plan.as_ref().map_or(files, |(plan, _)| plan.same.len());
        let (plan, there) = plan.unwrap_or_else(|| (TreePlan::default(), true));
        let of = |path: &str| self.path.join(path).as_str().to_owned();
        let remove = |TreeEntry { path, content }: &TreeEntry| match content {
            Content::Folder => json!({ "path": of(path), "kind": "directory", "size": 0 }),
            Content::File { size, .. } | Content::Kept { size } => {
                json!({ "path": of(path), "kind": "file", "size": size })
            }
        };
        let make = |path: &BoardPath| json!({ "path": path.as_str() });
        let put = |Copy { path, size, replaces, left, .. }: &Copy| json!({ "path": of(path), "size": size, "replaces": replaces, "left": left });
        let stays = plan.stays.iter().filter(|entry| entry.content != Content::Folder).count();
        print_json(&json!({
            "dir": self.dir.to_string_lossy(),
            "path": self.path.as_str(),
            "remove": plan.remove.iter().map(remove).collect::<Value>(),
            "make": self.makes(&plan, there).iter().map(make).collect::<Value>(),
            "put": plan.copy.iter().map(put).collect::<Value>(),
            "same": same,
            "stays": stays,
        }))
    }
}
