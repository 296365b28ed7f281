//! Known faults of a client that are tolerated for a time: `[[waive]]` of his partner file.
//!
//! What is tolerated is found as ever, but does nothing: it is worth knowing, and the acknowledgement says that the message
//! was accepted. That it was tolerated, how often, why and until when is a finding of its own. Past its day a waiver does
//! nothing but say so beside the finding that is back.

use super::settings::{Partner, Waiver};
use crate::base::clock::Timestamp;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place, Severity};
use crate::ledger::{MessageId, Tolerated};

/// As [`apply`], for a message of a client that comes in at this moment.
pub fn apply_now(
    partner: &Partner,
    kind: &str,
    moment: jiff::Timestamp,
    start: usize,
    findings: &mut Diagnostics,
) {
    let zone = jiff::tz::TimeZone::get(&partner.site.zone).unwrap_or(jiff::tz::TimeZone::UTC);
    apply(&partner.waive, kind, zone.to_datetime(moment).date(), start, findings);
}

/// Applies waivers to the findings of a message of this kind from the one at `start` on, on the day it came in. If there
/// were more findings than are kept nothing is tolerated: among those that were not may be others.
pub fn apply(
    waivers: &[Waiver],
    kind: &str,
    today: jiff::civil::Date,
    start: usize,
    findings: &mut Diagnostics,
) {
    if findings.dropped() > 0 {
        return;
    }
    let mut counts = vec![0u32; waivers.len()];
    for finding in findings.as_mut_slice().iter_mut().skip(start) {
        let is_bad = finding.severity > Severity::Info;
        let Some(at) = waivers.iter().position(|waiver| is_bad && is_for(waiver, kind, finding)) else {
            continue;
        };
        counts[at] += 1;
        if today <= waivers[at].until {
            finding.severity = Severity::Info;
        }
    }
    let used = waivers.iter().zip(counts).filter(|(_, count)| *count > 0);
    for (waiver, count) in used {
        let code = if today <= waiver.until { Code::I147 } else { Code::I148 };
        findings.push(
            Diagnostic::new(code)
                .with("found", waiver.shown())
                .with("count", if count == 1 { "once".into() } else { format!("{count} times") })
                .with("expected", waiver.until.to_string())
                .with("text", &waiver.reason),
        );
    }
}

/// A waiver with what it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The client, by the name of his folder.
    pub client: String,
    /// What is tolerated, for people.
    pub what: String,
    /// The last day of it.
    pub until: String,
    /// Whether it holds.
    pub stand: Stand,
    /// Why, for people.
    pub reason: String,
    /// In how many messages something was tolerated.
    pub messages: u64,
    /// How often, in all of them.
    pub faults: u64,
    /// In how many messages it was found after its day.
    pub messages_after: u64,
    /// The last message of all of them, and when that came in.
    pub last: Option<(MessageId, Timestamp)>,
}

/// Whether a waiver holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// It does.
    Open,
    /// Its day is over.
    Over,
    /// It stands in no partner file any more.
    Gone,
}

/// The waivers of partner files, by client and in their order, each with what it did at the day it has; then those that did
/// something and are not there any more, if it `is_known` what is there.
pub fn standings<'p>(
    partners: impl Iterator<Item = (&'p str, &'p Partner)>,
    mut used: Vec<Tolerated>,
    now: jiff::Timestamp,
    is_known: bool,
) -> Vec<Standing> {
    let mut all = Vec::new();
    for (client, partner) in partners {
        let zone = jiff::tz::TimeZone::get(&partner.site.zone).unwrap_or(jiff::tz::TimeZone::UTC);
        let today = zone.to_datetime(now).date();
        for waiver in &partner.waive {
            let (what, until) = (waiver.shown(), waiver.until.to_string());
            let at =
                used.iter().position(|one| (&*one.client, &one.what, &one.until) == (client, &what, &until));
            let did = at.map(|at| used.remove(at));
            all.push(Standing {
                client: client.to_owned(),
                stand: if today <= waiver.until { Stand::Open } else { Stand::Over },
                reason: waiver.reason.clone(),
                messages: did.as_ref().map_or(0, |did| did.messages),
                faults: did.as_ref().map_or(0, |did| did.faults),
                messages_after: did.as_ref().map_or(0, |did| did.messages_after),
                last: did.map(|did| (did.last, did.last_at)),
                what,
                until,
            });
        }
    }
    let stand = if is_known { Stand::Gone } else { Stand::Open };
    all.extend(used.into_iter().map(|did| Standing {
        client: did.client,
        what: did.what,
        until: did.until,
        stand,
        reason: did.reason,
        messages: did.messages,
        faults: did.faults,
        messages_after: did.messages_after,
        last: Some((did.last, did.last_at)),
    }));
    all
}

