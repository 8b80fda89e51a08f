/*
 * decode_mailboxes.c - who is in an address field.
 *
 * mailbox_scan.h says where each mailbox stands; here it becomes an address in
 * the form in which rules compare them, and a name that is text.
 *
 * GMime has a parser for this; it changes the domains of addresses, leaves out
 * mailboxes that it cannot read, which other readers show, and recurses.
 *
 * Failure: what is no address is given as it stands, and is FLAWED.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/mail/address.h"
#include "rules/mail/decode/charset.h"
#include "rules/mail/decode/decode.h"
#include "rules/mail/decode/decoded_text.h"
#include "rules/mail/decode/mailbox_scan.h"
#include "rules/mail/decode/quoted.h"

/* What the reading of one field needs. */
struct reading {
	struct arena *arena;
	struct mailboxes *list;
	bool *flawed;
	struct buffer address;	/* bytes, as they come together */
	struct buffer name;
	struct buffer text;	/* for what is made of either */
	struct buffer plain;
};

/* The name that stands in r->name. */
static struct span
read_name(struct reading *r)
{
	struct span name;

	buffer_clear(&r->text);
	decode_header(buffer_span(&r->name), &r->text, r->flawed);
	name = buffer_span(&r->text);
	while (name.len > 0 && name.ptr[0] == ' ')
		name = span_skip(name, 1);
	while (name.len > 0 && name.ptr[name.len - 1] == ' ')
		name.len--;
	return text_keep(r->arena, name);
}

/* The address that stands in r->address. */
static struct span
read_address(struct reading *r)
{
	struct span address;

	buffer_clear(&r->text);
	if (!charset_read(CHARSET_ASCII, buffer_span(&r->address), &r->text))
		*r->flawed = true;
	buffer_clear(&r->address);
	text_add_printable(&r->address, buffer_span(&r->text));
	address = address_plain(&r->plain, buffer_span(&r->address));
	if (address.len == 0)
		address = span_of("<>");
	/* A name alone is one that the MTA completes. */
	if (address_local(address).len < address.len &&
	    !address_is_valid(address))
		*r->flawed = true;
	return text_keep(r->arena, address);
}

/* Put what stands in r->address and r->name on the list. */
static void
add_mailbox(struct reading *r)
{
	struct mailboxes *list = r->list;
	void *at = list->at;
	struct mailbox *m;

	if (list->count == MAILBOXES_MAX) {
		list->lost = true;
		return;
	}
	if (arena_grow(r->arena, &at, &list->room, list->count, sizeof *m) < 0)
		return;
	list->at = at;
	m = &list->at[list->count++];
	m->address = read_address(r);
	m->local = address_local(m->address);
	m->domain = address_domain(m->address);
	m->display = read_name(r);
}

/* Of <@a,@b:c@d> the route is not part of the address, RFC 5321 4.1.1.3. */
static struct span
skip_route(struct span angle)
{
	struct address_tokens tokens;
	struct address_token t;

	if (angle.len == 0 || angle.ptr[0] != '@')
		return angle;
	address_tokens_init(&tokens, angle);
	do {
		t = address_token_take(&tokens);
	} while (t.kind != TOKEN_END && t.kind != TOKEN_COLON);
	return t.kind == TOKEN_END ? angle : span_skip(angle, tokens.at);
}

/* Make the address anew from REGION, without blanks and comments. */
static void
gather_address(struct reading *r, struct span region)
{
	struct address_tokens tokens;
	struct address_token t;

	buffer_clear(&r->address);
	address_tokens_init(&tokens, region);
	while ((t = address_token_take(&tokens)).kind != TOKEN_END) {
		if (t.kind != TOKEN_BLANK && t.kind != TOKEN_COMMENT)
			buffer_add(&r->address, t.text);
	}
}

/* Append REGION to the name, without quotes and backslashes. A comment between
 * two words stays, for readers show it. */
static void
gather_name(struct reading *r, struct span region)
{
	struct address_tokens tokens;
	struct address_token t;

	address_tokens_init(&tokens, region);
	while ((t = address_token_take(&tokens)).kind != TOKEN_END) {
		struct span text = t.text;

		if (t.kind == TOKEN_QUOTED)
			text = span_make(text.ptr + 1, text.len - 2);
		if (t.kind == TOKEN_QUOTED || t.kind == TOKEN_COMMENT)
			quoted_add(&r->name, text);
		else
			buffer_add(&r->name, text);
	}
}

