//! What the fields of SAP's own types are, by name: a description says of all of them that they are characters. Names of
//! the data dictionary mean the same in every segment; what is not here is read as text.

const DATES: &str = "ABRDT AUSDT BLDAT BUDAT DATUM DOC_DATE EDATU ERSDA EXPIRYDATE FKDAT HSDAT IEDD ISDD LAEDA LFDAT MSTDE \
    MSTDV NTANF NTEND PODAT PROD_DATE PSTNG_DATE REF_DATE VFDAT WADAT";
const TIMES: &str = "EZEIT IEDZ ISDZ NTANZ NTENZ POTIM UZEIT";
/// With three places behind the point.
const QUANTITIES: &str = "BDMNG BPMNG BREIT BRGEW BSTMG BTGEW BTVOL ENMNG ENTRY_QNT ERFMG ERGEW ERVOL HOEHE LAENG LFIMG \
    LGMNG MAGEW MAVOL MENGE NTGEW ORMNG PO_PR_QNT TARAG VEMNG VOLUM WESCH WMENG";
const NUMBERS: &str = "ANZPK BETRG KRATE MHDHB MHDLP MHDRZ MWSBT NETWR PEINH SUMME UMREN UMREZ VPREI";
/// Identifiers that are filled with zeros when they are digits only, with their width.
const IDENTIFIERS: [(&str, u32); 21] = [
    ("CUSTOMER", 10),
    ("EBELN", 10),
    ("EXIDV", 20),
    ("HIPOS", 6),
    ("KDAUF", 10),
    ("KDPOS", 6),
    ("KUNNR", 10),
    ("LIFNR", 10),
    ("MATERIAL", 18),
    ("MATNR", 18),
    ("MATWA", 18),
    ("POSEX", 6),
    ("POSNR", 6),
    ("UEPOS", 6),
    ("UMMAT", 18),
    ("VBELN", 10),
    ("VENDOR", 10),
    ("VGBEL", 10),
    ("VGPOS", 6),
    ("VHILM", 18),
    ("XABLN", 10),
];

/// How a field is written in a guide, behind its width; "" for text.
pub(super) fn kind(name: &str, width: u32) -> String {
    let is_in = |list: &str| list.split_whitespace().any(|known| known == name);
    match width {
        8 if is_in(DATES) => "date \"yyyyMMdd\" blank \"00000000\"".into(),
        6 if is_in(TIMES) => "time \"HHmmss\"".into(),
        // A column for the point, one for the sign.
        10.. if is_in(QUANTITIES) => format!("decimal({},3) sign trailing", width - 2),
        2.. if is_in(NUMBERS) => "decimal sign trailing".into(),
        _ if IDENTIFIERS.contains(&(name, width)) => "alpha".into(),
        17 if matches!(name, "PARTN" | "PARTNER_ID") => "alpha 10".into(),
        40 if matches!(name, "MATNR_LONG" | "MATERIAL_LONG") => "alpha 18".into(),
        _ => String::new(),
    }
}
