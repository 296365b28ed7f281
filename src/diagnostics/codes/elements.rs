//! X250 and up: messages of names inside names, XML and JSON, against their guide.

use super::{Code, CodeInfo, Severity};

codes! {
    X250 Reject "this is not well-formed: {found}"
        help "the sender corrects what writes his files; what stands before this place was read"
        cause "A reader of XML or JSON stops at the first place that breaks the rules of the syntax. Other messages of the file are not touched."
        example "<Qty>5</Quantity>";
    X251 Warn "`{element}` of `{tag}` is not in {guide}"
        help "declare it in the guide if it means something; what no guide declares is left out"
        cause "Senders add elements and attributes over time. Nobody reads what no guide declares."
        example "<Priority> in an order whose guide ends with <Lines>";
    X252 Reject "the required element `{element}` of `{tag}` is missing"
        help "the sender adds it; if it may be left out, the guide says so: `widen {path} opt \"reason\"`"
        cause "The guide says `required`, and the element around it is there without it."
        example "an order without <ShipTo>";
    X253 Reject "the element `{element}` of `{tag}` comes more often than {max} times"
        help "the sender leaves the others out; if they were agreed, the guide says so: `widen {path} max 9 \"reason\"`"
        cause "What may come again has `many` or `max` in the guide; anything else stands once."
        example "two <ShipTo> in one order";
    X254 Reject "text stands between the elements of `{tag}`: `{value}`"
        help "the sender puts it into an element of its own"
        cause "A message holds elements or text, not both. What is written between elements has no name and so no meaning."
        example "<Line>urgent<Qty>5</Qty></Line>";
    X255 Reject "`{tag}` holds elements, and {guide} has a value there"
        help "if it is built otherwise now, the guide declares what is inside: `element NAME … end NAME`"
        cause "The guide has one value where the message has a structure."
        example "<Qty><Value>5</Value></Qty>";
    X256 Warn "the element `{element}` of `{tag}` is not used with this partner"
        help "ask the sender why it is there, or remove `not used` from the guide"
        cause "The guide says `not used`: it was agreed that this is left out. What is in it is not read."
        example "<BillTo> with a client who never bills";
    X257 Hold "the file has a document type declaration, and none is read"
        help "the sender writes XML without `<!DOCTYPE …>`"
        cause "A document type declaration can fetch files and grow without end while it is read. No business message needs one."
        example "<!DOCTYPE order SYSTEM \"order.dtd\">";
    X258 Reject "there are more than {found} levels inside each other"
        help "the sender corrects what writes his files"
        cause "No business message is so deep, and reading without a bound would let a file take all memory."
        example "an element inside itself a thousand times";
    X259 Hold "the file says its encoding is `{found}`, which is not known here"
        help "the sender writes UTF-8, UTF-16, ISO-8859-1, windows-1252 or another one-byte page based on ASCII"
        cause "Without the encoding no character above ASCII can be read for certain."
        example "<?xml version=\"1.0\" encoding=\"UTF-7\"?>";
    X260 Reject "the message has bytes that are no characters of {charset}"
        help "the sender declares the encoding that he writes"
        cause "The declared encoding, UTF-8 if none is declared, has no character for these bytes."
        example "a single byte E9 in a file without a declaration";
    X261 Reject "`{found}` ends before `{expected}` inside it does"
        help "the sender closes every element where it ends"
        cause "Where one message ends can still be told by its own end, so the others of the file are not touched."
        example "<Order><Line></Order>";
}
