//! What a configuration takes of memory, counted by the allocator: a gateway has 64 MiB for all it does, whatever the size of
//! its files, and its mappings come first. What it takes with files of a gigabyte is measured by `examples/load.rs`.

#[path = "support/shipped.rs"]
mod shipped;

use crossdock::gateway::bundle::{Keep, compile_and_keep};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const MIB: usize = 1 << 20;

#[test]
fn what_ships_takes_a_part_of_what_a_gateway_may_take() {
    let files = shipped::mapping_files();
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let (bundle, _, findings) = compile_and_keep(Keep::Used, &files, None);
    let (peak, kept) = (MEMORY.peak_usage() - before, MEMORY.current_usage() - before);
    assert!(bundle.is_some() && findings.is_empty());
    println!("while it is compiled {} KiB, then {} KiB", peak / 1024, kept / 1024);
    assert!(peak < 40 * MIB, "{peak} bytes while it is compiled");
    assert!(kept < 26 * MIB, "{kept} bytes are kept");
}
