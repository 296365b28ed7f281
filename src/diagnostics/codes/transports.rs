//! T: transports.

use super::{Code, CodeInfo, Severity};

codes! {
    T001 Hold "`{endpoint}` shows another host key than the pinned one: {shown}"
        help "ask the operator of the server by phone whether the key was changed; only if so, replace {pinned} in `host_keys`"
        cause "The server proves another identity than the one written in the settings. Either its key was renewed, or someone stands between. Nobody was logged in and no file was moved; all files of this endpoint wait."
        example "pinned SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDTzRsRxdzRqDZNpAg, shown SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8";
    T002 Error "the host key of `{endpoint}` is not pinned"
        help "compare {shown} with what the operator of the server told you, then add it to `host_keys`"
        cause "A server is trusted by its key, never because it was reached first. Nobody was logged in and no file was moved."
        example "host_keys = []";
    T003 Hold "`{endpoint}` refuses the login of `{user}` by {method}: {cause}"
        help "check user and credentials with the operator of the server, which offers: {offered}"
        cause "The server is the right one and does not take these credentials: expired, mistyped, or the key was not installed there. The files of this endpoint wait."
        example "user = \"crossdock\" with a password that was changed last night";
    T004 Error "the private key for `{endpoint}` cannot be used: {cause}"
        help "give a private key in OpenSSH format, and its passphrase if it has one"
        cause "The key does not parse, or the passphrase does not open it. The server was not asked."
        example "the public half (`.pub`) where the private key belongs";
    T005 Warn "`{endpoint}` cannot be reached: {cause}"
        help "check `host` and `port`, and whether a firewall lets this machine through; it is tried again"
        cause "No connection could be made. Files wait on both sides, nothing is lost."
        example "port = 2222 where the server listens on 22";
    T006 Hold "`{endpoint}` and this gateway find no common ground for SSH: {cause}"
        help "ask the operator of the server for Ed25519, ECDSA or rsa-sha2 host keys and a current key exchange"
        cause "The server offers only algorithms that are refused as broken: ssh-rsa with SHA-1, DSA, group1, group14 with SHA-1, 3DES."
        example "a server of 2009 that knows ssh-dss only";
    T007 Hold "folder `{name}` does not exist at `{endpoint}`"
        help "create the folder there, or correct the path in the settings"
        cause "The folder of the settings is missing, or is no folder, or hides behind missing rights. It is never created by itself: a typo would swallow files."
        example "directory = \"/out/order\" where the server has /out/orders";
    T008 Hold "`{endpoint}` does not allow to {operation} `{name}`: {cause}"
        help "give this gateway's user the right to {operation} there"
        cause "The rights of the file or its folder stand in the way. The file stays as it is."
        example "an inbox where we may read and not delete";
    T009 Hold "no space at `{endpoint}` to {operation} `{name}`: {cause}"
        help "free space or raise the quota there; it is tried again"
        cause "The disk or the quota of the target is full. The unfinished temporary file was removed, the final name was not touched."
        example "a quota of 1 GiB that is used up";
    T010 Hold "`{name}` already exists at `{endpoint}` with other content"
        help "move that file away, or give the flow a name that is unique for each delivery; then retry the delivery"
        cause "A target is never replaced: someone may not have fetched it yet. The delivery waits under its temporary name."
        example "name = \"orders.csv\" for every delivery";
    T011 Warn "`{name}` at `{endpoint}` changed from {expected} to {found} bytes while it was handled"
        help "have the sender write under a temporary name and rename when done"
        cause "The file is not the one that was listed, so it was neither taken nor removed. It is looked at afresh."
        example "an upload that pauses longer than the stability window";
    T012 Warn "`{name}` at `{endpoint}` is gone"
        help "find out who else reads or cleans this folder"
        cause "The file was listed and then removed or renamed by someone else."
        example "two programs that poll the same inbox";
    T013 Hold "`{name}` cannot be a file name at `{endpoint}`"
        help "use a name without `/`, not `.` or `..`, of at most 255 bytes"
        cause "A name is one component of a path and stays in its folder. Nothing was done."
        example "../orders.edi";
    T014 Hold "`{name}` at `{endpoint}` is not a regular file"
        help "replace it by the file itself"
        cause "Symbolic links, pipes, devices and folders are never followed or read."
        example "a link to /etc/passwd named orders.edi";
    T015 Warn "`{endpoint}` has {found} bytes of `{name}` instead of {expected}"
        help "if this repeats, ask the operator of the server: it loses bytes or reports wrong sizes"
        cause "The size after the transfer is not the size announced, so the file was not used. It is transferred afresh."
        example "a server that cuts uploads at 2 GiB";
    T016 Error "the file system of `{endpoint}` cannot rename without replacing: {cause}"
        help "put the folder on a local file system (ext4, XFS, Btrfs), or deliver over SFTP"
        cause "Without this step a target could be overwritten, so nothing is delivered there."
        example "an NFS or FUSE mount as target folder";
    T017 Warn "`{endpoint}` answers with a failure to {operation} `{name}`: {cause}"
        help "look into the log of the server; a full disk or quota is the usual reason when writing. It is tried again"
        cause "The other side did not do it and gave no better reason. SFTP version 3 has one word for most failures."
        example "SSH_FX_FAILURE to a write";
    T018 Warn "the connection to `{endpoint}` was lost while trying to {operation}: {cause}"
        help "nothing to do unless it repeats: it is tried again on a new connection"
        cause "The network or the server ended the connection. Nothing appeared under a final name and nothing was removed by half."
        example "a firewall that drops idle connections";
    T019 Warn "`{endpoint}` gave no answer within {seconds} s while trying to {operation}"
        help "nothing to do unless it repeats; then raise the timeout or ask the operator of the server"
        cause "The server keeps the connection and does not answer. The connection was cut, it is tried again on a new one."
        example "a server whose disk hangs";
    T020 Warn "it is not known whether `{temporary}` became `{name}` at `{endpoint}`: {cause}"
        help "nothing to do: the gateway looks at both names before it does anything else with this delivery"
        cause "The connection ended between the request to rename and its answer. Sending again could deliver twice."
        example "a disconnect in the moment of publishing";
    T021 Hold "`{name}` at `{endpoint}` is empty"
        help "ask the sender whether the file should have content; remove it if not"
        cause "A file of zero bytes is mostly an upload that failed. It stays where it is and is not taken."
        example "an upload to a server whose disk was full";
    T022 Warn "changes at `{endpoint}` are not announced: {cause}"
        help "nothing to do: the folder is listed at its interval; raise fs.inotify.max_user_watches for less delay"
        cause "The machine offers no watch for this folder. Listings find every file, only later."
        example "more folders than fs.inotify.max_user_watches";
    T023 Hold "the copy to be delivered to `{endpoint}` cannot be read: {cause}"
        help "check the disk of this machine; the delivery is tried again"
        cause "Our own stored output could not be read to its end. Nothing appeared under the final name."
        example "a failing disk under the spool";
}
