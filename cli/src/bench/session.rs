//! A picture of a session: commands that are really run on a real MicroPython, as they come out on a terminal.

use std::{env, fmt::Write as _, fs, path::Path, process::Command, time::Instant};

use rawpaste_board::Shape;

use super::bed::Bed;
use crate::report::{Failure, Result};

const PROGRAM: &str = "import sys\n\nfor n in range(3):\n    print('hello', n, 'from', sys.platform)\n";

/// What is shown: a few minutes with a new board.
const COMMANDS: [&[&str]; 6] = [
    &["put", "main.py", "--run"],
    &["sync", "src", ":"],
    &["tree", "-s"],
    &["eval", "sum(range(10))"],
    &["exec", "print(1/0)"],
    &["get", ":main.py", "back.py"],
];

/// How long a person takes to type a command, and to read what came of it, in seconds.
const TYPES: f64 = 0.9;
const READS: f64 = 1.1;

/// A line of the terminal, and when it comes.
struct Line {
    text: String,
    is_command: bool,
    at: f64,
}

/// Runs it and draws it.
pub(crate) fn run(svg: &Path) -> Result<()> {
    // A board on a serial line at 115200 baud.
    let bed = Bed::new(Shape { rate: Some(11_520), delay: std::time::Duration::from_millis(1) }, None)?;
    lay(bed.here())
        .map_err(|error| Failure::trouble(format!("cannot write the session's files: {error}")))?;
    let lines = live(&bed)?;
    fs::write(svg, draw(&lines)).map_err(|error| Failure::file("write", &svg.to_string_lossy(), &error))
}

fn lay(here: &Path) -> std::io::Result<()> {
    fs::write(here.join("main.py"), PROGRAM)?;
    fs::create_dir_all(here.join("src/lib"))?;
    let text = super::text::own();
    for (name, part) in
        [("src/app.py", 0..3000), ("src/lib/net.py", 3000..9000), ("src/lib/pins.py", 9000..10_200)]
    {
        fs::write(here.join(name), text.get(part).unwrap_or_default())?;
    }
    Ok(())
}

fn live(bed: &Bed) -> Result<Vec<Line>> {
    let program = env::current_exe();
    let program = program.map_err(|error| Failure::trouble(format!("cannot find this program: {error}")))?;
    let (mut lines, mut now) = (Vec::new(), 0.0);
    for words in COMMANDS {
        now += TYPES;
        let shown = words
            .iter()
            .map(|word| if word.contains(['(', ' ']) { format!("'{word}'") } else { (*word).into() });
        let text = format!("rawpaste {}", shown.collect::<Vec<_>>().join(" "));
        lines.push(Line { text, is_command: true, at: now });
        let began = Instant::now();
        let output = Command::new(&program)
            .args(words)
            .env("RAWPASTE_PORT", bed.port())
            .env("XDG_CACHE_HOME", bed.here().join(".cache"))
            .current_dir(bed.here())
            .output();
        let output = output.map_err(|error| Failure::trouble(format!("cannot run this program: {error}")))?;
        now += began.elapsed().as_secs_f64();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        lines.extend(said.lines().map(|line| Line {
            text: line.trim_end().into(),
            is_command: false,
            at: now,
        }));
        now += READS;
    }
    Ok(lines)
}

/// Where lines come one by one if the viewer moves pictures, and are all there if not.
fn draw(lines: &[Line]) -> String {
    let columns = lines.iter().map(|line| line.text.chars().count() + 2).max().unwrap_or(0).max(60);
    let (width, height) = (columns * 8 + 32, lines.len() * 19 + 56);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>A session with rawpaste</title>\n<style>\n\
         text {{ font: 13px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #c9d1d9; white-space: pre; \
         animation: come 1ms backwards }}\n.c {{ fill: #f0f6fc; font-weight: 600 }} .p {{ fill: #3fb950 }}\n\
         @keyframes come {{ from {{ opacity: 0 }} to {{ opacity: 1 }} }}\n</style>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#0d1117\"/>\n\
         <circle cx=\"18\" cy=\"18\" r=\"6\" fill=\"#ff5f57\"/><circle cx=\"38\" cy=\"18\" r=\"6\" fill=\"#febc2e\"/>\
         <circle cx=\"58\" cy=\"18\" r=\"6\" fill=\"#28c840\"/>\n"
    );
    for (at, Line { text, is_command, at: seconds }) in lines.iter().enumerate() {
        let y = 52 + at * 19;
        let text = escape(text);
        let (class, text) = match is_command {
            true => (" class=\"c\"", format!("<tspan class=\"p\">$</tspan> {text}")),
            false => ("", text),
        };
        // Writing to a text cannot fail.
        let _ = writeln!(
            svg,
            "<text x=\"16\" y=\"{y}\" xml:space=\"preserve\"{class} style=\"animation-delay: {seconds:.2}s\">{text}</text>"
        );
    }
    svg + "</svg>\n"
}

fn escape(text: &str) -> String {
    let visible: String = text.chars().filter(|character| !character.is_control()).collect();
    visible.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::{Line, draw};

    #[test]
    fn it_is_a_picture() {
        let line = |text: &str, at| Line { text: text.into(), is_command: at < 1.0, at };
        let svg = draw(&[line("rawpaste eval 'a < b & c'", 0.5), line("\u{1b}[1mTrue", 2.0)]);
        let parsed = roxmltree::Document::parse(&svg);
        let texts =
            parsed.map(|document| document.descendants().filter(|node| node.has_tag_name("text")).count());
        assert!(texts == Ok(2), "{svg}");
        assert!(svg.contains("a &lt; b &amp; c") && !svg.contains('\u{1b}'), "{svg}");
    }
}
