// The loops of the classifier that touch every byte, where the compiler's vectors of any width and the processor's
// gathering loads pay. What they find is worked on in Swift.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// For each 64 bytes of text one word of each class: bit i stands for byte i of them.
typedef struct {
    /// 0 to 9.
    uint64_t *_Nonnull digits;
    /// What may part the groups of a number: blank, `-`, `.`, `/`.
    uint64_t *_Nonnull separators;
    /// Letters, digits and `+ / _ -`: the alphabets of base64 and base64url.
    uint64_t *_Nonnull tokens;
    /// Those and `.` and `~`.
    uint64_t *_Nonnull values;
    /// `\`, `%`, `&`, `@`, ESC and NUL.
    uint64_t *_Nonnull marks;
    /// Bytes of 0x80 and more.
    uint64_t *_Nonnull high;
} ckernels_classes_t;

/// Writes `words` words of each class for the bytes from `text` on, of which `count` are readable. Bits past them are zero.
void ckernels_classes(const uint8_t *_Nonnull text, size_t count, size_t words, ckernels_classes_t out);

/// Writes the offsets in `from..<to` at which three bytes stand whose hash is in the filter; returns how many.
///
/// With each byte's bit 0x20 set, the hash of `a b c` is `(a | b << 8) * pair + c * third` in sixteen bits. `filter` has a bit for each
/// hash, `text` is readable for `count` bytes, and `out` has room for `to - from` values.
size_t ckernels_triples(
    const uint8_t *_Nonnull text, size_t count, size_t from, size_t to, const uint32_t *_Nonnull filter, uint32_t *_Nonnull out);

/// The factors of the hash.
enum { CKERNELS_PAIR = 0x9E37, CKERNELS_THIRD = 0x6A5D };
