//! What a CONTRL of a partner says.

use super::words;
use crate::diagnostics::Place;
use crate::exchange::message::Part;
use crate::exchange::reply::{MessageReply, Remark, Reply, Subject, Word};

/// Reads a CONTRL: one interchange, judged.
///
/// # Errors
/// What is missing in it.
pub fn interchange(message: Part<'_>) -> Result<Reply, String> {
    let uci = message.child("UCI").ok_or("it names no interchange")?;
    let action = word(uci.text(4)).ok_or_else(|| format!("it says `{}` of the interchange", uci.text(4)))?;
    let mut remarks: Vec<Remark> = remark(uci, "UCI", 5).into_iter().collect();
    let mut messages: Vec<MessageReply> = message.children("UCM").map(of_message).collect();
    let mut others = action;
    for ucf in message.children("UCF") {
        remarks.extend(remark(ucf, "UCF", 5));
        messages.extend(ucf.children("UCM").map(of_message));
        // What we send has one group.
        others = others.max(word(ucf.text(4)).unwrap_or(action));
    }
    let is_partial = messages.iter().any(|message| message.word == Word::Rejected);
    Ok(Reply {
        subject: Subject::Interchange { control_number: uci.text(1).to_owned() },
        word: if others.settles() && others != Word::Rejected && is_partial {
            Word::PartiallyAccepted
        } else {
            others
        },
        others,
        remarks,
        messages,
    })
}

/// UCM with what is inside it.
fn of_message(ucm: Part<'_>) -> MessageReply {
    let mut remarks: Vec<Remark> = remark(ucm, "UCM", 4).into_iter().collect();
    for ucs in ucm.children("UCS") {
        let place = Place { segment: ucs.text(1).parse().unwrap_or(0), ..Place::default() };
        let of_segment = remark(ucs, "UCS", 2);
        remarks.extend(of_segment.map(|remark| Remark { place: place.clone(), ..remark }));
        for ucd in ucs.children("UCD") {
            let number = |component| ucd.component(2, component).parse::<u16>().unwrap_or(0);
            // The tag is element 1 for 0098.
            let element = number(1).saturating_sub(1);
            let place = Place { element, component: number(2), repetition: number(3), ..place.clone() };
            remarks.extend(remark(ucd, "UCD", 1).map(|remark| Remark { place, ..remark }));
        }
    }
    MessageReply {
        kind: ucm.component(2, 1).to_owned(),
        control_number: ucm.text(1).to_owned(),
        word: word(ucm.text(3)).unwrap_or(Word::Rejected),
        remarks,
    }
}

/// Element 0083. The codes 1 to 3 and 5, 6 are those of earlier versions.
fn word(action: &str) -> Option<Word> {
    Some(match action {
        "1" | "7" => Word::Accepted,
        "2" => Word::AcceptedWithErrors,
        "3" => Word::PartiallyAccepted,
        "4" | "6" => Word::Rejected,
        "5" | "8" => Word::Received,
        _ => return None,
    })
}

/// The error that stands in element `position` of a segment, if one does.
fn remark(segment: Part<'_>, tag: &str, position: u16) -> Option<Remark> {
    let code = Some(segment.text(position)).filter(|code| !code.is_empty())?;
    Some(Remark {
        code: format!("{tag} {code}"),
        text: words::of(code, tag == "UCS").to_owned(),
        ..Remark::default()
    })
}
