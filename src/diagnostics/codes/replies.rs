//! A: what partners say about what we sent.

use super::{Code, CodeInfo, Severity};

codes! {
    A101 Reject "the partner refused {number}, which was sent in {file}"
        help "correct the map, table or source the partner's reasons point at, then have the source sent again; the refused document counts as not received"
        cause "The partner's acknowledgement rejects the message. He will not process it: for his system it never came."
        example "997 with AK5*R for set 0002 of our 945";
    A102 Warn "the partner took {number}, which was sent in {file}, but found errors in it"
        help "correct the map or table that wrote it before the partner refuses such errors"
        cause "The acknowledgement accepts the message with errors. It is processed, perhaps not as it was meant."
        example "997 with AK5*E*5 for set 0001 of our 945";
    A103 Reject "the partner found in {place} of {number}: {text} ({code})"
        help "compare this place of the file that was sent with the partner's implementation guide"
        cause "The acknowledgement names the place and the kind of an error. Places count segments from ST or UNH as 1, and elements from 1."
        example "AK3*G62*7**8 and AK4*2*373*5*2026-11-23";
    A104 Warn "the acknowledgement names {number}, which is not in {file}"
        help "ask the partner what it is about; everything else it says counts"
        cause "The group or interchange is ours, but it holds no message with this number."
        example "AK2*945*0009 for a group of three sets";
    A105 Reject "the partner says of {file} as a whole: {text} ({code})"
        help "correct what the reason names, such as an id in the partner file, then have the source sent again"
        cause "The acknowledgement judges the envelope or the group, not a single message."
        example "TA1 with R and note 025, or AK9*R with code 5";
    A106 Warn "the partner now says {found} of {file}, and said {first} before"
        help "ask the partner which of the two counts; the first is kept"
        cause "Two acknowledgements of the same file say different things."
        example "a second 997 with AK9*A for a group that was refused";
    A107 Hold "the acknowledgement names {found}, and nothing like it was sent to this partner"
        help "ask the partner what it answers; if it belongs to another gateway, have it sent there"
        cause "No delivery to this partner has this control number, or the one that has it is of another kind or never left."
        example "997 for group 777, when 502 was the last one sent";
    A108 Hold "the acknowledgement cannot be understood: {text}"
        help "look at the message, and ask the partner for a correct one"
        cause "It can be read by its guide, but does not say what it is about or what the verdict is."
        example "a 997 without AK9";
    A109 Warn "{file} should have been acknowledged by {expected}, and nothing came"
        help "ask the partner whether the file came in; it is never sent twice by itself"
        cause "The partner file says how long an acknowledgement may take (`acknowledgement_within`), and that time is over."
        example "[expect.x12] acknowledgement_within = \"2h\"";
    A110 Warn "the advice names the document {number} and no control number, and it was sent to this partner in more than one message"
        help "ask the partner which of them he means"
        cause "An advice without control numbers is matched by the number of the document, where one message alone has it."
        example "an APERAK with RFF+ACW alone, for an answer that was sent again with a correction";

    A130 Warn "the sender cannot be told what became of {number}: {text}"
        help "correct the map named under `[advise]` in the partner file; tell the sender by other means"
        cause "What a sender is told of his documents is written by a map, and that map refused."
        example "[advise.x12] map = \"house/824\", and the advice is about a message type of more than three characters";
    A141 Warn "{file} has the control number {number}, and after {expected} they begin again at 1"
        help "tell the partner before it happens: his system may take small numbers for repeats"
        cause "Control numbers of what we send have nine digits. Nothing stops at the end: they begin again at 1, and no number is given that was sent within the time of `[duplicates] window`."
        example "interchange_first = 999999000 in a partner file";
}
