//! The engine's promises about what it writes, kept count of from outside: by what went and what came alone.

/// The offer of a raw paste.
pub(super) const OFFER: &[u8] = b"\x05A\x01";
/// What the raw REPL says when it is entered, and firmware without raw paste to an offer.
pub(super) const RAW_BANNER: &[u8] = b"raw REPL; CTRL-B to exit\r\n>";
/// What is typed into a running script.
pub(super) const TYPED: &[u8] = b"typed\r";

/// Watches one conversation.
#[derive(Debug)]
pub(super) struct Promises {
    /// Whether credit counts for nothing, and a second paste may follow the first.
    open: bool,
    paste: Option<Paste>,
    /// The one that follows it, whose offer went ahead.
    behind: Option<Paste>,
    /// How often the raw banner answered an offer in a row; at the second time it is no paste.
    banners: u32,
}

/// A raw paste, from its offer on.
#[derive(Debug, Default)]
struct Paste {
    /// What came in answer to the offer, up to its header.
    header: Vec<u8>,
    window: Option<u64>,
    /// Source bytes that went.
    sent: u64,
    grants: u64,
    /// The `^D` was asked for, and went.
    ended: bool,
    /// It ended by `^C`.
    interrupted: bool,
    /// It followed another in an open flow, so that source may go before the header.
    followed: bool,
    /// The board has sent the `04` that ends the data.
    acknowledged: bool,
    /// How many parts of the answer, output and error, came whole.
    parts: u8,
    /// How much of the next paste's offer went along with the `^D`.
    ahead: usize,
    /// A byte that means nothing came: the engine has given up.
    broken: bool,
}

impl Promises {
    pub(super) const fn new(open: bool) -> Self {
        Self { open, paste: None, behind: None, banners: 0 }
    }

    /// Another run begins; an offer that went ahead is still open.
    pub(super) fn begin(&mut self) {
        self.behind = None;
        self.paste = self.paste.take().filter(|paste| paste.sent == 0 && !paste.ended);
    }

    /// The engine asks for a write that is not the rest of an earlier one.
    pub(super) fn asked(&mut self, batch: &[u8]) {
        assert!(!batch.is_empty(), "an empty write");
        assert!(batch == [3] || !batch.contains(&3), "a ^C goes in a write of its own: {batch:?}");
        if matches!(batch, [1..=3]) {
            self.behind = None;
        } else if self.goes_behind(batch) {
            let followed = || Paste { followed: true, ..Paste::default() };
            return self.behind.get_or_insert_with(followed).asked(batch);
        }
        match (batch, &mut self.paste) {
            ([1], _) => (self.paste, self.banners) = (None, 0),
            ([2], _) => self.paste = None,
            ([3], Some(paste)) => (paste.ended, paste.interrupted) = (true, true),
            (OFFER, None) => self.paste = Some(Paste::default()),
            (OFFER, Some(paste)) => {
                // The banner came once, or the paste before was answered.
                assert!(paste.window.is_none() || paste.acknowledged, "an offer in the middle of a paste");
                self.paste = Some(Paste::default());
            }
            (batch, Some(paste)) => paste.asked(batch),
            // The mark, or plain raw mode: a ^D alone would be a soft reset.
            (batch, None) => assert!(batch == [3] || batch[0] != 4, "a ^D alone"),
        }
    }

    /// These bytes of the write went.
    pub(super) fn wrote(&mut self, bytes: &[u8]) {
        let open = self.open;
        if let Some(behind) = &mut self.behind {
            behind.wrote(bytes, open);
        } else if let Some(paste) = self.paste.as_mut() {
            paste.wrote(bytes, open);
        }
    }

    /// Whether what is written now belongs to the second paste: the first went whole, with its successor's offer.
    fn goes_behind(&self, batch: &[u8]) -> bool {
        let Some(paste) = self.paste.as_ref().filter(|_| self.open) else { return false };
        let typed = paste.acknowledged && is_typed(batch);
        paste.ended && paste.ahead == OFFER.len() && !paste.interrupted && !typed
    }

