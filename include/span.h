/*
 * span.h - a borrowed run of bytes: a pointer and how many.
 *
 * A span owns nothing and may hold any byte, NUL included; it is never
 * terminated unless the contract that hands it out says so. The empty span has
 * len 0 and any ptr. Text is compared as SMTP compares it: ASCII case ignored,
 * every other byte as it is (RFC 5321 2.4). Everything here is pure and may be
 * called from any thread.
 */
#ifndef MILLGATE_SPAN_H
#define MILLGATE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
	const char *ptr;
	size_t len;
};

/* The LEN bytes at PTR. */
static inline struct span
span_make(const char *ptr, size_t len)
{
	return (struct span){ ptr, len };
}

/* A C string without its NUL; NULL gives the empty span. */
static inline struct span
span_of(const char *text)
{
	return span_make(text, text != NULL ? strlen(text) : 0);
}

/* S without its first N bytes; empty when it has fewer. */
static inline struct span
span_skip(struct span s, size_t n)
{
	n = n < s.len ? n : s.len;
	return span_make(s.len > 0 ? s.ptr + n : s.ptr, s.len - n);
}

/* The first N bytes of S, or all when it has fewer. */
static inline struct span
span_head(struct span s, size_t n)
{
	return span_make(s.ptr, n < s.len ? n : s.len);
}

/* Same bytes? */
bool span_equal(struct span a, struct span b);

/* Same bytes, A-Z and a-z taken as equal? */
bool span_equal_nocase(struct span a, struct span b);

/* Is S the text of C string TEXT, letter for letter? */
bool span_is(struct span s, const char *text);

/* Does S begin with, or end in, the bytes of PART? */
bool span_starts_with(struct span s, struct span part);
bool span_starts_with_nocase(struct span s, struct span part);	/* ASCII case */
bool span_ends_with(struct span s, struct span part);

/* Offset of the first or the last byte C in S, or S.len when there is none. */
size_t span_find(struct span s, char c);
size_t span_find_last(struct span s, char c);

/* S without the spaces and tabs at its two ends. */
struct span span_trim(struct span s);

/* C in lower case if it is an ASCII letter; locales have no say here. */
static inline char
ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The value of the hexadecimal digit C, in either case; -1: it is none. */
int ascii_hex_value(char c);

/* The byte that the two hexadecimal digits at the start of S make; -1: they are
 * none. */
int span_hex_byte(struct span s);

/*
 * A hash of S that ignores ASCII case, for tables that compare with
 * span_equal_nocase(). KEY makes it unpredictable where S comes from outside;
 * 0 gives the same value in every run.
 */
unsigned long span_hash_nocase(struct span s, unsigned long key);

/* The same for tables that compare with span_equal(). */
unsigned long span_hash(struct span s, unsigned long key);

#endif
