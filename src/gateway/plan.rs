//! From outputs to files that leave: number, name and bytes of each are fixed once, in one commit, and sent like that
//! however often it takes.

use super::bundle::{Bundle, Client};
use super::settings::Partner;
use super::spool::{Part, Spool, Writing, failed, read_at, segment_path};
use super::translation;
use super::{Gateway, GatewayError, names};
use crate::base::clock::Timestamp;
use crate::base::files::FileReader;
use crate::base::hash::Sha;
use crate::base::span::Sources;
use crate::diagnostics::{Code, Diagnostic};
use crate::exchange::identities::Identities;
use crate::exchange::numbers::{LaneKey, LaneRange, NUMBER_MAX, NumberKind};
use crate::formats::{Envelope, Format, Identity, Layout, Totals, format};
use crate::ledger::{
    Answer, CollectionId, DeliveryKind, DeliveryPlan, Finding, FurtherGroup, InterchangeId, Ledger,
    NumberRequest, Output, OutputId, OutputIds,
};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Most deliveries planned in one commit.
const BATCH_DELIVERIES: usize = 256;
/// Bytes planned in one commit, unless the first output has more.
const BATCH_BYTES: u64 = 4 << 20;
/// Outputs of one file that are held at once.
const PAGE: usize = 256;

/// The outputs of a file after one of them, at most so many.
type Page<'p> = &'p dyn Fn(&dyn Ledger, Option<OutputId>, usize) -> Answer<Vec<Output>>;

/// A file that is to leave.
pub(super) struct Draft<'a> {
    /// Unique key of the delivery.
    pub(super) key: String,
    /// What is in it.
    pub(super) kind: DeliveryKind,
    /// Whom it goes to.
    pub(super) client: &'a Client,
    /// How both sides are named in its envelope, if it has one.
    pub(super) identities: Option<Identities>,
    /// Where it goes.
    pub(super) endpoint: &'a str,
    /// What the name's `{delivery}` is.
    pub(super) mark: String,
    /// Business number, for its name.
    pub(super) number: &'a str,
    /// What the name's `{kind}` is, if not the message type.
    pub(super) word: Option<&'a str>,
    /// How many groups it has, where files have groups.
    pub(super) groups: u64,
    /// The guide it is written by.
    pub(super) layout: &'a dyn Layout,
    /// The interchanges it answers.
    pub(super) acknowledges: Vec<InterchangeId>,
}

impl Draft<'_> {
    /// How long the partner may take to acknowledge it, if that is agreed. An answer is never answered.
    fn answer_within_ms(&self) -> Option<i64> {
        let expected = self.client.partner.expect.get(&self.layout.guide().format)?;
        let within = i64::try_from(expected.acknowledgement_within.as_millis()).unwrap_or(i64::MAX);
        (self.kind == DeliveryKind::Output).then_some(within)
    }

    /// Where its bytes are, relative to the spool.
    pub(super) fn spool_path(&self) -> String {
        format!("delivery/{}", self.key.replace(':', "-"))
    }
}