fn is_for(waiver: &Waiver, kind: &str, finding: &Diagnostic) -> bool {
    let is_kind = waiver.of.as_ref().is_none_or(|of| of == kind);
    is_kind && finding.shown_code() == waiver.code && is_at(waiver.at.as_deref(), finding.place.as_ref())
}

/// Whether a place is the one named, or in it: `W01`, `W01.02`, `NAD.02.01`, or a column by its name, `row.Qty`.
fn is_at(at: Option<&str>, place: Option<&Place>) -> bool {
    let Some(at) = at else { return true };
    let Some(place) = place else { return false };
    let mut parts = at.split('.');
    let is_element = |part: &str| match part.parse::<u16>() {
        Ok(number) => number == place.element,
        Err(_) => part == place.element_id,
    };
    parts.next() == Some(place.tag.as_str())
        && parts.next().is_none_or(is_element)
        && parts.next().is_none_or(|part| part.parse() == Ok(place.component))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn waiver(at: Option<&str>, of: Option<&str>) -> Waiver {
        Waiver {
            code: "X207".into(),
            at: at.map(Into::into),
            of: of.map(Into::into),
            reason: "his system cannot".into(),
            until: date(2027, 3, 31),
        }
    }

    fn found(element: u16, component: u16) -> Diagnostic {
        let place = Place { segment: 7, tag: "W01".into(), element, component, ..Place::default() };
        Diagnostic::new(Code::X207).severity(Severity::Reject).place(place)
    }

    fn after(waiver: &Waiver, today: jiff::civil::Date) -> Vec<(Code, Severity)> {
        let mut findings = Diagnostics::new();
        findings.push(found(2, 1));
        findings.push(found(2, 1));
        findings.push(found(4, 0));
        apply(std::slice::from_ref(waiver), "940", today, 1, &mut findings);
        findings.as_slice().iter().map(|finding| (finding.code, finding.severity)).collect()
    }

    #[test]
    fn what_is_tolerated_does_nothing_until_its_day_is_over() {
        let refused = (Code::X207, Severity::Reject);
        let tolerated = (Code::X207, Severity::Info);
        let waiver = waiver(Some("W01.02"), Some("940"));
        // The first was found before, and is about the frame.
        let expected = vec![refused, tolerated, refused, (Code::I147, Severity::Info)];
        assert_eq!(after(&waiver, date(2027, 3, 31)), expected);
        let expected = vec![refused, refused, refused, (Code::I148, Severity::Warn)];
        assert_eq!(after(&waiver, date(2027, 4, 1)), expected);
    }

    #[test]
    fn a_waiver_is_for_its_place_and_kind_alone() {
        let count = |at: Option<&str>, of: Option<&str>| {
            let after = after(&waiver(at, of), date(2026, 1, 1));
            after.iter().filter(|(code, severity)| *code == Code::X207 && *severity == Severity::Info).count()
        };
        assert_eq!([count(None, None), count(Some("W01"), None), count(Some("W01.04"), None)], [2, 2, 1]);
        assert_eq!([count(Some("W01.02.01"), None), count(Some("W01.02.02"), None)], [1, 0]);
        assert_eq!([count(Some("W02"), None), count(None, Some("943"))], [0, 0]);
    }

    #[test]
    fn with_more_findings_than_are_kept_nothing_is_tolerated() {
        let mut findings = Diagnostics::bounded(1);
        findings.push(found(2, 0));
        findings.push(found(2, 0));
        apply(&[waiver(None, None)], "940", date(2026, 1, 1), 0, &mut findings);
        assert_eq!(findings.as_slice()[0].severity, Severity::Reject);
    }
}
