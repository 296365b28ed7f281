//! L: the text of a mapping file.

use super::{Code, CodeInfo, Severity};

codes! {
    L001 Error "`{found}` cannot stand here"
        help "write the line as `{form}`"
        cause "The line does not follow the grammar. The line is left out; the rest of the file was read all the same."
        example "number W05.02";
    L002 Error "this construct is not supported yet: {what}"
        help "{instead}"
        cause "The language has this construct, this version of Crossdock does not run it yet. The file is not used."
        example "write wms/pick to \"wms\" collected by order_date every 15m";
    L003 Error "text has no closing `\"`"
        help "close the text with `\"`; a quote inside a text is written `\"\"`"
        cause "A text ends on the line it starts on. Without its closing quote nobody knows where it was to end."
        example "carrier = W66.10 required \"ACME must send a SCAC";
    L004 Error "name has no closing backquote"
        help "close the name with a backquote"
        cause "A name in backquotes ends on the line it starts on."
        example "customer_po = `PO #";
    L005 Error "name in backquotes is empty"
        help "write the name between the backquotes"
        cause "Backquotes make any name a step of a path; there must be a name."
        example "customer_po = ``";
    L006 Error "`{found}` is not a sign of this language"
        help "leave it out, or put it into a text in double quotes"
        cause "The sign comes from another language or from a word processor."
        example "when warehouse == \"NJ1\"";
    L007 Error "`{opened}` has no `end`"
        help "write `end` where it ends"
        cause "A block or document was opened and another one ends or begins before it is closed."
        example "section ship_to from N1[ST]";
    L008 Error "`{found}` does not start a line of this {place}"
        help "write a word that can start a line here"
        cause "Every line starts with a keyword, or is `target = source` in a map and `PATH attributes` in a guide."
        example "secton ship_to from N1[ST]";
    L009 Error "blank inside a path"
        help "write the path without blanks, such as `N1[ST].04`"
        cause "A path is one word to the eye: names, selectors and elements stand without blanks."
        example "id = N1 [ST].04";
    L010 Error "`{found}` has no blank on both sides"
        help "put a blank before and after `{found}`"
        cause "`-` and `/` may be part of names of documents, so between values they are set apart by blanks."
        example "difference = ordered -shipped";
    L011 Error "more than {limit} levels inside each other"
        help "take the inner part out"
        cause "Nobody can read nesting this deep, and the machine guards its memory."
        example "x = ((((((((…))))))))";
    L012 Error "`{found}` at an `if` can be read in two ways"
        help "put brackets around what belongs together"
        cause "A fallback or table behind `if … else …` could belong to the last branch or to the whole."
        example "uom = if bulk then \"KG\" else uom via table uom";
    L013 Error "`end` closes nothing"
        help "take this line out, or look above for an `end` too many"
        cause "All documents above are closed already."
        example "end map";
    L014 Error "`{found}` in a text has no `{missing}`"
        help "write a brace that belongs to the text twice"
        cause "In texts of findings `{path}` stands for a value."
        example "check reject E101 \"unknown store {id\": present(id)";
    L015 Error "there is no position 0"
        help "count from 1: the first is `.01` or `#1`"
        cause "Elements, components and occurrences are counted from 1, as in the standards."
        example "id = N1.00";
    L016 Error "`{found}` is too large a number here"
        help "write a smaller number; if it is a code, put it in double quotes"
        cause "Counts and lengths are bounded."
        example "N1 max 99999999999";
    L017 Error "`end {found}` does not close `{opened}`"
        help "write the name the block was opened with"
        cause "The name behind `end` is there to show which block ends; it must be the block that is open."
        example "section ship_to from N1[ST]\nend bill_to";
    L018 Error "`{found}` stands here a second time"
        help "take one of the two out"
        cause "This may be said once; the second would change the first in silence."
        example "version 3\nversion 4";
    L019 Error "`table` cannot stand in a map"
        help "put the rows into a CSV file in `tables/`"
        cause "Code tables are CSV files, so that people who know the codes can keep them in a spreadsheet."
        example "table uom";
    L020 Error "the line ends too soon"
        help "write the line as `{form}`"
        cause "Something is missing at the end of the line, often a closing bracket or what follows a keyword."
        example "qty = sum(out.lines.qty";
    L021 Error "this file is not UTF-8"
        help "save it as UTF-8"
        cause "All files of the mappings are UTF-8, with or without a byte order mark. Characters of another encoding would become others in silence."
        example "a table with `Größe` that a spreadsheet saved in the computer's own code page";
}