impl Gateway {
    /// Plans outputs that leave in files of their own: one file of the spool and one commit for a batch of them. Says
    /// whether there were any.
    pub(super) fn plan_some(&mut self) -> Result<bool, GatewayError> {
        let mut outputs = self.ledger.single_outputs(BATCH_DELIVERIES)?;
        let mut bytes = 0;
        let fits = outputs.iter().take_while(|output| {
            bytes += output.written.length;
            bytes <= BATCH_BYTES
        });
        let fits = fits.count().max(1);
        outputs.truncate(fits);
        let mut bundles = Vec::new();
        for output in &outputs {
            bundles.push(self.bundle(output.bundle)?);
        }
        let drafts = outputs.iter().zip(&bundles).map(|(output, bundle)| draft_of(output, bundle));
        let drafts = drafts.collect::<Result<Vec<_>, _>>()?;
        let Some(path) = drafts.first().map(Draft::spool_path) else { return Ok(false) };
        let envelopes = self.envelopes(&drafts)?;
        let mut file = self.spool.create(&format!("spool/{path}"))?;
        let mut bodies = Bodies::new(&self.spool);
        let mut plans = Vec::new();
        for ((draft, output), (envelope, numbers)) in drafts.iter().zip(&outputs).zip(envelopes) {
            begin(draft, &envelope, &mut file)?;
            let mut totals = Totals::default();
            bodies.copy(output, draft.layout, &envelope, &mut totals, &mut file)?;
            end(draft, &envelope, &totals, &mut file)?;
            let settled = Settled {
                envelope: &envelope,
                numbers,
                outputs: OutputIds::from_iter([output.id]),
                further_groups: Vec::new(),
                collection: None,
                findings: Vec::new(),
            };
            plans.push(self.plan_of(draft, settled, path.clone(), file.cut()));
        }
        file.finish()?;
        self.ledger.plan_deliveries(plans, self.clock.now())?;
        Ok(true)
    }

    /// Plans one file of outputs that leave together, once nothing waits to be translated any more. Says whether there
    /// were any.
    pub(super) fn gather_some(&mut self) -> Result<bool, GatewayError> {
        let Some(intake) = self.ledger.gathered_intake()? else { return Ok(false) };
        let Some(first) = self.ledger.gathered_outputs(intake, None, 1)?.pop() else { return Ok(false) };
        self.plan_together(&first, None, &|ledger, after, limit| {
            ledger.gathered_outputs(intake, after, limit)
        })?;
        Ok(true)
    }

    /// Plans one file of outputs that leave with the first of them: those of the pages that `page` gives, in their order.
    pub(super) fn plan_together(
        &mut self,
        first: &Output,
        collection: Option<CollectionId>,
        page: Page<'_>,
    ) -> Result<(), GatewayError> {
        let bundle = self.bundle(first.bundle)?;
        let mut draft = draft_of(first, &bundle)?;
        let groups = self.groups(first, &bundle, page)?;
        draft.groups = groups.len() as u64;
        let (mut envelope, numbers) = self.envelope(&draft)?;
        let mut file = self.begin_draft(&draft, &envelope)?;
        let mut bodies = Bodies::new(&self.spool);
        let (mut totals, mut outputs, mut further_groups) =
            (Totals::default(), OutputIds::default(), Vec::new());
        for (at, group) in groups.iter().enumerate() {
            let mut is_begun = at == 0;
            self.each_with(first, page, &mut |output| {
                let layout = if is_shared(first) { layout_of(output, &bundle)? } else { draft.layout };
                if groups.len() > 1 && layout.group_head() != *group {
                    return Ok(());
                }
                if !std::mem::replace(&mut is_begun, true) {
                    further_groups.push(next_group(layout, &mut envelope, &mut totals, &mut file)?);
                }
                outputs.push(output.id);
                bodies.copy(output, layout, &envelope, &mut totals, &mut file)
            })?;
        }
        let findings = Vec::new();
        let settled = Settled { envelope: &envelope, numbers, outputs, further_groups, collection, findings };
        self.end_draft(&draft, settled, &totals, file)
    }

    /// The heads of the groups of a file, in the order in which their first bodies came: one where files have no groups.
    fn groups(&self, first: &Output, bundle: &Bundle, page: Page<'_>) -> Result<Vec<String>, GatewayError> {
        let mut groups = vec![layout_of(first, bundle)?.group_head()];
        if is_shared(first) && !groups[0].is_empty() {
            self.each_with(first, page, &mut |output| {
                let group = layout_of(output, bundle)?.group_head();
                if !groups.contains(&group) {
                    groups.push(group);
                }
                Ok(())
            })?;
        }
        Ok(groups)
    }

