//! The page on JSON: what it documents, and whether a value is so. A section has a table of fields, and examples: a command in
//! a line of its own, and a fenced block.

// Each test uses some of it.
#![allow(dead_code)]
#![allow(clippy::unwrap_used)] // A test fails by panicking.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

const PAGE: &str = include_str!("../../../docs/json.md");

/// What is said of a verb.
pub(crate) struct Section {
    /// The verb, perhaps with a flag.
    pub(crate) title: &'static str,
    fields: Vec<Field>,
    pub(crate) examples: Vec<Example>,
}

struct Field {
    /// The names of the fields that lead to it, and its own.
    path: Vec<&'static str>,
    kind: &'static str,
}

/// A command, and what it may print.
pub(crate) struct Example {
    /// What follows `rawpaste`.
    pub(crate) words: Vec<String>,
    pub(crate) value: Value,
}

/// Reads the page.
pub(crate) fn sections() -> Vec<Section> {
    let (mut sections, mut command): (Vec<Section>, _) = (Vec::new(), None);
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            let title = title.trim_matches('`');
            sections.push(Section { title, fields: Vec::new(), examples: Vec::new() });
        } else if let Some(row) = line.strip_prefix("| `") {
            let mut cells = row.split(" | ");
            let path = cells.next().unwrap().trim_end_matches('`').split('.').collect();
            sections.last_mut().unwrap().fields.push(Field { path, kind: cells.next().unwrap() });
        } else if let Some(rest) = line.strip_prefix("`rawpaste ") {
            command = Some(words(rest.split_once('`').unwrap().0));
        } else if line == "```json" {
            let text: String = lines.by_ref().take_while(|line| *line != "```").collect();
            let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let words = command.take().expect("a command stands before each example");
            sections.last_mut().unwrap().examples.push(Example { words, value });
        }
    }
    assert!(sections.iter().all(|section| !section.examples.is_empty()));
    sections
}

/// Returns what the page says of a verb.
pub(crate) fn section(title: &str) -> Section {
    sections()
        .into_iter()
        .find(|section| section.title == title)
        .unwrap_or_else(|| panic!("nothing on {title}"))
}

/// As a shell has it, with single quotes alone.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for character in line.chars() {
        match character {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(character),
        }
    }
    words
}

impl Section {
    /// What a command printed has the fields that are documented, of their types, and all that its example has.
    #[track_caller]
    pub(crate) fn holds(&self, example: &Example, printed: &Value) {
        if self.fields.is_empty() {
            assert_eq!(*printed, example.value, "{:?}", example.words);
            return;
        }
        let expected = self.paths(&example.value);
        assert_eq!(self.paths(printed), expected, "{:?} printed {printed:#}", example.words);
    }

    /// Checks a value, and answers all of its fields.
    #[track_caller]
    pub(crate) fn paths(&self, value: &Value) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        self.look(value, &[], &mut all);
        all
    }

    #[track_caller]
    fn look(&self, value: &Value, at: &[&'static str], all: &mut BTreeSet<String>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.look(value, at, all)),
            Value::Object(object) => self.look_into(object, at, all),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[track_caller]
    fn look_into(&self, object: &Map<String, Value>, at: &[&'static str], all: &mut BTreeSet<String>) {
        let here: Vec<_> = self.fields.iter().filter(|field| field.above() == at).collect();
        for field in here.iter().filter(|field| !field.is_any() && !field.kind.contains("absent")) {
            assert!(
                object.contains_key(field.name()),
                "{}: {:?} is not in {object:?}",
                self.title,
                field.path
            );
        }
        for (name, value) in object {
            let field = here.iter().find(|field| field.is_any() || field.name() == name);
            let field = field.unwrap_or_else(|| panic!("{}: {at:?} {name} is not documented", self.title));
            assert!(fits(value, field.kind), "{}: {name} is {value}, no {}", self.title, field.kind);
            all.insert(field.path.join("."));
            self.look(value, &field.path, all);
        }
    }
}

impl Field {
    fn name(&self) -> &'static str {
        self.path[self.path.len() - 1]
    }

    fn above(&self) -> &[&'static str] {
        &self.path[..self.path.len() - 1]
    }

    /// Whether its name stands for any.
    fn is_any(&self) -> bool {
        self.name().chars().all(char::is_uppercase)
    }
}

/// Whether a value is of a type of the page.
fn fits(value: &Value, kind: &str) -> bool {
    let kind = kind.split(", absent").next().unwrap();
    let (kind, nullable) = kind.strip_suffix(" or null").map_or((kind, false), |kind| (kind, true));
    let all = |is: fn(&Value) -> bool| value.as_array().is_some_and(|values| values.iter().all(is));
    (nullable && value.is_null())
        || match kind {
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_u64() || value.is_i64(),
            "number" => value.is_number(),
            "object" => value.is_object(),
            "array of strings" => all(Value::is_string),
            "array of numbers" => all(Value::is_number),
            "array of objects" => all(Value::is_object),
            _ => panic!("{kind} is no type of the page"),
        }
}
