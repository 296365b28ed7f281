#!/usr/bin/env bash
# Installs what the tests need on a Debian machine with a Rust toolchain, then runs them all.
set -euo pipefail
cd "$(dirname "$0")/.."

install() {
  local missing=()
  [ -x /usr/sbin/sshd ] || missing+=(openssh-server)
  command -v ssh-keygen >/dev/null || missing+=(openssh-client)
  command -v cc >/dev/null || missing+=(build-essential)
  [ ${#missing[@]} -eq 0 ] && return
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  # The package must not start a server of its own: the tests start theirs, on loopback.
  DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

install
# OpenSSL is built from source unless the system has its headers: that saves minutes.
if pkg-config --exists openssl 2>/dev/null; then export OPENSSL_NO_VENDOR=1; fi

# The check of licences, sources and banned crates is a program of its own: some four minutes to build on two cores, once.
if ! command -v cargo-deny >/dev/null; then cargo install --quiet --locked cargo-deny@0.20.2; fi

cargo fmt --check
cargo deny --log-level error check bans licenses sources
cargo clippy --all-targets --quiet -- -D warnings
cargo test --quiet
