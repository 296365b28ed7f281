//! `M060` and up: whether a map fits the guides, tables and shapes it names.

use super::{Code, CodeInfo};
use crate::diagnostics::Severity;

codes! {
    G014 Error "`{place}` is {what}"
        help "take one of the two out"
        cause "Two rules of the guide, perhaps of different layers, exclude each other: no message can follow both."
        example "not used N1[ST] over a base with N1[ST] required";
    M060 Error "`{value}` cannot stand in `{target}`: {why}"
        help "write a value that `{target}` takes"
        cause "A constant or parameter is known before the first message comes, and so is what its target takes. Each message would be refused or held for it."
        example "W27.01 = \"MOTOR\", where the element has one or two characters";
    M061 Warn "the table `{table}` gives `{value}`, which cannot stand in `{target}`: {why}"
        help "correct the row, or look the value up in a table of its own"
        cause "A row of the table has a result that the target does not take. A message that meets this row would be refused or held."
        example "action = .01 via table actions, where a row says `nwe` and the shape has new, change and cancel";
    M062 Error "`{code}` is not among the codes of `{name}`"
        help "correct it; if the partner's document has the code, add it to `only` in the guide"
        cause "The guide lists the codes that tell the kinds of a segment apart. What is selected by another one is never there: to read it is a warning, to write it an error."
        example "N1[SH].02, where the guide says N1 only ST BT WH";
    M063 Warn "`{name}` is read, and {guide} says it is not used"
        help "take it out of `not used` if the partner sends it; else read something else"
        cause "It was agreed that the partner leaves this out, and what comes all the same is told and not read."
        example "N2.01, where the guide says not used N2";
    M064 Error "`{name}` is written, and {guide} says it is not used"
        help "take it out of `not used` if the partner wants it; else take the line out, with `remove` in a map that has a base"
        cause "It was agreed that this is left out."
        example "N2.01 = name2, where the guide says not used N2";
    M065 Warn "this condition {what}"
        help "correct it, or take out what depends on it"
        cause "The outcome does not depend on the message: constants are compared, the guide or the shape lists the codes and this is none of them, or a condition around this one has settled it."
        example "when action = \"replace\", where an order is new, change or cancel";
    M066 Warn "every message of {guide} has `{name}`, and no line reads it"
        help "read it, or write `ignore {name} \"why\"`"
        cause "The guide requires this, so that it is in every message, and the map says what happens to what nobody reads: each message would be flagged or held for it."
        example "unmapped warn over a guide with W66.02 required, and no line with W66.02";
    M067 Warn "`{client}` has flows and no cases"
        help "put one of his files into clients/{client}/tests/NAME, and accept what becomes of it with `crossdock test --accept`"
        cause "Cases tell when a change of a map, of its base or of a table changes what a client gets. Without one, the warehouse is the first to notice."
        example "clients/acme with orders.flow and no folder tests";
    F016 Error "no map that is used here has the parameter `{name}`"
        help "correct its name, or take it out"
        cause "What a partner file or a flow gives to no map changes nothing. `site` and `zone` are given by `[site]`."
        example "[parameters] with defualt_site = \"NJ1\"";
    F017 Error "the parameter `{name}` of `{map}` is {expected}, and {found} is given"
        help "give a value of the same kind as the map's own"
        cause "A parameter has the kind of the value that its map gives it."
        example "include_damaged = \"true\" for param include_damaged = false";
    F018 Error "two lines fill the file `{name}`, and {what} differs"
        help "say the same in both, or have them fill files of other names"
        cause "What is collected `as` one name leaves in one file, wherever in the client's flows it is written: with one envelope, at one time, to one endpoint."
        example "write acme/945 to \"acme-in\" collected as outbound every 15m, and write acme/947 to \"acme-in\" collected as outbound every 1h";
    F019 Error "a file of the guide `{guide}` has messages of one type only"
        help "leave `as {name}` out"
        cause "Messages of several types stand together in interchanges of X12 and EDIFACT. Files of other formats have one guide."
        example "write house/wms-order to \"wms\" collected as outbound every 15m, of a CSV guide";
    F038 Error "the map `{map}` does not write what a sender is told of his documents"
        help "name a map from canonical application_advice to a guide, such as house/824"
        cause "`[advise]` of a partner file names the map that makes a message of an application advice."
        example "[advise.x12] map = \"house/945\"";
    F049 Error "`{name} = \"{found}\"` is nothing that {expected} is acknowledged with"
        help "name a guide of an acknowledgement of this syntax, such as x12/004010/997 or edifact/contrl-3; `ta1` is for X12 alone"
        cause "Each syntax has its own acknowledgements: 997, 999 and TA1 in X12, CONTRL in EDIFACT."
        example "[acknowledge.edifact] guide = \"x12/004010/997\"";
    F050 Error "`{code}` is nothing that a guide finds in a message"
        help "give the code of a finding of the guide as it is shown, such as X207, or of one of its `case` lines"
        cause "`[[waive]]` tolerates what the guide finds wrong in a client's messages. What a map checks is changed in the client's own map; what is wrong with envelopes and what the gateway finds is never tolerated."
        example "[[waive]] code = \"X402\"";
}
