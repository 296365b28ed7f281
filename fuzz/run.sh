#!/usr/bin/env bash
# fuzz/run.sh [SECONDS [TARGET...]]: fuzzes each target so long; all of them if none is named. A target is `language` or the id of
# a format. Needs a C++ compiler beside the Rust toolchain, nothing else. What is found lies in fuzz/found; what
# was learnt in fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-60}; shift || true

# What cargo-fuzz would set: coverage by counters, and comparisons traced. Stable compilers know these.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
if pkg-config --exists openssl 2>/dev/null; then export OPENSSL_NO_VENDOR=1; fi
# A target triple of its own keeps the flags away from build scripts and macros.
triple=$(rustc -vV | sed -n 's/^host: //p')
cargo build --release --quiet --target "$triple"
bin=target/$triple/release

mkdir -p found
for target in ${*:-language $("$bin/format")}; do
  echo "== $target, $seconds s"
  case $target in language) name=language ;; *) name=format ;; esac
  export FORMAT=$target
  SEEDS=corpus/$target "$bin/$name"
  log=found/$target.log
  "$bin/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=16384 \
    -artifact_prefix="found/$target-" -print_final_stats=1 "corpus/$target" >"$log" 2>&1 ||
    { grep -E "panicked|SUMMARY|Test unit" -A2 "$log"; echo "the input is in fuzz/found, the whole story in fuzz/$log"; exit 1; }
  grep -E "^Done|stat::(average_exec|new_units)" "$log"
done
