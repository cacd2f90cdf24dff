//! Who may open a port.

use std::{fs, os::unix::fs::MetadataExt};

use nix::unistd::{Group, User, getgroups, getuid};

use crate::report::Visible;

/// What the system says of a port that this user may not open.
#[derive(Clone, Debug)]
struct Access {
    /// The group that owns it, and whether its members may read and write.
    group: Option<String>,
    members_may: bool,
    user: Option<String>,
    /// The user is a member, but was not when this session began.
    joined: bool,
}

/// Says, as a next step, what lets this user open the port.
pub(crate) fn to_join(port: &str) -> String {
    advice(port, &Access::of(port))
}

fn advice(port: &str, access: &Access) -> String {
    let port = Visible(port);
    let Some(group) = access.group.as_deref().filter(|group| access.members_may && *group != "root") else {
        return format!(
            "its owner alone may open it: for now, sudo chmod a+rw {port}; to stay, a udev rule for it"
        );
    };
    let group = Visible(group);
    if access.joined {
        return format!(
            "you are in the group {group} that owns it, but were not when this session began: log out and in again, or try \
             newgrp {group}"
        );
    }
    let user = access.user.as_deref().map_or_else(|| "$USER".into(), |user| Visible(user).to_string());
    if cfg!(target_os = "linux") {
        format!(
            "join the group {group} that owns it: sudo usermod -aG {group} {user}, then log out and in again"
        )
    } else {
        format!("join the group {group} that owns it, then log out and in again")
    }
}

impl Access {
    fn of(port: &str) -> Self {
        let user = User::from_uid(getuid()).ok().flatten().map(|user| user.name);
        let meta = fs::metadata(port).ok();
        let group = meta.as_ref().and_then(|meta| Group::from_gid(meta.gid().into()).ok().flatten());
        let listed =
            group.as_ref().is_some_and(|group| user.as_ref().is_some_and(|user| group.mem.contains(user)));
        let mine = groups();
        let in_session = meta.as_ref().is_some_and(|meta| mine.contains(&meta.gid()));
        Self {
            members_may: meta.is_some_and(|meta| meta.mode() & 0o060 == 0o060),
            joined: listed && !in_session,
            group: group.map(|group| group.name),
            user,
        }
    }
}

/// The groups of this session.
#[cfg(not(target_vendor = "apple"))]
fn groups() -> Vec<u32> {
    let own = nix::unistd::getegid();
    getgroups().unwrap_or_default().into_iter().chain([own]).map(nix::unistd::Gid::as_raw).collect()
}

/// What the system lists there is not what counts.
#[cfg(target_vendor = "apple")]
fn groups() -> Vec<u32> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(group: &str, members_may: bool, joined: bool) -> Access {
        Access { group: Some(group.into()), members_may, user: Some("ada".into()), joined }
    }

    #[test]
    fn the_group_is_named_with_the_command() {
        let port = "/dev/ttyACM0";
        if cfg!(target_os = "linux") {
            for group in ["dialout", "uucp", "plugdev"] {
                let said = advice(port, &access(group, true, false));
                assert!(said.contains(&format!("sudo usermod -aG {group} ada,")), "{said}");
            }
        }
        assert!(advice(port, &access("uucp", true, true)).contains("newgrp uucp"));
        for access in [access("root", true, false), access("dialout", false, false)] {
            assert!(advice(port, &access).contains("sudo chmod a+rw /dev/ttyACM0"));
        }
    }

    #[test]
    fn the_system_is_asked() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let meta = file.as_file().metadata().expect("it is there");
        let access = Access::of(&file.path().to_string_lossy());
        assert_eq!(access.group, Group::from_gid(meta.gid().into()).expect("a list").map(|group| group.name));
        assert!(!access.members_may && !access.joined);
        assert!(to_join("no such file").contains("its owner alone"));
    }
}
