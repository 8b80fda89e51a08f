/*
 * learn_parts.c - the learners of what is in a message: texts, URLs,
 * attachments, parts.
 *
 * The parts are read once, by content_of(); what is in one is decoded when a
 * fact that needs it is asked for. All facts of an attachment have the same
 * elements, and so have a URL and its host.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>

#include "rules/engine/content.h"
#include "rules/engine/learn.h"
#include "rules/mail/url/url.h"

/* Why the message may have parts that M has not. */
static const char *
why_lost(const struct mime *m)
{
	if ((m->defects & DEFECT_BIT(DEFECT_TOO_LARGE)) != 0)
		return "the message goes on behind limits.message";
	if ((m->defects & DEFECT_BIT(DEFECT_TOO_DEEP)) != 0)
		return "the message has parts below limits.mime_depth";
	if ((m->defects & DEFECT_BIT(DEFECT_TOO_MANY_PARTS)) != 0)
		return "the message has more parts than limits.mime_parts";
	if ((m->defects & DEFECT_BIT(DEFECT_LONG_PART_HEADER)) != 0)
		return "the headers of its parts are longer than is read";
	return "not all parts of the message could be read";
}

/* Facts of the parts themselves. */
static void
mark_lost(struct learning *l, const struct mime *m)
{
	if (!m->lost)
		return;
	l->out->rest = VALUES_LOST;
	l->out->why = why_lost(m);
}

/* What is searched: not all of the texts was looked at. */
static void
mark_cut(struct values *out, const struct mime *m)
{
	if (!m->cut && !m->lost)
		return;
	out->rest = VALUES_CUT;
	out->why = m->cut ? "the text goes on behind limits.body" :
	    why_lost(m);
}

void
learn_body_text(struct learning *l)
{
	struct mime *m = content_of(l->engine);
	struct span text;
	size_t i;

	for (i = 0; i < m->count; i++) {
		if (!mime_is_text(m, i))
			continue;
		text = mime_text(m, i);
		learn_kept(l, text.ptr != NULL ? text : span_of(""));
		l->out->cut += l->out->cut > 0 || m->parts[i].cut;
	}
	mark_cut(l->out, m);
	/* How many texts there are is known. */
	if (!m->lost)
		l->out->rest = VALUES_WHOLE;
}

static void
find_urls(struct engine *e, struct urls *list)
{
	struct mime *m = content_of(e);
	struct span text;
	size_t i;

	for (i = 0; i < m->count; i++) {
		if (!mime_is_text(m, i))
			continue;
		text = mime_text(m, i);
		if (span_is(m->parts[i].media.type, "text/html"))
			url_find_in_html(text, &e->message, list);
		else
			url_find_in_text(text, &e->message, list);
	}
}

/* URLs and their hosts at once. */
void
learn_url(struct learning *l)
{
	const struct policy *p = l->engine->policy;
	struct mime *m = content_of(l->engine);
	struct urls list = { .count = 0 };
	struct learning one = *l;
	size_t i, k;

	find_urls(l->engine, &list);
	if (list.lost)
		m->defects |= DEFECT_BIT(DEFECT_TOO_MANY_URLS);
	for (i = 0; i < p->slot_count; i++) {
		one.slot = &p->slots[i];
		one.out = &l->engine->values[i];
		if (one.slot->kind->family != FAMILY_URL)
			continue;
		one.out->waiting = false;
		for (k = 0; k < list.count; k++)
			learn_kept(&one, one.slot->kind->type == FACT_NAME ?
			    list.at[k].host : list.at[k].url);
		mark_cut(one.out, m);
		/* The text may have ended within the last one. */
		one.out->cut = m->cut && list.count > 0;
		if (!list.lost)
			continue;
		one.out->rest = VALUES_CUT;
		one.out->why = "the message has more URLs than are looked at";
	}
}

/* One element for each file name of an attachment, or one without a name. */
struct attachment {
	size_t part;
	struct span name;
	struct span names[MIME_NAMES_MAX];
	size_t count;
	size_t next;		/* among its names */
};

static bool
next_attachment(const struct mime *m, struct attachment *a)
{
	if (a->next < a->count) {
		a->name = a->names[a->next++];
		return true;
	}
	for (a->part++; a->part < m->count; a->part++) {
		if (!mime_is_attachment(m, a->part))
			continue;
		a->count = mime_names(m, a->part, a->names);
		a->name = a->count > 0 ? a->names[0] : span_of("");
		a->next = 1;
		return true;
	}
	return false;
}