/* name <local@domain> */
static void
read_with_angle(struct reading *r, const struct mailbox_text *m)
{
	gather_address(r, skip_route(m->angle));
	if (r->address.len == 0)
		*r->flawed = true;
	buffer_clear(&r->name);
	gather_name(r, m->phrase);
	if (r->name.len == 0)
		quoted_add(&r->name, m->comment);
	add_mailbox(r);
}

/* Do two tokens with a blank between them belong together? RFC 5322 4.4 lets
 * blanks stand beside the dots and the '@' of an address. */
static bool
is_joined(struct address_token last, struct address_token t)
{
	return last.kind == TOKEN_AT || t.kind == TOKEN_AT ||
	    (last.text.len > 0 && last.text.ptr[last.text.len - 1] == '.') ||
	    t.text.ptr[0] == '.';
}

/* Take the next word: tokens that no blank divides. False: there is none. */
static bool
take_word(struct address_tokens *tokens, struct span *word, bool *has_at)
{
	struct address_token last = { TOKEN_END, { NULL, 0 } }, t;
	bool blank = false;

	*word = last.text;
	*has_at = false;
	for (;;) {
		struct address_tokens before = *tokens;

		t = address_token_take(tokens);
		if (t.kind == TOKEN_END)
			return word->len > 0;
		if (t.kind == TOKEN_BLANK || t.kind == TOKEN_COMMENT) {
			blank = true;
			continue;
		}
		if (blank && word->len > 0 && !is_joined(last, t)) {
			*tokens = before;
			return true;
		}
		token_join(word, t.text);
		*has_at = *has_at || t.kind == TOKEN_AT;
		blank = false;
		last = t;
	}
}

/* Gather the words without an '@' beside those that have one, or the comment:
 * either is the name of an address without angle brackets. */
static void
gather_other_words(struct reading *r, const struct mailbox_text *m)
{
	struct address_tokens tokens;
	struct span word;
	bool has_at;

	buffer_clear(&r->name);
	address_tokens_init(&tokens, m->phrase);
	while (m->has_at && take_word(&tokens, &word, &has_at)) {
		if (has_at)
			continue;
		*r->flawed = true;
		gather_name(r, word);
		buffer_add_char(&r->name, ' ');
	}
	if (r->name.len == 0)
		quoted_add(&r->name, m->comment);
}

/* local@domain (name), or what stands in place of it. */
static void
read_without_angle(struct reading *r, const struct mailbox_text *m)
{
	struct address_tokens tokens;
	size_t before = r->list->count;
	struct span word;
	bool has_at;

	gather_other_words(r, m);
	if (!m->has_at) {
		buffer_clear(&r->address);
		buffer_add(&r->address, m->phrase);
		add_mailbox(r);
		return;
	}
	address_tokens_init(&tokens, m->phrase);
	while (take_word(&tokens, &word, &has_at)) {
		if (!has_at)
			continue;
		gather_address(r, word);
		add_mailbox(r);
		buffer_clear(&r->name);
	}
	if (r->list->count > before + 1)
		*r->flawed = true;
}

static void
reading_init(struct reading *r, size_t len)
{
	buffer_init(&r->address, len * UTF8_MAX);
	buffer_init(&r->name, len + 1);
	buffer_init(&r->text, len * UTF8_MAX);
	buffer_init(&r->plain, len * UTF8_MAX);
}

static void
reading_release(struct reading *r)
{
	/* A buffer that had no room lost something, as the arena would have. */
	if (r->address.overflow || r->name.overflow || r->text.overflow)
		r->arena->exhausted = true;
	buffer_release(&r->address);
	buffer_release(&r->name);
	buffer_release(&r->text);
	buffer_release(&r->plain);
}

void
decode_mailboxes(struct span value, struct arena *a, struct mailboxes *list,
    bool *flawed)
{
	struct reading r = { .arena = a, .list = list, .flawed = flawed };
	struct mailbox_scan scan;
	struct mailbox_text m;

	reading_init(&r, value.len);
	mailbox_scan_init(&scan, value);
	while (!list->lost && !a->exhausted && mailbox_scan_take(&scan, &m)) {
		if (m.has_angle)
			read_with_angle(&r, &m);
		else
			read_without_angle(&r, &m);
	}
	if (scan.flawed)
		*flawed = true;
	reading_release(&r);
}
