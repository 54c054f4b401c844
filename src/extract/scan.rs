//! Reads the JSON of one record once, strictly, and notes what must change before PostgreSQL may have it.
//! Never builds a value: a clean record costs one pass over its bytes.

use crate::posting::RejectReason;
use std::borrow::Cow;
use std::ops::Range;

/// Most bytes of one string of a record; a longer one is cut.
pub const TEXT_BYTES: usize = 1 << 20;
/// Most characters, and largest exponent, of a number: no honest one comes near, and jsonb would write out
/// `1e131071` as 131,072 digits.
const NUMBER_LENGTH: usize = 400;
/// Most nested arrays and objects; `serde_json` reads no more.
pub const DEPTH: usize = 127;
/// U+FFFD as an escape, which stands for what cannot be kept.
const REPLACEMENT: &str = "\\ufffd";

/// A range of the text, and what takes its place.
pub(super) type Edit = (Range<usize>, Cow<'static, str>);

/// Where in the text the scan is, and what it found.
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    pub edits: Vec<Edit>,
    pub flags: Vec<&'static str>,
    frames: Vec<Frame>,
    /// Members of the open objects, innermost last.
    members: Vec<Member>,
}

struct Frame {
    object: bool,
    first_member: usize,
}

struct Member {
    key: Range<usize>,
    value: Range<usize>,
}

impl<'a> Scanner<'a> {
    pub fn new(bytes: &'a [u8]) -> Scanner<'a> {
        Scanner {
            bytes,
            at: 0,
            edits: Vec::new(),
            flags: Vec::new(),
            frames: Vec::with_capacity(8),
            members: Vec::with_capacity(64),
        }
    }

    /// Reads the whole text, which must be one JSON value.
    pub fn document(&mut self) -> Result<(), RejectReason> {
        loop {
            self.value()?;
            if !self.after_value()? {
                return Ok(());
            }
        }
    }

    /// Reads a scalar or an empty container, or opens a container up to its first value.
    fn value(&mut self) -> Result<(), RejectReason> {
        loop {
            self.skip_space();
            match self.peek() {
                b'"' => return self.string().map(drop),
                b'{' => {
                    self.open(true)?;
                    if self.peek() == b'}' {
                        return Ok(());
                    }
                    self.key()?;
                }
                b'[' => {
                    self.open(false)?;
                    if self.peek() == b']' {
                        return Ok(());
                    }
                }
                b'-' | b'0'..=b'9' => return self.number(),
                b't' => return self.literal(b"true"),
                b'f' => return self.literal(b"false"),
                b'n' => return self.literal(b"null"),
                _ => return Err(self.malformed()),
            }
        }
    }

    /// Closes what ends here. `false` at the end of the document; `true` when another value must follow.
    fn after_value(&mut self) -> Result<bool, RejectReason> {
        loop {
            let end = self.at;
            self.skip_space();
            let Some(frame) = self.frames.last() else {
                return if self.at == self.bytes.len() { Ok(false) } else { Err(self.malformed()) };
            };
            let (object, first_member) = (frame.object, frame.first_member);
            // An object that was just opened and is empty has no member of its own yet.
            if object && self.members.len() > first_member && self.peek() != 0 {
                let last = self.members.len() - 1;
                self.members[last].value.end = end;
            }
            match (self.peek(), object) {
                (b',', true) => {
                    self.at += 1;
                    self.skip_space();
                    self.key()?;
                    return Ok(true);
                }
                (b',', false) => {
                    self.at += 1;
                    return Ok(true);
                }
                (b'}', true) => {
                    self.at += 1;
                    if repeats_a_key(self.bytes, &self.members[first_member..]) {
                        self.flag("duplicate_key");
                    }
                    self.members.truncate(first_member);
                    self.frames.pop();
                }
                (b']', false) => {
                    self.at += 1;
                    self.frames.pop();
                }
                _ => return Err(self.malformed()),
            }
        }
    }

    fn open(&mut self, object: bool) -> Result<(), RejectReason> {
        if self.frames.len() == DEPTH {
            let detail = format!("the record nests more than {DEPTH} arrays and objects");
            return Err(RejectReason::new("too_deep", detail));
        }
        self.frames.push(Frame { object, first_member: self.members.len() });
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    fn key(&mut self) -> Result<(), RejectReason> {
        if self.peek() != b'"' {
            return Err(self.malformed());
        }
        let key = self.string()?;
        self.skip_space();
        if self.peek() != b':' {
            return Err(self.malformed());
        }
        self.at += 1;
        self.skip_space();
        self.members.push(Member { key, value: self.at..self.at });
        Ok(())
    }

    /// Reads a string with its quotes; returns the range between them.
    fn string(&mut self) -> Result<Range<usize>, RejectReason> {
        let start = self.at + 1;
        self.at = start;
        loop {
            self.at = next_special(self.bytes, self.at);
            match self.bytes.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(&control) => self.escape_control(control),
                None => return Err(self.malformed()),
            }
        }
        let range = start..self.at;
        self.at += 1;
        if range.len() > TEXT_BYTES {
            self.cut(range.clone());
        }
        Ok(range)
    }

    /// Reads an escape, and mends the two kinds that PostgreSQL refuses.
    fn escape(&mut self) -> Result<(), RejectReason> {
        let start = self.at;
        match self.bytes.get(start + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                return Ok(());
            }
            Some(b'u') => {}
            _ => return Err(self.malformed()),
        }
        let unit = self.code_unit(start).ok_or_else(|| self.malformed())?;
        self.at += 6;
        match unit {
            0 => self.mend(start..self.at, REPLACEMENT.into(), "nul"),
            0xd800..=0xdbff if matches!(self.code_unit(self.at), Some(0xdc00..=0xdfff)) => self.at += 6,
            0xd800..=0xdfff => self.mend(start..self.at, REPLACEMENT.into(), "lone_surrogate"),
            _ => {}
        }
        Ok(())
    }

