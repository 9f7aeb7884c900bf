//! Blocks of addresses, as `CIDR()` takes them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An IPv4 or IPv6 network: an address and how many of its leading bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    address: IpAddr,
    prefix: u8,
}

impl Block {
    /// False for an address of the other family.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => same_prefix(
                network.to_bits().into(),
                address.to_bits().into(),
                32,
                self.prefix,
            ),
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                same_prefix(network.to_bits(), address.to_bits(), 128, self.prefix)
            }
            _ => false,
        }
    }
}

fn same_prefix(a: u128, b: u128, width: u32, prefix: u8) -> bool {
    // A shift by the whole width would overflow: no bit of the two is compared then.
    (a ^ b).checked_shr(width - u32::from(prefix)).unwrap_or(0) == 0
}

/// A text that is no block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotABlock {
    /// An address without the number of bits.
    NoPrefix(IpAddr),
    Malformed,
}

impl FromStr for Block {
    type Err = NotABlock;

    fn from_str(text: &str) -> Result<Self, NotABlock> {
        let Some((address, prefix)) = text.split_once('/') else {
            return Err(text
                .parse()
                .map_or(NotABlock::Malformed, NotABlock::NoPrefix));
        };
        let address: IpAddr = address.parse().map_err(|_| NotABlock::Malformed)?;
        let prefix: u8 = prefix.parse().map_err(|_| NotABlock::Malformed)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        if prefix > longest {
            return Err(NotABlock::Malformed);
        }
        Ok(Self { address, prefix })
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(block: &str, address: &str) -> bool {
        let block: Block = block.parse().expect("a block");
        block.contains(address.parse().expect("an address"))
    }

    #[test]
    fn a_block_holds_the_addresses_that_share_its_prefix() {
        assert!(contains("13.0.0.0/8", "13.255.1.2"));
        assert!(!contains("13.0.0.0/8", "14.0.0.0"));
        assert!(contains("10.1.2.3/32", "10.1.2.3"));
        assert!(!contains("10.1.2.3/32", "10.1.2.2"));
        assert!(contains("0.0.0.0/0", "255.255.255.255"));
        assert!(contains("2001:db8::/32", "2001:db8:1::1"));
        assert!(contains("::/0", "2001:db8::1"));
        assert!(!contains("::/0", "10.0.0.1"));
    }

    #[test]
    fn what_is_no_block_is_told_apart_from_a_lone_address() {
        assert!(matches!(
            "10.0.0.1".parse::<Block>(),
            Err(NotABlock::NoPrefix(_))
        ));
        for text in ["10.0.0.0/33", "::/129", "10.0.0/8", "x", "10.0.0.0/-1", ""] {
            assert_eq!(text.parse::<Block>(), Err(NotABlock::Malformed), "{text}");
        }
    }
}