/* May part I, whose content ends where what was kept of the body does, go on? */
static bool
may_go_on(const struct engine *e, const struct mime *m, size_t i)
{
	struct span content = m->parts[i].content;
	size_t kept = span_head(buffer_span(&e->body),
	    e->policy->settings.limits.message).len;

	return e->body_size > kept &&
	    content.ptr + content.len == e->body.ptr + kept;
}

/*
 * A fact of all attachments; OF gives its value for one. MEASURED: of a part
 * that goes on it is not the right one.
 */
static void
learn_attachments(struct learning *l, bool measured,
    struct span (*of)(struct learning *l, struct mime *m,
    const struct attachment *a))
{
	struct mime *m = content_of(l->engine);
	struct attachment a = { .part = SIZE_MAX };
	struct span value;

	while (next_attachment(m, &a)) {
		value = of(l, m, &a);
		learn_kept(l, value.ptr != NULL ? value : span_of(""));
		/* A digest that is not there may be any, too. */
		l->out->cut += l->out->cut > 0 || (measured &&
		    (value.len == 0 || may_go_on(l->engine, m, a.part)));
	}
	mark_lost(l, m);
}

static struct span
name_of(struct learning *l, struct mime *m, const struct attachment *a)
{
	(void)l;
	(void)m;
	return a->name;
}

void
learn_attachment_name(struct learning *l)
{
	learn_attachments(l, false, name_of);
}

static struct span
extension_of(struct learning *l, struct mime *m, const struct attachment *a)
{
	(void)m;
	return mime_extension(l->arena, a->name);
}

void
learn_attachment_extension(struct learning *l)
{
	learn_attachments(l, false, extension_of);
}

static struct span
type_of(struct learning *l, struct mime *m, const struct attachment *a)
{
	(void)l;
	return m->parts[a->part].media.type;
}

void
learn_attachment_type(struct learning *l)
{
	learn_attachments(l, false, type_of);
}

static struct span
size_of(struct learning *l, struct mime *m, const struct attachment *a)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%zu", mime_size(m, a->part));
	return arena_copy(l->arena, span_of(text));
}

void
learn_attachment_size(struct learning *l)
{
	learn_attachments(l, true, size_of);
}

static struct span
sha256_of(struct learning *l, struct mime *m, const struct attachment *a)
{
	/* The digest of a piece would be that of another file. */
	if (may_go_on(l->engine, m, a->part))
		return span_of("");
	return span_of(mime_sha256(m, a->part));
}

void
learn_attachment_sha256(struct learning *l)
{
	const struct mime *m = content_of(l->engine);

	learn_attachments(l, true, sha256_of);
	if ((m->defects & DEFECT_BIT(DEFECT_UNDIGESTED)) == 0)
		return;
	l->out->rest = VALUES_LOST;
	l->out->why = "the message has more messages inside of each other "
	    "than are digested";
}

static struct span
disposition_of(struct learning *l, struct mime *m, const struct attachment *a)
{
	(void)l;
	return m->parts[a->part].disposition.kind;
}

void
learn_attachment_disposition(struct learning *l)
{
	learn_attachments(l, false, disposition_of);
}

void
learn_part_type(struct learning *l)
{
	struct mime *m = content_of(l->engine);
	size_t i;

	for (i = 0; i < m->count; i++)
		learn_kept(l, m->parts[i].media.type);
	mark_lost(l, m);
}

/* There are at least so many, as there are at least so many levels. */
static void
learn_least(struct learning *l, size_t number)
{
	struct mime *m = content_of(l->engine);

	learn_number(l, number);
	l->out->cut = m->lost;
	mark_lost(l, m);
}

void
learn_part_count(struct learning *l)
{
	learn_least(l, content_of(l->engine)->count);
}

void
learn_mime_depth(struct learning *l)
{
	learn_least(l, content_of(l->engine)->depth);
}

/* Some of the URLs that rules ask for may be too many: it counts as well. */
static void
look_for_urls(struct engine *e)
{
	size_t i;

	for (i = 0; i < e->policy->slot_count; i++)
		if (e->policy->slots[i].kind->family == FAMILY_URL &&
		    e->values[i].waiting)
			learn_slot(e, (unsigned)i);
}

/* Each once, in the order of the table. */
void
learn_mime_defect(struct learning *l)
{
	struct engine *e = l->engine;
	struct mime *m = content_of(e);
	enum mime_defect d;

	look_for_urls(e);
	mime_check(m);
	if (m->cut || (e->policy->reads_body &&
	    e->body_size > e->policy->settings.limits.body))
		m->defects |= DEFECT_BIT(DEFECT_TRUNCATED);
	for (d = 0; d < DEFECT_COUNT; d++)
		if ((m->defects & DEFECT_BIT(d)) != 0)
			learn_kept(l, span_of(mime_defect_row(d)->name));
}
