use super::*;

fn read(text: &str) -> std::result::Result<Project, (usize, String)> {
    Project::parse(text, Path::new("folder"))
}

#[test]
fn everything_has_its_place() {
    let project = read(
        "port = \"id:E661\" # the one on the desk\ntree = [\"src\", \":lib\"]\nignore = [\"*.pyc\", \"!keep.pyc\", \"/build/\"]\n\
         after-sync = \"run tools/try it.py\"\n",
    )
    .expect("it is good");
    assert_eq!(project.port.expect("a port").kind, Kind::SerialNumber("E661".into()));
    assert_eq!(project.tree, Some((PathBuf::from("folder/src"), BoardPath::of("lib"))));
    assert_eq!(project.ignore, ["*.pyc", "!keep.pyc", "/build/"]);
    assert_eq!(project.after_sync, AfterSync::Run(PathBuf::from("folder/tools/try it.py")));
    let project = read("tree = \".\"\nafter-sync = \"reset\"\nport = \"\"").expect("it is good");
    assert_eq!(project.tree, Some((PathBuf::from("folder/."), BoardPath::of(""))));
    assert_eq!(project.after_sync, AfterSync::Reset);
    assert!(project.port.is_none());
    let project = read("").expect("it is good");
    assert!(project.tree.is_none() && project.ignore.is_empty() && project.after_sync == AfterSync::Nothing);
    let port = read("port = \"micropython:board\"").expect("it is good").port.expect("a port");
    assert_eq!(port.kind, Kind::MicroPython(Some(PathBuf::from("folder/board"))));
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let cases = [
        ("\nprot = \"a0\"", 2, "did you mean \"port\"?"),
        ("after_sync = \"reset\"", 1, "did you mean \"after-sync\"?"),
        ("port = \"a0\"\n\nserial = 1", 3, "there are port, tree, ignore, after-sync"),
        ("[port]\nname = \"a0\"", 1, "expected a string"),
        ("port = 3", 1, "expected a string"),
        ("port = \"ftp://h:1\"", 1, "there are tcp:// and rfc2217://"),
        ("# one\nport = \"a0", 2, "string"),
        ("tree = 3", 1, "[\"DIR\", \":DIR\"]"),
        ("tree = [\"a\"]", 1, "[\"DIR\", \":DIR\"]"),
        ("tree = [\":lib\", \"src\"]", 1, "a folder here, then one on the board"),
        ("ignore = \"*.pyc\"", 1, "expected a sequence"),
        ("ignore = [\n\"a\",\n\"[z-a]\"]", 1, "no pattern of a .gitignore"),
        ("after-sync = \"restart\"", 1, "\"run FILE\""),
        ("after-sync = \"run\"", 1, "\"run FILE\""),
        ("after-sync = \"run :main.py\"", 1, "a file here"),
        ("after-sync = \"reset now\"", 1, "\"run FILE\""),
        ("port = \"a0\"\nport = \"a1\"", 2, "duplicate key"),
    ];
    for (text, line, why) in cases {
        let (at, said) = read(text).expect_err(text);
        assert!(said.contains(why), "{text:?}: {said}");
        assert_eq!(at, line, "{text:?}: {said}");
    }
    assert!(read(&"#\n".repeat(40_000)).expect_err("it is long").1.contains("longer"));
}

/// A project may be another's.
#[test]
fn paths_stay_below_the_folder() {
    for path in ["..", "a/../..", "/", "/home", ""] {
        for text in [
            format!("tree = {path:?}"),
            format!("tree = [{path:?}, \":\"]"),
            format!("port = \"sim:{path}\""),
            format!("port = \"micropython:{path}\""),
            format!("after-sync = \"run {path}\""),
        ] {
            let bare = path.is_empty() && text.ends_with(":\"");
            assert_eq!(read(&text).is_err(), !bare, "{text}");
        }
    }
}
