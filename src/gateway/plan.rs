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
    Answer, CollectionId, DeliveryKind, DeliveryPlan, Finding, InterchangeId, Ledger, NumberRequest, Output,
    OutputId, OutputIds,
};
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
    pub(super) word: Option<&'static str>,
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
        let draft = draft_of(first, &bundle)?;
        let mut outputs = OutputIds::default();
        let (envelope, numbers) = self.envelope(&draft)?;
        let mut file = self.begin_draft(&draft, &envelope)?;
        let mut bodies = Bodies::new(&self.spool);
        let (mut totals, mut after) = (Totals::default(), None);
        loop {
            let page = page(self.ledger.as_ref(), after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for output in page.iter().filter(|output| leaves_with(output, first)) {
                outputs.push(output.id);
                bodies.copy(output, draft.layout, &envelope, &mut totals, &mut file)?;
            }
        }
        self.end_draft(
            &draft,
            Settled { envelope: &envelope, numbers, outputs, collection, findings: Vec::new() },
            &totals,
            file,
        )
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
        let requests: Vec<NumberRequest> = drafts.iter().filter_map(number_request).collect();
        let numbers = match requests.is_empty() {
            true => Vec::new(),
            false => self.ledger.reserve_control_numbers(requests.clone(), now)?,
        };
        let mut reserved = requests.into_iter().map(|request| request.lane).zip(numbers);
        let envelopes = drafts.iter().map(|draft| match identities_in(draft) {
            Some(identities) => {
                let (lane, number) =
                    reserved.next().expect("a number was reserved for each that has identities");
                (addressed(draft, identities, number, now), vec![(lane, number)])
            }
            None => (Envelope::default(), Vec::new()),
        });
        Ok(envelopes.collect())
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

/// The file of an output that leaves alone, or of the first of those that leave together.
pub(super) fn draft_of<'a>(output: &'a Output, bundle: &'a Bundle) -> Result<Draft<'a>, GatewayError> {
    let missing = |what: &str| {
        GatewayError::Settings(format!("the {what} of output {} is not in its configuration", output.id))
    };
    let client = bundle.clients.get(&output.client).ok_or_else(|| missing("client"))?;
    let layout = translation::layout_of(client, &output.written.flow, &output.written.map)
        .ok_or_else(|| missing("guide"))?;
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
        word: None,
        layout,
        acknowledges: Vec::new(),
    })
}

/// Whether an output leaves in one file with another of the same intake or collection.
fn leaves_with(output: &Output, first: &Output) -> bool {
    let (one, other) = (&output.written, &first.written);
    (&one.endpoint, &one.flow, &one.map, output.bundle, &output.client)
        == (&other.endpoint, &other.flow, &other.map, first.bundle, &first.client)
}

/// What is fixed with the bytes of a file.
pub(super) struct Settled<'a> {
    pub(super) envelope: &'a Envelope,
    /// The lanes and numbers reserved for it.
    pub(super) numbers: Vec<(String, u64)>,
    /// The outputs in it: there may be more than should be held twice.
    pub(super) outputs: OutputIds,
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
        last: NUMBER_MAX,
        rest_ms: i64::try_from(partner.duplicates.window.as_millis()).unwrap_or(i64::MAX),
    })
}

fn addressed(draft: &Draft<'_>, identities: &Identities, number: u64, now: Timestamp) -> Envelope {
    let partner = &draft.client.partner;
    Envelope {
        sender: identities.ours.clone(),
        receiver: identities.theirs.clone(),
        interchange_number: number,
        group_number: number,
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

/// The lane of the control numbers of everything in a syntax that we send to a partner. Groups take the number of their interchange.
pub(super) fn lane(identities: &Identities, syntax: &str, partner: &Partner) -> String {
    let name = |identity: &Identity| format!("{}:{}", identity.qualifier, identity.id);
    let (ours, theirs) = (name(&identities.ours), name(&identities.theirs));
    let is_test = partner.usage == "T";
    LaneKey { syntax: syntax.into(), is_test, ours, theirs, kind: NumberKind::Interchange }.to_string()
}
