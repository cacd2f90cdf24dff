//! What the engine defines on the board under the one global name `_rp`.
//!
//! Bytes can be lost without an error: a path that arrives shorter names another file. So every call goes through one
//! helper that compares a check over its name and arguments first (of bytes their length; what they say is checked by
//! the operation), and does nothing where it differs.

use alloc::{format, vec::Vec};

use crate::Argument;

/// A function that the engine needs on the board more than once.
///
/// It is defined there when a script first calls it, as an attribute of the class `_rp`, and then called with
/// literal arguments. A later definition derives from the earlier one, so `_rp` is the only global name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Helper {
    /// Its name: `_rp.NAME`.
    pub(crate) name: &'static str,
    /// Its Python: lines that stand in a class body, each indented by one space and ended by a newline. The first
    /// is ` def NAME(`, or an attribute that it needs.
    pub(crate) source: &'static str,
    /// The helpers that it calls itself.
    pub(crate) requires: &'static [&'static Self],
    /// What the simulated board does instead of running the Python; it must agree with a real MicroPython.
    #[cfg(feature = "testing")]
    pub(crate) twin:
        fn(&mut crate::testing::Machine, &[crate::literal::Value]) -> Result<(), crate::testing::Raised>,
}

impl PartialEq for Helper {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.source == other.source
    }
}

/// A script of the engine's that stands for itself: text with literals in between, for work that is done once.
///
/// It is the body of `class _rp`, so that its names are no globals; what was defined there is gone then.
#[cfg(feature = "transfer")]
#[derive(Debug)]
pub(crate) struct Whole {
    /// Its text; a literal follows each piece but the last.
    pub(crate) pieces: &'static [&'static str],
    /// What the simulated board does instead.
    #[cfg(feature = "testing")]
    pub(crate) twin:
        fn(&mut crate::testing::Machine, &[crate::literal::Value]) -> Result<(), crate::testing::Raised>,
}

/// Appends the script that defines `helpers`: afresh with `nonce`, or on top of what is defined already.
pub(crate) fn define(helpers: &[&Helper], nonce: Option<u32>, out: &mut Vec<u8>) {
    match nonce {
        Some(nonce) => out.extend_from_slice(format!("class _rp:\n _n={nonce}\n").as_bytes()),
        None => out.extend_from_slice(b"class _rp(_rp):\n"),
    }
    for helper in helpers {
        out.extend_from_slice(helper.source.as_bytes());
    }
}

/// What [`CALL`] raises when a call did not arrive as it was sent.
pub(crate) const DAMAGED: &str = "_rp: damaged";

/// Calls a helper by its name, if the check agrees.
pub(crate) static CALL: Helper = Helper {
    name: "z",
    source: concat!(
        " def z(c,f,*a):\n",
        "  h=0\n",
        "  for i in bytes(','.join([f]+[x if isinstance(x,str)else str(x if isinstance(x,int)else len(x))",
        "for x in a]),'utf-8'):h=h*31+i&16777215\n",
        "  if h!=c:raise ValueError('_rp: damaged')\n",
        "  getattr(_rp,f)(*a)\n",
    ),
    requires: &[],
    #[cfg(feature = "testing")]
    twin: call,
};

/// Makes bytes of base64, on a path that does not carry all values.
#[cfg(feature = "transfer")]
pub(crate) static BASE64: Helper = Helper {
    name: "B",
    source: " import binascii\n B=binascii.a2b_base64\n",
    requires: &[],
    #[cfg(feature = "testing")]
    twin: crate::testing::not_called,
};

/// Computes the check over a call.
pub(crate) fn check(name: &str, arguments: &[Argument<'_>]) -> u32 {
    let mut text = Vec::from(name);
    for argument in arguments {
        text.push(b',');
        match *argument {
            Argument::Int(number) => text.extend_from_slice(format!("{number}").as_bytes()),
            Argument::Str(word) => text.extend_from_slice(word.as_bytes()),
            Argument::Bytes(bytes) => text.extend_from_slice(format!("{}", bytes.len()).as_bytes()),
            #[cfg(feature = "transfer")]
            Argument::Pieces(_) => {}
            #[cfg(feature = "transfer")]
            Argument::Base64(bytes) => text.extend_from_slice(format!("{}", bytes.len()).as_bytes()),
        }
    }
    text.iter().fold(0, |check, byte| (check * 31 + u32::from(*byte)) & 0xff_ffff)
}

#[cfg(feature = "testing")]
fn call(
    machine: &mut crate::testing::Machine,
    given: &[crate::literal::Value],
) -> Result<(), crate::testing::Raised> {
    use crate::{Value, testing::Raised};

    let [Value::Int(sent), Value::Str(name), arguments @ ..] = given else {
        return Err(Raised::new("TypeError", "wrong argument"));
    };
    let as_argument = |value| match value {
        &Value::Int(number) => Argument::Int(number.unsigned_abs()),
        Value::Str(text) => Argument::Str(text),
        Value::Bytes(bytes) => Argument::Bytes(bytes),
        Value::None | Value::Bool(_) | Value::Sequence(_) => Argument::Str(""),
    };
    let seen: Vec<_> = arguments.iter().map(as_argument).collect();
    if i64::from(check(name, &seen)) != *sent {
        return Err(Raised::new("ValueError", DAMAGED));
    }
    let helper = crate::testing::helpers().iter().find(|helper| helper.name == name);
    let missing = || Raised::no_attribute("type object '_rp'", name);
    (helper.ok_or_else(missing)?.twin)(machine, arguments)
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use alloc::{string::String, vec::Vec};

    /// A later definition derives from the earlier one, so one name for two things would shadow the first: the nonce,
    /// once, and no board could be entered any more.
    #[test]
    fn no_two_attributes_have_one_name() {
        let mut names: Vec<(String, &str)> = alloc::vec![("_n".into(), "")];
        for helper in crate::testing::helpers() {
            let own = helper.source.lines().filter(|line| line.starts_with(' ') && !line.starts_with("  "));
            let defined = own.map(|line| {
                let line = line.trim_start();
                let rest = ["def ", "class ", "import "].iter().find_map(|word| line.strip_prefix(word));
                rest.unwrap_or(line).split(['(', '=', ':']).next().unwrap_or_default()
            });
            // What a helper sets when it runs.
            let set = helper.source.match_indices("_rp.").filter_map(|(at, _)| {
                let rest = &helper.source[at + 4..];
                let name = &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len())];
                let after = &rest[name.len()..];
                (after.starts_with(['=', '+']) && !after.starts_with("==")).then_some(name)
            });
            for name in defined.chain(set) {
                // Variants of one helper, and what helpers of one family share.
                let other = names.iter().find(|(known, owner)| known == name && !family(owner, helper.name));
                assert!(other.is_none(), "{name} stands for two things: in {} and {other:?}", helper.name);
                names.push((name.into(), helper.name));
            }
        }
        assert!(names.len() > 15, "{names:?}");
    }

    /// Whether two helpers may set the same attribute: of the variants of one a board gets one, and those of a put share
    /// the file and the stream.
    fn family(one: &str, other: &str) -> bool {
        const FAMILIES: [&str; 2] = ["OWUE", "IUSF"];
        one == other || FAMILIES.iter().any(|family| family.contains(one) && family.contains(other))
    }
}
