/*
 * queue_file.c - how a message stands in the file of a queue.
 *
 * Failure: a file that does not say exactly what is promised is not read at
 * all; a message with half of its recipients would be worse than none.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/smtpd/queue_disk.h"
#include "milter/smtpd/queue_file.h"
#include "milter/smtpd/recipients.h"

#define FIRST_LINE "millgate-queue 1 "
#define FIRST_LINE_MAX 96

static bool
is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

bool
queue_address_is_safe(struct span address)
{
	bool quoted = false;

	if (address.len == 0 || address.len > QUEUE_ADDRESS_MAX)
		return false;
	for (size_t i = 0; i < address.len; i++) {
		char c = address.ptr[i];

		if (is_control(c))
			return false;
		if (c == '"')
			quoted = !quoted;
		else if (quoted && c == '\\' && i + 1 < address.len &&
		    !is_control(address.ptr[i + 1]))
			i++;
		else if (!quoted && (c == ' ' || c == '<' || c == '>'))
			return false;
	}
	return !quoted;
}

static bool
has_high(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] >= 0x80)
			return true;
	return false;
}

/* RFC 6531 3.1: an address or the header is beyond ASCII; that of a client who
 * did not ask for SMTPUTF8 is only 8-bit text, as it always was. */
static bool
needs_utf8(const struct smtp_message *m)
{
	bool needs = has_high(m->sender) ||
	    (m->smtputf8 && has_high(m->header));

	for (size_t i = 0; i < m->recipient_count && !needs; i++)
		needs = has_high(m->recipients[i]);
	return needs;
}

static bool
is_null_sender(struct span sender)
{
	return span_is(sender, "<>");
}

static bool
is_id(struct span id)
{
	for (size_t i = 0; i < id.len; i++)
		if (is_control(id.ptr[i]))
			return false;
	return id.len > 0 && id.len < SMTP_NAME_MAX;
}

static bool
is_safe(const struct smtp_message *m)
{
	bool safe = is_id(m->queue_id) && (is_null_sender(m->sender) ||
	    queue_address_is_safe(m->sender));

	for (size_t i = 0; i < m->recipient_count && safe; i++)
		safe = queue_address_is_safe(m->recipients[i]);
	return safe;
}

static void
add_line(struct buffer *b, const char *word, struct span value)
{
	buffer_add_text(b, word);
	buffer_add_char(b, ' ');
	buffer_add(b, value);
	buffer_add_char(b, '\n');
}

/* -1: there is no memory. */
static int
add_envelope(struct buffer *b, const struct smtp_message *m, int64_t arrived)
{
	size_t count;
	const struct span **to = recipients_once(m, &count);
	bool eight_bit = has_high(m->header) || has_high(m->body);
	bool utf8 = needs_utf8(m);

	if (to == NULL)
		return -1;
	add_line(b, "id", m->queue_id);
	buffer_addf(b, "arrived %" PRId64 "\n", arrived);
	if (eight_bit || utf8)
		buffer_addf(b, "needs%s%s\n", eight_bit ? " 8bitmime" : "",
		    utf8 ? " smtputf8" : "");
	add_line(b, "from", m->sender);
	for (size_t i = 0; i < count; i++)
		add_line(b, "to", *to[i]);
	free(to);
	return b->overflow ? -1 : 0;
}

static int
write_all(int fd, const struct smtp_message *m, struct span envelope)
{
	char first[FIRST_LINE_MAX];
	int len = snprintf(first, sizeof first, FIRST_LINE "%zu %zu\n",
	    envelope.len, m->header.len + m->body.len);
	char end[SMTP_NAME_MAX + 8];
	int end_len = snprintf(end, sizeof end, "end %.*s\n",
	    (int)m->queue_id.len, m->queue_id.ptr);

	if (queue_disk_write(fd, span_make(first, (size_t)len)) < 0 ||
	    queue_disk_write(fd, envelope) < 0 ||
	    queue_disk_write(fd, m->header) < 0 ||
	    queue_disk_write(fd, m->body) < 0 ||
	    queue_disk_write(fd, span_make(end, (size_t)end_len)) < 0)
		return -1;
	return 0;
}

int
queue_file_write(int fd, const struct smtp_message *message, int64_t arrived,
    struct error *error)
{
	struct buffer envelope;
	int result;

	if (!is_safe(message)) {
		errno = EINVAL;
		return error_set(error, "an address cannot be relayed");
	}
	buffer_init(&envelope, QUEUE_ENVELOPE_MAX);
	result = add_envelope(&envelope, message, arrived);
	errno = ENOMEM;
	if (result == 0)
		result = write_all(fd, message, buffer_span(&envelope));
	if (result < 0)
		error_set(error, "cannot write into the queue: %s",
		    strerror(errno));
	buffer_release(&envelope);
	return result;
}

/* Take a number off S, and the character END that must follow. */
static bool
take_number(struct span *s, uint64_t most, char end, uint64_t *n)
{
	size_t digits = 0;

	for (*n = 0; s->len > 0 && s->ptr[0] >= '0' && s->ptr[0] <= '9';
	    *s = span_skip(*s, 1), digits++) {
		*n = *n * 10 + (uint64_t)(s->ptr[0] - '0');
		if (*n > most)
			return false;
	}
	if (digits == 0 || s->len == 0 || s->ptr[0] != end)
		return false;
	*s = span_skip(*s, 1);
	return true;
}

