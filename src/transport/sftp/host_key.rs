//! Host keys by fingerprint: what a server shows, and whether it is pinned.

use crate::base::hash::Sha;

/// Families of host keys, in the order they are asked for. The broken ones (`ssh-rsa` with SHA-1, `ssh-dss`) are not
/// among them.
pub(super) const FAMILIES: &[&str] = &[
    "ssh-ed25519",
    "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521",
    "rsa-sha2-512,rsa-sha2-256",
];

/// The fingerprint of a public host key blob as `ssh-keygen -l` shows it: `SHA256:` and base64 without padding.
pub fn fingerprint(key: &[u8]) -> String {
    format!("SHA256:{}", base64(&Sha::of(key).0))
}

/// Whether `shown` is one of `pinned`. Padding and blanks around a pinned one are forgiven; nothing else is.
pub(super) fn is_pinned(shown: &str, pinned: &[String]) -> bool {
    pinned.iter().any(|pin| pin.trim().trim_end_matches('=') == shown)
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            text.push(char::from(DIGITS[(word >> (18 - 6 * digit) & 63) as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_rfc_4648() {
        let cases = [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("foobar", "Zm9vYmFy"),
        ];
        for (bytes, text) in cases {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xfb, 0xff]), "+/8");
    }

    #[test]
    fn only_the_whole_fingerprint_is_pinned() {
        let shown = fingerprint(b"key");
        assert!(is_pinned(&shown, &["SHA256:other".into(), format!(" {shown}= ")]));
        assert!(!is_pinned(&shown, &[]) && !is_pinned(&shown, &[shown[..20].to_string()]));
        assert!(!is_pinned(&shown, &[shown.to_lowercase()]) && !is_pinned(&shown, &[String::new()]));
    }
}