    /// The number in the `\uXXXX` that begins at `start`, if one does.
    fn code_unit(&self, start: usize) -> Option<u32> {
        let escape = self.bytes.get(start..start + 6)?.strip_prefix(b"\\u")?;
        escape.iter().try_fold(0, |unit, &digit| Some(unit * 16 + char::from(digit).to_digit(16)?))
    }

    /// Writes a control character as an escape, which is how JSON may hold one.
    fn escape_control(&mut self, control: u8) {
        let range = self.at..self.at + 1;
        match control {
            0 => self.mend(range, REPLACEMENT.into(), "nul"),
            _ => self.mend(range, format!("\\u{control:04x}").into(), "control_character"),
        }
        self.at += 1;
    }

    /// Leaves out the end of a string, never splitting a character, an escape or a surrogate pair.
    fn cut(&mut self, range: Range<usize>) {
        let limit = range.start + TEXT_BYTES;
        let mut cut = range.start;
        let mut next = cut;
        while next <= limit {
            cut = next;
            next += match self.bytes[cut] {
                b'\\' if self.bytes[cut + 1] != b'u' => 2,
                b'\\'
                    if matches!(self.code_unit(cut), Some(0xd800..=0xdbff))
                        && matches!(self.code_unit(cut + 6), Some(0xdc00..=0xdfff)) =>
                {
                    12
                }
                b'\\' => 6,
                first => utf8_length(first),
            };
        }
        self.edits.retain(|(edit, _)| edit.start < cut);
        self.mend(cut..range.end, "".into(), "text_cut");
    }

