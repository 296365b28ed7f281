//! Segments of envelopes, and what stands where no segment can: X112, X318, X404 to X407, I111.

use super::{Code, CodeInfo, Severity};

codes! {
    X318 Info "the message says that it is of {found}; it was read by the guide of {expected}, the nearest that has it"
        help "nothing is to be done if it was read without findings; else name a guide, or import the release (crossdock import)"
        cause "No guide here is for the release of the message. Releases that follow each other are alike, so that it is read by the nearest one."
        example "UNH+1+ORDERS:D:22A:UN, where the newest directory is D.21B";
    I111 Warn "the interchange holds no message"
        help "nothing, if the sender only tries the way; else ask him what should be in it"
        cause "Between the header and the trailer is neither a message nor a group."
        example "ISA…~IEA*0*000000123~";
    X112 Reject "a segment without a tag: it begins with a separator, `{value}`"
        help "the sender puts a tag before the separator, or takes one of two terminators away"
        cause "A segment begins with its tag. Two terminators behind each other have a segment of nothing between them."
        example "~*ST*940*0001~ or G62*37*20261123~~";
    X404 Reject "the number `{found}` of the group is none that an acknowledgement can name"
        help "the sender numbers his groups: one to nine digits in GS06, up to 14 characters in UNG"
        cause "A group is acknowledged by its control number, so that one without a number could never be told to be refused or taken."
        example "GS*OW*A*B*20261120*0815*N7*X*004010~";
    X405 Warn "nothing is read of the segment `{tag}`, which stands {between}"
        help "the sender leaves it out"
        cause "Outside of messages only the segments of the envelope may stand. The extension ISX of later X12 releases is not read either: a release character that it declares is not known."
        example "N9*ZZ*1~ between GS and ST";
    X406 Warn "`{tag}` begins a message outside of a group, or a group behind messages without one"
        help "the sender puts each of his messages into a group, or in EDIFACT none of them"
        cause "X12 has messages in groups only. EDIFACT has groups in an interchange or messages, not both."
        example "ISA… ST*940*0001~ without GS, or UNG… UNE+1+7' UNH+2+ORDERS:D:96A:UN'";
    X407 Warn "`{tag}` says that its data are {found} bytes long, and no segment ends behind so many"
        help "the sender counts the bytes of the data, without the separators around them; one MiB is the most"
        cause "BIN and BDS carry data of any bytes, so that only their length tells where they end. Where it does not fit, the segment ends at the next terminator, be it one of the data."
        example "BIN*5*data~";
}
