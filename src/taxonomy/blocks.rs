//! Classes of the bytes of a text as bits, 64 bytes at a time, without a branch.

/// Bytes whose classes fill one word of bits.
pub const BLOCK: usize = 64;

/// Bits of the bytes of a block.
pub struct Classes {
    /// Belongs to a word.
    pub inside: u64,
    /// May begin a spelling: no white space, and not the middle of a character.
    pub first: u64,
    /// ASCII letter.
    pub letter: u64,
    /// ASCII letter, or part of a character beyond ASCII.
    pub spoken: u64,
}

/// The classes of the bytes of a block. Written as comparisons of whole arrays, which the compiler turns into SIMD.
pub fn classes(block: &[u8]) -> Classes {
    let mut bytes = [0; BLOCK];
    bytes[..block.len()].copy_from_slice(block);
    let letter = bytes.map(|byte| u8::from((byte | 0x20).wrapping_sub(b'a') < 26));
    let inside = bytes.map(|byte| {
        let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        u8::from(is_letter | (byte.wrapping_sub(b'0') < 10) | (byte == b'_'))
    });
    let first = bytes.map(|byte| u8::from((byte as i8 > b' ' as i8) | (byte >= 0xC0)));
    let spoken = bytes.map(|byte| u8::from(((byte | 0x20).wrapping_sub(b'a') < 26) | (byte >= 0x80)));
    Classes { inside: bits(&inside), first: bits(&first), letter: bits(&letter), spoken: bits(&spoken) }
}

/// Gathers bytes of 0 or 1 into bits: the product moves the bits of eight bytes into its highest byte.
fn bits(flags: &[u8; BLOCK]) -> u64 {
    let mut bits = 0;
    for (index, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= gathered << (8 * index);
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_classes() {
        let Classes { inside, first, letter, spoken } = classes("a1 _é.".as_bytes());
        assert_eq!(inside, 0b000_1011);
        assert_eq!(first, 0b101_1011);
        assert_eq!(letter, 0b000_0001);
        assert_eq!(spoken, 0b011_0001);
    }
}
