//! Who signed a certificate and until when it is good, read out of its DER (RFC 5280, section 4.1).
//!
//! For people alone: nothing is trusted on the strength of it. What cannot be read is `None`.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const OBJECT: u8 = 0x06;
/// `[0]`, around the version.
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// Text of two bytes a character.
const BMP_STRING: u8 = 0x1e;

/// 2.5.4.3
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// 2.5.4.10
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];

/// `Zscaler Intermediate CA (Zscaler Inc.)`: the name of the issuer and, where there is one, its
/// organisation.
pub(super) fn issuer(certificate: &[u8]) -> Option<String> {
    let name = to_be_signed(certificate)?.value(SEQUENCE)?;
    let common_name = attribute(name, COMMON_NAME);
    let organisation = attribute(name, ORGANISATION);
    match (common_name, organisation) {
        (Some(name), Some(organisation)) if name != organisation => {
            Some(format!("{name} ({organisation})"))
        }
        (name, organisation) => name.or(organisation),
    }
}

/// When it is no longer good.
pub(super) fn expires(certificate: &[u8]) -> Option<Timestamp> {
    let mut rest = to_be_signed(certificate)?;
    rest.value(SEQUENCE)?;
    let mut validity = Der(rest.value(SEQUENCE)?);
    validity.next()?;
    let (tag, text) = validity.next()?;
    let text = std::str::from_utf8(text).ok()?;
    let text = match tag {
        // RFC 5280, section 4.1.2.5.1: two digits of a year from 1950 to 2049.
        UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let civil = DateTime::strptime("%Y%m%d%H%M%SZ", text).ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// What is behind version, serial number and algorithm: the issuer, then the validity.
fn to_be_signed(certificate: &[u8]) -> Option<Der<'_>> {
    let whole = Der(certificate).value(SEQUENCE)?;
    let mut rest = Der(Der(whole).value(SEQUENCE)?);
    if rest.0.first() == Some(&VERSION) {
        rest.value(VERSION)?;
    }
    rest.value(INTEGER)?;
    rest.value(SEQUENCE)?;
    Some(rest)
}

/// The text of one attribute of a name: a sequence of sets of pairs.
fn attribute(name: &[u8], wanted: &[u8]) -> Option<String> {
    let mut sets = Der(name);
    while let Some(set) = sets.value(SET) {
        let mut pair = Der(Der(set).value(SEQUENCE)?);
        if pair.value(OBJECT)? == wanted {
            let (tag, value) = pair.next()?;
            return Some(text(tag, value));
        }
    }
    None
}

fn text(tag: u8, value: &[u8]) -> String {
    if tag != BMP_STRING {
        return String::from_utf8_lossy(value).into_owned();
    }
    let units = value.chunks_exact(2);
    let units: Vec<u16> = units
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .collect();
    String::from_utf16_lossy(&units)
}

/// Values one after the other, each behind its tag and its length.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The next value, where it has this tag.
    fn value(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next()
            .filter(|(found, _)| *found == tag)
            .map(|(_, value)| value)
    }

    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], rest) = self.0.split_first_chunk()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // So many bytes of length; a certificate needs no more than four.
            0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = bytes
                    .iter()
                    .fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
                (usize::try_from(length).ok()?, rest)
            }
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, value))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    use super::*;

    fn certificate() -> CertificateDer<'static> {
        let pem = include_bytes!("../../tests/data/relay/cert.pem");
        CertificateDer::from_pem_slice(pem).expect("a certificate")
    }

    #[test]
    fn who_signed_it_and_until_when_it_is_good_are_read() {
        let certificate = certificate();
        assert_eq!(issuer(&certificate).as_deref(), Some("localhost"));
        let expires = expires(&certificate).expect("it ends");
        assert_eq!(expires.to_string(), "2126-10-28T21:59:14Z");
    }

    #[test]
    fn every_authority_of_mozilla_has_a_name() {
        for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
            assert!(issuer(root).is_some_and(|name| !name.is_empty()));
            assert!(expires(root).is_some());
        }
    }

    proptest! {
        #[test]
        fn a_broken_certificate_says_nothing_and_breaks_nothing(
            at in 0usize..600, byte in any::<u8>(), length in 0usize..600,
        ) {
            let mut bytes = certificate().to_vec();
            if let Some(changed) = bytes.get_mut(at) {
                *changed = byte;
            }
            bytes.truncate(length);
            let _ = (issuer(&bytes), expires(&bytes));
        }
    }
}
