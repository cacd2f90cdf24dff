//! Words that other tools have for what is done here.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What somebody may type, and what it is here.
const OTHERS: [(&str, &str); 20] = [
    ("bootloader", "reset --bootloader"),
    ("connect", "--port PORT"),
    ("console", "repl"),
    ("copy", "cp"),
    ("del", "rm"),
    ("delete", "rm"),
    ("dir", "ls"),
    ("download", "get"),
    ("flash", "put"),
    ("list", "ls"),
    ("monitor", "repl"),
    ("pull", "get"),
    ("push", "put"),
    ("remove", "rm"),
    ("rename", "mv"),
    ("rmdir", "rm -r"),
    ("shell", "repl"),
    ("soft-reset", "reset"),
    ("upload", "put"),
    ("version", "--version"),
];

/// Names the verb that is meant, where a word is another tool's and not just mistyped.
pub(crate) fn explain(mut error: clap::Error) -> clap::Error {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return error };
    let is_it = |(theirs, _): &&(&str, &str)| error.kind() == ErrorKind::InvalidSubcommand && theirs == word;
    if let Some((_, ours)) = OTHERS.iter().find(is_it) {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![(*ours).into()]));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verb_that_is_meant() {
        for (word, meant) in [("upload", "'put'"), ("soft-reset", "'reset'"), ("snyc", "'sync'")] {
            let error = crate::args::command().try_get_matches_from(["rawpaste", word]).expect_err(word);
            let said = explain(error).to_string();
            assert!(said.contains(meant), "{said}");
        }
    }

    /// A word that is a verb here would never be looked up.
    #[test]
    fn none_of_them_is_ours() {
        let command = crate::args::command();
        for (word, _) in OTHERS {
            assert!(command.find_subcommand(word).is_none(), "{word}");
        }
    }
}
