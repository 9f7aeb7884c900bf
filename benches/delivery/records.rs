//! Records to deliver.

use std::io::{self, Write};

use jiff::Timestamp;

/// With the end of the line.
pub const LENGTH: usize = 491;

/// A generator of numbers, for text that does not compress away.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

const TABLES: [&str; 8] = [
    "orders",
    "customers",
    "invoices",
    "payments",
    "audit",
    "sessions",
    "stock",
    "prices",
];

/// Writes `count` records, a line each.
pub fn write(count: usize, to: &mut impl Write) -> io::Result<()> {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let now = Timestamp::now().as_millisecond();
    for number in 0..count {
        let line = record(number, now, &mut numbers);
        to.write_all(line.as_bytes())?;
    }
    Ok(())
}

fn record(number: usize, now: i64, numbers: &mut Numbers) -> String {
    let (high, low) = (numbers.next(), numbers.next());
    let table = TABLES[(low % 8) as usize];
    let start = format!(
        "{{\"timestamp\":{},\"status\":\"info\",\"ddsource\":\"hoop\",\"service\":\"agent-access\",\
         \"ddtags\":\"env:prod,team:platform\",\"evt\":{{\"name\":\"session.close\",\"id\":\
         \"{high:016x}{low:016x}\",\"outcome\":\"success\"}},\"usr\":{{\"id\":\"agent-{}\",\
         \"email\":\"agent-{}@example.com\"}},\"connection\":{{\"name\":\"prod-{table}\",\"type\":\
         \"database\"}},\"session\":{{\"id\":\"{low:016x}\",\"seq\":{number}}},\"message\":\"select * \
         from {table} where id = {}",
        now - (number % 1000) as i64,
        high % 97,
        high % 97,
        low % 1_000_000,
    );
    let end = "\"}\n";
    let room = LENGTH.saturating_sub(start.len() + end.len());
    format!(
        "{start}{:room$}{end}",
        " and state = 'open' -- by the agent"
    )
}
