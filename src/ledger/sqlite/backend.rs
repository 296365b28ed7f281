//! The trait, method by method: each is one transaction around a function that knows the SQL.

use super::moves::Move;
use super::{
    SqliteLedger, closing, collections, delivery, files, findings, index, intake, replies, report, tolerated,
    work,
};
use crate::base::clock::Timestamp;
use crate::base::files::FileIdentity;
use crate::base::hash::Sha;
use crate::exchange::states::{self, DeliveryState, IntakeState};
use crate::ledger::*;

impl Ledger for SqliteLedger {
    fn stage_intake(&mut self, arrival: Arrival) -> Answer<Staged> {
        self.write(|db| intake::stage(db, &arrival))
    }

    fn find_arrival(
        &self,
        endpoint: String,
        name: Vec<u8>,
        identity: FileIdentity,
    ) -> Answer<Option<IntakeId>> {
        self.read(|db| intake::find(db, &endpoint, &name, identity))
    }

    fn released(&mut self, intake: IntakeId, at: Timestamp) -> Answer<()> {
        self.write(|db| Move::new(&states::RELEASE_DONE, at).one(db, intake.0))
    }

    fn release_failed(&mut self, intake: IntakeId, why: Reason, at: Timestamp) -> Answer<()> {
        self.write(|db| intake::release_failed(db, intake, &why, at))
    }

    fn due_releases(&self, endpoints: Vec<String>, limit: usize) -> Answer<Vec<DueRelease>> {
        self.read(|db| intake::due_releases(db, &endpoints, limit))
    }

    fn intake(&self, intake: IntakeId) -> Answer<Intake> {
        self.read(|db| intake::get(db, intake))
    }

    fn spooled(&self) -> Answer<Vec<String>> {
        self.read(intake::spooled)
    }

    fn staged_intakes(&self, limit: usize) -> Answer<Vec<Intake>> {
        self.read(|db| intake::in_state(db, IntakeState::Staged, limit))
    }

    fn hold_intake(&mut self, intake: IntakeId, why: Reason, at: Timestamp) -> Answer<()> {
        self.write(|db| Move::new(&states::INTAKE_HELD, at).because(&why).one(db, intake.0))
    }

    fn resume_intake(&mut self, intake: IntakeId, at: Timestamp) -> Answer<()> {
        self.write(|db| Move::new(&states::INTAKE_RESUMED, at).one(db, intake.0))
    }

    fn quarantine_intake(&mut self, intake: IntakeId, why: Reason, at: Timestamp) -> Answer<()> {
        self.write(|db| intake::quarantine(db, intake, &why, at))
    }

    fn retry_intake(&mut self, intake: IntakeId, bundle: Sha, who: String, at: Timestamp) -> Answer<()> {
        self.write(|db| intake::retry(db, intake, bundle, &who, at))
    }

    fn begin_index(&mut self, intake: IntakeId) -> Answer<()> {
        self.write(|db| index::begin(db, intake))
    }

    fn append_index(&mut self, intake: IntakeId, rows: Vec<IndexRow>) -> Answer<()> {
        self.write(|db| index::append(db, intake, &rows))
    }

    fn interchanges(
        &self,
        intake: IntakeId,
        after: Option<InterchangeId>,
        limit: usize,
    ) -> Answer<Vec<Interchange>> {
        self.read(|db| index::of_intake(db, intake, after, limit))
    }

    fn interchange(&self, interchange: InterchangeId) -> Answer<Interchange> {
        self.read(|db| index::get(db, interchange))
    }

    fn find_interchanges(
        &self,
        key: InterchangeKey,
        before: InterchangeId,
    ) -> Answer<Vec<EarlierInterchange>> {
        self.read(|db| index::find(db, &key, before))
    }

    fn judge(&mut self, intake: IntakeId, verdicts: Vec<InterchangeVerdict>) -> Answer<()> {
        self.write(|db| index::judge(db, intake, &verdicts))
    }

    fn finish_index(&mut self, intake: IntakeId, at: Timestamp) -> Answer<()> {
        self.write(|db| index::finish(db, intake, at))
    }

    fn translatable_intake(&self) -> Answer<Option<Intake>> {
        self.read(work::translatable)
    }

    fn next_messages(&self, intake: IntakeId, limit: usize) -> Answer<Vec<Work>> {
        self.read(|db| work::next(db, intake, limit))
    }

    fn begin_attempts(&mut self, messages: Vec<MessageId>) -> Answer<()> {
        self.write(|db| work::begin_attempts(db, &messages))
    }

    fn commit_batch(&mut self, outcomes: Vec<MessageOutcome>, at: Timestamp) -> Answer<()> {
        self.write(|db| outcomes.iter().try_for_each(|outcome| work::commit(db, outcome, at)))
    }

    fn note_findings(&mut self, owner: FindingOwner, findings: Vec<Finding>) -> Answer<()> {
        self.write(|db| findings::note(db, owner, &findings))
    }