    /// Every output that leaves with the first one, in their order.
    fn each_with(
        &self,
        first: &Output,
        page: Page<'_>,
        each: &mut dyn FnMut(&Output) -> Result<(), GatewayError>,
    ) -> Result<(), GatewayError> {
        let mut after = None;
        loop {
            let page = page(self.ledger.as_ref(), after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id);
            page.iter().filter(|output| leaves_with(output, first)).try_for_each(&mut *each)?;
        }
    }

    /// Begins the file of a draft in the spool, in place of what an earlier process left there.
    pub(super) fn begin_draft(
        &self,
        draft: &Draft<'_>,
        envelope: &Envelope,
    ) -> Result<Writing, GatewayError> {
        let mut file = self.spool.create(&format!("spool/{}", draft.spool_path()))?;
        begin(draft, envelope, &mut file)?;
        Ok(file)
    }

    /// Ends the file of a draft after its bodies, and fixes it.
    pub(super) fn end_draft(
        &mut self,
        draft: &Draft<'_>,
        settled: Settled<'_>,
        totals: &Totals,
        mut file: Writing,
    ) -> Result<(), GatewayError> {
        end(draft, settled.envelope, totals, &mut file)?;
        self.fix(draft, settled, file)
    }

    /// Makes the bytes of a delivery durable, and fixes it.
    pub(super) fn fix(
        &mut self,
        draft: &Draft<'_>,
        settled: Settled<'_>,
        mut file: Writing,
    ) -> Result<(), GatewayError> {
        let plan = self.plan_of(draft, settled, draft.spool_path(), file.cut());
        file.finish()?;
        self.ledger.plan_delivery(plan, self.clock.now())?;
        Ok(())
    }

    /// What the ledger is told of a delivery whose bytes are `part` of a file of the spool.
    fn plan_of(
        &self,
        draft: &Draft<'_>,
        settled: Settled<'_>,
        spool_path: String,
        part: Part,
    ) -> DeliveryPlan {
        let name = self.file_name(draft, settled.envelope, settled.outputs.len().max(1));
        let mut findings = settled.findings;
        findings.extend(number_nears_end(draft, &name, &settled.numbers));
        DeliveryPlan {
            key: draft.key.clone(),
            kind: draft.kind,
            endpoint: draft.endpoint.to_string(),
            name,
            spool_path,
            spool_offset: part.offset,
            sha: part.sha,
            size: part.size,
            outputs: settled.outputs,
            collection: settled.collection,
            findings,
            acknowledges: draft.acknowledges.clone(),
            control_numbers: settled.numbers,
            functional_id: draft.layout.guide().setting("group").to_owned(),
            further_groups: settled.further_groups,
            answer_within_ms: draft.answer_within_ms(),
        }
    }

    /// The envelope of a file, with its number reserved under the delivery's key: asked again, it has the same.
    pub(super) fn envelope(&mut self, draft: &Draft<'_>) -> Result<Addressed, GatewayError> {
        let mut envelopes = self.envelopes(std::slice::from_ref(draft))?;
        Ok(envelopes.pop().expect("one for each draft"))
    }

