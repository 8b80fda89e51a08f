/*
 * render.c - a verdict, said to libmilter.
 *
 * Sendmail and Postfix take a reply as a format, so every '%' is doubled here,
 * as the last thing that happens to it. Edits are sent at end of message only:
 * an MTA drops a filter that sends them earlier.
 *
 * Failure: an edit that libmilter refuses makes the answer a temporary refusal,
 * and the MTA then forgets the edits before it. A reply that it refuses is left
 * out; the refusal stands with the MTA's own words.
 */
#include "config.h"

#include <assert.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <libmilter/mfapi.h>

#include "buffer.h"
#include "milter/daemon/log.h"
#include "milter/daemon/render.h"

#define STATUS_MAX 16		/* "5.777.777", RFC 3463 2 */
/*
 * A position below all fields of a message. Told to add a field, Sendmail puts
 * it above the first of its name, even one that has been removed.
 */
#define BELOW_ALL 1000000
#define PATH_MAX_BYTES (64u << 10)	/* of a milter packet */

struct reply_lines {
	char text[REPLY_LINES_MAX][REPLY_LINE_MAX + 1];
	char *at[REPLY_LINES_MAX];	/* NULL behind the last */
};

/* Copy LINE with each '%' doubled; -1 when it is too long. */
static int
double_percent(struct span line, char out[REPLY_LINE_MAX + 1])
{
	size_t len = 0;

	for (size_t i = 0; i < line.len; i++) {
		size_t need = line.ptr[i] == '%' ? 2 : 1;

		if (len + need > REPLY_LINE_MAX)
			return -1;
		memset(out + len, line.ptr[i], need);
		len += need;
	}
	out[len] = '\0';
	return 0;
}

/* Divide TEXT at its LFs; -1 when a line or their number is too much. */
static int
split_lines(struct span text, struct reply_lines *lines)
{
	memset(lines->at, 0, sizeof lines->at);
	for (size_t i = 0; i < REPLY_LINES_MAX; i++) {
		size_t end = span_find(text, '\n');

		if (double_percent(span_head(text, end), lines->text[i]) < 0)
			return -1;
		lines->at[i] = lines->text[i];
		if (end == text.len)
			return 0;
		text = span_skip(text, end + 1);
	}
	return -1;
}

/* libmilter wants the lines as arguments; the first NULL ends them. */
static int
set_lines(SMFICTX *ctx, const char *code, const char *status, char **at)
{
	return smfi_setmlreply(ctx, code, status, at[0], at[1], at[2], at[3],
	    at[4], at[5], at[6], at[7], at[8], at[9], at[10], at[11], at[12],
	    at[13], at[14], at[15], at[16], at[17], at[18], at[19], at[20],
	    at[21], at[22], at[23], at[24], at[25], at[26], at[27], at[28],
	    at[29], at[30], at[31], (char *)NULL);
}

_Static_assert(REPLY_LINES_MAX == 32, "set_lines() passes 32 lines");

static int
set_reply(SMFICTX *ctx, const struct reply *reply)
{
	char code[STATUS_MAX], status[STATUS_MAX] = "";
	struct reply_lines lines;

	if (reply->status.len >= sizeof status)
		return -1;
	if (reply->status.len > 0)
		memcpy(status, reply->status.ptr, reply->status.len);
	snprintf(code, sizeof code, "%u", reply->code);
	if (split_lines(reply->text, &lines) < 0)
		return -1;
	return set_lines(ctx, code, status[0] != '\0' ? status : NULL,
	    lines.at) == MI_SUCCESS ? 0 : -1;
}

/* libmilter's arguments are char * for history's sake; it only reads them. */
static char *
writable(struct span s)
{
	return (char *)s.ptr;
}

/*
 * In the protocol a change to an empty value means that the field goes. A field
 * whose value is one space is empty to whoever reads it.
 */
static int
change_header(SMFICTX *ctx, const struct edit *edit)
{
	struct span value = edit->value.len > 0 ? edit->value : span_of(" ");

	return smfi_chgheader(ctx, writable(edit->name), (int)edit->index,
	    writable(value));
}

