use super::*;

/// Each verb, with what is global: no two options of one name.
#[test]
fn the_command_line_makes_sense() {
    command().debug_assert();
    Next::command().debug_assert();
}

/// All verbs, with the words that name them; but for clap's own.
fn verbs(command: &Command, above: &str) -> Vec<(String, Command)> {
    let mut all = Vec::new();
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        let words = format!("{above}{}", verb.get_name());
        let within = verbs(verb, &format!("{words} "));
        all.push((words, verb.clone()));
        all.extend(within);
    }
    all
}

#[test]
fn each_verb_has_an_example_in_its_help() {
    let all = verbs(&command(), "");
    assert!(all.iter().any(|(words, _)| words == "fleet put"));
    for (words, verb) in all {
        let help = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(
            help.starts_with("Example") && help.contains(&format!("rawpaste {words}")),
            "{words}: {help}"
        );
    }
}

/// What prints JSON is documented, and nothing else is.
#[test]
fn each_json_is_documented() {
    let json = |(words, verb): (String, Command)| {
        verb.get_arguments().any(|argument| argument.get_id() == "json").then_some(words)
    };
    let mut all: Vec<_> = verbs(&command(), "").into_iter().filter_map(json).collect();
    let mut sections = crate::page::sections();
    // Where it cannot be, it is no verb.
    sections.retain(|section| cfg!(unix) || !section.title.starts_with("bench"));
    let mut documented: Vec<_> =
        sections.iter().map(|section| section.title.replace(" --dry-run", "")).collect();
    all.sort_unstable();
    documented.sort_unstable();
    assert_eq!(all, documented);
    for section in sections {
        for example in section.examples {
            let words = example.words.join(" ");
            let shown = section.title.split(' ').all(|word| example.words.iter().any(|words| words == word));
            assert!(shown && words.contains("--json"), "{}: {words}", section.title);
        }
    }
}