    /// The envelopes of several files, their numbers reserved in one commit.
    fn envelopes(&mut self, drafts: &[Draft<'_>]) -> Result<Vec<Addressed>, GatewayError> {
        let now = self.clock.now();
        let mut counts_groups = BTreeMap::new();
        let mut asked = Vec::new();
        for draft in drafts {
            let interchange = number_request(draft);
            let group = match &interchange {
                Some(interchange) => self.group_request(draft, interchange, &mut counts_groups)?,
                None => None,
            };
            asked.push(interchange.into_iter().chain(group).collect::<Vec<_>>());
        }
        let requests = asked.concat();
        let numbers = match requests.is_empty() {
            true => Vec::new(),
            false => self.ledger.reserve_control_numbers(requests, now)?,
        };
        let mut numbers = numbers.into_iter();
        let envelopes = drafts.iter().zip(asked).map(|(draft, asked)| {
            let reserved: Vec<(String, u64)> =
                asked.into_iter().map(|request| request.lane).zip(&mut numbers).collect();
            match identities_in(draft) {
                Some(identities) => (addressed(draft, identities, &reserved, now), reserved),
                None => (Envelope::default(), reserved),
            }
        });
        Ok(envelopes.collect())
    }

    /// Groups take the number of their interchange until a file has several of them. From then on they have a lane of their
    /// own, which goes on from there: an acknowledgement finds each of them by its number. `known` says of lanes whether
    /// they have given a number.
    fn group_request(
        &self,
        draft: &Draft<'_>,
        interchange: &NumberRequest,
        known: &mut BTreeMap<String, bool>,
    ) -> Result<Option<NumberRequest>, GatewayError> {
        let (Some(identities), false) = (identities_in(draft), draft.layout.group_head().is_empty()) else {
            return Ok(None);
        };
        let lane = group_lane(identities, &draft.layout.guide().format, &draft.client.partner);
        if draft.groups == 1 {
            let is_known = match known.get(&lane) {
                Some(is_known) => *is_known,
                None => self.ledger.has_lane(lane.clone())?,
            };
            known.insert(lane.clone(), is_known);
            if !is_known {
                return Ok(None);
            }
        }
        let beside = Some(interchange.lane.clone());
        Ok(Some(NumberRequest { lane, beside, amount: draft.groups, ..interchange.clone() }))
    }

    /// The final name at the target, from the endpoint's template.
    fn file_name(&self, draft: &Draft<'_>, envelope: &Envelope, count: usize) -> String {
        let template = self.settings.endpoints.get(draft.endpoint).and_then(|at| at.file_name.as_deref());
        let guide = draft.layout.guide();
        let kind = match (draft.word, guide.setting("set")) {
            (Some(word), _) => word,
            (None, "") => guide.name.rsplit('/').next().unwrap_or(""),
            (None, set) => set,
        };
        let interchange = match envelope.interchange_number {
            0 => String::new(),
            number => format!("{number:09}"),
        };
        let made_at = envelope.made_at.or_else(|| made_at(&draft.client.partner, self.clock.now()));
        let made = |form: &str| made_at.map(|moment| moment.strftime(form).to_string()).unwrap_or_default();
        let (count, date, time) = (count.to_string(), made("%Y%m%d"), made("%H%M%S"));
        let values = [
            ("client", draft.client.id.as_str()),
            ("count", count.as_str()),
            ("date", date.as_str()),
            ("delivery", draft.mark.as_str()),
            ("interchange", interchange.as_str()),
            ("kind", kind),
            ("number", draft.number),
            ("time", time.as_str()),
        ];
        names::fill(template.unwrap_or(names::TEMPLATE), &values)
    }
}

/// A finding if the partner should know that our control numbers will begin again.
fn number_nears_end(draft: &Draft<'_>, name: &str, numbers: &[(String, u64)]) -> Option<Finding> {
    let range = LaneRange::new(draft.client.partner.numbers.interchange_first, NUMBER_MAX)?;
    let (_, number) = numbers.iter().find(|(_, number)| range.announces(*number))?;
    let finding = Diagnostic::new(Code::A141)
        .with("file", name)
        .with("number", format!("{number:09}"))
        .with("expected", NUMBER_MAX.to_string());
    Some(Finding::of(&finding, &Sources::default()))
}

/// What is to be found for an output and is not in the configuration it was written with.
fn missing(what: &str, output: &Output) -> GatewayError {
    GatewayError::Settings(format!("the {what} of output {} is not in its configuration", output.id))
}

/// The client of an output.
fn client_of<'b>(output: &Output, bundle: &'b Bundle) -> Result<&'b Client, GatewayError> {
    bundle.clients.get(&output.client).ok_or_else(|| missing("client", output))
}

/// The guide an output was written by.
fn layout_of<'b>(output: &Output, bundle: &'b Bundle) -> Result<&'b dyn Layout, GatewayError> {
    translation::layout_of(client_of(output, bundle)?, &output.written.flow, &output.written.map)
        .ok_or_else(|| missing("guide", output))
}