/* Take the line "WORD VALUE" off S. */
static bool
take_line(struct span *s, const char *word, struct span *value)
{
	struct span line = span_head(*s, span_find(*s, '\n'));
	size_t len = strlen(word);

	if (line.len == s->len || line.len <= len || line.ptr[len] != ' ' ||
	    !span_starts_with(line, span_of(word)))
		return false;
	*s = span_skip(*s, line.len + 1);
	*value = span_skip(line, len + 1);
	return true;
}

static size_t
count_lines(struct span s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.len; i++)
		count += s.ptr[i] == '\n';
	return count;
}

static bool
take_needs(struct span *s, struct queue_envelope *e)
{
	struct span needs;

	if (!take_line(s, "needs", &needs))
		return true;
	e->eight_bit = span_starts_with(needs, span_of("8bitmime"));
	e->smtputf8 = span_ends_with(needs, span_of("smtputf8"));
	return span_is(needs, e->eight_bit && e->smtputf8 ?
	    "8bitmime smtputf8" : e->eight_bit ? "8bitmime" : "smtputf8");
}

static bool
take_recipients(struct span *s, struct queue_envelope *e)
{
	struct span *to;

	e->recipients = calloc(count_lines(*s) + 1, sizeof *e->recipients);
	if (e->recipients == NULL)
		return false;
	while (s->len > 0) {
		to = &e->recipients[e->recipient_count];
		if (!take_line(s, "to", to) || !queue_address_is_safe(*to))
			return false;
		e->recipient_count++;
	}
	return true;
}

static bool
take_envelope(struct span s, struct queue_envelope *e)
{
	struct span arrived;
	uint64_t n;

	if (!take_line(&s, "id", &e->id) || !is_id(e->id) ||
	    !span_starts_with(s, span_of("arrived ")))
		return false;
	arrived = span_skip(s, strlen("arrived "));
	if (!take_number(&arrived, INT64_MAX / 16, '\n', &n))
		return false;
	e->arrived = (int64_t)n;
	s = arrived;
	return take_needs(&s, e) && take_line(&s, "from", &e->sender) &&
	    (is_null_sender(e->sender) || queue_address_is_safe(e->sender)) &&
	    take_recipients(&s, e);
}

/* Read the first line: where the envelope begins, and the two lengths. */
static int
read_lengths(int fd, off_t *at, size_t *envelope, size_t *message)
{
	char first[FIRST_LINE_MAX];
	ssize_t len = pread(fd, first, sizeof first, 0);
	struct span s;
	uint64_t a, b;

	if (len < 0)
		return -1;
	s = span_make(first, (size_t)len);
	errno = EINVAL;
	if (!span_starts_with(s, span_of(FIRST_LINE)))
		return -1;
	s = span_skip(s, strlen(FIRST_LINE));
	if (!take_number(&s, QUEUE_ENVELOPE_MAX, ' ', &a) ||
	    !take_number(&s, INT64_MAX / 16, '\n', &b))
		return -1;
	*at = s.ptr - first;
	*envelope = (size_t)a;
	*message = (size_t)b;
	return 0;
}

/* Read LEN bytes at AT; a file that ends before is EINVAL. */
static int
read_at(int fd, char *to, size_t len, off_t at)
{
	ssize_t n;

	while (len > 0) {
		n = pread(fd, to, len, at);
		if (n == 0)
			errno = EINVAL;
		if (n == 0 || (n < 0 && errno != EINTR))
			return -1;
		if (n > 0) {
			to += n;
			at += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* Is the end where it must be, and nothing behind it? */
static int
check_end(int fd, const struct queue_envelope *e)
{
	char want[SMTP_NAME_MAX + 8], got[sizeof want];
	int len = snprintf(want, sizeof want, "end %.*s\n", (int)e->id.len,
	    e->id.ptr);
	off_t at = e->start + (off_t)e->size;
	struct stat found;

	if (fstat(fd, &found) < 0 || read_at(fd, got, (size_t)len, at) < 0)
		return -1;
	errno = EINVAL;
	return found.st_size == at + len && memcmp(got, want,
	    (size_t)len) == 0 ? 0 : -1;
}

static int
read_all(int fd, struct queue_envelope *e)
{
	size_t len;
	off_t at;

	if (read_lengths(fd, &at, &len, &e->size) < 0)
		return -1;
	e->start = at + (off_t)len;
	e->text = malloc(len + 1);
	if (e->text == NULL || read_at(fd, e->text, len, at) < 0)
		return -1;
	errno = EINVAL;
	if (!take_envelope(span_make(e->text, len), e))
		return -1;
	return check_end(fd, e);
}

int
queue_file_read(int fd, struct queue_envelope *e, struct error *error)
{
	int why;

	*e = (struct queue_envelope){ .text = NULL };
	if (read_all(fd, e) == 0)
		return 0;
	why = errno;
	queue_envelope_release(e);
	errno = why;
	return error_set(error, "%s", why == EINVAL ? "it is no message of "
	    "this queue, or cut off" : strerror(why));
}

void
queue_envelope_release(struct queue_envelope *e)
{
	free(e->recipients);
	free(e->text);
	*e = (struct queue_envelope){ .text = NULL };
}
