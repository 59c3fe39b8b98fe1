//! Tables of values separated by semicolons, commas or tabs.

use super::{MOST_COLUMNS, Refusal};

/// Characters that separate values, in the order in which they win if a heading line has as many of each.
const SEPARATORS: [u8; 3] = [b';', b',', b'\t'];

/// Reads the lines with their numbers, at most `most`; one more is refused. The text is UTF-8, else Windows-1252.
pub fn lines(bytes: &[u8], most: usize) -> Result<Vec<(usize, Vec<String>)>, Refusal> {
    if bytes.contains(&0) {
        return Err(Refusal::Unreadable);
    }
    let text = text(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator(&text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let (mut lines, mut counted) = (Vec::new(), Counted { number: 1, byte: 0 });
    for record in reader.records() {
        let record = record.map_err(|_| Refusal::Unreadable)?;
        if record.len() > MOST_COLUMNS {
            return Err(Refusal::Unreadable);
        }
        if lines.len() == most {
            return Err(Refusal::TooManyRows { most: most - 1 });
        }
        let begins = record.position().map_or(0, csv::Position::byte);
        counted = counted.upto(text.as_bytes(), usize::try_from(begins).unwrap_or(usize::MAX));
        lines.push((counted.number, record.iter().map(str::to_owned).collect()));
    }
    Ok(lines)
}

/// Number of the line at a byte of a text. The reader's own number is that of the line before after an end of line of
/// Windows.
struct Counted {
    number: usize,
    byte: usize,
}

impl Counted {
    /// Counts on to the record that begins at a byte, behind the line ends there.
    fn upto(self, text: &[u8], begins: usize) -> Self {
        let is_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let begins = begins.min(text.len());
        let byte = begins + text[begins..].iter().take_while(is_end).count();
        let ends = text[self.byte.min(byte)..byte].split(|byte| *byte == b'\n').count().saturating_sub(1);
        Self { number: self.number + ends, byte }
    }
}

fn text(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    }
}

/// Returns the separator that the first line has most often.
fn separator(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: u8| first.bytes().filter(|byte| *byte == separator).count();
    SEPARATORS.into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(b';')
}