/// The file of an output that leaves alone, or of the first of those that leave together.
pub(super) fn draft_of<'a>(output: &'a Output, bundle: &'a Bundle) -> Result<Draft<'a>, GatewayError> {
    let client = client_of(output, bundle)?;
    let layout = layout_of(output, bundle)?;
    let syntax = &layout.guide().format;
    Ok(Draft {
        key: format!("output:{}", output.id),
        kind: DeliveryKind::Output,
        client,
        identities: translation::identities(&client.partner, syntax)
            .filter(|_| format(syntax).is_some_and(Format::has_envelope)),
        endpoint: &output.written.endpoint,
        mark: output.id.to_string(),
        number: &output.number,
        word: output.written.window.as_ref().map(|window| &*window.name).filter(|name| !name.is_empty()),
        groups: 1,
        layout,
        acknowledges: Vec::new(),
    })
}

/// Whether an output leaves in one file with another of the same intake or collection.
fn leaves_with(output: &Output, first: &Output) -> bool {
    let (one, other) = (&output.written, &first.written);
    let is_of_file =
        (&one.endpoint, output.bundle, &output.client) == (&other.endpoint, first.bundle, &first.client);
    is_of_file && (is_shared(first) || (&one.flow, &one.map) == (&other.flow, &other.map))
}

/// Whether an output waits for a file that several flows fill.
fn is_shared(output: &Output) -> bool {
    output.written.window.as_ref().is_some_and(|window| !window.name.is_empty())
}

/// Ends the group at hand and begins that of the first body by this layout, with the next number.
fn next_group(
    layout: &dyn Layout,
    envelope: &mut Envelope,
    totals: &mut Totals,
    file: &mut Writing,
) -> Result<FurtherGroup, GatewayError> {
    let mut piece = Vec::new();
    layout.end_group(envelope, totals, &mut piece);
    totals.next_group();
    envelope.group_number += 1;
    layout.begin_group(envelope, &mut piece);
    file.write(&piece)?;
    let functional_id = layout.guide().setting("group").to_owned();
    Ok(FurtherGroup { functional_id, first: totals.bodies + 1 })
}

/// What is fixed with the bytes of a file.
pub(super) struct Settled<'a> {
    pub(super) envelope: &'a Envelope,
    /// The lanes and numbers reserved for it.
    pub(super) numbers: Vec<(String, u64)>,
    /// The outputs in it: there may be more than should be held twice.
    pub(super) outputs: OutputIds,
    /// The groups behind the first.
    pub(super) further_groups: Vec<FurtherGroup>,
    /// The collection that ends with it.
    pub(super) collection: Option<CollectionId>,
    /// What was found only now.
    pub(super) findings: Vec<Finding>,
}

/// Writes what stands before the first body.
fn begin(draft: &Draft<'_>, envelope: &Envelope, file: &mut Writing) -> Result<(), GatewayError> {
    let mut piece = Vec::new();
    draft.layout.begin_file(envelope, &mut piece);
    file.write(&piece)
}

/// Writes what stands after the last body.
fn end(
    draft: &Draft<'_>,
    envelope: &Envelope,
    totals: &Totals,
    file: &mut Writing,
) -> Result<(), GatewayError> {
    let mut piece = Vec::new();
    draft.layout.end_file(envelope, totals, &mut piece);
    file.write(&piece)
}

/// Copies bodies from the segments that batches wrote.
struct Bodies<'a> {
    spool: &'a Spool,
    /// The segment read last: the next body is likely to be in it.
    segment: Option<(PathBuf, Box<dyn FileReader>)>,
    whole: Vec<u8>,
}

impl<'a> Bodies<'a> {
    fn new(spool: &'a Spool) -> Self {
        Bodies { spool, segment: None, whole: Vec::new() }
    }

