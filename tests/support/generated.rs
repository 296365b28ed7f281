//! Generated messages for measuring and for long runs: the same bytes for the same size.
#![allow(dead_code)]

use std::fmt::Write;

/// One interchange of 940s as Brightwick sends them, of about `bytes` bytes, twenty lines each.
pub fn interchange_of_940s(bytes: usize) -> Vec<u8> {
    interchange_of_940s_numbered(bytes, 1)
}

/// The interchange with a finding in each message: a day of a thirteenth month where `day` was, at the same length.
pub fn with_a_fault_in_each(interchange: &[u8], day: &str) -> Vec<u8> {
    let text = std::str::from_utf8(interchange).expect("generated text");
    let no_day = day.replacen("11", "13", 1);
    assert!(no_day != day && text.contains(day), "{day} is in it");
    text.replace(day, &no_day).into_bytes()
}

/// The same with its own interchange control number and order numbers.
pub fn interchange_of_940s_numbered(bytes: usize, number: u32) -> Vec<u8> {
    orders(number, |text, _| text.len() < bytes)
}

/// One interchange of so many 940s.
pub fn interchange_of_orders(count: u32, number: u32) -> Vec<u8> {
    orders(number, |_, messages| messages < count)
}

/// One interchange of 940s as long as `goes_on` says so of the text and the count so far.
fn orders(number: u32, goes_on: impl Fn(&str, u32) -> bool) -> Vec<u8> {
    let mut text = format!(
        "ISA*00*          *00*          *ZZ*BRIGHTWICK     *ZZ*HAVENPORT3PL   *261120*0815*U*00401*{number:09}*0*P*>~\
         GS*OW*BRIGHTWICK*HAVENPORT3PL*20261120*0815*{number}*X*004010~"
    );
    let mut messages = 0;
    while goes_on(&text, messages) {
        messages += 1;
        message(&mut text, number, messages);
    }
    let _ = write!(text, "GE*{messages}*{number}~IEA*1*{number:09}~");
    text.into_bytes()
}

fn message(text: &mut String, number: u32, message: u32) {
    const LINES: u32 = 20;
    let mut body = format!(
        "W05*N*SO{number}-{message:07}*PO-{message}~N1*DE*BRIGHTWICK HOME*92*BRW01~N1*WH*HAVENPORT RENO*92*RNO2~\
         N1*ST*LARKFIELD STORES DC {}*92*{:04}~N3*{} QUARRY RD~N4*FERNLEY*NV*89408*US~N9*DP*{:04}~N9*IA*77120~\
         G62*37*20261123~G62*01*20261130~NTE*WHI*DO NOT DOUBLE STACK~W66*CC*M********DEMO~",
        message % 40,
        message % 40,
        message % 9000 + 100,
        message % 700,
    );
    let mut segments = 12;
    let mut total = 0;
    for line in 1..=LINES {
        let seed = message.wrapping_mul(31).wrapping_add(line * 17);
        let quantity = seed % 90 + 1;
        total += quantity;
        let (unit, pack) = if line % 3 == 0 { ("EA", "") } else { ("CA", "W20*12~") };
        let _ = write!(
            body,
            "LX*{line}~W01*{quantity}*{unit}**VN*BW-{:05}*UP*412345600010~G69*TABLE LAMP {} WHITE~N9*LI*{}0~{pack}",
            seed % 99_991,
            seed % 7,
            line
        );
        segments += if pack.is_empty() { 4 } else { 5 };
    }
    let _ = write!(body, "W76*{total}*92.5*LB~");
    segments += 1;
    let _ = write!(text, "ST*940*{message:07}~{body}SE*{}*{message:07}~", segments + 2);
}

/// One interchange of ORDERS D.96A as Nordhaven sends them, of about `bytes` bytes, twenty lines each.
pub fn interchange_of_edifact_orders(bytes: usize) -> Vec<u8> {
    let mut orders = EdifactOrders::new(1);
    let mut text = orders.begin();
    while text.len() < bytes {
        orders.message(&mut text);
    }
    orders.end(&mut text);
    text.into_bytes()
}

/// An interchange of ORDERS D.96A, message after message, for files that do not fit the memory.
pub struct EdifactOrders {
    number: u32,
    messages: u32,
}

impl EdifactOrders {
    /// With this interchange control reference.
    pub fn new(number: u32) -> Self {
        EdifactOrders { number, messages: 0 }
    }

    /// The header.
    pub fn begin(&self) -> String {
        format!("UNA:+.? 'UNB+UNOC:3+9520001000010:14+9520002000019:14+261123:0815+{}'", self.number)
    }

    /// Appends one message.
    pub fn message(&mut self, text: &mut String) {
        const LINES: u32 = 20;
        self.messages += 1;
        let message = self.messages;
        let mut body = format!(
            "BGM+220+NH-{}-{message:07}+9'DTM+137:20261123:102'DTM+2:20261127:102'FTX+DEL+++Ramp 3 call before'\
             RFF+CT:RV-2026'NAD+BY+9520001000010::9'NAD+WH+LEJ1::92'\
             NAD+DP+D3014::92++Kontor {}+Quay {}+Larkfield++23552+DE'",
            self.number,
            message % 40,
            message % 9000 + 100,
        );
        let mut segments = 9;
        for line in 1..=LINES {
            let seed = message.wrapping_mul(31).wrapping_add(line * 17);
            let (quantity, pack) = if line % 3 == 0 { ("PCE", "") } else { ("CT", "QTY+52:12'") };
            let _ = write!(
                body,
                "LIN+{line}0++9520001001017:EN'PIA+1+10{:04}:SA'IMD+F++:::Lamp {} brass'QTY+21:{}:{quantity}'{pack}",
                seed % 9991,
                seed % 7,
                seed % 90 + 1
            );
            segments += 4 + u32::from(!pack.is_empty());
        }
        segments += 3;
        let _ = write!(
            text,
            "UNH+{message}+ORDERS:D:96A:UN:EAN008'{body}UNS+S'CNT+2:{LINES}'UNT+{segments}+{message}'"
        );
    }

    /// Appends the trailer.
    pub fn end(&self, text: &mut String) {
        let _ = write!(text, "UNZ+{}+{}'", self.messages, self.number);
    }
}