    fn number(&mut self) -> Result<(), RejectReason> {
        let start = self.at;
        if self.peek() == b'-' {
            self.at += 1;
        }
        let leading_zero = self.peek() == b'0';
        let whole = self.digits()?;
        if leading_zero && whole > 1 {
            return Err(self.malformed());
        }
        if self.peek() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        let mantissa = start..self.at;
        let mut exponent = 0;
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            let digits = self.at;
            self.digits()?;
            exponent = std::str::from_utf8(&self.bytes[digits..self.at])
                .ok()
                .and_then(|digits| digits.parse::<usize>().ok())
                .unwrap_or(usize::MAX);
        }
        let range = start..self.at;
        let exponential = mantissa != range;
        if range.len() > NUMBER_LENGTH
            || exponent > NUMBER_LENGTH
            || self.is_infinite(range.clone(), exponential)
        {
            self.mend(range, "null".into(), "number_too_large");
        } else if exponential || self.is_negative_zero(mantissa) {
            self.flag("number_rewritten");
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<usize, RejectReason> {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == start { Err(self.malformed()) } else { Ok(self.at - start) }
    }

    /// Whether the number is beyond a double, which `serde_json` refuses.
    fn is_infinite(&self, range: Range<usize>, exponential: bool) -> bool {
        (exponential || range.len() > 300)
            && std::str::from_utf8(&self.bytes[range])
                .is_ok_and(|number| number.parse::<f64>().is_ok_and(f64::is_infinite))
    }

    fn is_negative_zero(&self, mantissa: Range<usize>) -> bool {
        let mantissa = &self.bytes[mantissa];
        mantissa[0] == b'-' && mantissa[1..].iter().all(|byte| matches!(byte, b'0' | b'.'))
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), RejectReason> {
        if !self.bytes[self.at..].starts_with(word) {
            return Err(self.malformed());
        }
        self.at += word.len();
        Ok(())
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    /// The byte here, or 0 at the end, which no rule of the grammar accepts.
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn mend(&mut self, range: Range<usize>, replacement: Cow<'static, str>, flag: &'static str) {
        self.edits.push((range, replacement));
        self.flag(flag);
    }

    pub fn flag(&mut self, flag: &'static str) {
        if !self.flags.contains(&flag) {
            self.flags.push(flag);
        }
    }

    fn malformed(&self) -> RejectReason {
        RejectReason::new("not_json", format!("the record is not JSON at byte {}", self.at))
    }
}

/// Where the next quote, backslash or control character is at or after `at`; the end when there is none. Eight bytes
/// at a time: nearly all bytes of a record are plain text.
fn next_special(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH_BITS: u64 = ONES << 7;
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let eight = u64::from_le_bytes(*eight);
        // A byte borrows from the next one only where it is itself special, so that the lowest mark is always right.
        let control = eight.wrapping_sub(ONES * 0x20) & !eight;
        let quote = eight ^ (ONES * u64::from(b'"'));
        let backslash = eight ^ (ONES * u64::from(b'\\'));
        let quote = quote.wrapping_sub(ONES) & !quote;
        let backslash = backslash.wrapping_sub(ONES) & !backslash;
        let found = (control | quote | backslash) & HIGH_BITS;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes[at..].iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\');
    rest.map_or(bytes.len(), |length| at + length)
}

fn utf8_length(first: u8) -> usize {
    match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}

/// Whether two members have the same key and values that differ: jsonb keeps only the last.
fn repeats_a_key(bytes: &[u8], members: &[Member]) -> bool {
    let raw = |member: &Member| &bytes[member.key.clone()];
    if members.len() <= 64 && !members.iter().any(|member| raw(member).contains(&b'\\')) {
        return members.iter().enumerate().any(|(index, one)| {
            members[..index].iter().any(|other| raw(one) == raw(other) && differ(bytes, one, other))
        });
    }
    let mut keyed: Vec<(Vec<u8>, &Member)> =
        members.iter().map(|member| (unescaped(raw(member)), member)).collect();
    keyed.sort_by(|one, other| one.0.cmp(&other.0));
    keyed.windows(2).any(|pair| pair[0].0 == pair[1].0 && differ(bytes, pair[0].1, pair[1].1))
}

fn differ(bytes: &[u8], one: &Member, other: &Member) -> bool {
    bytes[one.value.clone()] != bytes[other.value.clone()]
}

/// The key itself; one that cannot be decoded was mended and flagged already, so that its escaped form will do.
fn unescaped(key: &[u8]) -> Vec<u8> {
    let quoted = [b"\"", key, b"\""].concat();
    serde_json::from_slice::<String>(&quoted).map_or_else(|_| key.to_vec(), String::into_bytes)
}