/* Sendmail wants an address as it stands in MAIL and RCPT, in <>. */
static int
change_envelope(SMFICTX *ctx, const struct edit *edit)
{
	bool bare = !span_is(edit->value, "<>");
	struct buffer path;
	int result = MI_FAILURE;
	char *text;

	buffer_init(&path, PATH_MAX_BYTES);
	buffer_add_text(&path, bare ? "<" : "");
	buffer_add(&path, edit->value);
	buffer_add_text(&path, bare ? ">" : "");
	text = writable(span_of(buffer_text(&path)));
	if (!path.overflow && edit->kind == EDIT_SET_SENDER)
		result = smfi_chgfrom(ctx, text, NULL);
	else if (!path.overflow && edit->kind == EDIT_ADD_RECIPIENT)
		result = smfi_addrcpt(ctx, text);
	else if (!path.overflow)
		result = smfi_delrcpt(ctx, text);
	buffer_release(&path);
	return result;
}

static int
do_edit(SMFICTX *ctx, const struct edit *edit)
{
	char *name = writable(edit->name);

	switch (edit->kind) {
	case EDIT_ADD_HEADER:
		return smfi_insheader(ctx, BELOW_ALL, name,
		    writable(edit->value));
	case EDIT_INSERT_HEADER:
		/* 0 is above the MTA's own Received, 1 below it. */
		return smfi_insheader(ctx, 0, name, writable(edit->value));
	case EDIT_CHANGE_HEADER:
		return change_header(ctx, edit);
	case EDIT_REMOVE_HEADER:
		return smfi_chgheader(ctx, name, (int)edit->index, NULL);
	case EDIT_SET_SENDER:
	case EDIT_ADD_RECIPIENT:
	case EDIT_REMOVE_RECIPIENT:
		return change_envelope(ctx, edit);
	case EDIT_REPLACE_BODY:
		assert(edit->value.len <= INT_MAX);
		return smfi_replacebody(ctx, (unsigned char *)
		    writable(edit->value), (int)edit->value.len);
	case EDIT_QUARANTINE:
		return smfi_quarantine(ctx, writable(edit->value));
	}
	return MI_FAILURE;
}

static int
do_edits(SMFICTX *ctx, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->edit_count; i++)
		if (do_edit(ctx, &verdict->edits[i]) != MI_SUCCESS)
			return -1;
	return 0;
}

void
render_failure(SMFICTX *ctx, const char *why)
{
	char name[] = "i";	/* libmilter's argument is no const char * */

	log_failure(span_of(smfi_getsymval(ctx, name)), "%s", why);
}

static sfsistat
refuse(SMFICTX *ctx, const struct reply *reply, sfsistat answer)
{
	if (reply->code != 0 && set_reply(ctx, reply) < 0)
		render_failure(ctx, "libmilter refused a reply text; the "
		    "MTA's own is used");
	return answer;
}

/*
 * At end of message "accept" and "continue" mean the same, but after the first
 * libmilter would not answer an MTA that keeps the connection for another
 * client (SMFIC_QUIT_NC).
 */
static sfsistat
deliver(SMFICTX *ctx, const struct verdict *verdict)
{
	if (do_edits(ctx, verdict) == 0)
		return SMFIS_CONTINUE;
	render_failure(ctx, "libmilter refused an edit; the message is "
	    "refused for now");
	return SMFIS_TEMPFAIL;
}

sfsistat
render_verdict(SMFICTX *ctx, enum event_kind kind,
    const struct verdict *verdict)
{
	switch (verdict->kind) {
	case VERDICT_CONTINUE:
	case VERDICT_ACCEPT:
		if (kind == EVENT_EOM)
			return deliver(ctx, verdict);
		return verdict->kind == VERDICT_ACCEPT ? SMFIS_ACCEPT :
		    SMFIS_CONTINUE;
	case VERDICT_REJECT:
		return refuse(ctx, &verdict->reply, SMFIS_REJECT);
	case VERDICT_TEMPFAIL:
	case VERDICT_CLOSE:
		/* An MTA that is told 421 says so and hangs up. */
		return refuse(ctx, &verdict->reply, SMFIS_TEMPFAIL);
	case VERDICT_DISCARD:
		return SMFIS_DISCARD;
	}
	return SMFIS_TEMPFAIL;
}
