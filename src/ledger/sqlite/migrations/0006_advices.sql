-- What the partner's application advice says of the document, beside what his acknowledgement says of the message.
ALTER TABLE output ADD COLUMN advised TEXT;
