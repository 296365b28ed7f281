//! From outputs to files that leave: number, name and bytes of each are fixed once, in one commit, and sent like that
//! however often it takes.

use super::bundle::Client;
use super::spool::{Writing, read_at};
use super::translate::segment_path;
use super::translation;
use super::{Gateway, GatewayError, names};
use crate::base::hash::Sha;
use crate::exchange::identities::Identities;
use crate::exchange::numbers::{LaneKey, NUMBER_MAX, NumberKind};
use crate::exchange::states::MessageState;
use crate::formats::{Envelope, Identity, Layout, Totals};
use crate::ledger::{
    DeliveryKind, DeliveryPlan, Gathering, Intake, InterchangeId, NumberRequest, Output, OutputId,
};

/// Most deliveries planned in one step.
const STEP_DELIVERIES: usize = 64;
/// Outputs of one file that are looked at together.
const OUTPUTS_MAX: usize = 100_000;

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
    /// The outputs in it.
    pub(super) outputs: Vec<OutputId>,
    /// The interchange it answers.
    pub(super) acknowledges: Option<InterchangeId>,
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
    /// Plans deliveries of an intake's outputs. Says whether there were any.
    pub(super) fn plan_some(&mut self, intake: &Intake) -> Result<bool, GatewayError> {
        let is_single = |output: &Output| output.written.gathering == Gathering::PerMessage;
        let mut outputs = self.ledger.unplanned_outputs(intake.id, None, STEP_DELIVERIES)?;
        if !outputs.is_empty() && !outputs.iter().any(is_single) {
            outputs = self.ledger.unplanned_outputs(intake.id, None, OUTPUTS_MAX)?;
        }
        let singles: Vec<&Output> =
            outputs.iter().filter(|output| is_single(output)).take(STEP_DELIVERIES).collect();
        for output in &singles {
            self.plan_outputs(&[output])?;
        }
        if !singles.is_empty() {
            return Ok(true);
        }
        let Some(first) = outputs.first() else { return Ok(false) };
        let counts = self.ledger.message_counts(intake.id)?;
        if counts.iter().any(|(state, count)| *state == MessageState::Split && *count > 0) {
            return Ok(false);
        }
        let together: Vec<&Output> = outputs
            .iter()
            .filter(|output| {
                let (one, other) = (&output.written, &first.written);
                (&one.endpoint, &one.flow, &one.map, output.bundle, &output.client)
                    == (&other.endpoint, &other.flow, &other.map, first.bundle, &first.client)
            })
            .collect();
        self.plan_outputs(&together)?;
        Ok(true)
    }

    /// Plans one delivery of outputs that belong in one file.
    fn plan_outputs(&mut self, outputs: &[&Output]) -> Result<(), GatewayError> {
        let first = outputs[0];
        let bundle = self.bundle(first.bundle)?;
        let missing = |what: &str| {
            GatewayError::Settings(format!("the {what} of output {} is not in its configuration", first.id))
        };
        let client = bundle.clients.get(&first.client).ok_or_else(|| missing("client"))?;
        let layout = translation::layout_of(client, &first.written.flow, &first.written.map)
            .ok_or_else(|| missing("guide"))?;
        let draft = Draft {
            key: format!("output:{}", first.id),
            kind: DeliveryKind::Output,
            client,
            identities: translation::identities(&client.partner, &layout.guide().format),
            endpoint: &first.written.endpoint,
            mark: first.id.to_string(),
            number: &first.number,
            word: None,
            layout: &*layout,
            outputs: outputs.iter().map(|output| output.id).collect(),
            acknowledges: None,
        };
        let (envelope, numbers) = self.envelope(&draft)?;
        let mut file = self.begin_draft(&draft, &envelope)?;
        let mut whole = Vec::new();
        let mut totals = Totals::default();
        for output in outputs {
            let written = &output.written;
            let path = self.spool.at(&segment_path(written.segment));
            let mut segment = self.spool.open_file(&path)?;
            let body = read_at(segment.as_mut(), written.offset, written.length as usize)
                .map_err(|error| super::spool::failed("read", &path, error))?;
            if Sha::of(&body) != written.sha {
                let detail = format!("output {} has other bytes than were written", output.id);
                return Err(GatewayError::Damaged { what: path.display().to_string(), detail });
            }
            whole.clear();
            layout.wrap_body(&envelope, &mut totals, &body, &mut whole);
            file.write(&whole)?;
        }
        self.end_draft(&draft, &envelope, numbers, &totals, file)
    }

    /// Begins the file of a draft in the spool, in place of what an earlier process left there.
    pub(super) fn begin_draft(
        &self,
        draft: &Draft<'_>,
        envelope: &Envelope,
    ) -> Result<Writing, GatewayError> {
        let mut file = self.spool.create(&format!("spool/{}", draft.spool_path()))?;
        let mut piece = Vec::new();
        draft.layout.begin_file(envelope, &mut piece);
        file.write(&piece)?;
        Ok(file)
    }

    /// Ends the file of a draft after its bodies, and fixes it.
    pub(super) fn end_draft(
        &mut self,
        draft: &Draft<'_>,
        envelope: &Envelope,
        numbers: Vec<(String, u64)>,
        totals: &Totals,
        mut file: Writing,
    ) -> Result<(), GatewayError> {
        let mut piece = Vec::new();
        draft.layout.end_file(envelope, totals, &mut piece);
        file.write(&piece)?;
        let written = file.finish()?;
        self.fix(draft, envelope, numbers, draft.spool_path(), written)
    }

    /// The commit that fixes a delivery whose bytes are durable.
    pub(super) fn fix(
        &mut self,
        draft: &Draft<'_>,
        envelope: &Envelope,
        control_numbers: Vec<(String, u64)>,
        spool_path: String,
        (sha, size): (Sha, u64),
    ) -> Result<(), GatewayError> {
        let plan = DeliveryPlan {
            key: draft.key.clone(),
            kind: draft.kind,
            endpoint: draft.endpoint.to_string(),
            name: self.file_name(draft, envelope),
            spool_path,
            sha,
            size,
            outputs: draft.outputs.clone(),
            acknowledges: draft.acknowledges.into_iter().collect(),
            control_numbers,
            functional_id: draft.layout.guide().setting("group").to_owned(),
            answer_within_ms: draft.answer_within_ms(),
        };
        self.ledger.plan_delivery(plan, self.clock.now())?;
        Ok(())
    }

    /// The envelope of a file, with its number reserved under the delivery's key: asked again, it has the same.
    pub(super) fn envelope(
        &mut self,
        draft: &Draft<'_>,
    ) -> Result<(Envelope, Vec<(String, u64)>), GatewayError> {
        let partner = &draft.client.partner;
        let has_envelope = !draft.layout.guide().setting("set").is_empty();
        let Some(identities) = draft.identities.clone().filter(|_| has_envelope) else {
            return Ok((Envelope::default(), Vec::new()));
        };
        let now = self.clock.now();
        let lane = lane(&identities);
        let request = NumberRequest {
            lane: lane.clone(),
            delivery_key: draft.key.clone(),
            first: partner.numbers.interchange_first,
            last: NUMBER_MAX,
            rest_ms: i64::try_from(partner.duplicates.window.as_millis()).unwrap_or(i64::MAX),
        };
        let number = self.ledger.reserve_control_number(request, now)?;
        let zone = jiff::tz::TimeZone::get(&partner.site.zone).unwrap_or(jiff::tz::TimeZone::UTC);
        let made_at = jiff::Timestamp::from_millisecond(now.unix_ms).ok();
        let envelope = Envelope {
            sender: identities.ours,
            receiver: identities.theirs,
            interchange_number: number,
            group_number: number,
            made_at: made_at.map(|moment| zone.to_datetime(moment)),
            is_test: partner.usage == "T",
            wants_acknowledgement: false,
            ..Envelope::default()
        };
        Ok((envelope, vec![(lane, number)]))
    }

    /// The final name at the target, from the endpoint's template.
    fn file_name(&self, draft: &Draft<'_>, envelope: &Envelope) -> String {
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
        let values = [
            ("client", draft.client.id.as_str()),
            ("delivery", draft.mark.as_str()),
            ("interchange", interchange.as_str()),
            ("kind", kind),
            ("number", draft.number),
        ];
        names::fill(template.unwrap_or(names::TEMPLATE), &values)
    }
}

/// The lane of the control numbers of everything we send to a partner. Groups take the number of their interchange.
pub(super) fn lane(identities: &Identities) -> String {
    let name = |identity: &Identity| format!("{}:{}", identity.qualifier, identity.id);
    let (ours, theirs) = (name(&identities.ours), name(&identities.theirs));
    LaneKey { ours, theirs, kind: NumberKind::Interchange }.to_string()
}
