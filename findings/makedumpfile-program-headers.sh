#!/usr/bin/env bash
# The location where makedumpfile expects the program headers of an ELF core.
#
# e_phoff of an ELF header is the offset of the program headers. QEMU 7.2's dump-guest-memory has section headers at 64,
# followed by the program headers.
#
# Version: Debian's makedumpfile 1:1.7.2-1 (Debian 12).
# Expected before the run: a core with program headers elsewhere is read like one with them right after the ELF header
#                                                              (wrong: it finds no PT_LOAD, and refuses the core)
# Exits 0 while it behaves as described here, otherwise 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download makedumpfile=1:1.7.2-1 libelf1 libdw1 liblzo2-2 libsnappy1v5 > /dev/null 2>&1
for package in *.deb; do dpkg-deb -x "$package" root; done
# A core of 1 MiB of memory in one segment, with the note that every core has; only the place of the headers differs.
python3 - << 'PYTHON'
import struct
memory = bytes(1 << 20)
descriptor = bytes(336)
note = struct.pack('<III', 5, len(descriptor), 1) + b'CORE\0\0\0\0' + descriptor
for name, at in (('near', 64), ('far', 256)):
    first = at + 2 * 56
    header = b'\x7fELF' + bytes([2, 1, 1]) + bytes(9)
    header += struct.pack('<HHIQQQIHHHHHH', 4, 62, 1, 0, at, 0, 0, 64, 56, 2, 0, 0, 0)
    headers = struct.pack('<IIQQQQQQ', 4, 0, first, 0, 0, len(note), len(note), 0)
    headers += struct.pack('<IIQQQQQQ', 1, 0, first + len(note), 0, 0, len(memory), len(memory), 0)
    with open(name, 'wb') as core:
        core.write(header.ljust(at, b'\0') + headers + note + memory)
PYTHON
libraries=$(find root -name '*.so*' -printf '%h\n' | sort -u | paste -sd:)
program=$(find root -type f -name makedumpfile)
for name in near far; do
  if LD_LIBRARY_PATH=$libraries "$program" -c -d 0 "$name" "$name.kdump" > "$name.log" 2>&1; then
    echo "$name: read"
  else
    echo "$name: refused: $(grep -o "Can't get.*" "$name.log" | head -n 1)"
  fi
done | tee seen
printf "near: read\nfar: refused: Can't get the number of PT_LOAD.\n" | diff - seen
