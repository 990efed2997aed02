//! Enums that are shown as their `as_str`.

/// `Display`, padded as asked, of each.
macro_rules! shown_as_str {
    ($($shown:ty),+) => {
        $(
            impl std::fmt::Display for $shown {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.pad(self.as_str())
                }
            }
        )+
    };
}

pub(crate) use shown_as_str;

#[cfg(test)]
mod tests {
    use crate::signing::{Charset, Encoding, MacAlgorithm, SegmentKind, Source};

    #[test]
    fn words_are_padded_as_asked() {
        assert_eq!(format!("{:>12}|{}", Source::RequestUrl, Source::Body), " request URL|body");
        assert_eq!(format!("{:<6}|{}", Charset::Utf8, Charset::Latin9), "UTF-8 |ISO-8859-15");
        assert_eq!(format!("{:>7}|{}", SegmentKind::Secret, SegmentKind::Separator), " secret|separator");
        assert_eq!(
            format!("{:8}|{}", MacAlgorithm::Sha256, MacAlgorithm::HmacSha256),
            "SHA-256 |HMAC-SHA256"
        );
        assert_eq!(format!("{:^8}|{}", Encoding::Base64, Encoding::HexLower), " base64 |lower-case hex");
        #[cfg(feature = "netvisor")]
        assert_eq!(
            format!("{:>3}|{}", crate::netvisor::Language::Se, crate::netvisor::Language::Fi),
            " SE|FI"
        );
    }
}