    fn findings(&self, owner: FindingOwner) -> Answer<Vec<Finding>> {
        self.read(|db| findings::of_owner(db, owner))
    }

    fn tolerated(&self) -> Answer<Vec<Tolerated>> {
        self.read(tolerated::all)
    }

    fn standing_document(&self, key: DocumentKey, except: MessageId) -> Answer<Option<StandingDocument>> {
        self.read(|db| work::standing(db, &key, except))
    }

    fn find_same_bytes(&self, before: InterchangeId) -> Answer<Option<EarlierInterchange>> {
        self.read(|db| index::find_same_bytes(db, before))
    }

    fn last_number(&self, before: InterchangeId) -> Answer<Option<u64>> {
        self.read(|db| index::last_number(db, before))
    }

    fn find_documents(
        &self,
        client: String,
        kind: String,
        keys: Vec<(String, String)>,
        is_test: bool,
    ) -> Answer<Vec<Document>> {
        self.read(|db| work::find_documents(db, &client, &kind, &keys, is_test))
    }

    fn message_counts(&self, intake: IntakeId) -> Answer<MessageCounts> {
        self.read(|db| work::counts(db, intake))
    }

    fn single_outputs(&self, limit: usize) -> Answer<Vec<Output>> {
        self.read(|db| work::single_outputs(db, limit))
    }

    fn gathered_intake(&self) -> Answer<Option<IntakeId>> {
        self.read(work::gathered_intake)
    }

    fn gathered_outputs(
        &self,
        intake: IntakeId,
        after: Option<OutputId>,
        limit: usize,
    ) -> Answer<Vec<Output>> {
        self.read(|db| work::gathered_outputs(db, intake, after, limit))
    }

    fn due_collections(&self, now: Timestamp, limit: usize) -> Answer<Vec<CollectionId>> {
        self.read(|db| collections::due(db, now, limit))
    }

    fn open_gatherings(&self) -> Answer<Vec<(CollectionId, OutputId)>> {
        self.read(collections::open_gatherings)
    }

    fn next_collection(&self) -> Answer<Option<Timestamp>> {
        self.read(collections::next)
    }

    fn close_collections(&mut self, collections: Vec<CollectionId>, at: Timestamp) -> Answer<()> {
        self.write(|db| collections::close(db, &collections, at))
    }

    fn closed_collection(&self) -> Answer<Option<Collection>> {
        self.read(collections::closed)
    }

    fn collected_documents(&self, collection: CollectionId) -> Answer<Vec<Document>> {
        self.read(|db| collections::documents(db, collection))
    }

    fn hold_collection(
        &mut self,
        collection: CollectionId,
        why: Reason,
        findings: Vec<Finding>,
        at: Timestamp,
    ) -> Answer<()> {
        self.write(|db| collections::hold(db, collection, &why, &findings, at))
    }

    fn collected_outputs(
        &self,
        collection: CollectionId,
        after: Option<OutputId>,
        limit: usize,
    ) -> Answer<Vec<Output>> {
        self.read(|db| collections::outputs(db, collection, after, limit))
    }

    fn reserve_control_numbers(&mut self, requests: Vec<NumberRequest>, at: Timestamp) -> Answer<Vec<u64>> {
        self.write(|db| requests.iter().map(|request| delivery::reserve(db, request, at)).collect())
    }

    fn has_lane(&self, lane: String) -> Answer<bool> {
        self.read(|db| delivery::has_lane(db, &lane))
    }

    fn plan_deliveries(&mut self, plans: Vec<DeliveryPlan>, at: Timestamp) -> Answer<Vec<DeliveryId>> {
        self.write(|db| plans.iter().map(|plan| delivery::plan(db, plan, at)).collect())
    }

    fn resend(
        &mut self,
        delivery: DeliveryId,
        name: String,
        acknowledges: Option<InterchangeId>,
        at: Timestamp,
    ) -> Answer<DeliveryId> {
        self.write(|db| delivery::resend(db, delivery, &name, acknowledges, at))
    }

    fn forgo_acknowledgement(&mut self, interchange: InterchangeId) -> Answer<()> {
        self.write(|db| closing::forgo(db, interchange))
    }

    fn delivery(&self, delivery: DeliveryId) -> Answer<Delivery> {
        self.read(|db| delivery::get(db, delivery))
    }

    fn deliveries_in(&self, state: DeliveryState, limit: usize) -> Answer<Vec<Delivery>> {
        self.read(|db| delivery::in_state(db, state, limit))
    }

    fn due_deliveries(
        &self,
        state: DeliveryState,
        endpoints: Vec<String>,
        limit: usize,
    ) -> Answer<Vec<Delivery>> {
        self.read(|db| delivery::due(db, state, &endpoints, limit))
    }

    fn sent(&self, lanes: Vec<String>, number: u64) -> Answer<Option<SentDelivery>> {
        self.read(|db| replies::sent(db, &lanes, number))
    }

