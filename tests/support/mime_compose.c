/*
 * mime_compose.c - well-formed messages at random, each from a number.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/mail/decode/decode.h"
#include "tests/support/mime_compose.h"

#define DEPTH_MAX 5
#define PARTS_MAX 4
#define CONTENT_MAX 4000
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

struct composer {
	struct buffer *out;
	uint64_t state;
	const char *end;	/* of a line */
	unsigned boundaries;	/* so many are there */
};

static unsigned
any(struct composer *c, unsigned below)
{
	c->state = c->state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(c->state >> 33) % below;
}

static bool
one_in(struct composer *c, unsigned n)
{
	return any(c, n) == 0;
}

/* Words that charsets can hold, the first few ones all of them. */
static const char *const words[] = { "a", "mail", "--", "--b", "=3D", "From ",
	".", "x=y", "two  blanks", "", "tab\tinside", "\xc3\xa4\xc3\xb6",
	"caf\xc3\xa9", "\xd0\xbf\xd0\xbe", "\xce\xb1\xce\xb2", "\xe6\x97\xa5",
	"\xf0\x9f\x98\x80", "\xe2\x82\xac" };

#define WORDS_ASCII 11
#define WORDS_LATIN 13

static const struct {
	const char *name;	/* NULL: not told */
	unsigned words;		/* of the array above */
	const char *more;	/* and this one */
} charsets[] = {
	{ NULL, WORDS_ASCII, "" },
	{ "us-ascii", WORDS_ASCII, "" },
	{ "UTF-8", COUNT(words), "" },
	{ "utf-8", COUNT(words), "" },
	{ "iso-8859-1", WORDS_LATIN, "\xc3\xbf" },
	{ "ISO-8859-15", WORDS_LATIN, "\xe2\x82\xac" },
	{ "windows-1252", WORDS_LATIN, "\xe2\x82\xac" },
	{ "koi8-r", WORDS_ASCII, "\xd0\xbf\xd0\xbe" },
	{ "iso-8859-7", WORDS_ASCII, "\xce\xb1\xce\xb2" },
	{ "shift_jis", WORDS_ASCII, "\xe6\x97\xa5" },
	{ "iso-2022-jp", WORDS_ASCII, "\xe6\x97\xa5" },
	{ "gb2312", WORDS_ASCII, "\xe6\x97\xa5" },
	{ "big5", WORDS_ASCII, "\xe6\x97\xa5" },
};

static const struct {
	enum transfer transfer;
	const char *name;	/* NULL: not told */
	bool ascii;		/* only for ASCII */
} transfers[] = {
	{ TRANSFER_NONE, NULL, true },
	{ TRANSFER_7BIT, "7bit", true },
	{ TRANSFER_8BIT, "8bit", false },
	{ TRANSFER_BINARY, "binary", false },
	{ TRANSFER_QUOTED_PRINTABLE, "quoted-printable", false },
	{ TRANSFER_QUOTED_PRINTABLE, "Quoted-Printable", false },
	{ TRANSFER_BASE64, "base64", false },
	{ TRANSFER_BASE64, "BASE64", false },
};

#define TRANSFERS_OF_BYTES 4	/* the last ones hold any byte */

static void
add_line(struct composer *c, const char *text)
{
	buffer_add_text(c->out, text);
	buffer_add_text(c->out, c->end);
}

/* Append S, whose lines end in CRLF. */
static void
add_lines(struct composer *c, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\r' && i + 1 < s.len && s.ptr[i + 1] == '\n')
			i++;
		if (s.ptr[i] == '\n')
			buffer_add_text(c->out, c->end);
		else
			buffer_add_char(c->out, s.ptr[i]);
	}
}

/* A name of a file in one of the forms that it is written in. */
static void
add_name(struct composer *c, const char *parameter)
{
	unsigned n = any(c, 1000);

	buffer_add_text(c->out, one_in(c, 2) ? "; " : ";");
	if (one_in(c, 2)) {
		buffer_add_text(c->out, c->end);
		buffer_add_text(c->out, "\t");
	}
	buffer_add_text(c->out, parameter);
	switch (any(c, 7)) {
	case 0:
		buffer_addf(c->out, "=f%u.txt", n);
		break;
	case 1:
		buffer_addf(c->out, "=\"f %u; \\\"x\\\".txt\"", n);
		break;
	case 2:
		buffer_addf(c->out, "*=utf-8''%%e2%%82%%ac%u.txt", n);
		break;
	case 3:
		buffer_addf(c->out, "*=ISO-8859-1'de'%%E4%u.txt", n);
		break;
	case 4:
		buffer_addf(c->out, "*0=\"f%u;\"; %s*1=x; %s*2=\".t xt\"", n,
		    parameter, parameter);
		break;
	case 5:
		buffer_addf(c->out, "*0*=utf-8''%%c3%%a4; %s*1*=%%c3%%b6%u; "
		    "%s*2=.txt", parameter, n, parameter);
		break;
	default:
		buffer_addf(c->out, "=\"=?utf-8?q?=C3=A4_%u?= "
		    "=?utf-8?B?w7YudHh0?=\"", n);
		break;
	}
}

static void
add_disposition(struct composer *c, bool named)
{
	buffer_add_text(c->out, one_in(c, 2) ? "Content-Disposition: inline" :
	    "content-disposition:attachment");
	if (named)
		add_name(c, one_in(c, 2) ? "filename" : "FILENAME");
	add_line(c, "");
}

