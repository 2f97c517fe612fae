#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/text/nfc_tables.cpp from Python's Unicode data: scripts/make_nfc_tables.py > src/text/nfc_tables.cpp"""
import sys
import unicodedata

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def rows(items, per_line):
    return "\n".join("    " + " ".join(items[i : i + per_line]) for i in range(0, len(items), per_line))


def main():
    classes, decompositions, compositions = [], [], []
    for c in CODE_POINTS:
        ccc = unicodedata.combining(chr(c))
        if ccc:
            if classes and classes[-1][1] == c - 1 and classes[-1][2] == ccc:
                classes[-1][1] = c
            else:
                classes.append([c, c, ccc])
        if 0xAC00 <= c <= 0xD7A3:
            continue  # Hangul is computed
        mapping = unicodedata.decomposition(chr(c))
        if mapping and not mapping.startswith("<"):
            parts = [int(x, 16) for x in mapping.split()]
            first, second = parts[0], parts[1] if len(parts) > 1 else 0
            decompositions.append((c, first, second))
            if second and unicodedata.normalize("NFC", chr(first) + chr(second)) == chr(c):
                compositions.append((first, second, c))
    text = f"""// SPDX-License-Identifier: Apache-2.0
// Written by scripts/make_nfc_tables.py from Unicode {unicodedata.unidata_version}; do not edit.
#include "toolformer/text/nfc_tables.h"

namespace toolformer::text {{

namespace {{

// clang-format off
constexpr CombiningClass kClasses[] = {{
{rows([f"{{0x{a:x},0x{b:x},{k}}}," for a, b, k in classes], 8)}
}};

constexpr Decomposition kDecompositions[] = {{
{rows([f"{{0x{a:x},0x{b:x},0x{k:x}}}," for a, b, k in decompositions], 8)}
}};

constexpr Composition kCompositions[] = {{
{rows([f"{{0x{a:x},0x{b:x},0x{k:x}}}," for a, b, k in sorted(compositions)], 8)}
}};
// clang-format on

}}  // namespace

std::span<const CombiningClass> combining_classes() {{ return kClasses; }}
std::span<const Decomposition> decompositions() {{ return kDecompositions; }}
std::span<const Composition> compositions() {{ return kCompositions; }}

}}  // namespace toolformer::text
"""
    sys.stdout.write(text)
    print(len(classes), len(decompositions), len(compositions), file=sys.stderr)


if __name__ == "__main__":
    main()