    /// Appends the body of an output to a file, with what surrounds it.
    fn copy(
        &mut self,
        output: &Output,
        layout: &dyn Layout,
        envelope: &Envelope,
        totals: &mut Totals,
        file: &mut Writing,
    ) -> Result<(), GatewayError> {
        let written = &output.written;
        let path = self.spool.at(&segment_path(output.intake, written.segment));
        let mut segment = match self.segment.take() {
            Some((open, reader)) if open == path => reader,
            _ => self.spool.open_file(&path)?,
        };
        let body = read_at(segment.as_mut(), written.offset, written.length as usize)
            .map_err(|error| failed("read", &path, error))?;
        if Sha::of(&body) != written.sha {
            let detail = format!("output {} has other bytes than were written", output.id);
            return Err(GatewayError::Damaged { what: path.display().to_string(), detail });
        }
        self.segment = Some((path, segment));
        self.whole.clear();
        layout.wrap_body(envelope, totals, &body, &mut self.whole);
        file.write(&self.whole)
    }
}

/// An envelope, with the lanes and numbers reserved for it.
pub(super) type Addressed = (Envelope, Vec<(String, u64)>);

/// How both sides are named in the envelope of a draft, if it has one.
fn identities_in<'a>(draft: &'a Draft<'_>) -> Option<&'a Identities> {
    let has_envelope = !draft.layout.guide().setting("set").is_empty();
    draft.identities.as_ref().filter(|_| has_envelope)
}

fn number_request(draft: &Draft<'_>) -> Option<NumberRequest> {
    let partner = &draft.client.partner;
    Some(NumberRequest {
        lane: lane(identities_in(draft)?, &draft.layout.guide().format, partner),
        delivery_key: draft.key.clone(),
        first: partner.numbers.interchange_first,
        beside: None,
        amount: 1,
        last: NUMBER_MAX,
        rest_ms: i64::try_from(partner.duplicates.window.as_millis()).unwrap_or(i64::MAX),
    })
}

/// The envelope with the numbers reserved for it: that of the interchange, and that of its first group if it has another.
fn addressed(
    draft: &Draft<'_>,
    identities: &Identities,
    reserved: &[(String, u64)],
    now: Timestamp,
) -> Envelope {
    let partner = &draft.client.partner;
    let numbers: Vec<u64> = reserved.iter().map(|(_, number)| *number).collect();
    let interchange_number = *numbers.first().expect("a number was reserved for each that has identities");
    Envelope {
        sender: identities.ours.clone(),
        receiver: identities.theirs.clone(),
        interchange_number,
        group_number: numbers.get(1).copied().unwrap_or(interchange_number),
        made_at: made_at(partner, now),
        is_test: partner.usage == "T",
        wants_acknowledgement: false,
        ..Envelope::default()
    }
}

/// The moment at the client's site.
fn made_at(partner: &Partner, now: Timestamp) -> Option<jiff::civil::DateTime> {
    let zone = jiff::tz::TimeZone::get(&partner.site.zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let moment = jiff::Timestamp::from_millisecond(now.unix_ms).ok();
    moment.map(|moment| zone.to_datetime(moment))
}

/// The lane of the control numbers of interchanges in a syntax that we send to a partner.
pub(super) fn lane(identities: &Identities, syntax: &str, partner: &Partner) -> String {
    lane_of(NumberKind::Interchange, identities, syntax, partner)
}

/// The lane of the control numbers of groups that do not take that of their interchange.
pub(super) fn group_lane(identities: &Identities, syntax: &str, partner: &Partner) -> String {
    lane_of(NumberKind::Group, identities, syntax, partner)
}

fn lane_of(kind: NumberKind, identities: &Identities, syntax: &str, partner: &Partner) -> String {
    let name = |identity: &Identity| format!("{}:{}", identity.qualifier, identity.id);
    let (ours, theirs) = (name(&identities.ours), name(&identities.theirs));
    let is_test = partner.usage == "T";
    LaneKey { syntax: syntax.into(), is_test, ours, theirs, kind }.to_string()
}
