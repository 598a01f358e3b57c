#include "CKernels.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

// MARK: Classes

typedef uint8_t bytes64 __attribute__((ext_vector_type(64)));
typedef char flags64 __attribute__((ext_vector_type(64)));
typedef bool bits64 __attribute__((ext_vector_type(64)));

/// The flags of 64 bytes as bits. A macro, for a function would pass a vector that most processors have no register for.
#define WORD_OF(flags) \
    ({ \
        bits64 bits = __builtin_convertvector((flags), bits64); \
        uint64_t word; \
        memcpy(&word, &bits, sizeof word); \
        word; \
    })

INLINE void classify(const uint8_t *from, size_t index, uint64_t valid, ckernels_classes_t out) {
    bytes64 text;
    memcpy(&text, from, sizeof text);
    flags64 digits = text - '0' < 10;
    flags64 letters = (text | 0x20) - 'a' < 26;
    flags64 hyphen_slash = (text == '-') | (text == '/');
    flags64 tokens = digits | letters | hyphen_slash | (text == '+') | (text == '_');
    flags64 dot = text == '.';
    flags64 marks = (text == '\\') | (text == '%') | (text == '&') | (text == '@') | (text == 0x1B) | (text == 0);
    out.digits[index] = WORD_OF(digits) & valid;
    out.separators[index] = WORD_OF(hyphen_slash | dot | (text == ' ')) & valid;
    out.tokens[index] = WORD_OF(tokens) & valid;
    out.values[index] = WORD_OF(tokens | dot | (text == '~')) & valid;
    out.marks[index] = WORD_OF(marks) & valid;
    out.high[index] = WORD_OF(text >= 0x80) & valid;
}

INLINE void classes(const uint8_t *text, size_t count, size_t words, ckernels_classes_t out) {
    size_t index = 0;
    for (; index < words && (index + 1) * 64 <= count; index++) classify(text + index * 64, index, ~0ULL, out);
    for (; index < words; index++) {
        uint8_t rest[64] = {0};
        size_t left = count > index * 64 ? count - index * 64 : 0;
        memcpy(rest, text + index * 64, left);
        classify(rest, index, (1ULL << left) - 1, out);
    }
}

// MARK: Triples

INLINE bool is_in(const uint32_t *filter, uint32_t triple) {
    uint16_t hash = (uint16_t)((triple & 0xFFFF) * CKERNELS_PAIR + (triple >> 16) * CKERNELS_THIRD);
    return filter[hash >> 5] >> (hash & 31) & 1;
}

/// Three bytes a time, up to `to`.
INLINE size_t triples_slowly(
    const uint8_t *text, size_t count, size_t from, size_t to, const uint32_t *filter, uint32_t *out, size_t found) {
    for (size_t at = from; at < to && at + 3 <= count; at++) {
        uint32_t triple = (uint32_t)text[at] | (uint32_t)text[at + 1] << 8 | (uint32_t)text[at + 2] << 16 | 0x202020;
        out[found] = (uint32_t)at;
        found += is_in(filter, triple);
    }
    return found;
}

INLINE size_t triples(
    const uint8_t *text, size_t count, size_t from, size_t to, const uint32_t *filter, uint32_t *out) {
    size_t at = from, found = 0;
    // Six triples lie in one load of eight bytes.
    while (at + 6 <= to && at + 8 <= count) {
        uint64_t word;
        memcpy(&word, text + at, sizeof word);
        word |= 0x2020202020202020;
        uint32_t hits = 0;
        for (int place = 0; place < 6; place++) {
            hits |= (uint32_t)is_in(filter, (uint32_t)(word >> (8 * place)) & 0xFFFFFF) << place;
        }
        for (; hits; hits &= hits - 1) out[found++] = (uint32_t)at + (uint32_t)__builtin_ctz(hits);
        at += 6;
    }
    return triples_slowly(text, count, at, to, filter, out, found);
}

#if defined(__x86_64__)

#define AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))

/// Which of eight hashes are in the filter.
AVX2 INLINE uint32_t lookup(__m128i hashes, const uint32_t *filter) {
    __m256i wide = _mm256_cvtepu16_epi32(hashes);
    __m256i words = _mm256_i32gather_epi32((const int *)filter, _mm256_srli_epi32(wide, 5), 4);
    // The bit that is asked for moves to the top.
    __m256i shift = _mm256_andnot_si256(wide, _mm256_set1_epi32(31));
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_sllv_epi32(words, shift)));
}

AVX2 INLINE __m256i hashes(__m256i pairs, __m256i thirds) {
    __m256i fold = _mm256_set1_epi16(0x2020);
    __m256i third = _mm256_or_si256(_mm256_and_si256(thirds, _mm256_set1_epi16(0xFF)), _mm256_set1_epi16(0x20));
    return _mm256_add_epi16(
        _mm256_mullo_epi16(_mm256_or_si256(pairs, fold), _mm256_set1_epi16((short)CKERNELS_PAIR)),
        _mm256_mullo_epi16(third, _mm256_set1_epi16((short)CKERNELS_THIRD)));
}

AVX2 static size_t triples_avx2(
    const uint8_t *text, size_t count, size_t from, size_t to, const uint32_t *filter, uint32_t *out) {
    size_t at = from, found = 0;
    // Thirty-two triples: the last of the four loads ends 35 bytes on.
    while (at + 32 <= to && at + 35 <= count) {
        const uint8_t *here = text + at;
        __m256i first = _mm256_loadu_si256((const __m256i *)here);
        __m256i second = _mm256_loadu_si256((const __m256i *)(here + 1));
        __m256i third = _mm256_loadu_si256((const __m256i *)(here + 2));
        __m256i fourth = _mm256_loadu_si256((const __m256i *)(here + 3));
        __m256i even = hashes(first, third), odd = hashes(second, fourth);
        uint32_t evens = lookup(_mm256_castsi256_si128(even), filter)
            | lookup(_mm256_extracti128_si256(even, 1), filter) << 8;
        uint32_t odds = lookup(_mm256_castsi256_si128(odd), filter)
            | lookup(_mm256_extracti128_si256(odd, 1), filter) << 8;
        uint32_t hits = _pdep_u32(evens, 0x55555555) | _pdep_u32(odds, 0xAAAAAAAA);
        for (; hits; hits &= hits - 1) out[found++] = (uint32_t)at + (uint32_t)__builtin_ctz(hits);
        at += 32;
    }
    return triples_slowly(text, count, at, to, filter, out, found);
}

AVX2 static void classes_avx2(const uint8_t *text, size_t count, size_t words, ckernels_classes_t out) {
    classes(text, count, words, out);
}

/// Whether the processor has the vectors of 32 bytes. Asked before main, so that no thread sees it change.
static bool has_avx2;

__attribute__((constructor)) static void look_at_processor(void) {
    __builtin_cpu_init();
    has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("lzcnt");
}

#endif

void ckernels_classes(const uint8_t *text, size_t count, size_t words, ckernels_classes_t out) {
#if defined(__x86_64__)
    if (has_avx2) return classes_avx2(text, count, words, out);
#endif
    classes(text, count, words, out);
}

size_t ckernels_triples(
    const uint8_t *text, size_t count, size_t from, size_t to, const uint32_t *filter, uint32_t *out) {
#if defined(__x86_64__)
    if (has_avx2) return triples_avx2(text, count, from, to, filter, out);
#endif
    return triples(text, count, from, to, filter, out);
}