    /// These bytes came.
    pub(super) fn heard(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let Some(paste) = &mut self.paste else { return };
            if paste.is_over(byte) && paste.ahead == OFFER.len() {
                self.paste = Some(self.behind.take().unwrap_or_default());
                continue;
            }
            match paste.heard(byte) {
                Header::Plain => self.paste = None,
                Header::Banner => {
                    self.banners += 1;
                    self.paste = (self.banners < 2).then(Paste::default);
                }
                Header::Accepted => self.banners = 0,
                Header::Other => {}
            }
        }
    }
}

fn is_typed(batch: &[u8]) -> bool {
    TYPED.windows(batch.len()).any(|part| part == batch)
}

/// What a byte of the board made of the offer.
enum Header {
    Accepted,
    Plain,
    Banner,
    Other,
}

impl Paste {
    fn asked(&self, batch: &[u8]) {
        assert!(self.window.is_some() || self.followed, "{batch:?} before the offer was answered");
        assert!(!self.broken, "{batch:?} after what made no sense");
        if self.acknowledged {
            assert!(
                is_typed(batch) || (batch == [4] && !self.ended),
                "{batch:?} after the board ended the data"
            );
        } else {
            assert!(!self.ended, "{batch:?} after the ^D");
            let source = batch.strip_suffix(OFFER).unwrap_or(batch);
            assert!(source.len() == batch.len() || source.ends_with(&[4]), "an offer ahead without the ^D");
            assert!(!source[..source.len() - 1].contains(&4), "something behind the ^D");
        }
    }

    fn wrote(&mut self, bytes: &[u8], open: bool) {
        if self.window.is_none() && !self.followed {
            return;
        }
        let window = self.window.unwrap_or(u64::MAX);
        for &byte in bytes {
            if self.ended && byte != 3 && OFFER.get(self.ahead) == Some(&byte) && window >= 5 {
                self.ahead += 1;
                continue;
            }
            if byte == 3 || (self.ended && self.acknowledged) {
                continue;
            }
            assert!(!self.ended, "source or a second ^D behind the first");
            self.ended = byte == 4;
            self.sent += u64::from(byte != 4);
        }
        if open {
            return;
        }
        let unread = self.sent.saturating_sub(self.grants * window);
        assert!(self.sent <= (2 + self.grants) * window, "more than was granted");
        assert!(
            unread <= window.max((2 * window).saturating_sub(if self.ahead > 0 { 5 } else { 2 })),
            "{unread} unread with a window of {window}: no room for the ^D"
        );
    }

    /// Whether this byte is the prompt after the answer's two parts.
    fn is_over(&mut self, byte: u8) -> bool {
        if !self.acknowledged {
            return false;
        }
        self.parts += u8::from(byte == 4 && self.parts < 2);
        self.parts == 2 && byte == b'>'
    }

    fn heard(&mut self, byte: u8) -> Header {
        if self.window.is_some() {
            match byte {
                _ if self.acknowledged => {}
                1 => self.grants += 1,
                4 => self.acknowledged = true,
                _ => self.broken = true,
            }
            return Header::Other;
        }
        self.header.push(byte);
        match self.header[..] {
            [b'R', 0, b'>'] => return Header::Plain,
            [b'R', 1, low, high, 1] => {
                let window = u16::from_le_bytes([low, high]);
                self.window = Some(window.into());
                // After one that cannot be, nothing may follow.
                self.broken = !(1..=32_767).contains(&window);
            }
            _ if self.header == RAW_BANNER => return Header::Banner,
            _ => {
                // More than an answer can have: nobody waits for it any longer.
                self.header.truncate(RAW_BANNER.len() + 1);
                return Header::Other;
            }
        }
        Header::Accepted
    }
}