/* The lines of a text in charset K, in UTF-8. */
static void
make_text(struct composer *c, unsigned k, struct buffer *text)
{
	while (text->len < CONTENT_MAX && !one_in(c, 30)) {
		unsigned i = any(c, charsets[k].words + 2);

		buffer_add_text(text, i < charsets[k].words ? words[i] :
		    charsets[k].more);
		if (text->len > 0 && one_in(c, 3))
			buffer_add_text(text, one_in(c, 5) ? "\r\n\r\n" :
			    "\r\n");
		else
			buffer_add_char(text, ' ');
	}
}

static bool
is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.ptr[i] > 0x7f)
			return false;
	}
	return true;
}

/* The rest of a part's header, and its content BYTES. */
static void
add_content(struct composer *c, struct span bytes, bool any_bytes)
{
	unsigned t = any_bytes ? COUNT(transfers) - 1 -
	    any(c, TRANSFERS_OF_BYTES) : any(c, COUNT(transfers));
	struct buffer encoded;

	if (transfers[t].ascii && !is_ascii(bytes))
		t = COUNT(transfers) - 1;
	if (transfers[t].name != NULL)
		buffer_addf(c->out, "Content-Transfer-Encoding: %s%s",
		    transfers[t].name, c->end);
	add_line(c, "");
	buffer_init(&encoded, SIZE_MAX);
	encode_transfer(transfers[t].transfer, bytes, &encoded);
	add_lines(c, buffer_span(&encoded));
	buffer_release(&encoded);
}

static void
add_text_part(struct composer *c)
{
	static const char *const types[] = { "text/plain", "TEXT/HTML",
		"text/css", "Text/X-Y" };
	unsigned k = any(c, COUNT(charsets)), type = any(c, COUNT(types));
	const char *quote = one_in(c, 2) ? "\"" : "";
	bool named = one_in(c, 4);
	struct buffer text, bytes;

	if (charsets[k].name == NULL && type == 0 && !named) {
		add_line(c, "X-Nothing: at all");
	} else {
		buffer_addf(c->out, "Content-Type: %s", types[type]);
		if (charsets[k].name != NULL)
			buffer_addf(c->out, "; charset=%s%s%s",
			    quote, charsets[k].name, quote);
		if (named)
			add_name(c, "name");
		add_line(c, "");
	}
	buffer_init(&text, SIZE_MAX);
	buffer_init(&bytes, SIZE_MAX);
	make_text(c, k, &text);
	if (!encode_charset(span_of(charsets[k].name), buffer_span(&text),
	    &bytes))
		abort();
	add_content(c, buffer_span(&bytes), false);
	buffer_release(&text);
	buffer_release(&bytes);
}

static void
add_bytes_part(struct composer *c)
{
	static const char *const types[] = { "application/octet-stream",
		"image/png", "Application/PDF", "x-y/z.a+b" };
	struct buffer bytes;

	buffer_addf(c->out, "Content-Type: %s", types[any(c, COUNT(types))]);
	if (one_in(c, 2))
		add_name(c, "name");
	add_line(c, "");
	if (one_in(c, 2))
		add_disposition(c, one_in(c, 2));
	buffer_init(&bytes, SIZE_MAX);
	for (unsigned n = any(c, 400); n > 0; n--)
		buffer_add_char(&bytes, (char)any(c, 256));
	add_content(c, buffer_span(&bytes), true);
	buffer_release(&bytes);
}

static void add_part(struct composer *c, unsigned depth);

static void
add_multipart(struct composer *c, unsigned depth)
{
	static const char *const types[] = { "mixed", "alternative", "Related",
		"x-y", "signed" };
	char boundary[80];

	(void)snprintf(boundary, sizeof boundary, "%s%u_%08x",
	    one_in(c, 2) ? "=_" : "b", ++c->boundaries, any(c, 1u << 31));
	buffer_addf(c->out, "Content-Type: multipart/%s;%s boundary=\"%s\"%s",
	    types[any(c, COUNT(types))], one_in(c, 2) ? c->end : "", boundary,
	    c->end);
	add_line(c, "");
	if (one_in(c, 3))
		add_line(c, "A preamble.");
	for (unsigned n = any(c, PARTS_MAX) + 1; n > 0; n--) {
		buffer_addf(c->out, "--%s%s%s", boundary, one_in(c, 9) ? " " :
		    "", c->end);
		add_part(c, depth + 1);
		add_line(c, "");
	}
	buffer_addf(c->out, "--%s--%s", boundary, c->end);
	if (one_in(c, 3))
		add_line(c, "An epilogue.");
}

static void
add_message(struct composer *c, unsigned depth)
{
	add_line(c, one_in(c, 3) ? "Content-Type: message/global" :
	    "Content-Type: message/rfc822");
	if (one_in(c, 2))
		add_disposition(c, false);
	add_line(c, "");
	add_line(c, "Subject: inside");
	add_part(c, depth + 1);
}

/* A part's header and content. */
static void
add_part(struct composer *c, unsigned depth)
{
	unsigned kind = depth < DEPTH_MAX ? any(c, 10) : any(c, 6);

	if (kind < 4)
		add_text_part(c);
	else if (kind < 6)
		add_bytes_part(c);
	else if (kind < 9)
		add_multipart(c, depth);
	else
		add_message(c, depth);
}

void
mime_compose(struct buffer *out, unsigned number)
{
	struct composer c = { .out = out,
		.state = number * UINT64_C(0x9e3779b97f4a7c15) };

	c.end = one_in(&c, 2) ? "\n" : "\r\n";
	add_line(&c, "From: joe@example.com");
	add_line(&c, "MIME-Version: 1.0");
	if (one_in(&c, 4))
		add_part(&c, 1);
	else
		add_multipart(&c, 1);
}
