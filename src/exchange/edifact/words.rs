//! What the codes of element 0085 mean, in words.

/// Element 0085, in UCI, UCF, UCM, UCS and UCD.
pub const ERRORS: &[(&str, &str)] = &[
    ("1", "UNA is not supported"),
    ("2", "the syntax version or level is not supported"),
    ("3", "the version or release of the message is not supported"),
    ("4", "a service segment is missing or invalid"),
    ("5", "the trailer does not agree with the header or the counts"),
    ("6", "a segment is missing or invalid"),
    ("7", "it came to somebody who is not the recipient it names"),
    ("8", "the segment has too many elements"),
    ("9", "a mandatory element is missing"),
    ("10", "the element does not fit its description"),
    ("11", "the password is invalid"),
    ("12", "the value is invalid"),
    ("13", "something mandatory is missing"),
    ("14", "the value is not supported here"),
    ("15", "it is not supported in this place"),
    ("16", "it has too many elements or components"),
    ("17", "there is no agreement to receive this"),
    ("18", "an error that is not specified"),
    ("19", "the decimal mark is invalid"),
    ("20", "a delimiter is invalid"),
    ("21", "it has characters that are not allowed"),
    ("22", "it has invalid delimiters"),
    ("23", "the sender is not known"),
    ("24", "it is too old"),
    ("25", "tests are not supported, or only tests are"),
    ("26", "it came before"),
    ("27", "the security function is not supported"),
    ("28", "the references in header and trailer differ"),
    ("29", "the trailer counts other parts than there are"),
    ("30", "groups and messages are mixed"),
    ("31", "a group has messages of several types"),
    ("32", "there is nothing inside"),
    ("33", "something stands outside of any message or group"),
    ("34", "explicit nesting is not allowed"),
    ("35", "it comes more often than allowed"),
    ("36", "the segment group comes more often than allowed"),
    ("37", "digits stand where letters should, or letters where digits should"),
    ("38", "no digit stands before the decimal mark"),
    ("39", "the value is too long"),
    ("40", "the value is too short"),
    ("41", "the network has a lasting error"),
    ("42", "the network has a passing error"),
    ("43", "the recipient is not known"),
    ("45", "a separator stands at the end"),
    ("46", "the character set is not supported"),
    ("47", "the kind of envelope is not supported"),
    ("48", "a condition between elements is not met"),
];

/// The words of a code; of a segment that is missing they say where.
pub fn of(code: &str, is_about_segment: bool) -> &'static str {
    if is_about_segment && code == "13" {
        return "a mandatory segment is missing behind this one";
    }
    let found = ERRORS.iter().find(|(known, _)| *known == code);
    found.map_or("an error this gateway has no words for", |(_, text)| text)
}
