//! What is wrong with a certificate that is refused, as far as what helps hangs on it.

use rustls::CertificateError;

/// Why a certificate is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// Nobody who is trusted here signed it.
    Signer,
    /// It has ended, or has not begun.
    Time,
    /// It is for another host.
    Name,
    Other,
}

impl Distrust {
    /// What helps.
    pub fn advice(self) -> &'static str {
        match self {
            Distrust::Signer => {
                "behind a proxy that opens TLS, name its certificate by --ca-file FILE"
            }
            Distrust::Time => {
                "whoever runs that server, or the proxy that opens TLS, has to renew it; is this \
                 machine's clock right?"
            }
            Distrust::Name => {
                "is that the address that its certificate names? Else whoever runs that server has to \
                 have the name added"
            }
            Distrust::Other => "whoever runs that server has to bring another certificate",
        }
    }

    pub(super) fn of(error: &rustls::Error) -> Self {
        let rustls::Error::InvalidCertificate(fault) = error else {
            return Distrust::Other;
        };
        match fault {
            CertificateError::UnknownIssuer => Distrust::Signer,
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Distrust::Time,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Distrust::Name
            }
            _ => Distrust::Other,
        }
    }
}
