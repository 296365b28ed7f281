//! What a 997, a 999 and a TA1 of a partner say.

use super::words::{self, Words};
use crate::diagnostics::Place;
use crate::exchange::message::Part;
use crate::exchange::reply::{MessageReply, Remark, Reply, Subject, Word};

/// Reads a 997 or 999: one group, judged.
///
/// # Errors
/// What is missing in it.
pub fn group(message: Part<'_>) -> Result<Reply, String> {
    let ak1 = message.child("AK1").ok_or("it names no group")?;
    let ak9 = message.child("AK9").ok_or("it gives no verdict on the group")?;
    let verdict = word(ak9.text(1));
    let remarks = codes(ak9, 5, "AK9", words::GROUP_ERRORS).collect();
    Ok(Reply {
        subject: Subject::Group {
            functional_id: ak1.text(1).to_owned(),
            control_number: ak1.text(2).to_owned(),
        },
        word: verdict,
        others: if verdict == Word::Rejected { Word::Rejected } else { Word::Accepted },
        remarks,
        messages: message.children("AK2").map(set).collect(),
    })
}

/// Reads a TA1.
///
/// # Errors
/// What is missing in it.
pub fn interchange(message: Part<'_>) -> Result<Reply, String> {
    let ta1 = message.child("TA1").ok_or("it has no TA1")?;
    // An envelope that is fine says nothing about what is in it: that is left to the 997.
    let verdict = if ta1.text(4) == "R" { Word::Rejected } else { Word::Received };
    let note = Some(ta1.text(5)).filter(|note| !matches!(*note, "" | "000"));
    Ok(Reply {
        subject: Subject::Interchange { control_number: ta1.text(1).to_owned() },
        word: verdict,
        others: verdict,
        remarks: note.map(|note| remark("TA1", 5, note, words::INTERCHANGE_NOTES)).into_iter().collect(),
        messages: Vec::new(),
    })
}

/// AK2 with what is inside it.
fn set(ak2: Part<'_>) -> MessageReply {
    let ak5 = ak2.child("AK5").or_else(|| ak2.child("IK5"));
    let mut remarks = Vec::new();
    for ak3 in ak2.children("AK3").chain(ak2.children("IK3")) {
        segment(ak3, &mut remarks);
    }
    if let Some(ak5) = ak5 {
        // That segments are in error is said by the segments.
        let told = !remarks.is_empty();
        remarks.extend(
            codes(ak5, 2, "AK5", words::SET_ERRORS).filter(|remark| !(told && remark.code == "AK502 5")),
        );
    }
    MessageReply {
        kind: ak2.text(1).to_owned(),
        control_number: ak2.text(2).to_owned(),
        word: ak5.map_or(Word::Received, |ak5| word(ak5.text(1))),
        remarks,
    }
}

/// AK3 and its AK4: a remark for the segment, unless it only says that its elements are in error.
fn segment(ak3: Part<'_>, remarks: &mut Vec<Remark>) {
    let place = Place {
        tag: ak3.text(1).to_owned(),
        segment: ak3.text(2).parse().unwrap_or(0),
        loop_id: ak3.text(3).to_owned(),
        ..Place::default()
    };
    let elements: Vec<Part<'_>> = ak3.children("AK4").chain(ak3.children("IK4")).collect();
    let code = ak3.text(4);
    if elements.is_empty() || (code != ELEMENT_ERRORS && !code.is_empty()) {
        remarks.push(Remark { place: place.clone(), ..remark("AK3", 4, code, words::SEGMENT_ERRORS) });
    }
    for ak4 in elements {
        let number = |component| ak4.component(1, component).parse().unwrap_or(0);
        let place =
            Place { element: number(1), component: number(2), repetition: number(3), ..place.clone() };
        let remark = remark("AK4", 3, ak4.text(3), words::ELEMENT_ERRORS);
        remarks.push(Remark { place, value: ak4.text(4).to_owned(), ..remark });
    }
}

/// AK3-04 of a segment whose elements are in error.
const ELEMENT_ERRORS: &str = "8";

/// The verdict of AK5-01 and AK9-01. Whatever is neither accepted nor partly accepted is refused: M, W and X are
/// refusals for reasons of security.
fn word(code: &str) -> Word {
    match code {
        "A" => Word::Accepted,
        "E" => Word::AcceptedWithErrors,
        "P" => Word::PartiallyAccepted,
        _ => Word::Rejected,
    }
}

/// The codes that stand in a segment from element `first` on.
fn codes<'a>(
    segment: Part<'a>,
    first: u16,
    tag: &'static str,
    words: Words,
) -> impl Iterator<Item = Remark> + 'a {
    (first..first + 5).filter_map(move |position| {
        let code = Some(segment.text(position)).filter(|code| !code.is_empty())?;
        Some(remark(tag, first, code, words))
    })
}

fn remark(tag: &str, position: u16, code: &str, words: Words) -> Remark {
    let text = words.iter().find(|(known, _)| *known == code).map(|(_, text)| *text);
    Remark {
        code: format!("{tag}{position:02} {code}").trim_end().to_owned(),
        text: text.unwrap_or("an error this gateway has no words for").to_owned(),
        ..Remark::default()
    }
}
