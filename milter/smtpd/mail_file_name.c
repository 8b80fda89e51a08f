/*
 * mail_file_name.c - names that no other file has.
 *
 * A process counts its files, so that the time needs to be neither exact nor
 * going forward: of two files with the same name one would have been written by
 * another process that had the same number in the same microsecond.
 */
#include "config.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "milter/smtpd/mail_file.h"

/* Of a name, at most: an ID and a HOST that are longer lose their ends, and are
 * for people only. */
#define ID_MAX 64
#define HOST_MAX 96

/* Files of this process so far. Any thread. */
static atomic_ulong files;

void
mail_file_stamp(struct mail_file_stamp *stamp, size_t count,
    struct span queue_id, const char *host)
{
	clock_gettime(CLOCK_REALTIME, &stamp->time);
	stamp->number = atomic_fetch_add(&files, count);
	stamp->queue_id = queue_id;
	stamp->host = host;
}

/* S as part of a name, in at most SIZE bytes with the NUL. */
static void
escape(struct span s, char *out, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i], small = ascii_lower(c);
		bool plain = (small >= 'a' && small <= 'z') ||
		    (c >= '0' && c <= '9') ||
		    (c != '\0' && strchr(".-_", c) != NULL);

		if (len + (plain ? 1 : 4) >= size)
			break;
		if (plain)
			out[len++] = c;
		else
			len += (size_t)snprintf(out + len, size - len,
			    "\\%03o", (unsigned char)c);
	}
	out[len] = '\0';
}

void
mail_file_name(const struct mail_file_stamp *stamp, size_t index,
    int64_t size, char name[MAIL_FILE_NAME_MAX])
{
	char id[ID_MAX], host[HOST_MAX];
	int len;

	escape(stamp->queue_id, id, sizeof id);
	escape(span_of(stamp->host), host, sizeof host);
	len = snprintf(name, MAIL_FILE_NAME_MAX, "%lld.M%06ldP%ldQ%lu_%s.%s",
	    (long long)stamp->time.tv_sec, stamp->time.tv_nsec / 1000,
	    (long)getpid(), stamp->number + index, id, host);
	if (size >= 0)
		snprintf(name + len, MAIL_FILE_NAME_MAX - (size_t)len,
		    ",S=%" PRId64, size);
}

/* Behind the digits at TEXT, of which there must be some, and C; or NULL. */
static const char *
skip_number(const char *text, char c)
{
	size_t digits = text != NULL ? strspn(text, "0123456789") : 0;

	if (digits == 0 || text[digits] != c)
		return NULL;
	return text + digits + 1;
}

bool
mail_file_is_ours(const char *name, const char *host, pid_t *pid)
{
	const char *rest = skip_number(name, '.');
	char end[HOST_MAX + 1] = ".";

	if (rest == NULL || *rest != 'M')
		return false;
	rest = skip_number(rest + 1, 'P');
	if (rest == NULL)
		return false;
	*pid = (pid_t)strtol(rest, NULL, 10);
	rest = skip_number(skip_number(rest, 'Q'), '_');
	if (rest == NULL || *pid <= 0)
		return false;
	if (host != NULL)
		escape(span_of(host), end + 1, sizeof end - 1);
	return host == NULL || span_ends_with(span_of(rest), span_of(end));
}
