-- Deliveries that were planned together stand in one file of the spool.
ALTER TABLE delivery ADD COLUMN spool_offset INTEGER NOT NULL DEFAULT 0;

-- Next deliveries of some endpoints, next outputs to be planned: each by one range of an index.
DROP INDEX delivery_state;
CREATE INDEX delivery_state ON delivery (state, id, endpoint);
DROP INDEX output_unplanned;
CREATE INDEX output_unplanned ON output (gathering, intake) WHERE delivery IS NULL;
DROP INDEX intake_release;
CREATE INDEX intake_release ON intake (release_state, id, endpoint);

-- The verdict on an interchange while its file is still being indexed.
ALTER TABLE interchange ADD COLUMN verdict TEXT;
ALTER TABLE interchange ADD COLUMN verdict_reason TEXT;