    fn sent_document(&self, lane: String, client: String, number: String, limit: usize) -> Answer<Vec<u64>> {
        self.read(|db| replies::sent_document(db, (&lane, &client, &number), limit))
    }

    fn publishing(&mut self, deliveries: Vec<DeliveryId>, at: Timestamp) -> Answer<()> {
        let step = Move::new(&states::DELIVERY_PUBLISHING, at);
        self.write(|db| deliveries.iter().try_for_each(|delivery| step.one(db, delivery.0)))
    }

    fn published(&mut self, deliveries: Vec<DeliveryId>, publication: Publication) -> Answer<()> {
        self.write(|db| deliveries.iter().try_for_each(|&id| delivery::published(db, id, publication)))
    }

    fn quarantine_delivery(&mut self, delivery: DeliveryId, why: Reason, at: Timestamp) -> Answer<()> {
        self.write(|db| Move::new(&states::DELIVERY_QUARANTINED, at).because(&why).one(db, delivery.0))
    }

    fn unknown_outcome(&mut self, delivery: DeliveryId, why: Reason, at: Timestamp) -> Answer<()> {
        self.write(|db| Move::new(&states::DELIVERY_UNKNOWN, at).because(&why).one(db, delivery.0))
    }

    fn deliver_again(&mut self, delivery: DeliveryId, who: String, at: Timestamp) -> Answer<()> {
        self.write(|db| Move::new(&states::DELIVERY_AGAIN, at).by(&who).one(db, delivery.0))
    }

    fn overdue_deliveries(&self, now: Timestamp, limit: usize) -> Answer<Vec<Delivery>> {
        self.read(|db| replies::overdue(db, now, limit))
    }

    fn next_deadline(&self) -> Answer<Option<Timestamp>> {
        self.read(replies::next_deadline)
    }

    fn raise_overdue(&mut self, delivery: DeliveryId, finding: Finding, at: Timestamp) -> Answer<()> {
        self.write(|db| replies::raise(db, delivery, &finding, at))
    }

    fn due_acks(&self, limit: usize) -> Answer<Vec<DueAck>> {
        self.read(|db| closing::due_acks(db, limit))
    }

    fn ack_groups(
        &self,
        interchange: InterchangeId,
        after: Option<GroupId>,
        limit: usize,
    ) -> Answer<Vec<AckGroup>> {
        self.read(|db| closing::ack_groups(db, interchange, after, limit))
    }

    fn ack_messages(
        &self,
        group: GroupId,
        after: Option<MessageId>,
        limit: usize,
    ) -> Answer<Vec<AckMessage>> {
        self.read(|db| closing::ack_messages(db, group, after, limit))
    }

    fn closable_intakes(&self, limit: usize) -> Answer<Vec<IntakeId>> {
        self.read(|db| closing::closable(db, limit))
    }

    fn close_intake(&mut self, intake: IntakeId, at: Timestamp) -> Answer<()> {
        self.write(|db| closing::close(db, intake, at))
    }

    fn archivable_intakes(&self, limit: usize) -> Answer<Vec<Intake>> {
        self.read(|db| intake::in_state(db, IntakeState::Closed, limit))
    }

    fn archived(&mut self, intake: IntakeId, path: String, at: Timestamp) -> Answer<()> {
        self.write(|db| intake::archive(db, intake, &path, at))
    }

    fn remember_bundle(&mut self, hash: Sha, path: String, at: Timestamp) -> Answer<()> {
        self.write(|db| intake::remember_bundle(db, hash, &path, at))
    }

    fn active_bundle(&self) -> Answer<Option<Bundle>> {
        self.read(|db| intake::last_bundle(db, None))
    }

    fn bundle(&self, hash: Sha) -> Answer<Option<Bundle>> {
        self.read(|db| intake::last_bundle(db, Some(hash)))
    }

    fn list_messages(&self, filter: MessageFilter) -> Answer<Vec<MessageLine>> {
        self.read(|db| report::list(db, &filter))
    }

    fn files_without_messages(&self, filter: FileFilter) -> Answer<Vec<FileLine>> {
        self.read(|db| files::without_messages(db, &filter))
    }

    fn file_story(&self, intake: IntakeId) -> Answer<FileStory> {
        self.read(|db| files::story(db, intake))
    }

    fn message_story(&self, message: MessageId) -> Answer<MessageStory> {
        self.read(|db| report::story(db, message))
    }

    fn permit(&mut self, message: MessageId, who: String) -> Answer<()> {
        self.write(|db| report::permit(db, message, &who))
    }

    fn retry(&mut self, message: MessageId, bundle: Sha, who: String, at: Timestamp) -> Answer<()> {
        self.write(|db| report::retry(db, message, bundle, &who, at))
    }

    fn discard(&mut self, message: MessageId, why: Reason, who: String, at: Timestamp) -> Answer<()> {
        self.write(|db| report::discard(db, message, &why, &who, at))
    }

    fn counts(&self) -> Answer<Vec<StateCount>> {
        self.read(report::counts)
    }
}
