//! One fast hash for everything that is compared by its hash. It is part of the stored signatures: never change it
//! without raising `VERSION`.

const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Mixes all bits of a number into all others (the finalizer of splitmix64).
pub fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// Hash of a text.
pub fn of(text: &str) -> u64 {
    of_bytes(text.as_bytes())
}

/// Hash of bytes, eight at a time.
pub fn of_bytes(bytes: &[u8]) -> u64 {
    let mut hash = (bytes.len() as u64).wrapping_mul(MULTIPLIER);
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let word = u64::from_le_bytes(chunk.try_into().expect("a chunk has eight bytes"));
        hash = (hash.rotate_left(23) ^ word).wrapping_mul(MULTIPLIER);
    }
    let mut last = [0; 8];
    last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    mix((hash.rotate_left(23) ^ u64::from_le_bytes(last)).wrapping_mul(MULTIPLIER))
}

/// Hash of a pair whose order matters.
pub fn pair(left: u64, right: u64) -> u64 {
    mix(left.rotate_left(29) ^ right.wrapping_mul(MULTIPLIER))
}

/// 32 bits of a hash; never 0, which stands for nothing.
pub fn short(text: &str) -> u32 {
    (of(text) as u32).max(1)
}
