-- What says that a waiver had an effect, or would have had one before its day.
CREATE INDEX finding_waiver ON finding (id) WHERE code IN ('I147', 'I148');
